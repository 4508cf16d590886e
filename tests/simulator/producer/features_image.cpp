// ImageFormatControl: size, binning, pixel format.
#include "feature_builder.h"

namespace camsim {
namespace {

void add_size(Camera& camera, FeatureBuilder& features) {
    features.told("SensorWidth", [&camera] { return camera.spec.width; });
    features.told("SensorHeight", [&camera] { return camera.spec.height; });
    features.told("WidthMax", [&camera] { return camera.width_max(); });
    features.told("HeightMax", [&camera] { return camera.height_max(); });
    // The told values are those that are in force (see Camera::geometry).
    const auto sized = [&](Reg reg, const char* name, auto limits, auto get) {
        Node& node = features.integer(reg, name, limits);
        node.get_integer = get;
        features.locked_while_streaming(node);
    };
    sized(Reg::Width, "Width", [&camera] { return camera.width_limits(); },
          [&camera] { return camera.geometry().width; });
    sized(Reg::Height, "Height", [&camera] { return camera.height_limits(); },
          [&camera] { return camera.geometry().height; });
    // Offsets may be moved while streaming, as the makers' cameras allow.
    features.integer(Reg::OffsetX, "OffsetX", [&camera] { return camera.offset_x_limits(); })
        .get_integer = [&camera] { return camera.geometry().offset_x; };
    features.integer(Reg::OffsetY, "OffsetY", [&camera] { return camera.offset_y_limits(); })
        .get_integer = [&camera] { return camera.geometry().offset_y; };
}

// FLIR: binning and decimation exclude each other.
void add_reduction(Camera& camera, FeatureBuilder& features) {
    const auto add = [&](Reg reg, const char* name, Reg other) {
        const bool exclusive = camera.is(Flavour::Flir) || camera.is(Flavour::FlirOld);
        Node& node = features.integer(reg, name, [&camera, other, exclusive] {
            return IntegerLimits{1, exclusive && camera.get(other) > 1 ? 1 : 4, 1};
        });
        features.locked_while_streaming(node);
    };
    add(Reg::BinningHorizontal, "BinningHorizontal", Reg::DecimationHorizontal);
    add(Reg::BinningVertical, "BinningVertical", Reg::DecimationVertical);
    add(Reg::DecimationHorizontal, "DecimationHorizontal", Reg::BinningHorizontal);
    add(Reg::DecimationVertical, "DecimationVertical", Reg::BinningVertical);
}

}  // namespace

void add_image_features(Camera& camera) {
    FeatureBuilder features(camera, "ImageFormatControl");
    add_size(camera, features);
    add_reduction(camera, features);
    std::vector<EnumEntry> formats;
    for (const std::string& name : camera.spec.formats) {
        formats.push_back({name, find_format(name)->code});
    }
    features.locked_while_streaming(
        features.choice(Reg::PixelFormat, "PixelFormat", std::move(formats)));
    features.choice_of(Reg::TestPattern, "TestPattern", {"Off", "ColorBar"});
    if (camera.is(Flavour::Hikrobot)) {
        features.locked_while_streaming(
            features.choice_of(Reg::ImageCompressionMode, "ImageCompressionMode", {"Off", "HB"}));
    }
    features.told("PixelDynamicRangeMax", [&camera] {
        return (int64_t{1} << camera.geometry().format->bits) - 1;
    });
}

}  // namespace camsim
