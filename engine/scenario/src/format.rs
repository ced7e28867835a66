//! From a command to a line: what [`parse_command`](crate::parse_command) reads.

use crate::shapes::{OutflowLimitShape, RegionIdShape, Text, line};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, ChainReference, Command, CoreMask, Delivery, FailureOutcome,
    OrderId, OutflowScope, Planck, QuoteOrder, RegionId, RequestId, SelfTrade, SettingsChange, Side,
    TimeInForce,
};
use serde::Serialize;
use serde_json::json;

/// The line for a command, without its line break. Fields stand in the order of the rules; optional ones only where
/// they are set. The signed bytes of a submitted extrinsic are not part of the format.
pub fn format_command(command: &Command) -> String {
    let mut object = Fields::named(command_name(command));
    match command {
        Command::Configure(change) => object.settings(change),
        Command::AdvanceClock { tradable_from } => object.put("tradable_from", tradable_from.0),
        Command::DepositFunds { account, amount, reference } => {
            object.account(*account);
            object.amount("amount", *amount);
            object.reference(*reference);
        }
        Command::DepositRegion { account, region, renewable, reference } => {
            object.account(*account);
            object.put("core", region.core.0);
            object.put("begin", region.begin.0);
            object.put("end", region.end.0);
            object.mask(region.mask);
            object.put("renewable", *renewable);
            object.reference(*reference);
        }
        Command::PlaceBid(bid) => {
            object.account(bid.account);
            object.bid(bid);
        }
        Command::PlaceAsk(ask) => {
            object.account(ask.account);
            object.ask(ask);
        }
        Command::Cancel { account, target, request_id } => {
            object.account(*account);
            match target {
                CancelTarget::Order(order_id) => object.put("order_id", order_id.0),
                CancelTarget::ClientOrder(client_order_id) => {
                    object.put("client_order_id", client_order_id.0);
                }
            }
            object.request(*request_id);
        }
        Command::CancelAll { account, side, request_id } => {
            object.account(*account);
            object.put_some("side", side.map(side_name));
            object.request(*request_id);
        }
        Command::Replace(replace) => {
            object.account(replace.account);
            object.order_id(replace.order_id);
            object.put_some("unit_price", replace.unit_price.map(Text));
            object.put_some("parts", replace.parts.map(|parts| parts.0));
            object.put_some("min_timeslices", replace.min_timeslices.map(|least| least.0));
            object.request(replace.request_id);
        }
        Command::Basket { account, legs, request_id } => {
            object.account(*account);
            object.list("legs", legs.iter().map(leg));
            object.request(*request_id);
        }
        Command::Quote { account, cancel, place, request_id } => {
            object.account(*account);
            object.put("cancel", cancel.iter().map(|order_id| order_id.0).collect::<Vec<_>>());
            object.list("place", place.iter().map(placed));
            object.request(*request_id);
        }
        Command::Partition { account, region, pivot, request_id } => {
            object.account(*account);
            object.region(*region);
            object.put("pivot", pivot.0);
            object.request(*request_id);
        }
        Command::Interlace { account, region, mask, request_id } => {
            object.account(*account);
            object.region(*region);
            object.mask(*mask);
            object.request(*request_id);
        }
        Command::WithdrawFunds { account, amount, request_id } => {
            object.account(*account);
            object.amount("amount", *amount);
            object.request(*request_id);
        }
        Command::WithdrawRegion { account, region, request_id } => {
            object.account(*account);
            object.region(*region);
            object.request(*request_id);
        }
        Command::BlockSeen { number, hash } => {
            object.put("number", number.0);
            object.put("hash", hash);
        }
        Command::SettlementSubmitted(submitted) => {
            let numbers: Vec<_> = submitted.instructions.iter().map(|number| number.0).collect();
            object.put("instructions", numbers);
            object.put("extrinsic_hash", &submitted.extrinsic_hash);
            object.put("nonce", submitted.nonce);
            object.put("valid_until_block", submitted.valid_until_block.0);
        }
        Command::SettlementConfirmed(confirmed) => {
            object.put("instruction", confirmed.instruction.0);
            object.put("block", confirmed.block.0);
            object.put("extrinsic_index", confirmed.extrinsic_index);
            object.amount("chain_fee", confirmed.chain_fee);
        }
        Command::SettlementFailed { instruction, outcome, reason } => {
            object.put("instruction", instruction.0);
            object.put(
                "outcome",
                match outcome {
                    FailureOutcome::Returned => "returned",
                    FailureOutcome::Lost => "lost",
                },
            );
            object.put("reason", reason);
        }
        Command::Compensate { account, amount, reason } => {
            object.account(*account);
            object.amount("amount", *amount);
            object.put("reason", reason);
        }
        Command::Halt { cause } | Command::Freeze { cause } | Command::Resume { cause } => {
            object.put("cause", cause);
        }
        Command::Suspend { account } | Command::Unsuspend { account } => object.account(*account),
        Command::LimitOutflow { scope, limit } => {
            object.outflow_scope(*scope);
            object.put_some("limit", limit.map(OutflowLimitShape::from));
        }
        Command::ApproveOutflow { instruction } => object.put("instruction", instruction.0),
    }
    object.finish()
}

