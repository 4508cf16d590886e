"""Make the ordered list of features to set on a camera from its profile and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from camstrm.config import CameraSettings, FeatureValue
from camstrm.profiles.profile import STAGES, FeatureRule, GentlProfile, Stage

__all__ = ["FeatureStep", "LinkFacts", "plan_features", "plan_stream_features", "prerequisites"]


class LinkFacts(Struct, frozen=True):
    """What is known of the way from camera to host; 0 for unknown.

    ``mtu``: bytes of the network interface. ``bytes_per_s``: of the link (GigE: 125e6).
    ``cameras``: that share it.
    """

    mtu: int = 0
    bytes_per_s: float = 0.0
    cameras: int = 1


class FeatureStep(Struct, frozen=True):
    """One feature to set.

    ``names``: spellings to try, the first node that exists is meant. ``value``: what to set
    (True executes a command), or None and ``first_of``: the first entry that is available.
    ``selector``: (name, entry) to set before; without that entry there is nothing to set.
    ``each``: name of a selector; set the value for each of its entries and put the selector
    back (once, if it does not exist). ``clamp``: a number out of range becomes the nearest
    possible one. ``keep_if_decodable``: do nothing if the current pixel
    format can be shown. ``required``: the user asked for it, so a failure is reported to
    the user; otherwise a missing or read-only node is passed over. ``origin``: who says so;
    ``why``: the reason for log messages.
    """

    names: tuple[str, ...]
    value: FeatureValue | None = None
    first_of: tuple[str, ...] = ()
    selector: tuple[str, str] | None = None
    each: str = ""
    clamp: bool = True
    keep_if_decodable: bool = False
    required: bool = False
    origin: Literal["profile", "config"] = "profile"
    stage: Stage = "user"
    why: str = ""


def plan_features(
    profile: GentlProfile, camera: CameraSettings, link: LinkFacts | None = None
) -> tuple[FeatureStep, ...]:
    """Return what to set on the remote device, in order; see STAGES.

    A feature of the configuration takes the place of the profile's; one that the profile
    does not know comes after the profile's and before the frame rate, in the order written.
    """
    return _Plan(profile.features, camera.features, camera, link or LinkFacts()).steps()


def plan_stream_features(
    profile: GentlProfile, camera: CameraSettings, num_buffers: int = 0
) -> tuple[FeatureStep, ...]:
    """Return what to set on the data stream's node map; ``num_buffers`` are announced."""
    rules, given = profile.stream_features, camera.stream_features
    return _Plan(rules, given, camera, LinkFacts(), num_buffers).steps()


def prerequisites(
    profile: GentlProfile, name: str, given: Mapping[str, FeatureValue]
) -> tuple[FeatureStep, ...]:
    """Return what the profile sets before the feature ``name`` of those ``given``.

    Automatics off, enabling switches on: what a configuration with this feature would get.
    Offsets are not touched, and nothing that is given itself.
    """
    camera = CameraSettings(serial="?")
    plan = _Plan(profile.features, given, camera, LinkFacts())
    wanted = _Plan(profile.features, {name: given[name]}, camera, LinkFacts()).facts
    return tuple(
        step
        for rule in profile.features
        if rule.stage in ("exposure", "rate")
        and any(fact in wanted for fact in rule.when_given)
        and not any(own in plan.facts for own in rule.names)
        for step in plan.profile_steps(rule)
    )


class _Plan:
    def __init__(
        self,
        rules: Sequence[FeatureRule],
        given: Mapping[str, FeatureValue],
        camera: CameraSettings,
        link: LinkFacts,
        num_buffers: int = 0,
    ) -> None:
        self._rules = rules
        self._conditions = {
            "reset": camera.reset,
            "ptp": camera.ptp,
            "mtu known": link.mtu > 0,
            "link known": link.bytes_per_s > 0,
            "one camera": link.cameras <= 1,
            "several cameras": link.cameras > 1,
        }
        self._numbers: dict[str, float] = {
            "mtu": link.mtu,
            "link_bytes_per_s": link.bytes_per_s / max(link.cameras, 1),
            "num_buffers": num_buffers,
        }
        self._given = given
        self.facts = self._given_facts()

    def steps(self) -> tuple[FeatureStep, ...]:
        waiting = dict(self._given)
        steps: list[FeatureStep] = []
        for rule in self._rules:
            own = [
                key
                for key in waiting
                if rule.configurable and _name_and_selector(key)[0] in rule.names
            ]
            steps += [_configured_step(key, waiting.pop(key), rule) for key in own]
            if not own:
                steps += self.profile_steps(rule)
        others = [_configured_step(key, value, None) for key, value in waiting.items()]
        last = STAGES.index("rate")
        place = sum(STAGES.index(step.stage) < last for step in steps)
        return (*steps[:place], *others, *steps[place:])

    def profile_steps(self, rule: FeatureRule) -> list[FeatureStep]:
        """Return what the rule sets by itself, nothing if it does not apply."""
        applies = (
            all(self._conditions[condition] for condition in rule.when)
            and (not rule.when_given or any(fact in self.facts for fact in rule.when_given))
            and not any(fact in self.facts for fact in rule.unless_given)
        )
        value = self._value(rule)
        if not applies or (value is None and not rule.first_of):
            return []
        selector, _, entry = rule.selector.partition("=")
        return [
            FeatureStep(
                names=rule.names,
                value=value,
                first_of=rule.first_of,
                selector=(selector, entry) if selector else None,
                each=rule.each,
                clamp=rule.clamp,
                keep_if_decodable=rule.keep_if_decodable,
                stage=rule.stage,
                why=rule.why,
            )
        ]

    def _value(self, rule: FeatureRule) -> FeatureValue | None:
        if not rule.value_from:
            return rule.value
        number = int(self._numbers[rule.value_from] * rule.factor)
        if rule.choices:
            number = max((choice for choice in rule.choices if choice <= number), default=0)
        return number or None

    def _given_facts(self) -> set[str]:
        """Return ``Name`` and ``Name=Value`` for all that is configured, in every spelling."""
        facts: set[str] = set()
        for key, value in self._given.items():
            name, _ = _name_and_selector(key)
            spellings = {name}.union(*(rule.names for rule in self._rules if name in rule.names))
            facts |= spellings | {f"{spelling}={value}" for spelling in spellings}
        return facts


def _configured_step(key: str, value: FeatureValue, rule: FeatureRule | None) -> FeatureStep:
    name, selector = _name_and_selector(key)
    others = tuple(other for other in rule.names if other != name) if rule else ()
    return FeatureStep(
        names=(name, *others),
        value=value,
        selector=selector,
        clamp=rule.clamp if rule else True,
        required=True,
        origin="config",
        stage=rule.stage if rule else "user",
        why="set in the configuration",
    )


def _name_and_selector(key: str) -> tuple[str, tuple[str, str] | None]:
    """Split ``BalanceRatio[BalanceRatioSelector=Red]``; the configuration checked its form."""
    name, bracket, rest = key.partition("[")
    if not bracket:
        return name, None
    selector, _, entry = rest.rstrip("]").partition("=")
    return name, (selector, entry)
