"""What every test has: the project on sys.path, a hypothesis profile, the leak check."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.leaks import Holdings  # noqa: E402  (found only with the root on sys.path)
from tests.simulator.build import (  # noqa: E402
    NoCompilerError,
    SimulatorBuildError,
    build_simulator,
)
from tests.simulator.unchanged import SimulatorUnchanged  # noqa: E402  (the same)

try:
    import PySide6.QtTest
    import PySide6.QtWidgets  # noqa: F401  # what pytest-qt loads, and ends the run without
except ImportError:
    pytest_plugins = []
else:
    pytest_plugins = ["pytestqt.plugin"]

FUZZ_EXAMPLES = os.environ.get("CAMSTRM_FUZZ_EXAMPLES", "")
DEFAULT_EXAMPLES = 50

# The same examples each time at the desk and in CI; 'make properties' asks for many new ones.
hypothesis.settings.register_profile(
    "camstrm",
    deadline=None,
    max_examples=int(FUZZ_EXAMPLES or DEFAULT_EXAMPLES),
    derandomize=not FUZZ_EXAMPLES,
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("camstrm")

# A shell starts background jobs with SIGINT ignored, and so would be every process of the tests.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SimulatorUnchanged(ROOT))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Build the simulator before several processes (pytest-xdist) would do so at once."""
    if session.config.getoption("numprocesses", None):
        # The tests that need it say what is wrong.
        with contextlib.suppress(SimulatorBuildError):
            build_simulator()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, object, object]:
    with without_compiler_skipped():
        return (yield)


# A fixture for several tests raises what it raised at first without being set up again.
@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    with without_compiler_skipped():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    with without_compiler_skipped():
        return (yield)


@contextlib.contextmanager
def without_compiler_skipped() -> Iterator[None]:
    """Skip what needs the simulator producer where it cannot be built."""
    try:
        yield
    except NoCompilerError as error:
        pytest.skip(str(error))


CALL_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[CALL_FAILED] = item.stash.get(CALL_FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def leak_check(request: pytest.FixtureRequest) -> Generator[None, None, None]:
    """Fail a test that leaves threads, child processes, open files or sockets behind.

    ``@pytest.mark.leaks_allowed(reason=...)`` exempts a test. A test that failed is not
    asked: its traceback keeps alive what it could not close.
    """
    marker = request.node.get_closest_marker("leaks_allowed")
    if marker is not None:
        if not marker.kwargs.get("reason"):
            pytest.fail("leaks_allowed needs reason=...", pytrace=False)
        yield
        return
    before = Holdings.now()
    yield
    if request.node.stash.get(CALL_FAILED, False):
        return
    leaks = before.leaks()
    if leaks:
        pytest.fail("left behind by the test:\n  " + "\n  ".join(leaks), pytrace=False)
