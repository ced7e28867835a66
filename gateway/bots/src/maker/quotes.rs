//! What the market maker wants to have in the book: a pure function.

use coretime_proto::v1 as pb;
use pb::order::Detail;

/// A whole core.
const CORE_PARTS: u32 = 80;
const MILLION: u64 = 1_000_000;
/// The venue takes 256 elements in a quote; cancels come first.
const MAX_ELEMENTS: usize = 256;

/// How the market maker makes its market.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct MakerConfig {
    /// The length of each window, in timeslices: a day has 180 on Polkadot.
    #[arg(long, value_name = "TIMESLICES", default_value_t = 180)]
    pub window_timeslices: u32,
    /// How many windows, one after the other.
    #[arg(long, value_name = "COUNT", default_value_t = 28)]
    pub windows: u32,
    /// Where the first window begins [default: at the next whole multiple of its length].
    #[arg(long, value_name = "TIMESLICE")]
    pub begin_timeslice: Option<u32>,
    /// What a part-timeslice is worth, in planck.
    #[arg(long, value_name = "PLANCK")]
    pub fair_unit_price_planck: u64,
    /// How far bids and asks are from that, in parts per million.
    #[arg(long, value_name = "PPM", default_value_t = 20_000)]
    pub half_spread_ppm: u32,
    /// How much lower it bids for each core that it has already, in parts per million.
    #[arg(long, value_name = "PPM", default_value_t = 10_000)]
    pub skew_ppm_per_core: u32,
    /// The inventory limit: so many cores in any window, and no more.
    #[arg(long, value_name = "CORES", default_value_t = 2)]
    pub max_cores: u32,
}

/// How things are.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The first timeslice that can still be sold.
    pub tradable_from: u32,
    /// The account's live orders.
    pub orders: &'a [pb::Order],
    /// The account's free regions.
    pub regions: &'a [pb::OwnedRegion],
}

/// An order that should be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A bid for a whole core.
    Bid {
        /// Its window: begin and end, in timeslices.
        window: (u32, u32),
        /// Its limit.
        unit_price_planck: u64,
    },
    /// An ask.
    Ask {
        /// The region: begin, core and mask.
        region: (u32, u32, Vec<u8>),
        /// Its limit.
        unit_price_planck: u64,
        /// A fill lasts at least so long.
        min_duration_timeslices: u32,
    },
}

/// What must be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Orders to cancel, by id.
    pub cancel: Vec<u64>,
    /// Orders to place.
    pub place: Vec<Wanted>,
}

impl Change {
    /// Whether all is as it should be.
    pub fn is_empty(&self) -> bool {
        self.cancel.is_empty() && self.place.is_empty()
    }
}

/// What must be done so that the book has what it should have.
pub fn change(config: &MakerConfig, seen: &Seen<'_>) -> Change {
    let mut change = Change::default();
    let held = holdings(seen);
    let mut wanted = wanted_bids(config, seen.tradable_from, &held);
    let ask_price =
        at_ppm(config.fair_unit_price_planck, MILLION.saturating_add(config.half_spread_ppm.into()));
    for order in seen.orders {
        match &order.detail {
            Some(Detail::Bid(bid)) => {
                let window = bid.within.map(|within| (within.begin_timeslice, within.end_timeslice));
                let as_wanted = |wanted: &Wanted| {
                    let Wanted::Bid { window: at, unit_price_planck } = wanted else { return false };
                    Some(*at) == window && *unit_price_planck == order.unit_price_planck
                };
                match wanted.iter().position(as_wanted) {
                    Some(index) => drop(wanted.swap_remove(index)),
                    None => change.cancel.push(order.order_id),
                }
            }
            Some(Detail::Ask(ask)) if order.unit_price_planck != ask_price => {
                change.cancel.push(order.order_id);
                let pieces = ask.pieces.iter().filter_map(|piece| piece.region.as_ref());
                wanted.extend(pieces.filter_map(|region| wanted_ask(config, seen, region, ask_price)));
            }
            _ => {}
        }
    }
    let free = seen.regions.iter().filter_map(|owned| owned.region.as_ref());
    wanted.extend(free.filter_map(|region| wanted_ask(config, seen, region, ask_price)));
    change.cancel.truncate(MAX_ELEMENTS);
    wanted.truncate(MAX_ELEMENTS - change.cancel.len());
    change.place = wanted;
    change
}

