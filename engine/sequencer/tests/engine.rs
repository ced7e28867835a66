//! The engine from outside: order, durability, back-pressure, readers, and how it stops.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_log::{LogError, Options, log_folder};
use coretime_market::Market;
use coretime_sequencer::{
    Engine, EngineConfig, EventReader, Position, ReadError, Receipt, Record, Running, StartError,
    StateMachine, StopReason, Stopped, SubmitError, SubscriptionEnd, start, start_machine,
};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, Command, Event, OrderId, Planck, Sequence, Timeslice,
};
use futures::{FutureExt, executor::block_on};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};
use tempfile::{TempDir, tempdir};

fn deposit(number: u64) -> Command {
    Command::DepositFunds {
        account: AccountId([3; 32]),
        amount: Planck(number.into()),
        reference: ChainReference { block: BlockNumber(number), event: 0 },
    }
}

fn segments_of(segment_bytes: u64) -> Options {
    Options { segment_bytes, ..Options::default() }
}

fn started(folder: &TempDir) -> (Engine, Running) {
    start(EngineConfig::new(folder.path())).unwrap()
}

fn submit(engine: &Engine, command: Command) -> Receipt {
    engine.submit(command).unwrap().wait().unwrap()
}

fn state_hash(engine: &Engine) -> [u8; 32] {
    engine.query(Market::state_hash).unwrap().wait().unwrap()
}

/// Holds the engine thread inside a query until the sender is dropped.
fn block(engine: &Engine) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    drop(engine.query(move |_: &Market| {
        entered.send(()).unwrap();
        let _ = held.recv();
    }));
    inside.recv().unwrap();
    release
}

/// What a crash at this moment would leave: a copy of the folder beside the running engine.
fn crash_copy(folder: &Path) -> TempDir {
    let copy = tempdir().unwrap();
    fs::create_dir(log_folder(copy.path())).unwrap();
    for entry in fs::read_dir(log_folder(folder)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, log_folder(copy.path()).join(path.file_name().unwrap())).unwrap();
    }
    copy
}

fn read(reader: &mut EventReader, count: usize) -> Vec<Arc<Record>> {
    (0..count).map(|_| block_on(reader.next()).unwrap()).collect()
}

#[test]
fn what_was_answered_survives_a_crash() {
    let folder = tempdir().unwrap();
    let (engine, _running) = started(&folder);
    for number in 1..=20 {
        let receipt = submit(&engine, deposit(number));
        assert_eq!(receipt.sequence, Sequence(number));
        let copy = crash_copy(folder.path());
        let (after, _running) = started(&copy);
        let position = Position { sequence: receipt.sequence, chain_hash: receipt.chain_hash };
        assert_eq!(after.durable_position(), position);
        assert_eq!(state_hash(&after), state_hash(&engine));
    }
}

#[test]
fn a_restart_gives_the_same_state_events_times_and_position() {
    let folder = tempdir().unwrap();
    let (engine, running) = started(&folder);
    for number in [1, 2, 2, 5, 0, 9] {
        submit(&engine, deposit(number));
    }
    submit(&engine, Command::AdvanceClock { tradable_from: Timeslice(7) });
    let rejected = submit(&engine, Command::AdvanceClock { tradable_from: Timeslice(6) });
    assert!(matches!(rejected.events[..], [Event::Rejected(_)]));
    let before = read(&mut engine.events_from(Sequence(1)), 8);
    let (hash, position) = (state_hash(&engine), engine.durable_position());
    assert!(matches!(running.shutdown(), StopReason::ShutDown));

    let (engine, _running) = started(&folder);
    assert_eq!(read(&mut engine.events_from(Sequence(1)), 8), before);
    assert_eq!((state_hash(&engine), engine.durable_position()), (hash, position));
    let next = submit(&engine, deposit(10));
    assert_eq!(next.sequence, Sequence(9));
    assert!(next.time_ms >= before[7].time_ms);
}

