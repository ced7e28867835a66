//! The whole visible state, in one form for the engine and for the model.

use crate::model::{Ask, Bid, Head, Model, Parcel};
use coretime_market::{FreeRegion, Funds, Instruction, Market, OrderDetail, OrderView, Piece, Totals};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, InstructionNumber, Mode, OrderId, Outflow, OutflowLimit,
    OutflowScope, PartTimeslices, Parts, Planck, Priority, Settings, Timeslice, Timeslices, UnitPrice,
    Window,
};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) accounts: Vec<(AccountId, Funds)>,
    pub(crate) suspended: Vec<AccountId>,
    pub(crate) free: Vec<FreeRegion>,
    pub(crate) orders: Vec<OrderView>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) held: Vec<InstructionNumber>,
    pub(crate) limits: Vec<(OutflowScope, OutflowLimit)>,
    pub(crate) outflow: Outflow,
    pub(crate) outflows: Vec<(AccountId, Outflow)>,
    pub(crate) totals: Totals,
    pub(crate) settings: Settings,
    pub(crate) mode: Mode,
    pub(crate) halts: Vec<String>,
    pub(crate) freezes: Vec<String>,
    pub(crate) now: Timeslice,
    pub(crate) last_reference: Option<ChainReference>,
    pub(crate) last_block: Option<(BlockNumber, String)>,
}

impl View {
    /// What the engine shows. `known` are all accounts that commands speak of.
    pub(crate) fn of_market(market: &Market, known: &[AccountId]) -> View {
        View {
            accounts: market.accounts().filter(|(_, funds)| !is_nothing(funds)).collect(),
            suspended: known.iter().copied().filter(|account| market.is_suspended(*account)).collect(),
            free: market.free_regions().collect(),
            orders: market.orders().collect(),
            instructions: market.instructions().cloned().collect(),
            held: market.held_instructions().collect(),
            limits: scopes(known).filter_map(|scope| Some((scope, market.outflow_limit(scope)?))).collect(),
            outflow: market.outflow_today(),
            outflows: market.outflows_today().collect(),
            totals: market.totals(),
            settings: market.settings().clone(),
            mode: market.mode(),
            halts: market.halt_causes().map(str::to_owned).collect(),
            freezes: market.freeze_causes().map(str::to_owned).collect(),
            now: market.tradable_from(),
            last_reference: market.last_reference(),
            last_block: market.last_block().map(|(number, hash)| (number, hash.to_owned())),
        }
    }

    /// What the model holds, sorted as the rules sort it.
    pub(crate) fn of_model(model: &Model, known: &[AccountId]) -> View {
        let mut accounts: Vec<_> = model.accounts.iter().map(|account| account.id).collect();
        accounts.sort_unstable();
        let funds = |id| Funds { free: Planck(model.free_funds(id)), held: Planck(model.held(id)) };
        let accounts = accounts.into_iter().map(|id| (id, funds(id)));
        let mut owned: Vec<_> = model.free.iter().collect();
        owned.sort_unstable_by_key(|owned| owned.parcel.id());
        let mut orders: Vec<_> = model.bids.iter().map(view_of_bid).collect();
        orders.extend(model.asks.iter().map(view_of_ask));
        orders.sort_unstable_by_key(|order| order.order_id);
        let mut instructions: Vec<_> = model.instructions.iter().map(view_of_instruction).collect();
        instructions.sort_unstable_by_key(|instruction| instruction.number);
        let held = model.instructions.iter().filter(|one| one.held);
        let mut held: Vec<_> = held.map(|one| InstructionNumber(one.number)).collect();
        held.sort_unstable();
        let outflow = |(planck, parts)| Outflow { funds: Planck(planck), regions: PartTimeslices(parts) };
        let of_account = |account| (account, outflow(model.left_today(|one| one == account)));
        let outflows = known.iter().copied().map(of_account);
        View {
            held,
            limits: scopes(known).filter_map(|scope| Some((scope, model.outflow.limit(scope)?))).collect(),
            outflow: outflow(model.left_today(|_| true)),
            outflows: outflows.filter(|(_, outflow)| *outflow != Outflow::default()).collect(),
            accounts: accounts.filter(|(_, funds)| !is_nothing(funds)).collect(),
            suspended: known.iter().copied().filter(|account| model.is_suspended(*account)).collect(),
            free: owned.into_iter().map(|owned| free_region(owned.account, &owned.parcel)).collect(),
            orders,
            instructions,
            totals: Totals {
                funds_deposited: Planck(model.totals.funds_deposited),
                funds_withdrawn: Planck(model.totals.funds_withdrawn),
                regions_deposited: PartTimeslices(model.totals.regions_deposited),
                regions_instructed: PartTimeslices(model.totals.regions_instructed),
                regions_expired: PartTimeslices(model.totals.regions_expired),
                regions_lost: PartTimeslices(model.totals.regions_lost),
            },
            settings: model.settings.clone(),
            mode: model.mode(),
            halts: sorted(&model.halts),
            freezes: sorted(&model.freezes),
            now: Timeslice(model.now),
            last_reference: model.last_reference,
            last_block: model.last_block.clone().map(|(number, hash)| (BlockNumber(number), hash)),
        }
    }

