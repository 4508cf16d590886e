#include "module.h"

#include <cinttypes>
#include <cstdio>

#include "answer.h"
#include "event.h"
#include "library.h"

namespace camsim {

void Port::read(uint64_t address, void* data, size_t size) {
    if (address < kXmlAddress) return nodes.read(address, data, size);
    read_xml(address, data, size);
}

void Port::read_xml(uint64_t address, void* data, size_t size) {
    require(url_count() > 0, GC_ERR_INVALID_ADDRESS, "the module has no XML");
    const std::string& bytes = document().bytes;
    const uint64_t begin = address - xml_address();
    require(size > 0 && begin < bytes.size() && size <= bytes.size() - begin,
            GC_ERR_INVALID_ADDRESS, "beyond the XML");
    std::memcpy(data, bytes.data() + begin, size);
}

void Port::write(uint64_t address, const void* data, size_t size) {
    require(address < kXmlAddress, GC_ERR_ACCESS_DENIED, "the XML is read-only");
    nodes.write(address, data, size);
}

uint32_t Port::url_count() { return library()->scenario.module_xml ? 1 : 0; }

const PortDocument& Port::document() {
    const std::lock_guard<std::mutex> guard(document_mutex_);
    if (!document_) {
        const PortFacts about = facts();
        const std::string xml = nodes.xml({about.vendor, about.model, about.port_name, 1});
        document_ = std::make_unique<PortDocument>(PortDocument{about.module + ".xml", xml});
    }
    return *document_;
}

std::string Port::url() {
    char place[64];
    std::snprintf(place, sizeof place, ";%" PRIX64 ";%zX", kXmlAddress, document().bytes.size());
    return "local:///" + document().file_name + place + "?SchemaVersion=1.1.0";
}

std::shared_ptr<Event> Port::make_event(EventType type) {
    switch (type) {
        case EVENT_ERROR:
        case EVENT_FEATURE_INVALIDATE:
        case EVENT_FEATURE_CHANGE:
            return std::make_shared<Event>(type, std::make_shared<SilentSource>());
        case EVENT_REMOTE_DEVICE:
        case EVENT_MODULE: fail(GC_ERR_NOT_IMPLEMENTED, "this event is not implemented");
        default: fail(GC_ERR_INVALID_PARAMETER, "this module has no such event");
    }
}

void Port::info(int32_t command, int32_t* type, void* buffer, size_t* size) {
    const Answer answer(type, buffer, size);
    const PortFacts about = facts();
    switch (command) {
        case PORT_INFO_ID: return answer.text(about.id);
        case PORT_INFO_VENDOR: return answer.text(about.vendor);
        case PORT_INFO_MODEL: return answer.text(about.model);
        case PORT_INFO_TLTYPE: return answer.text(bus_name(about.bus));
        case PORT_INFO_MODULE: return answer.text(about.module);
        case PORT_INFO_LITTLE_ENDIAN: return answer.boolean(true);
        case PORT_INFO_BIG_ENDIAN: return answer.boolean(false);
        case PORT_INFO_ACCESS_READ:
        case PORT_INFO_ACCESS_WRITE: return answer.boolean(true);
        case PORT_INFO_ACCESS_NA:
        case PORT_INFO_ACCESS_NI: return answer.boolean(false);
        case PORT_INFO_VERSION: return answer.text("1.0.0");
        case PORT_INFO_PORTNAME: return answer.text(about.port_name);
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown PORT_INFO_CMD");
    }
}

void Port::url_info(uint32_t index, int32_t command, int32_t* type, void* buffer, size_t* size) {
    const Answer answer(type, buffer, size);
    require(index < url_count(), GC_ERR_INVALID_INDEX, "the port has no such URL");
    switch (command) {
        case URL_INFO_URL: return answer.text(url());
        case URL_INFO_SCHEMA_VER_MAJOR: return answer.int32(1);
        case URL_INFO_SCHEMA_VER_MINOR: return answer.int32(1);
        case URL_INFO_FILE_VER_MAJOR: return answer.int32(1);
        case URL_INFO_FILE_VER_MINOR:
        case URL_INFO_FILE_VER_SUBMINOR: return answer.int32(0);
        case URL_INFO_FILE_SHA1_HASH: fail(GC_ERR_NOT_AVAILABLE, "no hash of the XML");
        case URL_INFO_FILE_REGISTER_ADDRESS: return answer.uint64(xml_address());
        case URL_INFO_FILE_SIZE: return answer.uint64(document().bytes.size());
        case URL_INFO_SCHEME: return answer.int32(0);  // URL_SCHEME_LOCAL
        case URL_INFO_FILENAME: return answer.text(document().file_name);
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown URL_INFO_CMD");
    }
}

void Port::close_events() {
    std::map<EventType, std::shared_ptr<Event>> taken;
    {
        const std::lock_guard<std::mutex> guard(events_mutex);
        taken.swap(events);
    }
    for (const auto& [type, event] : taken) library()->registry.close(event->handle);
}

}  // namespace camsim
