"""Find cameras in a short-lived child process.

A scan opens every interface of the producer (up to 1 s each), may crash, and must not
share a process with a running stream. The child prints one JSON object.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from camstrm.acquisition.child import ChildOutput, end_child, run_child, show_text
from camstrm.acquisition.child_text import ChildText
from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.errors import ChildError, ChildTimeoutError, ProducerError, ProducerTimeoutError

__all__ = ["Discovery", "discovery_command", "parse_discovery", "scan_producer"]

_EXIT_ERROR = 3
"""Of a child whose answer says what is wrong."""


@dataclass(frozen=True)
class Discovery:
    """The cameras of one producer, and one line for each thing that could not be searched."""

    devices: tuple[DeviceInfo, ...]
    problems: tuple[str, ...] = ()


def discovery_command(cti: str, python: str = "", text_encoding: str = "gbk") -> list[str]:
    """Return the command line of a child that lists the cameras of one producer."""
    module = "camstrm.acquisition.discovery.scan"
    return [python or sys.executable, "-m", module, cti, text_encoding]


def parse_discovery(
    cti: str, output: bytes, returncode: int, text: ChildText
) -> tuple[DeviceInfo, ...]:
    """Return what the child found; raise ProducerError with what went wrong in it.

    ``text``: what it wrote to standard error.
    """
    try:
        answer = ChildOutput(output, returncode, text).answer()
    except ChildError as error:
        raise _failed(cti, error) from None
    return _discovery(cti, answer).devices


def scan_producer(
    cti: str,
    environment: Mapping[str, str] | None = None,
    *,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
    show: Callable[[bytes], None] = show_text,
    stop: threading.Event | None = None,
) -> Discovery:
    """List the cameras of one producer and what could not be searched.

    Raises ProducerError, or ProducerTimeoutError after ``timeout_s``; the child and what
    it started are killed then. ``show`` gets what the producer wrote to standard error;
    ``stop`` ends the search early.
    """
    try:
        answer = run_child(
            discovery_command(cti, python, text_encoding),
            environment,
            timeout_s=timeout_s,
            show=show,
            stop=stop,
        ).answer()
    except ChildTimeoutError as error:
        raise ProducerTimeoutError(cti, error.timeout_s) from None
    except ChildError as error:
        raise _failed(cti, error) from None
    return _discovery(cti, answer)


def _failed(cti: str, error: ChildError) -> ProducerError:
    remedy = "Reinstall the maker's SDK, or choose another version of it" if error.crash else ""
    return ProducerError(
        cti, f"its cameras cannot be listed: the process that loads it {error.problem}", remedy
    )


def _discovery(cti: str, answer: dict[str, Any]) -> Discovery:
    try:
        if "problem" in answer:
            raise ProducerError(cti, str(answer["problem"]), str(answer["remedy"]))
        return Discovery(
            tuple(DeviceInfo(**device) for device in answer["devices"]),
            tuple(str(problem) for problem in answer.get("problems", ())),
        )
    except (TypeError, KeyError):
        raise ProducerError(
            cti, "its cameras cannot be listed: the process that loads it is of another camstrm"
        ) from None


def main(arguments: list[str]) -> int:
    """Child side: print the devices of one producer."""
    # Late: a process that only starts the child must not load GenTL.
    from camstrm.acquisition.gentl.harvesters_log import collect_harvesters_log
    from camstrm.acquisition.gentl.producer import GentlProducer

    cti, text_encoding = arguments
    logging.basicConfig(level=logging.ERROR)
    problems = collect_harvesters_log(text_encoding)
    producer = GentlProducer(cti, text_encoding=text_encoding)
    try:
        producer.open()
    except ProducerError as error:
        sys.stdout.write(json.dumps({"problem": error.problem, "remedy": error.remedy}) + "\n")
        return _EXIT_ERROR
    devices = [dataclasses.asdict(device) for device in producer.devices(addresses=True)]
    sys.stdout.write(json.dumps({"devices": devices, "problems": problems}) + "\n")
    sys.stdout.flush()
    producer.close()
    return 0


if __name__ == "__main__":
    end_child(main(sys.argv[1:]))
