//! Snapshots: a start from one is a start from the beginning, and a bad one costs time, never truth.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use codec::{Decode, Encode};
use coretime_log::{LogError, Options, log_folder};
use coretime_sequencer::{
    ArchiveError, Engine, EngineConfig, Running, StartError, StateMachine, archive, start_machine,
};
use coretime_types::{Command, Event, OrderId, Sequence, Timeslice};
use futures::executor::block_on;
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tempfile::tempdir;

/// Longer than anything takes here, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);
const EVERY: u64 = 100;

/// A state machine whose every event depends on all commands before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
struct Sum {
    commands: u64,
    sum: u64,
    /// Commands since it was made, from a snapshot or new; no part of the state.
    #[codec(skip)]
    applied: u64,
}

impl StateMachine for Sum {
    fn apply(&mut self, command: &Command, events: &mut Vec<Event>) {
        if let Command::AdvanceClock { tradable_from } = command {
            self.sum = self.sum.wrapping_mul(31).wrapping_add(tradable_from.0.into());
        }
        self.commands += 1;
        self.applied += 1;
        events.push(Event::Accepted { order_id: OrderId(self.sum) });
    }

    fn encode_snapshot(&self) -> Option<Vec<u8>> {
        Some(self.encode())
    }

    fn restore_snapshot(bytes: &[u8]) -> Option<Self> {
        codec::DecodeAll::decode_all(&mut &bytes[..]).ok()
    }

    fn state_hash(&self) -> [u8; 32] {
        *blake3::hash(&self.encode()).as_bytes()
    }
}

fn config(folder: &Path) -> EngineConfig {
    EngineConfig {
        snapshot_every_commands: EVERY,
        history_capacity: 10,
        log: Options { segment_bytes: 4_000, preallocate_bytes: 0 },
        ..EngineConfig::new(folder)
    }
}

fn started(folder: &Path) -> (Engine<Sum>, Running<Sum>) {
    start_machine(config(folder)).unwrap()
}

fn submit(engine: &Engine<Sum>, numbers: std::ops::RangeInclusive<u32>) {
    for number in numbers {
        let command = Command::AdvanceClock { tradable_from: Timeslice(number) };
        engine.submit(command).unwrap().wait().unwrap();
    }
}

fn state(engine: &Engine<Sum>) -> Sum {
    engine.query(Sum::clone).unwrap().wait().unwrap()
}

fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("snapshots")).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn sequence_of(path: &Path) -> u64 {
    path.file_stem().unwrap().to_str().unwrap().parse().unwrap()
}

