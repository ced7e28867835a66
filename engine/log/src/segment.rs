//! Reading one segment.

use crate::{
    ChainHash, Commitment, Damage, LogError,
    chain::GroupHash,
    format::{self, Body, GROUP_BYTES, HEADER_BYTES, Header, HeaderError, Kind, PREFIX_BYTES, SUFFIX_BYTES},
};
use codec::DecodeAll;
use coretime_types::{Command, Sequence};
use std::{
    fs::File,
    io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom},
    path::PathBuf,
};

/// What comes next in a segment.
pub(crate) enum Item {
    /// Commands, with their times, and what is committed to behind them.
    Group { commands: Vec<(u64, Command)>, commitment: Commitment },
    /// The segment is full; the log goes on in the next.
    Seal,
    /// Nothing more was written, or only the beginning of a group.
    End { torn: bool },
}

/// One record that is well in itself.
enum Piece {
    /// Without the command where it is not decoded.
    Command {
        time_ms: u64,
        command: Option<Command>,
    },
    Commitment(Commitment),
    Seal,
    End {
        torn: bool,
    },
}

/// A segment, and how far it was read and checked.
pub(crate) struct SegmentReader {
    path: PathBuf,
    first: Sequence,
    input: BufReader<File>,
    /// Up to here everything was read and is well. Between groups: the end of the last one, or of the seal.
    offset: u64,
    /// The sequence that must come next.
    next: Sequence,
    /// After the last group.
    chain: ChainHash,
    group_hash: GroupHash,
    time_ms: u64,
    /// The records of the group that is being read.
    group: Vec<u8>,
    /// Whether commands are decoded, or only checked by their checksums.
    decodes: bool,
}

/// What is read from a file at once.
const READ_BYTES: usize = 256 << 10;

