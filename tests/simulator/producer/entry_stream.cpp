// Exported functions: data stream (DS).
#include "answer.h"
#include "library.h"
#include "stream.h"

using namespace camsim;

namespace {

std::shared_ptr<Stream> stream_of(Handle handle) { return library()->registry.get<Stream>(handle); }

std::shared_ptr<Stream> stream_with(Handle handle, Handle buffer) {
    auto stream = stream_of(handle);
    stream->buffers->with(buffer, [](const Buffer&) {});
    return stream;
}

// GenTL 1.6, 6.3.5.15: a buffer that DSGetBufferInfo describes as a whole has no number of parts,
// not even 0. A consumer that is told 0 parts takes the buffer for one without a picture (Aravis).
[[noreturn]] void no_parts() { fail(GC_ERR_NO_DATA, "the buffer is a plain picture, in no parts"); }

// Of GenTL 1.6, which a producer may leave out as a whole.
[[noreturn]] void no_composite_buffers() {
    fail(GC_ERR_NOT_IMPLEMENTED, "no flows, segments or composite buffers");
}

}  // namespace

CAMSIM_EXPORT DSClose(Handle handle) {
    return guarded([&] {
        stream_of(handle);
        library()->registry.close(handle);
    });
}

CAMSIM_EXPORT DSAnnounceBuffer(Handle handle, void* memory, size_t size, void* user_pointer,
                               Handle* buffer) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require_pointer(memory, "pBuffer");
        require_pointer(buffer, "phBuffer");
        *buffer = stream->buffers->announce(memory, size, user_pointer);
    });
}

CAMSIM_EXPORT DSAllocAndAnnounceBuffer(Handle handle, size_t size, void* user_pointer,
                                       Handle* buffer) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require_pointer(buffer, "phBuffer");
        *buffer = stream->buffers->announce(nullptr, size, user_pointer);
    });
}

CAMSIM_EXPORT DSFlushQueue(Handle handle, int32_t operation) {
    return guarded([&] { stream_of(handle)->buffers->flush(operation); });
}

CAMSIM_EXPORT DSStartAcquisition(Handle handle, int32_t flags, uint64_t frames) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require(flags == 0, GC_ERR_NOT_IMPLEMENTED, "unknown ACQ_START_FLAGS");
        stream->start(frames);
    });
}

CAMSIM_EXPORT DSStopAcquisition(Handle handle, int32_t flags) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require(flags == ACQ_STOP_FLAGS_DEFAULT || flags == ACQ_STOP_FLAGS_KILL,
                GC_ERR_NOT_IMPLEMENTED, "unknown ACQ_STOP_FLAGS");
        stream->stop();
    });
}

CAMSIM_EXPORT DSGetInfo(Handle handle, int32_t command, int32_t* type, void* buffer, size_t* size) {
    return guarded([&] { stream_of(handle)->info(command, type, buffer, size); });
}

CAMSIM_EXPORT DSGetBufferID(Handle handle, uint32_t index, Handle* buffer) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require_pointer(buffer, "phBuffer");
        *buffer = stream->buffers->handle_at(index);
    });
}

CAMSIM_EXPORT DSRevokeBuffer(Handle handle, Handle buffer, void** memory, void** user_pointer) {
    return guarded([&] { stream_of(handle)->revoke(buffer, memory, user_pointer); });
}

CAMSIM_EXPORT DSQueueBuffer(Handle handle, Handle buffer) {
    return guarded([&] { stream_of(handle)->buffers->queue(buffer); });
}

CAMSIM_EXPORT DSGetBufferInfo(Handle handle, Handle buffer, int32_t command, int32_t* type,
                              void* out, size_t* size) {
    return guarded([&] { stream_of(handle)->buffer_info(buffer, command, type, out, size); });
}

CAMSIM_EXPORT DSGetBufferInfoStacked(Handle handle, Handle buffer, BufferInfoEntry* entries,
                                     size_t count) {
    return guarded([&] {
        const auto stream = stream_with(handle, buffer);
        require(entries && count, GC_ERR_INVALID_PARAMETER, "no pInfoStacked");
        for (size_t i = 0; i < count; ++i) {
            // The fields of the packed structure are not aligned.
            BufferInfoEntry entry = entries[i];
            int32_t type = INFO_DATATYPE_UNKNOWN;
            size_t size = entry.size;
            // What one of them fails with is not the thread's last error.
            try {
                stream->buffer_info(buffer, entry.command, &type, entry.buffer, &size);
                entry.result = GC_ERR_SUCCESS;
            } catch (const Failure& failure) {
                entry.result = failure.code;
            }
            entry.type = type;
            entry.size = size;
            entries[i] = entry;
        }
    });
}

CAMSIM_EXPORT DSGetBufferChunkData(Handle handle, Handle buffer, SingleChunk* chunks,
                                   size_t* count) {
    return guarded([&] { stream_of(handle)->chunks(buffer, chunks, count); });
}

CAMSIM_EXPORT DSGetParentDev(Handle handle, Handle* device) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require_pointer(device, "phDevice");
        *device = stream->device->handle;
    });
}

CAMSIM_EXPORT DSGetNumBufferParts(Handle handle, Handle buffer, uint32_t* count) {
    return guarded([&] {
        stream_with(handle, buffer);
        require_pointer(count, "piNumParts");
        no_parts();
    });
}

CAMSIM_EXPORT DSGetBufferPartInfo(Handle handle, Handle buffer, uint32_t, int32_t, int32_t*, void*,
                                  size_t* size) {
    return guarded([&] {
        stream_with(handle, buffer);
        require_pointer(size, "piSize");
        no_parts();
    });
}

CAMSIM_EXPORT DSGetBufferPartInfoStacked(Handle handle, Handle buffer, PartInfoEntry* entries,
                                         size_t count) {
    return guarded([&] {
        stream_with(handle, buffer);
        require(entries && count, GC_ERR_INVALID_PARAMETER, "no pInfoStacked");
        no_parts();
    });
}

CAMSIM_EXPORT DSAnnounceCompositeBuffer(Handle handle, size_t, void**, size_t*, void*, Handle*) {
    return guarded([&] {
        stream_of(handle);
        no_composite_buffers();
    });
}

CAMSIM_EXPORT DSGetNumFlows(Handle handle, uint32_t*) {
    return guarded([&] {
        stream_of(handle);
        no_composite_buffers();
    });
}

CAMSIM_EXPORT DSGetFlowInfo(Handle handle, uint32_t, int32_t, int32_t*, void*, size_t*) {
    return guarded([&] {
        stream_of(handle);
        no_composite_buffers();
    });
}

CAMSIM_EXPORT DSGetNumBufferSegments(Handle handle, Handle buffer, uint32_t*) {
    return guarded([&] {
        stream_with(handle, buffer);
        no_composite_buffers();
    });
}

CAMSIM_EXPORT DSGetBufferSegmentInfo(Handle handle, Handle buffer, uint32_t, int32_t, int32_t*,
                                     void*, size_t*) {
    return guarded([&] {
        stream_with(handle, buffer);
        no_composite_buffers();
    });
}
