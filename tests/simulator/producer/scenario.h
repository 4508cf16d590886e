// The scenario: which interfaces and cameras there are. Format: tests/simulator/scenario.py.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace camsim {

enum class Bus { U3v, Gev, Custom };
enum class Flavour { Hikrobot, Flir, FlirOld, Generic };

const char* bus_name(Bus bus);

struct CameraSpec {
    std::string serial;
    std::string vendor = "camstrm";
    std::string model = "Simulated";
    std::string version = "1.0.0";
    std::string user_name;
    std::string interface_id;
    std::string producer;  // file name under which it is seen; empty: under any
    Bus bus = Bus::U3v;
    Flavour flavour = Flavour::Generic;
    int64_t width = 640;
    int64_t height = 480;
    double frame_rate = 30.0;
    double link_bytes_per_s = 0.0;  // 0: what the bus has, and enough for the frame rate
    std::vector<std::string> formats = {"Mono8"};
    int64_t heartbeat_ms = 3000;
    int64_t control_timeout_ms = 500;
    int64_t control_retries = 3;
    int64_t frame_id_bits = 64;
    bool zipped_xml = false;
    int64_t grain = 0;
    bool optics = false;  // a motorised lens; exposure, gain and white balance change the picture
    int64_t more_features = 0;  // integers that do nothing, as a real camera has hundreds
    std::string told_serial = "same";  // what the transport layer says: same, none, empty, a text
    std::string node_serial = "same";  // what the node DeviceSerialNumber says
    bool node_serial_is_integer = false;
    std::string display_name;  // empty: vendor, model and serial number
    bool user_name_query = true;
    bool size_info = true;        // whether buffers tell their width and height
    bool timestamps_in_ns = true;  // whether they have TIMESTAMP_NS beside TIMESTAMP
    int64_t timestamp_frequency = 1000000000;  // ticks of TIMESTAMP in a second
    uint32_t ip_address = 0;      // 0: none; the first number is the highest byte
    uint32_t subnet_mask = 0xFFFFFF00;
    std::string xml_file;       // the camera's XML, as it is; empty: that of its flavour
    std::string memory_file;    // what its registers hold then
    int64_t access_status = 0;  // reported of a free camera; 0: that it is free
};

// A time on the camera's clock as the camera counts it.
uint64_t ticks(const CameraSpec& spec, uint64_t nanoseconds);
// DEVICE_INFO_SERIAL_NUMBER; none where it cannot be asked.
std::optional<std::string> told_serial(const CameraSpec& spec);
// The value of the node DeviceSerialNumber.
std::string node_serial(const CameraSpec& spec);

struct InterfaceSpec {
    std::string id;
    std::string display_name;
    Bus bus = Bus::U3v;
    int64_t search_ms = 0;  // how long a search for devices takes
    uint32_t ip_address = 0;
    uint32_t subnet_mask = 0xFFFFFF00;
};

struct Scenario {
    std::string control_folder;  // empty: knobs and locks are this process's own
    std::string vendor = "camstrm";
    bool gbk_errors = false;
    bool module_xml = true;  // whether other modules than the cameras have an XML
    std::vector<InterfaceSpec> interfaces;
    std::vector<CameraSpec> cameras;
};

// The cameras that are there without a scenario: two small quick ones and a large one.
Scenario default_scenario();

// Reads a file; throws Failure(GC_ERR_ERROR) that names the line.
Scenario read_scenario(const std::string& path);

}  // namespace camsim
