"""A systemd that is booted in namespaces, on a throw-away copy of this machine's files.

Processes, mounts, host name, network and cgroups are its own; what it writes is in memory and
gone with it. Needs root, util-linux and systemd; no container engine.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["PACKAGES", "RUN_PYTHON", "SOURCE", "BootedMachine", "booted_machine", "wait_until"]

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/opt/camstrm-python"
PACKAGES = "/opt/camstrm-packages"
SOURCE = "/opt/camstrm-source"
RUN_PYTHON = (
    "env", f"PYTHONPATH={SOURCE}:{PACKAGES}", f"LD_LIBRARY_PATH={PYTHON}/lib",
    f"{PYTHON}/bin/python{sys.version_info.major}.{sys.version_info.minor}",
)  # fmt: skip
"""Runs this interpreter inside, whose folders may be closed to others (/root)."""

PROGRAM = f"""\
#!/bin/sh
exec {" ".join(RUN_PYTHON)} -m camstrm "$@"
"""
"""In the place of the installed command: what is tried is the source folder."""

BOOT = f"""
set -e
umask 022
mount --make-rprivate /
mount -t tmpfs tmpfs $WORK
mkdir $WORK/upper $WORK/work $WORK/root
mount -t overlay overlay -o lowerdir=/,upperdir=$WORK/upper,workdir=$WORK/work $WORK/root
r=$WORK/root
mount -t proc proc $r/proc
mount -t sysfs -o ro sysfs $r/sys
mount -t cgroup2 cgroup2 $r/sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs $r/run
mount -t tmpfs -o mode=1777 tmpfs $r/tmp
mount -t tmpfs -o mode=0755 dev $r/dev
mkdir $r/dev/shm $r/dev/pts
for d in null zero full random urandom tty; do
    touch $r/dev/$d
    mount --bind /dev/$d $r/dev/$d
done
ln -s /proc/self/fd $r/dev/fd
ln -s pts/ptmx $r/dev/ptmx
mkdir -p $r{PYTHON} $r{PACKAGES} $r{SOURCE} $r/opt/camstrm/bin $r/etc/camstrm
mount --bind -o ro $PYTHON $r{PYTHON}
mount --bind -o ro $PACKAGES $r{PACKAGES}
mount --bind -o ro $SOURCE $r{SOURCE}
cp $FILES/camstrm $r/opt/camstrm/bin/camstrm
chmod 0755 $r/opt $r/opt/camstrm $r/opt/camstrm/bin $r/opt/camstrm/bin/camstrm
ip link set lo up
cd $r
mkdir -p $r/mnt
pivot_root . mnt
umount -l /mnt
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    /lib/systemd/systemd --system --unit=basic.target --show-status=no
"""

LIMIT_S = 30.0

_PR_SET_PDEATHSIG = 1


class BootedMachine:
    """The booted system; ``log``: what its first process wrote."""

    def __init__(self, outer: subprocess.Popen[bytes], first: int) -> None:
        self._outer = outer
        self._first = first

    def run(self, *command: str, limit_s: float = LIMIT_S) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root."""
        return subprocess.run(self.command(*command), capture_output=True, text=True,
                              timeout=limit_s, check=False)  # fmt: skip

    def command(self, *command: str) -> list[str]:
        """Return what runs a command inside."""
        enter = ["nsenter", "-t", str(self._first), "-p", "-m", "-n", "-u", "-i", "-C", "-r", "-w"]
        return [*enter, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *command]

    def must(self, *command: str) -> str:
        """Run a command that has to work; return what it printed."""
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def write(self, path: str, text: str) -> None:
        """Write a file inside."""
        done = subprocess.run(self.command("sh", "-c", f"cat > {path}"), input=text, text=True,
                              timeout=LIMIT_S, check=False)  # fmt: skip
        assert done.returncode == 0, path

    def read(self, path: str) -> str:
        """Return what a file inside holds."""
        return self.must("cat", path)

    def property(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.must("systemctl", "show", unit, f"--property={name}", "--value")

    def pid(self, unit: str) -> int:
        """Return the main process, as seen inside; 0: none."""
        return int(self.property(unit, "MainPID"))

    def says(self, unit: str, text: str) -> bool:
        """Whether 'systemctl status' of a unit has this in the line of the service's own."""
        return text in self.property(unit, "StatusText")

    def last_line(self, unit: str, text: str) -> str:
        """Return the last line of a unit's journal with this text."""
        return next(line for line in reversed(self.journal(unit).splitlines()) if text in line)

    def journal(self, unit: str) -> str:
        """Return what a unit has written."""
        return self.must("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")


@contextlib.contextmanager
def booted_machine() -> Iterator[BootedMachine]:
    """Boot it, and end everything in it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "camstrm").write_text(PROGRAM)
        (Path(folder) / "work").mkdir()
        environ = {
            "PATH": os.environ["PATH"],
            "WORK": f"{folder}/work",
            "FILES": folder,
            "PYTHON": sys.base_prefix,
            "PACKAGES": sysconfig.get_path("purelib"),
            "SOURCE": str(ROOT),
        }
        kinds = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup")
        outer = subprocess.Popen(
            ["unshare", *kinds, "--fork", "--kill-child", "sh", "-c", BOOT],
            env=environ,
            stdin=subprocess.DEVNULL,
            # It ends with what started it, however that ends.
            preexec_fn=_end_with_parent,
        )
        try:
            children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
            wait_until("a first process", lambda: children.read_text() != "")
            machine = BootedMachine(outer, int(children.read_text()))
            running = ("running", "degraded")
            wait_until(
                "booted",
                lambda: machine.run("systemctl", "is-system-running").stdout.strip() in running,
            )
            yield machine
        finally:
            outer.kill()
            outer.wait()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(what: str, true: Callable[[], object], limit_s: float = LIMIT_S) -> float:
    """Wait for a condition; return the seconds that it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < limit_s, f"not {what} within {limit_s:g} s"
        time.sleep(0.02)
    return time.monotonic() - began
