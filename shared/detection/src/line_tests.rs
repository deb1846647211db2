use super::*;
use Tool::{Amp, ClaudeCode, Codex, Continue, Crush, Cursor, GithubCopilot, Opencode, Other, Replit, Warp};

fn said(line: &str) -> Said {
    read(Piece { text: line, hidden: false }, false)
}

#[track_caller]
fn says(rule: &str, lines: &[(&str, Tool)]) {
    for (line, tool) in lines {
        let hits = said(line).hits;
        assert!(hits.contains(&(rule, *tool)), "{line}: {hits:?}");
    }
}

#[track_caller]
fn silent(lines: &[&str]) {
    for line in lines {
        assert_eq!(said(line).hits, [], "{line}");
    }
}

#[test]
fn credits_count_in_every_spelling_and_place() {
    says(
        "credit",
        &[
            ("Co-authored-by: Claude <noreply@anthropic.com>", ClaudeCode),
            ("CO-AUTHORED-BY: claude <noreply@anthropic.com>", ClaudeCode),
            ("Co-Authored-By: Claude claude@anthropic.com", ClaudeCode),
            ("  * > Co-authored-by: Cursor <cursoragent@cursor.com>", Cursor),
            ("**Co-authored-by:** Codex <codex@openai.com>", Codex),
            ("Co-authored-by: Ines <ines@example.com>, Claude <noreply@anthropic.com>", ClaudeCode),
            ("feat: totals. Co-authored-by: Copilot <1+Copilot@users.noreply.github.com>", GithubCopilot),
            ("Co-Authored-By: Oz [oz-agent@warp.dev](mailto:oz-agent@warp.dev)", Warp),
            ("Signed-off-by: Claude <noreply@anthropic.com>", ClaudeCode),
        ],
    );
    silent(&[
        "Co-authored-by: Claude Dupont <claude.dupont@example.fr>",
        "Co-authored-by: Someone <someone@anthropic.com>",
        "Remove Co-authored-by: Claude trailer",
        "Remove the Co-authored-by: Claude <noreply@anthropic.com>",
        "Say `Co-authored-by: Claude <noreply@anthropic.com>` no more",
        "`Co-authored-by: Claude <noreply@anthropic.com>`",
        "Reviewed-by: Copilot <175728472+Copilot@users.noreply.github.com>",
        "Reported-by: Claude",
        "Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
    ]);
}

#[test]
fn what_it_was_made_with_counts_when_a_tool_is_named() {
    says(
        "made",
        &[
            ("Assisted-by: Claude:claude-opus-4-6", ClaudeCode),
            ("Assisted-by: Claude Sonnet 5 (autonomous)", ClaudeCode),
            ("Assisted-by: GLM-5.1 via Crush <crush@charm.land>", Crush),
            ("Assisted-by: Crush:deepseek-v4-pro", Crush),
            ("Made-with: Cursor", Cursor),
            ("Generated-by: AI", Other),
            ("Helped-by: Claude Code", ClaudeCode),
        ],
    );
    silent(&[
        "Assisted-by: none",
        "Assisted-by: Claude Dupont <claude@dupont.fr>",
        "Helped-by: Claude Dupont",
        "Generated-by: mockgen",
        "model: gpt-4",
        "Created-by: Devin Hartley",
    ]);
    assert!(said("Assisted-by: none").denied);
}

#[test]
fn disclosures_are_read_clause_by_clause() {
    says(
        "disclosure",
        &[
            ("AI-assisted: yes", Other),
            ("AI-Assisted-By: Claude", ClaudeCode),
            ("**AI disclosure:** Amp wrote the tests. I did not use it for the rest.", Amp),
            ("AI usage: only for the tests", Other),
            ("ai-assisted: true", Other),
        ],
    );
    for line in
        ["AI usage: none", "AI-assisted: no", "AI disclosure: no AI was used, all is mine.", "ai-assisted: false"]
    {
        let said = said(line);
        assert!(said.denied && said.hits.is_empty(), "{line}: {said:?}");
    }
    silent(&["ai-tools: add a parser for tables", "ai: add the review command", "coding-agent: fix spaces in names"]);
}

#[test]
fn traces_and_markers_are_a_tools_alone() {
    says(
        "trace",
        &[
            ("Claude-Session: https://claude.ai/code/session_01", ClaudeCode),
            ("Amp-Thread-ID: https://ampcode.com/threads/T-1", Amp),
            ("Copilot-Session: ae43a79c", GithubCopilot),
            ("Entire-Checkpoint: 098ae39bb725", Other),
            ("Replit-Commit-Author: Agent", Replit),
        ],
    );
    says(
        "marker",
        &[
            ("https://chatgpt.com/codex/tasks/task_e_1", Codex),
            ("<!-- START COPILOT CODING AGENT TIPS -->", GithubCopilot),
            ("Link: https://app.devin.ai/sessions/0f", Tool::Devin),
        ],
    );
    silent(&["Replit-Commit-Author: Deployment", "Agent session: add an option", "Codex session: fix the title"]);
    let advice = read(Piece { text: " Assisted-by: Claude ", hidden: true }, false);
    assert_eq!(advice.hits, []);
}

