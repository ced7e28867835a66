//! What an account is shown of random trading, held against the market itself.

use super::event::{Origin, Own, OwnReader};
use coretime_market::Market;
use coretime_proto::v1::{self, order_event};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, FailureOutcome, OrderId, OutflowLimit, OutflowScope,
    PartTimeslices, Parts, Planck, QuoteOrder, Region, Replace, SelfTrade, SettlementConfirmed, Side, TaskId,
    TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree};
use std::collections::BTreeSet;

const ACCOUNTS: [AccountId; 3] = [AccountId([1; 32]), AccountId([2; 32]), AccountId([3; 32])];

/// Random numbers that a step of trading is made of.
type Dice = [u8; 8];

struct Trading {
    market: Market,
    own: [Own; 3],
    names: u64,
    deposits: u32,
    seen: BTreeSet<&'static str>,
}

impl Trading {
    fn new() -> Trading {
        let own = [Own::default(), Own::default(), Own::default()];
        let mut trading =
            Trading { market: Market::new(), own, names: 0, deposits: 0, seen: BTreeSet::new() };
        for account in ACCOUNTS {
            let (amount, reference) = (Planck(1_000_000), trading.reference());
            trading.step(Command::DepositFunds { account, amount, reference });
        }
        trading
    }

    fn reference(&mut self) -> ChainReference {
        self.deposits += 1;
        ChainReference { block: BlockNumber(1), event: self.deposits }
    }

    fn name(&mut self) -> ClientOrderId {
        self.names += 1;
        ClientOrderId(self.names)
    }

    fn bid(&mut self, dice: Dice) -> Bid {
        let lot = [40, 80][usize::from(dice[3] % 2)];
        let begin = u32::from(dice[4] % 20);
        Bid {
            account: ACCOUNTS[usize::from(dice[1] % 3)],
            terms: BidTerms {
                client_order_id: self.name(),
                unit_price: UnitPrice(u64::from(dice[2] % 4) + 1),
                parts: Parts(lot * u32::from(dice[3] / 2 % 2 + 1)),
                lot_parts: Parts(lot),
                within: Window { begin: Timeslice(begin), end: Timeslice(begin + 5) },
                duration: Timeslices(5),
                require_renewable: false,
                delivery: [Delivery::Custody, Delivery::Transfer, Delivery::Assign(TaskId(9))]
                    [usize::from(dice[5] % 3)],
                self_trade: [SelfTrade::CancelTaker, SelfTrade::CancelMaker][usize::from(dice[6] % 2)],
            },
            time_in_force: [
                TimeInForce::GoodTillCancelled,
                TimeInForce::GoodTillCancelled,
                TimeInForce::ImmediateOrCancel,
                TimeInForce::FillOrKill,
            ][usize::from(dice[7] % 4)],
            post_only: false,
            expire_at: None,
        }
    }

    fn ask(&mut self, dice: Dice) -> Ask {
        let account = ACCOUNTS[usize::from(dice[1] % 3)];
        let regions: Vec<_> = self.market.free_regions_of(account).collect();
        let region = regions.get(usize::from(dice[4]) % regions.len().max(1)).map(|free| free.region.id());
        Ask {
            account,
            client_order_id: self.name(),
            unit_price: UnitPrice(u64::from(dice[2] % 4) + 1),
            region: region.unwrap_or_default(),
            lot_parts: Parts(40),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: [SelfTrade::CancelTaker, SelfTrade::CancelMaker][usize::from(dice[6] % 2)],
        }
    }

    fn order_id(&self, dice: Dice) -> OrderId {
        let live: Vec<_> = self.market.orders().map(|order| order.order_id).collect();
        live.get(usize::from(dice[5]) % live.len().max(1)).copied().unwrap_or(OrderId(99_999))
    }

    fn command(&mut self, dice: Dice) -> Command {
        let account = ACCOUNTS[usize::from(dice[1] % 3)];
        let request_id = None;
        match dice[0] % 22 {
            20 => {
                let limit = OutflowLimit { funds: Some(Planck(100)), regions: Some(PartTimeslices(800)) };
                let limit = (!dice[2].is_multiple_of(4)).then_some(limit);
                Command::LimitOutflow { scope: OutflowScope::EachAccount, limit }
            }
            21 => {
                let held = self.market.held_instructions().next();
                Command::ApproveOutflow { instruction: held.unwrap_or_default() }
            }
            0..=4 => Command::PlaceBid(self.bid(dice)),
            5..=8 => Command::PlaceAsk(self.ask(dice)),
            9 | 10 => {
                let begin = u32::from(dice[4] % 20);
                let region = Region {
                    core: CoreIndex(u16::from(dice[2] % 4)),
                    begin: Timeslice(begin),
                    end: Timeslice(begin + 10),
                    mask: CoreMask::FULL,
                };
                Command::DepositRegion { account, region, renewable: true, reference: self.reference() }
            }
            11 => Command::Cancel { account, target: CancelTarget::Order(self.order_id(dice)), request_id },
            12 => {
                let side = [None, Some(Side::Bid), Some(Side::Ask)][usize::from(dice[2] % 3)];
                Command::CancelAll { account, side, request_id }
            }
            13 => {
                let (order_id, unit_price) = (self.order_id(dice), Some(UnitPrice(u64::from(dice[2] % 6))));
                Command::Replace(Replace {
                    account,
                    order_id,
                    unit_price,
                    parts: None,
                    min_timeslices: None,
                    request_id,
                })
            }
            14 => {
                let legs = vec![self.bid(dice).terms, self.bid(dice).terms];
                Command::Basket { account, legs, request_id }
            }
            15 | 16 => {
                let cancel = vec![self.order_id(dice); usize::from(dice[7] % 3)];
                let (bid, ask) = (self.bid(dice), self.ask(dice));
                let place = vec![QuoteOrder::Bid(bid), QuoteOrder::Ask(ask), QuoteOrder::Bid(bid)];
                Command::Quote { account, cancel, place, request_id }
            }
            17 => Command::WithdrawFunds { account, amount: Planck(u128::from(dice[2])), request_id },
            18 => {
                let outstanding = self.market.instructions().next().map(|instruction| instruction.number);
                let instruction = outstanding.unwrap_or_default();
                if dice[2].is_multiple_of(2) {
                    let confirmed = SettlementConfirmed {
                        instruction,
                        block: BlockNumber(2),
                        extrinsic_index: 0,
                        chain_fee: Planck(0),
                    };
                    Command::SettlementConfirmed(confirmed)
                } else {
                    let outcome = FailureOutcome::Returned;
                    Command::SettlementFailed { instruction, outcome, reason: String::new() }
                }
            }
            _ => {
                let next = self.market.tradable_from().0 + u32::from(dice[2] % 2);
                Command::AdvanceClock { tradable_from: Timeslice(next) }
            }
        }
    }

