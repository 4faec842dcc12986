// Texts as the model reads them: lines with their numbers. Pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace collet::file {

/// What "\n" separates; one more element than there are "\n". The views point into `text`.
std::vector<std::string_view> split_lines(std::string_view text);

/// How many lines the file has: an end of line at the very end starts no further one.
std::size_t count_lines(std::string_view text);

/// Lines `first` … `last` (from 1, both included) of `lines`, each as its number, six wide, a tab, the line
/// and "\n". Stops after about `limit` bytes and then says what is missing and how to see it.
std::string numbered(const std::vector<std::string_view>& lines, std::size_t first, std::size_t last,
                     std::size_t limit = 30'000);

}  // namespace collet::file
