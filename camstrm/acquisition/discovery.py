"""Find cameras in a short-lived child process.

A scan opens every interface of the producer (up to 1 s each), may crash, and must not
share a process with a running stream. The child prints one JSON object.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.errors import ProducerError, ProducerTimeoutError

__all__ = ["Discovery", "discover", "discovery_command", "parse_discovery", "scan_producer"]

_EXIT_ERROR = 3
_KILL_WAIT_S = 0.3
"""A killed process is gone at once, unless it hangs in the kernel; then nobody waits."""


@dataclass(frozen=True)
class Discovery:
    """The cameras of one producer, and one line for each thing that could not be searched."""

    devices: tuple[DeviceInfo, ...]
    problems: tuple[str, ...] = ()


def discovery_command(cti: str, python: str = "", text_encoding: str = "gbk") -> list[str]:
    """Return the command line of a child that lists the cameras of one producer."""
    return [python or sys.executable, "-m", "camstrm.acquisition.discovery", cti, text_encoding]


def parse_discovery(cti: str, output: bytes, returncode: int) -> tuple[DeviceInfo, ...]:
    """Return what the child found; raise ProducerError with what went wrong in it."""
    return _parse(cti, output, returncode).devices


def discover(
    cti: str,
    environment: Mapping[str, str] | None = None,
    *,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
) -> tuple[DeviceInfo, ...]:
    """List the cameras of one producer; raise ProducerError."""
    return scan_producer(
        cti, environment, python=python, text_encoding=text_encoding, timeout_s=timeout_s
    ).devices


def scan_producer(
    cti: str,
    environment: Mapping[str, str] | None = None,
    *,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
) -> Discovery:
    """List the cameras of one producer and what could not be searched.

    Raises ProducerError, or ProducerTimeoutError after ``timeout_s``; the child and what
    it started are killed then.
    """
    try:
        process = subprocess.Popen(
            discovery_command(cti, python, text_encoding),
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProducerError(cti, f"{python} cannot be started ({error.strerror})") from None
    assert process.stdout is not None
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        raise ProducerTimeoutError(cti, timeout_s) from None
    finally:
        if process.returncode is None:
            _kill(process)
        process.stdout.close()
    return _parse(cti, output, process.returncode)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)


def _parse(cti: str, output: bytes, returncode: int) -> Discovery:
    if returncode < 0:
        raise ProducerError(
            cti, f"crashed while its cameras were listed (signal {-returncode})", "Try another SDK"
        )
    try:
        body = json.loads(output.decode().strip().rpartition("\n")[2])
        if "problem" in body:
            raise ProducerError(cti, str(body["problem"]), str(body["remedy"]))
        return Discovery(
            tuple(DeviceInfo(**device) for device in body["devices"]),
            tuple(str(problem) for problem in body.get("problems", ())),
        )
    except (ValueError, TypeError, KeyError):
        raise ProducerError(
            cti, f"its cameras cannot be listed (the child ended with code {returncode})"
        ) from None


def main(arguments: list[str]) -> int:
    """Child side: print the devices of one producer."""
    # Late: who only starts the child must not load GenTL.
    from camstrm.acquisition.harvesters_log import collect_harvesters_log
    from camstrm.acquisition.producer import GentlProducer

    cti, text_encoding = arguments
    logging.basicConfig(level=logging.ERROR)
    problems = collect_harvesters_log(text_encoding)
    producer = GentlProducer(cti, text_encoding=text_encoding)
    try:
        producer.open()
    except ProducerError as error:
        sys.stdout.write(json.dumps({"problem": error.problem, "remedy": error.remedy}) + "\n")
        return _EXIT_ERROR
    devices = [dataclasses.asdict(device) for device in producer.devices()]
    sys.stdout.write(json.dumps({"devices": devices, "problems": problems}) + "\n")
    sys.stdout.flush()
    producer.close()
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # A producer's own exit handlers may hang or crash; nothing of ours is left to do.
    os._exit(code)
