//! Slack's consent, and tokens that rotate.

use super::{
    fake::{Fake, World},
    *,
};
use crate::{Apps, Expiring, OAuthApp, rig};
use jiff::SignedDuration;
use rig::at;
use rstest::rstest;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;

const BACK: &str = "https://app.example.com/back";

fn apps(origin: Option<&str>) -> Apps {
    let origin = origin.map(|origin| origin.parse().expect("an address"));
    Apps { slack: Some(OAuthApp { client_id: "id".into(), client_secret: "s3cret".into(), origin }), ..Apps::default() }
}

fn grant() -> Value {
    json!({"ok": true, "access_token": "xoxe.xoxb-s3cret-2", "refresh_token": "xoxe-s3cret-2", "expires_in": 43200,
        "scope": "chat:write,users:read", "team": {"id": "T1", "name": "Acme"}, "is_enterprise_install": false})
}

fn slack() -> Slack {
    Slack::new(LazyClient::default())
}

async fn consented(world: World, parameters: &[(&str, &str)]) -> Result<Consented, Failure> {
    let (server, _fake) = Fake::start(world).await;
    let (apps, verifier) = (apps(Some(&server.uri())), SecretString::from("v"));
    let consent = Consent { apps: &apps, redirect_uri: BACK, state: "st", verifier: &verifier, installed: false };
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    slack().consented(consent, &parameters, at(0)).await
}

#[test]
fn the_page_asks_for_what_is_needed() {
    let verifier = SecretString::from("v");
    let none = Apps::default();
    let consent = Consent { apps: &none, redirect_uri: BACK, state: "st", verifier: &verifier, installed: false };
    assert_eq!(slack().consent_page(consent), Ok(None));
    let own = apps(None);
    let page = slack().consent_page(Consent { apps: &own, ..consent }).expect("a page").expect("a page");
    assert_eq!(
        page.as_str(),
        "https://slack.com/oauth/v2/authorize?client_id=id&scope=chat%3Awrite%2Cim%3Awrite%2Cusers%3Aread%2Cusers%3Aread.email%2Ccommands&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback&state=st"
    );
    let simulated = apps(Some("http://127.0.0.1:4010"));
    let page = slack().consent_page(Consent { apps: &simulated, ..consent }).expect("a page").expect("a page");
    assert!(page.as_str().starts_with("http://127.0.0.1:4010/oauth/v2/authorize?"), "{page}");
}

#[tokio::test]
async fn a_code_is_worth_a_token_that_may_rotate() {
    let good = [("code", "good"), ("state", "st")];
    let brought = consented(World { grant: grant(), ..World::default() }, &good).await.expect("a token");
    let Credentials::OAuth { access, refresh } = brought.credentials else { panic!("OAuth") };
    assert_eq!(access.token.expose_secret(), "xoxe.xoxb-s3cret-2");
    assert_eq!(access.expires_at, Some(at(12 * 60)));
    assert_eq!(refresh.as_ref().map(SecretString::expose_secret), Some("xoxe-s3cret-2"));
    assert_eq!((brought.settings.history_days, brought.choices.len()), (180, 0));

    let example = include_str!("../../../../tests/fixtures/slack/oauth_v2_access.json");
    let mut plain: Value = serde_json::from_str(example).expect("JSON");
    plain["scope"] = json!("users:read");
    let brought = consented(World { grant: plain, ..World::default() }, &good).await.expect("a token");
    assert!(matches!(brought.credentials, Credentials::OAuth { access, refresh: None } if access.expires_at.is_none()));
}

#[rstest]
#[case(json!({}), &[("error", "access_denied")], "unauthorized: nobody agreed at Slack")]
#[case(json!({}), &[], "invalid: Slack sent no code")]
#[case(json!({}), &[("code", "bad")], "unauthorized: the credential was refused: invalid_code")]
#[case(json!({"is_enterprise_install": true}), &[("code", "good")], "invalid: the app is installed in the whole Slack organization")]
#[case(json!({"scope": "chat:write"}), &[("code", "good")], "unauthorized: the token lacks the scope users:read;")]
#[case(json!({"access_token": 7}), &[("code", "good")], "unavailable: the answer has an unexpected shape")]
#[tokio::test]
async fn what_is_no_consent(#[case] change: Value, #[case] parameters: &[(&str, &str)], #[case] expected: &str) {
    let mut grant = grant();
    for (name, value) in change.as_object().expect("an object") {
        grant[name] = value.clone();
    }
    let failure = consented(World { grant, ..World::default() }, parameters).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
}

#[tokio::test]
async fn a_token_that_ends_is_renewed_at_the_apps_own_servers() {
    let (server, fake) = Fake::start(World { grant: grant(), ..World::default() }).await;
    let expiring = |minute| Expiring { token: "xoxe.xoxb-s3cret-1".into(), expires_at: Some(at(minute)) };
    let credentials = |minute| Credentials::OAuth { access: expiring(minute), refresh: Some("xoxe-s3cret-1".into()) };
    let mut connection = rig::connection(&server, credentials(30));
    connection.apps = Arc::new(apps(Some(&server.uri())));
    connection.base_url = Some("http://127.0.0.1:9".parse().expect("an address"));
    assert!(!slack().renewal_due(&connection, at(24)));
    assert!(slack().renewal_due(&connection, at(25)));
    let renewed = slack().renew(&connection, at(26)).await.expect("renews");
    let Credentials::OAuth { access, refresh } = &renewed else { panic!("OAuth") };
    assert_eq!(access.expires_at, Some(at(26) + SignedDuration::from_hours(12)));
    assert_eq!(refresh.as_ref().map(SecretString::expose_secret), Some("xoxe-s3cret-2"));
    connection.credentials = renewed;
    let failure = slack().renew(&connection, at(26)).await.expect_err("each works once");
    assert_eq!(failure, Failure::Unauthorized("the credential was refused: invalid_refresh_token".into()));

    // Slack keeps the refresh token where it sends no new one.
    fake.world().grant.as_object_mut().expect("an object").remove("refresh_token");
    connection.credentials = credentials(30);
    let renewed = slack().renew(&connection, at(26)).await.expect("renews");
    assert!(
        matches!(renewed, Credentials::OAuth { refresh: Some(token), .. } if token.expose_secret() == "xoxe-s3cret-1")
    );

    connection.credentials = Credentials::OAuth { access: expiring(0), refresh: None };
    assert!(!slack().renewal_due(&connection, at(25)), "there is nothing to renew it with");
    connection.credentials = credentials(30);
    connection.apps = Arc::default();
    assert!(matches!(slack().renew(&connection, at(26)).await, Err(Failure::Unauthorized(_))));
}
