//! Seeded streams of commands, valid and not, over few accounts, few cores and a short horizon, so that states collide.
//!
//! The generator looks at the model to aim: a bid at a piece, a cancel at a live order, a confirmation at an
//! instruction. A stream, once made, is a plain list of commands, so it can be cut down.

mod administer;
mod extremes;
mod trade;

use crate::model::{Model, Parcel, mask_of};
use coretime_types::{AccountId, Command, RegionId, RequestId, Timeslice};
use fastrand::Rng;

/// What a stream is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    /// Small numbers only.
    Small,
    /// Extremes of every field mixed in.
    Wild,
    /// As `Wild`, near the end of time.
    Late,
    /// As `Wild`, with as much money as can be counted.
    Rich,
}

pub(crate) struct Generator {
    rng: Rng,
    profile: Profile,
    accounts: Vec<AccountId>,
    /// The next deposit's block and event.
    block: u64,
    event: u32,
    step: u64,
}

/// All accounts that streams speak of; the first is the fee account at first.
pub(crate) fn accounts() -> Vec<AccountId> {
    (0..6).map(|byte| AccountId([byte; 32])).collect()
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Generator {
        let mut rng = Rng::with_seed(seed);
        let profile = match rng.u32(0..12) {
            0..6 => Profile::Small,
            6..10 => Profile::Wild,
            10 => Profile::Late,
            _ => Profile::Rich,
        };
        Generator { rng, profile, accounts: accounts(), block: 1, event: 0, step: 0 }
    }

    /// The next command of the stream, aimed at the state that the model is in.
    pub(crate) fn command(&mut self, model: &Model) -> Command {
        self.step += 1;
        if let Some(command) = self.opening() {
            return command;
        }
        if let Some(command) = self.back_to_normal(model) {
            return command;
        }
        let command = match self.rng.u32(0..100) {
            0..27 => self.place_bid(model),
            27..48 => self.place_ask(model),
            48..56 => self.replace(model),
            56..60 => self.cancel(model),
            60..63 => self.basket(model),
            63..66 => self.quote(model),
            66..76 => self.deposit_region(model),
            76..78 => self.deposit_funds(),
            78..80 => self.cut(model),
            80..83 => self.withdraw(model),
            83..89 => self.settle(model),
            89..93 => self.clock(model),
            93..97 => self.configure(model),
            97..98 => self.close(model),
            98..99 => self.outflow(model),
            _ => self.administer(model),
        };
        if self.profile != Profile::Small && self.one_in(25) { self.twist(command) } else { command }
    }

    /// Every stream begins with some money, and near the end of time if it is about that.
    fn opening(&mut self) -> Option<Command> {
        match (self.step, self.profile) {
            (1, Profile::Late) => {
                let tradable_from = Timeslice(u32::MAX - self.rng.u32(20..80));
                Some(Command::AdvanceClock { tradable_from })
            }
            // Some begin late in a day of the clock, so that another one begins.
            (1, _) if self.rng.bool() => {
                Some(Command::AdvanceClock { tradable_from: Timeslice(self.rng.u32(100..180)) })
            }
            (2..=4, _) => Some(self.deposit_funds()),
            _ => None,
        }
    }

    fn one_in(&mut self, times: u32) -> bool {
        self.rng.u32(0..times) == 0
    }

    fn any_account(&mut self) -> AccountId {
        // One account is used seldom, so that it is often without money.
        let last = self.accounts.len() - 1;
        let index = if self.one_in(12) { last } else { self.rng.usize(0..last) };
        self.accounts[index]
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.rng.usize(0..items.len())].clone())
    }

    fn choose<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        items[self.rng.usize(0..N)]
    }

    /// Mostly none, sometimes one that was used before.
    fn request(&mut self) -> Option<RequestId> {
        match self.rng.u32(0..10) {
            0 => Some(RequestId(self.rng.u64(0..30))),
            1..3 => Some(RequestId(self.rng.u64(..))),
            _ => None,
        }
    }

    /// A mask: all of the core, a half, a run of parts, or any parts.
    fn bits(&mut self) -> u128 {
        let full = (1u128 << 80) - 1;
        match self.rng.u32(0..10) {
            0..5 => full,
            5 => full >> 40,
            6 => full << 40 & full,
            7 => (full >> self.rng.u32(60..80)) << self.rng.u32(0..60),
            8 => 0xff << self.rng.u32(0..72),
            _ => self.rng.u128(..) & full,
        }
    }

    /// A free region and its owner; now and then of another account, or none at all.
    fn free_region(&mut self, model: &Model) -> (AccountId, Parcel) {
        let mut account = self.any_account();
        let nothing = Parcel { core: 9, begin: 1, end: 5, bits: self.bits(), renewable: false };
        let of_account: Vec<_> = model.free.iter().filter(|owned| owned.account == account).collect();
        let owned = self.pick(&of_account).cloned().or_else(|| self.pick(&model.free));
        let parcel = owned.map_or(nothing, |owned| {
            account = owned.account;
            owned.parcel
        });
        if self.one_in(30) {
            account = self.any_account();
        }
        (account, if self.one_in(40) { nothing } else { parcel })
    }
}

pub(crate) fn id_of(parcel: &Parcel) -> RegionId {
    RegionId { mask: mask_of(parcel.bits), ..parcel.region().id() }
}
