// What is known of language models: data/models.json, which is part of the program.
#pragma once
#include <optional>
#include <string_view>

namespace collet::llm {

/// The file's text. Pure.
std::string_view model_table();

/// US dollars per token.
struct Prices {
  double input = 0, output = 0;
  double cache_read = 0, cache_write = 0;  ///< of input that the provider's cache had, or has taken
};

/// `model`: as in an `llm` object, "provider/model" or a bare name. Nothing: not known, or free of charge
/// because it runs elsewhere than at who made it. Any thread; the first call reads the table.
std::optional<Prices> prices_of(std::string_view model);

}  // namespace collet::llm