#[test]
fn a_full_queue_is_busy_and_what_was_taken_is_answered() {
    let folder = tempdir().unwrap();
    let config = EngineConfig { queue_capacity: 3, ..EngineConfig::new(folder.path()) };
    let (engine, _running) = start(config).unwrap();
    let release = block(&engine);
    let answers: Vec<_> = (1..=3).map(|number| engine.submit(deposit(number)).unwrap()).collect();
    assert!(matches!(engine.submit(deposit(4)), Err(SubmitError::Busy)));
    assert!(matches!(engine.query(|_| ()), Err(SubmitError::Busy)));
    drop(release);
    for (answer, number) in answers.into_iter().zip(1..) {
        assert_eq!(answer.wait().unwrap().sequence, Sequence(number));
    }
    assert_eq!(submit(&engine, deposit(5)).sequence, Sequence(4));
}

#[test]
fn a_query_sees_the_state_at_its_place_in_the_queue() {
    let folder = tempdir().unwrap();
    let (engine, _running) = started(&folder);
    let release = block(&engine);
    let balance = |market: &Market| market.accounts().map(|(_, funds)| funds.free.0).sum::<u128>();
    let mut seen = Vec::new();
    for number in 1..=4 {
        drop(engine.submit(deposit(number)).unwrap());
        seen.push(engine.query(balance).unwrap());
    }
    drop(release);
    let seen: Vec<_> = seen.into_iter().map(|answer| block_on(answer).unwrap()).collect();
    assert_eq!(seen, [1, 3, 6, 10]);
}

#[test]
fn concurrent_submitters_get_consecutive_sequences_and_their_own_answers() {
    let folder = tempdir().unwrap();
    let (engine, _running) = started(&folder);
    let submitters: Vec<_> = (0..8_u32)
        .map(|submitter| {
            let engine = engine.clone();
            thread::spawn(move || {
                let halt = |number: u32| Command::Halt { cause: format!("{submitter} {number}") };
                let receipts: Vec<_> = (0..50).map(|number| submit(&engine, halt(number)).sequence).collect();
                assert!(receipts.is_sorted());
                (0..50).map(halt).zip(receipts).collect::<Vec<_>>()
            })
        })
        .collect();
    let mut sequences = BTreeSet::new();
    let mut reader = engine.events_from(Sequence(1));
    let records = read(&mut reader, 400);
    for submitter in submitters {
        for (command, sequence) in submitter.join().unwrap() {
            let index = usize::try_from(sequence.0).unwrap() - 1;
            assert_eq!(records[index].command, command);
            assert!(sequences.insert(sequence));
        }
    }
    assert_eq!(sequences, (1..=400).map(Sequence).collect());
    assert!(records.iter().map(|record| record.time_ms).is_sorted());
}

#[test]
fn a_reader_gets_every_record_once_though_memory_holds_few() {
    let folder = tempdir().unwrap();
    let config =
        EngineConfig { history_capacity: 5, log: segments_of(400), ..EngineConfig::new(folder.path()) };
    let (engine, running) = start(config).unwrap();
    for number in 1..=3000 {
        drop(engine.submit(deposit(number)).unwrap());
        if number % 1000 == 0 {
            submit(&engine, Command::AdvanceClock { tradable_from: Timeslice(1) });
        }
    }
    let position = engine.durable_position();
    assert_eq!(position.sequence, Sequence(3003));

    let mut from_start = engine.events_from(Sequence(1));
    let mut from_middle = engine.events_from(Sequence(1500));
    let mut records = read(&mut from_start, 10);
    for number in 3001..=3050 {
        submit(&engine, deposit(number));
    }
    records.extend(read(&mut from_start, 3043));
    assert!(records.iter().map(|record| record.sequence).eq((1..=3053).map(Sequence)));
    assert_eq!(read(&mut from_middle, 1554), records[1499..]);
    assert_eq!(records[3002].chain_hash, position.chain_hash);

    // Both have caught up: they wait, and are woken.
    assert!(from_start.next().now_or_never().is_none());
    submit(&engine, deposit(9000));
    assert_eq!(block_on(from_start.next()).unwrap().sequence, Sequence(3054));

    // After the end, what is durable can still be read, whole.
    running.shutdown();
    assert_eq!(read(&mut engine.events_from(Sequence(1)), 3053), records);
    read(&mut from_middle, 1);
    let end = block_on(from_middle.next());
    assert!(matches!(end, Err(ReadError::Stopped(Stopped { reason: StopReason::ShutDown }))), "{end:?}");
}

