// A zip archive with one file that is stored as it is.
#pragma once
#include <string>

namespace camsim {

std::string stored_zip(const std::string& name, const std::string& content);

}  // namespace camsim
