"""XML, commands and payload sizes as cameras really have them, through real Harvesters."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from camstrm.config import CameraSettings
from tests.fakes.gentl.profile_child import apply_profile
from tests.fakes.gentl.scenes_in_child import play
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario
from tests.vectors import layout

NODE_MAPS = Path(layout.__file__).parent / "node_maps"
XML = (NODE_MAPS / "slow_abs.xml").read_bytes()
MEMORY = (NODE_MAPS / "slow_abs.mem").read_text()
COMMANDS = (b"<pFeature>AcquisitionStart</pFeature>", b"<pFeature>AcquisitionStop</pFeature>")


def zipped(xml: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("camera.xml", xml)
    return file.getvalue()


def camera(folder: Path, serial: str, xml: bytes, memory: str = MEMORY) -> CameraSpec:
    for ending, data in (("xml", xml), ("mem", memory.encode())):
        (folder / f"{serial}.{ending}").write_bytes(data)
    return CameraSpec(
        serial,
        frame_rate=200.0,
        xml_file=folder / f"{serial}.xml",
        memory_file=folder / f"{serial}.mem",
    )


def try_all(folder: Path, *cameras: CameraSpec, module_xml: bool = True) -> dict[str, Any]:
    run = Scenario(cameras, module_xml=module_xml).write(folder)
    serials = [spec.serial for spec in cameras]
    told: dict[str, Any] = play(
        "try_cameras", run.variables, cti=str(build_simulator()), serials=serials
    )
    return told


FRAMES = [[640, 480]] * 2


def test_a_camera_streams_whatever_its_xml_has_around_it(tmp_path: Path) -> None:
    cp1252 = (NODE_MAPS / "cp1252.xml").read_bytes()
    utf_16 = XML.decode().replace("utf-8", "utf-16")
    xml = {
        "cp1252": cp1252,
        "cp1252-named": cp1252.replace(b"utf-8", b"windows-1252"),
        "bom": b"\xef\xbb\xbf" + XML,
        "blank": b"\n\n" + XML,
        "junk": b"Camera description\n" + XML,
        "utf16": utf_16.encode("utf-16"),
        "utf16be": utf_16.encode("utf-16-be"),
        "control": XML.replace(b'ToolTip="t"', b'ToolTip="a \x01 & b"'),
        "behind": XML + b"\nend of file\0\0\xff\xff",
    }
    cameras = [camera(tmp_path, name, data) for name, data in xml.items()]
    told = try_all(tmp_path, *cameras, module_xml=False)
    log = told.pop("log")
    assert told == dict.fromkeys(xml, FRAMES)
    repaired = {line.split()[1].rstrip(":"): line for line in log if "XML had to be" in line}
    # GenApi itself reads a byte order mark.
    assert set(repaired) == set(xml) - {"bom"}
    assert repaired["cp1252"] == (
        "camera cp1252: its XML had to be repaired: bytes that are not UTF-8 read as Windows-1252"
    )


def test_an_xml_in_a_zip_file_is_repaired_too(tmp_path: Path) -> None:
    xml = {"blank": b"\n" + XML, "utf16": XML.decode().encode("utf-16"), "plain": XML}
    cameras = [camera(tmp_path, name, zipped(data)) for name, data in xml.items()]
    told = try_all(tmp_path, *cameras)
    log = told.pop("log")
    assert told == dict.fromkeys(xml, FRAMES)
    assert len(log) == 2


def test_an_xml_that_stays_unreadable_is_told_with_its_line(tmp_path: Path) -> None:
    told = try_all(
        tmp_path,
        camera(tmp_path, "short", XML[:3000]),
        camera(tmp_path, "blank", b"\n\n" + XML.replace(b"<Port ", b"<Frob/><Port ")),
        camera(tmp_path, "dangling", XML.replace(b"<pFeature>Width<", b"<pFeature>Widht<")),
        camera(tmp_path, "zip", zipped(XML)[:-40]),
    )
    assert told["short"].startswith(
        "camera short: its XML cannot be read, line 18 (unclosed token). The XML comes"
    )
    # Of an element that it does not know GenApi names the line of the root: 2, here 4.
    assert "cannot be read, line 4 (unexpected element encountered)" in told["blank"]
    assert "cannot be read (dangling node reference 'Widht')" in told["dangling"]
    assert "cannot be read (its zip file is damaged: " in told["zip"]


def test_a_camera_starts_without_what_is_not_its_part_in_starting(tmp_path: Path) -> None:
    lines = [
        line
        for line in XML.splitlines(keepends=True)
        if b"AcquisitionStart" not in line.partition(b">")[0]
        and b"AcquisitionStop" not in line.partition(b">")[0]
    ]
    no_commands = b"".join(lines)
    for command in COMMANDS:
        no_commands = no_commands.replace(command, b"")
    no_mode = XML.replace(b"AcquisitionMode", b"OtherMode")
    multi_frame = XML.replace(b"SingleFrame", b"MultiFrame")
    told = try_all(
        tmp_path,
        camera(tmp_path, "locked", (NODE_MAPS / "tlp_ro.xml").read_bytes()),
        camera(tmp_path, "no-commands", no_commands),
        camera(tmp_path, "no-mode", no_mode),
        camera(tmp_path, "multi", multi_frame, MEMORY.replace("120 00000000", "120 01000000")),
        camera(tmp_path, "no-lock", XML.replace(b"TLParamsLocked", b"Other")),
        camera(tmp_path, "bad-lock", XML.replace(b"<Max>1</Max>", b"<Max>0</Max>")),
    )
    assert told.pop("log") == []
    assert told == dict.fromkeys(told, FRAMES)


def test_a_payload_size_that_cannot_be_true_is_refused(tmp_path: Path) -> None:
    def memory(size: int) -> str:
        return MEMORY.replace("118 00b00400", f"118 {size.to_bytes(4, 'little').hex()}")

    told = try_all(
        tmp_path,
        camera(tmp_path, "zero", XML, memory(0)),
        camera(tmp_path, "huge", XML, memory(0x7FFFFFFF)),
        camera(tmp_path, "large", XML, memory(100 << 20)),
    )
    assert "its payload size cannot be true: 0 bytes" in told["zero"]
    assert "its payload size cannot be true: 2147483647 bytes" in told["huge"]
    assert "104857600 bytes, and 640 x 480 pixels need 307200" in told["large"]


def test_a_configured_feature_that_would_end_the_process_is_passed_over(tmp_path: Path) -> None:
    xml, memory = ((NODE_MAPS / f"inc_int.{ending}") for ending in ("xml", "mem"))
    run = Scenario((camera(tmp_path, "inc", xml.read_bytes(), memory.read_text()),)).write(tmp_path)
    settings = CameraSettings(serial="inc", features={"ExposureTime": 1500.0, "Width": 320})
    applied = apply_profile(str(build_simulator()), settings, run.variables)
    told = {result.name: (result.applied, result.reason) for result in applied.results}
    assert told["ExposureTime"] == (
        False,
        "the camera says that its increment is 0: it cannot be set",
    )
    assert told["Width"] == (True, "")
