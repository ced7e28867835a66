//! The regions in the ledger: free ones, and pieces under asks.

use crate::accounts::AccountIndex;
use crate::directory::Directory;
use crate::groups::Groups;
use crate::pool::Pool;
use crate::slots::{OrderSlot, RegionSlot, Slot};
use crate::table::{Key, Seeds};
use codec::{Decode, Encode};
use coretime_types::{AccountId, CoreIndex, Parts, Region, RegionId, Timeslice};

/// A region held by an account, under no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FreeRegion {
    /// The owner.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Whether the chain records a price paid for it (rule 4.6).
    pub renewable: bool,
}

/// A region under an ask, or what fills left over of it (rule 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Piece {
    /// The region.
    pub region: Region,
    /// Whether the chain records a price paid for it (rule 4.6).
    pub renewable: bool,
}

/// A region's id as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RegionKey(u64, u64);

impl From<RegionId> for RegionKey {
    fn from(id: RegionId) -> Self {
        let mask = id.mask.to_bits();
        let upper = u64::from(id.begin.0) << 32 | u64::from(id.core.0) << 16 | (mask >> 64) as u64;
        RegionKey(upper, mask as u64)
    }
}

impl Key for RegionKey {
    fn hash(self, seeds: &Seeds) -> u64 {
        seeds.mix(self.0, self.1)
    }
}

/// A region in the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    pub(crate) piece: Piece,
    pub(crate) account: AccountIndex,
    /// It leaves the ledger when the clock comes here: at its end, or, if that was past already, as soon as it moves.
    pub(crate) leaves_at: Timeslice,
    /// The ask that sells it.
    pub(crate) under: Option<OrderSlot>,
    /// Under an ask: whether it can still be sold (section 2).
    pub(crate) is_live: bool,
    /// Under an ask: its neighbours in time.
    pub(crate) previous: Option<RegionSlot>,
    pub(crate) next: Option<RegionSlot>,
}

impl Holding {
    pub(crate) fn region(&self) -> &Region {
        &self.piece.region
    }

    /// Whether it is a whole core with a renewal right.
    pub(crate) fn is_renewal(&self) -> bool {
        self.piece.renewable && self.piece.region.mask.parts() == Parts::CORE
    }
}

/// All regions in the ledger. Ids are unique: regions of one id would share core time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regions {
    slots: Pool<Holding>,
    by_id: Directory<RegionKey, RegionSlot>,
    by_account: Groups,
    by_core: Groups,
    by_leaving: Groups,
}

impl Regions {
    pub(crate) fn get(&self, slot: RegionSlot) -> &Holding {
        &self.slots[slot.index()]
    }

    /// `None` if the region has left the ledger and no other has come to its slot.
    pub(crate) fn get_kept(&self, slot: RegionSlot) -> Option<&Holding> {
        self.slots.get(slot.index())
    }

    pub(crate) fn get_mut(&mut self, slot: RegionSlot) -> &mut Holding {
        &mut self.slots[slot.index()]
    }

    pub(crate) fn find(&self, id: RegionId) -> Option<RegionSlot> {
        self.by_id.find(id.into(), |slot| self.get(slot).region().id() == id)
    }

    /// Probably the region of this id, without reading it.
    pub(crate) fn guess(&self, id: RegionId) -> Option<RegionSlot> {
        self.by_id.find(id.into(), |_| true)
    }

    /// Fetches what [`Regions::find`] will read, without waiting for it.
    pub(crate) fn look_at_id(&self, id: RegionId) {
        self.by_id.look_at(id.into());
    }

    /// Fetches a region and its links, without waiting for them.
    pub(crate) fn look_at(&self, slot: RegionSlot) {
        self.slots.look_at(slot.index());
        self.by_core.look_at(slot.number());
        self.by_leaving.look_at(slot.number());
    }

    /// Fetches what cutting something off a region will change, without waiting for it.
    pub(crate) fn look_around(&self, slot: RegionSlot) {
        self.look_at_id(self.get(slot).region().id());
        self.by_core.look_around(slot.number());
        self.by_leaving.look_around(slot.number());
    }

