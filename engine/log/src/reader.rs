//! Reading the log from some sequence on.

use crate::{
    ChainHash, Commitment, LogError, Position,
    folder::{self, Segments},
    recover::unbegun_segment_after,
    segment::{Item, SegmentReader},
};
use coretime_types::{Command, Sequence};
use std::{
    mem,
    ops::Bound,
    path::{Path, PathBuf},
    vec,
};

/// A command as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place, from 1.
    pub sequence: Sequence,
    /// The chain hash after its group: what its receipt names.
    pub chain_hash: ChainHash,
    /// When it was accepted: milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// What was accepted.
    pub command: Command,
}

/// What comes next in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A command.
    Command(Record),
    /// What the log commits to, for who replays: see [`Outputs::check`](crate::Outputs::check).
    Commitment(Commitment),
}

/// Reads records in order, each once, and checks all it passes. It takes no lock: it works beside a writer (up to a
/// position that is durable) and on a copy of the log alone.
pub struct Reader {
    /// The segments that were there on opening.
    segments: Segments,
    segment: SegmentReader,
    /// The commands of the last group read that were not given yet.
    group: vec::IntoIter<(u64, Command)>,
    /// What stands behind them, if that was not given yet.
    commitment: Option<Commitment>,
    /// The last command given, or passed on opening.
    given: Sequence,
    /// What [`Reader::next_up_to`] was last asked for: beyond it, what was read ahead may be out of date.
    limit: Sequence,
    end: Option<End>,
    /// In segments before this one.
    passed_bytes: u64,
}

/// What a crash may leave behind the last record. None of it was ever acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The beginning of a group.
    pub is_torn: bool,
    /// A segment that was created but not begun.
    pub unbegun_segment: Option<PathBuf>,
}

/// A group, read and checked.
pub(crate) struct Group {
    /// The command before its first.
    pub(crate) before: Sequence,
    /// With their times.
    pub(crate) commands: vec::IntoIter<(u64, Command)>,
    pub(crate) chain_hash: ChainHash,
    pub(crate) commitment: Option<Commitment>,
}

/// Where a log without a seal ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) torn: bool,
}

impl Reader {
    /// Opens the log so that the first command read is `from` (at least 1). The segment in which the one before it
    /// stands is read and checked up to there; segments before that are not looked at.
    ///
    /// # Errors
    /// When something cannot be read, or is damaged, or is not there.
    pub fn open(log_folder: &Path, from: Sequence) -> Result<Reader, LogError> {
        Reader::open_with(log_folder, &[], from)
    }

