//! What everyone may see of the market.

use crate::args::{BookArgs, CurveArgs, WatchArgs};
use crate::hints::explain;
use crate::output::{Shown, table};
use crate::trade::orders_shown;
use crate::venue::Venue;
use anyhow::{Context, Result, bail};
use coretime_proto::v1 as pb;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Without news the view is made anew after this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn book(venue: &Venue, args: &BookArgs) -> Result<Shown> {
    let begin_timeslice = venue.calendar.timeslice(&args.from)?;
    let length = venue.calendar.timeslices(&args.duration)?;
    let end_timeslice = begin_timeslice.checked_add(length).context("that is too far away")?;
    let window = Some(pb::Window { begin_timeslice, end_timeslice });
    let asked = pb::GetBookRequest { window, lot_parts: args.lot_parts, max_levels: 0 };
    let book = venue.client.read(|_| {
        let mut data = venue.client.market_data();
        async move { data.get_book(asked).await }
    });
    let book = book.await.map_err(explain)?;
    let mut rows = Vec::new();
    let mut levels = |side: &str, levels: &[pb::BookLevel]| -> Vec<Value> {
        let mut told = Vec::new();
        for level in levels {
            let price = venue.token.per_core_day(level.unit_price_planck);
            let cores = format!("{}/80", level.quantity_parts);
            rows.push(vec![side.to_owned(), price.clone(), cores, level.order_count.to_string()]);
            told.push(json!({
                "unit_price_planck": level.unit_price_planck, "per_core_day": price,
                "parts": level.quantity_parts, "orders": level.order_count,
            }));
        }
        told
    };
    let (asks, bids) = (levels("ask", &book.asks), levels("bid", &book.bids));
    let shown = venue.calendar.show_window(begin_timeslice, end_timeslice);
    let none = "nobody sells or buys it";
    let text = format!("{shown}\n{}", table(&["SIDE", "A CORE AND DAY", "PARTS", "ORDERS"], rows, none));
    let told = json!({
        "begin_timeslice": begin_timeslice, "end_timeslice": end_timeslice, "lot_parts": args.lot_parts,
        "asks": asks, "bids": bids,
    });
    Ok(Shown::new(text, told))
}

pub(crate) async fn curve(venue: &Venue, args: &CurveArgs) -> Result<Shown> {
    let asked = pb::GetCurveRequest {
        length_timeslices: venue.calendar.timeslices(&args.length)?,
        max_points: args.points,
    };
    let curve = venue.client.read(|_| {
        let mut data = venue.client.market_data();
        async move { data.get_curve(asked).await }
    });
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for point in curve.await.map_err(explain)?.points {
        let window = point.window.unwrap_or_default();
        let bid = point.best_bid.map(|level| level.unit_price_planck);
        let ask = point.best_ask.map(|level| level.unit_price_planck);
        let last = point.last_trade.map(|trade| trade.unit_price_planck);
        if !args.all && bid.or(ask).or(last).is_none() {
            continue;
        }
        let show =
            |price: Option<u64>| price.map_or_else(|| "-".into(), |price| venue.token.per_core_day(price));
        let at = format!("[{}, {})", window.begin_timeslice, window.end_timeslice);
        rows.push(vec![at, venue.calendar.show(window.begin_timeslice), show(bid), show(ask), show(last)]);
        told.push(json!({
            "begin_timeslice": window.begin_timeslice, "end_timeslice": window.end_timeslice,
            "best_bid_unit_price_planck": bid, "best_ask_unit_price_planck": ask,
            "last_trade_unit_price_planck": last,
        }));
    }
    let header = ["TIMESLICES", "FROM ABOUT (UTC)", "BID", "ASK", "LAST TRADE"];
    let text = table(&header, rows, "no bids, asks or trades in these windows: --points looks farther");
    Ok(Shown::new(format!("a core and day, in windows of {}\n{text}", args.length), told.into()))
}

/// Shows the market, and the orders of who is logged in, whenever the book has changed.
pub(crate) async fn watch(venue: &Venue, logged_in: bool, args: &WatchArgs, as_json: bool) -> Result<()> {
    if !as_json && !std::io::stdout().is_terminal() {
        bail!("a live view needs a terminal\nnext: use --json, which prints a line for each view");
    }
    let mut screen = if as_json { None } else { Some(Screen::open()?) };
    let mut book = venue.client.book_feed();
    let mut views = 0;
    while args.views.is_none_or(|wanted| views < wanted) {
        let curve = curve(venue, &args.curve).await?;
        let orders = match logged_in {
            true => Some(orders_shown(venue, &venue.client.orders().await.map_err(explain)?)),
            false => None,
        };
        match &mut screen {
            None => println!("{}", json!({ "curve": curve.json, "orders": orders.map(|shown| shown.json) })),
            Some(screen) => {
                let orders = orders.map(|shown| format!("\nyour orders\n{}", shown.text)).unwrap_or_default();
                let now = jiff::Timestamp::now().strftime("%H:%M:%S");
                screen.draw(&format!("Coretime Exchange  {now} UTC  (q ends)\n\n{}{orders}", curve.text))?;
            }
        }
        views += 1;
        tokio::select! {
            changed = book.next() => drop(changed.map_err(explain)?),
            () = tokio::time::sleep(LOOK_EVERY) => {}
            ended = ended(&mut screen) => return ended,
        }
    }
    Ok(())
}

/// When the person has had enough.
async fn ended(screen: &mut Option<Screen>) -> Result<()> {
    match screen {
        None => std::future::pending().await,
        Some(screen) => loop {
            if screen.is_ended() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        },
    }
}

/// The terminal's other screen, as long as this lives.
struct Screen {
    out: termion::screen::AlternateScreen<termion::raw::RawTerminal<std::io::Stdout>>,
    keys: std::io::Bytes<termion::AsyncReader>,
}

impl Screen {
    fn open() -> Result<Screen> {
        use termion::{raw::IntoRawMode, screen::IntoAlternateScreen};
        let out = std::io::stdout().into_raw_mode().and_then(IntoAlternateScreen::into_alternate_screen);
        let keys = std::io::Read::bytes(termion::async_stdin());
        Ok(Screen { out: out.context("the terminal cannot be used")?, keys })
    }

    fn is_ended(&mut self) -> bool {
        // q, Ctrl-C, Escape.
        self.keys.by_ref().any(|key| matches!(key, Ok(b'q' | 3 | 27)))
    }

    fn draw(&mut self, text: &str) -> Result<()> {
        let (width, height) = termion::terminal_size().unwrap_or((80, 24));
        let lines = text.lines().take(height.into());
        let lines: Vec<String> = lines.map(|line| line.chars().take(width.into()).collect()).collect();
        let (clear, home) = (termion::clear::All, termion::cursor::Goto(1, 1));
        write!(self.out, "{clear}{home}{}", lines.join("\r\n"))?;
        Ok(self.out.flush()?)
    }
}
