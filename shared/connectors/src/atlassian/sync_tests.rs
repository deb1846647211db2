//! Runs against the fake.

#[path = "fake_tests.rs"]
mod fake;
#[path = "refusal_tests.rs"]
mod refusals;

use crate::{
    Connection, Connector, Credentials, Failure, Marks, Settings, Vendor as _,
    atlassian::Atlassian,
    http::LazyClient,
    rig::{self, Ran, assert_resumes_from_everywhere, at, most_within, sync, told},
};
use fake::{Fake, KEY, ORG, World, refusal, user};
use plumbline_domain::{Fact, Listing, Record, Seat};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wiremock::{MockServer, ResponseTemplate};

fn atlassian() -> Atlassian {
    Atlassian::new(LazyClient::default())
}

fn connection(server: &MockServer) -> Connection {
    rig::connection(server, Credentials::Token(KEY.into()))
}

/// 230 users: all use Jira, every third Confluence, and they are in three groups; 130 groups have nobody.
fn world() -> World {
    let names = ["jira-software-users-acme", "confluence-users-acme", "platform"];
    let users = (0..230).map(|n| match n % 3 {
        0 => user(n, &["jira-software", "confluence"], &[names[0], names[1]]),
        1 => user(n, &["jira-software"], &[names[0], names[2]]),
        _ => user(n, &["jira-software"], &[names[0]]),
    });
    let groups = names.map(String::from).into_iter().chain((0..130).map(|n| format!("empty-{n:03}")));
    World { users: users.collect(), groups: groups.collect(), ..World::default() }
}

fn seats(ran: &Ran) -> Vec<&Seat> {
    let records = ran.facts.iter().filter_map(|fact| if let Fact::Record(record) = fact { Some(record) } else { None });
    records.filter_map(|record| if let Record::Seat(seat) = record { Some(seat) } else { None }).collect()
}

fn of(ran: &Ran, listing: &str) -> Option<usize> {
    ran.complete.iter().find(|(whole, _)| whole.to_string() == listing).map(|(_, ids)| ids.len())
}

#[tokio::test]
async fn a_run_reads_everything_and_the_same_again() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    let ran = sync(&atlassian(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!((ran.reasons(), &ran.notices), (Vec::new(), &Vec::new()));
    insta::assert_snapshot!(fake.calls().join("\n"), @r"
    GET /v1/orgs -
    GET /v2/orgs/1a2b-org/directories -
    GET /v2/orgs/1a2b-org/directories/dir-1/groups -
    GET /v2/orgs/1a2b-org/directories/dir-1/groups c-100
    POST /v2/orgs/1a2b-org/directories/dir-1/users/search -
    POST /v2/orgs/1a2b-org/directories/dir-1/users/search c-100
    POST /v2/orgs/1a2b-org/directories/dir-1/users/search c-200
    ");
    assert_eq!(ran.call_count(), 7);
    let count = |test: fn(&Fact) -> bool| ran.facts.iter().filter(|fact| test(fact)).count();
    assert_eq!(count(|fact| matches!(fact, Fact::Account(account) if account.member == Some(true))), 230);
    assert_eq!(count(|fact| matches!(fact, Fact::Group(_))), 133);
    assert_eq!(count(|fact| matches!(fact, Fact::Membership(_))), 230 + 77 + 77);
    assert_eq!(seats(&ran).len(), 230 + 77);
    assert!(seats(&ran).iter().all(|seat| seat.used && seat.granted_by.len() == 1 && seat.seen_at == at(0)));
    assert_eq!(of(&ran, "accounts atlassian"), Some(230));
    assert_eq!(of(&ran, "groups atlassian"), Some(133));
    assert_eq!(of(&ran, "shelf seat jira-software"), Some(230));
    assert_eq!(of(&ran, "shelf seat confluence"), Some(77));
    assert_eq!(of(&ran, "memberships atlassian:id-platform"), Some(77));
    assert_eq!(of(&ran, "memberships atlassian:id-empty-007"), Some(0), "a group that nobody is in any more");
    assert_eq!(ran.complete.len(), 2 + 2 + 133);

    let again = sync(&atlassian(), &connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(told(&again.facts), told(&ran.facts));
    assert_eq!(again.complete, ran.complete);
    let later = sync(&atlassian(), &connection, &mut marks, 60).await.expect("syncs");
    assert_eq!((later.call_count(), later.facts.len()), (7, ran.facts.len()));
}

#[tokio::test]
async fn an_organization_in_the_settings_saves_asking_for_it() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = connection(&server);
    connection.settings.organization = Some(ORG.into());
    sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(fake.calls().len(), 6);
    let wrong = Settings { organization: Some("acme.atlassian.net/x".into()), ..Settings::default() };
    assert!(atlassian().check(&wrong).is_err());
    assert_eq!(atlassian().check(&connection.settings), Ok(()));
    assert_eq!(atlassian().check(&Settings::default()), Ok(()));
}

#[tokio::test]
async fn the_organization_is_chosen_by_id_where_the_key_sees_several() {
    let (server, fake) = Fake::start(World { organizations: vec![ORG, "other-org"], ..world() }).await;
    let mut connection = connection(&server);
    let failure = sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect_err("fails").to_string();
    assert_eq!(
        failure,
        "invalid: this key sees several organizations; choose one and give its id as `organization`: 1a2b-org, other-org"
    );
    assert_eq!(atlassian().probe(&connection, at(0)).await.expect_err("fails").to_string(), failure);
    connection.settings.organization = Some(ORG.into());
    sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    connection.settings.organization = None;
    fake.world().organizations.clear();
    let failure = sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Invalid(reason) if reason.contains("sees no organization")), "{failure}");
}

