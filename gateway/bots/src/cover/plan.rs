//! What the chain buys next: a pure function.

use coretime_proto::v1 as pb;

/// A whole core.
pub(super) const CORE_PARTS: u32 = 80;

/// What the chain needs.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct CoverConfig {
    /// How many cores it needs all the time.
    #[arg(long, value_name = "CORES", default_value_t = 1)]
    pub cores: u32,
    /// It buys stretches of this length, in timeslices: a day has 180 on Polkadot.
    #[arg(long, value_name = "TIMESLICES", default_value_t = 180)]
    pub window_timeslices: u32,
    /// So many of them ahead.
    #[arg(long, value_name = "COUNT", default_value_t = 14)]
    pub windows: u32,
    /// Where the first begins [default: at the next whole multiple of its length].
    #[arg(long, value_name = "TIMESLICE")]
    pub begin_timeslice: Option<u32>,
    /// What it pays for the farthest window at most: planck for a part-timeslice.
    #[arg(long, value_name = "PLANCK")]
    pub far_unit_price_planck: u64,
    /// What it pays for the nearest window at most.
    #[arg(long, value_name = "PLANCK")]
    pub near_unit_price_planck: u64,
    /// The task that cores are assigned to [default: they stay in custody].
    #[arg(long, value_name = "TASK")]
    pub task_id: Option<u32>,
    /// How long it waits after each purchase, in milliseconds: others may offer for less.
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pub pause_ms: u64,
}

/// One core for one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The first timeslice.
    pub begin_timeslice: u32,
    /// The first timeslice after it.
    pub end_timeslice: u32,
    /// The price there is: the limit of the bid.
    pub unit_price_planck: u64,
}

/// The cheapest offer for a window that still lacks a core, if it is within the limit for that window; the earlier
/// window where two cost the same.
///
/// `best_ask` tells the best price of a whole core from a timeslice to another.
pub fn next_purchase<'a>(
    config: &CoverConfig,
    tradable_from: u32,
    bought: impl Iterator<Item = &'a pb::Fill> + Clone,
    best_ask: impl Fn(u32, u32) -> Option<u64>,
) -> Option<Purchase> {
    let length = config.window_timeslices.max(1);
    let first =
        config.begin_timeslice.unwrap_or_else(|| tradable_from.div_ceil(length).saturating_mul(length));
    let mut best: Option<Purchase> = None;
    for number in 0..config.windows {
        let begin_timeslice = first.saturating_add(number.saturating_mul(length));
        let Some(end_timeslice) = begin_timeslice.checked_add(length) else { break };
        if begin_timeslice < tradable_from
            || covered_parts(bought.clone(), begin_timeslice, end_timeslice)
                >= u64::from(config.cores) * u64::from(CORE_PARTS)
        {
            continue;
        }
        let Some(price) = best_ask(begin_timeslice, end_timeslice) else { continue };
        if price <= limit(config, number) && best.is_none_or(|best| price < best.unit_price_planck) {
            best = Some(Purchase { begin_timeslice, end_timeslice, unit_price_planck: price });
        }
    }
    best
}

/// The parts that were bought for all of a window.
fn covered_parts<'a>(bought: impl Iterator<Item = &'a pb::Fill>, begin: u32, end: u32) -> u64 {
    let covers = |fill: &&pb::Fill| {
        fill.side() == pb::Side::Bid
            && fill.window.is_some_and(|of| of.begin_timeslice <= begin && end <= of.end_timeslice)
    };
    bought.filter(covers).map(|fill| u64::from(fill.quantity_parts)).sum()
}

/// Between the two limits: the nearer a window, the more it may cost.
fn limit(config: &CoverConfig, number: u32) -> u64 {
    let (far, near) = (config.far_unit_price_planck, config.near_unit_price_planck);
    let farthest = u128::from(config.windows.saturating_sub(1).max(1));
    let less = u128::from(near.saturating_sub(far)) * u128::from(number) / farthest;
    near.saturating_sub(u64::try_from(less).unwrap_or(u64::MAX))
}

impl Purchase {
    /// As the venue takes it: filled whole at once, or nothing.
    pub(super) fn bid(&self, client_order_id: u64, task_id: Option<u32>) -> pb::Bid {
        use pb::delivery::Destination;
        let destination = match task_id {
            Some(task_id) => Destination::Assign(pb::AssignDelivery { task_id }),
            None => Destination::Custody(pb::CustodyDelivery {}),
        };
        let terms = pb::BidTerms {
            client_order_id,
            unit_price_planck: self.unit_price_planck,
            quantity_parts: CORE_PARTS,
            lot_parts: CORE_PARTS,
            within: Some(pb::Window {
                begin_timeslice: self.begin_timeslice,
                end_timeslice: self.end_timeslice,
            }),
            duration_timeslices: self.end_timeslice.saturating_sub(self.begin_timeslice),
            delivery: Some(pb::Delivery { destination: Some(destination) }),
            ..pb::BidTerms::default()
        };
        pb::Bid {
            terms: Some(terms),
            time_in_force: pb::TimeInForce::FillOrKill.into(),
            ..pb::Bid::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: CoverConfig = CoverConfig {
        cores: 2,
        window_timeslices: 10,
        windows: 3,
        begin_timeslice: None,
        far_unit_price_planck: 100,
        near_unit_price_planck: 200,
        task_id: None,
        pause_ms: 0,
    };

    fn fill(begin_timeslice: u32, end_timeslice: u32) -> pb::Fill {
        let window = Some(pb::Window { begin_timeslice, end_timeslice });
        pb::Fill { window, quantity_parts: 80, side: pb::Side::Bid.into(), ..pb::Fill::default() }
    }

    fn next(bought: &[pb::Fill], asks: &[(u32, u64)]) -> Option<(u32, u64)> {
        let best = |begin, _| asks.iter().find(|(at, _)| *at == begin).map(|(_, price)| *price);
        let next = next_purchase(&CONFIG, 5, bought.iter(), best);
        next.map(|purchase| (purchase.begin_timeslice, purchase.unit_price_planck))
    }

    #[test]
    fn the_cheapest_window_that_lacks_a_core_is_next() {
        assert_eq!(next(&[], &[(10, 120), (20, 110), (30, 100)]), Some((30, 100)));
        assert_eq!(next(&[fill(30, 40)], &[(10, 120), (20, 110), (30, 100)]), Some((30, 100)));
        let covered = [fill(30, 40), fill(20, 40)];
        assert_eq!(next(&covered, &[(10, 120), (20, 120), (30, 100)]), Some((10, 120)));
        assert_eq!(next(&[fill(10, 40), fill(10, 40)], &[(10, 1), (20, 1), (30, 1)]), None);
    }

    #[test]
    fn the_limit_falls_with_distance() {
        assert_eq!(next(&[], &[(10, 201)]), None);
        assert_eq!(next(&[], &[(10, 200)]), Some((10, 200)));
        assert_eq!(next(&[], &[(20, 151)]), None);
        assert_eq!(next(&[], &[(30, 101)]), None);
    }

    #[test]
    fn half_a_window_does_not_cover_it_and_what_was_sold_does_not_count() {
        let sold = pb::Fill { side: pb::Side::Ask.into(), ..fill(10, 40) };
        let bought = [fill(12, 20), sold];
        assert_eq!(next(&bought, &[(10, 100)]), Some((10, 100)));
    }
}
