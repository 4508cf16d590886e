// The pixel formats of PFNC 2.x that cameras send, with the symbols of the makers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace camsim {

enum class Packing { Bytes, Uint16, GigePacked, LsbPacked };

struct PixelFormat {
    const char* name;   // PFNC
    uint32_t code;
    Packing packing;
    int bits;           // significant bits of a component
    // Mono: "L". Bayer: colours of line 0 and 1, as "RGGB". Else the bytes of the smallest group:
    // R G B a, or Y U V (U stands for Cb, V for Cr).
    const char* components;

    int bits_per_pixel() const { return (code >> 16) & 0xFF; }
    bool is_bayer() const;
    bool is_yuv() const;
    bool is_colour() const { return components[0] != 'L'; }
    int group_pixels() const;
    size_t image_bytes(int64_t width, int64_t height) const;
};

const std::vector<PixelFormat>& all_formats();

// By PFNC name or by a maker's symbol (RGB8Packed, YUV422Packed ...); nullptr if there is none.
const PixelFormat* find_format(const std::string& name);
const PixelFormat* find_format(uint32_t code);

}  // namespace camsim
