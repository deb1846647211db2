use super::*;
use crate::{Apps, Expiring, OAuthApp, Settings};
use reqwest::header::HeaderValue;
use rstest::rstest;
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-11-20T10:15:30Z".parse().expect("an instant")
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect()
}

#[rstest]
#[case::quota(&[("ratelimit-reason", "jira-quota-global-based"), ("retry-after", "5")], "2026-11-20T11:00:00Z")]
#[case::tenant(&[("ratelimit-reason", "jira-quota-tenant-based")], "2026-11-20T11:00:00Z")]
#[case::quota_later(&[("ratelimit-reason", "jira-quota-tenant-based"), ("retry-after", "3600")], "2026-11-20T11:15:30Z")]
#[case::quota_reset(&[("ratelimit-reason", "jira-quota-tenant-based"), ("x-ratelimit-reset", "2026-11-20T12:00Z")], "2026-11-20T12:00:00Z")]
#[case::quota_endless(&[("ratelimit-reason", "jira-quota-tenant-based"), ("x-ratelimit-reset", "2099-11-20T12:00Z")], "2026-11-21T10:15:30Z")]
#[case::burst(&[("ratelimit-reason", "jira-burst-based")], "2026-11-20T10:15:35Z")]
#[case::burst_told(&[("ratelimit-reason", "jira-burst-based"), ("retry-after", "2")], "2026-11-20T10:15:32Z")]
#[case::issue(&[("ratelimit-reason", "jira-per-issue-on-write"), ("retry-after", "0")], "2026-11-20T10:15:31Z")]
#[case::untold(&[("x-ratelimit-nearlimit", "true")], "2026-11-20T10:16:30Z")]
#[case::untold_reset(&[("x-ratelimit-reset", "2026-11-20T10:15:50Z")], "2026-11-20T10:15:50Z")]
#[case::told(&[("retry-after", "7")], "2026-11-20T10:15:37Z")]
fn limits_end(#[case] pairs: &[(&'static str, &str)], #[case] expected: &str) {
    let answer = |status| Answer { status, headers: headers(pairs), body: b"{}".to_vec() };
    let Some(Failure::RateLimited { until, .. }) = judge(&answer(StatusCode::TOO_MANY_REQUESTS), now()) else {
        panic!("no limit");
    };
    assert_eq!(until.to_string(), expected);
    assert_eq!(judge(&answer(StatusCode::OK), now()), None, "a warning is none");
}

#[test]
fn an_answer_for_anybody_is_a_refusal() {
    let mut answer = Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: b"[]".to_vec() };
    answer.headers.insert("x-seraph-loginreason", HeaderValue::from_static("OK"));
    assert_eq!(judge(&answer, now()), None);
    answer.headers.insert("x-seraph-loginreason", HeaderValue::from_static("AUTHENTICATED_FAILED"));
    assert!(matches!(judge(&answer, now()), Some(Failure::Unauthorized(_))));
}

fn connection(
    base_url: Option<&str>,
    credentials: Credentials,
    site: Option<&str>,
    origin: Option<&str>,
) -> Connection {
    let atlassian = OAuthApp {
        client_id: "id".into(),
        client_secret: "s3cret".into(),
        origin: origin.map(|origin| origin.parse().expect("an address")),
    };
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: base_url.map(|url| url.parse().expect("an address")),
        credentials,
        settings: Settings { site: site.map(Into::into), ..Settings::default() },
        apps: Arc::new(Apps { atlassian: Some(atlassian), ..Apps::default() }),
    }
}

fn basic() -> Credentials {
    Credentials::Basic { email: "ada@example.com".into(), token: "s3cret".into() }
}

fn oauth() -> Credentials {
    Credentials::OAuth { access: Expiring { token: "s3cret".into(), expires_at: None }, refresh: None }
}

#[rstest]
#[case(Some("https://acme.atlassian.net"), basic(), None, None, Ok("https://acme.atlassian.net/"))]
#[case(Some("http://127.0.0.1:4010"), basic(), Some("c1"), Some("http://127.0.0.1:4011"), Ok("http://127.0.0.1:4010/"))]
#[case(Some("https://api.atlassian.com"), basic(), Some("c1"), None, Ok("https://api.atlassian.com/ex/jira/c1"))]
#[case(Some("https://api.atlassian.com"), basic(), None, None, Err("invalid: the settings name no `site`"))]
#[case(None, basic(), Some("c1"), None, Err("invalid: an API token needs the Jira site's address as base_url"))]
#[case(None, oauth(), Some("c1"), None, Ok("https://api.atlassian.com/ex/jira/c1"))]
#[case(None, oauth(), Some("c/1"), None, Ok("https://api.atlassian.com/ex/jira/c%2F1"))]
#[case(
    Some("https://acme.atlassian.net"),
    oauth(),
    Some("c1"),
    Some("http://127.0.0.1:4011"),
    Ok("http://127.0.0.1:4011/ex/jira/c1")
)]
#[case(None, oauth(), Some(" "), None, Err("invalid: the settings name no `site`"))]
#[case(None, Credentials::Token("s3cret".into()), None, None, Err("unauthorized: the stored credentials are not for Jira"))]
fn where_a_site_is_asked(
    #[case] base_url: Option<&str>,
    #[case] credentials: Credentials,
    #[case] site: Option<&str>,
    #[case] origin: Option<&str>,
    #[case] expected: Result<&str, &str>,
) {
    let connection = connection(base_url, credentials, site, origin);
    let client = http::client().expect("builds");
    match (Api::new(&client, &connection, None, now()), expected) {
        (Ok(api), Ok(root)) => {
            assert_eq!(api.root.as_str(), root);
            let rest = below(&api.root, &["rest", "api"]).expect("a path");
            assert_eq!(rest.as_str(), format!("{}/rest/api", root.trim_end_matches('/')));
        }
        (Err(failure), Err(words)) => assert!(failure.to_string().starts_with(words), "{failure}"),
        (api, expected) => panic!("{:?} instead of {expected:?}", api.map(|api| api.root)),
    }
    assert!(!format!("{connection:?}").contains("s3cret"));
}

#[test]
fn points_are_counted_for_consents_and_never_past_an_hour_of_them() {
    let client = http::client().expect("builds");
    let with_token = connection(Some("https://acme.atlassian.net"), basic(), None, None);
    assert!(Api::new(&client, &with_token, None, now()).expect("a site").meter.is_none());
    let consented = connection(None, oauth(), Some("c1"), None);
    let mut api = Api::new(&client, &consented, None, now()).expect("a site");
    api.spend(60_000);
    assert_eq!(api.wait(5_000), None);
    assert_eq!(api.wait(5_001).map(|at| at.to_string()).as_deref(), Some("2026-11-20T11:16:01Z"));
}
