/* Read one bundle per line of standard input (a file name) with camstrm_wire.h and print
 * what it holds as one line of JSON, in the form of tests/vectors; "-1" where it is refused.
 * Compiles as C99 and as C++17. */
#include "camstrm_wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef char packet_header_size[sizeof(camstrm_packet_header) == 16 ? 1 : -1];
typedef char bundle_header_size[sizeof(camstrm_bundle_header) == 32 ? 1 : -1];
typedef char camera_header_size[sizeof(camstrm_camera_header) == 72 ? 1 : -1];
typedef char view_header_size[sizeof(camstrm_view_header) == 24 ? 1 : -1];

static void print_bundle_header(const camstrm_bundle_header *h)
{
    printf("{\"bundle\":{\"magic\":\"%.4s\",\"version\":%u,\"flags\":%u,\"header_size\":%u,"
           "\"camera_count\":%u,\"reserved\":%u,\"total_size\":%" PRIu32 ",\"seq\":\"%" PRIu64
           "\",\"timestamp_us\":\"%" PRIu64 "\"},\"cameras\":[",
           h->magic, h->version, h->flags, h->header_size, h->camera_count, h->reserved,
           h->total_size, h->seq, h->timestamp_us);
}

static void print_camera(const camstrm_camera_header *h, const uint8_t *payload)
{
    camstrm_view_header view;
    uint32_t i;

    camstrm_view_of(h, payload, &view);
    printf("{\"header_size\":%u,\"camera_index\":%u,\"state\":%u,\"encoding\":%u,\"flags\":%u,"
           "\"payload_size\":%" PRIu32 ",\"pixel_format\":%" PRIu32 ",\"frame_id\":\"%" PRIu64
           "\",\"device_timestamp_ns\":\"%" PRIu64 "\",\"capture_time_us\":\"%" PRIu64
           "\",\"encoded_time_us\":\"%" PRIu64 "\",\"state_since_us\":\"%" PRIu64
           "\",\"width\":%" PRIu32 ",\"height\":%" PRIu32 ",\"source_width\":%" PRIu32
           ",\"source_height\":%" PRIu32,
           h->header_size, h->camera_index, h->state, h->encoding, h->flags, h->payload_size,
           h->pixel_format, h->frame_id, h->device_timestamp_ns, h->capture_time_us,
           h->encoded_time_us, h->state_since_us, h->width, h->height, h->source_width,
           h->source_height);
    printf(",\"view\":%" PRIu32 ",\"reserved\":%" PRIu32 ",\"x\":%" PRIu32 ",\"y\":%" PRIu32
           ",\"region_width\":%" PRIu32 ",\"region_height\":%" PRIu32 ",\"payload\":\"",
           view.view, view.reserved, view.x, view.y, view.region_width, view.region_height);
    for (i = 0; i < h->payload_size; i++) {
        printf("%02x", payload[i]);
    }
    printf("\"}");
}

/* Walk bytes that camstrm_bundle_check() refused: camstrm_next_camera() alone must not
 * lead past the end either. Returns 0, or -1 if it did. */
static int walk(const uint8_t *data, size_t size)
{
    camstrm_camera_header camera;
    const uint8_t *payload;
    size_t offset = sizeof(camstrm_bundle_header);

    while (camstrm_next_camera(data, size, &offset, &camera, &payload) == 0) {
        if (offset > size || payload + camera.payload_size != data + offset) {
            return -1;
        }
    }
    return 0;
}

static void print_bundle(const uint8_t *data, size_t size)
{
    camstrm_bundle_header bundle;
    camstrm_camera_header camera;
    const uint8_t *payload;
    size_t offset;
    unsigned i;

    if (camstrm_bundle_check(data, size, &bundle) != 0) {
        printf(walk(data, size) == 0 ? "-1\n" : "walked past the end\n");
        return;
    }
    print_bundle_header(&bundle);
    offset = bundle.header_size;
    for (i = 0; i < bundle.camera_count; i++) {
        if (camstrm_next_camera(data, size, &offset, &camera, &payload) != 0) {
            printf("refused after camstrm_bundle_check() accepted it\n");
            return;
        }
        printf(i ? "," : "");
        print_camera(&camera, payload);
    }
    printf("]}\n");
}

int main(void)
{
    char name[4096];

    while (fgets(name, sizeof name, stdin)) {
        uint8_t *data;
        size_t size;
        FILE *file;

        name[strcspn(name, "\n")] = '\0';
        file = fopen(name, "rb");
        if (!file || fseek(file, 0, SEEK_END) != 0) {
            return 1;
        }
        size = (size_t)ftell(file);
        rewind(file);
        /* Exactly as large as the message, so that a sanitizer sees one byte too far. */
        data = (uint8_t *)malloc(size ? size : 1);
        if (!data || fread(data, 1, size, file) != size) {
            return 1;
        }
        fclose(file);
        print_bundle(data, size);
        free(data);
    }
    return 0;
}
