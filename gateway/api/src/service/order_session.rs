//! Order sessions: commands in; answers and the account's other events out, in the order of the log.
//!
//! A session is a task of its own, so that its timers go on when the client neither reads nor writes. Answers come from
//! the engine, everything else of the account from the feed; [`Session::flush`] merges the two by sequence. A record of the
//! account's own is held back until it is known whether it is this session's.

mod ending;
mod output;
mod requests;

use super::{Api, order_events};
use crate::{
    auth::session::Caller,
    feed::{AccountReader, Entry},
    status,
    streams::{Guards, end_status},
};
use coretime_proto::v1::{
    self, order_session_answer::Result as Outcome, order_session_request::Message as Request,
    order_session_response::Message,
};
use coretime_sequencer::{Answer, Receipt};
use coretime_types::{AccountId, Command, Event, OrderId, Sequence};
use futures::{FutureExt, stream::BoxStream};
use output::{Closed, Output};
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

/// What a message is answered with, once there is a receipt.
type Read = Box<dyn FnOnce(Receipt) -> Result<Outcome, Status> + Send>;

/// A message that is not answered yet.
struct Waiting {
    correlation_id: u64,
    progress: Progress,
}

enum Progress {
    /// The engine has the command.
    Submitted { answer: Answer<Receipt>, read: Read },
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

/// What a session gives next.
enum Due {
    Answer,
    /// The account's next record is the answer's.
    OwnRecord,
    Batch,
    Nothing,
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
    /// The account's next record, not given yet.
    next: Option<Arc<Entry>>,
    /// The client sends no more.
    input_ended: bool,
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
    tokio::spawn(async move {
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
                    next: None,
                    input_ended: false,
                    dead_man: requests::dead_man(&start),
                    placed: start.cancel_on_disconnect.then(BTreeSet::new),
                    _over: over,
                    api,
                };
                session.run(position, snapshot).await;
            }
        }
    });
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
    Answer(Result<Receipt, coretime_sequencer::Stopped>),
    Feed,
    Request(Result<Option<v1::OrderSessionRequest>, Status>),
}

