from pathlib import Path

import msgspec
import pytest

from camstrm.errors import ConfigError
from camstrm.profiles import GentlProfile, load_profiles, named_profile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, text: str, name: str = "acme.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_users_profile_extends_a_shipped_one(folder: Path) -> None:
    write(
        folder,
        """
name = "acme-gev"
extends = "generic"
remove = ["ChunkModeActive"]
[match]
file = '^Acme\\.cti$'
bus = "GEV"
[process]
per = "producer"
[[feature]]
name = "AcmeMode"
stage = "trigger"
before = "TriggerSelector"
value = "Fast"
[[feature]]
name = "AcmeLast"
stage = "transport"
value = 1
[[feature]]
name = "AcquisitionMode"
stage = "trigger"
value = "Acme"
[[quirk]]
name = "drain"
value = "poll"
[[stream_feature]]
name = "AcmeStream"
value = 2.5
""",
    )
    profiles = load_profiles([folder])
    acme, generic = profiles["acme-gev"], profiles["generic"]
    keys = [rule.key for rule in acme.features]
    base = [rule.key for rule in generic.features]
    assert keys.index("AcmeMode") == keys.index("TriggerSelector") - 1
    assert keys.index("AcmeLast") == keys.index("ExposureMode") - 1
    assert "ChunkModeActive" not in keys
    assert [key for key in keys if not key.startswith("Acme")] == [
        key for key in base if key != "ChunkModeActive"
    ]
    mode = next(rule for rule in acme.features if rule.key == "AcquisitionMode")
    assert mode.value == "Acme"
    assert acme.process == "producer"
    assert acme.quirks.drain == "poll"
    assert acme.quirks.open_retry_interval_s == generic.quirks.open_retry_interval_s
    assert [note.value for note in acme.quirk_notes if note.name == "drain"] == ["poll"]
    assert acme.num_buffers == generic.num_buffers
    assert [rule.value for rule in acme.stream_features] == [2.5]
    assert generic.process == "camera"


def test_a_users_profile_replaces_a_shipped_one_of_the_same_name(folder: Path) -> None:
    write(folder, 'name = "hikrobot-u3v"\ndescription = "mine"\n')
    profiles = load_profiles([folder])
    assert profiles["hikrobot-u3v"].features == ()
    assert profiles["hikrobot-gev"].quirks.text_encoding == "utf-8", "it extends the new one"


