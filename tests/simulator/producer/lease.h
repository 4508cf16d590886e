// Who controls a camera, across processes.
//
// U3V and Custom cameras belong to a process as long as it lives: the kernel frees them. A GEV
// camera knows its owner only by heartbeats: it stays locked for the heartbeat time after the
// last one, whatever became of the owner, and falls to others when the owner stood still.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "scenario.h"
#include "shared_camera.h"

namespace camsim {

enum class Holder { Nobody, ThisProcess, Other };

class Lease {
  public:
    Lease(SharedCamera& shared, const CameraSpec& spec)
        : shared_(shared), spec_(spec), heartbeat_ms_(spec.heartbeat_ms) {}
    ~Lease() { release(); }
    Lease(const Lease&) = delete;

    static Holder holder(SharedCamera& shared, Bus bus);

    // Takes the camera; throws Failure(ACCESS_DENIED).
    void take(bool exclusive);
    void release();

    // Whether this opening still controls the camera (another may have got it meanwhile).
    bool holds() const;
    uint64_t instance() const { return instance_; }

    // The time after which a GEV camera forgets its owner: GevHeartbeatTimeout.
    void set_heartbeat_ms(int64_t milliseconds);

  private:
    bool owns() const;
    void beat();
    void lock_for(uint64_t milliseconds);
    void run();

    SharedCamera& shared_;
    const CameraSpec& spec_;
    uint64_t instance_ = 0;
    int64_t heartbeat_ms_;
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
};

// CLOCK_MONOTONIC, the same in all processes.
uint64_t monotonic_ns();

}  // namespace camsim
