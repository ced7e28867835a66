//! The command log: what the exchange accepted, in order, durable, and chained so that nothing can be changed
//! afterwards without showing.
//!
//! # What it promises
//!
//! - A record that [`Writer::sync`] has returned for survives a crash of the process and of the machine.
//! - [`recover`] gives every such record back, in order, or refuses and says file, offset and sequence. It repairs two
//!   things only, both of which a crash leaves and neither of which was ever acknowledged: a torn last group is cut
//!   off, and a segment that was created but not yet begun is removed.
//! - The log commits to outputs too: every group that is synced ends with the hash of all events so far. Who replays
//!   the commands finds out if other events are claimed, or if the rules give others than they gave then.
//! - A write or sync that fails is final: the [`Writer`], or its [`Disk`], takes nothing more. After a failed sync nobody knows what is
//!   on disk, so it is never tried again as if nothing had happened; who restarts reads what is there.
//! - No length found on disk is trusted before it is checked: damage cannot make a reader panic or allocate without
//!   bound.
//!
//! # What it does not do
//!
//! It does not know what a command means or which events come of it (it is told), reads a clock only to say what opening took, and starts no thread
//! but while a log is opened: one reads ahead, others check the segments before a known place. It has no secret: who holds the folder
//! can write another log that is valid in itself, and is convicted by any [`Position`] that was handed out as a receipt.
//!
//! A power failure in the middle of a sync may leave a later part of the last group on disk without an earlier one.
//! That cannot be told from damage, so it is refused, although nothing of that group was acknowledged.
//!
//! # The folder
//!
//! ```text
//! DATA/lock                            held by the one process that writes
//! DATA/log/00000000000000000001.log    segments, named by the sequence of their first command
//! DATA/log/00000000000000048213.log
//! ```
//!
//! Segments that no start needs any more can be moved into another folder ([`archive_before`]); with that,
//! [`Reader::open_with`] reads the whole log.
//!
//! `log/` holds segments and nothing else, so every byte of every file in it is under a checksum; any other file is
//! refused. A segment is made beside `log/` and moved in complete, with its header durable. The whole of `log/` is
//! made that way the first time: a `log/` without its first segment has lost it.
//!
//! # The format, byte by byte (version 3)
//!
//! Integers are little endian. Checksums are CRC32C (Castagnoli), stored as a u32. A segment is a header and then
//! records without gaps: groups, each of one or more commands and then a commitment, and at last a seal.
//!
//! The header, 64 bytes. Every later version keeps these first 64 bytes as they are, so that an old program can tell
//! a new log from a damaged one:
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 8 | magic: the ASCII letters `CTXLOG`, 0x0D, 0x0A |
//! | 8 | 4 | format version, 3; any other is refused |
//! | 12 | 8 | first sequence: of the first command in this segment |
//! | 20 | 32 | the chain hash before the first group; 32 zero bytes in the very first segment |
//! | 52 | 8 | zero |
//! | 60 | 4 | checksum of bytes 0 to 59 |
//!
//! A record with a payload of `p` bytes, `30 + p` bytes:
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 4 | body length: `17 + p`, at most 17 + 4 MiB |
//! | 4 | 4 | checksum of bytes 0 to 3 |
//! | 8 | 1 | kind: 1 is a command, 2 seals the segment, 3 is a commitment; others are refused |
//! | 9 | 8 | sequence: of the command, from 1 without gaps; of a seal: the next command's; of a commitment: the last command's |
//! | 17 | 8 | time: milliseconds since 1970-01-01 UTC, never decreasing; of a seal and a commitment: 0 |
//! | 25 | p | payload: the command in SCALE (`coretime_types::Command`); of a seal: nothing; of a commitment: the 32 bytes of the outputs hash |
//! | 25 + p | 4 | checksum of bytes 0 to 24 + p |
//! | 29 + p | 1 | end mark, 0xA5 |
//!
//! A group is what is synced together: one or more commands, then the commitment that ends it. It never goes on in
//! another segment, and no command follows in it once its commands take 1 MiB or more.
//!
//! The chain: `hash_k = BLAKE3(hash_(k-1) || g)`, where `g` is all bytes of all records of group `k`, its commitment
//! included, and `hash_(k-1)` the 32 bytes before it. The chain hash of a command, which a receipt names, is the hash
//! after its group: so a receipt proves every command up to its own, and every event that came of them. (One hash for
//! each record would cost half of the time that the log computes, and prove less: until version 2, a receipt did not
//! cover the events of its own command.)
//!
//! The outputs: a commitment states `out_k = BLAKE3(out_(k-1) || e_a || ... || e_b)`, where `out_(k-1)` is what the
//! commitment before it states (32 zero bytes before the first), `a` to `b` are the group's commands, and `e_n` is the
//! list of all events of command `n` in SCALE (`Vec<coretime_types::Event>`, empty too).
//!
//! A segment that is full ends with a seal, which is written after the next segment is in place: so a sealed last
//! segment has lost its successor. Seals tell nothing of their own and are not in the chain.
//!
//! A segment may be followed by zero bytes: its file is made longer ahead of what is written. A last record is *torn*
//! if its end mark is missing or zero and so is everything after it. A last group is torn if its last record is, or if
//! it has no commitment and nothing but zeros follows; then, and only in a segment without a seal, the whole group is
//! cut off. Everything else that does not fit, a complete record with a wrong checksum too, is damage. (The length has a
//! checksum of its own so that a changed length is not taken for a torn record, and the end mark is there so that a
//! complete record never ends in zero.)

mod ahead;
mod archive;
mod batch;
mod chain;
mod check;
mod disk;
mod encoder;
mod error;
mod folder;
mod format;
mod pipeline;
mod reader;
mod recover;
mod segment;
mod segment_file;
mod writer;

pub use archive::archive_before;
pub use batch::Batch;
pub use chain::{ChainHash, Commitment, Outputs, OutputsHash, Position, Start};
pub use disk::Disk;
pub use encoder::Encoder;
pub use error::{Damage, LogError};
pub use format::{FORMAT_VERSION, MAX_PAYLOAD_BYTES};
pub use pipeline::Pipeline;
pub use reader::{Entry, Reader, Record, Remainder};
pub use recover::{Recovered, recover, recover_from, recover_through};
pub use segment_file::{OpenSegment, SegmentFile};
pub use writer::{Options, Writer};

use coretime_types::Sequence;
use std::path::{Path, PathBuf};

/// The first command of the newest segment, `None` where there is no log yet.
///
/// # Errors
/// When the folder cannot be listed, or holds what no log has.
pub fn newest_segment(log_folder: &Path) -> Result<Option<Sequence>, LogError> {
    if !log_folder.try_exists().map_err(LogError::io("find", log_folder))? {
        return Ok(None);
    }
    Ok(folder::list_segments(log_folder)?.pop())
}

/// Where the segments are in a data folder.
pub fn log_folder(data_folder: &Path) -> PathBuf {
    data_folder.join("log")
}
