// Features of one module: registers behind a port, and the GenApi XML that describes them.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace camsim {

enum class NodeKind { Integer, Float, Boolean, Enumeration, Command, Text };

struct IntegerLimits {
    int64_t min, max, inc;
};
struct FloatLimits {
    double min, max;
};
struct EnumEntry {
    std::string symbol;
    int64_t value;
};

// One feature. Without 'set' it is read-only. The functions run with no lock of the node map.
struct Node {
    std::string name, category;
    NodeKind kind = NodeKind::Integer;
    std::string unit;
    bool hidden = false;  // not shown in a category
    std::vector<EnumEntry> entries;
    std::vector<std::string> selected;
    std::function<int64_t()> get_integer;
    std::function<void(int64_t)> set_integer;
    std::function<double()> get_float;
    std::function<void(double)> set_float;
    std::function<std::string()> get_text;
    std::function<void(const std::string&)> set_text;
    std::function<void()> execute;
    std::function<IntegerLimits()> integer_limits;
    std::function<FloatLimits()> float_limits;
    std::function<bool()> locked;     // not writable now
    std::function<bool()> available;  // there at all now

    bool writable() const { return set_integer || set_float || set_text || execute; }
    bool is_float() const { return kind == NodeKind::Float; }
};

struct XmlHead {
    std::string vendor, model;
    std::string port_name;    // as PORT_INFO_PORTNAME tells it
    int schema_minor = 1;     // of GenApi schema 1.x
};

class NodeMap {
  public:
    Node& add(NodeKind kind, const std::string& name, const std::string& category);

    // Throws Failure: INVALID_ADDRESS, ACCESS_DENIED, NOT_AVAILABLE, INVALID_VALUE.
    void read(uint64_t address, void* data, size_t size) const;
    void write(uint64_t address, const void* data, size_t size) const;

    std::string xml(const XmlHead& head) const;

    // The longest text of a Text node, with its final NUL.
    static constexpr size_t kTextBytes = 64;

  private:
    const Node* node_at(uint64_t address, uint64_t* offset) const;

    std::deque<Node> nodes_;  // references to them stay valid
};

}  // namespace camsim
