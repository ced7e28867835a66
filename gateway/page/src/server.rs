//! The routes.

use crate::{
    account, assets,
    live::{Limits, Live},
    render::{self, Fragments},
    source::VenueSource,
    units::Units,
    view::{Query, View, ViewError},
};
use axum::{
    Router,
    extract::{Query as UrlQuery, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{
        Html, IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{get, post},
};
use coretime_gateway::{MarketReader, ReadKeyError};
use coretime_units::Token;
use futures::stream::{self, Stream};
use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};

/// A page that is not drawn by then says so.
const DRAWN_WITHIN: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(3);

/// Nothing is loaded from elsewhere, nothing inline is run, nobody shows the page inside another.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// The page; cheap to clone.
#[derive(Clone)]
pub struct Page(Arc<Inner>);

struct Inner {
    live: Arc<Live>,
    viewers: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl Page {
    /// Starts drawing, on the runtime that this is called on, until `stop` turns true.
    pub fn start(
        reader: MarketReader,
        source: Arc<dyn VenueSource>,
        limits: Limits,
        stop: watch::Receiver<bool>,
    ) -> Page {
        let venue = reader.venue();
        let timeslice_ms = u64::try_from(venue.timeslice_duration.as_millis()).unwrap_or(u64::MAX).max(1);
        let (symbol, decimals) = (venue.token_symbol.clone(), venue.token_decimals);
        let units = Units { token: Token { symbol, decimals, timeslice_ms } };
        let live = Arc::new(Live::new(reader, source, units, limits.tick));
        let drawing = live.clone();
        let told = stop.clone();
        tokio::spawn(async move { drawing.run(told).await });
        Page(Arc::new(Inner {
            live,
            viewers: Arc::new(Semaphore::new(limits.max_viewers)),
            requests: Arc::new(Semaphore::new(limits.max_requests)),
            stop,
        }))
    }

    /// Its routes, to be served beside others.
    pub fn router(&self) -> Router {
        let asset = |media_type: &'static str, content: &'static str| {
            get(async move || ([(header::CONTENT_TYPE, media_type)], content))
        };
        Router::new()
            .route("/", get(page))
            .route("/live", get(live))
            .route("/account", post(own_account))
            .route("/page.css", asset("text/css; charset=utf-8", assets::STYLE))
            .route("/page.js", asset("text/javascript; charset=utf-8", assets::SCRIPT))
            .route("/icon.svg", asset("image/svg+xml", assets::ICON))
            .with_state(self.clone())
            .layer(map_response(secured))
    }
}

async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why there is no page.
enum Refusal {
    Query(String),
    TooMany,
    NotDrawn,
    Key(ReadKeyError),
    KeyMissing,
    Stopped,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Refusal::Query(problem) => (StatusCode::BAD_REQUEST, problem),
            Refusal::TooMany => {
                (StatusCode::SERVICE_UNAVAILABLE, "as many look at the page as may: try again later".into())
            }
            Refusal::NotDrawn => {
                (StatusCode::SERVICE_UNAVAILABLE, "the page could not be drawn in time".into())
            }
            Refusal::Key(error @ ReadKeyError::RateLimited(_)) => {
                (StatusCode::TOO_MANY_REQUESTS, error.to_string())
            }
            Refusal::Key(error) => (StatusCode::UNAUTHORIZED, error.to_string()),
            Refusal::KeyMissing => {
                (StatusCode::UNAUTHORIZED, "give the API key as Authorization: Bearer".into())
            }
            Refusal::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "the engine has stopped".into()),
        };
        (status, format!("{text}\n")).into_response()
    }
}

impl From<ViewError> for Refusal {
    fn from(error: ViewError) -> Refusal {
        Refusal::Query(error.to_string())
    }
}

type Asked = Result<UrlQuery<Query>, QueryRejection>;

fn view(asked: Asked) -> Result<View, Refusal> {
    let UrlQuery(query) = asked.map_err(|rejection| Refusal::Query(rejection.body_text()))?;
    Ok(View::try_from(query)?)
}

fn permit(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
    semaphore.clone().try_acquire_owned().map_err(|_| Refusal::TooMany)
}

async fn page(State(Page(inner)): State<Page>, asked: Asked) -> Result<Html<String>, Refusal> {
    let view = view(asked)?;
    let _permit = permit(&inner.requests)?;
    let mut drawn = inner.live.watch(view);
    let first = timeout(DRAWN_WITHIN, drawn.wait_for(Option::is_some)).await;
    let first = first.map_err(|_| Refusal::NotDrawn)?.map_err(|_| Refusal::Stopped)?.clone();
    let fragments = first.ok_or(Refusal::NotDrawn)?;
    Ok(Html(render::page(&view, &fragments)))
}

/// A viewer: what it has seen, and what it follows.
struct Viewer {
    drawn: watch::Receiver<Option<Arc<Fragments>>>,
    seen: Option<Arc<Fragments>>,
    waiting: VecDeque<Event>,
    stop: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

async fn live(State(Page(inner)): State<Page>, asked: Asked) -> Result<Response, Refusal> {
    let view = view(asked)?;
    let permit = permit(&inner.viewers)?;
    let drawn = inner.live.watch(view);
    let mut waiting = VecDeque::new();
    waiting.push_back(Event::default().retry(RETRY).event("open").data("live"));
    let viewer = Viewer { drawn, seen: None, waiting, stop: inner.stop.clone(), _permit: permit };
    Ok(Sse::new(events(viewer)).keep_alive(KeepAlive::default()).into_response())
}

/// What has changed, as it changes. Who reads slowly is shown the newest state, not every one.
fn events(viewer: Viewer) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(viewer, async |mut viewer| {
        loop {
            if let Some(event) = viewer.waiting.pop_front() {
                return Some((Ok(event), viewer));
            }
            let seen = viewer.seen.clone();
            let drawn = tokio::select! {
                drawn = async {
                    match seen {
                        None => viewer.drawn.wait_for(Option::is_some).await.map(|drawn| drawn.clone()).ok(),
                        Some(_) => {
                            viewer.drawn.changed().await.ok()?;
                            Some(viewer.drawn.borrow_and_update().clone())
                        }
                    }
                } => drawn??,
                _ = viewer.stop.wait_for(|stop| *stop) => return None,
            };
            for (id, content) in drawn.iter() {
                let known = viewer.seen.as_deref().and_then(|seen| seen.get(id));
                if known != Some(content) {
                    viewer.waiting.push_back(Event::default().event(id).data(content));
                }
            }
            viewer.seen = Some(drawn);
        }
    })
}

async fn own_account(State(Page(inner)): State<Page>, headers: HeaderMap) -> Result<Html<String>, Refusal> {
    let _permit = permit(&inner.requests)?;
    let key =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let account =
        inner.live.reader.account_of_read_key(key.ok_or(Refusal::KeyMissing)?).map_err(Refusal::Key)?;
    let drawn = account::draw(&inner.live, account).await;
    drawn.map(Html).map_err(|_| Refusal::Stopped)
}
