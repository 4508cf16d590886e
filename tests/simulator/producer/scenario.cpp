#include "scenario.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "failure.h"
#include "pixel_format.h"

namespace camsim {
namespace {

std::string trimmed(const std::string& text) {
    const char* blanks = " \t\r\n";
    const size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Quotes keep blanks at the ends.
std::string unquoted(const std::string& text) {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

double number(const std::string& text, double low, double high) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end || !(value >= low && value <= high)) {
        throw std::invalid_argument("'" + text + "' is no number in the allowed range");
    }
    return value;
}

bool yes_or_no(const std::string& text) {
    if (text == "yes") return true;
    if (text == "no") return false;
    throw std::invalid_argument("'" + text + "' is neither yes nor no");
}

template <class Value>
Value one_of(const std::string& text, const std::map<std::string, Value>& values) {
    const auto found = values.find(text);
    if (found == values.end()) throw std::invalid_argument("unknown value '" + text + "'");
    return found->second;
}

const std::map<std::string, Bus> kBuses = {
    {"U3V", Bus::U3v}, {"GEV", Bus::Gev}, {"Custom", Bus::Custom}};
const std::map<std::string, Flavour> kFlavours = {{"hikrobot", Flavour::Hikrobot},
                                                  {"flir", Flavour::Flir},
                                                  {"flir-old", Flavour::FlirOld},
                                                  {"generic", Flavour::Generic}};

// Whether there are nanoseconds beside the ticks.
const std::map<std::string, bool> kTimestamps = {{"ns", true}, {"ticks", false}};
// Whether the type is an integer.
const std::map<std::string, bool> kSerialTypes = {{"string", false}, {"integer", true}};

std::vector<std::string> formats(const std::string& text) {
    std::istringstream words(text);
    std::vector<std::string> names;
    for (std::string name; words >> name;) {
        if (!find_format(name)) throw std::invalid_argument("unknown pixel format " + name);
        names.push_back(name);
    }
    if (names.empty()) throw std::invalid_argument("no pixel format");
    return names;
}

int64_t side(const std::string& text) {
    const auto pixels = static_cast<int64_t>(number(text, 64, 16384));
    if (pixels % 16) throw std::invalid_argument("width and height are multiples of 16");
    return pixels;
}

uint32_t ipv4(const std::string& text) {
    in_addr address{};
    if (text.empty()) return 0;
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
        throw std::invalid_argument("'" + text + "' is no IPv4 address");
    }
    return ntohl(address.s_addr);
}

void set_interface(InterfaceSpec& interface, const std::string& key, const std::string& value) {
    if (key == "bus") {
        interface.bus = one_of(value, kBuses);
    } else if (key == "display_name") {
        interface.display_name = value;
    } else if (key == "search_ms") {
        interface.search_ms = static_cast<int64_t>(number(value, 0, 100000));
    } else if (key == "ip_address") {
        interface.ip_address = ipv4(value);
    } else if (key == "subnet_mask") {
        interface.subnet_mask = ipv4(value);
    } else {
        throw std::invalid_argument("unknown key '" + key + "'");
    }
}

void set_camera(CameraSpec& camera, const std::string& key, const std::string& value) {
    const std::map<std::string, std::function<void()>> setters = {
        {"vendor", [&] { camera.vendor = value; }},
        {"model", [&] { camera.model = value; }},
        {"version", [&] { camera.version = value; }},
        {"user_name", [&] { camera.user_name = value; }},
        {"interface", [&] { camera.interface_id = value; }},
        {"producer", [&] { camera.producer = value; }},
        {"bus", [&] { camera.bus = one_of(value, kBuses); }},
        {"flavour", [&] { camera.flavour = one_of(value, kFlavours); }},
        {"width", [&] { camera.width = side(value); }},
        {"height", [&] { camera.height = side(value); }},
        {"frame_rate", [&] { camera.frame_rate = number(value, 0.01, 100000); }},
        {"link_bytes_per_s", [&] { camera.link_bytes_per_s = number(value, 0, 1e12); }},
        {"formats", [&] { camera.formats = formats(value); }},
        {"heartbeat_ms", [&] { camera.heartbeat_ms = number(value, 50, 100000); }},
        {"control_timeout_ms", [&] { camera.control_timeout_ms = number(value, 1, 10000); }},
        {"control_retries", [&] { camera.control_retries = number(value, 0, 20); }},
        {"frame_id_bits", [&] { camera.frame_id_bits = number(value, 16, 64); }},
        {"zipped_xml", [&] { camera.zipped_xml = yes_or_no(value); }},
        {"grain", [&] { camera.grain = number(value, 0, 100); }},
        {"optics", [&] { camera.optics = yes_or_no(value); }},
        {"more_features", [&] { camera.more_features = number(value, 0, 2000); }},
        {"told_serial", [&] { camera.told_serial = value; }},
        {"node_serial", [&] { camera.node_serial = value; }},
        {"node_serial_type", [&] {
             camera.node_serial_is_integer = one_of(value, kSerialTypes);
         }},
        {"display_name", [&] { camera.display_name = value; }},
        {"user_name_query", [&] { camera.user_name_query = yes_or_no(value); }},
        {"size_info", [&] { camera.size_info = yes_or_no(value); }},
        {"timestamps", [&] { camera.timestamps_in_ns = one_of(value, kTimestamps); }},
        {"timestamp_frequency", [&] { camera.timestamp_frequency = number(value, 1, 1e10); }},
        {"ip_address", [&] { camera.ip_address = ipv4(value); }},
        {"subnet_mask", [&] { camera.subnet_mask = ipv4(value); }},
        {"xml_file", [&] { camera.xml_file = value; }},
        {"memory_file", [&] { camera.memory_file = value; }},
        {"access_status", [&] { camera.access_status = number(value, 0, 7); }},
    };
    const auto found = setters.find(key);
    if (found == setters.end()) throw std::invalid_argument("unknown key '" + key + "'");
    found->second();
}

class Reader {
  public:
    void section(const std::string& head) {
        const size_t space = head.find(' ');
        kind_ = head.substr(0, space);
        const std::string name = space == std::string::npos ? "" : trimmed(head.substr(space));
        if (kind_ == "simulator" && name.empty()) return;
        if ((kind_ != "interface" && kind_ != "camera") || name.empty()) {
            throw std::invalid_argument("wanted [simulator], [interface ID] or [camera SERIAL]");
        }
        if (kind_ == "interface") {
            scenario.interfaces.emplace_back();
            scenario.interfaces.back().id = name;
            scenario.interfaces.back().display_name = name;
        } else {
            scenario.cameras.emplace_back();
            scenario.cameras.back().serial = name;
        }
    }

