//! Checking segments that are not replayed: each by itself, so several at once.

use crate::{
    Damage, LogError,
    folder::Segments,
    segment::{Item, SegmentReader},
};
use coretime_types::Sequence;
use std::{
    panic::resume_unwind,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Checks all segments before the one that begins with `end`, as far as they are there, without decoding a command:
/// every checksum, the chain, and that none is missing in between. The first that is wrong is told.
pub(crate) fn check_before(segments: &Segments, end: Sequence) -> Result<(), LogError> {
    let earlier: Vec<(Sequence, &Path)> = segments.iter().take_while(|(first, _)| *first < end).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut worst: Option<(usize, LogError)> = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((first, path)) = earlier.get(index) else { return worst };
            let following = earlier.get(index + 1).map_or(end, |(first, _)| *first);
            if let Err(error) = check(segments, *first, path, following)
                && worst.is_none()
            {
                worst = Some((index, error));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get().min(earlier.len()));
    let found = thread::scope(|scope| {
        // Where the operating system gives no more threads, fewer do the same.
        let others: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut found = vec![work()];
        found.extend(
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic))),
        );
        found
    });
    match found.into_iter().flatten().min_by_key(|(index, _)| *index) {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

/// Checks one segment, and that the one that begins with `following` continues it.
fn check(segments: &Segments, first: Sequence, path: &Path, following: Sequence) -> Result<(), LogError> {
    let mut segment = SegmentReader::open(path.to_path_buf(), first)?.without_decoding();
    loop {
        match segment.read_item()? {
            Item::Group { .. } => {}
            Item::End { .. } => return Err(segment.damaged(Damage::NotSealed)),
            Item::Seal => break,
        }
    }
    segment.check_nothing_follows_seal()?;
    let next = segment.next_sequence();
    if following < next {
        return Err(LogError::UnexpectedFile { path: segments.path_of(following) });
    }
    // Fails if it is missing, too.
    segment.open_next(segments.path_of(next)).map(drop)
}
