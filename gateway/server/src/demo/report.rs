//! The tables at the end.

use super::books::{Books, Destination, Found};
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use coretime_fills::Settlement;
use coretime_market::Funds;
use coretime_types::{AccountId, Planck, Region};
use coretime_units::Token;
use std::collections::BTreeMap;

/// Names and money of those who took part.
pub(crate) struct Participant {
    pub(crate) name: String,
    pub(crate) account: AccountId,
    pub(crate) before: Planck,
    pub(crate) after: Planck,
}

/// Prints what was traded, delivered, paid and stored.
pub(crate) fn print(books: &Books, participants: &[Participant], token: &Token) {
    let names: BTreeMap<AccountId, &str> =
        participants.iter().map(|p| (p.account, p.name.as_str())).collect();
    let name =
        |account: AccountId| names.get(&account).map_or_else(|| account.to_string(), |n| n.to_string());
    print_trades(books, token, &name);
    print_departures(books, &name);
    print_in_custody(books, &name);
    print_balances(books, participants, token);
    print_fills(books, token);
}

fn print_trades(books: &Books, token: &Token, name: &dyn Fn(AccountId) -> String) {
    let mut table = table(
        "Trades, from the command log",
        &[
            "trade",
            "buyer",
            "seller",
            "core",
            "window",
            "parts",
            "planck each",
            "notional",
            "maker / taker fee",
        ],
    );
    for trade in books.trades() {
        table.add_row([
            trade.trade_id.to_string(),
            name(trade.buyer),
            name(trade.seller),
            trade.region.core.to_string(),
            format!("[{}, {})", trade.window.begin, trade.window.end),
            trade.parts.to_string(),
            trade.unit_price.to_string(),
            token.show(trade.notional.0),
            format!("{} / {} planck", trade.maker_fee, trade.taker_fee),
        ]);
    }
    println!("{table}");
}

fn print_departures(books: &Books, name: &dyn Fn(AccountId) -> String) {
    let mut table = table(
        "Regions that left custody, as read back from the chain",
        &["instruction", "core", "window", "mask", "meant for", "on chain"],
    );
    for departure in &books.left_custody {
        let meant_for = match departure.destination {
            Destination::Account(account) => name(account),
            Destination::Task(task) => format!("task {task}"),
        };
        let (shown, found) = match &departure.found {
            Found::Region(Some(found)) => (
                found.region,
                found.owner.map_or_else(|| "no owner".to_owned(), |o| format!("owned by {}", name(o))),
            ),
            Found::Region(None) => (departure.region, "not there".to_owned()),
            Found::Plan(plan) => {
                let tasks: Vec<String> =
                    plan.iter().map(|(mask, task)| format!("{}/80 for task {task}", mask.parts())).collect();
                (departure.region, format!("planned: {}", tasks.join(", ")))
            }
        };
        let Region { core, begin, end, mask } = shown;
        table.add_row([
            departure.number.to_string(),
            core.to_string(),
            format!("[{begin}, {end})"),
            mask.to_string(),
            meant_for,
            found,
        ]);
    }
    println!("{table}");
}

fn print_in_custody(books: &Books, name: &dyn Fn(AccountId) -> String) {
    let mut table = table("Free regions that stay in custody", &["owner", "core", "window", "parts"]);
    for free in &books.ledger.free {
        let Region { core, begin, end, mask } = free.region;
        let parts = mask.parts().to_string();
        table.add_row([name(free.account), core.to_string(), format!("[{begin}, {end})"), parts]);
    }
    println!("{table}");
}

fn print_balances(books: &Books, participants: &[Participant], token: &Token) {
    let mut table =
        table("Balances", &["account", "on chain before", "on chain after", "ledger: free", "ledger: held"]);
    for participant in participants {
        let Funds { free, held } =
            books.ledger.accounts.get(&participant.account).copied().unwrap_or_default();
        table.add_row([
            participant.name.clone(),
            token.show(participant.before.0),
            token.show(participant.after.0),
            token.show(free.0),
            token.show(held.0),
        ]);
    }
    println!("{table}");
}

fn print_fills(books: &Books, token: &Token) {
    let mut table = table("Fills, as read back from sled", &["trade", "log record", "region", "settlement"]);
    for fill in &books.fills {
        let settlement = match &fill.settlement {
            Settlement::Custody => "stays in custody".to_owned(),
            Settlement::Confirmed { block, extrinsic_index, chain_fee, .. } => {
                format!("block {block}, extrinsic {extrinsic_index}, chain fee {}", token.show(chain_fee.0))
            }
            other => format!("{other:?}"),
        };
        let region = fill.trade.region.to_string();
        table.add_row([fill.trade.trade_id.to_string(), fill.sequence.to_string(), region, settlement]);
    }
    println!("{table}");
}

fn table(title: &str, header: &[&str]) -> Table {
    println!("\n{title}");
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    table
}