#[tokio::test]
async fn several_directories_are_read_as_one_and_so_are_those_that_cannot_be_listed() {
    let all = |calls: Vec<String>| calls.iter().filter(|call| call.contains("/directories/-/")).count();
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    fake.fail("/directories -", refusal(403, "Forbidden"));
    sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(all(fake.calls()), 5);
    for second in [json!({"directoryId": "dir-2"}), json!({"name": "without an id"})] {
        fake.world().directories.truncate(1);
        fake.world().directories.push(second);
        let ran = sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
        assert_eq!((all(fake.calls()), of(&ran, "accounts atlassian")), (5, Some(230)));
    }
}

#[tokio::test]
async fn what_nobody_has_any_more_is_ended_too() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    sync(&atlassian(), &connection, &mut marks, 0).await.expect("syncs");
    {
        let mut world = fake.world();
        world.groups.retain(|name| name != "platform");
        world.users = vec![user(0, &["jira-software"], &["jira-software-users-acme"])];
    }
    let ran = sync(&atlassian(), &connection, &mut marks, 10).await.expect("syncs");
    assert_eq!(of(&ran, "shelf seat confluence"), Some(0));
    assert_eq!(of(&ran, "shelf seat jira-software"), Some(1));
    assert_eq!(of(&ran, "memberships atlassian:id-platform"), Some(0), "a group that vanished");
    assert_eq!(of(&ran, "memberships atlassian:id-confluence-users-acme"), Some(0));
    let ran = sync(&atlassian(), &connection, &mut marks, 20).await.expect("syncs");
    assert_eq!(of(&ran, "shelf seat confluence"), Some(0), "what is stored of it stays known");
    assert_eq!(of(&ran, "memberships atlassian:id-platform"), None, "said once");
}

#[tokio::test]
async fn a_run_resumes_from_everywhere() {
    let (server, _fake) = Fake::start(World { most: 40, ..world() }).await;
    assert_resumes_from_everywhere(&atlassian(), &connection(&server)).await;
}

#[tokio::test]
async fn the_budget_holds_within_a_run_and_across_runs() {
    let (server, fake) = Fake::start(World { most: 2, ..world() }).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    let first = sync(&atlassian(), &connection, &mut marks, 0).await.expect("syncs");
    let (last, _) = *first.calls.last().expect("some");
    let next = rig::sync_from(&atlassian(), &connection, &mut marks, None, last).await.expect("syncs");
    assert_eq!(first.call_count() + next.call_count(), 2 * (2 + 67 + 115));
    assert_eq!(fake.calls().len(), 2 * (2 + 67 + 115));
    let calls = [first.calls, next.calls].concat();
    assert_eq!(most_within(&calls, 60), 60);
    let took = calls.last().expect("some").0.duration_since(at(0));
    assert!(took.as_mins() <= 7, "{took}");
}

#[tokio::test]
async fn a_budget_that_the_vendor_says_is_used_up_pauses_the_run() {
    let (server, fake) = Fake::start(world()).await;
    let reset = at(3);
    fake.world().headers = vec![("x-ratelimit-remaining", "0".into()), ("x-ratelimit-reset", reset.to_string())];
    let page = atlassian().fetch(&connection(&server), &Marks::default(), None, at(0)).await.expect("a page");
    assert_eq!(page.pause_until, Some(reset));
}

#[tokio::test]
async fn five_thousand_users_take_fifty_pages_of_bounded_size() {
    let users = (0..5_000).map(|n| user(n, &["jira-software", "confluence"], &["jira-software-users-acme"])).collect();
    let (server, _fake) = Fake::start(World { users, ..world() }).await;
    let ran = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(ran.call_count(), 2 + 2 + 50);
    assert_eq!(of(&ran, "shelf seat confluence"), Some(5_000));
    let sizes: BTreeSet<usize> = ran.stops.windows(2).map(|two| two[1].facts - two[0].facts).collect();
    assert_eq!(sizes.last(), Some(&400), "accounts, two seats and a membership of a hundred users");
}
