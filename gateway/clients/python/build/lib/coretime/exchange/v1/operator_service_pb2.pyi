from coretime.exchange.v1 import common_pb2 as _common_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HaltRequest(_message.Message):
    __slots__ = ("cause",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    cause: str
    def __init__(self, cause: _Optional[str] = ...) -> None: ...

class HaltResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class FreezeRequest(_message.Message):
    __slots__ = ("cause",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    cause: str
    def __init__(self, cause: _Optional[str] = ...) -> None: ...

class FreezeResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ("cause",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    cause: str
    def __init__(self, cause: _Optional[str] = ...) -> None: ...

class ResumeResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class ConfigureRequest(_message.Message):
    __slots__ = ("taker_fee_ppm", "maker_fee_ppm", "fee_account", "min_fill_notional_planck", "delivery_fee_planck", "withdrawal_fee_planck", "min_withdrawal_planck", "min_lot_parts", "max_orders", "max_orders_per_account", "max_regions_per_account")
    TAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    FEE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MIN_FILL_NOTIONAL_PLANCK_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FEE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_FEE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    MIN_WITHDRAWAL_PLANCK_FIELD_NUMBER: _ClassVar[int]
    MIN_LOT_PARTS_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDERS_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDERS_PER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    MAX_REGIONS_PER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    taker_fee_ppm: int
    maker_fee_ppm: int
    fee_account: str
    min_fill_notional_planck: int
    delivery_fee_planck: int
    withdrawal_fee_planck: int
    min_withdrawal_planck: int
    min_lot_parts: int
    max_orders: int
    max_orders_per_account: int
    max_regions_per_account: int
    def __init__(self, taker_fee_ppm: _Optional[int] = ..., maker_fee_ppm: _Optional[int] = ..., fee_account: _Optional[str] = ..., min_fill_notional_planck: _Optional[int] = ..., delivery_fee_planck: _Optional[int] = ..., withdrawal_fee_planck: _Optional[int] = ..., min_withdrawal_planck: _Optional[int] = ..., min_lot_parts: _Optional[int] = ..., max_orders: _Optional[int] = ..., max_orders_per_account: _Optional[int] = ..., max_regions_per_account: _Optional[int] = ...) -> None: ...

class ConfigureResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class SuspendRequest(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: str
    def __init__(self, account: _Optional[str] = ...) -> None: ...

class SuspendResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class UnsuspendRequest(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: str
    def __init__(self, account: _Optional[str] = ...) -> None: ...

class UnsuspendResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class CompensateRequest(_message.Message):
    __slots__ = ("account", "amount_planck", "reason")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PLANCK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    account: str
    amount_planck: str
    reason: str
    def __init__(self, account: _Optional[str] = ..., amount_planck: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CompensateResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...
