//! A person is erased: nobody finds them any more, in no table and in no export; no sync brings them back; and the team's
//! numbers are what they were.

use crate::{
    exports::KINDS,
    vendor::Vendor,
    world::{World, at},
};
use jiff::SignedDuration;
use plumbline_domain::{GrantId, Person};
use plumbline_privacy::{CONFIRM_WITHIN, GRACE};
use plumbline_store::{DeletionTask, ErasurePhase, ErasureTask, Job, JobStatus, Subject, Task};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A run of this company's vendors takes no longer than this.
const RUN: SignedDuration = SignedDuration::from_mins(10);
const NIGHT: &str = "2026-06-16T01:00:00Z";

/// One company's team, connected to all of its vendors, after its first night.
async fn synced() -> World {
    let mut vendors = Vec::new();
    for connector in plumbline_connectors::all() {
        vendors.push(Vendor::start_small(connector).await);
    }
    let mut world = World::of(vendors).await;
    let mut team = world.db.load_team(&world.team).await.unwrap().unwrap();
    team.email_domains = vec!["acme-rail.example".into()];
    world.db.save_team(&team).await.unwrap();
    world.pass_until(at(NIGHT) + RUN).await;
    world
}

/// Somebody with accounts at most of the vendors, and others that only look like theirs: an admin says that they are.
async fn somebody(world: &World) -> (Subject, Person) {
    let members = world.db.load_members(&world.team).await.unwrap();
    let member = members.iter().max_by_key(|member| member.accounts.len()).unwrap();
    assert!(member.accounts.len() >= 5, "{member:?}");
    let mut subject = Subject { member: Some(member.id.clone()), ..Subject::default() };
    let person = find(world, &subject).await;
    subject.accounts = world.db.look_alikes(&world.team, &person).await.unwrap();
    assert!(!subject.accounts.is_empty(), "the company has accounts that nothing links");
    let person = find(world, &subject).await;
    assert_eq!(world.db.look_alikes(&world.team, &person).await.unwrap(), BTreeSet::new());
    (subject, person)
}

async fn find(world: &World, Subject { member, users, accounts }: &Subject) -> Person {
    world.db.find_person(&world.team, member.as_ref(), users, accounts).await.unwrap()
}

/// What must appear nowhere. Of names those of several words; of ids with their vendor.
fn words(person: &Person) -> Vec<String> {
    let names = person.names.iter().filter(|name| name.trim().contains(' ')).cloned();
    let ids = person.accounts.iter().map(ToString::to_string);
    let members = person.members.iter().map(ToString::to_string);
    names.chain(ids).chain(members).chain(person.logins.iter().cloned()).chain(person.emails.iter().cloned()).collect()
}

/// Whether a text has the word, not as a part of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, found)| {
        let (before, after) =
            (text.split_at(at).0.chars().next_back(), text.split_at(at + found.len()).1.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// All that is kept of the team, and all that can be exported of it.
async fn everything(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    let tables = world.db.tables.clone();
    for table in [&tables.facts, &tables.rollups, &tables.surveys, &tables.accounts, &tables.state] {
        all.extend(world.items(table).await.iter().map(ToString::to_string));
    }
    for kind in KINDS {
        all.extend(
            world
                .fetch_all(&format!("/api/teams/{}/export/{kind}?format=ndjson", world.team))
                .await
                .lines()
                .map(str::to_owned),
        );
    }
    all
}

/// Without what asking leaves, and the job itself.
fn lasting(all: Vec<String>) -> Vec<String> {
    let passing = ["#AUDIT#", "LOOKUP#BUCKET#", "JOB#"];
    all.into_iter().filter(|text| !passing.iter().any(|part| text.contains(part))).collect()
}

fn assert_nowhere(all: &[String], person: &Person) {
    for word in words(person) {
        let found: Vec<&String> = all.iter().filter(|text| mentions(text, &word)).take(3).collect();
        assert!(found.is_empty(), "`{word}` is still there: {found:?}");
    }
}

/// The numbers of the team's metrics, by where they stand, without what says who: an order by names is another one.
async fn totals(world: &World) -> BTreeMap<String, Vec<String>> {
    fn collect(path: &str, value: &Value, into: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    collect(&format!("{path}.{name}"), field, into);
                }
            }
            Value::Array(all) => all.iter().for_each(|one| collect(path, one, into)),
            Value::Number(number) => into.entry(path.to_owned()).or_default().push(number.to_string()),
            _ => {}
        }
    }
    let mut all = BTreeMap::new();
    for metric in ["delivery", "jira", "copilot", "ai"] {
        let path = format!("/api/teams/{}/metrics/{metric}?from=2026-05-20&to=2026-06-14", world.team);
        collect(metric, &world.ask(&path).await, &mut all);
    }
    // How old the data is goes on.
    all.retain(|path, _| !path.contains("age"));
    for numbers in all.values_mut() {
        numbers.sort();
    }
    all
}

