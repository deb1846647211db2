//! Runs against a small GitHub with one listing.

use super::*;
use crate::Credentials;
use plumbline_domain::{Account, Fact, Record, Seat};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

const TOKEN: &str = "ghp_plumblineTestToken";
const NOW: &str = "2026-11-21T03:00:00.123456Z";

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

#[derive(Default)]
struct World {
    rows: Vec<Value>,
    per_page: usize,
    circle: Option<usize>,
    /// Answers the next call.
    fault: Option<ResponseTemplate>,
    headers: Vec<(&'static str, String)>,
    log: Vec<String>,
    uri: String,
}

#[derive(Clone)]
struct Fake(Arc<Mutex<World>>);

impl Respond for Fake {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut world = self.0.lock().expect("not poisoned");
        world.log.push(format!("{}?{}", request.url.path(), request.url.query().unwrap_or_default()));
        if let Some(answer) = world.fault.take() {
            return answer;
        }
        if request.headers.get("authorization").is_none_or(|value| value != &format!("Bearer {TOKEN}")) {
            return said(401, "Bad credentials");
        }
        let page = request.url.query_pairs().find(|(name, _)| name == "page");
        let page: usize = page.map_or(1, |(_, page)| page.parse().expect("a page"));
        let rows: Vec<_> = world.rows.iter().skip((page - 1) * world.per_page).take(world.per_page).collect();
        let body = json!({"total_seats_consumed": 1203, "total_seats_purchased": 1_234_500, "users": rows});
        let next = if page * world.per_page < world.rows.len() { Some(page + 1) } else { world.circle };
        let mut answer = ResponseTemplate::new(200).set_body_json(body);
        if let Some(next) = next {
            let link = format!("<{}{}?per_page=100&page={next}>; rel=\"next\"", world.uri, request.url.path());
            answer = answer.insert_header("link", link);
        }
        world.headers.iter().fold(answer, |answer, (name, value)| answer.insert_header(*name, value.as_str()))
    }
}

fn said(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": message}))
}

async fn start(world: World) -> (MockServer, Fake, Connection) {
    let server = MockServer::start().await;
    let fake = Fake(Arc::new(Mutex::new(World { uri: server.uri(), per_page: world.per_page.max(1), ..world })));
    Mock::given(any()).respond_with(fake.clone()).mount(&server).await;
    let connection = Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(server.uri().parse().expect("an address")),
        credentials: Credentials::Token(TOKEN.into()),
        apps: Arc::default(),
        settings: Settings { enterprise: Some("acme-group".into()), ..Settings::default() },
    };
    (server, fake, connection)
}

fn row(login: &str) -> Value {
    json!({"github_com_login": login, "github_com_name": "", "license_type": "enterprise",
        "github_com_verified_domain_emails": [format!("{login}@acme.example")], "github_com_two_factor_auth": true,
        "github_com_member_roles": ["acme:Member"], "github_com_enterprise_roles": []})
}

#[derive(Default)]
struct Ran {
    facts: Vec<Fact>,
    reasons: Vec<String>,
    notice: Option<String>,
    listed: Vec<String>,
    complete: Vec<Listing>,
    calls: u32,
    stops: Vec<(Marks, Option<Cursor>, usize)>,
}

async fn sync_from(connection: &Connection, marks: &mut Marks, mut cursor: Option<Cursor>) -> Result<Ran, Failure> {
    let connector = GithubEnterprise::new(LazyClient::default());
    let mut ran = Ran::default();
    loop {
        ran.stops.push((marks.clone(), cursor.clone(), ran.facts.len()));
        let page = connector.fetch(connection, marks, cursor.as_ref(), now()).await?;
        for (key, mark) in page.marks {
            marks.0.insert(key, mark.expect("none is removed"));
        }
        ran.facts.extend(page.facts);
        ran.reasons.extend(page.quarantined.iter().map(|record| format!("{}: {}", record.what, record.reason)));
        ran.notice = page.notice;
        for listed in &page.listed {
            ran.listed.extend(listed.ids.iter().map(|id| format!("{} {id}", listed.listing)));
        }
        ran.complete.extend(page.complete);
        ran.calls += page.calls;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ran);
        }
        assert!(ran.stops.len() < 100, "the run does not end");
    }
}