    void set(const std::string& key, const std::string& value) {
        if (kind_ == "camera") {
            set_camera(scenario.cameras.back(), key, value);
        } else if (kind_ == "interface") {
            set_interface(scenario.interfaces.back(), key, value);
        } else if (kind_ == "simulator" && key == "control") {
            scenario.control_folder = value;
        } else if (kind_ == "simulator" && key == "vendor") {
            scenario.vendor = value;
        } else if (kind_ == "simulator" && key == "gbk_errors") {
            scenario.gbk_errors = yes_or_no(value);
        } else if (kind_ == "simulator" && key == "module_xml") {
            scenario.module_xml = yes_or_no(value);
        } else {
            throw std::invalid_argument("unknown key '" + key + "'");
        }
    }

    Scenario scenario;

  private:
    std::string kind_;
};

// A camera whose interface no section names gets one of its bus.
void complete(Scenario& scenario) {
    for (CameraSpec& camera : scenario.cameras) {
        if (camera.interface_id.empty()) {
            camera.interface_id = std::string("sim-") + bus_name(camera.bus);
        }
        const auto same = [&](const InterfaceSpec& spec) { return spec.id == camera.interface_id; };
        if (std::none_of(scenario.interfaces.begin(), scenario.interfaces.end(), same)) {
            const std::string shown = std::string("Simulated ") + bus_name(camera.bus);
            scenario.interfaces.emplace_back();
            scenario.interfaces.back().id = camera.interface_id;
            scenario.interfaces.back().display_name = shown;
            scenario.interfaces.back().bus = camera.bus;
        }
    }
}

}  // namespace

const char* bus_name(Bus bus) {
    switch (bus) {
        case Bus::U3v: return "U3V";
        case Bus::Gev: return "GEV";
        case Bus::Custom: break;
    }
    return "Custom";
}

uint64_t ticks(const CameraSpec& spec, uint64_t nanoseconds) {
    const auto frequency = static_cast<uint64_t>(spec.timestamp_frequency);
    constexpr uint64_t kNsPerS = 1000000000;
    return nanoseconds / kNsPerS * frequency + nanoseconds % kNsPerS * frequency / kNsPerS;
}

std::optional<std::string> told_serial(const CameraSpec& spec) {
    if (spec.told_serial == "none") return std::nullopt;
    if (spec.told_serial == "empty") return "";
    return spec.told_serial == "same" ? spec.serial : spec.told_serial;
}

std::string node_serial(const CameraSpec& spec) {
    return spec.node_serial == "same" ? spec.serial : spec.node_serial;
}

Scenario default_scenario() {
    Scenario scenario;
    for (const char* serial : {"DA0000001", "DA0000002", "20000001"}) {
        CameraSpec camera;
        camera.serial = serial;
        const bool large = serial[0] == '2';
        camera.vendor = large ? "FLIR" : "Hikrobot";
        camera.model = large ? "Blackfly S BFS-U3-61S4C" : "MV-CA003-50UC";
        camera.flavour = large ? Flavour::Flir : Flavour::Hikrobot;
        camera.width = large ? 2656 : 640;
        camera.height = large ? 2304 : 480;
        camera.frame_rate = large ? 60.0 : 400.0;
        camera.formats = {"BayerRG8", "Mono8"};
        scenario.cameras.push_back(camera);
    }
    complete(scenario);
    return scenario;
}

Scenario read_scenario(const std::string& path) {
    std::ifstream file(path);
    if (!file) fail(GC_ERR_ERROR, "the scenario " + path + " cannot be read");
    Reader reader;
    int row = 0;
    try {
        for (std::string line; std::getline(file, line);) {
            ++row;
            line = trimmed(line);
            const size_t equals = line.find('=');
            if (line.empty() || line[0] == '#') continue;
            if (line.front() == '[' && line.back() == ']') {
                reader.section(trimmed(line.substr(1, line.size() - 2)));
            } else if (equals != std::string::npos) {
                const std::string value = unquoted(trimmed(line.substr(equals + 1)));
                reader.set(trimmed(line.substr(0, equals)), value);
            } else {
                throw std::invalid_argument("wanted [section] or key = value");
            }
        }
    } catch (const std::invalid_argument& error) {
        fail(GC_ERR_ERROR, path + " line " + std::to_string(row) + ": " + error.what());
    }
    complete(reader.scenario);
    return reader.scenario;
}

}  // namespace camsim
