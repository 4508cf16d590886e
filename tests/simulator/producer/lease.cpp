#include "lease.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "failure.h"

namespace camsim {
namespace {

constexpr uint64_t kNsPerMs = 1000000;

// Start time of a living process in clock ticks since boot, 0 if it is gone or a zombie.
uint64_t start_time(uint64_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(file, text)) return 0;
    // The name, in brackets, may hold blanks and brackets itself.
    const size_t after_name = text.rfind(')');
    if (after_name == std::string::npos) return 0;
    std::istringstream words(text.substr(after_name + 1));
    std::string state, word;
    words >> state;
    if (state == "Z" || state == "X") return 0;
    // proc(5): the state is field 3, the start time field 22.
    for (int field = 4; field <= 22; ++field) words >> word;
    return std::strtoull(word.c_str(), nullptr, 10);
}

}  // namespace

uint64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

Holder Lease::holder(SharedCamera& shared, Bus bus) {
    if (shared.get(Slot::busy)) return Holder::Other;
    const uint64_t owner = shared.get(Slot::owner_pid);
    if (!owner) return Holder::Nobody;
    if (bus == Bus::Gev) {
        if (monotonic_ns() >= shared.get(Slot::lease_until_ns)) return Holder::Nobody;
    } else if (start_time(owner) != shared.get(Slot::owner_start)) {
        return Holder::Nobody;
    }
    return owner == static_cast<uint64_t>(getpid()) ? Holder::ThisProcess : Holder::Other;
}

void Lease::take(bool exclusive) {
    const SharedCamera::Locked lock(shared_);
    const uint64_t now = monotonic_ns();
    const uint64_t last = shared_[Slot::attempt_ns].exchange(now);
    if (holder(shared_, spec_.bus) != Holder::Nobody) {
        shared_.count(Slot::refused_opens);
        if (last && now - last < shared_.get(Slot::retry_lock_ms) * kNsPerMs) {
            // What its owner has set, not what this process would set.
            lock_for(shared_.get(Slot::heartbeat_ms));
        }
        fail(GC_ERR_ACCESS_DENIED, "the camera " + spec_.serial + " is held by another program");
    }
    instance_ = shared_[Slot::opens].fetch_add(1) + 1;
    const auto pid = static_cast<uint64_t>(getpid());
    shared_.set(Slot::owner_pid, pid);
    shared_.set(Slot::owner_start, start_time(pid));
    shared_.set(Slot::owner_instance, instance_);
    shared_.set(Slot::owner_exclusive, exclusive);
    beat();
    if (spec_.bus == Bus::Gev) {
        stop_ = false;
        thread_ = std::thread([this] { run(); });
    }
}

void Lease::release() {
    if (thread_.joinable()) {
        {
            const std::lock_guard<std::mutex> guard(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }
    if (!instance_) return;
    const SharedCamera::Locked lock(shared_);
    if (owns()) {
        shared_.set(Slot::owner_pid, 0);
        shared_.set(Slot::lease_until_ns, 0);
        shared_.count(Slot::closes);
    }
    instance_ = 0;
}

bool Lease::holds() const {
    return owns() &&
           (spec_.bus != Bus::Gev || monotonic_ns() < shared_.get(Slot::lease_until_ns));
}

bool Lease::owns() const {
    return instance_ && shared_.get(Slot::owner_instance) == instance_ &&
           shared_.get(Slot::owner_pid) == static_cast<uint64_t>(getpid());
}

void Lease::set_heartbeat_ms(int64_t milliseconds) {
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        heartbeat_ms_ = milliseconds;
        // At once, not when the thread has its turn: who sees a frame sees what is in force.
        if (holds()) beat();
    }
    wake_.notify_all();
}

void Lease::beat() {
    const auto milliseconds = static_cast<uint64_t>(heartbeat_ms_);
    shared_.set(Slot::heartbeat_ms, milliseconds);
    lock_for(milliseconds);
}

void Lease::lock_for(uint64_t milliseconds) {
    shared_.set(Slot::lease_until_ns, monotonic_ns() + milliseconds * kNsPerMs);
}

void Lease::run() {
    pthread_setname_np(pthread_self(), "camsim-beat");
    std::unique_lock<std::mutex> lock(mutex_);
    while (!stop_) {
        // A beat that comes too late finds the camera free, or another's.
        if (holds()) beat();
        wake_.wait_for(lock, std::chrono::milliseconds(std::max<int64_t>(10, heartbeat_ms_ / 3)));
    }
}

}  // namespace camsim
