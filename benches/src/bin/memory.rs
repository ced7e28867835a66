//! What a market takes of memory: bytes on the heap for each region in the ledger and for each order that rests.
//!
//! ```sh
//! cargo run --release -p benches --bin memory
//! ```

// A table of quotients; nothing here is replayed.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss)]

use anyhow::Result;
use benches::flow::plain::{Message, Plain};
use comfy_table::Table;
use coretime_market::Market;
use coretime_types::Command;

fn main() -> Result<()> {
    let mut table = Table::new();
    table.set_header(["resting", "regions", "MiB", "bytes a region", "bytes an order"]);
    for depth in [10_000, 100_000, 1_000_000] {
        let flow = Plain::new(1, depth, 0, 0)?;
        let orders: Vec<Command> = flow.resting.messages.iter().map(Message::command).collect();
        let mut market = Market::new();
        let ledger = held_by(&mut market, &flow.resting.supply);
        let regions = market.free_regions().count();
        let book = held_by(&mut market, &orders);
        table.add_row([
            depth.to_string(),
            regions.to_string(),
            format!("{:.1}", (ledger + book) / f64::from(1 << 20)),
            format!("{:.0}", ledger / regions as f64),
            format!("{:.0}", book / depth as f64),
        ]);
    }
    println!("{table}");
    Ok(())
}

/// The bytes by which a market grows from these commands. Tables double, so it is up to twice what they hold.
fn held_by(market: &mut Market, commands: &[Command]) -> f64 {
    let grown = allocation_counter::measure(|| {
        let mut events = Vec::new();
        for command in commands {
            events.clear();
            market.apply(command, &mut events);
        }
    });
    grown.bytes_current as f64
}