async fn sync(connection: &Connection) -> Result<Ran, Failure> {
    sync_from(connection, &mut Marks::default(), None).await
}

impl Ran {
    fn accounts(&self) -> Vec<&Account> {
        let accounts = self.facts.iter().filter_map(|fact| match fact {
            Fact::Account(account) => Some(account),
            _ => None,
        });
        accounts.collect()
    }

    fn seats(&self) -> Vec<&Seat> {
        let seats = self.facts.iter().filter_map(|fact| match fact {
            Fact::Record(Record::Seat(seat)) => Some(seat),
            _ => None,
        });
        seats.collect()
    }
}

#[tokio::test]
async fn githubs_own_example_is_read() {
    let example: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/github/rest/consumed_licenses.json"))
            .expect("JSON");
    let rows = example["users"].as_array().expect("rows").clone();
    let (_server, _fake, connection) = start(World { rows, per_page: 100, ..World::default() }).await;
    let ran = sync(&connection).await.expect("syncs");
    assert_eq!(ran.reasons, Vec::<String>::new());
    insta::assert_snapshot!(serde_json::to_string_pretty(&ran.facts).expect("serialises"));
}

#[tokio::test]
async fn a_run_reads_every_page_and_says_what_is_consumed() {
    let rows: Vec<Value> = (1..=7).map(|n| row(&format!("User{n}"))).collect();
    let (_server, fake, connection) = start(World { rows, per_page: 3, ..World::default() }).await;
    let ran = sync(&connection).await.expect("syncs");
    assert_eq!(ran.notice.as_deref(), Some("1,203 of 1,234,500 licences consumed"));
    assert_eq!((ran.seats().len(), ran.accounts().len(), ran.calls), (7, 7, 3));
    assert_eq!(ran.accounts()[0].login, "User1");
    assert_eq!(ran.seats()[0].account.to_string(), "github_enterprise:user1");
    let names: Vec<String> = ran.complete.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["accounts github_enterprise", "shelf seat github_enterprise"]);
    assert_eq!(ran.listed.len(), 14);
    for seat in ran.seats() {
        assert!(ran.listed.contains(&format!("shelf seat github_enterprise {}", Record::Seat(seat.clone()).id())));
    }
    for account in ran.accounts() {
        assert!(ran.listed.contains(&format!("accounts github_enterprise {}", account.id)));
    }
    assert_eq!(
        fake.0.lock().expect("not poisoned").log[0],
        "/api/v3/enterprises/acme-group/consumed-licenses?per_page=100"
    );
    // The same again, and from any page.
    let again = sync(&connection).await.expect("syncs");
    assert_eq!(again.facts, ran.facts);
    for (mut marks, cursor, facts) in ran.stops {
        let rest = sync_from(&connection, &mut marks, cursor).await.expect("syncs");
        assert_eq!(rest.facts, ran.facts[facts..]);
    }
    let other = sync_from(&connection, &mut Marks::default(), Some(json!({"page": 2}))).await.expect("syncs");
    assert_eq!(other.facts, ran.facts);
}

