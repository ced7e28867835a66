//! Drawing what somebody looks at, once a tick, for all who look at the same.

use crate::{
    data::{Common, Map, Supply, WindowData, columns, common::ReadError},
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
    somebody_came: Notify,
}

impl Live {
    pub(crate) fn new(
        reader: MarketReader,
        source: Arc<dyn VenueSource>,
        units: Units,
        tick: Duration,
    ) -> Live {
        let (views, somebody_came) = (Mutex::default(), Notify::new());
        Live { reader, source, units, tick, views, somebody_came }
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
        for view in views {
            match self.fragments(&view, &common).await {
                Ok(fragments) => self.show(view, fragments),
                Err(stopped) => self.show(view, render::unavailable(&stopped.into())),
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

    async fn fragments(&self, view: &View, common: &Common) -> Result<Fragments, ReaderStopped> {
        let (view, units) = (*view, self.units.clone());
        let look = move |market: &coretime_market::Market, _| {
            let origin = columns::origin(&view, market.tradable_from(), market.supply());
            let columns = columns::columns(&view, &units, origin);
            let supply = Supply::of(&columns, market.supply());
            (columns, supply)
        };
        let (columns, supply) = self.reader.look(look).await?;
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
