// Puts one frame into a buffer: picture, chunks, and what the buffer tells, with its faults.
#pragma once
#include <cstdint>
#include <memory>

#include "buffer_queue.h"
#include "camera.h"
#include "picture.h"

namespace camsim {

// Spreads a percentage evenly: 20 is every fifth, not one in five by chance.
class Share {
  public:
    bool next(uint64_t percent) { return next(static_cast<double>(percent)); }
    bool next(double percent) {
        sum_ += percent;
        if (sum_ < 100) return false;
        sum_ -= 100;
        return true;
    }

  private:
    double sum_ = 0;
};

class FrameWriter {
  public:
    explicit FrameWriter(Camera& camera) : camera_(camera) {}

    void write(Buffer& buffer, uint64_t frame, uint64_t told_id, uint64_t timestamp_ns,
               uint64_t time_us);

  private:
    void append_chunks(Buffer& buffer, uint64_t frame, uint64_t timestamp_ns) const;

    Camera& camera_;
    Geometry geometry_{};
    Look look_{};
    std::unique_ptr<Picture> picture_;
    uint64_t ground_ = 0;
    Share incomplete_, packets_missing_;
};

// The chunks of a buffer's frame, the picture first; at most 'room' entries. Returns how many.
size_t list_chunks(const Camera& camera, const FrameInfo& frame, SingleChunk* chunks, size_t room);

}  // namespace camsim
