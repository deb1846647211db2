use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::SlackAction;
use plumbline_lambda::QueueError;
use rstest::rstest;
use sha2::Sha256;
use std::sync::{Arc, Mutex};
use url::form_urlencoded::Serializer;

const SECRET: &str = "a signing secret for tests";
const HOOK: &str = "https://hooks.slack.com/actions/T0001/1/abc";

/// What was queued, as (group, message); `left` more are taken.
#[derive(Clone)]
struct Queue {
    sent: Arc<Mutex<Vec<(String, SurveyMessage)>>>,
    left: Arc<Mutex<usize>>,
}

#[async_trait::async_trait]
impl MessageSender for Queue {
    async fn send_text(&self, group: &str, body: String) -> Result<(), QueueError> {
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            return Err(QueueError::Service("down".into()));
        }
        *left -= 1;
        self.sent.lock().unwrap().push((group.to_owned(), serde_json::from_str(&body).unwrap()));
        Ok(())
    }
}

fn now() -> Timestamp {
    "2026-11-02T10:00:00Z".parse().unwrap()
}

struct World {
    app: App,
    queue: Queue,
}

/// The answer, and what is in the queue since.
struct Answered {
    status: u16,
    text: String,
    kind: Option<String>,
    queued: Vec<SlackEvent>,
}

impl World {
    fn new() -> Self {
        Self::taking(usize::MAX)
    }

    /// With a queue that fails after so many messages.
    fn taking(messages: usize) -> Self {
        let queue = Queue { sent: Arc::default(), left: Arc::new(Mutex::new(messages)) };
        let app = App {
            secret: SecretCache::fixed(SECRET, Some("the one before")),
            survey: Box::new(queue.clone()),
            clock: Clock::fixed(now()),
        };
        Self { app, queue }
    }

    async fn send(&self, request: Request) -> Answered {
        let answer = handle(request, &self.app).await;
        let queued = std::mem::take(&mut *self.queue.sent.lock().unwrap()).into_iter().map(|(group, message)| {
            let SurveyMessage::Slack(event) = message else { panic!("only what Slack sent") };
            assert_eq!(group, event.workspace);
            assert_eq!(event.received_at, now());
            event
        });
        Answered {
            status: answer.status().as_u16(),
            text: String::from_utf8(answer.body().to_vec()).unwrap(),
            kind: answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned()),
            queued: queued.collect(),
        }
    }

    /// Sends what Slack signed just now.
    async fn signed(&self, surface: &str, body: &[u8]) -> Answered {
        self.send(request(surface, body, now(), SECRET)).await
    }

    async fn interaction(&self, payload: &Value) -> Answered {
        self.signed("interactions", &payload_form(payload)).await
    }

    async fn event(&self, event: &Value) -> Answered {
        self.signed("events", callback(event).to_string().as_bytes()).await
    }
}

impl Answered {
    /// The one thing that happened.
    fn only(self) -> (String, Option<String>, SlackAction) {
        assert_eq!((self.status, self.text.as_str(), self.kind), (200, "", None));
        let [event] = self.queued.try_into().unwrap();
        (event.workspace, event.user, event.what)
    }

    fn is_nothing(&self) {
        assert_eq!((self.status, self.text.as_str(), self.queued.len()), (200, "", 0));
    }

