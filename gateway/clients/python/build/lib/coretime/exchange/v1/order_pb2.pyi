from coretime.exchange.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TimeInForce(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_IN_FORCE_UNSPECIFIED: _ClassVar[TimeInForce]
    TIME_IN_FORCE_GOOD_TILL_CANCELLED: _ClassVar[TimeInForce]
    TIME_IN_FORCE_IMMEDIATE_OR_CANCEL: _ClassVar[TimeInForce]
    TIME_IN_FORCE_FILL_OR_KILL: _ClassVar[TimeInForce]

class SelfTrade(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SELF_TRADE_UNSPECIFIED: _ClassVar[SelfTrade]
    SELF_TRADE_CANCEL_TAKER: _ClassVar[SelfTrade]
    SELF_TRADE_CANCEL_MAKER: _ClassVar[SelfTrade]

class OrderStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_STATUS_UNSPECIFIED: _ClassVar[OrderStatus]
    ORDER_STATUS_LIVE: _ClassVar[OrderStatus]
    ORDER_STATUS_ENDED: _ClassVar[OrderStatus]
TIME_IN_FORCE_UNSPECIFIED: TimeInForce
TIME_IN_FORCE_GOOD_TILL_CANCELLED: TimeInForce
TIME_IN_FORCE_IMMEDIATE_OR_CANCEL: TimeInForce
TIME_IN_FORCE_FILL_OR_KILL: TimeInForce
SELF_TRADE_UNSPECIFIED: SelfTrade
SELF_TRADE_CANCEL_TAKER: SelfTrade
SELF_TRADE_CANCEL_MAKER: SelfTrade
ORDER_STATUS_UNSPECIFIED: OrderStatus
ORDER_STATUS_LIVE: OrderStatus
ORDER_STATUS_ENDED: OrderStatus

class Delivery(_message.Message):
    __slots__ = ("custody", "transfer", "assign")
    CUSTODY_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    ASSIGN_FIELD_NUMBER: _ClassVar[int]
    custody: CustodyDelivery
    transfer: TransferDelivery
    assign: AssignDelivery
    def __init__(self, custody: _Optional[_Union[CustodyDelivery, _Mapping]] = ..., transfer: _Optional[_Union[TransferDelivery, _Mapping]] = ..., assign: _Optional[_Union[AssignDelivery, _Mapping]] = ...) -> None: ...

class CustodyDelivery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class TransferDelivery(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AssignDelivery(_message.Message):
    __slots__ = ("task_id",)
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    task_id: int
    def __init__(self, task_id: _Optional[int] = ...) -> None: ...

class BidTerms(_message.Message):
    __slots__ = ("client_order_id", "unit_price_planck", "quantity_parts", "lot_parts", "within", "duration_timeslices", "require_renewable", "delivery", "self_trade")
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_PARTS_FIELD_NUMBER: _ClassVar[int]
    LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    WITHIN_FIELD_NUMBER: _ClassVar[int]
    DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_RENEWABLE_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_FIELD_NUMBER: _ClassVar[int]
    client_order_id: int
    unit_price_planck: int
    quantity_parts: int
    lot_parts: int
    within: _common_pb2.Window
    duration_timeslices: int
    require_renewable: bool
    delivery: Delivery
    self_trade: SelfTrade
    def __init__(self, client_order_id: _Optional[int] = ..., unit_price_planck: _Optional[int] = ..., quantity_parts: _Optional[int] = ..., lot_parts: _Optional[int] = ..., within: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., duration_timeslices: _Optional[int] = ..., require_renewable: _Optional[bool] = ..., delivery: _Optional[_Union[Delivery, _Mapping]] = ..., self_trade: _Optional[_Union[SelfTrade, str]] = ...) -> None: ...

class Bid(_message.Message):
    __slots__ = ("terms", "time_in_force", "post_only", "expire_at_timeslice")
    TERMS_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_AT_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    terms: BidTerms
    time_in_force: TimeInForce
    post_only: bool
    expire_at_timeslice: int
    def __init__(self, terms: _Optional[_Union[BidTerms, _Mapping]] = ..., time_in_force: _Optional[_Union[TimeInForce, str]] = ..., post_only: _Optional[bool] = ..., expire_at_timeslice: _Optional[int] = ...) -> None: ...

class Ask(_message.Message):
    __slots__ = ("client_order_id", "unit_price_planck", "region_id", "lot_parts", "min_duration_timeslices", "time_in_force", "post_only", "expire_at_timeslice", "self_trade")
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    REGION_ID_FIELD_NUMBER: _ClassVar[int]
    LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    MIN_DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_AT_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_FIELD_NUMBER: _ClassVar[int]
    client_order_id: int
    unit_price_planck: int
    region_id: _common_pb2.RegionId
    lot_parts: int
    min_duration_timeslices: int
    time_in_force: TimeInForce
    post_only: bool
    expire_at_timeslice: int
    self_trade: SelfTrade
    def __init__(self, client_order_id: _Optional[int] = ..., unit_price_planck: _Optional[int] = ..., region_id: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., lot_parts: _Optional[int] = ..., min_duration_timeslices: _Optional[int] = ..., time_in_force: _Optional[_Union[TimeInForce, str]] = ..., post_only: _Optional[bool] = ..., expire_at_timeslice: _Optional[int] = ..., self_trade: _Optional[_Union[SelfTrade, str]] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "client_order_id", "status", "priority", "unit_price_planck", "lot_parts", "post_only", "expire_at_timeslice", "self_trade", "bid", "ask")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_AT_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: int
    status: OrderStatus
    priority: int
    unit_price_planck: int
    lot_parts: int
    post_only: bool
    expire_at_timeslice: int
    self_trade: SelfTrade
    bid: BidDetail
    ask: AskDetail
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[int] = ..., status: _Optional[_Union[OrderStatus, str]] = ..., priority: _Optional[int] = ..., unit_price_planck: _Optional[int] = ..., lot_parts: _Optional[int] = ..., post_only: _Optional[bool] = ..., expire_at_timeslice: _Optional[int] = ..., self_trade: _Optional[_Union[SelfTrade, str]] = ..., bid: _Optional[_Union[BidDetail, _Mapping]] = ..., ask: _Optional[_Union[AskDetail, _Mapping]] = ...) -> None: ...

class BidDetail(_message.Message):
    __slots__ = ("remaining_parts", "within", "duration_timeslices", "require_renewable", "delivery", "held_planck")
    REMAINING_PARTS_FIELD_NUMBER: _ClassVar[int]
    WITHIN_FIELD_NUMBER: _ClassVar[int]
    DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_RENEWABLE_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    HELD_PLANCK_FIELD_NUMBER: _ClassVar[int]
    remaining_parts: int
    within: _common_pb2.Window
    duration_timeslices: int
    require_renewable: bool
    delivery: Delivery
    held_planck: str
    def __init__(self, remaining_parts: _Optional[int] = ..., within: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., duration_timeslices: _Optional[int] = ..., require_renewable: _Optional[bool] = ..., delivery: _Optional[_Union[Delivery, _Mapping]] = ..., held_planck: _Optional[str] = ...) -> None: ...

class AskDetail(_message.Message):
    __slots__ = ("pieces", "min_duration_timeslices")
    PIECES_FIELD_NUMBER: _ClassVar[int]
    MIN_DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    pieces: _containers.RepeatedCompositeFieldContainer[OwnedRegion]
    min_duration_timeslices: int
    def __init__(self, pieces: _Optional[_Iterable[_Union[OwnedRegion, _Mapping]]] = ..., min_duration_timeslices: _Optional[int] = ...) -> None: ...

class OwnedRegion(_message.Message):
    __slots__ = ("region", "renewable")
    REGION_FIELD_NUMBER: _ClassVar[int]
    RENEWABLE_FIELD_NUMBER: _ClassVar[int]
    region: _common_pb2.Region
    renewable: bool
    def __init__(self, region: _Optional[_Union[_common_pb2.Region, _Mapping]] = ..., renewable: _Optional[bool] = ...) -> None: ...
