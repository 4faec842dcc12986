#include "pty/pty_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace collet::bash {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PtyRequest read(const std::string& body) {
  Request request;
  request.body = body;
  return read_pty_request(request, "/default");
}

std::string refused(const std::string& body) {
  try {
    read(body);
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.response().status, 422);
    return refusal.response().body;
  }
  ADD_FAILURE() << "taken: " << body;
  return {};
}

TEST(PtyReader, without_a_body_it_is_a_shell_in_the_default_folder) {
  for (const char* body : {"", "{}", R"({"command":null,"cwd":null,"rows":null})"}) {
    const auto request = read(body);
    EXPECT_THAT(request.command, ElementsAre(HasSubstr("sh")));
    EXPECT_EQ(request.cwd, "/default");
    EXPECT_EQ(request.rows, 24);
    EXPECT_EQ(request.columns, 80);
  }
}

TEST(PtyReader, takes_a_whole_request) {
  const auto request =
      read(R"({"command":["top","-d","1"],"cwd":"sub","environment":{"A":"b"},"rows":50,"columns":132})");
  EXPECT_THAT(request.command, ElementsAre("top", "-d", "1"));
  EXPECT_EQ(request.cwd, "/default/sub");
  EXPECT_EQ(request.environment.at("A"), "b");
  EXPECT_EQ(request.rows, 50);
  EXPECT_EQ(request.columns, 132);
}

TEST(PtyReader, names_what_is_wrong) {
  EXPECT_THAT(refused(R"({"command":"top"})"), HasSubstr(R"(["body","command"])"));
  EXPECT_THAT(refused(R"({"command":[]})"), HasSubstr("too_short"));
  EXPECT_THAT(refused(R"({"command":[""]})"), HasSubstr(R"(["body","command","0"])"));
  EXPECT_THAT(refused(R"({"command":["a","b\u0000"]})"), HasSubstr(R"(["body","command","1"])"));
  EXPECT_THAT(refused(R"({"rows":0,"columns":2001})"), AllOf(HasSubstr("rows"), HasSubstr("columns")));
  EXPECT_THAT(refused(R"({"rows":"24"})"), HasSubstr("int_type"));
  EXPECT_THAT(refused(R"({"cwd":7})"), HasSubstr("cwd"));
  EXPECT_THAT(refused("[]"), HasSubstr("model_attributes_type"));
  EXPECT_THAT(refused("{"), HasSubstr("json_invalid"));
}

TEST(PtyReader, does_not_echo_the_environment) {
  EXPECT_THAT(refused(R"({"environment":{"A":"s3cret","B":5}})"),
              AllOf(HasSubstr("\"B\""), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(refused(R"({"environment":"s3cret"})"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(refused(R"({"environment":{"A=B":"x"}})"), HasSubstr("environment"));
}

TEST(PtyReader, messages) {
  EXPECT_EQ(std::get<PtyInput>(read_pty_message(R"({"type":"input","data":"ls\r"})")).text, "ls\r");
  const auto size = std::get<PtyResize>(read_pty_message(R"({"type":"resize","rows":10,"columns":20})"));
  EXPECT_EQ(size.rows, 10);
  EXPECT_EQ(size.columns, 20);
  EXPECT_EQ(std::get<PtySignal>(read_pty_message(R"({"type":"signal","name":"SIGINT"})")).number, SIGINT);
  for (const char* wrong : {"", "x", "[]", "{}", R"({"type":"bogus"})", R"({"type":"input"})",
                            R"({"type":"resize","rows":0,"columns":1})", R"({"type":"resize","rows":1})",
                            R"({"type":"signal","name":"SEGV"})"})
    EXPECT_THROW(read_pty_message(wrong), InputError) << wrong;
}

}  // namespace
}  // namespace collet::bash
