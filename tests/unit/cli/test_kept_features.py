from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.cli.kept_features import configured_file_text, keep_features
from camstrm.config import load_config
from camstrm.errors import ConfigError, UsageError
from camstrm.feature import FeatureSetting
from camstrm.wire import CameraInfo

LEFT = CameraInfo(0, "left", "DA1")
LIVE = (
    FeatureSetting("ExposureTime", 2000.5),
    FeatureSetting("GainAuto", "Off"),
    FeatureSetting("BalanceRatio", 1.4, {"BalanceRatioSelector": "Red"}),
)

BEFORE = """\
# Two cameras.
[stream]
fps = 30  # as the monitor

[[camera]]
serial = "DA2"

[[camera]]
serial = "DA1"  # by the door
name = "left"
[camera.features]
Width = 640
ExposureTime = 1500.0  # microseconds
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "camstrm.toml"
    path.write_text(BEFORE)
    path.chmod(0o640)
    return path


def test_comments_and_order_stay(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_features(str(config), LEFT, LIVE)
    assert config.read_text() == BEFORE.replace(
        "ExposureTime = 1500.0  # microseconds", "ExposureTime = 2000.5  # microseconds"
    ) + ('GainAuto = "Off"\n"BalanceRatio[BalanceRatioSelector=Red]" = 1.4\n')
    assert config.stat().st_mode & 0o777 == 0o640
    assert capsys.readouterr().out.splitlines() == [
        f"{config}, camera DA1 (left), written:",
        "[camera.features]",
        "ExposureTime = 2000.5",
        'GainAuto = "Off"',
        '"BalanceRatio[BalanceRatioSelector=Red]" = 1.4',
    ]
    assert list(config.parent.iterdir()) == [config]


def test_a_camera_that_the_file_does_not_name_is_added(config: Path) -> None:
    keep_features(str(config), CameraInfo(2, "top", "DA3"), LIVE[:1])
    cameras = load_config(config).cameras
    assert [camera.serial for camera in cameras] == ["DA2", "DA1", "DA3"]
    assert cameras[2].features == {"ExposureTime": 2000.5}


def test_a_camera_without_features_and_an_inline_table(config: Path) -> None:
    keep_features(str(config), CameraInfo(1, "DA2", "DA2"), LIVE[:1])
    assert load_config(config).cameras[0].features == {"ExposureTime": 2000.5}
    config.write_text('[[camera]]\nserial = "DA1"\nfeatures = { Gain = 3.0 }\n')
    keep_features(str(config), LEFT, LIVE[1:2])
    assert config.read_text() == (
        '[[camera]]\nserial = "DA1"\nfeatures = { Gain = 3.0, GainAuto = "Off" }\n'
    )


KEPT = '{ serial = "DA9", features = { ExposureTime = 2000.5, GainAuto = "Off" } }'


@pytest.mark.parametrize(
    ("cameras", "kept"),
    [
        ('camera = [ { serial = "DA1" } ]', f'camera = [ {{ serial = "DA1" }}, {KEPT} ]'),
        ("camera = []", f"camera = [{KEPT}]"),
        ('camera = [{serial="DA9"}]', f"camera = [{KEPT}]"),
        ('camera = [{serial="DA9",features={ExposureTime=1.0}}]', f"camera = [{KEPT}]"),
    ],
)
def test_cameras_in_one_line_keep_their_blanks(tmp_path: Path, cameras: str, kept: str) -> None:
    path = tmp_path / "camstrm.toml"
    path.write_text(f"{cameras}  # all\n")
    keep_features(str(path), CameraInfo(0, "top", "DA9"), LIVE[:2])
    assert path.read_text() == f"{kept}  # all\n"
    found = load_config(path).cameras[-1]
    assert (found.serial, found.features) == ("DA9", {"ExposureTime": 2000.5, "GainAuto": "Off"})


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "camstrm.toml"
    path.write_text("# nothing yet\n")
    keep_features(str(path), LEFT, LIVE[:1])
    assert path.read_text().startswith("# nothing yet\n")
    assert load_config(path).cameras[0].features == {"ExposureTime": 2000.5}


def test_nothing_to_keep_changes_nothing(config: Path) -> None:
    keep_features(str(config), LEFT, ())
    assert config.read_text() == BEFORE


def test_a_file_that_would_be_wrong_is_not_touched(config: Path) -> None:
    bad = FeatureSetting("Not a name", 1)
    with pytest.raises(ConfigError, match="it would be wrong afterwards"):
        keep_features(str(config), LEFT, (bad,))
    assert config.read_text() == BEFORE
    assert list(config.parent.iterdir()) == [config]
    config.write_text("[stream]\nfps = 0\n")
    with pytest.raises(ConfigError, match="fps"):
        keep_features(str(config), LEFT, LIVE)


def test_a_configuration_as_a_file_of_features(config: Path) -> None:
    keep_features(str(config), LEFT, LIVE[2:])
    text = configured_file_text(str(config), "left")
    assert text.splitlines()[-3:] == [
        "Width\t640",
        "ExposureTime\t1500.0",
        "BalanceRatio\t{BalanceRatioSelector=Red}\t1.4",
    ]
    with pytest.raises(UsageError, match="no \\[\\[camera\\]\\] with serial number or name 'top'"):
        configured_file_text(str(config), "top")
