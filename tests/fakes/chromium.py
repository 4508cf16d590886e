"""Headless Chromium, driven over the Chrome DevTools Protocol; no browser package needed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import aiohttp

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
COMMAND_TIMEOUT_S = 60.0
_ARGUMENTS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1600,900",
    "--hide-scrollbars",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium, None when there is none."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


class ChromiumError(Exception):
    """Chromium did not do what was asked."""


class Chromium:
    """One browser process with its own empty profile; use as ``async with``."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._stderr: list[str] = []
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Chromium:
        executable = find_chromium()
        assert executable is not None, "the test must be skipped without Chromium"
        self._process = await asyncio.create_subprocess_exec(
            executable,
            *_ARGUMENTS,
            f"--user-data-dir={self._profile}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # its helpers are ended with it
        )
        try:
            url = await asyncio.wait_for(self._devtools_url(), COMMAND_TIMEOUT_S)
            self._http = aiohttp.ClientSession()
            self._socket = await self._http.ws_connect(url, max_msg_size=0)
        except BaseException:
            await self._end_process()
            raise
        self._tasks.append(asyncio.create_task(self._receive(), name="chromium-receive"))
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(ChromiumError, ConnectionError):
            await self.command("Browser.close")
        await self._socket.close()
        await self._http.close()
        await self._end_process()

    async def command(self, method: str, session: str = "", **params: object) -> dict[str, Any]:
        """Run one DevTools command and return its result."""
        number = next(self._ids)
        answer = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            await self._socket.send_json(message)
            result: dict[str, Any] = await asyncio.wait_for(answer, COMMAND_TIMEOUT_S)
        finally:
            self._answers.pop(number, None)
        return result

    async def open_page(self, url: str, *, width: int = 1600, height: int = 900) -> Page:
        """Open ``url`` in a tab that shares nothing with other tabs."""
        context = (await self.command("Target.createBrowserContext"))["browserContextId"]
        target = await self.command(
            "Target.createTarget", url="about:blank", browserContextId=context, newWindow=True
        )
        attached = await self.command(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self, context, attached["sessionId"])
        self._pages[attached["sessionId"]] = page
        for domain in ("Page", "Runtime", "Log"):
            await page.command(f"{domain}.enable")
        await page.resize(width, height)
        await page.command("Page.navigate", url=url)
        return page

    async def _devtools_url(self) -> str:
        assert self._process.stderr is not None
        while line := (await self._process.stderr.readline()).decode(errors="replace"):
            self._stderr.append(line)
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                self._tasks.append(asyncio.create_task(self._drain(), name="chromium-stderr"))
                return found[1]
        raise ChromiumError("ended at once: " + "".join(self._stderr[-10:]))

    async def _drain(self) -> None:
        assert self._process.stderr is not None
        while await self._process.stderr.read(65536):
            pass

    async def _receive(self) -> None:
        async for message in self._socket:
            event = message.json()
            if "id" in event:
                self._answer(event)
            elif page := self._pages.get(event.get("sessionId", "")):
                page.event_received(event["method"], event["params"])
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ChromiumError("connection closed"))

    def _answer(self, event: dict[str, Any]) -> None:
        answer = self._answers.get(event["id"])
        if answer is None or answer.done():
            return
        if "error" in event:
            answer.set_exception(ChromiumError(str(event["error"])))
        else:
            answer.set_result(event["result"])

    async def _end_process(self) -> None:
        try:
            await asyncio.wait_for(self._process.wait(), 30)
        except asyncio.TimeoutError:  # another class before Python 3.11
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await asyncio.gather(*self._tasks)


class Page:
    """One tab, and what it complained about."""

    def __init__(self, browser: Chromium, context: str, session: str) -> None:
        self._browser = browser
        self._context = context
        self._session = session
        self.complaints: list[str] = []

    async def command(self, method: str, **params: object) -> dict[str, Any]:
        """Run a DevTools command in this tab."""
        return await self._browser.command(method, self._session, **params)

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression; a promise is awaited."""
        result = await self.command(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            raise ChromiumError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    async def until(self, condition: str, timeout_s: float = 45.0) -> None:
        """Wait until a JavaScript expression is true."""
        waiting = f"""new Promise((done) => {{
            const end = performance.now() + {timeout_s * 1000};
            const look = () => {{
                let there = false;
                try {{ there = Boolean({condition}); }} catch {{ }}
                if (there || performance.now() > end) done(there);
                else setTimeout(look, 20);
            }};
            look();
        }})"""
        if not await self.evaluate(waiting):
            text = await self.evaluate("document.body?.innerText")
            raise ChromiumError(f"never true: {condition}\n{text}")

    async def text(self, selector: str) -> str:
        """Return what the element says."""
        found = await self.evaluate(f"document.querySelector({selector!r})?.textContent ?? ''")
        return str(found)

    async def press(self, key: str) -> None:
        """Press and release one key."""
        codes = {"Enter": 13, "Escape": 27}
        text = {"Enter": "\r", "Escape": ""}.get(key, key)
        await self.command(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key=key,
            text=text,
            windowsVirtualKeyCode=codes.get(key, ord(key[0].upper())),
        )
        await self.command("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def double_click(self, selector: str) -> None:
        """Double-click the middle of the element."""
        x, y = await self.evaluate(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        for clicks in (1, 2):
            for kind in ("mousePressed", "mouseReleased"):
                await self.command(
                    "Input.dispatchMouseEvent",
                    type=kind,
                    x=x,
                    y=y,
                    button="left",
                    clickCount=clicks,
                )

    async def resize(self, width: int, height: int) -> None:
        """Give the page a window of so many CSS pixels."""
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    async def screenshot(self) -> bytes:
        """Return what is on the screen as PNG."""
        shot = await self.command("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def close(self) -> None:
        """Close the tab and forget its cookies."""
        self._browser._pages.pop(self._session, None)
        await self._browser.command("Target.disposeBrowserContext", browserContextId=self._context)

    def event_received(self, method: str, params: dict[str, Any]) -> None:
        """Take note of errors; a failed connection is the browser's remark, not the page's."""
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(
                f"{details['text']} {details.get('exception', {}).get('description')}"
            )
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(str(params["args"]))
        elif method == "Log.entryAdded":
            entry = params["entry"]
            if entry["level"] in ("error", "warning") and entry["source"] != "network":
                self.complaints.append(f"{entry['source']}: {entry['text']}")
