from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camstrm.cli.support.scrub import SECRET, Scrubber, is_secret_name

TOKEN = 'pa$$ w"rd/+&=ü-7Qz'


@pytest.mark.parametrize(
    "form",
    [
        TOKEN,
        quote(TOKEN, safe=""),
        re.sub("%..", lambda code: code[0].lower(), quote(TOKEN, safe="")),
        json.dumps(TOKEN)[1:-1],
        json.dumps(TOKEN, ensure_ascii=False)[1:-1],
        base64.b64encode(TOKEN.encode()).decode(),
    ],
)
def test_a_known_secret_goes_in_each_form_in_which_it_may_stand(form: str) -> None:
    scrubber = Scrubber([TOKEN])
    assert scrubber.leaks(form)
    text = scrubber.text(f"before {form} after, x{form}x")
    assert text == f"before {SECRET} after, x{SECRET}x"
    assert not scrubber.leaks(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("GET /?token=abc&camera=left", "GET /?token=[secret]&camera=left"),
        ("Authorization: Bearer abcd.efgh", "Authorization: [secret]"),
        ("curl -H 'authorization: Basic dXNlcjpwYXNz'", "curl -H 'authorization: [secret]'"),
        ("sent bearer abcdefgh, then", "sent bearer [secret], then"),
        ("Cookie: camstrm_8765=abc; other=1\nnext", "Cookie: [secret]\nnext"),
        ("https://anna:hunter2@[host]/x", "https://[secret]@[host]/x"),
        ("http://a:b@proxy.plant.example:3128/", "http://[secret]@[host-1]:3128/"),
        ("sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmN_w5N.", "sent [secret]."),
        ('"password": "hunter 2", "a": 1', '"password": "[secret]", "a": 1'),
        ("{'api_key': 'hunter2'}", "{'api_key': '[secret]'}"),
        (r'{"message": "\"secret\": \"hunter2\""}', r'{"message": "\"secret\": \"[secret]\""}'),
        ("DB_PASSWORD=hunter2 LANG=C", "DB_PASSWORD=[secret] LANG=C"),
        ("accessToken: hunter2", "accessToken: [secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nx", "[secret]\nx"),
        ("-----BEGIN PRIVATE KEY-----\nMII cut off", "[secret]"),
        ("id wNCOz6M-YXp4PUXlUnI9hVlRG9Gg_kh5ifuxjBK0MOA.", "id [secret]."),
        ("id wNCOz6M-YXp4PUXlUnI9hVlRG9Gg_kh5ifuxjBK0MOA end", "id [secret] end"),
        (f"cookie {'0123456789abcdef' * 4}", "cookie [secret]"),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, wanted: str) -> None:
    assert Scrubber().text(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "camera left (DA9795503): streaming (60 fps, 9 buffers)",
        'camstrm_auth_failures_total{reason="wrong"} 3.0',
        "/opt/MVS/lib/64/MvProducerU3V.cti",
        '"token_file": "/etc/camstrm/token", "auth": true',
        "grabber connected: camstrm 0.1.0, pid 7445, session 'ce8673f54f3b109f'",
        "viewers on 127.0.0.1 port 8765, [::1], 0.0.0.0, mask 255.255.255.0",
        "Linux 6.1.0-18-amd64 #1 SMP, 2026-11-28T00:13:28.168685Z",
        "AcquisitionFrameRate=60.0, TriggerSelector=FrameStart",
        "A token is needed: open the URL that camstrm printed",
    ],
)
def test_what_a_report_is_for_stays(text: str) -> None:
    assert Scrubber().text(text) == text


def test_the_same_thing_has_the_same_number() -> None:
    scrubber = Scrubber(
        hosts=["line3"], domains=["factory.example"], users=["anna", "root"], people=["Bo Kim"]
    )
    assert scrubber.text(
        "192.168.10.17 -> 192.168.10.20, 10.0.0.5, fe80::1%eth0, 00:11:22:aa:bb:cc\n"
        "line3, LINE3.factory.example, wss://cam.other.example:8765/, ws://192.168.10.17/\n"
        "/home/anna/x /home/bert/y /root C:\\Users\\bert anna annabel Bo Kim: set\n"
    ) == (
        "[net-1].17 -> [net-1].20, [net-2].5, [ip-1], [mac-1]\n"
        "[host-2], [host-3], wss://[host-1]:8765/, ws://[net-1].17/\n"
        "/home/[user-1]/x /home/[user-2]/y /root C:\\Users\\[user-2] "
        "[user-1] annabel [person-1]: set\n"
    )


def test_a_version_is_no_address() -> None:
    assert Scrubber(kept=["4.10.0.84"]).text("opencv 4.10.0.84, 4.10.0.85") == (
        "opencv 4.10.0.84, [net-1].85"
    )


@pytest.mark.parametrize("name", ["PWD_X", "CAMSTRM_TOKEN", "UserPassword", "api-key", "LICENSE"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert not is_secret_name("token_file")
    assert not is_secret_name("ExposureTime")


@settings(max_examples=20)
@given(st.text(max_size=100))
def test_any_text_can_be_scrubbed_and_keeps_no_secret(text: str) -> None:
    scrubber = Scrubber(["hunter2!"])
    assert not scrubber.leaks(scrubber.text(f"{text}hunter2!{text}"))


def test_a_long_line_takes_no_long_time() -> None:
    """The time grows with the length, not with its square: these would take minutes."""
    for unit in ("token", "a.", "=", "0123456789abcdefG-", "12:", "1.", "://", "-----BEGIN A-----"):
        Scrubber(["hunter2!"]).text(unit * (30_000 // len(unit)))