#[test]
fn signatures_count_where_a_sentence_begins() {
    says(
        "signature",
        &[
            ("\u{1f916} Generated with [Claude Code](https://claude.com/claude-code)", ClaudeCode),
            ("Generated with Claude Code", ClaudeCode),
            ("Generated with [Continue](https://continue.dev)", Continue),
            ("Generated with Codex (#12)", Codex),
            ("feat: totals  \u{1f916} Generated with [opencode](https://opencode.ai)", Opencode),
            ("Almost fully written by AI:", Other),
            ("Created using GitHub Copilot", GithubCopilot),
            ("(Commit message generated by Copilot)", GithubCopilot),
            ("Co Authored By Claude Opus 4.6", ClaudeCode),
            (
                "\u{1f916} GENERATED WITH ASSISTANCE OF [OhMyOpenCode](https://github.com/code-yeongyu/oh-my-opencode)",
                Opencode,
            ),
            ("\u{1f916} Generated with [Newtool](https://newtool.example)", Other),
            ("Written with the help of Claude, and reviewed by me", ClaudeCode),
        ],
    );
    silent(&[
        "fix: parse files generated by Gemini in the importer",
        "\"Generated with Claude Code\" is no longer added",
        "generated by Claude when a table had no name",
        "Generated with Claude API",
        "Created by Copilot instructions",
        "Written by Claude Dupont",
        "Written by [Cursor",
        "Written by Cursor Bugbot for commit 0f0f",
        "Generated with protoc",
        "\u{1f916} Generated with Renovate",
        "Generated with [Newtool](https://newtool.example)",
        "Built with Zed",
        "- [ ] Generated with Claude Code",
    ]);
}

#[test]
fn sentences_count_when_they_are_about_the_work_in_hand() {
    says(
        "sentence",
        &[
            ("This PR was written by Codex.", Codex),
            ("This PR was built by me with the assistance of Claude Code w/ Fable 5", ClaudeCode),
            ("This PR was written primarily by Opus.", ClaudeCode),
            ("Note: I used Codex while preparing this change, and I reviewed it", Codex),
            ("This pull request was made with assistance from Claude Code.", ClaudeCode),
            ("All the commits are generated by Claude, but arranged by me", ClaudeCode),
            ("I used Copilot to write the tests", GithubCopilot),
            ("AI assistance was used to help implement this.", Other),
            ("Claude wrote most of it.", ClaudeCode),
            ("AI-assisted.", Other),
            ("Vibe coded", Other),
        ],
    );
    silent(&[
        "If the commit was made by Aider, undo it",
        "This undoes the commit if it was made by Aider.",
        "The directories are created by Claude Code when agents start",
        "We used Cursor to test the extension",
        "AI-generated code, how we show it",
        "AI generated code was shown twice",
        "I used Codex while travelling",
        "aider: made the border thinner",
        "I asked Claude Dupont to look",
        "Opus 4.7 did",
        "docs: describe Cursor rules",
        "feat: support claude-opus model",
    ]);
}

#[test]
fn denials_are_denials_and_no_evidence() {
    for line in [
        "No AI was used.",
        "No AI used, wrote this by hand",
        "Written without using Copilot",
        "None of this PR was AI generated.",
        "This code was not generated by AI",
        "I did not use Claude Code to write this",
        "I have not used any AI assistance in this PR",
    ] {
        let said = said(line);
        assert!(said.denied && said.hits.is_empty(), "{line}: {said:?}");
    }
    // What is denied after the tool is something else.
    let said = said("Generated with Claude Code, not yet tested");
    assert!(!said.denied && said.hits == [("signature", ClaudeCode)], "{said:?}");
}

#[test]
fn a_revert_quotes_another_message() {
    let quoted = Piece { text: "> Co-authored-by: Claude <noreply@anthropic.com>", hidden: false };
    assert_eq!(read(quoted, true).hits, []);
    assert_eq!(read(quoted, false).hits, [("credit", ClaudeCode)]);
    let own = Piece { text: "Co-authored-by: Claude <noreply@anthropic.com>", hidden: false };
    assert_eq!(read(own, true).hits, [("credit", ClaudeCode)]);
}

#[test]
fn branches_are_known_by_their_beginnings() {
    assert_eq!(branch("copilot/fix-12"), Some(GithubCopilot));
    assert_eq!(branch("claude/issue-12-20260101"), Some(ClaudeCode));
    assert_eq!(branch("fix/cursor"), None);
    assert_eq!(branch("cursor-position"), None);
}
