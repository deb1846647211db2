//! What the tests of exports stand on: the demo company at all vendors, with people who sign in, and a bucket.

use crate::{
    vendor::{self, Vendor},
    world::{World, at},
};
use anyhow::bail;
use async_trait::async_trait;
use plumbline_domain::{MemberId, PullRequestKey, Role};
use plumbline_identity::Member;
use plumbline_privacy::Files;
use plumbline_store::{AuditActor, AuditEntry, Created, JoinedBy, User};
use plumbline_survey::{
    Asked, Author, Given, Origin, Participant, Post, Quality, QuestionMessage, Reviewer, Survey, Truth, TruthSource,
};
use plumbline_vendors::github::State;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Cursor, Read as _, Seek as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use zip::ZipArchive;

/// The bucket of exports.
#[derive(Clone, Default)]
pub(crate) struct Bucket {
    pub(crate) objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    pub(crate) is_down: Arc<AtomicBool>,
}

#[async_trait]
impl Files for Bucket {
    async fn put(&self, key: &str, mut file: File, bytes: u64) -> anyhow::Result<()> {
        if self.is_down.load(Ordering::SeqCst) {
            bail!("S3 did not take the file");
        }
        let mut content = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut content)?;
        assert_eq!(u64::try_from(content.len())?, bytes);
        self.objects.lock().unwrap().insert(key.to_owned(), content);
        Ok(())
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        if self.is_down.load(Ordering::SeqCst) {
            bail!("S3 did not remove the file");
        }
        self.objects.lock().unwrap().remove(key);
        Ok(())
    }
}

impl Bucket {
    /// The files in the only zip that there is.
    pub(crate) fn only(&self) -> BTreeMap<String, String> {
        let objects = self.objects.lock().unwrap();
        assert_eq!(objects.len(), 1, "{:?}", objects.keys());
        let mut zip = ZipArchive::new(Cursor::new(objects.values().next().unwrap().clone())).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            let name = file.name().unwrap().into_owned();
            assert!(files.insert(name.clone(), text).is_none(), "{name} is twice in it");
        }
        files
    }
}

/// The demo company at all vendors, synced, with a user who is one of its people. The member has accounts at several vendors,
/// pull requests and issues.
pub(crate) async fn company() -> (World, Member) {
    let mut vendors = Vec::new();
    for connector in plumbline_connectors::all() {
        vendors.push(Vendor::start_small(connector).await);
    }
    let providers: Vec<_> = vendors.iter().map(Vendor::provider).collect();
    let mut world = World::of(vendors).await;
    for provider in providers {
        world.ask_for_sync_of(provider).await;
        let record = world.finish_run_of(provider).await;
        assert!(record.last_success.is_some(), "{provider}: {record:?}");
    }
    let pull_requests = world.fetch_all("/api/teams/t1/export/pull_requests?format=ndjson&limit=5000").await;
    let members = world.db.load_members(&world.team).await.unwrap();
    let accounts = world.db.load_accounts(&world.team).await.unwrap();
    let wrote = |member: &&Member| {
        let mut own = accounts.iter().filter(|account| member.accounts.iter().any(|link| link.account == account.id));
        own.any(|account| pull_requests.contains(&format!("\"author\":\"{}\"", account.login)))
    };
    let me = members.iter().filter(wrote).max_by_key(|member| member.accounts.len()).expect("somebody writes").clone();
    assert!(me.accounts.len() >= 3, "{me:?}");
    let other = members.iter().find(|member| member.id != me.id && !member.accounts.is_empty()).unwrap().clone();
    world.db.create_user(&world.team, &user("u_me", Role::Developer, Some(&me.id)), None).await.unwrap();
    world.db.create_user(&world.team, &user("u_other", Role::Admin, Some(&other.id)), None).await.unwrap();
    survey(&world, &me, &other).await;
    audit(&world, &me, &other).await;
    (world, me)
}

/// A team that knows nothing yet, with the same users.
pub(crate) async fn small() -> World {
    let world = World::new(State::new("acme", vendor::now())).await;
    world.db.create_user(&world.team, &user("u_me", Role::Developer, None), None).await.unwrap();
    world.db.create_user(&world.team, &user("u_other", Role::Admin, None), None).await.unwrap();
    world
}

fn user(id: &str, role: Role, member: Option<&MemberId>) -> User {
    User {
        id: id.parse().unwrap(),
        issuer: "demo".into(),
        email: Some(format!("{id}@acme.example")),
        name: Some(format!("Name of {id}")),
        role,
        leads: Vec::new(),
        accounts: Vec::new(),
        member: member.cloned(),
        joined_at: at("2026-01-01T00:00:00Z"),
        joined_by: JoinedBy::Invitation,
    }
}

/// A survey in which `other` wrote and `me` reviewed.
async fn survey(world: &World, me: &Member, other: &Member) {
    let repository = world.db.load_repositories(&world.team).await.unwrap()[0].clone();
    let person = |member: &Member| Participant {
        account: member.accounts[0].account.clone(),
        login: format!("login-of-{}", member.id),
        member: Some(member.id.clone()),
        slack_user: None,
        asked: Asked::Web,
        opted_out_at: None,
        message: QuestionMessage::default(),
    };
    let now = world.clock.now();
    let given = |value| Given { value, at: now, from: Origin::Web };
    let survey = Survey {
        team_id: world.team.clone(),
        key: PullRequestKey { repository: repository.key, number: 1 },
        repository: repository.full_name,
        title: "Surveyed".into(),
        url: "https://example.com/1".into(),
        merged_at: now,
        opened_at: now,
        reveals: true,
        detection: None,
        control: false,
        truth: Some(Truth { assisted: true, source: TruthSource::Answer, at: now }),
        author: Some(Author { person: person(other), assisted: Some(given(true)) }),
        reviewers: vec![Reviewer {
            person: person(me),
            quality: Some(Given { value: Quality::Super, at: now, from: Origin::Web }),
            guess: Some(given(false)),
            reveal: Post::default(),
        }],
    };
    assert!(matches!(world.db.create_survey(survey, None, now).await.unwrap(), Created::Yes(_)));
}

async fn audit(world: &World, me: &Member, other: &Member) {
    let entry = |id: &str, actor: &str, about: Vec<String>| AuditEntry {
        at: world.clock.now(),
        request_id: id.into(),
        actor: AuditActor::User(actor.parse().unwrap()),
        action: "POST /somewhere".into(),
        is_change: true,
        about,
        from: Some(if actor == "u_me" { "192.0.2.0" } else { "198.51.100.0" }.into()),
        status: Some(200),
    };
    let (mine, theirs) = (format!("member:{}", me.id), format!("member:{}", other.id));
    for entry in [
        entry("by-me", "u_me", vec![theirs.clone()]),
        entry("about-me", "u_other", vec![theirs.clone(), mine]),
        entry("about-all", "u_other", vec!["everybody".into()]),
        entry("about-other", "u_other", vec![theirs]),
    ] {
        world.db.save_audit(&world.team, &entry).await.unwrap();
    }
}
