#include "buffer_queue.h"

#include <algorithm>
#include <cstdlib>

#include "failure.h"
#include "library.h"

namespace camsim {

using Place = Buffer::Place;

// All of these run with 'mutex' held.

Buffer& BufferQueue::find(Handle handle) {
    const auto found = buffers_.find(handle);
    if (found == buffers_.end()) fail(GC_ERR_INVALID_HANDLE, "no such buffer");
    return *found->second;
}

void BufferQueue::to_input(Buffer& buffer) {
    buffer.place = Place::Input;
    buffer.new_data = false;
    input_.push_back(&buffer);
}

void BufferQueue::tell() {
    shared_.set(Slot::announced, buffers_.size());
    shared_.set(Slot::queued, input_.size() + filling_);
    shared_.set(Slot::awaiting, output_.size());
}

NewBufferData BufferQueue::pop() {
    const bool newest = mode == HandlingMode::NewestFirst;
    Buffer* buffer = newest ? output_.back() : output_.front();
    if (newest) {
        output_.pop_back();
    } else {
        output_.pop_front();
    }
    buffer->place = Place::Idle;
    shared_.count(Slot::fetched);
    tell();
    return {buffer->handle, buffer->user_pointer};
}

void BufferQueue::discard() {
    for (Buffer* buffer : output_) buffer->place = Place::Idle;
    output_.clear();
    tell();
}

// The public ones take it.

Handle BufferQueue::announce(void* memory, size_t size, void* user_pointer) {
    require(size > 0, GC_ERR_INVALID_PARAMETER, "a buffer of no bytes");
    auto buffer = std::make_unique<Buffer>();
    if (!memory) {
        buffer->own = std::make_unique<uint8_t[]>(size);
        memory = buffer->own.get();
    }
    const std::lock_guard<std::mutex> guard(mutex);
    for (const auto& [handle, other] : buffers_) {
        require(other->base != memory, GC_ERR_RESOURCE_IN_USE, "this memory is announced already");
    }
    buffer->handle = fresh_handle();
    buffer->base = static_cast<uint8_t*>(memory);
    buffer->size = size;
    buffer->user_pointer = user_pointer;
    const Handle handle = buffer->handle;
    order_.push_back(handle);
    buffers_[handle] = std::move(buffer);
    tell();
    return handle;
}

void BufferQueue::revoke(Handle handle, bool running, void** memory, void** user_pointer) {
    const std::lock_guard<std::mutex> guard(mutex);
    Buffer& buffer = find(handle);
    const bool held = buffer.place == Place::Filling || (running && buffer.place != Place::Idle);
    require(!held, GC_ERR_BUSY, "the buffer is in use");
    if (memory) *memory = buffer.own ? nullptr : buffer.base;
    if (user_pointer) *user_pointer = buffer.user_pointer;
    for (auto* queue : {&input_, &output_}) {
        queue->erase(std::remove(queue->begin(), queue->end(), &buffer), queue->end());
    }
    order_.erase(std::find(order_.begin(), order_.end(), handle));
    buffers_.erase(handle);
    tell();
}

void BufferQueue::revoke_all() {
    const std::lock_guard<std::mutex> guard(mutex);
    input_.clear();
    output_.clear();
    order_.clear();
    buffers_.clear();
    tell();
}

void BufferQueue::queue(Handle handle) {
    const std::lock_guard<std::mutex> guard(mutex);
    Buffer& buffer = find(handle);
    require(buffer.place == Place::Idle, GC_ERR_RESOURCE_IN_USE, "the buffer is queued already");
    to_input(buffer);
    shared_.count(Slot::queue_calls);
    tell();
}

void BufferQueue::flush(int32_t operation) {
    const std::lock_guard<std::mutex> guard(mutex);
    switch (operation) {
        case ACQ_QUEUE_INPUT_TO_OUTPUT:
            for (Buffer* buffer : input_) {
                buffer->place = Place::Output;
                buffer->frame = FrameInfo{};
                output_.push_back(buffer);
                ++fired_;
            }
            input_.clear();
            arrived.notify_all();
            break;
        case ACQ_QUEUE_OUTPUT_DISCARD: discard(); break;
        case ACQ_QUEUE_ALL_TO_INPUT:
            output_.clear();
            for (const Handle handle : order_) {
                Buffer& buffer = find(handle);
                if (buffer.place == Place::Idle || buffer.place == Place::Output) to_input(buffer);
            }
            break;
        case ACQ_QUEUE_UNQUEUED_TO_INPUT:
            for (const Handle handle : order_) {
                Buffer& buffer = find(handle);
                if (buffer.place == Place::Idle) to_input(buffer);
            }
            break;
        case ACQ_QUEUE_ALL_DISCARD:
            discard();
            for (Buffer* buffer : input_) buffer->place = Place::Idle;
            input_.clear();
            for (const auto& [handle, buffer] : buffers_) {
                if (buffer->place == Place::Filling) buffer->discard = true;
            }
            break;
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown ACQ_QUEUE_TYPE");
    }
    tell();
}

Handle BufferQueue::handle_at(uint32_t index) {
    const std::lock_guard<std::mutex> guard(mutex);
    require(index < order_.size(), GC_ERR_INVALID_INDEX, "there is no such buffer");
    return order_[index];
}

Buffer* BufferQueue::take_input() {
    const std::lock_guard<std::mutex> guard(mutex);
    if (input_.empty() && mode == HandlingMode::OldestFirstOverwrite && !output_.empty()) {
        to_input(*output_.front());
        output_.pop_front();
        shared_.count(Slot::dropped);
    }
    if (input_.empty()) return nullptr;
    Buffer* buffer = input_.front();
    input_.pop_front();
    buffer->place = Place::Filling;
    buffer->discard = false;
    ++filling_;
    tell();
    return buffer;
}

void BufferQueue::deliver(Buffer* buffer) {
    const std::lock_guard<std::mutex> guard(mutex);
    --filling_;
    if (buffer->discard) {
        buffer->place = Place::Idle;
        tell();
        return;
    }
    if (mode == HandlingMode::NewestOnly) {
        for (Buffer* older : output_) {
            to_input(*older);
            shared_.count(Slot::dropped);
        }
        output_.clear();
    }
    buffer->place = Place::Output;
    buffer->new_data = true;
    output_.push_back(buffer);
    ++fired_;
    shared_.count(Slot::delivered);
    if (buffer->frame.incomplete) shared_.count(Slot::incomplete);
    tell();
    arrived.notify_one();
}

void BufferQueue::give_back(Buffer* buffer) {
    const std::lock_guard<std::mutex> guard(mutex);
    --filling_;
    buffer->place = Place::Idle;
    tell();
}

size_t BufferQueue::announced_count() {
    const std::lock_guard<std::mutex> guard(mutex);
    return buffers_.size();
}

size_t BufferQueue::input_count() {
    const std::lock_guard<std::mutex> guard(mutex);
    return input_.size() + filling_;
}

size_t BufferQueue::output_count() {
    const std::lock_guard<std::mutex> guard(mutex);
    return output_.size();
}

}  // namespace camsim
