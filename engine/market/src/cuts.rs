//! Cuts by the owner of a free region (section 5): in the ledger, a right, not yet a call.

use crate::carve::partition;
use crate::market::Market;
use crate::order::{FreeRegion, Piece};
use coretime_types::{AccountId, CoreMask, Region, RegionId, RejectReason, Rejection, RequestId, Timeslice};

impl Market {
    pub(crate) fn partition(
        &mut self,
        account: AccountId,
        id: RegionId,
        pivot: Timeslice,
        request_id: Option<RequestId>,
    ) -> Result<(), Rejection> {
        let free = self.may_cut(account, id, request_id)?;
        if pivot <= free.region.begin || pivot >= free.region.end {
            return Err(RejectReason::InvalidPivot.into());
        }
        self.has_room(account)?;
        let (head, tail) = partition(&Piece { region: free.region, renewable: free.renewable }, pivot);
        self.replace_free(id, account, [head, tail]);
        self.state.remember_request(account, request_id);
        Ok(())
    }

    pub(crate) fn interlace(
        &mut self,
        account: AccountId,
        id: RegionId,
        mask: CoreMask,
        request_id: Option<RequestId>,
    ) -> Result<(), Rejection> {
        let free = self.may_cut(account, id, request_id)?;
        if !self.state.settings.interlacing {
            return Err(RejectReason::InterlacingDisabled.into());
        }
        let whole = free.region.mask;
        if mask.is_empty() || mask == whole || !whole.contains(mask) {
            return Err(RejectReason::InvalidPivot.into());
        }
        self.has_room(account)?;
        let with = |mask| Piece { region: Region { mask, ..free.region }, renewable: free.renewable };
        self.replace_free(id, account, [with(mask), with(whole.without(mask))]);
        self.state.remember_request(account, request_id);
        Ok(())
    }

    fn may_cut(
        &self,
        account: AccountId,
        id: RegionId,
        request_id: Option<RequestId>,
    ) -> Result<FreeRegion, Rejection> {
        self.not_suspended(account)?;
        self.not_repeated(account, request_id)?;
        self.free_region(account, id)
    }

    /// A cut makes one region more.
    fn has_room(&self, account: AccountId) -> Result<(), Rejection> {
        let regions = self.state.accounts.get(&account).map_or(0, |account| account.regions());
        if regions >= u64::from(self.state.settings.max_regions_per_account) {
            return Err(RejectReason::TooManyRegions.into());
        }
        Ok(())
    }

    fn replace_free(&mut self, id: RegionId, account: AccountId, pieces: [Piece; 2]) {
        self.state.remove_free(id);
        for Piece { region, renewable } in pieces {
            self.state.insert_free(FreeRegion { account, region, renewable });
        }
    }
}
