use super::*;

#[test]
fn the_table_of_names_is_sorted_since_it_is_searched() {
    assert!(NAMES.is_sorted_by(|one, next| one.0 < next.0));
    for (name, _, _) in NAMES {
        assert_eq!(*name, name.to_lowercase());
    }
}

#[test]
fn every_tool_can_be_found_and_every_number_and_name_is_its_own() {
    let tools = Tool::ALL;
    for (at, tool) in tools.iter().enumerate() {
        assert_eq!(usize::from(tool.number()), at + 1);
        assert_eq!(Tool::from_number(tool.number()), Some(*tool));
        assert_eq!(serde_json::to_value(tool).unwrap(), tool.name());
        assert!(tools.iter().filter(|one| one.name() == tool.name()).count() == 1, "{}", tool.name());
        let named = NAMES.iter().any(|entry| entry.1 == Some(*tool)) || LOGINS.iter().any(|entry| entry.0 == *tool);
        assert!(named, "{} is in no table", tool.name());
    }
    assert_eq!(Tool::from_number(0), None);
}

#[test]
fn tools_are_known_by_their_addresses_and_people_at_the_same_vendors_are_people() {
    for (address, tool) in [
        ("noreply@anthropic.com", Tool::ClaudeCode),
        ("NoReply@Anthropic.com", Tool::ClaudeCode),
        ("198982749+Copilot@users.noreply.github.com", Tool::GithubCopilot),
        ("cursoragent@cursor.com", Tool::Cursor),
        ("noreply@openai.com", Tool::Codex),
        ("aider@aider.chat", Tool::Aider),
        ("oz-agent@warp.dev", Tool::Warp),
        ("claude-3-5-sonnet@anthropic.com", Tool::ClaudeCode),
        ("crush@charm.land", Tool::Crush),
    ] {
        assert_eq!(addressed(address), Some(tool), "{address}");
    }
    for address in [
        "someone@anthropic.com",
        "claude.dupont@anthropic.com",
        "paul@aider.chat",
        "nate@continue.dev",
        "max@cline.bot",
        "noreply@github.com",
        "4567+claude-dupont@users.noreply.github.com",
        "noreply@notanthropic.com",
        "gemini-cli-robot@google.com",
        "",
        "@",
    ] {
        assert_eq!(addressed(address), None, "{address}");
    }
}

#[test]
fn a_first_name_is_a_person_unless_something_says_otherwise() {
    for (name, address, tool) in [
        ("Claude Opus 4.6 (1M context)", None, Some(Tool::ClaudeCode)),
        ("Claude Newname 7", Some("x@y.example"), Some(Tool::ClaudeCode)),
        ("Claude", None, Some(Tool::ClaudeCode)),
        ("Claude", Some("claude@dupont.fr"), None),
        ("Claude Dupont", Some("claude.dupont@example.fr"), None),
        ("Claude Dupont", None, None),
        ("Devin", None, None),
        ("Devin", Some("devin@users.noreply.github.com"), None),
        ("Devin AI", None, Some(Tool::Devin)),
        ("Jules", Some("noreply@google.com"), Some(Tool::Jules)),
        ("Cody Brandt", None, None),
        ("GitHub Copilot", None, Some(Tool::GithubCopilot)),
        ("Codex", Some("123+codexfan@users.noreply.github.com"), None),
        ("Codex", Some("codex@users.noreply.github.com"), Some(Tool::Codex)),
        ("OpenCode Claude", Some("x@example.com"), Some(Tool::Opencode)),
        ("copilot-swe-agent[bot]", None, Some(Tool::GithubCopilot)),
        ("Cursor Bugbot", None, None),
        ("dependabot[bot]", None, None),
        ("", None, None),
    ] {
        assert_eq!(credited(name, address), tool, "{name} {address:?}");
    }
}

#[test]
fn authors_are_tools_by_address_account_or_aiders_suffix() {
    assert_eq!(author("Mara Lindqvist (aider)", "mara@example.org"), Some(Tool::Aider));
    assert_eq!(author("Claude", "noreply@anthropic.com"), Some(Tool::ClaudeCode));
    assert_eq!(author("google-labs-jules[bot]", ""), Some(Tool::Jules));
    assert_eq!(author("Cursor Agent", "ines@corp.test"), Some(Tool::Cursor));
    assert_eq!(author("Roo Code", "support@corp.test.fr"), None);
    assert_eq!(author("Codex Szabo", "codex@corp.fr"), None);
    assert_eq!(author("GitHub", "noreply@github.com"), None);
    assert_eq!(login("Copilot"), Some(Tool::GithubCopilot));
    assert_eq!(login("claude-dupont"), None);
}
