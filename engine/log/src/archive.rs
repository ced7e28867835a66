//! Moving old segments out of the log's folder.

use crate::{
    LogError, check,
    folder::{self, Segments},
    log_folder,
};
use coretime_types::Sequence;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Moves every segment that who opens the log behind the command `behind` does not read into the folder `archive`,
/// oldest first, so that what is left is always a log's end; gives their new places. Nobody may have the data folder
/// open.
///
/// Each segment is checked, copied, made durable and compared before it is removed: a crash leaves it in both folders
/// at worst, and the next call goes on.
///
/// # Errors
/// When the data folder is in use, a segment is damaged, the archive has another one of the same name, or the operating
/// system refuses.
pub fn archive_before(
    data_folder: &Path,
    archive: &Path,
    behind: Sequence,
) -> Result<Vec<PathBuf>, LogError> {
    let _lock = folder::lock(data_folder)?;
    let log_folder = log_folder(data_folder);
    let segments = Segments::list(&log_folder, &[])?;
    let Some((kept, _)) = segments.range(..=behind).next_back() else { return Ok(Vec::new()) };
    check::check_before(&segments, kept)?;
    fs::create_dir_all(archive).map_err(LogError::io("create", archive))?;
    let mut moved = Vec::new();
    for (first, path) in segments.range(..kept) {
        let target = folder::segment_path(archive, first);
        if target.try_exists().map_err(LogError::io("find", &target))? {
            if !is_same(path, &target)? {
                return Err(LogError::UnexpectedFile { path: target });
            }
        } else {
            copy(path, archive, &target)?;
        }
        fs::remove_file(path).map_err(LogError::io("remove", path))?;
        folder::sync_folder(&log_folder)?;
        moved.push(target);
    }
    Ok(moved)
}

/// The copy is there whole, durable and compared, or not at all.
fn copy(path: &Path, archive: &Path, target: &Path) -> Result<(), LogError> {
    // Not a name that a segment has.
    let draft = target.with_extension("new");
    fs::copy(path, &draft).map_err(LogError::io("copy", path))?;
    File::open(&draft).and_then(|file| file.sync_all()).map_err(LogError::io("sync", &draft))?;
    if !is_same(path, &draft)? {
        let source = io::Error::other("the copy is not what was copied");
        return Err(LogError::Io { action: "copy", path: path.to_path_buf(), source });
    }
    fs::rename(&draft, target).map_err(LogError::io("create", target))?;
    folder::sync_folder(archive)
}

fn is_same(one: &Path, other: &Path) -> Result<bool, LogError> {
    Ok(hash(one)? == hash(other)?)
}

fn hash(path: &Path) -> Result<blake3::Hash, LogError> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(LogError::io("open", path))?;
    hasher.update_reader(file).map_err(LogError::io("read", path))?;
    Ok(hasher.finalize())
}
