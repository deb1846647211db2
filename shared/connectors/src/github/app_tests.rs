//! The operator's app: its tokens, what an installation may do, and how one comes about.

use super::*;
use crate::{Apps, Expiring, GithubApp, OAuthApp, rig::at};
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rstest::rstest;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

/// Made anew in every run: no key lies in the repository.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("randomness"));

fn private_key() -> String {
    let der: Pkcs8V1Der<'_> = KEY.as_der().expect("a form");
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
}

const ID: u64 = 51_001;

pub(crate) struct World {
    pub(crate) installation: Value,
    /// What the user may use, a page each.
    pub(crate) usable: Vec<Vec<Value>>,
    faults: Vec<(&'static str, ResponseTemplate)>,
    log: Vec<String>,
    uri: String,
}

impl Default for World {
    fn default() -> Self {
        let permissions = json!({"members": "read", "metadata": "read", "contents": "read", "pull_requests": "write"});
        let installation = json!({"id": ID, "account": {"login": "Acme", "id": 9919, "type": "Organization"},
            "permissions": permissions, "suspended_at": null, "from": "the future"});
        let usable = vec![vec![json!({"id": 1}), json!("?")], vec![installation.clone()]];
        Self { installation, usable, faults: vec![], log: vec![], uri: String::new() }
    }
}

#[derive(Clone)]
pub(crate) struct Fake(Arc<Mutex<World>>);

impl Fake {
    pub(crate) async fn start() -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(World { uri: server.uri(), ..World::default() })));
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("not poisoned")
    }

    fn fail(&self, line: &'static str, answer: ResponseTemplate) {
        self.world().faults.push((line, answer));
    }

    /// The calls since the last question.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }
}

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.world().respond(request)
    }
}

