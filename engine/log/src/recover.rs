//! Opening the log for writing: check all of it, hand every record on, repair what a crash leaves.

use crate::{
    Damage, Disk, Encoder, LogError, Options, Outputs, Position, Reader, Record, Start, Writer, ahead, check,
    encoder::EncoderStart,
    folder::{self, Segments},
    format, log_folder,
    reader::Group,
    segment::SegmentReader,
    segment_file::{OpenSegment, plain},
};
use coretime_types::{Event, Sequence};
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What was found in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The last record.
    pub position: Position,
    /// The last record's time, 0 if there is none. Times never decrease.
    pub last_time_ms: u64,
    /// The size of the torn group that was cut off, 0 if there was none. It was never acknowledged.
    pub torn_bytes: u64,
    /// What reading and replaying took.
    pub replaying: Duration,
    /// What checking the segments took that were not replayed.
    pub checking: Duration,
}

/// Opens the log in a data folder, which is created if there is none, reads and checks all of it, calls `replay` with
/// every command in order, and gives the writer that goes on behind the last.
///
/// `replay` appends the events that come of the command to the list, which is empty. They are compared with what the
/// log commits to.
///
/// # Errors
/// Refuses a folder that is in use, a log that is damaged anywhere but in a torn last group, one of another version,
/// and one that commits to other events.
pub fn recover(
    data_folder: &Path,
    options: Options,
    replay: impl FnMut(Record, &mut Vec<Event>),
) -> Result<(Writer, Recovered), LogError> {
    recover_through(data_folder, options, plain, replay)
}

/// As [`recover`], and writes through what `open_segment` makes of each segment's file.
///
/// # Errors
/// As [`recover`].
pub fn recover_through(
    data_folder: &Path,
    options: Options,
    open_segment: OpenSegment,
    replay: impl FnMut(Record, &mut Vec<Event>),
) -> Result<(Writer, Recovered), LogError> {
    recover_at(data_folder, options, open_segment, Start::default(), replay)
}

/// As [`recover`], but replays only what follows a place that is known. Segments before it are checked, as far as they
/// are there, but not replayed.
///
/// # Errors
/// As [`recover`]; [`LogError::OtherHistory`] if the log has another command there, and [`LogError::EndsEarly`] if it
/// ends before it.
pub fn recover_from(
    data_folder: &Path,
    options: Options,
    start: Start,
    replay: impl FnMut(Record, &mut Vec<Event>),
) -> Result<(Writer, Recovered), LogError> {
    recover_at(data_folder, options, plain, start, replay)
}

fn recover_at(
    data_folder: &Path,
    options: Options,
    open_segment: OpenSegment,
    start: Start,
    mut replay: impl FnMut(Record, &mut Vec<Event>),
) -> Result<(Writer, Recovered), LogError> {
    fs::create_dir_all(data_folder).map_err(LogError::io("create", data_folder))?;
    let lock = folder::lock(data_folder)?;
    let log_folder = log_folder(data_folder);
    if !log_folder.try_exists().map_err(LogError::io("find", &log_folder))? {
        folder::create_log(data_folder, &log_folder)?;
    }

    let began = Instant::now();
    let reader = Reader::open_behind(&log_folder, start.position)?;
    let begins = reader.segment().first_sequence();
    let (mut outputs, mut events) = (Outputs::after(start.position.sequence, start.outputs), Vec::new());
    let reader = ahead::for_each_group(reader, |Group { before, commands, chain_hash, commitment }| {
        for (sequence, (time_ms, command)) in (before.0.saturating_add(1)..).zip(commands) {
            events.clear();
            replay(Record { sequence: Sequence(sequence), chain_hash, time_ms, command }, &mut events);
            outputs.add(&events);
        }
        commitment.map_or(Ok(()), |commitment| outputs.check(&commitment))
    })?;
    let replaying = began.elapsed();
    // What was archived is not there; what is there must be well, needed for this start or not.
    let began = Instant::now();
    check::check_before(&Segments::list(&log_folder, &[])?, begins)?;
    let checking = began.elapsed();
    let last = reader.segment();
    if let Some(path) = unbegun_segment_after(&log_folder, last)? {
        // The writer makes it again when it is due.
        fs::remove_file(&path).map_err(LogError::io("remove", &path))?;
        folder::sync_folder(&log_folder)?;
    }

    let path = last.path().clone();
    let file = File::options().write(true).open(&path).map_err(LogError::io("open", &path))?;
    let file_bytes = file.metadata().map_err(LogError::io("measure", &path))?.len();
    if file_bytes != last.offset() {
        file.set_len(last.offset()).map_err(LogError::io("cut", &path))?;
        file.sync_all().map_err(LogError::io("sync", &path))?;
    }
    (&file).seek(SeekFrom::Start(last.offset())).map_err(LogError::io("seek in", &path))?;

    let torn = reader.end().is_some_and(|end| end.torn);
    let recovered = Recovered {
        position: reader.position(),
        last_time_ms: last.time_ms(),
        torn_bytes: if torn { file_bytes - last.offset() } else { 0 },
        replaying,
        checking,
    };
    let encoder = Encoder::new(EncoderStart {
        max_segment_bytes: options.segment_bytes,
        segment_bytes: last.offset(),
        position: recovered.position,
        outputs,
        time_ms: last.time_ms(),
    });
    let segment = (path, open_segment(file), last.offset());
    let disk = Disk::new(data_folder.to_path_buf(), lock, options, open_segment, segment, recovered.position);
    Ok((Writer::new(encoder, disk), recovered))
}

/// Nothing may follow the segment where the log ends, but for the one that a crash while rolling leaves: in its place,
/// with its header only.
pub(crate) fn unbegun_segment_after(
    log_folder: &Path,
    last: &SegmentReader,
) -> Result<Option<PathBuf>, LogError> {
    let mut after = Vec::new();
    for first in folder::list_segments(log_folder)? {
        let path = folder::segment_path(log_folder, first);
        if first > last.first_sequence() {
            after.push((first, path));
        }
    }
    let (first, path) = match after.as_slice() {
        [] => return Ok(None),
        [only] => only,
        _ => return Err(last.damaged(Damage::NotSealed)),
    };
    if *first != last.next_sequence() || !is_unbegun(path, *first, last)? {
        return Err(last.damaged(Damage::NotSealed));
    }
    Ok(Some(path.clone()))
}

/// Whether a segment has no record and continues the log where it ends.
fn is_unbegun(path: &PathBuf, first: Sequence, last: &SegmentReader) -> Result<bool, LogError> {
    let segment = SegmentReader::open(path.clone(), first)?;
    let bytes = fs::metadata(path).map_err(LogError::io("measure", path))?.len();
    Ok(bytes == format::HEADER_BYTES as u64 && segment.chain() == last.chain())
}
