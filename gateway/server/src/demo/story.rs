//! What happens in the demo, step by step. Trading goes over gRPC, deposits over the chain, as for anybody.

use super::waiting::wait_until;
use anyhow::{Context, Result, bail};
use coretime_client::Trader;
use coretime_proto::v1 as pb;
use coretime_proto::v1::delivery::Destination;
use coretime_types::{AccountId, Planck, Region};
use coretime_units::Token;
use coretime_wallet::Wallet;
use tonic::Status;

/// Timeslices of a day: 8 minutes each.
const DAY: u32 = 180;
const WEEK: u32 = 7 * DAY;
/// What a parachain team assigns cores to.
pub(crate) const TASK: u32 = 2_000;
const CORE_PARTS: u32 = 80;
/// What is bought stays with the venue.
const CUSTODY: Destination = Destination::Custody(pb::CustodyDelivery {});
/// What each trader deposits, in planck.
const DEPOSIT: Planck = Planck(2_000_000_000_000);

/// The people of the demo.
pub(crate) struct Cast {
    /// Holds three cores.
    pub(crate) alice: Trader,
    /// Holds one core.
    pub(crate) bob: Trader,
    /// A market maker.
    pub(crate) charlie: Trader,
    /// A parachain team.
    pub(crate) dave: Trader,
    /// Trades for a few days.
    pub(crate) eve: Trader,
}

impl Cast {
    pub(crate) fn everyone(&mut self) -> [&mut Trader; 5] {
        [&mut self.alice, &mut self.bob, &mut self.charlie, &mut self.dave, &mut self.eve]
    }
}

/// What the steps need.
pub(crate) struct Story {
    pub(crate) cast: Cast,
    pub(crate) wallet: Wallet,
    pub(crate) custody: AccountId,
    pub(crate) token: Token,
    /// Whether the chain lets shares of a core be cut off.
    pub(crate) interlacing: bool,
    /// The first timeslice of the regions on sale.
    pub(crate) month_begin: u32,
}

impl Story {
    /// Two holders buy cores in the broker's sale and deposit them; three traders deposit money.
    pub(crate) async fn buy_and_deposit(&mut self) -> Result<()> {
        heading("Holders buy cores in the broker's sale and deposit them");
        let mut bought: Vec<Region> = Vec::new();
        for (holder, cores) in [(&self.cast.alice, 3), (&self.cast.bob, 1)] {
            for _ in 0..cores {
                let region = self.wallet.purchase(&holder.key).await?;
                say(&holder.name, &format!("bought {region}"));
                self.wallet.transfer_region(&holder.key, region.id(), self.custody).await?;
                bought.push(region);
            }
        }
        self.month_begin = bought.first().context("nothing was bought")?.begin.0;
        heading("Traders deposit money");
        for trader in [&self.cast.charlie, &self.cast.dave, &self.cast.eve] {
            self.wallet.transfer_funds(&trader.key, self.custody, DEPOSIT).await?;
            say(&trader.name, &format!("sent {} to custody", self.token.show(DEPOSIT.0)));
        }
        let cast = &mut self.cast;
        wait_until("the deposits are final and credited", async || {
            let regions = cast.alice.regions().await?.len() + cast.bob.regions().await?.len();
            let credited = [&mut cast.charlie, &mut cast.dave, &mut cast.eve];
            let mut funded = 0;
            for trader in credited {
                funded += usize::from(trader.funds().await?.0 == DEPOSIT);
            }
            Ok(regions == 4 && funded == 3)
        })
        .await
    }

