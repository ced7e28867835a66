//! The anchor: what each batch says on chain about the log that it came from.
//!
//! A batch carries, as a remark of custody's, the last record that the log had before the batch was recorded. So whoever
//! has a copy of the log can check it against the chain, and a server whose log is behind the newest anchor (a restored
//! backup, a second server) notices it before it delivers anything twice.

use coretime_sequencer::{ChainHash, Position};
use coretime_types::Sequence;
use std::{fmt, str};

/// What all remarks of the exchange begin with.
pub(crate) const PREFIX: &str = "coretime-exchange v1 ";

/// A place in the log, as a remark tells it: `coretime-exchange v1 <sequence> <chain hash>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The last record of the log when the batch was made; 0 if it had none.
    pub sequence: Sequence,
    /// The log's chain hash at that record.
    pub chain_hash: ChainHash,
}

impl Anchor {
    /// Reads a remark. None if it is another one: anybody may remark anything.
    pub fn parse(remark: &[u8]) -> Option<Anchor> {
        let (sequence, hash) = str::from_utf8(remark).ok()?.strip_prefix(PREFIX)?.split_once(' ')?;
        let mut chain_hash = [0; 32];
        hex::decode_to_slice(hash.strip_prefix("0x").unwrap_or(hash), &mut chain_hash).ok()?;
        let anchor = Anchor { sequence: Sequence(sequence.parse().ok()?), chain_hash: ChainHash(chain_hash) };
        // One way of writing it only: no leading zeros, no capitals.
        (anchor.to_string().as_bytes() == remark).then_some(anchor)
    }
}

impl From<Position> for Anchor {
    fn from(position: Position) -> Self {
        Anchor { sequence: position.sequence, chain_hash: position.chain_hash }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{} {}", self.sequence, self.chain_hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_and_nothing_else_is_an_anchor() {
        let anchor = Anchor { sequence: Sequence(40), chain_hash: ChainHash([0xab; 32]) };
        let text = anchor.to_string();
        assert_eq!(Anchor::parse(text.as_bytes()), Some(anchor));
        for length in 0..text.len() {
            assert_eq!(Anchor::parse(&text.as_bytes()[..length]), None, "{length}");
        }
        let others = [
            text.replace(" 40 ", " 040 "),
            text.replace(" 40 ", " +40 "),
            text.replace('a', "A"),
            text.replace("v1", "v2"),
            format!("{text} "),
            "coretime-exchange v1 authorise 0x00 0x00 0x00 trade 5".into(),
        ];
        for other in others {
            assert_eq!(Anchor::parse(other.as_bytes()), None, "{other}");
        }
    }
}
