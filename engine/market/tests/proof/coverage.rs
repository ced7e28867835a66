//! Which rare states and rejections the streams reached. A run that misses one has not tested it, so it fails.

use coretime_types::{Command, Event, RejectReason};
use std::collections::BTreeMap;
use std::fmt::Write;

macro_rules! rare_states {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A state that random commands reach seldom.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Rare { $($(#[$doc])* $name,)* }

        impl Rare {
            pub(crate) const ALL: &[Rare] = &[$(Rare::$name,)*];
        }
    };
}

rare_states! {
    /// A fixed bid filled by three regions.
    FixedBidFilledByThree,
    /// A bid for several cores that has got a whole one and wants more.
    CoreByCore,
    /// A cut that leaves three rests, all of them live.
    ThreeRests,
    /// A cut that leaves three rests, one of them too short and so returned.
    ThreeRestsOneReturned,
    /// The window flush with the piece's end (rule 4.3).
    WindowFlushWithEnd,
    /// The window at the bid's earliest, inside the piece (rule 4.3).
    WindowInTheMiddle,
    /// A head before T that goes along with what is sold.
    ExpiredHeadGoesAlong,
    RenewableFill,
    SelfTradeCancelsTaker,
    SelfTradeCancelsMaker,
    SelfTradeStopsFok,
    SelfTradeInFokCancelsMaker,
    BasketFilled,
    BasketUndoneAtItsLastLeg,
    /// A dead piece under an ask that also has a live one.
    DeadPieceBesideLive,
    /// A replaced ask with a lower `min_timeslices`, so that a dead piece is live again.
    DeadPieceRevived,
    DeadPieceExpires,
    Rebate,
    /// A rebate that would be more than the taker's fee.
    RebateCapped,
    /// A resting bid whose maker rate is above its taker rate.
    HoldAtMakerRate,
    ReplacedInPlace,
    ReplacedBidTrades,
    ReplacedAskTrades,
    OrderExpiresByItsTime,
    BidExpiresByItsWindow,
    AskExpiresWithoutLivePiece,
    HeldAboveAccountLimit,
    HeldAboveVenueLimit,
    /// A bought region that leaves custody, held.
    HeldDelivery,
    /// Something counts today, and something left on an earlier day.
    OutflowOfAnotherDay,
    ReturnedWhileHeld,
}

/// The command's name in the scenario format.
pub(crate) fn kind(command: &Command) -> &'static str {
    match command {
        Command::Configure(_) => "configure",
        Command::AdvanceClock { .. } => "advance_clock",
        Command::DepositFunds { .. } => "deposit_funds",
        Command::DepositRegion { .. } => "deposit_region",
        Command::PlaceBid(_) => "place_bid",
        Command::PlaceAsk(_) => "place_ask",
        Command::Cancel { .. } => "cancel",
        Command::CancelAll { .. } => "cancel_all",
        Command::Replace(_) => "replace",
        Command::Basket { .. } => "basket",
        Command::Quote { .. } => "quote",
        Command::Partition { .. } => "partition",
        Command::Interlace { .. } => "interlace",
        Command::WithdrawFunds { .. } => "withdraw_funds",
        Command::WithdrawRegion { .. } => "withdraw_region",
        Command::BlockSeen { .. } => "block_seen",
        Command::SettlementSubmitted(_) => "settlement_submitted",
        Command::SettlementConfirmed(_) => "settlement_confirmed",
        Command::SettlementFailed { .. } => "settlement_failed",
        Command::Compensate { .. } => "compensate",
        Command::Halt { .. } => "halt",
        Command::Freeze { .. } => "freeze",
        Command::Resume { .. } => "resume",
        Command::Suspend { .. } => "suspend",
        Command::Unsuspend { .. } => "unsuspend",
        Command::LimitOutflow { .. } => "limit_outflow",
        Command::ApproveOutflow { .. } => "approve_outflow",
    }
}

/// Section 9: every reason that each command can be rejected for.
///
/// Left out is what the rules list but cannot happen: a replaced ask cannot break `interlacing_disabled` (the setting
/// does not change while orders are live), nor can a leg of a basket be post only, expire, or meet a mode.
fn must_be_rejected() -> Vec<(&'static str, &'static [RejectReason])> {
    use RejectReason::*;
    let clock = &[ClockBackwards][..];
    vec![
        (
            "place_bid",
            &[
                Halted,
                Suspended,
                DuplicateClientOrderId,
                TooManyOrders,
                InvalidPrice,
                InvalidTimeInForce,
                InvalidExpiry,
                InvalidWindow,
                WindowInPast,
                InvalidLot,
                BelowMinimum,
                InsufficientFunds,
                WouldMatch,
                NotFilled,
            ],
        ),
        (
            "place_ask",
            &[
                Halted,
                Suspended,
                DuplicateClientOrderId,
                TooManyOrders,
                InvalidPrice,
                InvalidTimeInForce,
                InvalidExpiry,
                RegionUnavailable,
                WindowInPast,
                InvalidLot,
                InterlacingDisabled,
                BelowMinimum,
                WouldMatch,
                NotFilled,
            ],
        ),
        (
            "replace",
            &[
                Halted,
                Suspended,
                UnknownOrder,
                Malformed,
                DuplicateRequest,
                InvalidPrice,
                InvalidLot,
                BelowMinimum,
                InsufficientFunds,
                WouldMatch,
            ],
        ),
        ("basket", &[Halted, Suspended, DuplicateRequest, InvalidSize, LegRejected]),
        (
            "leg",
            &[
                DuplicateClientOrderId,
                TooManyOrders,
                InvalidPrice,
                InvalidWindow,
                WindowInPast,
                InvalidLot,
                BelowMinimum,
                InsufficientFunds,
                NotFilled,
            ],
        ),
        ("quote", &[Suspended, DuplicateRequest, InvalidSize]),
        ("quote element", &[Halted, UnknownOrder, DuplicateClientOrderId, RegionUnavailable, NotFilled]),
        ("cancel", &[UnknownOrder, DuplicateRequest]),
        ("cancel_all", &[DuplicateRequest]),
        ("partition", &[Suspended, DuplicateRequest, RegionUnavailable, InvalidPivot, TooManyRegions]),
        (
            "interlace",
            &[
                Suspended,
                DuplicateRequest,
                RegionUnavailable,
                InterlacingDisabled,
                InvalidPivot,
                TooManyRegions,
            ],
        ),
        ("deposit_funds", &[InvalidAmount]),
        ("deposit_region", &[InvalidRegion, RegionUnavailable]),
        ("withdraw_funds", &[Frozen, Suspended, DuplicateRequest, InvalidAmount, InsufficientFunds]),
        ("withdraw_region", &[Frozen, Suspended, DuplicateRequest, RegionUnavailable, InsufficientFunds]),
        ("settlement_submitted", &[UnknownInstruction, InstructionHeld]),
        ("approve_outflow", &[UnknownInstruction, NotHeld]),
        ("settlement_confirmed", &[UnknownInstruction]),
        ("settlement_failed", &[UnknownInstruction]),
        ("compensate", &[InvalidAmount, InsufficientFunds]),
        ("configure", &[InvalidSetting, OrdersLive]),
        ("advance_clock", clock),
    ]
}

/// What a run reached.
#[derive(Default)]
pub(crate) struct Reached {
    pub(crate) commands: u64,
    accepted: BTreeMap<&'static str, u64>,
    rejected: BTreeMap<(&'static str, RejectReason), u64>,
    events: BTreeMap<&'static str, u64>,
    rare: BTreeMap<Rare, u64>,
    pub(crate) most_orders: usize,
}

impl Reached {
    pub(crate) fn note(&mut self, command: &Command, events: &[Event], met: &[Rare]) {
        self.commands += 1;
        for rare in met {
            *self.rare.entry(*rare).or_default() += 1;
        }
        let in_quote = matches!(command, Command::Quote { .. });
        if !matches!(events, [Event::Rejected(_)]) {
            *self.accepted.entry(kind(command)).or_default() += 1;
        }
        for event in events {
            *self.events.entry(event_kind(event)).or_default() += 1;
            let Event::Rejected(rejection) = event else { continue };
            let whole_quote =
                [RejectReason::Suspended, RejectReason::DuplicateRequest, RejectReason::InvalidSize];
            let element = in_quote && !whole_quote.contains(&rejection.reason);
            let kind = if element { "quote element" } else { kind(command) };
            *self.rejected.entry((kind, rejection.reason)).or_default() += 1;
            if let Some((_, reason)) = rejection.leg {
                *self.rejected.entry(("leg", reason)).or_default() += 1;
            }
        }
    }

    pub(crate) fn add(&mut self, other: Reached) {
        self.commands += other.commands;
        self.most_orders = self.most_orders.max(other.most_orders);
        other.accepted.into_iter().for_each(|(key, count)| *self.accepted.entry(key).or_default() += count);
        other.rejected.into_iter().for_each(|(key, count)| *self.rejected.entry(key).or_default() += count);
        other.events.into_iter().for_each(|(key, count)| *self.events.entry(key).or_default() += count);
        other.rare.into_iter().for_each(|(key, count)| *self.rare.entry(key).or_default() += count);
    }

    /// What stayed at zero and must not.
    pub(crate) fn missing(&self) -> Vec<String> {
        let rare = Rare::ALL.iter().filter(|rare| !self.rare.contains_key(rare));
        let mut missing: Vec<_> = rare.map(|rare| format!("{rare:?}")).collect();
        for (kind, reasons) in must_be_rejected() {
            let unseen = reasons.iter().filter(|reason| !self.rejected.contains_key(&(kind, **reason)));
            missing.extend(unseen.map(|reason| format!("{kind} rejected: {reason}")));
        }
        missing
    }

    /// Without the rare states.
    pub(crate) fn summary(&self) -> String {
        let mut text = format!("{} commands, at most {} orders live\n", self.commands, self.most_orders);
        writeln!(text, "events: {:?}", self.events).unwrap();
        writeln!(text, "accepted: {:?}", self.accepted).unwrap();
        text
    }

    pub(crate) fn report(&self) -> String {
        let mut text = self.summary();
        for (rare, count) in &self.rare {
            writeln!(text, "{count:>9} {rare:?}").unwrap();
        }
        for ((kind, reason), count) in &self.rejected {
            writeln!(text, "{count:>9} {kind} rejected: {reason}").unwrap();
        }
        text
    }
}

fn event_kind(event: &Event) -> &'static str {
    match event {
        Event::Accepted { .. } => "accepted",
        Event::Replaced { .. } => "replaced",
        Event::Rejected(_) => "rejected",
        Event::Trade(_) => "trade",
        Event::Instruction { .. } => "instruction",
        Event::Done { .. } => "done",
        Event::RegionExpired { .. } => "region_expired",
        Event::FundsDeposited { .. } => "funds_deposited",
        Event::RegionDeposited { .. } => "region_deposited",
        Event::InstructionEnded { .. } => "instruction_ended",
        Event::ModeChanged { .. } => "mode_changed",
        Event::InstructionHeld { .. } => "instruction_held",
        Event::InstructionReleased { .. } => "instruction_released",
    }
}

#[test]
fn every_reject_reason_is_asked_for() {
    let asked: Vec<_> = must_be_rejected().into_iter().flat_map(|(_, reasons)| reasons).collect();
    for reason in RejectReason::ALL {
        assert!(asked.contains(&reason), "{reason}");
    }
}
