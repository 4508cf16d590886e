// The announced buffers of a stream: input pool, output queue, and what was last put into each.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "event.h"
#include "gentl_abi.h"
#include "shared_camera.h"

namespace camsim {

// What a buffer holds since it was filled.
struct FrameInfo {
    size_t size_filled = 0, data_size = 0;
    size_t width = 0, height = 0, x_offset = 0, y_offset = 0;
    size_t image_bytes = 0, chunk_bytes = 0;
    uint64_t frame_id = 0, timestamp_ns = 0, pixel_format = 0;
    bool incomplete = false, larger_than_buffer = false;
    bool has_frame_id = true, has_timestamp = true;
};

struct Buffer {
    enum class Place { Idle, Input, Filling, Output };

    Handle handle = nullptr;
    uint8_t* base = nullptr;
    size_t size = 0;
    void* user_pointer = nullptr;
    std::unique_ptr<uint8_t[]> own;  // memory of DSAllocAndAnnounceBuffer
    Place place = Place::Idle;
    bool discard = false;   // while it was being filled, all buffers were discarded
    bool new_data = false;
    uint64_t ground = 0;    // which picture's ground it holds
    FrameInfo frame;
};

enum class HandlingMode { OldestFirst, OldestFirstOverwrite, NewestOnly, NewestFirst };

class BufferQueue : public EventSource {
  public:
    explicit BufferQueue(SharedCamera& shared) : shared_(shared) {}

    Handle announce(void* memory, size_t size, void* user_pointer);
    void revoke(Handle handle, bool running, void** memory, void** user_pointer);
    void revoke_all();
    void queue(Handle handle);
    void flush(int32_t operation);
    Handle handle_at(uint32_t index);
    // Calls look(buffer) with the lock held; throws Failure for no such buffer.
    template <class Look>
    void with(Handle handle, Look&& look) {
        const std::lock_guard<std::mutex> guard(mutex);
        look(static_cast<const Buffer&>(find(handle)));
    }

    // For the frame thread. nullptr: no buffer is free.
    Buffer* take_input();
    void deliver(Buffer* buffer);
    void give_back(Buffer* buffer);

    size_t queued() const override { return output_.size(); }
    NewBufferData pop() override;
    void discard() override;
    uint64_t fired() const override { return fired_; }

    size_t announced_count();
    size_t input_count();
    size_t output_count();

    std::atomic<HandlingMode> mode{HandlingMode::OldestFirst};

  private:
    Buffer& find(Handle handle);
    void to_input(Buffer& buffer);
    void tell();

    SharedCamera& shared_;
    std::unordered_map<Handle, std::unique_ptr<Buffer>> buffers_;
    std::vector<Handle> order_;
    std::deque<Buffer*> input_, output_;
    size_t filling_ = 0;
    uint64_t fired_ = 0;
};

}  // namespace camsim
