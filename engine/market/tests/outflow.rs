//! Outflow limits: what is held, what counts, and that nothing is there where no limit is set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_market::{Market, RestoreError};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, Command, CoreIndex, CoreMask, Event, FailureOutcome,
    InstructionNumber, Outflow, OutflowLimit, OutflowScope, PartTimeslices, Planck, Region, RejectReason,
    SettlementSubmitted, Timeslice,
};

const ALICE: AccountId = AccountId([0xA1; 32]);
const BOB: AccountId = AccountId([0xB0; 32]);
const EACH: OutflowScope = OutflowScope::EachAccount;

#[derive(Clone)]
struct Venue {
    market: Market,
    deposits: u32,
}

impl Venue {
    /// Both have money, and it is late on the first day.
    fn new() -> Venue {
        let mut venue = Venue { market: Market::new(), deposits: 0 };
        for account in [ALICE, BOB] {
            let reference = venue.reference();
            venue.apply(Command::DepositFunds { account, amount: Planck(10_000), reference });
        }
        venue.advance(179);
        venue
    }

    fn reference(&mut self) -> ChainReference {
        self.deposits += 1;
        ChainReference { block: BlockNumber(1), event: self.deposits }
    }

    fn apply(&mut self, command: Command) -> Vec<Event> {
        let mut events = Vec::new();
        self.market.apply(&command, &mut events);
        events
    }

    fn advance(&mut self, to: u32) {
        self.apply(Command::AdvanceClock { tradable_from: Timeslice(to) });
    }

    fn limit(&mut self, scope: OutflowScope, funds: u128) {
        let limit = OutflowLimit { funds: Some(Planck(funds)), regions: None };
        assert_eq!(self.apply(Command::LimitOutflow { scope, limit: Some(limit) }), []);
    }

    fn unlimit(&mut self, scope: OutflowScope) {
        assert_eq!(self.apply(Command::LimitOutflow { scope, limit: None }), []);
    }

    /// Whether it is held.
    fn pay(&mut self, account: AccountId, amount: u128) -> bool {
        let events = self.apply(Command::WithdrawFunds { account, amount: Planck(amount), request_id: None });
        self.is_held(&events)
    }

    fn is_held(&self, events: &[Event]) -> bool {
        match events {
            [Event::Instruction { number, .. }] => {
                assert!(!self.market.is_held(*number));
                false
            }
            [Event::Instruction { number, .. }, Event::InstructionHeld { number: held }] => {
                assert_eq!(number, held);
                assert!(self.market.is_held(*number));
                true
            }
            other => panic!("no instruction: {other:?}"),
        }
    }

    fn rejected(&mut self, command: Command) -> RejectReason {
        let before = self.market.state_hash();
        let events = self.apply(command);
        assert_eq!(self.market.state_hash(), before, "a rejected command changes nothing");
        match events[..] {
            [Event::Rejected(rejection)] => rejection.reason,
            _ => panic!("not rejected: {events:?}"),
        }
    }

    fn approve(&mut self, number: u64) -> Command {
        Command::ApproveOutflow { instruction: InstructionNumber(number) }
    }
}

fn submitted(numbers: &[u64]) -> Command {
    Command::SettlementSubmitted(SettlementSubmitted {
        instructions: numbers.iter().copied().map(InstructionNumber).collect(),
        extrinsic_hash: "0x01".to_owned(),
        nonce: 0,
        valid_until_block: BlockNumber(9),
        extrinsic: vec![1],
    })
}

#[test]
fn what_would_bring_the_day_above_the_limit_is_held_until_it_is_approved() {
    let mut venue = Venue::new();
    venue.limit(EACH, 1_000);
    assert!(!venue.pay(ALICE, 600));
    assert!(venue.pay(ALICE, 401), "1,001 of 1,000");
    assert!(!venue.pay(ALICE, 400), "what is held does not count");
    assert!(!venue.pay(BOB, 1_000), "another account's");
    let free = venue.market.funds(ALICE).free;
    assert_eq!(free, Planck(10_000 - 600 - 401 - 400), "it has left the ledger");

    assert_eq!(venue.rejected(submitted(&[1, 2])), RejectReason::InstructionHeld);
    assert_eq!(venue.rejected(submitted(&[2, 99])), RejectReason::UnknownInstruction);
    let (held, free, unknown) = (venue.approve(2), venue.approve(1), venue.approve(99));
    assert_eq!(venue.rejected(free), RejectReason::NotHeld);
    assert_eq!(venue.rejected(unknown), RejectReason::UnknownInstruction);
    let number = InstructionNumber(2);
    assert_eq!(venue.apply(held.clone()), [Event::InstructionReleased { number }]);
    assert_eq!(venue.rejected(held), RejectReason::NotHeld);
    assert_eq!(venue.apply(submitted(&[1, 2])), []);
    assert_eq!(venue.market.outflow_today_of(ALICE).funds, Planck(1_000), "what was approved does not count");
}

