import os
import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.config import small_file, toml_file
from camstrm.config.toml_file import MAX_FILE_SIZE, dotted_key, parse_toml, read_toml
from camstrm.errors import ConfigError


def refusal(content: bytes) -> ConfigError:
    with pytest.raises(ConfigError) as info:
        parse_toml(content, "c.toml")
    return info.value


def test_syntax_error_has_its_line() -> None:
    error = refusal(b"[stream]\nfps == 3\n")
    assert error.line == 2
    assert str(error).startswith("c.toml:2: not valid TOML: ")
    assert "line" not in error.problem


def test_text_that_ends_too_soon_is_reported_at_its_last_line() -> None:
    assert refusal(b'a = 1\nb = """abc\n').line == 2


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("serial=GV01", 'Text needs quotes: serial = "GV01"'),
        ("serial = 007  # lens", 'Text needs quotes: serial = "007"'),
        ("cti = /opt/a b.cti", 'Text needs quotes: cti = "/opt/a b.cti"'),
        ("cti = C:\\a.cti", "Text needs quotes: cti = 'C:\\a.cti'"),
    ],
)
def test_text_without_quotes_gets_a_hint(line: str, hint: str) -> None:
    error = refusal(f"a = 1\n{line}\n".encode())
    assert error.line == 2
    assert error.problem.endswith(hint)


@pytest.mark.parametrize(
    "line", ["fps == 3", "fps = 1 2 =", 'name = "x', "[a", "a = [1", "a = 3 b = 4"]
)
def test_another_mistake_gets_no_hint_about_quotes(line: str) -> None:
    assert "quotes" not in refusal(f"{line}\n".encode()).problem


def test_key_given_twice() -> None:
    error = refusal(b"[stream]\nfps = 1\nfps = 2\n")
    assert error.line == 3


def test_not_utf8() -> None:
    error = refusal(b"a = 1\nb = '\xff'\n")
    assert (error.line, error.problem) == (2, "not UTF-8 text (byte 0xFF)")


def test_byte_order_mark_of_windows_editors_is_accepted() -> None:
    assert parse_toml(b"\xef\xbb\xbfa = 1\r\n", "c.toml").data == {"a": 1}


def test_deep_nesting() -> None:
    assert "deep" in refusal(b"a = " + b"[" * 20000).problem


@pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"), reason="this interpreter has no limit of digits"
)
def test_integer_of_too_many_digits_is_no_traceback() -> None:
    assert "not valid TOML" in refusal(b"a = " + b"1" * 5000).problem


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigError) as info:
        read_toml(path)
    assert str(info.value) == f"{path}: there is no such file"


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this is a directory"):
        read_toml(tmp_path)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "c.toml"
    monkeypatch.setattr(toml_file, "read_small_file", refuse)
    with pytest.raises(ConfigError, match=r"cannot be read \(Permission denied\)"):
        read_toml(path)


def test_file_name_with_nul() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml("a\0b")


def test_a_place_that_cannot_be_looked_at_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    """As a folder of another user is, but for root."""
    with pytest.raises(ConfigError, match=r"cannot be read \(File name too long"):
        read_toml(tmp_path / ("x" * 300) / "c.toml")


def test_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    with path.open("wb") as stream:
        stream.truncate(MAX_FILE_SIZE + 1)
    with pytest.raises(ConfigError, match="larger than"):
        read_toml(path)


def test_dotted_key() -> None:
    assert dotted_key(("camera", 1, "features", "Gain")) == "camera[1].features.Gain"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes")
def test_a_pipe_is_read_and_one_that_nobody_writes_into_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_file, "PIPE_WAIT_S", 0.1)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="a pipe that no program writes into"):
        read_toml(path)
    with subprocess.Popen(["sh", "-c", f"echo 'a = 1' > {path}"]):
        monkeypatch.setattr(small_file, "PIPE_WAIT_S", 30.0)
        assert read_toml(path).data == {"a": 1}
