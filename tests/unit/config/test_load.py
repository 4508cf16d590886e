from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.config import (
    CameraSettings,
    Config,
    ProducerSettings,
    StreamSettings,
    check_config,
    load_config,
)
from camstrm.errors import ConfigError

REFERENCE = Path(__file__).parents[3] / "deploy" / "camstrm.toml"

Loader = Callable[[str], Config]


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    def write_and_load(text: str) -> Config:
        path = tmp_path / "camstrm.toml"
        path.write_text(text, encoding="utf-8")
        return load_config(path)

    return write_and_load


@pytest.fixture
def refusal(load: Loader) -> Callable[[str], str]:
    """Return the message for a text, without the folder."""

    def message(text: str) -> str:
        with pytest.raises(ConfigError) as info:
            load(text)
        return str(info.value).replace(info.value.file, "camstrm.toml")

    return message


def test_empty_file_gives_the_defaults(load: Loader) -> None:
    assert load("") == Config()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[stream]\n\nfsp = 3\n", ":3: stream.fsp: unknown key 'fsp', did you mean 'fps'?"),
        ("[socket]\npaht = ''\n", ":2: socket.paht: unknown key 'paht', did you mean 'path'?"),
        ("[bridge]\npotr = 1\n", ":2: bridge.potr: unknown key 'potr', did you mean 'port'?"),
        (
            "[process]\nstop_timeout = 1\n",
            ":2: process.stop_timeout: unknown key 'stop_timeout', did you mean 'stop_timeout_s'?",
        ),
        (
            "[[producer]]\ncti = 'a'\n[[producer]]\ncit = 'b'\n",
            ":4: producer[1].cit: unknown key 'cit', did you mean 'cti'?",
        ),
        (
            "[[camera]]\nserial = 'a'\nfeature.Gain = 1\n",
            ":3: camera[0].feature: unknown key 'feature', did you mean 'features'?",
        ),
        ("[steam]\n", ":1: steam: unknown key 'steam', did you mean 'stream'?"),
        ("stream = { fps = 0 }\n", ":1: stream.fps: wanted 1 to 60, got 0"),
        ("stream.fps = 'x'\n", ":1: stream.fps: wanted a number, got a string"),
        ("[[camera]]\nname = 'a'\n", ":1: camera[0].serial: is missing"),
        (
            "[bridge]\ntls_cert = 'a'\n",
            ":2: bridge.tls_cert: needs tls_key too: TLS takes a certificate and its key",
        ),
        (
            "[process]\nrestart_delay_s = 60\n",
            ":1: process.restart_delay_max_s: wanted at least restart_delay_s (60), got 30",
        ),
        (
            "[[camera]]\nserial = '1'\n[[camera]]\nserial = '1'\n",
            (
                ":4: camera[1].serial: '1' is already camera[0]; "
                "a second camera of the same serial number needs another 'cti'"
            ),
        ),
        (
            "[[camera]]\nserial = '1'\nname = 'a'\n[[camera]]\nserial = '2'\nname = 'a'\n",
            ":6: camera[1].name: the name 'a' is already that of camera[0]",
        ),
        (
            "[[camera]]\nserial = '1'\nname = '2'\n[[camera]]\nserial = '2'\n",
            ":5: camera[1].serial: the name '2' is already that of camera[0]",
        ),
        (
            "[[camera]]\nserial = 'id:'\n",
            ":2: camera[0].serial: a device id is missing after 'id:'",
        ),
        (
            (
                "[[camera]]\nserial = '1'\nname = '\u1112\u1161\u11ab'\n"
                "[[camera]]\nserial = '2'\nname = '\ud55c'\n"
            ),
            ":6: camera[1].name: the name '한' is already that of camera[0]",
        ),
        (
            "[[producer]]\ncti = '/a/b.cti'\n[[camera]]\nserial = '1'\ncti = '/a/c.cti'\n",
            ":5: camera[0].cti: '/a/c.cti' is not the cti of a [[producer]]",
        ),
        (
            "[[producer]]\ncti = '/a/b.cti'\n[[producer]]\ncti = '/a/b.cti'\n",
            ":4: producer[1].cti: '/a/b.cti' is already another producer's",
        ),
    ],
)
def test_mistakes_have_file_line_and_key(
    refusal: Callable[[str], str], text: str, message: str
) -> None:
    assert refusal(text) == f"camstrm.toml{message}"


def test_same_serial_under_two_producers(load: Loader) -> None:
    config = load(
        "[[producer]]\ncti = '/a/b.cti'\n[[producer]]\ncti = '/a/c.cti'\n"
        "[[camera]]\nserial = '0'\ncti = 'b.cti'\n"
        "[[camera]]\nserial = '0'\ncti = '/a/c.cti'\nname = 'other'\n"
    )
    assert [camera.cti for camera in config.cameras] == ["/a/b.cti", "/a/c.cti"]


def test_relative_paths_start_at_the_file(load: Loader, tmp_path: Path) -> None:
    config = load(
        "[bridge]\ntoken_file = 'token'\n[socket]\npath = 'run/s.sock'\n"
        "[process]\nprofile_dirs = ['mine']\n"
        "[[producer]]\ncti = '../x.cti'\npython = 'python3.10'\n"
        "[[producer]]\ncti = '~/y.cti'\npython = 'v/bin/python'\n"
    )
    assert config.bridge.token_file == str(tmp_path / "token")
    assert config.socket.path == str(tmp_path / "run/s.sock")
    assert config.process.profile_dirs == (str(tmp_path / "mine"),)
    assert config.producers[0].cti == str(tmp_path / "../x.cti")
    assert config.producers[0].python == "python3.10"
    assert config.producers[1].cti == str(Path.home() / "y.cti")
    assert config.producers[1].python == str(tmp_path / "v/bin/python")
    assert config.bridge.tls_cert == ""


