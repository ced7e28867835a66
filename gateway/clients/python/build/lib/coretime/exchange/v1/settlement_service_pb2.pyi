from coretime.exchange.v1 import common_pb2 as _common_pb2
from coretime.exchange.v1 import event_pb2 as _event_pb2
from coretime.exchange.v1 import instruction_pb2 as _instruction_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListFillsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_id: int
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_id: _Optional[int] = ...) -> None: ...

class ListFillsResponse(_message.Message):
    __slots__ = ("fills", "next_page_token", "position")
    FILLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    fills: _containers.RepeatedCompositeFieldContainer[RecordedFill]
    next_page_token: str
    position: _common_pb2.Position
    def __init__(self, fills: _Optional[_Iterable[_Union[RecordedFill, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class RecordedFill(_message.Message):
    __slots__ = ("sequence", "time_unix_ms", "fill", "instruction_number")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time_unix_ms: int
    fill: _event_pb2.Fill
    instruction_number: int
    def __init__(self, sequence: _Optional[int] = ..., time_unix_ms: _Optional[int] = ..., fill: _Optional[_Union[_event_pb2.Fill, _Mapping]] = ..., instruction_number: _Optional[int] = ...) -> None: ...

class GetInstructionRequest(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class GetInstructionResponse(_message.Message):
    __slots__ = ("instruction",)
    INSTRUCTION_FIELD_NUMBER: _ClassVar[int]
    instruction: _instruction_pb2.Instruction
    def __init__(self, instruction: _Optional[_Union[_instruction_pb2.Instruction, _Mapping]] = ...) -> None: ...

class ListInstructionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInstructionsResponse(_message.Message):
    __slots__ = ("instructions", "next_page_token", "position")
    INSTRUCTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    instructions: _containers.RepeatedCompositeFieldContainer[_instruction_pb2.Instruction]
    next_page_token: str
    position: _common_pb2.Position
    def __init__(self, instructions: _Optional[_Iterable[_Union[_instruction_pb2.Instruction, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...
