//! Opening a log with two threads at once: one reads, checks and decodes, the other does again what it read.

use crate::{
    Entry, LogError, Reader,
    folder::Segments,
    segment::{Item, SegmentReader},
};
use coretime_types::Sequence;
use std::{
    io,
    panic::resume_unwind,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, Scope, ScopedJoinHandle},
};

/// What is handed over at once, at most (a single larger group apart).
const CHUNK_ENTRIES: usize = 1_024;
const CHUNK_BYTES: u64 = 1 << 20;
/// Chunks that the reading thread may be ahead.
const CHUNKS_AHEAD: usize = 4;

/// Reads to the log's end, a little ahead of `each`, on a thread of its own; gives the reader back.
pub(crate) fn for_each_entry(
    reader: Reader,
    mut each: impl FnMut(Entry) -> Result<(), LogError>,
) -> Result<Reader, LogError> {
    let log_folder = reader.log_folder().to_path_buf();
    thread::scope(|scope| {
        let (sender, chunks) = sync_channel(CHUNKS_AHEAD);
        let reading = spawn(scope, &log_folder, "log reader", move || read(reader, &sender))?;
        for chunk in chunks {
            for entry in chunk {
                // Whoever reads finds nobody to read for, and ends.
                each(entry)?;
            }
        }
        join(reading)
    })
}

fn read(mut reader: Reader, sender: &SyncSender<Vec<Entry>>) -> Result<Reader, LogError> {
    let (mut chunk, mut start_bytes) = (Vec::with_capacity(CHUNK_ENTRIES), reader.passed_bytes());
    loop {
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            end => {
                // What was read before an error comes first: so an error is told as if one thread did it all.
                let _ = sender.send(chunk);
                return end.map(|_| reader);
            }
        };
        chunk.push(entry);
        if chunk.len() >= CHUNK_ENTRIES || reader.passed_bytes() - start_bytes >= CHUNK_BYTES {
            start_bytes = reader.passed_bytes();
            if sender.send(chunk).is_err() {
                return Ok(reader);
            }
            chunk = Vec::with_capacity(CHUNK_ENTRIES);
        }
    }
}

/// Checks all segments of a folder before the one that begins with `end`, without decoding a command: every checksum,
/// the chain, and that none is missing in between.
pub(crate) fn check_before(segments: &Segments, end: Sequence) -> Result<(), LogError> {
    let mut earlier = segments.iter().take_while(|(first, _)| *first < end);
    let Some((first, path)) = earlier.next() else { return Ok(()) };
    let mut segment = SegmentReader::open(path.to_path_buf(), first)?.without_decoding();
    loop {
        match segment.read_item()? {
            Item::Group { .. } => {}
            Item::End { .. } => return Err(segment.damaged(crate::Damage::NotSealed)),
            Item::Seal => {
                segment.check_nothing_follows_seal()?;
                let next = segment.next_sequence();
                segment = segment.open_next(segments.path_of(next))?.without_decoding();
                if next >= end {
                    return Ok(());
                }
            }
        }
    }
}

pub(crate) fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    log_folder: &Path,
    name: &str,
    run: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, LogError> {
    let started: io::Result<_> = thread::Builder::new().name(name.into()).spawn_scoped(scope, run);
    started.map_err(LogError::io("start a thread to read", log_folder))
}

pub(crate) fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
