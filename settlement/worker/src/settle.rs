//! The newest finalised block: what is under way is given to the node again, what waits is sent.

use crate::{
    Anchor, Settlement, SettlementError,
    chain::{
        AtBlock, Chain, accounts, broker,
        calls::Payload,
        extrinsic::{self, SignedExtrinsic},
        weight,
    },
    flight::{self, Flight},
    ledger::{Open, rejection},
    plan::{Leg, Plan, PlanInput, PlannedCall, plan},
};
use coretime_carving::{ChainRegion, Custody};
use coretime_types::{
    AccountId, BlockNumber, Call, Command, FailureOutcome, InstructionNumber, Mode, Planck, Region, RegionId,
    SettlementSubmitted, Timeslices,
};
use std::collections::BTreeSet;

/// Bytes that are not included are given to the node again after so many blocks.
const RESUBMIT_BLOCKS: u64 = 5;

/// What is waiting and what it is planned on. After each batch it is what the next one may rest on.
struct Site {
    kept: Vec<Region>,
    roots: Vec<ChainRegion>,
    busy: BTreeSet<RegionId>,
    existing: BTreeSet<AccountId>,
    spendable: Planck,
    last_committed: coretime_types::Timeslice,
    urgent_until: coretime_types::Timeslice,
}

impl Settlement {
    /// All blocks up to this one have been read. Sends what waits, as far as nothing stands in its way.
    pub(crate) async fn settle(&mut self, chain: &Chain, at: &AtBlock) -> Result<(), SettlementError> {
        let signer = self.config.signer.account();
        let nonce = accounts::nonce(at, signer).await?;
        let signer_free = accounts::balance(at, signer).await?.free;
        let (open, mode) = self.ledger.query(|market| (Open::all(market), market.mode())).await?;
        let block = BlockNumber(at.block_number());
        let pending = open.len();
        self.attempts.keep(&open.iter().map(|one| one.number).collect());
        let held: BTreeSet<InstructionNumber> =
            open.iter().filter(|one| one.held).map(|one| one.number).collect();
        let (mut flights, mut waiting) = flight::sort(open, block, nonce, signer);
        self.submitted_at.retain(|hash, _| flights.iter().any(|one| one.submission.extrinsic_hash == *hash));
        self.show_flights(&flights);
        self.status.send_modify(|status| {
            status.signer_free = Some(signer_free);
            status.pending_instructions = pending;
        });
        // Frozen, the venue pays nothing out, and gives nothing to the node.
        if mode == Mode::Frozen {
            return Ok(());
        }
        self.resubmit(chain, block, &flights).await;
        if waiting.is_empty() || flights.len() >= self.config.max_in_flight {
            return Ok(());
        }
        if !self.agrees(at).await? {
            tracing::error!(%block, waiting = waiting.len(), "nothing is sent: ledger and chain do not agree");
            return Ok(());
        }
        let Some(mut site) = self.site(at, &waiting, &flights).await? else { return Ok(()) };
        let mut unsuccessful = 0;
        let mut undeliverable = Plan::default();
        // The suspects and those above suspicion are tried in turns: twice nothing means that both have nothing.
        while flights.len() < self.config.max_in_flight && unsuccessful < 2 {
            let chosen = self.attempts.choose(waiting.clone(), block);
            if chosen.is_empty() {
                break;
            }
            let mut plan = plan(self.plan_input(&site, chosen, held.clone()));
            let ended: Vec<InstructionNumber> = plan
                .returned
                .iter()
                .chain(&plan.lost)
                .chain(&plan.stuck)
                .map(|(number, _)| *number)
                .collect();
            waiting.retain(|(number, _)| !ended.contains(number));
            undeliverable.returned.append(&mut plan.returned);
            undeliverable.lost.append(&mut plan.lost);
            undeliverable.stuck.append(&mut plan.stuck);
            if plan.legs.is_empty() {
                unsuccessful += 1;
                continue;
            }
            unsuccessful = 0;
            let free = flight::free_nonce(&flights, signer, nonce);
            let Some(flight) = self.send(chain, at, free, plan.legs, &waiting).await? else { break };
            waiting.retain(|(number, _)| !flight.legs.iter().any(|(sent, _)| sent == number));
            site.occupy(&flight);
            flights.push(flight);
            self.show_flights(&flights);
        }
        self.report_undeliverable(&undeliverable).await
    }

