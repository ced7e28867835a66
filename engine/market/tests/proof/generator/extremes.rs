//! Extremes of every field: one number of a command becomes a very small or a very large one.

use super::{Generator, Profile};
use coretime_types::{
    Ask, BidTerms, BlockNumber, Command, Parts, Planck, QuoteOrder, Timeslice, Timeslices, UnitPrice, Window,
};

impl Generator {
    fn extreme32(&mut self) -> u32 {
        self.choose([0, 1, 79, 80, 81, u32::MAX - 1, u32::MAX])
    }

    fn extreme64(&mut self) -> u64 {
        self.choose([0, 1, u64::from(u32::MAX), u64::MAX / 1_000_000, u64::MAX - 1, u64::MAX])
    }

    fn extreme128(&mut self) -> u128 {
        self.choose([0, 1, u128::from(u64::MAX), u128::MAX / 2, u128::MAX - 1, u128::MAX])
    }

    fn twist_terms(&mut self, terms: &mut BidTerms) {
        match self.rng.u32(0..8) {
            0 => terms.unit_price = UnitPrice(self.extreme64()),
            1 => terms.parts = Parts(self.extreme32()),
            2 => terms.lot_parts = Parts(self.extreme32()),
            3 => terms.within.begin = Timeslice(self.extreme32()),
            4 => terms.within.end = Timeslice(self.extreme32()),
            5 => terms.duration = Timeslices(self.extreme32()),
            // As long as time.
            6 => {
                terms.within = Window { begin: Timeslice(0), end: Timeslice(u32::MAX) };
                terms.duration = Timeslices(u32::MAX - self.rng.u32(0..2));
            }
            // The most that can be asked for.
            _ => {
                terms.unit_price = UnitPrice(u64::MAX);
                terms.parts = Parts(u32::MAX);
                terms.within = Window { begin: Timeslice(0), end: Timeslice(u32::MAX) };
                terms.duration = Timeslices(u32::MAX);
            }
        }
    }

    fn twist_ask(&mut self, ask: &mut Ask) {
        match self.rng.u32(0..5) {
            0 => ask.unit_price = UnitPrice(self.extreme64()),
            1 => ask.lot_parts = Parts(self.extreme32()),
            2 => ask.min_timeslices = Timeslices(self.extreme32()),
            3 => ask.region.begin = Timeslice(self.extreme32()),
            _ => ask.expire_at = Some(Timeslice(self.extreme32())),
        }
    }

    /// The command with one of its numbers at an extreme.
    pub(super) fn twist(&mut self, mut command: Command) -> Command {
        match &mut command {
            Command::PlaceBid(bid) if self.one_in(6) => bid.expire_at = Some(Timeslice(self.extreme32())),
            Command::PlaceBid(bid) => self.twist_terms(&mut bid.terms),
            Command::PlaceAsk(ask) => self.twist_ask(ask),
            Command::Basket { legs, .. } => {
                if let Some(leg) = legs.last_mut() {
                    self.twist_terms(leg);
                }
            }
            Command::Quote { place, .. } => match place.last_mut() {
                Some(QuoteOrder::Bid(bid)) => self.twist_terms(&mut bid.terms),
                Some(QuoteOrder::Ask(ask)) => self.twist_ask(ask),
                None => {}
            },
            Command::Replace(change) => {
                change.unit_price = Some(UnitPrice(self.extreme64()));
                change.parts = change.parts.map(|_| Parts(self.extreme32()));
                change.min_timeslices = change.min_timeslices.map(|_| Timeslices(self.extreme32()));
            }
            Command::DepositRegion { region, .. } => match self.rng.u32(0..8) {
                0 => region.begin = Timeslice(self.extreme32()),
                1 => region.end = Timeslice(self.extreme32()),
                // All of a core's time, on a core of its own.
                2 => {
                    (region.begin, region.end) = (Timeslice(0), Timeslice(u32::MAX));
                    region.core.0 = self.choose([7, u16::MAX]);
                }
                _ => region.core.0 = u16::MAX,
            },
            Command::Partition { pivot, .. } => *pivot = Timeslice(self.extreme32()),
            Command::WithdrawFunds { amount, .. } | Command::Compensate { amount, .. } => {
                *amount = Planck(self.extreme128());
            }
            Command::DepositFunds { amount, .. } if self.profile == Profile::Rich => {
                *amount = Planck(self.extreme128());
            }
            Command::SettlementConfirmed(confirmed) => confirmed.instruction.0 = self.extreme64(),
            Command::SettlementFailed { instruction, .. } => instruction.0 = self.extreme64(),
            Command::BlockSeen { number, .. } if self.one_in(4) => *number = BlockNumber(self.extreme64()),
            Command::Configure(change) => match self.rng.u32(0..8) {
                0 => change.min_fill_notional = Some(self.extreme64()),
                1 => change.delivery_fee = Some(self.extreme64()),
                2 => change.withdrawal_fee = Some(self.extreme64()),
                3 => change.min_withdrawal = Some(self.extreme64().min(1)),
                4 => change.min_lot_parts = Some(Parts(self.extreme32())),
                5 => change.max_orders = Some(self.extreme32()),
                6 => change.max_regions_per_account = Some(self.extreme32()),
                _ => change.max_orders_per_account = Some(self.extreme32()),
            },
            Command::AdvanceClock { tradable_from } if self.one_in(300) => {
                tradable_from.0 = self.choose([0, u32::MAX]);
            }
            _ => {}
        }
        command
    }
}
