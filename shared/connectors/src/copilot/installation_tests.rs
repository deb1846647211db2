//! Copilot by an installation of the operator's GitHub App.

use super::*;
use crate::{
    Apps,
    github::app_tests::{Fake, apps, came_back, consent, installed, token},
    rig::at,
};
use secrecy::SecretString;
use serde_json::json;

fn copilot() -> Copilot {
    Copilot::new(LazyClient::default())
}

#[test]
fn the_page_only_authorizes_the_user_since_the_app_is_there() {
    let (own, none, verifier) = (apps(None), Apps::default(), SecretString::from("v"));
    let page = copilot().consent_page(consent(&own, &verifier)).expect("a page").expect("a page");
    assert!(page.as_str().starts_with("https://github.com/login/oauth/authorize?client_id=Iv1.client"), "{page}");
    assert_eq!(copilot().consent_page(consent(&none, &verifier)), Ok(None));
}

#[tokio::test]
async fn its_user_shows_which_organizations_installation() {
    let (server, fake) = Fake::start().await;
    fake.world().usable[0].clear();
    let parameters = [("code", "authorized")];
    let brought = came_back(&copilot(), &server, &parameters).await.expect("an installation");
    assert!(matches!(brought.credentials, Credentials::Installation { installation_id: 51_001, token: None }));
    assert_eq!(copilot().check_with(&brought.settings, &brought.credentials), Ok(()));
    fake.world().usable[1][0]["account"]["type"] = json!("User");
    let failure = came_back(&copilot(), &server, &parameters).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: the GitHub App is installed in a person's account"), "{failure}");
}

#[tokio::test]
async fn its_tokens_are_renewed_and_taken_back() {
    let (server, fake) = Fake::start().await;
    assert!(copilot().renewal_due(&installed(&server, None, 0), at(0)));
    assert!(copilot().renewal_due(&installed(&server, Some("t"), 5), at(0)));
    assert!(!copilot().renewal_due(&installed(&server, Some("t"), 6), at(0)));
    let renewed = copilot().renew(&installed(&server, None, 0), at(0)).await.expect("a token");
    assert!(matches!(renewed, Credentials::Installation { installation_id: 51_001, token: Some(_) }));
    assert_eq!(copilot().revoke(&installed(&server, Some(&token()), 60), at(0)).await, Ok(true));
    let calls = fake.calls();
    assert_eq!(calls, ["POST /api/v3/app/installations/51001/access_tokens?", "DELETE /api/v3/installation/token?"]);
}

#[tokio::test]
async fn probing_names_the_permissions_that_it_lacks() {
    let (server, fake) = Fake::start().await;
    let connection = installed(&server, None, 0);
    let lacks = "unauthorized: the installation lacks the permissions organization_copilot_metrics: read, \
                 organization_copilot_seat_management: read; give them to";
    let failure = copilot().probe(&connection, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with(lacks), "{failure}");
    fake.world().installation["permissions"] =
        json!({"organization_copilot_metrics": "read", "organization_copilot_seat_management": "write"});
    fake.calls();
    assert_eq!(copilot().probe(&connection, at(0)).await, Ok(Probe { webhook_sources: Vec::new() }));
    let calls = fake.calls();
    assert_eq!(
        calls[1..],
        [
            "POST /api/v3/app/installations/51001/access_tokens?",
            "GET /api/v3/orgs/acme/copilot/billing/seats?per_page=1"
        ]
    );
}

#[tokio::test]
async fn files_of_reports_are_taken_from_the_apps_own_server() {
    let (server, _fake) = Fake::start().await;
    let (mut connection, marks) = (installed(&server, Some(&token()), 60), Marks::default());
    let client = LazyClient::default();
    let client = client.get().expect("a client");
    let own = |connection: &Connection| {
        Run::new(client, connection, &marks, at(0), at(0)).expect("a run").base_url.map(ToString::to_string)
    };
    assert_eq!(own(&connection), Some(format!("{}/", server.uri())));
    connection.credentials = Credentials::Token("ghp_s3cret".into());
    assert_eq!(own(&connection), None);
}
