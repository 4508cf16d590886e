// The modules System (TL) and Interface (IF).
#pragma once
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "library.h"
#include "module.h"

namespace camsim {

class Device;

class System : public Port {
  public:
    System();
    PortFacts facts() override;
    void close() override;

    void info(int32_t command, int32_t* type, void* buffer, size_t* size) const;
    const InterfaceSpec& interface_at(uint32_t index) const;
    const InterfaceSpec& interface_called(const char* id) const;
    static uint32_t interface_count();
    std::atomic<bool> listed{false};  // before the first update there is no interface
    Handle open_interface(const char* id);
    static void interface_info(const InterfaceSpec& spec, int32_t command, int32_t* type,
                               void* buffer, size_t* size);

  private:
    const std::shared_ptr<Library> library_;
};

class Interface : public Port {
  public:
    Interface(std::shared_ptr<Library> library, const InterfaceSpec& spec, Handle system);
    PortFacts facts() override;
    void close() override;

    // Looks which cameras are there now; true if others than before.
    bool update();
    uint32_t device_count();
    void device_info(const char* id, int32_t command, int32_t* type, void* buffer, size_t* size);
    Handle open_device(const char* id, int32_t flags);
    void forget(const Device* device);

    struct Listed {
        std::string id;
        Camera* camera;
    };
    // Throws Failure(INVALID_INDEX).
    Listed device_at(uint32_t index);

    const InterfaceSpec& spec;
    const Handle system;

  private:
    void add_nodes();
    void add_address_nodes();
    // The cameras that are plugged in here now.
    std::vector<Listed> present() const;
    Listed listed(const char* id);
    // Throws Failure(ACCESS_DENIED) for the ID that a camera had before it moved.
    void refuse_stale(const std::string& id) const;
    Handle open_handle_of(const Camera* camera);

    const std::shared_ptr<Library> library_;
    std::mutex mutex_;
    std::vector<Listed> devices_;
    bool updated_ = false;
    std::atomic<int64_t> selected_{0};  // DeviceSelector
    std::map<const Camera*, Handle> open_;
};

// DEVICE_INFO_CMD of a camera, open or not.
void answer_device_info(Camera& camera, const std::string& id, AccessStatus status, int32_t command,
                        int32_t* type, void* buffer, size_t* size);

}  // namespace camsim
