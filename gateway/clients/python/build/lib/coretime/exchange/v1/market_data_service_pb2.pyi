from coretime.exchange.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetBookRequest(_message.Message):
    __slots__ = ("window", "lot_parts", "max_levels")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    MAX_LEVELS_FIELD_NUMBER: _ClassVar[int]
    window: _common_pb2.Window
    lot_parts: int
    max_levels: int
    def __init__(self, window: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., lot_parts: _Optional[int] = ..., max_levels: _Optional[int] = ...) -> None: ...

class GetBookResponse(_message.Message):
    __slots__ = ("bids", "asks", "position")
    BIDS_FIELD_NUMBER: _ClassVar[int]
    ASKS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    bids: _containers.RepeatedCompositeFieldContainer[BookLevel]
    asks: _containers.RepeatedCompositeFieldContainer[BookLevel]
    position: _common_pb2.Position
    def __init__(self, bids: _Optional[_Iterable[_Union[BookLevel, _Mapping]]] = ..., asks: _Optional[_Iterable[_Union[BookLevel, _Mapping]]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class BookLevel(_message.Message):
    __slots__ = ("unit_price_planck", "quantity_parts", "order_count")
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_PARTS_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    unit_price_planck: int
    quantity_parts: int
    order_count: int
    def __init__(self, unit_price_planck: _Optional[int] = ..., quantity_parts: _Optional[int] = ..., order_count: _Optional[int] = ...) -> None: ...

class GetCurveRequest(_message.Message):
    __slots__ = ("length_timeslices", "max_points")
    LENGTH_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    MAX_POINTS_FIELD_NUMBER: _ClassVar[int]
    length_timeslices: int
    max_points: int
    def __init__(self, length_timeslices: _Optional[int] = ..., max_points: _Optional[int] = ...) -> None: ...

class GetCurveResponse(_message.Message):
    __slots__ = ("points", "position")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    points: _containers.RepeatedCompositeFieldContainer[CurvePoint]
    position: _common_pb2.Position
    def __init__(self, points: _Optional[_Iterable[_Union[CurvePoint, _Mapping]]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class CurvePoint(_message.Message):
    __slots__ = ("window", "best_bid", "best_ask", "last_trade")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    BEST_BID_FIELD_NUMBER: _ClassVar[int]
    BEST_ASK_FIELD_NUMBER: _ClassVar[int]
    LAST_TRADE_FIELD_NUMBER: _ClassVar[int]
    window: _common_pb2.Window
    best_bid: BookLevel
    best_ask: BookLevel
    last_trade: PublicTrade
    def __init__(self, window: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., best_bid: _Optional[_Union[BookLevel, _Mapping]] = ..., best_ask: _Optional[_Union[BookLevel, _Mapping]] = ..., last_trade: _Optional[_Union[PublicTrade, _Mapping]] = ...) -> None: ...

class StreamTradesRequest(_message.Message):
    __slots__ = ("resume_after_sequence",)
    RESUME_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    resume_after_sequence: int
    def __init__(self, resume_after_sequence: _Optional[int] = ...) -> None: ...

class StreamTradesResponse(_message.Message):
    __slots__ = ("start", "batch")
    START_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    start: _common_pb2.StreamStart
    batch: TradeBatch
    def __init__(self, start: _Optional[_Union[_common_pb2.StreamStart, _Mapping]] = ..., batch: _Optional[_Union[TradeBatch, _Mapping]] = ...) -> None: ...

class TradeBatch(_message.Message):
    __slots__ = ("receipt", "trades")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    trades: _containers.RepeatedCompositeFieldContainer[PublicTrade]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., trades: _Optional[_Iterable[_Union[PublicTrade, _Mapping]]] = ...) -> None: ...

class PublicTrade(_message.Message):
    __slots__ = ("trade_id", "taker_side", "unit_price_planck", "quantity_parts", "window", "notional_planck")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    TAKER_SIDE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_PARTS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    NOTIONAL_PLANCK_FIELD_NUMBER: _ClassVar[int]
    trade_id: int
    taker_side: _common_pb2.Side
    unit_price_planck: int
    quantity_parts: int
    window: _common_pb2.Window
    notional_planck: str
    def __init__(self, trade_id: _Optional[int] = ..., taker_side: _Optional[_Union[_common_pb2.Side, str]] = ..., unit_price_planck: _Optional[int] = ..., quantity_parts: _Optional[int] = ..., window: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., notional_planck: _Optional[str] = ...) -> None: ...

class StreamBookRequest(_message.Message):
    __slots__ = ("resume_after_sequence",)
    RESUME_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    resume_after_sequence: int
    def __init__(self, resume_after_sequence: _Optional[int] = ...) -> None: ...

class StreamBookResponse(_message.Message):
    __slots__ = ("number", "start", "snapshot", "update")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    number: int
    start: _common_pb2.StreamStart
    snapshot: BookSnapshot
    update: BookUpdate
    def __init__(self, number: _Optional[int] = ..., start: _Optional[_Union[_common_pb2.StreamStart, _Mapping]] = ..., snapshot: _Optional[_Union[BookSnapshot, _Mapping]] = ..., update: _Optional[_Union[BookUpdate, _Mapping]] = ...) -> None: ...

class BookSnapshot(_message.Message):
    __slots__ = ("orders", "tradable_from_timeslice", "complete")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    TRADABLE_FROM_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[BookOrder]
    tradable_from_timeslice: int
    complete: bool
    def __init__(self, orders: _Optional[_Iterable[_Union[BookOrder, _Mapping]]] = ..., tradable_from_timeslice: _Optional[int] = ..., complete: _Optional[bool] = ...) -> None: ...

class BookUpdate(_message.Message):
    __slots__ = ("receipt", "tradable_from_timeslice", "changes", "complete")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    TRADABLE_FROM_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    tradable_from_timeslice: int
    changes: _containers.RepeatedCompositeFieldContainer[BookChange]
    complete: bool
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., tradable_from_timeslice: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[BookChange, _Mapping]]] = ..., complete: _Optional[bool] = ...) -> None: ...

