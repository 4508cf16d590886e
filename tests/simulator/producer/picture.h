// The test picture: a stamp with frame number and time, colour bars, a ramp, a running mark.
//
// From top to bottom: the stamp (black and white blocks), eight colour bars, a grey ramp, and
// one line of blocks of which one, that of the frame number, is white. Blocks are squares of
// 16 pixels times the whole number of times that 640 pixels fit in the width; 40 of them, or
// as many as fit, stand in a line. The stamp's bits, highest first, white is 1: 0xA5, frame
// number (32 bits), microseconds (64), CRC-16 of those 13 bytes (CCITT, start 0xFFFF).
// Bars and ramp may carry noise, as a camera's picture does.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pixel_format.h"
#include "scene.h"

namespace camsim {

class Picture {
  public:
    // grain: noise of bars and ramp in grey levels, up or down (0: none).
    // look: what lens and sensor make of bars and ramp; the stamp stays as it is.
    Picture(const PixelFormat& format, int64_t width, int64_t height, int64_t grain = 0,
            const Look& look = {});

    size_t bytes() const { return line_bytes_ * static_cast<size_t>(height_); }

    // Draw into a buffer of which 'room' bytes may be written. The ground never changes: who
    // keeps a buffer that holds it draws the moving part alone.
    void draw_ground(uint8_t* out, size_t room) const;
    // Whether a line of the ground is there still: genicam's binding clears buffers.
    bool holds_ground(const uint8_t* out, size_t room) const;
    void draw_moving(uint8_t* out, size_t room, uint64_t frame, uint64_t time_us) const;

  private:
    const std::vector<uint8_t>& ground_line(int64_t y) const;
    void put(uint8_t* out, size_t room, int64_t y, const std::vector<uint8_t>& line) const;
    void draw_blocks(uint8_t* out, size_t room, int64_t y, const bool* white, int64_t count) const;

    int64_t width_, height_;
    int64_t block_, columns_, rows_;
    size_t line_bytes_, block_bytes_;
    std::vector<uint8_t> black_, white_;    // one line of a block
    std::vector<uint8_t> dark_;             // a whole black line
    std::vector<std::vector<uint8_t>> bars_, ramp_;  // even and odd lines in turns
};

}  // namespace camsim
