//! How the venue is doing: clock, mode, alarms, reserves.

use super::number;
use crate::{
    Alarm,
    data::Common,
    units::{Shown, Units, clock_time, grouped},
};
use coretime_types::{Mode, Planck};
use maud::{Markup, html};

pub(crate) fn status(units: &Units, common: &Common) -> Markup {
    let (mode, class) = match common.mode {
        Mode::Open => ("open", "good"),
        Mode::Halted => ("halted", "bad"),
        Mode::Frozen => ("frozen", "bad"),
    };
    let block =
        common.health.finalised_block.map_or_else(|| "none".to_owned(), |block| grouped(block.into()));
    let clock = clock_time(common.now.unix_ms);
    html! {
        dl {
            div { dt { "venue" } dd.(class) { (mode) } }
            div title={ "Read at " (clock.exact) ". A timeslice is " (units.token.timeslice_ms / 1000) " s." } {
                dt { "sells from timeslice" } dd { (grouped(common.now.tradable_from.0.into())) }
            }
            div title="What is to be delivered must be sold before this timeslice is committed on chain." {
                dt { "deadline for it" } dd { "in about " (units.span(coretime_types::Timeslices(1))) }
            }
            div { dt { "finalised block" } dd { (block) } }
            div title={ "chain hash " (common.position.chain_hash) } {
                dt { "log record" } dd { (grouped(common.position.sequence.0.into())) }
            }
            div { dt { "orders" } dd { (grouped(u128::try_from(common.live_orders).unwrap_or(0))) } }
            div { dt { "to settle" } dd {
                (common.pending_instructions) " (" (common.health.in_flight) " in flight"
                @if common.held_instructions > 0 { ", " (common.held_instructions) " held" }
                ")"
            } }
        }
    }
}

pub(crate) fn alarms(common: &Common) -> Markup {
    html! {
        @for cause in &common.halt_causes { p.alarm { strong { "halted" } " by " (cause) ": no new orders" } }
        @for cause in &common.freeze_causes {
            p.alarm { strong { "frozen" } " by " (cause) ": no new orders, nothing is paid out" }
        }
        @for alarm in common.health.alarms.iter().chain(&Alarm::outflow_held(common.held_instructions)) { p.alarm { strong { (alarm.name) } " " (alarm.text) } }
    }
}

pub(crate) fn reserves(units: &Units, common: &Common) -> Markup {
    let amount = |amount: Planck| -> Shown { units.amount(amount) };
    let health = &common.health;
    html! {
        @match &health.reserves {
            None => p.note { "Not compared with the chain yet." },
            Some(reserves) => dl.rows {
                div { dt { "owed by the ledger" } dd { (number(&amount(reserves.owed))) " " (units.token.symbol) } }
                div { dt { "in custody on chain" } dd { (number(&amount(reserves.custody))) " " (units.token.symbol) } }
                div { dt { "of it the operator's" } dd { (number(&amount(reserves.float))) " " (units.token.symbol) } }
                div { dt { "credited to nobody" } dd { (number(&amount(reserves.unattributed))) " " (units.token.symbol) } }
                div { dt { "regions: ledger, chain" } dd { (reserves.ledger_regions) ", " (reserves.chain_regions) } }
                @if reserves.unattributed_regions > 0 {
                    div { dt { "regions of nobody" } dd { (reserves.unattributed_regions) } }
                }
                div { dt { "compared at block" } dd { (grouped(reserves.block.into())) } }
                div { dt { "differences" } dd.(if reserves.differences == 0 { "good" } else { "bad" }) {
                    @if reserves.differences == 0 { "none" } @else { (reserves.differences) }
                } }
            }
        }
        dl.rows {
            @if let Some(free) = health.signer_free {
                div { dt { "signer's fees left" } dd { (number(&amount(free))) " " (units.token.symbol) } }
            }
            @if let Some(cost) = health.delivery_cost {
                div { dt { "a delivery costs" } dd { (number(&amount(cost))) " " (units.token.symbol) } }
            }
            div { dt { "chain" } dd.(if health.connected { "good" } else { "bad" }) {
                @if health.connected { "connected" } @else { "not connected" }
            } }
        }
    }
}
