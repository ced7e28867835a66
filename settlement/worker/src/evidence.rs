//! What finalised blocks say, for who checks a log against them. It only reads.

use crate::{
    Anchor,
    chain::{
        AtBlock, Chain, ChainError, USUAL_NODE_TIMEOUT,
        broker::{self, RegionRecord},
        events::{self, BlockEvent, ChainEvent},
        extrinsic, remarks,
    },
    confirm::{self, Verdict},
};
use coretime_types::{
    AccountId, BlockNumber, Call, ExtrinsicHash, InstructionNumber, Planck, Region, RegionId,
};

/// A connection to a node, to read finalised blocks. For what is older than a node keeps state, it must be an archive
/// node.
#[derive(Clone, Debug)]
pub struct ChainReader {
    chain: Chain,
}

impl ChainReader {
    /// Connects to a node: `ws://` on this machine, else `wss://`.
    ///
    /// # Errors
    /// When there is no node.
    pub async fn connect(url: &str) -> Result<ChainReader, ChainError> {
        Ok(ChainReader { chain: Chain::connect(url, USUAL_NODE_TIMEOUT).await? })
    }

    /// The newest finalised block.
    ///
    /// # Errors
    /// When the node does not tell.
    pub async fn newest(&self) -> Result<BlockNumber, ChainError> {
        Ok(BlockNumber(self.chain.newest_finalised().await?.block_number()))
    }

    /// Reads a finalised block.
    ///
    /// # Errors
    /// When the node does not have it, or no longer its state.
    pub async fn block(&self, number: BlockNumber) -> Result<FinalisedBlock, ChainError> {
        let at = self.chain.at(number).await?;
        let events = events::of_block(&at).await?;
        Ok(FinalisedBlock { at, events })
    }
}

/// A finalised block, with what happened in it.
#[derive(Clone, Debug)]
pub struct FinalisedBlock {
    at: AtBlock,
    events: Vec<BlockEvent>,
}

/// What stands on chain of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchEvidence {
    /// The extrinsic's hash.
    pub extrinsic_hash: ExtrinsicHash,
    /// Why it was not carried out, if it was not.
    pub failure: Option<String>,
    /// Instructions whose region the chain dropped although the batch was carried out.
    pub lost: Vec<InstructionNumber>,
    /// Each instruction's share of the fee, in their order.
    pub fees: Vec<Planck>,
    /// What was paid to whom.
    pub paid: Vec<(AccountId, Planck)>,
    /// Which region went to whom.
    pub transferred: Vec<(RegionId, AccountId)>,
}

/// What the chain records of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionEvidence {
    /// The region, with its end.
    pub region: Region,
    /// Whose it is; none if it was moved away.
    pub owner: Option<AccountId>,
    /// Whether a price paid for it is recorded.
    pub renewable: bool,
}

impl FinalisedBlock {
    /// Its hash, as the log has it.
    pub fn hash(&self) -> String {
        crate::block::hash_of(&self.at)
    }

    /// The anchors that custody has remarked in it, in order.
    ///
    /// # Errors
    /// When the node does not give the block's extrinsics.
    pub async fn anchors(&self, custody: AccountId) -> Result<Vec<Anchor>, ChainError> {
        let remarks = remarks::of_block(&self.at, &self.events).await?;
        let of_custody = remarks.iter().filter(|remark| remark.sender == custody);
        Ok(of_custody.filter_map(|remark| Anchor::parse(&remark.text)).collect())
    }

    /// Who sent how much to whom by the event at this place.
    pub fn funds_moved(&self, event: u32) -> Option<(AccountId, AccountId, Planck)> {
        match self.event(event)? {
            ChainEvent::FundsMoved { from, to, amount } => Some((*from, *to, *amount)),
            _ => None,
        }
    }

    /// Which region moved from whom to whom by the event at this place.
    pub fn region_moved(&self, event: u32) -> Option<(RegionId, Option<AccountId>, Option<AccountId>)> {
        match self.event(event)? {
            ChainEvent::RegionMoved { region, from, to } => Some((*region, *from, *to)),
            _ => None,
        }
    }

    /// What the chain records of a region after this block; `None` if there is no such region.
    ///
    /// # Errors
    /// When the node does not give the block's state.
    pub async fn region(&self, id: RegionId) -> Result<Option<RegionEvidence>, ChainError> {
        let record = broker::region(&self.at, id).await?;
        Ok(record.map(|RegionRecord { region, owner, renewable }| RegionEvidence {
            region,
            owner,
            renewable,
        }))
    }

    fn event(&self, index: u32) -> Option<&ChainEvent> {
        self.events.iter().find(|event| event.index == index).map(|event| &event.event)
    }

    /// What stands here of the batch that carries out these instructions, in ascending order; `None` if there is no such
    /// extrinsic.
    ///
    /// # Errors
    /// When the node does not give the block's extrinsics.
    pub async fn batch(
        &self,
        extrinsic_index: u32,
        instructions: &[(InstructionNumber, Call)],
    ) -> Result<Option<BatchEvidence>, ChainError> {
        let hashes = extrinsic::hashes(&self.at).await?;
        let found = hashes.into_iter().find(|(index, _)| *index == extrinsic_index);
        let Some((_, extrinsic_hash)) = found else { return Ok(None) };
        let (failure, lost) = match confirm::verdict(&self.events, extrinsic_index, instructions) {
            Verdict::CarriedOut { lost } => (None, lost),
            Verdict::Failed { error } => (Some(error.0), Vec::new()),
        };
        let fee = confirm::fee(&self.events, extrinsic_index);
        let (mut paid, mut transferred) = (Vec::new(), Vec::new());
        for event in self.events.iter().filter(|event| event.extrinsic_index == Some(extrinsic_index)) {
            match event.event {
                ChainEvent::FundsMoved { to, amount, .. } => paid.push((to, amount)),
                ChainEvent::RegionMoved { region, to: Some(to), .. } => transferred.push((region, to)),
                _ => {}
            }
        }
        let numbers: Vec<InstructionNumber> = instructions.iter().map(|(number, _)| *number).collect();
        let fees = confirm::shares(fee, &numbers).map(|(_, share)| share).collect();
        Ok(Some(BatchEvidence { extrinsic_hash, failure, lost, fees, paid, transferred }))
    }
}
