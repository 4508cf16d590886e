#include "stream.h"

#include "answer.h"
#include "library.h"

namespace camsim {

Stream::Stream(std::shared_ptr<Device> opened)
    : Port(Kind::Stream),
      device(std::move(opened)),
      buffers(std::make_shared<BufferQueue>(device->camera.shared)),
      writer_(device->camera) {
    add_nodes();
}

void Stream::add_nodes() {
    const std::string category = "StreamControl";
    Node& id = nodes.add(NodeKind::Text, "StreamID", category);
    id.get_text = [this] { return device->stream_id(); };
    Node& mode = nodes.add(NodeKind::Enumeration, "StreamBufferHandlingMode", category);
    mode.entries = {{"OldestFirst", 0}, {"OldestFirstOverwrite", 1}, {"NewestOnly", 2},
                    {"NewestFirst", 3}};
    mode.get_integer = [this] { return static_cast<int64_t>(buffers->mode.load()); };
    mode.set_integer = [this](int64_t value) { buffers->mode = static_cast<HandlingMode>(value); };
    mode.locked = [this] { return running_.load(); };
    const auto counter = [&](const char* name, std::function<int64_t()> get) {
        nodes.add(NodeKind::Integer, name, category).get_integer = std::move(get);
    };
    counter("StreamAnnounceBufferMinimum", [this] { return static_cast<int64_t>(announce_min()); });
    counter("StreamAnnouncedBufferCount",
            [this] { return static_cast<int64_t>(buffers->announced_count()); });
    counter("StreamDeliveredFrameCount", [this] { return static_cast<int64_t>(delivered_); });
    counter("StreamLostFrameCount", [this] { return static_cast<int64_t>(underrun_); });
    counter("StreamIncompleteFrameCount", [this] { return static_cast<int64_t>(incomplete_); });
    const Camera& camera = device->camera;
    if (!camera.is(Flavour::Flir) && !camera.is(Flavour::FlirOld)) return;
    // They steer buffers of the maker's own; here the consumer announces its buffers.
    const auto own = std::make_shared<std::atomic<int64_t>>(0);
    Node& count_mode = nodes.add(NodeKind::Enumeration, "StreamBufferCountMode", category);
    count_mode.entries = {{"Auto", 0}, {"Manual", 1}};
    count_mode.get_integer = [own] { return own->load(); };
    count_mode.set_integer = [own](int64_t value) { *own = value; };
    const auto count = std::make_shared<std::atomic<int64_t>>(10);
    Node& manual = nodes.add(NodeKind::Integer, "StreamBufferCountManual", category);
    manual.get_integer = [count] { return count->load(); };
    manual.set_integer = [count](int64_t value) { *count = value; };
    manual.integer_limits = [] { return IntegerLimits{3, 1000, 1}; };
    manual.locked = [own] { return own->load() == 0; };
    if (!camera.is_gev()) return;
    const auto resend = std::make_shared<std::atomic<int64_t>>(1);
    Node& packets = nodes.add(
        NodeKind::Boolean,
        camera.is(Flavour::FlirOld) ? "GevPacketResendMode" : "StreamPacketResendEnable", category);
    packets.get_integer = [resend] { return resend->load(); };
    packets.set_integer = [resend](int64_t value) { *resend = value; };
}

PortFacts Stream::facts() {
    return {device->stream_id(), library()->scenario.vendor, kProducerModel, "TLDataStream",
            "StreamPort", device->camera.spec.bus};
}

std::shared_ptr<Event> Stream::make_event(EventType type) {
    if (type == EVENT_NEW_BUFFER) return std::make_shared<Event>(type, buffers);
    return Port::make_event(type);
}

// FLIR: "minimum buffers 3" (Teledyne, understanding buffer handling).
size_t Stream::announce_min() const {
    return device->camera.is(Flavour::Flir) || device->camera.is(Flavour::FlirOld) ? 3 : 1;
}

void Stream::start(uint64_t frames) {
    const std::lock_guard<std::mutex> guard(engine_);
    require(!running_, GC_ERR_RESOURCE_IN_USE, "the acquisition runs already");
    require(frames > 0, GC_ERR_INVALID_PARAMETER, "no frame to acquire");
    require(buffers->announced_count() >= announce_min(), GC_ERR_INVALID_BUFFER,
            "too few buffers are announced");
    if (thread_.joinable()) thread_.join();  // it ended by itself after the last frame wanted
    left_ = frames;
    delivered_ = 0;
    running_ = true;
    thread_ = std::thread([this] { run(); });
    Camera& camera = device->camera;
    if (camera.has_foreign_xml()) camera.start_acquisition(camera.instance.load());
    device->camera.shared.count(Slot::starts);
}

void Stream::stop() {
    const std::lock_guard<std::mutex> guard(engine_);
    require(running_ || thread_.joinable(), GC_ERR_RESOURCE_IN_USE, "the acquisition does not run");
    running_ = false;
    if (device->camera.has_foreign_xml()) device->camera.stop_acquisition();
    device->camera.wake_up();
    thread_.join();
    device->camera.shared.count(Slot::stops);
}

void Stream::close() {
    try {
        stop();
    } catch (const Failure&) {
        // It did not run.
    }
    close_events();
    buffers->revoke_all();
    device->forget_stream();
}

void Stream::revoke(Handle handle, void** memory, void** user_pointer) {
    buffers->revoke(handle, running_, memory, user_pointer);
}

void Stream::info(int32_t command, int32_t* type, void* buffer, size_t* size) {
    const Answer answer(type, buffer, size);
    switch (command) {
        case STREAM_INFO_ID: return answer.text(device->stream_id());
        case STREAM_INFO_NUM_DELIVERED: return answer.uint64(delivered_);
        case STREAM_INFO_NUM_UNDERRUN: return answer.uint64(underrun_);
        case STREAM_INFO_NUM_ANNOUNCED: return answer.size(buffers->announced_count());
        case STREAM_INFO_NUM_QUEUED: return answer.size(buffers->input_count());
        case STREAM_INFO_NUM_AWAIT_DELIVERY: return answer.size(buffers->output_count());
        case STREAM_INFO_NUM_STARTED: return answer.uint64(started_);
        case STREAM_INFO_PAYLOAD_SIZE: return answer.size(device->camera.told_payload());
        case STREAM_INFO_IS_GRABBING: return answer.boolean(running_);
        // Both ways exist among the makers' producers.
        case STREAM_INFO_DEFINES_PAYLOADSIZE:
            return answer.boolean(device->camera.is(Flavour::Hikrobot));
        case STREAM_INFO_TLTYPE: return answer.text(bus_name(device->camera.spec.bus));
        case STREAM_INFO_NUM_CHUNKS_MAX: return answer.size(3);
        case STREAM_INFO_BUF_ANNOUNCE_MIN: return answer.size(announce_min());
        case STREAM_INFO_BUF_ALIGNMENT: return answer.size(1);
        default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown STREAM_INFO_CMD");
    }
}

void Stream::chunks(Handle handle, SingleChunk* list, size_t* count) {
    require_pointer(count, "piNumChunks");
    buffers->with(handle, [&](const Buffer& buffer) {
        const size_t room = *count;
        *count = list_chunks(device->camera, buffer.frame, list, list ? room : 0);
        require(*count > 0, GC_ERR_NO_DATA, "the buffer holds no chunks");
        require(!list || room >= *count, GC_ERR_BUFFER_TOO_SMALL, "the list is too short");
    });
}

void Stream::buffer_info(Handle handle, int32_t command, int32_t* type, void* out, size_t* size) {
    const Answer answer(type, out, size);
    const CameraSpec& spec = device->camera.spec;
    buffers->with(handle, [&](const Buffer& buffer) {
        const FrameInfo& frame = buffer.frame;
        const bool idle = buffer.place == Buffer::Place::Idle;
        switch (command) {
            case BUFFER_INFO_BASE: return answer.pointer(buffer.base);
            case BUFFER_INFO_SIZE: return answer.size(buffer.size);
            case BUFFER_INFO_USER_PTR: return answer.pointer(buffer.user_pointer);
            case BUFFER_INFO_TIMESTAMP:
                require(frame.has_timestamp, GC_ERR_NOT_AVAILABLE, "no time stamp");
                return answer.uint64(ticks(spec, frame.timestamp_ns));
            case BUFFER_INFO_TIMESTAMP_NS:
                require(frame.has_timestamp && spec.timestamps_in_ns, GC_ERR_NOT_AVAILABLE,
                        "no time stamp in nanoseconds");
                return answer.uint64(frame.timestamp_ns);
            case BUFFER_INFO_NEW_DATA: return answer.boolean(buffer.new_data);
            case BUFFER_INFO_IS_QUEUED: return answer.boolean(!idle);
            case BUFFER_INFO_IS_ACQUIRING:
                return answer.boolean(buffer.place == Buffer::Place::Filling);
            case BUFFER_INFO_IS_INCOMPLETE: return answer.boolean(frame.incomplete);
            case BUFFER_INFO_TLTYPE: return answer.text(bus_name(spec.bus));
            case BUFFER_INFO_SIZE_FILLED: return answer.size(frame.size_filled);
            case BUFFER_INFO_WIDTH:
                require(spec.size_info, GC_ERR_NOT_AVAILABLE, "no width");
                return answer.size(frame.width);
            case BUFFER_INFO_HEIGHT:
            case BUFFER_INFO_DELIVERED_IMAGEHEIGHT:
                require(spec.size_info, GC_ERR_NOT_AVAILABLE, "no height");
                return answer.size(frame.height);
            case BUFFER_INFO_XOFFSET: return answer.size(frame.x_offset);
            case BUFFER_INFO_YOFFSET: return answer.size(frame.y_offset);
            case BUFFER_INFO_XPADDING:
            case BUFFER_INFO_YPADDING:
            case BUFFER_INFO_IMAGEOFFSET: return answer.size(0);
            case BUFFER_INFO_FRAMEID:
                require(frame.has_frame_id, GC_ERR_NOT_AVAILABLE, "no frame ID");
                return answer.uint64(frame.frame_id);
            case BUFFER_INFO_IMAGEPRESENT: return answer.boolean(frame.size_filled > 0);
            case BUFFER_INFO_PAYLOADTYPE: return answer.size(kPayloadTypeImage);
            case BUFFER_INFO_PIXELFORMAT: return answer.uint64(frame.pixel_format);
            case BUFFER_INFO_PIXELFORMAT_NAMESPACE: return answer.uint64(kNamespacePfnc32);
            case BUFFER_INFO_DELIVERED_CHUNKPAYLOADSIZE: return answer.size(frame.chunk_bytes);
            case BUFFER_INFO_CHUNKLAYOUTID: return answer.uint64(frame.chunk_bytes);
            case BUFFER_INFO_FILENAME: fail(GC_ERR_NOT_AVAILABLE, "the buffer holds no file");
            case BUFFER_INFO_PIXEL_ENDIANNESS: return answer.int32(kEndiannessLittle);
            case BUFFER_INFO_DATA_SIZE: return answer.size(frame.data_size);
            case BUFFER_INFO_DATA_LARGER_THAN_BUFFER:
                return answer.boolean(frame.larger_than_buffer);
            case BUFFER_INFO_CONTAINS_CHUNKDATA: return answer.boolean(frame.chunk_bytes > 0);
            case BUFFER_INFO_IS_COMPOSITE: return answer.boolean(false);
            default: fail(GC_ERR_NOT_IMPLEMENTED, "unknown BUFFER_INFO_CMD");
        }
    });
}

}  // namespace camsim
