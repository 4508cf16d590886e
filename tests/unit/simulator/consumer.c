/* A GenTL consumer that asks in ways Harvesters does not, as others do (GenTL 1.6, chapter 6.3).
 *
 * consumer CTI IMAGES
 *
 * Takes IMAGES images of the first device of the first interface and prints "key value" lines;
 * a call that does not return what it must ends it with a message and exit code 1. Every
 * optional out-parameter is NULL; the interface is closed and opened again between listing and
 * opening the device; buffers are the producer's own; the acquisition is stopped by default.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *Handle;
typedef int32_t Code;

enum { SUCCESS = 0, INVALID_HANDLE = -1006, NO_DATA = -1008, TIMEOUT = -1011, ABORT = -1012 };
enum { TYPE_STRING = 1, TYPE_INT32 = 5, TYPE_UINT32 = 6, TYPE_UINT64 = 8, TYPE_BOOL8 = 11,
       TYPE_SIZET = 12 };
enum { TL_INFOS = 11, INTERFACE_INFOS = 3, DEVICE_INFOS = 10, STREAM_INFOS = 14 };
enum { ACCESS_CONTROL = 3, EVENT_NEW_BUFFER = 1, QUEUE_ALL_TO_INPUT = 2, QUEUE_ALL_DISCARD = 4,
       STOP_DEFAULT = 0, STREAM_PAYLOAD_SIZE = 7, BUFFERS = 24 };
enum { BUFFER_BASE = 0, BUFFER_TIMESTAMP = 3, BUFFER_IS_INCOMPLETE = 7, BUFFER_SIZE_FILLED = 9,
       BUFFER_WIDTH = 10, BUFFER_HEIGHT = 11, BUFFER_FRAMEID = 16, BUFFER_PIXELFORMAT = 20,
       BUFFER_DATA_SIZE = 27 };
static const uint64_t LONG_MS = 20000;

typedef Code (*Info)(Handle, int32_t, int32_t *, void *, size_t *);
typedef Code (*NamedInfo)(Handle, const char *, int32_t, int32_t *, void *, size_t *);
typedef Code (*Id)(Handle, uint32_t, char *, size_t *);
typedef Code (*Count)(Handle, uint32_t *);
typedef Code (*Open)(Handle, const char *, Handle *);
typedef Code (*Update)(Handle, uint8_t *, uint64_t);
typedef Code (*On)(Handle);
typedef Code (*Plain)(void);
typedef Code (*OpenWith)(Handle, const char *, int32_t, Handle *);

static void *library;

static void *function(const char *name)
{
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "no function %s\n", name);
        exit(1);
    }
    return found;
}

/* dlsym returns an object pointer, which ISO C does not convert to a function's. */
#define CALL(type, name) (*(type *)&(void *){function(name)})

static void want(Code wanted, Code came, const char *what)
{
    if (came == wanted)
        return;
    fprintf(stderr, "%s: wanted %d, got %d\n", what, wanted, came);
    exit(1);
}

/* Prints a value as its type says. */
static void print(const char *name, int number, int32_t type, const void *value, size_t size)
{
    int32_t i;
    uint32_t u;
    uint64_t q;
    printf("%s%d ", name, number);
    switch (type) {
    case TYPE_STRING: printf("%s\n", (const char *)value); break;
    case TYPE_INT32: memcpy(&i, value, sizeof i); printf("%d\n", i); break;
    case TYPE_UINT32: memcpy(&u, value, sizeof u); printf("%u\n", u); break;
    case TYPE_UINT64:
    case TYPE_SIZET: memcpy(&q, value, sizeof q); printf("%llu\n", (unsigned long long)q); break;
    case TYPE_BOOL8: printf("%d\n", *(const uint8_t *)value != 0); break;
    default: printf("type %d, %zu bytes\n", type, size);
    }
}

static void print_infos(const char *name, Handle module, const char *id, int count)
{
    for (int i = 0; i < count; i++) {
        char value[512];
        size_t size = 0, room;
        int32_t type = 0;
        if (id)
            want(SUCCESS, CALL(NamedInfo, name)(module, id, i, NULL, NULL, &size), name);
        else
            want(SUCCESS, CALL(Info, name)(module, i, NULL, NULL, &size), name);
        room = size;
        if (room > sizeof value)
            want(0, 1, "an answer that is too long");
        if (id)
            want(SUCCESS, CALL(NamedInfo, name)(module, id, i, &type, value, &room), name);
        else
            want(SUCCESS, CALL(Info, name)(module, i, &type, value, &room), name);
        print(name, i, type, value, room);
    }
}

static void first_id(const char *count_name, const char *id_name, Handle module, char *id)
{
    uint32_t count = 0;
    size_t size = 256;
    want(SUCCESS, CALL(Count, count_name)(module, &count), count_name);
    if (!count)
        want(1, 0, count_name);
    want(SUCCESS, CALL(Id, id_name)(module, 0, id, &size), id_name);
}

typedef Code (*BufferInfo)(Handle, Handle, int32_t, int32_t *, void *, size_t *);

