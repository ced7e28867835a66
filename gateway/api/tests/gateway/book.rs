//! Market data: a book that a client rebuilds from the stream is the engine's own.

use crate::venue::{Venue, ask, bid, reason, soon};
use coretime_client::{Book, BookLevel};
use coretime_gateway::GatewayConfig;
use coretime_market::{Level, Market, OrderDetail};
use coretime_proto::v1::{self, book_order::Detail, market_data_service_client::MarketDataServiceClient};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, OrderId, Parts, Planck, Region, Replace, SelfTrade, TimeInForce,
    Timeslice, Timeslices, UnitPrice, Window,
};
use fastrand::Rng;
use std::collections::VecDeque;
use tonic::{Code, Status, Streaming, transport::Channel};

type BookStream = Streaming<v1::StreamBookResponse>;

const TRADERS: u8 = 8;
/// How far ahead orders reach.
const HORIZON: u32 = 60;

/// A client that loses its connection now and then.
struct Client {
    data: MarketDataServiceClient<Channel>,
    stream: Option<BookStream>,
    book: Book,
    resumed: u32,
    begun: u32,
}

impl Client {
    async fn open(&mut self) -> Result<(), Status> {
        loop {
            let resume_after_sequence = self.book.resume_after();
            match self.data.stream_book(v1::StreamBookRequest { resume_after_sequence }).await {
                Ok(stream) => {
                    *(if resume_after_sequence.is_some() { &mut self.resumed } else { &mut self.begun }) += 1;
                    self.stream = Some(stream.into_inner());
                    return Ok(());
                }
                Err(status) if reason(&status) == "RESUME_TOO_OLD" => self.book = Book::default(),
                Err(status) => return Err(status),
            }
        }
    }

    /// Reads until the book has this record.
    async fn read_to(&mut self, sequence: u64, random: &mut Rng) {
        while !self.book.is_whole() || self.book.resume_after() < Some(sequence) {
            if random.u32(..200) == 0 {
                self.stream = None;
            }
            match &mut self.stream {
                None => self.open().await.unwrap(),
                Some(stream) => match soon(stream.message()).await {
                    Ok(message) => self.book.apply(message.unwrap()).unwrap(),
                    Err(status) => {
                        assert_eq!(reason(&status), "SUBSCRIBER_TOO_SLOW");
                        self.stream = None;
                    }
                },
            }
        }
    }
}

/// Commands that reach all there is in a book: cuts, shares, expiry, replaces.
struct Traffic {
    random: Rng,
    tradable_from: u32,
    names: u64,
    deposits: u32,
    orders: VecDeque<(AccountId, OrderId)>,
}

impl Traffic {
    fn account(&mut self) -> AccountId {
        AccountId([self.random.u8(1..=TRADERS); 32])
    }

    fn reference(&mut self) -> ChainReference {
        self.deposits += 1;
        ChainReference { block: BlockNumber(1), event: self.deposits }
    }

    fn window(&mut self) -> Window {
        let begin = self.tradable_from + self.random.u32(1..HORIZON);
        Window { begin: Timeslice(begin), end: Timeslice(begin + self.random.u32(1..20)) }
    }

    fn name(&mut self) -> ClientOrderId {
        self.names += 1;
        ClientOrderId(self.names)
    }

    fn lot(&mut self) -> Parts {
        Parts([80, 80, 40, 20, 10][self.random.usize(..5)])
    }

    fn bid(&mut self) -> Command {
        let (within, lot_parts, account) = (self.window(), self.lot(), self.account());
        let flexible = self.random.bool();
        let full = within.duration().0;
        let duration = if flexible { self.random.u32(1..=full) } else { full };
        let times = if duration < full { 1 } else { self.random.u32(1..4) };
        Command::PlaceBid(Bid {
            account,
            terms: BidTerms {
                client_order_id: self.name(),
                unit_price: UnitPrice(self.random.u64(1..60)),
                parts: Parts(lot_parts.0 * times),
                lot_parts,
                within,
                duration: Timeslices(duration),
                require_renewable: self.random.u8(..8) == 0,
                delivery: Delivery::Custody,
                self_trade: SelfTrade::CancelMaker,
            },
            time_in_force: if self.random.u8(..6) == 0 {
                TimeInForce::ImmediateOrCancel
            } else {
                TimeInForce::GoodTillCancelled
            },
            post_only: false,
            expire_at: None,
        })
    }

