use super::*;
use crate::{
    Identified, Invitation, JoinedBy, User,
    audit::{AuditActor, AuditEntry},
    sample::{account, actor, at, commit, issue, key, pr, scalars, team},
    sample_surveys::{self as surveys, answered, created, sent, survey},
    testing::{TestStore, memory_store},
};
use plumbline_domain::{
    Account, BranchCommit, CommitList, Email, Fact, FlowRow, Group, Membership, Provider, PullRequest, Record,
    Reviewer, Role, Seat,
};
use plumbline_identity::{Decided, Decision, Member};
use std::fmt::Write as _;

/// Everything of every table, as text and as the numbers in binary rows.
async fn everything(store: &TestStore) -> String {
    let mut all = String::new();
    let tables = &store.tables;
    for table in [&tables.facts, &tables.rollups, &tables.surveys, &tables.accounts, &tables.state] {
        let mut items = store.client.scan().table_name(table).send().await.expect("scans").items.expect("items");
        for item in &mut items {
            if let Some(row) = item.get("d").and_then(|data| data.as_b().ok()) {
                let row = crate::row_codec::decode(table::text_of(item, "sk").expect("a key"), row.as_ref());
                if let Ok(row) = row {
                    writeln!(all, "{row:?}").expect("writable");
                }
                if let Ok(row) = crate::survey_rows::row_of(item) {
                    writeln!(all, "{row:?}").expect("writable");
                }
            }
            let attributes: BTreeMap<_, _> = item.iter().map(|(name, value)| (name, shown(value))).collect();
            writeln!(all, "{table} {attributes:?}").expect("writable");
        }
    }
    all
}

/// A value, the same for the same.
fn shown(value: &aws_sdk_dynamodb::types::AttributeValue) -> String {
    match value.as_m() {
        Ok(map) => format!("{:?}", map.iter().map(|(name, value)| (name, shown(value))).collect::<BTreeMap<_, _>>()),
        Err(value) => format!("{value:?}"),
    }
}

/// What Ada is called anywhere. Her GitHub number is one that nothing else has.
const ADAS: [&str; 8] = ["83_726", "83726", "ada-love", "Ada Lovelace", "ada@acme.example", "UADA", "m_ada", "u_ada"];

const ADA: u64 = 83_726;

fn named(id: u64, login: &str, name: &str, email: &str) -> Account {
    Account {
        name: Some(name.into()),
        member: Some(true),
        email: Some(Email { address: email.into(), verified: true }),
        commit_emails: [format!("{id}+{login}@users.noreply.github.com")].into(),
        ..account(id, login, 0)
    }
}

/// What vendors tell, again and again.
fn told() -> Vec<Fact> {
    let login = |id| if id == ADA { "ada-love" } else { "grace" };
    let by = |id: u64| plumbline_domain::Actor { login: login(id).into(), ..actor(id) };
    let mut pull_request = PullRequest::new(key(7));
    pull_request.scalars = Some(plumbline_domain::Scalars {
        author: Some(by(ADA)),
        title: "Merge ada-love/topic, as Ada Lovelace said".into(),
        head_ref: "ada-love/topic".into(),
        ..scalars(5, true)
    });
    pull_request.reviews = [(9, crate::sample::review(2, 3)), (10, crate::sample::review(ADA, 4))].into();
    let mut written = commit("abc");
    written.author = Some(by(ADA));
    (written.author_name, written.author_email) = (Some("Ada Lovelace".into()), Some("ada@acme.example".into()));
    pull_request.commits = Some(CommitList { version: at(5), further_pages: 0, commits: vec![written.clone()] });
    let group = VendorId::new(Provider::Github, 500);
    let account_of = |id: u64| VendorId::new(Provider::Github, id);
    let slack = VendorId::new(Provider::Slack, "UADA");
    let mut facts = vec![
        Fact::Account(named(ADA, "ada-love", "Ada Lovelace", "ada@acme.example")),
        Fact::Account(named(2, "grace", "Grace Hopper", "grace@acme.example")),
        Fact::Account(Account { id: slack, ..named(0, "ada-love", "Ada Lovelace", "ada@acme.example") }),
        Fact::Group(Group {
            id: group.clone(),
            slug: "core".into(),
            name: "Core".into(),
            parent: None,
            gone_at: None,
            seen_at: at(0),
        }),
        pr(pull_request),
        Fact::BranchCommit(BranchCommit { repository: crate::sample::repository(1), commit: written }),
        Fact::Record(Record::Issue(Box::new(plumbline_domain::Issue {
            title: "Ask Ada Lovelace".into(),
            assignee: Some(account_of(ADA)),
            reporter: Some(account_of(2)),
            ..issue(3, 0)
        }))),
    ];
    for id in [ADA, 2] {
        let (group, account) = (group.clone(), account_of(id));
        facts.push(Fact::Membership(Membership { group, account, role: None, gone_at: None, seen_at: at(0) }));
        facts.push(Fact::Record(Record::Seat(Seat {
            seen_at: at(0),
            gone_at: None,
            product: "copilot".into(),
            account: account_of(id),
            status: "active".into(),
            used: true,
            plan: None,
            assigned_at: None,
            last_active_at: None,
            activity_source: None,
            granted_by: Vec::new(),
        })));
    }
    facts
}

