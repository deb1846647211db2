//! Slack with an app behind an address, the page's endpoints, merges, and a restart.

use super::Asker;
use crate::{
    demo,
    github::{GithubServer, NewCommit, NewPullRequest, ReviewState},
    slack::{SIGNING_SECRET, State, signature},
};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Response, Uri},
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

type Received = (String, HeaderMap, Bytes);
/// Status, the name of a header that is 1, body.
type Answer = (u16, Option<&'static str>, String);

/// An app that notes what it is sent and answers as it was told, else with 200 and nothing.
#[derive(Clone, Default)]
struct App {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl App {
    async fn behind(asker: &Asker) -> Self {
        let app = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let serving = app.clone();
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let app = serving.clone();
            async move {
                app.received.lock().unwrap().push((uri.path().to_owned(), headers, body));
                let next = app.answers.lock().unwrap().pop_front();
                let (status, header, text) = next.unwrap_or((200, None, String::new()));
                let mut response = Response::builder().status(status);
                if let Some(name) = header {
                    response = response.header(name, "1");
                }
                response.body(Body::from(text)).unwrap()
            }
        };
        let router = Router::new().fallback(answer);
        #[expect(clippy::disallowed_methods, reason = "a server runs beside what asks it")]
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        asker.server.settings(|settings| settings.knobs.app = Some(origin));
        app
    }

    fn answers(&self, status: u16, header: Option<&'static str>, text: &str) {
        self.answers.lock().unwrap().push_back((status, header, text.to_owned()));
    }

    /// What came in since this was last asked.
    fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }
}

#[tokio::test]
async fn an_event_that_fails_comes_again_three_times() {
    let asker = Asker::new().await;
    let app = App::behind(&asker).await;
    let (ann, _) = asker.two();
    for _ in 0..8 {
        app.answers(500, None, "");
    }
    let opened = asker.server.open_home(&ann);
    let told = asker.server.deliver(&opened).await;
    assert_eq!(told.len(), 2, "once, and once more at once: {told:?}");
    for (wait, expected) in [(59, 0), (1, 1), (299, 0), (1, 1), (10_000, 0)] {
        asker.server.state(|state| state.clock.advance(wait));
        assert_eq!(asker.server.flush().await.len(), expected, "after {wait} more seconds");
    }
    let came = app.take();
    assert!(came.iter().all(|(path, _, body)| path == "/webhooks/slack/events" && **body == *opened.body));
    let header = |name: &str| -> Vec<String> {
        came.iter().map(|(_, headers, _)| headers.get(name).map_or("", |v| v.to_str().unwrap()).to_owned()).collect()
    };
    assert_eq!(header("x-slack-retry-num"), ["", "1", "2", "3"]);
    assert_eq!(header("x-slack-retry-reason"), ["", "http_error", "http_error", "http_error"]);
    let signed = header("x-slack-signature");
    for (signed, at) in signed.iter().zip(header("x-slack-request-timestamp")) {
        assert_eq!(*signed, signature(SIGNING_SECRET, at.parse().unwrap(), &opened.body));
    }
    assert!(signed[0] == signed[1] && signed[1] != signed[2] && signed[2] != signed[3], "signed when it is sent");

    app.answers.lock().unwrap().clear();
    app.answers(503, Some("x-slack-no-retry"), "");
    asker.server.deliver(&opened).await;
    asker.server.state(|state| state.clock.advance(10_000));
    asker.server.flush().await;
    assert_eq!(app.take().len(), 1, "the app said not to");
    app.answers(500, None, "");
    asker.server.deliver(&opened).await;
    assert_eq!(app.take().len(), 2, "the second time it worked");
}

