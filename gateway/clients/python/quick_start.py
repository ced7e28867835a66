"""Offers a core, buys a day of it, and rebuilds the book.

quick_start.py [ADDRESS SELLER_SEED_HEX BUYER_SEED_HEX]; without them: `coretime-exchange dev` on this machine, and its
accounts Alice and Dave, whose keys everyone knows.
"""

import sys

from coretime_exchange import Book, Client, Sr25519Key

DAY = 180  # timeslices of 8 minutes

DEVELOPMENT = [
    "127.0.0.1:50051",
    "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",  # //Alice
    "868020ae0687dda7d57565093a69090211449845a7e11453612800b663307246",  # //Dave
]

address, seller_seed, buyer_seed = sys.argv[1:] or DEVELOPMENT
with Client.insecure(address) as seller, Client.insecure(address) as buyer:
    # A challenge is signed with the account's own key; nothing else is sent.
    seller.log_in(Sr25519Key(bytes.fromhex(seller_seed)))
    buyer.log_in(Sr25519Key(bytes.fromhex(buyer_seed)))

    region = next(seller.regions(), None)
    if region is None:
        sys.exit("the seller has no region in custody yet: coretime-exchange wallet Alice deposit-core")
    if buyer.funds()[0] == 0:
        sys.exit("the buyer has no money in custody yet: coretime-exchange wallet Dave deposit 1000000000000")
    begin, end = region.begin_timeslice, region.begin_timeslice + DAY
    seller.ask(client_order_id=1, unit_price_planck=260_000, region=region)

    # What the venue says of a window, and what the book rebuilt from the stream says.
    best = buyer.book(begin, end).asks[0]
    book = Book()
    next(buyer.follow_book(book))
    assert book.asks(begin, end)[0].unit_price_planck == best.unit_price_planck

    # One day out of the region; the rest stays for sale. Sent again, the same order is refused by its name.
    bought = buyer.bid(client_order_id=1, unit_price_planck=best.unit_price_planck, begin=begin, end=end)
    fills = [event.fill for event in bought.events if event.WhichOneof("event") == "fill"]
    assert len(fills) == 1, bought
    print(f"bought core {fills[0].region.core_index} during [{begin}, {end}) in trade {fills[0].trade_id}")
    assert any(owned.begin_timeslice == begin for owned in buyer.regions())
