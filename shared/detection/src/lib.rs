//! Whether AI had a hand in a pull request: pure rules over what commits and the pull request say of themselves.
//!
//! A finding is positive when a tool is credited (`Co-authored-by: Claude <noreply@anthropic.com>`), disclosed
//! (`Assisted-by: ...`, "Generated with [Claude Code](...)", "AI usage: ..."), has left a trace of its own
//! (`Claude-Session: ...`), or is itself the author or committer. People are told from tools by addresses, bot accounts
//! and full names, never by a first name. What a tool merely reviewed is not its work, what is said about tools is no
//! evidence, and bots that update dependencies are no AI.
//!
//! **Invariants.** Nothing outside a line changes what it says, but for a revert, whose quotations are another
//! message's; so [`attribution_lines`] can keep the lines that count, and detection over them finds the same. The work
//! is linear in the length of the text.

mod detect;
mod identity;
mod line;
mod rules;
mod sentence;
mod text;
mod tool;
mod trailer;

pub use detect::{CommitView, Evidence, Finding, PullRequestView, Source, attribution_lines, detect, detect_commit};
pub use rules::RULES_VERSION;
pub use tool::Tool;