#[tokio::test]
async fn clicks_are_sent_once_and_commands_are_answered() {
    let asker = Asker::new().await;
    let app = App::behind(&asker).await;
    let (ann, ben) = asker.two();
    let (channel, ts) = asker.ask(&ann, &["yes"]).await;
    app.answers(500, None, "");
    let told = asker.control("click", json!({"user": ann, "ts": ts, "action_id": "yes"})).await;
    assert_eq!(told["deliveries"], json!([{"what": "block_actions", "user": ann, "retry": 0, "status": 500}]));
    asker.server.state(|state| state.clock.advance(1_000));
    assert!(asker.server.flush().await.is_empty(), "clicks are not repeated");
    let stranger = asker.control("click", json!({"user": ben, "ts": ts, "action_id": "yes"})).await;
    assert_eq!(stranger["error"], format!("{ben} does not see message {ts}"));
    assert_eq!(app.take().len(), 1);

    app.answers(200, None, "Your statistics");
    app.answers(200, None, r#"{"text": "Hello all", "response_type": "in_channel"}"#);
    app.answers(200, None, "");
    app.answers(502, None, "");
    for text in ["stats", "hello", "quiet", "broken"] {
        asker.control("command", json!({"user": ann, "text": text})).await;
    }
    let notes = asker.server.ephemerals(&ann);
    let notes: Vec<(&str, &str)> = notes.iter().map(|note| (note.channel.as_str(), note.text.as_str())).collect();
    let failed = "/plumbline failed with the error \"dispatch_failed\"";
    assert_eq!(notes, [(channel.as_str(), "Your statistics"), (channel.as_str(), failed)]);
    assert_eq!(asker.server.direct_messages(&ann)[1].text, "Hello all");
    assert_eq!(app.take()[0].0, "/webhooks/slack/commands");

    asker.server.settings(|settings| settings.knobs.app = Some("http://127.0.0.1:1".into()));
    let told = asker.control("open-home", json!({"user": ann})).await;
    assert_eq!((&told["deliveries"][1]["status"], &told["deliveries"][1]["retry"]), (&Value::Null, &json!(1)));
}

#[tokio::test]
async fn the_address_for_events_is_verified_and_the_end_is_told() {
    let asker = Asker::new().await;
    assert!(asker.control("verify", json!({})).await["error"].as_str().unwrap().contains("PATCH /_control/settings"));
    let app = App::behind(&asker).await;
    assert_eq!(asker.control("verify", json!({})).await["deliveries"][0]["verified"], false);
    let challenge: Value = serde_json::from_slice(&app.take()[0].2).unwrap();
    assert_eq!(challenge["type"], "url_verification");
    let told = asker.control("uninstall", json!({})).await;
    let what: Vec<&Value> = told["deliveries"].as_array().unwrap().iter().map(|delivery| &delivery["what"]).collect();
    assert_eq!(what, [&json!("tokens_revoked"), &json!("app_uninstalled")]);
    assert_eq!(asker.json("auth.test").await["error"], "account_inactive");
    let (ann, _) = asker.two();
    assert_eq!(asker.workspace(&ann).await["installed"], false);
}

#[tokio::test]
async fn the_page_shows_what_one_person_sees() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let page = asker.client.get(asker.server.base_url()).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(page.starts_with("<!doctype html>") && !page.contains("https://"), "the page needs nothing from elsewhere");
    assert_eq!(asker.server.calls().total, 0, "looking is no call of the API");
    let (_, ts) = asker.ask(&ann, &["yes"]).await;
    let seen = asker.workspace(&ann).await;
    assert_eq!(seen["me"]["messages"][0]["ts"], ts);
    let latest = seen["people"].as_array().unwrap().iter().find(|person| person["id"] == ann).unwrap();
    assert_eq!(latest["latest"], ts);
    assert_eq!(asker.workspace(&ben).await["me"]["messages"], json!([]));
    let people = seen["people"].as_array().unwrap();
    let gone = asker.server.state(|state| state.users.iter().find(|user| user.deleted).unwrap().id.clone());
    assert!(people.len() > 100 && people.iter().all(|person| person["id"] != gone && person["id"] != "USLACKBOT"));
    assert!(asker.workspace("nobody").await.get("me").is_none());
}

