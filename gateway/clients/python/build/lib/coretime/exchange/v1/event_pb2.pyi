from coretime.exchange.v1 import common_pb2 as _common_pb2
from coretime.exchange.v1 import instruction_pb2 as _instruction_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RejectReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REJECT_REASON_UNSPECIFIED: _ClassVar[RejectReason]
    REJECT_REASON_HALTED: _ClassVar[RejectReason]
    REJECT_REASON_SUSPENDED: _ClassVar[RejectReason]
    REJECT_REASON_UNKNOWN_ORDER: _ClassVar[RejectReason]
    REJECT_REASON_DUPLICATE_REQUEST: _ClassVar[RejectReason]
    REJECT_REASON_DUPLICATE_CLIENT_ORDER_ID: _ClassVar[RejectReason]
    REJECT_REASON_TOO_MANY_ORDERS: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_PRICE: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_TIME_IN_FORCE: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_EXPIRY: _ClassVar[RejectReason]
    REJECT_REASON_REGION_UNAVAILABLE: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_WINDOW: _ClassVar[RejectReason]
    REJECT_REASON_WINDOW_IN_PAST: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_LOT: _ClassVar[RejectReason]
    REJECT_REASON_INTERLACING_DISABLED: _ClassVar[RejectReason]
    REJECT_REASON_BELOW_MINIMUM: _ClassVar[RejectReason]
    REJECT_REASON_INSUFFICIENT_FUNDS: _ClassVar[RejectReason]
    REJECT_REASON_WOULD_MATCH: _ClassVar[RejectReason]
    REJECT_REASON_NOT_FILLED: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_SIZE: _ClassVar[RejectReason]
    REJECT_REASON_LEG_REJECTED: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_PIVOT: _ClassVar[RejectReason]
    REJECT_REASON_TOO_MANY_REGIONS: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_AMOUNT: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_REGION: _ClassVar[RejectReason]
    REJECT_REASON_FROZEN: _ClassVar[RejectReason]
    REJECT_REASON_UNKNOWN_INSTRUCTION: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_SETTING: _ClassVar[RejectReason]
    REJECT_REASON_ORDERS_LIVE: _ClassVar[RejectReason]
    REJECT_REASON_CLOCK_BACKWARDS: _ClassVar[RejectReason]
    REJECT_REASON_MALFORMED: _ClassVar[RejectReason]

class DoneReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DONE_REASON_UNSPECIFIED: _ClassVar[DoneReason]
    DONE_REASON_FILLED: _ClassVar[DoneReason]
    DONE_REASON_CANCELLED: _ClassVar[DoneReason]
    DONE_REASON_EXPIRED: _ClassVar[DoneReason]
    DONE_REASON_SELF_TRADE: _ClassVar[DoneReason]

class LiquidityRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIQUIDITY_ROLE_UNSPECIFIED: _ClassVar[LiquidityRole]
    LIQUIDITY_ROLE_MAKER: _ClassVar[LiquidityRole]
    LIQUIDITY_ROLE_TAKER: _ClassVar[LiquidityRole]
REJECT_REASON_UNSPECIFIED: RejectReason
REJECT_REASON_HALTED: RejectReason
REJECT_REASON_SUSPENDED: RejectReason
REJECT_REASON_UNKNOWN_ORDER: RejectReason
REJECT_REASON_DUPLICATE_REQUEST: RejectReason
REJECT_REASON_DUPLICATE_CLIENT_ORDER_ID: RejectReason
REJECT_REASON_TOO_MANY_ORDERS: RejectReason
REJECT_REASON_INVALID_PRICE: RejectReason
REJECT_REASON_INVALID_TIME_IN_FORCE: RejectReason
REJECT_REASON_INVALID_EXPIRY: RejectReason
REJECT_REASON_REGION_UNAVAILABLE: RejectReason
REJECT_REASON_INVALID_WINDOW: RejectReason
REJECT_REASON_WINDOW_IN_PAST: RejectReason
REJECT_REASON_INVALID_LOT: RejectReason
REJECT_REASON_INTERLACING_DISABLED: RejectReason
REJECT_REASON_BELOW_MINIMUM: RejectReason
REJECT_REASON_INSUFFICIENT_FUNDS: RejectReason
REJECT_REASON_WOULD_MATCH: RejectReason
REJECT_REASON_NOT_FILLED: RejectReason
REJECT_REASON_INVALID_SIZE: RejectReason
REJECT_REASON_LEG_REJECTED: RejectReason
REJECT_REASON_INVALID_PIVOT: RejectReason
REJECT_REASON_TOO_MANY_REGIONS: RejectReason
REJECT_REASON_INVALID_AMOUNT: RejectReason
REJECT_REASON_INVALID_REGION: RejectReason
REJECT_REASON_FROZEN: RejectReason
REJECT_REASON_UNKNOWN_INSTRUCTION: RejectReason
REJECT_REASON_INVALID_SETTING: RejectReason
REJECT_REASON_ORDERS_LIVE: RejectReason
REJECT_REASON_CLOCK_BACKWARDS: RejectReason
REJECT_REASON_MALFORMED: RejectReason
DONE_REASON_UNSPECIFIED: DoneReason
DONE_REASON_FILLED: DoneReason
DONE_REASON_CANCELLED: DoneReason
DONE_REASON_EXPIRED: DoneReason
DONE_REASON_SELF_TRADE: DoneReason
LIQUIDITY_ROLE_UNSPECIFIED: LiquidityRole
LIQUIDITY_ROLE_MAKER: LiquidityRole
LIQUIDITY_ROLE_TAKER: LiquidityRole