/// Waits until the newest snapshot is at least of this sequence.
fn wait_for_snapshot(folder: &Path, sequence: u64) {
    let began = Instant::now();
    while snapshots(folder).last().is_none_or(|path| sequence_of(path) < sequence) {
        assert!(began.elapsed() < PATIENCE, "no snapshot is written");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A folder with a log of 350 commands and two snapshots, and the state at its end.
fn with_snapshots() -> (tempfile::TempDir, Sum) {
    let folder = tempdir().unwrap();
    let (engine, running) = started(folder.path());
    submit(&engine, 1..=150);
    wait_for_snapshot(folder.path(), 100);
    submit(&engine, 151..=300);
    wait_for_snapshot(folder.path(), 200);
    submit(&engine, 301..=350);
    let end = state(&engine);
    running.shutdown();
    // However the thread came along, two are kept.
    while snapshots(folder.path()).len() < 2 {
        let (engine, running) = started(folder.path());
        submit(&engine, 1..=120);
        wait_for_snapshot(folder.path(), 300);
        running.shutdown();
    }
    (folder, end)
}

/// Starts, and says how much was replayed.
fn replayed(folder: &Path) -> (Sum, u64) {
    let (engine, running) = started(folder);
    let state = state(&engine);
    running.shutdown();
    let applied = state.applied;
    (Sum { applied: 0, ..state }, applied)
}

#[test]
fn a_start_from_a_snapshot_is_a_start_from_the_beginning() {
    let (folder, _) = with_snapshots();
    let newest = sequence_of(snapshots(folder.path()).last().unwrap());
    let (from_snapshot, applied) = replayed(folder.path());
    assert_eq!(applied, from_snapshot.commands - newest);
    fs::remove_dir_all(folder.path().join("snapshots")).unwrap();
    let config = EngineConfig { snapshot_every_commands: 0, ..config(folder.path()) };
    let (engine, running) = start_machine::<Sum>(config).unwrap();
    let whole = state(&engine);
    assert_eq!(whole.applied, whole.commands);
    assert_eq!(Sum { applied: 0, ..whole }, from_snapshot);
    running.shutdown();
    assert!(snapshots(folder.path()).is_empty(), "none is written if none is wanted");
}

#[test]
fn only_two_are_kept_and_a_draft_is_no_snapshot() {
    let (folder, _) = with_snapshots();
    let (engine, running) = started(folder.path());
    for round in 0..4_u32 {
        let next = sequence_of(snapshots(folder.path()).last().unwrap()) + EVERY;
        submit(&engine, round * 100..=round * 100 + 130);
        wait_for_snapshot(folder.path(), next);
    }
    running.shutdown();
    assert_eq!(snapshots(folder.path()).len(), 2);
    fs::write(folder.path().join("snapshot.new"), "half of one").unwrap();
    fs::write(folder.path().join("snapshots/notes.txt"), "no snapshot").unwrap();
    let (state, applied) = replayed(folder.path());
    assert!(applied < state.commands);
}

#[test]
fn readers_get_what_came_before_the_snapshot_too() {
    let (folder, _) = with_snapshots();
    let (engine, running) = started(folder.path());
    let last = engine.durable_position().sequence.0;
    for from in [1, 50, 150, last - 20, last] {
        let mut reader = engine.events_from(Sequence(from));
        let mut all = Sum::default();
        let mut seen = from;
        while seen <= last {
            let record = block_on(reader.next()).unwrap();
            assert_eq!(record.sequence, Sequence(seen));
            if from == 1 {
                let mut events = Vec::new();
                all.apply(&record.command, &mut events);
                assert_eq!(record.events[..], events);
            }
            seen += 1;
        }
    }
    running.shutdown();
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_an_older_one_or_the_whole_log() {
    let (folder, _) = with_snapshots();
    let (truth, _) = replayed(folder.path());
    let paths = snapshots(folder.path());
    let [older, newer] = &paths[..] else { panic!("{paths:?}") };
    let whole = fs::read(newer).unwrap();
    for at in [0, 8, 12, 25, 60, 100, 150, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 4;
        fs::write(newer, damaged).unwrap();
        assert_eq!(
            replayed(folder.path()),
            (truth.clone(), truth.commands - sequence_of(older)),
            "byte {at}"
        );
    }
    fs::write(newer, &whole[..whole.len() / 2]).unwrap();
    fs::write(older, "").unwrap();
    assert_eq!(replayed(folder.path()), (truth.clone(), truth.commands));
}

/// A snapshot file with another state in it, right in itself.
fn with_state(bytes: &[u8], state: &Sum) -> Vec<u8> {
    let mut lie = bytes[..92].to_vec();
    lie.extend(state.state_hash());
    let encoded = state.encode();
    lie.extend((encoded.len() as u64).to_le_bytes());
    lie.extend(encoded);
    let hash = *blake3::hash(&lie).as_bytes();
    lie.extend(hash);
    lie
}

#[test]
fn a_snapshot_that_lies_is_found_out_by_what_follows() {
    let (folder, _) = with_snapshots();
    let (truth, _) = replayed(folder.path());
    let paths = snapshots(folder.path());
    let newest = paths.last().unwrap();
    let whole = fs::read(newest).unwrap();
    let sequence = sequence_of(newest);
    assert!(truth.commands > sequence, "something follows");
    let true_state = Sum::restore_snapshot(&whole[132..whole.len() - 32]).unwrap();
    assert_eq!(with_state(&whole, &true_state), whole, "the helper writes what the engine writes");

    let lie = Sum { sum: true_state.sum + 1, ..true_state };
    fs::write(newest, with_state(&whole, &lie)).unwrap();
    let (state, applied) = replayed(folder.path());
    assert_eq!(state, truth);
    assert!(applied > truth.commands - sequence, "it was started from the lie");
}

#[test]
fn a_log_that_lost_what_a_snapshot_has_is_not_started_from() {
    let (folder, _) = with_snapshots();
    let newest = sequence_of(snapshots(folder.path()).last().unwrap());
    let mut segments: Vec<_> =
        fs::read_dir(log_folder(folder.path())).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.sort();
    // The log is cut back to an earlier end, as if what followed had never been.
    for path in segments.iter().filter(|path| sequence_of(path) > newest / 2) {
        fs::remove_file(path).unwrap();
    }
    let end = start_machine::<Sum>(config(folder.path())).map(drop);
    let is_told =
        matches!(end, Err(StartError::Log(LogError::MissingSegment { .. } | LogError::EndsEarly { .. })));
    assert!(is_told, "{end:?}");

    // Another log in its place, as long.
    let (other, _) = with_snapshots();
    fs::remove_dir_all(log_folder(folder.path())).unwrap();
    fs::rename(log_folder(other.path()), log_folder(folder.path())).unwrap();
    let end = start_machine::<Sum>(config(folder.path())).map(drop);
    assert!(matches!(end, Err(StartError::Log(LogError::OtherHistory { .. }))), "{end:?}");
}

#[test]
fn what_no_start_needs_is_archived_and_starts_go_on_without_it() {
    let (folder, _) = with_snapshots();
    let (truth, _) = replayed(folder.path());
    let paths = snapshots(folder.path());
    let [older, newer] = &paths[..] else { panic!("{paths:?}") };
    let elsewhere = folder.path().join("archive");
    // Who reads on from before the snapshots needs all of the log.
    let refused = archive::<Sum>(folder.path(), &elsewhere, Sequence(sequence_of(older)));
    assert!(matches!(refused, Err(ArchiveError::NoSnapshot)), "{refused:?}");

    let archived = archive::<Sum>(folder.path(), &elsewhere, Sequence(u64::MAX)).unwrap();
    assert_eq!(archived.behind, Sequence(sequence_of(older)));
    assert!(archived.segments.len() > 1 && archived.segments.iter().all(|path| path.exists()));
    assert_eq!(replayed(folder.path()), (truth.clone(), truth.commands - sequence_of(newer)));

    // The newest snapshot is bad: the older one is still enough.
    fs::write(newer, "bad").unwrap();
    assert_eq!(replayed(folder.path()), (truth.clone(), truth.commands - sequence_of(older)));
    // All are: it is said what is missing, and with that in place it starts.
    for path in snapshots(folder.path()) {
        fs::write(path, "bad").unwrap();
    }
    let end = start_machine::<Sum>(config(folder.path())).map(drop);
    assert!(matches!(end, Err(StartError::Log(LogError::BeginsLate { from: Sequence(1), .. }))), "{end:?}");
    for path in &archived.segments {
        fs::rename(path, log_folder(folder.path()).join(path.file_name().unwrap())).unwrap();
    }
    assert_eq!(replayed(folder.path()), (truth.clone(), truth.commands));
}
