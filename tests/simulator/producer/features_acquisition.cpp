// AcquisitionControl: start and stop, frame rate, trigger, exposure, as each maker names them.
#include "feature_builder.h"

namespace camsim {
namespace {

void add_start_stop(Camera& camera, FeatureBuilder& features) {
    features.locked_while_streaming(
        features.choice_of(Reg::AcquisitionMode, "AcquisitionMode",
                           {"SingleFrame", "MultiFrame", "Continuous"}));
    features.command("AcquisitionStart",
                     [&camera] { camera.start_acquisition(camera.instance.load()); });
    features.command("AcquisitionStop", [&camera] { camera.stop_acquisition(); });
    features.integer(Reg::AcquisitionFrameCount, "AcquisitionFrameCount", {1, 65535, 1});
}

void add_rate(Camera& camera, FeatureBuilder& features) {
    const bool flir_old = camera.is(Flavour::FlirOld);
    if (flir_old) {
        features.choice_of(Reg::AcquisitionFrameRateAuto, "AcquisitionFrameRateAuto",
                           {"Off", "Once", "Continuous"});
        features.boolean(Reg::AcquisitionFrameRateEnable, "AcquisitionFrameRateEnabled");
    } else {
        features.boolean(Reg::AcquisitionFrameRateEnable, "AcquisitionFrameRateEnable");
    }
    Node& rate = features.real(Reg::AcquisitionFrameRate, "AcquisitionFrameRate", "Hz",
                               [&camera] { return camera.rate_limits(); });
    if (flir_old || camera.is(Flavour::Flir)) {
        rate.locked = [&camera] { return !camera.rate_is_set(); };
        rate.get_float = [&camera] { return camera.resulting_rate(); };
    } else {
        // It can be written at any time, and does nothing before it is enabled.
        rate.get_float = [&camera] {
            return std::min(camera.get_float(Reg::AcquisitionFrameRate), camera.rate_limits().max);
        };
    }
    if (camera.is(Flavour::Hikrobot)) {
        features.told_real("ResultingFrameRate", "Hz",
                           [&camera] { return camera.resulting_rate(); });
    } else if (!flir_old) {
        features.told_real("AcquisitionResultingFrameRate", "Hz",
                           [&camera] { return camera.resulting_rate(); });
    }
}

std::vector<std::string> trigger_selectors(const Camera& camera) {
    switch (camera.spec.flavour) {
        case Flavour::Hikrobot: return {"FrameBurstStart"};
        case Flavour::Flir: return {"AcquisitionStart", "FrameStart", "FrameBurstStart"};
        case Flavour::FlirOld: return {"FrameStart", "ExposureActive"};
        case Flavour::Generic: break;
    }
    return {"FrameStart"};
}

void add_trigger(Camera& camera, FeatureBuilder& features) {
    features.choice_of(Reg::TriggerSelector, "TriggerSelector", trigger_selectors(camera))
        .selected = {"TriggerMode", "TriggerSource", "TriggerActivation"};
    features.selected_by(Reg::TriggerSelector, Reg::TriggerMode,
                         features.choice_of(Reg::TriggerMode, "TriggerMode", {"Off", "On"}));
    const char* second_line = camera.is(Flavour::Hikrobot) ? "Line2" : "Line1";
    features.selected_by(Reg::TriggerSelector, Reg::TriggerSource,
                         features.choice_of(Reg::TriggerSource, "TriggerSource",
                                            {"Software", "Line0", second_line}));
    features.selected_by(
        Reg::TriggerSelector, Reg::TriggerActivation,
        features.choice_of(Reg::TriggerActivation, "TriggerActivation",
                           {"RisingEdge", "FallingEdge"}));
    features.real(Reg::TriggerDelay, "TriggerDelay", "us", {0.0, 1e7});
    if (camera.is(Flavour::Flir) || camera.is(Flavour::FlirOld)) {
        features.choice_of(Reg::TriggerOverlap, "TriggerOverlap", {"Off", "ReadOut"});
    }
    features.command("TriggerSoftware", [&camera] { camera.software_trigger(); });
}

// Hikrobot: ExposureTime is not there unless ExposureMode is Timed and ExposureAuto Off.
// FLIR: it is there, but not writable.
void add_exposure(Camera& camera, FeatureBuilder& features) {
    features.choice_of(Reg::ExposureMode, "ExposureMode", {"Timed", "TriggerWidth"});
    features.choice_of(Reg::ExposureAuto, "ExposureAuto", {"Off", "Once", "Continuous"});
    Node& time = features.real(Reg::ExposureTime, "ExposureTime", "us",
                               [&camera] { return camera.exposure_limits(); });
    const auto automatic = [&camera] {
        return camera.get(Reg::ExposureAuto) != kOff ||
               camera.get(Reg::ExposureMode) != kExposureTimed;
    };
    if (camera.is(Flavour::Hikrobot)) {
        time.available = [automatic] { return !automatic(); };
    } else {
        time.locked = automatic;
    }
}

}  // namespace

void add_acquisition_features(Camera& camera) {
    FeatureBuilder features(camera, "AcquisitionControl");
    add_start_stop(camera, features);
    add_rate(camera, features);
    add_trigger(camera, features);
    add_exposure(camera, features);
}

void add_analog_features(Camera& camera) {
    FeatureBuilder features(camera, "AnalogControl");
    features.choice_of(Reg::GainAuto, "GainAuto", {"Off", "Once", "Continuous"});
    Node& gain = features.real(Reg::Gain, "Gain", "dB", [&camera] { return camera.gain_limits(); });
    gain.locked = [&camera] { return camera.get(Reg::GainAuto) != kOff; };
    features.real(Reg::BlackLevel, "BlackLevel", "%", {0.0, 12.5});
    features.boolean(Reg::GammaEnable, "GammaEnable");
    features.real(Reg::Gamma, "Gamma", "", {0.25, 4.0}).available = [&camera] {
        return camera.get(Reg::GammaEnable) != 0;
    };
    if (!camera.has_colour()) return;
    features.choice_of(Reg::BalanceWhiteAuto, "BalanceWhiteAuto", {"Off", "Once", "Continuous"});
    features.choice_of(Reg::BalanceRatioSelector, "BalanceRatioSelector", {"Red", "Green", "Blue"})
        .selected = {"BalanceRatio"};
    Node& ratio = features.real(Reg::BalanceRatio, "BalanceRatio", "", FloatLimits{0.25, 8.0});
    ratio.get_float = [&camera] {
        return camera.get_float(Reg::BalanceRatio + camera.get(Reg::BalanceRatioSelector));
    };
    ratio.set_float = [&camera](double value) {
        camera.set_float(Reg::BalanceRatio + camera.get(Reg::BalanceRatioSelector), value);
    };
    ratio.locked = [&camera] { return camera.get(Reg::BalanceWhiteAuto) != kOff; };
}

}  // namespace camsim
