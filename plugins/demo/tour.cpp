#include "tour.hpp"

#include <algorithm>
#include <ctime>
#include <optional>
#include <string_view>

#include "chat_messages.hpp"
#include "collet/json.hpp"

namespace collet::demo {
namespace {

constexpr std::string_view kWhatIsThis =
    "I am the built-in demo of Collet, not a language model: I follow a fixed script and understand nothing "
    "of what "
    "you write.";

constexpr std::string_view kHowToConfigure =
    "To talk to a real model, set `agent_settings.llm` (`model`, `api_key` and, for your own endpoint, "
    "`base_url`) "
    "with PATCH /api/settings, or give an `llm` in the agent of a new conversation.";

struct ToolUse {
  std::string id, name, arguments;
};

struct Answer {
  std::string text;
  std::optional<ToolUse> use;
};

// Arguments for a tool, with what the host's version of it asks for besides.
class Arguments {
 public:
  Arguments(const Chat& chat, std::string_view tool, std::string_view summary) {
    const auto* properties = json::at(*chat.tool(tool), {"parameters", "properties"});
    writer_.object();
    if (properties == nullptr) return;
    if (json::find(*properties, "security_risk") != nullptr) writer_.member("security_risk", "LOW");
    if (json::find(*properties, "summary") != nullptr) writer_.member("summary", summary);
  }
  Arguments& with(std::string_view name, const std::string& value) {
    return writer_.member(name, value), *this;
  }
  std::string text() { return writer_.end().take(); }

 private:
  json::Writer writer_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The folder to work in: what `pwd` said, else what the system prompt says, else nothing.
std::string workspace(const Chat& chat, const std::string& look_id) {
  if (const auto* output = chat.output_of(look_id); output != nullptr && output->starts_with('/'))
    return first_line(*output);
  constexpr std::string_view kSentence = "The workspace is /";
  const auto at = chat.system.find(kSentence);
  if (at == std::string::npos) return {};
  auto path = first_line(chat.system.substr(at + kSentence.size() - 1));
  return path.ends_with('.') ? path.substr(0, path.size() - 1) : path;
}

// A name that was not there when the tour looked around.
std::string free_name(const std::string& listing) {
  std::string name = "collet-tour.md";
  for (int number = 2; number < 100 && listing.find(name) != std::string::npos; ++number)
    name = "collet-tour-" + std::to_string(number) + ".md";
  return name;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += "'\\''" : out += c;
  return out + "'";
}

// One walk through the steps that the given tools allow; each step has an id of its own.
class Walk {
 public:
  explicit Walk(const Chat& chat)
      : chat_(chat),
        prefix_("tour_" + std::to_string(chat.user_turns) + "_"),
        terminal_(chat.has_tool("terminal")),
        editor_(chat.has_tool("file_editor")) {
    const auto* listing = chat.output_of(id("look"));
    folder_ = workspace(chat, id("look"));
    path_ = folder_ + "/" + free_name(listing == nullptr ? "" : *listing);
  }

  Answer first_time() {
    if (!terminal_ && (!editor_ || folder_.empty())) return end(without_tools());
    if (terminal_ && !done("look")) return look();
    if (folder_.empty()) return end(report());
    if (!done("write")) return write();
    if (!done("edit")) return edit();
    if (!done("show")) return show();
    return end(report());
  }

  Answer once_more() {
    if (terminal_ && !done("again"))
      return run("again", "date && ls", "Show the time and the files",
                 std::string(kWhatIsThis) + " All I can do is run a command again, so that you see it work.");
    std::string text = "That was all that I can do. " + std::string(kWhatIsThis);
    if (const auto* output = chat_.output_of(id("again")))
      text += "\n\nThe command said:\n\n" + quoted_output(*output);
    return end(text + "\n\n" + std::string(kHowToConfigure));
  }

 private:
  std::string id(std::string_view step) const { return prefix_ + std::string(step); }
  bool done(std::string_view step) const { return chat_.output_of(id(step)) != nullptr; }

  Answer run(std::string_view step, const std::string& command, std::string_view summary,
             std::string text) const {
    return {std::move(text), ToolUse{id(step), "terminal",
                                     Arguments(chat_, "terminal", summary).with("command", command).text()}};
  }
  Answer use_editor(std::string_view step, Arguments& arguments, std::string text) const {
    return {std::move(text), ToolUse{id(step), "file_editor", arguments.text()}};
  }

