#include "device.h"

#include <csignal>

#include <chrono>
#include <thread>

#include "answer.h"
#include "event.h"
#include "interface.h"
#include "stream.h"

namespace camsim {
namespace {

void block_us(uint64_t microseconds) {
    if (microseconds) std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

void block(uint64_t milliseconds) { block_us(1000 * milliseconds); }

}  // namespace

void crash_if_told(SharedCamera& shared, uint64_t when) {
    uint64_t wanted = when;
    if (shared[Slot::crash].compare_exchange_strong(wanted, 0)) std::raise(SIGSEGV);
}

uint64_t control_block_ms(const CameraSpec& spec) {
    return static_cast<uint64_t>(spec.control_timeout_ms * (spec.control_retries + 1));
}

Device::Device(std::shared_ptr<Library> library, Camera& camera, std::string id, Handle parent,
               int32_t flags)
    : Port(Kind::Device),
      camera(camera),
      id(std::move(id)),
      parent(parent),
      library_(std::move(library)),
      read_only_(flags == DEVICE_ACCESS_READONLY),
      lease_(camera.shared, camera.spec),
      plug_count_(camera.shared.get(Slot::plug_count)),
      control_timeout_ms_(camera.spec.control_timeout_ms),
      control_retries_(camera.spec.control_retries) {
    if (read_only_) {
        const bool taken = Lease::holder(camera.shared, camera.spec.bus) != Holder::Nobody;
        require(!taken || !camera.shared.get(Slot::owner_exclusive), GC_ERR_ACCESS_DENIED,
                "another program holds the camera exclusively");
    } else {
        lease_.take(flags == DEVICE_ACCESS_EXCLUSIVE);
        camera.power_up();
        // What a bus driver does when its device is opened; a GigE camera has no such driver.
        if (!camera.is_gev()) camera.stop_acquisition();
        lease_.set_heartbeat_ms(camera.get(Reg::GevHeartbeatTimeout));
        camera.on_heartbeat_timeout = [this](int64_t ms) { lease_.set_heartbeat_ms(ms); };
        camera.params_locked = false;
        camera.instance = lease_.instance();
    }
    add_local_nodes();
}

void Device::add_local_nodes() {
    Node& id_node = nodes.add(NodeKind::Text, "DeviceID", "DeviceInformation");
    id_node.get_text = [this] { return id; };
    if (const auto told = told_serial(camera.spec)) {
        Node& serial = nodes.add(NodeKind::Text, "DeviceSerialNumber", "DeviceInformation");
        serial.get_text = [told] { return *told; };
    }
    Node& status = nodes.add(NodeKind::Integer, "DeviceAccessStatus", "DeviceInformation");
    status.get_integer = [] { return int64_t{DEVICE_ACCESS_STATUS_OPEN_READWRITE}; };
    if (!camera.is_gev()) return;
    Node& timeout = nodes.add(NodeKind::Integer, "ControlChannelTimeout", "ControlChannel");
    timeout.unit = "ms";
    timeout.get_integer = [this] { return control_timeout_ms_.load(); };
    timeout.set_integer = [this](int64_t value) { control_timeout_ms_ = value; };
    timeout.integer_limits = [] { return IntegerLimits{1, 10000, 1}; };
    Node& retries = nodes.add(NodeKind::Integer, "ControlChannelRetries", "ControlChannel");
    retries.get_integer = [this] { return control_retries_.load(); };
    retries.set_integer = [this](int64_t value) { control_retries_ = value; };
    retries.integer_limits = [] { return IntegerLimits{0, 20, 1}; };
}

PortFacts Device::facts() {
    return {id, camera.spec.vendor, camera.spec.model, "TLDevice", "DevicePort", camera.spec.bus};
}

// FLIR refuses module events in a way of its own (harvesters issue 408).
std::shared_ptr<Event> Device::make_event(EventType type) {
    require(type != EVENT_MODULE || !camera.is(Flavour::Flir), GC_ERR_INVALID_PARAMETER,
            "no module events");
    return Port::make_event(type);
}

Device::Life Device::life() {
    const SharedCamera& shared = camera.shared;
    if (loud_) return Life::Loud;
    if (shared.get(Slot::plug_count) == plug_count_) return Life::Healthy;
    if (shared.get(Slot::unplugged) != 2) return Life::Silent;
    loud_ = true;
    return Life::Loud;
}

bool Device::sends() {
    return life() == Life::Healthy && lease_.holds() &&
           camera.shared.get(Slot::acquiring_for) == lease_.instance();
}

uint64_t Device::block_ms() const {
    return static_cast<uint64_t>(control_timeout_ms_ * (control_retries_ + 1));
}

void Device::access(bool write) {
    SharedCamera& shared = camera.shared;
    shared.count(write ? Slot::writes : Slot::reads);
    crash_if_told(shared, kCrashOnRegister);
    // No lock is held: the stream goes on meanwhile, and other cameras' registers.
    block_us(1000 * shared.get(Slot::register_ms) + shared.get(Slot::register_us));
    if (life() == Life::Loud) {
        shared.count(Slot::errors);
        if (blocked_once_.exchange(true)) fail(GC_ERR_IO, "the camera is gone");
        block(block_ms());
        fail(GC_ERR_TIMEOUT, "the camera does not answer");
    }
    require(!write || !read_only_, GC_ERR_ACCESS_DENIED, "the device was opened read-only");
    if (!read_only_ && !lease_.holds()) {
        shared.count(Slot::errors);
        fail(GC_ERR_ACCESS_DENIED, "the camera's heartbeat timed out; it is no longer ours");
    }
}

Handle Device::remote_port() {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!remote_) remote_ = library_->registry.add(std::make_shared<RemoteDevice>(*this));
    return remote_;
}

Handle Device::open_stream(const char* stream) {
    require_pointer(stream, "sDataStreamID");
    require(stream == stream_id(), GC_ERR_INVALID_ID, "there is no such data stream");
    const std::lock_guard<std::mutex> guard(mutex_);
    require(!stream_, GC_ERR_RESOURCE_IN_USE, "the data stream is open already");
    const auto device = std::static_pointer_cast<Device>(shared_from_this());
    stream_ = library_->registry.add(std::make_shared<Stream>(device));
    return stream_;
}

void Device::forget_stream() {
    const std::lock_guard<std::mutex> guard(mutex_);
    stream_ = nullptr;
}

void Device::info(int32_t command, int32_t* type, void* buffer, size_t* size) const {
    const AccessStatus status =
        read_only_ ? DEVICE_ACCESS_STATUS_OPEN_READONLY : DEVICE_ACCESS_STATUS_OPEN_READWRITE;
    answer_device_info(camera, id, status, command, type, buffer, size);
}

void Device::close() {
    Handle stream = nullptr, remote = nullptr;
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        stream = stream_;
        remote = remote_;
    }
    library_->registry.close(stream);
    library_->registry.close(remote);
    close_events();
    // The camera is told that it is free, without effect if it is gone.
    if (life() == Life::Loud && camera.is_gev()) block(block_ms());
    block(camera.shared.get(Slot::close_ms));
    if (!read_only_) {
        camera.stop_acquisition();
        camera.on_heartbeat_timeout = nullptr;
        camera.params_locked = false;
        lease_.release();
    }
    try {
        library_->registry.get<Interface>(parent)->forget(this);
    } catch (const Failure&) {
        // The interface is being closed, and closes its devices.
    }
}

}  // namespace camsim
