//! The GitHub App and OAuth.

use super::{super::webhook, Asker, body, header, story};
use crate::github::{CLIENT_ID, CLIENT_SECRET, INSTALLATION, InstallationChange, State, app_jwt};
use reqwest::Response;
use serde_json::{Value, json};

fn installed() -> State {
    let mut state = story();
    state.add_repository("tickets");
    state.install_app(INSTALLATION);
    state
}

impl Asker {
    async fn access_token(&self, jwt: &str, wanted: Value) -> Response {
        let path = format!("{}/api/v3/app/installations/{INSTALLATION}/access_tokens", self.server.base_url());
        self.client.post(path).bearer_auth(jwt).json(&wanted).send().await.unwrap()
    }

    async fn with(&self, token: &str, path: &str) -> Response {
        let address = format!("{}/api/v3/{path}", self.server.base_url());
        self.client.get(address).bearer_auth(token).send().await.unwrap()
    }
}

#[tokio::test]
async fn an_app_gets_a_long_token_for_an_hour() {
    let asker = Asker::of(installed()).await;
    let now = asker.server.state(|state| state.now());
    let made = asker.access_token(&app_jwt(now, 540), json!({})).await;
    assert_eq!(made.status(), 201);
    let made = body(made).await;
    let token = made["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("ghs_31415_") && token.len() == 520);
    assert_eq!((&made["repository_selection"], &made["permissions"]["members"]), (&json!("all"), &json!("read")));
    let repositories = body(asker.with(&token, "installation/repositories?per_page=1").await).await;
    assert_eq!((&repositories["total_count"], repositories["repositories"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(asker.with(&token, "orgs/acme/members").await.status(), 200);
    assert_eq!(asker.with(&token, "user").await.status(), 403);
    asker.server.state(|state| state.advance(3_600));
    assert_eq!(asker.with(&token, "orgs/acme/members").await.status(), 401);
}

#[tokio::test]
async fn a_jwt_must_be_signed_for_the_app_and_not_be_over() {
    let asker = Asker::of(installed()).await;
    let now = asker.server.state(|state| state.now());
    let good = app_jwt(now, 540);
    let forged = format!("{}AAAA", &good[..good.len() - 4]);
    for jwt in ["nothing", &forged, &app_jwt(now, -1), &app_jwt(now, 4_000)] {
        assert_eq!(asker.access_token(jwt, json!({})).await.status(), 401);
    }
    let installation = body(asker.with(&good, &format!("app/installations/{INSTALLATION}")).await).await;
    assert_eq!((&installation["id"], &installation["account"]["login"]), (&json!(INSTALLATION), &json!("acme")));
    assert_eq!(asker.with(&good, "app/installations/1").await.status(), 404);
}

#[tokio::test]
async fn a_token_sees_what_was_selected_and_permitted() {
    let mut state = installed();
    let change = InstallationChange::RemoveRepositories { repositories: vec!["acme/tickets".into()] };
    state.change_installation_of_app(INSTALLATION, change);
    state.app.installations.get_mut(&INSTALLATION).unwrap().permissions.remove("pull_requests");
    let asker = Asker::of(state).await;
    let jwt = app_jwt(asker.server.state(|state| state.now()), 540);
    let token = body(asker.access_token(&jwt, json!({})).await).await["token"].as_str().unwrap().to_owned();
    assert_eq!(asker.with(&token, "repos/acme/tickets").await.status(), 404);
    let refused = asker.with(&token, "repos/acme/board/pulls").await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "x-accepted-github-permissions").as_str()),
        (403, "pull_requests=read")
    );
    let query = "{ organization(login: \"acme\") { repositories(first: 9) { nodes { name } } membersWithRole(first: 1) { totalCount } }
        repository(owner: \"acme\", name: \"board\") { pullRequests(first: 1) { totalCount } } }";
    let address = format!("{}/api/graphql", asker.server.base_url());
    let sent = asker.client.post(address).bearer_auth(&token).json(&json!({"query": query})).send().await.unwrap();
    let seen = body(sent).await;
    assert_eq!(seen["data"]["organization"]["repositories"]["nodes"], json!([{"name": "board"}]));
    assert_eq!(seen["data"]["organization"]["membersWithRole"]["totalCount"], 2);
    assert_eq!(seen["errors"][0]["type"], "FORBIDDEN");
    let narrow = asker.access_token(&jwt, json!({"permissions": {"pull_requests": "read"}})).await;
    assert_eq!(narrow.status(), 422);
    let narrow = asker.access_token(&jwt, json!({"permissions": {"members": "read"}, "repositories": ["board"]})).await;
    assert_eq!(body(narrow).await["permissions"], json!({"members": "read"}));
    asker.server.state(|state| state.change_installation_of_app(INSTALLATION, InstallationChange::Suspend));
    assert_eq!(asker.access_token(&jwt, json!({})).await.status(), 403);
    assert_eq!(asker.with(&token, "orgs/acme/members").await.status(), 403);
    asker.server.state(|state| state.change_installation_of_app(INSTALLATION, InstallationChange::Unsuspend));
    let address = format!("{}/api/v3/installation/token", asker.server.base_url());
    assert_eq!(asker.client.delete(address).bearer_auth(&token).send().await.unwrap().status(), 204);
    assert_eq!(asker.with(&token, "orgs/acme/members").await.status(), 401);
}

#[test]
fn installations_are_told_by_webhooks() {
    let mut state = story();
    state.outbox.clear();
    state.install_app(INSTALLATION);
    let repositories = || vec!["acme/board".to_owned()];
    let changes = [
        InstallationChange::RemoveRepositories { repositories: repositories() },
        InstallationChange::AddRepositories { repositories: repositories() },
        InstallationChange::Suspend,
        InstallationChange::Delete,
    ];
    for change in changes {
        state.change_installation_of_app(INSTALLATION, change);
    }
    let told: Vec<(&str, &str)> = state.outbox.iter().map(|event| (event.name, event.action())).collect();
    let expected = [
        ("installation", "created"),
        ("installation_repositories", "removed"),
        ("installation_repositories", "added"),
        ("installation", "suspend"),
        ("installation", "deleted"),
    ];
    assert_eq!(told, expected);
    assert_eq!(state.outbox[0].payload["repositories"][0]["full_name"], "acme/board");
    assert_eq!(state.outbox[1].payload["repositories_removed"][0]["full_name"], "acme/board");
    assert!(state.outbox.iter().all(|event| event.payload["installation"]["id"] == INSTALLATION));
    assert!(webhook::ping(&mut state).payload.get("installation").is_none());
}

#[tokio::test]
async fn whoever_installs_the_app_comes_back_with_the_installation() {
    let asker = Asker::of(story()).await;
    let address = format!("{}/apps/plumbline-insights/installations/new?state=s1", asker.server.base_url());
    assert_eq!(asker.client.get(&address).send().await.unwrap().status(), 404);
    asker.server.settings(|settings| settings.app_callback_urls = vec!["http://127.0.0.1/back".into()]);
    let open = asker.client.get(&address).header("accept", "text/html,*/*").send().await.unwrap();
    assert_eq!(open.status(), 200);
    let page = open.text().await.unwrap();
    assert!(page.contains(r#"name="state" value="s1""#) && page.contains(r#"value="install""#), "{page}");
    assert!(asker.server.state(|state| state.app.installations.is_empty()), "nobody has decided yet");

    let came_back = async |decision: &str| {
        let sent = asker.client.get(format!("{address}&decision={decision}")).send().await.unwrap();
        assert_eq!(sent.status(), 302);
        let location: url::Url = header(&sent, "location").parse().unwrap();
        assert!(location.as_str().starts_with("http://127.0.0.1/back?code="), "{location}");
        location.query_pairs().skip(1).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(came_back("request").await, ["state=s1", "setup_action=request"]);
    let installed = ["state=s1".to_owned(), format!("installation_id={INSTALLATION}"), "setup_action=install".into()];
    assert_eq!(came_back("install").await, installed);
    assert_eq!(asker.server.take_webhooks().last().unwrap().action(), "created");
    let again = asker.client.get(&address).send().await.unwrap();
    assert_eq!(again.status(), 200, "its settings, and no way back");
}

#[tokio::test]
async fn whoever_says_no_comes_back_with_that() {
    let asker = Asker::of(installed()).await;
    let address = format!(
        "{}/login/oauth/authorize?client_id={CLIENT_ID}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=%22%3E",
        asker.server.base_url()
    );
    let open = asker.client.get(&address).header("accept", "text/html").send().await.unwrap();
    let page = open.text().await.unwrap();
    assert!(page.contains(r#"value="cancel""#) && page.contains(r#"value="&quot;&gt;""#), "{page}");
    let sent = asker.client.get(format!("{address}&decision=cancel")).send().await.unwrap();
    let location = header(&sent, "location");
    let expected = "http://127.0.0.1/back?error=access_denied\
                    &error_description=The+user+has+denied+your+application+access.&state=%22%3E";
    assert_eq!((sent.status().as_u16(), location.as_str()), (302, expected));
}

#[tokio::test]
async fn an_installation_changes_from_outside_too() {
    let asker = Asker::of(installed()).await;
    asker.server.drop_webhooks();
    let address = format!("{}/_control/apply", asker.server.base_url());
    let verbs = json!([
        {"verb": "change_installation", "installation": INSTALLATION, "change": "remove_repositories", "repositories": ["acme/board"]},
        {"verb": "change_installation", "installation": INSTALLATION, "change": "suspend"},
    ]);
    let applied = body(asker.client.post(&address).json(&verbs).send().await.unwrap()).await;
    assert_eq!(applied["deliveries"][1]["action"], "suspend");
    let journal = asker.server.state(|state| serde_json::to_string(&state.journal).unwrap());
    let entries: Vec<crate::github::Entry> = serde_json::from_str(&journal).unwrap();
    assert_eq!(serde_json::to_string(&entries).unwrap(), journal);
    let unknown = json!({"verb": "change_installation", "installation": 1, "change": "delete"});
    assert_eq!(asker.client.post(&address).json(&unknown).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_browser_comes_back_with_a_code_that_works_once() {
    let mut state = installed();
    let ann = state.user("ann").unwrap().id;
    state.enterprise.identities.insert(ann, "ann@acme.example".into());
    let asker = Asker::of(state).await;
    let origin = asker.server.base_url();
    let challenge = crate::service::oauth::challenge_of("a-verifier-of-enough-length-for-everybody");
    let address = format!(
        "{origin}/login/oauth/authorize?client_id={CLIENT_ID}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&state=s1&code_challenge={challenge}&code_challenge_method=S256"
    );
    let code = |response: &Response| {
        let location = url::Url::parse(&header(response, "location")).unwrap();
        let find = |name: &str| location.query_pairs().find(|(key, _)| key == name).map(|(_, v)| v.into_owned());
        assert_eq!(find("state").unwrap(), "s1");
        find("code").unwrap()
    };
    let exchange = async |code: String, verifier: &str| {
        let fields =
            [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("code", &code), ("code_verifier", verifier)];
        let sent = asker.client.post(format!("{origin}/login/oauth/access_token")).form(&fields);
        body(sent.header("accept", "application/json").send().await.unwrap()).await
    };
    let browser = asker.client.get(&address).send().await.unwrap();
    assert_eq!(browser.status(), 302);
    let first = code(&browser);
    assert_eq!(exchange(first, "wrong").await["error"], "bad_verification_code");
    let second = code(&asker.client.get(&address).send().await.unwrap());
    let made = exchange(second.clone(), "a-verifier-of-enough-length-for-everybody").await;
    let token = made["access_token"].as_str().unwrap();
    assert!(token.starts_with("ghu_"));
    let usable = body(asker.with(token, "user/installations").await).await;
    assert_eq!((&usable["total_count"], &usable["installations"][0]["id"]), (&json!(1), &json!(INSTALLATION)));
    assert_eq!(usable["installations"][0]["account"]["type"], "Organization");
    assert_eq!(asker.with(crate::github::TOKEN, "user/installations").await.status(), 403, "not of the app");
    assert_eq!(body(asker.with(token, "user").await).await["login"], "ann");
    let emails = body(asker.with(token, "user/emails?per_page=100").await).await;
    let (primary, noreply) = (&emails[0], &emails[1]);
    assert_eq!(
        primary,
        &json!({"email": "ann@acme.example", "primary": true, "verified": true, "visibility": "private"})
    );
    assert!(noreply["email"].as_str().unwrap().ends_with("+ann@users.noreply.github.com"), "{emails}");
    assert_eq!((&noreply["primary"], &noreply["visibility"]), (&json!(false), &Value::Null));
    assert_eq!(asker.with(crate::github::TOKEN, "user/emails").await.status(), 403, "not of the app");
    asker.server.state(|state| state.app.reads_emails = false);
    assert_eq!(asker.with(token, "user/emails").await.status(), 403, "the app may not");
    assert_eq!(exchange(second, "a-verifier-of-enough-length-for-everybody").await["error"], "bad_verification_code");
    let revoke = asker.client.delete(format!("{origin}/api/v3/applications/{CLIENT_ID}/token"));
    let revoke = revoke.basic_auth(CLIENT_ID, Some(CLIENT_SECRET)).json(&json!({"access_token": token}));
    assert_eq!(revoke.send().await.unwrap().status(), 204);
    assert_eq!(asker.with(token, "user").await.status(), 401);
}

#[tokio::test]
async fn a_browser_comes_back_to_a_registered_address_alone() {
    let asker = Asker::of(installed()).await;
    let registered = ["http://127.0.0.1/auth/one", "http://127.0.0.1/auth/two"];
    asker.server.settings(|settings| settings.app_callback_urls = registered.map(Into::into).into());
    let location = async |redirect_uri: &str| {
        let origin = asker.server.base_url();
        let mut address = url::Url::parse(&format!("{origin}/login/oauth/authorize?client_id={CLIENT_ID}")).unwrap();
        address.query_pairs_mut().append_pair("redirect_uri", redirect_uri).append_pair("state", "s1");
        header(&asker.client.get(address).send().await.unwrap(), "location")
    };
    for one in registered {
        assert!(location(one).await.starts_with(&format!("{one}?code=")));
    }
    let expected = "http://127.0.0.1/auth/one?error=redirect_uri_mismatch\
                    &error_description=The+redirect_uri+MUST+match+the+registered+callback+URL+for+this+application.&state=s1";
    assert_eq!(location("http://127.0.0.1/auth/two/below").await, expected);
}
