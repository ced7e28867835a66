//! An account's own view: money, regions, orders, fills.

use crate::{data::common::ReadError, live::Live, render, units::Now};
use coretime_gateway::RecordedFill;
use coretime_market::{FreeRegion, Funds, Market, OrderView};
use coretime_types::AccountId;
use tokio::task::spawn_blocking;

/// Rows of each table.
const MAX_ROWS: usize = 200;

/// What an account has.
#[derive(Clone, Debug)]
pub(crate) struct AccountData {
    pub(crate) account: AccountId,
    pub(crate) address: String,
    pub(crate) now: Now,
    pub(crate) funds: Funds,
    pub(crate) suspended: bool,
    pub(crate) regions: Vec<FreeRegion>,
    pub(crate) orders: Vec<OrderView>,
    pub(crate) fills: Vec<RecordedFill>,
    /// Whether there is more of something than is shown.
    pub(crate) more: bool,
}

/// Reads and draws it.
pub(crate) async fn draw(live: &Live, account: AccountId) -> Result<String, ReadError> {
    let common = live.reader.look(move |market: &Market, _| {
        let regions: Vec<_> = market.free_regions_of(account).take(MAX_ROWS + 1).collect();
        let orders: Vec<_> = market.orders_of(account).take(MAX_ROWS + 1).collect();
        (market.tradable_from(), market.funds(account), market.is_suspended(account), regions, orders)
    });
    let (tradable_from, funds, suspended, mut regions, mut orders) = common.await?;
    let fills = live.reader.fills();
    let mut fills = spawn_blocking(move || newest_fills(&*fills, account))
        .await
        .map_err(|_| ReadError::CutOff)?
        .map_err(|error| ReadError::Store(crate::source::SourceError(Box::new(error))))?;
    let more = regions.len() > MAX_ROWS || orders.len() > MAX_ROWS || fills.len() > MAX_ROWS;
    regions.truncate(MAX_ROWS);
    orders.truncate(MAX_ROWS);
    fills.truncate(MAX_ROWS);
    let now = Now { tradable_from, unix_ms: unix_ms() };
    let address = live.reader.address_of(account);
    let data = AccountData { account, address, now, funds, suspended, regions, orders, fills, more };
    Ok(render::account(&live.units, &data))
}

fn unix_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The newest first, one more than is shown. The store gives the oldest first, so it is read to its end.
fn newest_fills(
    fills: &dyn coretime_gateway::FillSource,
    account: AccountId,
) -> Result<Vec<RecordedFill>, coretime_gateway::FillSourceError> {
    let mut last = std::collections::VecDeque::new();
    let mut after = None;
    loop {
        let page = fills.fills_of(account, after, 1_000)?;
        after = page.last().map(|fill| fill.trade.trade_id);
        let ended = page.len() < 1_000;
        last.extend(page);
        while last.len() > MAX_ROWS + 1 {
            last.pop_front();
        }
        if ended {
            return Ok(last.into_iter().rev().collect());
        }
    }
}
