//! The events that the engine gave for a command, read one after the other.

use crate::error::{Check, Mismatch, same};
use coretime_types::{DoneReason, Event, OrderId};

#[derive(Debug)]
pub(super) struct Told<'a> {
    rest: &'a [Event],
}

impl<'a> Told<'a> {
    pub(super) fn new(events: &'a [Event]) -> Told<'a> {
        Told { rest: events }
    }

    /// The next event, if there is one.
    pub(super) fn next(&mut self) -> Option<&'a Event> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// The next event without reading on.
    pub(super) fn peek(&self) -> Option<&'a Event> {
        self.rest.first()
    }

    /// Reads an event that must come here.
    pub(super) fn expect(&mut self, order: Option<OrderId>, expected: Event) -> Check {
        same("the next event", order, Some(&expected), self.next())
    }

    pub(super) fn expect_done(&mut self, order_id: OrderId, reason: DoneReason) -> Check {
        self.expect(Some(order_id), Event::Done { order_id, reason })
    }

    /// Nothing may be left.
    pub(super) fn end(&self) -> Check {
        match self.peek() {
            None => Ok(()),
            Some(event) => Err(Mismatch::new("the next event", None, "none", format!("{event:?}"))),
        }
    }
}
