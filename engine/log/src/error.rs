//! What can go wrong, and where.

use crate::{ChainHash, FORMAT_VERSION, MAX_PAYLOAD_BYTES, OutputsHash, format::GROUP_BYTES};
use coretime_types::Sequence;
use std::{io, path::PathBuf, sync::Arc};

/// Why the log cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process has the data folder open.
    #[error("{} is locked: another process uses this data folder", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The log is not what was written.
    #[error("{} is damaged at offset {offset}, where sequence {sequence} is expected: {damage}", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the header, record or rest begins that is wrong.
        offset: u64,
        /// The sequence that was to come there.
        sequence: Sequence,
        /// What is wrong.
        damage: Damage,
    },
    /// The log was written by another version of the program.
    #[error("{} has format version {found}; this program reads version {FORMAT_VERSION} only", path.display())]
    OtherVersion {
        /// The segment.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A segment that must be there is not.
    #[error("{} is missing: the log goes on there with sequence {sequence}", path.display())]
    MissingSegment {
        /// The file that is missing.
        path: PathBuf,
        /// Its first sequence.
        sequence: Sequence,
    },
    /// The log's first segments are not there: archived, or lost.
    #[error(
        "the log in {} begins with sequence {begins} only, and {from} is needed: bring the archived segments back, \
         or name their folder",
        folder.display()
    )]
    BeginsLate {
        /// The log's folder.
        folder: PathBuf,
        /// The first sequence that is there.
        begins: Sequence,
        /// The sequence that is needed.
        from: Sequence,
    },
    /// A file that no log has, or a segment that does not belong where it is.
    #[error("{} does not belong into the log", path.display())]
    UnexpectedFile {
        /// The file.
        path: PathBuf,
    },
    /// The log ends before a position that was durable.
    #[error("{} ends before sequence {sequence}, which was durable", path.display())]
    EndsEarly {
        /// The last segment.
        path: PathBuf,
        /// The first sequence that is missing.
        sequence: Sequence,
    },
    /// Replaying the commands gave other events than the log commits to: the log, or the rules, were changed.
    #[error(
        "the log commits to other events: up to sequence {sequence} their hash must be {expected}, \
         but replaying up to {replayed} gives {found}"
    )]
    OutputsDiffer {
        /// The last command that the commitment covers.
        sequence: Sequence,
        /// What the log says.
        expected: OutputsHash,
        /// The last command that was replayed: the same, unless the caller left one out.
        replayed: Sequence,
        /// What replaying gave.
        found: OutputsHash,
    },
    /// The log has another command at a place that is known.
    #[error(
        "the log has another history: at sequence {sequence} its chain hash must be {expected}, it is {found}"
    )]
    OtherHistory {
        /// The place.
        sequence: Sequence,
        /// What is known of it.
        expected: ChainHash,
        /// What the log has.
        found: ChainHash,
    },
    /// A command that no record can hold. Nothing was written.
    #[error("the command takes {bytes} bytes; a record holds up to {MAX_PAYLOAD_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// An earlier write or sync failed: what is on disk is not known.
    #[error("the log takes nothing more since it failed: {cause}")]
    Failed {
        /// The first failure.
        cause: Arc<str>,
    },
}

impl LogError {
    pub(crate) fn io(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> LogError + use<> {
        let path = path.to_path_buf();
        move |source| LogError::Io { action, path, source }
    }
}

/// What is wrong with a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The file is shorter than a header.
    #[error("the segment's header is cut short")]
    ShortHeader,
    /// It is no segment at all.
    #[error("the segment does not begin with the log's magic")]
    WrongMagic,
    /// The header was changed.
    #[error("the segment header's checksum is wrong")]
    HeaderChecksum,
    /// The segment does not continue the one before it, or not under this name.
    #[error("the segment begins with sequence {found}")]
    WrongFirstSequence {
        /// What its header says.
        found: Sequence,
    },
    /// The segment continues another log.
    #[error("the segment continues chain hash {found}, but the log before it ends with {expected}")]
    WrongChain {
        /// What its header says.
        found: ChainHash,
        /// What the log before it gives.
        expected: ChainHash,
    },
    /// The length field was changed.
    #[error("the checksum of the record's length is wrong")]
    LengthChecksum,
    /// No record has this length.
    #[error("a record's body cannot have {found} bytes")]
    ImpossibleLength {
        /// What it says.
        found: u32,
    },
    /// The record was changed.
    #[error("the record's checksum is wrong")]
    RecordChecksum,
    /// The record is complete but for its end mark.
    #[error("the record's end mark is {found:#04x}")]
    WrongEndMark {
        /// What is there.
        found: u8,
    },
    /// The record is cut short, but something follows.
    #[error("the record is cut short before the log's end")]
    CutShort,
    /// A record of a later version, or nonsense.
    #[error("the record is of unknown kind {found}")]
    UnknownKind {
        /// What it says.
        found: u8,
    },
    /// Records are missing, doubled or swapped.
    #[error("the record's sequence is {found}")]
    WrongSequence {
        /// What it says.
        found: Sequence,
    },
    /// A group that goes on although it is full.
    #[error("the group takes more than {GROUP_BYTES} bytes")]
    GroupTooLong,
    /// A commitment that covers no command.
    #[error("the commitment covers nothing that is new")]
    EmptyCommitment,
    /// The segment ends with commands that no commitment covers.
    #[error("the segment is sealed before its last commands are committed to")]
    Uncommitted,
    /// Time goes back.
    #[error("the record's time is {found_ms} ms, before the one preceding it, {previous_ms} ms")]
    TimeBackwards {
        /// What it says.
        found_ms: u64,
        /// What came before.
        previous_ms: u64,
    },
    /// The payload is no command.
    #[error("the record's payload does not decode as a command")]
    Undecodable,
    /// The segment is sealed, yet something follows the seal.
    #[error("something follows the segment's seal")]
    AfterSeal,
    /// Another segment follows, so this one must be sealed.
    #[error("the segment is not sealed, yet another follows it")]
    NotSealed,
}