fn command_name(command: &Command) -> &'static str {
    match command {
        Command::Configure(_) => "configure",
        Command::AdvanceClock { .. } => "advance_clock",
        Command::DepositFunds { .. } => "deposit_funds",
        Command::DepositRegion { .. } => "deposit_region",
        Command::PlaceBid(_) => "place_bid",
        Command::PlaceAsk(_) => "place_ask",
        Command::Cancel { .. } => "cancel",
        Command::CancelAll { .. } => "cancel_all",
        Command::Replace(_) => "replace",
        Command::Basket { .. } => "basket",
        Command::Quote { .. } => "quote",
        Command::Partition { .. } => "partition",
        Command::Interlace { .. } => "interlace",
        Command::WithdrawFunds { .. } => "withdraw_funds",
        Command::WithdrawRegion { .. } => "withdraw_region",
        Command::BlockSeen { .. } => "block_seen",
        Command::SettlementSubmitted(_) => "settlement_submitted",
        Command::SettlementConfirmed(_) => "settlement_confirmed",
        Command::SettlementFailed { .. } => "settlement_failed",
        Command::Compensate { .. } => "compensate",
        Command::Halt { .. } => "halt",
        Command::Freeze { .. } => "freeze",
        Command::Resume { .. } => "resume",
        Command::Suspend { .. } => "suspend",
        Command::Unsuspend { .. } => "unsuspend",
        Command::LimitOutflow { .. } => "limit_outflow",
        Command::ApproveOutflow { .. } => "approve_outflow",
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Bid => "bid",
        Side::Ask => "ask",
    }
}

fn leg(terms: &BidTerms) -> String {
    let mut object = Fields::default();
    object.terms(terms);
    object.finish()
}

fn placed(order: &QuoteOrder) -> String {
    let mut object = Fields::default();
    match order {
        QuoteOrder::Bid(bid) => {
            object.put("side", side_name(Side::Bid));
            object.bid(bid);
        }
        QuoteOrder::Ask(ask) => {
            object.put("side", side_name(Side::Ask));
            object.ask(ask);
        }
    }
    object.finish()
}

