#include "tool_names.hpp"

#include <stdexcept>

#include "collet/json.hpp"

namespace collet::tools {

std::string listed_names(std::string_view catalogue) {
  const auto parsed = json::parse(catalogue);
  if (!parsed || !parsed->IsArray()) throw std::invalid_argument("the catalogue of tools is no JSON array");
  json::Writer w;
  w.array();
  for (const auto& tool : parsed->GetArray())
    if (json::bool_at(tool, "listed").value_or(false)) w.value(json::string_or(tool, "name"));
  w.end();
  return w.take();
}

}  // namespace collet::tools
