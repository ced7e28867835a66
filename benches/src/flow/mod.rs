//! What is played: seeded, and ready before any clock runs.

mod hands;
pub mod plain;
mod shares;
mod terrain;
pub mod windows;

pub use shares::{Kind, Shares};

use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, OrderId, Parts, Planck, Region, RegionId, Replace, SelfTrade, TimeInForce,
    Timeslices, UnitPrice, Window,
};

/// Why a flow could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// All cores of the relay chain hold only so many regions.
    #[error("{regions} regions do not fit into the 65,536 cores of one window")]
    TooManyRegions {
        /// How many were wanted.
        regions: usize,
    },
    /// An order that the flow wanted to trade at once was not filled whole.
    #[error("marketable order {order} left {left} parts over: the other side is too thin")]
    TooThin {
        /// Which.
        order: u64,
        /// What was left of it.
        left: u32,
    },
    /// Nothing of a kind was there to choose from.
    #[error("no {0} to choose from")]
    Nothing(&'static str),
    /// Our market took too long for what comes before the measurement.
    #[error("over the limit: the flow was not made in {seconds} s, {done} commands were done")]
    OverLimit {
        /// How many commands were done.
        done: usize,
        /// The limit, in seconds.
        seconds: u64,
    },
    /// Our market took too long for what was measured.
    #[error(transparent)]
    Stopped(#[from] crate::measure::OverLimit),
    /// Our market rejected a command of the flow.
    #[error("our market rejected {command:?}: {reason:?}")]
    Rejected {
        /// What was rejected.
        command: Box<Command>,
        /// Why.
        reason: coretime_types::RejectReason,
    },
}

/// The account of this number.
pub fn account(number: u16) -> AccountId {
    let mut key = [0x5a; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    AccountId(key)
}

/// Chain references for the deposits of a setup, each later than the one before.
#[derive(Clone, Copy, Debug, Default)]
pub struct References(u64);

impl References {
    /// Begins with this block.
    pub fn from_block(block: u64) -> References {
        References(block * 1_000)
    }

    /// The next one: 1,000 events a block.
    pub fn next_reference(&mut self) -> ChainReference {
        self.0 += 1;
        ChainReference { block: BlockNumber(self.0 / 1_000), event: (self.0 % 1_000) as u32 }
    }
}

/// A deposit of more money than an account can need in any flow.
pub fn deposit_funds(account: AccountId, references: &mut References) -> Command {
    let amount = Planck(1 << 80);
    Command::DepositFunds { account, amount, reference: references.next_reference() }
}

/// A deposit of a region.
pub fn deposit_region(account: AccountId, region: Region, references: &mut References) -> Command {
    Command::DepositRegion { account, region, renewable: false, reference: references.next_reference() }
}

/// Each account counts its orders, and names them so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Vec<u64>);

impl Names {
    pub(crate) fn next(&mut self, account: u16) -> u64 {
        let account = usize::from(account);
        if self.0.len() <= account {
            self.0.resize(account + 1, 0);
        }
        self.0[account] += 1;
        self.0[account]
    }
}

/// A bid that waits, keeps what it buys in custody and wants `parts` in lots of `lot_parts` during `within`.
pub fn bid(
    account: AccountId,
    name: u64,
    unit_price: u64,
    parts: (u32, u32),
    within: Window,
    duration: Timeslices,
) -> Bid {
    let (parts, lot_parts) = parts;
    Bid {
        account,
        terms: BidTerms {
            client_order_id: ClientOrderId(name),
            unit_price: UnitPrice(unit_price),
            parts: Parts(parts),
            lot_parts: Parts(lot_parts),
            within,
            duration,
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        },
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
    }
}

/// An ask that waits and sells a region in lots of `lot_parts` for at least `min_timeslices`.
pub fn ask(
    account: AccountId,
    name: u64,
    unit_price: u64,
    region: RegionId,
    lot_parts: u32,
    min_timeslices: Timeslices,
) -> Ask {
    Ask {
        account,
        client_order_id: ClientOrderId(name),
        unit_price: UnitPrice(unit_price),
        region,
        lot_parts: Parts(lot_parts),
        min_timeslices,
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
        self_trade: SelfTrade::CancelTaker,
    }
}

/// A cancel by the venue's id.
pub fn cancel(account: AccountId, order: u64) -> Command {
    Command::Cancel { account, target: CancelTarget::Order(OrderId(order)), request_id: None }
}

/// A replace that gives an order another price and leaves the rest.
pub fn reprice(account: AccountId, order: u64, unit_price: u64) -> Command {
    Command::Replace(Replace {
        account,
        order_id: OrderId(order),
        unit_price: Some(UnitPrice(unit_price)),
        parts: None,
        min_timeslices: None,
        request_id: None,
    })
}

/// Cuts cores into shares, one after another: no two that it gives out overlap.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cores {
    core: u32,
    /// How many parts of this core are given out.
    used: u32,
}

impl Cores {
    /// The next share: of `parts` parts, or of what is left of a core if that is less. `None` after the last core.
    pub fn share(&mut self, parts: u32) -> Option<(CoreIndex, CoreMask)> {
        let core = CoreIndex(u16::try_from(self.core).ok()?);
        let end = (self.used + parts).min(Parts::CORE.0);
        let mask = CoreMask::FULL.lowest(Parts(end)).without(CoreMask::FULL.lowest(Parts(self.used)));
        self.used = end;
        if end == Parts::CORE.0 {
            *self = Cores { core: self.core + 1, used: 0 };
        }
        Some((core, mask))
    }

    /// Goes on with a fresh core unless `parts` parts are free on this one.
    pub fn make_room(&mut self, parts: u32) {
        if self.used + parts > Parts::CORE.0 {
            *self = Cores { core: self.core + 1, used: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_fill_cores_without_overlap() {
        let mut cores = Cores::default();
        let shares: Vec<_> = [50, 20, 20, 80].into_iter().filter_map(|parts| cores.share(parts)).collect();
        let parts: Vec<_> = shares.iter().map(|(core, mask)| (core.0, mask.parts().0)).collect();
        assert_eq!(parts, [(0, 50), (0, 20), (0, 10), (1, 80)]);
        assert!(!shares[0].1.overlaps(shares[1].1) && !shares[1].1.overlaps(shares[2].1));
        assert_eq!(Cores { core: 65_536, used: 0 }.share(1), None);
    }
}
