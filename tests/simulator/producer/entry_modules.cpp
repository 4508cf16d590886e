// Exported functions: system (TL), interface (IF) and device (Dev).
#include "answer.h"
#include "device.h"
#include "interface.h"
#include "library.h"

using namespace camsim;

namespace {

std::shared_ptr<System> system_of(Handle handle) { return library()->registry.get<System>(handle); }

std::shared_ptr<Interface> interface_of(Handle handle) {
    return library()->registry.get<Interface>(handle);
}

std::shared_ptr<Device> device_of(Handle handle) { return library()->registry.get<Device>(handle); }

}  // namespace

CAMSIM_EXPORT TLOpen(Handle* handle) {
    return guarded([&] {
        const auto lib = library();
        require_pointer(handle, "phTL");
        const std::lock_guard<std::mutex> guard(lib->opening);
        require(!lib->open_system, GC_ERR_RESOURCE_IN_USE, "the system is open already");
        lib->open_system = lib->registry.add(std::make_shared<System>());
        *handle = lib->open_system;
    });
}

CAMSIM_EXPORT TLClose(Handle handle) {
    return guarded([&] {
        system_of(handle);
        library()->registry.close(handle);
    });
}

CAMSIM_EXPORT TLGetInfo(Handle handle, int32_t command, int32_t* type, void* buffer, size_t* size) {
    return guarded([&] { system_of(handle)->info(command, type, buffer, size); });
}

CAMSIM_EXPORT TLUpdateInterfaceList(Handle handle, Bool8* changed, uint64_t) {
    return guarded([&] {
        const auto system = system_of(handle);
        const bool listed = system->listed.exchange(true);
        if (changed) *changed = !listed;
    });
}

CAMSIM_EXPORT TLGetNumInterfaces(Handle handle, uint32_t* count) {
    return guarded([&] {
        const auto system = system_of(handle);
        require_pointer(count, "piNumIfaces");
        *count = system->listed ? System::interface_count() : 0;
    });
}

CAMSIM_EXPORT TLGetInterfaceID(Handle handle, uint32_t index, char* id, size_t* size) {
    return guarded([&] {
        Answer(nullptr, id, size).text(system_of(handle)->interface_at(index).id);
    });
}

CAMSIM_EXPORT TLGetInterfaceInfo(Handle handle, const char* id, int32_t command, int32_t* type,
                                 void* buffer, size_t* size) {
    return guarded([&] {
        const InterfaceSpec& spec = system_of(handle)->interface_called(id);
        System::interface_info(spec, command, type, buffer, size);
    });
}

CAMSIM_EXPORT TLOpenInterface(Handle handle, const char* id, Handle* interface) {
    return guarded([&] {
        const auto system = system_of(handle);
        require_pointer(interface, "phIface");
        *interface = system->open_interface(id);
    });
}

CAMSIM_EXPORT IFClose(Handle handle) {
    return guarded([&] {
        interface_of(handle);
        library()->registry.close(handle);
    });
}

CAMSIM_EXPORT IFGetInfo(Handle handle, int32_t command, int32_t* type, void* buffer, size_t* size) {
    return guarded([&] {
        System::interface_info(interface_of(handle)->spec, command, type, buffer, size);
    });
}

CAMSIM_EXPORT IFUpdateDeviceList(Handle handle, Bool8* changed, uint64_t) {
    return guarded([&] {
        const bool others = interface_of(handle)->update();
        if (changed) *changed = others;
    });
}

CAMSIM_EXPORT IFGetNumDevices(Handle handle, uint32_t* count) {
    return guarded([&] {
        const auto interface = interface_of(handle);
        require_pointer(count, "piNumDevices");
        *count = interface->device_count();
    });
}

CAMSIM_EXPORT IFGetDeviceID(Handle handle, uint32_t index, char* id, size_t* size) {
    return guarded([&] { Answer(nullptr, id, size).text(interface_of(handle)->device_at(index).id); });
}

CAMSIM_EXPORT IFGetDeviceInfo(Handle handle, const char* id, int32_t command, int32_t* type,
                              void* buffer, size_t* size) {
    return guarded([&] { interface_of(handle)->device_info(id, command, type, buffer, size); });
}

CAMSIM_EXPORT IFOpenDevice(Handle handle, const char* id, int32_t flags, Handle* device) {
    return guarded([&] {
        const auto interface = interface_of(handle);
        require_pointer(device, "phDevice");
        *device = interface->open_device(id, flags);
    });
}

CAMSIM_EXPORT IFGetParentTL(Handle handle, Handle* system) {
    return guarded([&] {
        const auto interface = interface_of(handle);
        require_pointer(system, "phSystem");
        *system = interface->system;
    });
}

CAMSIM_EXPORT DevClose(Handle handle) {
    return guarded([&] {
        device_of(handle);
        library()->registry.close(handle);
    });
}

CAMSIM_EXPORT DevGetInfo(Handle handle, int32_t command, int32_t* type, void* buffer,
                         size_t* size) {
    return guarded([&] { device_of(handle)->info(command, type, buffer, size); });
}

CAMSIM_EXPORT DevGetPort(Handle handle, Handle* port) {
    return guarded([&] {
        const auto device = device_of(handle);
        require_pointer(port, "phRemoteDevice");
        *port = device->remote_port();
    });
}

CAMSIM_EXPORT DevGetNumDataStreams(Handle handle, uint32_t* count) {
    return guarded([&] {
        device_of(handle);
        require_pointer(count, "piNumDataStreams");
        *count = 1;
    });
}

CAMSIM_EXPORT DevGetDataStreamID(Handle handle, uint32_t index, char* id, size_t* size) {
    return guarded([&] {
        const auto device = device_of(handle);
        require(index == 0, GC_ERR_INVALID_INDEX, "there is one data stream");
        Answer(nullptr, id, size).text(device->stream_id());
    });
}

CAMSIM_EXPORT DevOpenDataStream(Handle handle, const char* id, Handle* stream) {
    return guarded([&] {
        const auto device = device_of(handle);
        require_pointer(stream, "phDataStream");
        *stream = device->open_stream(id);
    });
}

CAMSIM_EXPORT DevGetParentIF(Handle handle, Handle* interface) {
    return guarded([&] {
        const auto device = device_of(handle);
        require_pointer(interface, "phIface");
        *interface = device->parent;
    });
}
