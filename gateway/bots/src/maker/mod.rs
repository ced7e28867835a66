//! The market maker.

mod quotes;

pub use quotes::{Change, MakerConfig, Seen, Wanted, change};

use crate::Progress;
use coretime_client::{AccountUpdate, Client, ClientError, QuoteElement, fresh_id};
use coretime_proto::v1 as pb;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Without news it looks again after this: the clock moves, and regions are deposited, without an event of the account.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Makes a market until the future that runs it is dropped; says in `progress` what it has done.
///
/// # Errors
/// What trying again would not change, for example credentials that may not trade.
pub async fn run(
    client: Client,
    config: MakerConfig,
    progress: watch::Sender<Progress>,
) -> Result<(), ClientError> {
    let mut account = client.account_feed();
    loop {
        quote(&client, &config, &progress).await?;
        // At least a moment passes: what others do comes in bursts.
        tokio::select! {
            update = account.next() => if let AccountUpdate::Events(batch) = update? {
                progress.send_modify(|progress| progress.note_fills(&batch.events));
            },
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

/// Reads how things are, and changes what should be otherwise.
async fn quote(
    client: &Client,
    config: &MakerConfig,
    progress: &watch::Sender<Progress>,
) -> Result<(), ClientError> {
    let venue = client.venue().get_venue(pb::GetVenueRequest {}).await;
    let clock = venue.ok().and_then(|venue| venue.into_inner().clock).unwrap_or_default();
    // Orders first: what fills in between is then counted twice, as an order and as a region, never not at all.
    let orders = client.orders().await?;
    let regions = client.regions().await?;
    let seen = Seen { tradable_from: clock.tradable_from_timeslice, orders: &orders, regions: &regions };
    let change = change(config, &seen);
    if change.is_empty() || clock.last_block_number == 0 {
        return Ok(());
    }
    let mut request = pb::PlaceQuotesRequest {
        cancel_order_ids: change.cancel,
        orders: Vec::new(),
        request_id: fresh_id()?,
    };
    for wanted in &change.place {
        request.orders.push(wanted.order(fresh_id()?));
    }
    match client.place_quotes(request).await {
        Ok(quoted) => progress.send_modify(|progress| {
            for element in &quoted.orders {
                match element {
                    QuoteElement::Accepted(order_id) => {
                        progress.accepted.insert(*order_id);
                    }
                    QuoteElement::Rejected(_) | QuoteElement::RejectedUnknown => progress.refused += 1,
                }
            }
            let results = quoted.answer.as_ref().map(|answer| answer.order_results.as_slice());
            progress.found_out += u64::from(results.is_none());
            for result in results.unwrap_or_default() {
                progress.note_fills(&result.events);
            }
        }),
        // Suspended, for example: perhaps later.
        Err(ClientError::Status(status)) => tracing::warn!(status = status.message(), "quote refused"),
        // Open or not: the next round reads what is there.
        Err(ClientError::GaveUp { last, .. }) => tracing::warn!(status = last.message(), "no answer"),
        Err(error) => return Err(error),
    }
    Ok(())
}
