from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camstrm.config import CameraSettings, load_config
from camstrm.feature import FeatureSetting
from camstrm.feed.open_calls import CallBack
from camstrm.grab.keep_desk import KeepDesk
from camstrm.grab.processes.ledger import Ledgers
from camstrm.wire import Call, Reply, unpack
from camstrm.wire.operations import KeepFeatures, Kept

BEFORE = """\
# Two cameras.
[[camera]]
serial = "A"  # by the door
name = "left"
[camera.features]
ExposureTime = 1500.0  # microseconds
"""
LIVE = (
    FeatureSetting("ExposureTime", 2000.5),
    FeatureSetting("BalanceRatio", 1.4, {"BalanceRatioSelector": "Red"}),
)
LINES = """\
# [[camera]] left, serial number A
[camera.features]
ExposureTime = 2000.5
"BalanceRatio[BalanceRatioSelector=Red]" = 1.4
"""


class Back:
    def __init__(self) -> None:
        self.reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def replied(self, reply: Reply) -> None:
        self.reply.set_result(reply)

    def data_came(self, call_id: int, piece: memoryview) -> None:
        raise AssertionError


class Rig:
    """A grabber's main process with one camera, of which something was set live."""

    def __init__(self, file: str) -> None:
        self.ledgers = Ledgers([CameraSettings(serial="A", name="left")])
        self.ledgers[0].live = LIVE
        self.passed: list[Call] = []
        self.desk = KeepDesk(file, self.ledgers, self)

    def call(self, call: Call, back: CallBack) -> None:
        self.passed.append(call)

    def kept(self, camera: int, settings: tuple[FeatureSetting, ...]) -> None:
        self.ledgers[camera].keep(settings)

    async def keep(self, camera: int = 0, **arguments: Any) -> Reply:
        back = Back()
        call = Call(7, camera, "keep", msgspec.Raw(msgspec.json.encode(arguments)))
        self.desk.call(call, back)
        return await asyncio.wait_for(back.reply, 30)

    async def kept_lines(self, **arguments: Any) -> Kept:
        reply = await self.keep(**arguments)
        assert reply.ok, reply
        return unpack(reply.result, Kept, "keep")


def text_of(file: Path) -> str:
    return file.read_text()


def mode_of(file: Path) -> int:
    return file.stat().st_mode & 0o777


def alone(file: Path) -> bool:
    """Return whether nothing was left beside the file."""
    return list(file.parent.iterdir()) == [file]


def spoil(file: Path, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if trouble == "gone":
        file.unlink()
    elif trouble == "wrong":
        file.write_text("[stream]\nfps = 0\n")
    else:
        file.parent.chmod(0o500)
        if os.geteuid() == 0:
            # Root may write everywhere: the kernel's refusal is made here.
            whole = Path.open

            def refused(self: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
                if "w" in mode:
                    raise PermissionError(13, "Permission denied", str(self))
                return whole(self, mode, *rest, **options)

            monkeypatch.setattr(Path, "open", refused)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "camstrm.toml"
    path.write_text(BEFORE)
    path.chmod(0o640)
    return path


async def test_the_lines_are_shown_and_nothing_is_written(file: Path) -> None:
    rig = Rig(str(file))
    assert await rig.kept_lines() == Kept(str(file), LINES)
    assert text_of(file) == BEFORE
    only = await rig.kept_lines(features=["ExposureTime"])
    assert only.toml.splitlines()[2:] == ["ExposureTime = 2000.5"]
    assert rig.passed == []


async def test_they_are_written_once_and_the_camera_s_process_hears_of_it(file: Path) -> None:
    rig = Rig(str(file))
    assert await rig.kept_lines(write=True) == Kept(str(file), LINES, written=True)
    assert text_of(file) == BEFORE.replace("1500.0", "2000.5") + (
        '"BalanceRatio[BalanceRatioSelector=Red]" = 1.4\n'
    )
    assert mode_of(file) == 0o640
    assert alone(file)
    (told,) = rig.passed
    names = ("ExposureTime", "BalanceRatio")
    assert unpack(told.with_, KeepFeatures, "keep") == KeepFeatures(names, write=True)
    assert await rig.kept_lines(write=True) == Kept(str(file), ""), "nothing more differs"
    rig.ledgers[0].live = (FeatureSetting("ExposureTime", 10.0), *LIVE[1:])
    again = await rig.kept_lines(write=True)
    assert "BalanceRatio" not in again.toml
    assert load_config(file).cameras[0].features["ExposureTime"] == 10.0


async def test_several_at_once_are_written_one_after_another(file: Path) -> None:
    rig = Rig(str(file))
    replies = await asyncio.gather(*(rig.keep(write=True) for _ in range(5)))
    written = [unpack(reply.result, Kept, "keep").written for reply in replies]
    assert sorted(written) == [False, False, False, False, True]


async def test_without_a_file_the_refusal_has_the_lines() -> None:
    rig = Rig("")
    assert await rig.kept_lines() == Kept("", LINES)
    reply = await rig.keep(write=True)
    assert (reply.ok, reply.code) == (False, "failed")
    assert "without a configuration file" in reply.problem
    assert LINES in reply.remedy


@pytest.mark.parametrize("trouble", ["folder", "gone", "wrong"])
async def test_a_file_that_cannot_be_written_stays_and_the_refusal_has_the_lines(
    file: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(file, trouble, monkeypatch)
    rig = Rig(str(file))
    reply = await rig.keep(write=True)
    monkeypatch.undo()
    file.parent.chmod(0o700)
    assert reply.code == "failed"
    assert str(file) in reply.problem
    assert LINES in reply.remedy
    assert rig.passed == []
    assert rig.ledgers[0].kept == ()
    if trouble == "folder":
        assert text_of(file) == BEFORE
        assert alone(file)


async def test_other_calls_pass_and_wrong_ones_are_refused(file: Path) -> None:
    rig = Rig(str(file))
    other = Call(1, 0, "values")
    rig.desk.call(other, Back())
    assert rig.passed == [other]
    assert (await rig.keep(3)).code == "unknown"
    assert (await rig.keep(all=True)).code == "wrong"
