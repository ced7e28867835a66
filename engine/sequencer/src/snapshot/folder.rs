//! The folder of snapshots.

use super::{Snapshot, SnapshotError};
use crate::StateMachine;
use coretime_log::Start;
use coretime_types::Sequence;
use std::{
    fs::{self, File},
    io::{self, Write},
    panic::catch_unwind,
    path::{Path, PathBuf},
};

/// How many are kept: the newest, and one to fall back to.
const KEPT: usize = 2;

fn folder(data_folder: &Path) -> PathBuf {
    data_folder.join("snapshots")
}

fn path_of(data_folder: &Path, sequence: Sequence) -> PathBuf {
    folder(data_folder).join(format!("{:020}.snapshot", sequence.0))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SnapshotError + use<> {
    let path = path.to_path_buf();
    move |source| SnapshotError::Io { action, path, source }
}

/// The sequences of the snapshots that are there, the newest first. What is no snapshot, or cannot be listed, is passed
/// over: the log has it all.
pub(crate) fn newest(data_folder: &Path) -> Vec<Sequence> {
    let entries = fs::read_dir(folder(data_folder)).into_iter().flatten().flatten();
    let mut sequences: Vec<Sequence> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_suffix(".snapshot")?.parse().ok().map(Sequence)
        })
        .collect();
    sequences.sort_unstable_by(|one, other| other.cmp(one));
    sequences
}

/// Reads a snapshot whose hash holds.
fn read(data_folder: &Path, sequence: Sequence) -> Result<Snapshot, SnapshotError> {
    let path = path_of(data_folder, sequence);
    let bytes = fs::read(&path).map_err(failed("read", &path))?;
    let snapshot = Snapshot::from_bytes(&bytes)?;
    let found = snapshot.start.position.sequence;
    if found == sequence { Ok(snapshot) } else { Err(SnapshotError::WrongName(found)) }
}

/// The state machine of a snapshot, whose state has the hash that it should have.
pub(crate) fn restore<M: StateMachine>(
    data_folder: &Path,
    sequence: Sequence,
) -> Result<(M, Start), SnapshotError> {
    let snapshot = read(data_folder, sequence)?;
    let machine = catch_unwind(|| M::restore_snapshot(&snapshot.state)).ok().flatten();
    let machine = machine.ok_or(SnapshotError::Unusable)?;
    if machine.state_hash() == snapshot.state_hash {
        Ok((machine, snapshot.start))
    } else {
        Err(SnapshotError::WrongState)
    }
}

/// Writes a snapshot: it is there whole or not at all. Then old ones are removed.
pub(crate) fn write(data_folder: &Path, snapshot: &Snapshot) -> Result<(), SnapshotError> {
    let folder = folder(data_folder);
    fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
    let draft = data_folder.join("snapshot.new");
    let mut file = File::create(&draft).map_err(failed("create", &draft))?;
    file.write_all(&snapshot.to_bytes()).map_err(failed("write", &draft))?;
    file.sync_all().map_err(failed("sync", &draft))?;
    let path = path_of(data_folder, snapshot.start.position.sequence);
    fs::rename(&draft, &path).map_err(failed("create", &path))?;
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", &folder))?;
    for old in newest(data_folder).into_iter().skip(KEPT) {
        let path = path_of(data_folder, old);
        fs::remove_file(&path).map_err(failed("remove", &path))?;
    }
    Ok(())
}
