//! Whether this log is the one that custody's newest batches came from.
//!
//! A restored backup, or a second server, has a log that does not know what has been delivered already: it must deliver
//! nothing. Every batch names the log that it came from (see [`Anchor`]), so every batch of custody's that is found on
//! chain must be one that this log has recorded.

use crate::{
    Anchor, Settlement, SettlementError,
    chain::{
        AtBlock, Chain, ChainError, accounts,
        events::{self, BlockEvent},
        remarks,
    },
    ledger::Ledger,
};
use coretime_types::{AccountId, BlockNumber, Command, ExtrinsicHash};

/// So many transactions of the signer are looked at for the newest anchor, when it has sent others since.
const MAX_TRANSACTIONS: u32 = 64;

/// Finds and judges anchors.
pub(crate) struct AnchorCheck<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) ledger: &'a Ledger,
    pub(crate) custody: AccountId,
    pub(crate) signer: AccountId,
}

/// What a log that has seen no block can be told about custody's past.
enum Past {
    NoAnchor,
    Anchor(BlockNumber, Anchor),
    /// The node has no state of the time in question.
    Unknown,
}

impl AnchorCheck<'_> {
    /// Checks what stands on chain after the last block that the log has seen; for a log that has seen none, the newest
    /// anchor that can be found.
    pub(crate) async fn at_start(
        &self,
        newest: BlockNumber,
        first_block: Option<BlockNumber>,
        search_blocks: u64,
    ) -> Result<(), SettlementError> {
        let last = self.ledger.query(|market| market.last_block().map(|(number, _)| number)).await?;
        if let Some(last) = last {
            for number in last.0.saturating_add(1)..=newest.0 {
                let at = self.chain.at(BlockNumber(number)).await?;
                let events = events::of_block(&at).await?;
                check_block(self.ledger, self.custody, &at, &events).await?;
            }
            return Ok(());
        }
        match self.past(newest, search_blocks).await? {
            Past::NoAnchor => Ok(()),
            Past::Anchor(block, anchor) => Err(self.behind(block, anchor)),
            Past::Unknown if first_block.is_some() => Ok(()),
            Past::Unknown => Err(ChainError::Unsuitable(
                "the log is empty, the signer has sent transactions before, and this node has no state of that time to \
                 tell whether they were settlement's: take an archive node, or the data folder that belongs to this \
                 custody account, or say where to begin (first_block)"
                    .into(),
            )
            .into()),
        }
    }

    async fn past(&self, newest: BlockNumber, search_blocks: u64) -> Result<Past, SettlementError> {
        let signer_nonce = accounts::nonce(&self.chain.at(newest).await?, self.signer).await?;
        // Whoever signed them: the newest blocks.
        for number in (newest.0.saturating_sub(search_blocks)..=newest.0).rev() {
            match self.anchor_in(BlockNumber(number)).await {
                Ok(Some(anchor)) => return Ok(Past::Anchor(BlockNumber(number), anchor)),
                Ok(None) => {}
                Err(_) if signer_nonce == 0 => return Ok(Past::NoAnchor),
                Err(_) => return Ok(Past::Unknown),
            }
        }
        // Beyond that, this signer's: its nonce leads to its last transactions.
        let mut newest = newest;
        for _ in 0..MAX_TRANSACTIONS {
            let Ok(found) = self.last_transaction(newest).await else { return Ok(Past::Unknown) };
            let Some(block) = found else { return Ok(Past::NoAnchor) };
            match self.anchor_in(block).await {
                Ok(Some(anchor)) => return Ok(Past::Anchor(block, anchor)),
                Ok(None) => newest = BlockNumber(block.0.saturating_sub(1)),
                Err(_) => return Ok(Past::Unknown),
            }
        }
        Ok(Past::Unknown)
    }

    /// The newest block up to this one with a transaction of the signer's.
    async fn last_transaction(&self, newest: BlockNumber) -> Result<Option<BlockNumber>, ChainError> {
        let nonce = accounts::nonce(&self.chain.at(newest).await?, self.signer).await?;
        if nonce == 0 {
            return Ok(None);
        }
        let (mut without, mut with) = (0, newest.0);
        while without + 1 < with {
            let middle = without + (with - without) / 2;
            let at = self.chain.at(BlockNumber(middle)).await?;
            if accounts::nonce(&at, self.signer).await? == nonce { with = middle } else { without = middle }
        }
        Ok(Some(BlockNumber(with)))
    }

    async fn anchor_in(&self, block: BlockNumber) -> Result<Option<Anchor>, ChainError> {
        let at = self.chain.at(block).await?;
        let events = events::of_block(&at).await?;
        Ok(anchors(&at, &events, self.custody).await?.pop().map(|(anchor, _)| anchor))
    }

    fn behind(&self, block: BlockNumber, anchor: Anchor) -> SettlementError {
        behind(self.ledger, block, anchor)
    }
}

impl Settlement {
    /// Fails if another log's batch stands in this block.
    pub(crate) async fn check_anchors(
        &self,
        at: &AtBlock,
        events: &[BlockEvent],
    ) -> Result<(), SettlementError> {
        check_block(&self.ledger, self.config.custody, at, events).await
    }
}

async fn check_block(
    ledger: &Ledger,
    custody: AccountId,
    at: &AtBlock,
    events: &[BlockEvent],
) -> Result<(), SettlementError> {
    for (anchor, extrinsic_hash) in anchors(at, events, custody).await? {
        if !has_recorded(ledger, &anchor, &extrinsic_hash).await? {
            return Err(behind(ledger, BlockNumber(at.block_number()), anchor));
        }
    }
    Ok(())
}

/// Custody's anchors in a block. What was not carried out has left no event, and so no anchor.
async fn anchors(
    at: &AtBlock,
    events: &[BlockEvent],
    custody: AccountId,
) -> Result<Vec<(Anchor, ExtrinsicHash)>, ChainError> {
    let remarks = remarks::of_block(at, events).await?.into_iter();
    let ours = remarks.filter(|remark| remark.sender == custody);
    Ok(ours.filter_map(|remark| Some((Anchor::parse(&remark.text)?, remark.extrinsic_hash))).collect())
}

/// Whether the log has the anchor's record and, after it, the batch itself.
async fn has_recorded(
    ledger: &Ledger,
    anchor: &Anchor,
    extrinsic_hash: &ExtrinsicHash,
) -> Result<bool, SettlementError> {
    let wanted = extrinsic_hash.clone();
    let is_open = ledger.query(move |market| {
        let batches = market.instructions().filter_map(|one| one.submission.as_ref());
        batches.into_iter().any(|batch| batch.extrinsic_hash == wanted)
    });
    if is_open.await? {
        return Ok(true);
    }
    // It was reported before, and the block is being read again. The batch stands right behind its anchor's record.
    let end = ledger.0.durable_position().sequence;
    if anchor.sequence > end {
        return Ok(false);
    }
    let mut records = ledger.0.events_from(coretime_types::Sequence(anchor.sequence.0.max(1)));
    while records.next_sequence() <= end {
        let record = records.next().await?;
        if record.sequence == anchor.sequence && record.chain_hash != anchor.chain_hash {
            return Ok(false);
        }
        if let Command::SettlementSubmitted(batch) = &record.command
            && batch.extrinsic_hash == *extrinsic_hash
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn behind(ledger: &Ledger, block: BlockNumber, anchor: Anchor) -> SettlementError {
    let log = ledger.0.durable_position();
    SettlementError::BehindAnchor { block, anchor, log: Anchor::from(log) }
}
