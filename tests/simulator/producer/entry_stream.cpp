// Exported functions: data stream (DS).
#include "answer.h"
#include "library.h"
#include "stream.h"

using namespace camsim;

namespace {

std::shared_ptr<Stream> stream_of(Handle handle) { return library()->registry.get<Stream>(handle); }

// The parts, segments and flows of what is always one plain picture.
void no_such_buffer_part(Handle handle, Handle buffer) {
    stream_of(handle)->buffers->with(buffer, [](const Buffer&) {});
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
        require(flags == 0, GC_ERR_INVALID_PARAMETER, "unknown ACQ_START_FLAGS");
        stream->start(frames);
    });
}

CAMSIM_EXPORT DSStopAcquisition(Handle handle, int32_t flags) {
    return guarded([&] {
        const auto stream = stream_of(handle);
        require(flags == ACQ_STOP_FLAGS_DEFAULT || flags == ACQ_STOP_FLAGS_KILL,
                GC_ERR_INVALID_PARAMETER, "unknown ACQ_STOP_FLAGS");
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
        const auto stream = stream_of(handle);
        require(entries || !count, GC_ERR_INVALID_PARAMETER, "pInfoStacked is NULL");
        for (size_t i = 0; i < count; ++i) {
            // The fields of the packed structure are not aligned.
            BufferInfoEntry entry = entries[i];
            int32_t type = INFO_DATATYPE_UNKNOWN;
            size_t size = entry.size;
            entry.result = guarded(
                [&] { stream->buffer_info(buffer, entry.command, &type, entry.buffer, &size); });
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
        no_such_buffer_part(handle, buffer);
        require_pointer(count, "piNumParts");
        *count = 0;
    });
}

CAMSIM_EXPORT DSGetBufferPartInfo(Handle handle, Handle buffer, uint32_t, int32_t, int32_t*, void*,
                                  size_t*) {
    return guarded([&] {
        no_such_buffer_part(handle, buffer);
        fail(GC_ERR_INVALID_INDEX, "the buffer has no parts");
    });
}

CAMSIM_EXPORT DSGetBufferPartInfoStacked(Handle handle, Handle buffer, PartInfoEntry* entries,
                                         size_t count) {
    return guarded([&] {
        no_such_buffer_part(handle, buffer);
        require(entries || !count, GC_ERR_INVALID_PARAMETER, "pInfoStacked is NULL");
        for (size_t i = 0; i < count; ++i) entries[i].result = GC_ERR_INVALID_INDEX;
    });
}

CAMSIM_EXPORT DSAnnounceCompositeBuffer(Handle handle, size_t, void**, size_t*, void*, Handle*) {
    return guarded([&] {
        stream_of(handle);
        fail(GC_ERR_NOT_IMPLEMENTED, "no composite buffers");
    });
}

CAMSIM_EXPORT DSGetNumFlows(Handle handle, uint32_t* count) {
    return guarded([&] {
        stream_of(handle);
        require_pointer(count, "piNumFlows");
        *count = 0;
    });
}

CAMSIM_EXPORT DSGetFlowInfo(Handle handle, uint32_t, int32_t, int32_t*, void*, size_t*) {
    return guarded([&] {
        stream_of(handle);
        fail(GC_ERR_INVALID_INDEX, "the stream has no flows");
    });
}

CAMSIM_EXPORT DSGetNumBufferSegments(Handle handle, Handle buffer, uint32_t* count) {
    return guarded([&] {
        no_such_buffer_part(handle, buffer);
        require_pointer(count, "piNumSegments");
        *count = 0;
    });
}

CAMSIM_EXPORT DSGetBufferSegmentInfo(Handle handle, Handle buffer, uint32_t, int32_t, int32_t*,
                                     void*, size_t*) {
    return guarded([&] {
        no_such_buffer_part(handle, buffer);
        fail(GC_ERR_INVALID_INDEX, "the buffer has no segments");
    });
}
