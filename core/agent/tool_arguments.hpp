// Checks what a model wrote as a tool's arguments against the tool's JSON schema, and puts it in order.
//
// The schema keywords that are checked, at any depth: those of schema_value.hpp; properties, required,
// default, additionalProperties (false: unknown members are refused; a schema: they are checked; else they
// are kept), items; anyOf of what is an argument or within one. Others, pattern among them, are for the model
// only. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::agent {

struct CheckedArguments {
  std::string action;      ///< JSON object: the arguments in the schema's order, defaults filled in, no nulls
  std::string summary;     ///< what the model says the call is for; may be empty
  std::string error;       ///< not empty: the arguments cannot be used; a sentence for the model
  bool malformed = false;  ///< the text is no JSON object at all
};

/// `schema`: well-formed (schema_value.hpp). `arguments`: the model's text. `security_risk` and `summary`
/// belong to the agent, not to the tool; they are taken out unless the schema has properties of these names.
CheckedArguments check_arguments(std::string_view tool, const json::Value& schema,
                                 std::string_view arguments);

}  // namespace collet::agent
