// Registers behind a camera XML from a file: bytes at addresses, 0 where nothing was written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace camsim {

// The whole file; throws Failure(ERROR) that names it.
std::string read_bytes(const std::string& path);

// This process's own: unlike the settings of the other cameras they end with it.
class RegisterMemory {
  public:
    // Reads lines "address bytes", both in hex; without a path all is 0. Throws Failure(ERROR).
    explicit RegisterMemory(const std::string& path);

    void read(uint64_t address, void* data, size_t size) const;
    void write(uint64_t address, const void* data, size_t size);
    // What the file says, as after a power cycle.
    void reset();

  private:
    mutable std::mutex mutex_;
    std::map<uint64_t, uint8_t> first_, now_;
};

}  // namespace camsim
