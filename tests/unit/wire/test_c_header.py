"""camstrm_wire.h is held to the golden vectors and to FORMAT.md's numbers."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import camstrm.wire
from camstrm.camera_state import CameraState
from camstrm.errors import WireError
from camstrm.wire import bundle, packet
from tests.vectors import layout

HERE = Path(__file__).parent
HEADER = Path(camstrm.wire.__file__).with_name("camstrm_wire.h")
VECTORS = Path(layout.__file__).parent

STRICT = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"]
COMPILERS = {
    "c99": ["cc", "-std=c99", *STRICT],
    "c99_optimised": ["cc", "-std=c99", "-O2", *STRICT],
    "c99_sanitized": [
        *["cc", "-std=c99", "-g", *STRICT],
        *["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    ],
    "c++17": ["c++", "-std=c++17", "-x", "c++", *STRICT],
}


def compile_reader(command: list[str], folder: Path, source: Path) -> Path:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no compiler {command[0]}")
    program = folder / "reader"
    result = subprocess.run(
        [*command, f"-I{HEADER.parent}", str(source), "-o", str(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return program


@pytest.fixture(scope="module", params=COMPILERS)
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    command = COMPILERS[request.param]
    folder = tmp_path_factory.mktemp("reader")
    if "-fsanitize=address,undefined" in command:
        probe = folder / "probe.c"
        probe.write_text("int main(void) { return 0; }\n")
        try:
            program = compile_reader(command, folder, probe)
            works = subprocess.run([program], timeout=60, check=False).returncode == 0
        except AssertionError:
            works = False
        if not works:
            pytest.skip("no sanitizers on this machine")
    return compile_reader(command, folder, HERE / "read_vectors.c")


def read(program: Path, files: list[Path]) -> list[str]:
    result = subprocess.run(
        [program],
        input="".join(f"{path}\n" for path in files),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == len(files)
    return lines


def expected(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("ascii"))
    value.pop("about")
    return value


def test_reads_the_good_bundles(reader: Path) -> None:
    files = sorted((VECTORS / "bundles").glob("*.bin"))
    assert len(files) >= 9
    for path, line in zip(files, read(reader, files), strict=True):
        assert json.loads(line) == expected(path), path.name


def test_refuses_the_bad_bundles(reader: Path) -> None:
    files = sorted((VECTORS / "bad" / "bundles").glob("*.bin"))
    assert len(files) >= 25
    refused = dict(zip((path.name for path in files), read(reader, files), strict=True))
    assert refused == dict.fromkeys(refused, "-1")


def test_refuses_every_cut_of_a_good_bundle(reader: Path, tmp_path: Path) -> None:
    data = (VECTORS / "bundles" / "longer_headers.bin").read_bytes()
    files = []
    for size in [*range(200), *range(len(data) - 90, len(data))]:
        agreeing = data[:12] + size.to_bytes(4, "little") + data[16:]
        files.append(tmp_path / f"{size}.bin")
        files[-1].write_bytes(agreeing[:size])
    assert set(read(reader, files)) == {"-1"}


def test_accepts_what_python_accepts(reader: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    originals = [path.read_bytes() for path in sorted((VECTORS / "bundles").glob("*.bin"))]
    files, accepted = [], []
    for number in range(300):
        data = bytearray(chance.choice(originals))
        # Sizes and counts stand at few places: hit those more often than pictures.
        spot = chance.choice([6, 8, 9, 12, 32, 40, 104, 112, chance.randrange(len(data))])
        data[min(spot, len(data) - 1)] = chance.choice([0, 1, 2, 71, 72, 73, 95, 96, 255])
        files.append(tmp_path / f"{number}.bin")
        files[-1].write_bytes(data)
        try:
            bundle.decode_bundle(data)
        except WireError:
            accepted.append(False)
        else:
            accepted.append(True)
    assert 50 < sum(accepted) < 250
    assert [line != "-1" for line in read(reader, files)] == accepted


def test_two_files_may_include_the_header(tmp_path: Path) -> None:
    source = tmp_path / "twice.c"
    source.write_text(
        '#include "camstrm_wire.h"\n#include "camstrm_wire.h"\n'
        "int main(void) { return CAMSTRM_STATE_CLOSED; }\n"
    )
    compile_reader(COMPILERS["c99"], tmp_path, source)


def enum_values(name: str) -> dict[str, int]:
    body = re.search(rf"enum camstrm_{name} \{{(.*?)\}}", HEADER.read_text("ascii"), re.DOTALL)
    assert body, name
    return {key: int(value) for key, value in re.findall(r"CAMSTRM_(\w+) = (\d+)", body[1])}


@pytest.mark.parametrize(
    ("name", "prefix", "members"),
    [
        ("state", "STATE", CameraState),
        ("encoding", "ENCODING", bundle.Encoding),
        ("flag", "FLAG", bundle.FrameFlag),
        ("packet_kind", "PACKET", packet.PacketKind),
    ],
)
def test_the_enums_are_those_of_the_code(name: str, prefix: str, members: Any) -> None:
    assert enum_values(name) == {f"{prefix}_{m.name}": m.value for m in members}


def test_the_constants_are_those_of_the_code() -> None:
    defined = dict(
        re.findall(r"^#define CAMSTRM_(\w+) (\S+)$", HEADER.read_text("ascii"), re.MULTILINE)
    )
    assert defined == {
        "BUNDLE_MAGIC": f'"{bundle.BUNDLE_MAGIC.decode()}"',
        "PACKET_MAGIC": f'"{packet.PACKET_MAGIC.decode()}"',
        "VERSION": str(bundle.BUNDLE_VERSION),
        "MAX_CAMERAS": str(bundle.MAX_CAMERAS),
        "MAX_BUNDLE_SIZE": f"{bundle.MAX_BUNDLE_SIZE}u",
    }
    assert packet.PACKET_VERSION == bundle.BUNDLE_VERSION


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("bundle", layout.BUNDLE_FIELDS),
        ("camera", layout.CAMERA_FIELDS),
        ("view", layout.VIEW_FIELDS),
        ("packet", layout.PACKET_FIELDS),
    ],
)
def test_the_structures_are_those_of_the_vectors(name: str, fields: dict[str, str]) -> None:
    body = re.search(
        rf"typedef struct camstrm_{name}_header \{{ /\* \d+ bytes \*/(.*?)\}}",
        HEADER.read_text("ascii"),
        re.DOTALL,
    )
    assert body
    letters = {"char": "4s", "uint8_t": "B", "uint16_t": "H", "uint32_t": "I", "uint64_t": "Q"}
    members = re.findall(r"(\w+) (\w+)(?:\[4\])?;", body[1])
    assert [(member, letters[kind]) for kind, member in members] == list(fields.items())
