//! The chain that keeps its cores covered.

mod plan;

pub use plan::{CoverConfig, Purchase, next_purchase};

use crate::Progress;
use coretime_client::{AccountUpdate, BookFeed, Client, ClientError, fresh_id};
use coretime_proto::v1 as pb;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Keeps cores covered until the future that runs it is dropped; says in `progress` what it has done.
///
/// # Errors
/// What trying again would not change, for example credentials that may not trade.
pub async fn run(
    client: Client,
    config: CoverConfig,
    progress: watch::Sender<Progress>,
) -> Result<(), ClientError> {
    let (mut account, mut book) = (client.account_feed(), client.book_feed());
    // What it bought before it was started counts, too.
    let mut bought: BTreeMap<u64, pb::Fill> = read_fills(&client).await?;
    book.next().await?;
    loop {
        if let Some(purchase) = wanted(&config, &bought, &book) {
            let done = buy(&client, &config, &purchase, &progress).await?;
            let was_bought = !done.is_empty();
            bought.extend(done.into_iter().map(|fill| (fill.trade_id, fill)));
            if was_bought {
                sleep(Duration::from_millis(config.pause_ms)).await;
                continue;
            }
        }
        tokio::select! {
            changed = book.next() => drop(changed?),
            update = account.next() => match update? {
                AccountUpdate::Events(batch) => {
                    progress.send_modify(|progress| progress.note_fills(&batch.events));
                    let fills = batch.events.into_iter().filter_map(fill_of);
                    bought.extend(fills.map(|fill| (fill.trade_id, fill)));
                }
                AccountUpdate::Whole => bought.extend(read_fills(&client).await?),
            },
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

fn wanted(config: &CoverConfig, bought: &BTreeMap<u64, pb::Fill>, book: &BookFeed) -> Option<Purchase> {
    let book = book.book();
    let best = |begin_timeslice, end_timeslice| {
        let (_, asks) = book.levels(pb::Window { begin_timeslice, end_timeslice }, plan::CORE_PARTS);
        asks.first().map(|level| level.unit_price_planck)
    };
    next_purchase(config, book.tradable_from(), bought.values(), best)
}

async fn read_fills(client: &Client) -> Result<BTreeMap<u64, pb::Fill>, ClientError> {
    let fills = client.fills(None).await?.into_iter().filter_map(|recorded| recorded.fill);
    Ok(fills.map(|fill| (fill.trade_id, fill)).collect())
}

fn fill_of(event: pb::OrderEvent) -> Option<pb::Fill> {
    match event.event {
        Some(pb::order_event::Event::Fill(fill)) => Some(fill),
        _ => None,
    }
}

/// Whether an order may have been accepted although placing it has failed.
fn may_be_there(error: &ClientError) -> bool {
    matches!(error, ClientError::GaveUp { open: true, .. })
        || error.reason().as_deref() == Some("DUPLICATE_CLIENT_ORDER_ID")
}

/// Buys one core for one window at once, or not; gives the fills, none if it could not be had.
async fn buy(
    client: &Client,
    config: &CoverConfig,
    purchase: &Purchase,
    progress: &watch::Sender<Progress>,
) -> Result<Vec<pb::Fill>, ClientError> {
    let name = fresh_id()?;
    let bid = purchase.bid(name, config.task_id);
    let order_id = loop {
        match client.place_bid(bid).await {
            Ok(placed) => {
                progress.send_modify(|progress| {
                    progress.accepted.insert(placed.order_id);
                    progress.found_out += u64::from(placed.answer.is_none());
                });
                if let Some((_, events)) = placed.answer {
                    progress.send_modify(|progress| progress.note_fills(&events));
                    return Ok(events.into_iter().filter_map(fill_of).collect());
                }
                break placed.order_id;
            }
            // Nobody knows yet, so nothing else is bought before somebody does: the same bid again, or its name.
            Err(error) if may_be_there(&error) => match client.order_named(name).await {
                Ok(Some(order)) => {
                    progress.send_modify(|progress| {
                        progress.accepted.insert(order.order_id);
                        progress.found_out += 1;
                    });
                    break order.order_id;
                }
                Ok(None) | Err(ClientError::GaveUp { .. }) => {}
                Err(error) => return Err(error),
            },
            // Somebody was faster, the venue is halted, the money is used up: nothing was bought.
            Err(error @ (ClientError::Status(_) | ClientError::GaveUp { .. })) => {
                tracing::info!(%error, "not bought");
                progress.send_modify(|progress| progress.refused += 1);
                // The book that it was read from may be a little behind.
                sleep(Duration::from_millis(config.pause_ms)).await;
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        }
    };
    // It was filled, for it was accepted; what it bought is in the store.
    let fills: Vec<pb::Fill> =
        client.fills(Some(order_id)).await?.into_iter().filter_map(|recorded| recorded.fill).collect();
    progress.send_modify(|progress| {
        progress.fills.extend(fills.iter().map(|fill| (fill.trade_id, fill.clone())));
    });
    Ok(fills)
}
