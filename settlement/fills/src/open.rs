//! Opening the store, and finding out whether to believe it.

use crate::{
    Counts, FillRecord, FillStore, InstructionRecord, StoreError,
    count_file::CountFile,
    keys,
    record::{Digest, Meta},
    statement::{DeliveringBid, Standing, StoredEntry},
    writes::decode,
};
use coretime_types::{OrderId, Planck};
use std::{
    fs, panic,
    path::{Path, PathBuf},
};

const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// A store, and whether an old one was set aside for it.
#[derive(Debug)]
pub struct Opened {
    /// The store; empty if one was set aside.
    pub store: FillStore,
    /// What was set aside, and why.
    pub set_aside: Option<SetAside>,
}

/// A folder that was not to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where it is now.
    pub folder: PathBuf,
    /// What was wrong with it.
    pub reason: String,
}

pub(crate) fn count_path(folder: &Path) -> PathBuf {
    folder.join("count")
}

fn database_path(folder: &Path) -> PathBuf {
    folder.join("sled")
}

pub(crate) fn open(folder: &Path) -> Result<Opened, StoreError> {
    // sled asserts about what it reads; on a damaged file that is a panic, and to us one more kind of damage.
    let attempt = panic::catch_unwind(|| open_checked(folder)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(StoreError::Damaged(format!("sled panicked: {text}")))
    });
    match attempt {
        Ok(store) => Ok(Opened { store, set_aside: None }),
        Err(StoreError::Damaged(reason)) => set_aside_and_open(folder, reason),
        Err(StoreError::Sled(sled::Error::Io(error))) if error.to_string().contains("acquire lock") => {
            Err(StoreError::InUse(folder.into()))
        }
        Err(StoreError::Sled(error)) => set_aside_and_open(folder, error.to_string()),
        Err(error) => Err(error),
    }
}

/// Renames the folder to the first free name and opens an empty store.
pub(crate) fn set_aside_and_open(folder: &Path, reason: String) -> Result<Opened, StoreError> {
    let mut number = 1_u32;
    let aside = loop {
        let mut name = folder.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".aside-{number}"));
        let candidate = folder.with_file_name(name);
        if !candidate.exists() {
            break candidate;
        }
        number += 1;
    };
    fs::rename(folder, &aside).map_err(StoreError::file("set aside", folder))?;
    let store = open_checked(folder)?;
    Ok(Opened { store, set_aside: Some(SetAside { folder: aside, reason }) })
}

fn open_checked(folder: &Path) -> Result<FillStore, StoreError> {
    fs::create_dir_all(folder).map_err(StoreError::file("create", folder))?;
    let counted = CountFile::read(&count_path(folder))?;
    let path = database_path(folder);
    let database = sled::Config::new()
        .path(&path)
        .cache_capacity(CACHE_BYTES)
        // The writer flushes and syncs every group itself.
        .flush_every_ms(None)
        .open()?;
    let (meta, standing) = check(&database)?;
    compare(meta.as_ref(), counted.as_ref())?;
    let file_path = path.join("db");
    let file = fs::File::open(&file_path).map_err(StoreError::file("open", file_path))?;
    Ok(FillStore { folder: folder.into(), database, file, meta, standing })
}

/// Reads every entry and compares what is there with what the database says about itself.
fn check(database: &sled::Db) -> Result<(Option<Meta>, Standing), StoreError> {
    let mut standing = Standing::default();
    let mut counts = Counts::default();
    let mut digest = Digest::default();
    let mut meta = None;
    for entry in database.iter() {
        let (key, value) = entry?;
        if key == keys::META {
            meta = Some(decode::<Meta>(&value)?);
            continue;
        }
        digest.toggle(&key, &value);
        match key.first() {
            Some(&keys::FILL) => {
                decode::<FillRecord>(&value)?;
                counts.fills += 1;
            }
            Some(&keys::INSTRUCTION) => {
                decode::<InstructionRecord>(&value)?;
                counts.instructions += 1;
            }
            Some(&keys::LEDGER_ENTRY) => {
                decode::<StoredEntry>(&value)?;
                counts.ledger_entries += 1;
            }
            Some(&keys::TOTAL) => drop(decode::<Planck>(&value)?),
            Some(&keys::DELIVERING_BID) => {
                decode::<DeliveringBid>(&value)?;
                let order_id =
                    keys::number(&key).ok_or_else(|| StoreError::Damaged("a key is too short".into()))?;
                standing.delivering.insert(OrderId(order_id));
            }
            Some(&keys::FILL_OF_ACCOUNT | &keys::INSTRUCTION_OF_ACCOUNT) => {}
            _ if key == keys::CHARGES => standing.charges = decode(&value)?,
            _ => return Err(StoreError::Damaged("a key of an unknown kind".into())),
        }
    }
    let Some(meta) = meta else {
        return if digest == Digest::default() {
            Ok((None, standing))
        } else {
            Err(StoreError::Damaged("entries without a position".into()))
        };
    };
    if meta.counts != counts || meta.digest != digest {
        return Err(StoreError::Damaged(format!("it should hold {:?}, it holds {counts:?}", meta.counts)));
    }
    Ok((Some(meta), standing))
}

/// The database is never behind the count file, which is written after it.
fn compare(meta: Option<&Meta>, counted: Option<&CountFile>) -> Result<(), StoreError> {
    let Some(counted) = counted else {
        // The first group was written and the count file was not yet: then there is little to read again.
        return match meta {
            None => Ok(()),
            Some(_) => Err(StoreError::Damaged("the count file is missing".into())),
        };
    };
    let behind = || {
        let at = meta.map_or(0, |meta| meta.position.sequence.0);
        StoreError::Damaged(format!(
            "the database is at record {at}, it had reached {}",
            counted.position.sequence
        ))
    };
    let meta = meta.ok_or_else(behind)?;
    if meta.position.sequence < counted.position.sequence {
        return Err(behind());
    }
    if meta.position.sequence == counted.position.sequence
        && (meta.position != counted.position || meta.counts != counted.counts)
    {
        return Err(StoreError::Damaged("database and count file disagree".into()));
    }
    Ok(())
}
