from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.acquisition.gentl.binding import gentl
from camstrm.acquisition.gentl.error_text import (
    GentlErrorTranslator,
    code_in,
    decode_text,
    keep_bytes,
)


class MeantError(Exception):
    """Code -1003."""


class OtherError(Exception):
    """Any other."""


def raising(data: bytes) -> Any:
    def call(*_: object) -> None:
        data.decode()
        raise AssertionError("meant to be no UTF-8")

    return call


def functions(**named: Any) -> GentlErrorTranslator:
    return GentlErrorTranslator(SimpleNamespace(**named), {-1003: MeantError}, OtherError)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("错误 (ID: -1003)", MeantError), ("错误 (ID: -1011)", OtherError), ("错误", OtherError)],
)
def test_an_error_is_raised_as_what_was_meant(text: str, kind: type[Exception]) -> None:
    library = functions(Device_open=raising(text.encode("gbk")))
    for _ in range(2):
        with pytest.raises(kind) as caught:
            library.Device_open(1, 2)
        assert decode_text(str(caught.value), "gbk") == text
        assert caught.value.__cause__ is None


def test_results_arguments_and_other_errors_pass() -> None:
    def divide(a: int, b: int) -> float:
        return a / b

    library = functions(divide=divide, FLAG=7, Error=MeantError)
    assert library.divide(6, 3) == 2
    assert library.FLAG == 7
    assert library.Error is MeantError
    with pytest.raises(ZeroDivisionError):
        library.divide(1, 0)
    with pytest.raises(AttributeError):
        _ = library.absent


def test_the_binding_s_functions_are_wrapped_once() -> None:
    inner = vars(gentl)["_gentl"]
    assert isinstance(inner, GentlErrorTranslator)
    assert not isinstance(inner._functions, GentlErrorTranslator)
    assert inner._exceptions[-1005] is gentl.AccessDeniedException
    assert inner._exceptions[-1010] is gentl.IoException
    assert inner._exceptions[-1022] is gentl.BusyException
    assert inner._other is gentl.GenericException
    assert len(inner._exceptions) == 22


@given(st.binary())
def test_bytes_come_back_from_a_kept_text(data: bytes) -> None:
    assert keep_bytes(data).encode("utf-8", "surrogateescape") == data
    decode_text(keep_bytes(data), "gbk").encode()


def test_text_that_is_utf_8_is_not_read_in_another_encoding() -> None:
    assert decode_text("相机", "gbk") == "相机"
    assert decode_text(keep_bytes("相机".encode("gbk")), "gbk") == "相机"


@pytest.mark.parametrize(
    ("text", "code"), [("x (ID: -1011)", -1011), ("(ID: 5)", 5), ("(ID: x)", None), ("", None)]
)
def test_the_code_in_a_text(text: str, code: int | None) -> None:
    assert code_in(text) == code
