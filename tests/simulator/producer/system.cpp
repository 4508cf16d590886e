#include "answer.h"
#include "interface.h"

namespace camsim {

System::System() : Port(Kind::System), library_(library()) {
    Node& id = nodes.add(NodeKind::Text, "TLID", "SystemInformation");
    id.get_text = [] { return library_name(); };
    Node& vendor = nodes.add(NodeKind::Text, "TLVendorName", "SystemInformation");
    vendor.get_text = [this] { return library_->scenario.vendor; };
    Node& count = nodes.add(NodeKind::Integer, "InterfaceCount", "InterfaceEnumeration");
    count.get_integer = [] { return int64_t{interface_count()}; };
    Node& update = nodes.add(NodeKind::Command, "InterfaceUpdateList", "InterfaceEnumeration");
    update.execute = [] {};
}

PortFacts System::facts() {
    return {library_name(), library_->scenario.vendor, kProducerModel, "TLSystem", "TLPort",
            Bus::Custom};
}

void System::close() {
    close_events();
    std::vector<Handle> children;
    for (const InterfaceSpec& spec : library_->scenario.interfaces) {
        const std::lock_guard<std::mutex> guard(library_->opening);
        const auto open = library_->open_interfaces.find(spec.id);
        if (open != library_->open_interfaces.end()) children.push_back(open->second);
    }
    for (const Handle child : children) library_->registry.close(child);
    const std::lock_guard<std::mutex> guard(library_->opening);
    library_->open_system = nullptr;
}

void System::info(int32_t command, int32_t* type, void* buffer, size_t* size) const {
    const Answer answer(type, buffer, size);
    switch (command) {
        case TL_INFO_ID: return answer.text(library_path());
        case TL_INFO_VENDOR: return answer.text(library_->scenario.vendor);
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
}

uint32_t System::interface_count() {
    return static_cast<uint32_t>(library()->scenario.interfaces.size());
}

const InterfaceSpec& System::interface_at(uint32_t index) const {
    require(index < interface_count(), GC_ERR_INVALID_INDEX, "there is no such interface");
    return library_->scenario.interfaces[index];
}

const InterfaceSpec& System::interface_called(const char* id) const {
    require_pointer(id, "sIfaceID");
    for (const InterfaceSpec& spec : library_->scenario.interfaces) {
        if (spec.id == id) return spec;
    }
    fail(GC_ERR_INVALID_ID, std::string("there is no interface ") + id);
}

Handle System::open_interface(const char* id) {
    const InterfaceSpec& spec = interface_called(id);
    const uint64_t fails = library_->interface_control(spec.id).get(Slot::open_fails);
    if (fails) {
        fail(fails > 1 ? static_cast<GcError>(-static_cast<int64_t>(fails)) : GC_ERR_IO,
             "the interface cannot be opened");
    }
    const std::lock_guard<std::mutex> guard(library_->opening);
    require(!library_->open_interfaces.count(spec.id), GC_ERR_RESOURCE_IN_USE,
            "the interface is open already");
    const auto opened = std::make_shared<Interface>(library_, spec, handle);
    library_->open_interfaces[spec.id] = library_->registry.add(opened);
    return opened->handle;
}

void System::interface_info(const InterfaceSpec& spec, int32_t command, int32_t* type, void* buffer,
                            size_t* size) {
    const Answer answer(type, buffer, size);
    switch (command) {
        case INTERFACE_INFO_ID: return answer.text(spec.id);
        case INTERFACE_INFO_DISPLAYNAME: return answer.text(spec.display_name);
        case INTERFACE_INFO_TLTYPE: return answer.text(bus_name(spec.bus));
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown INTERFACE_INFO_CMD");
    }
}

}  // namespace camsim
