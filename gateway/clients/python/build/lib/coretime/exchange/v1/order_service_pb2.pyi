from coretime.exchange.v1 import common_pb2 as _common_pb2
from coretime.exchange.v1 import event_pb2 as _event_pb2
from coretime.exchange.v1 import instruction_pb2 as _instruction_pb2
from coretime.exchange.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlaceBidRequest(_message.Message):
    __slots__ = ("bid",)
    BID_FIELD_NUMBER: _ClassVar[int]
    bid: _order_pb2.Bid
    def __init__(self, bid: _Optional[_Union[_order_pb2.Bid, _Mapping]] = ...) -> None: ...

class PlaceBidResponse(_message.Message):
    __slots__ = ("receipt", "order_id", "events")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    order_id: int
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., order_id: _Optional[int] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class PlaceAskRequest(_message.Message):
    __slots__ = ("ask",)
    ASK_FIELD_NUMBER: _ClassVar[int]
    ask: _order_pb2.Ask
    def __init__(self, ask: _Optional[_Union[_order_pb2.Ask, _Mapping]] = ...) -> None: ...

class PlaceAskResponse(_message.Message):
    __slots__ = ("receipt", "order_id", "events")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    order_id: int
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., order_id: _Optional[int] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class PlaceBasketRequest(_message.Message):
    __slots__ = ("legs", "request_id")
    LEGS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    legs: _containers.RepeatedCompositeFieldContainer[_order_pb2.BidTerms]
    request_id: int
    def __init__(self, legs: _Optional[_Iterable[_Union[_order_pb2.BidTerms, _Mapping]]] = ..., request_id: _Optional[int] = ...) -> None: ...

class PlaceBasketResponse(_message.Message):
    __slots__ = ("receipt", "order_ids", "events")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., order_ids: _Optional[_Iterable[int]] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class QuoteOrder(_message.Message):
    __slots__ = ("bid", "ask")
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    bid: _order_pb2.Bid
    ask: _order_pb2.Ask
    def __init__(self, bid: _Optional[_Union[_order_pb2.Bid, _Mapping]] = ..., ask: _Optional[_Union[_order_pb2.Ask, _Mapping]] = ...) -> None: ...

class PlaceQuotesRequest(_message.Message):
    __slots__ = ("cancel_order_ids", "orders", "request_id")
    CANCEL_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    cancel_order_ids: _containers.RepeatedScalarFieldContainer[int]
    orders: _containers.RepeatedCompositeFieldContainer[QuoteOrder]
    request_id: int
    def __init__(self, cancel_order_ids: _Optional[_Iterable[int]] = ..., orders: _Optional[_Iterable[_Union[QuoteOrder, _Mapping]]] = ..., request_id: _Optional[int] = ...) -> None: ...

class PlaceQuotesResponse(_message.Message):
    __slots__ = ("receipt", "cancel_results", "order_results")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_RESULTS_FIELD_NUMBER: _ClassVar[int]
    ORDER_RESULTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    cancel_results: _containers.RepeatedCompositeFieldContainer[QuoteCancelResult]
    order_results: _containers.RepeatedCompositeFieldContainer[QuoteOrderResult]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., cancel_results: _Optional[_Iterable[_Union[QuoteCancelResult, _Mapping]]] = ..., order_results: _Optional[_Iterable[_Union[QuoteOrderResult, _Mapping]]] = ...) -> None: ...

class QuoteCancelResult(_message.Message):
    __slots__ = ("order_id", "rejection")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REJECTION_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    rejection: _event_pb2.Rejection
    def __init__(self, order_id: _Optional[int] = ..., rejection: _Optional[_Union[_event_pb2.Rejection, _Mapping]] = ...) -> None: ...