fn user(id: &str, email: &str) -> User {
    User {
        id: id.parse().expect("an id"),
        issuer: "okta".into(),
        email: Some(email.into()),
        name: Some("Ada Lovelace".into()),
        role: Role::Developer,
        leads: Vec::new(),
        accounts: Vec::new(),
        member: None,
        joined_at: at(0),
        joined_by: JoinedBy::Domain,
    }
}

/// A team with two people in all tables, and another whose id begins alike, of the same vendor ids.
async fn world() -> TestStore {
    let store = memory_store().await;
    for team in [team(), "t77".parse().expect("an id")] {
        let known = crate::Team {
            id: team.clone(),
            name: "Acme".into(),
            time_zone: "UTC".into(),
            created_at: at(0),
            bots: Vec::new(),
            email_domains: vec!["acme.example".into()],
            join_domains: vec!["acme.example".into()],
            join_by_github: false,
        };
        store.create_team(&known).await.expect("made");
        store.save_facts(&team, told()).await.expect("saved");
        let Identified::Assigned = store.identify(&team, at(0)).await.expect("assigns") else { panic!("busy") };
        let row = FlowRow {
            key: key(7),
            merged_at: at(5),
            author: Some(ADA),
            author_is_bot: false,
            cycle_seconds: 5,
            coding_seconds: None,
            lines: 4,
            is_revert: false,
            is_hotfix: false,
            issue_projects: Vec::new(),
            tools: Vec::new(),
            reviewers: vec![Reviewer {
                account: Some(ADA),
                reviews: 1,
                rounds: 0,
                first_review: None,
                last_approval: None,
            }],
        };
        store.save_row(&team, &row, 1).await.expect("saved");
        store.create_user(&team, &user("u_ada", "ada@acme.example"), None).await.expect("made");
        let entry = AuditEntry {
            at: at(1),
            request_id: "r1".into(),
            actor: AuditActor::User("u_ada".parse().expect("an id")),
            action: "getExport".into(),
            is_change: false,
            about: vec![format!("account:github:{ADA}"), "member:m_other".into()],
            from: Some("192.0.2.0".into()),
            status: Some(200),
        };
        store.save_audit(&team, &entry).await.expect("saved");
        let invitation = Invitation {
            id: "i1".parse().expect("an id"),
            email: "ada@acme.example".into(),
            role: Role::Developer,
            leads: Vec::new(),
            created_at: at(0),
            expires_at: at(100),
        };
        store.save_invitation(&team, &invitation, "hash").await.expect("saved");
        store.open_sync(&team, Provider::Jira, at(9)).await.expect("opened");
    }
    let open = created(&store, survey(7, 5, &[ADA, 2]), at(6)).await;
    let open = sent(&store, &open, at(6)).await;
    let open = answered(&store, &open, 2, surveys::GUESS, at(7)).await.expect("saved");
    answered(&store, &open, ADA, surveys::SUPER, at(8)).await.expect("saved");
    store
}

async fn ada(store: &TestStore) -> Person {
    let members = store.load_members(&team()).await.expect("loads");
    let account = VendorId::new(Provider::Github, ADA);
    let member = members.iter().find(|member| member.accounts.iter().any(|link| link.account == account));
    let member = member.map(|member| member.id.clone()).expect("a member");
    let users = ["u_ada".parse().expect("an id")].into();
    store.find_person(&team(), Some(&member), &users, &BTreeSet::new()).await.expect("found")
}

