#include "addresses.h"

namespace camsim {
namespace {

// What a camera takes that finds no DHCP server (RFC 3927): seldom the interface's subnet.
constexpr uint32_t kLinkLocal = 0xA9FE0700, kLinkLocalMask = 0xFFFF0000;

}  // namespace

Ipv4 address_of(const Camera& camera) {
    const CameraSpec& spec = camera.spec;
    const auto moved = static_cast<uint32_t>(camera.shared.get(Slot::moved));
    if (camera.shared.get(Slot::wrong_subnet)) {
        return {kLinkLocal | ((spec.ip_address + moved) & 0xFF), kLinkLocalMask};
    }
    return {spec.ip_address ? spec.ip_address + moved : 0, spec.subnet_mask};
}

bool reaches(const InterfaceSpec& interface, const Camera& camera) {
    if (camera.shared.get(Slot::wrong_subnet)) return false;
    const uint32_t address = address_of(camera).address;
    if (!address || !interface.ip_address) return true;
    return ((address ^ interface.ip_address) & interface.subnet_mask) == 0;
}

}  // namespace camsim
