from __future__ import annotations

from camstrm.cli.table import format_table


def test_columns_are_as_wide_as_their_longest_text() -> None:
    text = format_table(("A", "LONG", "C"), [("1", "2", "3"), ("wide", "", "")])
    assert text.splitlines() == ["A     LONG  C", "1     2     3", "wide"]


def test_a_table_without_rows_is_its_header() -> None:
    assert format_table(("SERIAL", "MODEL"), []) == "SERIAL  MODEL"


def test_wide_characters_take_two_columns() -> None:
    table = format_table(("A", "B"), (("왼쪽", "x"), ("left", "y")))
    assert table == "A     B\n왼쪽  x\nleft  y"