#[test]
fn a_subscription_follows_from_now_and_ends_when_it_lags() {
    let folder = tempdir().unwrap();
    let config = EngineConfig { history_capacity: 4, ..EngineConfig::new(folder.path()) };
    let (engine, running) = start(config).unwrap();
    submit(&engine, deposit(1));
    let mut subscription = engine.subscribe();
    let mut slow = engine.subscribe();
    assert!(subscription.next().now_or_never().is_none());
    for number in 2..=6 {
        let receipt = submit(&engine, deposit(number));
        let record = block_on(subscription.next()).unwrap();
        assert_eq!((record.sequence, &record.events), (receipt.sequence, &receipt.events));
    }
    let end = block_on(slow.next());
    assert!(matches!(end, Err(SubscriptionEnd::Lagged { next: Sequence(2) })), "{end:?}");
    running.shutdown();
    let end = block_on(subscription.next());
    assert!(matches!(end, Err(SubscriptionEnd::Stopped(_))), "{end:?}");
}

#[test]
fn a_log_that_fails_stops_the_engine_for_everybody() {
    let folder = tempdir().unwrap();
    let config = EngineConfig { log: segments_of(1), ..EngineConfig::new(folder.path()) };
    let (engine, running) = start(config).unwrap();
    submit(&engine, deposit(1));
    let durable = engine.durable_position();
    let mut reader = engine.events_from(Sequence(2));

    let release = block(&engine);
    // The next segment cannot be made.
    fs::remove_dir_all(log_folder(folder.path())).unwrap();
    let answers: Vec<_> = (2..=5).map(|number| engine.submit(deposit(number)).unwrap()).collect();
    let query = engine.query(Market::state_hash).unwrap();
    drop(release);
    for answer in answers {
        let end = answer.wait();
        assert!(matches!(end, Err(Stopped { reason: StopReason::Log(_) })), "{end:?}");
    }
    assert!(query.wait().is_err());
    assert!(matches!(block_on(reader.next()), Err(ReadError::Stopped(_))));
    assert!(matches!(block_on(engine.stopped()), StopReason::Log(_)));
    assert!(matches!(engine.stop_reason(), Some(StopReason::Log(_))));
    assert!(matches!(engine.submit(deposit(6)), Err(SubmitError::Stopped(_))));
    assert_eq!(engine.durable_position(), durable);
    assert!(matches!(running.shutdown(), StopReason::Log(_)));
}

#[test]
fn a_shutdown_does_what_is_queued() {
    let folder = tempdir().unwrap();
    let config = EngineConfig { group_max: 2, ..EngineConfig::new(folder.path()) };
    let (engine, running) = start(config).unwrap();
    let release = block(&engine);
    let answers: Vec<_> = (1..=9).map(|number| engine.submit(deposit(number)).unwrap()).collect();
    let ended = thread::spawn(move || running.shutdown());
    drop(release);
    assert!(matches!(ended.join().unwrap(), StopReason::ShutDown));
    for (answer, number) in answers.into_iter().zip(1..) {
        assert_eq!(answer.wait().unwrap().sequence, Sequence(number));
    }
    assert!(matches!(engine.submit(deposit(10)), Err(SubmitError::Stopped(_))));
    let (engine, _running) = started(&folder);
    assert_eq!(engine.durable_position().sequence, Sequence(9));
}

/// Whatever moment the engine ends at, every answer comes.
#[test]
fn submitters_at_the_moment_of_the_end_are_all_answered() {
    for round in 0..200 {
        let folder = tempdir().unwrap();
        let config =
            EngineConfig { queue_capacity: 8, log: segments_of(400), ..EngineConfig::new(folder.path()) };
        let (engine, running) = start(config).unwrap();
        let submitters: Vec<_> = (0..3)
            .map(|_| {
                let engine = engine.clone();
                thread::spawn(move || {
                    let mut done = Vec::new();
                    loop {
                        match engine.submit(deposit(1)) {
                            Ok(answer) => done.extend(answer.wait().map(|receipt| receipt.sequence)),
                            Err(SubmitError::Busy) => {}
                            Err(_) => return done,
                        }
                    }
                })
            })
            .collect();
        if round % 2 == 0 {
            fs::remove_dir_all(log_folder(folder.path())).unwrap();
        }
        running.shutdown();
        let done: BTreeSet<_> = submitters.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(done.len() as u64 <= engine.durable_position().sequence.0);
    }
}

