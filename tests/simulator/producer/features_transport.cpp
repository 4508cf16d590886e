// TransportLayerControl, ChunkDataControl, UserSetControl.
#include "addresses.h"
#include "feature_builder.h"

namespace camsim {
namespace {

constexpr uint32_t kUnknownAddress = 0xC0A80102;  // of a camera that the scenario gives none
constexpr size_t kChunkTrailer = 8;  // ID and length
constexpr size_t kChunkValue = 8;

void add_gev(Camera& camera, FeatureBuilder& features) {
    const bool flir = camera.is(Flavour::Flir) || camera.is(Flavour::FlirOld);
    features.told("GevVersionMajor", [] { return int64_t{2}; });
    features.told("GevVersionMinor", [] { return int64_t{0}; });
    features.told("GevCurrentIPAddress", [&camera] {
        const uint32_t address = address_of(camera).address;
        return int64_t{address ? address : kUnknownAddress};
    });
    features.told("GevTimestampTickFrequency",
                  [&camera] { return camera.spec.timestamp_frequency; });
    const IntegerLimits packet = flir ? IntegerLimits{576, 9000, 4} : IntegerLimits{220, 9156, 8};
    features.locked_while_streaming(
        features.integer(Reg::GevSCPSPacketSize, "GevSCPSPacketSize", packet)).unit = "B";
    features.locked_while_streaming(
        features.boolean(Reg::GevSCPSDoNotFragment, "GevSCPSDoNotFragment"));
    features.locked_while_streaming(
        features.integer(Reg::GevSCPD, "GevSCPD", {0, 1000000, 1}));
    Node& heartbeat = features.integer(Reg::GevHeartbeatTimeout, "GevHeartbeatTimeout", [&camera] {
        // The makers' range begins at 500; a scenario may be quicker.
        return IntegerLimits{std::min<int64_t>(500, camera.spec.heartbeat_ms), 60000, 1};
    });
    heartbeat.unit = "ms";
    heartbeat.set_integer = [&camera](int64_t value) {
        camera.set(Reg::GevHeartbeatTimeout, value);
        if (camera.on_heartbeat_timeout) camera.on_heartbeat_timeout(value);
    };
    features.boolean(Reg::GevGVCPHeartbeatDisable, "GevGVCPHeartbeatDisable");
    if (camera.is(Flavour::Generic)) {
        features.boolean(Reg::GevIEEE1588, "PtpEnable");
        return;
    }
    features.boolean(Reg::GevIEEE1588, "GevIEEE1588");
    if (flir) features.choice_of(Reg::GevIEEE1588Mode, "GevIEEE1588Mode", {"Auto", "SlaveOnly"});
}

}  // namespace

size_t Camera::chunk_bytes() const {
    if (!get(Reg::ChunkModeActive)) return 0;
    size_t bytes = kChunkTrailer;  // the picture is a chunk too
    for (int64_t i = 0; i < 2; ++i) {
        if (get(Reg::ChunkEnable + i)) bytes += kChunkValue + kChunkTrailer;
    }
    return bytes;
}

void add_transport_features(Camera& camera) {
    FeatureBuilder features(camera, "TransportLayerControl");
    features.told("PayloadSize", [&camera] { return static_cast<int64_t>(camera.told_payload()); });
    Node& locked = camera.nodes.add(NodeKind::Integer, "TLParamsLocked", "TransportLayerControl");
    locked.hidden = true;
    locked.get_integer = [&camera] { return int64_t{camera.params_locked.load()}; };
    locked.set_integer = [&camera](int64_t value) { camera.params_locked = value != 0; };
    locked.integer_limits = [] { return IntegerLimits{0, 1, 1}; };
    if (camera.is_gev()) add_gev(camera, features);

    FeatureBuilder chunks(camera, "ChunkDataControl");
    chunks.locked_while_streaming(chunks.boolean(Reg::ChunkModeActive, "ChunkModeActive"));
    chunks.choice_of(Reg::ChunkSelector, "ChunkSelector",
                     {camera.is(Flavour::FlirOld) ? "FrameCounter" : "FrameID", "Timestamp"})
        .selected = {"ChunkEnable"};
    Node& enable = chunks.boolean(Reg::ChunkEnable, "ChunkEnable");
    chunks.locked_while_streaming(
        chunks.selected_by(Reg::ChunkSelector, Reg::ChunkEnable, enable));
}

void add_user_set_features(Camera& camera) {
    FeatureBuilder features(camera, "UserSetControl");
    const bool flir = camera.is(Flavour::Flir) || camera.is(Flavour::FlirOld);
    const std::vector<std::string> sets =
        flir ? std::vector<std::string>{"Default", "UserSet0", "UserSet1"}
             : std::vector<std::string>{"Default", "UserSet1", "UserSet2", "UserSet3"};
    features.choice_of(Reg::UserSetSelector, "UserSetSelector", sets);
    features.locked_while_streaming(features.command(
        "UserSetLoad", [&camera] { camera.load_user_set(camera.get(Reg::UserSetSelector)); }));
    features.command("UserSetSave",
                     [&camera] { camera.save_user_set(camera.get(Reg::UserSetSelector)); });
    features.choice_of(Reg::UserSetDefault,
                       camera.is(Flavour::FlirOld) ? "UserSetDefaultSelector" : "UserSetDefault",
                       sets);
}

}  // namespace camsim
