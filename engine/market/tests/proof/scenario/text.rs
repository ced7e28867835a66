//! Commands as lines, written from the table of section 10 and in all the freedom that it leaves: fields in any order,
//! defaults spelled out, left out or null, hex digits in either case, blanks, leading zeros of amounts.

use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, ChainReference, Command, CoreMask, Delivery, FailureOutcome,
    OutflowScope, QuoteOrder, RegionId, RequestId, SelfTrade, SettingsChange, Side, TimeInForce,
};
use fastrand::Rng;

/// One field of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// JSON.
    pub(crate) value: String,
    pub(crate) required: bool,
}

/// A command as an object whose text is not fixed yet.
#[derive(Clone, Debug)]
pub(crate) struct Object(pub(crate) Vec<Field>);

impl Object {
    pub(crate) fn of_command(command: &Command, rng: &mut Rng) -> Object {
        let mut writer = Writer { fields: Vec::new(), rng };
        writer.command(command);
        Object(writer.fields)
    }

    pub(crate) fn into_line(mut self, rng: &mut Rng) -> String {
        rng.shuffle(&mut self.0);
        let fields: Vec<_> = self.0.iter().map(|field| (field.name, field.value.as_str())).collect();
        object(&fields, rng)
    }
}

/// Blanks, as JSON allows them within a line.
fn blanks(rng: &mut Rng) -> &'static str {
    ["", "", "", "", " ", "  ", "\t"][rng.usize(0..7)]
}

fn object(fields: &[(&str, &str)], rng: &mut Rng) -> String {
    let mut text = String::from("{");
    for (index, (name, value)) in fields.iter().enumerate() {
        let [before, after, last] = [blanks(rng), blanks(rng), blanks(rng)];
        let comma = if index == 0 { "" } else { "," };
        text += &format!("{comma}{before}\"{name}\":{after}{value}{last}");
    }
    text + "}"
}

struct Writer<'a> {
    fields: Vec<Field>,
    rng: &'a mut Rng,
}

