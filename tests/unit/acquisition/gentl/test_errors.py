from __future__ import annotations

import pytest

from camstrm.acquisition.gentl.binding import genapi, gentl
from camstrm.acquisition.gentl.errors import (
    GENTL_ERRORS,
    camera_errors,
    describe_error,
    error_code,
)
from camstrm.acquisition.gentl.library import GcError
from camstrm.errors import CameraError, CameraLostError, CameraNotFoundError, CameraRefusedError

GBK = "超时"


def told(text: str, code: int) -> str:
    """Return a text in the binding's form."""
    return f"GenTL exception: x. (Message from the source: {text}) (ID: {code})"


def in_gbk(text: str) -> UnicodeDecodeError:
    return UnicodeDecodeError("utf-8", text.encode("gbk"), 0, 1, "invalid start byte")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (gentl.TimeoutException(told("late", -1011)), -1011),
        (genapi.AccessException(told("locked", -1005)), -1005),
        (in_gbk(told(GBK, -1011)), -1011),
        (gentl.AccessDeniedException(""), -1005),
        (gentl.IoException("?"), -1010),
        (gentl.ErrorException(""), None),
        (genapi.LogicalErrorException("no port"), None),
        (in_gbk(GBK), None),
        (KeyError("x"), None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_code_that_an_error_carries(error: Exception, code: int | None) -> None:
    assert error_code(error) == code


@pytest.mark.parametrize(
    ("error", "encoding", "text"),
    [
        (gentl.TimeoutException(told("too late", -1011)), "gbk", "too late (GC_ERR_TIMEOUT -1011)"),
        (gentl.ErrorException(told("", -1001)), "gbk", "GC_ERR_ERROR -1001"),
        (gentl.ErrorException(told("own", -10001)), "gbk", "own (GC_ERR -10001)"),
        (gentl.ErrorException(told("a\n  b", -1001)), "gbk", "a b (GC_ERR_ERROR -1001)"),
        (in_gbk(told(GBK, -1011)), "gbk", f"{GBK} (GC_ERR_TIMEOUT -1011)"),
        (in_gbk(told(GBK, -1011)), "utf-8", "���ʱ (GC_ERR_TIMEOUT -1011)"),
        (gentl.AccessDeniedException(""), "gbk", "GC_ERR_ACCESS_DENIED -1005"),
        (genapi.OutOfRangeException("5 is\ntoo much"), "gbk", "5 is too much"),
        (
            genapi.PropertyException(
                "Enumeration value cannot be read, entry NULL : PropertyException thrown "
                "(file 'genapiPYTHON_wrap.cxx', line 6419)"
            ),
            "gbk",
            "Enumeration value cannot be read, entry NULL",
        ),
        (
            genapi.AccessException(
                "Node is not writable. : AccessException thrown in node 'A' while calling "
                "'A.SetValue()' (file 'IntegerT.h', line 150)"
            ),
            "gbk",
            "Node is not writable (node A)",
        ),
        (gentl.ErrorException(""), "gbk", "ErrorException"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_one_readable_line(error: Exception, encoding: str, text: str) -> None:
    line = describe_error(error, encoding)
    if encoding == "utf-8":
        assert "�" in line
        assert line.endswith("(GC_ERR_TIMEOUT -1011)")
    else:
        assert line == text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (GcError.ACCESS_DENIED, CameraRefusedError),
        (GcError.RESOURCE_IN_USE, CameraRefusedError),
        (GcError.BUSY, CameraRefusedError),
        (GcError.IO, CameraLostError),
        (GcError.TIMEOUT, CameraLostError),
        (GcError.ABORT, CameraLostError),
        (GcError.INVALID_HANDLE, CameraLostError),
        (GcError.NOT_IMPLEMENTED, CameraError),
        (-1022 - 5, CameraError),
    ],
)
@pytest.mark.parametrize("make", [gentl.ErrorException, genapi.GenericException, in_gbk])
def test_kinds_are_told_apart_by_the_code(make: type, code: int, kind: type[CameraError]) -> None:
    with pytest.raises(CameraError) as caught, camera_errors("left", "opening it"):
        raise make(told("x", code))
    assert type(caught.value) is kind
    assert caught.value.subject == "left"
    assert "while opening it" in caught.value.problem
    assert str(int(code)) in str(caught.value)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (KeyError("Width"), "a value that Harvesters does not know: 'Width'"),
        (AttributeError("x"), "a feature or property that is needed is not there (x)"),
        (AttributeError(), "a feature or property that is needed is not there"),
        (
            AttributeError("'NoneType' object has no attribute 'Width'"),
            "a feature or property that is needed is not there (Width)",
        ),
        (OSError("disk"), "disk"),
        (OSError(28, "No space left on device", "/tmp/x.xml"), "/tmp/x.xml: No space left"),
        (MemoryError(), "not enough memory"),
        (ValueError("not 3"), "not 3"),
        (AssertionError(), "Harvesters failed without a reason"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_harvesters_lets_out_becomes_a_sentence(error: Exception, meaning: str) -> None:
    with pytest.raises(CameraError) as caught, camera_errors("left", "opening it"):
        raise error
    assert caught.value.problem.startswith(meaning)
    assert caught.value.problem.endswith(" while opening it")
    assert "Error:" not in str(caught.value)
    assert caught.value.__cause__ is error


def test_a_camera_error_passes_as_it_is() -> None:
    error = CameraNotFoundError("left", "7", (), "x.cti")
    with pytest.raises(CameraNotFoundError) as caught, camera_errors("left", "opening it"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_the_end_of_the_program_is_no_camera_error(error: BaseException) -> None:
    with pytest.raises(type(error)), camera_errors("left", "opening it"):
        raise error


def test_all_exceptions_of_the_binding_are_of_the_family() -> None:
    for module in (gentl, genapi):
        for name in dir(module):
            if name.endswith("Exception"):
                assert issubclass(getattr(module, name), GENTL_ERRORS), name
