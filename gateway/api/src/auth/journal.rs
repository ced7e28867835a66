//! What the gateway must not forget and the market knows nothing of: API keys, keys that accounts have authorised on
//! chain, allowed tasks, which operator did what.
//!
//! A file of lines, each the BLAKE3 hash of the line before and this line's text, a blank, and the text: a JSON object with
//! time, who, and what. So an auditor can read it, and see that nothing was changed, left out or put in. A line that was
//! cut off while it was written is taken away at the next start; anything else that does not fit refuses to start.

use coretime_types::AccountId;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

const HASH_DIGITS: usize = 64;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Change {
    ApiKeyCreated { id: u64, label: String, token_hash: String, scopes: Vec<String>, expires_ms: u64 },
    ApiKeyRevoked { id: u64 },
    KeyAuthorised { public_key: String, scopes: Vec<String>, expires_ms: u64, block: u64 },
    KeyRevoked { public_key: String, block: u64 },
    TaskAllowed { task: u32 },
    TaskDisallowed { task: u32 },
    OperatorCommand { rpc: String, request: String, sequence: u64 },
}

/// What happened, when, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JournalEntry {
    pub(crate) time_ms: u64,
    /// `0x` and 64 hex digits.
    pub(crate) account: String,
    #[serde(flatten)]
    pub(crate) change: Change,
}

/// Why the journal cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the access journal {} cannot be kept", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// A line was changed, or lines are missing.
    #[error("the access journal {} is damaged at line {line}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

/// The journal, ready to be written on. In memory only where there is no file.
pub(crate) struct Journal {
    file: Option<(File, PathBuf)>,
    last: blake3::Hash,
    /// Nobody knows what is at the end of the file since a write failed: nothing may follow it.
    failed: bool,
}

impl Journal {
    /// Kept nowhere.
    pub(crate) fn in_memory() -> Journal {
        Journal { file: None, last: beginning(), failed: false }
    }

    /// Opens the file, or makes it; gives what it holds.
    pub(crate) fn open(path: &Path) -> Result<(Journal, Vec<JournalEntry>), JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(io)?;
        if let Some(folder) = path.parent() {
            // So that the file is still there after a crash.
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        }
        let bytes = fs::read(path).map_err(io)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (mut last, mut entries) = (beginning(), Vec::new());
        for (number, line) in bytes[..whole].split_terminator_lines().enumerate() {
            let damaged = || JournalError::Damaged { path: path.to_owned(), line: number + 1 };
            let (hash, entry) = read_line(line, &last).ok_or_else(damaged)?;
            last = hash;
            entries.push(entry);
        }
        if let Some((_, line)) = bytes[whole..].split_last() {
            // A whole line with another byte for its end was not cut off.
            if read_line(line, &last).is_some() {
                return Err(JournalError::Damaged { path: path.to_owned(), line: entries.len() + 1 });
            }
            tracing::warn!(bytes = bytes.len() - whole, "the last line of the access journal was cut off");
            file.set_len(u64::try_from(whole).unwrap_or(u64::MAX)).map_err(io)?;
            file.sync_data().map_err(io)?;
        }
        Ok((Journal { file: Some((file, path.to_owned())), last, failed: false }, entries))
    }

    /// Writes an entry; it is on disk when this returns. After an error, what was written is unknown: nothing more is
    /// taken, and the next start tells.
    pub(crate) fn write(&mut self, entry: &JournalEntry) -> Result<(), JournalError> {
        let Some((file, path)) = &mut self.file else { return Ok(()) };
        let io = |source| JournalError::Io { path: path.clone(), source };
        if std::mem::replace(&mut self.failed, true) {
            return Err(io(io::Error::other("writing it has failed before")));
        }
        let text = serde_json::to_string(entry).map_err(|error| io(error.into()))?;
        let hash = chain(&self.last, &text);
        file.write_all(format!("{} {text}\n", hash.to_hex()).as_bytes()).map_err(io)?;
        file.sync_data().map_err(io)?;
        (self.last, self.failed) = (hash, false);
        Ok(())
    }
}

impl JournalEntry {
    pub(crate) fn new(account: AccountId, time_ms: u64, change: Change) -> JournalEntry {
        JournalEntry { time_ms, account: account.to_string(), change }
    }
}

trait Lines {
    fn split_terminator_lines(&self) -> impl Iterator<Item = &[u8]>;
}

impl Lines for [u8] {
    fn split_terminator_lines(&self) -> impl Iterator<Item = &[u8]> {
        self.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
    }
}

fn read_line(line: &[u8], last: &blake3::Hash) -> Option<(blake3::Hash, JournalEntry)> {
    let line = str::from_utf8(line).ok()?;
    let (digits, text) = line.split_at_checked(HASH_DIGITS)?;
    let text = text.strip_prefix(' ')?;
    let hash = chain(last, text);
    if *digits != *hash.to_hex() {
        return None;
    }
    Some((hash, serde_json::from_str(text).ok()?))
}

fn beginning() -> blake3::Hash {
    blake3::hash(b"coretime-exchange access journal 1")
}

fn chain(last: &blake3::Hash, text: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(last.as_bytes()).update(text.as_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(task: u32) -> JournalEntry {
        JournalEntry::new(AccountId([7; 32]), 5, Change::TaskAllowed { task })
    }

    fn written(count: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access").join("journal");
        let (mut journal, entries) = Journal::open(&path).unwrap();
        assert!(entries.is_empty());
        for task in 0..count {
            journal.write(&entry(task)).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn what_was_written_is_read_and_written_on() {
        let (_folder, path) = written(3);
        let (mut journal, entries) = Journal::open(&path).unwrap();
        assert_eq!(entries, [entry(0), entry(1), entry(2)]);
        journal.write(&entry(3)).unwrap();
        assert_eq!(Journal::open(&path).unwrap().1.len(), 4);
    }

    #[test]
    fn cut_anywhere_only_whole_lines_are_left() {
        let (_folder, path) = written(3);
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let lines = whole[..length].iter().filter(|byte| **byte == b'\n').count();
            let (mut journal, entries) = Journal::open(&path).unwrap();
            assert_eq!(entries.len(), lines, "cut at {length}");
            journal.write(&entry(9)).unwrap();
            assert_eq!(Journal::open(&path).unwrap().1.len(), lines + 1);
        }
    }

    #[test]
    fn a_change_anywhere_and_a_missing_line_are_found() {
        let (_folder, path) = written(3);
        let whole = fs::read(&path).unwrap();
        for index in 0..whole.len() {
            let mut changed = whole.clone();
            changed[index] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(matches!(Journal::open(&path), Err(JournalError::Damaged { .. })), "byte {index}");
        }
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
        fs::write(&path, &whole[first + 1..]).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::Damaged { line: 1, .. })));
    }
}
