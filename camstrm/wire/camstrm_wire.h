/* camstrm wire format, version 1, for clients in C and C++ (C99, no dependencies).
 * FORMAT.md beside this file is the normative text. Little-endian hosts may map the
 * structures onto received bytes; others must swap. Check sizes before you trust them:
 * camstrm_bundle_check() does. */
#ifndef CAMSTRM_WIRE_H
#define CAMSTRM_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CAMSTRM_BUNDLE_MAGIC "CSFB"
#define CAMSTRM_PACKET_MAGIC "CSPK"
#define CAMSTRM_VERSION 1
#define CAMSTRM_MAX_CAMERAS 256
#define CAMSTRM_MAX_BUNDLE_SIZE 67108864u

enum camstrm_state {
    CAMSTRM_STATE_CLOSED = 0,
    CAMSTRM_STATE_OPENING = 1,
    CAMSTRM_STATE_STREAMING = 2,
    CAMSTRM_STATE_STALLED = 3,
    CAMSTRM_STATE_LOST = 4,
    CAMSTRM_STATE_BACKING_OFF = 5,
    CAMSTRM_STATE_UNSUPPORTED = 6,
    CAMSTRM_STATE_WAITING_FOR_TRIGGER = 7,
    CAMSTRM_STATE_RECONFIGURING = 8
};

enum camstrm_encoding { CAMSTRM_ENCODING_NONE = 0, CAMSTRM_ENCODING_JPEG = 1 };

enum camstrm_flag { CAMSTRM_FLAG_FRAME_ID = 1, CAMSTRM_FLAG_DEVICE_TIMESTAMP = 2 };

enum camstrm_packet_kind {
    CAMSTRM_PACKET_TEXT = 1,
    CAMSTRM_PACKET_BUNDLE = 2,
    CAMSTRM_PACKET_DATA = 3
};

#pragma pack(push, 1)
typedef struct camstrm_packet_header { /* 16 bytes */
    char magic[4];
    uint8_t version;
    uint8_t header_size;
    uint16_t kind;
    uint32_t size;
    uint32_t reserved;
} camstrm_packet_header;

typedef struct camstrm_bundle_header { /* 32 bytes */
    char magic[4];
    uint8_t version;
    uint8_t flags;
    uint16_t header_size;
    uint16_t camera_count;
    uint16_t reserved;
    uint32_t total_size;
    uint64_t seq;
    uint64_t timestamp_us;
} camstrm_bundle_header;

typedef struct camstrm_camera_header { /* 72 bytes */
    uint16_t header_size;
    uint16_t camera_index;
    uint8_t state;
    uint8_t encoding;
    uint16_t flags;
    uint32_t payload_size;
    uint32_t pixel_format;
    uint64_t frame_id;
    uint64_t device_timestamp_ns;
    uint64_t capture_time_us;
    uint64_t encoded_time_us;
    uint64_t state_since_us;
    uint32_t width;
    uint32_t height;
    uint32_t source_width;
    uint32_t source_height;
} camstrm_camera_header;

typedef struct camstrm_view_header { /* 24 bytes */
    uint32_t view; /* 0: the default view */
    uint32_t reserved;
    uint32_t x;
    uint32_t y;
    uint32_t region_width;
    uint32_t region_height;
} camstrm_view_header;
#pragma pack(pop)

/* Read the camera header at *offset and move *offset behind its payload.
 * Returns 0, or -1 if the bytes do not hold one. *payload points into data. */
static inline int camstrm_next_camera(const uint8_t *data, size_t size, size_t *offset,
                                      camstrm_camera_header *header, const uint8_t **payload)
{
    if (*offset > size || size - *offset < sizeof *header) {
        return -1;
    }
    memcpy(header, data + *offset, sizeof *header);
    if (header->header_size < sizeof *header || header->header_size > size - *offset) {
        return -1;
    }
    *offset += header->header_size;
    if (header->payload_size > size - *offset) {
        return -1;
    }
    *payload = data + *offset;
    *offset += header->payload_size;
    return 0;
}

/* Say which view an entry is. header and payload are those of camstrm_next_camera(); the
 * fields follow the camera header where it is long enough, else they are all 0. */
static inline void camstrm_view_of(const camstrm_camera_header *header, const uint8_t *payload,
                                   camstrm_view_header *view)
{
    memset(view, 0, sizeof *view);
    if (header->header_size >= sizeof *header + sizeof *view) {
        memcpy(view, payload - header->header_size + sizeof *header, sizeof *view);
        if (view->view == 0) {
            memset(view, 0, sizeof *view);
        }
    }
}

/* Check a whole message. Returns 0 and fills *header, or -1 if it is no bundle of this
 * version. Afterwards camstrm_next_camera() from offset header->header_size succeeds
 * camera_count times. */
static inline int camstrm_bundle_check(const uint8_t *data, size_t size,
                                       camstrm_bundle_header *header)
{
    camstrm_camera_header camera;
    const uint8_t *payload;
    size_t offset;
    unsigned i;

    if (size < sizeof *header) {
        return -1;
    }
    memcpy(header, data, sizeof *header);
    if (memcmp(header->magic, CAMSTRM_BUNDLE_MAGIC, 4) != 0 ||
        header->version != CAMSTRM_VERSION || header->header_size < sizeof *header ||
        header->camera_count > CAMSTRM_MAX_CAMERAS ||
        header->total_size > CAMSTRM_MAX_BUNDLE_SIZE || header->total_size != size) {
        return -1;
    }
    offset = header->header_size;
    for (i = 0; i < header->camera_count; i++) {
        if (camstrm_next_camera(data, size, &offset, &camera, &payload) != 0) {
            return -1;
        }
    }
    return offset == size ? 0 : -1;
}

#endif
