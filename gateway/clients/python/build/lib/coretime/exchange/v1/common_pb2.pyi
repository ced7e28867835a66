from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIDE_UNSPECIFIED: _ClassVar[Side]
    SIDE_BID: _ClassVar[Side]
    SIDE_ASK: _ClassVar[Side]
SIDE_UNSPECIFIED: Side
SIDE_BID: Side
SIDE_ASK: Side

class Window(_message.Message):
    __slots__ = ("begin_timeslice", "end_timeslice")
    BEGIN_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    END_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    begin_timeslice: int
    end_timeslice: int
    def __init__(self, begin_timeslice: _Optional[int] = ..., end_timeslice: _Optional[int] = ...) -> None: ...

class RegionId(_message.Message):
    __slots__ = ("begin_timeslice", "core_index", "core_mask")
    BEGIN_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    CORE_INDEX_FIELD_NUMBER: _ClassVar[int]
    CORE_MASK_FIELD_NUMBER: _ClassVar[int]
    begin_timeslice: int
    core_index: int
    core_mask: bytes
    def __init__(self, begin_timeslice: _Optional[int] = ..., core_index: _Optional[int] = ..., core_mask: _Optional[bytes] = ...) -> None: ...

class Region(_message.Message):
    __slots__ = ("begin_timeslice", "end_timeslice", "core_index", "core_mask")
    BEGIN_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    END_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    CORE_INDEX_FIELD_NUMBER: _ClassVar[int]
    CORE_MASK_FIELD_NUMBER: _ClassVar[int]
    begin_timeslice: int
    end_timeslice: int
    core_index: int
    core_mask: bytes
    def __init__(self, begin_timeslice: _Optional[int] = ..., end_timeslice: _Optional[int] = ..., core_index: _Optional[int] = ..., core_mask: _Optional[bytes] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("sequence", "chain_hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    chain_hash: bytes
    def __init__(self, sequence: _Optional[int] = ..., chain_hash: _Optional[bytes] = ...) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("sequence", "chain_hash", "time_unix_ms")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_HASH_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    chain_hash: bytes
    time_unix_ms: int
    def __init__(self, sequence: _Optional[int] = ..., chain_hash: _Optional[bytes] = ..., time_unix_ms: _Optional[int] = ...) -> None: ...

class StreamStart(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: Position
    def __init__(self, position: _Optional[_Union[Position, _Mapping]] = ...) -> None: ...
