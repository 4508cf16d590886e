// The camera's clock: frames by absolute deadlines, each lost, late or delivered as told.
#include <pthread.h>
#include <time.h>

#include <cstring>

#include "lease.h"
#include "stream.h"

namespace camsim {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kIdle = milliseconds(50);        // between looks at knobs that nobody announces
constexpr auto kPulsePoll = milliseconds(1);    // and at the pulses of a hardware trigger
constexpr uint64_t kFramesAhead = 2;  // of the knob wrong_incomplete_ids, as a maker's producer
constexpr auto kFarBehind = milliseconds(500);  // the host stood still: frames are gone

uint64_t realtime_us() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000u + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

// Memory that grows as told; kept, so that it counts as used and not as lost.
void leak(uint64_t bytes) {
    struct Leaked {
        Leaked* next;
    };
    static std::atomic<Leaked*> all{nullptr};
    if (!bytes) return;
    void* memory = std::malloc(bytes + sizeof(Leaked));
    if (!memory) return;
    std::memset(memory, 1, bytes + sizeof(Leaked));
    auto* leaked = static_cast<Leaked*>(memory);
    leaked->next = all.load();
    while (!all.compare_exchange_weak(leaked->next, leaked)) {
    }
}

}  // namespace

// With the gate's lock held. Whether a trigger is to be answered now.
bool Stream::trigger_due() {
    Camera& camera = device->camera;
    const uint64_t pulses = camera.shared.get(Slot::line_pulses);
    if (!camera.triggered_by_software() && pulses > pulses_) {
        const uint64_t fresh = pulses - pulses_;
        camera.shared.count(Slot::triggers, fresh);
        const uint64_t kept = camera.gate.trigger_pending ? 0 : 1;
        camera.shared.count(Slot::missed_triggers, fresh - kept);
        camera.gate.trigger_pending = true;
    }
    pulses_ = pulses;
    return camera.gate.trigger_pending;
}

// A host that stood still gets no frames afterwards that it could not have got in time.
bool Stream::skip_what_is_late(Clock::time_point now, Clock::duration period) {
    if (now - last_ideal_ < period + kFarBehind) return false;
    const auto missed = static_cast<uint64_t>((now - last_ideal_) / period);
    frame_ += missed;
    device->camera.shared.count(Slot::behind, missed);
    last_ideal_ += period * static_cast<int64_t>(missed);
    return true;
}

// With the gate's lock held. When to do something next; a time that is past means a frame now.
Stream::Clock::time_point Stream::next_frame() {
    Camera& camera = device->camera;
    const auto now = Clock::now();
    const bool active = camera.gate.open && device->sends() && camera.gate.frames_left;
    const bool still = camera.shared.get(Slot::stall) != 0;
    camera.shared.set(Slot::streaming, active && !still);
    if (!active || still) {
        last_ideal_ = now;
        return now + (still || camera.gate.open ? kIdle : kIdle * 10);
    }
    if (camera.gate.starts != seen_starts_) {
        seen_starts_ = camera.gate.starts;
        frame_ = 0;
        since_gap_ = 0;
        last_ideal_ = now;
    }
    const auto period = nanoseconds(static_cast<int64_t>(1e9 / camera.resulting_rate()));
    if (camera.triggered()) {
        if (!trigger_due()) {
            return now + (camera.triggered_by_software() ? milliseconds(kIdle) : kPulsePoll);
        }
        const auto ready = last_ideal_ + period;
        if (now >= ready) {
            camera.gate.trigger_pending = false;
            last_ideal_ = now;
        }
        return ready;
    }
    while (skip_what_is_late(now, period)) {
    }
    const auto due = last_ideal_ + period;
    if (now >= due) last_ideal_ = due;
    return due;
}

void Stream::run() {
    Camera& camera = device->camera;
    // So that the simulator's cost can be told from its consumer's.
    pthread_setname_np(pthread_self(), "camsim-frames");
    std::unique_lock<std::mutex> lock(camera.gate.mutex);
    pulses_ = camera.shared.get(Slot::line_pulses);
    seen_starts_ = camera.gate.open ? camera.gate.starts - 1 : camera.gate.starts;
    while (running_) {
        const auto due = next_frame();
        const auto now = Clock::now();
        if (due <= now) {
            if (camera.gate.frames_left > 0) --camera.gate.frames_left;
            lock.unlock();
            make_frame();
            deliver_due(Clock::now());
            lock.lock();
            continue;
        }
        deliver_due(now);
        const auto until = late_.empty() ? due : std::min(due, late_.front().due);
        camera.gate.wake.wait_until(lock, until);
    }
    lock.unlock();
    for (const Late& late : late_) buffers->give_back(late.buffer);
    late_.clear();
    camera.shared.set(Slot::streaming, 0);
}

// GigE Vision 1.x: 16 bits, 0 is left out.
uint64_t Stream::told_id(uint64_t frame) const {
    const int64_t bits = device->camera.spec.frame_id_bits;
    if (bits >= 64) return frame;
    return (frame - 1) % ((uint64_t{1} << bits) - 1) + 1;
}

void Stream::make_frame() {
    SharedCamera& shared = device->camera.shared;
    const uint64_t time_us = realtime_us();
    const uint64_t timestamp_ns = monotonic_ns();
    ++frame_;
    const uint64_t every = shared.get(Slot::gap_every);
    if (every && ++since_gap_ > every) {
        since_gap_ = 1;
        ++frame_;
    }
    shared.count(Slot::produced);
    shared.set(Slot::frame_id, frame_);
    crash_if_told(shared, kCrashOnFrame);
    leak(shared.get(Slot::leak_bytes));
    if (shared.get(Slot::link_down) || lost_share_.next(shared.get(Slot::lost_percent))) {
        shared.count(Slot::lost);
        return;
    }
    Buffer* buffer = buffers->take_input();
    if (!buffer) {
        shared.count(Slot::underrun);
        ++underrun_;
        return;
    }
    ++started_;
    writer_.write(*buffer, frame_, told_id(frame_), timestamp_ns, time_us);
    if (buffer->frame.incomplete && shared.get(Slot::wrong_incomplete_ids)) {
        buffer->frame.frame_id = told_id(frame_ + kFramesAhead);
    }
    const uint64_t late_us = shared.get(Slot::late_us);
    const uint64_t percent = shared.get(Slot::late_percent);
    if (late_us && (!percent || late_share_.next(percent))) {
        late_.push_back({Clock::now() + std::chrono::microseconds(late_us), buffer});
    } else if (late_.empty()) {
        hand_over(buffer);
    } else {
        // Frames do not overtake each other.
        late_.push_back({late_.back().due, buffer});
    }
}

void Stream::hand_over(Buffer* buffer) {
    if (buffer->frame.incomplete) ++incomplete_;
    ++delivered_;
    buffers->deliver(buffer);
    if (left_ != kInfinite && --left_ == 0) running_ = false;
}

void Stream::deliver_due(Clock::time_point now) {
    while (!late_.empty() && late_.front().due <= now) {
        hand_over(late_.front().buffer);
        late_.pop_front();
    }
}

}  // namespace camsim
