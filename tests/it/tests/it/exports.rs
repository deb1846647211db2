//! Exports over the whole demo company: whose data are in them, that nothing is missing, and what becomes of one that is
//! killed.

use crate::{
    export_stage::{company, small},
    world::World,
};
use jiff::SignedDuration;
use plumbline_domain::{Account, ActorKind, UserId, VendorId};
use plumbline_store::{ExportOf, ExportTask, Job, JobStatus, Task};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

pub(crate) const KINDS: [&str; 12] = [
    "pull_requests",
    "reviews",
    "commits",
    "members",
    "issues",
    "sprints",
    "seats",
    "usage_daily",
    "storage",
    "boards",
    "groups",
    "identities",
];

fn job(world: &World, of: ExportOf, asked_by: &str) -> Job {
    let task = Task::Export(ExportTask { of, file: None, removed: false });
    let by: UserId = asked_by.parse().unwrap();
    Job::new(world.team.clone(), "x1".parse().unwrap(), task, Some(by), world.clock.now(), None)
}

async fn ask(world: &World, of: ExportOf, asked_by: &str) -> Job {
    let job = job(world, of, asked_by);
    assert!(world.db.create_job(&job).await.unwrap());
    world.send_long_job(&job).await;
    job
}

async fn present(world: &World, job: &Job) -> Job {
    world.db.load_job(&world.team, &job.id).await.unwrap().expect("it is there")
}

