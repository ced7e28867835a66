//! Waiting for the chain, with something to look at.

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longer than this the chain never takes here.
const GIVE_UP_AFTER: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Waits until `happened`, showing what for.
pub(crate) async fn wait_until(what: &str, mut happened: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("  {spinner} waiting until {msg} ({elapsed})") {
        spinner.set_style(style);
    }
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    let began = Instant::now();
    while !happened().await? {
        if began.elapsed() > GIVE_UP_AFTER {
            spinner.finish_and_clear();
            bail!("gave up waiting until {what}");
        }
        sleep(LOOK_EVERY).await;
    }
    spinner.finish_and_clear();
    println!("  {what} ({:.1} s)", began.elapsed().as_secs_f32());
    Ok(())
}