impl Session {
    async fn run(mut self, start: v1::StreamStart, snapshot: Vec<v1::AccountSnapshot>) {
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
        self.send(Message::Start(start)).await?;
        for part in snapshot {
            self.send(Message::Snapshot(part)).await?;
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
                Wake::Request(Ok(None)) => self.input_ended = true,
                Wake::Request(Ok(Some(request))) => {
                    self.take(request)?;
                    self.take_what_is_there()?;
                }
                Wake::Request(Err(status)) => return Err(requests::ended(status)),
            }
        }
    }

    async fn wake(&mut self) -> Wake {
        let last = self.reader.last();
        let takes = !self.input_ended && self.has_room();
        let fires = self.dead_man.as_ref().and_then(|dead_man| dead_man.fires);
        let held_back = self.next.is_some();
        let front = self.waiting.front_mut();
        tokio::select! {
            biased;
            status = self.guards.end(last) => Wake::Guard(status),
            () = fired(fires) => Wake::DeadMan,
            answer = answered(front) => Wake::Answer(answer),
            () = self.reader.changed(), if !held_back => Wake::Feed,
            request = self.requests.message(), if takes => Wake::Request(request),
        }
    }

    fn has_room(&self) -> bool {
        self.waiting.len() < self.api.0.config.max_pending_per_order_session
    }

    /// Takes the messages that have come already: many then share one wake.
    fn take_what_is_there(&mut self) -> Result<(), Ended> {
        while self.has_room()
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
        let v1::OrderSessionRequest { correlation_id, message } = request;
        if let Some(Request::Start(_)) = message {
            return Err(Ended::Status(status::second_start()));
        }
        let progress = requests::submit(&self.api, &self.caller, message);
        self.waiting.push_back(Waiting { correlation_id, progress });
        Ok(())
    }

    /// The engine has answered the first that waits.
    fn recorded(&mut self, answer: Result<Receipt, coretime_sequencer::Stopped>) {
        let Some(front) = self.waiting.front_mut() else { return };
        let progress = std::mem::replace(&mut front.progress, Progress::Settled(requests::renewed()));
        front.progress = match (progress, answer) {
            (Progress::Submitted { read, .. }, Ok(receipt)) => {
                if let Some(placed) = &mut self.placed {
                    follow_orders(placed, &receipt.events, true);
                }
                let sequence = receipt.sequence;
                let place = requests::receipt(&receipt);
                let outcome = read(receipt).unwrap_or_else(|status| requests::error(&status, Some(place)));
                Progress::Recorded { sequence, outcome }
            }
            (Progress::Submitted { .. }, Err(_)) => {
                Progress::Settled(requests::error(&status::engine_stopped(), None))
            }
            (other, _) => other,
        };
    }

    /// Gives all that is in order.
    async fn flush(&mut self) -> Result<(), Ended> {
        loop {
            if let Some(Waiting { progress: Progress::Submitted { answer, .. }, .. }) =
                self.waiting.front_mut()
                && let Some(answer) = answer.now_or_never()
            {
                self.recorded(answer);
            }
            if self.next.is_none() {
                let last = self.reader.last();
                self.next = self.reader.try_next().map_err(|end| Ended::Status(end_status(end, last)))?;
            }
            match self.due() {
                Due::Answer => self.give_answer().await?,
                Due::OwnRecord => {
                    self.next = None;
                    self.give_answer().await?;
                }
                Due::Batch => self.give_batch().await?,
                Due::Nothing => return Ok(()),
            }
        }
    }

    /// What comes next in the order of the log, as far as that is known.
    fn due(&self) -> Due {
        let next = self.next.as_ref().map(|entry| entry.record.sequence);
        match (self.waiting.front().map(|front| &front.progress), next) {
            (Some(Progress::Settled(_)), _) => Due::Answer,
            (Some(Progress::Recorded { sequence, .. }), Some(next)) if next == *sequence => Due::OwnRecord,
            (Some(Progress::Recorded { sequence, .. }), Some(next)) if next > *sequence => Due::Answer,
            // Until the answer is there, this record may be the one that it is about, or a later one.
            (Some(Progress::Submitted { .. }), _) | (_, None) => Due::Nothing,
            (Some(Progress::Recorded { .. }) | None, Some(_)) => Due::Batch,
        }
    }

    async fn give_answer(&mut self) -> Result<(), Ended> {
        let Some(Waiting { correlation_id, progress }) = self.waiting.pop_front() else { return Ok(()) };
        if let Progress::Recorded { outcome, .. } | Progress::Settled(outcome) = progress {
            let answer = v1::OrderSessionAnswer { correlation_id, result: Some(outcome) };
            self.send(Message::Answer(answer)).await?;
        }
        Ok(())
    }

    async fn give_batch(&mut self) -> Result<(), Ended> {
        let Some(entry) = self.next.take() else { return Ok(()) };
        if let Some(placed) = &mut self.placed {
            follow_orders(placed, &entry.record.events, false);
        }
        match order_events::batch(&entry, self.account) {
            Some(batch) => self.send(Message::Batch(batch)).await,
            None => Ok(()),
        }
    }

    /// Waits for a client that does not read as long as it may; the dead-man timer goes on meanwhile.
    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        if let Some(permit) = self.output.try_reserve() {
            permit.send(message);
            return Ok(());
        }
        let too_slow = Instant::now().checked_add(self.api.0.config.slow_reader_timeout);
        loop {
            let fires = self.dead_man.as_ref().and_then(|dead_man| dead_man.fires);
            let last = self.reader.last();
            let dead_man = tokio::select! {
                biased;
                status = self.guards.end(last) => return Err(Ended::Status(status)),
                permit = self.output.reserve() => {
                    permit?.send(message);
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
        self.send(Message::DeadManFired(v1::DeadManFired { silent_ms })).await
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

/// Follows which orders of the session are live. Only its own commands place orders of its own.
fn follow_orders(placed: &mut BTreeSet<OrderId>, events: &[Event], own_command: bool) {
    for event in events {
        match *event {
            Event::Accepted { order_id } if own_command => {
                placed.insert(order_id);
            }
            Event::Done { order_id, .. } => {
                placed.remove(&order_id);
            }
            _ => {}
        }
    }
}

/// Waits for the answer of the first that waits.
async fn answered(front: Option<&mut Waiting>) -> Result<Receipt, coretime_sequencer::Stopped> {
    match front {
        Some(Waiting { progress: Progress::Submitted { answer, .. }, .. }) => answer.await,
        _ => pending().await,
    }
}

async fn fired(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
