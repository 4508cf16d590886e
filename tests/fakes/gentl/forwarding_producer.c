/* A GenTL producer that forwards every call to another one and makes faults on demand.
 *
 * CAMSTRM_FORWARD_TO     path of the producer that does the work
 * CAMSTRM_FORWARD_FAULTS words, some with a number (N=0 where none is given):
 *   gbk             error texts are GBK bytes, which are no UTF-8 (Hikrobot)
 *   gbk_names       the same for the camera's user defined name
 *   busy=N          the first N attempts to open a camera are refused: ACCESS_DENIED
 *   stale_id        cameras cannot be opened (INVALID_ID) before a second scan
 *   incomplete      every second buffer is incomplete
 *   silent=N        after N buffers of the first acquisition no more come; all looks healthy
 *   io_error=N      after N buffers of the first acquisition the wait fails: IO
 *   crash=N         the process dies of SIGSEGV after N buffers
 *   pixel_format=N  buffers tell this PFNC code
 *   zero_height     buffers tell a height of 0
 *   frame_id_gaps   every second frame id is missing
 * CAMSTRM_FORWARD_ONCE   path of a file; crash only if it does not exist yet, and create it
 *
 * Buffers are counted for each thread: camstrm waits for one camera's buffers in one thread.
 * Calls are passed on with eight machine words, which is more than any GenTL function takes
 * (System V ABI of x86_64 and AAPCS64: extra arguments are harmless).
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uintptr_t W;
typedef int32_t (*Call)(W, W, W, W, W, W, W, W);
#define WORDS W a, W b, W c, W d, W e, W f, W g, W h
#define PASS a, b, c, d, e, f, g, h
#define API __attribute__((visibility("default"))) int32_t

enum { SUCCESS = 0, ACCESS_DENIED = -1005, INVALID_ID = -1007, IO = -1010, TIMEOUT = -1011,
       BUFFER_TOO_SMALL = -1016 };
enum { BUFFER_IS_INCOMPLETE = 7, BUFFER_HEIGHT = 11, BUFFER_FRAMEID = 16,
       BUFFER_PIXELFORMAT = 20 };
enum { DEVICE_USER_DEFINED_NAME = 6, EVENT_NUM_IN_QUEUE = 1 };
enum { TYPE_STRING = 1, TYPE_UINT64 = 6, TYPE_BOOL8 = 11, TYPE_SIZET = 12 };

/* "相机错误" (camera fault) and "相机" in GBK. */
static const char GBK_TEXT[] = "\xCF\xE0\xBB\xFA\xB4\xED\xCE\xF3";
static const char GBK_NAME[] = "\xCF\xE0\xBB\xFA";

static __thread int32_t own_error;      /* what this library refused last, SUCCESS if nothing */
static __thread unsigned long buffers;  /* handed over in this acquisition */
static __thread uint64_t frame_ids;
static unsigned long acquisitions, refused, scans;

static Call target(const char *name)
{
    static void *library;
    if (!library) {
        const char *path = getenv("CAMSTRM_FORWARD_TO");
        library = dlopen(path ? path : "", RTLD_NOW | RTLD_LOCAL);
        if (!library) {
            fprintf(stderr, "forwarding producer: %s\n", dlerror());
            abort();
        }
    }
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "forwarding producer: no %s\n", name);
        abort();
    }
    return (Call)found;
}

/* The number of a fault, 0 if it has none, -1 if it is not wanted. */
static long long fault(const char *name)
{
    const char *words = getenv("CAMSTRM_FORWARD_FAULTS");
    size_t length = strlen(name);
    while (words && *words) {
        words += strspn(words, " ");
        size_t word = strcspn(words, " ");
        if (word >= length && !strncmp(words, name, length)) {
            if (word == length)
                return 0;
            if (words[length] == '=')
                return strtoll(words + length + 1, NULL, 0);
        }
        words += word;
    }
    return -1;
}

static int32_t refuse(int32_t code)
{
    own_error = code;
    return code;
}

