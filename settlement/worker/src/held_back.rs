//! What reached custody and was not credited, kept over restarts.
//!
//! Nothing depends on this list: a region or money that is missing from it still shows as unattributed, by the chain's
//! own state. What only it knows is who sent it, and why it was held back.

use coretime_types::{AccountId, BlockNumber, ChainReference, CoreIndex, CoreMask, RegionId, Timeslice};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// So many are kept: others could make the list grow without end.
const MAX_KEPT: usize = 1_000;

/// Something that reached custody and was not credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// Where it was seen.
    pub reference: ChainReference,
    /// What it is, for people.
    pub what: String,
    /// Who sent it, if that is known.
    pub from: Option<AccountId>,
    /// Which region, if it is one.
    pub region: Option<RegionId>,
    /// Why it was not credited.
    pub reason: String,
    /// Whether that may pass: it is credited as soon as nothing stands in its way.
    pub may_pass: bool,
}

/// The file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {source}")]
pub struct HeldBackError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The list, and the file that it is kept in.
#[derive(Debug, Default)]
pub(crate) struct HeldBackList {
    file: Option<PathBuf>,
    items: Vec<HeldBack>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    block: u64,
    event: u32,
    what: String,
    from: Option<String>,
    region: Option<LineRegion>,
    reason: String,
    may_pass: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineRegion {
    begin: u32,
    core: u16,
    mask: String,
}

impl HeldBackList {
    /// Opens the list. A file that cannot be understood is set aside: it is not needed for anything to be counted.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<HeldBackList, HeldBackError> {
        let Some(path) = file else { return Ok(HeldBackList::default()) };
        let failed = |action, path: &Path| {
            let path = path.to_owned();
            move |source| HeldBackError { action, path, source }
        };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed("read", &path)(error)),
        };
        let items = parse(&text).or_else(|| {
            let aside = path.with_extension("damaged");
            tracing::error!(aside = %aside.display(), "the list of what was held back is damaged: it is set aside");
            fs::rename(&path, aside).ok()?;
            Some(Vec::new())
        });
        let items = items.ok_or_else(|| failed("set aside", &path)(io::ErrorKind::InvalidData.into()))?;
        Ok(HeldBackList { file: Some(path), items })
    }

    pub(crate) fn items(&self) -> &[HeldBack] {
        &self.items
    }

    /// Adds one, unless it is there already: after a crash blocks are read again.
    pub(crate) fn add(&mut self, item: HeldBack) -> Result<(), HeldBackError> {
        if self.items.iter().any(|known| known.reference == item.reference) {
            return Ok(());
        }
        // Of one region the last arrival counts.
        self.items.retain(|known| item.region.is_none() || known.region != item.region);
        self.items.push(item);
        if self.items.len() > MAX_KEPT {
            // What still waits to be credited goes last, or anybody's dust could make it be forgotten.
            let oldest = self.items.iter().position(|known| !known.may_pass).unwrap_or(0);
            self.items.remove(oldest);
        }
        self.write()
    }

    /// Keeps only those.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&HeldBack) -> bool) -> Result<bool, HeldBackError> {
        let before = self.items.len();
        self.items.retain(keep);
        if self.items.len() == before {
            return Ok(false);
        }
        self.write().map(|()| true)
    }

    /// It will not be tried again by itself.
    pub(crate) fn settle_for_good(&mut self, region: RegionId, reason: String) -> Result<(), HeldBackError> {
        for item in self.items.iter_mut().filter(|item| item.region == Some(region)) {
            (item.may_pass, item.reason) = (false, reason.clone());
        }
        self.write()
    }

    /// Whole or not at all.
    fn write(&self) -> Result<(), HeldBackError> {
        let Some(path) = &self.file else { return Ok(()) };
        let fresh = path.with_extension("new");
        let write = || {
            let mut file = File::create(&fresh)?;
            for item in &self.items {
                serde_json::to_writer(&mut file, &Line::from(item))?;
                file.write_all(b"\n")?;
            }
            file.sync_all()?;
            fs::rename(&fresh, path)?;
            path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        write().map_err(|source| HeldBackError { action: "write", path: path.clone(), source })
    }
}

/// None if anything of it makes no sense.
fn parse(text: &[u8]) -> Option<Vec<HeldBack>> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice::<Line>(line).ok()?.read()).collect()
}

impl From<&HeldBack> for Line {
    fn from(item: &HeldBack) -> Self {
        Line {
            block: item.reference.block.0,
            event: item.reference.event,
            what: item.what.clone(),
            from: item.from.map(|account| hex::encode(account.0)),
            region: item.region.map(|id| LineRegion {
                begin: id.begin.0,
                core: id.core.0,
                mask: hex::encode(id.mask.to_bytes()),
            }),
            reason: item.reason.clone(),
            may_pass: item.may_pass,
        }
    }
}

impl Line {
    fn read(self) -> Option<HeldBack> {
        let from = match self.from {
            Some(text) => {
                let mut account = [0; 32];
                hex::decode_to_slice(text, &mut account).ok()?;
                Some(AccountId(account))
            }
            None => None,
        };
        let region = match self.region {
            Some(region) => {
                let mut mask = [0; 10];
                hex::decode_to_slice(region.mask, &mut mask).ok()?;
                let mask = CoreMask::from_bytes(mask);
                Some(RegionId { begin: Timeslice(region.begin), core: CoreIndex(region.core), mask })
            }
            None => None,
        };
        let reference = ChainReference { block: BlockNumber(self.block), event: self.event };
        let (what, reason, may_pass) = (self.what, self.reason, self.may_pass);
        Some(HeldBack { reference, what, from, region, reason, may_pass })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(event: u32) -> HeldBack {
        let region = RegionId { begin: Timeslice(event), core: CoreIndex(3), mask: CoreMask::FULL };
        HeldBack {
            reference: ChainReference { block: BlockNumber(9), event },
            what: "a region".into(),
            from: (event != 2).then_some(AccountId([7; 32])),
            region: (event != 3).then_some(region),
            reason: "it is in the pool".into(),
            may_pass: true,
        }
    }

    #[test]
    fn what_was_held_back_is_kept_over_a_restart_and_a_damaged_file_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("held-back.jsonl");
        let open = || HeldBackList::open(Some(path.clone())).unwrap();
        let mut list = open();
        for event in [1, 2, 3, 2] {
            list.add(item(event)).unwrap();
        }
        assert_eq!(list.items(), [item(1), item(2), item(3)]);
        assert_eq!(open().items(), list.items());
        assert!(list.retain(|one| one.reference.event != 2).unwrap());
        assert_eq!(open().items(), [item(1), item(3)]);

        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let kept = open().items().len();
            assert!(kept <= 2, "{length}");
        }
        fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        assert_eq!(open().items(), []);
        assert!(path.with_extension("damaged").exists());
    }

    #[test]
    fn however_much_comes_the_list_ends_and_what_waits_stays_longest() {
        let mut list = HeldBackList::default();
        let waiting = item(3);
        list.add(waiting.clone()).unwrap();
        for event in 10..10 + 2_500 {
            list.add(HeldBack { may_pass: false, ..item(event) }).unwrap();
        }
        assert_eq!((list.items().len(), &list.items()[0]), (MAX_KEPT, &waiting));
        for event in 10_000..10_000 + 2_500 {
            list.add(item(event)).unwrap();
        }
        assert_eq!(list.items().len(), MAX_KEPT);
    }
}