    /// The holders ask, the market maker buys two weeks of a core and quotes several windows.
    pub(crate) async fn make_a_market(&mut self) -> Result<()> {
        heading("Holders offer their cores");
        let shared_lot = 8;
        for (index, region) in self.cast.alice.regions().await?.into_iter().enumerate() {
            // Her first core may be cut into shares, where the chain allows that.
            let lot_parts = if index == 0 { shared_lot } else { CORE_PARTS };
            let price = if index == 0 { 260_000 } else { 265_000 };
            let offered = offer(&mut self.cast.alice, &region, price, lot_parts, DAY / 3).await;
            match offered {
                Err(status) if !self.interlacing && lot_parts != CORE_PARTS => {
                    say("Alice", &format!("may not sell shares of a core here: {}", reason(&status)));
                    offer(&mut self.cast.alice, &region, price, CORE_PARTS, DAY / 3).await?;
                }
                other => other?,
            }
        }
        for region in self.cast.bob.regions().await? {
            offer(&mut self.cast.bob, &region, 240_000, CORE_PARTS, DAY).await?;
        }

        heading("A market maker buys two weeks of a core, to resell, and quotes");
        let fortnight = self.window(0, 2 * WEEK);
        let bought = buy(&mut self.cast.charlie, fortnight, CORE_PARTS, CORE_PARTS, 245_000, CUSTODY).await?;
        report_fills("Charlie", &bought);
        let stock = self.cast.charlie.regions().await?;
        let mut orders = Vec::new();
        for region in &stock {
            let ask = ask_for(&mut self.cast.charlie, region, 255_000, CORE_PARTS, DAY);
            orders.push(pb::QuoteOrder { order: Some(pb::quote_order::Order::Ask(ask)) });
        }
        for week in 0..4 {
            let within = self.window(week * WEEK, WEEK);
            let mut bid = bid_for(&mut self.cast.charlie, within, CORE_PARTS, CORE_PARTS, 230_000, CUSTODY);
            bid.time_in_force = pb::TimeInForce::GoodTillCancelled.into();
            bid.post_only = true;
            orders.push(pb::QuoteOrder { order: Some(pb::quote_order::Order::Bid(bid)) });
        }
        let quoted = orders.len();
        let request = pb::PlaceQuotesRequest { cancel_order_ids: Vec::new(), orders, request_id: 1 };
        let answer = self.cast.charlie.orders.place_quotes(request).await?.into_inner();
        let refused = answer
            .order_results
            .iter()
            .filter(|result| !matches!(result.outcome, Some(pb::quote_order_result::Outcome::OrderId(_))));
        if refused.count() > 0 {
            bail!("a quote was refused: {answer:?}");
        }
        say("Charlie", &format!("quotes {quoted} windows with one command"));
        Ok(())
    }

    /// The parachain team buys a week, half a core, and three cores at once.
    pub(crate) async fn buy_what_a_chain_needs(&mut self) -> Result<()> {
        heading("A parachain team buys (a) one week of a whole core, out of the middle of a month");
        let week = self.window(WEEK + WEEK / 2, WEEK);
        let transfer = Destination::Transfer(pb::TransferDelivery {});
        let bought = buy(&mut self.cast.dave, week, CORE_PARTS, CORE_PARTS, 270_000, transfer).await?;
        report_fills("Dave", &bought);

        heading("(b) half a core for a day");
        let day = self.window(DAY, DAY);
        let half = CORE_PARTS / 2;
        match buy(&mut self.cast.dave, day, half, half, 270_000, transfer).await {
            Ok(bought) => report_fills("Dave", &bought),
            Err(status) if !self.interlacing => {
                say("Dave", &format!("cannot have it on this chain: {}", reason(&status)));
            }
            Err(status) => return Err(status.into()),
        }

        heading("(c) the same three days on three cores at once, assigned to its task");
        let days = self.window(2 * WEEK + 4 * DAY, 3 * DAY);
        let assign = Destination::Assign(pb::AssignDelivery { task_id: TASK });
        let bought = buy(&mut self.cast.dave, days, 3 * CORE_PARTS, CORE_PARTS, 270_000, assign).await?;
        report_fills("Dave", &bought);
        Ok(())
    }

    /// The maker resells something he bought; nothing happens on chain.
    pub(crate) async fn resell(&mut self) -> Result<()> {
        heading("The market maker resells a week of what he bought; no call on chain");
        let week = self.window(0, WEEK);
        let bought = buy(&mut self.cast.eve, week, CORE_PARTS, CORE_PARTS, 255_000, CUSTODY).await?;
        report_fills("Eve", &bought);
        if !self.cast.eve.instructions().await?.is_empty() {
            bail!("a trade that stays in custody gave settlement something to do");
        }
        Ok(())
    }

    /// A holder takes his proceeds home; everything that was bought for delivery is delivered.
    pub(crate) async fn withdraw_and_settle(&mut self) -> Result<()> {
        heading("Bob takes his proceeds home; settlement carves and delivers");
        let (free, _) = self.cast.bob.funds().await?;
        let amount = Planck(free.0 / 2);
        let request = pb::WithdrawFundsRequest { amount_planck: amount.to_string(), request_id: 1 };
        self.cast.bob.accounts.withdraw_funds(request).await?;
        say("Bob", &format!("withdraws {}", self.token.show(amount.0)));
        let cast = &mut self.cast;
        wait_until("all instructions are carried out on chain", async || {
            let mut open = 0;
            for trader in cast.everyone() {
                let instructions = trader.instructions().await?;
                open += instructions.iter().filter(|i| i.state() != pb::InstructionState::Confirmed).count();
            }
            Ok(open == 0)
        })
        .await
    }

