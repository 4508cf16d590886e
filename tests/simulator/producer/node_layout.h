// Where a node's registers lie: node i has kNodeStride bytes from kFirstAddress + i * kNodeStride.
#pragma once
#include <cstdint>

namespace camsim {

constexpr uint64_t kFirstAddress = 0x10000;
constexpr uint64_t kNodeStride = 0x100;
constexpr uint64_t kXmlAddress = 0x10000000;
// Of an XML from a file, whose registers may lie anywhere below.
constexpr uint64_t kForeignXmlAddress = 0x4000000000000000;

// Offsets; the value itself is at 0. Each takes 8 bytes.
constexpr uint64_t kMinOffset = 0xC0;
constexpr uint64_t kMaxOffset = 0xC8;
constexpr uint64_t kIncOffset = 0xD0;
constexpr uint64_t kLockedOffset = 0xD8;
constexpr uint64_t kAvailableOffset = 0xE0;

}  // namespace camsim