    fn show_flights(&self, flights: &[Flight]) {
        let in_flight = flights.iter().map(|flight| flight.submission.extrinsic_hash.clone()).collect();
        self.status.send_modify(|status| status.in_flight = in_flight);
    }

    async fn site(
        &self,
        at: &AtBlock,
        waiting: &[(InstructionNumber, Call)],
        flights: &[Flight],
    ) -> Result<Option<Site>, SettlementError> {
        let Some(last_committed) = broker::last_committed(at).await? else { return Ok(None) };
        // What begins before the chain will have committed this much more would be late after one more batch.
        let notice = broker::advance_notice(at).await?;
        let urgent_until = last_committed.checked_add(Timeslices(notice.0.saturating_add(2)));
        let existential_deposit = self.info.existential_deposit;
        let custody = accounts::balance(at, self.config.custody).await?;
        let untouchable = existential_deposit.max(custody.frozen);
        let mut existing: BTreeSet<AccountId> = BTreeSet::new();
        for (_, call) in waiting {
            if let Call::Pay { to, amount } = call
                && *amount < existential_deposit
                && accounts::balance(at, *to).await?.exists
            {
                existing.insert(*to);
            }
        }
        // The whole ledger is asked for only when something is to be carved out of it.
        let delivers = waiting.iter().any(|(_, call)| !matches!(call, Call::Pay { .. }));
        let (roots, kept) = if delivers {
            let kept = self.ledger.query(|market| {
                let under_way = market.instructions().filter_map(|one| one.region());
                market.ledger_regions().chain(under_way).collect()
            });
            (broker::regions_of(at, self.config.custody).await?, kept.await?)
        } else {
            (Vec::new(), Vec::new())
        };
        let mut site = Site {
            kept,
            roots,
            busy: BTreeSet::new(),
            existing,
            spendable: custody.free.checked_sub(untouchable).unwrap_or_default(),
            last_committed,
            urgent_until: urgent_until.unwrap_or(last_committed),
        };
        flights.iter().for_each(|flight| site.occupy(flight));
        Ok(Some(site))
    }

    fn plan_input(
        &self,
        site: &Site,
        instructions: Vec<(InstructionNumber, Call)>,
        held: BTreeSet<InstructionNumber>,
    ) -> PlanInput {
        PlanInput {
            instructions,
            held,
            kept: site.kept.clone(),
            custody: Custody::new(site.roots.iter().copied()),
            busy: site.busy.clone(),
            last_committed: site.last_committed,
            urgent_until: site.urgent_until,
            existential_deposit: self.info.existential_deposit,
            spendable: site.spendable,
            existing: site.existing.clone(),
            can_interlace: self.info.can_interlace,
            max_legs: self.config.max_legs,
            max_calls: self.config.max_calls,
        }
    }

    async fn report_undeliverable(&self, plan: &Plan) -> Result<(), SettlementError> {
        for (number, reason) in &plan.returned {
            self.ledger.fail(*number, FailureOutcome::Returned, reason.clone()).await?;
        }
        for (number, reason) in &plan.lost {
            self.ledger.fail(*number, FailureOutcome::Lost, reason.clone()).await?;
        }
        // It is planned again every block; it is told once.
        let told = self.status.borrow().stuck.clone();
        for (instruction, reason) in plan.stuck.iter().filter(|stuck| !told.contains(stuck)) {
            tracing::error!(%instruction, reason, "an instruction cannot be carried out as things are");
        }
        self.status.send_modify(|status| status.stuck.clone_from(&plan.stuck));
        Ok(())
    }

