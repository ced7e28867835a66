//! A client that remembers what it sent and what it was told.

use super::logged::Logged;
use crate::exchange::{Exchange, key};
use coretime_client::Trader;
use coretime_proto::v1 as pb;
use coretime_types::{AccountId, Sequence, TradeId};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::task::JoinSet;
use tonic::Code;

/// Requests of one client that are under way at once.
const AT_ONCE: u64 = 4;

/// An answer that came.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) order_id: u64,
    pub(super) sequence: u64,
    pub(super) chain_hash: Vec<u8>,
    pub(super) fills: Vec<pb::Fill>,
}

#[derive(Debug, Default)]
struct Memory {
    last_name: u64,
    sent: BTreeMap<u64, pb::Bid>,
    told: BTreeMap<u64, Told>,
    /// Refused with a reason: it must not be in the book.
    refused: u64,
    /// Sent, and then the connection was gone.
    lost: Vec<u64>,
    /// Orders whose cancelling was acknowledged, and where.
    cancelled: BTreeMap<u64, u64>,
}

#[derive(Clone)]
pub(super) struct Client {
    pub(super) name: String,
    pub(super) account: AccountId,
    window: pb::Window,
    price: u64,
    seed: u64,
    memory: Arc<Mutex<Memory>>,
}

impl Client {
    pub(super) fn new(name: &str, seed: u64, window: pb::Window, price: u64) -> Client {
        let account = AccountId(key(name).public_key().0);
        Client { name: name.to_owned(), account, window, price, seed, memory: Arc::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    pub(super) fn acknowledged(&self) -> usize {
        self.memory().told.len()
    }

    pub(super) fn without_answer(&self) -> usize {
        self.memory().lost.len()
    }

    pub(super) fn acknowledge(&self, name: u64, response: &pb::PlaceBidResponse) {
        let receipt = response.receipt.as_ref().unwrap();
        let fills = response.events.iter().filter_map(|event| match &event.event {
            Some(pb::order_event::Event::Fill(fill)) => Some(fill.clone()),
            _ => None,
        });
        let told = Told {
            order_id: response.order_id,
            sequence: receipt.sequence,
            chain_hash: receipt.chain_hash.clone(),
            fills: fills.collect(),
        };
        assert!(self.memory().told.insert(name, told).is_none(), "order {name} was acknowledged twice");
    }

    /// The newest orders without an answer, and the newest with one.
    pub(super) fn to_send_again(&self, count: usize) -> Vec<pb::Bid> {
        let memory = self.memory();
        let lost = memory.lost.iter().rev().take(count);
        let told = memory.told.keys().rev().take(count);
        lost.chain(told).map(|name| memory.sent[name]).collect()
    }

    /// Some receipts, as `verify` takes them.
    pub(super) fn some_receipts(&self, rng: &mut Rng, count: usize) -> Vec<String> {
        let memory = self.memory();
        let told: Vec<_> = memory.told.values().collect();
        let count = count.min(told.len());
        let chosen = (0..count).map(|_| told[rng.usize(0..told.len())]);
        chosen.map(|told| format!("{}:{}", told.sequence, hex::encode(&told.chain_hash))).collect()
    }

    /// What it was told is in the log, once, and the log has nothing of it that it did not send.
    pub(super) fn compare(&self, logged: &Logged) {
        let memory = self.memory();
        for (name, told) in &memory.told {
            let placed = logged.placed(self.account, *name);
            let [placed] = placed else {
                panic!("{}'s order {name} is there {} times", self.name, placed.len())
            };
            assert_eq!((placed.order_id, placed.sequence), (told.order_id, told.sequence));
            assert_eq!(logged.chain_hash(Sequence(told.sequence)), told.chain_hash);
            let trades = logged.trades_at(Sequence(told.sequence));
            assert_eq!(trades.len(), told.fills.len(), "fills of order {}", told.order_id);
            for (trade, fill) in trades.iter().zip(&told.fills) {
                assert_eq!((trade.trade_id, trade.taker.0), (TradeId(fill.trade_id), fill.order_id));
                assert_eq!(
                    (trade.unit_price.0, trade.parts.0),
                    (fill.unit_price_planck, fill.quantity_parts)
                );
            }
        }
        for (name, placed) in logged.placed_by(self.account) {
            let sent = memory.sent.get(&name).expect("an order is in the log that was not sent");
            let terms = sent.terms.as_ref().unwrap();
            for placed in placed {
                assert_eq!(placed.unit_price, terms.unit_price_planck);
                assert_eq!(Some(placed.window), terms.within);
            }
        }
        for (order_id, sequence) in &memory.cancelled {
            assert_eq!(logged.cancelled_at(*order_id), Some(*sequence));
        }
    }

    fn next_bid(&self, rng: &mut Rng) -> (u64, pb::Bid) {
        let mut memory = self.memory();
        memory.last_name += 1;
        let name = memory.last_name;
        let begin = rng.u32(self.window.begin_timeslice..self.window.end_timeslice - 4);
        let duration = rng.u32(1..4);
        let crosses = rng.bool();
        let terms = pb::BidTerms {
            client_order_id: name,
            unit_price_planck: if crosses { self.price } else { self.price - rng.u64(1..100) },
            quantity_parts: 80,
            lot_parts: 80,
            within: Some(pb::Window { begin_timeslice: begin, end_timeslice: begin + duration }),
            duration_timeslices: duration,
            ..pb::BidTerms::default()
        };
        let bid = pb::Bid { terms: Some(terms), ..pb::Bid::default() };
        memory.sent.insert(name, bid);
        (name, bid)
    }

    /// Places and cancels orders until the connection is gone.
    async fn trade(self, mut trader: Trader, mut rng: Rng) {
        loop {
            let (name, bid) = self.next_bid(&mut rng);
            let order_id = match trader.bid(bid).await {
                Ok(response) => {
                    self.acknowledge(name, &response);
                    response.order_id
                }
                Err(status) if is_gone(&status) => {
                    self.memory().lost.push(name);
                    return;
                }
                Err(_) => {
                    self.memory().refused += 1;
                    continue;
                }
            };
            if rng.u32(0..3) == 0 {
                let target = Some(pb::cancel_order_request::Target::OrderId(order_id));
                match trader.orders.cancel_order(pb::CancelOrderRequest { target, request_id: 0 }).await {
                    Ok(response) => {
                        let receipt = response.into_inner().receipt.unwrap();
                        self.memory().cancelled.insert(order_id, receipt.sequence);
                    }
                    Err(status) if is_gone(&status) => return,
                    // It is filled.
                    Err(status) => assert_eq!(status.code(), Code::NotFound, "{status:?}"),
                }
            }
        }
    }
}

/// Whether nobody can tell from the status what became of the request.
fn is_gone(status: &tonic::Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal | Code::DeadlineExceeded
    )
}

/// A client at work.
pub(super) struct Load(JoinSet<()>);

impl Load {
    pub(super) async fn start(client: &Client, exchange: &Exchange) -> Load {
        let trader = exchange.log_in(&client.name).await;
        let mut tasks = JoinSet::new();
        for number in 0..AT_ONCE {
            let already = client.memory().last_name;
            let rng = Rng::with_seed(client.seed.wrapping_mul(1_000_003).wrapping_add(already * 16 + number));
            tasks.spawn(client.clone().trade(trader.clone(), rng));
        }
        Load(tasks)
    }

    /// Waits until all have noticed that the server is gone.
    pub(super) async fn end(mut self) {
        while let Some(task) = self.0.join_next().await {
            task.unwrap();
        }
    }
}
