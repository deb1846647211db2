//! A page of issues and its rows: what the run saved is visible, and a crash in between costs a page read again.

use crate::{App, Outcome, work};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::envelope::Keyring;
use plumbline_connections::Connections;
use plumbline_connectors::{
    AllowedHosts, Connection, Connector, Credentials, CredentialsForm, Cursor, Descriptor, Failure, Listed, Marks,
    Page, Probe, Settings, Vendor, seal,
};
use plumbline_domain::{
    Clock, Fact, Issue, Listing, Provider, Record, RecordKind, RunId, Shelf, StatusCategory, SyncJob, TeamId, VendorId,
};
use plumbline_lambda::{JobSender, QueueError, SecretCache};
use plumbline_store::{
    ConnectionRecord, Store, SyncStatus, Tables, Team,
    testing::{TestStore, memory_store},
};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const KEYRING: &str = r#"{"current":"k1","k1":"a text that only tests know"}"#;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
}

fn team() -> TeamId {
    "demo".parse().unwrap()
}

fn jira(id: u64) -> VendorId {
    VendorId::new(Provider::Jira, id)
}

fn issue(id: u64, seen: i64) -> Issue {
    Issue {
        seen_at: at(seen),
        gone_at: None,
        id: jira(id),
        project: jira(1),
        key: format!("RAIL-{id}"),
        title: "Add a switch".into(),
        issue_type: "Story".into(),
        status: "To Do".into(),
        category: StatusCategory::ToDo,
        assignee: None,
        reporter: None,
        points: None,
        sprints: vec![],
        created_at: at(0),
        updated_at: at(seen),
        resolved_at: None,
        history: vec![],
    }
}

/// A tracker with these issues, two on a page, listed whole.
struct Tracker(Arc<Mutex<Vec<Issue>>>);

#[async_trait]
impl Vendor for Tracker {
    fn descriptor(&self) -> &'static Descriptor {
        &Descriptor {
            provider: Provider::Jira,
            name: "Jira",
            hosts: &["api.atlassian.com"],
            credentials: &[CredentialsForm::Token],
        }
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    async fn probe(&self, _: &Connection, _: Timestamp) -> Result<Probe, Failure> {
        Err(Failure::Bug("nobody tries the credentials here".into()))
    }
}

#[async_trait]
impl Connector for Tracker {
    async fn fetch(&self, _: &Connection, _: &Marks, cursor: Option<&Cursor>, _: Timestamp) -> Result<Page, Failure> {
        let issues = self.0.lock().unwrap();
        let start = cursor.and_then(Cursor::as_u64).map_or(0, |start| usize::try_from(start).unwrap());
        let end = (start + 2).min(issues.len());
        let records: Vec<Record> = issues[start..end].iter().map(|one| Record::Issue(Box::new(one.clone()))).collect();
        let listing = Listing::Shelf(Shelf::new(RecordKind::Issue, jira(1)));
        let is_last = end == issues.len();
        Ok(Page {
            listed: vec![Listed { listing: listing.clone(), ids: records.iter().map(Record::id).collect() }],
            complete: is_last.then_some(listing).into_iter().collect(),
            facts: records.into_iter().map(Fact::Record).collect(),
            next: (!is_last).then(|| json!(end)),
            calls: 1,
            ..Page::default()
        })
    }
}

struct Nowhere;

#[async_trait]
impl JobSender for Nowhere {
    async fn send(&self, _: &SyncJob, _: Duration) -> Result<(), QueueError> {
        Ok(())
    }
    async fn send_all(&self, _: &[SyncJob]) -> Result<Vec<SyncJob>, QueueError> {
        Ok(Vec::new())
    }
}

struct Stage {
    store: TestStore,
    issues: Arc<Mutex<Vec<Issue>>>,
}

