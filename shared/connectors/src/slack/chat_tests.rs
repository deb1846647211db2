use super::*;
use crate::{
    Apps, Credentials, OAuthApp,
    rig::{self, at},
};
use rstest::rstest;
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    time::Duration,
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

const TOKEN: &str = "xoxb-s3cret";

async fn slack(answer: ResponseTemplate) -> (MockServer, Connection) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let connection = rig::connection(&server, Credentials::Token(TOKEN.into()));
    (server, connection)
}

fn says(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// The only call, as (path, authorization, body).
async fn only_call(server: &MockServer) -> (String, Option<String>, Value) {
    let calls: Vec<Request> = server.received_requests().await.expect("recorded");
    let [call] = &calls[..] else { panic!("{} calls", calls.len()) };
    let header = |name: &str| call.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
    assert_eq!((call.method.as_str(), header("content-type").as_deref()), ("POST", Some("application/json")));
    (call.url.path().to_owned(), header("authorization"), serde_json::from_slice(&call.body).expect("JSON"))
}

fn blocks() -> Value {
    json!([{"type": "section", "text": {"type": "mrkdwn", "text": "Was it?"}}])
}

fn message(blocks: &Value) -> Message<'_> {
    Message { channel: "D0001", thread_ts: None, text: "Was it?", blocks, metadata: None }
}

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

async fn post(connection: &Connection) -> Outcome<Posted> {
    let client = LazyClient::for_messages();
    let chat = Chat::new(&client, connection, at(0)).expect("a token");
    chat.post_message(&message(&blocks())).await
}

#[tokio::test]
async fn a_message_goes_out_whole_and_comes_back_with_its_place() {
    let answer = json!({"ok": true, "channel": "D0001", "ts": "1793613600.000100", "message": {"text": "Was it?"}});
    let (server, connection) = slack(says(&answer)).await;
    let client = LazyClient::for_messages();
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    let (blocks, metadata) = (blocks(), json!({"event_type": "survey", "event_payload": {"key": 7}}));
    let message = Message { thread_ts: Some("1.2"), metadata: Some(&metadata), ..message(&blocks) };
    let posted = Posted { channel: "D0001".into(), ts: "1793613600.000100".into() };
    assert_eq!(chat.post_message(&message).await, Outcome::Sent(posted));
    let body = json!({"channel": "D0001", "thread_ts": "1.2", "text": "Was it?", "blocks": blocks, "metadata": metadata,
        "unfurl_links": false, "unfurl_media": false});
    assert_eq!(only_call(&server).await, ("/api/chat.postMessage".into(), Some(bearer()), body));
}

#[tokio::test]
async fn what_a_message_does_not_have_is_not_sent() {
    let (server, connection) = slack(says(&json!({"ok": true, "channel": "D0001", "ts": "1.2"}))).await;
    assert!(matches!(post(&connection).await, Outcome::Sent(_)));
    let (.., body) = only_call(&server).await;
    let fields: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(fields, ["blocks", "channel", "text", "unfurl_links", "unfurl_media"]);
}

#[tokio::test]
async fn the_other_methods() {
    let (client, blocks) = (LazyClient::for_messages(), blocks());
    let (server, connection) = slack(says(&json!({"ok": true, "channel": "D0001", "ts": "1.2", "text": "Done"}))).await;
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    assert_eq!(chat.update("D0001", "1.2", "Done", &blocks).await, Outcome::Sent(()));
    let body = json!({"channel": "D0001", "ts": "1.2", "text": "Done", "blocks": blocks});
    assert_eq!(only_call(&server).await, ("/api/chat.update".into(), Some(bearer()), body));

    let (server, connection) = slack(says(&json!({"ok": true, "channel": {"id": "D0002"}}))).await;
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    assert_eq!(chat.open_conversation("U0001").await, Outcome::Sent("D0002".into()));
    assert_eq!(only_call(&server).await, ("/api/conversations.open".into(), Some(bearer()), json!({"users": "U0001"})));

    let (server, connection) = slack(says(&json!({"ok": true, "view": {"id": "V0001"}}))).await;
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    let view = json!({"type": "home", "blocks": blocks});
    assert_eq!(chat.publish_home("U0001", &view).await, Outcome::Sent(()));
    let body = json!({"user_id": "U0001", "view": view});
    assert_eq!(only_call(&server).await, ("/api/views.publish".into(), Some(bearer()), body));
}

/// An outcome without its words.
fn brief(outcome: &Outcome<Posted>) -> String {
    match outcome {
        Outcome::Sent(_) => "sent".into(),
        Outcome::RateLimited { until } => format!("limited for {} s", until.as_second() - at(0).as_second()),
        Outcome::Refused(refusal) => format!("refused: {:?}", refusal.what),
        Outcome::Unavailable(_) => "unavailable".into(),
        Outcome::Unknown(_) => "unknown".into(),
    }
}

