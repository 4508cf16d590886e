from __future__ import annotations

import ctypes
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.gentl.library import BufferInfo, GcError, GentlLibrary
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.errors import ProducerError
from tests.fakes.gentl.producers import compile_library
from tests.fakes.simulator_settings import HEIGHT, WIDTH, configure_small

LONG_MS = 30_000

STUB = """
#include <stdint.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
int EventGetData(void *event, uint64_t *out, size_t *size, uint64_t timeout)
{
    if (*size != 16) return -1009;
    if (timeout != 5000000000) return -1011;
    out[0] = (uint64_t)event + 1;
    out[1] = 0;
    return 0;
}
int EventGetInfo(void *e, int32_t what, int32_t *type, void *out, size_t *size)
{ return e ? -1003 : (*type = 12, *size = 8, *(size_t *)out = (size_t)what + 2, 0); }
int DSGetBufferInfo(void *s, void *b, int32_t what, int32_t *type, void *out, size_t *size)
{
    (void)s; (void)b; (void)type;
    if (what == 999) return -1009;
    if (what == 7 && *size != 1) return -1016;
    if (what != 7 && *size != 8) return -1016;
    memset(out, 0xFF, *size);
    return 0;
}
int DSQueueBuffer(void *s, void *b) { return s == b ? -1004 : 0; }
int DSGetInfo(void *s, int32_t what, int32_t *type, void *out, size_t *size)
{
    (void)type;
    if (!s || *size != 8) return -1003;
    *(uint64_t *)out = 100 + (uint64_t)what;
    return 0;
}
static uint8_t registers[16];
static int failed;
int GCReadPort(void *port, uint64_t address, void *out, size_t *size)
{
    /* A register at 256 and above is a flag that somebody else must set meanwhile. */
    for (int i = 0; address >= 256 && !*(volatile uint8_t *)address; i++) {
        if (i == 100000) return failed = -1011;
        usleep(100);
    }
    if (!port || (address < 256 && address + *size > 16)) return failed = -1015;
    memcpy(out, address < 256 ? registers + address : (uint8_t *)address, *size);
    return 0;
}
int GCWritePort(void *port, uint64_t address, const void *in, size_t *size)
{
    if (!port || address + *size > 16) return failed = -1005;
    memcpy(registers + address, in, *size);
    return 0;
}
int GCGetLastError(int32_t *code, char *text, size_t *size)
{
    *code = failed;
    strncpy(text, "\\xBE\\xDC\\xBE\\xF8", *size);
    return 0;
}
"""


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> GentlLibrary:
    folder = tmp_path_factory.mktemp("stub")
    (folder / "stub.c").write_text(STUB)
    return GentlLibrary(compile_library(folder / "stub.c", folder / "stub.cti"))


def test_the_new_buffer_event_is_two_pointers_and_the_timeout_64_bits(stub: GentlLibrary) -> None:
    handle = 2**63 + 16
    calls = stub.stream_calls(1, handle)
    assert calls.next_buffer(5_000_000_000) == (GcError.SUCCESS, handle + 1)
    assert calls.next_buffer(5) == (GcError.TIMEOUT, 0)


def test_numbers_have_the_widths_of_the_standard(stub: GentlLibrary) -> None:
    for what in BufferInfo:
        wanted = 1 if what is BufferInfo.IS_INCOMPLETE else 2**64 - 1
        assert stub.buffer_info(1, 2, what) == wanted, what
    assert stub.num_underrun(1) == 102


