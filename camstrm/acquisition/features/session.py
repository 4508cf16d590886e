"""Read and write features of one camera in a child process, which may crash.

Run as ``python -m camstrm.acquisition.features.session`` with one JSON object on standard
input (see _Request); prints one JSON array a line, as it goes on: ["at", what it does],
["result", ...], ["change", ...], ["difference", ...], ["saved", ...], ["feature", ...], and at
last ["end"] or ["problem", problem, remedy].
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from camstrm.acquisition.child import end_child, run_child
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, FeatureResult, ListedFeature
from camstrm.acquisition.features.persistence_file import parse_settings
from camstrm.config import FeatureValue
from camstrm.errors import (
    CameraError,
    CamstrmError,
    ChildError,
    ChildTimeoutError,
    ProducerError,
)
from camstrm.feature import FeatureChange, FeatureDifference, FeatureInfo, FeatureState
from camstrm.profiles import FeatureStep

if TYPE_CHECKING:
    from camstrm.acquisition.features.description import CameraDescription

__all__ = ["FeatureAnswer", "SavedFile", "TextSetting", "run_feature_session"]

_MOST_DEATHS = 5
"""How often a session is begun, each time without the feature that ended its process before."""


class TextSetting(msgspec.Struct, frozen=True):
    """One feature to set from text; ``before``: what must be set so that it can be."""

    name: str
    text: str
    before: tuple[FeatureStep, ...] = ()


class SavedFile(msgspec.Struct, frozen=True):
    """A GenApi persistence file, of how many settings, and what was left out with the reason."""

    text: str = ""
    settings: int = 0
    left_out: dict[str, str] = {}


class FeatureAnswer(msgspec.Struct):
    """What was set, in order, and all features (none if they were not asked for).

    ``changes``: of a file that was loaded, a line each. ``differences``: from a file, ``equal``
    settings of which the camera has. ``saved``: what was asked to be saved. ``problem`` says
    what ended the session before its end, once something was set.
    """

    results: list[FeatureResult] = []
    changes: list[FeatureChange] = []
    differences: list[FeatureDifference] = []
    equal: int = 0
    saved: SavedFile | None = None
    features: list[ListedFeature] = []
    problem: str = ""

    @property
    def values(self) -> dict[str, FeatureValue]:
        """Values of the features that have one, by name."""
        return {f.name: f.state.value for f in self.features if f.state.value is not None}


class _Request(msgspec.Struct):
    """What the child is asked, in this order; ``skip``: features that are not to be touched.

    ``load``, ``diff``: texts of GenApi persistence files, empty for none. ``save``: "" for no,
    "streamable", or "all" features that can be written.
    """

    cti: str
    serial: str
    encoding: str
    settings: Sequence[TextSetting] = ()
    load: str = ""
    diff: str = ""
    save: str = ""
    listing: bool = False
    skip: list[str] = []


class _Heard:
    """What a child said until its end."""

    def __init__(self, output: bytes) -> None:
        self.answer = FeatureAnswer()
        self.at = ""
        self.ended = False
        self.problem: tuple[str, str] | None = None
        for line in output.splitlines():
            try:
                # What a producer prints between the lines is not JSON, or not ours.
                kind, *values = msgspec.json.decode(line, type=list[Any])
                self._take(kind, values)
            except (msgspec.MsgspecError, ValueError):
                continue

    def _take(self, kind: object, values: list[Any]) -> None:
        answer = self.answer
        if kind == "result":
            answer.results.append(msgspec.convert(values[0], FeatureResult))
        elif kind == "change":
            answer.changes.append(msgspec.convert(values[0], FeatureChange))
        elif kind == "difference":
            answer.differences.append(msgspec.convert(values[0], FeatureDifference))
        elif kind == "equal":
            answer.equal = msgspec.convert(values[0], int)
        elif kind == "saved":
            answer.saved = msgspec.convert(values[0], SavedFile)
        elif kind == "feature":
            answer.features.append(msgspec.convert(values[0], ListedFeature))
        elif kind == "at":
            self.at = str(values[0])
        elif kind == "problem":
            self.problem = str(values[0]), str(values[1])
        elif kind == "end":
            self.ended = True


def run_feature_session(
    cti: str,
    serial: str,
    *,
    settings: Sequence[TextSetting] = (),
    load: str = "",
    diff: str = "",
    save: Literal["", "streamable", "all"] = "",
    listing: bool = True,
    environment: Mapping[str, str] | None = None,
    python: str = "",
    text_encoding: str = "gbk",
    timeout_s: float = 60.0,
) -> FeatureAnswer:
    """Open a camera and do what is asked, in the order of the arguments.

    ``settings``: set features from text. ``load``: write a GenApi persistence file (its text).
    ``diff``: compare with one. ``save``: write one. ``listing``: describe all features.

    A feature that ends the process is one result or description that says so; the rest
    follows from another process. Raises ProducerError or CameraError, unless something was
    set before: then the answer has the problem, and what was left is "not tried". Raises
    ConfigError for a text that is no such file.
    """
    for text in filter(None, (load, diff)):
        parse_settings(text)
    answer = FeatureAnswer()
    request = _Request(
        cti, serial, text_encoding, list(settings), load, diff, save, listing=listing
    )
    crashing: list[ListedFeature] = []
    for _ in range(_MOST_DEATHS):
        heard, crash, error = _ask(request, environment, python, timeout_s)
        answer = _joined(answer, heard.answer)
        request.settings = request.settings[_done(request.settings, heard.answer.results) :]
        doing, _, name = heard.at.partition(" ")
        if crash and doing == "setting" and request.settings:
            text, reason = request.settings[0].text, f"the process {crash} while setting it"
            answer.results.append(FeatureResult(name, text, False, reason=reason))
            request.settings = request.settings[1:]
            if listing or request.settings or load or diff or save:
                continue
        elif crash and doing == "reading":
            reason = f"the process {crash} while reading it"
            state = FeatureState("RO", problem=reason)
            crashing.append(ListedFeature(FeatureInfo(name, "unknown"), state))
            request.skip.append(name)
            continue
        elif crash:
            error = CameraError(serial, f"the process that opens it {crash}")
        if error is not None:
            if not answer.results:
                raise error
            answer.problem = str(error)
            answer.results += [
                FeatureResult(setting.name, setting.text, False, reason="not tried")
                for setting in request.settings
            ]
        break
    answer.features = sorted(
        [*answer.features, *crashing], key=lambda feature: (feature.name.casefold(), feature.name)
    )
    return answer


def _joined(before: FeatureAnswer, now: FeatureAnswer) -> FeatureAnswer:
    """Return what all processes of a session said: features are those of the last one."""
    return msgspec.structs.replace(
        now,
        results=before.results + now.results,
        changes=now.changes or before.changes,
        differences=now.differences or before.differences,
        equal=now.equal or before.equal,
        saved=now.saved or before.saved,
    )


def _done(settings: Sequence[TextSetting], results: Sequence[FeatureResult]) -> int:
    """Return how many settings have their result; others are of what was set before them."""
    names = [setting.name for setting in settings]
    done = 0
    for result in results:
        if done < len(names) and result.name == names[done]:
            done += 1
    return done


def _ask(
    request: _Request, environment: Mapping[str, str] | None, python: str, timeout_s: float
) -> tuple[_Heard, str, CameraError | None]:
    """Run a child; return what it said, how it crashed if it did, and what else went wrong."""
    heard = _Heard(b"")
    try:
        child = run_child(
            [python or sys.executable, "-m", "camstrm.acquisition.features.session"],
            environment,
            request=msgspec.json.encode(request),
            timeout_s=timeout_s,
        )
        heard = _Heard(child.output)
        if heard.problem is not None:
            return heard, "", CameraError(request.serial, *heard.problem)
        if heard.ended:
            return heard, "", None
        child.answer()
        problem = "the process that opened it failed"
    except ChildTimeoutError as late:
        heard = _Heard(late.output)
        while_ = f" while {heard.at}" if heard.at else ""
        problem = f"it did not answer within {timeout_s:g} s{while_}"
    except ChildError as error:
        if error.crash and heard.at:
            return heard, error.problem, None
        problem = f"the process that opens it {error.problem}"
    return heard, "", CameraError(request.serial, problem)


def _session(request: _Request, say: Callable[..., None]) -> None:
    # Late: the parent must not load GenTL.
    from camstrm.acquisition.camera import Camera
    from camstrm.acquisition.features.state import read_states
    from camstrm.acquisition.gentl.errors import camera_errors
    from camstrm.acquisition.gentl.harvesters_log import collect_harvesters_log
    from camstrm.acquisition.gentl.producer import GentlProducer

    # What Harvesters goes on without is a finding of 'camstrm doctor'.
    collect_harvesters_log(request.encoding)
    say("at", "opening it")
    producer = GentlProducer(request.cti, text_encoding=request.encoding)
    producer.open()
    camera = Camera(producer, request.serial)
    camera.open()
    try:
        with (
            camera_errors(camera.name, "reading its features", request.encoding),
            camera.remembering(),
        ):
            nodes, description = camera.node_map, camera.description()
            for setting in request.settings:
                say("at", f"setting {setting.name}")
                for result in _set(nodes, description, setting, request.encoding):
                    say("result", result)
            _use_files(nodes, description, request, say)
            for info in description.features if request.listing else ():
                if info.name in request.skip:
                    continue
                say("at", f"reading {info.name}")
                states = read_states(nodes, description, [info.name], encoding=request.encoding)
                if states[info.name].access != "NI":
                    say("feature", ListedFeature(info, states[info.name]))
            say("at", "closing it")
    finally:
        camera.close(answers=True)
        producer.close()


def _use_files(
    nodes: Any, description: CameraDescription, request: _Request, say: Callable[..., None]
) -> None:
    from camstrm.acquisition.features.persistence import (
        compare_settings,
        load_settings,
        save_settings,
    )

    encoding = request.encoding
    if request.load:
        say("at", "loading the file")
        for change in load_settings(
            nodes, description, parse_settings(request.load), encoding=encoding
        ):
            say("change", change)
    if request.diff:
        say("at", "comparing with the file")
        compared = compare_settings(
            nodes, description, parse_settings(request.diff), encoding=encoding
        )
        for difference in compared.differences:
            say("difference", difference)
        say("equal", compared.equal)
    if request.save:
        say("at", "reading what is to be saved")
        every = request.save == "all"
        saved = save_settings(nodes, description, every=every, encoding=encoding)
        say("saved", SavedFile(saved.text, len(saved.settings), saved.left_out))


def _set(
    node_map: Any, description: CameraDescription, setting: TextSetting, encoding: str
) -> list[FeatureResult]:
    from camstrm.acquisition.features.access import find_node, read_feature, write_feature
    from camstrm.acquisition.features.names import proposal
    from camstrm.acquisition.features.steps import apply_step, step_name
    from camstrm.acquisition.features.text_value import value_of_text

    results = []
    there = find_node(node_map, setting.name) is not None
    for step in setting.before if there else ():
        values = {name: read_feature(node_map, name).value for name in step.names}
        for done in apply_step(node_map, step_name(node_map, step), step, encoding=encoding):
            if done.applied and done.value is not None and done.value != values.get(done.name):
                reason = f"so that {setting.name} can be set"
                results.append(msgspec.structs.replace(done, reason=reason))
    info = description.info(setting.name)
    value = value_of_text(info.type if info is not None else "", setting.text)
    result = write_feature(node_map, setting.name, value, encoding=encoding)
    if result.reason == NO_SUCH_FEATURE:
        reason = f"{result.reason}{proposal(setting.name, description.names)}"
        result = msgspec.structs.replace(result, reason=reason)
    return [*results, result]


def main() -> int:
    """Child side."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=_Request)
    code = 0

    def say(*line: object) -> None:
        # A line break first: a producer may have printed half a line.
        sys.stdout.write("\n" + msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()

    def work() -> None:
        nonlocal code
        try:
            _session(request, say)
            say("end")
        except (CameraError, ProducerError) as error:
            say("problem", error.problem, error.remedy)
            code = 1
        except CamstrmError as error:
            say("problem", str(error), "")
            code = 1

    # Harvesters takes the SIGINT handler when a camera is opened in the main thread.
    thread = threading.Thread(target=work, name="feature-session")
    thread.start()
    thread.join()
    return code


if __name__ == "__main__":
    end_child(main())
