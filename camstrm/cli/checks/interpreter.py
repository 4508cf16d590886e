"""The interpreter that loads a producer: ``python`` of a [[producer]], or camstrm's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from camstrm import __version__
from camstrm.acquisition.child import run_child
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.packages import HARVESTERS
from camstrm.cli.install import install_command
from camstrm.errors import ChildError, ChildTimeoutError
from camstrm.profiles import GentlProfile

__all__ = ["interpreter_findings"]

_OLDEST, _NEWEST = (3, 10), (3, 14)
"""Versions that camstrm is tested with (pyproject.toml)."""

_TIMEOUT_S = 20.0
"""For the start of another interpreter and the import of Harvesters, from a slow disk."""

# Runs in any Python 3, so it uses nothing that is younger than Python 3.6.
_PROBE = """
import ctypes, importlib, importlib.util, json, sys
answer = {"version": list(sys.version_info[:3]), "camstrm": None, "harvesters": None,
          "plain": "", "handled": "", "decodes": False}
if importlib.util.find_spec("camstrm") is not None:
    answer["camstrm"] = importlib.import_module("camstrm").__version__
try:
    import importlib.metadata as metadata
    answer["harvesters"] = metadata.version("harvesters")
except Exception:
    pass
try:
    importlib.import_module("genicam.gentl")
except Exception as error:
    answer["plain"] = str(error) or type(error).__name__
    try:
        importlib.import_module("camstrm.acquisition.gentl.binding")
    except Exception as error:
        answer["handled"] = str(error) or type(error).__name__
set_error = ctypes.pythonapi.PyErr_SetString  # what the wrappers of genicam call
set_error.argtypes = [ctypes.py_object, ctypes.c_char_p]
set_error.restype = None
try:
    set_error(OSError, b"\\xcf")
except UnicodeDecodeError:
    answer["decodes"] = True
except OSError:
    pass
print(json.dumps(answer))
"""
"""``decodes``: an error text that is not UTF-8 becomes a UnicodeDecodeError; older interpreters
(3.10.13, 3.11.2) lose the text, and the exception keeps its class."""


def interpreter_findings(
    python: str, environment: Mapping[str, str], profile: GentlProfile
) -> Iterator[Finding]:
    """Check ``python`` (empty: this one) with the environment of a camera process."""
    subject = f"Python for {profile.name}"
    path = python or sys.executable
    answer = _probe(path, environment)
    if isinstance(answer, str):
        yield Finding.fail(
            subject,
            f"{path}: {answer}",
            "Give the path of an interpreter with camstrm installed, or remove 'python' from the "
            "[[producer]]",
        )
        return
    text = f"{path} is Python {'.'.join(map(str, answer['version']))}"
    problem, remedy = _problem(answer, path)
    if problem:
        yield Finding.fail(subject, text + problem, remedy)
        return
    version = tuple(answer["version"][:2])
    notes = []
    if answer["plain"]:
        notes.append(f"camstrm works around the failing import of genicam ({answer['plain']})")
    if answer["decodes"] and profile.quirks.text_encoding.lower() != "utf-8":
        notes.append(
            f"error texts in {profile.quirks.text_encoding}, which stop plain Harvesters with this "
            f"Python, are handled by camstrm with harvesters {HARVESTERS}"
        )
    if version > _NEWEST:
        notes.append(f"camstrm is tested up to {_NEWEST[0]}.{_NEWEST[1]}")
    level = Level.WARN if version > _NEWEST else Level.OK
    yield Finding(level, subject, "; ".join([text, *notes]))


def _problem(answer: Mapping[str, Any], path: str) -> tuple[str, str]:
    """Return what camstrm misses in an interpreter and the remedy, empty if it is nothing."""
    install = install_command("grab", path)
    if tuple(answer["version"][:2]) < _OLDEST:
        older = f", camstrm needs {_OLDEST[0]}.{_OLDEST[1]} or later"
        return older, "Name another interpreter as 'python' of the [[producer]]"
    if answer["camstrm"] is None:
        return " without camstrm", install
    if answer["camstrm"] != __version__:
        return f" with camstrm {answer['camstrm']}, not {__version__}", install
    if answer["harvesters"] != HARVESTERS:
        got = answer["harvesters"] or "not installed"
        pinned = f"{path} -m pip install harvesters=={HARVESTERS}"
        return f" with harvesters {got}, wanted {HARVESTERS}", pinned
    if answer["handled"]:
        why = f", but genicam cannot be imported there: {answer['handled']}"
        return why, f"{path} -m pip install --force-reinstall genicam"
    return "", ""


def _probe(python: str, environment: Mapping[str, str]) -> dict[str, Any] | str:
    """Return the answer of the probe, or what is wrong with the interpreter."""
    try:
        answer = run_child(
            [python, "-c", _PROBE], environment, timeout_s=_TIMEOUT_S, show=lambda _: None
        ).answer()
    except ChildTimeoutError as error:
        return error.problem
    except ChildError as error:
        if error.problem.startswith("cannot be started"):
            return error.problem.replace(f": {python}", "", 1)
        return f"is not a Python 3 that works (it {error.problem})"
    return answer if "version" in answer else "is not a Python 3"
