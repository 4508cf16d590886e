#include "node_map.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "failure.h"
#include "node_layout.h"

namespace camsim {
namespace {

std::string eight_bytes(int64_t value) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &value, 8);
    return bytes;
}

std::string eight_bytes(double value) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &value, 8);
    return bytes;
}

std::string value_of(const Node& node) {
    switch (node.kind) {
        case NodeKind::Float: return eight_bytes(node.get_float());
        case NodeKind::Command: return eight_bytes(int64_t{0});  // executed at once
        case NodeKind::Text: {
            std::string text = node.get_text();
            text.resize(NodeMap::kTextBytes, '\0');
            text.back() = '\0';
            return text;
        }
        default: return eight_bytes(node.get_integer());
    }
}

// The content of the field that begins at 'offset' of a node; empty if none does.
std::string field(const Node& node, uint64_t offset) {
    const bool integer = static_cast<bool>(node.integer_limits);
    const bool real = static_cast<bool>(node.float_limits);
    switch (offset) {
        case 0: return value_of(node);
        case kMinOffset:
            if (integer) return eight_bytes(node.integer_limits().min);
            return real ? eight_bytes(node.float_limits().min) : "";
        case kMaxOffset:
            if (integer) return eight_bytes(node.integer_limits().max);
            return real ? eight_bytes(node.float_limits().max) : "";
        case kIncOffset: return integer ? eight_bytes(node.integer_limits().inc) : "";
        case kLockedOffset: return node.locked ? eight_bytes(int64_t{node.locked()}) : "";
        case kAvailableOffset: return node.available ? eight_bytes(int64_t{node.available()}) : "";
        default: return "";
    }
}

void write_integer(const Node& node, int64_t value) {
    if (node.kind == NodeKind::Command) {
        if (value) node.execute();
        return;
    }
    if (node.kind == NodeKind::Boolean) {
        require(value == 0 || value == 1, GC_ERR_INVALID_VALUE, "neither 0 nor 1");
    }
    if (node.kind == NodeKind::Enumeration) {
        const auto is_value = [&](const EnumEntry& entry) { return entry.value == value; };
        require(std::any_of(node.entries.begin(), node.entries.end(), is_value),
                GC_ERR_INVALID_VALUE, "no entry of the enumeration has this value");
    }
    if (node.integer_limits) {
        const IntegerLimits limits = node.integer_limits();
        require(value >= limits.min && value <= limits.max &&
                    (value - limits.min) % limits.inc == 0,
                GC_ERR_INVALID_VALUE, "beyond the feature's limits");
    }
    node.set_integer(value);
}

void write_float(const Node& node, double value) {
    require(std::isfinite(value), GC_ERR_INVALID_VALUE, "no finite number");
    if (node.float_limits) {
        const FloatLimits limits = node.float_limits();
        // What a consumer read as the limit and wrote back must pass.
        const double slack = 1e-9 * std::fabs(limits.max);
        require(value >= limits.min - slack && value <= limits.max + slack, GC_ERR_INVALID_VALUE,
                "beyond the feature's limits");
    }
    node.set_float(value);
}

}  // namespace

Node& NodeMap::add(NodeKind kind, const std::string& name, const std::string& category) {
    nodes_.emplace_back();
    Node& node = nodes_.back();
    node.kind = kind;
    node.name = name;
    node.category = category;
    return node;
}

const Node* NodeMap::node_at(uint64_t address, uint64_t* offset) const {
    if (address < kFirstAddress) return nullptr;
    const uint64_t index = (address - kFirstAddress) / kNodeStride;
    if (index >= nodes_.size()) return nullptr;
    *offset = (address - kFirstAddress) % kNodeStride;
    return &nodes_[index];
}

void NodeMap::read(uint64_t address, void* data, size_t size) const {
    uint64_t offset = 0;
    const Node* node = node_at(address, &offset);
    // A text may be read in parts.
    const bool in_text = node && node->kind == NodeKind::Text && offset < kTextBytes;
    const uint64_t begin = in_text ? 0 : offset;
    const std::string bytes = node ? field(*node, begin) : "";
    require(size > 0 && offset - begin + size <= bytes.size() && size <= bytes.size(),
            GC_ERR_INVALID_ADDRESS, "no register there");
    std::memcpy(data, bytes.data() + (offset - begin), size);
}

void NodeMap::write(uint64_t address, const void* data, size_t size) const {
    uint64_t offset = 0;
    const Node* node = node_at(address, &offset);
    require(node && offset == 0 && size > 0, GC_ERR_INVALID_ADDRESS, "no register to write there");
    require(node->writable(), GC_ERR_ACCESS_DENIED, "the register is read-only");
    require(!node->available || node->available(), GC_ERR_NOT_AVAILABLE,
            "the feature is not available now");
    require(!node->locked || !node->locked(), GC_ERR_ACCESS_DENIED, "the feature is locked now");
    if (node->kind == NodeKind::Text) {
        require(size <= kTextBytes, GC_ERR_INVALID_ADDRESS, "longer than the register");
        const char* text = static_cast<const char*>(data);
        node->set_text(std::string(text, strnlen(text, std::min(size, kTextBytes - 1))));
        return;
    }
    require(size == 8, GC_ERR_INVALID_ADDRESS, "the register has 8 bytes");
    if (node->is_float()) {
        double value;
        std::memcpy(&value, data, 8);
        write_float(*node, value);
    } else {
        int64_t value;
        std::memcpy(&value, data, 8);
        write_integer(*node, value);
    }
}

}  // namespace camsim
