import pytest

from camstrm.config import key_lines
from camstrm.config.key_lines import find_line

TEXT = '''# a comment

[stream]
fps = 30
socket.path = "x"

inline = { a = 1, b = { c = 2 } }
text = """
fps = 1
[camera]
"""
list = [
  1,
  2,
]
after = 1

[[camera]]
serial = "1"

[[camera]]
# its comment
serial = "2"
[camera.features]
"Balance[S=Red]" = 1.5
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("stream",), 3),
        (("stream", "fps"), 4),
        (("stream", "socket"), 5),
        (("stream", "socket", "path"), 5),
        (("stream", "inline", "b", "c"), 7),
        (("stream", "text"), 8),
        (("stream", "list"), 12),
        (("stream", "list", 1), 12),
        (("stream", "after"), 16),
        (("camera",), 18),
        (("camera", 0, "serial"), 19),
        (("camera", 1), 21),
        (("camera", 1, "serial"), 23),
        (("camera", 1, "features"), 24),
        (("camera", 1, "features", "Balance[S=Red]"), 25),
    ],
)
def test_line_of_a_key(path: tuple[str | int, ...], line: int) -> None:
    assert find_line(TEXT, path) == line


def test_windows_line_ends() -> None:
    assert find_line(TEXT.replace("\n", "\r\n"), ("camera", 1, "serial")) == 23


def test_missing_key_is_at_its_table() -> None:
    assert find_line(TEXT, ("camera", 1, "name")) == 21


def test_unknown_path_and_root_have_no_line() -> None:
    assert find_line(TEXT, ("bridge", "port")) is None
    assert find_line(TEXT, ()) is None


def test_key_on_the_last_line_without_newline() -> None:
    assert find_line("a = 1\nb = 2", ("b",)) == 2


def test_search_gives_up_when_it_would_take_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a = [\n" + "1,\n" * 100 + "]\nb = 1\n"
    monkeypatch.setattr(key_lines, "MAX_PARSED", 5 * len(text))
    assert find_line(text, ("b",)) is None


def test_key_after_a_long_multi_line_value() -> None:
    text = "a = [\n" + "1,\n" * 100 + "]\nb = 1\n"
    assert find_line(text, ("a",)) == 1
    assert find_line(text, ("b",)) == 103