class QuoteOrderResult(_message.Message):
    __slots__ = ("client_order_id", "order_id", "rejection", "events")
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REJECTION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    client_order_id: int
    order_id: int
    rejection: _event_pb2.Rejection
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, client_order_id: _Optional[int] = ..., order_id: _Optional[int] = ..., rejection: _Optional[_Union[_event_pb2.Rejection, _Mapping]] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class ReplaceOrderRequest(_message.Message):
    __slots__ = ("order_id", "unit_price_planck", "remaining_parts", "min_duration_timeslices", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_PLANCK_FIELD_NUMBER: _ClassVar[int]
    REMAINING_PARTS_FIELD_NUMBER: _ClassVar[int]
    MIN_DURATION_TIMESLICES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    unit_price_planck: int
    remaining_parts: int
    min_duration_timeslices: int
    request_id: int
    def __init__(self, order_id: _Optional[int] = ..., unit_price_planck: _Optional[int] = ..., remaining_parts: _Optional[int] = ..., min_duration_timeslices: _Optional[int] = ..., request_id: _Optional[int] = ...) -> None: ...

class ReplaceOrderResponse(_message.Message):
    __slots__ = ("receipt", "events")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("order_id", "client_order_id", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: int
    request_id: int
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[int] = ..., request_id: _Optional[int] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("receipt", "order_id")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    order_id: int
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., order_id: _Optional[int] = ...) -> None: ...

class CancelAllOrdersRequest(_message.Message):
    __slots__ = ("side", "request_id")
    SIDE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    side: _common_pb2.Side
    request_id: int
    def __init__(self, side: _Optional[_Union[_common_pb2.Side, str]] = ..., request_id: _Optional[int] = ...) -> None: ...

class CancelAllOrdersResponse(_message.Message):
    __slots__ = ("receipt", "order_ids")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id", "client_order_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: int
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[int] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order", "position")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.Order
    position: _common_pb2.Position
    def __init__(self, order: _Optional[_Union[_order_pb2.Order, _Mapping]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token", "position")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_order_pb2.Order]
    next_page_token: str
    position: _common_pb2.Position
    def __init__(self, orders: _Optional[_Iterable[_Union[_order_pb2.Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class StreamOrderEventsRequest(_message.Message):
    __slots__ = ("resume_after_sequence",)
    RESUME_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    resume_after_sequence: int
    def __init__(self, resume_after_sequence: _Optional[int] = ...) -> None: ...

class StreamOrderEventsResponse(_message.Message):
    __slots__ = ("start", "batch", "snapshot")
    START_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    start: _common_pb2.StreamStart
    batch: OrderEventBatch
    snapshot: AccountSnapshot
    def __init__(self, start: _Optional[_Union[_common_pb2.StreamStart, _Mapping]] = ..., batch: _Optional[_Union[OrderEventBatch, _Mapping]] = ..., snapshot: _Optional[_Union[AccountSnapshot, _Mapping]] = ...) -> None: ...

class OrderEventBatch(_message.Message):
    __slots__ = ("receipt", "events")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    receipt: _common_pb2.Receipt
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.OrderEvent]
    def __init__(self, receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ..., events: _Optional[_Iterable[_Union[_event_pb2.OrderEvent, _Mapping]]] = ...) -> None: ...

class AccountSnapshot(_message.Message):
    __slots__ = ("orders", "instructions", "complete")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTIONS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_order_pb2.Order]
    instructions: _containers.RepeatedCompositeFieldContainer[_instruction_pb2.Instruction]
    complete: bool
    def __init__(self, orders: _Optional[_Iterable[_Union[_order_pb2.Order, _Mapping]]] = ..., instructions: _Optional[_Iterable[_Union[_instruction_pb2.Instruction, _Mapping]]] = ..., complete: _Optional[bool] = ...) -> None: ...

class OrderSessionRequest(_message.Message):
    __slots__ = ("correlation_id", "start", "renew", "place_bid", "place_ask", "place_basket", "place_quotes", "replace_order", "cancel_order", "cancel_all_orders")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    RENEW_FIELD_NUMBER: _ClassVar[int]
    PLACE_BID_FIELD_NUMBER: _ClassVar[int]
    PLACE_ASK_FIELD_NUMBER: _ClassVar[int]
    PLACE_BASKET_FIELD_NUMBER: _ClassVar[int]
    PLACE_QUOTES_FIELD_NUMBER: _ClassVar[int]
    REPLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    correlation_id: int
    start: OrderSessionStart
    renew: DeadManRenewal
    place_bid: PlaceBidRequest
    place_ask: PlaceAskRequest
    place_basket: PlaceBasketRequest
    place_quotes: PlaceQuotesRequest
    replace_order: ReplaceOrderRequest
    cancel_order: CancelOrderRequest
    cancel_all_orders: CancelAllOrdersRequest
    def __init__(self, correlation_id: _Optional[int] = ..., start: _Optional[_Union[OrderSessionStart, _Mapping]] = ..., renew: _Optional[_Union[DeadManRenewal, _Mapping]] = ..., place_bid: _Optional[_Union[PlaceBidRequest, _Mapping]] = ..., place_ask: _Optional[_Union[PlaceAskRequest, _Mapping]] = ..., place_basket: _Optional[_Union[PlaceBasketRequest, _Mapping]] = ..., place_quotes: _Optional[_Union[PlaceQuotesRequest, _Mapping]] = ..., replace_order: _Optional[_Union[ReplaceOrderRequest, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersRequest, _Mapping]] = ...) -> None: ...

class OrderSessionStart(_message.Message):
    __slots__ = ("cancel_on_disconnect", "dead_man_timeout_ms", "resume_after_sequence")
    CANCEL_ON_DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    DEAD_MAN_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    cancel_on_disconnect: bool
    dead_man_timeout_ms: int
    resume_after_sequence: int
    def __init__(self, cancel_on_disconnect: _Optional[bool] = ..., dead_man_timeout_ms: _Optional[int] = ..., resume_after_sequence: _Optional[int] = ...) -> None: ...

class DeadManRenewal(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeadManRenewed(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OrderSessionResponse(_message.Message):
    __slots__ = ("start", "snapshot", "batch", "answer", "dead_man_fired")
    START_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    DEAD_MAN_FIRED_FIELD_NUMBER: _ClassVar[int]
    start: _common_pb2.StreamStart
    snapshot: AccountSnapshot
    batch: OrderEventBatch
    answer: OrderSessionAnswer
    dead_man_fired: DeadManFired
    def __init__(self, start: _Optional[_Union[_common_pb2.StreamStart, _Mapping]] = ..., snapshot: _Optional[_Union[AccountSnapshot, _Mapping]] = ..., batch: _Optional[_Union[OrderEventBatch, _Mapping]] = ..., answer: _Optional[_Union[OrderSessionAnswer, _Mapping]] = ..., dead_man_fired: _Optional[_Union[DeadManFired, _Mapping]] = ...) -> None: ...

class OrderSessionAnswer(_message.Message):
    __slots__ = ("correlation_id", "error", "renewed", "place_bid", "place_ask", "place_basket", "place_quotes", "replace_order", "cancel_order", "cancel_all_orders")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RENEWED_FIELD_NUMBER: _ClassVar[int]
    PLACE_BID_FIELD_NUMBER: _ClassVar[int]
    PLACE_ASK_FIELD_NUMBER: _ClassVar[int]
    PLACE_BASKET_FIELD_NUMBER: _ClassVar[int]
    PLACE_QUOTES_FIELD_NUMBER: _ClassVar[int]
    REPLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    correlation_id: int
    error: OrderSessionError
    renewed: DeadManRenewed
    place_bid: PlaceBidResponse
    place_ask: PlaceAskResponse
    place_basket: PlaceBasketResponse
    place_quotes: PlaceQuotesResponse
    replace_order: ReplaceOrderResponse
    cancel_order: CancelOrderResponse
    cancel_all_orders: CancelAllOrdersResponse
    def __init__(self, correlation_id: _Optional[int] = ..., error: _Optional[_Union[OrderSessionError, _Mapping]] = ..., renewed: _Optional[_Union[DeadManRenewed, _Mapping]] = ..., place_bid: _Optional[_Union[PlaceBidResponse, _Mapping]] = ..., place_ask: _Optional[_Union[PlaceAskResponse, _Mapping]] = ..., place_basket: _Optional[_Union[PlaceBasketResponse, _Mapping]] = ..., place_quotes: _Optional[_Union[PlaceQuotesResponse, _Mapping]] = ..., replace_order: _Optional[_Union[ReplaceOrderResponse, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderResponse, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersResponse, _Mapping]] = ...) -> None: ...

class OrderSessionError(_message.Message):
    __slots__ = ("code", "reason", "description", "metadata", "field_violations", "retry_delay_ms", "receipt")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    FIELD_VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    RETRY_DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    code: int
    reason: str
    description: str
    metadata: _containers.ScalarMap[str, str]
    field_violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    retry_delay_ms: int
    receipt: _common_pb2.Receipt
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., description: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ..., field_violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ..., retry_delay_ms: _Optional[int] = ..., receipt: _Optional[_Union[_common_pb2.Receipt, _Mapping]] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class DeadManFired(_message.Message):
    __slots__ = ("silent_ms",)
    SILENT_MS_FIELD_NUMBER: _ClassVar[int]
    silent_ms: int
    def __init__(self, silent_ms: _Optional[int] = ...) -> None: ...
