#include "frame_writer.h"

#include <algorithm>
#include <cmath>
#include <atomic>
#include <cstring>

namespace camsim {
namespace {

constexpr uint64_t kHbBit = 0x80000000u;
constexpr uint32_t kImageChunk = 0x1, kFrameIdChunk = 0x2, kTimestampChunk = 0x3;
constexpr size_t kTrailerBytes = 8, kValueBytes = 8;

// Unique in the process: a buffer that another stream filled holds another ground.
std::atomic<uint64_t> last_ground{0};

constexpr double kPacketHeader = 36;   // IP, UDP and GVSP
constexpr double kOtherPacket = 1464;  // a packet's data where there is no GevSCPSPacketSize
constexpr double kLeaderAndTrailer = 2;

// How many frames lack a packet; none is sent again.
double broken_percent(const Camera& camera, size_t bytes) {
    const auto lost = static_cast<double>(camera.shared.get(Slot::packet_loss_percent)) / 100;
    if (lost == 0) return 0;
    const double data = camera.is_gev()
                            ? static_cast<double>(camera.get(Reg::GevSCPSPacketSize)) - kPacketHeader
                            : kOtherPacket;
    const double packets = std::ceil(static_cast<double>(bytes) / data) + kLeaderAndTrailer;
    return 100 * (1 - std::pow(1 - std::min(lost, 1.0), packets));
}

uint32_t big_endian(uint32_t value) { return __builtin_bswap32(value); }

}  // namespace

void FrameWriter::write(Buffer& buffer, uint64_t frame, uint64_t told_id, uint64_t timestamp_ns,
                        uint64_t time_us) {
    const SharedCamera& shared = camera_.shared;
    const Geometry now = camera_.geometry();
    // The picture is made again only when a setting changes; each frame copies its lines.
    const Look look = look_of(camera_);
    if (!picture_ || !(now == geometry_) || !(look == look_)) {
        geometry_ = now;
        look_ = look;
        picture_ = std::make_unique<Picture>(*now.format, now.width, now.height,
                                             camera_.spec.grain, look);
        ground_ = ++last_ground;
    }
    const size_t image = picture_->bytes(), chunks = camera_.chunk_bytes();
    const size_t room = std::min(image, buffer.size);
    if (buffer.ground != ground_ || !picture_->holds_ground(buffer.base, room)) {
        picture_->draw_ground(buffer.base, room);
    }
    buffer.ground = ground_;
    picture_->draw_moving(buffer.base, room, frame, time_us);

    FrameInfo info;
    info.data_size = image + chunks;
    info.image_bytes = image;
    info.chunk_bytes = chunks;
    info.width = static_cast<size_t>(now.width);
    info.height = shared.get(Slot::zero_height) ? 0 : static_cast<size_t>(now.height);
    info.x_offset = static_cast<size_t>(now.offset_x);
    info.y_offset = static_cast<size_t>(now.offset_y);
    info.frame_id = told_id;
    info.timestamp_ns = timestamp_ns;
    info.has_timestamp = !shared.get(Slot::no_timestamps);
    info.has_frame_id = !shared.get(Slot::no_frame_ids);
    info.larger_than_buffer = buffer.size < info.data_size;
    info.pixel_format = shared.get(Slot::pixel_format) ? shared.get(Slot::pixel_format)
                                                       : now.format->code;
    info.size_filled = std::min(info.data_size, buffer.size);
    if (camera_.get(Reg::ImageCompressionMode) == kOn) {
        info.pixel_format |= kHbBit;
        info.size_filled /= 2;
    }
    if (shared.get(Slot::hb_format)) info.pixel_format |= kHbBit;
    info.size_filled -= std::min<size_t>(shared.get(Slot::short_by), info.size_filled);
    if (shared.get(Slot::zero_size)) info.size_filled = 0;
    const uint64_t mtu = shared.get(Slot::mtu);
    const bool too_long = camera_.is_gev() && mtu &&
                          static_cast<uint64_t>(camera_.get(Reg::GevSCPSPacketSize)) > mtu;
    const bool told = incomplete_.next(shared.get(Slot::incomplete_percent));
    const bool missing = packets_missing_.next(broken_percent(camera_, info.data_size));
    info.incomplete = told || missing || too_long || info.larger_than_buffer;
    // The rest of an incomplete buffer is what an older frame left there.
    if (info.incomplete) info.size_filled -= info.size_filled / 4;
    buffer.frame = info;
    if (chunks && !info.larger_than_buffer) append_chunks(buffer, frame, timestamp_ns);
}

// USB3 Vision and GigE Vision: data, then ID and length of it; GigE Vision is big-endian.
void FrameWriter::append_chunks(Buffer& buffer, uint64_t frame, uint64_t timestamp_ns) const {
    uint8_t* out = buffer.base + buffer.frame.image_bytes;
    const auto trailer = [&](uint32_t id, size_t length) {
        uint32_t words[2] = {id, static_cast<uint32_t>(length)};
        if (camera_.is_gev()) {
            for (uint32_t& word : words) word = big_endian(word);
        }
        std::memcpy(out, words, kTrailerBytes);
        out += kTrailerBytes;
    };
    trailer(kImageChunk, buffer.frame.image_bytes);
    const uint64_t values[2] = {frame, ticks(camera_.spec, timestamp_ns)};
    for (int64_t i = 0; i < 2; ++i) {
        if (!camera_.get(Reg::ChunkEnable + i)) continue;
        std::memcpy(out, &values[i], kValueBytes);
        out += kValueBytes;
        trailer(i ? kTimestampChunk : kFrameIdChunk, kValueBytes);
    }
}

size_t list_chunks(const Camera& camera, const FrameInfo& frame, SingleChunk* chunks,
                   size_t room) {
    if (!frame.chunk_bytes) return 0;
    size_t count = 0;
    size_t offset = 0;
    const auto add = [&](uint32_t id, size_t length) {
        if (chunks && count < room) {
            chunks[count] = {id, static_cast<ptrdiff_t>(offset), length};
        }
        ++count;
        offset += length + kTrailerBytes;
    };
    add(kImageChunk, frame.image_bytes);
    if (camera.get(Reg::ChunkEnable)) add(kFrameIdChunk, kValueBytes);
    if (camera.get(Reg::ChunkEnable + 1)) add(kTimestampChunk, kValueBytes);
    return count;
}

}  // namespace camsim
