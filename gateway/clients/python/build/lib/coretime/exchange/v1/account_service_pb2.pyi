from coretime.exchange.v1 import common_pb2 as _common_pb2
from coretime.exchange.v1 import instruction_pb2 as _instruction_pb2
from coretime.exchange.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetAccountRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("account", "free_planck", "held_planck", "suspended", "position")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    FREE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    HELD_PLANCK_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    account: str
    free_planck: str
    held_planck: str
    suspended: bool
    position: _common_pb2.Position
    def __init__(self, account: _Optional[str] = ..., free_planck: _Optional[str] = ..., held_planck: _Optional[str] = ..., suspended: _Optional[bool] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class ListRegionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRegionsResponse(_message.Message):
    __slots__ = ("regions", "next_page_token", "position")
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    regions: _containers.RepeatedCompositeFieldContainer[_order_pb2.OwnedRegion]
    next_page_token: str
    position: _common_pb2.Position
    def __init__(self, regions: _Optional[_Iterable[_Union[_order_pb2.OwnedRegion, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class GetDepositInstructionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDepositInstructionsResponse(_message.Message):
    __slots__ = ("genesis_hash", "custody_account", "custody_address")
    GENESIS_HASH_FIELD_NUMBER: _ClassVar[int]
    CUSTODY_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTODY_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    genesis_hash: str
    custody_account: str
    custody_address: str
    def __init__(self, genesis_hash: _Optional[str] = ..., custody_account: _Optional[str] = ..., custody_address: _Optional[str] = ...) -> None: ...

class PartitionRegionRequest(_message.Message):
    __slots__ = ("region_id", "pivot_timeslice", "request_id")
    REGION_ID_FIELD_NUMBER: _ClassVar[int]
    PIVOT_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    region_id: _common_pb2.RegionId
    pivot_timeslice: int
    request_id: int
    def __init__(self, region_id: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., pivot_timeslice: _Optional[int] = ..., request_id: _Optional[int] = ...) -> None: ...

class PartitionRegionResponse(_message.Message):
    __slots__ = ("receipt", "first", "second")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    first: _common_pb2.RegionId
    second: _common_pb2.RegionId
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., first: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ...) -> None: ...

class InterlaceRegionRequest(_message.Message):
    __slots__ = ("region_id", "core_mask", "request_id")
    REGION_ID_FIELD_NUMBER: _ClassVar[int]
    CORE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    region_id: _common_pb2.RegionId
    core_mask: bytes
    request_id: int
    def __init__(self, region_id: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., core_mask: _Optional[bytes] = ..., request_id: _Optional[int] = ...) -> None: ...

class InterlaceRegionResponse(_message.Message):
    __slots__ = ("receipt", "first", "second")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    first: _common_pb2.RegionId
    second: _common_pb2.RegionId
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., first: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ...) -> None: ...

class WithdrawFundsRequest(_message.Message):
    __slots__ = ("amount_planck", "request_id")
    AMOUNT_PLANCK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    amount_planck: str
    request_id: int
    def __init__(self, amount_planck: _Optional[str] = ..., request_id: _Optional[int] = ...) -> None: ...

class WithdrawFundsResponse(_message.Message):
    __slots__ = ("receipt", "instruction")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    instruction: _instruction_pb2.Instruction
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., instruction: _Optional[_Union[_instruction_pb2.Instruction, _Mapping]] = ...) -> None: ...

class WithdrawRegionRequest(_message.Message):
    __slots__ = ("region_id", "request_id")
    REGION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    region_id: _common_pb2.RegionId
    request_id: int
    def __init__(self, region_id: _Optional[_Union[_common_pb2.RegionId, _Mapping]] = ..., request_id: _Optional[int] = ...) -> None: ...

class WithdrawRegionResponse(_message.Message):
    __slots__ = ("receipt", "instruction")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    instruction: _instruction_pb2.Instruction
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., instruction: _Optional[_Union[_instruction_pb2.Instruction, _Mapping]] = ...) -> None: ...
