"""The whole book, rebuilt from the stream."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import lcm

from coretime.exchange.v1 import market_data_service_pb2 as data


class ResumeGap(Exception):
    """A message of the stream is missing: begin with a new book."""


@dataclass(frozen=True)
class Level:
    """All that is for one price."""

    unit_price_planck: int
    parts: int
    orders: int


@dataclass
class Book:
    """All orders that rest, as of `sequence`."""

    sequence: int = 0
    tradable_from: int = 0
    orders: dict[int, data.BookOrder] = field(default_factory=dict)
    _number: int = 0
    _start: int = 0

    def apply(self, message: data.StreamBookResponse) -> bool:
        """Takes a message in; whether the book is whole then."""
        kind = message.WhichOneof("message")
        if kind == "start":
            self._number = 0
            self._start = message.start.position.sequence
        if message.number != self._number + 1:
            raise ResumeGap(f"message {message.number} after {self._number}")
        self._number = message.number
        if kind == "start":
            return False
        if kind == "snapshot":
            self.tradable_from = message.snapshot.tradable_from_timeslice
            self.orders.update((order.order_id, order) for order in message.snapshot.orders)
            if message.snapshot.complete:
                self.sequence = self._start
            return message.snapshot.complete
        if kind == "update":
            update = message.update
            self.tradable_from = update.tradable_from_timeslice
            for change in update.changes:
                if change.WhichOneof("change") == "order":
                    self.orders[change.order.order_id] = change.order
                else:
                    self.orders.pop(change.removed_order_id, None)
            if update.complete:
                self.sequence = update.receipt.sequence
            return update.complete
        # A reader skips what it does not know.
        return False

    def asks(self, begin: int, end: int, lot_parts: int = 80) -> list[Level]:
        """What a bid for exactly [begin, end) in such lots could take, the lowest price first. Without the venue's least
        worth of a fill, which the stream does not tell."""
        if begin < self.tradable_from:
            return []
        prices: dict[int, list[int]] = defaultdict(list)
        for order in self.orders.values():
            if order.WhichOneof("detail") != "ask" or end - begin < order.ask.min_duration_timeslices:
                continue
            multiple = lcm(lot_parts, order.lot_parts)
            for piece in order.ask.pieces:
                if piece.window.begin_timeslice <= begin and end <= piece.window.end_timeslice:
                    parts = piece.quantity_parts - piece.quantity_parts % multiple
                    if parts:
                        prices[order.unit_price_planck].append(parts)
        return [Level(price, sum(parts), len(parts)) for price, parts in sorted(prices.items())]
