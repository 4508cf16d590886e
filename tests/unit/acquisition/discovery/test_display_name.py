from __future__ import annotations

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.display_name import user_name_in

INFO = DeviceInfo(
    "a.cti", "21934565", "Basler", "acA1300-60gm", "GEV", device_id="00:30:53:27:4f:1e"
)


@pytest.mark.parametrize(
    ("display_name", "user_name"),
    [
        ("", ""),
        ("Basler acA1300-60gm (21934565)", ""),
        ("BASLER acA1300-60gm (S/N: 21934565)", ""),
        ("acA1300-60gm [192.168.1.7]", ""),
        ("GigE Camera 00:30:53:27:4f:1e", ""),
        ("cam0", "cam0"),
        ("cam0 (21934565)", "cam0"),
        ("Basler acA1300-60gm (21934565) line 3 left", "line 3 left"),
        ("Camera 1 (21934565)", "Camera 1"),
        ("왼쪽 카메라", "왼쪽 카메라"),
        ("Basler of Kim", "of Kim"),
    ],
)
def test_what_a_user_added_to_the_display_name(display_name: str, user_name: str) -> None:
    assert user_name_in(display_name, INFO) == user_name
