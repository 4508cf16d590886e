#include <cinttypes>
#include <cstdio>

#include "device.h"
#include "event.h"
#include "stored_zip.h"

namespace camsim {
namespace {

// Values of the knob 'bad_xml'.
constexpr uint64_t kBrokenZip = 1, kNoXml = 2, kNoUrl = 3;

bool is_zipped(const Camera& camera) {
    return camera.spec.zipped_xml || camera.shared.get(Slot::bad_xml) == kBrokenZip;
}

std::string base_name(const Camera& camera) {
    switch (camera.spec.flavour) {
        case Flavour::Hikrobot:
            return camera.is_gev() ? "Hikrobot_GigE_Vision_1_V4_0_36" : "Hikrobot_U3V_1_V4_0_36";
        case Flavour::Flir:
        case Flavour::FlirOld: return "BFS_01819DDA";
        case Flavour::Generic: break;
    }
    return "camsim_generic_1_0";
}

}  // namespace

RemoteDevice::RemoteDevice(Device& device)
    : Port(Kind::RemoteDevice),
      device_(device),
      keep_(std::static_pointer_cast<Port>(device.shared_from_this())) {
    const Camera& camera = device.camera;
    // Hikrobot's cameras use schema 1.0 (aravis issue 826).
    const int schema = camera.is(Flavour::Hikrobot) ? 0 : 1;
    const std::string name = base_name(camera);
    if (camera.has_foreign_xml()) {
        const std::string& path = camera.spec.xml_file;
        document_ = {path.substr(path.rfind('/') + 1), read_bytes(path)};
    } else {
        document_ = {name + ".xml",
                     camera.nodes.xml({camera.spec.vendor, camera.spec.model, "Device", schema})};
    }
    if (is_zipped(camera)) {
        document_ = {name + ".zip", stored_zip(document_.file_name, document_.bytes)};
    }
    const uint64_t bad = camera.shared.get(Slot::bad_xml);
    // As an archive whose second half never arrived.
    if (bad == kBrokenZip) document_.bytes.resize(document_.bytes.size() / 2);
    if (bad == kNoXml) document_.bytes = "no description here";
}

PortFacts RemoteDevice::facts() {
    const CameraSpec& spec = device_.camera.spec;
    return {device_.id, spec.vendor, spec.model, "Device", "Device", spec.bus};
}

uint32_t RemoteDevice::url_count() {
    return device_.camera.shared.get(Slot::bad_xml) == kNoUrl ? 0 : 1;
}

uint64_t RemoteDevice::xml_address() {
    return device_.camera.has_foreign_xml() ? kForeignXmlAddress : kXmlAddress;
}

std::string RemoteDevice::url() {
    const Camera& camera = device_.camera;
    char place[64];
    const char* form = camera.is(Flavour::Hikrobot) ? ";%" PRIx64 ";%zx" : ";%" PRIX64 ";%zX";
    std::snprintf(place, sizeof place, form, xml_address(), document_.bytes.size());
    if (camera.is(Flavour::Generic)) {
        return "local:///" + document_.file_name + place + "?SchemaVersion=1.1.0";
    }
    return "Local:" + document_.file_name + place;
}

const PortDocument& RemoteDevice::document() { return document_; }

void RemoteDevice::read(uint64_t address, void* data, size_t size) {
    device_.access(false);
    if (address >= xml_address()) return read_xml(address, data, size);
    if (device_.camera.has_foreign_xml()) return device_.camera.memory.read(address, data, size);
    device_.camera.nodes.read(address, data, size);
}

void RemoteDevice::write(uint64_t address, const void* data, size_t size) {
    device_.access(true);
    require(address < xml_address(), GC_ERR_ACCESS_DENIED, "the XML is read-only");
    if (device_.camera.has_foreign_xml()) return device_.camera.memory.write(address, data, size);
    device_.camera.nodes.write(address, data, size);
}

std::shared_ptr<Event> RemoteDevice::make_event(EventType type) {
    return device_.make_event(type);
}

}  // namespace camsim
