"""A client of Coretime Exchange: log in, place orders, follow what happens, rebuild the book.

Quantities are as in the interface: timeslices, parts (1/80 of a core), planck for a part-timeslice. The messages
themselves are the generated modules below `coretime.exchange.v1`.
"""

from .book import Book, Level, ResumeGap
from .client import Client
from .keys import Ed25519Key, Key, Sr25519Key

__all__ = ["Book", "Client", "Ed25519Key", "Key", "Level", "ResumeGap", "Sr25519Key"]
