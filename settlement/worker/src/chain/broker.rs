//! What is specific to today's pallet-broker: its types, storage and constants.

use super::{AtBlock, ChainError};
use codec::Decode;
use coretime_carving::ChainRegion;
use coretime_types::{AccountId, CoreIndex, CoreMask, Region, RegionId, Timeslice, Timeslices};
use subxt::{
    dynamic,
    ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
    utils::AccountId32,
};

/// The pallet's name in metadata.
pub(crate) const PALLET: &str = "Broker";
/// Its storage that settlement reads.
pub(crate) const STORAGE: &[&str] =
    &["Regions", "Status", "Configuration", "Workplan", "InstaPoolContribution"];

/// A region's id as the pallet has it.
#[derive(Clone, Copy, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct BrokerRegionId {
    pub(crate) begin: u32,
    pub(crate) core: u16,
    pub(crate) mask: BrokerMask,
}

/// The pallet's ten bytes.
#[derive(Clone, Copy, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct BrokerMask(pub(crate) [u8; 10]);

impl From<RegionId> for BrokerRegionId {
    fn from(id: RegionId) -> Self {
        BrokerRegionId { begin: id.begin.0, core: id.core.0, mask: BrokerMask(id.mask.to_bytes()) }
    }
}

impl From<BrokerRegionId> for RegionId {
    fn from(id: BrokerRegionId) -> Self {
        RegionId {
            begin: Timeslice(id.begin),
            core: CoreIndex(id.core),
            mask: CoreMask::from_bytes(id.mask.0),
        }
    }
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct StoredRegion {
    end: u32,
    owner: Option<AccountId32>,
    paid: Option<u128>,
}

/// What the chain records about a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RegionRecord {
    pub(crate) region: Region,
    pub(crate) owner: Option<AccountId>,
    pub(crate) renewable: bool,
}

impl RegionRecord {
    fn new(id: RegionId, stored: &StoredRegion) -> Self {
        RegionRecord {
            region: Region { core: id.core, begin: id.begin, end: Timeslice(stored.end), mask: id.mask },
            owner: stored.owner.map(|owner| AccountId(owner.0)),
            renewable: stored.paid.is_some(),
        }
    }
}

/// The record of one region; none if there is no such region.
pub(crate) async fn region(at: &AtBlock, id: RegionId) -> Result<Option<RegionRecord>, ChainError> {
    let failed = || ChainError::node("read a region");
    let address = dynamic::storage::<(BrokerRegionId,), StoredRegion>(PALLET, "Regions");
    let Some(value) = at.storage().try_fetch(address, (id.into(),)).await.map_err(failed())? else {
        return Ok(None);
    };
    let stored = value.decode().map_err(ChainError::node("read a region"))?;
    Ok(Some(RegionRecord::new(id, &stored)))
}

/// Every region that `owner` owns.
pub(crate) async fn regions_of(at: &AtBlock, owner: AccountId) -> Result<Vec<ChainRegion>, ChainError> {
    let failed = || ChainError::node("read the regions");
    let address = dynamic::storage::<(BrokerRegionId,), StoredRegion>(PALLET, "Regions");
    let mut entries = at.storage().iter(address, ()).await.map_err(failed())?;
    let mut regions = Vec::new();
    while let Some(entry) = entries.next().await {
        let entry = entry.map_err(failed())?;
        let id = RegionId::from(key_end::<16, PlainRegionId>(entry.key_bytes())?);
        let stored = entry.value().decode().map_err(ChainError::node("read the regions"))?;
        let record = RegionRecord::new(id, &stored);
        if record.owner == Some(owner) {
            regions.push(ChainRegion { region: record.region, renewable: record.renewable });
        }
    }
    Ok(regions)
}