    /// As [`Reader::open`], with folders of segments that were archived.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_with(log_folder: &Path, archives: &[PathBuf], from: Sequence) -> Result<Reader, LogError> {
        let from = from.max(Sequence(1));
        let segments = Segments::list(log_folder, archives)?;
        let before = Sequence(from.0.saturating_sub(1));
        let Some((first, path)) = segments.range(..=before.max(Sequence(1))).next_back() else {
            return Err(match segments.iter().next() {
                Some((begins, _)) => LogError::BeginsLate { folder: log_folder.to_path_buf(), begins, from },
                None => LogError::MissingSegment {
                    path: folder::segment_path(log_folder, Sequence(1)),
                    sequence: Sequence(1),
                },
            });
        };
        let segment = SegmentReader::open(path.to_path_buf(), first)?;
        if first == Sequence(1) {
            segment.check_follows(ChainHash::START)?;
        }
        let mut reader = Reader {
            segments,
            group: Vec::new().into_iter(),
            commitment: None,
            given: Sequence(segment.next_sequence().0.saturating_sub(1)),
            segment,
            limit: Sequence(0),
            end: None,
            passed_bytes: 0,
        };
        while reader.next_up_to(before)?.is_some() {}
        Ok(reader)
    }

    /// Opens the log so that the first command read is the one behind `position`, which the log must have.
    ///
    /// # Errors
    /// [`LogError::OtherHistory`] if the log has another command there; else as [`Reader::open`].
    pub fn open_behind(log_folder: &Path, position: Position) -> Result<Reader, LogError> {
        let Position { sequence, chain_hash: expected } = position;
        let reader = Reader::open(log_folder, Sequence(sequence.0.saturating_add(1)))?;
        let found = reader.position().chain_hash;
        if found == expected { Ok(reader) } else { Err(LogError::OtherHistory { sequence, expected, found }) }
    }

    /// The next command, or `None` at the log's end (before a torn group, if there is one). Only for a log that
    /// nobody writes to, and for who does not replay: what the log commits to is passed over.
    pub fn next_record(&mut self) -> Result<Option<Record>, LogError> {
        loop {
            match self.next_entry()? {
                Some(Entry::Command(record)) => return Ok(Some(record)),
                Some(Entry::Commitment(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// The next command or commitment, or `None` at the log's end (before a torn group, if there is one). Only for a
    /// log that nobody writes to.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, LogError> {
        loop {
            if let Some(entry) = self.next_of_group() {
                return Ok(Some(entry));
            }
            if !self.read_group()? {
                return Ok(None);
            }
        }
    }

    /// The next group, or what was not given of the last one; `None` at the log's end.
    pub(crate) fn next_group(&mut self) -> Result<Option<Group>, LogError> {
        if self.group.len() == 0 && self.commitment.is_none() && !self.read_group()? {
            return Ok(None);
        }
        let before = self.given;
        let commands = mem::take(&mut self.group);
        self.given = Sequence(before.0.saturating_add(commands.len() as u64));
        let chain_hash = self.segment.chain();
        Ok(Some(Group { before, commands, chain_hash, commitment: self.commitment.take() }))
    }

    /// Whether there was one.
    fn read_group(&mut self) -> Result<bool, LogError> {
        loop {
            if self.end.is_some() {
                return Ok(false);
            }
            match self.segment.read_item()? {
                Item::Group { commands, commitment } => {
                    self.group = commands.into_iter();
                    self.commitment = Some(commitment);
                    return Ok(true);
                }
                Item::Seal => {
                    self.segment.check_nothing_follows_seal()?;
                    self.open_next_segment()?;
                }
                Item::End { torn } => self.end = Some(End { torn }),
            }
        }
    }

    fn next_of_group(&mut self) -> Option<Entry> {
        let Some((time_ms, command)) = self.group.next() else {
            return self.commitment.take().map(Entry::Commitment);
        };
        self.given = Sequence(self.given.0.saturating_add(1));
        let Position { sequence, chain_hash } = self.position();
        Some(Entry::Command(Record { sequence, chain_hash, time_ms, command }))
    }

    fn open_next_segment(&mut self) -> Result<(), LogError> {
        let (this, next) = (self.segment.first_sequence(), self.segment.next_sequence());
        let between = (Bound::Excluded(this), Bound::Excluded(next));
        if let Some((_, path)) = self.segments.range(between).next() {
            return Err(LogError::UnexpectedFile { path: path.to_path_buf() });
        }
        let passed_bytes = self.passed_bytes();
        self.segment = self.segment.open_next(self.segments.path_of(next))?;
        self.passed_bytes = passed_bytes;
        Ok(())
    }

    /// The next command or commitment, or `None` once the command `limit` was read. Everything up to `limit` must be
    /// durable; what follows may be read by a later call with a higher limit.
    pub fn next_up_to(&mut self, limit: Sequence) -> Result<Option<Entry>, LogError> {
        if self.given >= limit {
            return Ok(None);
        }
        if let Some(entry) = self.next_of_group() {
            return Ok(Some(entry));
        }
        if self.limit != limit {
            self.segment.discard_read_ahead()?;
            self.limit = limit;
        }
        let entry = self.next_entry()?;
        if entry.is_none() {
            let path = self.segment.path().clone();
            return Err(LogError::EndsEarly { path, sequence: self.segment.next_sequence() });
        }
        Ok(entry)
    }

    /// The last command read, or passed on opening.
    pub fn position(&self) -> Position {
        Position { sequence: self.given, chain_hash: self.segment.chain() }
    }

    /// The bytes of all segments that were there on opening: see [`Reader::passed_bytes`].
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn total_bytes(&self) -> Result<u64, LogError> {
        let mut total = 0_u64;
        for (_, path) in self.segments.iter() {
            let metadata = std::fs::metadata(path).map_err(LogError::io("measure", path))?;
            total = total.saturating_add(metadata.len());
        }
        Ok(total)
    }

    /// How many bytes were read since opening. Zeros behind the last record are never counted.
    pub fn passed_bytes(&self) -> u64 {
        self.passed_bytes.saturating_add(self.segment.offset())
    }

    /// What stands behind the last record, once [`Reader::next_entry`] has said that there is no more.
    ///
    /// # Errors
    /// When segments follow that do not belong there.
    pub fn remainder(&self) -> Result<Remainder, LogError> {
        let unbegun_segment = unbegun_segment_after(self.segments.log_folder(), &self.segment)?;
        Ok(Remainder { is_torn: self.end.is_some_and(|end| end.torn), unbegun_segment })
    }

    /// Where the log ended, once [`Reader::next_record`] has said so.
    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    pub(crate) fn log_folder(&self) -> &Path {
        self.segments.log_folder()
    }

    pub(crate) fn segment(&self) -> &SegmentReader {
        &self.segment
    }
}