def test_features_keep_their_order_and_types(load: Loader) -> None:
    config = load(
        "[[camera]]\nserial = '007'\n[camera.features]\n"
        "Zoom = 1\nExposureTime = 1.0\nA = true\nMode = 'On'\n\"B[S=Red]\" = 2\n"
    )
    features = config.cameras[0].features
    assert list(features.items()) == [
        ("Zoom", 1),
        ("ExposureTime", 1.0),
        ("A", True),
        ("Mode", "On"),
        ("B[S=Red]", 2),
    ]
    assert [type(value) for value in features.values()] == [int, float, bool, str, int]
    assert config.cameras[0].label == "007"


def test_all_mistakes_are_named_each_with_its_line(refusal: Callable[[str], str]) -> None:
    text = "[stream]\nfps = 0\n[bridge]\nport = 'x'\n[[camera]]\nname = 'left'\n"
    assert refusal(text).splitlines() == [
        "camstrm.toml:2: stream.fps: wanted 1 to 60, got 0",
        "camstrm.toml:4: bridge.port: wanted an integer, got a string",
        "camstrm.toml:5: camera[0].serial: is missing",
    ]


def test_rules_between_settings_are_all_named(refusal: Callable[[str], str]) -> None:
    cameras = "[[camera]]\nserial = '1'\n" * 3
    assert [line.split(": ")[0] for line in refusal(cameras).splitlines()] == [
        "camstrm.toml:4",
        "camstrm.toml:6",
    ]


def test_of_very_many_mistakes_ten_are_named(refusal: Callable[[str], str]) -> None:
    lines = refusal("[[camera]]\nname = 'a'\n" * 30).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "camstrm.toml: 20 more mistakes"


def test_settings_cross_a_process_border_as_json() -> None:
    camera = CameraSettings(
        serial="007",
        num_buffers=20,
        features={"Zoom": 1, "ExposureTime": 1.0, "A": True, "Mode": "On"},
    )
    again = msgspec.json.decode(msgspec.json.encode(camera), type=CameraSettings)
    assert again == camera
    assert list(again.features) == list(camera.features)
    assert type(again.features["ExposureTime"]) is float


def test_check_config_holds_code_to_the_rules_of_files() -> None:
    config = msgspec.structs.replace(
        Config(), cameras=(CameraSettings(serial="1"), CameraSettings(serial="1"))
    )
    with pytest.raises(ConfigError, match=r"^command line: camera\[1\].serial: '1' is already"):
        check_config(config)
    with pytest.raises(ConfigError, match=r"^command line: stream.fps: wanted 1 to 60, got 99"):
        check_config(Config(stream=StreamSettings(fps=99)))
    check_config(Config(producers=(ProducerSettings(cti="/a.cti"),)))


def test_camera_settings_take_precedence_over_the_stream() -> None:
    stream = StreamSettings(quality=70, max_width=800, max_height=600)
    camera = CameraSettings(serial="1", quality=90, max_height=300)
    assert stream.for_camera(camera) == StreamSettings(quality=90, max_width=800, max_height=300)


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Config().stream.fps = 1.0  # type: ignore[misc]  # that is the point


@given(data=st.data())
def test_any_text_gives_a_config_or_a_config_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data.draw(st.one_of(st.binary(), st.text().map(str.encode), damaged())))
    refused = None
    try:
        assert isinstance(load_config(path), Config)
    except ConfigError as error:
        refused = error
    if refused is not None:
        assert str(refused).startswith(str(path))
        assert "not accepted" not in refused.problem


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return the reference configuration with some lines replaced."""
    lines = [line.removeprefix("# ") for line in REFERENCE.read_text(encoding="utf-8").split("\n")]
    lines = [line for line in lines if " = " in line or line.startswith("[")]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = draw(
            st.one_of(
                st.just(""),
                st.sampled_from(lines),
                st.sampled_from(["fps = nan", "serial = 1", "[camera]", "features = 1", "a.b=1"]),
                st.text(max_size=12),
            )
        )
    return "\n".join(lines).encode()


def test_control_s_mistakes_have_their_line(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        "[[camera]]\nserial = 'A'\nname = 'left'\n"
        "[bridge.control]\nallow = ['Gain*', 'Ga in']\nlocked = ['left', 'A', 'lfet']\ndny = []\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    text = str(caught.value)
    assert f"{path}:5: bridge.control.allow[1]: wanted a name of a feature, with * and ?" in text
    assert f"{path}:7: bridge.control.dny: unknown key 'dny', did you mean 'deny'?" in text
    path.write_text(path.read_text().replace("dny = []\n", "").replace("'Ga in'", "'Width'"))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value) == (
        f"{path}:6: bridge.control.locked[2]: 'lfet' is neither the name nor the serial number of "
        "a [[camera]]"
    )


def test_locks_of_a_bridge_without_cameras_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[bridge.control]\nlocked = ['left']\nfolder = 'state'\n")
    control = load_config(path).bridge.control
    assert control.locked == ("left",)
    assert control.folder == str(tmp_path / "state")
