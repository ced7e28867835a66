//! The count file: how far the database had got, kept beside it.
//!
//! A damaged sled database can open as empty and say nothing. This file then tells that it was not. It is written
//! after the database, so the database may be ahead of it (a kill in between), never behind.

use crate::{Counts, Position, StoreError};
use codec::{Decode, Encode};
use std::{fs, io::Write, path::Path};

const MAGIC: &[u8; 8] = b"ctfills2";

/// What the count file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct CountFile {
    pub(crate) position: Position,
    pub(crate) counts: Counts,
}

impl CountFile {
    /// Replaces the file at `path` whole or not at all, and syncs it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), StoreError> {
        let mut bytes = MAGIC.to_vec();
        self.encode_to(&mut bytes);
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        let new = path.with_extension("new");
        let mut file = fs::File::create(&new).map_err(StoreError::file("create", &new))?;
        file.write_all(&bytes).map_err(StoreError::file("write", &new))?;
        file.sync_all().map_err(StoreError::file("sync", &new))?;
        fs::rename(&new, path).map_err(StoreError::file("replace", path))?;
        if let Some(folder) = path.parent() {
            let opened = fs::File::open(folder).map_err(StoreError::file("open", folder))?;
            opened.sync_all().map_err(StoreError::file("sync", folder))?;
        }
        Ok(())
    }

    /// What the file says; none if there is no file.
    pub(crate) fn read(path: &Path) -> Result<Option<CountFile>, StoreError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file("read", path)(error)),
        };
        let damaged = || StoreError::Damaged("the count file fails its checksum".into());
        let (content, checksum) = bytes.split_last_chunk::<4>().ok_or_else(damaged)?;
        if crc32c::crc32c(content) != u32::from_le_bytes(*checksum) {
            return Err(damaged());
        }
        let other_version = || StoreError::Damaged("another version of the program has written it".into());
        let mut content = content.strip_prefix(MAGIC).ok_or_else(other_version)?;
        let read = CountFile::decode(&mut content).map_err(|_| damaged())?;
        if content.is_empty() { Ok(Some(read)) } else { Err(damaged()) }
    }
}
