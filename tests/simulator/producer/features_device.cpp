// DeviceControl: who the camera is, its temperature and its link.
#include <atomic>
#include <cstdlib>
#include <memory>

#include "feature_builder.h"
#include "lease.h"

namespace camsim {

void add_device_features(Camera& camera) {
    FeatureBuilder features(camera, "DeviceControl");
    const CameraSpec& spec = camera.spec;
    features.told_text("DeviceVendorName", [&spec] { return spec.vendor; });
    features.told_text("DeviceModelName", [&spec] { return spec.model; });
    features.told_text("DeviceManufacturerInfo", [] { return std::string("simulated"); });
    features.told_text("DeviceVersion", [&spec] { return spec.version; });
    features.told_text("DeviceFirmwareVersion", [&spec] { return spec.version; });
    if (spec.node_serial_is_integer) {
        // A text that is no number reads 0, as the register of such cameras does.
        features.told("DeviceSerialNumber", [&spec] {
            return static_cast<int64_t>(std::strtoll(node_serial(spec).c_str(), nullptr, 10));
        });
    } else {
        features.told_text("DeviceSerialNumber", [&spec] { return node_serial(spec); });
    }
    Node& name = features.told_text("DeviceUserID", [&camera] { return camera.user_name(); });
    name.set_text = [&camera](const std::string& text) { camera.set_user_name(text); };
    features.choice_of(Reg::DeviceTemperatureSelector, "DeviceTemperatureSelector",
                       camera.is(Flavour::Hikrobot)
                           ? std::vector<std::string>{"Sensor", "Mainboard"}
                           : std::vector<std::string>{"Sensor"})
        .selected = {"DeviceTemperature"};
    features.told_real("DeviceTemperature", "C", [&camera] {
        return camera.get(Reg::DeviceTemperatureSelector) ? 41.5 : 45.25;
    });
    features.told("DeviceLinkSpeed", [&camera] {
        return static_cast<int64_t>(camera.link_bytes_per_s());
    });
    // Whether FLIR's cameras have the mode is not known; they always obey the limit.
    if (camera.is(Flavour::Hikrobot) || camera.is(Flavour::Generic)) {
        features.choice_of(Reg::DeviceLinkThroughputLimitMode, "DeviceLinkThroughputLimitMode",
                           {"Off", "On"});
    }
    features.locked_while_streaming(features.integer(
        Reg::DeviceLinkThroughputLimit, "DeviceLinkThroughputLimit", [&camera] {
            const auto most = static_cast<int64_t>(camera.link_bytes_per_s());
            return IntegerLimits{most % 1000 + 1000000, most, 1000};
        })).unit = "Bps";
    features.told("DeviceLinkCurrentThroughput", [&camera] {
        return static_cast<int64_t>(camera.resulting_rate() *
                                    static_cast<double>(camera.payload_bytes()));
    });
    if (camera.is(Flavour::Hikrobot)) {
        features.told("DeviceUptime", [] {
            return static_cast<int64_t>(monotonic_ns() / 1000000000u);
        });
    }
    for (int64_t number = 1; number <= spec.more_features; ++number) {
        const auto value = std::make_shared<std::atomic<int64_t>>(number);
        Node& more = features.told("Custom" + std::to_string(number),
                                   [value] { return value->load(); });
        more.set_integer = [value](int64_t wanted) { value->store(wanted); };
        more.integer_limits = [] { return IntegerLimits{0, 4095, 1}; };
    }
    // As a short loss of power: who has the camera open loses it.
    features.command("DeviceReset", [&camera] {
        camera.stop_acquisition();
        camera.shared.count(Slot::power_cycles);
        camera.shared.count(Slot::plug_count);
    });
}

}  // namespace camsim
