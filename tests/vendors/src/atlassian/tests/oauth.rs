//! OAuth at the gateway, and its limits.

use super::{Asker, header, now};
use crate::{
    atlassian::{CLIENT_ID, CLIENT_SECRET, CLOUD_ID},
    service::Budget,
};
use reqwest::Response;
use serde_json::{Value, json};

const SCOPE: &str = "read:jira-work read:jira-user offline_access";

impl Asker {
    async fn refresh(&self, token: &str) -> Response {
        let body = json!({
            "grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": token,
        });
        self.client.post(self.url("/oauth/token")).json(&body).send().await.unwrap()
    }

    async fn bearer(&self, path: &str, token: &str) -> Response {
        self.client.get(self.url(path)).bearer_auth(token).send().await.unwrap()
    }
}

#[tokio::test]
async fn consent_leads_to_tokens_that_open_the_gateway_and_not_the_site() {
    let asker = Asker::new().await;
    let scope = SCOPE.replace(' ', "%20");
    let address = format!(
        "/authorize?audience=api.atlassian.com&client_id={CLIENT_ID}&scope={scope}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=x&response_type=code&prompt=consent"
    );
    let page = asker.client.get(asker.url(&address)).header("accept", "text/html").send().await.unwrap();
    assert!(page.text().await.unwrap().contains(r#"<button name="decision" value="accept">Accept</button>"#));
    let denied = asker.client.get(asker.url(&format!("{address}&decision=cancel"))).send().await.unwrap();
    assert!(header(&denied, "location").starts_with("http://127.0.0.1/back?error=access_denied&error_description="));
    let browser = asker.client.get(asker.url(&address)).send().await.unwrap();
    let location = url::Url::parse(header(&browser, "location")).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let body = json!({
        "grant_type": "authorization_code", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": code,
        "redirect_uri": "http://127.0.0.1/back",
    });
    let made = asker.client.post(asker.url("/oauth/token")).json(&body).send().await.unwrap();
    let tokens: Value = made.json().await.unwrap();
    let again = asker.client.post(asker.url("/oauth/token")).json(&body).send().await.unwrap();
    assert_eq!(again.status(), 403);
    let token = tokens["access_token"].as_str().unwrap();
    let sites: Value = asker.bearer("/oauth/token/accessible-resources", token).await.json().await.unwrap();
    assert_eq!((&sites[0]["id"], &sites[0]["name"]), (&json!(CLOUD_ID), &json!("acme-rail")));
    let gateway = format!("/ex/jira/{CLOUD_ID}");
    assert_eq!(asker.bearer(&format!("{gateway}/rest/api/3/myself"), token).await.status(), 200);
    assert_eq!(asker.bearer("/rest/api/3/myself", token).await.status(), 401);
    let board = asker.bearer(&format!("{gateway}/rest/agile/1.0/board"), token).await;
    assert_eq!(board.status(), 401, "boards need a scope of their own");
    asker.server.state(|state| state.clock.advance(3_600));
    assert_eq!(asker.bearer(&format!("{gateway}/rest/api/3/myself"), token).await.status(), 401);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_for_ten_minutes_more() {
    let asker = Asker::new().await;
    let (_, first) = asker.server.state(|state| state.oauth_tokens(SCOPE));
    let second: Value = asker.refresh(&first).await.json().await.unwrap();
    assert_ne!(second["refresh_token"], json!(first));
    asker.server.state(|state| state.clock.advance(600));
    assert_eq!(asker.refresh(&first).await.status(), 200, "the answer may have been lost");
    asker.server.state(|state| state.clock.advance(1));
    let refused = asker.refresh(&first).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.json::<Value>().await.unwrap()["error"], "invalid_grant");
    let third = asker.refresh(second["refresh_token"].as_str().unwrap()).await;
    assert_eq!(third.status(), 200);
    asker.server.state(|state| state.clock.advance(91 * 86_400));
    let unused: Value = third.json().await.unwrap();
    assert_eq!(asker.refresh(unused["refresh_token"].as_str().unwrap()).await.status(), 403);
    asker.server.state(|state| assert!(state.oauth_tokens("read:jira-work").1.is_empty()));
}

#[tokio::test]
async fn the_quota_counts_points_until_the_full_hour() {
    let asker = Asker::new().await;
    let (token, _) = asker.server.state(|state| {
        state.clock.set("2026-11-22T18:40:00Z".parse().unwrap());
        state.oauth_tokens(SCOPE)
    });
    asker.server.settings(|settings| {
        settings.limits.insert("jira-quota".into(), Budget::of(150, 3_600));
    });
    let search = format!("/ex/jira/{CLOUD_ID}/rest/api/3/search/jql?jql=project%3DTICK&fields=summary&maxResults=100");
    let first = asker.bearer(&search, &token).await;
    assert_eq!((first.status().as_u16(), header(&first, "x-ratelimit-remaining")), (200, "49"));
    let second = asker.bearer(&search, &token).await;
    assert_eq!((second.status().as_u16(), header(&second, "x-ratelimit-nearlimit")), (200, "true"));
    let refused = asker.bearer(&search, &token).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "retry-after"), header(&refused, "ratelimit-reason")),
        (429, "1200", "jira-quota-global-based")
    );
    assert_eq!(header(&refused, "x-ratelimit-reset"), "2026-11-22T19:00:00Z");
    assert_eq!(asker.server.calls().violations, 1, "nothing was left, and it had been told");
    asker.server.state(|state| state.clock.advance(1_200));
    assert_eq!(asker.bearer(&search, &token).await.status(), 200);
    assert_ne!(now().to_string(), "", "the hour is UTC's");
}