class OrderEvent(_message.Message):
    __slots__ = ("accepted", "replaced", "fill", "done", "instruction", "instruction_ended")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_ENDED_FIELD_NUMBER: _ClassVar[int]
    accepted: OrderAccepted
    replaced: OrderReplaced
    fill: Fill
    done: OrderDone
    instruction: _instruction_pb2.Instruction
    instruction_ended: InstructionEnded
    def __init__(self, accepted: _Optional[_Union[OrderAccepted, _Mapping]] = ..., replaced: _Optional[_Union[OrderReplaced, _Mapping]] = ..., fill: _Optional[_Union[Fill, _Mapping]] = ..., done: _Optional[_Union[OrderDone, _Mapping]] = ..., instruction: _Optional[_Union[_instruction_pb2.Instruction, _Mapping]] = ..., instruction_ended: _Optional[_Union[InstructionEnded, _Mapping]] = ...) -> None: ...

class OrderAccepted(_message.Message):
    __slots__ = ("order_id", "client_order_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: int
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[int] = ...) -> None: ...

class OrderReplaced(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    def __init__(self, order_id: _Optional[int] = ...) -> None: ...

class OrderDone(_message.Message):
    __slots__ = ("order_id", "reason")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    reason: DoneReason
    def __init__(self, order_id: _Optional[int] = ..., reason: _Optional[_Union[DoneReason, str]] = ...) -> None: ...

class Fill(_message.Message):
    __slots__ = ("trade_id", "order_id", "side", "role", "unit_price_planck", "quantity_parts", "window", "region", "notional_planck", "fee_planck")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_PARTS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    NOTIONAL_PLANCK_FIELD_NUMBER: _ClassVar[int]
    FEE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    trade_id: int
    order_id: int
    side: _common_pb2.Side
    role: LiquidityRole
    unit_price_planck: int
    quantity_parts: int
    window: _common_pb2.Window
    region: _common_pb2.Region
    notional_planck: str
    fee_planck: str
    def __init__(self, trade_id: _Optional[int] = ..., order_id: _Optional[int] = ..., side: _Optional[_Union[_common_pb2.Side, str]] = ..., role: _Optional[_Union[LiquidityRole, str]] = ..., unit_price_planck: _Optional[int] = ..., quantity_parts: _Optional[int] = ..., window: _Optional[_Union[_common_pb2.Window, _Mapping]] = ..., region: _Optional[_Union[_common_pb2.Region, _Mapping]] = ..., notional_planck: _Optional[str] = ..., fee_planck: _Optional[str] = ...) -> None: ...

class InstructionEnded(_message.Message):
    __slots__ = ("number", "state")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    number: int
    state: _instruction_pb2.InstructionState
    def __init__(self, number: _Optional[int] = ..., state: _Optional[_Union[_instruction_pb2.InstructionState, str]] = ...) -> None: ...

class Rejection(_message.Message):
    __slots__ = ("reason", "order_id")
    REASON_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    reason: RejectReason
    order_id: int
    def __init__(self, reason: _Optional[_Union[RejectReason, str]] = ..., order_id: _Optional[int] = ...) -> None: ...
