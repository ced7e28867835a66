//! The live view: what cores cost, and the orders of who is logged in, drawn anew whenever the book has changed.

use crate::args::WatchArgs;
use crate::hints::explain;
use crate::market::curve;
use crate::trade::orders_shown;
use crate::venue::Venue;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::io::{IsTerminal, Read, Stdout, Write};
use std::time::Duration;
use termion::raw::{IntoRawMode, RawTerminal};
use termion::screen::{AlternateScreen, IntoAlternateScreen};

/// Without news the view is made anew after this.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOK_FOR_KEYS_EVERY: Duration = Duration::from_millis(50);
/// Lines that the orders get, with their heading, however many windows there are above.
const LEAST_ORDER_LINES: usize = 6;

/// What one view shows.
struct View {
    /// When it was made: `20:15:03`.
    time: String,
    curve: String,
    /// Of who is logged in.
    orders: Option<String>,
}

pub(crate) async fn run(venue: &Venue, logged_in: bool, args: &WatchArgs, as_json: bool) -> Result<()> {
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
                let time = jiff::Timestamp::now().strftime("%H:%M:%S").to_string();
                let view = View { time, curve: curve.text, orders: orders.map(|shown| shown.text) };
                screen.show(&view).context("the terminal cannot be used")?;
            }
        }
        views += 1;
        tokio::select! {
            changed = book.next() => drop(changed.map_err(explain)?),
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = ended(&mut screen) => return Ok(()),
        }
    }
    Ok(())
}

/// When the person has had enough.
async fn ended(screen: &mut Option<Screen>) {
    match screen {
        None => std::future::pending().await,
        Some(screen) => {
            while !screen.is_ended() {
                tokio::time::sleep(LOOK_FOR_KEYS_EVERY).await;
            }
        }
    }
}

/// The terminal's other screen, as long as this lives.
struct Screen {
    out: AlternateScreen<RawTerminal<Stdout>>,
    keys: termion::AsyncReader,
}

impl Screen {
    fn open() -> Result<Screen> {
        let out = std::io::stdout().into_raw_mode().and_then(IntoAlternateScreen::into_alternate_screen);
        Ok(Screen { out: out.context("the terminal cannot be used")?, keys: termion::async_stdin() })
    }

    fn show(&mut self, view: &View) -> std::io::Result<()> {
        let (width, height) = termion::terminal_size().unwrap_or((80, 24));
        let lines = drawn(view, width.into(), height.into());
        write!(self.out, "{}{}{}", termion::clear::All, termion::cursor::Goto(1, 1), lines.join("\r\n"))?;
        self.out.flush()
    }

    fn is_ended(&mut self) -> bool {
        let mut keys = [0; 32];
        // Nothing was pressed, or it cannot be read: both are no end.
        let count = self.keys.read(&mut keys).unwrap_or(0);
        // q, Ctrl-C, Escape.
        keys.iter().take(count).any(|key| matches!(key, b'q' | 3 | 27))
    }
}

/// What a terminal of that size shows, line by line: the market above, the orders always in sight below it.
fn drawn(view: &View, width: usize, height: usize) -> Vec<String> {
    let mut lines = vec![format!("Coretime Exchange  {} UTC  (q ends)", view.time), String::new()];
    let orders: Vec<String> = match &view.orders {
        Some(text) => ["", "your orders"].into_iter().chain(text.lines()).map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let room = height.saturating_sub(lines.len());
    let for_orders = orders.len().min(LEAST_ORDER_LINES);
    lines.extend(fitted(view.curve.lines().map(str::to_owned).collect(), room.saturating_sub(for_orders)));
    let room = height.saturating_sub(lines.len());
    lines.extend(fitted(orders, room));
    lines.truncate(height);
    lines.into_iter().map(|line| line.chars().take(width).collect()).collect()
}

/// Where there is no room for all, the last line says how much is missing.
fn fitted(mut lines: Vec<String>, room: usize) -> Vec<String> {
    if lines.len() > room {
        let more = lines.len() + 1 - room.max(1);
        lines.truncate(room.saturating_sub(1));
        if room > 0 {
            lines.push(format!("… {more} more lines"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(windows: usize, orders: Option<&str>) -> View {
        let curve = (1..=windows).map(|number| format!("window {number}\n")).collect();
        View { time: "20:15:03".into(), curve, orders: orders.map(str::to_owned) }
    }

    #[test]
    fn market_and_orders_are_drawn_below_each_other() {
        let lines = drawn(&view(2, Some("order 7\norder 8")), 39, 12);
        let title = "Coretime Exchange  20:15:03 UTC  (q ends)";
        assert_eq!(
            lines,
            [&title[..39], "", "window 1", "window 2", "", "your orders", "order 7", "order 8"],
            "cut to the terminal's width"
        );
    }

    #[test]
    fn orders_are_seen_below_a_market_that_has_no_end() {
        let lines = drawn(&view(100, Some("order 7")), 40, 20);
        assert_eq!(lines.len(), 20);
        assert_eq!(lines[16..], ["… 86 more lines", "", "your orders", "order 7"]);
        assert_eq!(lines[15], "window 14");
        let many: String = (1..=50).map(|number| format!("order {number}\n")).collect();
        let lines = drawn(&view(3, Some(&many)), 40, 20);
        assert_eq!(lines[5..7], ["", "your orders"]);
        assert_eq!(lines[19], "… 38 more lines", "{lines:?}");
    }

    #[test]
    fn a_viewer_without_a_login_sees_the_market_alone_and_a_tiny_terminal_breaks_nothing() {
        let lines = drawn(&view(2, None), 40, 10);
        assert_eq!(lines[2..], ["window 1", "window 2"]);
        for (width, height) in [(0, 0), (1, 1), (3, 2), (5, 4), (200, 1)] {
            let lines = drawn(&view(9, Some("order 7")), width, height);
            assert!(lines.len() <= height && lines.iter().all(|line| line.chars().count() <= width));
        }
    }
}
