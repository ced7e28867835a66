//! The writer.

use crate::{
    Counts, FillReader, LogRecord, Opened, Position, StoreError,
    count_file::CountFile,
    keys, open, project,
    record::{Digest, Meta},
    statement::{self, Standing},
    writes::Writes,
};
use codec::Encode;
use coretime_types::Sequence;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The store, as its one writer holds it.
#[derive(Debug)]
pub struct FillStore {
    pub(crate) folder: PathBuf,
    pub(crate) database: sled::Db,
    /// sled's own file, for a sync that is one.
    pub(crate) file: fs::File,
    pub(crate) meta: Option<Meta>,
    pub(crate) standing: Standing,
}

impl FillStore {
    /// Opens the store in `folder`, which is made if it is not there. On any doubt about what it holds, the folder
    /// is set aside and an empty store opens in its place.
    ///
    /// # Errors
    /// When the file system refuses, or another process has it open.
    pub fn open(folder: &Path) -> Result<Opened, StoreError> {
        open::open(folder)
    }

    /// Sets the folder aside, whatever it holds, and opens an empty store in its place: for when the log disagrees
    /// with the store's position. Readers of the old one go on reading the old one.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn set_aside(self, reason: &str) -> Result<Opened, StoreError> {
        let folder = self.folder.clone();
        drop(self);
        open::set_aside_and_open(&folder, reason.to_owned())
    }

    /// How far it has read the log; none if it is empty.
    pub fn position(&self) -> Option<Position> {
        self.meta.map(|meta| meta.position)
    }

    /// How much it holds.
    pub fn counts(&self) -> Counts {
        self.meta.map(|meta| meta.counts).unwrap_or_default()
    }

    /// A handle for reading.
    pub fn reader(&self) -> FillReader {
        FillReader::new(self.database.clone())
    }

    /// Takes up a group of records, all or none, and makes it durable.
    ///
    /// # Errors
    /// When the records do not follow the position, or the disk refuses. After any other error than of the position the
    /// store must be opened anew.
    pub fn apply(&mut self, group: &[LogRecord<'_>]) -> Result<(), StoreError> {
        let Some(last) = group.last() else { return Ok(()) };
        let mut meta = self.meta.unwrap_or(Meta {
            position: Position { sequence: Sequence(0), chain_hash: [0; 32] },
            counts: Counts::default(),
            digest: Digest::default(),
        });
        let mut at = meta.position.sequence;
        for record in group {
            if at.0.checked_add(1) != Some(record.sequence.0) {
                return Err(StoreError::Gap { at, next: record.sequence });
            }
            at = record.sequence;
        }
        let mut writes = Writes::over(&self.database);
        for record in group {
            project::take(record, &mut writes, &mut meta.counts)?;
            let entries = statement::take(record, &mut self.standing, &mut writes)?;
            meta.counts.ledger_entries = meta.counts.ledger_entries.saturating_add(entries);
        }
        meta.position = Position { sequence: last.sequence, chain_hash: last.chain_hash };
        let (mut batch, digest) = writes.into_batch(meta.digest)?;
        meta.digest = digest;
        batch.insert(keys::META, meta.encode());

        self.database.apply_batch(batch)?;
        self.database.flush()?;
        self.file.sync_data().map_err(StoreError::file("sync", &self.folder))?;
        self.meta = Some(meta);
        CountFile { position: meta.position, counts: meta.counts }.write(&open::count_path(&self.folder))
    }
}
