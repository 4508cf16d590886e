#include "event.h"

#include <chrono>

#include "answer.h"

namespace camsim {
namespace {

// Longer waits are as good as infinite, and no clock overflows.
constexpr uint64_t kLongestWaitMs = 1000ull * 3600 * 24 * 365;

}  // namespace

int32_t Event::wait(void* buffer, size_t* size, uint64_t timeout_ms) {
    std::unique_lock<std::mutex> lock(source_->mutex);
    if (buffer && *size < sizeof(NewBufferData)) {
        return set_last_error(GC_ERR_BUFFER_TOO_SMALL, "the buffer for the event is too small");
    }
    const auto ready = [this] { return kills_ || closed_ || source_->queued(); };
    if (timeout_ms && !ready()) {
        const auto longest = std::chrono::milliseconds(std::min(timeout_ms, kLongestWaitMs));
        source_->arrived.wait_until(lock, std::chrono::steady_clock::now() + longest, ready);
    }
    if (kills_) {
        --kills_;
        return set_last_error(GC_ERR_ABORT, "the wait was killed");
    }
    if (closed_) return set_last_error(GC_ERR_ABORT, "the event was unregistered");
    if (!source_->queued()) return set_last_error(GC_ERR_TIMEOUT, "no event within the timeout");
    const NewBufferData data = source_->pop();
    *size = sizeof data;
    if (buffer) std::memcpy(buffer, &data, sizeof data);
    return GC_ERR_SUCCESS;
}

void Event::info(int32_t command, int32_t* out_type, void* buffer, size_t* size) {
    const Answer answer(out_type, buffer, size);
    const std::lock_guard<std::mutex> guard(source_->mutex);
    switch (command) {
        case EVENT_EVENT_TYPE: return answer.int32(type);
        case EVENT_NUM_IN_QUEUE: return answer.size(source_->queued());
        case EVENT_NUM_FIRED: return answer.uint64(source_->fired());
        case EVENT_SIZE_MAX:
        case EVENT_INFO_DATA_SIZE_MAX: return answer.size(sizeof(NewBufferData));
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown EVENT_INFO_CMD");
    }
}

void Event::data_info(const void* data, size_t data_size, int32_t command, int32_t* out_type,
                      void* buffer, size_t* size) const {
    const Answer answer(out_type, buffer, size);
    require(type == EVENT_NEW_BUFFER, GC_ERR_NO_DATA, "this event has no data");
    require_pointer(data, "pInBuffer");
    require(data_size >= sizeof(NewBufferData), GC_ERR_INVALID_PARAMETER, "no event data");
    NewBufferData event;
    std::memcpy(&event, data, sizeof event);
    switch (command) {
        case EVENT_DATA_ID: return answer.pointer(event.buffer);
        case EVENT_DATA_VALUE: return answer.pointer(event.user_pointer);
        case EVENT_DATA_NUMID: fail(GC_ERR_NOT_AVAILABLE, "a new buffer has no numeric ID");
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown EVENT_DATA_INFO_CMD");
    }
}

void Event::flush() {
    const std::lock_guard<std::mutex> guard(source_->mutex);
    source_->discard();
}

void Event::kill() {
    const std::lock_guard<std::mutex> guard(source_->mutex);
    ++kills_;
    source_->arrived.notify_all();
}

void Event::close() {
    const std::lock_guard<std::mutex> guard(source_->mutex);
    closed_ = true;
    source_->discard();
    source_->arrived.notify_all();
}

}  // namespace camsim
