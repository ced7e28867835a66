//! How settlement is set up.

use crate::{SignerKey, chain::USUAL_NODE_TIMEOUT};
use coretime_types::{AccountId, BlockNumber, Planck, Timeslices};
use std::{path::PathBuf, time::Duration};

/// How settlement is set up. [`SettlementConfig::new`] gives the usual values.
#[derive(Clone, Debug)]
pub struct SettlementConfig {
    /// The node's WebSocket address.
    pub chain_url: String,
    /// The account that holds everyone's regions and funds.
    pub custody: AccountId,
    /// Signs for custody, as its proxy or as itself, and pays the chain's fees.
    pub signer: SignerKey,
    /// The chain's first block, if only one chain will do.
    pub genesis_hash: Option<[u8; 32]>,
    /// Where to begin reading when the ledger has read no block yet; none is the newest finalised block.
    pub first_block: Option<BlockNumber>,
    /// How long before it begins the last part of a timeslice's delivery must be under way.
    pub delivery_lead: Timeslices,
    /// Whether regions can be interlaced; none finds out.
    pub can_interlace: Option<bool>,
    /// What the operator keeps in custody's account on chain besides what the ledger owes.
    pub float: Planck,
    /// An extrinsic can be included in this many blocks, a power of two from 4 to 4,096. Longer is safer against a slow
    /// chain, shorter is sooner to plan anew.
    pub mortality_blocks: u64,
    /// Instructions in one batch, at most.
    pub max_legs: usize,
    /// Calls in one batch, about at most: a leg is never broken up.
    pub max_calls: usize,
    /// How much a batch may weigh, in percent of what the runtime lets an extrinsic weigh: blocks are shared.
    pub max_weight_percent: u8,
    /// Batches under way at the same time, at most.
    pub max_in_flight: usize,
    /// Where to look for older anchors than the last block that the log has seen, at most so many blocks back. Only a
    /// log that has seen no block yet needs it.
    pub anchor_search_blocks: u64,
    /// Ledger and chain are compared at least every so many blocks, and after every block in which something arrived or
    /// was carried out.
    pub reconcile_every_blocks: u64,
    /// For so long finalised blocks may fail to come before the venue is halted.
    pub silent_after: Duration,
    /// So long a node may take over one answer before its connection is given up and made anew. After half of that
    /// without a new block it is asked for one.
    pub node_timeout: Duration,
    /// Where what was held back is kept; none forgets at a restart who sent it.
    pub held_back_file: Option<PathBuf>,
}

impl SettlementConfig {
    /// The usual values.
    pub fn new(chain_url: impl Into<String>, custody: AccountId, signer: SignerKey) -> SettlementConfig {
        SettlementConfig {
            chain_url: chain_url.into(),
            custody,
            signer,
            genesis_hash: None,
            first_block: None,
            delivery_lead: Timeslices(1),
            can_interlace: None,
            float: Planck::ZERO,
            mortality_blocks: 64,
            max_legs: 100,
            max_calls: 200,
            max_weight_percent: 50,
            max_in_flight: 4,
            anchor_search_blocks: 256,
            reconcile_every_blocks: 10,
            silent_after: Duration::from_secs(180),
            node_timeout: USUAL_NODE_TIMEOUT,
            held_back_file: None,
        }
    }

    /// The account in whose name the signer acts through a proxy; none if it is its own.
    pub(crate) fn proxy_for(&self) -> Option<AccountId> {
        (self.signer.account() != self.custody).then_some(self.custody)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if !self.mortality_blocks.is_power_of_two() || !(4..=4_096).contains(&self.mortality_blocks) {
            return Err(format!(
                "mortality_blocks is {}, must be a power of two from 4 to 4096",
                self.mortality_blocks
            ));
        }
        let at_least_one = [
            ("max_legs", self.max_legs == 0),
            ("max_calls", self.max_calls == 0),
            ("max_in_flight", self.max_in_flight == 0),
            ("reconcile_every_blocks", self.reconcile_every_blocks == 0),
            ("silent_after", self.silent_after.is_zero()),
            ("node_timeout", self.node_timeout.is_zero()),
        ];
        if let Some((name, _)) = at_least_one.iter().find(|(_, is_zero)| *is_zero) {
            return Err(format!("{name} is 0, must be more"));
        }
        if !(1..=100).contains(&self.max_weight_percent) {
            return Err(format!("max_weight_percent is {}, must be 1 to 100", self.max_weight_percent));
        }
        Ok(())
    }
}
