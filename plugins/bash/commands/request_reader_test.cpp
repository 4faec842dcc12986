#include "commands/request_reader.hpp"

#include <gtest/gtest.h>

namespace collet::bash {
namespace {

std::string problem_of(std::string_view body) {
  const auto read = read_command(body);
  return read ? "none" : read.problem().body;
}

TEST(RequestReader_Command, has_defaults_and_ignores_what_it_does_not_know) {
  const auto read = read_command(R"({"command":"ls","zzz":1})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().command, "ls");
  EXPECT_EQ(read.value().timeout, 300);
  EXPECT_FALSE(read.value().cwd);
  EXPECT_EQ(read_command(R"({"command":"","cwd":null,"timeout":"5"})").value().timeout, 5);
}

TEST(RequestReader_Command, problems_have_the_wire_form) {
  EXPECT_EQ(problem_of("{}"),
            R"({"detail":[{"type":"missing","loc":["body","command"],"msg":"Field required","input":{}}]})");
  EXPECT_EQ(problem_of(R"({"command":5})"), R"({"detail":[{"type":"string_type","loc":["body","command"],)"
                                            R"("msg":"Input should be a valid string","input":5}]})");
  EXPECT_EQ(problem_of(""),
            R"({"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]})");
  for (const auto* body :
       {"[", "[]", "5", R"({"command":"a","timeout":1.5})", R"({"command":"a","timeout":null})",
        R"({"command":"a","timeout":"x"})", R"({"command":"a","cwd":5})", R"({"command":"a\u0000"})"})
    EXPECT_NE(problem_of(body), "none") << body;
}

std::string search_problem(const std::string& name, const std::string& value) {
  const auto read = read_search({{name, value}});
  return read ? "none" : read.problem().body;
}

TEST(RequestReader_Command, problems_of_the_socket_are_lines) {
  const auto problem = [](std::string_view message) {
    return socket_problem(read_command(message).problem());
  };
  EXPECT_EQ(problem("garbage").code, "JSONDecodeError");
  EXPECT_EQ(problem("").code, "JSONDecodeError");
  EXPECT_EQ(problem(R"({"bogus":1})").code, "ValidationError");
  EXPECT_EQ(problem(R"({"bogus":1})").detail,
            "1 validation error for ExecuteBashRequest\ncommand\n  Field required [type=missing]");
  EXPECT_EQ(problem(R"({"command":5,"timeout":"x"})").detail,
            "2 validation errors for ExecuteBashRequest\ncommand\n  Input should be a valid string "
            "[type=string_type]\ntimeout\n  Input should be a valid integer, unable to parse string as an "
            "integer [type=int_parsing]");
  EXPECT_EQ(problem("[1]").code, "ValidationError");
}

TEST(RequestReader_Search, problems_have_the_wire_form) {
  EXPECT_EQ(search_problem("sort_order", "zzz"),
            R"({"detail":[{"type":"enum","loc":["query","sort_order"],"msg":"Input should be 'TIMESTAMP' or )"
            R"('TIMESTAMP_DESC'","input":"zzz","ctx":{"expected":"'TIMESTAMP' or 'TIMESTAMP_DESC'"}}]})");
  EXPECT_EQ(
      search_problem("kind__eq", "zzz"),
      R"({"detail":[{"type":"literal_error","loc":["query","kind__eq"],"msg":"Input should be 'BashCommand' or )"
      R"('BashOutput'","input":"zzz","ctx":{"expected":"'BashCommand' or 'BashOutput'"}}]})");
  EXPECT_EQ(
      search_problem("limit", "0"),
      R"({"detail":[{"type":"greater_than","loc":["query","limit"],"msg":"Input should be greater than 0",)"
      R"("input":"0","ctx":{"gt":0}}]})");
  for (const auto& [name, value] : {std::pair("limit", "101"),
                                    {"limit", "x"},
                                    {"limit", ""},
                                    {"order__gt", "x"},
                                    {"command_id__eq", "zzz"},
                                    {"timestamp__gte", "zzz"},
                                    {"timestamp__lt", ""}})
    EXPECT_NE(search_problem(name, value), "none") << name << "=" << value;
  EXPECT_EQ(search_problem("unknown", "x"), "none");
}

TEST(RequestReader_Ids, are_an_array_of_texts) {
  EXPECT_EQ(read_ids(R"(["a","b"])").value().size(), 2U);
  for (const auto* body : {"", "{}", "[5]", "["}) EXPECT_FALSE(read_ids(body)) << body;
}

}  // namespace
}  // namespace collet::bash
