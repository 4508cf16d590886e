"""GenTL profiles: makers' producers and cameras as data, matched, merged and planned."""

from camstrm.profiles.buffers import buffer_count
from camstrm.profiles.environment import process_environment
from camstrm.profiles.load import load_profiles, named_profile
from camstrm.profiles.locate import find_producers, machine_name
from camstrm.profiles.match import match_profile, profile_candidates, profile_of
from camstrm.profiles.plan import (
    FeatureStep,
    LinkFacts,
    plan_features,
    plan_stream_features,
    prerequisites,
)
from camstrm.profiles.profile import GentlProfile, Quirks, UsbRule

__all__ = [
    "FeatureStep",
    "GentlProfile",
    "LinkFacts",
    "Quirks",
    "UsbRule",
    "buffer_count",
    "find_producers",
    "load_profiles",
    "machine_name",
    "match_profile",
    "named_profile",
    "plan_features",
    "plan_stream_features",
    "prerequisites",
    "process_environment",
    "profile_candidates",
    "profile_of",
]