fn said(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

/// As long as they became in 2026, and longer.
pub(crate) fn token() -> String {
    format!("ghs_31415_{}", "s3cret".repeat(200))
}

/// Checks what GitHub checks in an app's JWT.
fn assert_jwt(jwt: &str) {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_der(KEY.public_key().as_ref());
    let claims = jsonwebtoken::decode::<Value>(jwt, &key, &validation).expect("signed by the app").claims;
    let now = at(0).as_second();
    assert_eq!(claims, json!({"iss": "Iv1.client", "iat": now - 60, "exp": now + 480}));
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let line = format!("{} {}?{}", request.method, request.url.path(), request.url.query().unwrap_or_default());
        assert!(!line.contains("s3cret"), "never in an address: {line}");
        self.log.push(line.clone());
        if let Some(index) = self.faults.iter().position(|(fault, _)| line.contains(fault)) {
            return self.faults.remove(index).1;
        }
        let header = request.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let bearer = header.strip_prefix("Bearer ").unwrap_or_default();
        let path = request.url.path().trim_start_matches("/api/v3/").trim_start_matches('/').to_owned();
        let body = match (request.method.as_str(), path.as_str()) {
            ("GET", "app/installations/51001") => {
                assert_jwt(bearer);
                self.installation.clone()
            }
            ("POST", "app/installations/51001/access_tokens") => {
                assert_jwt(bearer);
                let made =
                    json!({"token": token(), "expires_at": at(60), "permissions": {}, "repository_selection": "all"});
                return ResponseTemplate::new(201).set_body_json(made);
            }
            ("POST", "login/oauth/access_token") => {
                let body = String::from_utf8_lossy(&request.body).into_owned();
                let known = "client_id=Iv1.client&client_secret=s3cret&code=";
                // A verifier only where a challenge went before.
                assert!(
                    [format!("{known}good"), format!("{known}authorized&code_verifier=v")].contains(&body),
                    "{body}"
                );
                assert_eq!(request.headers["accept"], "application/json");
                json!({"access_token": "ghu_s3cret", "token_type": "bearer", "scope": ""})
            }
            ("GET", "user/installations") => {
                assert_eq!(bearer, "ghu_s3cret");
                let page = usize::from(line.contains("page=2"));
                let answer = ResponseTemplate::new(200)
                    .set_body_json(json!({"total_count": 3, "installations": self.usable[page]}));
                let next = format!("<{}/api/v3/user/installations?per_page=100&page=2>; rel=\"next\"", self.uri);
                return if page + 1 < self.usable.len() { answer.insert_header("link", next.as_str()) } else { answer };
            }
            ("DELETE", "applications/Iv1.client/token") => {
                assert!(header.starts_with("Basic "));
                return ResponseTemplate::new(204);
            }
            (_, _) if bearer != token() => return said(401, "Bad credentials"),
            ("DELETE", "installation/token") => return ResponseTemplate::new(204),
            ("GET", "orgs/acme") => json!({"id": 9919, "login": "Acme"}),
            ("GET", "repos/acme/one") => json!({"id": 501, "full_name": "acme/one"}),
            ("GET", "orgs/acme/copilot/billing/seats") => json!({"total_seats": 0, "seats": []}),
            ("GET", "installation/repositories") => json!({"total_count": 0, "repositories": []}),
            _ => return said(404, "Not Found"),
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

pub(crate) fn apps(origin: Option<&str>) -> Apps {
    let origin = origin.map(|origin| origin.parse().expect("an address"));
    let client = OAuthApp { client_id: "Iv1.client".into(), client_secret: "s3cret".into(), origin };
    Apps {
        github: Some(GithubApp { client, slug: "plumbline-acme".into(), private_key: private_key().into() }),
        ..Apps::default()
    }
}

pub(crate) fn installed(server: &MockServer, token: Option<&str>, ends: i64) -> Connection {
    let token = token.map(|token| Expiring { token: token.into(), expires_at: Some(at(ends)) });
    let organization = Some("acme".to_owned());
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: None,
        credentials: Credentials::Installation { installation_id: ID, token },
        settings: Settings { organization, ..Settings::default() },
        apps: Arc::new(apps(Some(&server.uri()))),
    }
}

fn github() -> Github {
    Github::new(LazyClient::default())
}

#[tokio::test]
async fn a_token_is_made_when_there_is_none_or_it_ends_soon() {
    let (server, fake) = Fake::start().await;
    assert!(github().renewal_due(&installed(&server, None, 0), at(0)));
    assert!(github().renewal_due(&installed(&server, Some("t"), 5), at(0)));
    assert!(!github().renewal_due(&installed(&server, Some("t"), 6), at(0)));
    let mut connection = installed(&server, None, 0);
    connection.base_url = Some(server.uri().parse().expect("an address"));
    let renewed = github().renew(&connection, at(0)).await.expect("a token");
    let Credentials::Installation { installation_id, token: Some(made) } = &renewed else { panic!("an installation") };
    assert_eq!((*installation_id, made.token.expose_secret(), made.expires_at), (ID, token().as_str(), Some(at(60))));
    assert_eq!(renewed.bearer().map(SecretString::expose_secret), Some(token().as_str()));
    assert_eq!(fake.calls(), ["POST /api/v3/app/installations/51001/access_tokens?"]);
    connection.credentials = Credentials::Token("ghp_s3cret".into());
    assert!(!github().renewal_due(&connection, at(0)));
    assert!(matches!(github().renew(&connection, at(0)).await, Err(Failure::Bug(_))));
}

#[rstest]
#[case(
    said(401, "A JSON web token could not be decoded"),
    "unauthorized: GitHub does not accept the key of the operator's GitHub App"
)]
#[case(said(403, "This installation has been suspended"), "unauthorized: the GitHub App's installation is suspended")]
#[case(said(403, "Odd"), "unauthorized: the credential is not allowed to read this: Odd")]
#[case(said(403, "You have exceeded a secondary rate limit"), "rate limited until 2026-09-21T14:14:20Z")]
#[case(said(404, "Not Found"), "unauthorized: the GitHub App is not installed there, or no longer")]
#[case(said(410, "Gone"), "invalid: no longer offered by the vendor: Gone")]
#[case(said(422, "Odd"), "invalid: the vendor answered 422")]
#[case(said(429, "").insert_header("retry-after", "9"), "rate limited until 2026-09-21T14:13:29Z")]
#[case(said(429, ""), "rate limited until 2026-09-21T14:14:20Z")]
#[case(said(500, ""), "unavailable: the vendor answered 500")]
#[case(said(503, ""), "unavailable: the vendor answered 503")]
#[case(ResponseTemplate::new(201).set_body_string("{\"token\": \"ghs_s3cret"), "unavailable: the answer broke off")]
#[case(ResponseTemplate::new(201).set_body_json(json!({"token": 7})), "unavailable: the answer has an unexpected shape")]
#[tokio::test]
async fn a_token_that_is_not_given_is_a_decision(#[case] answer: ResponseTemplate, #[case] expected: &str) {
    let (server, fake) = Fake::start().await;
    fake.fail("access_tokens", answer);
    let failure = github().renew(&installed(&server, None, 0), at(0)).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
}

