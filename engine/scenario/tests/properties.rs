//! What holds for every command. What holds for every input is in `fuzz.rs`.

use coretime_scenario::{format_command, parse_command, run};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, FailureOutcome, InstructionNumber, OrderId, OutflowLimit, OutflowScope,
    PartTimeslices, Parts, Planck, Ppm, QuoteOrder, Region, RegionId, Replace, RequestId, SelfTrade,
    SettingsChange, SettlementConfirmed, SettlementSubmitted, Side, TaskId, TimeInForce, Timeslice,
    Timeslices, UnitPrice, Window,
};
use proptest::{option, prelude::*, prop_oneof};

fn account() -> impl Strategy<Value = AccountId> {
    any::<[u8; 32]>().prop_map(AccountId)
}

fn mask() -> impl Strategy<Value = CoreMask> {
    any::<[u8; 10]>().prop_map(CoreMask::from_bytes)
}

fn region_id() -> impl Strategy<Value = RegionId> {
    (any::<u32>(), any::<u16>(), mask()).prop_map(|(begin, core, mask)| RegionId {
        begin: Timeslice(begin),
        core: CoreIndex(core),
        mask,
    })
}

fn reference() -> impl Strategy<Value = ChainReference> {
    any::<(u64, u32)>().prop_map(|(block, event)| ChainReference { block: BlockNumber(block), event })
}

fn request_id() -> impl Strategy<Value = Option<RequestId>> {
    option::of(any::<u64>().prop_map(RequestId))
}

fn self_trade() -> impl Strategy<Value = SelfTrade> {
    prop_oneof![Just(SelfTrade::CancelTaker), Just(SelfTrade::CancelMaker)]
}

fn terms() -> impl Strategy<Value = BidTerms> {
    let delivery = prop_oneof![
        Just(Delivery::Custody),
        Just(Delivery::Transfer),
        any::<u32>().prop_map(|task| Delivery::Assign(TaskId(task))),
    ];
    (any::<(u64, u64, u32, u32, u32, u32, u32, bool)>(), delivery, self_trade()).prop_map(
        |((name, price, parts, lot, begin, end, duration, require_renewable), delivery, self_trade)| {
            BidTerms {
                client_order_id: ClientOrderId(name),
                unit_price: UnitPrice(price),
                parts: Parts(parts),
                lot_parts: Parts(lot),
                within: Window { begin: Timeslice(begin), end: Timeslice(end) },
                duration: Timeslices(duration),
                require_renewable,
                delivery,
                self_trade,
            }
        },
    )
}

fn standing() -> impl Strategy<Value = (TimeInForce, bool, Option<Timeslice>)> {
    let time_in_force = prop_oneof![
        Just(TimeInForce::GoodTillCancelled),
        Just(TimeInForce::ImmediateOrCancel),
        Just(TimeInForce::FillOrKill),
    ];
    (time_in_force, any::<bool>(), option::of(any::<u32>().prop_map(Timeslice)))
}

fn bid(account: AccountId) -> impl Strategy<Value = Bid> {
    (terms(), standing()).prop_map(move |(terms, (time_in_force, post_only, expire_at))| Bid {
        account,
        terms,
        time_in_force,
        post_only,
        expire_at,
    })
}

fn ask(account: AccountId) -> impl Strategy<Value = Ask> {
    (any::<(u64, u64, u32, u32)>(), region_id(), standing(), self_trade()).prop_map(
        move |((name, price, lot, least), region, (time_in_force, post_only, expire_at), self_trade)| Ask {
            account,
            client_order_id: ClientOrderId(name),
            unit_price: UnitPrice(price),
            region,
            lot_parts: Parts(lot),
            min_timeslices: Timeslices(least),
            time_in_force,
            post_only,
            expire_at,
            self_trade,
        },
    )
}

fn quote(account: AccountId) -> impl Strategy<Value = Command> {
    let place = prop_oneof![bid(account).prop_map(QuoteOrder::Bid), ask(account).prop_map(QuoteOrder::Ask)];
    let cancel = prop::collection::vec(any::<u64>().prop_map(OrderId), 0..4);
    (cancel, prop::collection::vec(place, 0..4), request_id())
        .prop_map(move |(cancel, place, request_id)| Command::Quote { account, cancel, place, request_id })
}

fn settings() -> impl Strategy<Value = SettingsChange> {
    let rates = (any::<Option<i32>>(), any::<Option<i32>>(), option::of(account()));
    let amounts = any::<[Option<u64>; 4]>();
    (rates, amounts, any::<[Option<u32>; 4]>(), any::<Option<bool>>()).prop_map(
        |((taker, maker, fee_account), amounts, counts, interlacing)| SettingsChange {
            taker_ppm: taker.map(Ppm),
            maker_ppm: maker.map(Ppm),
            fee_account,
            min_fill_notional: amounts[0],
            delivery_fee: amounts[1],
            withdrawal_fee: amounts[2],
            min_withdrawal: amounts[3],
            min_lot_parts: counts[0].map(Parts),
            max_orders: counts[1],
            max_orders_per_account: counts[2],
            max_regions_per_account: counts[3],
            interlacing,
        },
    )
}