#[tokio::test]
async fn rows_without_a_login_have_an_id_that_stays_and_names_nobody() {
    let mut rows = vec![
        json!({"enterprise_server_user_ids": ["ghe.example:9", "ghe.example:10"], "enterprise_server_emails": ["ada@acme.example"],
            "github_com_login": "", "github_com_saml_name_id": "Ada@acme.example"}),
        json!({"github_com_saml_name_id": "Bob_acme.example#EXT#@acme.example", "github_com_two_factor_auth": ""}),
        json!({"visual_studio_subscription_user": true, "visual_studio_subscription_email": "Cyd@acme.example",
            "visual_studio_license_status": "Pending Invitation", "license_type": "Visual Studio subscription"}),
        json!({"enterprise_server_user_ids": ["ghe#example:9"]}),
        json!({"license_type": 7, "github_com_member_roles": "", "github_com_login": null}),
    ];
    let (_server, fake, connection) = start(World { rows: rows.clone(), per_page: 9, ..World::default() }).await;
    let ran = sync(&connection).await.expect("syncs");
    let seats: Vec<String> = ran.seats().iter().map(|seat| format!("{} {}", seat.account, seat.status)).collect();
    insta::assert_snapshot!(seats.join("\n"), @r"
    github_enterprise:server:ghe.example:10 active
    github_enterprise:saml:71096d03e10d016f no_account
    github_enterprise:visual_studio:78aabd11bd9df433 pending_invitation
    github_enterprise:other:9cc506b70a9fb46c active
    ");
    assert_eq!(ran.reasons, ["licence: it has no login, no account on a server, and no name or e-mail to tell it by"]);
    let emails: Vec<_> =
        ran.accounts().iter().map(|account| account.email.as_ref().map(|email| email.verified)).collect();
    assert_eq!(emails, [Some(false), None, Some(false), None]);
    // Nothing was broken, so what is not listed is gone.
    assert_eq!(ran.complete.len(), 2);
    // Another spelling and order: the same.
    rows[0]["enterprise_server_user_ids"] = json!(["ghe.example:10", "ghe.example:9"]);
    rows[2]["visual_studio_subscription_email"] = json!(" cyd@acme.example");
    fake.0.lock().expect("not poisoned").rows = rows;
    let again = sync(&connection).await.expect("syncs");
    let ids = |ran: &Ran| ran.seats().iter().map(|seat| seat.account.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&ran));
}

#[tokio::test]
async fn roles_and_names_are_told() {
    let mut rows: Vec<Value> = (0..4).map(|n| row(&format!("user{n}"))).collect();
    rows[1]["github_com_enterprise_roles"] = json!(["Owner"]);
    rows[2]["github_com_member_roles"] = json!(["one:Member", "two:Owner"]);
    rows[3]["github_com_verified_domain_emails"] = json!("");
    rows[3]["github_com_name"] = json!("Dan");
    let (_server, _fake, connection) = start(World { rows, per_page: 9, ..World::default() }).await;
    let ran = sync(&connection).await.expect("syncs");
    let roles: Vec<_> = ran.accounts().iter().map(|account| account.role.clone().unwrap_or_default()).collect();
    assert_eq!(roles, ["member", "owner", "owner", "member"]);
    let last = ran.accounts()[3];
    assert_eq!((last.name.as_deref(), last.email.as_ref()), (Some("Dan"), None));
    let email = ran.accounts()[0].email.clone().expect("an address");
    assert!(email.verified && email.address == "user0@acme.example");
}

#[tokio::test]
async fn a_broken_row_costs_itself_and_the_sweep() {
    let rows = vec![row("ada"), json!("bob's licence"), row("cyd")];
    let (_server, fake, connection) = start(World { rows, per_page: 2, ..World::default() }).await;
    let ran = sync(&connection).await.expect("syncs");
    assert_eq!(ran.seats().len(), 2);
    assert_eq!(ran.complete, []);
    assert_eq!(ran.reasons.len(), 1);
    assert!(!ran.reasons[0].contains("bob"), "{:?}", ran.reasons);
    {
        let mut world = fake.0.lock().expect("not poisoned");
        (world.rows, world.circle) = (vec![row("ada"), row("bob"), row("cyd")], Some(1));
    }
    let ran = sync(&connection).await.expect("syncs");
    assert_eq!((ran.complete.len(), ran.reasons.len()), (0, 1));
}

