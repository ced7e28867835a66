//! Drawing what somebody looks at, once a tick, for all who look at the same.

use crate::{
    data::{Common, Ledger, Map, Supply, WindowData, columns, common::ReadError},
    render::{self, Fragments},
    source::VenueSource,
    units::Units,
    view::View,
};
use coretime_gateway::{MarketReader, ReaderStopped};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::spawn_blocking,
    time::{Instant, sleep},
};

/// What viewers may make grow.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Live views open at once.
    pub max_viewers: usize,
    /// Pages and accounts drawn at once.
    pub max_requests: usize,
    /// The least time from tick to tick.
    pub tick: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_viewers: 256, max_requests: 32, tick: Duration::from_millis(500) }
    }
}

/// Of the time, at most one part in so many is spent drawing.
const REST_FACTOR: u32 = 4;
/// Who comes new does not wait for the tick, but for this after the last drawing.
const LEAST_REST: Duration = Duration::from_millis(20);

type Drawn = Option<Arc<Fragments>>;

/// Draws views as long as somebody looks at them.
pub(crate) struct Live {
    pub(crate) reader: MarketReader,
    pub(crate) source: Arc<dyn VenueSource>,
    pub(crate) units: Units,
    tick: Duration,
    views: Mutex<BTreeMap<View, watch::Sender<Drawn>>>,
    ledger: Mutex<Option<Arc<Ledger>>>,
    somebody_came: Notify,
}

impl Live {
    pub(crate) fn new(
        reader: MarketReader,
        source: Arc<dyn VenueSource>,
        units: Units,
        tick: Duration,
    ) -> Live {
        let (views, ledger, somebody_came) = (Mutex::default(), Mutex::default(), Notify::new());
        Live { reader, source, units, tick, views, ledger, somebody_came }
    }

    /// Follows a view; it is drawn as long as the receiver is kept.
    pub(crate) fn watch(&self, view: View) -> watch::Receiver<Drawn> {
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = views.entry(view).or_insert_with(|| watch::Sender::new(None)).subscribe();
        self.somebody_came.notify_one();
        receiver
    }

    /// Draws until told to stop.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        loop {
            let views = self.watched();
            let began = Instant::now();
            if !views.is_empty() {
                self.draw(views).await;
            }
            let took = began.elapsed();
            let idle = self.watched().is_empty();
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = sleep(self.tick.max(took.saturating_mul(REST_FACTOR))), if !idle => {}
                () = async {
                    self.somebody_came.notified().await;
                    sleep(LEAST_REST.max(took)).await;
                } => {}
            }
        }
    }

    /// The views that somebody looks at; the others are forgotten.
    fn watched(&self) -> Vec<View> {
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.retain(|_, drawn| drawn.receiver_count() > 0);
        views.keys().copied().collect()
    }

    async fn draw(&self, views: Vec<View>) {
        let common = match Common::read(&self.reader, &self.source).await {
            Ok(common) => Arc::new(common),
            Err(error) => {
                if !matches!(error, ReadError::Stopped(_)) {
                    tracing::error!(error = &error as &dyn std::error::Error, "the page cannot be drawn");
                }
                return views.into_iter().for_each(|view| self.show(view, render::unavailable(&error)));
            }
        };
        let ledger = match self.ledger(&common).await {
            Ok(ledger) => ledger,
            Err(stopped) => {
                return views
                    .into_iter()
                    .for_each(|view| self.show(view, render::unavailable(&stopped.into())));
            }
        };
        for view in views {
            match self.fragments(&view, &common, &ledger).await {
                Ok(fragments) => self.show(view, fragments),
                Err(error) => self.show(view, render::unavailable(&error)),
            }
        }
    }

    fn show(&self, view: View, fragments: Fragments) {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(drawn) = views.get(&view) {
            drawn.send_if_modified(|shown| {
                let changed = shown.as_deref() != Some(&fragments);
                if changed {
                    *shown = Some(Arc::new(fragments));
                }
                changed
            });
        }
    }

    /// All regions, copied once for all views: a large ledger is held for no longer than that takes, and not at all while
    /// nothing has happened.
    async fn ledger(&self, common: &Common) -> Result<Arc<Ledger>, ReaderStopped> {
        let known = self.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ledger) = known.filter(|ledger| ledger.position == common.position) {
            return Ok(ledger);
        }
        let copied = self.reader.look(Ledger::copy).await?;
        let ledger = Arc::new(copied);
        *self.ledger.lock().unwrap_or_else(PoisonError::into_inner) = Some(ledger.clone());
        Ok(ledger)
    }

    async fn fragments(
        &self,
        view: &View,
        common: &Common,
        ledger: &Arc<Ledger>,
    ) -> Result<Fragments, ReadError> {
        let (view, units, ledger, tradable_from) =
            (*view, self.units.clone(), ledger.clone(), common.now.tradable_from);
        // It may be long: not on a thread that others wait for.
        let calendar = spawn_blocking(move || {
            let origin = columns::origin(&view, tradable_from, ledger.regions());
            let columns = columns::columns(&view, &units, origin);
            let supply = Supply::of(&columns, ledger.regions());
            (columns, supply)
        });
        let (columns, supply) = calendar.await.map_err(|_| ReadError::CutOff)?;
        let window = view.window.or_else(|| columns.first().copied());
        let chosen = match window {
            Some(window) => {
                Some(self.reader.look(move |market, _| WindowData::read(market, &view, window)).await?)
            }
            None => None,
        };
        let map = Map::read(&self.reader, &view, columns).await?;
        Ok(render::fragments(&self.units, &view, common, &map, &supply, chosen.as_ref()))
    }
}
