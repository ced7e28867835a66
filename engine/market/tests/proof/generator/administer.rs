//! Everything but orders: deposits, withdrawals, cuts, settlement, the clock, settings, modes.

use super::{Generator, Profile, id_of};
use crate::model::{Model, mask_of};
use coretime_types::{
    BlockNumber, ChainReference, Command, CoreIndex, FailureOutcome, InstructionNumber, Mode, OutflowLimit,
    OutflowScope, PartTimeslices, Parts, Planck, Ppm, Region, SettingsChange, SettlementConfirmed,
    SettlementSubmitted, Timeslice,
};

impl Generator {
    /// Mostly the next reference; sometimes the same again, an earlier one, or far later ones.
    fn reference(&mut self) -> ChainReference {
        match self.rng.u32(0..16) {
            0 => {}
            1 => self.event = self.event.saturating_sub(2),
            2..5 => (self.block, self.event) = (self.block + 1, 0),
            _ => self.event += 1,
        }
        let block = if self.one_in(20) { self.block.saturating_sub(1) } else { self.block };
        ChainReference { block: BlockNumber(block), event: self.event }
    }

    pub(super) fn deposit_funds(&mut self) -> Command {
        let last = self.accounts.len() - 1;
        let account = self.accounts[self.rng.usize(0..last)];
        let amount = match self.rng.u32(0..30) {
            0 => self.choose([0, u128::MAX]),
            1..12 if self.profile == Profile::Rich => u128::MAX / self.rng.u128(2..6),
            _ => self.rng.u128(1..200_000),
        };
        Command::DepositFunds { account, amount: Planck(amount), reference: self.reference() }
    }

    pub(super) fn deposit_region(&mut self, model: &Model) -> Command {
        let (begin, end) = if self.one_in(3) {
            let begin = model.now.saturating_sub(3).saturating_add(self.rng.u32(0..20));
            (begin, begin.saturating_add(self.rng.u32(1..16)))
        } else {
            // The same windows on all cores.
            let begin = (model.now / 8 + self.rng.u32(0..3)).saturating_mul(8);
            (begin, begin.saturating_add(8))
        };
        let end =
            if self.one_in(40) { self.choose([begin, begin.saturating_sub(1), model.now]) } else { end };
        let core = if self.one_in(60) { u16::MAX } else { self.rng.u16(0..4) };
        let bits = if self.one_in(60) { 0 } else { self.bits() };
        let region = Region {
            core: CoreIndex(core),
            begin: Timeslice(begin),
            end: Timeslice(end),
            mask: mask_of(bits),
        };
        let account = self.any_account();
        Command::DepositRegion { account, region, renewable: self.rng.bool(), reference: self.reference() }
    }

    pub(super) fn cut(&mut self, model: &Model) -> Command {
        let (account, parcel) = self.free_region(model);
        let (region, request_id) = (id_of(&parcel), self.request());
        if self.rng.bool() {
            let pivot = Timeslice(self.rng.u32(parcel.begin..=parcel.end));
            return Command::Partition { account, region, pivot, request_id };
        }
        let bits = match self.rng.u32(0..8) {
            0 => self.choose([0, parcel.bits, 1 << 79]),
            1 => self.bits(),
            _ => parcel.bits & self.rng.u128(..),
        };
        Command::Interlace { account, region, mask: mask_of(bits), request_id }
    }

    pub(super) fn withdraw(&mut self, model: &Model) -> Command {
        let request_id = self.request();
        if self.rng.bool() {
            let (account, parcel) = self.free_region(model);
            return Command::WithdrawRegion { account, region: id_of(&parcel), request_id };
        }
        let account = self.any_account();
        let free = model.free_funds(account);
        let fee = model.settings.withdrawal_fee.0;
        let amount = match self.rng.u32(0..12) {
            0 => 0,
            1 => model.settings.min_withdrawal.0 - 1,
            2 => model.settings.min_withdrawal.0,
            // All there is, and one more.
            3 => free.saturating_sub(fee),
            4 => free.saturating_sub(fee).saturating_add(1),
            5 => self.choose([u128::MAX, u128::MAX - fee]),
            _ => self.rng.u128(1..3_000),
        };
        Command::WithdrawFunds { account, amount: Planck(amount), request_id }
    }