#[test]
fn a_second_engine_on_the_folder_is_refused() {
    let folder = tempdir().unwrap();
    let (_engine, _running) = started(&folder);
    let second = start(EngineConfig::new(folder.path()));
    assert!(matches!(second, Err(StartError::Log(coretime_sequencer::LogError::InUse { .. }))));
}

#[test]
fn a_command_too_large_is_refused_and_the_engine_goes_on() {
    let folder = tempdir().unwrap();
    let (engine, _running) = started(&folder);
    let huge = Command::Halt { cause: "x".repeat(coretime_log::MAX_PAYLOAD_BYTES) };
    assert!(matches!(engine.submit(huge), Err(SubmitError::TooLarge { .. })));
    assert_eq!(submit(&engine, deposit(1)).sequence, Sequence(1));
}

/// Panics on a command that moves the clock.
#[derive(Default)]
struct Fragile;

impl StateMachine for Fragile {
    fn apply(&mut self, command: &Command, _: &mut Vec<Event>) {
        assert!(!matches!(command, Command::AdvanceClock { .. }), "a bug in the rules");
    }
}

#[test]
fn a_panic_in_the_rules_stops_the_engine_and_hangs_nobody() {
    let folder = tempdir().unwrap();
    let (engine, running) = start_machine::<Fragile>(EngineConfig::new(folder.path())).unwrap();
    engine.submit(deposit(1)).unwrap().wait().unwrap();
    let end = engine.submit(Command::AdvanceClock { tradable_from: Timeslice(1) }).unwrap().wait();
    let Err(Stopped { reason: StopReason::Panicked(message) }) = end else { panic!("{end:?}") };
    assert!(message.contains("a bug in the rules"));
    assert!(matches!(engine.submit(deposit(2)), Err(SubmitError::Stopped(_))));
    assert!(matches!(running.shutdown(), StopReason::Panicked(_)));
    // It was not acknowledged, and is not in the log.
    let (engine, _running) = start_machine::<Fragile>(EngineConfig::new(folder.path())).unwrap();
    assert_eq!(engine.durable_position().sequence, Sequence(1));
}

#[test]
fn what_was_done_before_a_panic_is_still_answered() {
    let folder = tempdir().unwrap();
    let (engine, running) = start_machine::<Fragile>(EngineConfig::new(folder.path())).unwrap();
    for round in 0..20 {
        assert_eq!(engine.submit(deposit(round)).unwrap().wait().unwrap().sequence, Sequence(round + 1));
    }
    let before: Vec<_> = (21..=30).map(|number| engine.submit(deposit(number)).unwrap()).collect();
    let panicking = engine.submit(Command::AdvanceClock { tradable_from: Timeslice(1) }).unwrap();
    for (answer, number) in before.into_iter().zip(21..) {
        assert_eq!(answer.wait().unwrap().sequence, Sequence(number));
    }
    assert!(matches!(panicking.wait(), Err(Stopped { reason: StopReason::Panicked(_) })));
    assert_eq!(engine.durable_position().sequence, Sequence(30));
    assert!(matches!(running.shutdown(), StopReason::Panicked(_)));
}

/// Does nothing, whatever it is told.
#[derive(Default)]
struct Idle;

impl StateMachine for Idle {
    fn apply(&mut self, _: &Command, _: &mut Vec<Event>) {}
}

#[test]
fn a_log_that_makes_the_rules_panic_is_not_started_from() {
    let folder = tempdir().unwrap();
    let (engine, running) = start_machine::<Idle>(EngineConfig::new(folder.path())).unwrap();
    engine.submit(deposit(1)).unwrap().wait().unwrap();
    engine.submit(Command::AdvanceClock { tradable_from: Timeslice(1) }).unwrap().wait().unwrap();
    running.shutdown();
    let result = start_machine::<Fragile>(EngineConfig::new(folder.path()));
    assert!(matches!(result, Err(StartError::Panicked { last: Sequence(1), .. })));
}

