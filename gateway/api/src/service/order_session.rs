//! Order sessions: commands in; answers and the account's other events out, in the order of the log.
//!
//! A session is a task of its own, so that its timers go on when the client neither reads nor writes. Answers come from
//! the engine, everything else of the account from the feed; [`merge`] puts the two in order by sequence. A record of the
//! account's own is held back until it is known whether it is this session's.
//!
//! All messages that have come are taken together, their commands go to the engine as one batch, and all that is in
//! order by then is given together: many messages share one wake-up of each thread on their way.

mod ending;
mod merge;
mod output;
mod requests;

use super::{Api, order_calls::Prepared, order_events};
use crate::{
    auth::session::Caller,
    feed::{AccountReader, Entry},
    status,
    streams::Guards,
};
use coretime_proto::v1::{
    self, order_session_answer::Result as Outcome, order_session_request::Message as Request,
    order_session_response::Message,
};
use coretime_sequencer::{Answer, CommandBatch, Receipt, Stopped};
use coretime_types::{AccountId, Command, OrderId, Sequence};
use futures::{FutureExt, stream::BoxStream};
use merge::follow_orders;
use output::{Closed, Output};
use prometheus_client::metrics::gauge::Gauge;
use std::{
    collections::{BTreeSet, VecDeque},
    future::pending,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};
use tonic::{Status, Streaming};
use tracing::Instrument;

/// How long who has sent more than he may is not read, at least: saying no without end would take from all others.
const PAUSE: Duration = Duration::from_millis(10);

/// What a message is answered with, once there is a receipt.
type Read = Box<dyn FnOnce(Receipt) -> Result<Outcome, Status> + Send>;

/// A message that is not answered yet.
struct Waiting {
    correlation_id: u64,
    progress: Progress,
}

enum Progress {
    /// The engine has the command, or is given it next.
    Submitted { read: Read },
    /// It is in the log; the feed must come to it first.
    Recorded { sequence: Sequence, outcome: Outcome },
    /// It never became a command, or nobody knows.
    Settled(Outcome),
}

/// A dead-man timer.
struct DeadMan {
    timeout: Duration,
    /// `None`: it has fired, and no message has come since.
    fires: Option<Instant>,
}

struct Session {
    api: Api,
    caller: Caller,
    account: AccountId,
    guards: Guards,
    reader: AccountReader,
    requests: Streaming<v1::OrderSessionRequest>,
    output: Output,
    waiting: VecDeque<Waiting>,
    /// Commands of the last messages that wait, not given to the engine yet.
    batch: CommandBatch,
    /// The answers to what the engine has, in order.
    submitted: VecDeque<(Answer<Vec<Receipt>>, Instant)>,
    /// What is to be given next, and the last record that it is about.
    out: Vec<Message>,
    out_last: Sequence,
    /// All the account's records up to here were given: who comes back may go on after it.
    given: Sequence,
    /// The account's next record, not given yet.
    next: Option<Arc<Entry>>,
    /// The client sends no more.
    input_ended: bool,
    /// It has sent more than it may: until then it is not read on.
    paused: Option<Instant>,
    dead_man: Option<DeadMan>,
    /// Orders to cancel at the end; `None`: they stay.
    placed: Option<BTreeSet<OrderId>>,
    /// Tells that this session is over.
    _over: watch::Receiver<()>,
}

/// Opens a session. Its first message is awaited as long as a call may take.
pub(super) async fn open(
    api: Api,
    caller: Caller,
    mut requests: Streaming<v1::OrderSessionRequest>,
) -> Result<BoxStream<'static, Result<v1::OrderSessionResponse, Status>>, Status> {
    let guards = api.guards(Some(caller)).await?;
    let (output, stream) = output::channel(api.0.config.order_session_buffer_messages);
    let over = api.0.order_sessions.subscribe();
    // Not before the answer's beginning: a client may wait for that before it sends anything.
    let serve = async move {
        let first = timeout(api.0.config.call_timeout, requests.message()).await;
        let begun = match first {
            Ok(Ok(first)) => requests::start(first.map(|first| first.message)),
            Ok(Err(status)) => Err(status),
            Err(_) => Err(status::no_start()),
        };
        let begun = begun.and_then(|start| {
            let begin = order_events::begin(&api, caller.account, start.resume_after_sequence)?;
            Ok((start, begin))
        });
        match begun {
            Err(status) => output.end(Some(status)),
            Ok((start, (reader, position, snapshot))) => {
                let session = Session {
                    account: caller.account,
                    caller,
                    guards,
                    reader,
                    requests,
                    output,
                    waiting: VecDeque::new(),
                    batch: CommandBatch::default(),
                    submitted: VecDeque::new(),
                    out: Vec::new(),
                    out_last: Sequence(0),
                    given: Sequence(0),
                    next: None,
                    input_ended: false,
                    paused: None,
                    dead_man: requests::dead_man(&start),
                    placed: start.cancel_on_disconnect.then(BTreeSet::new),
                    _over: over,
                    api,
                };
                session.run(position, snapshot).await;
            }
        }
    };
    // What is logged for the session has the id of its call.
    tokio::spawn(serve.instrument(tracing::Span::current()));
    Ok(stream)
}

