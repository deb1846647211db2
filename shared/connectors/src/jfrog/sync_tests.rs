//! Runs against the fake.

#[path = "fake_tests.rs"]
mod fake;
#[path = "refusal_tests.rs"]
mod refusals;

use crate::{
    Connection, Connector, Credentials, Failure, Marks, Settings, Vendor as _,
    http::LazyClient,
    jfrog::Jfrog,
    rig::{self, Ran, assert_resumes_from_everywhere, at, most_within, sync, told},
};
use fake::{Fake, TOKEN, World, people, refusal, row, user};
use plumbline_domain::{Account, Fact, Record, Seat, Storage};
use serde_json::{Value, json};
use wiremock::{MockServer, ResponseTemplate};

fn jfrog() -> Jfrog {
    Jfrog::new(LazyClient::default())
}

fn connection(server: &MockServer) -> Connection {
    rig::connection(server, Credentials::Token(TOKEN.into()))
}

fn world() -> World {
    let mut users = people(70);
    users.push(user("zoë / x+y@acme"));
    users[3]["last_logged_in"] = Value::Null;
    users[4]["status"] = "disabled".into();
    let mut exact = row("docker-local", "LOCAL", "34.46 MB", 1_200);
    exact["usedSpaceInBytes"] = 36_138_261.into();
    let repositories =
        vec![exact, row("npm-remote-cache", "CACHE", "1,023.99 KB", 9), row("all", "VIRTUAL", "0 bytes", 0)];
    World { users, repositories, ..World::default() }
}

fn accounts(ran: &Ran) -> Vec<&Account> {
    ran.facts.iter().filter_map(|fact| if let Fact::Account(account) = fact { Some(account) } else { None }).collect()
}

fn records(ran: &Ran) -> impl Iterator<Item = &Record> {
    ran.facts.iter().filter_map(|fact| if let Fact::Record(record) = fact { Some(record) } else { None })
}

fn seats(ran: &Ran) -> Vec<&Seat> {
    records(ran).filter_map(|record| if let Record::Seat(seat) = record { Some(seat) } else { None }).collect()
}

fn storage(ran: &Ran) -> Vec<&Storage> {
    records(ran).filter_map(|record| if let Record::Storage(storage) = record { Some(storage) } else { None }).collect()
}

fn of(ran: &Ran, listing: &str) -> Option<usize> {
    ran.complete.iter().find(|(whole, _)| whole.to_string() == listing).map(|(_, ids)| ids.len())
}

