#include "stored_zip.h"

#include <cstdint>

namespace camsim {
namespace {

uint32_t crc32_of(const std::string& data) {
    uint32_t crc = 0xFFFFFFFFu;
    for (const char c : data) {
        crc ^= static_cast<uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}

std::string little(uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i);
    return out;
}

}  // namespace

// PKWARE APPNOTE 6.3, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
std::string stored_zip(const std::string& name, const std::string& content) {
    const auto size = static_cast<uint32_t>(content.size());
    const std::string common = little(10, 2) + little(0, 2) + little(0, 2) + little(0, 2) +
                               little(0x21, 2) + little(crc32_of(content), 4) + little(size, 4) +
                               little(size, 4) + little(static_cast<uint32_t>(name.size()), 2) +
                               little(0, 2);
    const std::string local = "PK\x03\x04" + common + name;
    const std::string central = "PK\x01\x02" + little(10, 2) + common + little(0, 2) +
                                little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + name;
    const auto directory = static_cast<uint32_t>(local.size() + content.size());
    const std::string end = "PK\x05\x06" + little(0, 4) + little(1, 2) + little(1, 2) +
                            little(static_cast<uint32_t>(central.size()), 4) +
                            little(directory, 4) + little(0, 2);
    return local + content + central + end;
}

}  // namespace camsim
