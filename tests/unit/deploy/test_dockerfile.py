"""The image's files name each other and files that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
INSTRUCTIONS = [
    line.split(None, 1)
    for line in re.sub(r"\\\n\s*", " ", DOCKERFILE).splitlines()
    if line and not line.startswith("#")
]


def arguments(name: str) -> list[str]:
    return [text for instruction, text in INSTRUCTIONS if instruction == name]


def copied() -> list[tuple[str, str]]:
    """Return source and destination of what comes from the repository."""
    pairs = []
    for text in arguments("COPY"):
        if not text.startswith("--from"):
            *sources, destination = text.split()
            pairs += [(source, destination) for source in sources]
    return pairs


def test_copies_what_is_there() -> None:
    assert copied()
    assert [source for source, _ in copied() if not (ROOT / source).exists()] == []


def test_build_is_sent_exactly_what_is_copied() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == {
        source for source, _ in copied()
    }


def test_starts_and_checks_with_files_of_the_image() -> None:
    in_image = {destination + Path(source).name for source, destination in copied()}
    entrypoint = json.loads(arguments("ENTRYPOINT")[0])
    health = json.loads(arguments("HEALTHCHECK")[0].partition("CMD ")[2])
    assert entrypoint[-1] in in_image
    assert health[-1] in in_image


def test_base_is_an_argument_without_a_registry() -> None:
    base = next(text for text in arguments("ARG") if text.startswith("BASE="))
    assert "/" not in base
    assert {text.split()[0] for text in arguments("FROM")} == {"${BASE}"}


def test_user_is_not_root_and_owns_the_token() -> None:
    user = arguments("USER")[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    uid = user.split(":")[0]
    assert f"--uid {uid} " in DOCKERFILE
    folder = arguments("VOLUME")[-1]
    assert f"CAMSTRM_TOKEN_FILE={folder}/token" in DOCKERFILE
    assert f"-o camstrm -g camstrm {folder}" in DOCKERFILE
    assert f"uid {uid}" in (DEPLOY / "README.md").read_text()


PINNED = re.compile(r"^([a-z0-9.\-]+)==([\w.]+)", re.MULTILINE)


@pytest.mark.parametrize("name", ["image-requirements.txt", "image-build-requirements.txt"])
def test_packages_of_the_image_have_hashes_and_the_versions_of_the_tests(name: str) -> None:
    constraints = (DEPLOY / "constraints.txt").read_text().replace("_", "-")
    tested = set(PINNED.findall(constraints))
    text = (DEPLOY / name).read_text()
    packages = set(PINNED.findall(text))
    assert packages
    assert packages <= tested, "make the file again, see README.md beside it"
    for entry in re.split(r"\n(?=[a-z])", text):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert f"--require-hashes -r {name}" in DOCKERFILE


def test_the_image_has_all_packages_that_grabber_and_bridge_need() -> None:
    wanted = {"aiohttp", "genicam", "harvesters", "msgspec", "numpy", "opencv-python-headless"}
    text = (DEPLOY / "image-requirements.txt").read_text()
    assert wanted <= {name for name, _ in PINNED.findall(text)}
