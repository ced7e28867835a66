//! Money and core time: nothing is created, nothing is lost, nothing is counted twice.

use super::promise;
use crate::differential::Step;
use crate::view::View;
use coretime_market::OrderDetail;
use coretime_types::{Call, Event, FailureOutcome, InstructionEnd, InstructionNumber, Region, RegionId};

fn funds(view: &View) -> u128 {
    view.accounts.iter().map(|(_, funds)| funds.free.0 + funds.held.0).sum()
}

fn call(step: &Step<'_>, number: InstructionNumber) -> Call {
    let instruction = step.before.instructions.iter().find(|instruction| instruction.number == number);
    instruction.expect("an instruction that ends was open").call
}

const RETURNED: InstructionEnd = InstructionEnd::Failed(FailureOutcome::Returned);

/// The sum of all funds is deposits less withdrawals: by the engine's own totals, and by the events.
pub(super) fn conservation_of_funds(step: &Step<'_>) -> Result<(), String> {
    let totals = step.after.totals;
    let sum = funds(step.after);
    promise(sum == totals.funds_deposited.0 - totals.funds_withdrawn.0, || {
        format!("{sum} planck in the ledger, {totals:?}")
    })?;
    let (mut entered, mut left) = (0, 0);
    for event in step.events {
        match event {
            Event::FundsDeposited { amount, .. } => entered += amount.0,
            Event::Instruction { call: Call::Pay { amount, .. }, .. } => left += amount.0,
            Event::InstructionEnded { number, end: RETURNED } => {
                if let Call::Pay { amount, .. } = call(step, *number) {
                    entered += amount.0;
                }
            }
            _ => {}
        }
    }
    promise(funds(step.before) + entered == sum + left, || {
        format!("{} planck, {entered} entered, {left} left, {sum} planck", funds(step.before))
    })
}

fn pieces(view: &View) -> impl Iterator<Item = Region> {
    let pieces = view.orders.iter().filter_map(|order| match &order.detail {
        OrderDetail::Ask { pieces, .. } => Some(pieces),
        OrderDetail::Bid { .. } => None,
    });
    pieces.flatten().map(|piece| piece.region)
}

fn regions(view: &View) -> impl Iterator<Item = Region> {
    view.free.iter().map(|free| free.region).chain(pieces(view))
}

fn part_timeslices(regions: impl Iterator<Item = Region>) -> u128 {
    regions.map(|region| size(&region)).sum()
}

fn size(region: &Region) -> u128 {
    u128::from(region.mask.parts().0) * u128::from(region.end.0 - region.begin.0)
}

fn size_of_expired(step: &Step<'_>, id: RegionId) -> u128 {
    size(&regions(step.before).find(|region| region.id() == id).expect("what expires was in the ledger"))
}

/// The part-timeslices in the ledger are those deposited less those that left.
pub(super) fn conservation_of_part_timeslices(step: &Step<'_>) -> Result<(), String> {
    let totals = step.after.totals;
    let sum = part_timeslices(regions(step.after));
    let expected = totals.regions_deposited.0 - totals.regions_instructed.0 - totals.regions_expired.0;
    promise(sum == expected, || format!("{sum} part-timeslices in the ledger, {totals:?}"))?;
    promise(totals.regions_lost <= totals.regions_instructed, || format!("{totals:?}"))?;
    let (mut entered, mut left) = (0, 0);
    for event in step.events {
        match event {
            Event::RegionDeposited { region, .. } => entered += size(region),
            Event::Instruction {
                call: Call::Transfer { region, .. } | Call::Assign { region, .. }, ..
            } => {
                left += size(region);
            }
            Event::RegionExpired { region } => left += size_of_expired(step, *region),
            Event::InstructionEnded { number, end: RETURNED } => {
                if let Call::Transfer { region, .. } | Call::Assign { region, .. } = call(step, *number) {
                    entered += size(&region);
                }
            }
            _ => {}
        }
    }
    promise(part_timeslices(regions(step.before)) + entered == sum + left, || {
        format!("{entered} part-timeslices entered, {left} left, {sum} are there")
    })
}

/// What an account has in `held` is what its open bids hold, each what the rules ask for.
pub(super) fn holds_equal_what_open_bids_need(step: &Step<'_>) -> Result<(), String> {
    let mut of_accounts = 0;
    for (account, funds) in &step.after.accounts {
        let of_account = step.after.orders.iter().filter(|order| order.account == *account);
        let held: u128 = of_account.map(|order| held(&order.detail)).sum();
        promise(held == funds.held.0, || format!("{account} holds {}, its bids {held}", funds.held))?;
        promise(held == step.model.held(*account), || format!("the bids of {account} hold {held}"))?;
        of_accounts += held;
    }
    let of_bids: u128 = step.after.orders.iter().map(|order| held(&order.detail)).sum();
    promise(of_bids == of_accounts, || format!("bids hold {of_bids}, accounts {of_accounts}"))
}

fn held(detail: &OrderDetail) -> u128 {
    match detail {
        OrderDetail::Bid { held, .. } => held.0,
        OrderDetail::Ask { .. } => 0,
    }
}

/// Every region is free or under one ask, no two share core time, and all ways to look at them agree.
pub(super) fn book_and_ledger_agree(step: &Step<'_>) -> Result<(), String> {
    let view = step.after;
    let ours: Vec<_> = regions(view).collect();
    let leaving = view.instructions.iter().filter_map(|instruction| instruction.region());
    let all: Vec<_> = ours.iter().copied().chain(leaving).collect();
    for (index, region) in all.iter().enumerate() {
        promise(region.begin < region.end && !region.mask.is_empty(), || format!("nothing: {region}"))?;
        if let Some(twice) = all[index + 1..].iter().find(|other| share_core_time(region, other)) {
            return Err(format!("counted twice: {region} and {twice}"));
        }
    }
    let mut listed: Vec<_> = step.market.ledger_regions().collect();
    let mut ours = ours;
    listed.sort_unstable();
    ours.sort_unstable();
    promise(listed == ours, || "the ledger lists other regions".to_owned())?;
    let free: Vec<_> = step.market.free_regions().collect();
    promise(free.is_sorted_by_key(|free| free.region.id()), || "free regions out of order".to_owned())?;
    for account in crate::generator::accounts() {
        let of_account = free.iter().filter(|free| free.account == account);
        let same = of_account.copied().eq(step.market.free_regions_of(account));
        promise(same, || format!("the free regions of {account} differ"))?;
        let orders = view.orders.iter().filter(|order| order.account == account).cloned();
        promise(orders.eq(step.market.orders_of(account)), || format!("the orders of {account} differ"))?;
    }
    for order in &view.orders {
        let found = step.market.find_order(order.account, order.client_order_id);
        promise(found == Some(order.order_id), || format!("{:?} is not found by name", order.order_id))?;
    }
    Ok(())
}

fn share_core_time(one: &Region, other: &Region) -> bool {
    let masks = crate::model::bits_of(one.mask) & crate::model::bits_of(other.mask);
    one.core == other.core && one.begin < other.end && other.begin < one.end && masks != 0
}
