"""Find cameras in a short-lived child process.

A scan opens every interface of the producer (up to 1 s each), may crash, and must not
share a process with a running stream. The child prints one JSON object.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.errors import ProducerError

__all__ = ["discover", "discovery_command", "parse_discovery"]

_EXIT_ERROR = 3


def discovery_command(cti: str, python: str = "", text_encoding: str = "gbk") -> list[str]:
    """Return the command line of a child that lists the cameras of one producer."""
    return [python or sys.executable, "-m", "camstrm.acquisition.discovery", cti, text_encoding]


def parse_discovery(cti: str, output: bytes, returncode: int) -> tuple[DeviceInfo, ...]:
    """Return what the child found; raise ProducerError with what went wrong in it."""
    if returncode < 0:
        raise ProducerError(
            cti, f"crashed while its cameras were listed (signal {-returncode})", "Try another SDK"
        )
    try:
        body = json.loads(output.decode().strip().rpartition("\n")[2])
        if "problem" in body:
            raise ProducerError(cti, str(body["problem"]), str(body["remedy"]))
        return tuple(DeviceInfo(**device) for device in body["devices"])
    except (ValueError, TypeError, KeyError):
        raise ProducerError(
            cti, f"its cameras cannot be listed (the child ended with code {returncode})"
        ) from None


def discover(
    cti: str,
    environment: Mapping[str, str] | None = None,
    *,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
) -> tuple[DeviceInfo, ...]:
    """List the cameras of one producer; raise ProducerError."""
    try:
        done = subprocess.run(
            discovery_command(cti, python, text_encoding),
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ProducerError(
            cti, f"listing its cameras did not end within {timeout_s:g} s"
        ) from None
    except OSError as error:
        raise ProducerError(cti, f"{python} cannot be started ({error.strerror})") from None
    return parse_discovery(cti, done.stdout, done.returncode)


def main(arguments: list[str]) -> int:
    """Child side: print the devices of one producer."""
    # Late: who only starts the child must not load GenTL.
    from camstrm.acquisition.producer import GentlProducer

    cti, text_encoding = arguments
    logging.basicConfig(level=logging.ERROR)
    # What Harvesters logs of a producer's missing properties is no concern of the user.
    logging.getLogger("harvesters").setLevel(logging.CRITICAL)
    producer = GentlProducer(cti, text_encoding=text_encoding)
    try:
        producer.open()
    except ProducerError as error:
        sys.stdout.write(json.dumps({"problem": error.problem, "remedy": error.remedy}) + "\n")
        return _EXIT_ERROR
    devices = [dataclasses.asdict(device) for device in producer.devices()]
    sys.stdout.write(json.dumps({"devices": devices}) + "\n")
    sys.stdout.flush()
    producer.close()
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    # A producer's own exit handlers may hang or crash; nothing of ours is left to do.
    os._exit(code)
