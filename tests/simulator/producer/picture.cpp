#include "picture.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "packing.h"

namespace camsim {
namespace {

constexpr int64_t kUnit = 16;
constexpr int64_t kReferenceWidth = 640;
constexpr int64_t kMaxColumns = 40;
constexpr int64_t kStampBytes = 15;
constexpr int64_t kStampBits = kStampBytes * 8;
constexpr uint8_t kSync = 0xA5;
constexpr uint8_t kHigh = 208, kLow = 32;
constexpr int64_t kGrainLines = 64;  // different noisy lines, which stand in no order

uint16_t crc16(const uint8_t* data, size_t size) {
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < size; ++i) {
        crc = static_cast<uint16_t>(crc ^ data[i] << 8);
        for (int bit = 0; bit < 8; ++bit) {
            crc = static_cast<uint16_t>(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
        }
    }
    return crc;
}

std::array<bool, kStampBits> stamp_bits(uint64_t frame, uint64_t time_us) {
    std::array<uint8_t, kStampBytes> bytes{};
    bytes[0] = kSync;
    for (int i = 0; i < 4; ++i) bytes[1 + i] = static_cast<uint8_t>(frame >> (24 - 8 * i));
    for (int i = 0; i < 8; ++i) bytes[5 + i] = static_cast<uint8_t>(time_us >> (56 - 8 * i));
    const uint16_t crc = crc16(bytes.data(), 13);
    bytes[13] = static_cast<uint8_t>(crc >> 8);
    bytes[14] = static_cast<uint8_t>(crc);
    std::array<bool, kStampBits> bits{};
    for (int64_t i = 0; i < kStampBits; ++i) bits[i] = bytes[i / 8] >> (7 - i % 8) & 1;
    return bits;
}

// White, yellow, cyan, green, magenta, red, blue, black: a colour less at each step.
Rgb bar_colour(int64_t index) {
    const auto level = [](bool on) { return on ? kHigh : kLow; };
    return {level(!(index & 2)), level(!(index & 4)), level(!(index & 1))};
}

// The same noise in every run: lines of the same length are as hard to compress.
std::vector<Rgb> with_grain(std::vector<Rgb> line, int64_t grain, std::minstd_rand& random) {
    if (!grain) return line;
    std::uniform_int_distribution<int> noise(static_cast<int>(-grain), static_cast<int>(grain));
    for (Rgb& pixel : line) {
        for (uint8_t& value : pixel) {
            value = static_cast<uint8_t>(std::clamp(value + noise(random), 0, 255));
        }
    }
    return line;
}

}  // namespace

Picture::Picture(const PixelFormat& format, int64_t width, int64_t height, int64_t grain,
                 const Look& look)
    : width_(width),
      height_(height),
      block_(kUnit * std::max<int64_t>(1, width / kReferenceWidth)),
      columns_(std::min(kMaxColumns, width / block_)),
      rows_((kStampBits + columns_ - 1) / columns_) {
    const auto pixels = static_cast<size_t>(width);
    std::vector<Rgb> bars(pixels), ramp(pixels);
    for (int64_t x = 0; x < width; ++x) {
        bars[x] = bar_colour(x * 8 / width);
        const auto grey = static_cast<uint8_t>(x * 255 / (width - 1));
        ramp[x] = {grey, grey, grey};
    }
    if (look.chart) draw_stripes(ramp);
    bars = seen(bars, look);
    ramp = seen(ramp, look);
    const auto block = static_cast<size_t>(block_);
    black_ = pack_line(format, std::vector<Rgb>(block, Rgb{0, 0, 0}), 0);
    // Where the picture follows the exposure, the stamp is not to be what clips.
    const uint8_t bright = look.chart ? 224 : 255;
    white_ = pack_line(format, std::vector<Rgb>(block, Rgb{bright, bright, bright}), 0);
    dark_ = pack_line(format, std::vector<Rgb>(pixels, Rgb{0, 0, 0}), 0);
    std::minstd_rand random(1);
    for (int64_t line = 0; line < (grain ? kGrainLines : 2); ++line) {
        bars_.push_back(pack_line(format, with_grain(bars, grain, random), line % 2));
        ramp_.push_back(pack_line(format, with_grain(ramp, grain, random), line % 2));
    }
    line_bytes_ = dark_.size();
    block_bytes_ = black_.size();
}

void Picture::put(uint8_t* out, size_t room, int64_t y, const std::vector<uint8_t>& line) const {
    const size_t offset = line_bytes_ * static_cast<size_t>(y);
    if (offset < room) std::memcpy(out + offset, line.data(), std::min(line.size(), room - offset));
}

const std::vector<uint8_t>& Picture::ground_line(int64_t y) const {
    const int64_t top = std::min(rows_ * block_, height_);
    const int64_t bottom = std::max(top, height_ - block_);
    if (y < top || y >= bottom) return dark_;
    // Of the lines of the right parity any one, but always the same.
    const auto mixed = static_cast<uint32_t>(y) * 2654435761u >> 16;
    const size_t line = (mixed * 2 + static_cast<uint32_t>(y % 2)) % bars_.size();
    return y < (top + bottom) / 2 ? bars_[line] : ramp_[line];
}

void Picture::draw_ground(uint8_t* out, size_t room) const {
    for (int64_t y = 0; y < height_; ++y) put(out, room, y, ground_line(y));
}

bool Picture::holds_ground(const uint8_t* out, size_t room) const {
    const int64_t y = std::min(rows_ * block_, height_ - 1);
    const auto& line = ground_line(y);
    const size_t offset = line_bytes_ * static_cast<size_t>(y);
    return offset + line.size() > room || !std::memcmp(out + offset, line.data(), line.size());
}

void Picture::draw_blocks(uint8_t* out, size_t room, int64_t y, const bool* white,
                          int64_t count) const {
    std::vector<uint8_t> line(block_bytes_ * static_cast<size_t>(columns_));
    for (int64_t i = 0; i < columns_; ++i) {
        const auto& block = i < count && white[i] ? white_ : black_;
        const size_t place = block_bytes_ * static_cast<size_t>(i);
        std::memcpy(line.data() + place, block.data(), block_bytes_);
    }
    for (int64_t i = 0; i < block_ && y + i < height_; ++i) put(out, room, y + i, line);
}

void Picture::draw_moving(uint8_t* out, size_t room, uint64_t frame, uint64_t time_us) const {
    const auto bits = stamp_bits(frame, time_us);
    for (int64_t row = 0; row < rows_; ++row) {
        const int64_t first = row * columns_;
        draw_blocks(out, room, row * block_, bits.data() + first,
                    std::min(columns_, kStampBits - first));
    }
    if (height_ >= (rows_ + 1) * block_) {
        std::array<bool, kMaxColumns> mark{};
        mark[frame % static_cast<uint64_t>(columns_)] = true;
        draw_blocks(out, room, height_ - block_, mark.data(), columns_);
    }
}

}  // namespace camsim
