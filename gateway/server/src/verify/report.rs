//! What `verify` says.

use super::Outcome;
use crate::cli::VerifyArgs;
use anyhow::Result;
use coretime_audit::{Discrepancy, Verified};
use coretime_chain_audit::Compared;
use serde_json::json;
use std::io::{self, Write};

pub(super) fn print(args: &VerifyArgs, outcome: &Outcome) -> Result<()> {
    let text = if args.json { as_json(outcome) } else { as_text(args, outcome) };
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

/// Whole commands a second; a log that is read at once took no time worth dividing by.
fn rate(verified: &Verified) -> u128 {
    let nanos = verified.elapsed.as_nanos().max(1);
    u128::from(verified.position.sequence.0).saturating_mul(1_000_000_000) / nanos
}

fn as_text(args: &VerifyArgs, outcome: &Outcome) -> String {
    let (verified, compared, receipts) = match outcome {
        Outcome::Well(verified, compared, receipts) => (verified, compared, *receipts),
        Outcome::Discrepancy(discrepancy) => return format!("DISCREPANCY at {discrepancy}"),
        Outcome::Unreadable(error) => return format!("CANNOT BE READ: {error}"),
    };
    let mut lines = vec![
        format!("{} commands verified, {} trades", verified.position.sequence, verified.trades),
        format!("chain hash   {}", verified.position.chain_hash),
        format!("commitments  {}", verified.commitments),
        format!("live orders  {}", verified.live_orders),
        format!("state hash   {}", hex::encode(verified.state_hash)),
        format!("rate         {} commands a second, {:?} in all", rate(verified), verified.elapsed),
    ];
    if receipts > 0 {
        lines.push(format!("{receipts} receipts are in the log"));
    }
    if args.store.is_some() {
        lines.push("the store of fills agrees with the log".into());
    }
    if let Some(Compared { blocks, deposits, later_credits, instructions, anchors, later_anchors }) = compared
    {
        lines.push(format!(
            "the chain agrees: {blocks} blocks, {deposits} deposits, {instructions} instructions, {anchors} anchors"
        ));
        if *later_credits > 0 {
            lines.push(format!("{later_credits} deposits were credited later, on the venue's word: no event on chain names them"));
        }
        if *later_anchors > 0 {
            lines.push(format!("{later_anchors} anchors on chain are of what came after this log"));
        }
    }
    if verified.remainder.is_torn {
        lines.push("behind the last group is the beginning of one that was never acknowledged".into());
    }
    if let Some(path) = &verified.remainder.unbegun_segment {
        lines.push(format!("{} was created and not begun", path.display()));
    }
    lines.join("\n")
}

fn as_json(outcome: &Outcome) -> String {
    let value = match outcome {
        Outcome::Well(verified, compared, _) => json!({
            "outcome": "verified",
            "commands": verified.position.sequence.0,
            "chain_hash": verified.position.chain_hash.to_string(),
            "trades": verified.trades,
            "commitments": verified.commitments,
            "live_orders": verified.live_orders,
            "state_hash": hex::encode(verified.state_hash),
            "elapsed_ms": u64::try_from(verified.elapsed.as_millis()).unwrap_or(u64::MAX),
            "commands_per_second": u64::try_from(rate(verified)).unwrap_or(u64::MAX),
            "is_torn": verified.remainder.is_torn,
            "chain": compared.map(|compared| json!({
                "blocks": compared.blocks,
                "deposits": compared.deposits,
                "later_credits": compared.later_credits,
                "instructions": compared.instructions,
                "anchors": compared.anchors,
                "later_anchors": compared.later_anchors,
            })),
        }),
        Outcome::Discrepancy(Discrepancy { sequence, order, what, expected, found }) => json!({
            "outcome": "discrepancy",
            "sequence": sequence.0,
            "order": order.map(|order| order.0),
            "what": what,
            "expected": expected,
            "found": found,
        }),
        Outcome::Unreadable(error) => json!({ "outcome": "unreadable", "error": error }),
    };
    value.to_string()
}
