// Events of a module: a queue that EventGetData waits for.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "gentl_abi.h"
#include "module.h"

namespace camsim {

// What fills an event's queue. The functions are called with 'mutex' held.
class EventSource {
  public:
    virtual ~EventSource() = default;
    virtual size_t queued() const = 0;
    virtual NewBufferData pop() = 0;
    virtual void discard() = 0;
    virtual uint64_t fired() const = 0;

    std::mutex mutex;
    std::condition_variable arrived;
};

class Event : public Module {
  public:
    Event(EventType type, std::shared_ptr<EventSource> source)
        : Module(Kind::Event), type(type), source_(std::move(source)) {}

    // Returns a GC_ERROR instead of throwing: a timeout is no exception.
    int32_t wait(void* buffer, size_t* size, uint64_t timeout_ms);
    void info(int32_t command, int32_t* type, void* buffer, size_t* size);
    void data_info(const void* data, size_t data_size, int32_t command, int32_t* type, void* buffer,
                   size_t* size) const;
    void flush();
    void kill();
    void close() override;

    const EventType type;

  private:
    std::shared_ptr<EventSource> source_;
    uint64_t kills_ = 0;  // waits that are still to be ended
    bool closed_ = false;
};

// Of the events that never happen here: errors, invalidated and changed features.
class SilentSource : public EventSource {
  public:
    size_t queued() const override { return 0; }
    NewBufferData pop() override { return {}; }
    void discard() override {}
    uint64_t fired() const override { return 0; }
};

}  // namespace camsim
