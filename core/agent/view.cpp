#include "agent/view.hpp"

#include <algorithm>
#include <utility>

namespace collet::agent {
namespace {

void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string text_part(std::string_view text) {
  json::Writer w;
  w.object().member("type", "text").member("text", text).end();
  return w.take();
}

// All texts of a content array, one after the other.
std::string texts_of(const json::Value* content) {
  std::string text;
  if (content == nullptr || !content->IsArray()) return text;
  for (const auto& part : content->GetArray())
    if (const auto piece = json::string_at(part, "text"))
      text += (text.empty() ? "" : "\n") + std::string(*piece);
  return text;
}

// What the model reads of an observation: its texts, and what a command's metadata adds to them.
std::string observation_text(const json::Value& observation) {
  std::string text = texts_of(json::find(observation, "content"));
  const json::Value* metadata = json::find(observation, "metadata");
  if (metadata == nullptr || !metadata->IsObject()) return text;
  text = json::string_or(*metadata, "prefix") + text + json::string_or(*metadata, "suffix");
  if (const auto folder = json::string_or(*metadata, "working_dir"); !folder.empty())
    text += "\n[Working directory: " + folder + "]";
  return text;
}

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

}  // namespace

void View::apply(const events::Event& event) {
  const bool said = event.kind == "MessageEvent" || event.kind == "ActionEvent" ||
                    event.kind == "ObservationEvent" || event.kind == "AgentErrorEvent" ||
                    event.kind == "UserRejectObservation" || event.kind == "SystemPromptEvent";
  if (!said) return;
  const auto parsed = json::parse(*event.body);
  if (!parsed) return;
  if (event.kind == "MessageEvent") {
    apply_message(*parsed);
  } else if (event.kind == "ActionEvent") {
    apply_action(*parsed);
  } else if (event.kind == "ObservationEvent") {
    const json::Value* observation = json::find(*parsed, "observation");
    apply_answer(*parsed, observation == nullptr ? "" : observation_text(*observation));
  } else if (event.kind == "AgentErrorEvent") {
    apply_answer(*parsed, json::string_or(*parsed, "error"));
  } else if (event.kind == "UserRejectObservation") {
    apply_answer(*parsed, "The user refused this action: " + json::string_or(*parsed, "rejection_reason"));
  } else {
    const json::Value* text = json::at(*parsed, {"system_prompt", "text"});
    json::Writer w;
    w.object().member("role", "system").key("content").array();
    w.raw(text_part(text != nullptr && text->IsString() ? json::view(*text) : "")).end().end();
    add(w.take());
    has_system_prompt_ = true;
  }
}

void View::apply_message(const json::Value& event) {
  const json::Value* message = json::find(event, "llm_message");
  if (message == nullptr) return;
  const json::Value* content = json::find(*message, "content");
  if (json::string_or(*message, "role") != "assistant") {
    if (content != nullptr && content->IsArray()) add_user_parts(*content);
    awaits_model_ = true;
    return;
  }
  close_calls();
  close_user();
  json::Writer w;
  w.object().member("role", "assistant").member("content", texts_of(content)).end();
  add(w.take());
  awaits_model_ = false;
}

void View::add_user_parts(const json::Value& content) {
  std::string& parts = open_.empty() ? user_parts_ : deferred_parts_;
  if (open_.empty()) close_assistant();
  for (const auto& part : content.GetArray()) {
    if (const auto text = json::string_at(part, "text")) append_item(parts, text_part(shortened(*text)));
    add_images(parts, part);
  }
}

void View::add_images(std::string& parts, const json::Value& part) const {
  const json::Value* images = json::find(part, "image_urls");
  if (images == nullptr || !images->IsArray()) return;
  if (!images_) return append_item(parts, text_part("(An image is left out: this model is shown none.)"));
  for (const auto& url : images->GetArray()) {
    if (!url.IsString()) continue;
    json::Writer w;
    w.object().member("type", "image_url").key("image_url").object().member("url", json::view(url));
    append_item(parts, w.end().end().take());
  }
}

// They wait with what users say until all calls have their answers.
void View::add_result_images(const json::Value& event) {
  const json::Value* content = json::at(event, {"observation", "content"});
  if (content == nullptr || !content->IsArray()) return;
  for (const auto& part : content->GetArray()) {
    std::string images;
    add_images(images, part);
    if (images.empty()) continue;
    append_item(deferred_parts_,
                text_part("From the result of " + json::string_or(event, "tool_name") + ":"));
    append_item(deferred_parts_, images);
  }
}

void View::apply_action(const json::Value& event) {
  const std::string response_id = json::string_or(event, "llm_response_id");
  if (calls_.empty() || response_id != response_id_) {
    close_calls();
    close_user();
    response_id_ = response_id;
    thought_ = texts_of(json::find(event, "thought"));
  }
  const json::Value* call = json::find(event, "tool_call");
  if (call == nullptr) return;
  const std::string id = json::string_or(event, "tool_call_id");
  json::Writer w;
  w.object().member("id", id).member("type", "function").key("function").object();
  w.member("name", json::string_or(*call, "name")).member("arguments", json::string_or(*call, "arguments"));
  w.end().end();
  append_item(calls_, w.take());
  const json::Value* action = json::find(event, "action");
  open_.push_back({json::string_or(event, "id"), json::string_or(event, "tool_name"), id,
                   action == nullptr ? std::string() : json::dump(*action)});
  awaits_model_ = false;
}

// The action that the answer names; else the oldest of its call's id, which calls may have in common.
std::vector<OpenAction>::const_iterator View::answered_by(const json::Value& answer,
                                                          std::string_view call_id) const {
  const auto action_id = json::string_or(answer, "action_id");
  const auto named = std::find_if(open_.begin(), open_.end(), [&](const OpenAction& open) {
    return open.id == action_id && open.call_id == call_id;
  });
  if (named != open_.end()) return named;
  return std::find_if(open_.begin(), open_.end(),
                      [&](const OpenAction& open) { return open.call_id == call_id; });
}

void View::apply_answer(const json::Value& event, std::string text) {
  const std::string id = json::string_or(event, "tool_call_id");
  const auto answered = answered_by(event, id);
  if (answered == open_.end()) return;  // no such call: an endpoint would refuse the whole history
  open_.erase(answered);
  close_assistant();
  json::Writer w;
  w.object().member("role", "tool").key("content").array().raw(text_part(shortened(text))).end();
  w.member("tool_call_id", id).member("name", json::string_or(event, "tool_name")).end();
  add(w.take());
  add_result_images(event);
  if (open_.empty() && !deferred_parts_.empty()) append_item(user_parts_, std::exchange(deferred_parts_, {}));
  awaits_model_ = true;
}

// The assistant message that grew by tool calls is complete.
void View::close_assistant() {
  if (calls_.empty()) return;
  json::Writer w;
  w.object().member("role", "assistant");
  if (!thought_.empty()) w.key("content").array().raw(text_part(thought_)).end();
  w.raw_member("tool_calls", "[" + calls_ + "]").end();
  add(w.take());
  calls_.clear();
  thought_.clear();
  response_id_.clear();
}

// Before the model speaks again no call may stay open: one that lost its answer gets one that says so.
void View::close_calls() {
  close_assistant();
  for (const auto& open : open_) {
    json::Writer w;
    w.object()
        .member("role", "tool")
        .member("content", "(no result was recorded)")
        .member("tool_call_id", open.call_id)
        .end();
    add(w.take());
  }
  open_.clear();
  if (!deferred_parts_.empty()) append_item(user_parts_, std::exchange(deferred_parts_, {}));
}

void View::close_user() {
  if (user_parts_.empty()) return;
  add("{\"role\":\"user\",\"content\":[" + std::exchange(user_parts_, {}) + "]}");
}

void View::add(std::string message) { append_item(closed_, message); }

std::string View::messages() const {
  View end = *this;  // closes what is still growing without losing it
  end.close_calls();
  end.close_user();
  return "[" + end.closed_ + "]";
}

std::string View::shortened(std::string_view text) const {
  if (text.size() <= max_message_chars_) return std::string(text);
  std::size_t head = max_message_chars_ / 2;
  std::size_t tail = text.size() - (max_message_chars_ - head);
  while (head > 0 && !starts_character(text[head])) --head;
  while (tail < text.size() && !starts_character(text[tail])) ++tail;
  return std::string(text.substr(0, head)) + "\n[… " + std::to_string(tail - head) + " bytes left out …]\n" +
         std::string(text.substr(tail));
}

}  // namespace collet::agent
