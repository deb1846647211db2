//! Runs against the fake.

#[path = "fake_tests.rs"]
mod fake;
#[path = "refusal_tests.rs"]
mod refusals;
#[path = "reports_tests.rs"]
mod reports;
#[path = "seats_tests.rs"]
mod seats;

use super::Copilot;
use crate::{Connection, Connector, Credentials, Failure, Marks, Page, Quarantined, Settings, http::LazyClient};
use fake::{Fake, Fault, Servers, TOKEN, World, at, error, person, seat};
use jiff::Timestamp;
use plumbline_domain::{Fact, Listing, Record, Seat, Usage};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use wiremock::ResponseTemplate;

/// When runs begin; the last full day is 2026-11-20.
const NOW: &str = "2026-11-21T03:00:00.123456Z";

fn connection(servers: &Servers, settings: Settings) -> Connection {
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(servers.api.uri().parse().expect("an address")),
        credentials: Credentials::Token(TOKEN.into()),
        apps: Arc::default(),
        settings,
    }
}

fn organization() -> Settings {
    Settings { organization: Some("acme".into()), history_days: 10, ..Settings::default() }
}

fn enterprise() -> Settings {
    Settings { enterprise: Some("acme-group".into()), history_days: 10, ..Settings::default() }
}

/// All that a run brought.
#[derive(Default)]
struct Ran {
    facts: Vec<Fact>,
    quarantined: Vec<Quarantined>,
    calls: u32,
    notice: Option<String>,
    listed: BTreeSet<(String, String)>,
    complete: Vec<Listing>,
    /// What there was before each page: marks, cursor, number of facts up to here.
    stops: Vec<(Marks, Option<Value>, usize)>,
    largest_page: usize,
}

impl Ran {
    /// What the store would hold: of each record the newest telling, or the larger one.
    fn records(&self) -> BTreeMap<(String, String), Record> {
        let mut records: BTreeMap<(String, String), Record> = BTreeMap::new();
        for fact in &self.facts {
            if let Fact::Record(record) = fact {
                let key = (record.shelf().to_string(), record.id());
                records.entry(key).and_modify(|known| known.join(record.clone())).or_insert_with(|| record.clone());
            }
        }
        records
    }

    fn seats(&self) -> Vec<Seat> {
        let seats = self.facts.iter().filter_map(|fact| match fact {
            Fact::Record(Record::Seat(seat)) => Some(seat.clone()),
            _ => None,
        });
        seats.collect()
    }

    fn usage(&self) -> Vec<Usage> {
        let usage = self.facts.iter().filter_map(|fact| match fact {
            Fact::Record(Record::Usage(usage)) => Some((**usage).clone()),
            _ => None,
        });
        usage.collect()
    }

    fn reasons(&self) -> Vec<String> {
        self.quarantined.iter().map(|record| format!("{}: {}", record.what, record.reason)).collect()
    }
}

fn apply(marks: &mut Marks, page: &Page) {
    for (key, change) in &page.marks {
        match change {
            Some(value) => marks.0.insert(key.clone(), value.clone()),
            None => marks.0.remove(key),
        };
    }
}

async fn sync_from(
    connection: &Connection,
    marks: &mut Marks,
    mut cursor: Option<Value>,
    mut now: Timestamp,
) -> Result<Ran, Failure> {
    let copilot = Copilot::new(LazyClient::default());
    let mut ran = Ran::default();
    loop {
        ran.stops.push((marks.clone(), cursor.clone(), ran.facts.len()));
        let page = copilot.fetch(connection, marks, cursor.as_ref(), now).await?;
        apply(marks, &page);
        ran.largest_page = ran.largest_page.max(page.facts.len());
        ran.facts.extend(page.facts);
        ran.quarantined.extend(page.quarantined);
        ran.calls += page.calls;
        ran.notice = page.notice.or(ran.notice);
        for listed in page.listed {
            ran.listed.extend(listed.ids.into_iter().map(|id| (listed.listing.to_string(), id)));
        }
        ran.complete.extend(page.complete);
        now = page.pause_until.unwrap_or(now).max(now);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ran);
        }
        assert!(cursor.as_ref().expect("some").to_string().len() < 600, "a cursor is small: {cursor:?}");
        assert!(ran.stops.len() < 500, "the run does not end");
    }
}