/// Why a session ends.
enum Ended {
    /// The client has ended its side, and everything is answered.
    Done,
    /// The venue ends it.
    Status(Status),
    /// Nobody is there any more.
    Lost,
}

impl From<Closed> for Ended {
    fn from(closed: Closed) -> Ended {
        match closed {
            Closed::Lost => Ended::Lost,
            Closed::TooSlow(last) => Ended::Status(status::subscriber_too_slow(last)),
        }
    }
}

/// What a session waits for.
enum Wake {
    Guard(Status),
    DeadMan,
    Answer(Result<Vec<Receipt>, Stopped>),
    Feed,
    PauseOver,
    Request(Result<Option<v1::OrderSessionRequest>, Status>),
}

impl Session {
    async fn run(mut self, start: v1::StreamStart, snapshot: Vec<v1::AccountSnapshot>) {
        self.api.0.metrics.order_sessions.inc();
        let _open = Open(self.api.0.metrics.order_sessions.clone());
        let ended = match self.serve(start, snapshot).await {
            Ok(()) => Ended::Done,
            Err(ended) => ended,
        };
        self.finish(ended).await;
    }

    async fn serve(
        &mut self,
        start: v1::StreamStart,
        snapshot: Vec<v1::AccountSnapshot>,
    ) -> Result<(), Ended> {
        (self.out_last, self.given) = (self.reader.last(), self.reader.last());
        self.put(Message::Start(start)).await?;
        for part in snapshot {
            self.put(Message::Snapshot(part)).await?;
        }
        loop {
            self.flush().await?;
            if self.input_ended && self.waiting.is_empty() {
                return Ok(());
            }
            match self.wake().await {
                Wake::Guard(status) => return Err(Ended::Status(status)),
                Wake::DeadMan => self.fire_dead_man().await?,
                Wake::Answer(answer) => self.recorded(answer),
                Wake::Feed => {}
                Wake::PauseOver => self.paused = None,
                Wake::Request(Ok(None)) => self.input_ended = true,
                Wake::Request(Ok(Some(request))) => {
                    let taken = self.take(request).and_then(|()| self.take_what_is_there());
                    self.submit();
                    taken?;
                }
                Wake::Request(Err(status)) => return Err(requests::ended(status)),
            }
        }
    }

    async fn wake(&mut self) -> Wake {
        let last = self.given;
        let takes = !self.input_ended && self.has_room();
        let paused = self.paused;
        let fires = self.dead_man.as_ref().and_then(|dead_man| dead_man.fires);
        let held_back = self.next.is_some();
        let front = self.submitted.front_mut().map(|(answer, _)| answer);
        tokio::select! {
            biased;
            status = self.guards.end(last) => Wake::Guard(status),
            () = fired(fires) => Wake::DeadMan,
            answer = answered(front) => Wake::Answer(answer),
            () = self.reader.changed(), if !held_back => Wake::Feed,
            () = fired(paused), if takes && paused.is_some() => Wake::PauseOver,
            request = self.requests.message(), if takes && paused.is_none() => Wake::Request(request),
        }
    }

    fn has_room(&self) -> bool {
        self.waiting.len() < self.api.0.config.max_pending_per_order_session
    }

    /// Takes the messages that have come already: many then share one wake.
    fn take_what_is_there(&mut self) -> Result<(), Ended> {
        while self.has_room()
            && self.paused.is_none()
            && let Some(message) = self.requests.message().now_or_never()
        {
            match message {
                Ok(Some(request)) => self.take(request)?,
                Ok(None) => {
                    self.input_ended = true;
                    return Ok(());
                }
                Err(status) => return Err(requests::ended(status)),
            }
        }
        Ok(())
    }

    fn take(&mut self, request: v1::OrderSessionRequest) -> Result<(), Ended> {
        if let Some(dead_man) = &mut self.dead_man {
            dead_man.fires = Instant::now().checked_add(dead_man.timeout);
        }
        self.api.0.metrics.order_session_messages.inc();
        let v1::OrderSessionRequest { correlation_id, message } = request;
        if let Some(Request::Start(_)) = message {
            return Err(Ended::Status(status::second_start()));
        }
        if let Err(exceeded) = self.api.0.credentials.rates.take(self.account) {
            self.paused = Instant::now().checked_add(exceeded.retry_delay.max(PAUSE));
            let outcome = requests::error(&status::rate_exceeded(exceeded), None);
            self.waiting.push_back(Waiting { correlation_id, progress: Progress::Settled(outcome) });
            return Ok(());
        }
        let progress = match requests::prepare(&self.api, &self.caller, message) {
            Ok(Prepared { command, answer: read }) => match self.batch.push(command) {
                Ok(()) => Progress::Submitted { read },
                Err(refused) => Progress::Settled(requests::not_taken(&self.api, refused)),
            },
            Err(outcome) => Progress::Settled(*outcome),
        };
        self.waiting.push_back(Waiting { correlation_id, progress });
        Ok(())
    }

