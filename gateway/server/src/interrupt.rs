//! Being told to stop: Ctrl-C or SIGTERM.

use anyhow::Result;
use tokio::signal;

/// Returns when the process is told to stop.
pub(crate) async fn wait() -> Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = signal::ctrl_c() => result?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    signal::ctrl_c().await?;
    Ok(())
}