    pub(super) fn settle(&mut self, model: &Model) -> Command {
        let open: Vec<_> = model.instructions.iter().map(|instruction| instruction.number).collect();
        let number = self.pick(&open).unwrap_or(1);
        let number = if self.one_in(12) { self.rng.u64(0..model.next_instruction + 1) } else { number };
        let instruction = InstructionNumber(number);
        match self.rng.u32(0..8) {
            0..3 => Command::SettlementConfirmed(SettlementConfirmed {
                instruction,
                block: BlockNumber(self.block),
                extrinsic_index: 0,
                chain_fee: Planck(1),
            }),
            3..6 => {
                let outcome = self.choose([FailureOutcome::Returned, FailureOutcome::Lost]);
                Command::SettlementFailed { instruction, outcome, reason: String::new() }
            }
            _ => {
                let mut instructions = vec![instruction];
                if self.one_in(3) {
                    instructions.extend(self.pick(&open).map(InstructionNumber));
                }
                if self.one_in(6) {
                    instructions.clear();
                }
                Command::SettlementSubmitted(SettlementSubmitted {
                    instructions,
                    extrinsic_hash: "0x01".to_owned(),
                    nonce: self.step,
                    valid_until_block: BlockNumber(self.block + 64),
                    extrinsic: vec![1, 2, 3],
                })
            }
        }
    }

    /// Sets, changes or takes away an outflow limit, or approves what is held.
    pub(super) fn outflow(&mut self, model: &Model) -> Command {
        let held: Vec<_> = model.instructions.iter().filter(|one| one.held).map(|one| one.number).collect();
        if !held.is_empty() && self.one_in(2) || self.one_in(8) {
            let number = self.pick(&held).filter(|_| !self.one_in(6));
            let number = number.unwrap_or_else(|| self.rng.u64(0..model.next_instruction + 1));
            return Command::ApproveOutflow { instruction: InstructionNumber(number) };
        }
        let scope = match self.rng.u32(0..4) {
            0 => OutflowScope::Venue,
            1 => OutflowScope::EachAccount,
            _ => OutflowScope::Account(self.any_account()),
        };
        let funds = self.rng.bool().then(|| Planck(self.choose([0, 1_000, 3_000, 10_000, u128::MAX])));
        let regions = self.rng.bool().then(|| PartTimeslices(self.choose([0, 80, 640, 2_000, u128::MAX])));
        let limit = (!self.one_in(3)).then_some(OutflowLimit { funds, regions });
        Command::LimitOutflow { scope, limit }
    }

    pub(super) fn clock(&mut self, model: &Model) -> Command {
        let step = match self.rng.u32(0..12) {
            0 => 0,
            1 => self.rng.u32(2..9),
            2 => return Command::AdvanceClock { tradable_from: Timeslice(model.now.saturating_sub(1)) },
            _ => 1,
        };
        Command::AdvanceClock { tradable_from: Timeslice(model.now.saturating_add(step)) }
    }

