// OpticControl: a motorised lens, as SFNC 2.6 names it, and the light that shows which camera it is.
#include "feature_builder.h"
#include "scene.h"

namespace camsim {

void add_optic_features(Camera& camera) {
    if (!camera.spec.optics) return;
    FeatureBuilder features(camera, "OpticControl");
    features.choice_of(Reg::OpticControllerSelector, "OpticControllerSelector", {"Optic1"})
        .selected = {"FocusStepper"};
    features.integer(Reg::FocusStepper, "FocusStepper", IntegerLimits{0, kFocusSteps, 1});
    FeatureBuilder device(camera, "DeviceControl");
    device.choice_of(Reg::DeviceIndicatorMode, "DeviceIndicatorMode",
                     {"Inactive", "Active", "ErrorStatus"});
}

}  // namespace camsim