/* Answer a query of the kind (type, buffer, size): size alone if there is no buffer. */
static int32_t answer(W type, W buffer, W size, int32_t kind, const void *value, size_t length)
{
    size_t room = *(size_t *)size;
    if (type)
        *(int32_t *)type = kind;
    *(size_t *)size = length;
    if (!buffer)
        return SUCCESS;
    if (room < length)
        return refuse(BUFFER_TOO_SMALL);
    memcpy((void *)buffer, value, length);
    return SUCCESS;
}

#define TARGET(name)                  \
    static Call real;                 \
    if (!real) real = target(#name);  \
    own_error = SUCCESS

#define FORWARD(name) API name(WORDS) { TARGET(name); return real(PASS); }

FORWARD(GCCloseLib) FORWARD(GCGetInfo) FORWARD(GCGetNumPortURLs) FORWARD(GCGetPortInfo)
FORWARD(GCGetPortURL) FORWARD(GCGetPortURLInfo) FORWARD(GCInitLib) FORWARD(GCReadPort)
FORWARD(GCReadPortStacked) FORWARD(GCRegisterEvent) FORWARD(GCUnregisterEvent)
FORWARD(GCWritePort) FORWARD(GCWritePortStacked)
FORWARD(TLClose) FORWARD(TLGetInfo) FORWARD(TLGetInterfaceID) FORWARD(TLGetInterfaceInfo)
FORWARD(TLGetNumInterfaces) FORWARD(TLOpen) FORWARD(TLOpenInterface)
FORWARD(TLUpdateInterfaceList)
FORWARD(IFClose) FORWARD(IFGetDeviceID) FORWARD(IFGetInfo) FORWARD(IFGetNumDevices)
FORWARD(IFGetParentTL)
FORWARD(DevClose) FORWARD(DevGetDataStreamID) FORWARD(DevGetInfo) FORWARD(DevGetNumDataStreams)
FORWARD(DevGetParentIF) FORWARD(DevGetPort) FORWARD(DevOpenDataStream)
FORWARD(DSAllocAndAnnounceBuffer) FORWARD(DSAnnounceBuffer) FORWARD(DSAnnounceCompositeBuffer)
FORWARD(DSClose) FORWARD(DSFlushQueue) FORWARD(DSGetBufferChunkData) FORWARD(DSGetBufferID)
FORWARD(DSGetBufferInfoStacked) FORWARD(DSGetBufferPartInfo) FORWARD(DSGetBufferPartInfoStacked)
FORWARD(DSGetBufferSegmentInfo) FORWARD(DSGetFlowInfo) FORWARD(DSGetInfo)
FORWARD(DSGetNumBufferParts) FORWARD(DSGetNumBufferSegments) FORWARD(DSGetNumFlows)
FORWARD(DSGetParentDev) FORWARD(DSQueueBuffer) FORWARD(DSRevokeBuffer)
FORWARD(DSStopAcquisition)
FORWARD(EventFlush) FORWARD(EventGetDataInfo) FORWARD(EventKill)

/* (GC_ERROR *code, char *text, size_t *size) */
API GCGetLastError(WORDS)
{
    static Call real;
    if (!real)
        real = target("GCGetLastError");
    if (own_error == SUCCESS && fault("gbk") < 0)
        return real(PASS);
    const char *text = fault("gbk") < 0 ? "made by the forwarding producer" : GBK_TEXT;
    size_t length = strlen(text) + 1;
    if (own_error == SUCCESS) {
        char unread[1024];
        size_t size = sizeof unread;
        int32_t code = real(a, (W)unread, (W)&size, 0, 0, 0, 0, 0);
        if (code != SUCCESS)
            return code;
    } else {
        *(int32_t *)a = own_error;
    }
    size_t room = *(size_t *)c;
    *(size_t *)c = length;
    if (b && room < length)
        return BUFFER_TOO_SMALL;
    if (b)
        memcpy((void *)b, text, length);
    return SUCCESS;
}

/* (IF_HANDLE, const char *id, int32_t access, DEV_HANDLE *) */
API IFOpenDevice(WORDS)
{
    TARGET(IFOpenDevice);
    if ((long long)refused < fault("busy")) {
        refused++;
        return refuse(ACCESS_DENIED);
    }
    if (fault("stale_id") >= 0 && scans < 2)
        return refuse(INVALID_ID);
    return real(PASS);
}

/* (IF_HANDLE, bool8_t *changed, uint64_t timeout) */
API IFUpdateDeviceList(WORDS)
{
    TARGET(IFUpdateDeviceList);
    scans++;
    return real(PASS);
}

/* (IF_HANDLE, const char *id, int32_t what, int32_t *type, void *, size_t *) */
API IFGetDeviceInfo(WORDS)
{
    TARGET(IFGetDeviceInfo);
    if ((int32_t)c == DEVICE_USER_DEFINED_NAME && fault("gbk_names") >= 0)
        return answer(d, e, f, TYPE_STRING, GBK_NAME, sizeof GBK_NAME);
    return real(PASS);
}

/* (DS_HANDLE, int32_t flags, uint64_t count) */
API DSStartAcquisition(WORDS)
{
    TARGET(DSStartAcquisition);
    buffers = 0;
    acquisitions++;
    return real(PASS);
}

static int reached(const char *name)
{
    long long limit = fault(name);
    return limit >= 0 && buffers >= (unsigned long)limit;
}

static void crash_if_due(void)
{
    const char *marker = getenv("CAMSTRM_FORWARD_ONCE");
    if (!reached("crash"))
        return;
    if (marker) {
        FILE *file = fopen(marker, "wx");
        if (!file)
            return;
        fclose(file);
    }
    raise(SIGSEGV);
}

/* (EVENT_HANDLE, EVENT_NEW_BUFFER_DATA *, size_t *, uint64_t timeout_ms) */
API EventGetData(WORDS)
{
    TARGET(EventGetData);
    crash_if_due();
    if (acquisitions <= 1 && reached("io_error"))
        return refuse(IO);
    if (acquisitions <= 1 && reached("silent")) {
        struct timespec pause = { (time_t)(d / 1000), (long)(d % 1000) * 1000000L };
        nanosleep(&pause, NULL);
        return refuse(TIMEOUT);
    }
    int32_t code = real(PASS);
    if (code == SUCCESS) {
        buffers++;
        frame_ids += 2;
    }
    return code;
}

/* (EVENT_HANDLE, int32_t what, int32_t *type, void *, size_t *) */
API EventGetInfo(WORDS)
{
    TARGET(EventGetInfo);
    size_t none = 0;
    if ((int32_t)b == EVENT_NUM_IN_QUEUE && acquisitions <= 1 && reached("silent"))
        return answer(c, d, e, TYPE_SIZET, &none, sizeof none);
    return real(PASS);
}

/* (DS_HANDLE, BUFFER_HANDLE, int32_t what, int32_t *type, void *, size_t *) */
API DSGetBufferInfo(WORDS)
{
    TARGET(DSGetBufferInfo);
    uint8_t incomplete = buffers % 2 == 0;
    uint64_t code = (uint64_t)fault("pixel_format");
    size_t none = 0;
    switch ((int32_t)c) {
    case BUFFER_IS_INCOMPLETE:
        if (fault("incomplete") >= 0)
            return answer(d, e, f, TYPE_BOOL8, &incomplete, sizeof incomplete);
        break;
    case BUFFER_FRAMEID:
        if (fault("frame_id_gaps") >= 0)
            return answer(d, e, f, TYPE_UINT64, &frame_ids, sizeof frame_ids);
        break;
    case BUFFER_PIXELFORMAT:
        if (fault("pixel_format") >= 0)
            return answer(d, e, f, TYPE_UINT64, &code, sizeof code);
        break;
    case BUFFER_HEIGHT:
        if (fault("zero_height") >= 0)
            return answer(d, e, f, TYPE_SIZET, &none, sizeof none);
        break;
    }
    return real(PASS);
}
