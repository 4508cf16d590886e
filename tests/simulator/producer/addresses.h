// IPv4 addresses of GigE cameras and of the interfaces that they are plugged in to.
#pragma once
#include <cstdint>
#include <string>

#include "camera.h"
#include "scenario.h"

namespace camsim {

// As GenICam's nodes have it: the first number is the highest byte. 0: none.
struct Ipv4 {
    uint32_t address = 0, mask = 0;
};

// What the camera has now: the knobs 'moved' and 'wrong_subnet' change it.
Ipv4 address_of(const Camera& camera);

// Whether the camera can be reached from there; without addresses it can.
bool reaches(const InterfaceSpec& interface, const Camera& camera);

}  // namespace camsim
