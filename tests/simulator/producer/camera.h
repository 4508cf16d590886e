// One camera: its settings, what follows from them, and the gate that starts and stops frames.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "node_map.h"
#include "pixel_format.h"
#include "register_memory.h"
#include "scenario.h"
#include "shared_camera.h"

namespace camsim {

// Settings, kept in the camera's control file: they outlive the connection, not a power cycle.
enum class Reg : size_t {
    Width,
    Height,
    OffsetX,
    OffsetY,
    BinningHorizontal,
    BinningVertical,
    DecimationHorizontal,
    DecimationVertical,
    PixelFormat,
    ImageCompressionMode,
    TestPattern,
    AcquisitionMode,
    AcquisitionFrameCount,
    AcquisitionFrameRate,
    AcquisitionFrameRateEnable,
    AcquisitionFrameRateAuto,
    TriggerSelector,
    TriggerMode,  // one for each of kTriggerSelectors
    TriggerModeLast = TriggerMode + 3,
    TriggerSource,
    TriggerSourceLast = TriggerSource + 3,
    TriggerActivation,
    TriggerActivationLast = TriggerActivation + 3,
    TriggerDelay,
    TriggerOverlap,
    ExposureMode,
    ExposureAuto,
    ExposureTime,
    GainAuto,
    Gain,
    BlackLevel,
    GammaEnable,
    Gamma,
    BalanceWhiteAuto,
    BalanceRatioSelector,
    BalanceRatio,  // one for each colour
    BalanceRatioLast = BalanceRatio + 2,
    DeviceLinkThroughputLimitMode,
    DeviceLinkThroughputLimit,
    DeviceTemperatureSelector,
    ChunkModeActive,
    ChunkSelector,
    ChunkEnable,  // one for each chunk
    ChunkEnableLast = ChunkEnable + 1,
    UserSetSelector,
    UserSetDefault,
    GevSCPSPacketSize,
    GevSCPSDoNotFragment,
    GevSCPD,
    GevHeartbeatTimeout,
    GevGVCPHeartbeatDisable,
    GevIEEE1588,
    GevIEEE1588Mode,
    OpticControllerSelector,
    FocusStepper,
    DeviceIndicatorMode,
    count
};
static_assert(static_cast<size_t>(Reg::count) <= kMaxRegisters);

constexpr int64_t kTriggerSelectors = 4;

inline Reg operator+(Reg reg, int64_t index) {
    return static_cast<Reg>(static_cast<int64_t>(reg) + index);
}

// Values of enumerations that the camera itself looks at.
enum : int64_t { kOff = 0, kOn = 1, kContinuous = 2 };
enum : int64_t { kModeSingle = 0, kModeMulti = 1, kModeContinuous = 2 };
enum : int64_t { kSourceSoftware = 0 };
enum : int64_t { kExposureTimed = 0 };

struct Geometry {
    const PixelFormat* format;
    int64_t width, height, offset_x, offset_y;

    bool operator==(const Geometry& other) const {
        return format == other.format && width == other.width && height == other.height;
    }
};

class Camera {
  public:
    Camera(const CameraSpec& spec, const std::string& control_folder);

    int64_t get(Reg reg) const;
    double get_float(Reg reg) const;
    void set(Reg reg, int64_t value);
    void set_float(Reg reg, double value);

    // Settings of the scenario, or of the default user set, after a power cycle.
    void power_up();
    void factory_settings();
    void load_user_set(int64_t index);
    void save_user_set(int64_t index);

    bool is(Flavour flavour) const { return spec.flavour == flavour; }
    // The simulator knows nothing of such a camera's registers: its stream starts and stops it.
    bool has_foreign_xml() const { return !spec.xml_file.empty(); }
    bool is_gev() const { return spec.bus == Bus::Gev; }
    bool has_colour() const;
    std::string user_name();
    void set_user_name(const std::string& name);

    Geometry geometry() const;
    int64_t width_max() const;
    int64_t height_max() const;
    IntegerLimits width_limits() const;
    IntegerLimits height_limits() const;
    IntegerLimits offset_x_limits() const;
    IntegerLimits offset_y_limits() const;
    size_t image_bytes() const;
    size_t chunk_bytes() const;
    size_t payload_bytes() const;  // what a buffer must hold
    size_t told_payload() const;   // what the camera says, which a fault falsifies

    double link_bytes_per_s() const;
    FloatLimits exposure_limits() const;
    FloatLimits gain_limits() const;
    FloatLimits rate_limits() const;
    double resulting_rate() const;
    bool rate_is_set() const;
    bool triggered() const;
    bool triggered_by_software() const;

    // The gate: AcquisitionStart opens it; the stream's thread waits at it. 'wake' is notified
    // at each change. 'instance' is the opening (Lease) that asks.
    void start_acquisition(uint64_t instance);
    void stop_acquisition();
    void software_trigger();
    void wake_up();

    struct Gate {
        std::mutex mutex;
        std::condition_variable wake;
        bool open = false;
        uint64_t starts = 0;
        int64_t frames_left = -1;
        bool trigger_pending = false;
    };

    const CameraSpec& spec;
    mutable SharedCamera shared;
    Gate gate;
    NodeMap nodes;
    RegisterMemory memory;  // its registers instead of the nodes' if its XML is from a file
    std::atomic<bool> params_locked{false};
    std::atomic<uint64_t> instance{0};
    std::function<void(int64_t)> on_heartbeat_timeout;

  private:
    double factory_float(Reg reg) const;
    int64_t factory_integer(Reg reg) const;
    int64_t increment_x() const;
    uint64_t fingerprint() const;
};

// The remote device's features, by group (features_*.cpp).
void add_device_features(Camera& camera);
void add_image_features(Camera& camera);
void add_acquisition_features(Camera& camera);
void add_analog_features(Camera& camera);
void add_transport_features(Camera& camera);
void add_user_set_features(Camera& camera);
void add_optic_features(Camera& camera);

}  // namespace camsim
