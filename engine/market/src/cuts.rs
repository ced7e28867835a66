//! Cuts by the owner of a free region (section 5): in the ledger, a right, not yet a call.

use crate::carve::partition;
use crate::market::Market;
use crate::regions::Piece;
use crate::slots::RegionSlot;
use coretime_types::{AccountId, CoreMask, Region, RegionId, RejectReason, Rejection, RequestId, Timeslice};

impl Market {
    /// Section 5: the owner cuts a free region in time, strictly inside of it.
    pub(crate) fn partition(
        &mut self,
        account: AccountId,
        id: RegionId,
        pivot: Timeslice,
        request_id: Option<RequestId>,
    ) -> Result<(), Rejection> {
        let slot = self.may_cut(account, id, request_id)?;
        let piece = self.state.regions.get(slot).piece;
        if pivot <= piece.region.begin || pivot >= piece.region.end {
            return Err(RejectReason::InvalidPivot.into());
        }
        self.has_room(slot)?;
        let (head, tail) = partition(&piece, pivot);
        self.cut(slot, [head, tail]);
        self.state.remember_request(account, request_id);
        Ok(())
    }

    /// Section 5: the owner cuts a free region by share: some of its parts, not all. Section 3: not with interlacing
    /// off.
    pub(crate) fn interlace(
        &mut self,
        account: AccountId,
        id: RegionId,
        mask: CoreMask,
        request_id: Option<RequestId>,
    ) -> Result<(), Rejection> {
        let slot = self.may_cut(account, id, request_id)?;
        if !self.state.settings.interlacing {
            return Err(RejectReason::InterlacingDisabled.into());
        }
        let piece = self.state.regions.get(slot).piece;
        let whole = piece.region.mask;
        if mask.is_empty() || mask == whole || !whole.contains(mask) {
            return Err(RejectReason::InvalidPivot.into());
        }
        self.has_room(slot)?;
        let with = |mask| Piece { region: Region { mask, ..piece.region }, ..piece };
        self.cut(slot, [with(mask), with(whole.without(mask))]);
        self.state.remember_request(account, request_id);
        Ok(())
    }

    fn may_cut(
        &self,
        account: AccountId,
        id: RegionId,
        request_id: Option<RequestId>,
    ) -> Result<RegionSlot, Rejection> {
        let account = self.state.accounts.find(account);
        self.not_suspended(account)?;
        self.not_repeated(account, request_id)?;
        self.free_region(account, id)
    }

    /// Section 1, `max_regions_per_account`: free regions and pieces under asks. A cut makes one more.
    fn has_room(&self, slot: RegionSlot) -> Result<(), Rejection> {
        let account = self.state.regions.get(slot).account;
        if self.state.accounts.get(account).regions >= self.state.settings.max_regions_per_account {
            return Err(RejectReason::TooManyRegions.into());
        }
        Ok(())
    }

    fn cut(&mut self, slot: RegionSlot, pieces: [Piece; 2]) {
        let account = self.state.remove_region(slot).account;
        for piece in pieces {
            self.state.insert_region(account, piece);
        }
    }
}
