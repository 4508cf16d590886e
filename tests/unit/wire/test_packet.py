from __future__ import annotations

import array
import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.wire.messages import MAX_TEXT_SIZE
from camstrm.wire.packet import (
    MAX_PACKET_SIZE,
    PACKET_HEADER_SIZE,
    Packet,
    PacketKind,
    PacketSplitter,
    encode_packet_parts,
)
from tests.fakes.packet_stream import receive_data
from tests.vectors.layout import PACKET_FIELDS, Values, pack

Outcome = tuple[list[tuple[int, bytes]], str]


def packet_header(kind: int, size: int, header_size: int = PACKET_HEADER_SIZE) -> bytes:
    values: Values = {"magic": b"CSPK", "version": 1, "header_size": header_size, "kind": kind}
    return pack(PACKET_FIELDS, {**values, "size": size})


def packet_bytes(kind: int, body: bytes, header_size: int = PACKET_HEADER_SIZE) -> bytes:
    return packet_header(kind, len(body), header_size) + body


def contents(packets: list[Packet]) -> list[tuple[int, bytes]]:
    return [(packet.kind, bytes(packet.payload)) for packet in packets]


def outcome(stream: bytes, cuts: list[int]) -> Outcome:
    """Feed ``stream`` cut at ``cuts``; return the packets and the error that ended it."""
    splitter = PacketSplitter()
    packets: list[Packet] = []
    edges = [0, *sorted(cuts), len(stream)]
    for start, end in itertools.pairwise(edges):
        try:
            packets += receive_data(splitter, stream[start:end])
        except WireError as error:
            return contents(packets), str(error)
    return contents(packets), ""


any_packets = st.lists(
    st.tuples(
        st.one_of(st.sampled_from([1, 2, 3]), st.integers(0, 2**16 - 1)),
        st.binary(max_size=30),
        st.integers(PACKET_HEADER_SIZE, PACKET_HEADER_SIZE + 5),
    ),
    max_size=6,
)
fractions = st.lists(st.floats(0, 1), max_size=8)


def test_encodes_every_field_at_its_place() -> None:
    parts = encode_packet_parts(PacketKind.BUNDLE, [b"abc", b"", bytearray(b"de")])
    assert bytes(parts[0]) == bytes.fromhex("4353504b 01 10 0200 05000000 00000000")
    assert b"".join(parts[1:]) == b"abcde"


def test_a_part_is_not_copied_and_measured_in_bytes() -> None:
    words = memoryview(array.array("I", [1, 2, 3]))
    header, part = encode_packet_parts(PacketKind.BUNDLE, [words])
    assert part is words
    assert bytes(header)[8:12] == words.nbytes.to_bytes(4, "little")


def test_decodes_every_field_from_its_place() -> None:
    header = bytes.fromhex("4353504b 01 12 0100 05000000 ffffffff eeee")
    (packet,) = receive_data(PacketSplitter(), header + b"hello")
    assert packet.kind is PacketKind.TEXT
    assert bytes(packet.payload) == b"hello"


def test_a_payload_is_the_receivers_own() -> None:
    splitter = PacketSplitter()
    first, second = receive_data(splitter, packet_bytes(2, b"first") + packet_bytes(2, b"other"))
    first.payload[:] = b"xxxxx"
    assert bytes(second.payload) == b"other"
    assert contents(receive_data(splitter, packet_bytes(2, b"third"))) == [(2, b"third")]
    assert bytes(first.payload) == b"xxxxx"


def test_reading_into_the_buffer_gives_the_packets() -> None:
    stream = packet_bytes(1, b"{}") + packet_bytes(9, b"skipped", 20) + packet_bytes(2, b"b" * 99)
    splitter, packets = PacketSplitter(), []
    while stream:
        target = splitter.get_buffer()
        count = min(len(target), 7, len(stream))
        assert count
        target[:count] = stream[:count]
        packets += splitter.bytes_received(count)
        stream = stream[count:]
    assert contents(packets) == [(1, b"{}"), (2, b"b" * 99)]


def test_a_large_payload_is_received_in_place() -> None:
    splitter = PacketSplitter()
    assert receive_data(splitter, packet_bytes(2, bytes(9000))[:PACKET_HEADER_SIZE]) == []
    target = splitter.get_buffer()
    assert len(target) == 9000
    (packet,) = splitter.bytes_received(9000)
    assert packet.payload.obj is target.obj


