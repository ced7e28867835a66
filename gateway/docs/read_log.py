#!/usr/bin/env python3
"""Reads a log of the exchange with nothing but its description, and Python's standard library.

    read_log.py FOLDER [SEQUENCE:CHAIN_HASH]...

FOLDER has the segments (a copy of DATA/log). Checks every checksum, every number and the hash chain, and prints how many
commands there are and the last chain hash, as `coretime-exchange verify` does. Receipts that are given must be in the log.
Exit code 0: all is well; 1: a receipt is not in the log; 2: the log is damaged.

The description is the front page of engine/log (`engine/log/src/lib.rs`). This shares no code with the exchange.
"""

import struct
import sys
from pathlib import Path

MASK = 0xFFFFFFFF


def crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = crc32c_table()


def crc32c(data):
    crc = MASK
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ MASK


# BLAKE3, as its specification has it: https://github.com/BLAKE3-team/BLAKE3-specs
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8


def compress(chaining, block, counter, length, flags):
    m = struct.unpack("<16I", block.ljust(64, b"\0"))
    v = [*chaining, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for _ in range(7):
        for number, (a, b, c, d) in enumerate(COLUMNS + DIAGONALS):
            for x, far, near in ((m[2 * number], 16, 12), (m[2 * number + 1], 8, 7)):
                v[a] = (v[a] + v[b] + x) & MASK
                v[d] ^= v[a]
                v[d] = (v[d] >> far | v[d] << 32 - far) & MASK
                v[c] = (v[c] + v[d]) & MASK
                v[b] ^= v[c]
                v[b] = (v[b] >> near | v[b] << 32 - near) & MASK
        m = [m[place] for place in PERMUTATION]
    return tuple(v[place] ^ v[place + 8] for place in range(8))


def blake3(data):
    def chunk(data, counter, root):
        chaining = IV
        blocks = [data[at:at + 64] for at in range(0, len(data), 64)] or [b""]
        for number, block in enumerate(blocks):
            last = number == len(blocks) - 1
            flags = (CHUNK_START if number == 0 else 0) | ((CHUNK_END | root) if last else 0)
            chaining = compress(chaining, block, counter, len(block), flags)
        return chaining

    def tree(data, counter, root):
        if len(data) <= 1024:
            return chunk(data, counter, root)
        left = 1024
        while left * 2 < len(data):
            left *= 2
        parts = tree(data[:left], counter, 0) + tree(data[left:], counter + left // 1024, 0)
        return compress(IV, struct.pack("<16I", *parts), 0, 64, PARENT | root)

    return struct.pack("<8I", *tree(data, 0, ROOT))


class Damaged(Exception):
    pass


def must(holds, path, offset, what):
    if not holds:
        raise Damaged(f"{path.name} at {offset}: {what}")


class Log:
    """What has been read so far."""

    def __init__(self):
        self.next_sequence = 1
        self.chain_hash = bytes(32)
        self.time_ms = 0
        # The chain hash after each group, by its last command.
        self.groups = []

    def read_segment(self, path, is_last):
        data = path.read_bytes()
        must(len(data) >= 64 and data[:8] == b"CTXLOG\r\n", path, 0, "no magic")
        version, first = struct.unpack_from("<IQ", data, 8)
        must(struct.unpack_from("<I", data, 60)[0] == crc32c(data[:60]), path, 60, "the header's checksum")
        must(version == 3, path, 8, f"version {version}")
        must(first == self.next_sequence, path, 12, "commands are missing before this segment")
        must(data[20:52] == self.chain_hash, path, 20, "the chain does not go on from the segment before")
        # A file is made longer ahead of what is written, by zeros; a complete record never ends in one.
        used = len(data.rstrip(b"\0"))
        offset, group, commands, sealed = 64, b"", 0, False
        while offset < used:
            must(not sealed, path, offset, "something follows the seal")
            record = self.record(path, data, offset, used)
            if record is None:
                # Cut off in the middle: allowed at the very end only, and nobody was told that it is there.
                must(is_last, path, offset, "the segment ends in the middle of a record")
                return
            kind, sequence, time_ms, payload, size = record
            if kind == 1:
                must(sequence == self.next_sequence + commands, path, offset, "a sequence is left out")
                must(time_ms >= self.time_ms, path, offset, "time runs backwards")
                commands, self.time_ms = commands + 1, time_ms
            elif kind == 3:
                must(commands > 0 and len(payload) == 32, path, offset, "a commitment to nothing")
                must(sequence == self.next_sequence + commands - 1, path, offset, "a commitment's sequence")
                self.chain_hash = blake3(self.chain_hash + group + data[offset:offset + size])
                self.next_sequence += commands
                self.groups.append((sequence, self.chain_hash))
            else:
                must(kind == 2 and not group and not payload, path, offset, "no command, commitment or seal")
                must(sequence == self.next_sequence, path, offset, "the seal's sequence")
                sealed = True
            group, commands = (group + data[offset:offset + size], commands) if kind == 1 else (b"", 0)
            offset += size
        must(is_last or sealed, path, offset, "the segment has no seal")
        must(not (is_last and sealed), path, offset, "the segment after this one is missing")

    @staticmethod
    def record(path, data, offset, used):
        if used < offset + 8:
            return None
        length, checksum = struct.unpack_from("<II", data, offset)
        must(crc32c(data[offset:offset + 4]) == checksum, path, offset, "the checksum of a length")
        must(17 <= length <= 17 + (4 << 20), path, offset, "an impossible length")
        end = offset + 8 + length
        if used <= end + 4:
            return None
        must(data[end + 4] == 0xA5, path, end + 4, "the end mark")
        must(struct.unpack_from("<I", data, end)[0] == crc32c(data[offset:end]), path, offset, "a record's checksum")
        kind, sequence, time_ms = struct.unpack_from("<BQQ", data, offset + 8)
        return kind, sequence, time_ms, data[offset + 25:end], length + 13

    def chain_hash_of(self, sequence):
        """The hash after the group that a command is in."""
        return next((chain_hash for last, chain_hash in self.groups if last >= sequence), None)


def main(folder, receipts):
    log = Log()
    paths = sorted(Path(folder).glob("*.log"))
    if not paths:
        print(f"DAMAGED: {folder} has no segments")
        return 2
    try:
        for path in paths:
            log.read_segment(path, path == paths[-1])
    except Damaged as damage:
        print(f"DAMAGED: {damage}")
        return 2
    print(f"{log.next_sequence - 1} commands")
    print(f"chain hash {log.chain_hash.hex()}")
    for receipt in receipts:
        sequence, chain_hash = receipt.split(":")
        found = log.chain_hash_of(int(sequence))
        if found is None or found.hex() != chain_hash:
            print(f"NOT IN THIS LOG: receipt {receipt}")
            return 1
        print(f"receipt {sequence} is in the log")
    return 0


if __name__ == "__main__":
    # The empty message, and 251, 0, 1, ... as the specification's test vectors have it: is this BLAKE3 at all?
    assert blake3(b"").hex().startswith("af1349b9f5f9a1a6a0404dea36dcc949")
    assert blake3(bytes(i % 251 for i in range(2049))).hex().startswith("5f4d72f40d7a5f82b15ca2b2e44b1de3")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
