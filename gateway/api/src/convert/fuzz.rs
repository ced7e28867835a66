//! Whatever bytes a client sends as a request: they are no message, or it becomes a command of the client's own account
//! with just what the message says, or it names a field. Nothing panics, nothing takes much memory.

use super::{FieldError, common, order};
use coretime_fuzzing::{Campaign, Corpus, Tally, within_bytes};
use coretime_proto::v1::{self, cancel_order_request, delivery::Destination, get_order_request, quote_order};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, Delivery, QuoteOrder, SelfTrade, Side, TimeInForce,
};
use prost::Message;
use std::fmt::Debug;

const ME: AccountId = AccountId([7; 32]);
const INPUTS: u32 = 30_000;

/// The path of a fault without the numbers in it.
fn place(fault: &FieldError) -> String {
    assert!(!fault.path.is_empty() && fault.path.is_ascii() && !fault.description.is_empty(), "{fault:?}");
    fault.path.chars().filter(|char| !char.is_ascii_digit()).collect()
}

/// An element of two bytes becomes a message in memory, and the list of them grows by doubling.
fn enough_for(bytes: &[u8]) -> u64 {
    8_192 + 64 * bytes.len() as u64
}

/// Changes the messages' bytes and converts what still decodes; `convert` also checks what it makes. Fails unless many
/// are converted, and each of `faults` is found.
fn fuzz<M: Message + Default + Clone + PartialEq + Debug>(
    title: &'static str,
    messages: &[M],
    faults: &[&str],
    convert: impl Fn(M, &mut Tally) -> Result<(), FieldError>,
) {
    let corpus = Corpus::messages(messages.iter().map(M::encode_to_vec));
    for message in messages {
        assert_eq!(convert(message.clone(), &mut Tally::default()), Ok(()), "{message:?}");
    }
    let tally = Campaign::new(title, INPUTS).run(&corpus, |bytes, tally| {
        let Ok(message) = within_bytes(enough_for(bytes), || M::decode(bytes)) else {
            return tally.count("no message");
        };
        assert_eq!(M::decode(&message.encode_to_vec()[..]).as_ref(), Ok(&message));
        let outcome = convert(message, tally);
        tally.count(outcome.map_or_else(|fault| place(&fault), |()| "converted".to_owned()));
    });
    tally.assert_share("converted", 20);
    tally.assert_reached(["no message"]);
    tally.assert_reached(faults);
}

fn region_id() -> v1::RegionId {
    v1::RegionId { begin_timeslice: 1_000, core_index: 65_535, core_mask: vec![0xff; 10] }
}

fn terms(destination: Option<Destination>) -> v1::BidTerms {
    v1::BidTerms {
        client_order_id: 7,
        unit_price_planck: 260_000,
        quantity_parts: 80,
        lot_parts: 40,
        within: Some(v1::Window { begin_timeslice: 1_000, end_timeslice: 6_040 }),
        duration_timeslices: 1_260,
        require_renewable: false,
        delivery: Some(v1::Delivery { destination }),
        self_trade: v1::SelfTrade::CancelMaker.into(),
    }
}

fn bid() -> v1::Bid {
    v1::Bid {
        terms: Some(terms(Some(Destination::Assign(v1::AssignDelivery { task_id: 2_000 })))),
        time_in_force: v1::TimeInForce::GoodTillCancelled.into(),
        post_only: true,
        expire_at_timeslice: Some(5_000),
    }
}

fn ask() -> v1::Ask {
    v1::Ask {
        client_order_id: 8,
        unit_price_planck: u64::MAX,
        region_id: Some(region_id()),
        lot_parts: 8,
        min_duration_timeslices: 180,
        time_in_force: v1::TimeInForce::GoodTillCancelled.into(),
        post_only: false,
        expire_at_timeslice: Some(5_000),
        self_trade: v1::SelfTrade::CancelTaker.into(),
    }
}

fn quote(order: quote_order::Order) -> v1::QuoteOrder {
    v1::QuoteOrder { order: Some(order) }
}

fn time_in_force(value: i32) -> TimeInForce {
    match value {
        0 | 1 => TimeInForce::GoodTillCancelled,
        2 => TimeInForce::ImmediateOrCancel,
        3 => TimeInForce::FillOrKill,
        _ => panic!("no time in force is {value}"),
    }
}

fn self_trade(value: i32) -> SelfTrade {
    match value {
        0 | 1 => SelfTrade::CancelTaker,
        2 => SelfTrade::CancelMaker,
        _ => panic!("no self trade mode is {value}"),
    }
}

