"""Read and write features of one camera in a child process, which may crash.

Run as ``python -m camstrm.acquisition.feature_session`` with one JSON object on standard
input ({"cti", "serial", "set": [[name, text], ...], "read": [names]}); prints one.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from camstrm.acquisition.child import ask_child
from camstrm.errors import (
    CameraError,
    CamstrmError,
    ChildError,
    ChildTimeoutError,
    ProducerError,
)

__all__ = ["run_feature_session"]


def run_feature_session(
    cti: str,
    serial: str,
    *,
    settings: Sequence[tuple[str, str]] = (),
    environment: Mapping[str, str] | None = None,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
) -> dict[str, Any]:
    """Open a camera, set features from text, and describe all of them.

    Returns {"results": one object for each setting (see FeatureResult), "features": one
    object for each feature (see list_features)}. Raises ProducerError or CameraError.
    """
    request = {"cti": cti, "serial": serial, "set": list(settings), "encoding": text_encoding}
    try:
        body = ask_child(
            [python or sys.executable, "-m", "camstrm.acquisition.feature_session"],
            environment,
            request=json.dumps(request).encode(),
            timeout_s=timeout_s,
        )
    except ChildTimeoutError:
        raise CameraError(serial, f"it did not answer within {timeout_s:g} s") from None
    except ChildError as error:
        raise CameraError(serial, f"the process that opens it {error.problem}") from None
    if "problem" in body:
        raise CameraError(serial, body["problem"], body["remedy"])
    if "features" not in body:
        raise CameraError(serial, "the process that opened it failed")
    return body


def _value_of(node_map: Any, name: str, text: str) -> bool | int | float | str:
    """Turn text into what the feature takes: true/false, a number (also 0x...), or text."""
    from camstrm.acquisition.features import describe_feature

    kind = (describe_feature(node_map, name) or {}).get("type", "string")
    if kind in ("boolean", "command"):
        lowered = text.strip().lower()
        if lowered in ("true", "1", "on", "yes"):
            return True
        if lowered in ("false", "0", "off", "no"):
            return False
    try:
        if kind == "integer":
            return int(text, 0)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    return text


def _session(request: dict[str, Any]) -> dict[str, Any]:
    # Late: the parent must not load GenTL.
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.features import list_features, write_feature
    from camstrm.acquisition.gentl_errors import camera_errors
    from camstrm.acquisition.harvesters_log import collect_harvesters_log
    from camstrm.acquisition.producer import GentlProducer

    # What Harvesters goes on without is told by 'camstrm doctor'.
    collect_harvesters_log(request["encoding"])
    producer = GentlProducer(request["cti"], text_encoding=request["encoding"])
    producer.open()
    camera = Camera(producer, request["serial"])
    camera.open()
    try:
        with camera_errors(camera.name, "reading its features", request["encoding"]):
            results = []
            for name, text in request["set"]:
                value = _value_of(camera.node_map, name, text)
                result = write_feature(camera.node_map, name, value, encoding=request["encoding"])
                results.append(dataclasses.asdict(result))
            return {"results": results, "features": list_features(camera.node_map)}
    finally:
        camera.close(answers=True)
        producer.close()


def main() -> int:
    """Child side."""
    request = json.load(sys.stdin)
    answer: dict[str, Any] = {}

    def work() -> None:
        try:
            answer.update(_session(request))
        except (CameraError, ProducerError) as error:
            answer.update(problem=error.problem, remedy=error.remedy)
        except CamstrmError as error:
            answer.update(problem=str(error), remedy="")

    # Harvesters takes the SIGINT handler when a camera is opened in the main thread.
    thread = threading.Thread(target=work, name="feature-session")
    thread.start()
    thread.join()
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if "problem" not in answer else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # A producer's own exit handlers may hang or crash; nothing of ours is left to do.
    os._exit(code)
