#include "interface.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "addresses.h"
#include "answer.h"
#include "device.h"
#include "lease.h"

namespace camsim {
namespace {

constexpr char kMovedMark = '@';
constexpr char kNoAnswer[] =
    "the camera cannot be opened: it does not answer, or it is in a wrong subnet";

void sleep_ms(uint64_t milliseconds) {
    if (milliseconds) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

// Vendor, scenario's name and socket; another one after each move.
std::string device_id_of(const Camera& camera, uint64_t moved) {
    const std::string socket = std::to_string(camera.shared.get(Slot::port_number));
    const std::string id = camera.spec.vendor + "-" + camera.spec.serial + "-" + socket;
    return moved ? id + kMovedMark + std::to_string(moved) : id;
}

}  // namespace

Interface::Interface(std::shared_ptr<Library> library, const InterfaceSpec& spec, Handle system)
    : Port(Kind::Interface), spec(spec), system(system), library_(std::move(library)) {
    add_nodes();
}

PortFacts Interface::facts() {
    return {spec.id, library_->scenario.vendor, kProducerModel, "TLInterface", "InterfacePort",
            spec.bus};
}

void Interface::close() {
    close_events();
    std::map<const Camera*, Handle> open;
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        open = open_;
    }
    for (const auto& [camera, device] : open) library_->registry.close(device);
    const std::lock_guard<std::mutex> guard(library_->opening);
    library_->open_interfaces.erase(spec.id);
}

std::vector<Interface::Listed> Interface::present() const {
    std::vector<Listed> now;
    const auto& interfaces = library_->scenario.interfaces;
    for (const auto& camera : library_->cameras) {
        const SharedCamera& shared = camera->shared;
        const uint64_t number = shared.get(Slot::interface_number);
        const std::string& home = number && number <= interfaces.size() ? interfaces[number - 1].id
                                                                        : camera->spec.interface_id;
        const std::string& producer = camera->spec.producer;
        if (home != spec.id || shared.get(Slot::unplugged)) continue;
        if (!producer.empty() && producer != library_name()) continue;
        now.push_back({device_id_of(*camera, shared.get(Slot::moved)), camera.get()});
    }
    return now;
}

bool Interface::update() {
    sleep_ms(static_cast<uint64_t>(spec.search_ms));
    for (const auto& camera : library_->cameras) camera->shared.count(Slot::scans);
    std::vector<Listed> now = present();
    const std::lock_guard<std::mutex> guard(mutex_);
    updated_ = true;
    const auto same = [](const Listed& a, const Listed& b) { return a.id == b.id; };
    const bool changed =
        !std::equal(now.begin(), now.end(), devices_.begin(), devices_.end(), same);
    devices_.swap(now);
    return changed;
}

uint32_t Interface::device_count() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return static_cast<uint32_t>(devices_.size());
}

Interface::Listed Interface::device_at(uint32_t index) {
    const std::lock_guard<std::mutex> guard(mutex_);
    require(index < devices_.size(), GC_ERR_INVALID_INDEX, "there is no such device");
    return devices_[index];
}

Interface::Listed Interface::listed(const char* id) {
    require_pointer(id, "sDeviceID");
    const std::lock_guard<std::mutex> guard(mutex_);
    // A device that is known from earlier needs no list (GenTL: an ID of a previous session).
    const std::vector<Listed> there = updated_ ? devices_ : present();
    for (const Listed& device : there) {
        if (device.id == id) return device;
    }
    fail(GC_ERR_INVALID_ID, std::string("there is no device ") + id);
}

void Interface::refuse_stale(const std::string& id) const {
    for (const auto& camera : library_->cameras) {
        const uint64_t moved = camera->shared.get(Slot::moved);
        const std::string where = device_id_of(*camera, 0);
        // Every address but the last one is stale.
        const bool same = id.compare(0, where.size(), where) == 0;
        if (!same || id == device_id_of(*camera, moved)) continue;
        if (id != where && id[where.size()] != kMovedMark) continue;
        if (camera->is_gev()) sleep_ms(control_block_ms(camera->spec));
        fail(GC_ERR_ACCESS_DENIED, kNoAnswer);
    }
}

Handle Interface::open_handle_of(const Camera* camera) {
    const std::lock_guard<std::mutex> guard(mutex_);
    const auto found = open_.find(camera);
    return found == open_.end() ? nullptr : found->second;
}

