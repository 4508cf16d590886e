"""Build the image with buildah and try it without a container engine, in namespaces of its own.

    python -m tests.image.try_image                 base made with debootstrap: Debian 12 with venv
    python -m tests.image.try_image --base NAME     as in docker build --build-arg BASE=NAME

Needs root, buildah, util-linux and, without --base, debootstrap. Takes a minute or two. Exit code
0 if everything held, else an AssertionError. Only the images stay behind.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "localhost/camstrm-try"
OWN_BASE = "localhost/camstrm-try-base"
PACKAGES = "python3,python3-venv,ca-certificates"

START_LIMIT_S = 30.0
STOP_LIMIT_S = 2.0
LEAST_FPS = 25.0
CGROUPS = Path("/sys/fs/cgroup")
MEMORY = 4 << 30
PROCESSES = 2048
"""As compose.yaml limits them."""
CAMERAS = 3

# Runs with the image's Python and inside its network: a viewer for some seconds.
LOOK = """
import asyncio, json, os, pathlib, aiohttp
token = pathlib.Path(os.environ["CAMSTRM_TOKEN_FILE"]).read_text().strip()
async def look():
    headers = {"Authorization": "Bearer " + token}
    async with aiohttp.ClientSession("http://127.0.0.1:8765", headers=headers) as http:
        async with http.get("/") as answer:
            page = answer.status
        async with http.ws_connect("/ws") as viewer:
            end = asyncio.get_running_loop().time() + 3.5
            while asyncio.get_running_loop().time() < end:
                await viewer.receive(timeout=5)
            async with http.get("/api/status") as answer:
                cameras = (await answer.json())["status"]["cameras"]
    print(json.dumps({"page": page, "fps": [camera["sent_fps"] for camera in cameras]}))
