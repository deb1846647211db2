//! Runs against a small Slack.

use super::{
    fake::{Fake, TOKEN, World, no, user},
    *,
};
use crate::rig::{self, Ran, assert_resumes_from_everywhere, at, most_within, sync, told};
use plumbline_domain::{Account, Fact, Listing};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

const EVERYBODY: Listing = Listing::Accounts(Provider::Slack);

fn connection(server: &MockServer) -> Connection {
    rig::connection(server, Credentials::Token(TOKEN.into()))
}

fn slack() -> Slack {
    Slack::new(LazyClient::default())
}

fn world(count: usize) -> World {
    World { users: (0..count).map(|n| user(&format!("U{n:04}"))).collect(), per_page: 3, ..World::default() }
}

fn accounts(ran: &Ran) -> Vec<&Account> {
    ran.facts
        .iter()
        .map(|fact| match fact {
            Fact::Account(account) => account,
            other => panic!("{other:?}"),
        })
        .collect()
}

async fn synced(world: World) -> Ran {
    let (server, _fake) = Fake::start(world).await;
    sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs")
}

#[tokio::test]
async fn a_run_brings_everybody_whatever_they_are() {
    let with = |id: &str, fields: Value| {
        let mut user = user(id);
        for (name, value) in fields.as_object().expect("an object") {
            user[name] = value.clone();
        }
        user
    };
    let users = vec![
        with("U1", json!({"is_owner": true, "is_admin": true})),
        with("U2", json!({"is_admin": true, "is_email_confirmed": false, "is_app_user": true})),
        with("U3", json!({"is_restricted": true, "profile": {"display_name": "three", "email": ""}, "real_name": " "})),
        with("U4", json!({"deleted": true})),
        with("B5", json!({"is_bot": true, "profile": null})),
        with("USLACKBOT", json!({"profile": 5, "is_owner": "maybe", "from": "the future"})),
    ];
    let ran = synced(World { users, per_page: 4, ..World::default() }).await;
    let shown: Vec<String> = accounts(&ran)
        .into_iter()
        .map(|a| {
            let email = a.email.as_ref().map(|email| (email.address.as_str(), email.verified));
            format!(
                "{} {} {:?} {:?} {:?} {:?} {email:?} {:?}",
                a.id, a.login, a.kind, a.name, a.role, a.active, a.member
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(ran.complete[&EVERYBODY].len(), 6);
    assert_eq!((ran.reasons(), ran.notices.len(), ran.call_count()), (vec![], 0, 2));
}

#[tokio::test]
async fn slacks_own_example() {
    let mut page: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/slack/users_list.json")).expect("JSON");
    page["response_metadata"]["next_cursor"] = json!("");
    let (server, fake) = Fake::start(world(0)).await;
    fake.fail("users.list", ResponseTemplate::new(200).set_body_json(page));
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    let names: Vec<_> =
        accounts(&ran).iter().map(|a| (a.id.id.as_str(), a.login.as_str(), a.role.as_deref())).collect();
    assert_eq!(names, [("W012A3CDE", "spengler", Some("admin")), ("W07QCRPA4", "glinda", Some("admin"))]);
    let tested = include_str!("../../../../tests/fixtures/slack/auth_test.json");
    fake.fail("auth.test", ResponseTemplate::new(200).set_body_string(tested));
    let probe = slack().probe(&connection(&server), at(0)).await;
    assert_eq!(probe, Ok(Probe { webhook_sources: vec!["team:T12345678".into()] }));
}

#[tokio::test]
async fn a_run_twice_brings_the_same_and_resumes_from_any_page() {
    let (server, _fake) = Fake::start(world(14)).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    let first = sync(&slack(), &connection, &mut marks, 0).await.expect("syncs");
    let second = sync(&slack(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((told(&first.facts), &first.complete), (told(&second.facts), &second.complete));
    assert_eq!((first.call_count(), accounts(&first).len()), (5, 14));
    assert_eq!(marks.0.keys().collect::<Vec<_>>(), ["users.list"]);
    assert_resumes_from_everywhere(&slack(), &connection).await;
}

#[tokio::test]
async fn no_minute_holds_more_calls_than_the_tier() {
    let (server, fake) = Fake::start(world(150)).await;
    let mut marks = Marks::default();
    let ran = sync(&slack(), &connection(&server), &mut marks, 0).await.expect("syncs");
    let next = rig::sync_from(&slack(), &connection(&server), &mut marks, None, ran.calls.last().expect("one").0).await;
    let calls = [ran.calls, next.expect("syncs").calls].concat();
    assert_eq!((fake.calls().len(), most_within(&calls, 60)), (100, 20));
}

#[tokio::test]
async fn a_listing_that_does_not_end_is_ended_and_sweeps_nobody() {
    let (server, fake) = Fake::start(world(7)).await;
    let again = json!({"ok": true, "members": [user("U9")], "response_metadata": {"next_cursor": "3"}});
    fake.fail("cursor=3", ResponseTemplate::new(200).set_body_json(again));
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("ends");
    assert_eq!((ran.call_count(), ran.complete.len(), ran.notices.len()), (2, 0, 1));
    assert_eq!(accounts(&ran).len(), 4);
}

#[tokio::test]
async fn a_cursor_that_slack_forgot_begins_the_listing_again() {
    let (server, fake) = Fake::start(world(7)).await;
    fake.fail("cursor=3", no("invalid_cursor"));
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((ran.call_count(), told(&ran.facts).len(), ran.complete[&EVERYBODY].len()), (5, 7, 7));
    fake.world().faults.push(fake::Fault { line: "cursor=6", times: 9, answer: no("invalid_cursor") });
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("ends");
    assert_eq!((told(&ran.facts).len(), ran.complete.len(), ran.notices.len()), (6, 0, 1));
}

#[tokio::test]
async fn broken_users_cost_themselves_and_nobody_vanishes_for_them() {
    let mut world = world(6);
    world.users[1]["name"] = json!({"x": "Secret Name"});
    let (server, fake) = Fake::start(world).await;
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(ran.reasons().len(), 1);
    assert!(ran.reasons()[0].starts_with("user U0001: invalid type: map"), "{:?}", ran.reasons());
    assert_eq!((accounts(&ran).len(), ran.complete[&EVERYBODY].len()), (5, 6));
    fake.world().users[2] = json!({"id": 5});
    let ran = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((ran.reasons().len(), ran.complete.len()), (2, 0));
    fake.world().users = vec![json!(1), json!(2)];
    let failure = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(failure.to_string().contains("none of its records"), "{failure}");
}

#[tokio::test]
async fn what_the_token_may_not_do_is_told_by_name() {
    let (server, fake) = Fake::start(World { scopes: Some("chat:write, users:read"), ..world(2) }).await;
    let connection = connection(&server);
    assert!(slack().probe(&connection, at(0)).await.is_ok());
    let ran = sync(&slack(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert!(ran.notices[0].contains("users:read.email"), "{:?}", ran.notices);
    fake.world().scopes = Some("chat:write");
    let failure = slack().probe(&connection, at(0)).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Unauthorized(words) if words.contains("the scope users:read;")), "{failure}");
    let whole = json!({"ok": true, "team_id": "E1", "is_enterprise_install": true});
    fake.fail("auth.test", ResponseTemplate::new(200).set_body_json(whole));
    assert!(matches!(slack().probe(&connection, at(0)).await, Err(Failure::Invalid(_))));
}

#[test]
fn nothing_needs_to_be_set() {
    assert_eq!(slack().check(&Settings::default()), Ok(()));
}

fn plain(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(body)
}

#[rstest]
#[case(no("invalid_auth"), "unauthorized: the credential was refused: invalid_auth")]
#[case(no("token_revoked"), "unauthorized: the credential was refused: token_revoked")]
#[case(no("account_inactive"), "unauthorized: the credential was refused: account_inactive")]
#[case(no("not_authed"), "unauthorized: the credential was refused: not_authed")]
#[case(no("missing_scope"), "unauthorized: the credential was refused: missing_scope")]
#[case(ResponseTemplate::new(200).set_body_json(json!({"ok": false, "error": "missing_scope", "needed": "users:read"})), "unauthorized: the token lacks the scope users:read;")]
#[case(no("ratelimited").insert_header("retry-after", "30"), "rate limited until 2026-09-21T14:13:50Z")]
#[case(no("ratelimited"), "rate limited until 2026-09-21T14:14:20Z")]
#[case(no("internal_error"), "unavailable: Slack answered internal_error")]
#[case(no("invalid_cursor"), "invalid: Slack refused the call: invalid_cursor")]
#[case(no("<b>Dear Ada</b>"), "unavailable: Slack answered an error without a name")]
#[case(plain(401, ""), "unauthorized: the credential was refused")]
#[case(plain(403, ""), "unauthorized: the credential is not allowed to read this")]
#[case(plain(404, ""), "invalid: not found")]
#[case(plain(410, ""), "invalid: no longer offered by the vendor")]
#[case(plain(429, "").insert_header("retry-after", "17"), "rate limited until 2026-09-21T14:13:37Z")]
#[case(plain(429, ""), "rate limited until 2026-09-21T14:14:20Z")]
#[case(plain(500, ""), "unavailable: the vendor answered 500")]
#[case(plain(503, ""), "unavailable: the vendor answered 503")]
#[case(plain(200, "{\"ok\": true, \"members\": ["), "unavailable: the answer broke off")]
#[case(plain(200, "{\"ok\": true, \"members\": 7}"), "unavailable: the answer has an unexpected shape")]
#[case(plain(200, "<html>"), "unavailable: the answer has an unexpected shape")]
#[case(ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"), "invalid: the server sends calls on to another server")]
#[tokio::test]
async fn a_failing_call_is_a_decision(#[case] answer: ResponseTemplate, #[case] expected: &str) {
    let (server, fake) = Fake::start(world(2)).await;
    fake.fail("users.list", answer);
    let failure = sync(&slack(), &connection(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert_eq!(fake.calls().len(), 1);
}

#[tokio::test]
async fn a_token_is_taken_back_and_shows_nowhere() {
    let (server, fake) = Fake::start(world(1)).await;
    let mut connection = connection(&server);
    assert_eq!(slack().revoke(&connection, at(0)).await, Ok(true));
    assert_eq!(fake.calls(), ["POST /api/auth.revoke?"]);
    connection.credentials = Credentials::Token("xoxb-s3cret-other".into());
    assert_eq!(slack().revoke(&connection, at(0)).await, Ok(true), "Slack does not know it any more");
    let failure = sync(&slack(), &connection, &mut Marks::default(), 0).await.expect_err("fails");
    assert!(!format!("{failure:?} {connection:?}").contains("s3cret"), "{failure:?}");
    fake.fail("auth.revoke", no("token_expired"));
    assert!(matches!(slack().revoke(&connection, at(0)).await, Err(Failure::Unauthorized(_))));
    connection.credentials = Credentials::Key { key: "s3cret".into(), token: "s3cret".into() };
    assert!(matches!(slack().probe(&connection, at(0)).await, Err(Failure::Unauthorized(_))));
}
