// Short ways to describe features whose value is a register of the camera.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "camera.h"

namespace camsim {

class FeatureBuilder {
  public:
    FeatureBuilder(Camera& camera, std::string category)
        : camera_(camera), category_(std::move(category)) {}

    Node& integer(Reg reg, const std::string& name, std::function<IntegerLimits()> limits) {
        Node& node = bound(NodeKind::Integer, reg, name);
        node.integer_limits = std::move(limits);
        return node;
    }
    Node& integer(Reg reg, const std::string& name, IntegerLimits limits) {
        return integer(reg, name, [limits] { return limits; });
    }
    Node& boolean(Reg reg, const std::string& name) { return bound(NodeKind::Boolean, reg, name); }
    Node& choice(Reg reg, const std::string& name, std::vector<EnumEntry> entries) {
        Node& node = bound(NodeKind::Enumeration, reg, name);
        node.entries = std::move(entries);
        return node;
    }
    Node& choice_of(Reg reg, const std::string& name, const std::vector<std::string>& symbols) {
        std::vector<EnumEntry> entries;
        for (const std::string& symbol : symbols) {
            entries.push_back({symbol, static_cast<int64_t>(entries.size())});
        }
        return choice(reg, name, std::move(entries));
    }
    Node& real(Reg reg, const std::string& name, const std::string& unit,
               std::function<FloatLimits()> limits) {
        Camera& camera = camera_;
        Node& node = camera.nodes.add(NodeKind::Float, name, category_);
        node.unit = unit;
        node.get_float = [&camera, reg] { return camera.get_float(reg); };
        node.set_float = [&camera, reg](double value) { camera.set_float(reg, value); };
        node.float_limits = std::move(limits);
        return node;
    }
    Node& real(Reg reg, const std::string& name, const std::string& unit, FloatLimits limits) {
        return real(reg, name, unit, [limits] { return limits; });
    }
    Node& command(const std::string& name, std::function<void()> execute) {
        Node& node = camera_.nodes.add(NodeKind::Command, name, category_);
        node.execute = std::move(execute);
        return node;
    }
    Node& told(const std::string& name, std::function<int64_t()> get) {
        Node& node = camera_.nodes.add(NodeKind::Integer, name, category_);
        node.get_integer = std::move(get);
        return node;
    }
    Node& told_real(const std::string& name, const std::string& unit, std::function<double()> get) {
        Node& node = camera_.nodes.add(NodeKind::Float, name, category_);
        node.unit = unit;
        node.get_float = std::move(get);
        return node;
    }
    Node& told_text(const std::string& name, std::function<std::string()> get) {
        Node& node = camera_.nodes.add(NodeKind::Text, name, category_);
        node.get_text = std::move(get);
        return node;
    }

    // Not writable between the start and the end of an acquisition (SFNC: TLParamsLocked).
    Node& locked_while_streaming(Node& node) {
        Camera& camera = camera_;
        node.locked = [&camera] { return camera.params_locked.load(); };
        return node;
    }

    // A register for each value of a selector.
    Node& selected_by(Reg selector, Reg reg, Node& node) {
        Camera& camera = camera_;
        node.get_integer = [&camera, selector, reg] {
            return camera.get(reg + camera.get(selector));
        };
        node.set_integer = [&camera, selector, reg](int64_t value) {
            camera.set(reg + camera.get(selector), value);
        };
        return node;
    }

  private:
    Node& bound(NodeKind kind, Reg reg, const std::string& name) {
        Camera& camera = camera_;
        Node& node = camera.nodes.add(kind, name, category_);
        node.get_integer = [&camera, reg] { return camera.get(reg); };
        node.set_integer = [&camera, reg](int64_t value) { camera.set(reg, value); };
        return node;
    }

    Camera& camera_;
    std::string category_;
};

}  // namespace camsim
