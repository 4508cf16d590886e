import pytest

from camstrm.profiles import buffer_count, load_profiles
from camstrm.profiles.buffers import LEAST_BUFFERS, MAX_BUFFER_MEMORY

PROFILES = load_profiles()
VGA = 640 * 480
LARGE = 2656 * 2304


@pytest.mark.parametrize(
    ("name", "fps", "payload", "count"),
    [
        ("generic", 400, VGA, 36),
        ("generic", 50, LARGE, 8),
        ("generic", 1600, VGA, 132),
        ("generic", 3200, VGA, 260),
        ("generic", 100000, VGA, 264),
        ("hikrobot-u3v", 400, VGA, 36),
        ("hikrobot-gev", 30, VGA, 16),
        ("flir-u3v", 50, LARGE, 10),
        ("flir-gev", 50, LARGE, 16),
        ("generic", 0, VGA, 8),
        ("generic", float("nan"), VGA, 8),
        ("generic", float("inf"), VGA, 8),
        ("generic", -5, 0, 8),
    ],
)
def test_count(name: str, fps: float, payload: int, count: int) -> None:
    assert buffer_count(PROFILES[name], fps, payload) == count


def test_memory_is_bounded() -> None:
    payload = 100 * 1024 * 1024
    assert buffer_count(PROFILES["generic"], 400, payload) * payload <= MAX_BUFFER_MEMORY


def test_never_fewer_than_streams() -> None:
    assert buffer_count(PROFILES["generic"], 400, MAX_BUFFER_MEMORY) == LEAST_BUFFERS


def test_the_users_number_is_taken() -> None:
    assert buffer_count(PROFILES["generic"], 400, VGA, wanted=500) == 500
    assert buffer_count(PROFILES["generic"], 400, VGA, wanted=1) == LEAST_BUFFERS