    fn problem(&self, status: u16, words: &str) {
        assert_eq!((self.status, self.queued.len()), (status, 0), "{}", self.text);
        assert_eq!(self.kind.as_deref(), Some("application/problem+json"));
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
}

fn signature(time: &str, body: &[u8], secret: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let mac = mac.chain_update(format!("v0:{time}:")).chain_update(body).finalize();
    format!("v0={}", hex::encode(mac.into_bytes()))
}

fn request(surface: &str, body: &[u8], at: Timestamp, secret: &str) -> Request {
    let time = at.as_second().to_string();
    lambda_http::http::Request::post(format!("/webhooks/slack/{surface}"))
        .header("x-slack-request-timestamp", &time)
        .header("x-slack-signature", signature(&time, body, secret))
        .body(Body::Binary(body.to_vec()))
        .unwrap()
}

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

fn payload_form(payload: &Value) -> Vec<u8> {
    form(&[("payload", &payload.to_string())])
}

/// A click on a button of a message, with what Slack sends around it.
fn click() -> Value {
    json!({
        "type": "block_actions",
        "user": {"id": "U0001", "username": "ada", "name": "ada", "team_id": "T0001"},
        "api_app_id": "A0001", "token": "legacy",
        "container": {"type": "message", "message_ts": "1793613600.000100", "channel_id": "D0001", "is_ephemeral": false},
        "trigger_id": "1.2.abc",
        "team": {"id": "T0001", "domain": "acme"},
        "enterprise": null, "is_enterprise_install": false,
        "channel": {"id": "D0001", "name": "directmessage"},
        "message": {"bot_id": "B0001", "type": "message", "text": "Was it AI-assisted?", "user": "U0009",
            "ts": "1793613600.000100", "team": "T0001", "blocks": [{"type": "actions", "block_id": "b1", "elements": []}]},
        "state": {"values": {}},
        "response_url": HOOK,
        "actions": [{"action_id": "answer", "block_id": "b1", "text": {"type": "plain_text", "text": "Yes", "emoji": true},
            "value": "a=1&b=%2F é", "type": "button", "action_ts": "1793613700.000000"}],
    })
}

fn callback(event: &Value) -> Value {
    json!({"token": "legacy", "team_id": "T0001", "api_app_id": "A0001", "event": event, "type": "event_callback",
        "event_id": "Ev0001", "event_time": 1_793_613_600, "is_ext_shared_channel": false,
        "authorizations": [{"enterprise_id": null, "team_id": "T0001", "user_id": "U0009", "is_bot": true}]})
}

fn command(text: &str) -> Vec<u8> {
    form(&[
        ("token", "legacy"),
        ("team_id", "T0001"),
        ("team_domain", "acme"),
        ("channel_id", "C0001"),
        ("channel_name", "general"),
        ("user_id", "U0001"),
        ("user_name", "ada"),
        ("command", "/plumbline"),
        ("text", text),
        ("api_app_id", "A0001"),
        ("is_enterprise_install", "false"),
        ("response_url", "https://hooks.slack.com/commands/T0001/1/abc"),
        ("trigger_id", "1.2.abc"),
    ])
}

fn clicked(value: &str) -> SlackAction {
    SlackAction::Click {
        action_id: "answer".into(),
        value: value.into(),
        channel: Some("D0001".into()),
        message: Some("1793613600.000100".into()),
        response_url: Some(HOOK.into()),
    }
}

#[tokio::test]
async fn a_click_is_queued_as_it_is_and_answered_with_nothing() {
    let (workspace, user, what) = World::new().interaction(&click()).await.only();
    assert_eq!((workspace.as_str(), user.as_deref()), ("T0001", Some("U0001")));
    assert_eq!(what, clicked("a=1&b=%2F é"));
}

#[tokio::test]
async fn each_action_of_a_click_is_a_message_of_its_own() {
    let mut payload = click();
    let mut second = payload["actions"][0].clone();
    second["value"] = json!("second");
    let mut without = payload["actions"][0].clone();
    without.as_object_mut().unwrap().remove("value");
    payload["actions"].as_array_mut().unwrap().extend([second, without]);
    let answered = World::new().interaction(&payload).await;
    assert_eq!(answered.status, 200);
    let whats: Vec<_> = answered.queued.into_iter().map(|event| event.what).collect();
    assert_eq!(whats, [clicked("a=1&b=%2F é"), clicked("second"), clicked("")]);
}

#[tokio::test]
async fn a_click_in_the_app_home_has_no_message() {
    let mut payload = click();
    let fields = payload.as_object_mut().unwrap();
    for of_messages in ["channel", "message", "response_url"] {
        fields.remove(of_messages);
    }
    fields.insert("container".into(), json!({"type": "view", "view_id": "V0001"}));
    fields.insert("view".into(), json!({"id": "V0001", "type": "home", "blocks": []}));
    let (.., what) = World::new().interaction(&payload).await.only();
    let SlackAction::Click { channel, message, response_url, .. } = what else { panic!("a click") };
    assert_eq!((channel, message, response_url), (None, None, None));
}

#[tokio::test]
async fn a_workspace_of_an_organisation_is_known_by_the_person() {
    let mut payload = click();
    payload["team"] = Value::Null;
    payload["user"]["team_id"] = json!("T0002");
    assert_eq!(World::new().interaction(&payload).await.only().0, "T0002");
    // In a shared channel it is not the person's that counts.
    payload["team"] = json!({"id": "T0001"});
    assert_eq!(World::new().interaction(&payload).await.only().0, "T0001");
}

#[tokio::test]
async fn other_interactions_are_nothing() {
    for kind in ["view_submission", "view_closed", "shortcut", "message_action", "block_suggestion"] {
        let payload = json!({"type": kind, "user": {"id": "U0001"}, "team": {"id": "T0001"}, "view": {"id": "V0001"}});
        World::new().interaction(&payload).await.is_nothing();
    }
    let mut payload = click();
    payload["actions"] = json!([]);
    World::new().interaction(&payload).await.is_nothing();
}

#[tokio::test]
async fn a_command_is_queued_with_what_was_typed() {
    let (workspace, user, what) = World::new().signed("commands", &command("opt out, please & thanks")).await.only();
    assert_eq!((workspace.as_str(), user.as_deref()), ("T0001", Some("U0001")));
    let response_url = "https://hooks.slack.com/commands/T0001/1/abc".to_owned();
    assert_eq!(what, SlackAction::Command { text: "opt out, please & thanks".into(), response_url });
    let (.., what) = World::new().signed("commands", &command("")).await.only();
    assert!(matches!(what, SlackAction::Command { text, .. } if text.is_empty()));
    World::new().signed("commands", &form(&[("ssl_check", "1"), ("token", "legacy")])).await.is_nothing();
}

#[tokio::test]
async fn a_form_that_the_gateway_sent_in_base64_is_verified_as_slack_signed_it() {
    let body = payload_form(&click());
    let time = now().as_second().to_string();
    let event = json!({
        "version": "2.0", "routeKey": "POST /webhooks/slack/interactions", "rawPath": "/webhooks/slack/interactions",
        "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded", "x-slack-request-timestamp": time,
            "x-slack-signature": signature(&time, &body, SECRET), "host": "abcdefghij.execute-api.eu-central-1.amazonaws.com"},
        "requestContext": {"accountId": "123456789012", "apiId": "abcdefghij", "domainName": "example.com",
            "http": {"method": "POST", "path": "/webhooks/slack/interactions", "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "Slackbot 1.0"},
            "requestId": "GwTx2jQsFiAEMdg=", "routeKey": "POST /webhooks/slack/interactions", "stage": "$default",
            "time": "02/Nov/2026:10:00:00 +0000", "timeEpoch": 1_793_613_600_000_u64},
        "body": STANDARD.encode(&body), "isBase64Encoded": true,
    });
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    assert_eq!(World::new().send(request).await.only().2, clicked("a=1&b=%2F é"));
}

#[tokio::test]
async fn the_address_is_verified_only_with_a_signature() {
    let body = json!({"token": "legacy", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        "type": "url_verification"})
    .to_string();
    let answered = World::new().signed("events", body.as_bytes()).await;
    assert_eq!((answered.status, answered.kind.as_deref()), (200, Some("application/json")));
    let said: Value = serde_json::from_str(&answered.text).unwrap();
    assert_eq!(said, json!({"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}));
    let forged = World::new().send(request("events", body.as_bytes(), now(), "another")).await;
    forged.problem(401, "does not match");
    assert!(!forged.text.contains("3eZbrw1aBm2rZg"));
}

#[rstest]
#[case(json!({"type": "app_home_opened", "user": "U0001", "channel": "D0001", "tab": "home", "event_ts": "1.2"}), Some("U0001"), SlackAction::HomeOpened)]
#[case(json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0009"]}, "event_ts": "1.2"}), None, SlackAction::Uninstalled)]
#[case(json!({"type": "app_uninstalled"}), None, SlackAction::Uninstalled)]
#[tokio::test]
async fn events_that_concern_surveys(#[case] event: Value, #[case] user: Option<&str>, #[case] expected: SlackAction) {
    let (workspace, who, what) = World::new().event(&event).await.only();
    assert_eq!((workspace.as_str(), who.as_deref(), what), ("T0001", user, expected));
}

#[rstest]
#[case::other_tab(json!({"type": "app_home_opened", "user": "U0001", "channel": "D0001", "tab": "messages"}))]
#[case::tokens_of_people(json!({"type": "tokens_revoked", "tokens": {"oauth": ["U0001"]}}))]
#[case::no_event_of_ours(json!({"type": "message", "user": "U0001", "text": "hello"}))]
#[case::not_yet_known(json!({"type": "from_the_future"}))]
#[tokio::test]
async fn events_that_do_not(#[case] event: Value) {
    World::new().event(&event).await.is_nothing();
}

#[tokio::test]
async fn other_deliveries_of_events_are_nothing() {
    let limited = json!({"token": "legacy", "type": "app_rate_limited", "team_id": "T0001",
        "minute_rate_limited": 1_793_613_600, "api_app_id": "A0001"});
    for body in [limited, json!({"type": "from_the_future"})] {
        World::new().signed("events", body.to_string().as_bytes()).await.is_nothing();
    }
}

#[tokio::test]
async fn what_slack_did_not_sign_just_now_is_refused_and_nothing_is_queued() {
    let world = World::new();
    let body = payload_form(&click());
    let sent = |at, secret| world.send(request("interactions", &body, at, secret));
    sent(now(), "another").await.problem(401, "does not match");
    // A recorded request, sent again.
    let recorded = now() - SignedDuration::from_secs(301);
    sent(recorded, SECRET).await.problem(401, "within the last five minutes");
    sent(now() + SignedDuration::from_secs(301), SECRET).await.problem(401, "within the last five minutes");
    for absent in ["x-slack-signature", "x-slack-request-timestamp"] {
        let mut request = request("interactions", &body, now(), SECRET);
        request.headers_mut().remove(absent);
        world.send(request).await.problem(401, "is missing");
    }
    let mut request = request("interactions", &body, now(), SECRET);
    request.headers_mut().insert("x-slack-signature", "v0=abc".parse().unwrap());
    world.send(request).await.problem(401, "is not of the form");
    // While a secret is being rotated both are good.
    assert_eq!(sent(recorded + SignedDuration::from_secs(1), SECRET).await.queued.len(), 1);
    assert_eq!(sent(now(), "the one before").await.queued.len(), 1);
}

fn changed(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut payload = click();
    change(&mut payload);
    payload_form(&payload)
}

#[rstest]
#[case("interactions", b"".to_vec(), "no field `payload`")]
#[case("interactions", b"payload=".to_vec(), "end-of-text error")]
#[case("interactions", b"payload=%7B%22type%22%3A".to_vec(), "end-of-text error")]
#[case("interactions", b"payload=not+JSON".to_vec(), "syntax error at line 1")]
#[case("interactions", b"payload=%5B%5D".to_vec(), "data error")]
#[case("interactions", changed(|payload| payload["actions"] = json!("ada")), "data error")]
#[case("interactions", changed(|payload| payload["user"] = json!({})), "data error")]
#[case("interactions", changed(|payload| payload["user"]["id"] = json!("U1#U2")), "`user.id` is not one of Slack's ids")]
#[case("interactions", changed(|payload| payload["user"]["id"] = json!("U".repeat(33))), "`user.id` is not one of Slack's ids")]
#[case("interactions", changed(|payload| payload["team"]["id"] = json!("")), "`team.id` is not one of Slack's ids")]
#[case("commands", b"team_id=T0001".to_vec(), "no field `user_id`")]
#[case("commands", b"team_id=T+1&user_id=U0001&text=&response_url=x".to_vec(), "`team_id` is not one of Slack's ids")]
#[case("events", b"".to_vec(), "end-of-text error")]
#[case("events", b"{\"type\": \"url_verification\"}".to_vec(), "data error")]
#[case("events", b"{\"type\": \"event_callback\", \"team_id\": \"T0001\"}".to_vec(), "data error")]
#[case("events", callback(&json!({"type": "app_home_opened", "user": 7})).to_string().into_bytes(), "data error")]
#[tokio::test]
async fn what_cannot_be_read_is_said_so(#[case] surface: &str, #[case] body: Vec<u8>, #[case] words: &str) {
    let answered = World::new().signed(surface, &body).await;
    answered.problem(400, words);
    assert!(!answered.text.contains("ada"), "nothing of a person: {}", answered.text);
}

#[tokio::test]
async fn what_is_too_large_or_elsewhere_is_refused() {
    let world = World::new();
    let large = |bytes: usize| vec![b' '; bytes];
    world.signed("events", &large(LARGEST_BODY + 1)).await.problem(413, "1 MB");
    world.signed("events", &large(LARGEST_BODY)).await.problem(400, "end-of-text");
    for elsewhere in ["", "options", "events/", "Events"] {
        world.signed(elsewhere, &payload_form(&click())).await.problem(404, "manifest");
    }
}

#[tokio::test]
async fn nothing_is_answered_with_success_that_is_not_queued() {
    World::taking(0).interaction(&click()).await.problem(503, "try again");
    World::taking(0).signed("commands", &command("help")).await.problem(503, "try again");
    World::taking(0).event(&json!({"type": "app_uninstalled"})).await.problem(503, "try again");
    // Half of a click is queued: the person clicks again, and what comes twice is one answer.
    let mut payload = click();
    let again = payload["actions"][0].clone();
    payload["actions"].as_array_mut().unwrap().push(again);
    let answered = World::taking(1).interaction(&payload).await;
    assert_eq!((answered.status, answered.queued.len()), (503, 1));
}
