import os
from pathlib import Path

from camstrm.profiles import load_profiles, process_environment

PROFILES = load_profiles()
MVS = "/opt/MVS/lib/aarch64/MvProducerU3V.cti"


def test_hikrobot_on_linux() -> None:
    environ = {"HOME": "/root", "LD_LIBRARY_PATH": "/usr/local/lib"}
    result = process_environment(PROFILES["hikrobot-u3v"], MVS, environ, system="linux")
    assert result == {
        "HOME": "/root",
        "LD_LIBRARY_PATH": "/opt/MVS/lib/aarch64:/opt/MVS/lib/aarch64/ThirdParty:/usr/local/lib",
        "MVCAM_COMMON_RUNENV": "/opt/MVS/lib",
        "MVCAM_SDK_PATH": "/opt/MVS",
        "MVCAM_GENICAM_CLPROTOCOL": "/opt/MVS/lib/CLProtocol",
        "ALLUSERSPROFILE": "/opt/MVS/MVFG",
    }
    assert environ == {"HOME": "/root", "LD_LIBRARY_PATH": "/usr/local/lib"}


def test_a_path_list_does_not_grow_when_it_is_made_again() -> None:
    profile = PROFILES["hikrobot-u3v"]
    once = process_environment(profile, MVS, {}, system="linux")
    assert once["LD_LIBRARY_PATH"] == "/opt/MVS/lib/aarch64:/opt/MVS/lib/aarch64/ThirdParty"
    assert process_environment(profile, MVS, once, system="linux") == once


def test_hikrobot_on_windows_leaves_the_systems_variables_alone() -> None:
    folder = r"C:\Program Files (x86)\Common Files\MVS\Runtime\Win64_x64"
    environ = {"PATH": r"C:\Windows", "ALLUSERSPROFILE": r"C:\ProgramData"}
    result = process_environment(
        PROFILES["hikrobot-u3v"], rf"{folder}\MvProducerU3V.cti", environ, system="windows"
    )
    assert result == {"PATH": rf"{folder};C:\Windows", "ALLUSERSPROFILE": r"C:\ProgramData"}


def test_flir() -> None:
    cti = "/opt/spinnaker/lib/spinnaker-gentl/Spinnaker_GenTL.cti"
    result = process_environment(PROFILES["flir-gev"], cti, {}, system="linux")
    assert result == {"SPINNAKER_GENTL64_CTI": cti, "FLIR_GENTL64_CTI": cti}


def test_the_users_variables_come_last() -> None:
    result = process_environment(
        PROFILES["hikrobot-u3v"], MVS, {}, extra={"MVCAM_SDK_PATH": "/x", "A": "b"}, system="linux"
    )
    assert (result["MVCAM_SDK_PATH"], result["A"]) == ("/x", "b")


def test_another_makers_producer_gets_no_variables_of_this_maker() -> None:
    result = process_environment(PROFILES["hikrobot-gev"], "/opt/a/Acme.cti", {}, system="linux")
    assert result == {}


def test_own_environment_is_never_changed() -> None:
    before = dict(os.environ)
    result = process_environment(PROFILES["hikrobot-u3v"], MVS, os.environ)
    assert result is not os.environ
    assert dict(os.environ) == before


def test_relative_cti() -> None:
    result = process_environment(PROFILES["hikrobot-u3v"], "MvProducerU3V.cti", {}, system="linux")
    assert result["MVCAM_COMMON_RUNENV"] == str(Path.cwd().parent)