fn check_terms(made: &BidTerms, said: &v1::BidTerms, tally: &mut Tally) {
    assert_eq!((made.client_order_id.0, made.unit_price.0), (said.client_order_id, said.unit_price_planck));
    assert_ne!(made.client_order_id.0, 0);
    assert_eq!((made.parts.0, made.lot_parts.0), (said.quantity_parts, said.lot_parts));
    assert_eq!(Some(common::window_message(made.within)), said.within);
    assert_eq!(made.duration.0, said.duration_timeslices);
    assert_eq!(made.require_renewable, said.require_renewable);
    assert_eq!(made.self_trade, self_trade(said.self_trade));
    let said = said.delivery.as_ref().and_then(|delivery| delivery.destination);
    match (made.delivery, said) {
        (Delivery::Custody, None | Some(Destination::Custody(_))) => tally.count("delivery: custody"),
        (Delivery::Transfer, Some(Destination::Transfer(_))) => tally.count("delivery: transfer"),
        (Delivery::Assign(task), Some(Destination::Assign(assign))) => {
            assert_eq!(task.0, assign.task_id);
            tally.count("delivery: assign");
        }
        (made, said) => panic!("{made:?} was made of {said:?}"),
    }
}

fn check_bid(made: &Bid, said: &v1::Bid, tally: &mut Tally) {
    assert_eq!(made.account, ME);
    check_terms(&made.terms, said.terms.as_ref().unwrap(), tally);
    assert_eq!(made.time_in_force, time_in_force(said.time_in_force));
    assert_eq!(made.post_only, said.post_only);
    assert_eq!(made.expire_at.map(|at| at.0), said.expire_at_timeslice);
}

fn check_ask(made: &Ask, said: &v1::Ask) {
    assert_eq!(made.account, ME);
    assert_eq!((made.client_order_id.0, made.unit_price.0), (said.client_order_id, said.unit_price_planck));
    assert_ne!(made.client_order_id.0, 0);
    assert_eq!(Some(common::region_id_message(made.region)), said.region_id);
    assert_eq!((made.lot_parts.0, made.min_timeslices.0), (said.lot_parts, said.min_duration_timeslices));
    assert_eq!(made.time_in_force, time_in_force(said.time_in_force));
    assert_eq!(made.self_trade, self_trade(said.self_trade));
    assert_eq!(made.post_only, said.post_only);
    assert_eq!(made.expire_at.map(|at| at.0), said.expire_at_timeslice);
}

#[test]
fn a_bid_is_what_the_message_says() {
    let of = |terms| v1::Bid { terms: Some(terms), ..v1::Bid::default() };
    let messages = [
        bid(),
        v1::Bid { time_in_force: 3, ..of(terms(Some(Destination::Transfer(v1::TransferDelivery {})))) },
        v1::Bid { time_in_force: 2, ..of(terms(Some(Destination::Custody(v1::CustodyDelivery {})))) },
        of(terms(None)),
    ];
    let faults = ["terms", "terms.client_order_id", "terms.within", "terms.self_trade", "time_in_force"];
    fuzz("bids", &messages, &faults, |said, tally| {
        order::bid(ME, said).map(|made| check_bid(&made, &said, tally))
    });
}

#[test]
fn an_ask_is_what_the_message_says() {
    let messages = [ask(), v1::Ask { post_only: true, expire_at_timeslice: None, ..ask() }];
    let faults = [
        "client_order_id",
        "region_id",
        "region_id.core_index",
        "region_id.core_mask",
        "time_in_force",
        "self_trade",
    ];
    fuzz("asks", &messages, &faults, |said, _| {
        order::ask(ME, said.clone()).map(|made| check_ask(&made, &said))
    });
}

#[test]
fn a_basket_is_what_the_message_says() {
    let legs = |count: usize| vec![terms(None); count];
    let messages = [2, 5, 64].map(|count| v1::PlaceBasketRequest { legs: legs(count), ..Default::default() });
    let faults = ["legs[].client_order_id", "legs[].within", "legs[].self_trade"];
    fuzz("baskets", &messages, &faults, |said, tally| {
        let made = order::legs(said.legs.clone())?;
        assert_eq!(made.len(), said.legs.len());
        made.iter().zip(&said.legs).for_each(|(made, said)| check_terms(made, said, tally));
        Ok(())
    });
}