def test_what_is_asked_of_each_buffer(stub: GentlLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = stub.stream_calls(2**63 + 1, 3)
    assert calls.frame_id(2**63 + 2) == 2**64 - 1
    assert calls.is_incomplete(4)
    assert calls.frame_id(4) == 2**64 - 1, "each question has an answer of its own width"
    assert calls.queue(4) == GcError.SUCCESS
    assert calls.queue(2**63 + 1) == GcError.RESOURCE_IN_USE
    monkeypatch.setattr(calls, "_get_buffer_info", lambda *_: GcError.NOT_AVAILABLE)
    assert calls.frame_id(4) is None
    assert not calls.is_incomplete(4)


def test_what_a_producer_does_not_tell(stub: GentlLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stub.num_underrun(0) is None
    assert stub.num_in_queue(0) == 3
    assert stub.num_in_queue(1) == 0
    monkeypatch.setattr(stub, "_get_buffer_info", lambda *_: GcError.NOT_AVAILABLE)
    assert stub.buffer_info(1, 2, BufferInfo.WIDTH) is None


def test_the_code_of_a_refused_buffer(stub: GentlLibrary) -> None:
    assert stub.queue_buffer(1, 2) == GcError.SUCCESS
    assert stub.queue_buffer(1, 1) == GcError.RESOURCE_IN_USE


def test_registers_are_read_and_written(stub: GentlLibrary) -> None:
    assert stub.write_port(2**63 + 1, 4, b"\0\1\0\2") == GcError.SUCCESS
    assert stub.read_port(1, 5, 3) == (GcError.SUCCESS, b"\1\0\2")
    assert stub.read_port(0, 5, 3) == (GcError.INVALID_ADDRESS, b"")
    assert stub.last_error(GcError.INVALID_ADDRESS) == "拒绝".encode("gbk")
    assert stub.last_error(GcError.IO) == b"", "it speaks of another error"


def test_other_threads_run_while_a_register_is_read(stub: GentlLibrary) -> None:
    flag = ctypes.c_uint8(0)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(stub.read_port, 1, ctypes.addressof(flag), 1)
        flag.value = 7
        assert reading.result() == (GcError.SUCCESS, b"\7")


def test_a_library_that_is_no_producer(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int EventGetData(void) { return 0; }\n")
    cti = compile_library(tmp_path / "a.c", tmp_path / "a.cti")
    with pytest.raises(ProducerError, match=r"cannot be called directly .*EventGetInfo"):
        GentlLibrary(cti)
    with pytest.raises(ProducerError, match="cannot be called directly"):
        GentlLibrary(str(tmp_path / "not-there.cti"))


def test_buffers_of_a_real_producer(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    library = producer.library
    configure_small(camera)
    handles = pool.submit(camera.start, 4).result()
    code, buffer = library.stream_calls(handles.stream, handles.event).next_buffer(LONG_MS)
    assert code == GcError.SUCCESS
    info = {what: library.buffer_info(handles.stream, buffer, what) for what in BufferInfo}
    assert (info[BufferInfo.WIDTH], info[BufferInfo.HEIGHT]) == (WIDTH, HEIGHT)
    assert info[BufferInfo.PIXELFORMAT] == 0x01080001
    assert info[BufferInfo.IS_INCOMPLETE] == 0
    assert info[BufferInfo.BASE]
    size = info[BufferInfo.SIZE]
    assert size is not None
    assert size >= WIDTH * HEIGHT
    assert library.queue_buffer(handles.stream, buffer) == GcError.SUCCESS
    assert library.queue_buffer(handles.stream, buffer) != GcError.SUCCESS
    assert library.num_underrun(handles.stream) == 0


def test_waiting_leaves_other_threads_alone(
    producer: GentlProducer, camera: Camera, pool: ThreadPoolExecutor
) -> None:
    """The wait lets go of the GIL: this thread steps on while another one waits."""
    handles = pool.submit(camera.start, 4).result()
    calls = producer.library.stream_calls(handles.stream, handles.event)
    while (found := calls.next_buffer(0))[0] == GcError.SUCCESS:
        calls.queue(found[1])
    camera._acquirer.stop()
    started = threading.Event()

    def wait() -> tuple[int, int]:
        started.set()
        return calls.next_buffer(300)

    interval = sys.getswitchinterval()
    waiting = pool.submit(wait)
    assert started.wait(30)
    steps = 0
    while not waiting.done() and steps < 100_000:
        steps += 1
    assert steps > 1000
    assert waiting.result()[0] != GcError.SUCCESS
    assert sys.getswitchinterval() == interval
