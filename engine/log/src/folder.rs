//! Files and folders: names, the lock, and creation that survives a crash.

use crate::{LogError, format::Header};
use coretime_types::Sequence;
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{ErrorKind, Write},
    iter,
    ops::RangeBounds,
    path::{Path, PathBuf},
};

/// Where a segment is, by the sequence of its first command.
pub(crate) fn segment_path(log_folder: &Path, first: Sequence) -> PathBuf {
    log_folder.join(format!("{:020}.log", first.0))
}

/// The segments of a log: the first sequences that their names state, ascending, and where they are.
#[derive(Debug)]
pub(crate) struct Segments {
    log_folder: PathBuf,
    paths: BTreeMap<Sequence, PathBuf>,
}

impl Segments {
    /// Those in the log's folder, and those in folders of archived segments. Where one is in several, the log's is
    /// taken, then that of the first folder.
    pub(crate) fn list(log_folder: &Path, archives: &[PathBuf]) -> Result<Segments, LogError> {
        let mut paths = BTreeMap::new();
        for folder in iter::once(log_folder).chain(archives.iter().map(PathBuf::as_path)) {
            for first in list_segments(folder)? {
                paths.entry(first).or_insert_with(|| segment_path(folder, first));
            }
        }
        Ok(Segments { log_folder: log_folder.to_path_buf(), paths })
    }

    pub(crate) fn log_folder(&self) -> &Path {
        &self.log_folder
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (Sequence, &Path)> {
        self.paths.iter().map(|(first, path)| (*first, path.as_path()))
    }

    /// The segments whose first sequence is in the range.
    pub(crate) fn range(
        &self,
        range: impl RangeBounds<Sequence>,
    ) -> impl DoubleEndedIterator<Item = (Sequence, &Path)> {
        self.paths.range(range).map(|(first, path)| (*first, path.as_path()))
    }

    /// Where a segment is; in the log's folder if it was not there on listing.
    pub(crate) fn path_of(&self, first: Sequence) -> PathBuf {
        self.paths.get(&first).cloned().unwrap_or_else(|| segment_path(&self.log_folder, first))
    }
}

/// The first sequences that the names of the segments state, ascending.
pub(crate) fn list_segments(folder: &Path) -> Result<Vec<Sequence>, LogError> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder).map_err(LogError::io("list", folder))? {
        let path = entry.map_err(LogError::io("list", folder))?.path();
        let first = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".log"))
            .filter(|digits| digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok());
        match first {
            Some(first) => segments.push(Sequence(first)),
            None => return Err(LogError::UnexpectedFile { path }),
        }
    }
    segments.sort_unstable();
    Ok(segments)
}

/// Locks the data folder for this process, until the file is dropped.
pub(crate) fn lock(data_folder: &Path) -> Result<File, LogError> {
    let path = data_folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(LogError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(LogError::Io { action: "lock", path, source }),
    }
}

/// Makes the log's folder with its first segment in it, as one step: it is there whole or not at all.
pub(crate) fn create_log(data_folder: &Path, log_folder: &Path) -> Result<(), LogError> {
    let draft = data_folder.join("log.new");
    match fs::remove_dir_all(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(LogError::io("remove", &draft)(error));
        }
        _ => {}
    }
    fs::create_dir(&draft).map_err(LogError::io("create", &draft))?;
    let header = Header { first: Sequence(1), chain_before: crate::ChainHash::START };
    write_header(&segment_path(&draft, header.first), header)?;
    sync_folder(&draft)?;
    fs::rename(&draft, log_folder).map_err(LogError::io("create", log_folder))?;
    sync_folder(data_folder)
}

/// Makes a segment that holds its header only, as one step, and opens it behind the header.
pub(crate) fn create_segment(
    data_folder: &Path,
    log_folder: &Path,
    header: Header,
) -> Result<(PathBuf, File), LogError> {
    let draft = data_folder.join("segment.new");
    let file = write_header(&draft, header)?;
    let path = segment_path(log_folder, header.first);
    fs::rename(&draft, &path).map_err(LogError::io("create", &path))?;
    sync_folder(log_folder)?;
    Ok((path, file))
}

fn write_header(path: &Path, header: Header) -> Result<File, LogError> {
    let mut file = File::create(path).map_err(LogError::io("create", path))?;
    file.write_all(&header.to_bytes()).map_err(LogError::io("write", path))?;
    file.sync_all().map_err(LogError::io("sync", path))?;
    Ok(file)
}

/// Makes what was created, renamed or removed in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LogError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(LogError::io("sync", folder))
}
