//! For tests: the unmodified Westend coretime runtime, run natively by the development chain's node.
//!
//! Settlement is developed against a runtime of our own; here it meets all of a real one: its pallets, weights, fees,
//! transaction extensions, call indices and filters. [`start`] gives a chain with the development accounts and an open
//! sale, to be used like any [`DevChain`].
//!
//! The relay chain's clock moves four blocks a block, the runtime's slot of 24 seconds, so that no two blocks share one.
//!
//! What is not real: consensus, the relay chain (a storage proof that is made up) and its messages. Nothing answers
//! what the broker sends there.

mod genesis;

use codec::{DecodeLimit as _, Encode as _};
use coretime_dev_chain::{
    ChainRuntime, Clock, Config, DevChain, DevRuntime, ExtrinsicForm, Foreign, MAX_EXTRINSIC_DEPTH, Profile,
    Properties,
};
use coretime_westend_runtime::{UncheckedExtrinsic, VERSION, api};
use cumulus_primitives_core::{PersistedValidationData, relay_chain};
use cumulus_primitives_parachain_inherent::{INHERENT_IDENTIFIER, ParachainInherentData};
use cumulus_test_relay_sproof_builder::RelayStateSproofBuilder;
use frame_support::storage::storage_prefix;
use serde_json::Value;
use sp_core::{crypto::KeyTypeId, storage::well_known_keys};
use sp_inherents::InherentData;
use sp_runtime::{Digest, DigestItem, generic::Header, traits::BlakeTwo256};
use std::{error::Error, sync::Arc};

pub use genesis::{EXISTENTIAL_DEPOSIT_PLANCK, UNIT_PLANCK};

/// What a state's `:code` is where this runtime runs.
pub const CODE: &[u8] = b"coretime-westend-runtime 0.33.0, native";

/// The chain's id among the relay chain's.
const PARA_ID: u32 = 1_005;
/// Milliseconds of the runtime's slot.
const SLOT_MILLIS: u64 = 24_000;
/// Milliseconds of the relay chain's slot: a block.
const RELAY_SLOT_MILLIS: u64 = 6_000;
/// How far the relay chain's clock moves in a block, at least: a block has a slot of its own.
const LEAST_STEP_RELAY_BLOCKS: u32 = 4;
/// The engine id of Aura's digests.
const AURA: KeyTypeId = KeyTypeId(*b"aura");

/// Starts a chain of the Westend coretime runtime. Of the configuration `profile` does not apply.
///
/// # Errors
/// When the genesis cannot be made, or the chain not be started.
pub async fn start(config: Config) -> Result<DevChain, Box<dyn Error + Send + Sync>> {
    let genesis = genesis::build(&config)?;
    let foreign = Foreign { runtime: Arc::new(Westend), upgrades: Vec::new(), genesis };
    Ok(DevChain::start_foreign(config, foreign).await?)
}

/// Starts a chain with the state of the Westend coretime runtime and the development runtime, which is upgraded to the
/// Westend runtime by whoever sets `:code` to [`CODE`]. Both have the pallets that settlement needs, in the same places.
///
/// # Errors
/// When the genesis cannot be made, or the chain not be started.
pub async fn start_before_upgrade(config: Config) -> Result<DevChain, Box<dyn Error + Send + Sync>> {
    let mut genesis = genesis::build(&config)?;
    let old = DevRuntime(Profile::Kusama);
    genesis.top.insert(well_known_keys::CODE.to_vec(), old.code().to_vec());
    genesis.top.insert(old.relay_block_key(), Foreign::RELAY_BLOCK_AT_GENESIS.encode());
    let foreign = Foreign { runtime: Arc::new(old), upgrades: vec![Arc::new(Westend)], genesis };
    Ok(DevChain::start_foreign(config, foreign).await?)
}

struct Westend;

impl ChainRuntime for Westend {
    fn code(&self) -> &[u8] {
        CODE
    }

    fn dispatch(&self, function: &str, arguments: &[u8]) -> Option<Vec<u8>> {
        api::dispatch(function, arguments)
    }

    fn version(&self) -> Value {
        // A struct of numbers and names.
        serde_json::to_value(VERSION).unwrap_or_default()
    }

    fn properties(&self) -> Properties {
        Properties {
            name: "Westend Coretime (native)".into(),
            ss58_prefix: 42,
            token_symbol: "WND".into(),
            token_decimals: 12,
        }
    }

    fn form(&self, extrinsic: &[u8]) -> Result<ExtrinsicForm, codec::Error> {
        let extrinsic =
            UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &extrinsic[..])?;
        Ok(ExtrinsicForm::of(&extrinsic.preamble))
    }

    fn digest(&self, clock: Clock) -> Digest {
        let slot = clock.unix_millis / SLOT_MILLIS;
        Digest { logs: vec![DigestItem::PreRuntime(AURA.0, slot.encode())] }
    }

    fn inherent_data(
        &self,
        parent: &Header<u32, BlakeTwo256>,
        clock: Clock,
    ) -> Result<InherentData, sp_inherents::Error> {
        let mut relay = RelayStateSproofBuilder {
            para_id: PARA_ID.into(),
            current_slot: (clock.unix_millis / RELAY_SLOT_MILLIS).into(),
            included_para_head: Some(relay_chain::HeadData(parent.encode())),
            relay_dispatch_queue_remaining_capacity: Some((1_000, 1_000_000)),
            ..Default::default()
        };
        // Room for whatever the broker sends up.
        let host = &mut relay.host_config;
        host.max_upward_message_size = 65_531;
        host.max_upward_queue_count = 100_000;
        host.max_upward_queue_size = 1_000_000;
        host.max_upward_message_num_per_candidate = 16;
        let (relay_parent_storage_root, relay_chain_state) = relay.into_state_root_and_proof();
        let parachain = ParachainInherentData {
            validation_data: PersistedValidationData {
                parent_head: parent.encode().into(),
                relay_parent_number: clock.relay_block,
                relay_parent_storage_root,
                max_pov_size: 5 * 1024 * 1024,
            },
            relay_chain_state,
            downward_messages: Vec::new(),
            horizontal_messages: Default::default(),
            relay_parent_descendants: Vec::new(),
            collator_peer_id: None,
        };
        let mut data = InherentData::new();
        data.put_data(sp_timestamp::INHERENT_IDENTIFIER, &clock.unix_millis)?;
        data.put_data(INHERENT_IDENTIFIER, &parachain)?;
        Ok(data)
    }

    fn relay_block_key(&self) -> Vec<u8> {
        relay_block_key()
    }

    fn least_step(&self) -> u32 {
        LEAST_STEP_RELAY_BLOCKS
    }
}

fn relay_block_key() -> Vec<u8> {
    storage_prefix(b"ParachainSystem", b"LastRelayChainBlockNumber").to_vec()
}
