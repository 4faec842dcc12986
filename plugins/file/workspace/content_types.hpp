#pragma once
#include <string>

namespace collet::file {

/// What a browser is told about a file: by its name's ending; else by its first bytes, text or not.
/// `content`: open for reading.
std::string content_type_of(const std::string& name, int content);

}  // namespace collet::file
