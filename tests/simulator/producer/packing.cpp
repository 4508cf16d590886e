#include "packing.h"

#include <cmath>
#include <cstring>

namespace camsim {
namespace {

uint8_t luma(const Rgb& pixel) {
    return static_cast<uint8_t>((77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2]) >> 8);
}

uint8_t byte_of(double value) {
    return static_cast<uint8_t>(std::fmin(std::fmax(std::nearbyint(value), 0.0), 255.0));
}

// JFIF: BT.601 coefficients, full range.
uint8_t ycbcr(const Rgb& pixel, char component) {
    const double red = pixel[0], green = pixel[1], blue = pixel[2];
    const double y = 0.299 * red + 0.587 * green + 0.114 * blue;
    switch (component) {
        case 'U': return byte_of((blue - y) / 1.772 + 128);
        case 'V': return byte_of((red - y) / 1.402 + 128);
        default: return byte_of(y);
    }
}

uint8_t component(const Rgb& pixel, char name) {
    switch (name) {
        case 'R': return pixel[0];
        case 'G': return pixel[1];
        case 'B': return pixel[2];
        case 'a': return 255;
        case 'L': return luma(pixel);
        default: return ycbcr(pixel, name);
    }
}

// 8 bits spread over 'bits' bits, so that the low bits are used too and 255 is the maximum.
uint16_t widened(uint8_t value, int bits) {
    return static_cast<uint16_t>(bits == 8 ? value : (value * 257) >> (16 - bits));
}

std::vector<uint16_t> single_values(const PixelFormat& format, const std::vector<Rgb>& line,
                                    int64_t y) {
    std::vector<uint16_t> values;
    values.reserve(line.size());
    for (size_t x = 0; x < line.size(); ++x) {
        const char name = format.is_bayer() ? format.components[(y % 2) * 2 + x % 2] : 'L';
        values.push_back(widened(component(line[x], name), format.bits));
    }
    return values;
}

std::vector<uint8_t> pack_values(const PixelFormat& format, const std::vector<uint16_t>& values) {
    std::vector<uint8_t> bytes;
    if (format.packing == Packing::Bytes) return {values.begin(), values.end()};
    if (format.packing == Packing::Uint16) {
        for (const uint16_t value : values) {
            bytes.push_back(static_cast<uint8_t>(value));
            bytes.push_back(static_cast<uint8_t>(value >> 8));
        }
    } else if (format.packing == Packing::GigePacked) {
        // High byte, low parts of both pixels, high byte.
        const int low = format.bits - 8;
        const int mask = (1 << low) - 1;
        for (size_t x = 0; x + 1 < values.size(); x += 2) {
            bytes.push_back(static_cast<uint8_t>(values[x] >> low));
            bytes.push_back(static_cast<uint8_t>((values[x] & mask) | (values[x + 1] & mask) << 4));
            bytes.push_back(static_cast<uint8_t>(values[x + 1] >> low));
        }
    } else {
        // A stream of bits that begins at the lowest bit of the first byte.
        uint32_t stream = 0;
        int filled = 0;
        for (const uint16_t value : values) {
            stream |= static_cast<uint32_t>(value) << filled;
            for (filled += format.bits; filled >= 8; filled -= 8, stream >>= 8) {
                bytes.push_back(static_cast<uint8_t>(stream));
            }
        }
    }
    return bytes;
}

std::vector<uint8_t> pack_interleaved(const PixelFormat& format, const std::vector<Rgb>& line) {
    std::vector<uint8_t> bytes;
    const size_t group = static_cast<size_t>(format.group_pixels());
    for (size_t x = 0; x + group <= line.size(); x += group) {
        size_t luma_index = 0;
        for (const char* name = format.components; *name; ++name) {
            // Colour that pixels share is that of the group's first pixel.
            const size_t pixel = *name == 'Y' ? x + luma_index++ : x;
            bytes.push_back(component(line[pixel], *name));
        }
    }
    return bytes;
}

}  // namespace

std::vector<uint8_t> pack_line(const PixelFormat& format, const std::vector<Rgb>& line,
                               int64_t y) {
    if (format.is_bayer() || !format.is_colour()) {
        return pack_values(format, single_values(format, line, y));
    }
    return pack_interleaved(format, line);
}

}  // namespace camsim
