// What limits a camera's frame rate, and what starts and stops its frames.
#include <algorithm>

#include "camera.h"

namespace camsim {
namespace {

constexpr double kFrameOverheadUs = 20.0;
constexpr double kU3vBytesPerS = 380e6;
constexpr double kGevBytesPerS = 125e6;
constexpr double kCustomBytesPerS = 2e9;

}  // namespace

double Camera::link_bytes_per_s() const {
    if (spec.link_bytes_per_s > 0) return spec.link_bytes_per_s;
    const double bus = spec.bus == Bus::U3v   ? kU3vBytesPerS
                       : spec.bus == Bus::Gev ? kGevBytesPerS
                                              : kCustomBytesPerS;
    // The scenario's frame rate is always reached with the first format at full size.
    const size_t bytes = find_format(spec.formats.front())->image_bytes(spec.width, spec.height);
    return std::max(bus, 1.05 * spec.frame_rate * static_cast<double>(bytes));
}

FloatLimits Camera::exposure_limits() const { return {is(Flavour::Hikrobot) ? 15.0 : 10.0, 1e7}; }

FloatLimits Camera::gain_limits() const {
    switch (spec.flavour) {
        case Flavour::Hikrobot: return {0.0, 17.0166};
        case Flavour::Flir: return {0.0, 47.9943};
        case Flavour::FlirOld: return {0.0, 29.9963};
        case Flavour::Generic: break;
    }
    return {0.0, 24.0};
}

FloatLimits Camera::rate_limits() const {
    const double sensor =
        spec.frame_rate * static_cast<double>(spec.height) / static_cast<double>(geometry().height);
    const double exposure = 1e6 / (get_float(Reg::ExposureTime) + kFrameOverheadUs);
    // Only the U3V camera of FLIR and the others with the mode on obey the limit.
    const bool limited = is(Flavour::Flir) || is(Flavour::FlirOld) ||
                         get(Reg::DeviceLinkThroughputLimitMode) == kOn;
    const double link = limited ? static_cast<double>(get(Reg::DeviceLinkThroughputLimit))
                                : link_bytes_per_s();
    const double rate = std::min({sensor, exposure, link / static_cast<double>(payload_bytes())});
    return {std::min(rate, 0.1), rate};
}

bool Camera::rate_is_set() const {
    if (!get(Reg::AcquisitionFrameRateEnable)) return false;
    return !is(Flavour::FlirOld) || get(Reg::AcquisitionFrameRateAuto) == kOff;
}

double Camera::resulting_rate() const {
    const double most = rate_limits().max;
    return rate_is_set() ? std::min(most, get_float(Reg::AcquisitionFrameRate)) : most;
}

bool Camera::triggered() const {
    for (int64_t i = 0; i < kTriggerSelectors; ++i) {
        if (get(Reg::TriggerMode + i) == kOn) return true;
    }
    return false;
}

bool Camera::triggered_by_software() const {
    for (int64_t i = 0; i < kTriggerSelectors; ++i) {
        if (get(Reg::TriggerMode + i) == kOn && get(Reg::TriggerSource + i) == kSourceSoftware) {
            return true;
        }
    }
    return false;
}

void Camera::start_acquisition(uint64_t by) {
    const std::lock_guard<std::mutex> guard(gate.mutex);
    const uint64_t running_for = shared.get(Slot::acquiring_for);
    // A GigE camera whose last user died still acquires, for nobody, and ignores the command.
    if (is_gev() && running_for && running_for != by) return;
    shared.set(Slot::acquiring_for, by);
    if (gate.open) return;
    gate.open = true;
    gate.starts++;
    gate.trigger_pending = false;
    const int64_t mode = get(Reg::AcquisitionMode);
    gate.frames_left = mode == kModeSingle  ? 1
                       : mode == kModeMulti ? get(Reg::AcquisitionFrameCount)
                                            : -1;
    gate.wake.notify_all();
}

void Camera::stop_acquisition() {
    const std::lock_guard<std::mutex> guard(gate.mutex);
    shared.set(Slot::acquiring_for, 0);
    gate.open = false;
    gate.wake.notify_all();
}

void Camera::software_trigger() {
    const std::lock_guard<std::mutex> guard(gate.mutex);
    if (!gate.open || !triggered_by_software()) return;
    shared.count(Slot::triggers);
    // One trigger is kept while the camera is busy with a frame.
    if (gate.trigger_pending) shared.count(Slot::missed_triggers);
    gate.trigger_pending = true;
    gate.wake.notify_all();
}

void Camera::wake_up() {
    const std::lock_guard<std::mutex> guard(gate.mutex);
    gate.wake.notify_all();
}

}  // namespace camsim
