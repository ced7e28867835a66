//! What the rest of the venue needs to know about the chain.

use super::{AtBlock, Chain, ChainError, accounts, broker, probe};
use crate::keys::SignerKey;
use coretime_types::{Parts, Planck};
use subxt::dynamic;

/// What the rest of the venue needs to know about the chain, read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainInfo {
    /// The hash of the chain's first block.
    pub genesis_hash: [u8; 32],
    /// The network's number in SS58 addresses.
    pub ss58_prefix: u16,
    /// The token's name, for example `DOT`.
    pub token_symbol: String,
    /// How many decimals the token has.
    pub token_decimals: u32,
    /// The least that an account can have; the least amount of a withdrawal should be no lower.
    pub existential_deposit: Planck,
    /// Whether the chain lets regions be interlaced; the venue's setting `interlacing` should be the same.
    pub can_interlace: bool,
    /// The smallest lot that can always be delivered to a task; the venue's setting `min_lot_parts` should be no lower.
    pub min_lot_parts: Parts,
    /// How many relay-chain blocks a timeslice has.
    pub timeslice_relay_blocks: u32,
}

impl ChainInfo {
    pub(crate) async fn read(
        chain: &Chain,
        at: &AtBlock,
        key: &SignerKey,
        can_interlace: Option<bool>,
    ) -> Result<ChainInfo, ChainError> {
        let ss58_prefix = at
            .constants()
            .entry(dynamic::constant::<u16>("System", "SS58Prefix"))
            .map_err(ChainError::node("read System.SS58Prefix"))?;
        let properties =
            chain.rpc.system_properties().await.map_err(ChainError::node("read the chain's properties"))?;
        let property = |name| properties.get(name).and_then(first);
        let can_interlace = match can_interlace {
            Some(told) => told,
            None => probe::can_interlace(chain, at, key).await?,
        };
        let name = runtime_name(chain).await?;
        Ok(ChainInfo {
            genesis_hash: chain.genesis_hash(),
            ss58_prefix,
            token_symbol: property("tokenSymbol")
                .and_then(serde_json::Value::as_str)
                .ok_or_else(|| ChainError::Unsuitable("it does not name its token".into()))?
                .to_owned(),
            // Guessing would show every amount wrong.
            token_decimals: property("tokenDecimals")
                .and_then(serde_json::Value::as_u64)
                .and_then(|decimals| u32::try_from(decimals).ok())
                .ok_or_else(|| ChainError::Unsuitable("it does not tell its token's decimals".into()))?,
            existential_deposit: accounts::existential_deposit(at)?,
            can_interlace,
            min_lot_parts: min_lot_parts(can_interlace, &name),
            timeslice_relay_blocks: broker::timeslice_relay_blocks(at)?,
        })
    }
}

/// Runtimes that send the relay chain all tasks of a core, however many.
const SEND_ALL_TASKS: [&str; 1] = ["coretime-westend"];
/// The others send the first 27 tasks of a core and drop the rest: with three parts to each no core has more.
const OF_THE_OTHERS: Parts = Parts(3);

/// Which it is shows nowhere but in the runtime's name. Where regions cannot be interlaced a core has one task at a time.
fn min_lot_parts(can_interlace: bool, runtime: &str) -> Parts {
    if !can_interlace || SEND_ALL_TASKS.contains(&runtime) { Parts(1) } else { OF_THE_OTHERS }
}

async fn runtime_name(chain: &Chain) -> Result<String, ChainError> {
    let version = chain.rpc.state_get_runtime_version(None).await;
    let version = version.map_err(ChainError::node("read the runtime's version"))?;
    let name = version.other.get("specName").and_then(serde_json::Value::as_str);
    name.map(str::to_owned).ok_or_else(|| ChainError::Unsuitable("it does not name its runtime".into()))
}

/// Some nodes give a list, of one token each.
fn first(value: &serde_json::Value) -> Option<&serde_json::Value> {
    match value {
        serde_json::Value::Array(list) => list.first(),
        one => Some(one),
    }
}
