// The modules Device (DEV, the local side) and remote device (the camera's own registers).
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "camera.h"
#include "lease.h"
#include "library.h"
#include "module.h"

namespace camsim {

class Stream;

// The values of the knob 'crash'.
constexpr uint64_t kCrashOnFrame = 1, kCrashOnOpen = 2, kCrashOnRegister = 3;

// Dies of SIGSEGV if the knob says so, once.
void crash_if_told(SharedCamera& shared, uint64_t when);

// How long a register access waits for a camera that does not answer.
uint64_t control_block_ms(const CameraSpec& spec);

class Device;

class RemoteDevice : public Port {
  public:
    explicit RemoteDevice(Device& device);
    PortFacts facts() override;
    void read(uint64_t address, void* data, size_t size) override;
    void write(uint64_t address, const void* data, size_t size) override;
    uint32_t url_count() override;
    uint64_t xml_address() override;
    std::string url() override;
    const PortDocument& document() override;
    std::shared_ptr<Event> make_event(EventType type) override;
    void close() override { close_events(); }

  private:
    Device& device_;
    const std::shared_ptr<Port> keep_;  // the device lives as long as its port
    PortDocument document_;
};

// One opening of a camera.
class Device : public Port {
  public:
    Device(std::shared_ptr<Library> library, Camera& camera, std::string id, Handle parent,
           int32_t flags);
    PortFacts facts() override;
    std::shared_ptr<Event> make_event(EventType type) override;
    void close() override;

    Handle remote_port();
    Handle open_stream(const char* id);
    void forget_stream();
    std::string stream_id() const { return "Stream0"; }
    void info(int32_t command, int32_t* type, void* buffer, size_t* size) const;

    // Before each access to a register of the camera; throws Failure for a dead camera.
    void access(bool write);
    // Whether the camera sends frames to this opening.
    bool sends();

    Camera& camera;
    const std::string id;
    const Handle parent;

  private:
    enum class Life { Healthy, Silent, Loud };
    Life life();
    uint64_t block_ms() const;
    void add_local_nodes();

    const std::shared_ptr<Library> library_;
    const bool read_only_;
    Lease lease_;
    const uint64_t plug_count_;
    std::atomic<bool> loud_{false};
    std::atomic<bool> blocked_once_{false};
    std::atomic<int64_t> control_timeout_ms_, control_retries_;
    std::mutex mutex_;
    Handle remote_ = nullptr;
    Handle stream_ = nullptr;
};

}  // namespace camsim
