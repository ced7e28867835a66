"""Calls and streams, with the session's credentials."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

import grpc
from coretime.exchange.v1 import (
    account_service_pb2 as accounts,
    account_service_pb2_grpc as accounts_grpc,
    auth_service_pb2 as auth,
    auth_service_pb2_grpc as auth_grpc,
    common_pb2 as common,
    market_data_service_pb2 as data,
    market_data_service_pb2_grpc as data_grpc,
    order_pb2 as orders_messages,
    order_service_pb2 as orders,
    order_service_pb2_grpc as orders_grpc,
)

from .book import Book
from .keys import Key

CORE_PARTS = 80


class Client:
    """A connection. Public calls work at once; the others after `log_in` or with an API key. Errors are `grpc.RpcError`."""

    def __init__(self, channel: grpc.Channel, api_key: str | None = None, deadline_s: float = 30.0) -> None:
        """Closes the channel when it is closed itself."""
        self._channel = channel
        self._token = api_key
        self._deadline_s = deadline_s
        self._auth = auth_grpc.AuthServiceStub(channel)
        self._accounts = accounts_grpc.AccountServiceStub(channel)
        self._orders = orders_grpc.OrderServiceStub(channel)
        self._data = data_grpc.MarketDataServiceStub(channel)

    @classmethod
    def insecure(cls, address: str, api_key: str | None = None) -> Client:
        """Without encryption, for a venue on loopback."""
        return cls(grpc.insecure_channel(address), api_key)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def log_in(self, key: Key) -> str:
        """Signs the venue's challenge and opens a session; gives the account."""
        asked = auth.CreateChallengeRequest(account=key.account)
        challenge = self._auth.CreateChallenge(asked, timeout=self._deadline_s).challenge
        signed = auth.CreateSessionRequest(
            account=key.account,
            challenge=challenge,
            signature=key.sign(challenge.encode()),
            scheme=key.scheme,
        )
        session = self._auth.CreateSession(signed, timeout=self._deadline_s)
        self._token = session.session_token
        return session.account

    def funds(self) -> tuple[int, int]:
        """Free and held planck."""
        answer = self._accounts.GetAccount(accounts.GetAccountRequest(), **self._credentials())
        return int(answer.free_planck), int(answer.held_planck)

    def regions(self) -> Iterator[common.Region]:
        """The account's free regions."""
        token = ""
        while True:
            asked = accounts.ListRegionsRequest(page_size=1_000, page_token=token)
            page = self._accounts.ListRegions(asked, **self._credentials())
            yield from (owned.region for owned in page.regions)
            token = page.next_page_token
            if not token:
                return

    def book(self, begin: int, end: int, lot_parts: int = CORE_PARTS) -> data.GetBookResponse:
        """The book of the window [begin, end)."""
        window = common.Window(begin_timeslice=begin, end_timeslice=end)
        return self._data.GetBook(
            data.GetBookRequest(window=window, lot_parts=lot_parts), timeout=self._deadline_s
        )

    def bid(
        self,
        *,
        client_order_id: int,
        unit_price_planck: int,
        begin: int,
        end: int,
        parts: int = CORE_PARTS,
        lot_parts: int = CORE_PARTS,
        time_in_force: int = orders_messages.TIME_IN_FORCE_GOOD_TILL_CANCELLED,
    ) -> orders.PlaceBidResponse:
        """Buys `parts` during exactly [begin, end), at most at this price; what is bought stays in custody."""
        terms = orders_messages.BidTerms(
            client_order_id=client_order_id,
            unit_price_planck=unit_price_planck,
            quantity_parts=parts,
            lot_parts=lot_parts,
            within=common.Window(begin_timeslice=begin, end_timeslice=end),
            duration_timeslices=end - begin,
        )
        bid = orders_messages.Bid(terms=terms, time_in_force=time_in_force)
        return self._orders.PlaceBid(orders.PlaceBidRequest(bid=bid), **self._credentials())

    def ask(
        self,
        *,
        client_order_id: int,
        unit_price_planck: int,
        region: common.Region,
        lot_parts: int = CORE_PARTS,
        min_timeslices: int = 1,
    ) -> orders.PlaceAskResponse:
        """Sells a free region, whole or in pieces, at least at this price."""
        ask = orders_messages.Ask(
            client_order_id=client_order_id,
            unit_price_planck=unit_price_planck,
            region_id=common.RegionId(
                begin_timeslice=region.begin_timeslice,
                core_index=region.core_index,
                core_mask=region.core_mask,
            ),
            lot_parts=lot_parts,
            min_duration_timeslices=min_timeslices,
        )
        return self._orders.PlaceAsk(orders.PlaceAskRequest(ask=ask), **self._credentials())

    def cancel(self, order_id: int) -> None:
        """Cancels an order."""
        self._orders.CancelOrder(orders.CancelOrderRequest(order_id=order_id), **self._credentials())

    def events(self, resume_after: int | None = None) -> Iterator[orders.StreamOrderEventsResponse]:
        """The account's own events, from now on or after the last sequence that was seen, without a gap."""
        asked = orders.StreamOrderEventsRequest(resume_after_sequence=resume_after)
        yield from self._orders.StreamOrderEvents(asked, metadata=self._metadata())

    def follow_book(self, book: Book) -> Iterator[int]:
        """Keeps `book` as the venue's is; gives the sequence of each state of it. A book that was followed before goes
        on where it was left; RESUME_TOO_OLD (OUT_OF_RANGE) means: begin with a new one."""
        asked = data.StreamBookRequest(resume_after_sequence=book.sequence or None)
        for message in self._data.StreamBook(asked):
            if book.apply(message):
                yield book.sequence

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        if self._token is None:
            raise RuntimeError("log in first, or give an API key")
        return (("authorization", f"Bearer {self._token}"),)

    def _credentials(self) -> dict[str, Any]:
        return {"metadata": self._metadata(), "timeout": self._deadline_s}