  Answer look() const {
    return run("look", "pwd && ls", "Look around in the workspace",
               "Hello. " + std::string(kWhatIsThis) +
                   " But the tools that I use are real, and everything you see happens in your workspace. "
                   "First I look "
                   "around.");
  }

  Answer write() const {
    const std::string content =
        "# A tour of Collet\n\nThis file was written by the built-in demo.\n\n- looked around: yes\n- "
        "edited: not yet\n";
    const std::string text = "Now I write a small file, " + path_ + ".";
    if (!editor_)
      return run("write", "cat > " + shell_quoted(path_) + " <<'EOF'\n" + content + "EOF",
                 "Write a small file", text);
    Arguments arguments(chat_, "file_editor", "Write a small file");
    arguments.with("command", "create").with("path", path_).with("file_text", content);
    return use_editor("write", arguments, text);
  }

  Answer edit() const {
    const std::string text = "And I change a line of it.";
    if (!editor_)
      return run("edit", "sed -i 's/edited: not yet/edited: yes/' " + shell_quoted(path_), "Edit the file",
                 text);
    Arguments arguments(chat_, "file_editor", "Edit the file");
    arguments.with("command", "str_replace").with("path", path_);
    arguments.with("old_str", "edited: not yet").with("new_str", "edited: yes");
    return use_editor("edit", arguments, text);
  }

  Answer show() const {
    const std::string text = "This is what it looks like now.";
    if (terminal_) return run("show", "cat " + shell_quoted(path_), "Show the file", text);
    Arguments arguments(chat_, "file_editor", "Show the file");
    arguments.with("command", "view").with("path", path_);
    return use_editor("show", arguments, text);
  }

  static std::string quoted_output(std::string output) {
    constexpr std::size_t kLimit = 1000;
    output.resize(std::min(output.find("\n[The command "), output.size()));  // what the host adds for models
    std::string text = output.substr(0, kLimit);
    while (!text.empty() && (static_cast<unsigned char>(output[text.size()]) & 0xC0) == 0x80) text.pop_back();
    return "```\n" + text + (output.size() > kLimit ? "\n…" : "") + "\n```";
  }

  std::string report() const {
    std::string text = "That was the tour.";
    if (const auto* shown = chat_.output_of(id("show"))) {
      text += " I looked around, wrote a file and edited it. Its content, as the last step shows it:\n\n" +
              quoted_output(*shown) + "\n\nIt is " + path_ + "; delete it when you don't need it.";
    } else {
      text += " I could not find out which folder to work in, so I wrote nothing.";
    }
    return text + "\n\n" + std::string(kWhatIsThis) + " " + std::string(kHowToConfigure);
  }

  std::string without_tools() const {
    return std::string(kWhatIsThis) +
           " I was given no tools that I know, so there is nothing to show: give the agent the tools "
           "`terminal` and "
           "`file_editor` to see the tour. " +
           std::string(kHowToConfigure);
  }

  Answer end(std::string text) const {
    if (!chat_.has_tool("finish")) return {std::move(text), std::nullopt};
    return {"", ToolUse{id("finish"), "finish",
                        Arguments(chat_, "finish", "Report what the demo did").with("message", text).text()}};
  }

  const Chat& chat_;
  const std::string prefix_;
  const bool terminal_, editor_;
  std::string folder_, path_;
};

std::string completion(const Chat& chat, const Answer& answer) {
  json::Writer w;
  w.object()
      .member("id", "chatcmpl-demo-" + std::to_string(chat.messages))
      .member("object", "chat.completion");
  w.member("created", static_cast<std::int64_t>(std::time(nullptr))).member("model", chat.model);
  w.key("choices").array().object().member("index", 0);
  w.key("message").object().member("role", "assistant").member("content", answer.text);
  if (answer.use) {
    w.key("tool_calls").array().object().member("id", answer.use->id).member("type", "function");
    w.key("function")
        .object()
        .member("name", answer.use->name)
        .member("arguments", answer.use->arguments)
        .end();
    w.end().end();
  }
  w.end().member("finish_reason", answer.use ? "tool_calls" : "stop").end().end();
  w.key("usage")
      .object()
      .member("prompt_tokens", 0)
      .member("completion_tokens", 0)
      .member("total_tokens", 0)
      .end();
  w.end();
  return w.take();
}

}  // namespace

std::string next_step(const std::string& request) {
  const Chat chat = read_chat(request);
  Walk walk(chat);
  return completion(chat, chat.past_calls.empty() ? walk.first_time() : walk.once_more());
}

}  // namespace collet::demo
