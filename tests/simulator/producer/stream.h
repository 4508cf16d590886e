// The module Data Stream (DS): buffers, the acquisition engine and its frame thread.
#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "buffer_queue.h"
#include "device.h"
#include "frame_writer.h"

namespace camsim {

class Stream : public Port {
  public:
    explicit Stream(std::shared_ptr<Device> device);
    PortFacts facts() override;
    std::shared_ptr<Event> make_event(EventType type) override;
    void close() override;

    void info(int32_t command, int32_t* type, void* buffer, size_t* size);
    void buffer_info(Handle handle, int32_t command, int32_t* type, void* buffer, size_t* size);
    void chunks(Handle handle, SingleChunk* chunks, size_t* count);
    void start(uint64_t frames);
    void stop();
    void revoke(Handle handle, void** memory, void** user_pointer);

    const std::shared_ptr<Device> device;
    const std::shared_ptr<BufferQueue> buffers;

  private:
    using Clock = std::chrono::steady_clock;

    void add_nodes();
    size_t announce_min() const;

    // The frame thread (frame_thread.cpp).
    void run();
    Clock::time_point next_frame();
    bool trigger_due();
    bool skip_what_is_late(Clock::time_point now, Clock::duration period);
    void make_frame();
    void hand_over(Buffer* buffer);
    void deliver_due(Clock::time_point now);
    uint64_t told_id(uint64_t frame) const;

    std::mutex engine_;  // start and stop
    std::thread thread_;
    std::atomic<bool> running_{false};
    std::atomic<uint64_t> left_{0}, delivered_{0}, underrun_{0}, started_{0}, incomplete_{0};

    // Of the frame thread alone.
    struct Late {
        Clock::time_point due;
        Buffer* buffer;
    };
    FrameWriter writer_;
    std::deque<Late> late_;
    Share lost_share_, late_share_;
    Clock::time_point last_ideal_{};
    uint64_t seen_starts_ = 0, frame_ = 0, since_gap_ = 0, pulses_ = 0;
};

}  // namespace camsim
