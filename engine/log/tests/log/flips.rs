//! One flipped bit anywhere in a log of a million commands.

use crate::support::*;
use coretime_log::{Commitment, Entry, LogError, Options, Reader, Start, log_folder, recover_from};
use coretime_types::Sequence;
use fastrand::Rng;
use std::{
    env,
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

const COMMANDS: u32 = 1_000_000;
const GROUP: u32 = 1_000;
/// A place from which a server would start that has a snapshot there.
const KNOWN: u32 = 995_000;

const OPTIONS: Options = Options { segment_bytes: 4 << 20, preallocate_bytes: 1 << 20 };

fn number_from_env(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Writes the log; gives the known place.
fn write(folder: &Path) -> Start {
    let (mut writer, _) = opened(folder, OPTIONS).unwrap();
    for number in 1..=COMMANDS {
        append_one(&mut writer, 1, &command(number)).unwrap();
        if number % GROUP == 0 {
            // Without a sync: this test is not about disks.
            writer.end_group().unwrap();
        }
    }
    writer.sync().unwrap();
    drop(writer);
    let mut reader = Reader::open(&log_folder(folder), Sequence(KNOWN.into())).unwrap();
    loop {
        match reader.next_entry().unwrap().unwrap() {
            Entry::Commitment(Commitment { sequence, outputs }) if sequence.0 >= KNOWN.into() => {
                return Start { position: reader.position(), outputs, time_ms: 1 };
            }
            _ => {}
        }
    }
}

/// Opens the log as a server does.
fn open(folder: &Path, start: Start) -> Result<(), LogError> {
    let replay = |record: coretime_log::Record, list: &mut Vec<_>| list.extend(events(&record.command));
    recover_from(folder, OPTIONS, start, replay).map(drop)
}

/// Reads on from the beginning of a segment, as who verifies does.
fn read_from(folder: &Path, segment: &Path) -> Result<(), LogError> {
    let first: u64 = segment.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let mut reader = Reader::open(&log_folder(folder), Sequence(first))?;
    while reader.next_entry()?.is_some() {}
    Ok(())
}

fn flip(path: &Path, bit: u64) {
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(bit / 8)).unwrap();
    file.read_exact(&mut byte).unwrap();
    byte[0] ^= 1 << (bit % 8);
    file.seek(SeekFrom::Start(bit / 8)).unwrap();
    file.write_all(&byte).unwrap();
}

/// Where records end in each segment.
fn ends(paths: &[PathBuf]) -> Vec<u64> {
    let end = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1
    };
    paths.iter().map(end).collect()
}

#[test]
fn a_flipped_bit_in_a_million_commands_is_refused_with_its_place() {
    let seed = number_from_env("CORETIME_FLIPS_SEED", 7);
    let flips = number_from_env("CORETIME_FLIPS", 100);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let start = write(folder.path());
    open(folder.path(), start).unwrap();
    let paths = segments(folder.path());
    let ends = ends(&paths);
    let last = paths.len() - 1;
    assert!(last > 5, "{} segments", paths.len());
    // Room made beforehand, as a running server leaves it.
    let room = 64 << 10;
    File::options().write(true).open(&paths[last]).unwrap().set_len(ends[last] + room).unwrap();
    let whole_last = fs::read(&paths[last]).unwrap();

    let (mut refused, mut torn) = (0, 0);
    for flip_number in 0..flips {
        let index = if rng.u8(0..4) == 0 { last } else { rng.usize(0..=last) };
        let (path, end) = (&paths[index], ends[index]);
        let file_bytes = fs::metadata(path).unwrap().len();
        let byte = match rng.u8(0..4) {
            0 => rng.u64(0..64),
            1 => rng.u64(end - 100..end),
            2 => rng.u64(0..end),
            _ => rng.u64(end..file_bytes.max(end + 1)).min(file_bytes - 1),
        };
        let bit = byte * 8 + rng.u64(0..8);
        let what = format!("seed {seed}, flip {flip_number}: bit {bit} of {}", path.display());
        flip(path, bit);
        for result in [read_from(folder.path(), path), open(folder.path(), start)] {
            match result {
                Err(LogError::Damaged { path: at, offset, .. }) => {
                    assert_eq!(at, *path, "{what}");
                    assert!(offset <= byte, "{what}: told at {offset}");
                    refused += 1;
                }
                Ok(()) => {
                    // The beginning of a record that was never finished.
                    assert!(index == last && byte >= end, "{what}: not noticed");
                    torn += 1;
                }
                Err(other) => panic!("{what}: {other}"),
            }
        }
        if index == last {
            fs::write(path, &whole_last).unwrap();
        } else {
            flip(path, bit);
        }
    }
    open(folder.path(), start).unwrap();
    println!(
        "{flips} flips (CORETIME_FLIPS, CORETIME_FLIPS_SEED={seed}): {refused} refusals, {torn} torn tails"
    );
    assert!(refused > flips, "{refused} refusals, {torn} torn tails");
}
