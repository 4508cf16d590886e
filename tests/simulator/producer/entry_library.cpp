// Exported functions: GC, events and ports.
#include "answer.h"
#include "event.h"
#include "interface.h"
#include "library.h"

using namespace camsim;

namespace {

std::shared_ptr<Port> port_of(Handle handle) { return library()->registry.get<Port>(handle); }

template <class Entry, class Access>
void stacked(Handle handle, Entry* entries, size_t* count, Access&& access) {
    const auto port = port_of(handle);
    require_pointer(count, "piNumEntries");
    require(entries || !*count, GC_ERR_INVALID_PARAMETER, "pEntries is NULL");
    const size_t wanted = *count;
    // What was done before an error is told.
    for (*count = 0; *count < wanted; ++*count) {
        require_pointer(entries[*count].buffer, "pBuffer");
        access(*port, entries[*count]);
    }
}

}  // namespace

CAMSIM_EXPORT GCInitLib() {
    return guarded([] { init_library(); });
}

CAMSIM_EXPORT GCCloseLib() {
    return guarded([] { close_library(); });
}

// Also before GCInitLib.
CAMSIM_EXPORT GCGetInfo(int32_t command, int32_t* type, void* buffer, size_t* size) {
    return guarded([&] {
        const Answer answer(type, buffer, size);
        switch (command) {
            case TL_INFO_ID: return answer.text(library_path());
            case TL_INFO_VENDOR: return answer.text("camstrm");
            case TL_INFO_MODEL: return answer.text(kProducerModel);
            case TL_INFO_VERSION: return answer.text(kProducerVersion);
            case TL_INFO_TLTYPE: return answer.text("Mixed");
            case TL_INFO_NAME: return answer.text(library_name());
            case TL_INFO_PATHNAME: return answer.text(library_path());
            case TL_INFO_DISPLAYNAME: return answer.text("camstrm simulator");
            case TL_INFO_CHAR_ENCODING: return answer.int32(1);  // UTF-8
            case TL_INFO_GENTL_VER_MAJOR: return answer.uint32(1);
            case TL_INFO_GENTL_VER_MINOR: return answer.uint32(5);
            default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown TL_INFO_CMD");
        }
    });
}

// Does not change what the last error was, not even by failing.
CAMSIM_EXPORT GCGetLastError(int32_t* code, char* text, size_t* size) {
    if (!code || !size) return GC_ERR_INVALID_PARAMETER;
    *code = last_error_code();
    const std::string message = last_error_text();
    const size_t room = *size;
    *size = message.size() + 1;
    if (!text) return GC_ERR_SUCCESS;
    if (room < *size) return GC_ERR_BUFFER_TOO_SMALL;
    std::memcpy(text, message.c_str(), *size);
    return GC_ERR_SUCCESS;
}

CAMSIM_EXPORT GCReadPort(Handle handle, uint64_t address, void* buffer, size_t* size) {
    return guarded([&] {
        const auto port = port_of(handle);
        require_pointer(buffer, "pBuffer");
        require_pointer(size, "piSize");
        port->read(address, buffer, *size);
    });
}

CAMSIM_EXPORT GCWritePort(Handle handle, uint64_t address, const void* buffer, size_t* size) {
    return guarded([&] {
        const auto port = port_of(handle);
        require_pointer(buffer, "pBuffer");
        require_pointer(size, "piSize");
        port->write(address, buffer, *size);
    });
}

CAMSIM_EXPORT GCReadPortStacked(Handle handle, PortRegisterEntry* entries, size_t* count) {
    return guarded([&] {
        stacked(handle, entries, count, [](Port& port, const PortRegisterEntry& entry) {
            port.read(entry.address, entry.buffer, entry.size);
        });
    });
}

CAMSIM_EXPORT GCWritePortStacked(Handle handle, PortRegisterEntry* entries, size_t* count) {
    return guarded([&] {
        stacked(handle, entries, count, [](Port& port, const PortRegisterEntry& entry) {
            port.write(entry.address, entry.buffer, entry.size);
        });
    });
}

CAMSIM_EXPORT GCGetPortURL(Handle handle, char* url, size_t* size) {
    return guarded([&] {
        const auto port = port_of(handle);
        require(port->url_count() > 0, GC_ERR_NOT_AVAILABLE, "the port has no URL");
        // A list, of one here: another NUL ends it.
        Answer(nullptr, url, size).text(port->url() + '\0');
    });
}

CAMSIM_EXPORT GCGetNumPortURLs(Handle handle, uint32_t* count) {
    return guarded([&] {
        const auto port = port_of(handle);
        require_pointer(count, "piNumURLs");
        *count = port->url_count();
    });
}

CAMSIM_EXPORT GCGetPortURLInfo(Handle handle, uint32_t index, int32_t command, int32_t* type,
                               void* buffer, size_t* size) {
    return guarded([&] { port_of(handle)->url_info(index, command, type, buffer, size); });
}

CAMSIM_EXPORT GCGetPortInfo(Handle handle, int32_t command, int32_t* type, void* buffer,
                            size_t* size) {
    return guarded([&] { port_of(handle)->info(command, type, buffer, size); });
}

CAMSIM_EXPORT GCRegisterEvent(Handle source, int32_t event, Handle* handle) {
    return guarded([&] {
        const auto port = port_of(source);
        require_pointer(handle, "phEvent");
        const auto type = static_cast<EventType>(event);
        const std::lock_guard<std::mutex> guard(port->events_mutex);
        require(!port->events.count(type), GC_ERR_RESOURCE_IN_USE,
                "the event is registered already");
        const auto made = port->make_event(type);
        *handle = library()->registry.add(made);
        port->events[type] = made;
    });
}

CAMSIM_EXPORT GCUnregisterEvent(Handle source, int32_t event) {
    return guarded([&] {
        const auto port = port_of(source);
        std::shared_ptr<Event> found;
        {
            const std::lock_guard<std::mutex> guard(port->events_mutex);
            const auto place = port->events.find(static_cast<EventType>(event));
            require(place != port->events.end(), GC_ERR_INVALID_PARAMETER,
                    "no such event is registered");
            found = place->second;
            port->events.erase(place);
        }
        library()->registry.close(found->handle);
    });
}

CAMSIM_EXPORT EventGetData(Handle handle, void* buffer, size_t* size, uint64_t timeout) {
    int32_t code = GC_ERR_SUCCESS;
    const int32_t failed = guarded([&] {
        const auto event = library()->registry.get<Event>(handle);
        require_pointer(size, "piSize");
        code = event->wait(buffer, size, timeout);
    });
    return failed ? failed : code;
}

CAMSIM_EXPORT EventGetDataInfo(Handle handle, const void* data, size_t data_size, int32_t command,
                               int32_t* type, void* buffer, size_t* size) {
    return guarded([&] {
        library()->registry.get<Event>(handle)->data_info(data, data_size, command, type, buffer,
                                                          size);
    });
}

CAMSIM_EXPORT EventGetInfo(Handle handle, int32_t command, int32_t* type, void* buffer,
                           size_t* size) {
    return guarded([&] {
        library()->registry.get<Event>(handle)->info(command, type, buffer, size);
    });
}

CAMSIM_EXPORT EventFlush(Handle handle) {
    return guarded([&] { library()->registry.get<Event>(handle)->flush(); });
}

CAMSIM_EXPORT EventKill(Handle handle) {
    return guarded([&] { library()->registry.get<Event>(handle)->kill(); });
}
