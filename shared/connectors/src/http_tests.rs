use super::*;
use rstest::rstest;

const NOW: i64 = 1_800_000_000;
const RESET: &str = "1800001234";
const ISO_RESET: &str = "2027-01-15T08:07Z";
const PAST: &str = "1799999970";
const LIMIT: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("in range")
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect()
}

/// Status, headers, message.
type Case = (u16, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn the_table_from_statuses_to_decisions() {
    let cases: &[Case] = &[
        (200, &[], ""),
        (202, &[], ""),
        (304, &[], ""),
        (301, &[], "Moved Permanently"),
        (400, &[], "Problems parsing JSON"),
        (401, &[], "Bad credentials"),
        (401, &[("x-ratelimit-remaining", "0")], "Bad credentials"),
        (403, &[], "Resource not accessible by personal access token"),
        (403, &[("x-accepted-github-permissions", "members=read")], "Resource not accessible by integration"),
        (403, &[("retry-after", "17")], "Wait"),
        (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", RESET)], "API rate limit exceeded"),
        (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", PAST)], "API rate limit exceeded"),
        (403, &[("x-ratelimit-remaining", "4000"), ("x-ratelimit-reset", RESET)], LIMIT),
        (429, &[], ""),
        (429, &[("retry-after", "5"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", RESET)], ""),
        (429, &[("retry-after", "999999999")], ""),
        (429, &[("x-ratelimit-reset", ISO_RESET)], ""),
        (429, &[("x-ratelimit-reset", "2027-01-15T08:00:59.250Z"), ("x-ratelimit-remaining", "0")], ""),
        (429, &[("x-ratelimit-reset", "soon")], ""),
        (429, &[("retry-after", "5"), ("x-ratelimit-reset", ISO_RESET)], ""),
        (404, &[], "Not Found"),
        (408, &[], ""),
        (409, &[], "Git Repository is empty."),
        (410, &[], "Gone"),
        (422, &[], "Validation Failed"),
        (451, &[], "Repository access blocked"),
        (500, &[], ""),
        (502, &[], "Server Error"),
        (503, &[("retry-after", "5")], ""),
        (504, &[], ""),
    ];
    let mut table = String::new();
    for (status, pairs, message) in cases {
        let body = if message.is_empty() { String::new() } else { serde_json::json!({"message": message}).to_string() };
        let status = StatusCode::from_u16(*status).expect("a status");
        let decision = judge(status, &headers(pairs), body.as_bytes(), now());
        let decision = decision.map_or_else(|| "usable".to_owned(), |failure| failure.to_string());
        let shown: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        table.push_str(format!("{} {} -> {decision}\n", status.as_u16(), shown.join(" ")).replace("  ", " ").as_str());
    }
    insta::assert_snapshot!(table);
}

#[rstest]
#[case("https://ghe.example.com", Ok("https://ghe.example.com/"))]
#[case("https://GHE.example.com/", Ok("https://ghe.example.com/"))]
#[case("https://ported.example.com:8443", Ok("https://ported.example.com:8443/"))]
#[case("https://api.github.com", Ok("https://api.github.com/"))]
#[case("http://127.0.0.1:4010", Ok("http://127.0.0.1:4010/"))]
#[case("http://localhost:4010", Ok("http://localhost:4010/"))]
#[case("https://api.github.com:444", Err("not on the operator's list"))]
#[case("https://ported.example.com", Err("not on the operator's list"))]
#[case("https://evil.example", Err("not on the operator's list"))]
#[case("https://169.254.169.254", Err("not on the operator's list"))]
#[case("https://ghe.example.com.evil.example", Err("not on the operator's list"))]
#[case("http://ghe.example.com", Err("must begin with https://"))]
#[case("ftp://ghe.example.com", Err("must begin with https://"))]
#[case("https://ghe.example.com/api/v3", Err("the server's origin alone"))]
#[case("https://ghe.example.com/?a=b", Err("the server's origin alone"))]
#[case("https://user:secret@ghe.example.com", Err("must not hold a user name"))]
#[case("ghe.example.com", Err("is not an address"))]
#[case("mailto:somebody@example.com", Err("has no host"))]
fn base_urls(#[case] url: &str, #[case] expected: Result<&str, &str>) {
    let allowed: Vec<String> =
        ["ghe.example.com", "ported.example.com:8443", "127.0.0.1", "localhost"].map(String::from).to_vec();
    match (check_base_url(url, &allowed, true, &["api.github.com"]), expected) {
        (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected),
        (Err(reason), Err(expected)) => assert!(reason.contains(expected), "{reason}"),
        (got, expected) => panic!("{got:?} instead of {expected:?}"),
    }
}

#[test]
fn plain_http_to_loopback_needs_both_permissions() {
    let loopback = "http://127.0.0.1:4010";
    let listed = ["127.0.0.1".to_owned()];
    assert!(check_base_url(loopback, &listed, false, &[]).is_err());
    assert!(check_base_url(loopback, &[], true, &[]).is_err());
    assert!(check_base_url(loopback, &listed, true, &[]).is_ok());
}

#[rstest]
#[case(
    "<https://a.example/x?page=2>; rel=\"next\", <https://a.example/x?page=9>; rel=\"last\"",
    Some("https://a.example/x?page=2")
)]
#[case(
    "<https://a.example/x?page=1>; rel=\"prev\", <https://a.example/x?page=3&q=a,b>; rel=\"next\"",
    Some("https://a.example/x?page=3&q=a,b")
)]
#[case("<https://a.example/x?page=1>; rel=\"first\"", None)]
#[case("nonsense", None)]
#[case("<unclosed; rel=\"next\"", None)]
fn next_links(#[case] link: &str, #[case] expected: Option<&str>) {
    assert_eq!(next_link(&headers(&[("link", link)])).as_deref(), expected);
}

#[rstest]
#[case(0, 1, Some(60))]
#[case(1, 1, None)]
#[case(1, 2, Some(60))]
#[case(2, 2, None)]
#[case(5, 0, None)]
fn a_used_up_budget_names_its_reset(#[case] remaining: i64, #[case] cost: i64, #[case] wait: Option<i64>) {
    let reset = (NOW + 60).to_string();
    let headers = headers(&[("x-ratelimit-remaining", &remaining.to_string()), ("x-ratelimit-reset", &reset)]);
    assert_eq!(exhausted_until(&headers, cost, now()).map(|until| until.as_second() - NOW), wait);
}

#[rstest]
#[case(r#"{"message": "Bad credentials", "errors": [{"message": "x"}]}"#, "Bad credentials")]
#[case(r#"{"errorMessages": ["The JQL query is unbounded"], "errors": {}}"#, "The JQL query is unbounded")]
#[case(
    r#"{"errors": [{"status": "403", "code": "ADMIN-403", "title": "Forbidden", "detail": "No scope"}]}"#,
    "No scope"
)]
#[case(r#"{"errors": [{"code": "ADMIN-403", "title": "Forbidden", "detail": null}]}"#, "Forbidden")]
#[case(r#"{"errors": [{"status": 403, "message": "Forbidden by policy"}]}"#, "Forbidden by policy")]
#[case(r#"{"errors": ["In one word"]}"#, "In one word")]
#[case(r#"{"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}"#, "Rate limit exceeded")]
#[case(
    r#"{"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}"#,
    "Unknown or invalid refresh token."
)]
#[case(r#"{"ok": false, "error": "invalid_auth"}"#, "invalid_auth")]
#[case(r#"{"message": {"of": "another shape"}, "error": 7}"#, "")]
#[case(r#"{"message": "in two\nlines"}"#, "in twolines")]
#[case("[1]", "")]
#[case("<html>", "")]
fn words_of_a_refusal(#[case] body: &str, #[case] expected: &str) {
    assert_eq!(vendor_words(body.as_bytes()), expected);
}