def test_profiles_cross_a_process_border_as_json() -> None:
    for profile in load_profiles().values():
        assert msgspec.json.decode(msgspec.json.encode(profile), type=GentlProfile) == profile


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 'a'\nextend = 'generic'\n", ":2: extend: unknown key 'extend', did you mean"),
        ("name = 'A B'\n", ":1: name: wanted small letters, digits and '-', got 'A B'"),
        ("description = 'a'\n", ": name: is missing"),
        ("name = 'a'\nextends = 'b'\n", ":2: extends: there is no GenTL profile 'b' (there are: "),
        ("name = 'a'\nextends = 'a'\n", ":2: extends: 'a' extends this profile itself"),
        ("name = 'a'\n[match]\nfile = '('\n", ":3: match.file: not a regular expression"),
        ("name = 'a'\n[process]\nper = 'host'\n", ":3: process.per: wanted 'camera' or 'producer'"),
        ("name = 'a'\n[usb]\nmaker = 'A'\n", ":2: usb.vendor: is missing"),
        (
            "name = 'a'\n[usb]\nmaker = 'A'\nvendor = ['2BDF']\n",
            ":4: usb.vendor[0]: wanted four hexadecimal digits in small letters, as '2bdf', got",
        ),
        (
            "name = 'a'\n[usb]\nmaker = 'A'\nvendor = []\nserial = 'hex'\n",
            ":5: usb.serial: wanted 'as it is' or 'hexadecimal', got 'hex'",
        ),
        (
            "name = 'a'\n[num_buffers]\nmin = 9\nmax = 8\n",
            ":4: num_buffers.max: wanted at least min (9), got 8",
        ),
        (
            "name = 'a'\n[[feature]]\nname = 'X'\nstage = 'late'\n",
            ":4: feature[0].stage: wanted 'chunks', 'compression', ",
        ),
        (
            "name = 'a'\n[[feature]]\nname = 'X'\nvalue = 1\nfirst_of = ['B']\n",
            ":2: feature[0]: wanted one of value, first_of and value_from",
        ),
        (
            "name = 'a'\n[[feature]]\nname = 'X'\n[[feature]]\nname = 'X'\n",
            ":5: feature[1].name: 'X' is there twice; give one an 'id' of its own",
        ),
        (
            "name = 'a'\n[[feature]]\nname = 'X'\nbefore = 'Y'\n",
            ":4: feature[0].before: there is no feature with id 'Y'",
        ),
        (
            "name = 'a'\nextends = 'generic'\nremove = ['Y']\n",
            ":3: remove[0]: generic has no feature with id 'Y'",
        ),
        (
            "name = 'a'\n[[feature]]\nname = 'X'\nselector = 'Y'\n",
            ":4: feature[0].selector: wanted Selector=Entry, got 'Y'",
        ),
        (
            "name = 'a'\n[[environment]]\nname = 'X'\nvalue = '{home}'\n",
            ":4: environment[0].value: unknown placeholder {home} (there are: ",
        ),
        (
            "name = 'a'\n[[environment]]\nname = 'X'\nvalue = '{dir'\n",
            ":4: environment[0].value: not a template (",
        ),
        (
            "name = 'a'\n[[quirk]]\nname = 'drian'\nvalue = 'poll'\n",
            ":3: quirk[0].name: unknown key 'drian', did you mean 'drain'?",
        ),
        (
            "name = 'a'\n[[quirk]]\nname = 'drain'\nvalue = 'sleep'\n",
            ":4: quirk[0].value: wanted 'event' or 'poll', got 'sleep'",
        ),
        (
            "name = 'a'\n[[quirk]]\nname = 'close_open_pause_s'\nvalue = 'many'\n",
            ":4: quirk[0].value: wanted a number, got a string",
        ),
        (
            "name = 'a'\n[[quirk]]\nname = 'text_encoding'\nvalue = 'klingon'\n",
            ":4: quirk[0].value: Python knows no text encoding 'klingon'",
        ),
    ],
)
def test_mistakes_have_file_line_and_key(folder: Path, text: str, message: str) -> None:
    path = write(folder, text)
    with pytest.raises(ConfigError) as info:
        load_profiles([folder])
    assert str(info.value).startswith(f"{path}{message}")


def test_profiles_that_extend_each_other(folder: Path) -> None:
    write(folder, 'name = "a"\nextends = "b"\n', "a.toml")
    write(folder, 'name = "b"\nextends = "a"\n', "b.toml")
    with pytest.raises(ConfigError, match="extends this profile itself"):
        load_profiles([folder])


def test_one_name_twice_in_a_folder(folder: Path) -> None:
    write(folder, 'name = "a"\n', "a.toml")
    write(folder, 'name = "a"\n', "b.toml")
    with pytest.raises(ConfigError, match="'a' is already the profile in"):
        load_profiles([folder])


def test_no_folder(folder: Path) -> None:
    with pytest.raises(ConfigError, match="wanted a folder with GenTL profiles"):
        load_profiles([folder / "none"])
    with pytest.raises(ConfigError, match="wanted a folder"):
        load_profiles([folder / ("x" * 300)])


def test_named_profile() -> None:
    profiles = load_profiles()
    assert named_profile(profiles, "flir-u3v").name == "flir-u3v"
    with pytest.raises(ConfigError) as info:
        named_profile(profiles, "flir", source="camstrm.toml")
    assert str(info.value) == (
        "camstrm.toml: profile: there is no GenTL profile 'flir' "
        "(there are: flir-gev, flir-u3v, generic, hikrobot-gev, hikrobot-u3v)"
    )
