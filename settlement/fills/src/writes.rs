//! What a group of records writes, over what the database holds.

use crate::{StoreError, record::Digest};
use codec::{Decode, Encode};
use std::collections::BTreeMap;

/// What a group of records writes; who reads sees it already.
pub(crate) struct Writes<'a> {
    database: &'a sled::Db,
    /// `None`: taken away.
    written: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Writes<'a> {
    pub(crate) fn over(database: &'a sled::Db) -> Self {
        Writes { database, written: BTreeMap::new() }
    }

    pub(crate) fn get<T: Decode>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        match self.written.get(key) {
            Some(value) => value.as_deref().map(decode).transpose(),
            None => self.database.get(key)?.map(|value| decode(&value)).transpose(),
        }
    }

    pub(crate) fn put(&mut self, key: Vec<u8>, value: &impl Encode) {
        self.written.insert(key, Some(value.encode()));
    }

    pub(crate) fn remove(&mut self, key: Vec<u8>) {
        self.written.insert(key, None);
    }

    /// One batch of all of it, and the digest after it.
    pub(crate) fn into_batch(self, mut digest: Digest) -> Result<(sled::Batch, Digest), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in self.written {
            let before = self.database.get(&key)?;
            if let Some(before) = &before {
                digest.toggle(&key, before);
            }
            match value {
                Some(value) => {
                    digest.toggle(&key, &value);
                    batch.insert(key, value);
                }
                None if before.is_some() => batch.remove(key),
                None => {}
            }
        }
        Ok((batch, digest))
    }
}

pub(crate) fn decode<T: Decode>(mut value: &[u8]) -> Result<T, StoreError> {
    let decoded = T::decode(&mut value).map_err(|error| StoreError::Damaged(format!("a value: {error}")))?;
    if value.is_empty() { Ok(decoded) } else { Err(StoreError::Damaged("a value is too long".into())) }
}
