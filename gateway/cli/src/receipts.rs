//! The public stream of receipts: to keep it, and to see that one's own receipts are in it.

use crate::args::ReceiptsArgs;
use crate::hints::explain;
use crate::trade::receipt_text;
use crate::venue::Venue;
use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::str::FromStr;

/// A receipt, as the commands print it: SEQUENCE:CHAIN_HASH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    sequence: u64,
    chain_hash: [u8; 32],
}

impl FromStr for Receipt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sequence, hash) =
            text.split_once(':').ok_or("a receipt is a sequence, a colon and a chain hash")?;
        let sequence = sequence.parse().map_err(|_| "the sequence is a number")?;
        if sequence == 0 {
            return Err("the sequence is 1 at least");
        }
        let mut chain_hash = [0; 32];
        hex::decode_to_slice(hash.strip_prefix("0x").unwrap_or(hash), &mut chain_hash)
            .map_err(|_| "the chain hash is 64 hex digits")?;
        Ok(Receipt { sequence, chain_hash })
    }
}

/// Prints receipts as they come; with some of one's own, only whether the stream has them.
pub(crate) async fn run(venue: &Venue, args: &ReceiptsArgs, as_json: bool) -> Result<()> {
    let mut own = BTreeMap::new();
    for receipt in &args.receipts {
        let other = own.insert(receipt.sequence, receipt.chain_hash);
        ensure!(
            other.is_none_or(|other| other == receipt.chain_hash),
            "there are two receipts of record {}: keep both, they convict whoever gave them",
            receipt.sequence
        );
    }
    let first_own = own.keys().next().copied();
    let after = args.after.or(first_own.map(|sequence| sequence.saturating_sub(1)));
    let mut feed = venue.client.receipt_feed(after);
    let (mut told, count) = (0, own.len());
    while args.count.is_none_or(|wanted| told < wanted) {
        let receipt = feed.next().await.map_err(explain)?;
        told += 1;
        if count == 0 {
            let text = receipt_text(&receipt);
            let line = if as_json { json!({ "receipt": text }).to_string() } else { text };
            match writeln!(std::io::stdout(), "{line}") {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.context("cannot write what was read")?,
            }
            continue;
        }
        let Some(expected) = own.remove(&receipt.sequence) else { continue };
        if receipt.chain_hash != expected {
            bail!(
                "the venue streams {}, your receipt says {}:{}\nnext: keep both; `coretime-exchange verify --receipt` \
                 convicts a log by a receipt",
                receipt_text(&receipt),
                receipt.sequence,
                hex::encode(expected)
            );
        }
        if own.is_empty() {
            let text = match count {
                1 => "the receipt is in the venue's public stream".to_owned(),
                _ => format!("all {count} receipts are in the venue's public stream"),
            };
            println!("{}", if as_json { json!({ "receipts": count }).to_string() } else { text });
            return Ok(());
        }
    }
    ensure!(own.is_empty(), "{} of {count} receipts did not come within --count", own.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_read_as_they_are_printed() {
        let hash = "ab".repeat(32);
        let read = Receipt { sequence: 7, chain_hash: [0xab; 32] };
        for text in [format!("7:{hash}"), format!("7:0x{hash}")] {
            assert_eq!(text.parse(), Ok(read.clone()));
        }
        for (text, told) in [
            (hash.clone(), "a colon"),
            (format!("seven:{hash}"), "is a number"),
            (format!("0:{hash}"), "1 at least"),
            ("7:ab".into(), "64 hex digits"),
        ] {
            assert!(text.parse::<Receipt>().unwrap_err().contains(told), "{text}");
        }
    }
}
