use super::*;
use crate::{Vendor as _, http::LazyClient, jira::Jira, rig::at as minute};
use rstest::rstest;
use std::sync::Arc;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn apps(origin: Option<&str>) -> Apps {
    let origin = origin.map(|origin| origin.parse().expect("an address"));
    let app = crate::OAuthApp { client_id: "client-1".into(), client_secret: "s3cret-app".into(), origin };
    Apps { atlassian: Some(app), ..Apps::default() }
}

fn jira() -> Jira {
    Jira::new(LazyClient::default())
}

fn consent<'a>(apps: &'a Apps, verifier: &'a SecretString) -> Consent<'a> {
    Consent {
        apps,
        redirect_uri: "https://plumbline.example/auth/connections/callback",
        state: "st&te",
        verifier,
        installed: false,
    }
}

#[test]
fn the_consent_page_asks_for_reading_and_renewal() {
    let verifier = VERIFIER.into();
    let url = jira().consent_page(consent(&apps(None), &verifier)).expect("an address").expect("a page");
    assert_eq!((url.host_str(), url.path()), (Some("auth.atlassian.com"), "/authorize"));
    let asked: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    insta::assert_snapshot!(asked.join("\n"), @r"
    audience=api.atlassian.com
    client_id=client-1
    scope=read:jira-work read:jira-user offline_access read:board-scope:jira-software read:sprint:jira-software read:project:jira
    redirect_uri=https://plumbline.example/auth/connections/callback
    state=st&te
    response_type=code
    prompt=consent
    code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
    code_challenge_method=S256
    ");
    assert!(!url.as_str().contains(VERIFIER) && !url.as_str().contains("s3cret"));
    let url = jira().consent_page(consent(&apps(Some("http://127.0.0.1:4010")), &verifier)).expect("an address");
    assert!(url.is_some_and(|url| url.as_str().starts_with("http://127.0.0.1:4010/authorize?audience=")));
    assert!(jira().consent_page(consent(&Apps::default(), &verifier)).expect("no failure").is_none());
}

fn tokens(number: u32) -> Value {
    let (access, refresh) = (format!("s3cret-access-{number}"), format!("s3cret-refresh-{number}"));
    json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600, "token_type": "Bearer", "scope": SCOPES})
}