    pub(super) fn configure(&mut self, model: &Model) -> Command {
        let mut change = SettingsChange::default();
        match self.rng.u32(0..20) {
            0..6 => {
                let taker = self.choose([0, 1, 300, 999, 50_000, 100_000]);
                let maker = self.choose([-100_000, -50_000, -700, -1, 0, 1, 300, 2_000, 100_000]);
                (change.taker_ppm, change.maker_ppm) = (Some(Ppm(taker)), Some(Ppm(maker)));
            }
            6 => change.taker_ppm = Some(Ppm(self.choose([-1, 100_001, i32::MAX, i32::MIN]))),
            7 => change.maker_ppm = Some(Ppm(self.choose([-100_001, 100_001, i32::MAX, i32::MIN]))),
            8 => change.fee_account = Some(self.any_account()),
            9..11 => change.min_fill_notional = Some(self.choose([0, 0, 0, 30, 200, 1_000])),
            11 => change.delivery_fee = Some(self.choose([0, 7, 100])),
            12 => change.withdrawal_fee = Some(self.choose([0, 3, 500])),
            13 => change.min_withdrawal = Some(self.choose([0, 1, 1, 50])),
            14 => change.min_lot_parts = Some(Parts(self.choose([0, 1, 2, 3, 8, 80, 81]))),
            15 => change.max_orders = Some((model.bids.len() + model.asks.len()) as u32),
            16 => change.max_orders_per_account = Some(self.rng.u32(0..4)),
            17 => change.max_regions_per_account = Some(self.rng.u32(0..12)),
            _ => change.interlacing = Some(self.rng.bool()),
        }
        Command::Configure(change)
    }

    /// Limits, modes and suspensions that stop most of the stream do not last.
    pub(super) fn back_to_normal(&mut self, model: &Model) -> Option<Command> {
        let mut change = SettingsChange::default();
        let settings = &model.settings;
        if settings.max_orders < u32::MAX {
            change.max_orders = Some(u32::MAX);
        }
        if settings.max_orders_per_account < u32::MAX {
            change.max_orders_per_account = Some(u32::MAX);
        }
        if settings.min_fill_notional.0 > 200 {
            change.min_fill_notional = Some(0);
        }
        if settings.delivery_fee.0 > 5_000 {
            change.delivery_fee = Some(0);
        }
        if settings.withdrawal_fee.0 > 5_000 {
            change.withdrawal_fee = Some(0);
        }
        if settings.min_lot_parts.0 > 3 {
            change.min_lot_parts = Some(Parts(1));
        }
        if model.mode() != Mode::Open && self.one_in(8) {
            let cause = model.freezes.iter().chain(&model.halts).next();
            return cause.map(|cause| Command::Resume { cause: cause.clone() });
        }
        let suspended = model.accounts.iter().find(|account| account.suspended).map(|account| account.id);
        if let Some(account) = suspended.filter(|_| self.one_in(20)) {
            return Some(Command::Unsuspend { account });
        }
        if (!settings.interlacing || self.one_in(12))
            && self.one_in(16)
            && model.bids.len() + model.asks.len() == 0
        {
            return Some(Command::Configure(SettingsChange {
                interlacing: Some(!settings.interlacing),
                ..SettingsChange::default()
            }));
        }
        let tight = change != SettingsChange::default();
        (tight && self.one_in(12)).then_some(Command::Configure(change))
    }

    /// Closes the book, or an account, now and then; keeps it small otherwise.
    pub(super) fn close(&mut self, model: &Model) -> Command {
        let account = self.any_account();
        let cause = self.choose(["operator", "chain", "audit"]).to_owned();
        match self.rng.u32(0..10) {
            0 => Command::Halt { cause },
            1 => Command::Freeze { cause },
            2 => Command::Suspend { account },
            3 => Command::Unsuspend { account },
            4..8 if model.bids.len() + model.asks.len() < 24 => self.deposit_region(model),
            _ => Command::CancelAll { account, side: None, request_id: None },
        }
    }

    pub(super) fn administer(&mut self, model: &Model) -> Command {
        let account = self.any_account();
        match self.rng.u32(0..5) {
            0 => Command::Resume { cause: "chain".to_owned() },
            1 => {
                let number = BlockNumber(self.block.saturating_sub(self.rng.u64(0..3)));
                Command::BlockSeen { number, hash: format!("hash {}", self.step) }
            }
            2 => {
                let amount = self.choose([0, 1, model.free_funds(model.settings.fee_account), u128::MAX]);
                Command::Compensate { account, amount: Planck(amount), reason: String::new() }
            }
            3 => Command::Compensate { account, amount: Planck(5), reason: "late".to_owned() },
            _ => Command::CancelAll { account, side: None, request_id: self.request() },
        }
    }
}