#[tokio::test]
async fn a_failing_call_is_a_decision() {
    let mut table = String::new();
    let answers = [
        ("401", said(401, "Bad credentials")),
        ("403", said(403, "Resource not accessible by personal access token")),
        ("403 limited", said(403, "You have exceeded a secondary rate limit")),
        ("404", said(404, "Not Found")),
        ("410", said(410, "Gone, see the changelog")),
        ("429", said(429, "Slow down")),
        ("429 told", said(429, "Slow down").insert_header("retry-after", "17")),
        ("500", said(500, "")),
        ("503", said(503, "")),
        ("302", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/")),
        ("truncated", ResponseTemplate::new(200).set_body_string("{\"users\": [{\"git")),
        ("wrong", ResponseTemplate::new(200).set_body_json(json!({"users": "ada"}))),
        ("all broken", ResponseTemplate::new(200).set_body_json(json!({"users": ["ada", "bob"]}))),
        (
            "away",
            ResponseTemplate::new(200)
                .set_body_json(json!({"users": []}))
                .insert_header("link", "<https://elsewhere.example/x>; rel=\"next\""),
        ),
    ];
    let (_server, fake, connection) = start(World { rows: vec![row("ada")], per_page: 9, ..World::default() }).await;
    for (name, answer) in answers {
        fake.0.lock().expect("not poisoned").fault = Some(answer);
        let failure = sync(&connection).await.err().expect("fails").to_string();
        assert!(!failure.contains(TOKEN), "{failure}");
        writeln!(table, "{name} -> {failure}").expect("a string");
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn only_a_classic_token_is_sent() {
    let (_server, fake, connection) = start(World { rows: vec![row("ada")], per_page: 9, ..World::default() }).await;
    let connector = GithubEnterprise::new(LazyClient::default());
    for token in ["github_pat_11s3cret", "ghs_s3cret", "ghu_s3cret"] {
        let connection = Connection { credentials: Credentials::Token(token.into()), ..connection.clone() };
        for failure in [
            connector.probe(&connection, now()).await.expect_err("fails"),
            sync(&connection).await.err().expect("fails"),
        ] {
            assert_eq!(failure, Failure::Unauthorized(CLASSIC_TOKEN.into()));
        }
    }
    assert_eq!(fake.0.lock().expect("not poisoned").log, Vec::<String>::new());
    connector.probe(&connection, now()).await.expect("works");
    assert_eq!(
        std::mem::take(&mut fake.0.lock().expect("not poisoned").log),
        ["/api/v3/enterprises/acme-group/consumed-licenses?per_page=1"]
    );
    let nothing = Connection { settings: Settings::default(), ..connection };
    let sentence = connector.check(&nothing.settings).expect_err("something is missing");
    assert_eq!(connector.probe(&nothing, now()).await.expect_err("fails"), Failure::Invalid(sentence));
}

#[tokio::test]
async fn an_exhausted_budget_pauses_the_run() {
    let reset = now().as_second() + 600;
    let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset.to_string())];
    let rows = vec![row("ada"), row("bob")];
    let (_server, _fake, connection) = start(World { rows, per_page: 1, headers, ..World::default() }).await;
    let connector = GithubEnterprise::new(LazyClient::default());
    let page = connector.fetch(&connection, &Marks::default(), None, now()).await.expect("a page");
    assert_eq!(page.pause_until.map(Timestamp::as_second), Some(reset));
    // The last page of a run waits for nothing.
    let page = connector.fetch(&connection, &Marks::default(), page.next.as_ref(), now()).await.expect("a page");
    assert_eq!((page.pause_until, page.next), (None, None));
    // No room in this minute: no call.
    let marks = Marks([("pace".to_owned(), json!([[now().as_second(), 300]]))].into());
    let page = connector.fetch(&connection, &marks, None, now()).await.expect("a page");
    assert_eq!((page.calls, page.pause_until.map(Timestamp::as_second)), (0, Some(now().as_second() + 61)));
    assert!(page.next.is_some());
}
