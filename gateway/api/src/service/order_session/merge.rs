//! What is given next: answers and the account's own records, merged into the order of the log.

use super::{Ended, Message, Progress, Session, Waiting};
use crate::{service::order_events, streams::end_status};
use coretime_proto::v1;
use coretime_types::{Event, OrderId};
use futures::FutureExt;
use std::collections::BTreeSet;

/// What a session gives next.
enum Due {
    Answer,
    /// The account's next record is the answer's.
    OwnRecord,
    Batch,
    Nothing,
}

impl Session {
    /// Gives all that is in order.
    pub(super) async fn flush(&mut self) -> Result<(), Ended> {
        let merged = self.merge().await;
        let given = self.give().await;
        merged.and(given)
    }

    async fn merge(&mut self) -> Result<(), Ended> {
        loop {
            if let Some(Waiting { progress: Progress::Submitted { .. }, .. }) = self.waiting.front()
                && let Some(answer) = self.submitted.front_mut().and_then(|(answer, _)| answer.now_or_never())
            {
                self.recorded(answer);
            }
            if self.next.is_none() {
                let last = self.out_last;
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
        let outcome = match progress {
            Progress::Recorded { sequence, outcome } => {
                self.out_last = sequence;
                outcome
            }
            Progress::Settled(outcome) => outcome,
            Progress::Submitted { .. } => return Ok(()),
        };
        self.api.0.metrics.order_session_answers.inc();
        self.put(Message::Answer(v1::OrderSessionAnswer { correlation_id, result: Some(outcome) })).await
    }

    async fn give_batch(&mut self) -> Result<(), Ended> {
        let Some(entry) = self.next.take() else { return Ok(()) };
        if let Some(placed) = &mut self.placed {
            follow_orders(placed, &entry.record.events, false);
        }
        self.out_last = entry.record.sequence;
        match order_events::batch(&entry, self.account) {
            Some(batch) => self.put(Message::Batch(batch)).await,
            None => Ok(()),
        }
    }
}

/// Follows which orders of the session are live. Only its own commands place orders of its own.
pub(super) fn follow_orders(placed: &mut BTreeSet<OrderId>, events: &[Event], own_command: bool) {
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
