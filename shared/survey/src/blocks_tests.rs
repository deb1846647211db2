use super::*;
use crate::fixtures::key;

const NASTY: &str = "<!channel> & <https://evil.example|click>\n\u{7} *bold* > x";

#[test]
fn what_others_wrote_means_nothing_to_slack() {
    assert_eq!(foreign(NASTY), "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; *bold* &gt; x");
    assert_eq!(foreign("&amp;"), "&amp;amp;");
    assert_eq!(foreign("  a \t b\r\n"), "a b");
    assert_eq!(foreign(""), "");
}

#[test]
fn what_is_too_long_is_cut_at_a_character() {
    assert_eq!(clip("äöü".to_owned(), 3), "äöü");
    assert_eq!(clip("äöüß".to_owned(), 3), "äö…");
    assert_eq!(foreign(&"<".repeat(1000)).len(), 149 * 4 + '…'.len_utf8());
    let Value::String(text) = section("x".repeat(5000))["text"]["text"].clone() else { panic!("a text") };
    assert_eq!(text.chars().count(), 3000);
}

#[test]
fn only_an_address_that_slack_can_take_is_linked() {
    let linked = |url: &str| link(url, "rail/signals", key(42), "Signals & points");
    assert_eq!(
        linked("https://code.example/pull/42?a=1&b=2"),
        "<https://code.example/pull/42?a=1&amp;b=2|rail/signals #42: Signals &amp; points>"
    );
    let long = format!("https://code.example/{}", "x".repeat(2000));
    for url in
        ["", "javascript:alert(1)", "https://code.example/a|b", "https://a.example/> <!here>", "https://a b", &long]
    {
        assert_eq!(linked(url), "rail/signals #42: Signals &amp; points", "{url}");
    }
}

#[test]
fn an_ephemeral_message_leaves_the_clicked_one_alone() {
    let body = SlackMessage::plain("Hello".to_owned()).ephemeral();
    assert_eq!(body["response_type"], "ephemeral");
    assert_eq!(body["replace_original"], false);
    assert_eq!(body["text"], "Hello");
}