impl Writer<'_> {
    fn field(&mut self, name: &'static str, value: impl ToString) {
        self.fields.push(Field { name, value: value.to_string(), required: true });
    }

    fn optional(&mut self, name: &'static str, value: Option<impl ToString>) {
        let null = self.rng.u32(0..5) == 0;
        let value = value.map(|value| value.to_string()).or_else(|| null.then(|| "null".to_owned()));
        self.fields.extend(value.map(|value| Field { name, value, required: false }));
    }

    /// A field with a default, which may be left out.
    fn default<T: PartialEq>(
        &mut self,
        name: &'static str,
        value: T,
        default: T,
        text: impl Fn(T) -> String,
    ) {
        let spelled = value != default || self.rng.bool();
        self.optional(name, spelled.then(|| text(value)));
    }

    fn word(&mut self, text: impl ToString) -> String {
        format!("\"{}\"", text.to_string())
    }

    fn string(&mut self, text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    fn hex(&mut self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if self.rng.bool() { digits.to_uppercase() } else { digits }
    }

    fn amount(&mut self, planck: u128) -> String {
        let zeros = if self.rng.u32(0..20) == 0 { "00" } else { "" };
        format!("\"{zeros}{planck}\"")
    }

    fn key(&mut self, account: AccountId) -> String {
        let digits = self.hex(&account.0);
        format!("\"0x{digits}\"")
    }

    fn bits(&mut self, mask: CoreMask) -> String {
        let digits = self.hex(&mask.to_bytes());
        format!("\"{digits}\"")
    }

    fn account(&mut self, account: AccountId) {
        let key = self.key(account);
        self.field("account", key);
    }

    fn planck(&mut self, name: &'static str, planck: u128) {
        let amount = self.amount(planck);
        self.field(name, amount);
    }

    fn mask(&mut self, mask: CoreMask) {
        let bits = self.bits(mask);
        self.field("mask", bits);
    }

    fn region(&mut self, id: RegionId) {
        let (begin, core, mask) = (id.begin.to_string(), id.core.to_string(), self.bits(id.mask));
        let mut fields = [("begin", begin.as_str()), ("core", &core), ("mask", &mask)];
        self.rng.shuffle(&mut fields);
        let region = object(&fields, self.rng);
        self.field("region", region);
    }

    fn reference(&mut self, reference: ChainReference) {
        let (block, event) = (reference.block.to_string(), reference.event.to_string());
        let text = object(&[("event", &event), ("block", &block)], self.rng);
        self.field("reference", text);
    }

    fn request(&mut self, request: Option<RequestId>) {
        self.optional("request_id", request);
    }

    /// A reason or a cause.
    fn text_or(&mut self, name: &'static str, text: &str, default: &str) {
        self.default(name, text, default, |text| serde_json::to_string(text).unwrap());
    }

    /// Another object, with the same dice.
    fn inner(&mut self, write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut inner = Writer { fields: Vec::new(), rng: self.rng };
        write(&mut inner);
        let Writer { fields, .. } = inner;
        Object(fields).into_line(self.rng)
    }

    fn list(&mut self, name: &'static str, items: &[String]) {
        let blank = blanks(self.rng);
        self.field(name, format!("[{blank}{}]", items.join(",")));
    }

    fn terms(&mut self, terms: &BidTerms) {
        self.field("client_order_id", terms.client_order_id);
        self.planck("unit_price", terms.unit_price.0.into());
        self.field("parts", terms.parts);
        self.field("lot_parts", terms.lot_parts);
        self.field("earliest", terms.within.begin);
        self.field("latest", terms.within.end);
        self.field("duration", terms.duration);
        self.default("require_renewable", terms.require_renewable, false, |it| it.to_string());
        self.default("delivery", terms.delivery, Delivery::Custody, |delivery| match delivery {
            Delivery::Custody => "\"custody\"".to_owned(),
            Delivery::Transfer => "\"transfer\"".to_owned(),
            Delivery::Assign(task) => format!("{{ \"assign\": {task} }}"),
        });
        self.self_trade(terms.self_trade);
    }

    fn self_trade(&mut self, self_trade: SelfTrade) {
        self.default("self_trade", self_trade, SelfTrade::CancelTaker, |mode| match mode {
            SelfTrade::CancelTaker => "\"cancel_taker\"".to_owned(),
            SelfTrade::CancelMaker => "\"cancel_maker\"".to_owned(),
        });
    }

    fn common(&mut self, time_in_force: TimeInForce, post_only: bool, expire_at: Option<impl ToString>) {
        self.default("time_in_force", time_in_force, TimeInForce::GoodTillCancelled, |time| match time {
            TimeInForce::GoodTillCancelled => "\"gtc\"".to_owned(),
            TimeInForce::ImmediateOrCancel => "\"ioc\"".to_owned(),
            TimeInForce::FillOrKill => "\"fok\"".to_owned(),
        });
        self.default("post_only", post_only, false, |it| it.to_string());
        self.optional("expire_at", expire_at);
    }

    fn bid(&mut self, bid: &Bid) {
        self.terms(&bid.terms);
        self.common(bid.time_in_force, bid.post_only, bid.expire_at);
    }

    fn ask(&mut self, ask: &Ask) {
        self.field("client_order_id", ask.client_order_id);
        self.planck("unit_price", ask.unit_price.0.into());
        self.region(ask.region);
        self.field("lot_parts", ask.lot_parts);
        self.field("min_timeslices", ask.min_timeslices);
        self.common(ask.time_in_force, ask.post_only, ask.expire_at);
        self.self_trade(ask.self_trade);
    }

    fn quote_order(&mut self, order: &QuoteOrder) {
        match order {
            QuoteOrder::Bid(bid) => {
                self.field("side", "\"bid\"");
                self.bid(bid);
            }
            QuoteOrder::Ask(ask) => {
                self.field("side", "\"ask\"");
                self.ask(ask);
            }
        }
    }

    fn settings(&mut self, change: &SettingsChange) {
        self.optional("taker_ppm", change.taker_ppm);
        self.optional("maker_ppm", change.maker_ppm);
        let fee_account = change.fee_account.map(|account| self.key(account));
        self.optional("fee_account", fee_account);
        let amounts = [
            ("min_fill_notional", change.min_fill_notional),
            ("delivery_fee", change.delivery_fee),
            ("withdrawal_fee", change.withdrawal_fee),
            ("min_withdrawal", change.min_withdrawal),
        ];
        for (name, amount) in amounts {
            let amount = amount.map(|amount| self.amount(amount.into()));
            self.optional(name, amount);
        }
        self.optional("min_lot_parts", change.min_lot_parts);
        self.optional("max_orders", change.max_orders);
        self.optional("max_orders_per_account", change.max_orders_per_account);
        self.optional("max_regions_per_account", change.max_regions_per_account);
        self.optional("interlacing", change.interlacing);
    }

    fn command(&mut self, command: &Command) {
        let name = self.word(crate::coverage::kind(command));
        self.field("command", name);
        match command {
            Command::Configure(change) => self.settings(change),
            Command::AdvanceClock { tradable_from } => self.field("tradable_from", tradable_from),
            Command::DepositFunds { account, amount, reference } => {
                self.account(*account);
                self.planck("amount", amount.0);
                self.reference(*reference);
            }
            Command::DepositRegion { account, region, renewable, reference } => {
                self.account(*account);
                self.field("core", region.core);
                self.field("begin", region.begin);
                self.field("end", region.end);
                self.mask(region.mask);
                self.field("renewable", renewable);
                self.reference(*reference);
            }
            Command::PlaceBid(bid) => {
                self.account(bid.account);
                self.bid(bid);
            }
            Command::PlaceAsk(ask) => {
                self.account(ask.account);
                self.ask(ask);
            }
            Command::Cancel { account, target, request_id } => {
                self.account(*account);
                match target {
                    CancelTarget::Order(id) => self.field("order_id", id),
                    CancelTarget::ClientOrder(id) => self.field("client_order_id", id),
                }
                self.request(*request_id);
            }
            Command::CancelAll { account, side, request_id } => {
                self.account(*account);
                let side = side.map(|side| if side == Side::Bid { "\"bid\"" } else { "\"ask\"" });
                self.optional("side", side);
                self.request(*request_id);
            }
            Command::Replace(replace) => {
                self.account(replace.account);
                self.field("order_id", replace.order_id);
                let price = replace.unit_price.map(|price| self.amount(price.0.into()));
                self.optional("unit_price", price);
                self.optional("parts", replace.parts);
                self.optional("min_timeslices", replace.min_timeslices);
                self.request(replace.request_id);
            }
            Command::Basket { account, legs, request_id } => {
                self.account(*account);
                let legs: Vec<_> = legs.iter().map(|leg| self.inner(|writer| writer.terms(leg))).collect();
                self.list("legs", &legs);
                self.request(*request_id);
            }
            Command::Quote { account, cancel, place, request_id } => {
                self.account(*account);
                let ids: Vec<_> = cancel.iter().map(ToString::to_string).collect();
                self.list("cancel", &ids);
                let place = place.iter().map(|order| self.inner(|writer| writer.quote_order(order)));
                let place: Vec<_> = place.collect();
                self.list("place", &place);
                self.request(*request_id);
            }
            _ => self.other_command(command),
        }
    }

    fn other_command(&mut self, command: &Command) {
        match command {
            Command::Partition { account, region, pivot, request_id } => {
                self.account(*account);
                self.region(*region);
                self.field("pivot", pivot);
                self.request(*request_id);
            }
            Command::Interlace { account, region, mask, request_id } => {
                self.account(*account);
                self.region(*region);
                self.mask(*mask);
                self.request(*request_id);
            }
            Command::WithdrawFunds { account, amount, request_id } => {
                self.account(*account);
                self.planck("amount", amount.0);
                self.request(*request_id);
            }
            Command::WithdrawRegion { account, region, request_id } => {
                self.account(*account);
                self.region(*region);
                self.request(*request_id);
            }
            Command::BlockSeen { number, hash } => {
                self.field("number", number);
                let hash = self.string(hash);
                self.field("hash", hash);
            }
            Command::SettlementSubmitted(submitted) => {
                let numbers: Vec<_> = submitted.instructions.iter().map(ToString::to_string).collect();
                self.list("instructions", &numbers);
                let hash = self.string(&submitted.extrinsic_hash);
                self.field("extrinsic_hash", hash);
                self.field("nonce", submitted.nonce);
                self.field("valid_until_block", submitted.valid_until_block);
            }
            Command::SettlementConfirmed(confirmed) => {
                self.field("instruction", confirmed.instruction);
                self.default("block", confirmed.block.0, 0, |number| number.to_string());
                self.default("extrinsic_index", confirmed.extrinsic_index, 0, |number| number.to_string());
                self.default("chain_fee", confirmed.chain_fee.0, 0, |fee| format!("\"{fee}\""));
            }
            Command::SettlementFailed { instruction, outcome, reason } => {
                self.field("instruction", instruction);
                let outcome = match outcome {
                    FailureOutcome::Returned => "\"returned\"",
                    FailureOutcome::Lost => "\"lost\"",
                };
                self.field("outcome", outcome);
                self.text_or("reason", reason, "");
            }
            Command::Compensate { account, amount, reason } => {
                self.account(*account);
                self.planck("amount", amount.0);
                self.text_or("reason", reason, "");
            }
            Command::Halt { cause } | Command::Freeze { cause } | Command::Resume { cause } => {
                self.text_or("cause", cause, "operator");
            }
            Command::Suspend { account } | Command::Unsuspend { account } => self.account(*account),
            Command::LimitOutflow { scope, limit } => {
                let scope = match scope {
                    OutflowScope::Venue => "\"venue\"".to_owned(),
                    OutflowScope::EachAccount => "\"each_account\"".to_owned(),
                    OutflowScope::Account(account) => self.inner(|writer| writer.account(*account)),
                };
                self.field("scope", scope);
                let limit = limit.map(|limit| {
                    self.inner(|writer| {
                        let numbers = [
                            ("funds_planck", limit.funds.map(|most| most.0)),
                            ("part_timeslices", limit.regions.map(|most| most.0)),
                        ];
                        for (name, number) in numbers {
                            if let Some(number) = number {
                                writer.optional(name, Some(format!("\"{number}\"")));
                            }
                        }
                    })
                });
                self.optional("limit", limit);
            }
            Command::ApproveOutflow { instruction } => self.field("instruction", instruction),
            _ => panic!("not written yet: {command:?}"),
        }
    }
}
