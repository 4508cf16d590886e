// What all processes that load the simulator know of one camera: a mapped file of 64-bit slots.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace camsim {

enum class Slot : size_t {
#define KNOB(name, text) name,
#define COUNTER(name, text) name,
#define STATE(name, text) name,
#include "slots.def"
#undef KNOB
#undef COUNTER
#undef STATE
    count
};

constexpr size_t kMaxRegisters = 96;
constexpr size_t kUserSets = 4;

// The layout of the file; control.py knows 'magic' and 'slots'.
struct SharedLayout {
    char magic[64];
    std::atomic<uint64_t> slots[static_cast<size_t>(Slot::count)];
    std::atomic<int64_t> registers[kMaxRegisters];
    std::atomic<int64_t> user_sets[kUserSets][kMaxRegisters];
    std::atomic<uint64_t> user_set_saved[kUserSets];
    char user_name[64];
};

class SharedCamera {
  public:
    // Maps folder/name.camsim and makes it if need be; with an empty folder the slots are this
    // process's own. Throws Failure.
    SharedCamera(const std::string& folder, const std::string& name);
    ~SharedCamera();
    SharedCamera(const SharedCamera&) = delete;

    std::atomic<uint64_t>& operator[](Slot slot) {
        return layout_->slots[static_cast<size_t>(slot)];
    }
    uint64_t get(Slot slot) const {
        return layout_->slots[static_cast<size_t>(slot)].load(std::memory_order_relaxed);
    }
    void count(Slot slot, uint64_t by = 1) {
        (*this)[slot].fetch_add(by, std::memory_order_relaxed);
    }
    void set(Slot slot, uint64_t value) { (*this)[slot].store(value, std::memory_order_relaxed); }
    SharedLayout& layout() { return *layout_; }

    // Held, no other process and no other thread changes owner or settings; ends with the process.
    class Locked {
      public:
        explicit Locked(SharedCamera& shared);
        ~Locked();

      private:
        SharedCamera& shared_;
        std::lock_guard<std::mutex> guard_;
    };

  private:
    int file_ = -1;
    SharedLayout* layout_;
    std::mutex mutex_;
};

}  // namespace camsim
