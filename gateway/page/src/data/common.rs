//! What everybody is shown, whatever they look at: read once a tick.

use crate::{
    source::{Health, SourceError, VenueSource},
    units::Now,
};
use coretime_gateway::{MarketReader, ReaderStopped, RecordedFill, RecordedInstruction};
use coretime_market::Market;
use coretime_sequencer::Position;
use coretime_types::{Mode, Settings};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::task::spawn_blocking;

/// Last trades that are shown, and that the curve's last trades are looked for among.
const FILLS: usize = 500;
/// Last instructions that are shown.
const INSTRUCTIONS: usize = 100;

/// What everybody is shown.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    pub(crate) now: Now,
    pub(crate) position: Position,
    pub(crate) mode: Mode,
    pub(crate) halt_causes: Vec<String>,
    pub(crate) freeze_causes: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) live_orders: usize,
    pub(crate) pending_instructions: usize,
    /// Of these, above an outflow limit.
    pub(crate) held_instructions: usize,
    pub(crate) health: Health,
    /// The newest first.
    pub(crate) fills: Vec<RecordedFill>,
    /// The newest first.
    pub(crate) instructions: Vec<RecordedInstruction>,
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Stopped(#[from] ReaderStopped),
    #[error(transparent)]
    Store(#[from] SourceError),
    #[error("reading the store of fills was cut off")]
    CutOff,
}

impl Common {
    pub(crate) async fn read(
        reader: &MarketReader,
        source: &Arc<dyn VenueSource>,
    ) -> Result<Common, ReadError> {
        let common = reader.look(Common::of_market).await?;
        let source = source.clone();
        let read = move || {
            let fills = source.recent_fills(FILLS)?;
            let instructions = source.recent_instructions(INSTRUCTIONS)?;
            Ok::<_, SourceError>((source.health(), fills, instructions))
        };
        let (health, fills, instructions) = spawn_blocking(read).await.map_err(|_| ReadError::CutOff)??;
        Ok(Common { health, fills, instructions, ..common })
    }

    fn of_market(market: &Market, position: Position) -> Common {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_ms = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Common {
            now: Now { tradable_from: market.tradable_from(), unix_ms },
            position,
            mode: market.mode(),
            halt_causes: market.halt_causes().map(str::to_owned).collect(),
            freeze_causes: market.freeze_causes().map(str::to_owned).collect(),
            settings: market.settings().clone(),
            live_orders: market.live_orders(),
            pending_instructions: market.instructions().count(),
            held_instructions: market.held_instructions().count(),
            health: Health::default(),
            fills: Vec::new(),
            instructions: Vec::new(),
        }
    }
}
