#include "operations.hpp"

#include <string_view>
#include <utility>

#include "common/openapi.hpp"

namespace collet::git::operations {
namespace {

constexpr std::string_view kPath =
    R"({"name":"path","in":"query","required":true,"schema":{"type":"string"},"description":"An absolute path"})";
constexpr std::string_view kRef =
    R"({"name":"ref","in":"query","required":false,"schema":{"type":"string"},)"
    R"("description":"What to compare with, say HEAD. Default: what shows the work done here best"})";
constexpr std::string_view kCommit =
    R"({"name":"commit","in":"query","required":false,)"
    R"("schema":{"type":"string","pattern":"^[0-9a-fA-F]{4,64}$"},)"
    R"("description":"What this commit changed, instead; not together with ref"})";
constexpr std::string_view kLimit = R"({"name":"limit","in":"query","required":false,)"
                                    R"("schema":{"type":"integer","minimum":1,"maximum":200,"default":50}})";
constexpr std::string_view kSha =
    R"({"name":"sha","in":"path","required":true,"schema":{"type":"string","pattern":"^[0-9a-fA-F]{4,64}$"}})";

constexpr std::string_view kChanges =
    R"({"type":"array","items":{"type":"object","required":["status","path"],"properties":{)"
    R"("status":{"type":"string","enum":["MOVED","ADDED","DELETED","UPDATED"]},)"
    R"("path":{"type":"string","format":"path"}}}})";
constexpr std::string_view kDiff = R"({"type":"object","required":["modified","original"],"properties":{)"
                                   R"("modified":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
                                   R"("original":{"anyOf":[{"type":"string"},{"type":"null"}]}}})";
constexpr std::string_view kCommits =
    R"({"type":"object","required":["commits","has_more"],"properties":{"commits":{"type":"array","items":{)"
    R"("type":"object","required":["sha","short_sha","subject","author","timestamp"],"properties":{)"
    R"("sha":{"type":"string"},"short_sha":{"type":"string"},"subject":{"type":"string"},)"
    R"("author":{"type":"string"},"timestamp":{"type":"string"}}}},"has_more":{"type":"boolean"}}})";

std::string describe(std::string id, std::string_view summary, std::string parameters,
                     std::string_view answer) {
  return openapi::describe({.tag = "Git",
                            .id = std::move(id),
                            .summary = summary,
                            .parameters = std::move(parameters),
                            .answer = std::string(answer),
                            .others = "400,422,503"});
}

std::string list(std::string_view first, std::string_view second, std::string_view third = {}) {
  std::string all(first);
  for (const auto one : {second, third})
    if (!one.empty()) all.append(",").append(one);
  return all;
}

}  // namespace

std::string changes() {
  return describe("git_changes_query_api_git_changes_get", "The files that differ in a repository",
                  list(kPath, kRef), kChanges);
}

std::string diff() {
  return describe("git_diff_query_api_git_diff_get", "One file before and after", list(kPath, kRef, kCommit),
                  kDiff);
}

std::string commits() {
  return describe("git_commits_query_api_git_commits_get", "The newest commits", list(kPath, kLimit),
                  kCommits);
}

std::string commit_changes() {
  return describe("git_commit_changes_query_api_git_commits__sha__changes_get",
                  "The files that a commit changed", list(kSha, kPath), kChanges);
}

}  // namespace collet::git::operations
