#include "register_memory.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "failure.h"

namespace camsim {
namespace {

std::map<uint64_t, uint8_t> parse(const std::string& path) {
    std::map<uint64_t, uint8_t> bytes;
    std::istringstream lines(read_bytes(path));
    int row = 0;
    for (std::string line; std::getline(lines, line);) {
        ++row;
        std::istringstream words(line);
        std::string place, content;
        if (!(words >> place)) continue;
        words >> content;
        const bool hex = (place + content).find_first_not_of("0123456789abcdefABCDEF") ==
                         std::string::npos;
        if (!hex || place.size() > 16 || content.empty() || content.size() % 2) {
            fail(GC_ERR_ERROR, path + " line " + std::to_string(row) +
                                   ": wanted an address and bytes, both in hex");
        }
        uint64_t address = std::stoull(place, nullptr, 16);
        for (size_t i = 0; i < content.size(); i += 2) {
            bytes[address++] = static_cast<uint8_t>(std::stoul(content.substr(i, 2), nullptr, 16));
        }
    }
    return bytes;
}

}  // namespace

std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(GC_ERR_ERROR, "the file " + path + " cannot be read");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

RegisterMemory::RegisterMemory(const std::string& path) {
    if (!path.empty()) first_ = parse(path);
    now_ = first_;
}

void RegisterMemory::read(uint64_t address, void* data, size_t size) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    auto* out = static_cast<uint8_t*>(data);
    for (size_t i = 0; i < size; ++i) {
        const auto found = now_.find(address + i);
        out[i] = found == now_.end() ? 0 : found->second;
    }
}

void RegisterMemory::write(uint64_t address, const void* data, size_t size) {
    const std::lock_guard<std::mutex> guard(mutex_);
    const auto* bytes = static_cast<const uint8_t*>(data);
    for (size_t i = 0; i < size; ++i) now_[address + i] = bytes[i];
}

void RegisterMemory::reset() {
    const std::lock_guard<std::mutex> guard(mutex_);
    now_ = first_;
}

}  // namespace camsim
