"""Messages at the crossing that they belong to, whichever it is."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from camstrm.wire.crossing import CROSSINGS, Crossing
from camstrm.wire.messages import Message
from tests.unit.wire.strategies import messages_of

CROSSING_OF: dict[type[Message], Crossing[Any]] = {
    cls: crossing for crossing in CROSSINGS for cls in crossing.classes.values()
}


def encode_message(message: Message) -> str:
    return CROSSING_OF[type(message)].encode(message).decode()


def decode_message(text: str | bytes | bytearray | memoryview) -> Any:
    """Decode at the crossing that has a message of the text's type, whichever it is."""
    data = bytes(text, "utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    found = re.search(rb'"type": ?"(\w+)"', data)
    tag = found[1].decode() if found else ""
    fitting = [crossing for crossing in CROSSINGS if tag in crossing.classes]
    return (fitting or list(CROSSINGS))[0].decode(text)


any_message = st.one_of([messages_of(cls) for cls in CROSSING_OF])