#[test]
fn a_day_of_the_clock_ends_after_180_timeslices() {
    let mut venue = Venue::new();
    venue.limit(EACH, 1_000);
    assert!(!venue.pay(ALICE, 1_000));
    venue.advance(179);
    assert!(venue.pay(ALICE, 1));
    venue.advance(180);
    assert_eq!(venue.market.outflow_today(), Outflow::default());
    assert_eq!(venue.market.outflows_today().count(), 0, "yesterday's are forgotten");
    assert!(!venue.pay(ALICE, 1_000));
    assert_eq!(venue.market.held_instructions().collect::<Vec<_>>(), [InstructionNumber(2)]);
    venue.advance(359);
    assert!(venue.pay(ALICE, 1), "it is the same day still");
}

#[test]
fn an_accounts_own_limit_stands_in_for_that_of_each_and_the_venues_holds_besides() {
    let mut venue = Venue::new();
    let own = OutflowScope::Account(ALICE);
    venue.limit(EACH, 100);
    venue.limit(own, 2_000);
    assert!(!venue.pay(ALICE, 2_000));
    assert!(venue.pay(BOB, 101));
    venue.limit(OutflowScope::Venue, 2_050);
    assert!(venue.pay(BOB, 51), "2,000 of Alice's count");
    assert!(!venue.pay(BOB, 50));
    venue.unlimit(OutflowScope::Venue);
    venue.apply(Command::LimitOutflow { scope: own, limit: Some(OutflowLimit::default()) });
    assert!(!venue.pay(ALICE, 5_000), "its own limit is none");
    venue.unlimit(own);
    assert!(venue.pay(ALICE, 1), "that of each again");
    venue.unlimit(EACH);
    assert!(!venue.pay(ALICE, 1));
    assert_eq!(venue.market.held_instructions().count(), 3, "what is held stays held");
}

#[test]
fn regions_count_in_part_timeslices_and_apart_from_money() {
    let mut venue = Venue::new();
    let limit = OutflowLimit { funds: Some(Planck(0)), regions: Some(PartTimeslices(80 * 10)) };
    venue.apply(Command::LimitOutflow { scope: EACH, limit: Some(limit) });
    for (begin, end, is_held) in [(200, 209, false), (300, 302, true), (400, 401, false), (500, 501, true)] {
        let region =
            Region { core: CoreIndex(1), begin: Timeslice(begin), end: Timeslice(end), mask: CoreMask::FULL };
        let reference = venue.reference();
        venue.apply(Command::DepositRegion { account: ALICE, region, renewable: false, reference });
        let withdraw = Command::WithdrawRegion { account: ALICE, region: region.id(), request_id: None };
        let events = venue.apply(withdraw);
        assert_eq!(venue.is_held(&events), is_held, "{region}");
    }
    assert!(venue.pay(ALICE, 1), "no money at all may leave");
}

#[test]
fn what_is_held_can_end_and_what_is_returned_has_counted() {
    let mut venue = Venue::new();
    venue.limit(EACH, 1_000);
    let fail = |number| Command::SettlementFailed {
        instruction: InstructionNumber(number),
        outcome: FailureOutcome::Returned,
        reason: String::new(),
    };
    assert!(venue.pay(ALICE, 1_001));
    venue.apply(fail(1));
    assert_eq!(venue.market.held_instructions().count(), 0);
    assert_eq!(venue.market.funds(ALICE).free, Planck(10_000));
    assert!(!venue.pay(ALICE, 1_000));
    venue.apply(fail(2));
    assert!(venue.pay(ALICE, 1), "the thousand of today are used up");
}

#[test]
fn without_limits_the_state_is_what_it_was_and_snapshots_carry_the_rest() {
    let mut venue = Venue::new();
    assert!(!venue.pay(ALICE, 7));
    let (before, hash) = (venue.market.snapshot(), venue.market.state_hash());
    venue.limit(OutflowScope::Venue, 10);
    assert_ne!(venue.market.state_hash(), hash);
    venue.unlimit(OutflowScope::Venue);
    assert_eq!(venue.market.snapshot(), before);
    assert_eq!(venue.market.outflow_today(), Outflow::default(), "nothing is counted without a limit");

    venue.limit(OutflowScope::Venue, 10);
    assert!(!venue.pay(ALICE, 4));
    assert!(venue.pay(BOB, 7));
    let snapshot = venue.market.snapshot();
    let mut restored = Venue { market: Market::restore(&snapshot).unwrap(), ..venue.clone() };
    assert_eq!(restored.market.state_hash(), venue.market.state_hash());
    for venue in [&mut venue, &mut restored] {
        assert!(venue.market.is_held(InstructionNumber(3)));
        assert!(!venue.pay(BOB, 6));
        assert!(venue.pay(BOB, 1));
    }
    // The last of what is held is the last number there.
    let mut wrong = snapshot;
    let last = wrong.len() - 8;
    wrong[last..].copy_from_slice(&77_u64.to_le_bytes());
    assert_eq!(Market::restore(&wrong).unwrap_err(), RestoreError::ImpossibleOutflows);
}
