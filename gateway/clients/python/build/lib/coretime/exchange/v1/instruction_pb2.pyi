from coretime.exchange.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InstructionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INSTRUCTION_STATE_UNSPECIFIED: _ClassVar[InstructionState]
    INSTRUCTION_STATE_OUTSTANDING: _ClassVar[InstructionState]
    INSTRUCTION_STATE_SUBMITTED: _ClassVar[InstructionState]
    INSTRUCTION_STATE_CONFIRMED: _ClassVar[InstructionState]
    INSTRUCTION_STATE_RETURNED: _ClassVar[InstructionState]
    INSTRUCTION_STATE_LOST: _ClassVar[InstructionState]
INSTRUCTION_STATE_UNSPECIFIED: InstructionState
INSTRUCTION_STATE_OUTSTANDING: InstructionState
INSTRUCTION_STATE_SUBMITTED: InstructionState
INSTRUCTION_STATE_CONFIRMED: InstructionState
INSTRUCTION_STATE_RETURNED: InstructionState
INSTRUCTION_STATE_LOST: InstructionState

class Instruction(_message.Message):
    __slots__ = ("number", "transfer", "assign", "pay", "state", "submission", "confirmation", "failure_message")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_FIELD_NUMBER: _ClassVar[int]
    ASSIGN_FIELD_NUMBER: _ClassVar[int]
    PAY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    CONFIRMATION_FIELD_NUMBER: _ClassVar[int]
    FAILURE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    number: int
    transfer: TransferCall
    assign: AssignCall
    pay: PayCall
    state: InstructionState
    submission: InstructionSubmission
    confirmation: InstructionConfirmation
    failure_message: str
    def __init__(self, number: _Optional[int] = ..., transfer: _Optional[_Union[TransferCall, _Mapping]] = ..., assign: _Optional[_Union[AssignCall, _Mapping]] = ..., pay: _Optional[_Union[PayCall, _Mapping]] = ..., state: _Optional[_Union[InstructionState, str]] = ..., submission: _Optional[_Union[InstructionSubmission, _Mapping]] = ..., confirmation: _Optional[_Union[InstructionConfirmation, _Mapping]] = ..., failure_message: _Optional[str] = ...) -> None: ...

class TransferCall(_message.Message):
    __slots__ = ("region", "to_account")
    REGION_FIELD_NUMBER: _ClassVar[int]
    TO_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    region: _common_pb2.Region
    to_account: str
    def __init__(self, region: _Optional[_Union[_common_pb2.Region, _Mapping]] = ..., to_account: _Optional[str] = ...) -> None: ...

class AssignCall(_message.Message):
    __slots__ = ("region", "task_id")
    REGION_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    region: _common_pb2.Region
    task_id: int
    def __init__(self, region: _Optional[_Union[_common_pb2.Region, _Mapping]] = ..., task_id: _Optional[int] = ...) -> None: ...

class PayCall(_message.Message):
    __slots__ = ("to_account", "amount_planck")
    TO_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_PLANCK_FIELD_NUMBER: _ClassVar[int]
    to_account: str
    amount_planck: str
    def __init__(self, to_account: _Optional[str] = ..., amount_planck: _Optional[str] = ...) -> None: ...

class InstructionSubmission(_message.Message):
    __slots__ = ("extrinsic_hash", "valid_until_block")
    EXTRINSIC_HASH_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_BLOCK_FIELD_NUMBER: _ClassVar[int]
    extrinsic_hash: str
    valid_until_block: int
    def __init__(self, extrinsic_hash: _Optional[str] = ..., valid_until_block: _Optional[int] = ...) -> None: ...

class InstructionConfirmation(_message.Message):
    __slots__ = ("block", "extrinsic_index", "chain_fee_planck", "extrinsic_hash")
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    EXTRINSIC_INDEX_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FEE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    EXTRINSIC_HASH_FIELD_NUMBER: _ClassVar[int]
    block: int
    extrinsic_index: int
    chain_fee_planck: str
    extrinsic_hash: str
    def __init__(self, block: _Optional[int] = ..., extrinsic_index: _Optional[int] = ..., chain_fee_planck: _Optional[str] = ..., extrinsic_hash: _Optional[str] = ...) -> None: ...
