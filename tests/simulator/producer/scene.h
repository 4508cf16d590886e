// What the lens, the sensor and the white balance make of the test picture, for cameras with
// 'optics' in the scenario: a picture that is out of focus, too dark or too bright, or has a cast.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "packing.h"

namespace camsim {

class Camera;

constexpr int64_t kFocusSteps = 1000;  // of FocusStepper
constexpr int64_t kBestFocus = 620;    // where the picture is sharp

struct Look {
    int64_t blur = 0;                   // radius in pixels
    std::array<double, 3> factor{1, 1, 1};  // by which red, green and blue are brighter
    double black = 0;                   // added to each, in grey levels
    bool chart = false;                 // stripes of all widths instead of the ramp's right half

    bool operator==(const Look& other) const {
        return blur == other.blur && factor == other.factor && black == other.black &&
               chart == other.chart;
    }
};

// As the camera's settings are now; the plain test picture without optics.
Look look_of(const Camera& camera);

// A line as the sensor takes it: blurred, then brightened, then cut off at the largest value.
std::vector<Rgb> seen(const std::vector<Rgb>& line, const Look& look);

// Black and white stripes from 24 pixels down to 2 on the right half of a line.
void draw_stripes(std::vector<Rgb>& line);

}  // namespace camsim