def test_one_read_takes_a_packet_like_the_last_one_with_its_header_and_what_follows() -> None:
    splitter = PacketSplitter()
    receive_data(splitter, packet_bytes(2, bytes(90_000)))
    stream = packet_bytes(2, b"b" * 93_000) + packet_bytes(1, b"{}") + packet_bytes(2, b"c" * 99)
    target = splitter.get_buffer()
    count = len(stream) - 50
    assert len(target) > count
    target[:count] = stream[:count]
    packets = splitter.bytes_received(count)
    assert contents(packets) == [(2, b"b" * 93_000), (1, b"{}")]
    assert packets[0].payload.obj is target.obj
    packets[0].payload[-1:] = b"x"
    assert contents(receive_data(splitter, stream[count:])) == [(2, b"c" * 99)]


def test_what_a_header_claims_takes_no_memory_before_it_comes() -> None:
    splitter = PacketSplitter()
    receive_data(splitter, packet_header(2, MAX_PACKET_SIZE))
    assert len(splitter.get_buffer()) <= 256 * 1024
    came = PACKET_HEADER_SIZE
    while came < MAX_PACKET_SIZE // 8:
        came += len(splitter.get_buffer())
        assert splitter.bytes_received(len(splitter.get_buffer())) == []
        assert len(splitter.get_buffer()) <= max(256 * 1024, came)


def test_a_packet_much_larger_than_those_before_is_received_in_place_of_room_that_grows() -> None:
    splitter, body = PacketSplitter(), bytes(range(256)) * 8192
    receive_data(splitter, packet_bytes(1, b"{}"))
    stream, copies, packets = packet_bytes(2, body) + packet_bytes(1, b"{}"), 0, []
    last: object = None
    while stream:
        target = splitter.get_buffer()
        copies += target.obj is not last
        last = target.obj
        count = min(len(target), 10_000, len(stream))
        target[:count] = stream[:count]
        packets += splitter.bytes_received(count)
        stream = stream[count:]
    assert contents(packets) == [(2, body), (1, b"{}")]
    assert copies <= 8


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n", b"x" * 5000])
def test_packets_before_garbage_in_the_same_read_count(garbage: bytes) -> None:
    splitter = PacketSplitter()
    receive_data(splitter, packet_bytes(2, bytes(6000)))
    stream = packet_bytes(1, b"{}") + packet_bytes(2, b"four") + garbage
    target = splitter.get_buffer()
    target[: len(stream)] = stream
    assert contents(splitter.bytes_received(len(stream))) == [(1, b"{}"), (2, b"four")]
    assert len(splitter.get_buffer())
    for _ in range(2):
        with pytest.raises(WireError, match="magic"):
            splitter.bytes_received(0)


def test_a_small_payload_does_not_hold_the_buffer_of_a_large_one() -> None:
    splitter = PacketSplitter()
    receive_data(splitter, packet_bytes(2, bytes(90_000)))
    (packet,) = receive_data(splitter, packet_bytes(1, b"{}"))
    assert packet.payload.obj == b"{}"


def test_the_buffer_becomes_smaller_when_packets_do() -> None:
    splitter = PacketSplitter()
    receive_data(splitter, packet_bytes(2, bytes(4_000_000)))
    for _ in range(400):
        receive_data(splitter, packet_bytes(2, bytes(40_000)))
    assert len(splitter.get_buffer()) < 100_000


def test_a_buffer_is_used_again_when_nobody_holds_its_payload() -> None:
    splitter = PacketSplitter()
    stream = packet_bytes(2, bytes(9000))
    held = []
    for number in range(20):
        receive_data(splitter, stream)  # nobody keeps this one
        payload = bytes((number,)) * 9000
        (packet,) = receive_data(splitter, packet_bytes(2, payload))
        if number % 5 == 0:
            held.append((packet.payload[10:20], number))
    for part, number in held:
        assert bytes(part) == bytes((number,)) * 10, "a part that is held stays as it was"
    assert len({id(part.obj) for part, _ in held}) == len(held)
    addresses = {id(receive_data(splitter, stream)[0].payload.obj) for _ in range(20)}
    assert len(addresses) <= 2


@pytest.mark.parametrize("header_size", [16, 17, 255])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_an_empty_payload_ends_with_its_header(kind: int, header_size: int) -> None:
    splitter = PacketSplitter()
    data = packet_bytes(kind, b"", header_size)
    assert receive_data(splitter, data[:-1]) == []
    expected = [] if kind == 4 else [(kind, b"")]
    assert contents(receive_data(splitter, data[-1:])) == expected
    assert contents(receive_data(splitter, packet_bytes(2, b"next"))) == [(2, b"next")]


def test_nothing_received_changes_nothing() -> None:
    splitter = PacketSplitter()
    assert receive_data(splitter, b"") == []
    assert splitter.bytes_received(0) == []
    assert contents(receive_data(splitter, packet_bytes(1, b"{}"))) == [(1, b"{}")]