#[rstest]
#[case("refused: Person", &["user_not_found", "users_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot", "invalid_user_combination", "messages_tab_disabled"])]
#[case("refused: Channel", &["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "restricted_action_thread_locked", "method_not_supported_for_channel_type"])]
#[case("refused: Token", &["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope", "no_permission", "team_access_not_granted"])]
#[case("refused: Message", &["message_not_found", "cant_update_message", "edit_window_closed", "cannot_reply_to_message"])]
#[case("refused: Call", &["msg_too_long", "invalid_blocks", "invalid_arguments", "no_text", "from_the_future"])]
#[case("unavailable", &["service_unavailable", "request_timeout", "team_added_to_org"])]
#[case("unknown", &["internal_error", "fatal_error", "", "no name: \u{1f512}"])]
#[case("limited for 60 s", &["ratelimited", "rate_limited"])]
#[tokio::test]
async fn what_slacks_errors_mean(#[case] expected: &str, #[case] codes: &[&str]) {
    for code in codes {
        let (_server, connection) = slack(says(&json!({"ok": false, "error": code}))).await;
        let outcome = post(&connection).await;
        assert_eq!(brief(&outcome), expected, "{code}: {outcome:?}");
        if let Outcome::Refused(refusal) = outcome {
            assert!(refusal.reason.contains(code), "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_scope_that_lacks_is_named() {
    let answer = json!({"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "users:read"});
    let (_server, connection) = slack(says(&answer)).await;
    let Outcome::Refused(refusal) = post(&connection).await else { panic!("refused") };
    assert_eq!(refusal.what, Obstacle::Token);
    assert!(refusal.reason.contains("lacks the scope chat:write"), "{refusal:?}");
}

#[rstest]
#[case("limited for 30 s", ResponseTemplate::new(429).insert_header("retry-after", "30").set_body_json(json!({"ok": false, "error": "ratelimited"})))]
#[case("limited for 7 s", ResponseTemplate::new(200).insert_header("retry-after", "7").set_body_json(json!({"ok": false, "error": "ratelimited"})))]
#[case("limited for 60 s", ResponseTemplate::new(429))]
#[case("refused: Token", ResponseTemplate::new(401))]
#[case("refused: Token", ResponseTemplate::new(403))]
#[case("refused: Call", ResponseTemplate::new(404))]
#[case("refused: Call", ResponseTemplate::new(413))]
#[case("refused: Call", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"))]
#[case("unknown", ResponseTemplate::new(408))]
#[case("unknown", ResponseTemplate::new(500))]
#[case("unknown", ResponseTemplate::new(502))]
#[case("unavailable", ResponseTemplate::new(503))]
#[case("unknown", ResponseTemplate::new(504))]
#[case("unknown", ResponseTemplate::new(200))]
#[case("unknown", ResponseTemplate::new(200).set_body_string("<html>"))]
#[case("unknown", ResponseTemplate::new(200).set_body_string("{\"ok\": tr"))]
#[case("unknown", says(&json!({"ok": true})))]
#[case("unknown", says(&json!({"ok": true, "channel": "D0001", "ts": 7})))]
#[tokio::test]
async fn what_answers_mean(#[case] expected: &str, #[case] answer: ResponseTemplate) {
    let (server, connection) = slack(answer).await;
    let outcome = post(&connection).await;
    assert_eq!(brief(&outcome), expected, "{outcome:?}");
    assert_eq!(server.received_requests().await.map(|calls| calls.len()), Some(1), "one call, whatever it brings");
}

fn elsewhere(port: u16) -> Connection {
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(format!("http://127.0.0.1:{port}").parse().expect("an address")),
        credentials: Credentials::Token(TOKEN.into()),
        settings: crate::Settings::default(),
        apps: Arc::default(),
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let outcome = post(&elsewhere(port)).await;
    assert!(matches!(&outcome, Outcome::Unavailable(reason) if reason.starts_with("no connection")), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("s3cret"));
}

/// A server that takes one request whole, answers with `answer` and hangs up.
fn hangs_up(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).expect("reads");
            assert!(read > 0, "the request breaks off");
            request.extend_from_slice(&chunk[..read]);
        }
        stream.write_all(answer).expect("writes");
    });
    port
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_it_unknown() {
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"ok\": true"] {
        let outcome = post(&elsewhere(hangs_up(answer))).await;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_leaves_it_unknown() {
    let late = says(&json!({"ok": true, "channel": "D0001", "ts": "1.2"})).set_delay(Duration::from_hours(1));
    let (_server, connection) = slack(late).await;
    let client = LazyClient::with_timeout(Duration::from_millis(200));
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    let outcome = chat.post_message(&message(&blocks())).await;
    assert!(matches!(&outcome, Outcome::Unknown(reason) if reason.starts_with("no answer in time")), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_to_a_click_goes_to_its_address_without_the_token() {
    for (ephemeral, kind) in [(true, "ephemeral"), (false, "in_channel")] {
        for answer in [says(&json!({"ok": true})), ResponseTemplate::new(200).set_body_string("ok")] {
            let (server, connection) = slack(answer).await;
            let client = LazyClient::for_messages();
            let chat = Chat::new(&client, &connection, at(0)).expect("a token");
            let url = format!("{}/actions/T0001/1/abc", server.uri());
            assert_eq!(chat.respond(&url, "Sorry", &blocks(), ephemeral).await, Outcome::Sent(()));
            let body = json!({"response_type": kind, "replace_original": false, "text": "Sorry", "blocks": blocks()});
            assert_eq!(only_call(&server).await, ("/actions/T0001/1/abc".into(), None, body));
        }
    }
}

#[rstest]
#[case("refused: Message", ResponseTemplate::new(404).set_body_json(json!({"ok": false, "error": "used_url"})))]
#[case("refused: Message", says(&json!({"ok": false, "error": "expired_url"})))]
#[case("limited for 5 s", ResponseTemplate::new(429).insert_header("retry-after", "5"))]
#[case("unknown", ResponseTemplate::new(500))]
#[tokio::test]
async fn an_address_that_is_used_up_says_so(#[case] expected: &str, #[case] answer: ResponseTemplate) {
    let (server, connection) = slack(answer).await;
    let client = LazyClient::for_messages();
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    let outcome = chat.respond(&server.uri(), "Sorry", &blocks(), true).await;
    let outcome = outcome.map(|()| Posted { channel: String::new(), ts: String::new() });
    assert_eq!(brief(&outcome), expected, "{outcome:?}");
}

#[rstest]
#[case::slacks_own(None, &["https://hooks.slack.com/actions/T1/2/x", "https://hooks.slack-gov.com/actions/T1/2/x"])]
#[case::the_simulators(Some("http://127.0.0.1:4010"), &["http://127.0.0.1:4010/respond/1", "https://hooks.slack.com/actions/T1/2/x"])]
fn addresses_that_are_called(#[case] origin: Option<&str>, #[case] urls: &[&str]) {
    for url in urls {
        assert!(takes(origin, url), "{url}");
    }
}

#[rstest]
#[case::a_mistake(None, &["", "hooks.slack.com", "/actions"])]
#[case::unencrypted(None, &["http://hooks.slack.com/actions", "ftp://hooks.slack.com/"])]
#[case::somebody_elses(None, &["https://hooks.slack.com.example.com/", "https://evil-hooks.slack.com/", "https://example.com/hooks.slack.com"])]
#[case::another_server_of_slacks(None, &["https://slack.com/api/chat.postMessage", "https://hooks.slack.com:8443/"])]
#[case::in_disguise(None, &["https://hooks.slack.com@169.254.169.254/", "https://ada:pw@hooks.slack.com/"])]
#[case::inside(None, &["http://169.254.169.254/latest/meta-data", "http://localhost:9001/2018-06-01/runtime", "http://127.0.0.1:4010/", "file:///etc/passwd"])]
#[case::beside_the_simulator(Some("http://127.0.0.1:4010"), &["http://127.0.0.1:4011/", "https://127.0.0.1:4010/", "http://localhost:4010/", "http://a@127.0.0.1:4010/"])]
#[tokio::test]
async fn addresses_that_are_never_called(#[case] origin: Option<&str>, #[case] urls: &[&str]) {
    for url in urls {
        assert!(!takes(origin, url), "{url}");
    }
    // And what is not taken is not called.
    let (server, mut connection) = slack(ResponseTemplate::new(200)).await;
    connection.base_url = None;
    let client = LazyClient::for_messages();
    let chat = Chat::new(&client, &connection, at(0)).expect("a token");
    let outcome = chat.respond(&server.uri(), "Sorry", &blocks(), true).await;
    assert!(matches!(&outcome, Outcome::Refused(refusal) if refusal.what == Obstacle::Call), "{outcome:?}");
    assert_eq!(server.received_requests().await.map(|calls| calls.len()), Some(0));
}

/// Whether an answer goes to `url` where the operator has the app at `origin`.
fn takes(origin: Option<&str>, url: &str) -> bool {
    let origin = origin.map(|origin| origin.parse().expect("an address"));
    let app = OAuthApp { client_id: "id".into(), client_secret: "s3cret".into(), origin };
    let apps = Arc::new(Apps { slack: Some(app), ..Apps::default() });
    let connection = Connection { base_url: None, apps, ..elsewhere(9) };
    let client = LazyClient::for_messages();
    Chat::new(&client, &connection, at(0)).expect("a token").response_address(url).is_some()
}

#[test]
fn without_a_token_there_is_no_chat() {
    let key = Credentials::Key { key: "s3cret".into(), token: "s3cret".into() };
    let connection = Connection { credentials: key, ..elsewhere(9) };
    let failure = Chat::new(&LazyClient::for_messages(), &connection, at(0)).err().expect("no token");
    assert!(matches!(failure, Failure::Unauthorized(_)), "{failure}");
}