    /// The first part in which the two differ, for people.
    pub(crate) fn difference(&self, model: &View) -> Option<String> {
        if self == model {
            return None;
        }
        let (engine, model) = (format!("{self:#?}"), format!("{model:#?}"));
        let lines = engine.lines().zip(model.lines()).filter(|(engine, model)| engine != model);
        let lines: Vec<_> = lines.take(12).map(|(e, m)| format!("engine {e}\nmodel  {m}")).collect();
        Some(format!("the states differ\n{}\n{self:#?}", lines.join("\n")))
    }
}

/// All that a limit can be set for.
fn scopes(known: &[AccountId]) -> impl Iterator<Item = OutflowScope> {
    let accounts = known.iter().copied().map(OutflowScope::Account);
    [OutflowScope::Venue, OutflowScope::EachAccount].into_iter().chain(accounts)
}

fn is_nothing(funds: &Funds) -> bool {
    *funds == Funds::default()
}

fn sorted(causes: &[String]) -> Vec<String> {
    let mut causes = causes.to_vec();
    causes.sort_unstable();
    causes
}

fn free_region(account: AccountId, parcel: &Parcel) -> FreeRegion {
    FreeRegion { account, region: parcel.region(), renewable: parcel.renewable }
}

fn view_of(head: &Head, detail: OrderDetail) -> OrderView {
    OrderView {
        order_id: OrderId(head.id),
        account: head.account,
        client_order_id: head.name,
        priority: Priority(head.priority),
        unit_price: UnitPrice(head.price),
        lot_parts: Parts(head.lot),
        expire_at: head.expire_at.map(Timeslice),
        post_only: head.post_only,
        self_trade: head.self_trade,
        detail,
    }
}

fn view_of_bid(bid: &Bid) -> OrderView {
    let detail = OrderDetail::Bid {
        remaining: Parts(bid.remaining),
        within: Window { begin: Timeslice(bid.earliest), end: Timeslice(bid.latest) },
        duration: Timeslices(bid.duration),
        require_renewable: bid.require_renewable,
        delivery: bid.delivery,
        held: Planck(bid.hold(bid.remaining).expect("a live bid is covered")),
    };
    view_of(&bid.head, detail)
}

fn view_of_ask(ask: &Ask) -> OrderView {
    let mut pieces: Vec<_> = ask.pieces.clone();
    pieces.sort_unstable_by_key(|piece| piece.begin);
    let pieces = pieces.iter().map(|piece| Piece { region: piece.region(), renewable: piece.renewable });
    let min_timeslices = Timeslices(ask.min_timeslices);
    view_of(&ask.head, OrderDetail::Ask { pieces: pieces.collect(), min_timeslices })
}

fn view_of_instruction(instruction: &crate::model::Instruction) -> Instruction {
    Instruction {
        number: InstructionNumber(instruction.number),
        account: instruction.account,
        call: instruction.call,
        renewable: instruction.parcel.is_some_and(|parcel| parcel.renewable),
        submission: instruction.submission.clone().map(std::sync::Arc::new),
    }
}
