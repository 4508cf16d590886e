#include "failure.h"

#include <cstdio>

#include "library.h"

namespace camsim {
namespace {

// Plain memory: nothing that a thread's end would have to destroy after the library is unloaded.
thread_local int32_t last_code = GC_ERR_SUCCESS;
thread_local char last_text[256] = "no error";

// "Camera error" in Chinese, encoded in GBK: no valid UTF-8.
constexpr char kGbkText[] = "\xCF\xE0\xBB\xFA\xB4\xED\xCE\xF3";

}  // namespace

int32_t set_last_error(GcError code, const char* text) noexcept {
    last_code = code;
    std::snprintf(last_text, sizeof last_text, "%s", text);
    return code;
}

int32_t last_error_code() noexcept { return last_code; }

std::string last_error_text() {
    if (last_code != GC_ERR_SUCCESS && library_speaks_gbk()) return kGbkText;
    return last_text;
}

}  // namespace camsim