async fn sync(connection: &Connection, marks: &mut Marks, now: &str) -> Result<Ran, Failure> {
    sync_from(connection, marks, None, at(now)).await
}

fn world() -> World {
    let mut world = World { seats: (1..=7).map(|id| seat(id, 71)).collect(), per_page: 3, ..World::default() };
    for day in ["2026-11-12", "2026-11-16", "2026-11-18", "2026-11-19", "2026-11-20"] {
        world.report(day, 1..=6);
    }
    world
}

#[tokio::test]
async fn an_organizations_run_brings_seats_and_usage() {
    let (servers, fake) = Fake::start(world()).await;
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await.expect("syncs");
    insta::assert_snapshot!(serde_json::to_string_pretty(&ran.facts[..2]).expect("serialises"));
    assert_eq!(ran.seats().len(), 7);
    // Newest first: the organisation, then people in the files' order.
    let usage = ran.usage();
    insta::assert_snapshot!(serde_json::to_string_pretty(&usage[..2]).expect("serialises"));
    assert_eq!(usage.len(), 5 * 7);
    let days: Vec<String> = usage.iter().step_by(7).map(|usage| usage.day.to_string()).collect();
    assert_eq!(days, ["2026-11-20", "2026-11-19", "2026-11-18", "2026-11-16", "2026-11-12"]);
    let seen = at("2026-11-21T03:00:00.123Z");
    assert!(ran.records().values().all(|record| record.seen_at() == seen));
    assert_eq!((ran.notice.as_deref(), ran.reasons().as_slice()), (None, [].as_slice()));
    let calls = fake.calls();
    assert_eq!(u32::try_from(calls.len()).expect("few"), ran.calls);
    // Ten days: five with three reports and four files, five with one call each; before them three pages of seats.
    assert_eq!(ran.calls, 3 + 5 * (3 + 4) + 5);
    assert!(calls.iter().all(|call| !call.contains(TOKEN)));
}

#[tokio::test]
async fn a_second_run_reads_four_days_again_and_tells_nothing_new_of_them() {
    let (servers, fake) = Fake::start(world()).await;
    let connection = connection(&servers, organization());
    let mut marks = Marks::default();
    let first = sync(&connection, &mut marks, NOW).await.expect("syncs");
    fake.calls();
    let second = sync(&connection, &mut marks, "2026-11-21T09:00:00Z").await.expect("syncs");
    assert_eq!(second.usage(), []);
    let seats = |ran: &Ran| ran.seats().into_iter().map(|seat| Seat { seen_at: at(NOW), ..seat }).collect::<Vec<_>>();
    assert_eq!(seats(&second), seats(&first));
    let calls = fake.calls();
    assert_eq!(calls.iter().filter(|call| call.contains("seats")).count(), 3);
    assert_eq!(calls.iter().filter(|call| call.contains("organization-1-day?")).count(), 4);
    assert_eq!(calls.iter().filter(|call| call.contains("GET") && call.contains("reports")).count(), 3 * 3 + 1);
    // The next day: its four days, of which one is new and one changed.
    {
        let mut world = fake.world();
        world.report("2026-11-21", 1..=2);
        world.reports.get_mut(&("users-1-day".into(), "2026-11-19".into())).expect("a report")[0] +=
            &person("2026-11-19", 60);
    }
    let third = sync(&connection, &mut marks, "2026-11-22T03:00:00Z").await.expect("syncs");
    let days: BTreeSet<String> = third.usage().iter().map(|usage| usage.day.to_string()).collect();
    assert_eq!(days.into_iter().collect::<Vec<_>>(), ["2026-11-19", "2026-11-21"]);
    let calls = fake.calls();
    let days: Vec<&String> = calls.iter().filter(|call| call.contains("organization-1-day?")).collect();
    assert_eq!(days.len(), 4, "{days:?}");
    let kept: Vec<&String> = marks.0.keys().collect();
    assert_eq!(kept, ["day:2026-11-18", "day:2026-11-19", "day:2026-11-20", "day:2026-11-21", "pace", "usage"]);
}

