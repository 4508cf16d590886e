"""Write the golden vectors: ``python -m tests.vectors.make_vectors`` from the project's root.

The same bytes come out every time; the JPEGs under ``jpeg`` are inputs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.vectors.bad_message_vectors import bad_messages
from tests.vectors.bundle_vectors import BadVector, bad_bundles, good_bundles
from tests.vectors.message_vectors import good_messages
from tests.vectors.packet_vectors import bad_packets, good_packets

FOLDERS = ("bundles", "packets", "messages", "bad/bundles", "bad/packets", "bad/messages")


def write_vectors(root: Path) -> None:
    """Write every vector below ``root``."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, bundle in good_bundles().items():
        (root / "bundles" / f"{name}.bin").write_bytes(bundle.encode())
        _write_json(root / "bundles" / f"{name}.json", bundle.expected())
    for name, stream in good_packets().items():
        (root / "packets" / f"{name}.bin").write_bytes(stream.data)
        _write_json(root / "packets" / f"{name}.json", stream.expected())
    for name, message in good_messages().items():
        _write_json(root / "messages" / f"{name}.json", message.expected())
    _write_bad(root / "bad" / "bundles", bad_bundles())
    _write_bad(root / "bad" / "packets", bad_packets())
    for name, bad in bad_messages().items():
        _write_json(root / "bad" / "messages" / f"{name}.json", bad.expected())


def _write_bad(folder: Path, vectors: dict[str, BadVector]) -> None:
    for name, vector in vectors.items():
        (folder / f"{name}.bin").write_bytes(vector.data)
        _write_json(folder / f"{name}.json", {"reason": vector.reason, "where": vector.where})


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Write with one camera or packet a line: a difference stays readable."""
    lines = []
    for key, member in value.items():
        if isinstance(member, list) and member:
            items = ",\n  ".join(json.dumps(item) for item in member)
            lines.append(f"{json.dumps(key)}: [\n  {items}\n ]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(member)}")
    path.write_bytes(("{\n " + ",\n ".join(lines) + "\n}\n").encode("ascii"))


if __name__ == "__main__":
    write_vectors(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
