// How a call fails: inside, by throwing Failure; outside, by a GC_ERROR and GCGetLastError.
#pragma once
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "gentl_abi.h"

namespace camsim {

class Failure : public std::exception {
  public:
    Failure(GcError code, std::string text) : code(code), text(std::move(text)) {}
    const char* what() const noexcept override { return text.c_str(); }

    const GcError code;
    const std::string text;
};

[[noreturn]] inline void fail(GcError code, std::string text) {
    throw Failure(code, std::move(text));
}

inline void require(bool holds, GcError code, const char* text) {
    if (!holds) fail(code, text);
}

inline void require_pointer(const void* pointer, const char* name) {
    if (!pointer) fail(GC_ERR_INVALID_PARAMETER, std::string(name) + " is NULL");
}

// Remembers the error for this thread's GCGetLastError; returns its code.
int32_t set_last_error(GcError code, const char* text) noexcept;

// The code of this thread's last error and its text, in the encoding that the scenario asks for.
int32_t last_error_code() noexcept;
std::string last_error_text();

// Runs the body of an entry point; no exception leaves it.
template <class Body>
int32_t guarded(Body&& body) noexcept {
    try {
        body();
        return GC_ERR_SUCCESS;
    } catch (const Failure& failure) {
        return set_last_error(failure.code, failure.what());
    } catch (const std::bad_alloc&) {
        return set_last_error(GC_ERR_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception& error) {
        return set_last_error(GC_ERR_ERROR, error.what());
    }
}

}  // namespace camsim