/// All that it has of whole cores, for sale or not: begin and end of each.
fn holdings(seen: &Seen<'_>) -> Vec<(u32, u32)> {
    let free = seen.regions.iter().filter_map(|owned| owned.region.as_ref());
    let asks = seen.orders.iter().filter_map(|order| match &order.detail {
        Some(Detail::Ask(ask)) => Some(&ask.pieces),
        _ => None,
    });
    let offered = asks.flatten().filter_map(|piece| piece.region.as_ref());
    free.chain(offered).map(|region| (region.begin_timeslice, region.end_timeslice)).collect()
}

fn wanted_bids(config: &MakerConfig, tradable_from: u32, held: &[(u32, u32)]) -> Vec<Wanted> {
    let length = config.window_timeslices.max(1);
    let first =
        config.begin_timeslice.unwrap_or_else(|| tradable_from.div_ceil(length).saturating_mul(length));
    let mut wanted = Vec::new();
    for number in 0..config.windows {
        let begin = first.saturating_add(number.saturating_mul(length));
        let Some(end) = begin.checked_add(length).filter(|_| begin >= tradable_from) else { continue };
        let there = held.iter().filter(|(from, to)| *from < end && begin < *to).count();
        let cores = u32::try_from(there).unwrap_or(u32::MAX);
        if cores < config.max_cores {
            let off = config.skew_ppm_per_core.saturating_mul(cores).saturating_add(config.half_spread_ppm);
            let price = at_ppm(config.fair_unit_price_planck, MILLION.saturating_sub(off.into()));
            wanted.push(Wanted::Bid { window: (begin, end), unit_price_planck: price.max(1) });
        }
    }
    wanted
}

fn wanted_ask(
    config: &MakerConfig,
    seen: &Seen<'_>,
    region: &pb::Region,
    unit_price_planck: u64,
) -> Option<Wanted> {
    let left = region.end_timeslice.saturating_sub(region.begin_timeslice.max(seen.tradable_from));
    let parts: u32 = region.core_mask.iter().map(|byte| byte.count_ones()).sum();
    let is_whole = parts == CORE_PARTS && left > 0;
    is_whole.then(|| Wanted::Ask {
        region: (region.begin_timeslice, region.core_index, region.core_mask.clone()),
        unit_price_planck,
        // Down to half a window; what is left of a region may be shorter.
        min_duration_timeslices: (config.window_timeslices / 2).clamp(1, left),
    })
}

/// So many parts per million of a price, rounded down.
fn at_ppm(price: u64, ppm: u64) -> u64 {
    let exact = u128::from(price) * u128::from(ppm) / u128::from(MILLION);
    u64::try_from(exact).unwrap_or(u64::MAX)
}