impl Stage {
    async fn new(issues: &[u64]) -> Self {
        let store = memory_store().await;
        let credentials = Credentials::Token("token".to_owned().into());
        let keyring = Keyring::parse(KEYRING).unwrap();
        let record = ConnectionRecord {
            provider: Provider::Jira,
            base_url: None,
            sealed_credentials: seal(&credentials, &keyring, &team(), Provider::Jira).unwrap(),
            settings: json!({}),
            sync_at: None,
            webhook_sources: vec![],
            created_at: at(0),
            updated_at: at(0),
        };
        let new = Team {
            id: team(),
            name: "Demo".into(),
            time_zone: "UTC".into(),
            bots: vec![],
            email_domains: vec![],
            join_domains: Vec::new(),
            join_by_github: false,
            created_at: at(0),
        };
        store.create_team(&new).await.unwrap();
        store.save_connection(&team(), &record).await.unwrap();
        store.open_sync(&team(), Provider::Jira, None).await.unwrap();
        let issues = issues.iter().map(|id| issue(*id, 1)).collect();
        Self { store, issues: Arc::new(Mutex::new(issues)) }
    }

    fn app(&self, store: Store, minute: i64) -> App {
        App {
            store: store.clone(),
            connectors: vec![Box::new(Tracker(self.issues.clone()))],
            jobs: Box::new(Nowhere),
            connections: Connections {
                store,
                keyring: SecretCache::fixed(KEYRING, None),
                apps: SecretCache::fixed("{}", None),
                allowed_hosts: AllowedHosts::default(),
            },
            clock: Clock::fixed(at(minute)),
        }
    }

    async fn begin(&self, run: &str, minute: i64) -> SyncJob {
        let run: RunId = run.parse().unwrap();
        self.store.begin_run(&team(), Provider::Jira, run, at(minute), None).await.unwrap().unwrap().job
    }

    async fn work(&self, store: Store, job: &SyncJob, minute: i64) -> anyhow::Result<Outcome> {
        work(&self.app(store, minute), job, at(minute) + SignedDuration::from_secs(60)).await
    }

    async fn rows(&self) -> Vec<String> {
        let rows = self.store.load_issue_rows(&team(), &[jira(1)]).await.unwrap().rows;
        rows.into_iter().map(|row| row.id.id).collect()
    }
}

#[tokio::test]
async fn success_means_visible_rows_and_what_is_gone_has_none() {
    let stage = Stage::new(&[1, 2, 3]).await;
    let job = stage.begin("r1", 2).await;
    assert_eq!(stage.work(stage.store.store.clone(), &job, 2).await.unwrap(), Outcome::Finished);
    assert_eq!(stage.rows().await, ["1", "2", "3"]);

    *stage.issues.lock().unwrap() = vec![issue(1, 3), issue(3, 3), issue(4, 3)];
    let job = stage.begin("r2", 4).await;
    assert_eq!(stage.work(stage.store.store.clone(), &job, 4).await.unwrap(), Outcome::Finished);
    assert_eq!(stage.rows().await, ["1", "3", "4"]);
    let record = stage.store.load_sync(&team(), Provider::Jira).await.unwrap().unwrap();
    assert_eq!((record.status, record.last_success), (SyncStatus::Idle, Some(at(4))));
}

#[tokio::test]
async fn a_crash_between_facts_and_rows_reads_the_page_again() {
    let stage = Stage::new(&[1, 2, 3]).await;
    let job = stage.begin("r1", 2).await;
    let tables = Tables { rollups: "not-there".into(), ..stage.store.tables.clone() };
    let broken = Store::new(stage.store.client.clone(), tables);
    assert!(stage.work(broken, &job, 2).await.is_err());
    let shelf = Shelf::new(RecordKind::Issue, jira(1));
    assert_eq!(stage.store.load_shelf(&team(), &shelf).await.unwrap().len(), 2, "the first page's facts");
    assert!(stage.rows().await.is_empty());
    let record = stage.store.load_sync(&team(), Provider::Jira).await.unwrap().unwrap();
    assert_eq!((record.cursor, record.last_success), (None, None));
    // The same message again, after the lease.
    assert_eq!(stage.work(stage.store.store.clone(), &job, 4).await.unwrap(), Outcome::Finished);
    assert_eq!(stage.rows().await, ["1", "2", "3"]);
}
