"""The streams of packets among the vectors, good and bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.vectors.bundle_vectors import BadVector, good_bundles
from tests.vectors.layout import PACKET_FIELDS, Values, pack

HEADER = 16
TEXT, BUNDLE, DATA, LATER = 1, 2, 3, 77


@dataclass
class PacketVector:
    """A stream and the packets that a reader gets from it; kinds it skips are not listed."""

    about: str
    data: bytes
    packets: list[tuple[int, bytes]]

    def expected(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "packets": [{"kind": kind, "payload": body.hex()} for kind, body in self.packets],
        }


def _packet(kind: int, body: bytes, **values: int | bytes) -> bytes:
    header: Values = {"magic": b"CSPK", "version": 1, "header_size": HEADER, "kind": kind}
    return pack(PACKET_FIELDS, {**header, "size": len(body), **values}) + body


def good_packets() -> dict[str, PacketVector]:
    text = b'{"type":"ack","seq":7}'
    bundle = good_bundles()["some_pictures"].encode()
    call, reply = (7).to_bytes(8, "little"), b'{"type":"reply","id":7,"ok":true}'
    skipped = _packet(LATER, b"a kind of a later version")
    return {
        "text": PacketVector("one control message", _packet(TEXT, text), [(TEXT, text)]),
        "text_and_bundle": PacketVector(
            "control message, FrameBundle, control message",
            _packet(TEXT, text) + _packet(BUNDLE, bundle) + _packet(TEXT, b"{}"),
            [(TEXT, text), (BUNDLE, bundle), (TEXT, b"{}")],
        ),
        "reply_with_data": PacketVector(
            "two parts of the data of call 7, a FrameBundle between them, then the reply",
            _packet(DATA, call + b"first ")
            + _packet(BUNDLE, bundle)
            + _packet(DATA, call + b"second")
            + _packet(TEXT, reply),
            [
                (DATA, call + b"first "),
                (BUNDLE, bundle),
                (DATA, call + b"second"),
                (TEXT, reply),
            ],
        ),
        "unknown_kinds": PacketVector(
            "kinds that are skipped: with a payload, with none, with a longer header",
            skipped
            + _packet(TEXT, text)
            + _packet(0, b"")
            + _packet(0xFFFF, b"xyz", header_size=20)
            + _packet(TEXT, b"{}"),
            [(TEXT, text), (TEXT, b"{}")],
        ),
        "empty_payloads": PacketVector(
            "packets without a payload",
            _packet(TEXT, b"") + _packet(BUNDLE, b"", header_size=255) + _packet(TEXT, b""),
            [(TEXT, b""), (BUNDLE, b""), (TEXT, b"")],
        ),
        "longer_headers": PacketVector(
            "headers of a later version, reserved bytes in use",
            _packet(TEXT, text, header_size=17, reserved=2**32 - 1)
            + _packet(BUNDLE, bundle, header_size=255),
            [(TEXT, text), (BUNDLE, bundle)],
        ),
        "header_incomplete": PacketVector(
            "the second header lacks a byte: no error, the rest is still to come",
            _packet(TEXT, text) + _packet(TEXT, text)[: HEADER - 1],
            [(TEXT, text)],
        ),
        "payload_incomplete": PacketVector(
            "the payload lacks a byte: no error, the rest is still to come",
            _packet(TEXT, text) + _packet(TEXT, text)[:-1],
            [(TEXT, text)],
        ),
    }


def bad_packets() -> dict[str, BadVector]:
    def bad(reason: str, **values: int | bytes) -> BadVector:
        kind = values.pop("kind", BUNDLE)
        assert isinstance(kind, int)
        return BadVector(reason, "UdsPacketHeader", _packet(kind, b"", **values))

    return {
        "wrong_magic": bad("magic of a bundle", magic=b"CSFB"),
        "http_request": BadVector(
            "an HTTP client on the socket", "UdsPacketHeader", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        ),
        "version_0": bad("version 0", version=0),
        "version_2": bad("version 2", version=2),
        "header_too_small": bad("header_size 15", header_size=15),
        "size_above_limit": bad("64 MiB + 1 announced", size=64 * 2**20 + 1),
        "size_huge": bad("2^32 - 1 bytes announced", size=2**32 - 1),
        "unknown_kind_above_limit": bad(
            "a kind to skip, 2^32 - 1 bytes", kind=LATER, size=2**32 - 1
        ),
        "text_above_limit": bad("a control message of 1 MiB + 1", kind=TEXT, size=2**20 + 1),
        "second_packet": BadVector(
            "a good packet, then bytes that are no header",
            "UdsPacketHeader",
            _packet(TEXT, b"{}") + b"\x00" * HEADER,
        ),
    }
