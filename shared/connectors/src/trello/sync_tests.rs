//! Runs against a small Trello.

use super::*;
use crate::{
    Credentials,
    rig::{Ran, assert_resumes_from_everywhere, at, connection, most_within, sync, sync_from, told},
};
use plumbline_domain::{Account, Board, Fact, Listing, Record, Seat};
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

const KEY: &str = "s3cretkey";
const TOKEN: &str = "s3crettoken";

/// Answers calls whose line holds `line`, so many times.
struct Fault {
    line: &'static str,
    times: usize,
    answer: ResponseTemplate,
}

#[derive(Default)]
struct World {
    boards: Vec<Value>,
    /// Id, plan, memberships.
    workspaces: Vec<(String, Option<&'static str>, Vec<Value>)>,
    /// Whether memberships bring the members along, as asked.
    nested: bool,
    faults: Vec<Fault>,
    log: Vec<String>,
}

#[derive(Clone)]
struct Fake(Arc<Mutex<World>>);

impl Fake {
    async fn start(world: World) -> (MockServer, Self) {
        let server = MockServer::start().await;
        let fake = Self(Arc::new(Mutex::new(world)));
        Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
        (server, fake)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("not poisoned")
    }

    fn fail(&self, line: &'static str, answer: ResponseTemplate) {
        self.world().faults.push(Fault { line, times: 1, answer });
    }

    /// The calls since the last question.
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }
}

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.world().respond(request)
    }
}

fn plain(status: u16, words: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(words)
}

fn person(id: &str) -> Value {
    json!({"id": id, "username": format!("user{id}"), "fullName": format!("Name {id}")})
}

impl World {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let line = format!("{}?{}", request.url.path(), request.url.query().unwrap_or_default());
        assert!(!line.contains("s3cret"), "never in an address: {line}");
        self.log.push(line.clone());
        let given = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if given != format!("OAuth oauth_consumer_key=\"{KEY}\", oauth_token=\"{TOKEN}\"") {
            return plain(401, "invalid token");
        }
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.times > 0 && line.contains(fault.line)) {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let segments: Vec<&str> = request.url.path().trim_start_matches("/1/").split('/').collect();
        let shown = |workspace: &(String, Option<&str>, Vec<Value>)| json!({"id": workspace.0, "name": format!("{}-by-name", workspace.0), "offering": workspace.1});
        let body = match segments.as_slice() {
            ["members", "me", "boards"] => {
                let mut boards = self.boards.clone();
                if !line.contains("memberships") {
                    boards
                        .iter_mut()
                        .filter_map(Value::as_object_mut)
                        .for_each(|board| drop(board.remove("memberships")));
                }
                json!(boards)
            }
            ["members", "me", "organizations"] => self.workspaces.iter().map(shown).collect(),
            ["organizations", id, rest @ ..] => {
                let Some(workspace) = self.workspaces.iter().find(|w| w.0 == *id) else {
                    return plain(404, "The requested resource was not found.");
                };
                let mut memberships = workspace.2.clone();
                if rest == ["members"] {
                    memberships.iter().filter_map(|m| m["idMember"].as_str()).map(person).collect()
                } else {
                    for membership in memberships.iter_mut().filter(|_| self.nested) {
                        membership["member"] = person(membership["idMember"].as_str().unwrap_or_default());
                    }
                    json!(memberships)
                }
            }
            _ => return plain(404, "Cannot GET"),
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

fn board(id: &str, workspace: Option<&str>) -> Value {
    json!({"id": id, "name": format!("Board {id}"), "closed": id == "b2", "idOrganization": workspace,
        "dateLastActivity": "2026-09-01T10:00:00.123Z", "memberships": [{"id": "m"}, {"id": "n"}]})
}

fn membership(member: &str, kind: &str) -> Value {
    json!({"id": format!("m{member}"), "idMember": member, "memberType": kind, "unconfirmed": false, "deactivated": false})
}

fn with(mut membership: Value, field: &str, value: Value) -> Value {
    membership[field] = value;
    membership
}

fn world() -> World {
    let left = |member: &str| with(membership(member, "normal"), "deactivated", json!(true));
    let invited = |member: &str| with(membership(member, "normal"), "unconfirmed", json!(true));
    World {
        boards: vec![board("b1", Some("w1")), board("b2", Some("w2")), board("b3", None)],
        workspaces: vec![
            (
                "w2".into(),
                Some("trello.premium"),
                vec![
                    left("1"),
                    invited("2"),
                    membership("4", "observer"),
                    with(membership("5", "from-the-future"), "lastActive", json!("2026-10-01T00:00:00Z")),
                ],
            ),
            ("w1".into(), None, vec![membership("1", "admin"), left("2"), left("3"), membership("4", "normal")]),
        ],
        ..World::default()
    }
}

fn key() -> Credentials {
    Credentials::Key { key: KEY.into(), token: TOKEN.into() }
}

fn trello() -> Trello {
    Trello::new(LazyClient::default())
}

async fn synced(fake_of: World) -> Ran {
    let (server, _fake) = Fake::start(fake_of).await;
    sync(&trello(), &connection(&server, key()), &mut Marks::default(), 0).await.expect("syncs")
}

fn boards(ran: &Ran) -> Vec<&Board> {
    ran.facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Record(Record::Board(board)) => Some(board),
            _ => None,
        })
        .collect()
}