    /// Signs the batch, has it recorded, and only then gives it to the node.
    async fn send(
        &mut self,
        chain: &Chain,
        at: &AtBlock,
        nonce: u64,
        mut legs: Vec<Leg>,
        waiting: &[(InstructionNumber, Call)],
    ) -> Result<Option<Flight>, SettlementError> {
        let (signed, cost) = self.sign_what_fits(at, nonce, &mut legs).await?;
        let calls: usize = legs.iter().map(|leg| leg.calls.len()).sum();
        let submitted = SettlementSubmitted {
            instructions: legs.iter().map(|leg| leg.instruction).collect(),
            extrinsic_hash: signed.hash.clone(),
            nonce: signed.nonce,
            valid_until_block: signed.valid_until,
            extrinsic: signed.bytes,
        };
        let receipt = self.ledger.submit(Command::SettlementSubmitted(submitted.clone())).await?;
        if let Some(reason) = rejection(&receipt) {
            tracing::error!(reason = reason.name(), "the market knows nothing of a batch that was planned");
            return Ok(None);
        }
        let block = BlockNumber(at.block_number());
        let (hash, fee) = (&submitted.extrinsic_hash, cost.fee);
        tracing::info!(%block, hash, legs = legs.len(), calls, nonce, %fee, "submitting a batch");
        self.give(chain, block, &submitted).await;
        let legs = waiting.iter().filter(|(number, _)| submitted.instructions.contains(number)).copied();
        Ok(Some(Flight { legs: legs.collect(), submission: submitted.into() }))
    }

    /// Leaves out the last legs until the batch is no heavier than it may be. The first ones do not rest on them.
    async fn sign_what_fits(
        &self,
        at: &AtBlock,
        nonce: u64,
        legs: &mut Vec<Leg>,
    ) -> Result<(SignedExtrinsic, weight::Cost), SettlementError> {
        let limit = weight::largest_extrinsic(at)?.share(self.config.max_weight_percent);
        let remark = Anchor::from(self.ledger.0.durable_position()).to_string();
        loop {
            let calls: Vec<PlannedCall> = legs.iter().flat_map(|leg| leg.calls.iter().copied()).collect();
            let payload = Payload::batch(&calls, &remark, self.config.proxy_for());
            let signed =
                extrinsic::sign(at, &payload, &self.config.signer, nonce, self.config.mortality_blocks)?;
            let cost = weight::cost(at, &signed.bytes).await?;
            if cost.weight.fits_into(limit) || legs.len() <= 1 {
                return Ok((signed, cost));
            }
            legs.truncate(legs.len() * 3 / 4);
        }
    }

    async fn resubmit(&mut self, chain: &Chain, block: BlockNumber, flights: &[Flight]) {
        for flight in flights {
            let hash = &flight.submission.extrinsic_hash;
            let last = self.submitted_at.get(hash);
            let due = last.is_none_or(|last| block.0 >= last.0.saturating_add(RESUBMIT_BLOCKS));
            if due && !flight.submission.extrinsic.is_empty() {
                tracing::info!(%block, hash, "submitting a batch again, unchanged");
                self.give(chain, block, &flight.submission).await;
            }
        }
    }

    /// What the node answers decides nothing: only finalised blocks do.
    async fn give(&mut self, chain: &Chain, block: BlockNumber, batch: &SettlementSubmitted) {
        self.submitted_at.insert(batch.extrinsic_hash.clone(), block);
        if let Err(error) = chain.submit(&batch.extrinsic).await {
            tracing::warn!(%error, "the node did not take a batch; it will be submitted again");
            self.status.send_modify(|status| status.last_error = Some(error.to_string()));
        }
    }
}

impl Site {
    /// What this batch may do is not to be rested on, nor to be undone.
    fn occupy(&mut self, flight: &Flight) {
        for (_, call) in &flight.legs {
            match call {
                Call::Pay { amount, .. } => {
                    self.spendable = self.spendable.checked_sub(*amount).unwrap_or_default();
                }
                Call::Transfer { region, .. } | Call::Assign { region, .. } => {
                    let root = self.roots.iter().find(|root| root.region.contains(region));
                    self.busy.extend(root.map(|root| root.region.id()));
                }
            }
        }
    }
}