/// The last timeslice whose schedule is fixed; none while there are no sales.
pub(crate) async fn last_committed(at: &AtBlock) -> Result<Option<Timeslice>, ChainError> {
    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct Status {
        last_committed_timeslice: u32,
    }
    let address = dynamic::storage::<(), Status>(PALLET, "Status");
    let value =
        at.storage().try_fetch(address, ()).await.map_err(ChainError::node("read the broker's status"))?;
    let Some(value) = value else { return Ok(None) };
    let status = value.decode().map_err(ChainError::node("read the broker's status"))?;
    Ok(Some(Timeslice(status.last_committed_timeslice)))
}

/// How long before it begins a timeslice's schedule is fixed, as it is configured now, in whole timeslices.
pub(crate) async fn advance_notice(at: &AtBlock) -> Result<Timeslices, ChainError> {
    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct ConfigRecord {
        advance_notice: u32,
    }
    let address = dynamic::storage::<(), ConfigRecord>(PALLET, "Configuration");
    let value = at
        .storage()
        .try_fetch(address, ())
        .await
        .map_err(ChainError::node("read the broker's configuration"))?;
    let Some(value) = value else { return Ok(Timeslices(0)) };
    let config = value.decode().map_err(ChainError::node("read the broker's configuration"))?;
    Ok(Timeslices(config.advance_notice.div_ceil(timeslice_relay_blocks(at)?.max(1))))
}

/// What stands in the way of crediting a region: something is still to run on its core time, or it is in the pool.
pub(crate) async fn encumbrance(at: &AtBlock, region: &Region) -> Result<Option<String>, ChainError> {
    let address = dynamic::storage::<(BrokerRegionId,), dynamic::Value>(PALLET, "InstaPoolContribution");
    let pooled = at
        .storage()
        .try_fetch(address, (region.id().into(),))
        .await
        .map_err(ChainError::node("read pool contributions"))?;
    if pooled.is_some() {
        return Ok(Some("it is contributed to the instantaneous pool".into()));
    }

    #[derive(DecodeAsType)]
    #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
    struct ScheduleItem {
        mask: BrokerMask,
    }
    let failed = || ChainError::node("read the workplan");
    let address = dynamic::storage::<((u32, u16),), Vec<ScheduleItem>>(PALLET, "Workplan");
    let mut entries = at.storage().iter(address, ()).await.map_err(failed())?;
    while let Some(entry) = entries.next().await {
        let entry = entry.map_err(failed())?;
        let (timeslice, core) = key_end::<6, (u32, u16)>(entry.key_bytes())?;
        if core != region.core.0 || !(region.begin.0..region.end.0).contains(&timeslice) {
            continue;
        }
        let schedule = entry.value().decode().map_err(ChainError::node("read the workplan"))?;
        if schedule.iter().any(|item| region.mask.overlaps(CoreMask::from_bytes(item.mask.0))) {
            return Ok(Some(format!("the workplan has an entry for it at timeslice {timeslice}")));
        }
    }
    Ok(None)
}

/// How many relay-chain blocks a timeslice has.
pub(crate) fn timeslice_relay_blocks(at: &AtBlock) -> Result<u32, ChainError> {
    at.constants()
        .entry(dynamic::constant::<u32>(PALLET, "TimeslicePeriod"))
        .map_err(ChainError::node("read Broker.TimeslicePeriod"))
}

/// A region's id in plain SCALE, as it ends a storage key.
#[derive(Decode)]
struct PlainRegionId {
    begin: u32,
    core: u16,
    mask: [u8; 10],
}

impl From<PlainRegionId> for RegionId {
    fn from(id: PlainRegionId) -> Self {
        BrokerRegionId { begin: id.begin, core: id.core, mask: BrokerMask(id.mask) }.into()
    }
}

/// The map's hashers keep the key readable at the end of the storage key.
fn key_end<const BYTES: usize, Key: Decode>(key: &[u8]) -> Result<Key, ChainError> {
    let unreadable = || ChainError::Unsuitable("a storage key of the broker has another form".into());
    let (_, mut end) =
        key.split_last_chunk::<BYTES>().map(|(head, end)| (head, &end[..])).ok_or_else(unreadable)?;
    Key::decode(&mut end).map_err(|_| unreadable())
}