async fn begun(world: &World, subject: Subject, own: bool) -> GrantId {
    let id: GrantId = "e1".parse().unwrap();
    let task = Task::Erasure(ErasureTask::new(subject, own));
    let job = Job::new(world.team.clone(), id.clone(), task, None, world.clock.now(), None);
    assert!(world.db.create_job(&job).await.unwrap());
    id
}

async fn job(world: &World, id: &GrantId) -> (Job, ErasureTask) {
    let job = world.db.load_job(&world.team, id).await.unwrap().expect("there");
    let Task::Erasure(task) = job.task.clone() else { panic!("{job:?}") };
    (job, task)
}

/// Minutes pass until the erasure waits to be confirmed.
async fn looked_through(world: &World, id: &GrantId) -> ErasureTask {
    for _ in 0..5 {
        world.minute_of_long_jobs().await;
        let (job, task) = job(world, id).await;
        if job.status == JobStatus::Waiting {
            assert_eq!(task.phase, ErasurePhase::Confirming);
            return task;
        }
    }
    panic!("it does not end: {:?}", job(world, id).await);
}

/// As the API does when an admin says so.
async fn confirm(world: &World, id: &GrantId) {
    let (_, task) = job(world, id).await;
    let task = Task::Erasure(ErasureTask { phase: ErasurePhase::Confirmed, ..task });
    world.db.restart_job(&world.team, id, &task, world.clock.now()).await.unwrap().expect("there");
}

/// Minutes pass until it is over.
async fn ended(world: &World, id: &GrantId) -> (Job, ErasureTask) {
    for _ in 0..20 {
        world.minute_of_long_jobs().await;
        let (job, task) = job(world, id).await;
        if !job.status.is_open() {
            return (job, task);
        }
    }
    panic!("it does not end: {:?}", job(world, id).await);
}

#[tokio::test]
async fn an_erased_person_is_found_nowhere_not_even_after_a_sync_and_the_numbers_stay() {
    let mut world = synced().await;
    let (subject, person) = somebody(&world).await;
    let (before, counted) = (everything(&world).await, totals(&world).await);
    let known: Vec<String> = words(&person);
    let seen = known.iter().filter(|word| before.iter().any(|text| mentions(text, word))).count();
    assert!(seen == known.len() && seen > 10, "all of it is there before: {known:?}");
    assert!(counted.len() > 30, "{counted:?}");

    let id = begun(&world, subject, false).await;
    let would = looked_through(&world, &id).await.found;
    for kind in ["accounts", "seats", "members", "pull requests", "issues"] {
        assert!(would.get(kind).is_some_and(|count| *count > 0), "{kind}: {would:?}");
    }
    assert!(lasting(everything(&world).await) == lasting(before), "looking changes nothing");

    confirm(&world, &id).await;
    let (job, task) = ended(&world, &id).await;
    assert_eq!((job.status, &job.error), (JobStatus::Done, &None));
    for (kind, count) in &would {
        assert!(task.erased.get(kind) >= Some(count), "{kind}: {would:?}, {:?}", task.erased);
    }
    assert_nowhere(&everything(&world).await, &person);
    assert_eq!(totals(&world).await, counted);

    world.pass_until(at(NIGHT) + SignedDuration::from_hours(24) + RUN).await;
    for vendor in &world.vendors {
        let record = world.record_of(vendor.provider()).await;
        assert!(record.last_success > Some(at("2026-06-17T00:00:00Z")), "{record:?}");
    }
    assert_nowhere(&everything(&world).await, &person);
    assert_eq!(totals(&world).await, counted);
}