    /// A new region, and an ask for it.
    fn ask(&mut self) -> [Command; 2] {
        let (account, window) = (self.account(), self.window());
        let core = CoreIndex(self.random.u16(..));
        let region = Region { core, begin: window.begin, end: window.end, mask: CoreMask::FULL };
        let renewable = self.random.bool();
        let deposit = Command::DepositRegion { account, region, renewable, reference: self.reference() };
        let ask = Command::PlaceAsk(Ask {
            account,
            client_order_id: self.name(),
            unit_price: UnitPrice(self.random.u64(20..90)),
            region: region.id(),
            lot_parts: self.lot(),
            min_timeslices: Timeslices(self.random.u32(1..=window.duration().0.min(4))),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        });
        [deposit, ask]
    }

    fn next(&mut self) -> Vec<Command> {
        match self.random.u32(..100) {
            0 => {
                self.tradable_from += 1;
                vec![Command::AdvanceClock { tradable_from: Timeslice(self.tradable_from) }]
            }
            1..20 => self.ask().into(),
            20..50 => match self.orders.pop_front() {
                Some((account, order_id)) if self.random.bool() => {
                    let target = CancelTarget::Order(order_id);
                    vec![Command::Cancel { account, target, request_id: None }]
                }
                Some((account, order_id)) => {
                    self.orders.push_back((account, order_id));
                    vec![Command::Replace(Replace {
                        account,
                        order_id,
                        unit_price: Some(UnitPrice(self.random.u64(1..90))),
                        parts: None,
                        min_timeslices: None,
                        request_id: None,
                    })]
                }
                None => vec![self.bid()],
            },
            _ => vec![self.bid()],
        }
    }

    /// Remembers an order that was accepted.
    fn note(&mut self, command: &Command, events: &[Event]) {
        let account = match command {
            Command::PlaceBid(bid) => bid.account,
            Command::PlaceAsk(ask) => ask.account,
            _ => return,
        };
        if let Some(Event::Accepted { order_id }) = events.first() {
            self.orders.push_back((account, *order_id));
        }
    }
}

/// The engine's own book, as the interface writes it.
fn orders_of(market: &Market) -> Vec<v1::BookOrder> {
    let window = |begin: Timeslice, end: Timeslice| {
        Some(v1::Window { begin_timeslice: begin.0, end_timeslice: end.0 })
    };
    let orders = market.orders().map(|order| v1::BookOrder {
        order_id: order.order_id.0,
        priority: order.priority.0,
        unit_price_planck: order.unit_price.0,
        lot_parts: order.lot_parts.0,
        detail: Some(match order.detail {
            OrderDetail::Bid { remaining, within, duration, require_renewable, .. } => {
                Detail::Bid(v1::BookBid {
                    remaining_parts: remaining.0,
                    within: window(within.begin, within.end),
                    duration_timeslices: duration.0,
                    require_renewable,
                })
            }
            OrderDetail::Ask { pieces, min_timeslices } => Detail::Ask(v1::BookAsk {
                pieces: pieces
                    .iter()
                    .map(|piece| v1::BookPiece {
                        window: window(piece.region.begin, piece.region.end),
                        quantity_parts: piece.region.mask.parts().0,
                        renewable: piece.renewable,
                    })
                    .collect(),
                min_duration_timeslices: min_timeslices.0,
            }),
        }),
    });
    orders.collect()
}

fn same(ours: &[BookLevel], engines: &[Level]) -> bool {
    let pairs = ours.iter().zip(engines);
    let equal = |(ours, engines): (&BookLevel, &Level)| {
        (ours.unit_price_planck, ours.parts, ours.orders)
            == (engines.unit_price.0, engines.parts, engines.orders)
    };
    ours.len() == engines.len() && pairs.into_iter().all(equal)
}

