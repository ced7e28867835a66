//! The runtime's own genesis for tests, with more accounts, and a sale that has begun.

use crate::{CODE, relay_block_key};
use codec::{Decode as _, Encode as _};
use coretime_dev_chain::{Config, Foreign};
use coretime_westend_runtime::{Broker, RuntimeOrigin, api};
use pallet_broker::ConfigRecord;
use serde_json::{Value, json};
use sp_core::storage::{Storage, well_known_keys};
use sp_runtime::{AccountId32, DispatchError, Perbill};
use sp_state_machine::BasicExternalities;
use std::error::Error;

/// One token in planck.
pub const UNIT_PLANCK: u128 = 1_000_000_000_000;
/// The balance below which an account is removed.
pub const EXISTENTIAL_DEPOSIT_PLANCK: u128 = coretime_westend_runtime::ExistentialDeposit::get();

/// The preset with all development accounts, each with a million tokens.
const PRESET: &str = "local_testnet";
/// The sudo account's public key: Alice's.
const ALICE: [u8; 32] =
    sp_core::hex2array!("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) fn build(config: &Config) -> Result<Storage, Failure> {
    let mut settings = preset(None)?;
    merge(&mut settings, preset(Some(PRESET.into()))?);
    let endowed = settings.pointer_mut("/balances/balances").and_then(Value::as_array_mut);
    let endowed = endowed.ok_or("the preset has no list of balances")?;
    for (account, planck) in &config.endowed {
        // JSON's numbers are wide enough for what tests endow.
        endowed.push(json!([AccountId32::new(*account), u64::try_from(*planck)?]));
    }
    merge(&mut settings, json!({ "sudo": { "key": AccountId32::new(ALICE) } }));

    let mut storage = Storage::default();
    let arguments = serde_json::to_vec(&settings)?.encode();
    let answer = BasicExternalities::execute_with_storage(&mut storage, || {
        api::dispatch("GenesisBuilder_build_state", &arguments)
    });
    <Result<(), String>>::decode(&mut &answer.ok_or("there is no GenesisBuilder_build_state")?[..])??;
    // Clients ask for the code's hash; there is no code to give them.
    storage.top.insert(well_known_keys::CODE.to_vec(), CODE.to_vec());
    storage.top.insert(relay_block_key(), Foreign::RELAY_BLOCK_AT_GENESIS.encode());
    BasicExternalities::execute_with_storage(&mut storage, || start_sale(config))?;
    Ok(storage)
}

fn preset(id: Option<String>) -> Result<Value, Failure> {
    let answer = BasicExternalities::execute_with_storage(&mut Storage::default(), || {
        api::dispatch("GenesisBuilder_get_preset", &id.encode())
    });
    let answer = answer.ok_or("there is no GenesisBuilder_get_preset")?;
    let preset = <Option<Vec<u8>>>::decode(&mut &answer[..])?.ok_or("there is no such preset")?;
    Ok(serde_json::from_slice(&preset)?)
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.into_iter().for_each(|(name, value)| merge(into.entry(name).or_insert(Value::Null), value));
        }
        (into, from) => *into = from,
    }
}

/// A first sale past its interlude and lead-in, so that cores can be bought at once and at the lowest price.
fn start_sale(config: &Config) -> Result<(), String> {
    let failed = |call: &'static str| move |error: DispatchError| format!("Broker.{call} failed: {error:?}");
    let root = RuntimeOrigin::root;
    let broker = ConfigRecord {
        advance_notice: config.advance_notice_relay_blocks,
        interlude_length: 0,
        leadin_length: 1,
        region_length: config.region_length_timeslices,
        ideal_bulk_proportion: Perbill::from_percent(60),
        limit_cores_offered: None,
        renewal_bump: Perbill::from_percent(3),
        contribution_timeout: config.region_length_timeslices,
    };
    Broker::configure(root(), broker).map_err(|error| failed("configure")(error.error))?;
    Broker::start_sales(root(), UNIT_PLANCK, config.core_count)
        .map_err(|error| failed("start_sales")(error.error))?;
    Broker::notify_core_count(root(), config.core_count).map_err(failed("notify_core_count"))
}