void Interface::device_info(const char* id, int32_t command, int32_t* type, void* buffer,
                            size_t* size) {
    const Listed device = listed(id);
    Camera& camera = *device.camera;
    const uint64_t refused = camera.shared.get(Slot::no_device_query);
    const bool needed = command == DEVICE_INFO_ID ||
                        (refused < 2 && command == DEVICE_INFO_SERIAL_NUMBER);
    require(!refused || needed, GC_ERR_ERROR, "the device cannot be asked before it is open");
    const uint64_t told = camera.shared.get(Slot::access_status);
    auto status = static_cast<AccessStatus>(told ? told : camera.spec.access_status);
    if (!status) status = DEVICE_ACCESS_STATUS_READWRITE;
    if (open_handle_of(&camera)) {
        status = DEVICE_ACCESS_STATUS_OPEN_READWRITE;
    } else if (Lease::holder(camera.shared, camera.spec.bus) != Holder::Nobody) {
        status = DEVICE_ACCESS_STATUS_BUSY;
    }
    answer_device_info(camera, device.id, status, command, type, buffer, size);
}

Handle Interface::open_device(const char* id, int32_t flags) {
    require_pointer(id, "sDeviceID");
    refuse_stale(id);
    const Listed device = listed(id);
    Camera& camera = *device.camera;
    require(flags >= DEVICE_ACCESS_READONLY && flags <= DEVICE_ACCESS_EXCLUSIVE,
            GC_ERR_INVALID_PARAMETER, "no access that a device can be opened with");
    require(!open_handle_of(&camera), GC_ERR_RESOURCE_IN_USE, "the device is open already");
    crash_if_told(camera.shared, kCrashOnOpen);
    sleep_ms(camera.shared.get(Slot::open_ms));
    if (camera.shared.get(Slot::unplugged) || !reaches(spec, camera)) {
        if (camera.is_gev()) sleep_ms(control_block_ms(camera.spec));
        fail(GC_ERR_ACCESS_DENIED, kNoAnswer);
    }
    require(!camera.shared.get(Slot::open_fails), GC_ERR_IO, "the camera cannot be opened");
    std::shared_ptr<Device> opened;
    try {
        opened = std::make_shared<Device>(library_, camera, device.id, handle, flags);
    } catch (const Failure&) {
        sleep_ms(camera.shared.get(Slot::deny_ms));
        throw;
    }
    const std::lock_guard<std::mutex> guard(mutex_);
    open_[&camera] = library_->registry.add(opened);
    return opened->handle;
}

void Interface::forget(const Device* device) {
    const std::lock_guard<std::mutex> guard(mutex_);
    const auto found = open_.find(&device->camera);
    if (found != open_.end() && found->second == device->handle) open_.erase(found);
}

void answer_device_info(Camera& camera, const std::string& id, AccessStatus status, int32_t command,
                        int32_t* type, void* buffer, size_t* size) {
    const Answer answer(type, buffer, size);
    const CameraSpec& spec = camera.spec;
    switch (command) {
        case DEVICE_INFO_ID: return answer.text(id);
        case DEVICE_INFO_VENDOR: return answer.text(spec.vendor);
        case DEVICE_INFO_MODEL: return answer.text(spec.model);
        case DEVICE_INFO_TLTYPE: return answer.text(bus_name(spec.bus));
        case DEVICE_INFO_DISPLAYNAME:
            if (!spec.display_name.empty()) return answer.text(spec.display_name);
            return answer.text(spec.vendor + " " + spec.model + " (" + spec.serial + ")");
        case DEVICE_INFO_ACCESS_STATUS: return answer.int32(status);
        case DEVICE_INFO_USER_DEFINED_NAME:
            require(spec.user_name_query, GC_ERR_NOT_AVAILABLE, "no user defined name");
            return answer.text(camera.user_name());
        case DEVICE_INFO_SERIAL_NUMBER: {
            const auto serial = told_serial(spec);
            require(serial.has_value(), GC_ERR_NOT_AVAILABLE, "no serial number");
            return answer.text(*serial);
        }
        case DEVICE_INFO_VERSION: return answer.text(spec.version);
        case DEVICE_INFO_TIMESTAMP_FREQUENCY:
            return answer.uint64(static_cast<uint64_t>(spec.timestamp_frequency));
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown DEVICE_INFO_CMD");
    }
}

}  // namespace camsim