#[tokio::test]
async fn the_apps_jwt_goes_to_the_apps_own_server_only() {
    let (server, fake) = Fake::start().await;
    let mut connection = installed(&server, Some(&token()), 60);
    connection.base_url = Some("https://ghe.example.com".parse().expect("an address"));
    let elsewhere = "invalid: base_url: the operator's GitHub App is registered at another server";
    let failure = github().renew(&connection, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with(elsewhere), "{failure}");
    let failure = github().fetch(&connection, &Marks::default(), None, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with(elsewhere), "{failure}");
    connection.apps = Arc::new(apps(None));
    connection.base_url = Some(server.uri().parse().expect("an address"));
    assert!(github().probe(&connection, at(0)).await.is_err_and(|failure| failure.to_string().starts_with(elsewhere)));
    connection.apps = Arc::default();
    connection.base_url = None;
    assert!(matches!(github().renew(&connection, at(0)).await, Err(Failure::Unauthorized(_))));
    let mut broken = apps(None);
    broken.github.as_mut().expect("an app").private_key = "s3cret".into();
    connection.apps = Arc::new(broken);
    let failure = github().renew(&connection, at(0)).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Invalid(words) if !words.contains("s3cret")), "{failure}");
    assert!(!format!("{connection:?}").contains("s3cret"));
    assert_eq!(fake.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn probing_says_what_an_installation_lacks() {
    let (server, fake) = Fake::start().await;
    let mut connection = installed(&server, None, 0);
    let probe = async |connection: &Connection| github().probe(connection, at(0)).await;
    let sources = |sources: &[&str]| Ok(Probe { webhook_sources: sources.iter().map(ToString::to_string).collect() });
    assert_eq!(probe(&connection).await, sources(&["installation:51001", "org:9919"]));
    assert_eq!(fake.calls().len(), 3);
    connection.settings.repositories = vec!["acme/one".into()];
    assert_eq!(probe(&connection).await, sources(&["repository:501"]), "not what is beside them");
    connection.settings.repositories.clear();

    let permissions = std::mem::replace(
        &mut fake.world().installation["permissions"],
        json!({"metadata": "read", "contents": "write"}),
    );
    let lacks = "unauthorized: the installation lacks the permissions pull_requests: read, members: read; give them to";
    assert!(probe(&connection).await.is_err_and(|failure| failure.to_string().starts_with(lacks)));
    connection.settings.organization = None;
    fake.world().installation["permissions"] = json!({"metadata": "read", "contents": "read", "pull_requests": "read"});
    assert_eq!(probe(&connection).await, sources(&["installation:51001"]), "nobody's members are read");

    fake.world().installation["permissions"] = permissions;
    connection.settings.organization = Some("other".into());
    let elsewhere = "invalid: organization other: the GitHub App's installation is not in it";
    assert!(probe(&connection).await.is_err_and(|failure| failure.to_string() == elsewhere));
    fake.world().installation["suspended_at"] = json!("2026-09-01T00:00:00Z");
    assert!(probe(&connection).await.is_err_and(|failure| failure.to_string().contains("is suspended")));
    fake.fail("app/installations/51001", said(404, "Not Found"));
    assert!(probe(&connection).await.is_err_and(|failure| failure.to_string().contains("is not installed there")));
    let none = Settings::default();
    assert_eq!(github().check_with(&none, &connection.credentials), Ok(()));
    assert!(github().check_with(&none, &Credentials::Token("t".into())).is_err());
}

#[tokio::test]
async fn an_installations_token_is_taken_back_and_nothing_else() {
    let (server, fake) = Fake::start().await;
    let revoke = async |connection: &Connection| github().revoke(connection, at(0)).await;
    assert_eq!(revoke(&installed(&server, Some(&token()), 60)).await, Ok(true));
    assert_eq!(fake.calls(), ["DELETE /api/v3/installation/token?"]);
    assert_eq!(revoke(&installed(&server, Some("ghs_over"), 60)).await, Ok(true), "GitHub does not know it any more");
    fake.calls();
    assert_eq!(revoke(&installed(&server, Some("ghs_over"), 0)).await, Ok(true));
    assert_eq!(revoke(&installed(&server, None, 0)).await, Ok(true));
    let entered = Connection { credentials: Credentials::Token("ghp_s3cret".into()), ..installed(&server, None, 0) };
    assert_eq!(revoke(&entered).await, Ok(false), "somebody's own");
    assert_eq!(fake.calls(), Vec::<String>::new());
    fake.fail("installation/token", said(500, ""));
    assert!(matches!(revoke(&installed(&server, Some(&token()), 60)).await, Err(Failure::Unavailable(_))));
}

pub(crate) fn consent<'a>(apps: &'a Apps, verifier: &'a SecretString) -> Consent<'a> {
    Consent { apps, redirect_uri: "https://app.example.com/back", state: "s t", verifier, installed: false }
}

async fn consented(server: &MockServer, parameters: &[(&str, &str)]) -> Result<Consented, Failure> {
    came_back(&github(), server, parameters).await
}

/// What the parameters that the browser came back with are worth to one of the two that the app serves.
pub(crate) async fn came_back(
    connector: &dyn Connector,
    server: &MockServer,
    parameters: &[(&str, &str)],
) -> Result<Consented, Failure> {
    let (apps, verifier) = (apps(Some(&server.uri())), SecretString::from("v"));
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    connector.consented(consent(&apps, &verifier), &parameters, at(0)).await
}

#[test]
fn the_page_is_where_the_app_is_installed() {
    let (own, none, verifier) = (apps(None), Apps::default(), SecretString::from("v"));
    let consent = consent(&own, &verifier);
    let page = github().consent_page(consent).expect("a page").expect("a page");
    assert_eq!(page.as_str(), "https://github.com/apps/plumbline-acme/installations/new?state=s+t");
    let simulated = apps(Some("http://127.0.0.1:4010"));
    let page = github().consent_page(Consent { apps: &simulated, ..consent }).expect("a page").expect("a page");
    assert_eq!(page.as_str(), "http://127.0.0.1:4010/apps/plumbline-acme/installations/new?state=s+t");
    assert_eq!(github().consent_page(Consent { apps: &none, ..consent }), Ok(None));
    let page = github().consent_page(Consent { installed: true, ..consent }).expect("a page").expect("a page");
    // The challenge of "v": RFC 7636, 4.2.
    assert_eq!(
        page.as_str(),
        "https://github.com/login/oauth/authorize?client_id=Iv1.client&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback\
         &code_challenge=TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA&code_challenge_method=S256&state=s+t"
    );
}

#[tokio::test]
async fn where_the_app_is_installed_its_user_shows_which_installation() {
    let (server, fake) = Fake::start().await;
    let parameters = [("code", "authorized"), ("state", "s t")];
    fake.world().usable[0].clear();
    let brought = consented(&server, &parameters).await.expect("an installation");
    assert!(matches!(brought.credentials, Credentials::Installation { installation_id: ID, token: None }));
    assert_eq!(brought.settings.organization.as_deref(), Some("Acme"));
    assert_eq!(fake.calls().len(), 4, "both pages: there could be more than one");

    let second = json!({"id": 51_002, "account": {"login": "Globex", "id": 9920, "type": "Organization"}});
    fake.world().usable[0].push(second);
    let failure = consented(&server, &parameters).await.expect_err("fails").to_string();
    assert!(
        failure.starts_with("invalid: the GitHub App is installed in several places")
            && failure.contains("(Globex, Acme)"),
        "{failure}"
    );
    fake.world().usable = vec![vec![]];
    let failure = consented(&server, &parameters).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: the GitHub App is installed nowhere"), "{failure}");
}

#[tokio::test]
async fn an_installation_is_taken_when_its_user_may_use_it() {
    let (server, fake) = Fake::start().await;
    let parameters = [("installation_id", "51001"), ("setup_action", "install"), ("code", "good"), ("state", "st")];
    let brought = consented(&server, &parameters).await.expect("an installation");
    assert!(matches!(brought.credentials, Credentials::Installation { installation_id: ID, token: None }));
    assert_eq!((brought.settings.organization.as_deref(), brought.settings.history_days), (Some("Acme"), 180));
    let calls = fake.calls();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[3], "DELETE /api/v3/applications/Iv1.client/token?", "the user's token is not kept");

    fake.world().usable[1][0]["account"]["type"] = json!("User");
    fake.fail("applications", said(500, ""));
    let brought = consented(&server, &parameters).await.expect("an installation");
    assert_eq!(brought.settings.organization, None);

    fake.world().usable.truncate(1);
    let failure = consented(&server, &parameters).await.expect_err("fails");
    assert_eq!(
        failure,
        Failure::Unauthorized("this GitHub user may not use that installation of the GitHub App".into())
    );
    assert!(fake.calls().iter().any(|call| call.starts_with("DELETE")));
}

