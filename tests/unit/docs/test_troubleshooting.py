"""Each trouble of docs/troubleshooting.md that doctor can see is provoked: doctor says its words.

A box ``doctor`` is a part of its output, with "…" for what differs; a box ``message`` is a
sentence that some part of camstrm has in its source.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.cli.checks import cameras as cameras_module
from camstrm.cli.checks.bandwidth import bandwidth_findings, camera_load
from camstrm.cli.checks.cameras import camera_findings
from camstrm.cli.checks.finding import Finding
from camstrm.cli.checks.gige import gige_findings
from camstrm.cli.checks.places import place_findings
from camstrm.cli.commands.doctor import _lines
from camstrm.cli.main import main
from camstrm.config import BridgeSettings, Config, SocketSettings
from tests.documents import ROOT, Block, blocks, documents
from tests.fakes.host_files import add_interface, plug_in, usb_cameras, write_files
from tests.simulator.build import NAME, SimulatorBuildError, build_simulator
from tests.simulator.scenario import CameraSpec, InterfaceSpec, Scenario

PAGE = ROOT / "docs/troubleshooting.md"
BOXES = [block for block in blocks(PAGE) if block.language == "doctor"]

SCENARIO = Scenario(
    (
        CameraSpec("BUSY", bus="GEV", flavour="hikrobot", producer=NAME),
        CameraSpec("FAR", bus="GEV", ip_address="10.9.9.9", interface="eth1", producer=NAME),
        CameraSpec("XML", producer=NAME),
        CameraSpec("CRASH", producer=NAME),
        CameraSpec("TWIN-1", told_serial="TWIN", producer=NAME),
        CameraSpec("TWIN-2", told_serial="TWIN", producer=NAME),
    ),
    (
        InterfaceSpec("eth1", bus="GEV", ip_address="192.168.1.1"),
        InterfaceSpec("eth9", bus="GEV"),
    ),
)
KNOBS = {"BUSY": {"busy": 1}, "XML": {"bad_xml": 1}, "CRASH": {"crash": 2}}
CONFIG = """\
[[producer]]
cti = "{cti}"
[[producer]]
cti = "/no/such/MvProducerU3V.cti"
[[producer]]
cti = "{text}"
[[producer]]
cti = "{empty}"
[[camera]]
serial = "TWIN"
[[camera]]
serial = "77"
"""


def said(findings: Iterable[Finding]) -> str:
    """Return findings as doctor prints them."""
    return "\n".join(line for finding in findings for line in _lines(finding, 22))


def test_doctor_says_the_words_of_each_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        cti = build_simulator()
    except SimulatorBuildError as error:
        pytest.skip(str(error))
    outputs = [of_cameras(tmp_path, cti, monkeypatch, capfd)]
    outputs += [of_a_mistake_and_opening(tmp_path, cti, capfd)]
    outputs += [said(of_the_host(tmp_path, monkeypatch)), said(of_places(tmp_path))]
    seen = " ".join(" ".join(outputs).split())
    unsaid = [str(box) for box in BOXES if not re.search(pattern(box.text), seen)]
    assert unsaid == [], seen


def pattern(text: str) -> str:
    parts = (re.escape(" ".join(part.split())) for part in text.split("…"))
    return r"\s?\S.{0,300}?".join(part.replace(r"\ ", " ") for part in parts)


def of_cameras(
    folder: Path, cti: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> str:
    run = SCENARIO.write(folder)
    for serial, knobs in KNOBS.items():
        with run.control(serial) as camera:
            camera.set(**knobs)
    with run.interface_control("eth9") as interface:
        interface.set(open_fails=1)
    for name, value in run.variables.items():
        monkeypatch.setenv(name, value)
    text, empty = folder / "text.cti", folder / "MvProducerGEV.cti"
    text.write_text("no library")
    # Under a file of another name than NAME there is no camera.
    empty.symlink_to(cti)
    config = folder / "camstrm.toml"
    config.write_text(CONFIG.format(cti=cti, text=text, empty=empty))
    assert main(["doctor", "--config", str(config)]) == 1
    return capfd.readouterr().out


def of_a_mistake_and_opening(folder: Path, cti: Path, capfd: pytest.CaptureFixture[str]) -> str:
    file = folder / "c.toml"
    file.write_text("[stream]\nfps = 1000\n[[producer]]\n")
    command = ["doctor", "--config", str(file), "--cti", str(cti), "--open"]
    assert main([*command, "--serial", "XML", "--serial", "CRASH"]) == 1
    return capfd.readouterr().out


def of_the_host(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Finding]:
    node = plug_in(folder, "2-1", serial="SLOW", speed="480", devnum="7")
    usb = usb_cameras(folder)
    usbfs = "sys/module/usbcore/parameters/usbfs_memory_mb"
    write_files(folder, {usbfs: "16", "proc/sys/net/core/rmem_max": "212992"})
    write_files(folder, {"sys/bus/usb/devices/usb2/speed": "5000"})
    add_interface(folder, "eth0", 1500, rp_filter=1)
    yield from gige_findings(folder)
    with monkeypatch.context() as patch:
        patch.setattr("os.access", lambda path, _mode: path != node)
        yield from usb.findings()
    size = {"Width": 1600, "Height": 1200, "PixelFormat": "RGB8", "AcquisitionFrameRate": 120}
    yield from bandwidth_findings([camera_load("left", "SLOW", size, {}, usb, folder)])
    device = DeviceInfo("/x.cti", "LOSSY", tl_type="U3V")
    mark = OpenCamera(os.getpid(), "-", "LOSSY", 12)
    monkeypatch.setattr(cameras_module, "open_in", lambda *_: "streamed by camstrm")
    yield from camera_findings(Config(), [device], set(), usb, folder, [mark])


def of_places(folder: Path) -> Iterator[Finding]:
    token = folder / "token"
    token.write_text("0123456789abcdef0123456789abcdef")
    token.chmod(0o644)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        bridge = BridgeSettings("127.0.0.1", busy.getsockname()[1], token_file=str(token))
        sock = SocketSettings(str(folder / "no/such/camstrm.sock"))
        yield from place_findings(Config(socket=sock, bridge=bridge), {})


def test_there_is_a_box_for_each_kind_of_trouble() -> None:
    assert len(BOXES) >= 20
    assert {block.language for block in blocks(PAGE)} == {"doctor", "message"}


@cache
def sentences() -> str:
    """Return the source of camstrm and the texts of the viewers, sentences in one piece."""
    files = [*ROOT.glob("camstrm/**/*.py"), *ROOT.glob("client_qt/**/*.py")]
    files += ROOT.glob("camstrm/viewing/texts/*.json")
    source = "\n".join(path.read_text("utf-8") for path in files)
    return re.sub(r'"\s*\n\s*f?"', "", source)


MESSAGES = [box for page in documents() for box in blocks(page) if box.language == "message"]


@pytest.mark.parametrize("box", MESSAGES, ids=str)
def test_camstrm_has_the_words_of_a_message(box: Block) -> None:
    parts = [" ".join(part.split()) for part in box.text.split("…")]
    assert [part for part in parts if part and part not in sentences()] == []