/* All that is asked for has 8 bytes but IS_INCOMPLETE. The type is not asked for. */
static uint64_t buffer_info(Handle stream, Handle buffer, int32_t what)
{
    uint64_t value = 0;
    size_t size = sizeof value;
    Code code = CALL(BufferInfo, "DSGetBufferInfo")(stream, buffer, what, NULL, &value, &size);
    want(SUCCESS, code, "DSGetBufferInfo");
    return value;
}

static uint16_t crc(const uint8_t *bytes, int count)
{
    uint32_t value = 0xFFFF;
    for (int i = 0; i < count; i++) {
        value ^= (uint32_t)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            value = value & 0x8000 ? value << 1 ^ 0x1021 : value << 1;
    }
    return (uint16_t)value;
}

/* The frame's number in the stamp of a Mono8 picture (see stamp.py), 0 if it cannot be read. */
static uint32_t stamp(const uint8_t *picture, size_t width)
{
    uint8_t bytes[15] = { 0 };
    size_t columns = width / 16 < 40 ? width / 16 : 40;
    for (size_t i = 0; i < 120; i++) {
        size_t x = i % columns * 16 + 8, y = i / columns * 16 + 8;
        bytes[i / 8] = (uint8_t)(bytes[i / 8] << 1 | (picture[y * width + x] > 128));
    }
    if (bytes[0] != 0xA5 || crc(bytes, 13) != (bytes[13] << 8 | bytes[14]))
        return 0;
    return (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4];
}

typedef Code (*Parts)(Handle, Handle, uint32_t *);
typedef Code (*PartInfo)(Handle, Handle, uint32_t, int32_t, int32_t *, void *, size_t *);

static void print_image(Handle stream, Handle buffer)
{
    uint32_t parts = 0;
    size_t size = 0;
    size_t width = (size_t)buffer_info(stream, buffer, BUFFER_WIDTH);
    const uint8_t *base = (const uint8_t *)(uintptr_t)buffer_info(stream, buffer, BUFFER_BASE);
    /* As Aravis: only a buffer that has no number of parts is taken for a plain picture. */
    want(NO_DATA, CALL(Parts, "DSGetNumBufferParts")(stream, buffer, &parts), "parts");
    want(NO_DATA, CALL(PartInfo, "DSGetBufferPartInfo")(stream, buffer, 0, 0, NULL, NULL, &size),
         "DSGetBufferPartInfo");
    printf("image %zu %llu 0x%llx %llu %llu %llu %u %d %d\n", width,
           (unsigned long long)buffer_info(stream, buffer, BUFFER_HEIGHT),
           (unsigned long long)buffer_info(stream, buffer, BUFFER_PIXELFORMAT),
           (unsigned long long)buffer_info(stream, buffer, BUFFER_SIZE_FILLED),
           (unsigned long long)buffer_info(stream, buffer, BUFFER_DATA_SIZE),
           (unsigned long long)buffer_info(stream, buffer, BUFFER_FRAMEID), stamp(base, width),
           (int)buffer_info(stream, buffer, BUFFER_IS_INCOMPLETE),
           buffer_info(stream, buffer, BUFFER_TIMESTAMP) > 0);
}

typedef Code (*Access)(Handle, uint64_t, void *, size_t *);
typedef Code (*Text)(Handle, char *, size_t *);

/* Finds a feature's register in the XML that the (deprecated) list of URLs leads to. */
static void write_feature(Handle port, const char *name, int64_t value)
{
    char url[512], mark[128];
    size_t size = sizeof url, length;
    want(SUCCESS, CALL(Text, "GCGetPortURL")(port, url, &size), "GCGetPortURL");
    if (size != strlen(url) + 2 || url[size - 1])
        want(0, 1, "another NUL behind the last URL");
    char *place = strchr(url, ';'), *rest;
    uint64_t address = strtoull(place + 1, &rest, 16);
    length = strtoull(rest + 1, NULL, 16);
    char *xml = calloc(1, length + 1);
    want(SUCCESS, CALL(Access, "GCReadPort")(port, address, xml, &length), "GCReadPort");
    snprintf(mark, sizeof mark, "Name=\"%s_Reg\"", name);
    char *node = strstr(xml, mark);
    if (!node || !(node = strstr(node, "<Address>")))
        want(0, 1, name);
    address = strtoull(node + strlen("<Address>"), NULL, 16);
    free(xml);
    size = sizeof value;
    want(SUCCESS, CALL(Access, "GCWritePort")(port, address, &value, &size), "GCWritePort");
}

typedef Code (*Allocate)(Handle, size_t, void *, Handle *);
typedef Code (*Wait)(Handle, void *, size_t *, uint64_t);
typedef Code (*Number)(Handle, int32_t);
typedef Code (*Start)(Handle, int32_t, uint64_t);
typedef Code (*Register)(Handle, int32_t, Handle *);
typedef Code (*Two)(Handle, Handle);
typedef Code (*Revoke)(Handle, Handle, void **, void **);

