//! What a node needs of a runtime. The development runtime is one; tests bring others.

use coretime_dev_runtime::{Header, Profile, RELAY_BLOCK_MILLIS, UncheckedExtrinsic, VERSION, dev_relay};
use serde_json::Value;
use sp_inherents::InherentData;
use sp_runtime::{Digest, MultiAddress, generic::Preamble};
use std::sync::Arc;

/// How deep calls may nest, as for a real node.
pub const MAX_EXTRINSIC_DEPTH: u32 = 256;

/// Where the clocks stand in a block.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The relay chain's block number.
    pub relay_block: u32,
    /// The time.
    pub unix_millis: u64,
}

/// The clocks' zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockOrigin {
    pub(crate) relay_block: u32,
    pub(crate) unix_millis: u64,
}

impl ClockOrigin {
    /// The chain's time follows the relay chain's clock, so that a jump of one is a jump of the other.
    pub(crate) fn at(self, relay_block: u32) -> Clock {
        let passed = u64::from(relay_block.saturating_sub(self.relay_block));
        Clock { relay_block, unix_millis: self.unix_millis + passed * RELAY_BLOCK_MILLIS }
    }
}

/// What a chain says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    /// Its name.
    pub name: String,
    /// The prefix of its SS58 addresses.
    pub ss58_prefix: u16,
    /// Its token.
    pub token_symbol: String,
    /// The token's decimals.
    pub token_decimals: u8,
}

/// Who made an extrinsic, as far as a pool cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtrinsicForm {
    /// An account, by its id.
    SignedById,
    /// An account, named otherwise.
    SignedOtherwise,
    /// Nobody: an inherent, or an unsigned transaction.
    Bare,
    /// Whoever its extensions say.
    General,
}

impl ExtrinsicForm {
    /// As its preamble says it.
    pub fn of<Id, Index, Signature, Extension>(
        preamble: &Preamble<MultiAddress<Id, Index>, Signature, Extension>,
    ) -> Self {
        match preamble {
            Preamble::Signed(MultiAddress::Id(_), _, _) => Self::SignedById,
            Preamble::Signed(..) => Self::SignedOtherwise,
            Preamble::Bare(_) => Self::Bare,
            Preamble::General(..) => Self::General,
        }
    }
}

/// A native runtime: 32-byte accounts, BLAKE2b hashes, headers with 32-bit numbers, transactions whose nonce check gives
/// the account and its nonce as the pool's tag.
pub trait ChainRuntime: Send + Sync {
    /// What a state's `:code` is where this runtime is the one to run it. A block that changes it upgrades the runtime.
    fn code(&self) -> &[u8];

    /// Calls a runtime function, within externalities; none if there is no such function.
    fn dispatch(&self, function: &str, arguments: &[u8]) -> Option<Vec<u8>>;

    /// Its version, as `state_getRuntimeVersion` tells it.
    fn version(&self) -> Value;

    /// What the chain says of itself.
    fn properties(&self) -> Properties;

    /// How an extrinsic is made.
    ///
    /// # Errors
    /// When the bytes are none.
    fn form(&self, extrinsic: &[u8]) -> Result<ExtrinsicForm, codec::Error>;

    /// What a block's header says before the block is run.
    fn digest(&self, clock: Clock) -> Digest;

    /// What the inherents of a block are made from.
    ///
    /// # Errors
    /// When the data does not encode.
    fn inherent_data(&self, parent: &Header, clock: Clock) -> Result<InherentData, sp_inherents::Error>;

    /// Where storage keeps the relay chain's block number (`u32`).
    fn relay_block_key(&self) -> Vec<u8>;

    /// The least that the relay chain's clock moves in a block.
    fn least_step(&self) -> u32;
}

/// The runtimes that a chain may have.
#[derive(Clone)]
pub(crate) struct Runtimes {
    /// The one that it begins with.
    pub(crate) first: Arc<dyn ChainRuntime>,
    /// Those that it may be upgraded to.
    pub(crate) upgrades: Arc<[Arc<dyn ChainRuntime>]>,
}

impl Runtimes {
    /// The one that a state's code names; the first, where the code names none.
    pub(crate) fn of(&self, code: Option<&[u8]>) -> Arc<dyn ChainRuntime> {
        let named = self.upgrades.iter().find(|runtime| Some(runtime.code()) == code);
        named.unwrap_or(&self.first).clone()
    }
}

/// The development chain's runtime.
pub struct DevRuntime(pub Profile);

impl ChainRuntime for DevRuntime {
    fn code(&self) -> &[u8] {
        coretime_dev_runtime::CODE
    }

    fn dispatch(&self, function: &str, arguments: &[u8]) -> Option<Vec<u8>> {
        coretime_dev_runtime::api::dispatch(function, arguments)
    }

    fn version(&self) -> Value {
        // A struct of numbers and names.
        serde_json::to_value(&VERSION).unwrap_or_default()
    }

    fn properties(&self) -> Properties {
        let profile = self.0;
        Properties {
            name: format!("Coretime Development ({})", profile.name()),
            ss58_prefix: profile.ss58_prefix(),
            token_symbol: profile.token_symbol().into(),
            token_decimals: profile.token_decimals(),
        }
    }

    fn form(&self, extrinsic: &[u8]) -> Result<ExtrinsicForm, codec::Error> {
        use codec::DecodeLimit as _;
        let extrinsic =
            UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &extrinsic[..])?;
        Ok(ExtrinsicForm::of(&extrinsic.preamble))
    }

    fn digest(&self, _clock: Clock) -> Digest {
        Digest::default()
    }

    fn inherent_data(&self, _parent: &Header, clock: Clock) -> Result<InherentData, sp_inherents::Error> {
        let mut data = InherentData::new();
        data.put_data(sp_timestamp::INHERENT_IDENTIFIER, &clock.unix_millis)?;
        data.put_data(dev_relay::INHERENT_IDENTIFIER, &clock.relay_block)?;
        Ok(data)
    }

    fn relay_block_key(&self) -> Vec<u8> {
        dev_relay::relay_block_number_key().to_vec()
    }

    fn least_step(&self) -> u32 {
        0
    }
}
