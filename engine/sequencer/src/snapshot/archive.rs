//! Archiving the segments that no start needs any more.

use super::{newest, restore};
use crate::StateMachine;
use coretime_log::{LogError, Reader, archive_before, log_folder};
use coretime_types::Sequence;
use std::path::{Path, PathBuf};

/// Why nothing was archived.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No snapshot can stand in for what would be archived.
    #[error("there is no good snapshot from which a start could go on: nothing was archived")]
    NoSnapshot,
    /// A segment could not be moved. Those before it were.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What was archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The place of the snapshot that a start goes on from at the earliest.
    pub behind: Sequence,
    /// The segments, where they are now.
    pub segments: Vec<PathBuf>,
}

/// Moves the segments that no start needs any more into the folder `archive`. Needed is what follows the oldest good
/// snapshot, so that the newest may still turn out bad; snapshots from `reader_at` on do not count, where a reader of
/// the log begins behind that command. The engine must not run.
///
/// # Errors
/// When there is no good snapshot, or the log cannot be moved.
pub fn archive<M: StateMachine>(
    data_folder: &Path,
    archive: &Path,
    reader_at: Sequence,
) -> Result<Archived, ArchiveError> {
    let log_folder = log_folder(data_folder);
    let is_good = |sequence: &Sequence| {
        let checked = restore::<M>(data_folder, *sequence)
            .and_then(|(_, start)| Ok(Reader::open_behind(&log_folder, start.position)?));
        if let Err(error) = &checked {
            tracing::warn!(%sequence, %error, "a snapshot is passed over");
        }
        checked.is_ok()
    };
    let mut snapshots = newest(data_folder).into_iter().filter(|sequence| *sequence < reader_at);
    let Some(behind) = snapshots.rfind(is_good) else { return Err(ArchiveError::NoSnapshot) };
    Ok(Archived { behind, segments: archive_before(data_folder, archive, behind)? })
}
