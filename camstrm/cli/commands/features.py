"""``camstrm features``: read and write GenICam features."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import msgspec

from camstrm.acquisition.discovery.device_info import matching_devices
from camstrm.acquisition.discovery.scan import scan_producer
from camstrm.acquisition.features.facts import FeatureResult, ListedFeature
from camstrm.acquisition.features.session import FeatureAnswer, TextSetting, run_feature_session
from camstrm.acquisition.gentl.producer_check import check_producer
from camstrm.cli.options import FeaturesOptions
from camstrm.cli.settings import producers_for
from camstrm.cli.table import format_table
from camstrm.errors import CameraAmbiguousError, CameraNotFoundError, ProducerError, UsageError
from camstrm.feature import FeatureState
from camstrm.profiles import (
    GentlProfile,
    load_profiles,
    prerequisites,
    process_environment,
    profile_of,
)

__all__ = ["run"]

_TOOLTIP_WIDTH = 80
"""Characters of a tool tip in a table."""


def run(options: FeaturesOptions) -> int:
    """Set features or list them; exit code 1 when one could not be set or none was found."""
    settings = [_setting(text) for text in options.set]
    profiles = load_profiles()
    serials: list[str] = []
    producers = producers_for(options.cti, profiles)
    for producer in producers:
        profile = profile_of(profiles, producer)
        environment = process_environment(profile, producer.cti, os.environ)
        encoding = profile.quirks.text_encoding
        try:
            check_producer(producer.cti, environment)
            devices = scan_producer(producer.cti, environment, text_encoding=encoding).devices
        except ProducerError as error:
            if len(producers) == 1:
                raise
            print(f"camstrm: {error}", file=sys.stderr)
            continue
        serials += [device.selector for device in devices]
        found = matching_devices(devices, options.serial)
        if len(found) > 1:
            choices = tuple(device.selector for device in found)
            raise CameraAmbiguousError(options.serial, options.serial, choices)
        if found:
            answer = run_feature_session(
                producer.cti,
                options.serial,
                settings=_prepared(
                    settings, profile_of(profiles, producer, found[0].vendor, found[0].tl_type)
                ),
                listing=options.json or options.find is not None or not settings,
                environment=environment,
                text_encoding=encoding,
            )
            return _show(answer, find=options.find, as_json=options.json)
    where = " and ".join(producer.cti for producer in producers)
    raise CameraNotFoundError(options.serial, options.serial, tuple(serials), where)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--set wants NAME=VALUE, got {text!r}")
    return name.strip(), value


def _prepared(
    settings: Sequence[tuple[str, str]], profile: GentlProfile
) -> tuple[TextSetting, ...]:
    """Return the settings with what a configuration would set before each of them."""
    given = dict(settings)
    return tuple(
        TextSetting(name, text, prerequisites(profile, name, given)) for name, text in settings
    )


def _show(answer: FeatureAnswer, *, find: str | None, as_json: bool) -> int:
    features = answer.features
    if find is not None:
        features = [feature for feature in features if _matches(feature, find)]
    failed = bool(answer.problem) or any(not result.applied for result in answer.results)
    nothing = find is not None and not features
    if as_json:
        body = {
            "results": answer.results,
            "features": [_row(feature) for feature in features],
            "problem": answer.problem,
        }
        print(msgspec.json.format(msgspec.json.encode(body), indent=2).decode())
        return 1 if failed or nothing else 0
    for result in answer.results:
        _show_result(result)
    if answer.problem:
        print(f"camstrm: {answer.problem}", file=sys.stderr)
    if nothing:
        print(
            f"camstrm: no feature has {find!r} in its name, display name or tool tip",
            file=sys.stderr,
        )
    if features:
        print(_table(features, with_tooltips=find is not None))
    return 1 if failed or nothing else 0


def _show_result(result: FeatureResult) -> None:
    if not result.applied:
        print(f"camstrm: {result.name} not set: {result.reason}", file=sys.stderr)
        return
    note = f" ({result.reason})" if result.reason else ""
    if result.value is None:
        # A command, or a feature that can only be written.
        done = "executed" if result.wanted is True else "set"
        value = "" if result.wanted is True else f" = {_text(result.wanted)}"
        print(f"{done} {result.name}{value}{note}", flush=True)
    else:
        print(f"set {result.name} = {_text(result.value)}{note}", flush=True)


def _row(feature: ListedFeature) -> dict[str, object]:
    """Return a feature as JSON shows it, what is and what is now in one object."""
    info, state = feature.info, feature.state
    return {
        "name": info.name,
        "type": info.type,
        "access": state.access.lower(),
        "value": state.value,
        "min": state.minimum,
        "max": state.maximum,
        "increment": state.increment,
        "unit": info.unit,
        "entries": state.entries,
        "display_name": info.display_name,
        "tooltip": info.tooltip,
        "category": info.category,
        "visibility": info.visibility,
        "selectors": info.selectors,
        "locked_by": state.locked_by,
        "problem": _problem(state),
    }


def _matches(feature: ListedFeature, text: str) -> bool:
    folded = text.casefold()
    texts = (feature.info.name, feature.info.display_name, feature.info.tooltip)
    return any(folded in part.casefold() for part in texts)


def _table(features: Sequence[ListedFeature], *, with_tooltips: bool) -> str:
    header = ["FEATURE", "ACCESS", "VALUE", "ALLOWED"]
    rows = [[f.name, f.state.access.lower(), _value(f.state), _limits(f)] for f in features]
    if with_tooltips:
        header.append("TOOLTIP")
        rows = [[*row, _short(f.info.tooltip)] for row, f in zip(rows, features, strict=True)]
    return format_table(header, rows)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TOOLTIP_WIDTH else line[: _TOOLTIP_WIDTH - 3] + "..."


def _problem(state: FeatureState) -> str:
    hidden = state.locked_by if state.access == "NA" else ""
    return state.problem or (f"not available now: {hidden}" if hidden else "")


def _value(state: FeatureState) -> str:
    if state.value is not None:
        return _text(state.value)
    problem = _problem(state)
    return f"? ({problem})" if problem else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)


def _limits(feature: ListedFeature) -> str:
    kind = feature.info.type
    if kind == "command":
        return "command (set it to true to execute)"
    if kind == "register":
        return "register (bytes, not shown)"
    if kind == "boolean":
        return "true | false"
    if kind == "enumeration":
        return " | ".join(feature.state.entries)
    return _range(feature) if kind in ("integer", "float") else ""


def _range(feature: ListedFeature) -> str:
    low, high, steps = (
        feature.state.minimum,
        feature.state.maximum,
        feature.state.increment,
    )
    if low is not None and high is not None and low > high:
        text = f"minimum {_text(low)} is above maximum {_text(high)}: the camera contradicts itself"
    elif low is None and high is None:
        text = "any number"
    elif high is None:
        text = f"from {_text(low)}"
    else:
        text = f"up to {_text(high)}" if low is None else f"{_text(low)} to {_text(high)}"
    if steps is not None and (steps != 1 or feature.info.type == "float"):
        text += f", steps of {_text(steps)}"
    return f"{text} {feature.info.unit}".rstrip()
