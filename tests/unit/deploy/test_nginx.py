"""nginx.conf: that nginx takes it, and what would let the token or old pictures through."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "nginx.conf"
LIMIT_S = 30.0

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OPENSSL = shutil.which("openssl")


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    text = re.sub(r"#.*", "", EXAMPLE.read_text())
    for statement in re.split(r"[;{}]", text):
        words = statement.split(None, 1)
        if len(words) == 2:
            found.setdefault(words[0], []).append(words[1].strip())
    return found


def test_no_query_is_logged() -> None:
    (log_format,) = settings()["log_format"]
    for variable in ("$request ", "$request_uri", "$args", "$query_string", "$http_", "$arg_"):
        assert variable not in log_format
    assert all(log.endswith(" camstrm") for log in settings()["access_log"])
    assert all(log.endswith(" emerg") for log in settings()["error_log"])


def test_nothing_collects_pictures() -> None:
    assert settings()["proxy_buffering"] == ["off"]
    assert all("sndbuf=64k" in listen for listen in settings()["listen"])


@pytest.mark.skipif(NGINX is None or OPENSSL is None, reason="nginx or openssl is not installed")
def test_nginx_takes_it(tmp_path: Path) -> None:
    assert NGINX is not None
    assert OPENSSL is not None
    request = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    )
    key = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(
        [OPENSSL, *request.split(), *key], check=True, capture_output=True, timeout=LIMIT_S
    )
    site = EXAMPLE.read_text().replace("/etc/ssl/camstrm", str(tmp_path))
    site = site.replace("/var/log/nginx", str(tmp_path))
    # The test of a configuration binds its ports: one that needs no rights and is free.
    site = re.sub(r"listen (\[::\]:)?443", "listen unix:" + str(tmp_path / "s"), site, count=1)
    site = re.sub(r"\n *listen \[::\]:443.*", "", site)
    (tmp_path / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ {temporary} include {tmp_path}/site.conf; }}\n"
    )
    result = subprocess.run(
        [NGINX, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert result.returncode == 0, result.stderr