#[tokio::test]
async fn a_run_reads_everything_and_the_same_again() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    let ran = sync(&jfrog(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!((ran.reasons(), &ran.notices), (Vec::new(), &Vec::new()));
    let calls = fake.calls();
    assert_eq!((calls.len(), ran.call_count()), (3 + 71 + 1, 3 + 71 + 1));
    assert_eq!(calls[0], "/access/api/v2/users?limit=29");
    assert!(calls.contains(&"/access/api/v2/users?limit=29&cursor=c-58".to_owned()), "{calls:?}");
    assert!(calls.contains(&"/access/api/v2/users/zo%C3%AB%20%2F%20x+y@acme?".to_owned()), "{calls:?}");
    assert_eq!((accounts(&ran).len(), seats(&ran).len()), (71, 71));
    assert_eq!((of(&ran, "accounts jfrog"), of(&ran, "shelf seat jfrog")), (Some(71), Some(71)));
    let never = seats(&ran)[3];
    assert_eq!((never.last_active_at, never.used), (None, true));
    assert!(!seats(&ran)[4].used);
    insta::assert_json_snapshot!(storage(&ran));

    let again = sync(&jfrog(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(told(&again.facts), told(&ran.facts));
    assert_eq!(again.complete, ran.complete);
}

#[tokio::test]
async fn a_former_server_is_read_by_its_former_api() {
    let (server, fake) = Fake::start(World { former: true, ..world() }).await;
    let connection = connection(&server);
    let ran = sync(&jfrog(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((ran.reasons(), accounts(&ran).len(), of(&ran, "accounts jfrog")), (Vec::new(), 71, Some(71)));
    assert_eq!(ran.call_count(), 1 + 3 + 71 + 1);
    assert!(seats(&ran).iter().all(|seat| seat.used && seat.status == "enabled"));
    assert_eq!(seats(&ran)[0].last_active_at.map(|at| at.to_string()).as_deref(), Some("2026-09-20T08:58:18.351Z"));
    assert_eq!(accounts(&ran)[0].role.as_deref(), Some("admin"));
    fake.calls();
    jfrog().probe(&connection, at(0)).await.expect("works");
    assert_eq!(fake.calls().len(), 2);
    assert_resumes_from_everywhere(&jfrog(), &connection).await;
}

#[tokio::test]
async fn a_server_that_lists_more_than_was_asked_for_is_read_in_parts() {
    let (server, _fake) = Fake::start(World { page: Some(64), ..world() }).await;
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((accounts(&ran).len(), of(&ran, "accounts jfrog")), (71, Some(71)));
    assert_eq!(ran.call_count(), 4 + 71 + 1);
}

#[tokio::test]
async fn a_run_resumes_from_everywhere() {
    let (server, _fake) = Fake::start(world()).await;
    assert_resumes_from_everywhere(&jfrog(), &connection(&server)).await;
}

#[tokio::test]
async fn the_budget_holds_within_a_run_and_across_runs() {
    let (server, fake) = Fake::start(World { users: people(700), ..world() }).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    let first = sync(&jfrog(), &connection, &mut marks, 0).await.expect("syncs");
    let (last, _) = *first.calls.last().expect("some");
    let next = rig::sync_from(&jfrog(), &connection, &mut marks, None, last).await.expect("syncs");
    let each = 25 + 700 + 1;
    assert_eq!((first.call_count(), next.call_count(), fake.calls().len()), (each, each, 2 * each as usize));
    let calls = [first.calls, next.calls].concat();
    assert_eq!(most_within(&calls, 60), 300);
    let took = calls.last().expect("some").0.duration_since(at(0));
    assert!(took.as_mins() <= 5, "{took}");
}

#[tokio::test]
async fn a_user_deleted_meanwhile_is_gone_and_one_with_broken_details_is_not() {
    let (server, fake) = Fake::start(world()).await;
    fake.fail("/users/user0007", refusal(404, "Not found"));
    fake.fail("/users/user0008", ResponseTemplate::new(200).set_body_json(json!("Somebody's name")));
    fake.fail("/users/user0011", ResponseTemplate::new(200).set_body_json(json!({"of": "another shape"})));
    fake.world().users[9]["username"] = "a#b".into();
    fake.world().users[10]["username"] = "..".into();
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((accounts(&ran).len(), of(&ran, "accounts jfrog")), (66, Some(68)));
    let broken = "user: the name cannot be an id";
    let shape = "user: invalid type: string \"...\", expected struct Details at line 1 column 17";
    assert_eq!(ran.reasons(), [broken, broken, shape, "user: it names no user"]);
}

#[tokio::test]
async fn many_repositories_are_stored_in_parts() {
    let repositories = (0..1_203).map(|n| row(&format!("repo-{n:04}"), "LOCAL", "1 KB", 1)).collect();
    let (server, _fake) = Fake::start(World { repositories, ..world() }).await;
    let ran = sync(&jfrog(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((storage(&ran).len(), ran.call_count()), (1 + 1_203, 3 + 71 + 3));
    assert_eq!(storage(&ran).iter().filter(|storage| storage.repository.is_empty()).count(), 1);
}

#[tokio::test]
async fn the_day_is_that_of_the_run_s_start() {
    let (server, _fake) = Fake::start(World { users: people(20), ..world() }).await;
    let connection = connection(&server);
    let late = "2026-11-24T23:59:59.900Z".parse().expect("an instant");
    let page = jfrog().fetch(&connection, &Marks::default(), None, late).await.expect("a page");
    let next = "2026-11-25T00:00:10Z".parse().expect("an instant");
    let page = jfrog().fetch(&connection, &Marks::default(), page.next.as_ref(), next).await.expect("a page");
    let mut ran = Ran::default();
    ran.facts = page.facts;
    assert!(storage(&ran).iter().all(|one| one.day.to_string() == "2026-11-24" && one.seen_at == late));
    assert_eq!(storage(&ran).len(), 4);
}
