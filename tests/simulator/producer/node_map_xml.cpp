#include <cinttypes>
#include <cstdio>
#include <map>

#include "node_layout.h"
#include "node_map.h"

namespace camsim {
namespace {

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string element(const std::string& tag, const std::string& content) {
    return "    <" + tag + ">" + content + "</" + tag + ">\n";
}

std::string address_of(uint64_t address) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%" PRIX64, address);
    return text;
}

const char* kind_tag(NodeKind kind) {
    switch (kind) {
        case NodeKind::Float: return "Float";
        case NodeKind::Boolean: return "Boolean";
        case NodeKind::Enumeration: return "Enumeration";
        case NodeKind::Command: return "Command";
        case NodeKind::Text: return "StringReg";
        case NodeKind::Integer: break;
    }
    return "Integer";
}

// Writes nodes whose registers lie behind one port.
struct NodeWriter {
    std::string port;

    // Values change behind the consumer's back (limits, counters): nothing is cached.
    std::string register_xml(const std::string& name, uint64_t address, bool real,
                             const char* access) const {
        const std::string tag = real ? "FloatReg" : "IntReg";
        std::string out = "  <" + tag + " Name=\"" + name + "\">\n" +
                          element("Visibility", "Invisible") +
                          element("Address", address_of(address)) + element("Length", "8") +
                          element("AccessMode", access) +
                          element("pPort", port) + element("Cachable", "NoCache");
        if (!real) out += element("Sign", "Signed");
        return out + element("Endianess", "LittleEndian") + "  </" + tag + ">\n";
    }

    std::string node_xml(const Node& node, uint64_t address) const {
        const std::string tag = kind_tag(node.kind);
        const std::string reg = node.name + "_Reg";
        const bool limited = node.integer_limits || node.float_limits;
        std::string head = "  <" + tag + " Name=\"" + node.name + "\" NameSpace=\"Standard\">\n";
        head += element("DisplayName", node.name) + element("Visibility", "Beginner");
        std::string registers;
        const auto helper = [&](const char* suffix, uint64_t offset, bool real) {
            registers += register_xml(node.name + suffix, address + offset, real, "RO");
            return node.name + suffix;
        };
        if (node.available) {
            head += element("pIsAvailable", helper("_Available", kAvailableOffset, false));
        }
        if (node.locked) head += element("pIsLocked", helper("_Locked", kLockedOffset, false));
        if (node.kind == NodeKind::Text) {
            head += element("Address", address_of(address)) +
                    element("Length", std::to_string(NodeMap::kTextBytes)) +
                    element("AccessMode", node.writable() ? "RW" : "RO") + element("pPort", port) +
                    element("Cachable", "NoCache");
            return head + "  </" + tag + ">\n" + registers;
        }
        if (!node.writable()) head += element("ImposedAccessMode", "RO");
        for (const EnumEntry& entry : node.entries) {
            head += "    <EnumEntry Name=\"" + entry.symbol + "\" NameSpace=\"Standard\">\n  " +
                    element("Value", std::to_string(entry.value)) + "    </EnumEntry>\n";
        }
        head += element("pValue", reg);
        if (node.kind == NodeKind::Boolean) {
            head += element("OnValue", "1") + element("OffValue", "0");
        }
        if (node.kind == NodeKind::Command) head += element("CommandValue", "1");
        if (limited) {
            head += element("pMin", helper("_Min", kMinOffset, node.is_float())) +
                    element("pMax", helper("_Max", kMaxOffset, node.is_float()));
        }
        if (node.integer_limits) head += element("pInc", helper("_Inc", kIncOffset, false));
        if (!node.unit.empty()) head += element("Unit", escaped(node.unit));
        for (const std::string& name : node.selected) head += element("pSelected", name);
        registers += register_xml(reg, address, node.is_float(), node.writable() ? "RW" : "RO");
        return head + "  </" + tag + ">\n" + registers;
    }
};

std::string category_xml(const std::string& name, const std::vector<std::string>& features) {
    std::string out = "  <Category Name=\"" + name + "\" NameSpace=\"Standard\">\n";
    for (const std::string& feature : features) out += element("pFeature", feature);
    return out + "  </Category>\n";
}

}  // namespace

std::string NodeMap::xml(const XmlHead& head) const {
    const std::string schema = "Version_1_" + std::to_string(head.schema_minor);
    const std::string space = "http://www.genicam.org/GenApi/" + schema;
    std::string out =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<RegisterDescription ModelName=\"" +
        escaped(head.model) + "\" VendorName=\"" + escaped(head.vendor) +
        "\" StandardNameSpace=\"None\" SchemaMajorVersion=\"1\" SchemaMinorVersion=\"" +
        std::to_string(head.schema_minor) +
        "\" SchemaSubMinorVersion=\"0\" MajorVersion=\"1\" MinorVersion=\"0\" "
        "SubMinorVersion=\"0\" ProductGuid=\"5C0F3B0A-6C4E-4C57-9E53-0C5F6E1A7B10\" "
        "VersionGuid=\"0B0A1E8E-4D0B-4C1B-8F86-7C7D3A5A4E21\" xmlns=\"" + space +
        "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"" + space +
        " http://www.genicam.org/GenApi/GenApiSchema_" + schema + ".xsd\">\n";
    const NodeWriter writer{head.port_name};
    std::vector<std::string> categories;
    std::map<std::string, std::vector<std::string>> features;
    std::string body;
    for (size_t i = 0; i < nodes_.size(); ++i) {
        const Node& node = nodes_[i];
        if (!features.count(node.category)) categories.push_back(node.category);
        auto& shown = features[node.category];
        if (!node.hidden) shown.push_back(node.name);
        body += writer.node_xml(node, kFirstAddress + i * kNodeStride);
    }
    out += category_xml("Root", categories);
    for (const std::string& category : categories) {
        out += category_xml(category, features[category]);
    }
    // GenApi connects the port called Device to the one that the module's port is named after.
    out += body + "  <Port Name=\"" + head.port_name + "\" NameSpace=\"Standard\">\n  </Port>\n";
    return out + "</RegisterDescription>\n";
}

}  // namespace camsim