fn seats(ran: &Ran) -> Vec<&Seat> {
    ran.facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Record(Record::Seat(seat)) => Some(seat),
            _ => None,
        })
        .collect()
}

fn accounts(ran: &Ran) -> Vec<&Account> {
    ran.facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Account(account) => Some(account),
            _ => None,
        })
        .collect()
}

#[rstest]
#[case(false, 6)]
#[case(true, 4)]
#[tokio::test]
async fn a_run_brings_boards_and_one_seat_for_each_person(#[case] nested: bool, #[case] calls: u32) {
    let (server, fake) = Fake::start(World { nested, ..world() }).await;
    let connection = connection(&server, key());
    let mut marks = Marks::default();
    let ran = sync(&trello(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!((ran.call_count(), fake.calls().len() as u64), (calls, u64::from(calls)));
    assert_eq!(ran.reasons(), Vec::<String>::new());
    let shown: Vec<_> = boards(&ran)
        .into_iter()
        .map(|b| (b.id.id.as_str(), b.container.as_deref(), b.closed, b.members, b.last_activity_at.is_some()))
        .collect();
    let members = Some(2);
    assert_eq!(
        shown,
        [
            ("b1", Some("w1"), false, members, true),
            ("b2", Some("w2"), true, members, true),
            ("b3", None, false, members, true)
        ]
    );
    let shown: Vec<String> = seats(&ran)
        .into_iter()
        .map(|s| {
            format!("{} {} {} {:?} {:?} {:?}", s.account, s.status, s.used, s.plan, s.granted_by, s.last_active_at)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    trello:1 active true None ["w1"] None
    trello:2 unconfirmed false Some("trello.premium") ["w2"] None
    trello:3 deactivated false None ["w1"] None
    trello:4 active true Some("trello.premium") ["w1", "w2"] None
    trello:5 active true Some("trello.premium") ["w2"] Some(2026-10-01T00:00:00Z)
    "#);
    let shown: Vec<String> = accounts(&ran)
        .into_iter()
        .map(|a| format!("{} {} {:?} {:?} {:?} {:?}", a.id, a.login, a.name, a.role, a.active, a.member))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    trello:1 user1 Some("Name 1") Some("admin") Some(true) Some(true)
    trello:2 user2 Some("Name 2") Some("normal") Some(true) Some(true)
    trello:3 user3 Some("Name 3") Some("normal") Some(false) Some(true)
    trello:4 user4 Some("Name 4") Some("normal") Some(true) Some(true)
    trello:5 user5 Some("Name 5") Some("from-the-future") Some(true) Some(true)
    "#);
    let whole: Vec<String> = ran.complete.iter().map(|(listing, ids)| format!("{listing}: {ids:?}")).collect();
    insta::assert_snapshot!(whole.join("\n"), @r#"
    shelf board trello: {"b1", "b2", "b3"}
    shelf seat trello: {"trello:1", "trello:2", "trello:3", "trello:4", "trello:5"}
    accounts trello: {"trello:1", "trello:2", "trello:3", "trello:4", "trello:5"}
    "#);
    assert_eq!(marks.0.keys().collect::<Vec<_>>(), ["budget"], "nothing about people is kept");

    let again = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(told(&again.facts), told(&ran.facts));
    fake.world().workspaces.reverse();
    let reversed = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(told(&reversed.facts), told(&ran.facts), "whatever the order");
}

#[tokio::test]
async fn a_run_resumes_from_any_page_with_the_same_facts() {
    let mut world = world();
    world.workspaces[0].2.extend((1_000..1_600).map(|id| membership(&id.to_string(), "normal")));
    let (server, _fake) = Fake::start(world).await;
    assert_resumes_from_everywhere(&trello(), &connection(&server, key())).await;
}

#[tokio::test]
async fn only_the_workspace_of_the_settings_is_read() {
    let (server, fake) = Fake::start(world()).await;
    for name in ["w2", "w2-by-name"] {
        let mut connection = connection(&server, key());
        connection.settings.organization = Some(name.into());
        let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
        assert_eq!(boards(&ran).iter().map(|board| board.id.id.as_str()).collect::<Vec<_>>(), ["b2"]);
        assert_eq!(seats(&ran).len(), 4);
        assert!(!fake.calls().iter().any(|call| call.contains("w1")));
    }
}

#[tokio::test]
async fn no_window_holds_more_calls_than_the_budget() {
    let workspaces = (0..250).map(|id| (format!("w{id}"), None, vec![membership("1", "normal")])).collect();
    let (server, fake) = Fake::start(World { workspaces, ..World::default() }).await;
    let connection = connection(&server, key());
    let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((ran.call_count(), fake.calls().len()), (502, 502));
    assert!(most_within(&ran.calls, 60) <= 180, "{}", most_within(&ran.calls, 60));
    assert!(most_within(&ran.calls, 10) <= 100, "{}", most_within(&ran.calls, 10));
    // One page after the other without a pause between runs: what is below /1/members/ is held by the mark.
    fake.world().workspaces.clear();
    let (mut marks, mut calls, mut now) = (Marks::default(), Vec::new(), at(0));
    for _ in 0..60 {
        let ran = sync_from(&trello(), &connection, &mut marks, None, now).await.expect("syncs");
        now = ran.calls.last().expect("a page").0;
        calls.extend(ran.calls);
    }
    assert_eq!(calls.iter().map(|(_, calls)| calls).sum::<u32>(), 120);
    assert_eq!(most_within(&calls, 900), 100);
}

#[tokio::test]
async fn boards_that_are_too_much_with_their_members_come_without() {
    let (server, fake) = Fake::start(world()).await;
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; crate::http::BODY_LIMIT + 1]);
    fake.fail("memberships", huge);
    let ran = sync(&trello(), &connection(&server, key()), &mut Marks::default(), 0).await.expect("syncs");
    assert!(boards(&ran).len() == 3 && boards(&ran).iter().all(|board| board.members.is_none()));
}

#[tokio::test]
async fn broken_records_cost_themselves_and_nobody_vanishes_for_them() {
    let mut world = world();
    world.boards[0]["name"] = json!(7);
    world.workspaces[1].2[1] = json!({"idMember": "9", "memberType": [], "unconfirmed": "x", "deactivated": 3, "lastActive": "soon", "member": 5});
    let (server, fake) = Fake::start(world).await;
    let connection = connection(&server, key());
    let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(
        ran.reasons(),
        ["board b1: invalid type: integer `7`, expected a string at line 1 column 140"].map(String::from)
    );
    assert_eq!(ran.complete.len(), 3, "all of them could be told apart");
    assert!(ran.complete.values().any(|ids| ids.contains("b1")));
    assert_eq!(seats(&ran).iter().find(|seat| seat.account.id == "9").map(|seat| seat.used), Some(true));

    fake.world().boards.push(json!({"name": "no id"}));
    fake.world().workspaces[1].2[1] = json!({"idMember": 4});
    let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(ran.reasons().len(), 3);
    assert!(ran.complete.is_empty(), "{:?}", ran.complete);
    assert!(!ran.reasons().join(" ").contains("Board"));

    let workspaces = json!([{"id": 7, "name": "w2"}, {"id": "w1", "name": "x"}]);
    fake.fail("me/organizations", ResponseTemplate::new(200).set_body_json(workspaces));
    let mut connection = connection;
    connection.settings.organization = Some("w2".into());
    fake.world().boards.pop();
    let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert!(ran.complete.is_empty(), "the workspace may be the one that could not be read: {:?}", ran.complete);
}

#[tokio::test]
async fn a_workspace_that_may_not_be_looked_into_costs_itself() {
    for answer in [plain(401, "unauthorized permission requested"), plain(403, "no"), plain(404, "not found")] {
        let (server, fake) = Fake::start(world()).await;
        fake.fail("/1/organizations/w1/memberships", answer.clone());
        let mut connection = connection(&server, key());
        let ran = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect("syncs");
        assert_eq!((ran.reasons().len(), seats(&ran).len()), (1, 4));
        assert_eq!(ran.complete.len(), 1, "the boards");
        connection.settings.organization = Some("w1".into());
        fake.fail("/1/organizations/w1/memberships", answer);
        let failure = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect_err("fails");
        assert!(failure.to_string().contains("members of workspace w1"), "{failure}");
    }
}

#[rstest]
#[case("me/organizations", plain(401, "invalid token"), "unauthorized: the credential was refused: invalid token")]
#[case("memberships?", plain(401, "invalid token"), "unauthorized: the credential was refused: invalid token")]
#[case("me/organizations", plain(403, ""), "unauthorized: the credential is not allowed to read this")]
#[case("me/organizations", plain(404, ""), "invalid: not found")]
#[case("me/boards", plain(410, ""), "invalid: no longer offered by the vendor")]
#[case("me/boards", plain(429, ""), "rate limited until 2026-09-21T14:28:20Z")]
#[case("memberships?", ResponseTemplate::new(429).set_body_json(json!({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"})), "rate limited until 2026-09-21T14:13:30Z: too many calls: Rate limit exceeded")]
#[case("memberships?", plain(429, "").insert_header("retry-after", "7"), "rate limited until 2026-09-21T14:13:27Z")]
#[case("memberships?", plain(500, ""), "unavailable: the vendor answered 500")]
#[case("me/boards", plain(503, ""), "unavailable: the vendor answered 503")]
#[case("me/boards", plain(200, "[{\"id\": \"b1\", \"na"), "unavailable: the answer broke off")]
#[case("me/organizations", plain(200, "{\"not\": \"a list\"}"), "unavailable: the answer has an unexpected shape")]
#[case(
    "me/boards",
    plain(200, "[1, 2]"),
    "unavailable: the answer has an unexpected shape: none of its records can be read"
)]
#[case("me/boards", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"), "invalid: the server sends calls on to another server")]
#[tokio::test]
async fn a_failing_call_is_a_decision(
    #[case] line: &'static str,
    #[case] answer: ResponseTemplate,
    #[case] expected: &str,
) {
    let (server, fake) = Fake::start(world()).await;
    fake.fail(line, answer);
    let failure = sync(&trello(), &connection(&server, key()), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(failure.to_string().starts_with(expected), "{failure}");
    assert!(fake.calls().last().is_some_and(|call| call.contains(line)), "no call after it");
}

#[tokio::test]
async fn probing_and_what_is_no_secret() {
    let (server, _fake) = Fake::start(world()).await;
    let mut connection = connection(&server, key());
    let probe = async |connection: &Connection| trello().probe(connection, at(0)).await;
    assert_eq!(probe(&connection).await, Ok(Probe { webhook_sources: vec![] }));
    connection.settings.organization = Some("w1".into());
    assert!(probe(&connection).await.is_ok());
    connection.settings.organization = Some("nowhere".into());
    let unknown = "invalid: workspace nowhere: the token's owner is in none of this id";
    assert!(probe(&connection).await.is_err_and(|failure| failure.to_string().starts_with(unknown)));
    let failure = sync(&trello(), &connection, &mut Marks::default(), 0).await.expect_err("fails");
    assert!(failure.to_string().starts_with(unknown), "{failure}");
    assert_eq!(trello().revoke(&connection, at(0)).await, Ok(false));
    for (key, token) in [("s3cretwrong", "s3cretwrong"), ("s3c\"ret", "s3cret"), ("s3cret", "s3cr\net")] {
        connection.credentials = Credentials::Key { key: key.into(), token: token.into() };
        let failure = probe(&connection).await.expect_err("fails");
        assert!(matches!(failure, Failure::Unauthorized(_)), "{failure}");
        assert!(!format!("{failure:?} {connection:?}").contains("s3c"), "{failure:?}");
    }
    connection.credentials = Credentials::Token("s3cret".into());
    assert!(matches!(probe(&connection).await, Err(Failure::Unauthorized(_))));
    assert!(trello().check(&Settings::default()).is_ok());
}

#[tokio::test]
async fn a_person_without_a_name_still_has_a_seat() {
    let mut world = world();
    world.faults.push(Fault { line: "/members?", times: 9, answer: plain(403, "") });
    let ran = synced(world).await;
    assert_eq!((accounts(&ran).len(), seats(&ran).len()), (0, 5));
}

#[tokio::test]
async fn without_workspaces_there_are_boards_and_nobody() {
    let ran = synced(World { boards: vec![board("b1", None)], ..World::default() }).await;
    assert_eq!((boards(&ran).len(), seats(&ran).len(), ran.call_count()), (1, 0, 2));
    assert!(ran.complete[&Listing::Accounts(Provider::Trello)].is_empty());
}
