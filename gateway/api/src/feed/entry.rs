//! A record, with what readers need to know about it besides.

use crate::convert::{
    book::order_change,
    event::{Origin, Own, OwnReader, sender},
};
use coretime_market::Market;
use coretime_proto::v1;
use coretime_sequencer::Record;
use coretime_types::{AccountId, Command, Event, InstructionNumber, OrderId, Timeslice};
use smallvec::SmallVec;
use std::sync::Arc;

/// A record, with what readers need to know about it besides.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) record: Arc<Record>,
    /// Who sent it and whom it happened to, each once.
    pub(crate) parties: SmallVec<[AccountId; 2]>,
    /// Whose the orders are that ended.
    ended_orders: SmallVec<[(OrderId, AccountId); 1]>,
    /// Whose the instructions are that were open before, and that it is about.
    open_instructions: Vec<(InstructionNumber, AccountId)>,
    /// What it changed in the book, by order id.
    pub(crate) changes: Vec<v1::BookChange>,
    /// The clock after it, and whether it has moved.
    pub(crate) tradable_from: Timeslice,
    pub(crate) clock_moved: bool,
}

impl Entry {
    /// Begins an entry, from the market as it is before the record.
    pub(crate) fn before(record: Arc<Record>, market: &Market) -> Entry {
        let mut entry = Entry {
            parties: SmallVec::new(),
            ended_orders: SmallVec::new(),
            open_instructions: Vec::new(),
            changes: Vec::new(),
            tradable_from: market.tradable_from(),
            clock_moved: false,
            record,
        };
        let sender = sender(&entry.record.command);
        entry.add_party(sender);
        for event in entry.record.clone().events.iter() {
            match *event {
                Event::Trade(trade) => {
                    entry.add_party(Some(trade.buyer));
                    entry.add_party(Some(trade.seller));
                }
                Event::Done { order_id, .. } => {
                    let owner = owner(&entry.record, sender, order_id, market);
                    entry.add_party(owner);
                    entry.ended_orders.extend(owner.map(|owner| (order_id, owner)));
                }
                Event::InstructionEnded { number, .. } | Event::InstructionReleased { number } => {
                    let owner = market.instruction(number).map(|instruction| instruction.account);
                    entry.add_party(owner);
                    entry.open_instructions.extend(owner.map(|owner| (number, owner)));
                }
                _ => {}
            }
        }
        entry
    }

    /// Completes it, from the market as it is after the record.
    pub(crate) fn complete(&mut self, market: &Market) {
        self.clock_moved = self.tradable_from != market.tradable_from();
        self.tradable_from = market.tradable_from();
        let (mut touched, mut accepted) = (SmallVec::<[OrderId; 4]>::new(), SmallVec::<[OrderId; 4]>::new());
        for event in self.record.events.iter() {
            match *event {
                Event::Accepted { order_id } => {
                    accepted.push(order_id);
                    touched.push(order_id);
                }
                Event::Replaced { order_id } | Event::Done { order_id, .. } => touched.push(order_id),
                Event::Trade(trade) => touched.extend([trade.maker, trade.taker]),
                _ => {}
            }
        }
        touched.sort_unstable();
        touched.dedup();
        // Who came and went with this record never rested.
        let rested = |order_id: &OrderId| accepted.binary_search(order_id).is_err();
        let changes = touched.into_iter().filter_map(|order_id| match market.order(order_id) {
            Some(order) => Some(order_change(&order)),
            None => rested(&order_id).then_some(v1::BookChange {
                change: Some(v1::book_change::Change::RemovedOrderId(order_id.0)),
            }),
        });
        self.changes = changes.collect();
    }

    /// What the account sees of it, in order.
    pub(crate) fn events_of(&self, account: AccountId) -> Vec<v1::OrderEvent> {
        let orders = self.ended_orders.iter().filter(|(_, owner)| *owner == account);
        let instructions = self.open_instructions.iter().filter(|(_, owner)| *owner == account);
        let mut own = Own {
            orders: orders.map(|(order_id, _)| *order_id).collect(),
            instructions: instructions.map(|(number, _)| *number).collect(),
        };
        OwnReader::new(account, &mut own, Origin::of(&self.record.command)).read_all(&self.record.events)
    }

    fn add_party(&mut self, account: Option<AccountId>) {
        if let Some(account) = account.filter(|account| !self.parties.contains(account)) {
            self.parties.push(account);
        }
    }
}

