// The floor of draining cameras: a thread for each that does what must be done, and no more.
//
// A shared library, because who opens the cameras does not matter: the threads call the producer's
// own functions on the handles of a running stream. Per buffer: EventGetData, three questions of
// DSGetBufferInfo, DSQueueBuffer for all but the newest, which stays out of the queue until it is
// taken or replaced.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { kIsIncomplete = 7, kFrameId = 16, kTimestampNs = 28 };

static const uint64_t kWaitMs = 200;

// Functions of the producer (GenTL 1.6).
struct calls {
    int32_t (*event_get_data)(void *event, void *buffer, size_t *size, uint64_t timeout_ms);
    int32_t (*get_buffer_info)(void *stream, void *buffer, int32_t command, int32_t *type,
                               void *value, size_t *size);
    int32_t (*queue_buffer)(void *stream, void *buffer);
};

struct drain {
    struct calls calls;
    void *stream, *event;
    int64_t pause_ns;
    pthread_t thread;
    pthread_mutex_t lock;
    void *newest;  // with the lock held
    uint64_t last_id, last_timestamp_ns;
    atomic_ullong frames, incomplete, gaps;
    atomic_int thread_id;
    atomic_bool stop;
};

// EVENT_NEW_BUFFER_DATA.
struct new_buffer {
    void *buffer, *user_pointer;
};

static uint64_t ask(struct drain *d, void *buffer, int32_t command, size_t size) {
    uint64_t value = 0;
    int32_t type;
    d->calls.get_buffer_info(d->stream, buffer, command, &type, &value, &size);
    return value;
}

static bool is_complete(struct drain *d, void *buffer) {
    const uint64_t id = ask(d, buffer, kFrameId, sizeof id);
    if (d->last_id && id > d->last_id + 1) atomic_fetch_add(&d->gaps, id - d->last_id - 1);
    d->last_id = id;
    d->last_timestamp_ns = ask(d, buffer, kTimestampNs, sizeof id);
    if (ask(d, buffer, kIsIncomplete, 1)) {
        atomic_fetch_add(&d->incomplete, 1);
        return false;
    }
    atomic_fetch_add(&d->frames, 1);
    return true;
}

static void *keep(struct drain *d, void *buffer) {
    pthread_mutex_lock(&d->lock);
    void *replaced = d->newest;
    d->newest = buffer;
    pthread_mutex_unlock(&d->lock);
    return replaced;
}

static void *run(void *argument) {
    struct drain *d = argument;
    atomic_store(&d->thread_id, (int)syscall(SYS_gettid));
    const struct timespec pause_time = {d->pause_ns / 1000000000, d->pause_ns % 1000000000};
    while (!atomic_load(&d->stop)) {
        if (d->pause_ns) nanosleep(&pause_time, NULL);
        void *newest = NULL;
        struct new_buffer event;
        size_t size = sizeof event;
        uint64_t timeout_ms = kWaitMs;
        while (!d->calls.event_get_data(d->event, &event, &size, timeout_ms)) {
            timeout_ms = 0;
            size = sizeof event;
            if (!is_complete(d, event.buffer)) {
                d->calls.queue_buffer(d->stream, event.buffer);
                continue;
            }
            if (newest) d->calls.queue_buffer(d->stream, newest);
            newest = event.buffer;
        }
        if (newest) {
            void *replaced = keep(d, newest);
            if (replaced) d->calls.queue_buffer(d->stream, replaced);
        }
    }
    return NULL;
}

// Drain a running stream until drain_stop; with pause_us before each wait, if not 0.
struct drain *drain_start(const struct calls *calls, void *stream, void *event, uint64_t pause_us) {
    struct drain *d = calloc(1, sizeof *d);
    if (!d) return NULL;
    d->calls = *calls;
    d->stream = stream;
    d->event = event;
    d->pause_ns = (int64_t)pause_us * 1000;
    pthread_mutex_init(&d->lock, NULL);
    if (pthread_create(&d->thread, NULL, run, d)) {
        free(d);
        return NULL;
    }
    return d;
}

// The newest complete buffer, or NULL; to be given back with DSQueueBuffer.
void *drain_take(struct drain *d) { return keep(d, NULL); }

uint64_t drain_frames(struct drain *d) { return atomic_load(&d->frames); }

uint64_t drain_gaps(struct drain *d) { return atomic_load(&d->gaps); }

int drain_thread_id(struct drain *d) { return atomic_load(&d->thread_id); }

void drain_stop(struct drain *d) {
    atomic_store(&d->stop, true);
    pthread_join(d->thread, NULL);
    free(d);
}