#[tokio::test]
async fn a_late_run_reads_all_days_that_had_not_settled() {
    let (servers, fake) = Fake::start(world()).await;
    let connection = connection(&servers, Settings { history_days: 60, ..organization() });
    let mut marks = Marks::default();
    sync(&connection, &mut marks, NOW).await.expect("syncs");
    fake.calls();
    sync(&connection, &mut marks, "2026-11-29T03:00:00Z").await.expect("syncs");
    let days = |calls: Vec<String>| calls.iter().filter(|call| call.contains("organization-1-day?")).count();
    // From the 18th, which was three days old, to the 28th.
    assert_eq!(days(fake.calls()), 11);
    // A longer history means reading it, and so does another organisation.
    let longer = Settings { history_days: 70, ..organization() };
    sync(&Connection { settings: longer, ..connection.clone() }, &mut marks, "2026-11-29T03:00:00Z")
        .await
        .expect("syncs");
    assert_eq!(days(fake.calls()), 70);
    let other = Settings { organization: Some("other".into()), ..organization() };
    sync(&Connection { settings: other, ..connection }, &mut marks, "2026-11-29T03:00:00Z").await.expect("syncs");
    assert_eq!(days(fake.calls()), 10);
    // Not before there were any reports, and not beyond what is kept.
    let (servers, fake) = Fake::start(World::default()).await;
    let all = Settings { history_days: 9_999, ..organization() };
    let connection = self::connection(&servers, all);
    sync(&connection, &mut Marks::default(), "2025-10-14T03:00:00Z").await.expect("syncs");
    let calls = fake.calls();
    assert_eq!(calls.last().map(|call| call.ends_with("day=2025-10-10")), Some(true), "{calls:?}");
    sync(&connection, &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!(days(fake.calls()), 365);
}

#[tokio::test]
async fn a_run_resumes_from_every_page_with_the_same_facts() {
    for settings in [organization(), enterprise()] {
        let mut world = world();
        world.seats.extend((1..=5).map(|id| seat(id, 8)));
        let (servers, _fake) = Fake::start(world).await;
        let connection = connection(&servers, settings);
        let whole = sync(&connection, &mut Marks::default(), NOW).await.expect("syncs");
        assert!(whole.stops.len() > 10);
        for (mut marks, cursor, facts) in whole.stops {
            let rest = sync_from(&connection, &mut marks, cursor, at("2026-11-21T03:20:00Z")).await.expect("syncs");
            // The run's first page begins a run, at another instant.
            if facts > 0 {
                assert_eq!(rest.facts, whole.facts[facts..]);
            }
        }
    }
}

#[tokio::test]
async fn the_budget_of_a_minute_is_kept() {
    let mut world = World { seats: (1..=70).map(|id| seat(id, 71)).collect(), per_page: 1, ..World::default() };
    let first = at("2026-11-21T00:00:00Z");
    for day in 1..=300 {
        let day = first.saturating_sub(jiff::SignedDuration::from_hours(24 * day)).expect("in range");
        world.report(&day.strftime("%F").to_string(), 1..=2);
    }
    let (servers, fake) = Fake::start(world).await;
    let connection = connection(&servers, Settings { history_days: 300, ..organization() });
    let copilot = Copilot::new(LazyClient::default());
    let (mut marks, mut cursor, mut now, mut made) = (Marks::default(), None, at(NOW), Vec::new());
    let begun = now;
    for _ in 0..1_000 {
        let page = copilot.fetch(&connection, &marks, cursor.as_ref(), now).await.expect("a page");
        made.extend(fake.calls().iter().filter(|call| call.starts_with("GET")).map(|_| now.as_second()));
        apply(&mut marks, &page);
        // Faster than any real call.
        now = page.pause_until.unwrap_or(now) + jiff::SignedDuration::from_millis(20);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(cursor.is_none(), "the run ends");
    assert_eq!(made.len(), 70 + 3 * 300);
    for call in &made {
        let within = made.iter().filter(|other| (call - 59..=*call).contains(*other)).count();
        assert!(within <= 300, "{within} calls in a minute");
    }
    assert!(now.duration_since(begun).as_secs() < 5 * 60, "it does not wait longer than it must");
}