#[tokio::test]
async fn a_book_rebuilt_from_the_stream_is_the_engines_own() {
    let wanted: u64 =
        std::env::var("CORETIME_BOOK_EVENTS").map_or(30_000, |count| count.parse().expect("a number"));
    let seed = std::env::var("SEED").map_or(7, |seed| seed.parse().expect("a number"));
    let config = GatewayConfig { feed_capacity_records: 2_000, ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 65_536).await;
    let mut traffic = Traffic {
        random: Rng::with_seed(seed),
        tradable_from: 0,
        names: 0,
        deposits: 0,
        orders: VecDeque::new(),
    };
    for account in 1..=TRADERS {
        let (account, amount) = (AccountId([account; 32]), Planck(1 << 60));
        let reference = traffic.reference();
        venue.command(Command::DepositFunds { account, amount, reference }).await;
    }
    let data = MarketDataServiceClient::new(venue.channel.clone());
    let mut client = Client { data, stream: None, book: Book::default(), resumed: 0, begun: 0 };
    let (mut events, mut trades, mut checks) = (0, 0, 0);
    let mut levels = 0;
    while events < wanted {
        // Sometimes more than the venue keeps for those who come back.
        let batch = if traffic.random.u8(..20) == 0 { 4_000 } else { traffic.random.u32(1..800) };
        let mut answers = Vec::new();
        for _ in 0..batch {
            for command in traffic.next() {
                let answer = loop {
                    match venue.engine.submit(command.clone()) {
                        Ok(answer) => break answer,
                        Err(_) => tokio::task::yield_now().await,
                    }
                };
                answers.push((command, answer));
            }
        }
        for (command, answer) in answers {
            let receipt = answer.await.unwrap();
            traffic.note(&command, &receipt.events);
            events += u64::try_from(receipt.events.len()).unwrap();
            trades += receipt.events.iter().filter(|event| matches!(event, Event::Trade(_))).count();
        }
        // It rests surely: so the client knows when it has read far enough.
        let mut last = traffic.bid();
        if let Command::PlaceBid(bid) = &mut last {
            (bid.terms.unit_price, bid.time_in_force) = (UnitPrice(1), TimeInForce::GoodTillCancelled);
        }
        let receipt = venue.engine.submit(last).unwrap().await.unwrap();
        assert!(matches!(receipt.events[..], [Event::Accepted { .. }]), "{:?}", receipt.events);
        let windows: Vec<(Window, Parts)> = (0..5).map(|_| (traffic.window(), traffic.lot())).collect();
        let asked = windows.clone();
        let look = move |market: &Market| {
            let books: Vec<_> = asked.into_iter().map(|(window, lot)| market.book(window, lot)).collect();
            (orders_of(market), market.tradable_from(), books)
        };
        let (orders, tradable_from, books) = venue.engine.query(look).unwrap().await.unwrap();
        client.read_to(receipt.sequence.0, &mut traffic.random).await;
        assert!(client.book.orders().eq(orders.iter()), "seed {seed}, after {events} events");
        assert_eq!(client.book.tradable_from(), tradable_from.0);
        for ((window, lot), book) in windows.into_iter().zip(books) {
            let asked = v1::Window { begin_timeslice: window.begin.0, end_timeslice: window.end.0 };
            let (bids, asks) = client.book.levels(asked, lot.0);
            assert!(same(&bids, &book.bids), "bids of {window:?}: {bids:?}, {:?}", book.bids);
            assert!(same(&asks, &book.asks), "asks of {window:?}: {asks:?}, {:?}", book.asks);
            levels += bids.len() + asks.len();
        }
        checks += 1;
    }
    println!(
        "{events} events, {trades} trades, {checks} times compared, {levels} levels; the stream was begun {} times and resumed {} times",
        client.begun, client.resumed
    );
    assert!(trades > 100 && levels > 100 && client.begun > 1 && client.resumed > 5);
}

#[tokio::test]
async fn the_curve_has_the_best_of_each_window_and_the_last_trade() {
    let venue = Venue::start().await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    venue.deposit(alice.account, 1_000_000_000).await;
    venue.command(Command::AdvanceClock { tradable_from: Timeslice(100) }).await;
    let region = venue.deposit_core(bob.account, 1, 100, 400).await;
    bob.place_ask(ask(1, 50, region)).await.unwrap();
    alice.place_bid(bid(1, 50, 100, 200)).await.unwrap();
    alice.place_bid(bid(2, 7, 300, 400)).await.unwrap();
    let request = v1::GetCurveRequest { length_timeslices: 100, max_points: 3 };
    let curve = alice.market_data().get_curve(request).await.unwrap().into_inner();
    assert_eq!(curve.position.unwrap().sequence, venue.sequence());
    let price = |level: &Option<v1::BookLevel>| level.map(|level| level.unit_price_planck);
    let points: Vec<_> = curve
        .points
        .iter()
        .map(|point| {
            let traded = point.last_trade.as_ref().map(|trade| trade.unit_price_planck);
            (point.window.unwrap().begin_timeslice, price(&point.best_bid), price(&point.best_ask), traded)
        })
        .collect();
    assert_eq!(
        points,
        [(100, None, None, Some(50)), (200, None, Some(50), None), (300, Some(7), Some(50), None)]
    );
    let wrong = v1::GetCurveRequest { length_timeslices: 0, max_points: 3 };
    let status = alice.market_data().get_curve(wrong).await.unwrap_err();
    assert_eq!(
        (status.code(), crate::venue::fields(&status)),
        (Code::InvalidArgument, vec!["length_timeslices".to_owned()])
    );
    // Beyond the last timeslice there are no windows.
    let far = v1::GetCurveRequest { length_timeslices: u32::MAX - 150, max_points: 3 };
    assert_eq!(alice.market_data().get_curve(far).await.unwrap().into_inner().points.len(), 1);
}
