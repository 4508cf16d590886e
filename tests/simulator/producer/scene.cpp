#include "scene.h"

#include <algorithm>
#include <cmath>

#include "camera.h"

namespace camsim {
namespace {

constexpr int64_t kStepsPerPixel = 20;  // of focus, for a pixel of blur more
constexpr int64_t kMostBlur = 40;
constexpr int kBoxes = 3;  // boxes in a row come near to a Gaussian, which has no ripples
constexpr double kGreyLevels = 255;
// The light is not white: without white balance grey has a cast.
constexpr std::array<double, 3> kLight{0.7, 1.0, 0.55};

}  // namespace

Look look_of(const Camera& camera) {
    if (!camera.spec.optics) return {};
    Look look;
    look.chart = true;
    const int64_t off = std::abs(camera.get(Reg::FocusStepper) - kBestFocus);
    look.blur = std::min((off + kStepsPerPixel / 2) / kStepsPerPixel, kMostBlur);
    double bright = 1;
    if (camera.get(Reg::ExposureAuto) == kOff) {
        const double usual = std::min(5000.0, 0.5e6 / camera.spec.frame_rate);
        bright *= camera.get_float(Reg::ExposureTime) / usual;
    }
    if (camera.get(Reg::GainAuto) == kOff) {
        bright *= std::pow(10, camera.get_float(Reg::Gain) / 20);
    }
    for (int64_t i = 0; i < 3; ++i) {
        double balance = 1;
        if (camera.has_colour()) {
            const bool by_hand = camera.get(Reg::BalanceWhiteAuto) == kOff;
            const double ratio = camera.get_float(Reg::BalanceRatio + i);
            balance = kLight[i] * (by_hand ? ratio : 1 / kLight[i]);
        }
        look.factor[i] = bright * balance;
    }
    look.black = camera.get_float(Reg::BlackLevel) / 100 * kGreyLevels;
    return look;
}

std::vector<Rgb> seen(const std::vector<Rgb>& line, const Look& look) {
    if (look == Look{}) return line;
    const auto width = static_cast<int64_t>(line.size());
    std::vector<Rgb> result(line.size());
    std::vector<double> values(line.size()), sums(line.size() + 1);
    for (size_t colour = 0; colour < 3; ++colour) {
        for (int64_t x = 0; x < width; ++x) values[x] = line[x][colour];
        for (int box = 0; look.blur && box < kBoxes; ++box) {
            for (int64_t x = 0; x < width; ++x) sums[x + 1] = sums[x] + values[x];
            for (int64_t x = 0; x < width; ++x) {
                const int64_t left = std::max<int64_t>(0, x - look.blur);
                const int64_t right = std::min(width, x + look.blur + 1);
                values[x] = (sums[right] - sums[left]) / static_cast<double>(right - left);
            }
        }
        for (int64_t x = 0; x < width; ++x) {
            const double value = values[x] * look.factor[colour] + look.black;
            result[x][colour] = static_cast<uint8_t>(std::clamp(value, 0.0, kGreyLevels));
        }
    }
    return result;
}

void draw_stripes(std::vector<Rgb>& line) {
    const size_t begin = line.size() / 2;
    size_t stripe = 24, end = begin;
    bool white = true;
    for (size_t x = begin; x < line.size(); ++x) {
        if (x >= end) {
            white = !white;
            end = x + stripe;
            stripe = stripe > 2 ? stripe - 1 : 24;
        }
        const uint8_t grey = white ? 208 : 32;
        line[x] = {grey, grey, grey};
    }
}

}  // namespace camsim