/// Whether `word` is somewhere in `text` as a whole word: `a-1` is not in `a-12`.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(start, _)| {
        let (before, rest) = text.split_at(start);
        let before = before.chars().next_back();
        let after = rest.strip_prefix(word).and_then(|rest| rest.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[tokio::test]
async fn an_own_export_has_all_of_ones_own_and_not_a_byte_of_anybody_else() {
    let (world, me) = company().await;
    let job = ask(&world, ExportOf::Me, "u_me").await;
    world.work_on_long_jobs().await;
    let over = present(&world, &job).await;
    assert_eq!((over.status, over.error), (JobStatus::Done, None));
    let files = world.exports.only();
    let own: BTreeSet<VendorId> = me.accounts.iter().map(|link| link.account.clone()).collect();
    // Everything about the person is there: as many rows as the team's tables have of them.
    let accounts = world.db.load_accounts(&world.team).await.unwrap();
    let logins: BTreeSet<String> =
        accounts.iter().filter(|account| own.contains(&account.id)).map(|account| account.login.clone()).collect();
    let mut found = 0;
    for (kind, column) in [
        ("pull_requests", "author"),
        ("reviews", "reviewer"),
        ("commits", "author"),
        ("members", "id"),
        ("seats", "account_id"),
        ("usage_daily", "account_id"),
        ("groups", "account_id"),
        ("identities", "account"),
        ("issues", "assignee_id"),
    ] {
        let is_mine = |row: &serde_json::Value| {
            let value = row[column].as_str().unwrap_or_default();
            logins.contains(value) || own.iter().any(|account| account.to_string() == value)
        };
        let all = world.fetch_all(&format!("/api/teams/t1/export/{kind}?format=ndjson&limit=5000")).await;
        let rows = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
        let expected = rows(&all).iter().filter(|row| is_mine(row)).count();
        let mine = rows(&files[&format!("{kind}.ndjson")]);
        assert_eq!(mine.iter().filter(|row| is_mine(row)).count(), expected, "{kind}");
        assert_eq!(files[&format!("{kind}.csv")].lines().count(), mine.len() + 1, "{kind}");
        found += usize::from(expected > 0);
    }
    assert!(found >= 6, "only {found} tables have something of {}", me.id);
    let survey: serde_json::Value = serde_json::from_str(files["surveys.ndjson"].trim()).unwrap();
    assert_eq!(survey["role"], "reviewer");
    assert_eq!(
        (&survey["guess"], &survey["guessed_right"], &survey["quality"]),
        (&false.into(), &false.into(), &3.into())
    );
    let audit = &files["audit.ndjson"];
    for (id, is_there) in [("by-me", true), ("about-me", true), ("about-all", true), ("about-other", false)] {
        assert_eq!(audit.contains(id), is_there, "{id}: {audit}");
    }
    let profile: serde_json::Value = serde_json::from_str(&files["profile.json"]).unwrap();
    assert_eq!(profile["user"]["id"], "u_me");
    assert_eq!(profile["member"]["accounts"].as_array().unwrap().len(), own.len());
    // Nothing of anybody else.
    let mut names: BTreeSet<String> =
        ["u_other", "Name of u_other", "u_other@acme.example", "198.51.100.0"].map(str::to_owned).into();
    let own_names: BTreeSet<String> = accounts
        .iter()
        .filter(|account| own.contains(&account.id))
        .flat_map(|account| [Some(account.login.clone()), account.name.clone()])
        .flatten()
        .chain(me.name.clone())
        .collect();
    let is_other = |account: &&Account| !own.contains(&account.id) && account.kind == ActorKind::User;
    for account in accounts.iter().filter(is_other) {
        names.extend([account.id.to_string(), account.login.clone()]);
        names.extend(account.name.clone());
        names.extend(account.email.as_ref().map(|email| email.address.clone()));
    }
    for member in world.db.load_members(&world.team).await.unwrap() {
        if member.id != me.id {
            names.insert(member.id.to_string());
            names.insert(format!("login-of-{}", member.id));
        }
    }
    names.retain(|name| !own_names.contains(name));
    assert!(names.len() > 40, "{names:?}");
    for (file, text) in &files {
        for name in &names {
            assert!(!has_word(text, name), "{file} has {name}, who is somebody else: {text}");
        }
    }
}

#[tokio::test]
async fn a_teams_export_is_what_the_api_shows_and_more() {
    let (world, _) = company().await;
    let job = ask(&world, ExportOf::Team, "u_other").await;
    world.work_on_long_jobs().await;
    assert_eq!(present(&world, &job).await.status, JobStatus::Done);
    let files = world.exports.only();
    let mut rows = 0;
    for kind in KINDS {
        for format in ["csv", "ndjson"] {
            let shown = world.fetch_all(&format!("/api/teams/t1/export/{kind}?format={format}&limit=1000")).await;
            let file = format!("{kind}.{format}");
            assert!(files[&file] == shown, "{file} is not what the API shows");
            rows += shown.lines().count();
        }
    }
    assert!(rows > 1000, "the demo has something to show, not only {rows} rows");
    assert_eq!(files["surveys.ndjson"].lines().count(), 2, "a row for each of its people");
    assert_eq!(files["users.ndjson"].lines().count(), 2);
    assert!(files["audit.ndjson"].contains("about-other"));
    let settings: serde_json::Value = serde_json::from_str(&files["settings.json"]).unwrap();
    assert_eq!(settings["team"]["id"], "t1");
    assert_eq!(settings["connections"].as_array().unwrap().len(), world.vendors.len());
    for vendor in &world.vendors {
        for secret in &vendor.secrets {
            assert!(files.values().all(|text| !text.contains(secret)), "a credential is in it");
        }
    }
    assert!(files.values().all(|text| !text.contains("sealed")));
    let readme = &files["README.txt"];
    assert!(files.keys().filter(|name| *name != "README.txt").all(|name| readme.contains(name.as_str())), "{readme}");
    assert!(readme.contains("Europe/Berlin") && readme.contains("Acme"));
}

#[tokio::test]
async fn killed_at_any_write_an_export_ends_with_the_same_files() {
    let (world, _) = company().await;
    let job = ask(&world, ExportOf::Me, "u_me").await;
    world.fuse.set(u64::MAX - 1);
    world.work_on_long_jobs().await;
    let writes = u64::MAX - 1 - world.fuse.left();
    let comparable = |mut files: BTreeMap<String, String>| {
        // It says when it was read.
        files.remove("README.txt");
        files
    };
    let expected = comparable(world.exports.only());
    assert!(writes > 10, "{writes}");
    for kill in 0..writes {
        world.exports.objects.lock().unwrap().clear();
        world.db.restart_job(&world.team, &job.id, &job.task, world.clock.now()).await.unwrap();
        world.send_long_job(&job).await;
        world.fuse.set(kill);
        world.work_on_long_jobs().await;
        assert!(world.fuse.has_blown(), "kill {kill}");
        world.fuse.mend();
        world.minute_of_long_jobs().await;
        world.minute_of_long_jobs().await;
        let over = present(&world, &job).await;
        assert_eq!((over.status, over.error), (JobStatus::Done, None), "kill {kill}");
        assert!(comparable(world.exports.only()) == expected, "kill {kill}");
    }
}

#[tokio::test]
async fn an_export_waits_for_s3_and_is_given_up_in_words() {
    let world = small().await;
    world.exports.is_down.store(true, Ordering::SeqCst);
    let job = ask(&world, ExportOf::Team, "u_other").await;
    world.work_on_long_jobs().await;
    let waiting = present(&world, &job).await;
    assert_eq!((waiting.status, waiting.error.as_deref()), (JobStatus::Queued, Some("S3 did not take the file")));
    for _ in 0..10 {
        world.minute_of_long_jobs().await;
    }
    let failed = present(&world, &job).await;
    assert_eq!(failed.status, JobStatus::Failed);
    assert_eq!(failed.error.as_deref(), Some("Given up after 5 attempts: S3 did not take the file"));
    assert!(world.exports.objects.lock().unwrap().is_empty());
    // It is back: the next one is made.
    world.exports.is_down.store(false, Ordering::SeqCst);
    world.db.restart_job(&world.team, &job.id, &job.task, world.clock.now()).await.unwrap();
    world.minute_of_long_jobs().await;
    world.minute_of_long_jobs().await;
    assert_eq!(present(&world, &job).await.status, JobStatus::Done);
}

#[tokio::test]
async fn a_removed_export_leaves_nothing_behind() {
    let world = small().await;
    let job = ask(&world, ExportOf::Me, "u_me").await;
    world.work_on_long_jobs().await;
    assert_eq!(world.exports.objects.lock().unwrap().len(), 1);
    let removal = Task::Export(ExportTask { of: ExportOf::Me, file: None, removed: true });
    world.exports.is_down.store(true, Ordering::SeqCst);
    world.db.restart_job(&world.team, &job.id, &removal, world.clock.now()).await.unwrap();
    world.minute_of_long_jobs().await;
    assert!(world.db.load_job(&world.team, &job.id).await.unwrap().is_some(), "S3 is down");
    world.exports.is_down.store(false, Ordering::SeqCst);
    world.move_to(world.clock.now() + SignedDuration::from_mins(5));
    world.minute_of_long_jobs().await;
    assert_eq!(world.db.load_job(&world.team, &job.id).await.unwrap(), None);
    assert!(world.exports.objects.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whoever_left_the_team_gets_no_export() {
    let world = small().await;
    let job = ask(&world, ExportOf::Me, "u_me").await;
    world.db.delete_user(&world.team, &"u_me".parse().unwrap()).await.unwrap();
    world.work_on_long_jobs().await;
    let failed = present(&world, &job).await;
    assert_eq!((failed.status, failed.attempts), (JobStatus::Failed, 1));
    assert_eq!(failed.error.as_deref(), Some("Whoever asked for this export is not in the team any more."));
}
