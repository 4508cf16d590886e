// From RGB pixels of one line to the bytes of a pixel format.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pixel_format.h"

namespace camsim {

using Rgb = std::array<uint8_t, 3>;

// Packs line y; the pixels are a whole number of groups, so the line fills whole bytes.
std::vector<uint8_t> pack_line(const PixelFormat& format, const std::vector<Rgb>& line, int64_t y);

}  // namespace camsim