#[tokio::test]
async fn a_merge_is_one_of_people_who_are_here() {
    let asker = Asker::new().await;
    let now = "2026-11-22T18:00:00Z".parse().unwrap();
    let mut github = demo::people(7, now);
    github.add_repository("fares");
    github.push_to_branch("acme-rail/fares", NewCommit::default());
    let github = GithubServer::start(github).await.unwrap();
    assert!(asker.control("merge", json!({})).await["error"].as_str().unwrap().contains("github"));
    asker.server.settings(|settings| settings.knobs.github = Some(github.base_url()));
    let here: Vec<String> = asker.server.state(|state| {
        let active = state.logins.iter().filter(|(id, _)| state.writable_user(id));
        active.map(|(_, login)| login.clone()).collect()
    });
    let mut tools = 0;
    for n in 1..=12 {
        let told = asker.control("merge", json!({})).await;
        let merged = &told["deliveries"][0]["merged"];
        assert_eq!((&merged["repository"], &merged["number"]), (&json!("acme-rail/fares"), &json!(n)), "{told}");
        let author = merged["author"].as_str().unwrap().to_owned();
        let reviewers: Vec<String> = serde_json::from_value(merged["reviewers"].clone()).unwrap();
        assert!((1..=3).contains(&reviewers.len()) && !reviewers.contains(&author));
        assert!(reviewers.iter().chain([&author]).all(|login| here.contains(login)));
        tools += usize::from(merged["tool"].is_string());
        github.state(|state| {
            let pull = state.pull_request("acme-rail/fares", n);
            assert!(pull.reviews.iter().all(|review| review.submitted_at < pull.merged_at.unwrap()));
            assert_eq!(pull.commits[0].message.contains("Co-authored-by"), merged["tool"].is_string());
        });
    }
    assert!((1..12).contains(&tools), "some are AI-assisted, some are not: {tools}");
    let wanted = json!({"repository": "fares", "assisted": false});
    assert_eq!(asker.control("merge", wanted).await["deliveries"][0]["merged"]["tool"], Value::Null);
    let (ann, _) = asker.two();
    assert_eq!(asker.workspace(&ann).await["merges"][0]["number"], 13, "the page tells of it");

    // One that waits is found, too; one by somebody who is not here is not.
    let [first, second] = [here[0].clone(), here[1].clone()];
    let waiting = github.state(|state| {
        let new = |author: &str| NewPullRequest { author: Some(author.into()), ..NewPullRequest::default() };
        let alone = state.add_pull_request("acme-rail/fares", new(&first));
        let waiting = state.add_pull_request("acme-rail/fares", new(&first));
        state.review("acme-rail/fares", waiting, &second, ReviewState::Approved);
        state.advance(60);
        (alone, waiting)
    });
    let mut merged = Vec::new();
    for _ in 0..16 {
        let told = asker.control("merge", json!({})).await;
        merged.push(told["deliveries"][0]["merged"]["number"].as_u64().unwrap());
    }
    assert!(merged.contains(&waiting.1) && !merged.contains(&waiting.0), "{merged:?}");
    let nobody = asker.control("merge", json!({"people": []})).await;
    assert_eq!(nobody["deliveries"][0]["error"], "a reviewed merge takes two members");
}

#[tokio::test]
async fn what_was_said_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slack.json");
    let asker = Asker::new().await;
    asker.server.state(|state| state.keep_in(path.clone())).unwrap();
    let (ann, _) = asker.two();
    let (channel, ts) = asker.ask(&ann, &["yes"]).await;
    asker.json("auth.revoke").await;
    asker.server.shutdown().await;
    let mut again = Asker::new().await;
    again.server.state(|state| state.keep_in(path.clone())).unwrap();
    assert_eq!(again.server.direct_messages(&ann)[0].ts, ts);
    assert_eq!(again.json("auth.test").await["error"], "token_revoked");
    let click = again.server.click(&ann, &ts, "yes").payload();
    assert_eq!(click["channel"]["id"], channel);
    std::fs::write(&path, "{}").unwrap();
    again = Asker::new().await;
    let wrong = again.server.state(|state: &mut State| state.keep_in(path.clone()));
    assert!(wrong.unwrap_err().to_string().contains("remove it"));
}
