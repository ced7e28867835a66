"""A client that has nothing but the .proto files: it makes its code from them, and trades.

trade.py PROTO_FOLDER ADDRESS API_KEY BEGIN END: buys the core that somebody offers during [BEGIN, END).
"""

import pathlib
import sys
import tempfile

import grpc
from grpc_tools import protoc


def generate(proto_folder):
    """Makes the modules and puts them where they can be imported."""
    target = tempfile.mkdtemp()
    files = sorted(str(path) for path in pathlib.Path(proto_folder).rglob("*.proto"))
    assert files, "no .proto files"
    arguments = ["protoc", f"-I{proto_folder}", f"--python_out={target}", f"--grpc_python_out={target}"]
    assert protoc.main(arguments + files) == 0, "the .proto files do not compile"
    sys.path.insert(0, target)


def main():
    proto_folder, address, api_key, begin, end = sys.argv[1:]
    begin, end = int(begin), int(end)
    generate(proto_folder)
    from coretime.exchange.v1 import common_pb2 as common
    from coretime.exchange.v1 import market_data_service_pb2 as data
    from coretime.exchange.v1 import market_data_service_pb2_grpc as data_grpc
    from coretime.exchange.v1 import order_pb2 as order
    from coretime.exchange.v1 import order_service_pb2 as orders
    from coretime.exchange.v1 import order_service_pb2_grpc as orders_grpc

    who = [("authorization", f"Bearer {api_key}")]
    window = common.Window(begin_timeslice=begin, end_timeslice=end)
    with grpc.insecure_channel(address) as channel:
        book = data_grpc.MarketDataServiceStub(channel).GetBook(data.GetBookRequest(window=window))
        best = book.asks[0].unit_price_planck

        def bid(name, price):
            terms = order.BidTerms(
                client_order_id=name,
                unit_price_planck=price,
                quantity_parts=80,
                lot_parts=80,
                within=window,
                duration_timeslices=end - begin,
            )
            return orders.PlaceBidRequest(bid=order.Bid(terms=terms))

        calls = orders_grpc.OrderServiceStub(channel)
        resting = calls.PlaceBid(bid(1, 1), metadata=who)
        assert [event.WhichOneof("event") for event in resting.events] == ["accepted"], resting
        try:
            calls.PlaceBid(bid(1, 1), metadata=who)
            raise AssertionError("a name was taken twice")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.ALREADY_EXISTS, error

        # The rest in a session: a purchase, and the end of the first order.
        target = orders.CancelOrderRequest(order_id=resting.order_id)
        messages = [
            orders.OrderSessionRequest(start=orders.OrderSessionStart(cancel_on_disconnect=True)),
            orders.OrderSessionRequest(correlation_id=1, place_bid=bid(2, best)),
            orders.OrderSessionRequest(correlation_id=2, cancel_order=target),
        ]
        answers = [
            response.answer
            for response in calls.OrderSession(iter(messages), metadata=who)
            if response.WhichOneof("message") == "answer"
        ]
        assert [answer.correlation_id for answer in answers] == [1, 2], answers
        bought = [event.WhichOneof("event") for event in answers[0].place_bid.events]
        assert bought == ["accepted", "fill", "done"], answers[0]
        assert answers[1].cancel_order.order_id == resting.order_id, answers[1]
    print("traded")


if __name__ == "__main__":
    main()