    /// Carries out a command and checks what each account is shown.
    fn step(&mut self, command: Command) {
        let mut events = Vec::new();
        self.market.apply(&command, &mut events);
        let mut shown = Vec::new();
        for (account, own) in ACCOUNTS.into_iter().zip(&mut self.own) {
            let streamed = OwnReader::new(account, own, Origin::of(&command)).read_all(&events);
            let orders: BTreeSet<_> = self.market.orders_of(account).map(|order| order.order_id).collect();
            assert_eq!(own.orders, orders, "{command:?} {events:?}");
            let outstanding = self.market.instructions().filter(|instruction| instruction.account == account);
            let outstanding: BTreeSet<_> = outstanding.map(|instruction| instruction.number).collect();
            assert_eq!(own.instructions, outstanding, "{command:?} {events:?}");
            // An answer, which knows nothing of before, shows the sender just what the stream does.
            if sender(&command) == Some(account) {
                let mut fresh = Own::default();
                let answered = OwnReader::new(account, &mut fresh, Origin::of(&command)).read_all(&events);
                assert_eq!(answered, streamed, "{command:?} {events:?}");
            }
            for event in &streamed {
                if let Some(order_event::Event::Accepted(accepted)) = &event.event {
                    let name = ClientOrderId(accepted.client_order_id);
                    let named = self.market.find_order(account, name);
                    assert_eq!(named, Some(OrderId(accepted.order_id)), "{command:?} {events:?}");
                }
            }
            shown.extend(streamed);
        }
        assert_eq!(
            shown.len(),
            expected_count(&events),
            "each event is shown to its owner alone: {events:?}"
        );
        self.seen.extend(shown.iter().map(kind));
    }
}

/// How often the events must be shown, to all accounts together: a trade to both of its sides.
fn expected_count(events: &[Event]) -> usize {
    let count = |event: &Event| match event {
        Event::Trade(_) => 2,
        Event::Accepted { .. }
        | Event::Replaced { .. }
        | Event::Done { .. }
        | Event::Instruction { .. }
        | Event::InstructionEnded { .. }
        | Event::InstructionReleased { .. } => 1,
        _ => 0,
    };
    events.iter().map(count).sum()
}

fn sender(command: &Command) -> Option<AccountId> {
    match command {
        Command::PlaceBid(bid) => Some(bid.account),
        Command::PlaceAsk(ask) => Some(ask.account),
        Command::Replace(replace) => Some(replace.account),
        Command::Cancel { account, .. }
        | Command::CancelAll { account, .. }
        | Command::Basket { account, .. }
        | Command::Quote { account, .. }
        | Command::WithdrawFunds { account, .. } => Some(*account),
        _ => None,
    }
}

fn kind(event: &v1::OrderEvent) -> &'static str {
    match event.event.as_ref().unwrap() {
        order_event::Event::Accepted(_) => "accepted",
        order_event::Event::Replaced(_) => "replaced",
        order_event::Event::Fill(fill) if fill.role() == v1::LiquidityRole::Maker => "maker fill",
        order_event::Event::Fill(_) => "taker fill",
        order_event::Event::Done(done) => done.reason().as_str_name(),
        order_event::Event::Instruction(instruction) if instruction.awaits_approval => "instruction held",
        order_event::Event::Instruction(_) => "instruction",
        order_event::Event::InstructionEnded(_) => "instruction ended",
        order_event::Event::InstructionReleased(_) => "instruction released",
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_account_is_shown_all_of_its_own_and_nothing_else(steps in vec(any::<Dice>(), 0..120)) {
        let mut trading = Trading::new();
        for dice in steps {
            let command = trading.command(dice);
            trading.step(command);
        }
    }
}

#[test]
fn the_dice_reach_every_kind_of_event() {
    let mut random = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..50 {
        let steps = vec(any::<Dice>(), 120).new_tree(&mut random).unwrap().current();
        let mut trading = Trading::new();
        for dice in steps {
            let command = trading.command(dice);
            trading.step(command);
        }
        seen.extend(trading.seen);
    }
    let kinds = [
        "accepted",
        "replaced",
        "maker fill",
        "taker fill",
        "instruction",
        "instruction held",
        "instruction ended",
        "instruction released",
        "DONE_REASON_FILLED",
        "DONE_REASON_CANCELLED",
        "DONE_REASON_EXPIRED",
        "DONE_REASON_SELF_TRADE",
    ];
    assert_eq!(seen, BTreeSet::from(kinds));
}