/// A whole sweep; what it found.
async fn swept(store: &TestStore, erased: &Erased, dry: bool) -> Found {
    let (mut all, mut place) = (Found::new(), Some(SweepPlace::default()));
    while let Some(here) = place.take() {
        // As a job keeps it.
        let here = serde_json::from_str(&serde_json::to_string(&here).expect("writable")).expect("readable");
        let page = store.sweep_people(&team(), erased, here, dry, at(20)).await.expect("swept");
        for (kind, count) in page.found {
            *all.entry(kind).or_default() += count;
        }
        place = page.next;
    }
    all
}

async fn buried(store: &TestStore) -> Erased {
    let person = ada(store).await;
    assert_eq!(person.accounts.len(), 2, "GitHub's and Slack's");
    let salt = store.erased_salt(&team(), [3; 16]).await.expect("drawn");
    assert_eq!(store.erased_salt(&team(), [4; 16]).await.expect("there"), salt, "drawn once");
    store.save_tombstone(&team(), "e1", &salt.tombstone(&person)).await.expect("saved");
    store.load_erased(&team()).await.expect("loads")
}

fn of_team(all: &str, team: &str) -> String {
    let marks = [format!("TEAM#{team}\\\""), format!("TEAM#{team}#")];
    let mut lines: Vec<&str> = all.lines().filter(|line| marks.iter().any(|mark| line.contains(mark))).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn assert_untouched(before: &str, after: &str) {
    let (was, is) = (of_team(before, "t77"), of_team(after, "t77"));
    let lost: Vec<&str> = was.lines().filter(|line| !is.contains(line)).collect();
    let new: Vec<&str> = is.lines().filter(|line| !was.contains(line)).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost: {lost:?}, new: {new:?}");
}

#[tokio::test]
async fn an_erased_person_is_nowhere_and_no_telling_brings_them_back() {
    let store = world().await;
    let before = everything(&store).await;
    let erased = buried(&store).await;
    let would = swept(&store, &erased, true).await;
    let with_tombstones = everything(&store).await;
    assert_eq!(swept(&store, &erased, true).await, would, "looking changes nothing");
    let done = swept(&store, &erased, false).await;
    assert_eq!(done, would, "what was told beforehand is what went");
    for kind in
        ["accounts", "pull requests", "commits", "issues", "seats", "group memberships", "rows of pull requests"]
    {
        assert!(done.contains_key(kind), "{kind}: {done:?}");
    }
    for kind in
        ["members", "users", "invitations", "entries of the audit log", "surveys", "people's records of surveys"]
    {
        assert!(done.contains_key(kind), "{kind}: {done:?}");
    }
    assert_eq!(swept(&store, &erased, false).await, Found::new(), "once more there is nothing");
    let after = everything(&store).await;
    for word in ADAS {
        let lines = of_team(&after, "t7");
        let found: Vec<&str> = lines.lines().filter(|line| line.contains(word)).collect();
        assert!(found.is_empty(), "{word}: {found:?}");
    }
    assert_eq!(
        store.load_rows(&team(), at(0), at(10)).await.expect("loads").rows[0].author,
        erased.number(Provider::Github, ADA)
    );
    assert_untouched(&before, &after);
    assert_ne!(with_tombstones, after);

    let saved = store.save_facts(&team(), told()).await.expect("saved");
    assert_eq!(saved.written, 0, "what vendors tell again is known");
    let Identified::Assigned = store.identify(&team(), at(30)).await.expect("assigns") else { panic!() };
    let assignment = store.assignment(&team()).await.expect("loads");
    let pseudonym = erased.account(&VendorId::new(Provider::Github, ADA)).expect("erased");
    let member: &Member = assignment
        .members
        .iter()
        .find(|one| one.accounts.iter().any(|link| link.account == pseudonym))
        .expect("a member");
    assert_eq!(member.accounts.len(), 2, "still one person with two accounts");
    assert!(member.name.as_deref().is_some_and(|name| name.starts_with("erased-")), "{:?}", member.name);
    let again = everything(&store).await;
    for word in ADAS {
        assert!(!of_team(&again, "t7").contains(word), "{word}");
    }
}

#[tokio::test]
async fn decisions_of_admins_stay_with_the_pseudonyms() {
    let store = world().await;
    let person = ada(&store).await;
    let member = person.members.first().expect("a member").clone();
    let slack = VendorId::new(Provider::Slack, "UADA");
    let decided = Decided { at: at(2), decision: Decision::Confirm { account: slack.clone(), member } };
    store.save_decision(&team(), &decided, "d1").await.expect("kept");
    let Identified::Assigned = store.identify(&team(), at(3)).await.expect("assigns") else { panic!() };
    let erased = buried(&store).await;
    swept(&store, &erased, false).await;
    let Identified::Assigned = store.identify(&team(), at(4)).await.expect("assigns") else { panic!() };
    let after = store.assignment(&team()).await.expect("loads");
    let of = |id: &VendorId| after.person_of(&erased.account(id).expect("erased")).cloned();
    assert_eq!(of(&slack), of(&VendorId::new(Provider::Github, ADA)));
    let [Decided { decision: Decision::Confirm { account, .. }, .. }] =
        &store.load_decisions(&team()).await.expect("loads")[..]
    else {
        panic!("one decision")
    };
    assert_eq!(Some(account), erased.account(&slack).as_ref());
}

#[tokio::test]
async fn answers_count_as_before_and_nobody_is_written_to_any_more() {
    let store = world().await;
    let rows = |rows: crate::SurveyRows| -> Vec<_> {
        let without = |mut row: plumbline_survey::SurveyRow| {
            row.author = None;
            row.reviewers.iter_mut().for_each(|reviewer| reviewer.account = VendorId::new(Provider::Github, 0));
            row
        };
        rows.rows.into_iter().map(without).collect()
    };
    let before = rows(store.load_survey_rows(&team(), at(0), at(10)).await.expect("loads"));
    let erased = buried(&store).await;
    swept(&store, &erased, false).await;
    assert_eq!(rows(store.load_survey_rows(&team(), at(0), at(10)).await.expect("loads")), before);
    let mut stored = surveys::loaded(&store, 7).await.survey;
    let pseudonym = erased.account(&VendorId::new(Provider::Github, ADA)).expect("erased");
    while let Some(step) = stored.next(at(30)) {
        assert_ne!(step.account, pseudonym, "nobody writes to whom nobody knows");
        stored.finish(&step, plumbline_survey::Outcome::Refused { reason: "no".into() }, at(30));
    }
    let own = store.load_person_rows(&team(), &[pseudonym].into()).await.expect("loads");
    assert_eq!(own.len(), 1, "the record lies under the pseudonym");
}

#[tokio::test]
async fn a_deleted_team_leaves_nothing_and_its_neighbour_everything() {
    let store = world().await;
    store.save_domain_lookups(&team(), &["acme.example".into()], &[]).await.expect("saved");
    store.save_connection(&team(), &crate::sample::connection(Provider::Github)).await.expect("saved");
    let before = everything(&store).await;
    let mut place = Some(SweepPlace::default());
    let mut deleted = 0;
    while let Some(here) = place.take() {
        let (count, next) = store.delete_team_page(&team(), here).await.expect("deletes");
        (deleted, place) = (deleted + count, next);
    }
    let after = everything(&store).await;
    assert!(deleted > 15, "{deleted}");
    assert_eq!(of_team(&after, "t7"), "");
    assert_untouched(&before, &after);
    let teams: Vec<_> = store.load_teams().await.expect("loads").into_iter().map(|team| team.id.to_string()).collect();
    assert_eq!(teams, ["t77"]);
    assert_eq!(store.load_domain_teams("acme.example").await.expect("loads"), Vec::<TeamId>::new());
    let users_teams = store.load_user_teams(&"u_ada".parse().expect("an id")).await.expect("loads");
    assert_eq!(users_teams, ["t77".parse().expect("an id")]);
    // The lookup of an invitation is by a hash that only its address makes; it leads to nothing and ends by itself.
    let left: Vec<&str> = after.lines().filter(|line| line.contains("S(\\\"t7\\\")") || line.contains("t7#")).collect();
    assert!(left.iter().all(|line| line.contains("LOOKUP#INVITED")), "{left:?}");
}