impl Wanted {
    /// As the venue takes it, under this name.
    pub(crate) fn order(&self, client_order_id: u64) -> pb::QuoteOrder {
        let order = match self {
            Wanted::Bid { window: (begin_timeslice, end_timeslice), unit_price_planck } => {
                let terms = pb::BidTerms {
                    client_order_id,
                    unit_price_planck: *unit_price_planck,
                    quantity_parts: CORE_PARTS,
                    lot_parts: CORE_PARTS,
                    within: Some(pb::Window {
                        begin_timeslice: *begin_timeslice,
                        end_timeslice: *end_timeslice,
                    }),
                    duration_timeslices: end_timeslice.saturating_sub(*begin_timeslice),
                    ..pb::BidTerms::default()
                };
                // It makes a market, it does not take from one.
                pb::quote_order::Order::Bid(pb::Bid {
                    terms: Some(terms),
                    post_only: true,
                    ..pb::Bid::default()
                })
            }
            Wanted::Ask { region, unit_price_planck, min_duration_timeslices } => {
                let (begin_timeslice, core_index, core_mask) = region.clone();
                pb::quote_order::Order::Ask(pb::Ask {
                    client_order_id,
                    unit_price_planck: *unit_price_planck,
                    region_id: Some(pb::RegionId { begin_timeslice, core_index, core_mask }),
                    lot_parts: CORE_PARTS,
                    min_duration_timeslices: *min_duration_timeslices,
                    post_only: true,
                    ..pb::Ask::default()
                })
            }
        };
        pb::QuoteOrder { order: Some(order) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: MakerConfig = MakerConfig {
        window_timeslices: 10,
        windows: 3,
        begin_timeslice: None,
        fair_unit_price_planck: 1_000,
        half_spread_ppm: 20_000,
        skew_ppm_per_core: 10_000,
        max_cores: 2,
    };

    fn region(begin_timeslice: u32, end_timeslice: u32, core_index: u32) -> pb::OwnedRegion {
        let core_mask = vec![0xff; 10];
        let region = pb::Region { begin_timeslice, end_timeslice, core_index, core_mask };
        pb::OwnedRegion { region: Some(region), renewable: false }
    }

    fn bid(order_id: u64, begin_timeslice: u32, unit_price_planck: u64) -> pb::Order {
        let within = Some(pb::Window { begin_timeslice, end_timeslice: begin_timeslice + 10 });
        let detail = pb::BidDetail { within, duration_timeslices: 10, ..pb::BidDetail::default() };
        pb::Order { order_id, unit_price_planck, detail: Some(Detail::Bid(detail)), ..pb::Order::default() }
    }

    fn prices(change: &Change) -> Vec<(u32, u64)> {
        let bids = change.place.iter().filter_map(|wanted| match wanted {
            Wanted::Bid { window, unit_price_planck } => Some((window.0, *unit_price_planck)),
            Wanted::Ask { .. } => None,
        });
        bids.collect()
    }

    #[test]
    fn it_bids_for_the_ladder_less_where_it_has_cores_and_not_beyond_its_limit() {
        let regions = [region(20, 30, 1), region(30, 40, 1), region(35, 50, 2)];
        let seen = Seen { tradable_from: 11, orders: &[], regions: &regions };
        let change = change(&CONFIG, &seen);
        // Two cores in [30, 40): no bid there.
        assert_eq!(prices(&change), [(20, 970), (40, 970)]);
        let asks = change.place.iter().filter(|wanted| matches!(wanted, Wanted::Ask { .. })).count();
        assert_eq!(asks, 3);
    }

    #[test]
    fn what_is_there_is_not_placed_again_and_what_should_not_be_goes() {
        let orders = [bid(1, 20, 980), bid(2, 20, 980), bid(3, 30, 979), bid(4, 90, 980)];
        let seen = Seen { tradable_from: 20, orders: &orders, regions: &[] };
        let change = change(&CONFIG, &seen);
        assert_eq!(change.cancel, [2, 3, 4]);
        let mut placed = prices(&change);
        placed.sort_unstable();
        assert_eq!(placed, [(30, 980), (40, 980)]);
    }

    #[test]
    fn an_ask_counts_as_inventory_and_stays() {
        let piece = region(20, 50, 1);
        let detail = pb::AskDetail { pieces: vec![piece], min_duration_timeslices: 5 };
        let ask = pb::Order {
            order_id: 9,
            unit_price_planck: 1_020,
            detail: Some(Detail::Ask(detail)),
            ..pb::Order::default()
        };
        let config = MakerConfig { max_cores: 1, ..CONFIG };
        let orders = [ask];
        let seen = Seen { tradable_from: 20, orders: &orders, regions: &[] };
        assert!(change(&config, &seen).is_empty());
        // At another fair price it is offered anew.
        let moved = change(&MakerConfig { fair_unit_price_planck: 2_000, ..config }, &seen);
        assert_eq!((moved.cancel.as_slice(), moved.place.len()), (&[9][..], 1));
    }
}
