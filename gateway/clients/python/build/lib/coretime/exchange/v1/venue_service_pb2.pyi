from coretime.exchange.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VenueMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VENUE_MODE_UNSPECIFIED: _ClassVar[VenueMode]
    VENUE_MODE_OPEN: _ClassVar[VenueMode]
    VENUE_MODE_HALTED: _ClassVar[VenueMode]
    VENUE_MODE_FROZEN: _ClassVar[VenueMode]
VENUE_MODE_UNSPECIFIED: VenueMode
VENUE_MODE_OPEN: VenueMode
VENUE_MODE_HALTED: VenueMode
VENUE_MODE_FROZEN: VenueMode

class GetVenueRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetVenueResponse(_message.Message):
    __slots__ = ("mode", "halt_causes", "freeze_causes", "settings", "limits", "clock", "chain", "position")
    MODE_FIELD_NUMBER: _ClassVar[int]
    HALT_CAUSES_FIELD_NUMBER: _ClassVar[int]
    FREEZE_CAUSES_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    mode: VenueMode
    halt_causes: _containers.RepeatedScalarFieldContainer[str]
    freeze_causes: _containers.RepeatedScalarFieldContainer[str]
    settings: VenueSettings
    limits: GatewayLimits
    clock: VenueClock
    chain: VenueChain
    position: _common_pb2.Position
    def __init__(self, mode: _Optional[_Union[VenueMode, str]] = ..., halt_causes: _Optional[_Iterable[str]] = ..., freeze_causes: _Optional[_Iterable[str]] = ..., settings: _Optional[_Union[VenueSettings, _Mapping]] = ..., limits: _Optional[_Union[GatewayLimits, _Mapping]] = ..., clock: _Optional[_Union[VenueClock, _Mapping]] = ..., chain: _Optional[_Union[VenueChain, _Mapping]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class VenueSettings(_message.Message):
    __slots__ = ("taker_fee_ppm", "maker_fee_ppm", "fee_account", "min_fill_notional_planck", "delivery_fee_planck", "withdrawal_fee_planck", "min_withdrawal_planck", "min_lot_parts", "max_orders", "max_orders_per_account", "max_regions_per_account", "interlacing")
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
    INTERLACING_FIELD_NUMBER: _ClassVar[int]
    taker_fee_ppm: int
    maker_fee_ppm: int
    fee_account: str
    min_fill_notional_planck: str
    delivery_fee_planck: str
    withdrawal_fee_planck: str
    min_withdrawal_planck: str
    min_lot_parts: int
    max_orders: int
    max_orders_per_account: int
    max_regions_per_account: int
    interlacing: bool
    def __init__(self, taker_fee_ppm: _Optional[int] = ..., maker_fee_ppm: _Optional[int] = ..., fee_account: _Optional[str] = ..., min_fill_notional_planck: _Optional[str] = ..., delivery_fee_planck: _Optional[str] = ..., withdrawal_fee_planck: _Optional[str] = ..., min_withdrawal_planck: _Optional[str] = ..., min_lot_parts: _Optional[int] = ..., max_orders: _Optional[int] = ..., max_orders_per_account: _Optional[int] = ..., max_regions_per_account: _Optional[int] = ..., interlacing: _Optional[bool] = ...) -> None: ...

class GatewayLimits(_message.Message):
    __slots__ = ("max_request_bytes", "call_timeout_ms", "max_concurrent_calls_per_connection", "max_streams_per_account", "challenge_lifetime_ms", "session_lifetime_ms", "max_sessions_per_account", "account_rate_per_second", "account_rate_burst", "connection_rate_per_second", "connection_rate_burst", "max_pending_per_order_session")
    MAX_REQUEST_BYTES_FIELD_NUMBER: _ClassVar[int]
    CALL_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_CONCURRENT_CALLS_PER_CONNECTION_FIELD_NUMBER: _ClassVar[int]
    MAX_STREAMS_PER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_LIFETIME_MS_FIELD_NUMBER: _ClassVar[int]
    SESSION_LIFETIME_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_SESSIONS_PER_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_RATE_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_RATE_BURST_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_RATE_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_RATE_BURST_FIELD_NUMBER: _ClassVar[int]
    MAX_PENDING_PER_ORDER_SESSION_FIELD_NUMBER: _ClassVar[int]
    max_request_bytes: int
    call_timeout_ms: int
    max_concurrent_calls_per_connection: int
    max_streams_per_account: int
    challenge_lifetime_ms: int
    session_lifetime_ms: int
    max_sessions_per_account: int
    account_rate_per_second: int
    account_rate_burst: int
    connection_rate_per_second: int
    connection_rate_burst: int
    max_pending_per_order_session: int
    def __init__(self, max_request_bytes: _Optional[int] = ..., call_timeout_ms: _Optional[int] = ..., max_concurrent_calls_per_connection: _Optional[int] = ..., max_streams_per_account: _Optional[int] = ..., challenge_lifetime_ms: _Optional[int] = ..., session_lifetime_ms: _Optional[int] = ..., max_sessions_per_account: _Optional[int] = ..., account_rate_per_second: _Optional[int] = ..., account_rate_burst: _Optional[int] = ..., connection_rate_per_second: _Optional[int] = ..., connection_rate_burst: _Optional[int] = ..., max_pending_per_order_session: _Optional[int] = ...) -> None: ...

class VenueClock(_message.Message):
    __slots__ = ("tradable_from_timeslice", "last_block_number", "last_block_hash")
    TRADABLE_FROM_TIMESLICE_FIELD_NUMBER: _ClassVar[int]
    LAST_BLOCK_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LAST_BLOCK_HASH_FIELD_NUMBER: _ClassVar[int]
    tradable_from_timeslice: int
    last_block_number: int
    last_block_hash: str
    def __init__(self, tradable_from_timeslice: _Optional[int] = ..., last_block_number: _Optional[int] = ..., last_block_hash: _Optional[str] = ...) -> None: ...

class VenueChain(_message.Message):
    __slots__ = ("genesis_hash", "custody_account", "custody_address", "token_symbol", "token_decimals", "ss58_prefix", "timeslice_duration_ms")
    GENESIS_HASH_FIELD_NUMBER: _ClassVar[int]
    CUSTODY_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CUSTODY_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TOKEN_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    SS58_PREFIX_FIELD_NUMBER: _ClassVar[int]
    TIMESLICE_DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    genesis_hash: str
    custody_account: str
    custody_address: str
    token_symbol: str
    token_decimals: int
    ss58_prefix: int
    timeslice_duration_ms: int
    def __init__(self, genesis_hash: _Optional[str] = ..., custody_account: _Optional[str] = ..., custody_address: _Optional[str] = ..., token_symbol: _Optional[str] = ..., token_decimals: _Optional[int] = ..., ss58_prefix: _Optional[int] = ..., timeslice_duration_ms: _Optional[int] = ...) -> None: ...