static void take_images(Handle device, long images)
{
    Handle port, stream, event, buffers[BUFFERS];
    size_t payload = 0, size = sizeof payload;
    struct { Handle buffer; void *user; } data;
    size_t data_size = sizeof data;

    want(SUCCESS, CALL(Two, "DevGetPort")(device, &port), "DevGetPort");
    want(SUCCESS, CALL(Open, "DevOpenDataStream")(device, "Stream0", &stream), "stream");
    print_infos("DSGetInfo", stream, NULL, STREAM_INFOS);
    want(SUCCESS, CALL(Info, "DSGetInfo")(stream, STREAM_PAYLOAD_SIZE, NULL, &payload, &size),
         "payload size");
    want(SUCCESS, CALL(Register, "GCRegisterEvent")(stream, EVENT_NEW_BUFFER, &event), "event");
    for (int i = 0; i < BUFFERS; i++)
        want(SUCCESS, CALL(Allocate, "DSAllocAndAnnounceBuffer")(stream, payload, NULL,
                                                                 &buffers[i]), "announce");
    want(SUCCESS, CALL(Number, "DSFlushQueue")(stream, QUEUE_ALL_TO_INPUT), "to input");

    /* A kill that nobody waits for ends the next wait. */
    want(TIMEOUT, CALL(Wait, "EventGetData")(event, &data, &data_size, 0), "nothing there");
    want(SUCCESS, CALL(On, "EventKill")(event), "EventKill");
    want(ABORT, CALL(Wait, "EventGetData")(event, &data, &data_size, LONG_MS), "killed");

    want(SUCCESS, CALL(Start, "DSStartAcquisition")(stream, 0, UINT64_MAX), "start");
    write_feature(port, "AcquisitionStart", 1);
    for (long i = 0; i < images; i++) {
        want(SUCCESS, CALL(Wait, "EventGetData")(event, &data, &data_size, LONG_MS), "image");
        print_image(stream, data.buffer);
        want(SUCCESS, CALL(Two, "DSQueueBuffer")(stream, data.buffer), "DSQueueBuffer");
    }
    /* Without a place for it an event is taken from the queue. */
    want(SUCCESS, CALL(Wait, "EventGetData")(event, NULL, &data_size, LONG_MS), "no place");
    write_feature(port, "AcquisitionStop", 1);
    want(SUCCESS, CALL(Number, "DSStopAcquisition")(stream, STOP_DEFAULT), "stop");
    want(SUCCESS, CALL(Number, "GCUnregisterEvent")(stream, EVENT_NEW_BUFFER), "unregister");
    want(INVALID_HANDLE, CALL(On, "EventKill")(event), "EventKill when unregistered");
    want(SUCCESS, CALL(Number, "DSFlushQueue")(stream, QUEUE_ALL_DISCARD), "discard");
    for (int i = 0; i < BUFFERS; i++)
        want(SUCCESS, CALL(Revoke, "DSRevokeBuffer")(stream, buffers[i], NULL, NULL), "revoke");
    want(SUCCESS, CALL(On, "DSClose")(stream), "DSClose");
}

int main(int count, char **arguments)
{
    Handle system, interface, device;
    char interface_id[256], device_id[256];
    library = count == 3 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "usage: consumer CTI IMAGES (%s)\n", count == 3 ? dlerror() : "");
        return 2;
    }
    want(SUCCESS, CALL(Plain, "GCInitLib")(), "GCInitLib");
    want(SUCCESS, CALL(On, "TLOpen")(&system), "TLOpen");
    print_infos("TLGetInfo", system, NULL, TL_INFOS);
    want(SUCCESS, CALL(Update, "TLUpdateInterfaceList")(system, NULL, 100), "interface list");
    first_id("TLGetNumInterfaces", "TLGetInterfaceID", system, interface_id);
    print_infos("TLGetInterfaceInfo", system, interface_id, INTERFACE_INFOS);

    want(SUCCESS, CALL(Open, "TLOpenInterface")(system, interface_id, &interface), "interface");
    want(SUCCESS, CALL(Update, "IFUpdateDeviceList")(interface, NULL, 100), "device list");
    first_id("IFGetNumDevices", "IFGetDeviceID", interface, device_id);
    print_infos("IFGetDeviceInfo", interface, device_id, DEVICE_INFOS);
    want(SUCCESS, CALL(On, "IFClose")(interface), "IFClose");

    /* A device that is known needs no list (GenTL 1.6, 3.3). */
    want(SUCCESS, CALL(Open, "TLOpenInterface")(system, interface_id, &interface), "again");
    want(SUCCESS, CALL(OpenWith, "IFOpenDevice")(interface, device_id, ACCESS_CONTROL, &device),
         "IFOpenDevice");
    print_infos("DevGetInfo", device, NULL, DEVICE_INFOS);
    take_images(device, strtol(arguments[2], NULL, 10));
    want(SUCCESS, CALL(On, "TLClose")(system), "TLClose");
    want(SUCCESS, CALL(Plain, "GCCloseLib")(), "GCCloseLib");
    dlclose(library);
    return 0;
}
