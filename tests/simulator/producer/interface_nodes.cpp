// The node map of an interface, with the names of the GenTL SFNC.
#include <algorithm>

#include "addresses.h"
#include "interface.h"

namespace camsim {

void Interface::add_nodes() {
    Node& id = nodes.add(NodeKind::Text, "InterfaceID", "InterfaceInformation");
    id.get_text = [this] { return spec.id; };
    Node& count = nodes.add(NodeKind::Integer, "DeviceCount", "DeviceEnumeration");
    count.get_integer = [this] { return int64_t{device_count()}; };
    Node& update_list = nodes.add(NodeKind::Command, "DeviceUpdateList", "DeviceEnumeration");
    update_list.execute = [this] { update(); };
    const auto& cameras = library_->cameras;
    const bool addressed =
        spec.ip_address || std::any_of(cameras.begin(), cameras.end(), [](const auto& camera) {
            return camera->spec.ip_address != 0;
        });
    if (spec.bus == Bus::Gev && addressed) add_address_nodes();
}

void Interface::add_address_nodes() {
    const auto told = [&](const char* name, const char* category, std::function<int64_t()> get) {
        Node& node = nodes.add(NodeKind::Integer, name, category);
        node.get_integer = std::move(get);
        return &node;
    };
    told("GevInterfaceSubnetIPAddress", "InterfaceInformation",
         [this] { return int64_t{spec.ip_address}; });
    told("GevInterfaceSubnetMask", "InterfaceInformation",
         [this] { return int64_t{spec.subnet_mask}; });
    const char* devices = "DeviceEnumeration";
    Node& selector = *told("DeviceSelector", devices, [this] { return selected_.load(); });
    selector.set_integer = [this](int64_t value) { selected_ = value; };
    selector.integer_limits = [this] {
        return IntegerLimits{0, std::max<int64_t>(0, int64_t{device_count()} - 1), 1};
    };
    selector.selected = {"DeviceID", "GevDeviceIPAddress", "GevDeviceSubnetMask"};
    const auto there = [this] { return selected_ < int64_t{device_count()}; };
    const auto index = [this] { return static_cast<uint32_t>(selected_.load()); };
    Node& id = nodes.add(NodeKind::Text, "DeviceID", devices);
    id.get_text = [this, index] { return device_at(index()).id; };
    id.available = there;
    told("GevDeviceIPAddress", devices, [this, index] {
        return int64_t{address_of(*device_at(index()).camera).address};
    })->available = there;
    told("GevDeviceSubnetMask", devices, [this, index] {
        return int64_t{address_of(*device_at(index()).camera).mask};
    })->available = there;
}

}  // namespace camsim
