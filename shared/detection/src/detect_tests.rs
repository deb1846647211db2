use super::*;
use proptest::prelude::*;

const CLAUDE: &str = "Co-authored-by: Claude <noreply@anthropic.com>";

fn commit(message: &str) -> Finding {
    detect_commit(&CommitView { id: "c1", message, ..CommitView::default() })
}

#[test]
fn a_finding_says_which_rule_which_line_and_which_version() {
    let finding = commit(&format!("fix: totals\n\n{CLAUDE}\n{CLAUDE}\n"));
    assert!(finding.assisted && !finding.denied);
    assert_eq!(finding.tools, BTreeSet::from([Tool::ClaudeCode]));
    assert_eq!(finding.rules, RULES_VERSION);
    let [evidence] = finding.evidence.as_slice() else { panic!("once, not twice: {finding:?}") };
    assert_eq!((evidence.rule.as_str(), evidence.text.as_str()), ("credit", CLAUDE));
    assert_eq!(evidence.source, Source::Commit("c1".to_owned()));
}

#[test]
fn evidence_shows_no_address_of_a_person_and_little_text() {
    let finding = commit("Co-authored-by: Ines <ines@corp.fr>, Claude <noreply@anthropic.com>");
    assert_eq!(finding.evidence[0].text, "Co-authored-by: Ines <\u{2026}>, Claude <noreply@anthropic.com>");
    let long = format!("Generated with Claude Code ({})", "x".repeat(300));
    assert_eq!(commit(&long).evidence[0].text.chars().count(), SHOWN);
    let author = CommitView { author_name: "Mara (aider)", author_email: "mara@corp.fr", ..CommitView::default() };
    assert_eq!(detect_commit(&author).evidence[0].text, "Mara (aider) <\u{2026}>");
}

#[test]
fn authors_committers_and_their_accounts_count() {
    for view in [
        CommitView { author_email: "noreply@anthropic.com", ..CommitView::default() },
        CommitView { committer_email: "noreply@anthropic.com", ..CommitView::default() },
        CommitView { author_login: Some("Copilot"), ..CommitView::default() },
        CommitView { committer_login: Some("copilot-swe-agent[bot]"), ..CommitView::default() },
    ] {
        assert!(detect_commit(&view).assisted, "{view:?}");
    }
    for view in [
        CommitView { committer_name: "GitHub", committer_email: "noreply@github.com", ..CommitView::default() },
        CommitView { author_name: "dependabot[bot]", author_login: Some("dependabot[bot]"), ..CommitView::default() },
        CommitView { author_name: "Claude Dupont", author_login: Some("claude-dupont"), ..CommitView::default() },
        CommitView { author_name: "Lena Fox", author_email: "lena@openai.com", ..CommitView::default() },
    ] {
        assert!(!detect_commit(&view).assisted, "{view:?}");
    }
}

#[test]
fn a_pull_request_is_judged_by_its_author_branch_text_and_commits_together() {
    let nothing =
        PullRequestView { title: "Totals", body: "No AI used.", author_login: Some("mara"), head_ref: "totals" };
    let plain = CommitView { id: "c1", message: "totals", ..CommitView::default() };
    let finding = detect(&[plain], &nothing);
    assert!(!finding.assisted && finding.denied && finding.evidence.is_empty());
    let sources = |view: &PullRequestView<'_>, commits: &[CommitView<'_>]| {
        let finding = detect(commits, view);
        finding.evidence.into_iter().map(|one| (one.rule, one.source)).collect::<Vec<_>>()
    };
    let by_author = PullRequestView { author_login: Some("Copilot"), ..nothing };
    assert_eq!(sources(&by_author, &[plain]), [("author".to_owned(), Source::Author)]);
    let by_branch = PullRequestView { head_ref: "codex/totals", ..nothing };
    assert_eq!(sources(&by_branch, &[plain]), [("branch".to_owned(), Source::Branch)]);
    let by_body = PullRequestView { body: "Totals.\n\n\u{1f916} Generated with Claude Code", ..nothing };
    assert_eq!(sources(&by_body, &[plain]), [("signature".to_owned(), Source::Body)]);
    let by_title = PullRequestView { title: "Totals (AI-assisted)", ..nothing };
    assert_eq!(sources(&by_title, &[plain]), [("sentence".to_owned(), Source::Title)]);
    let credited = CommitView { id: "c2", message: CLAUDE, ..CommitView::default() };
    let by_commit = sources(&nothing, &[plain, credited]);
    assert_eq!(by_commit, [("credit".to_owned(), Source::Commit("c2".to_owned()))]);
    // A denial does not hide what the commits say.
    assert!(detect(&[credited], &nothing).denied);
}

