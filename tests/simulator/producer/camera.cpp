#include "camera.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "failure.h"
#include "scene.h"

namespace camsim {
namespace {

constexpr int64_t kMinSide = 64;

int64_t floored(int64_t value, int64_t step) { return value - value % step; }

bool is_float(Reg reg) {
    switch (reg) {
        case Reg::AcquisitionFrameRate:
        case Reg::TriggerDelay:
        case Reg::ExposureTime:
        case Reg::Gain:
        case Reg::BlackLevel:
        case Reg::Gamma: return true;
        default: return reg >= Reg::BalanceRatio && reg <= Reg::BalanceRatioLast;
    }
}

int64_t bits_of(double value) {
    int64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

}  // namespace

Camera::Camera(const CameraSpec& spec, const std::string& control_folder)
    : spec(spec), shared(control_folder, spec.serial), memory(spec.memory_file) {
    power_up();
    add_device_features(*this);
    add_image_features(*this);
    add_acquisition_features(*this);
    add_analog_features(*this);
    add_transport_features(*this);
    add_user_set_features(*this);
    add_optic_features(*this);
}

int64_t Camera::get(Reg reg) const {
    return shared.layout().registers[static_cast<size_t>(reg)].load(std::memory_order_relaxed);
}

double Camera::get_float(Reg reg) const {
    const int64_t bits = get(reg);
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

void Camera::set(Reg reg, int64_t value) {
    shared.layout().registers[static_cast<size_t>(reg)].store(value, std::memory_order_relaxed);
    wake_up();
}

void Camera::set_float(Reg reg, double value) { set(reg, bits_of(value)); }

uint64_t Camera::fingerprint() const {
    std::string text = spec.vendor + spec.model + bus_name(spec.bus) + spec.user_name;
    for (const std::string& name : spec.formats) text += " " + name;
    for (const int64_t number : {spec.width, spec.height, bits_of(spec.frame_rate),
                                 spec.heartbeat_ms, static_cast<int64_t>(spec.flavour)}) {
        text += " " + std::to_string(number);
    }
    return std::hash<std::string>()(text) | 1;
}

void Camera::power_up() {
    const SharedCamera::Locked lock(shared);
    const uint64_t cycles = shared.get(Slot::power_cycles);
    const bool other_scenario = shared.get(Slot::settings_of) != fingerprint();
    if (!other_scenario && shared.get(Slot::settings_plug_count) == cycles) return;
    if (other_scenario) {
        for (auto& saved : shared.layout().user_set_saved) saved = 0;
        factory_settings();
        set_user_name(spec.user_name);
    } else {
        load_user_set(get(Reg::UserSetDefault));
    }
    memory.reset();
    shared.set(Slot::acquiring_for, 0);
    shared.set(Slot::settings_of, fingerprint());
    shared.set(Slot::settings_plug_count, cycles);
}

void Camera::factory_settings() {
    const int64_t default_set = get(Reg::UserSetDefault);
    for (size_t i = 0; i < static_cast<size_t>(Reg::count); ++i) {
        const Reg reg = static_cast<Reg>(i);
        if (is_float(reg)) {
            set_float(reg, factory_float(reg));
        } else {
            set(reg, factory_integer(reg));
        }
    }
    set(Reg::UserSetDefault, default_set);
}

// FLIR: a user set that was never saved holds the factory's values.
void Camera::load_user_set(int64_t index) {
    const int64_t selector = get(Reg::UserSetSelector), standard = get(Reg::UserSetDefault);
    if (index == 0 || !shared.layout().user_set_saved[index]) {
        factory_settings();
    } else {
        for (size_t i = 0; i < static_cast<size_t>(Reg::count); ++i) {
            shared.layout().registers[i] = shared.layout().user_sets[index][i].load();
        }
    }
    set(Reg::UserSetSelector, selector);
    set(Reg::UserSetDefault, standard);
}

void Camera::save_user_set(int64_t index) {
    require(index > 0, GC_ERR_ACCESS_DENIED, "the default user set cannot be overwritten");
    for (size_t i = 0; i < static_cast<size_t>(Reg::count); ++i) {
        shared.layout().user_sets[index][i] = shared.layout().registers[i].load();
    }
    shared.layout().user_set_saved[index] = 1;
}

double Camera::factory_float(Reg reg) const {
    switch (reg) {
        case Reg::AcquisitionFrameRate: return spec.frame_rate;
        // Does not limit the frame rate.
        case Reg::ExposureTime: return std::min(5000.0, 0.5e6 / spec.frame_rate);
        case Reg::Gamma:
        case Reg::BalanceRatio:
        case Reg::BalanceRatioLast: return 1.0;
        default: return reg > Reg::BalanceRatio && reg < Reg::BalanceRatioLast ? 1.0 : 0.0;
    }
}

int64_t Camera::factory_integer(Reg reg) const {
    switch (reg) {
        case Reg::Width: return spec.width;
        case Reg::Height: return spec.height;
        case Reg::BinningHorizontal:
        case Reg::BinningVertical:
        case Reg::DecimationHorizontal:
        case Reg::DecimationVertical:
        case Reg::AcquisitionFrameCount: return 1;
        case Reg::PixelFormat: return find_format(spec.formats.front())->code;
        case Reg::AcquisitionMode: return kModeContinuous;
        case Reg::AcquisitionFrameRateAuto: return kContinuous;
        case Reg::ExposureAuto:
        case Reg::GainAuto: return is(Flavour::Generic) ? kOff : kContinuous;
        case Reg::BalanceWhiteAuto: return is(Flavour::Generic) ? kOff : kContinuous;
        case Reg::DeviceLinkThroughputLimit: return static_cast<int64_t>(link_bytes_per_s());
        case Reg::ChunkEnable:
        case Reg::ChunkEnableLast: return 1;
        case Reg::GevSCPSPacketSize: return is(Flavour::Hikrobot) ? 1500 : 1400;
        case Reg::GevSCPSDoNotFragment: return 1;
        case Reg::FocusStepper: return kFocusSteps / 5;  // out of focus
        case Reg::DeviceIndicatorMode: return kOn;
        case Reg::GevHeartbeatTimeout: return spec.heartbeat_ms;
        default: return 0;
    }
}

bool Camera::has_colour() const {
    const auto colour = [](const std::string& name) { return find_format(name)->is_colour(); };
    return std::any_of(spec.formats.begin(), spec.formats.end(), colour);
}

std::string Camera::user_name() {
    if (shared.get(Slot::gbk_user_name)) return "\xCF\xE0\xBB\xFA";  // "camera" in Chinese
    const char* name = shared.layout().user_name;
    return std::string(name, strnlen(name, sizeof(SharedLayout::user_name)));
}

void Camera::set_user_name(const std::string& name) {
    char* kept = shared.layout().user_name;
    std::memset(kept, 0, sizeof(SharedLayout::user_name));
    std::memcpy(kept, name.data(), std::min(name.size(), sizeof(SharedLayout::user_name) - 1));
}

int64_t Camera::increment_x() const {
    return is(Flavour::Hikrobot) || is(Flavour::FlirOld) ? 8 : 4;
}

int64_t Camera::width_max() const {
    const int64_t divisor = get(Reg::BinningHorizontal) * get(Reg::DecimationHorizontal);
    return std::max(kMinSide, floored(spec.width / divisor, increment_x()));
}

int64_t Camera::height_max() const {
    const int64_t divisor = get(Reg::BinningVertical) * get(Reg::DecimationVertical);
    return std::max(kMinSide, floored(spec.height / divisor, 2));
}

// What was set before stays in the register; binning makes it smaller until it is taken back.
Geometry Camera::geometry() const {
    const PixelFormat* format = find_format(static_cast<uint32_t>(get(Reg::PixelFormat)));
    const int64_t width = std::min(get(Reg::Width), width_max());
    const int64_t height = std::min(get(Reg::Height), height_max());
    return {format ? format : &all_formats().front(), width, height,
            std::min(get(Reg::OffsetX), width_max() - width),
            std::min(get(Reg::OffsetY), height_max() - height)};
}

IntegerLimits Camera::width_limits() const {
    return {kMinSide, width_max() - geometry().offset_x, increment_x()};
}

IntegerLimits Camera::height_limits() const {
    return {kMinSide, height_max() - geometry().offset_y, 2};
}

IntegerLimits Camera::offset_x_limits() const {
    return {0, width_max() - geometry().width, increment_x()};
}

IntegerLimits Camera::offset_y_limits() const {
    return {0, height_max() - geometry().height, 2};
}

size_t Camera::image_bytes() const {
    const Geometry now = geometry();
    return now.format->image_bytes(now.width, now.height);
}

size_t Camera::payload_bytes() const { return image_bytes() + chunk_bytes(); }

size_t Camera::told_payload() const {
    const size_t missing = shared.get(Slot::payload_short_by);
    return std::max<size_t>(1, payload_bytes() - std::min(missing, payload_bytes()));
}

}  // namespace camsim
