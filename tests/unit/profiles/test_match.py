import pytest

from camstrm.config import ProducerSettings
from camstrm.errors import ConfigError
from camstrm.profiles import (
    GentlProfile,
    load_profiles,
    match_profile,
    profile_candidates,
    profile_of,
)

PROFILES = load_profiles()

HIK_U3V = "/opt/MVS/lib/64/MvProducerU3V.cti"
HIK_GEV = r"C:\Program Files (x86)\Common Files\MVS\Runtime\Win64_x64\MvProducerGEV.cti"
FLIR = "/opt/spinnaker/lib/spinnaker-gentl/Spinnaker_GenTL.cti"
FLIR_OLD = "/opt/spinnaker/lib/flir-gentl/FLIR_GenTL_Ubuntu_20_04_x86_64.cti"
OTHER = "/opt/acme/Acme.cti"


@pytest.mark.parametrize(
    ("cti", "vendor", "tl_type", "name"),
    [
        (HIK_U3V, "Hikrobot", "U3V", "hikrobot-u3v"),
        (HIK_U3V, "", "", "hikrobot-u3v"),
        (HIK_GEV, "Hikvision", "GEV", "hikrobot-gev"),
        (HIK_GEV, "Cognex", "GEV", "hikrobot-gev"),
        ("/opt/MVS/lib/64/MvFGProducerGEV.cti", "", "", "generic"),
        (FLIR, "FLIR", "U3V", "flir-u3v"),
        (FLIR, "FLIR", "GEV", "flir-gev"),
        (FLIR, "Teledyne", "GigEVision", "flir-gev"),
        (FLIR, "FLIR", "usb3vision", "flir-u3v"),
        (FLIR, "FLIR", "CXP", "flir-u3v"),
        (FLIR, "", "", "flir-u3v"),
        (FLIR_OLD, "Point Grey Research", "GEV", "flir-gev"),
        (OTHER, "Point Grey Research", "U3V", "flir-u3v"),
        (OTHER, "FLIR", "", "flir-u3v"),
        (OTHER, "HIKROBOT", "GEV", "hikrobot-gev"),
        (OTHER, "Hikrobot", "CXP", "generic"),
        (OTHER, "Teledyne DALSA", "GEV", "generic"),
        (OTHER, "Acme", "U3V", "generic"),
        ("viky.cti", "Machine Vision Games Ltd.", "Custom", "generic"),
        ("", "", "", "generic"),
    ],
)
def test_match(cti: str, vendor: str, tl_type: str, name: str) -> None:
    assert match_profile(PROFILES, cti, vendor, tl_type).name == name
    candidates = profile_candidates(PROFILES, cti)
    assert match_profile(candidates, cti, vendor, tl_type).name == name


def test_only_profiles_that_may_match_are_candidates() -> None:
    assert list(profile_candidates(PROFILES, HIK_U3V)) == ["hikrobot-u3v"]
    assert list(profile_candidates(PROFILES, FLIR)) == ["flir-u3v", "flir-gev"]
    assert profile_candidates(PROFILES, OTHER) == PROFILES
    own = {**PROFILES, "never": GentlProfile(name="never", bus="U3V")}
    assert "never" not in profile_candidates(own, OTHER)


def test_without_any_profile_there_is_still_a_generic_one() -> None:
    assert match_profile({}, OTHER, "Acme", "U3V").name == "generic"


def test_the_profile_of_a_producer() -> None:
    assert profile_of(PROFILES, ProducerSettings(cti=HIK_U3V)).name == "hikrobot-u3v"
    assert profile_of(PROFILES, ProducerSettings(cti=HIK_U3V, profile="generic")).name == "generic"
    assert profile_of(PROFILES, ProducerSettings(cti="x.cti")).name == "generic"
    with pytest.raises(ConfigError, match="no GenTL profile 'nikon'"):
        profile_of(PROFILES, ProducerSettings(cti=HIK_U3V, profile="nikon"))