    /// Charlie's bids, cancelled: what they held is free again.
    pub(crate) async fn clean_up(&mut self) -> Result<()> {
        let request = pb::CancelAllOrdersRequest { side: pb::Side::Bid.into(), request_id: 2 };
        let cancelled = self.cast.charlie.orders.cancel_all_orders(request).await?.into_inner();
        say("Charlie", &format!("cancels his {} bids", cancelled.order_ids.len()));
        Ok(())
    }

    fn window(&self, offset: u32, length: u32) -> pb::Window {
        let begin = self.month_begin.saturating_add(offset);
        pb::Window { begin_timeslice: begin, end_timeslice: begin.saturating_add(length) }
    }
}

/// Buys exactly this window, whole or not at all.
async fn buy(
    trader: &mut Trader,
    within: pb::Window,
    parts: u32,
    lot_parts: u32,
    unit_price: u64,
    destination: Destination,
) -> Result<Vec<pb::OrderEvent>, Status> {
    let bid = bid_for(trader, within, parts, lot_parts, unit_price, destination);
    Ok(trader.bid(bid).await?.events)
}

fn bid_for(
    trader: &mut Trader,
    within: pb::Window,
    quantity_parts: u32,
    lot_parts: u32,
    unit_price_planck: u64,
    destination: Destination,
) -> pb::Bid {
    let terms = pb::BidTerms {
        client_order_id: trader.next_client_order_id(),
        unit_price_planck,
        quantity_parts,
        lot_parts,
        within: Some(within),
        duration_timeslices: within.end_timeslice.saturating_sub(within.begin_timeslice),
        require_renewable: false,
        delivery: Some(pb::Delivery { destination: Some(destination) }),
        self_trade: pb::SelfTrade::CancelTaker.into(),
    };
    pb::Bid {
        terms: Some(terms),
        time_in_force: pb::TimeInForce::FillOrKill.into(),
        post_only: false,
        expire_at_timeslice: None,
    }
}

fn ask_for(
    trader: &mut Trader,
    region: &pb::Region,
    unit_price_planck: u64,
    lot_parts: u32,
    min_duration_timeslices: u32,
) -> pb::Ask {
    pb::Ask {
        client_order_id: trader.next_client_order_id(),
        unit_price_planck,
        region_id: Some(pb::RegionId {
            begin_timeslice: region.begin_timeslice,
            core_index: region.core_index,
            core_mask: region.core_mask.clone(),
        }),
        lot_parts,
        min_duration_timeslices,
        time_in_force: pb::TimeInForce::GoodTillCancelled.into(),
        post_only: false,
        expire_at_timeslice: None,
        self_trade: pb::SelfTrade::CancelTaker.into(),
    }
}

async fn offer(
    trader: &mut Trader,
    region: &pb::Region,
    unit_price: u64,
    lot_parts: u32,
    min_timeslices: u32,
) -> Result<(), Status> {
    let ask = ask_for(trader, region, unit_price, lot_parts, min_timeslices);
    trader.ask(ask).await?;
    let (core, begin, end) = (region.core_index, region.begin_timeslice, region.end_timeslice);
    let terms = format!("{unit_price} planck a part-timeslice, in lots of {lot_parts}/80");
    say(&trader.name, &format!("offers core {core} during [{begin}, {end}) at {terms}"));
    Ok(())
}

fn report_fills(name: &str, events: &[pb::OrderEvent]) {
    for event in events {
        if let Some(pb::order_event::Event::Fill(fill)) = &event.event {
            let core = fill.region.as_ref().map(|region| region.core_index).unwrap_or_default();
            let window = fill.window.unwrap_or_default();
            say(
                name,
                &format!(
                    "trade {}: {}/80 of core {core} during [{}, {}) at {} planck",
                    fill.trade_id,
                    fill.quantity_parts,
                    window.begin_timeslice,
                    window.end_timeslice,
                    fill.unit_price_planck
                ),
            );
        }
    }
}

/// The reason of a refusal that a program can act on.
fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().map_or_else(|| status.message().to_owned(), |info| info.reason)
}

fn heading(text: &str) {
    println!("\n{text}");
}

fn say(name: &str, text: &str) {
    println!("  {name:<8} {text}");
}