async fn server(sites: Value) -> MockServer {
    let server = MockServer::start().await;
    let grant = json!({
        "grant_type": "authorization_code", "code": "code-1", "client_id": "client-1", "client_secret": "s3cret-app",
        "redirect_uri": "https://plumbline.example/auth/connections/callback", "code_verifier": VERIFIER,
    });
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .and(body_json(grant))
        .respond_with(ResponseTemplate::new(200).set_body_json(tokens(1)))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/oauth/token/accessible-resources"))
        .and(header("authorization", "Bearer s3cret-access-1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(sites))
        .mount(&server)
        .await;
    server
}

fn site(id: &str, scope: &str) -> Value {
    json!({"id": id, "name": format!("site {id}"), "url": format!("https://{id}.atlassian.net"), "scopes": [scope]})
}

async fn come_back(sites: Value, parameters: &[(&str, &str)]) -> Result<Consented, Failure> {
    let server = server(sites).await;
    let apps = apps(Some(&server.uri()));
    let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    jira().consented(consent(&apps, &VERIFIER.into()), &parameters, minute(0)).await
}

#[tokio::test]
async fn a_consent_brings_tokens_and_the_site() {
    let sites =
        json!([site("b", "read:page:confluence"), site("a", "read:jira-work"), site("a", "read:sprint:jira-software")]);
    let consented = come_back(sites, &[("code", "code-1"), ("state", "st&te")]).await.expect("consented");
    assert_eq!((consented.settings.site.as_deref(), consented.settings.history_days), (Some("a"), 180));
    assert_eq!(consented.choices, []);
    let Credentials::OAuth { access, refresh } = &consented.credentials else { panic!("not OAuth") };
    assert_eq!((access.token.expose_secret(), access.expires_at), ("s3cret-access-1", Some(minute(60))));
    assert_eq!(refresh.as_ref().map(ExposeSecret::expose_secret), Some("s3cret-refresh-1"));
    assert!(!format!("{consented:?}").contains("s3cret"));
}

#[tokio::test]
async fn several_sites_are_a_choice_and_none_is_no_consent() {
    let sites = json!([site("a", "read:jira-work"), site("c", "read:jira-work")]);
    let consented = come_back(sites, &[("code", "code-1")]).await.expect("consented");
    assert_eq!(consented.settings.site.as_deref(), Some("a"));
    assert_eq!(consented.choices, [("a".into(), "site a".into()), ("c".into(), "site c".into())]);
    for (sites, parameters) in [
        (json!([]), [("code", "code-1")]),
        (json!([site("b", "read:page:confluence")]), [("code", "code-1")]),
        (json!([site("a", "read:jira-work")]), [("state", "st&te")]),
    ] {
        let failure = come_back(sites, &parameters).await.expect_err("fails");
        assert!(matches!(failure, Failure::Invalid(_)), "{failure}");
    }
}

fn connection(origin: Option<&str>, life: Option<Timestamp>, refresh: Option<&str>) -> Connection {
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: None,
        credentials: Credentials::OAuth {
            access: Expiring { token: "s3cret-access-1".into(), expires_at: life },
            refresh: refresh.map(Into::into),
        },
        settings: Settings::default(),
        apps: Arc::new(origin.map_or_else(Apps::default, |origin| apps(Some(origin)))),
    }
}

#[test]
fn tokens_are_renewed_two_minutes_before_their_end() {
    let due = |life| jira().renewal_due(&connection(None, life, None), minute(0));
    assert_eq!([Some(minute(3)), Some(minute(2)), Some(minute(-5)), None].map(due), [false, true, true, false]);
    let basic = Credentials::Basic { email: "ada@example.com".into(), token: "s3cret".into() };
    assert!(!jira().renewal_due(&Connection { credentials: basic, ..connection(None, None, None) }, minute(0)));
}

async fn renewed(answer: ResponseTemplate) -> Result<Credentials, Failure> {
    let server = MockServer::start().await;
    let grant = json!({
        "grant_type": "refresh_token", "refresh_token": "s3cret-refresh-1", "client_id": "client-1",
        "client_secret": "s3cret-app",
    });
    Mock::given(path("/oauth/token")).and(body_json(grant)).respond_with(answer).mount(&server).await;
    jira().renew(&connection(Some(&server.uri()), Some(minute(1)), Some("s3cret-refresh-1")), minute(0)).await
}

#[tokio::test]
async fn each_renewal_brings_the_next_refresh_token() {
    let answer = ResponseTemplate::new(200).set_body_json(tokens(2));
    let Credentials::OAuth { access, refresh } = renewed(answer).await.expect("renewed") else { panic!("not OAuth") };
    assert_eq!((access.token.expose_secret(), access.expires_at), ("s3cret-access-2", Some(minute(60))));
    assert_eq!(refresh.expect("a token").expose_secret(), "s3cret-refresh-2");
    let answer = ResponseTemplate::new(200).set_body_json(json!({"access_token": "s3cret-access-2"}));
    let Credentials::OAuth { access, refresh } = renewed(answer).await.expect("renewed") else { panic!("not OAuth") };
    assert_eq!(access.expires_at, Some(minute(60)));
    assert_eq!(refresh.expect("a token").expose_secret(), "s3cret-refresh-1");
}

fn said(status: u16, error: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": error, "error_description": "words"}))
}

#[rstest]
#[case(
    said(403, "invalid_grant"),
    "unauthorized: Atlassian no longer takes the consent that was given; connect it again"
)]
#[case(
    said(400, "unauthorized_client"),
    "unauthorized: Atlassian no longer takes the consent that was given; connect it again"
)]
#[case(said(401, "access_denied"), "unauthorized: Atlassian does not take the operator's app")]
#[case(said(400, "unsupported_grant_type"), "invalid: the vendor answered 400 Bad Request: words")]
#[case(said(429, "invalid_grant").insert_header("retry-after", "9"), "rate limited until 2026-09-21T14:13:29Z")]
#[case(said(503, "invalid_grant"), "unavailable: ")]
#[case(ResponseTemplate::new(200).set_body_string("{\"access_token\": \"s3cret-ac"), "unavailable: the answer broke off")]
#[case(ResponseTemplate::new(200).set_body_json(json!({"access_token": 7})), "unavailable: the answer has an unexpected shape")]
#[tokio::test]
async fn a_refused_renewal_is_a_decision(#[case] answer: ResponseTemplate, #[case] expected: &str) {
    let failure = renewed(answer).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert!(!format!("{failure:?}").contains("s3cret"), "{failure}");
}

#[tokio::test]
async fn what_cannot_be_renewed_has_to_be_connected_again() {
    let without_token = connection(Some("http://127.0.0.1:9"), None, None);
    let without_app = connection(None, None, Some("s3cret-refresh-1"));
    for connection in [without_token, without_app] {
        let failure = jira().renew(&connection, minute(0)).await.expect_err("fails");
        assert!(matches!(failure, Failure::Unauthorized(_)), "{failure}");
        assert!(!jira().revoke(&connection, minute(0)).await.expect("no failure"));
    }
}
