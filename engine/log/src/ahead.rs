//! Opening a log with two threads at once: one reads, checks and decodes, the other does again what it read.

use crate::{LogError, Reader, reader::Group};
use std::{
    io, mem,
    panic::resume_unwind,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, Scope, ScopedJoinHandle},
};

/// What is handed over at once, at most (a single larger group apart).
const CHUNK_GROUPS: usize = 1_024;
const CHUNK_BYTES: u64 = 256 << 10;
/// Chunks that the reading thread may be ahead.
const CHUNKS_AHEAD: usize = 4;

/// Reads to the log's end, a little ahead of `each`, on a thread of its own; gives the reader back.
pub(crate) fn for_each_group(
    reader: Reader,
    mut each: impl FnMut(Group) -> Result<(), LogError>,
) -> Result<Reader, LogError> {
    let log_folder = reader.log_folder().to_path_buf();
    thread::scope(|scope| {
        let (sender, chunks) = sync_channel(CHUNKS_AHEAD);
        let reading = spawn(scope, &log_folder, "log reader", move || read(reader, &sender))?;
        for chunk in chunks {
            for group in chunk {
                // Whoever reads finds nobody to read for, and ends.
                each(group)?;
            }
        }
        join(reading)
    })
}

fn read(mut reader: Reader, sender: &SyncSender<Vec<Group>>) -> Result<Reader, LogError> {
    let (mut chunk, mut start_bytes) = (Vec::new(), reader.passed_bytes());
    loop {
        let group = match reader.next_group() {
            Ok(Some(group)) => group,
            end => {
                // What was read before an error comes first: so an error is told as if one thread did it all.
                let _ = sender.send(chunk);
                return end.map(|_| reader);
            }
        };
        chunk.push(group);
        if chunk.len() >= CHUNK_GROUPS || reader.passed_bytes() - start_bytes >= CHUNK_BYTES {
            start_bytes = reader.passed_bytes();
            if sender.send(mem::take(&mut chunk)).is_err() {
                return Ok(reader);
            }
        }
    }
}

fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    log_folder: &Path,
    name: &str,
    run: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, LogError> {
    let started: io::Result<_> = thread::Builder::new().name(name.into()).spawn_scoped(scope, run);
    started.map_err(LogError::io("start a thread to read", log_folder))
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
