//! Acting on the chain and looking at it.

use coretime_types::{AccountId, CoreIndex, CoreMask, Planck, Region, RegionId, TaskId, Timeslice};
use subxt::dynamic::{self, Value};
use subxt::ext::scale_decode::DecodeAsType;
use subxt::extrinsics::ExtrinsicEvents;
use subxt::{OnlineClient, SubstrateConfig};
use subxt_signer::sr25519::Keypair;

type Client = OnlineClient<SubstrateConfig>;
type Result<T, E = WalletError> = std::result::Result<T, E>;

/// What the chain did not do or tell.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The node cannot be reached.
    #[error("cannot connect to {url}: {source}")]
    Connect {
        /// The node.
        url: String,
        /// Why.
        #[source]
        source: Box<subxt::Error>,
    },
    /// A call was not accepted, or failed.
    #[error("{call}: {source}")]
    Call {
        /// The pallet and the call.
        call: String,
        /// Why.
        #[source]
        source: Box<subxt::Error>,
    },
    /// Something could not be read.
    #[error("cannot read from the chain: {0}")]
    Read(#[from] Box<subxt::Error>),
    /// The chain said something that makes no sense.
    #[error("the chain says {0}")]
    Nonsense(&'static str),
}

/// A connection to the chain, for looking and for acting.
#[derive(Clone, Debug)]
pub struct Wallet {
    client: Client,
}

/// A region as the chain has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnChainRegion {
    /// What it is.
    pub region: Region,
    /// Whose it is; none if it was moved away.
    pub owner: Option<AccountId>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ChainRegionId {
    begin: u32,
    core: u16,
    mask: ChainMask,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ChainMask([u8; 10]);

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ChainRegionRecord {
    end: u32,
    owner: Option<[u8; 32]>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Purchased {
    region_id: ChainRegionId,
    duration: u32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ScheduleItem {
    mask: ChainMask,
    assignment: CoreAssignment,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum CoreAssignment {
    Idle,
    Pool,
    Task(u32),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountInfo {
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
}

impl ChainRegionId {
    fn region(&self, end: u32) -> Region {
        Region {
            core: CoreIndex(self.core),
            begin: Timeslice(self.begin),
            end: Timeslice(end),
            mask: CoreMask::from_bytes(self.mask.0),
        }
    }
}

impl Wallet {
    /// Connects to a node that is trusted, on this machine for example: no encryption is asked for.
    pub async fn connect(url: &str) -> Result<Wallet> {
        let connected = Client::from_insecure_url(url).await;
        let client = connected
            .map_err(|error| WalletError::Connect { url: url.to_owned(), source: Box::new(error.into()) })?;
        Ok(Wallet { client })
    }

    /// Buys a core in the running sale.
    pub async fn purchase(&self, who: &Keypair) -> Result<Region> {
        let price_limit = Value::u128(u128::from(u64::MAX));
        let events = self.send(who, "Broker", "purchase", vec![price_limit]).await?;
        for event in events.iter() {
            let event = event.map_err(read)?;
            if event.pallet_name() == "Broker" && event.event_name() == "Purchased" {
                let bought: Purchased = event.decode_fields_unchecked_as().map_err(read)?;
                let end = bought.region_id.begin.checked_add(bought.duration);
                return Ok(bought.region_id.region(end.ok_or(WalletError::Nonsense("a region never ends"))?));
            }
        }
        Err(WalletError::Nonsense("a purchase bought nothing"))
    }

    /// Transfers a region.
    pub async fn transfer_region(&self, who: &Keypair, region: RegionId, to: AccountId) -> Result<()> {
        let call = vec![region_id(region), Value::from_bytes(to.0)];
        self.send(who, "Broker", "transfer", call).await.map(drop)
    }

    /// Sends money.
    pub async fn transfer_funds(&self, who: &Keypair, to: AccountId, amount: Planck) -> Result<()> {
        let call = vec![address(to), Value::u128(amount.0)];
        self.send(who, "Balances", "transfer_keep_alive", call).await.map(drop)
    }

    /// Lets `proxy` act for `who` in everything.
    pub async fn add_proxy(&self, who: &Keypair, proxy: AccountId) -> Result<()> {
        let call = vec![address(proxy), Value::unnamed_variant("Any", []), Value::u128(0)];
        self.send(who, "Proxy", "add_proxy", call).await.map(drop)
    }

    /// Lets `proxy` act for `who` in everything, by the word of a development chain's sudo account: nobody pays a fee, so
    /// what `who` has stays what it was.
    pub async fn add_proxy_by_sudo(&self, sudo: &Keypair, who: AccountId, proxy: AccountId) -> Result<()> {
        let add_proxy = Value::named_variant(
            "add_proxy",
            [
                ("delegate".to_owned(), address(proxy)),
                ("proxy_type".to_owned(), Value::unnamed_variant("Any", [])),
                ("delay".to_owned(), number(0_u32)),
            ],
        );
        let call = vec![address(who), Value::unnamed_variant("Proxy", [add_proxy])];
        self.send(sudo, "Sudo", "sudo_as", call).await.map(drop)
    }

    /// Whether `who` has let anybody act for it.
    pub async fn has_proxies(&self, who: AccountId) -> Result<bool> {
        let proxies = dynamic::storage::<(Value,), (Vec<Value>, u128)>("Proxy", "Proxies");
        let at = self.client.at_current_block().await.map_err(read)?;
        let found = at.storage().entry(proxies).map_err(read)?.try_fetch((Value::from_bytes(who.0),)).await;
        // Who has none is there too, by default.
        let found = found.map_err(read)?.map(|found| found.decode()).transpose().map_err(read)?;
        Ok(found.is_some_and(|(proxies, _deposit)| !proxies.is_empty()))
    }

    /// An account's free balance.
    pub async fn balance(&self, who: AccountId) -> Result<Planck> {
        let accounts = dynamic::storage::<(Value,), AccountInfo>("System", "Account");
        let at = self.client.at_current_block().await.map_err(read)?;
        let found = at.storage().entry(accounts).map_err(read)?.try_fetch((Value::from_bytes(who.0),)).await;
        Ok(match found.map_err(read)? {
            Some(info) => Planck(info.decode().map_err(read)?.data.free),
            None => Planck::ZERO,
        })
    }

    /// All regions there are, by begin, core and mask.
    pub async fn regions(&self) -> Result<Vec<OnChainRegion>> {
        let regions = dynamic::storage::<(Value,), ChainRegionRecord>("Broker", "Regions");
        let at = self.client.at_current_block().await.map_err(read)?;
        let mut found = Vec::new();
        let storage = at.storage();
        let mut entries = storage.entry(regions).map_err(read)?.iter(()).await.map_err(read)?;
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(read)?;
            let key = entry.key().map_err(read)?;
            let part = key.part(0).ok_or(WalletError::Nonsense("a region has no id"))?;
            let id: Option<ChainRegionId> = part.decode_as().map_err(read)?;
            let id = id.ok_or(WalletError::Nonsense("a region's id is hashed away"))?;
            let record = entry.value().decode().map_err(read)?;
            found.push(OnChainRegion { region: id.region(record.end), owner: record.owner.map(AccountId) });
        }
        found.sort_by_key(|found| found.region.id());
        Ok(found)
    }

    /// The tasks that a core is planned to run from a timeslice on, with their parts of it.
    pub async fn workplan(&self, begin: Timeslice, core: CoreIndex) -> Result<Vec<(CoreMask, TaskId)>> {
        let plans = dynamic::storage::<(Value,), Vec<ScheduleItem>>("Broker", "Workplan");
        let key = Value::unnamed_composite([number(begin.0), number(core.0)]);
        let at = self.client.at_current_block().await.map_err(read)?;
        let found = at.storage().entry(plans).map_err(read)?.try_fetch((key,)).await.map_err(read)?;
        let items = found.map(|items| items.decode()).transpose().map_err(read)?.unwrap_or_default();
        let tasks = items.into_iter().filter_map(|item| match item.assignment {
            CoreAssignment::Task(task) => Some((CoreMask::from_bytes(item.mask.0), TaskId(task))),
            CoreAssignment::Idle | CoreAssignment::Pool => None,
        });
        Ok(tasks.collect())
    }

    /// The tasks that a core runs now.
    pub async fn workload(&self, core: CoreIndex) -> Result<Vec<TaskId>> {
        let workload = dynamic::storage::<(Value,), Vec<ScheduleItem>>("Broker", "Workload");
        let at = self.client.at_current_block().await.map_err(read)?;
        let entry = at.storage().entry(workload).map_err(read)?;
        let found = entry.try_fetch((number(core.0),)).await.map_err(read)?;
        let items = found.map(|items| items.decode()).transpose().map_err(read)?.unwrap_or_default();
        let tasks = items.into_iter().filter_map(|item| match item.assignment {
            CoreAssignment::Task(task) => Some(TaskId(task)),
            CoreAssignment::Idle | CoreAssignment::Pool => None,
        });
        Ok(tasks.collect())
    }

    /// The number of the newest finalised block.
    pub async fn finalized_block(&self) -> Result<u64> {
        Ok(self.client.at_current_block().await.map_err(read)?.block_number())
    }

    /// Signs and submits a call, and waits until it is final.
    async fn send(
        &self,
        who: &Keypair,
        pallet: &str,
        call: &str,
        arguments: Vec<Value>,
    ) -> Result<ExtrinsicEvents<SubstrateConfig>> {
        let failed = |source: subxt::Error| {
            let call = format!("{pallet}.{call}");
            WalletError::Call { call, source: Box::new(source) }
        };
        let at = self.client.at_current_block().await.map_err(read)?;
        let payload = dynamic::tx(pallet, call, arguments);
        let sent = at.transactions().sign_and_submit_then_watch_default(&payload, who).await;
        let sent = sent.map_err(|error| failed(error.into()))?;
        sent.wait_for_finalized_success().await.map_err(|error| failed(error.into()))
    }
}

/// Any of the client library's errors.
fn read(error: impl Into<subxt::Error>) -> WalletError {
    WalletError::Read(Box::new(error.into()))
}

fn number(value: impl Into<u128>) -> Value {
    Value::u128(value.into())
}

fn address(account: AccountId) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.0)])
}

fn region_id(region: RegionId) -> Value {
    let mask = Value::unnamed_composite([Value::from_bytes(region.mask.to_bytes())]);
    Value::named_composite([
        ("begin", number(region.begin.0)),
        ("core", number(region.core.0)),
        ("mask", mask),
    ])
}