#[test]
fn quotes_are_what_the_message_says() {
    let both = [quote(quote_order::Order::Bid(bid())), quote(quote_order::Order::Ask(ask()))];
    let message = |times: usize| v1::PlaceQuotesRequest {
        cancel_order_ids: (1..=times as u64).collect(),
        orders: vec![both.clone(); times].concat(),
        request_id: 9,
    };
    let faults = [
        "orders[]",
        "orders[].bid.terms.client_order_id",
        "orders[].ask.region_id",
        "orders[].ask.region_id.core_mask",
        "orders[].bid.time_in_force",
    ];
    fuzz("quotes", &[1, 2, 20].map(message), &faults, |said, tally| {
        let cancels = order::cancels(said.cancel_order_ids.clone())?;
        assert!(cancels.iter().map(|id| id.0).eq(said.cancel_order_ids));
        let made = order::quote_orders(ME, said.orders.clone())?;
        assert_eq!(made.len(), said.orders.len());
        for (made, said) in made.iter().zip(said.orders) {
            match (made, said.order.unwrap()) {
                (QuoteOrder::Bid(made), quote_order::Order::Bid(said)) => check_bid(made, &said, tally),
                (QuoteOrder::Ask(made), quote_order::Order::Ask(said)) => check_ask(made, &said),
                (made, said) => panic!("{made:?} was made of {said:?}"),
            }
        }
        Ok(())
    });
}

#[test]
fn lists_beyond_what_is_looked_at_name_themselves() {
    // More than the rules allow is for the rules to say; much more is not even read.
    assert_eq!(order::legs(vec![terms(None); 1_024]).map(|legs| legs.len()), Ok(1_024));
    assert_eq!(order::legs(vec![terms(None); 1_025]).unwrap_err().path, "legs");
    let orders = vec![quote(quote_order::Order::Bid(bid())); 1_025];
    assert_eq!(order::quote_orders(ME, orders).unwrap_err().path, "orders");
    assert_eq!(order::cancels(vec![1; 1_025]).unwrap_err().path, "cancel_order_ids");
}

#[test]
fn a_target_is_what_the_message_says() {
    use cancel_order_request::Target;
    let cancel = |target| v1::CancelOrderRequest { target: Some(target), request_id: 300 };
    let messages = [cancel(Target::OrderId(4_711)), cancel(Target::ClientOrderId(u64::MAX))];
    fuzz("cancels", &messages, &["target", "order_id", "client_order_id"], |said, tally| {
        let made = order::cancel_target(said.target)?;
        match (made, said.target.unwrap()) {
            (CancelTarget::Order(id), Target::OrderId(said)) => assert_eq!(id.0, said),
            (CancelTarget::ClientOrder(id), Target::ClientOrderId(said)) => assert_eq!(id.0, said),
            (made, said) => panic!("{made:?} was made of {said:?}"),
        }
        tally.count(if said.request_id == 0 { "without request id" } else { "with request id" });
        assert_eq!(common::request_id(said.request_id).map_or(0, |id| id.0), said.request_id);
        Ok(())
    });
    let get = |target| v1::GetOrderRequest { target: Some(target) };
    let messages = [
        get(get_order_request::Target::OrderId(4_711)),
        get(get_order_request::Target::ClientOrderId(u64::MAX)),
    ];
    fuzz("order queries", &messages, &["target", "order_id", "client_order_id"], |said, _| {
        order::get_target(said.target).map(|_| ())
    });
}

#[test]
fn regions_masks_and_sides_are_what_the_message_says() {
    let messages = [v1::InterlaceRegionRequest {
        region_id: Some(region_id()),
        core_mask: vec![0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff],
        request_id: 1,
    }];
    let faults = ["region_id", "region_id.core_index", "region_id.core_mask", "core_mask"];
    fuzz("cuts", &messages, &faults, |said, _| {
        let region = common::region_id(said.region_id.clone(), "region_id")?;
        assert_eq!(Some(common::region_id_message(region)), said.region_id);
        let mask = common::mask(&said.core_mask, "core_mask")?;
        assert_eq!(mask.to_bytes().to_vec(), said.core_mask);
        Ok(())
    });
    let messages = [0, 1, 2].map(|side| v1::CancelAllOrdersRequest { side, request_id: 5 });
    fuzz("cancels of all", &messages, &["side"], |said, tally| {
        let made = common::optional_side(said.side, "side")?;
        assert_eq!(made, [None, Some(Side::Bid), Some(Side::Ask)][usize::try_from(said.side).unwrap()]);
        tally.count(format!("{made:?}"));
        Ok(())
    });
}

#[test]
fn the_costliest_request_takes_little_memory() {
    // Elements with nothing in them: two bytes each on the way, a whole message each in memory.
    let bytes = [0x12, 0].repeat(crate::GatewayConfig::default().max_request_bytes / 2);
    let request = within_bytes(enough_for(&bytes), || v1::PlaceQuotesRequest::decode(&bytes[..])).unwrap();
    assert_eq!(request.orders.len(), bytes.len() / 2);
    assert_eq!(order::quote_orders(ME, request.orders).unwrap_err().path, "orders");
}
