// Answers in GenTL's way: (type, buffer, size), where a NULL buffer asks for the size.
#pragma once
#include <cstring>
#include <string>

#include "failure.h"

namespace camsim {

class Answer {
  public:
    Answer(int32_t* type, void* buffer, size_t* size) : type_(type), buffer_(buffer), size_(size) {
        require_pointer(size, "piSize");
    }

    void bytes(InfoType type, const void* data, size_t length) const {
        if (type_) *type_ = type;
        const size_t room = *size_;
        *size_ = length;
        if (!buffer_) return;
        require(room >= length, GC_ERR_BUFFER_TOO_SMALL, "the buffer for the answer is too small");
        std::memcpy(buffer_, data, length);
    }

    void text(const std::string& value) const {
        bytes(INFO_DATATYPE_STRING, value.c_str(), value.size() + 1);
    }
    void int32(int32_t value) const { bytes(INFO_DATATYPE_INT32, &value, sizeof value); }
    void uint32(uint32_t value) const { bytes(INFO_DATATYPE_UINT32, &value, sizeof value); }
    void uint64(uint64_t value) const { bytes(INFO_DATATYPE_UINT64, &value, sizeof value); }
    void size(size_t value) const { bytes(INFO_DATATYPE_SIZET, &value, sizeof value); }
    void pointer(const void* value) const { bytes(INFO_DATATYPE_PTR, &value, sizeof value); }
    void boolean(bool value) const {
        const Bool8 byte = value;
        bytes(INFO_DATATYPE_BOOL8, &byte, sizeof byte);
    }

  private:
    int32_t* type_;
    void* buffer_;
    size_t* size_;
};

}  // namespace camsim