asyncio.run(look())
"""


def run(*command: str, limit_s: float = 900.0) -> str:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=limit_s)
    assert done.returncode == 0, f"exit code {done.returncode}: {' '.join(command)}"
    return done.stdout.strip()


def make_base() -> None:
    with tempfile.TemporaryDirectory() as folder:
        debootstrap = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
        run(*debootstrap, "bookworm", folder)
        container = run("buildah", "from", "scratch")
        run("buildah", "add", "-q", container, folder, "/")
        run("buildah", "commit", "-q", "--rm", container, OWN_BASE)


def build(base: str, flags: list[str]) -> None:
    # --format docker: the other format has no place for a health check.
    command = ["buildah", "bud", "--isolation", "chroot", "--format", "docker", "--layers"]
    names = ["--build-arg", f"BASE={base}", "-t", IMAGE, "-f", "deploy/Dockerfile"]
    run(*command, *names, *flags, ".")


class Container:
    """The image, running with process, mount, network and host name of its own."""

    def __init__(self, root: Path, log: Path) -> None:
        settings = json.loads(run("buildah", "inspect", "--type", "image", IMAGE))
        config = settings["Docker"]["config"]
        self.user, self.health = config["User"], config["Healthcheck"]["Test"][1:]
        self.environ = [*config["Env"], "LANG=C.UTF-8"]
        uid, gid = self.user.split(":")
        kinds = ("--pid", "--mount", "--uts", "--net", "--ipc")
        unshare = ["unshare", *kinds, "--fork", "--kill-child"]
        prepare = (
            f"set -e; r={root}; mount --make-rprivate /; ip link set lo up; {_limits()}"
            # As compose.yaml: nothing of the image can be written.
            " mount --bind $r $r; mount -o remount,bind,ro $r;"
            f" mount -t tmpfs -o mode=0755,uid={uid},gid={gid} state $r/var/lib/camstrm;"
            " mount -t proc proc $r/proc; mount -t tmpfs dev $r/dev; mkdir $r/dev/shm;"
            " for d in null zero full random urandom; do touch $r/dev/$d;"
            " mount --bind /dev/$d $r/dev/$d; done; ln -s /proc/self/fd $r/dev/fd;"
            " mount -t tmpfs -o mode=1777 tmp $r/tmp; hostname 3f2a9c81d0be;"
            f" exec chroot --userspec={uid}:{gid} --groups= $r"
            f' env -i -C {config["WorkingDir"]} "$@"'
        )
        with log.open("w") as file:
            self._outer = subprocess.Popen(
                [*unshare, "sh", "-c", prepare, "sh", *self.environ, *config["Entrypoint"]],
                stdout=file,
                stderr=subprocess.STDOUT,
            )

        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        wait_until("started", lambda: children.read_text() != "")
        self.first = int(children.read_text())
        """Process 1 of the container, as seen from here."""

    def process(self, text: str) -> int:
        """Return the process of the container with this text in its command line, or 0."""
        namespace = Path(f"/proc/{self.first}/ns/pid").readlink()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "ns/pid").readlink() == namespace and text in (
                    folder / "cmdline"
                ).read_text().replace("\0", " "):
                    return int(folder.name)
        return 0

    def cameras(self) -> int:
        """Return how many camera processes there are; they are forked, so their name says it."""
        namespace = Path(f"/proc/{self.first}/ns/pid").readlink()
        found = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "ns/pid").readlink() == namespace:
                    found += (folder / "comm").read_text() == "camstrm-camera\n"
        return found

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        uid, gid = self.user.split(":")
        enter = ["nsenter", "-t", str(self.first), "-p", "-m", "-n", "-u", "-r", "-w"]
        return subprocess.run(
            [*enter, "-S", uid, "-G", gid, "env", "-i", *self.environ, *command],
            capture_output=True,
            text=True,
            timeout=30,
        )

    def healthy(self) -> bool:
        return self.inside(*self.health).returncode == 0

    def look(self) -> dict[str, object]:
        done = self.inside("python3", "-c", LOOK)
        assert done.returncode == 0, done.stderr
        seen: dict[str, object] = json.loads(done.stdout)
        print("   ", seen)
        assert seen["page"] == 200
        fps = seen["fps"]
        assert isinstance(fps, list)
        assert len(fps) == CAMERAS
        assert min(fps) > LEAST_FPS, fps
        return seen

    def stop(self) -> int:
        """End it as ``docker stop`` does; return the exit code."""
        started = time.monotonic()
        os.kill(self.first, signal.SIGTERM)
        code = self._outer.wait(timeout=30)
        took = time.monotonic() - started
        print(f"    stopped in {took:.2f} s with exit code {code}")
        assert took < STOP_LIMIT_S
        return code

    def close(self) -> None:
        self._outer.kill()
        self._outer.wait()


@contextmanager
def running() -> Generator[Container, None, None]:
    name = run("buildah", "from", IMAGE)
    try:
        root = Path(run("buildah", "mount", name))
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log"
            container = Container(root, log)
            try:
                yield container
            except BaseException:
                print(log.read_text())
                raise
            finally:
                container.close()
    finally:
        run("buildah", "rm", name)


def _limits() -> str:
    """Return shell commands that limit memory and processes as compose.yaml does."""
    if not (CGROUPS / "pids").is_dir():
        print("    limits of memory and processes are not tried: cgroups are not of version 1 here")
        return ""
    commands = []
    for kind, file, most in (
        ("memory", "memory.limit_in_bytes", MEMORY),
        ("pids", "pids.max", PROCESSES),
    ):
        place = CGROUPS / kind / "camstrm-try"
        commands.append(f"mkdir -p {place}; echo {most} > {place}/{file}; echo $$ > {place}/tasks;")
    return " ".join(commands)


def used() -> str:
    """Return what the limited container has used at most."""
    peak = CGROUPS / "memory/camstrm-try/memory.max_usage_in_bytes"
    tasks = CGROUPS / "pids/camstrm-try/pids.current"
    if not peak.is_file():
        return "not measured"
    return f"{int(peak.read_text()) >> 20} MB at most, {tasks.read_text().strip()} tasks now"


def wait_until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not true():
        assert time.monotonic() < deadline, f"not {what} within {START_LIMIT_S} s"
        time.sleep(0.1)


def survive(container: Container, *, killed: str, other: str) -> None:
    """Kill one of the two; the other must not be restarted and pictures must come again."""
    print(f"kill -9 {killed}")
    victim, witness = container.process(killed), container.process(other)
    os.kill(victim, signal.SIGKILL)
    wait_until(f"{killed} again", lambda: container.process(killed) not in (0, victim))
    wait_until("healthy", container.healthy)
    # A new grabber needs a moment to open its cameras.
    time.sleep(2.0)
    container.look()
    assert container.process(other) == witness, f"{other} did not survive"


def try_it(container: Container) -> None:
    wait_until("healthy", lambda: container.process("entrypoint.sh") > 0 and container.healthy())
    uid = Path(f"/proc/{container.first}").stat().st_uid
    print(f"healthy, as uid {uid}")
    assert uid == int(container.user.split(":")[0]) != 0
    wait_until("grabbing", lambda: container.cameras() == CAMERAS)
    time.sleep(2.0)
    container.look()

    survive(container, killed="camstrm grab", other="camstrm bridge")
    survive(container, killed="camstrm bridge", other="camstrm grab")

    print("nothing of the image can be written")
    refused = container.inside("touch", "/opt/camstrm/x", "/etc/x", "/usr/bin/x")
    assert refused.stderr.count("Read-only file system") == 3, refused.stderr

    print("a wish to reload ends nothing")
    grabber, bridge = container.process("camstrm grab"), container.process("camstrm bridge")
    os.kill(container.first, signal.SIGHUP)
    time.sleep(1.0)
    assert (container.process("camstrm grab"), container.process("camstrm bridge")) == (
        grabber,
        bridge,
    )

    print("a grabber that stands still is started again, the bridge goes on")
    os.kill(grabber, signal.SIGSTOP)
    began = time.monotonic()
    wait_until("restarted", lambda: container.process("camstrm grab") not in (0, grabber))
    print(f"    after {time.monotonic() - began:.1f} s")
    time.sleep(6.0)  # rates are those of the last seconds
    container.look()
    assert container.process("camstrm bridge") == bridge
    print(f"    memory and processes: {used()}")

    print("health check of a bridge that hangs")
    bridge = container.process("camstrm bridge")
    os.kill(bridge, signal.SIGSTOP)
    assert not container.healthy()
    os.kill(bridge, signal.SIGCONT)
    wait_until("healthy", container.healthy)
    assert container.stop() == 0


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the image with buildah and try it.")
    parser.add_argument("--base", help="base image; without it one is made with debootstrap")
    parser.add_argument("flags", nargs="*", help="for buildah bud, after --")
    options = parser.parse_args()
    if options.base is None and run("buildah", "images", "-q", "--filter", f"reference={OWN_BASE}"):
        print(f"base {OWN_BASE} is there")
    elif options.base is None:
        make_base()
    build(options.base or OWN_BASE, options.flags)
    with running() as container:
        try_it(container)
    print("all held")


if __name__ == "__main__":
    main()
