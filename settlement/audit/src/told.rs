//! What the log says of the chain.

use coretime_audit::{AuditError, Observer};
use coretime_log::Record;
use coretime_types::{
    AccountId, BlockNumber, Call, Command, Event, InstructionNumber, Planck, Region, Sequence,
    SettlementConfirmed,
};
use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

/// What the log says of one block.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The block's hash.
    pub(crate) seen: Option<(Sequence, String)>,
    pub(crate) funds: Vec<(Sequence, u32, AccountId, Planck)>,
    pub(crate) regions: Vec<DepositedRegion>,
    pub(crate) confirmed: Vec<Confirmed>,
}

#[derive(Debug)]
pub(crate) struct DepositedRegion {
    pub(crate) sequence: Sequence,
    pub(crate) event: u32,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) renewable: bool,
}

#[derive(Debug)]
pub(crate) struct Confirmed {
    pub(crate) sequence: Sequence,
    pub(crate) confirmed: SettlementConfirmed,
    pub(crate) call: Call,
    /// What it was submitted in.
    pub(crate) batch: Option<Arc<Batch>>,
}

/// What was submitted together.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) extrinsic_hash: String,
    /// By number.
    pub(crate) instructions: Vec<(InstructionNumber, Call)>,
}

/// Collects what the log says, while that is verified; [`ChainCheck::finish`] compares it with the chain.
#[derive(Debug, Default)]
pub struct ChainCheck {
    pub(crate) blocks: BTreeMap<BlockNumber, Told>,
    open: BTreeMap<InstructionNumber, (Call, Option<Arc<Batch>>)>,
    /// The last command.
    pub(crate) end: Sequence,
}

impl Observer for ChainCheck {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        self.end = record.sequence;
        if events.iter().any(|event| matches!(event, Event::Rejected(_))) {
            return Ok(());
        }
        let sequence = record.sequence;
        match &record.command {
            Command::BlockSeen { number, hash } => {
                self.told(*number).seen = Some((sequence, hash.clone()));
            }
            Command::DepositFunds { account, amount, reference } => {
                self.told(reference.block).funds.push((sequence, reference.event, *account, *amount));
            }
            Command::DepositRegion { account, region, renewable, reference } => {
                let (event, account, region, renewable) = (reference.event, *account, *region, *renewable);
                let deposited = DepositedRegion { sequence, event, account, region, renewable };
                self.told(reference.block).regions.push(deposited);
            }
            Command::SettlementSubmitted(submitted) => {
                let mut instructions: Vec<_> = submitted
                    .instructions
                    .iter()
                    .filter_map(|number| Some((*number, self.open.get(number)?.0)))
                    .collect();
                instructions.sort_unstable_by_key(|(number, _)| *number);
                let extrinsic_hash = submitted.extrinsic_hash.clone();
                let batch = Arc::new(Batch { extrinsic_hash, instructions });
                for number in &submitted.instructions {
                    if let Some((_, last)) = self.open.get_mut(number) {
                        *last = Some(batch.clone());
                    }
                }
            }
            Command::SettlementConfirmed(confirmed) => {
                if let Some((call, batch)) = self.open.remove(&confirmed.instruction) {
                    let (block, confirmed) = (confirmed.block, *confirmed);
                    self.told(block).confirmed.push(Confirmed { sequence, confirmed, call, batch });
                }
            }
            Command::SettlementFailed { instruction, .. } => {
                self.open.remove(instruction);
            }
            _ => {}
        }
        for event in events {
            if let Event::Instruction { number, call } = event {
                self.open.insert(*number, (*call, None));
            }
        }
        Ok(())
    }
}

impl ChainCheck {
    fn told(&mut self, block: BlockNumber) -> &mut Told {
        self.blocks.entry(block).or_default()
    }
}