/// An object as it fills: its text so far, without the braces.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn named(command: &'static str) -> Fields {
        let mut object = Fields::default();
        object.put("command", command);
        object
    }

    fn finish(self) -> String {
        format!("{{{}}}", self.0)
    }

    /// A field whose value is JSON already.
    fn put_json(&mut self, field: &'static str, json: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        self.0.push_str(&format!("{comma}\"{field}\":{json}"));
    }

    fn put(&mut self, field: &'static str, value: impl Serialize) {
        self.put_json(field, &line(&value));
    }

    fn list(&mut self, field: &'static str, objects: impl Iterator<Item = String>) {
        self.put_json(field, &format!("[{}]", objects.collect::<Vec<_>>().join(",")));
    }

    fn put_some(&mut self, field: &'static str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.put(field, value);
        }
    }

    fn account(&mut self, account: AccountId) {
        self.put("account", Text(account));
    }

    fn amount(&mut self, field: &'static str, amount: Planck) {
        self.put(field, Text(amount));
    }

    fn mask(&mut self, mask: CoreMask) {
        self.put("mask", Text(mask));
    }

    fn order_id(&mut self, order_id: OrderId) {
        self.put("order_id", order_id.0);
    }

    fn region(&mut self, region: RegionId) {
        self.put("region", RegionIdShape::from(region));
    }

    fn reference(&mut self, reference: ChainReference) {
        self.put("reference", json!({ "block": reference.block.0, "event": reference.event }));
    }

    fn request(&mut self, request_id: Option<RequestId>) {
        self.put_some("request_id", request_id.map(|request_id| request_id.0));
    }

    fn terms(&mut self, terms: &BidTerms) {
        self.put("client_order_id", terms.client_order_id.0);
        self.put("unit_price", Text(terms.unit_price));
        self.put("parts", terms.parts.0);
        self.put("lot_parts", terms.lot_parts.0);
        self.put("earliest", terms.within.begin.0);
        self.put("latest", terms.within.end.0);
        self.put("duration", terms.duration.0);
        self.put("require_renewable", terms.require_renewable);
        match terms.delivery {
            Delivery::Custody => self.put("delivery", "custody"),
            Delivery::Transfer => self.put("delivery", "transfer"),
            Delivery::Assign(task) => self.put("delivery", json!({ "assign": task.0 })),
        }
        self.self_trade(terms.self_trade);
    }

    fn bid(&mut self, bid: &Bid) {
        self.terms(&bid.terms);
        self.time_in_force(bid.time_in_force);
        self.put("post_only", bid.post_only);
        self.put_some("expire_at", bid.expire_at.map(|at| at.0));
    }

    fn ask(&mut self, ask: &Ask) {
        self.put("client_order_id", ask.client_order_id.0);
        self.put("unit_price", Text(ask.unit_price));
        self.region(ask.region);
        self.put("lot_parts", ask.lot_parts.0);
        self.put("min_timeslices", ask.min_timeslices.0);
        self.time_in_force(ask.time_in_force);
        self.put("post_only", ask.post_only);
        self.put_some("expire_at", ask.expire_at.map(|at| at.0));
        self.self_trade(ask.self_trade);
    }

    fn time_in_force(&mut self, time_in_force: TimeInForce) {
        self.put(
            "time_in_force",
            match time_in_force {
                TimeInForce::GoodTillCancelled => "gtc",
                TimeInForce::ImmediateOrCancel => "ioc",
                TimeInForce::FillOrKill => "fok",
            },
        );
    }

    fn self_trade(&mut self, self_trade: SelfTrade) {
        self.put(
            "self_trade",
            match self_trade {
                SelfTrade::CancelTaker => "cancel_taker",
                SelfTrade::CancelMaker => "cancel_maker",
            },
        );
    }

    fn outflow_scope(&mut self, scope: OutflowScope) {
        match scope {
            OutflowScope::Venue => self.put("scope", "venue"),
            OutflowScope::EachAccount => self.put("scope", "each_account"),
            OutflowScope::Account(account) => self.put("scope", json!({ "account": Text(account) })),
        }
    }

    fn settings(&mut self, change: &SettingsChange) {
        self.put_some("taker_ppm", change.taker_ppm.map(|ppm| ppm.0));
        self.put_some("maker_ppm", change.maker_ppm.map(|ppm| ppm.0));
        self.put_some("fee_account", change.fee_account.map(Text));
        self.put_some("min_fill_notional", change.min_fill_notional.map(Text));
        self.put_some("delivery_fee", change.delivery_fee.map(Text));
        self.put_some("withdrawal_fee", change.withdrawal_fee.map(Text));
        self.put_some("min_withdrawal", change.min_withdrawal.map(Text));
        self.put_some("min_lot_parts", change.min_lot_parts.map(|parts| parts.0));
        self.put_some("max_orders", change.max_orders);
        self.put_some("max_orders_per_account", change.max_orders_per_account);
        self.put_some("max_regions_per_account", change.max_regions_per_account);
        self.put_some("interlacing", change.interlacing);
    }
}