impl SegmentReader {
    /// Opens a segment and checks its header against its name.
    pub(crate) fn open(path: PathBuf, named_first: Sequence) -> Result<SegmentReader, LogError> {
        let file = File::open(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => LogError::MissingSegment { path: path.clone(), sequence: named_first },
            _ => LogError::Io { action: "open", path: path.clone(), source },
        })?;
        let mut segment = SegmentReader {
            path,
            first: named_first,
            input: BufReader::with_capacity(READ_BYTES, file),
            offset: 0,
            next: named_first,
            chain: ChainHash::START,
            group_hash: GroupHash::default(),
            time_ms: 0,
            group: Vec::new(),
            decodes: true,
        };
        let mut bytes = [0; HEADER_BYTES];
        if read_full(&mut segment.input, &mut bytes).map_err(segment.io("read"))? < HEADER_BYTES {
            return Err(segment.damaged(Damage::ShortHeader));
        }
        let header = match Header::from_bytes(&bytes) {
            Ok(header) => header,
            Err(HeaderError::Damaged(damage)) => return Err(segment.damaged(damage)),
            Err(HeaderError::OtherVersion(found)) => {
                return Err(LogError::OtherVersion { path: segment.path, found });
            }
        };
        if header.first != named_first {
            return Err(segment.damaged(Damage::WrongFirstSequence { found: header.first }));
        }
        segment.chain = header.chain_before;
        segment.offset = HEADER_BYTES as u64;
        Ok(segment)
    }

    /// From now on its commands are checked, but not given.
    pub(crate) fn without_decoding(mut self) -> SegmentReader {
        self.decodes = false;
        self
    }

    /// To be called behind the seal.
    pub(crate) fn check_nothing_follows_seal(&mut self) -> Result<(), LogError> {
        match self.read_item() {
            Ok(Item::End { torn: false }) => Ok(()),
            _ => Err(self.damaged(Damage::AfterSeal)),
        }
    }

    /// Opens the segment that follows this one, which must be sealed, and checks that it does.
    pub(crate) fn open_next(&self, path: PathBuf) -> Result<SegmentReader, LogError> {
        let mut next = SegmentReader::open(path, self.next)?;
        next.check_follows(self.chain)?;
        next.time_ms = self.time_ms;
        Ok(next)
    }

    /// Checks that this segment continues what ends with `chain`. Before anything is read from it.
    pub(crate) fn check_follows(&self, chain: ChainHash) -> Result<(), LogError> {
        if self.chain == chain {
            return Ok(());
        }
        Err(LogError::Damaged {
            path: self.path.clone(),
            offset: 0,
            sequence: self.next,
            damage: Damage::WrongChain { found: self.chain, expected: chain },
        })
    }

    pub(crate) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn first_sequence(&self) -> Sequence {
        self.first
    }

    pub(crate) fn next_sequence(&self) -> Sequence {
        self.next
    }

    pub(crate) fn chain(&self) -> ChainHash {
        self.chain
    }

    pub(crate) fn time_ms(&self) -> u64 {
        self.time_ms
    }

    /// Reads again from the disk: what was read ahead may have been written since.
    pub(crate) fn discard_read_ahead(&mut self) -> Result<(), LogError> {
        self.input.seek(SeekFrom::Start(self.offset)).map_err(self.io("seek in"))?;
        Ok(())
    }

    /// Reads and checks what comes next. After a seal, an end or an error there is nothing more to read.
    pub(crate) fn read_item(&mut self) -> Result<Item, LogError> {
        let (offset, next, time_ms) = (self.offset, self.next, self.time_ms);
        let mut commands = Vec::new();
        self.group.clear();
        loop {
            match self.read_record()? {
                Piece::Command { time_ms, command } => {
                    commands.extend(command.map(|command| (time_ms, command)))
                }
                Piece::Commitment(commitment) => {
                    self.chain = self.group_hash.end(self.chain, &self.group);
                    return Ok(Item::Group { commands, commitment });
                }
                Piece::Seal => return Ok(Item::Seal),
                Piece::End { torn } => {
                    // A group is there whole or not at all.
                    (self.offset, self.next, self.time_ms) = (offset, next, time_ms);
                    return Ok(Item::End { torn: torn || !self.group.is_empty() });
                }
            }
        }
    }

    fn read_record(&mut self) -> Result<Piece, LogError> {
        let start = self.group.len();
        let mut prefix = [0; PREFIX_BYTES];
        let got = read_full(&mut self.input, &mut prefix).map_err(self.io("read"))?;
        if got < PREFIX_BYTES {
            return Ok(Piece::End { torn: prefix != [0; PREFIX_BYTES] });
        }
        let body_bytes = match format::body_bytes(&prefix) {
            Ok(body_bytes) => body_bytes,
            Err(damage) => {
                return self.end_if_rest_is_zero(prefix != [0; PREFIX_BYTES], damage);
            }
        };
        self.group.extend_from_slice(&prefix);
        self.group.resize(start + PREFIX_BYTES + body_bytes + SUFFIX_BYTES, 0);
        let rest = &mut self.group[start + PREFIX_BYTES..];
        let got = match read_full(&mut self.input, rest) {
            Ok(got) => got,
            Err(source) => return Err(self.io("read")(source)),
        };
        if got < body_bytes + SUFFIX_BYTES {
            return Ok(Piece::End { torn: true });
        }
        // A complete record never ends in zero.
        if self.group.last() == Some(&0) {
            return self.end_if_rest_is_zero(true, Damage::CutShort);
        }
        let record = &self.group[start..];
        let (body, payload) = format::parse_record(record).map_err(|damage| self.damaged(damage))?;
        let piece = self.check(body, payload, start)?;
        self.offset += record.len() as u64;
        if let Piece::Command { time_ms, .. } = &piece {
            self.next = Sequence(self.next.0.saturating_add(1));
            self.time_ms = *time_ms;
        }
        Ok(piece)
    }

    /// `before` is how many bytes of the group precede the record.
    fn check(&self, body: Body, mut payload: &[u8], before: usize) -> Result<Piece, LogError> {
        let sequence = match body.kind {
            Kind::Command | Kind::Seal => self.next,
            Kind::Commitment => Sequence(self.next.0.saturating_sub(1)),
        };
        if body.sequence != sequence {
            return Err(self.damaged(Damage::WrongSequence { found: body.sequence }));
        }
        match body.kind {
            Kind::Command if before >= GROUP_BYTES => return Err(self.damaged(Damage::GroupTooLong)),
            Kind::Command => {}
            Kind::Commitment if before == 0 => return Err(self.damaged(Damage::EmptyCommitment)),
            Kind::Commitment => {
                let outputs =
                    format::outputs_hash(payload).ok_or_else(|| self.damaged(Damage::Undecodable))?;
                return Ok(Piece::Commitment(Commitment { sequence, outputs }));
            }
            Kind::Seal if before > 0 => return Err(self.damaged(Damage::Uncommitted)),
            Kind::Seal => return Ok(Piece::Seal),
        }
        if body.time_ms < self.time_ms {
            let damage = Damage::TimeBackwards { found_ms: body.time_ms, previous_ms: self.time_ms };
            return Err(self.damaged(damage));
        }
        let command = if self.decodes {
            let command = Command::decode_all(&mut payload);
            Some(command.map_err(|_| self.damaged(Damage::Undecodable))?)
        } else {
            None
        };
        Ok(Piece::Command { time_ms: body.time_ms, command })
    }

    /// Nothing but zeros from here on is an end, anything else is `damage`.
    fn end_if_rest_is_zero(&mut self, torn: bool, damage: Damage) -> Result<Piece, LogError> {
        let mut chunk = [0; 8192];
        loop {
            let got = read_full(&mut self.input, &mut chunk).map_err(self.io("read"))?;
            if chunk[..got].iter().any(|byte| *byte != 0) {
                return Err(self.damaged(damage));
            }
            if got < chunk.len() {
                return Ok(Piece::End { torn });
            }
        }
    }

    pub(crate) fn damaged(&self, damage: Damage) -> LogError {
        LogError::Damaged { path: self.path.clone(), offset: self.offset, sequence: self.next, damage }
    }

    fn io(&self, action: &'static str) -> impl FnOnce(io::Error) -> LogError + use<> {
        let path = self.path.clone();
        move |source| LogError::Io { action, path, source }
    }
}

/// Reads until the buffer is full or the file ends; how much was read.
fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
