//! Trades and settlement, as tables.

use super::{in_token, number};
use crate::{
    data::Common,
    units::{Units, clock_time, cores, grouped},
};
use coretime_gateway::{InstructionProgress, RecordedFill, RecordedInstruction};
use coretime_types::{Call, FailureOutcome, Region};
use maud::{Markup, html};

/// Trades that are shown of those at hand.
const TRADES: usize = 60;

pub(crate) fn trades(units: &Units, common: &Common) -> Markup {
    html! {
        @if common.fills.is_empty() { p.note { "Nothing was traded yet." } }
        @else { (fills(units, common.fills.iter().take(TRADES))) }
    }
}

/// Trades, the newest first.
pub(crate) fn fills<'a>(units: &Units, fills: impl Iterator<Item = &'a RecordedFill>) -> Markup {
    html! {
        table.rows {
            thead { tr {
                th scope="col" { "time" } th scope="col" { (in_token(units, "price")) } th scope="col" { "share" }
                th scope="col" { "timeslices" } th scope="col" { (in_token(units, "worth")) }
            } }
            tbody {
                @for fill in fills {
                    @let trade = &fill.trade;
                    @let time = clock_time(fill.time_ms);
                    // The taker's side: who came in.
                    @let side = if trade.maker_is_bid { "ask" } else { "bid" };
                    tr data-trade=(trade.trade_id) title={ "trade " (trade.trade_id) ", log record " (fill.sequence) } {
                        td title=(time.exact) { (time.short) }
                        td.(side) { (number(&units.price(trade.unit_price))) }
                        td { (cores(trade.parts)) }
                        td title=(units.span(trade.window.duration())) {
                            "[" (trade.window.begin) ", " (trade.window.end) ")"
                        }
                        td { (number(&units.amount(trade.notional))) }
                    }
                }
            }
        }
    }
}

pub(crate) fn settlement(units: &Units, common: &Common) -> Markup {
    html! {
        @if common.instructions.is_empty() { p.note { "Nothing had to leave custody yet." } }
        @else {
            table.rows {
                thead { tr {
                    th scope="col" { "no." } th scope="col" { "what" } th scope="col" { "state" }
                    th scope="col" { "block" } th scope="col" { (in_token(units, "chain fee")) }
                } }
                tbody { @for instruction in &common.instructions { (row(units, instruction)) } }
            }
        }
    }
}

fn row(units: &Units, instruction: &RecordedInstruction) -> Markup {
    let (state, class, more, block, fee) = match &instruction.progress {
        InstructionProgress::Outstanding => ("pending", "pending", String::new(), None, None),
        InstructionProgress::Submitted { extrinsic_hash, valid_until_block } => {
            let more = format!("extrinsic {extrinsic_hash}, valid until block {valid_until_block}");
            ("submitted", "pending", more, None, None)
        }
        InstructionProgress::Confirmed { extrinsic_hash, block, extrinsic_index, chain_fee } => {
            let extrinsic = extrinsic_hash.as_deref().unwrap_or("unknown");
            let more = format!("extrinsic {extrinsic}, number {extrinsic_index} of the block");
            ("settled", "good", more, Some(*block), Some(*chain_fee))
        }
        InstructionProgress::Failed { outcome, reason } => {
            let state = match outcome {
                FailureOutcome::Returned => "failed, returned",
                FailureOutcome::Lost => "failed, lost",
            };
            (state, "bad", reason.clone(), None, None)
        }
    };
    html! {
        tr data-instruction=(instruction.number) {
            td { (instruction.number) }
            td { (call(units, &instruction.call)) }
            td.(class) title=(more) { (state) }
            td { @if let Some(block) = block { (grouped(block.0.into())) } }
            td { @if let Some(fee) = fee { (number(&units.amount(fee))) } }
        }
    }
}

fn call(units: &Units, call: &Call) -> Markup {
    let region = |region: &Region| {
        format!("{} of core {}, [{}, {})", cores(region.mask.parts()), region.core, region.begin, region.end)
    };
    html! {
        @match call {
            Call::Transfer { region: moved, .. } => { "transfer " (region(moved)) },
            Call::Assign { region: moved, task } => { "assign " (region(moved)) " to task " (task) },
            Call::Pay { amount, .. } => { "pay " (number(&units.amount(*amount))) " " (units.token.symbol) },
        }
    }
}