#[test]
fn a_log_that_commits_to_other_events_is_not_started_from() {
    let folder = tempdir().unwrap();
    let (engine, running) = started(&folder);
    submit(&engine, Command::AdvanceClock { tradable_from: Timeslice(1) });
    submit(&engine, deposit(1));
    running.shutdown();
    let Err(StartError::Log(error)) = start_machine::<Idle>(EngineConfig::new(folder.path())) else {
        panic!("it starts")
    };
    assert!(matches!(error, LogError::OutputsDiffer { sequence: Sequence(2), .. }), "{error}");
}

/// Whether [`Fickle`] has changed its mind.
static CHANGED: AtomicBool = AtomicBool::new(false);

/// Gives other events once [`CHANGED`] is set: rules that are not deterministic.
#[derive(Default)]
struct Fickle;

impl StateMachine for Fickle {
    fn apply(&mut self, _: &Command, events: &mut Vec<Event>) {
        let order_id = OrderId(CHANGED.load(Ordering::SeqCst).into());
        events.push(Event::Accepted { order_id });
    }
}

#[test]
fn a_reader_does_not_give_events_that_the_log_does_not_commit_to() {
    let folder = tempdir().unwrap();
    let config = EngineConfig { history_capacity: 1, ..EngineConfig::new(folder.path()) };
    let (engine, _running) = start_machine::<Fickle>(config).unwrap();
    for number in 1..=3 {
        engine.submit(deposit(number)).unwrap().wait().unwrap();
    }
    CHANGED.store(true, Ordering::SeqCst);
    let mut reader = engine.events_from(Sequence(2));
    // The first commitment is behind the first command.
    let end = block_on(reader.next());
    let Err(ReadError::Log(error)) = end else { panic!("{end:?}") };
    assert!(matches!(*error, LogError::OutputsDiffer { sequence: Sequence(1), .. }), "{error}");
}

/// Blocks the thread that drops it, until the sender is dropped.
struct Blocker {
    entered: mpsc::Sender<()>,
    held: mpsc::Receiver<()>,
}

impl Drop for Blocker {
    fn drop(&mut self) {
        let _ = self.entered.send(());
        let _ = self.held.recv();
    }
}

/// Holds the disk thread until the sender is dropped: an answer that nobody waits for is dropped there.
fn block_log(engine: &Engine) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel();
    let (entered, inside) = mpsc::channel();
    drop(engine.query(move |_: &Market| Blocker { entered, held }).unwrap());
    inside.recv().unwrap();
    release
}

#[test]
fn the_engine_works_ahead_of_the_log_but_not_without_bound() {
    let folder = tempdir().unwrap();
    let usual = EngineConfig::new(folder.path());
    let config = EngineConfig { queue_capacity: 4, ahead_capacity: 6, group_max: 6, ..usual };
    let (engine, _running) = start(config).unwrap();
    let release = block_log(&engine);
    let (did, done) = mpsc::channel();
    let ask = || {
        let did = did.clone();
        engine.query(move |_: &Market| did.send(()).unwrap())
    };
    let mut answers = Vec::new();
    let mut done_count = 0;
    while done_count < 7 {
        // Done although nothing becomes durable.
        answers.push(ask().unwrap());
        done.recv().unwrap();
        done_count += 1;
    }
    // A group that waits for the disk, as many on their way to the log thread, and one that each thread holds.
    let most_done = 6 + 6 + 2;
    let mut refused = 0;
    while refused < 50 {
        match ask() {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                assert!(matches!(error, SubmitError::Busy));
                refused += 1;
                thread::sleep(Duration::from_millis(2));
            }
        }
        done_count += done.try_iter().count();
        assert!(done_count <= most_done, "the engine went on without bound");
    }
    assert!(
        answers.iter_mut().all(|answer| answer.now_or_never().is_none()),
        "an answer left before the log"
    );
    drop(release);
    let asked = answers.len();
    for answer in answers {
        answer.wait().unwrap();
    }
    assert_eq!(done_count + done.try_iter().count(), asked);
}
