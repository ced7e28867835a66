//! Whatever a client sends, it becomes a command of the client's own account or names a field; nothing panics.

use super::{FieldError, account, common, order, page};
use coretime_proto::v1;
use coretime_types::{AccountId, QuoteOrder};
use proptest::{collection::vec, option, prelude::*};
use prost::Message;

const ME: AccountId = AccountId([7; 32]);

fn region_id() -> impl Strategy<Value = v1::RegionId> {
    let mask = prop_oneof![vec(any::<u8>(), 10), vec(any::<u8>(), 0..24)];
    (any::<u32>(), prop_oneof![any::<u32>(), 0..=65_535_u32], mask).prop_map(
        |(begin_timeslice, core_index, core_mask)| v1::RegionId { begin_timeslice, core_index, core_mask },
    )
}

fn delivery() -> impl Strategy<Value = v1::Delivery> {
    use v1::delivery::Destination;
    let destination = prop_oneof![
        Just(Destination::Custody(v1::CustodyDelivery {})),
        Just(Destination::Transfer(v1::TransferDelivery {})),
        any::<u32>().prop_map(|task_id| Destination::Assign(v1::AssignDelivery { task_id })),
    ];
    option::of(destination).prop_map(|destination| v1::Delivery { destination })
}

fn bid_terms() -> impl Strategy<Value = v1::BidTerms> {
    let numbers = (any::<u64>(), any::<u64>(), any::<u32>(), any::<u32>(), any::<u32>());
    let window = (any::<u32>(), any::<u32>())
        .prop_map(|(begin_timeslice, end_timeslice)| v1::Window { begin_timeslice, end_timeslice });
    let rest = (option::of(window), any::<bool>(), option::of(delivery()), -1..4_i32);
    (numbers, rest).prop_map(
        |((name, price, parts, lot, duration), (within, renewable, delivery, self_trade))| v1::BidTerms {
            client_order_id: name,
            unit_price_planck: price,
            quantity_parts: parts,
            lot_parts: lot,
            within,
            duration_timeslices: duration,
            require_renewable: renewable,
            delivery,
            self_trade,
        },
    )
}

fn bid() -> impl Strategy<Value = v1::Bid> {
    (option::of(bid_terms()), -1..5_i32, any::<bool>(), option::of(any::<u32>())).prop_map(
        |(terms, time_in_force, post_only, expire_at_timeslice)| v1::Bid {
            terms,
            time_in_force,
            post_only,
            expire_at_timeslice,
        },
    )
}

fn ask() -> impl Strategy<Value = v1::Ask> {
    let numbers = (any::<u64>(), any::<u64>(), any::<u32>(), any::<u32>());
    let rest = (option::of(region_id()), -1..5_i32, any::<bool>(), option::of(any::<u32>()), -1..4_i32);
    (numbers, rest).prop_map(
        |((name, price, lot, least), (region_id, force, post_only, expire, self_trade))| v1::Ask {
            client_order_id: name,
            unit_price_planck: price,
            region_id,
            lot_parts: lot,
            min_duration_timeslices: least,
            time_in_force: force,
            post_only,
            expire_at_timeslice: expire,
            self_trade,
        },
    )
}

fn quote_order() -> impl Strategy<Value = v1::QuoteOrder> {
    use v1::quote_order::Order;
    let order = prop_oneof![bid().prop_map(Order::Bid), ask().prop_map(Order::Ask)];
    option::of(order).prop_map(|order| v1::QuoteOrder { order })
}

fn names_a_field(fault: &FieldError) -> bool {
    !fault.path.is_empty() && fault.path.is_ascii() && !fault.description.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_order_is_ones_own_or_names_a_field(bid in bid(), ask in ask(), orders in vec(quote_order(), 0..8)) {
        match order::bid(ME, bid) {
            Ok(made) => {
                prop_assert_eq!(made.account, ME);
                let terms = bid.terms.unwrap_or_default();
                prop_assert_eq!(made.terms.unit_price.0, terms.unit_price_planck);
                prop_assert_eq!((made.terms.parts.0, made.terms.lot_parts.0), (terms.quantity_parts, terms.lot_parts));
                prop_assert_eq!(made.expire_at.map(|at| at.0), bid.expire_at_timeslice);
            }
            Err(fault) => prop_assert!(names_a_field(&fault)),
        }
        match order::ask(ME, ask.clone()) {
            Ok(made) => {
                prop_assert_eq!(made.account, ME);
                prop_assert_eq!(Some(common::region_id_message(made.region)), ask.region_id);
            }
            Err(fault) => prop_assert!(names_a_field(&fault)),
        }
        let accounts = |made: &QuoteOrder| match made {
            QuoteOrder::Bid(bid) => bid.account,
            QuoteOrder::Ask(ask) => ask.account,
        };
        match order::quote_orders(ME, orders) {
            Ok(made) => prop_assert!(made.iter().all(|order| accounts(order) == ME)),
            Err(fault) => prop_assert!(fault.path.starts_with("orders[")),
        }
    }

    #[test]
    fn arbitrary_bytes_and_texts_do_no_harm(bytes in vec(any::<u8>(), 0..200), text in any::<String>()) {
        if let Ok(request) = v1::PlaceQuotesRequest::decode(&bytes[..]) {
            let _ = order::quote_orders(ME, request.orders);
        }
        if let Ok(request) = v1::PlaceBasketRequest::decode(&bytes[..]) {
            let _ = order::legs(request.legs);
        }
        let _ = common::mask(&bytes, "core_mask");
        let _ = common::planck(&text, "amount_planck");
        let _ = account::parse(&text, "account");
        let _ = (page::number_token(&text), page::region_token(&text), page::fill_token(&text, None));
    }
}