class BookChange(_message.Message):
    __slots__ = ("order", "removed_order_id")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    REMOVED_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order: BookOrder
    removed_order_id: int
    def __init__(self, order: _Optional[_Union[BookOrder, _Mapping]] = ..., removed_order_id: _Optional[int] = ...) -> None: ...

class BookOrder(_message.Message):
    __slots__ = ("order_id", "priority", "unit_price_planck", "lot_parts", "bid", "ask")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    priority: int
    unit_price_planck: int
    lot_parts: int
    bid: BookBid
    ask: BookAsk
    def __init__(self, order_id: _Optional[int] = ..., priority: _Optional[int] = ..., unit_price_planck: _Optional[int] = ..., lot_parts: _Optional[int] = ..., bid: _Optional[_Union[BookBid, _Mapping]] = ..., ask: _Optional[_Union[BookAsk, _Mapping]] = ...) -> None: ...

class BookBid(_message.Message):
    __slots__ = ("remaining_parts", "within", "duration_timeslices", "require_renewable")
    REMAINING_PARTS_FIELD_NUMBER: _ClassVar[int]
    WITHIN_FIELD_NUMBER: _ClassVar[int]
    DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_RENEWABLE_FIELD_NUMBER: _ClassVar[int]
    remaining_parts: int
    within: _common_pb2.Window
    duration_timeslices: int
    require_renewable: bool
    def __init__(self, remaining_parts: _Optional[int] = ..., within: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., duration_timeslices: _Optional[int] = ..., require_renewable: _Optional[bool] = ...) -> None: ...

class BookAsk(_message.Message):
    __slots__ = ("pieces", "min_duration_timeslices")
    PIECES_FIELD_NUMBER: _ClassVar[int]
    MIN_DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    pieces: _containers.RepeatedCompositeFieldContainer[BookPiece]
    min_duration_timeslices: int
    def __init__(self, pieces: _Optional[_Iterable[_Union[BookPiece, _Mapping]]] = ..., min_duration_timeslices: _Optional[int] = ...) -> None: ...

class BookPiece(_message.Message):
    __slots__ = ("window", "quantity_parts", "renewable")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_PARTS_FIELD_NUMBER: _ClassVar[int]
    RENEWABLE_FIELD_NUMBER: _ClassVar[int]
    window: _common_pb2.Window
    quantity_parts: int
    renewable: bool
    def __init__(self, window: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., quantity_parts: _Optional[int] = ..., renewable: _Optional[bool] = ...) -> None: ...
