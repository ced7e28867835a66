//! `verify --store`: what the store tells clients is what the log says, ledger entries as an auditor's own ledger has
//! them.

use crate::exchange::BINARY;
use coretime_audit::{AuditError, Observer};
use coretime_fills::{FillStore, LogRecord};
use coretime_log::Record;
use coretime_market::Market;
use coretime_sequencer::EngineConfig;
use coretime_traffic::Traffic;
use coretime_types::{Event, Planck};
use std::path::Path;
use std::process::Command;

const COMMANDS: usize = 4_000;

/// A log of random traffic.
fn write_log(data: &Path, seed: u64) {
    let (engine, running) = coretime_sequencer::start(EngineConfig::new(data)).unwrap();
    let (mut traffic, mut market, mut events) = (Traffic::new(seed), Market::new(), Vec::new());
    let mut answers = Vec::new();
    for _ in 0..COMMANDS {
        let command = traffic.next_command(&market);
        events.clear();
        market.apply(&command, &mut events);
        let answer = loop {
            match engine.submit(command.clone()) {
                Ok(answer) => break answer,
                Err(coretime_sequencer::SubmitError::Busy) => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        };
        answers.push(answer);
    }
    answers.into_iter().for_each(|answer| drop(answer.wait().unwrap()));
    running.shutdown();
}

/// All records with their events.
#[derive(Default)]
struct Read(Vec<(Record, Vec<Event>)>);

impl Observer for Read {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        self.0.push((record.clone(), events.to_vec()));
        Ok(())
    }
}

fn write_store(folder: &Path, records: &[(Record, Vec<Event>)]) {
    let mut store = FillStore::open(folder).unwrap().store;
    for group in records.chunks(500) {
        let group = group.iter().map(|(record, events)| LogRecord {
            sequence: record.sequence,
            chain_hash: record.chain_hash.0,
            time_ms: record.time_ms,
            command: &record.command,
            events,
        });
        store.apply(&group.collect::<Vec<_>>()).unwrap();
    }
}

/// The exit code, and what was told.
fn verify(data: &Path, store: &Path) -> (Option<i32>, String) {
    let verify =
        Command::new(BINARY).arg("verify").arg("--log").arg(data).arg("--store").arg(store).output().unwrap();
    (verify.status.code(), String::from_utf8_lossy(&verify.stdout).into_owned())
}

#[test]
fn ledger_entries_are_those_of_the_auditors_ledger() {
    let data = tempfile::tempdir().unwrap();
    write_log(data.path(), 1);
    let mut read = Read::default();
    coretime_audit::replay(&coretime_log::log_folder(data.path()), &[], &mut read).unwrap();
    let Read(mut records) = read;
    assert_eq!(records.len(), COMMANDS);
    let store = data.path().join("store");
    write_store(&store, &records);
    let (code, told) = verify(data.path(), &store);
    assert_eq!(code, Some(0), "{told}");

    // One deposit is told as a planck more than it was.
    let (record, deposited) = records
        .iter_mut()
        .skip(COMMANDS / 2)
        .find_map(|(record, events)| match &mut events[..] {
            [Event::FundsDeposited { amount, .. }] => Some((record, amount)),
            _ => None,
        })
        .unwrap();
    deposited.0 += 1;
    let (sequence, wrong) = (record.sequence, Planck(deposited.0));
    let lying = data.path().join("lying");
    write_store(&lying, &records);
    let (code, told) = verify(data.path(), &lying);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("sequence {sequence}: a ledger entry in the store")), "{told}");
    assert!(told.contains(&format!("Credit(Planck({wrong}))")), "{told}");
}