    /// Gives the engine the commands of the messages that were taken last.
    fn submit(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        let count = batch.len();
        if count == 0 {
            return;
        }
        match self.api.0.engine.submit_all(batch) {
            Ok(answer) => self.submitted.push_back((answer, Instant::now())),
            Err(refused) => {
                let newest = self.waiting.iter_mut().rev();
                let submitted =
                    newest.filter(|waiting| matches!(waiting.progress, Progress::Submitted { .. }));
                for waiting in submitted.take(count) {
                    waiting.progress = Progress::Settled(requests::not_taken(&self.api, refused.clone()));
                }
            }
        }
    }

    /// The engine has answered the first of the batches.
    fn recorded(&mut self, answer: Result<Vec<Receipt>, Stopped>) {
        if let Some((_, began)) = self.submitted.pop_front() {
            self.api.0.metrics.commit_duration.observe(began.elapsed().as_secs_f64());
        }
        let mut receipts = answer.map(Vec::into_iter);
        for waiting in &mut self.waiting {
            if !matches!(waiting.progress, Progress::Submitted { .. }) {
                continue;
            }
            let settled = match receipts.as_mut().map(Iterator::next) {
                Ok(Some(receipt)) => Ok(receipt),
                Ok(None) => return,
                Err(_) => Err(Progress::Settled(requests::error(&status::engine_stopped(), None))),
            };
            let submitted = std::mem::replace(&mut waiting.progress, Progress::Settled(requests::renewed()));
            waiting.progress = match (submitted, settled) {
                (Progress::Submitted { read }, Ok(receipt)) => {
                    if let Some(placed) = &mut self.placed {
                        follow_orders(placed, &receipt.events, true);
                    }
                    let sequence = receipt.sequence;
                    let place = requests::place(&receipt);
                    let outcome =
                        read(receipt).unwrap_or_else(|status| requests::error(&status, Some(place())));
                    Progress::Recorded { sequence, outcome }
                }
                (_, Err(settled)) => settled,
                (other, Ok(_)) => other,
            };
        }
    }

    /// Puts a message to those that are given next; as soon as they are many, gives them.
    async fn put(&mut self, message: Message) -> Result<(), Ended> {
        self.out.push(message);
        if self.out.len() < self.output.group_max() { Ok(()) } else { self.give().await }
    }

    /// Gives what is to be given. Waits for a client that does not read as long as it may; the dead-man timer goes on
    /// meanwhile.
    async fn give(&mut self) -> Result<(), Ended> {
        if self.out.is_empty() {
            return Ok(());
        }
        let group = std::mem::take(&mut self.out);
        if let Some(permit) = self.output.try_reserve() {
            permit.send(group);
            self.given = self.out_last;
            return Ok(());
        }
        let too_slow = Instant::now().checked_add(self.api.0.config.slow_reader_timeout);
        loop {
            let fires = self.dead_man.as_ref().and_then(|dead_man| dead_man.fires);
            let last = self.given;
            let dead_man = tokio::select! {
                biased;
                status = self.guards.end(last) => return Err(Ended::Status(status)),
                permit = self.output.reserve() => {
                    permit?.send(group);
                    self.given = self.out_last;
                    return Ok(());
                }
                () = fired(fires) => true,
                () = fired(too_slow) => false,
            };
            if !dead_man {
                return Err(Closed::TooSlow(last).into());
            }
            self.cancel_for_dead_man();
        }
    }

    async fn fire_dead_man(&mut self) -> Result<(), Ended> {
        let silent = self.dead_man.as_ref().map_or(Duration::ZERO, |dead_man| dead_man.timeout);
        self.cancel_for_dead_man();
        let silent_ms = super::milliseconds(silent);
        self.put(Message::DeadManFired(v1::DeadManFired { silent_ms })).await
    }

    /// Cancels all orders of the account. It is not awaited here: the batches tell.
    fn cancel_for_dead_man(&mut self) {
        if let Some(dead_man) = &mut self.dead_man {
            dead_man.fires = None;
        }
        let command = Command::CancelAll { account: self.account, side: None, request_id: None };
        tokio::spawn(ending::carry_out(self.api.clone(), command, self.api.0.order_sessions.subscribe()));
    }
}

/// Counts an open session until it is dropped.
struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Waits for the answer to the first of the batches.
async fn answered(front: Option<&mut Answer<Vec<Receipt>>>) -> Result<Vec<Receipt>, Stopped> {
    match front {
        Some(answer) => answer.await,
        None => pending().await,
    }
}

async fn fired(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