/// Whose an order is that ended: a trader's, the sender's, that of the account suspended; else the market knows.
fn owner(
    record: &Record,
    sender: Option<AccountId>,
    order_id: OrderId,
    market: &Market,
) -> Option<AccountId> {
    let traded = record.events.iter().find_map(|event| match event {
        Event::Trade(trade) if trade.maker == order_id => {
            Some(if trade.maker_is_bid { trade.buyer } else { trade.seller })
        }
        Event::Trade(trade) if trade.taker == order_id => {
            Some(if trade.maker_is_bid { trade.seller } else { trade.buyer })
        }
        _ => None,
    });
    let suspended = match record.command {
        Command::Suspend { account } => Some(account),
        _ => None,
    };
    let known = || market.order(order_id).map(|order| order.account);
    traded.or(suspended).or(sender).or_else(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_sequencer::ChainHash;
    use coretime_types::{
        BlockNumber, ChainReference, ClientOrderId, CoreIndex, CoreMask, Delivery, Parts, Planck, Region,
        SelfTrade, Sequence, TimeInForce, Timeslices, UnitPrice, Window,
    };

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);

    struct World {
        market: Market,
        sequence: u64,
    }

    impl World {
        fn apply(&mut self, command: Command) -> Entry {
            // What comes of it, on a market of the same state.
            let mut ahead = Market::restore(&self.market.snapshot()).unwrap();
            let mut events = Vec::new();
            ahead.apply(&command, &mut events);
            self.sequence += 1;
            let record = Arc::new(Record {
                sequence: Sequence(self.sequence),
                chain_hash: ChainHash::START,
                time_ms: 0,
                command,
                events: events.into(),
            });
            let mut entry = Entry::before(record, &self.market);
            self.market = ahead;
            entry.complete(&self.market);
            entry
        }

        fn bid(&mut self, name: u64, unit_price: u64, time_in_force: TimeInForce) -> Entry {
            let within = Window { begin: Timeslice(10), end: Timeslice(20) };
            self.apply(Command::PlaceBid(coretime_types::Bid {
                account: ALICE,
                terms: coretime_types::BidTerms {
                    client_order_id: ClientOrderId(name),
                    unit_price: UnitPrice(unit_price),
                    parts: Parts(80),
                    lot_parts: Parts(80),
                    within,
                    duration: Timeslices(10),
                    require_renewable: false,
                    delivery: Delivery::Custody,
                    self_trade: SelfTrade::CancelTaker,
                },
                time_in_force,
                post_only: false,
                expire_at: None,
            }))
        }
    }

    fn world() -> World {
        let mut world = World { market: Market::default(), sequence: 0 };
        let at = |event| ChainReference { block: BlockNumber(1), event };
        let (core, mask) = (CoreIndex(0), CoreMask::FULL);
        let region = Region { core, begin: Timeslice(0), end: Timeslice(30), mask };
        let amount = Planck(1_000_000);
        world.apply(Command::DepositFunds { account: ALICE, amount, reference: at(0) });
        world.apply(Command::DepositRegion { account: BOB, region, renewable: true, reference: at(1) });
        world
    }

    fn removed(entry: &Entry) -> Vec<u64> {
        let ids = entry.changes.iter().filter_map(|change| match change.change {
            Some(v1::book_change::Change::RemovedOrderId(id)) => Some(id),
            _ => None,
        });
        ids.collect()
    }

    #[test]
    fn a_trade_has_both_parties_and_changes_both_orders() {
        let mut world = world();
        let rested = world.bid(1, 5, TimeInForce::GoodTillCancelled);
        assert_eq!((&rested.parties[..], rested.changes.len()), (&[ALICE][..], 1));
        let region =
            coretime_types::RegionId { begin: Timeslice(0), core: CoreIndex(0), mask: CoreMask::FULL };
        let traded = world.apply(Command::PlaceAsk(coretime_types::Ask {
            account: BOB,
            client_order_id: ClientOrderId(1),
            unit_price: UnitPrice(4),
            region,
            lot_parts: Parts(80),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        }));
        assert_eq!(traded.parties[..], [BOB, ALICE]);
        assert_eq!(removed(&traded), [1]);
        assert_eq!(traded.changes.len(), 2);
        // The bid's fill and end; the ask's acceptance and fill.
        assert_eq!((traded.events_of(ALICE).len(), traded.events_of(BOB).len()), (2, 2));
        assert!(traded.events_of(AccountId([3; 32])).is_empty());
    }

    #[test]
    fn what_never_rested_changes_nothing() {
        let entry = world().bid(1, 5, TimeInForce::ImmediateOrCancel);
        assert!(entry.changes.is_empty());
        assert_eq!(entry.events_of(ALICE).len(), 2);
    }

    #[test]
    fn who_rejected_is_a_party_who_expires_and_who_is_suspended_too() {
        let mut world = world();
        let rejected = world.bid(1, 0, TimeInForce::GoodTillCancelled);
        assert_eq!((&rejected.parties[..], rejected.changes.len()), (&[ALICE][..], 0));
        world.bid(1, 5, TimeInForce::GoodTillCancelled);
        let expired = world.apply(Command::AdvanceClock { tradable_from: Timeslice(15) });
        assert_eq!((&expired.parties[..], removed(&expired)), (&[ALICE][..], vec![1]));
        assert!(expired.clock_moved && expired.tradable_from == Timeslice(15));
        assert_eq!(expired.events_of(ALICE).len(), 1);
        let suspended = world.apply(Command::Suspend { account: ALICE });
        assert!(suspended.parties.is_empty() && !suspended.clock_moved);
    }
}