#[tokio::test]
async fn an_erasure_that_dies_at_many_writes_ends_the_same() {
    let world = synced().await;
    let (subject, person) = somebody(&world).await;
    let before = totals(&world).await;
    let id = begun(&world, subject, false).await;
    looked_through(&world, &id).await;
    confirm(&world, &id).await;
    for writes in [1, 3, 9, 40, 2, 90, 17] {
        world.fuse.set(writes);
        world.minute_of_long_jobs().await;
        world.fuse.mend();
        // The lease of the killed ends, or the job rests.
        world.minute_of_long_jobs().await;
        world.minute_of_long_jobs().await;
    }
    let over = job(&world, &id).await.0;
    let over = if over.status.is_open() { ended(&world, &id).await.0 } else { over };
    assert_eq!((over.status, &over.error), (JobStatus::Done, &None));
    assert_nowhere(&everything(&world).await, &person);
    assert_eq!(totals(&world).await, before);
}

#[tokio::test]
async fn what_nobody_confirms_is_forgotten_and_ones_own_request_is_done_when_the_grace_period_ends() {
    let world = synced().await;
    let (subject, person) = somebody(&world).await;
    let id = begun(&world, subject.clone(), false).await;
    looked_through(&world, &id).await;
    let before = world.items(&world.db.tables.facts).await;
    world.move_to(world.clock.now() + CONFIRM_WITHIN);
    let (job, _) = ended(&world, &id).await;
    assert_eq!(job.status, JobStatus::Failed);
    assert!(job.error.unwrap().contains("Nothing was erased"));
    assert!(world.items(&world.db.tables.facts).await == before);

    let own = Task::Erasure(ErasureTask::new(subject, true));
    let id: GrantId = "e2".parse().unwrap();
    let job = Job::new(world.team.clone(), id.clone(), own, None, world.clock.now(), None);
    assert!(world.db.create_job(&job).await.unwrap());
    looked_through(&world, &id).await;
    world.move_to(job.asked_at + GRACE - SignedDuration::from_hours(1));
    world.minute_of_long_jobs().await;
    assert!(world.items(&world.db.tables.facts).await == before, "not before its time");
    world.move_to(job.asked_at + GRACE);
    let (job, _) = ended(&world, &id).await;
    assert_eq!(job.status, JobStatus::Done);
    assert_nowhere(&everything(&world).await, &person);
}

#[tokio::test]
async fn a_deleted_team_leaves_nothing_and_no_sync_of_it_runs_any_more() {
    let mut world = synced().await;
    for provider in plumbline_domain::Provider::ALL {
        world.db.delete_connection(&world.team, provider).await.unwrap();
        world.db.delete_sync(&world.team, provider).await.unwrap();
    }
    let id: GrantId = "d1".parse().unwrap();
    let task = Task::Deletion(DeletionTask::default());
    let job = Job::new(world.team.clone(), id.clone(), task, None, world.clock.now(), None);
    assert!(world.db.create_job(&job).await.unwrap());
    world.fuse.set(30);
    world.minute_of_long_jobs().await;
    world.fuse.mend();
    for _ in 0..15 {
        world.minute_of_long_jobs().await;
    }
    assert_eq!(world.db.load_job(&world.team, &id).await.unwrap(), None, "it is forgotten, too");
    world.pass_until(at(NIGHT) + SignedDuration::from_hours(24) + RUN).await;
    let tables = world.db.tables.clone();
    for table in [&tables.facts, &tables.rollups, &tables.surveys, &tables.accounts, &tables.state] {
        assert_eq!(world.items(table).await, Vec::<Value>::new(), "{table}");
    }
}