#[test]
fn attribution_lines_are_few_and_leave_people_out() {
    let filler = "Rows came in twice when a page was read again.\n".repeat(500);
    let message = format!("fix: totals\n\n{filler}\nSigned-off-by: Mara Lindqvist <mara@corp.fr>\n{CLAUDE}\n");
    assert_eq!(attribution_lines(&message).as_deref(), Some(CLAUDE));
    assert_eq!(attribution_lines("fix: totals\n\nSigned-off-by: Mara <mara@corp.fr>"), None);
    let many = "docs: what Cursor does with rules and how\n".repeat(500) + CLAUDE;
    let kept = attribution_lines(&many).unwrap();
    assert!(kept.len() <= KEPT && kept.ends_with(CLAUDE), "{}", kept.len());
}

#[test]
fn attribution_lines_of_a_revert_keep_what_makes_it_one() {
    let message = format!("Revert \"feat: totals\"\n\nThis reverts commit 0f0f.\n\n> {CLAUDE}\n\nNo AI was used.\n");
    let kept = attribution_lines(&message).unwrap();
    assert_eq!(commit(&kept), commit(&message));
    assert!(!commit(&kept).assisted);
}

/// Lines of every kind, alone and in what surrounds them in real messages.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        CLAUDE,
        "Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>",
        "Co-authored-by: Claude Dupont <claude.dupont@corp.fr>",
        "\u{1f916} Generated with [Claude Code](https://claude.ai/code)",
        "Assisted-by: Crush:kimi-k2.6",
        "AI usage: none",
        "No AI was used.",
        "This PR was written by Codex. It has tests.",
        "Revert \"feat: totals\"",
        "This reverts commit 0f0f.",
        "docs: describe Cursor rules",
        "Amp-Thread-ID: https://ampcode.com/threads/T-1",
        "<!-- START COPILOT CODING AGENT TIPS -->",
        "<!--",
        "-->",
        "",
    ]);
    let before =
        prop::sample::select(vec!["", "* ", "> ", "    ", "- [ ] ", "\u{1f916} ", "fix. ", "`", "\t", "<!-- "]);
    let after = prop::sample::select(vec!["", "  ", "\\n", " -->", ".", "\r", " and more", " \u{1f916} "]);
    prop_oneof![
        6 => (before, known, after).prop_map(|(before, known, after)| format!("{before}{known}{after}")),
        1 => "\\PC{0,60}",
        1 => (known_word(), 1..80_usize).prop_map(|(word, times)| format!("{word} ").repeat(times)),
    ]
}

fn known_word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "claude",
        "generated",
        "with",
        "no",
        "AI",
        "was",
        "this",
        "pr",
        "gpt-5",
        ". ",
        ": ",
        "<",
        "by",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn attribution_lines_say_the_same_as_the_whole_text(lines in prop::collection::vec(line(), 0..30)) {
        let message = lines.join("\n");
        let kept = attribution_lines(&message).unwrap_or_default();
        prop_assert_eq!(commit(&kept), commit(&message), "{}", kept);
        // Kept lines keep themselves, so that they may be cut again.
        prop_assert_eq!(commit(&attribution_lines(&kept).unwrap_or_default()), commit(&message));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), name in any::<String>(), address in any::<String>()) {
        let view = CommitView { message: &text, author_name: &name, author_email: &address, ..CommitView::default() };
        let finding = detect_commit(&view);
        prop_assert_eq!(finding.assisted, !finding.evidence.is_empty());
        prop_assert_eq!(attribution_lines(&text).is_some_and(|kept| kept.is_empty()), false);
    }

    #[test]
    fn what_is_added_takes_no_evidence_away(lines in prop::collection::vec(line(), 0..10)) {
        // Plain text before and after, so that no comment is opened or closed and nothing becomes a revert.
        let message = lines.join("\n");
        let longer = format!("feat: totals\n\n{message}\nSigned-off-by: Mara <mara@corp.fr>\n");
        prop_assert_eq!(commit(&message).tools, commit(&longer).tools);
    }
}