#[rstest]
#[case(&[("error", "access_denied")], None, "unauthorized: nobody agreed at GitHub")]
#[case(&[("setup_action", "request"), ("code", "good")], None, "invalid: an owner of the organization has to approve")]
#[case(&[("state", "s t")], None, "invalid: GitHub sent no code")]
#[case(&[("installation_id", "x"), ("code", "good")], None, "invalid: GitHub's installation_id is no number")]
#[case(&[("installation_id", "51001")], None, "invalid: GitHub sent no code; the operator has to switch on")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("access_token", 200, json!({"error": "bad_verification_code"}))), "unauthorized: GitHub's code is used up or over")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("access_token", 200, json!({"error": "incorrect_client_credentials"}))), "invalid: GitHub does not accept the client id")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("access_token", 200, json!({"from": "the future"}))), "unauthorized: GitHub gave no token")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("access_token", 200, json!("text"))), "unavailable: the answer has an unexpected shape")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("access_token", 503, json!({}))), "unavailable: the vendor answered 503")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("user/installations", 403, json!({"message": "No"}))), "unauthorized: the credential is not allowed to read this: No")]
#[case(&[("installation_id", "51001"), ("code", "good")], Some(("user/installations", 200, json!([]))), "unavailable: the answer has an unexpected shape")]
#[tokio::test]
async fn what_is_no_consent(
    #[case] parameters: &[(&str, &str)],
    #[case] fault: Option<(&'static str, u16, Value)>,
    #[case] expected: &str,
) {
    let (server, fake) = Fake::start().await;
    if let Some((line, status, body)) = fault {
        fake.fail(line, ResponseTemplate::new(status).set_body_json(body));
    }
    let failure = consented(&server, parameters).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
}

/// What the operator registers asks for what the connectors need and the addresses of who signs in, to read alone, and
/// subscribes to what they read.
#[test]
fn the_manifest_asks_for_what_is_read_and_nothing_else() {
    let manifest: Value =
        serde_json::from_str(include_str!("../../../../infra/github-app/manifest.json")).expect("JSON");
    let organization = Settings { organization: Some("acme".into()), ..Settings::default() };
    let needed = app::needed(&organization).into_iter().chain(crate::copilot::NEEDED).chain(["emails"]);
    let permissions: BTreeMap<&str, Value> = needed.map(|name| (name, json!("read"))).collect();
    assert_eq!(manifest["default_permissions"], json!(permissions));
    let events =
        manifest["default_events"].as_array().expect("a list").iter().map(|event| event.as_str().expect("text"));
    let events: Vec<&str> = events.collect();
    // Events that nobody reads are ignored; of those that are read an empty body is malformed.
    for event in ["pull_request", "pull_request_review", "push", "issues", "member", "membership", "team"] {
        let is_read = webhook::parse(event, "d1", b"{}").is_err();
        assert_eq!(is_read, events.contains(&event), "{event}");
    }
    assert_eq!(events.len(), 2, "installation events come without being asked for");
}
