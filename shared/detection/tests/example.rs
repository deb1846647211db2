//! The example answers line by line, and goes on after a line that is no commit.

#![expect(clippy::unwrap_used, reason = "a test, its own functions included")]

#[path = "../examples/detect.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod detect;

use serde_json::{Value, json};

fn run(input: &str) -> (bool, Vec<Value>, String) {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let good = detect::run(&mut input.as_bytes(), &mut output, &mut errors).unwrap();
    let output = String::from_utf8(output).unwrap();
    let answers = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (good, answers, String::from_utf8(errors).unwrap())
}

#[test]
fn commits_are_answered_in_order() {
    let input = concat!(
        r#"{"id":"c1","message":"fix\n\nCo-authored-by: Claude <noreply@anthropic.com>","author_name":null}"#,
        "\n\n",
        r#"{"id":7}"#,
    );
    let (good, answers, errors) = run(input);
    assert!(good && errors.is_empty(), "{errors}");
    let evidence = json!([{
        "rule": "credit",
        "tool": "claude_code",
        "source": {"commit": "c1"},
        "text": "Co-authored-by: Claude <noreply@anthropic.com>",
    }]);
    let first = json!({"id": "c1", "assisted": true, "tools": ["claude_code"], "evidence": evidence});
    assert_eq!(answers, [first, json!({"id": 7, "assisted": false, "tools": [], "evidence": []})]);
}

#[test]
fn a_line_that_is_no_commit_is_told_and_the_others_are_answered() {
    let (good, answers, errors) = run("{\"id\":\"c1\"}\nnonsense\n{\"message\":5}\n{\"id\":\"c2\"}\n");
    assert!(!good);
    let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(ids, ["c1", "c2"]);
    assert!(errors.starts_with("line 2 is not a commit") && errors.contains("\nline 3 is not a commit"), "{errors}");
}
