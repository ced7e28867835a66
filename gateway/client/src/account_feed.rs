//! The account's own state, followed through disconnects.

use crate::client::Client;
use crate::error::{ClientError, wrong_answer};
use crate::reopened::{Next, Reopened};
use coretime_proto::v1 as pb;
use pb::order_event::Event;
use pb::stream_order_events_response::Message;
use std::collections::{BTreeMap, BTreeSet};

/// More orders than this are read in pages, not one by one.
const ONE_BY_ONE: usize = 16;

/// What the account has: never behind the last update that [`AccountFeed::next`] gave, perhaps a little ahead of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountState {
    /// Live orders, by id.
    pub orders: BTreeMap<u64, pb::Order>,
    /// Instructions that have not ended, by number.
    pub instructions: BTreeMap<u64, pb::Instruction>,
}

/// What [`AccountFeed::next`] gives.
#[derive(Clone, Debug)]
pub enum AccountUpdate {
    /// The state was read anew: at the start, and after a break so long that the venue could not tell what happened
    /// meanwhile. Fills of that time are in [`Client::fills`].
    Whole,
    /// What came of one command. None is left out between two of these, or between one and a `Whole` before it.
    Events(pb::OrderEventBatch),
}

/// Follows the account's private stream; opens it again when it breaks, after the last sequence that was seen.
pub struct AccountFeed {
    stream: Reopened<pb::StreamOrderEventsResponse>,
    state: AccountState,
    /// The last place that was seen; `None`: begin with a snapshot.
    sequence: Option<u64>,
    /// The snapshot that is being read, and where it is.
    building: Option<(u64, AccountState)>,
    /// Orders that something happened to, to be read again.
    touched: BTreeSet<u64>,
    /// An update that waits for them.
    waiting: Option<AccountUpdate>,
}

impl AccountFeed {
    pub(crate) fn new(client: Client) -> AccountFeed {
        AccountFeed {
            stream: Reopened::new(client),
            state: AccountState::default(),
            sequence: None,
            building: None,
            touched: BTreeSet::new(),
            waiting: None,
        }
    }

    /// What the account has; empty before the first update.
    pub fn state(&self) -> &AccountState {
        &self.state
    }

    /// The place in the log up to which it has seen everything; `None` before the first update.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// How often the stream was opened.
    pub fn opened(&self) -> u64 {
        self.stream.opened()
    }

    /// Waits for the next update. Safe to be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// What trying again would not change: [`ClientError::LoggedOut`], credentials without the scope to read.
    pub async fn next(&mut self) -> Result<AccountUpdate, ClientError> {
        loop {
            if self.waiting.is_some() {
                self.read_touched().await?;
            }
            if let Some(update) = self.waiting.take() {
                return Ok(update);
            }
            let next = match self.stream.next().await? {
                Next::Open => {
                    self.building = None;
                    let asked = pb::StreamOrderEventsRequest { resume_after_sequence: self.sequence };
                    let opened = match self.stream.client().services().await {
                        Ok(services) => {
                            services.orders().stream_order_events(asked).await.map_err(Into::into)
                        }
                        Err(error) => Err(error),
                    };
                    self.stream.take(opened).await?
                }
                next => next,
            };
            match next {
                Next::Message(message) => self.take(message)?,
                Next::Open => {}
                Next::TooOld(_) => self.sequence = None,
            }
        }
    }

    fn take(&mut self, message: pb::StreamOrderEventsResponse) -> Result<(), ClientError> {
        match message.message {
            Some(Message::Start(start)) if self.sequence.is_none() => {
                let position =
                    start.position.ok_or_else(|| wrong_answer("a stream's start has no position"))?;
                self.building = Some((position.sequence, AccountState::default()));
            }
            Some(Message::Snapshot(part)) => {
                let (at, mut state) =
                    self.building.take().ok_or_else(|| wrong_answer("a snapshot that was not asked for"))?;
                state.orders.extend(part.orders.into_iter().map(|order| (order.order_id, order)));
                state.instructions.extend(part.instructions.into_iter().map(|one| (one.number, one)));
                if part.complete {
                    self.sequence = Some(at);
                    self.state = state;
                    self.touched.clear();
                    self.waiting = Some(AccountUpdate::Whole);
                } else {
                    self.building = Some((at, state));
                }
            }
            Some(Message::Batch(batch)) => {
                let receipt = batch.receipt.as_ref();
                let sequence = receipt.ok_or_else(|| wrong_answer("events without a receipt"))?.sequence;
                if self.sequence.is_none_or(|last| sequence <= last) {
                    return Err(wrong_answer(format!(
                        "events of {sequence} follow those of {:?}",
                        self.sequence
                    )));
                }
                for event in &batch.events {
                    self.apply(event);
                }
                self.sequence = Some(sequence);
                self.waiting = Some(AccountUpdate::Events(batch));
            }
            Some(Message::Start(_)) | None => {}
        }
        Ok(())
    }

    fn apply(&mut self, event: &pb::OrderEvent) {
        match &event.event {
            Some(Event::Accepted(accepted)) => {
                self.touched.insert(accepted.order_id);
            }
            Some(Event::Replaced(replaced)) => {
                self.touched.insert(replaced.order_id);
            }
            Some(Event::Fill(fill)) => {
                self.touched.insert(fill.order_id);
            }
            Some(Event::Done(done)) => {
                self.touched.remove(&done.order_id);
                self.state.orders.remove(&done.order_id);
            }
            Some(Event::Instruction(instruction)) => {
                self.state.instructions.insert(instruction.number, instruction.clone());
            }
            Some(Event::InstructionEnded(ended)) => {
                self.state.instructions.remove(&ended.number);
            }
            Some(Event::InstructionReleased(released)) => {
                if let Some(instruction) = self.state.instructions.get_mut(&released.number) {
                    instruction.awaits_approval = false;
                }
            }
            None => {}
        }
    }

    /// Events name orders, and do not say all of how they are now (what an ask has left depends on how it was cut).
    async fn read_touched(&mut self) -> Result<(), ClientError> {
        if self.touched.len() > ONE_BY_ONE {
            let orders = self.stream.client().orders().await?;
            self.state.orders = orders.into_iter().map(|order| (order.order_id, order)).collect();
            self.touched.clear();
        }
        while let Some(order_id) = self.touched.first().copied() {
            match self.stream.client().live_order(order_id).await? {
                Some(order) => self.state.orders.insert(order_id, order),
                None => self.state.orders.remove(&order_id),
            };
            self.touched.remove(&order_id);
        }
        Ok(())
    }
}
