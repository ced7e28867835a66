//! Whether ledger, sled and chain agree, to the last planck and part-timeslice.

use super::books::Books;
use coretime_fills::Settlement;
use coretime_types::{AccountId, PartTimeslices, Planck, Region};

/// What does not agree, each in a sentence that names both sides. Empty if all is well.
///
/// `float` is what custody had on chain before anything was deposited.
pub(crate) fn differences(books: &Books, custody: AccountId, float: Planck) -> Vec<String> {
    let mut found = Vec::new();
    check_money(books, float, &mut found);
    check_core_time(books, custody, &mut found);
    check_departures(books, &mut found);
    check_store(books, &mut found);
    found
}

fn check_money(books: &Books, float: Planck, found: &mut Vec<String>) {
    let totals = books.ledger.totals;
    let owed: u128 = books.ledger.accounts.values().map(|funds| funds.free.0 + funds.held.0).sum();
    let net = totals.funds_deposited.0 - totals.funds_withdrawn.0;
    if owed != net {
        found.push(format!("the ledger owes {owed} planck, deposits less withdrawals are {net}"));
    }
    let reserves = books.custody_balance.0.checked_sub(float.0);
    if reserves != Some(owed) {
        let held = books.custody_balance;
        found.push(format!("the ledger owes {owed} planck, custody holds {held} with a float of {float}"));
    }
    if books.ledger.outstanding > 0 {
        found.push(format!("{} instructions have not ended", books.ledger.outstanding));
    }
}

fn check_core_time(books: &Books, custody: AccountId, found: &mut Vec<String>) {
    let in_custody: Vec<Region> = books
        .on_chain
        .iter()
        .filter(|region| region.owner == Some(custody))
        .map(|region| region.region)
        .collect();
    for region in &books.ledger.regions {
        let roots = in_custody.iter().filter(|root| root.contains(region)).count();
        if roots != 1 {
            found.push(format!("{region} is in the ledger and in {roots} regions that custody owns"));
        }
    }
    let (ledger, chain) = (total(&books.ledger.regions), total(&in_custody));
    if ledger != chain {
        found.push(format!("the ledger has {ledger} part-timeslices, custody owns {chain} on chain"));
    }
    let totals = books.ledger.totals;
    let accounted = ledger.0 + totals.regions_instructed.0 + totals.regions_expired.0;
    if accounted != totals.regions_deposited.0 {
        let deposited = totals.regions_deposited;
        found.push(format!("{deposited} part-timeslices were deposited, {accounted} are accounted for"));
    }
}

fn check_departures(books: &Books, found: &mut Vec<String>) {
    for departure in &books.left_custody {
        if !departure.is_right() {
            let (number, region, to) = (departure.number, departure.region, departure.destination);
            found.push(format!("instruction {number}: {region} is not with {to:?} on chain"));
        }
    }
    let delivered = PartTimeslices(books.left_custody.iter().map(|d| d.region.part_timeslices().0).sum());
    let instructed = books.ledger.totals.regions_instructed;
    if delivered != instructed {
        found.push(format!("{instructed} part-timeslices were to be delivered, {delivered} are on chain"));
    }
}

fn check_store(books: &Books, found: &mut Vec<String>) {
    let trades: Vec<_> = books.trades().copied().collect();
    let stored: Vec<_> = books.fills.iter().map(|fill| fill.trade).collect();
    if trades != stored {
        found.push(format!("the log has {} trades, the store has other {}", trades.len(), stored.len()));
    }
    for fill in &books.fills {
        if !matches!(fill.settlement, Settlement::Custody | Settlement::Confirmed { .. }) {
            found.push(format!("trade {} is {:?} in the store", fill.trade.trade_id, fill.settlement));
        }
    }
}

fn total(regions: &[Region]) -> PartTimeslices {
    PartTimeslices(regions.iter().map(|region| region.part_timeslices().0).sum())
}