    /// Takes a region in. After a removal it gets the slot that became empty last.
    pub(crate) fn insert(&mut self, holding: Holding) -> RegionSlot {
        let slot = RegionSlot::new(self.slots.insert(holding));
        self.by_id.insert(holding.region().id().into(), slot);
        self.by_account.insert(holding.account.0, slot.number());
        self.by_core.insert(holding.region().core.0.into(), slot.number());
        self.by_leaving.insert(holding.leaves_at.0, slot.number());
        slot
    }

    pub(crate) fn remove(&mut self, slot: RegionSlot) -> Holding {
        let holding = self.slots.remove(slot.index());
        self.by_id.remove(holding.region().id().into(), slot);
        self.by_account.remove(holding.account.0, slot.number());
        self.by_core.remove(holding.region().core.0.into(), slot.number());
        self.by_leaving.remove(holding.leaves_at.0, slot.number());
        holding
    }

    /// Takes in what was cut off a region in the ledger: much of what it is in, so is this.
    pub(crate) fn insert_beside(&mut self, other: RegionSlot, holding: Holding) -> RegionSlot {
        let slot = RegionSlot::new(self.slots.insert(holding));
        let &Holding { account, leaves_at, .. } = self.get(other);
        self.by_id.insert(holding.region().id().into(), slot);
        if account == holding.account {
            self.by_account.insert_beside(other.number(), slot.number());
        } else {
            self.by_account.insert(holding.account.0, slot.number());
        }
        self.by_core.insert_beside(other.number(), slot.number());
        if leaves_at == holding.leaves_at {
            self.by_leaving.insert_beside(other.number(), slot.number());
        } else {
            self.by_leaving.insert(holding.leaves_at.0, slot.number());
        }
        slot
    }

    /// Cuts a region: it is this part of itself from now on. Says what it was.
    pub(crate) fn cut(&mut self, slot: RegionSlot, part: Piece, leaves_at: Timeslice) -> (Piece, Timeslice) {
        let holding = self.get_mut(slot);
        let before = std::mem::replace(&mut holding.piece, part);
        let left_at = std::mem::replace(&mut holding.leaves_at, leaves_at);
        self.by_id.remove(before.region.id().into(), slot);
        self.by_id.insert(part.region.id().into(), slot);
        if left_at != leaves_at {
            self.by_leaving.remove(left_at.0, slot.number());
            self.by_leaving.insert(leaves_at.0, slot.number());
        }
        (before, left_at)
    }

    /// Changes the owner; says who it was.
    pub(crate) fn give(&mut self, slot: RegionSlot, account: AccountIndex) -> AccountIndex {
        let before = std::mem::replace(&mut self.get_mut(slot).account, account);
        self.by_account.remove(before.0, slot.number());
        self.by_account.insert(account.0, slot.number());
        before
    }

    /// In no particular order.
    pub(crate) fn of_account(&self, account: AccountIndex) -> impl Iterator<Item = &Holding> {
        self.by_account.of(account.0).map(|slot| self.get(RegionSlot::new(slot)))
    }

    /// In no particular order.
    pub(crate) fn of_core(&self, core: CoreIndex) -> impl Iterator<Item = &Region> {
        self.by_core.of(core.0.into()).map(|slot| self.get(RegionSlot::new(slot)).region())
    }

    /// Those that leave after `before` and not after `now`.
    pub(crate) fn leaving(&self, before: Timeslice, now: Timeslice) -> Vec<RegionSlot> {
        self.by_leaving.within(before.0.saturating_add(1), now.0).into_iter().map(RegionSlot::new).collect()
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Holding> {
        self.slots.iter()
    }

    /// An ask's pieces from this one on, by begin.
    pub(crate) fn pieces_from(
        &self,
        first: Option<RegionSlot>,
    ) -> impl Iterator<Item = (RegionSlot, &Holding)> {
        let mut next = first;
        std::iter::from_fn(move || {
            let slot = next?;
            let holding = self.get(slot);
            next = holding.next;
            Some((slot, holding))
        })
    }
}
