//! The tools that detection tells apart.

use serde::{Deserialize, Serialize};

macro_rules! tools {
    ($($variant:ident = $number:literal, $name:literal, $display:literal;)*) => {
        /// A tool that writes code. Serialised by its short name; both names and numbers are stored and never change
        /// their meaning, so a new tool takes the next free number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Tool {
            $(#[doc = $display] #[serde(rename = $name)] $variant,)*
        }

        impl Tool {
            /// Every tool, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The short name it is serialised by, as `claude_code`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The name that people know it by, as "Claude Code".
            pub const fn display_name(self) -> &'static str {
                match self { $(Self::$variant => $display,)* }
            }

            /// A number for compact storage, from 1.
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The tool with this [`Tool::number`].
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

tools! {
    ClaudeCode = 1, "claude_code", "Claude Code";
    GithubCopilot = 2, "github_copilot", "GitHub Copilot";
    Cursor = 3, "cursor", "Cursor";
    Codex = 4, "codex", "OpenAI Codex";
    Gemini = 5, "gemini", "Gemini";
    Aider = 6, "aider", "Aider";
    Devin = 7, "devin", "Devin";
    Windsurf = 8, "windsurf", "Windsurf";
    Amp = 9, "amp", "Amp";
    Jules = 10, "jules", "Jules";
    Opencode = 11, "opencode", "OpenCode";
    Cody = 12, "cody", "Cody";
    AmazonQ = 13, "amazon_q", "Amazon Q";
    JetbrainsAi = 14, "jetbrains_ai", "JetBrains AI";
    Warp = 15, "warp", "Warp";
    Replit = 16, "replit", "Replit";
    Goose = 17, "goose", "Goose";
    Cline = 18, "cline", "Cline";
    RooCode = 19, "roo_code", "Roo Code";
    Kiro = 20, "kiro", "Kiro";
    Zed = 21, "zed", "Zed";
    QwenCode = 22, "qwen_code", "Qwen Code";
    Droid = 23, "droid", "Factory Droid";
    Crush = 24, "crush", "Crush";
    Sweep = 25, "sweep", "Sweep";
    Openhands = 26, "openhands", "OpenHands";
    Continue = 27, "continue", "Continue";
    KiloCode = 28, "kilo_code", "Kilo Code";
    Grok = 29, "grok", "Grok";
    Lovable = 30, "lovable", "Lovable";
    Bolt = 31, "bolt", "Bolt";
    V0 = 32, "v0", "v0";
    Augment = 33, "augment", "Augment";
    Trae = 34, "trae", "Trae";
    Antigravity = 35, "antigravity", "Antigravity";
    GitlabDuo = 36, "gitlab_duo", "GitLab Duo";
    Tabnine = 37, "tabnine", "Tabnine";
    MistralVibe = 38, "mistral_vibe", "Mistral Vibe";
    Pi = 39, "pi", "Pi";
    ReviewBot = 40, "review_bot", "A review bot's applied suggestion";
    Other = 41, "other", "Another AI tool";
}
