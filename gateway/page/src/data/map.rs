//! The best price over time, by share or by depth.

use crate::view::{Rows, View};
use coretime_gateway::{MarketReader, ReaderStopped};
use coretime_market::Market;
use coretime_types::{Parts, Planck, UnitPrice, Window};

/// Shares of a core that have a row.
const SHARES: [Parts; 4] = [Parts(80), Parts(40), Parts(20), Parts(8)];
/// Cores at once that have a row.
const DEPTHS: [u32; 5] = [1, 2, 3, 5, 10];

/// Best prices: a row for each share or depth, and what is bid for a core.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map {
    pub(crate) columns: Vec<Window>,
    pub(crate) rows: Vec<MapRow>,
    /// For one whole core.
    pub(crate) asks: Vec<Option<UnitPrice>>,
    /// For one whole core.
    pub(crate) bids: Vec<Option<UnitPrice>>,
}

/// One share or depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MapRow {
    pub(crate) parts: Parts,
    pub(crate) lot_parts: Parts,
    /// On average over all parts, rounded up; `None` where so much is not for sale.
    pub(crate) prices: Vec<Option<UnitPrice>>,
}

/// A column of it, from the market as it is at one moment.
struct Column {
    prices: Vec<Option<UnitPrice>>,
    ask: Option<UnitPrice>,
    bid: Option<UnitPrice>,
}

impl Map {
    /// Looks at one column at a time: the gateway's streams go on in between.
    pub(crate) async fn read(
        reader: &MarketReader,
        view: &View,
        columns: Vec<Window>,
    ) -> Result<Map, ReaderStopped> {
        let shapes = shapes(view.rows);
        let row = |&(parts, lot_parts): &(Parts, Parts)| MapRow { parts, lot_parts, prices: Vec::new() };
        let mut map = Map { rows: shapes.iter().map(row).collect(), ..Map::default() };
        for window in &columns {
            let (window, shapes) = (*window, shapes.clone());
            let column = reader.look(move |market, _| Column::read(market, window, &shapes)).await?;
            map.asks.push(column.ask);
            map.bids.push(column.bid);
            for (row, price) in map.rows.iter_mut().zip(column.prices) {
                row.prices.push(price);
            }
        }
        Ok(Map { columns, ..map })
    }
}

impl Column {
    fn read(market: &Market, window: Window, shapes: &[(Parts, Parts)]) -> Column {
        let price = |&(parts, lot_parts): &(Parts, Parts)| {
            if parts == lot_parts {
                market.best_ask(window, lot_parts)
            } else {
                average_price(market, window, parts, lot_parts)
            }
        };
        Column {
            prices: shapes.iter().map(price).collect(),
            ask: market.best_ask(window, Parts::CORE),
            bid: market.best_bid(window),
        }
    }
}

/// The rows: all parts, and the lot.
fn shapes(rows: Rows) -> Vec<(Parts, Parts)> {
    match rows {
        Rows::Share => SHARES.iter().map(|share| (*share, *share)).collect(),
        Rows::Depth => DEPTHS.iter().map(|cores| (Parts(cores * Parts::CORE.0), Parts::CORE)).collect(),
    }
}

/// What a part-timeslice costs on average where so much is bought at once, rounded up.
fn average_price(market: &Market, window: Window, parts: Parts, lot_parts: Parts) -> Option<UnitPrice> {
    let preview = market.preview(window, parts, lot_parts);
    if preview.missing > Parts(0) {
        return None;
    }
    let mut total = Planck::ZERO;
    for fill in &preview.fills {
        total = total.checked_add(fill.unit_price.notional(fill.parts, window.duration()))?;
    }
    let part_timeslices = u128::from(parts.0) * u128::from(window.duration().0);
    let average = total.0.div_ceil(part_timeslices.max(1));
    Some(UnitPrice(u64::try_from(average).ok()?))
}