def peak_memory(data: bytes, error: str) -> int:
    tracemalloc.start()
    try:
        if error:
            with pytest.raises(WireError, match=error):
                receive_data(PacketSplitter(), data)
        else:
            receive_data(PacketSplitter(), data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("kind", "size", "error"),
    [
        (2, MAX_PACKET_SIZE + 1, "payload of 67108865 bytes, 67108864 at most"),
        (7, MAX_PACKET_SIZE + 1, "payload of 67108865 bytes, 67108864 at most"),
        (2, 2**32 - 1, "payload of 4294967295 bytes"),
        (1, MAX_TEXT_SIZE + 1, "payload of 1048577 bytes, 1048576 at most"),
        (1, MAX_PACKET_SIZE, "payload of 67108864 bytes, 1048576 at most"),
        (7, MAX_PACKET_SIZE, ""),
    ],
)
def test_no_memory_is_taken_for_what_is_refused_or_skipped(
    kind: int, size: int, error: str
) -> None:
    assert peak_memory(packet_header(kind, size) + b"some", error) < 200_000


def test_a_splitter_may_have_a_smaller_limit() -> None:
    assert contents(receive_data(PacketSplitter(4), packet_bytes(2, b"four"))) == [(2, b"four")]
    with pytest.raises(WireError, match="UdsPacketHeader: payload of 5 bytes, 4 at most"):
        receive_data(PacketSplitter(4), packet_bytes(1, b"five!"))


def test_the_encoder_has_the_same_limits() -> None:
    text = bytes(MAX_TEXT_SIZE)
    assert len(encode_packet_parts(PacketKind.TEXT, [text])) == 2
    with pytest.raises(WireError, match="payload of 1048577 bytes, 1048576 at most"):
        encode_packet_parts(PacketKind.TEXT, [text, b"x"])
    half = memoryview(bytes(MAX_PACKET_SIZE // 2))
    assert len(encode_packet_parts(PacketKind.BUNDLE, [half, half])) == 3
    with pytest.raises(WireError, match="payload of 67108865 bytes, 67108864 at most"):
        encode_packet_parts(PacketKind.BUNDLE, [half, half, b"x"])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"GET / HTTP/1.1\r\n", "UdsPacketHeader: magic b'GET ', wanted b'CSPK'"),
        (
            bytes.fromhex("4353504b 02 10 0100 00000000 00000000"),
            "UdsPacketHeader: version 2, wanted 1",
        ),
        (
            bytes.fromhex("4353504b 01 0f 0100 00000000 00000000"),
            "UdsPacketHeader: header size 15, wanted >= 16",
        ),
    ],
)
def test_a_stream_that_is_refused_stays_refused(data: bytes, sentence: str) -> None:
    splitter = PacketSplitter()
    for received in (data, packet_bytes(1, b"{}")):
        with pytest.raises(WireError) as caught:
            receive_data(splitter, received)
        assert str(caught.value) == sentence


@given(any_packets, fractions)
def test_every_cut_of_a_stream_gives_the_same_packets(
    packets: list[tuple[int, bytes, int]], cuts: list[float]
) -> None:
    stream = b"".join(packet_bytes(kind, body, size) for kind, body, size in packets)
    expected = [(kind, body) for kind, body, _ in packets if kind in (1, 2, 3)]
    assert outcome(stream, [int(cut * len(stream)) for cut in cuts]) == (expected, "")
    assert outcome(stream, list(range(len(stream)))) == (expected, "")


@given(st.lists(st.tuples(st.sampled_from(PacketKind), st.lists(st.binary(max_size=9)))))
def test_round_trip(packets: list[tuple[PacketKind, list[bytes]]]) -> None:
    stream = b"".join(b"".join(encode_packet_parts(kind, parts)) for kind, parts in packets)
    expected = [(kind, b"".join(parts)) for kind, parts in packets]
    assert contents(receive_data(PacketSplitter(), stream)) == expected


@given(
    any_packets, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4), fractions
)
def test_any_mutation_gives_packets_or_one_error_for_every_cut(
    packets: list[tuple[int, bytes, int]], changes: list[tuple[float, int]], cuts: list[float]
) -> None:
    stream = bytearray(b"".join(packet_bytes(kind, body, size) for kind, body, size in packets))
    for where, value in changes:
        if stream:
            stream[int(where * (len(stream) - 1))] = value
    data = bytes(stream)
    found, error = outcome(data, list(range(len(data))))
    coarse, coarse_error = outcome(data, [int(cut * len(data)) for cut in cuts])
    assert coarse_error == error
    if error:
        assert coarse == found[: len(coarse)]
    else:
        assert coarse == found


@given(st.binary(max_size=64))
def test_any_bytes(data: bytes) -> None:
    found, error = outcome(data, [])
    if len(data) >= PACKET_HEADER_SIZE and not data.startswith(b"CSPK"):
        assert "magic" in error
    assert sum(len(body) for _, body in found) <= len(data)
