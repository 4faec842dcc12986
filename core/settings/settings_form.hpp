// What clients show of the settings to people: the sections of a form, the order of their fields and the
// words for them. Types, defaults and choices are in settings_fields. Pure; any thread.
#pragma once
#include <span>
#include <string_view>

#include "settings/field.hpp"

namespace collet::settings {

/// How soon a form shows a field.
enum class Prominence { kCritical, kMajor, kMinor };

struct FormField {
  std::string_view name;  ///< of a field of the section's shape
  std::string_view label;
  std::string_view about = {};  ///< empty: the label says it
  Prominence prominence = Prominence::kMinor;
  std::string_view depends_on = {};  ///< names of fields of the section, "a|b"
};

struct FormSection {
  std::string_view key;
  std::string_view label;
  /// Its fields: those of the member `key` of the settings where that is an object, else of the settings.
  const Shape& settings;
  std::span<const FormField> fields;
  std::string_view variant = {};            ///< the agent_kind that has the section; empty: all
  std::string_view variant_of_fields = {};  ///< the agent_kind that has the fields; empty: all
};

std::span<const FormSection> agent_form();
std::span<const FormSection> conversation_form();

}  // namespace collet::settings