fn trading() -> impl Strategy<Value = Command> {
    let target = prop_oneof![
        any::<u64>().prop_map(|id| CancelTarget::Order(OrderId(id))),
        any::<u64>().prop_map(|id| CancelTarget::ClientOrder(ClientOrderId(id))),
    ];
    let side = option::of(prop_oneof![Just(Side::Bid), Just(Side::Ask)]);
    let changes = any::<(u64, Option<u64>, Option<u32>, Option<u32>)>();
    prop_oneof![
        account().prop_flat_map(bid).prop_map(Command::PlaceBid),
        account().prop_flat_map(ask).prop_map(Command::PlaceAsk),
        account().prop_flat_map(quote),
        (account(), target, request_id()).prop_map(|(account, target, request_id)| Command::Cancel {
            account,
            target,
            request_id
        }),
        (account(), side, request_id()).prop_map(|(account, side, request_id)| Command::CancelAll {
            account,
            side,
            request_id
        }),
        (account(), changes, request_id()).prop_map(|(account, (id, price, parts, least), request_id)| {
            Command::Replace(Replace {
                account,
                order_id: OrderId(id),
                unit_price: price.map(UnitPrice),
                parts: parts.map(Parts),
                min_timeslices: least.map(Timeslices),
                request_id,
            })
        }),
        (account(), prop::collection::vec(terms(), 0..4), request_id())
            .prop_map(|(account, legs, request_id)| Command::Basket { account, legs, request_id }),
    ]
}

fn custody() -> impl Strategy<Value = Command> {
    let region = (any::<(u16, u32, u32)>(), mask()).prop_map(|((core, begin, end), mask)| Region {
        core: CoreIndex(core),
        begin: Timeslice(begin),
        end: Timeslice(end),
        mask,
    });
    let planck = || any::<u128>().prop_map(Planck);
    prop_oneof![
        (account(), planck(), reference()).prop_map(|(account, amount, reference)| Command::DepositFunds {
            account,
            amount,
            reference
        }),
        (account(), region, any::<bool>(), reference()).prop_map(
            |(account, region, renewable, reference)| {
                Command::DepositRegion { account, region, renewable, reference }
            }
        ),
        (account(), region_id(), any::<u32>().prop_map(Timeslice), request_id()).prop_map(
            |(account, region, pivot, request_id)| Command::Partition { account, region, pivot, request_id }
        ),
        (account(), region_id(), mask(), request_id()).prop_map(|(account, region, mask, request_id)| {
            Command::Interlace { account, region, mask, request_id }
        }),
        (account(), planck(), request_id())
            .prop_map(|(account, amount, request_id)| Command::WithdrawFunds { account, amount, request_id }),
        (account(), region_id(), request_id()).prop_map(|(account, region, request_id)| {
            Command::WithdrawRegion { account, region, request_id }
        }),
        (account(), planck(), any::<String>()).prop_map(|(account, amount, reason)| Command::Compensate {
            account,
            amount,
            reason
        }),
    ]
}

fn outflow_scope() -> impl Strategy<Value = OutflowScope> {
    prop_oneof![
        Just(OutflowScope::Venue),
        Just(OutflowScope::EachAccount),
        account().prop_map(OutflowScope::Account),
    ]
}

fn operation() -> impl Strategy<Value = Command> {
    let outcome = prop_oneof![Just(FailureOutcome::Returned), Just(FailureOutcome::Lost)];
    prop_oneof![
        settings().prop_map(Command::Configure),
        any::<u32>().prop_map(|from| Command::AdvanceClock { tradable_from: Timeslice(from) }),
        any::<(u64, String)>()
            .prop_map(|(number, hash)| Command::BlockSeen { number: BlockNumber(number), hash }),
        any::<(Vec<u64>, String, u64, u64)>().prop_map(|(numbers, extrinsic_hash, nonce, until)| {
            Command::SettlementSubmitted(SettlementSubmitted {
                instructions: numbers.into_iter().map(InstructionNumber).collect(),
                extrinsic_hash,
                nonce,
                valid_until_block: BlockNumber(until),
                extrinsic: Vec::new(),
            })
        }),
        any::<(u64, u64, u32, u128)>().prop_map(|(instruction, block, extrinsic_index, chain_fee)| {
            Command::SettlementConfirmed(SettlementConfirmed {
                instruction: InstructionNumber(instruction),
                block: BlockNumber(block),
                extrinsic_index,
                chain_fee: Planck(chain_fee),
            })
        }),
        (any::<u64>().prop_map(InstructionNumber), outcome, any::<String>()).prop_map(
            |(instruction, outcome, reason)| Command::SettlementFailed { instruction, outcome, reason }
        ),
        any::<String>().prop_map(|cause| Command::Halt { cause }),
        any::<String>().prop_map(|cause| Command::Freeze { cause }),
        any::<String>().prop_map(|cause| Command::Resume { cause }),
        account().prop_map(|account| Command::Suspend { account }),
        account().prop_map(|account| Command::Unsuspend { account }),
        (outflow_scope(), option::of(any::<(Option<u128>, Option<u128>)>())).prop_map(|(scope, limit)| {
            Command::LimitOutflow {
                scope,
                limit: limit.map(|(funds, regions)| OutflowLimit {
                    funds: funds.map(Planck),
                    regions: regions.map(PartTimeslices),
                }),
            }
        }),
        any::<u64>().prop_map(|number| Command::ApproveOutflow { instruction: InstructionNumber(number) }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![trading(), custody(), operation()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_is_read_back(command in command()) {
        let line = format_command(&command);
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(parse_command(&line).ok(), Some(command));
    }

    /// Whatever is in a well formed command, the market takes it and every line is answered.
    #[test]
    fn extreme_commands_never_panic(commands in prop::collection::vec(command(), 0..20)) {
        let input: String = commands.iter().map(|command| format_command(command) + "\n").collect();
        let mut output = Vec::new();
        run(input.as_bytes(), &mut output, true).unwrap();
        prop_assert_eq!(output.iter().filter(|byte| **byte == b'\n').count(), commands.len() + 1);
    }
}
