//! Whatever one team does, another reads the same as if it were alone in the tables.

use crate::{
    ApiToken, AuditActor, AuditEntry, Invitation, JoinedBy, Store, SweepPlace, Team, User,
    sample::{account, at, connection, issue, pr, with_scalars},
    sample_surveys,
    testing::memory_store,
};
use plumbline_domain::{
    Account, Erased, Fact, FlowRow, Group, Membership, Person, Provider, Record, RecordKind, Role, Shelf, TeamId,
    UserId, VendorId,
};
use plumbline_survey::SurveySettings;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::BTreeSet;

/// Something that a team does. Texts are what vendors and people choose; both teams draw them from the same few.
#[derive(Debug, Clone)]
enum Act {
    Facts(String, u64),
    Row(u64),
    Connection(String),
    NoConnection,
    User(u64),
    NoUser(u64),
    Token(String),
    Invitation(String),
    Audit(String),
    Survey(u64),
    OptOut(u64),
    Erase(String),
    Delete,
}

fn acts() -> impl Strategy<Value = Act> {
    let text = prop_oneof![
        Just("ada".to_owned()),
        Just("TEAM#t".to_owned()),
        Just("t#ACCOUNT#github:1".to_owned()),
        Just("%23 \u{1}~".to_owned()),
        "[a-z#:%_]{1,8}",
    ];
    let number = 1..4_u64;
    prop_oneof![
        4 => (text.clone(), number.clone()).prop_map(|(text, number)| Act::Facts(text, number)),
        2 => number.clone().prop_map(Act::Row),
        1 => text.clone().prop_map(Act::Connection),
        1 => Just(Act::NoConnection),
        2 => number.clone().prop_map(Act::User),
        1 => number.clone().prop_map(Act::NoUser),
        1 => text.clone().prop_map(Act::Token),
        1 => text.clone().prop_map(Act::Invitation),
        1 => text.clone().prop_map(Act::Audit),
        2 => number.clone().prop_map(Act::Survey),
        1 => number.prop_map(Act::OptOut),
        1 => text.prop_map(Act::Erase),
        1 => Just(Act::Delete),
    ]
}

/// Ids that are each other's beginnings, or look like parts of keys.
fn team_ids() -> impl Strategy<Value = (TeamId, TeamId)> {
    let id = || prop_oneof![Just("t".to_owned()), Just("t_".to_owned()), Just("t1".to_owned()), "[t0-9_]{1,3}"];
    let pair = (id(), id()).prop_filter("two teams", |(a, b)| a != b);
    pair.prop_map(|(a, b)| (a.parse().expect("an id"), b.parse().expect("an id")))
}

/// Vendors' ids have no separators and signs that do not print: those are refused where they come in.
fn vendor_id(text: &str) -> VendorId {
    let id: String = text.chars().filter(|c| *c != '#' && !c.is_control()).collect();
    VendorId::new(Provider::Github, format!("x{id}"))
}

fn user_id(number: u64) -> UserId {
    format!("u_{number}").parse().expect("an id")
}

async fn act(store: &Store, team: &TeamId, step: usize, act: &Act) {
    let grant = || format!("g{step}").parse().expect("an id");
    match act {
        Act::Facts(text, number) => {
            let id = vendor_id(text);
            let group = VendorId::new(Provider::Github, number);
            let of = Account { id: id.clone(), name: Some(text.clone()), ..account(0, text, 0) };
            let (slug, name) = (text.clone(), text.clone());
            let facts = vec![
                Fact::Account(of),
                Fact::Group(Group { id: group.clone(), slug, name, parent: None, gone_at: None, seen_at: at(0) }),
                Fact::Membership(Membership { group, account: id, role: None, gone_at: None, seen_at: at(0) }),
                pr(with_scalars(*number, 5, true)),
                Fact::Record(Record::Issue(Box::new(issue(*number, 0)))),
            ];
            store.save_facts(team, facts).await.expect("saved");
            store.identify(team, at(i64::try_from(step).expect("small") * 60)).await.expect("assigned");
        }
        Act::Row(number) => {
            let row = FlowRow {
                key: crate::sample::key(*number),
                merged_at: at(5),
                author: Some(*number),
                author_is_bot: false,
                cycle_seconds: 1,
                coding_seconds: None,
                lines: 1,
                is_revert: false,
                is_hotfix: false,
                issue_projects: Vec::new(),
                tools: Vec::new(),
                reviewers: Vec::new(),
            };
            store.save_row(team, &row, u64::try_from(step).expect("small")).await.expect("saved");
        }
        Act::Connection(source) => {
            let record =
                crate::ConnectionRecord { webhook_sources: vec![source.clone()], ..connection(Provider::Github) };
            store.save_connection(team, &record).await.expect("saved");
            store.open_sync(team, Provider::Github, at(5)).await.expect("opened");
        }
        Act::NoConnection => {
            store.delete_connection(team, Provider::Github).await.expect("deleted");
            store.delete_sync(team, Provider::Github).await.expect("deleted");
        }
        Act::User(number) => {
            let user = User {
                id: user_id(*number),
                issuer: "okta".into(),
                email: None,
                name: None,
                role: Role::Developer,
                leads: Vec::new(),
                accounts: Vec::new(),
                member: None,
                joined_at: at(0),
                joined_by: JoinedBy::Domain,
            };
            store.create_user(team, &user, None).await.expect("made");
        }
        Act::NoUser(number) => {
            store.delete_user(team, &user_id(*number)).await.expect("deleted");
        }
        Act::Token(name) => {
            let token = ApiToken {
                id: grant(),
                name: name.clone(),
                scopes: BTreeSet::new(),
                made_by: None,
                created_at: at(0),
                rotated_at: None,
                ends_at: at(9),
                used_at: None,
                hash: format!("{team}-{step}"),
                previous: None,
            };
            store.save_api_token(team, &token, None).await.expect("saved");
        }
        Act::Invitation(email) => {
            let (email, role, leads) = (email.clone(), Role::Lead, Vec::new());
            let invitation = Invitation { id: grant(), email, role, leads, created_at: at(0), expires_at: at(9) };
            store.save_invitation(team, &invitation, "hash").await.expect("saved");
        }
        Act::Audit(subject) => {
            let entry = AuditEntry {
                at: at(1),
                request_id: format!("r{step}"),
                actor: AuditActor::Operator,
                action: "getExport".into(),
                is_change: false,
                about: vec![subject.clone()],
                from: None,
                status: None,
            };
            store.save_audit(team, &entry).await.expect("saved");
        }
        Act::Survey(number) => {
            let survey = plumbline_survey::Survey { team_id: team.clone(), ..sample_surveys::survey(*number, 5, &[2]) };
            store.create_survey(survey, None, at(6)).await.expect("saved");
        }
        Act::OptOut(number) => {
            let settings = SurveySettings::default();
            store.save_survey_settings(team, &settings, Some(at(50)), at(6)).await.expect("saved");
            store.save_opt_out(team, &sample_surveys::member(*number), true, at(6)).await.expect("saved");
        }
        Act::Erase(text) => {
            let person =
                Person { accounts: [vendor_id(text)].into(), logins: [text.clone()].into(), ..Person::default() };
            let salt = store.erased_salt(team, [1; 16]).await.expect("drawn");
            store.save_tombstone(team, "e", &salt.tombstone(&person)).await.expect("saved");
            let erased: Erased = store.load_erased(team).await.expect("loads");
            let mut place = Some(SweepPlace::default());
            while let Some(here) = place.take() {
                place = store.sweep_people(team, &erased, here, false, at(20)).await.expect("swept").next;
            }
        }
        Act::Delete => {
            let mut place = Some(SweepPlace::default());
            while let Some(here) = place.take() {
                place = store.delete_team_page(team, here).await.expect("deleted").1;
            }
        }
    }
}

/// All that a team can read.
async fn seen(store: &Store, team: &TeamId) -> String {
    let shelf = Shelf::new(RecordKind::Issue, VendorId::new(Provider::Jira, 10_001));
    let people: BTreeSet<VendorId> = [1, 2].map(|id| VendorId::new(Provider::Github, id)).into();
    let mut surveys = Vec::new();
    for number in 1..4 {
        surveys.push(store.load_survey(team, crate::sample::key(number)).await.expect("loads"));
    }
    let facts = (
        store.load_accounts(team).await.expect("loads"),
        store.load_groups(team).await.expect("loads"),
        store.load_repositories(team).await.expect("loads"),
        store.list_pull_requests(team, crate::sample::repository(1), None, 9).await.expect("loads"),
        store.load_shelves(team, RecordKind::Issue).await.expect("loads"),
        store.load_shelf(team, &shelf).await.expect("loads"),
        store.load_rows(team, at(0), at(100)).await.expect("loads").rows,
    );
    let people = (
        store.load_members(team).await.expect("loads"),
        store.load_same_person(team).await.expect("loads"),
        store.load_users(team).await.expect("loads"),
        store.load_api_tokens(team).await.expect("loads"),
        store.load_invitations(team).await.expect("loads").into_iter().map(|one| one.email).collect::<Vec<_>>(),
        store.load_audit(team, (at(0), at(100)), None, 99).await.expect("loads"),
        store.load_person_rows(team, &people).await.expect("loads"),
        store.load_survey_rows(team, at(0), at(100)).await.expect("loads").rows,
        store.load_opt_outs(team).await.expect("loads"),
        surveys,
    );
    let rest = (
        store.load_team(team).await.expect("loads"),
        store.load_connections(team).await.expect("loads"),
        store.load_syncs(team).await.expect("loads"),
        store.load_survey_settings(team).await.expect("loads"),
        store
            .load_due(at(100), 99)
            .await
            .expect("loads")
            .into_iter()
            .filter(|due| due.team_id == *team)
            .collect::<Vec<_>>(),
    );
    format!("{facts:#?}\n{people:#?}\n{rest:#?}")
}

fn team(id: &TeamId) -> Team {
    Team {
        id: id.clone(),
        name: "Acme".into(),
        time_zone: "UTC".into(),
        created_at: at(0),
        bots: Vec::new(),
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
    }
}

#[test]
fn what_another_team_does_changes_nothing_that_a_team_reads() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let histories = (team_ids(), prop::collection::vec((any::<bool>(), acts()), 6..24));
    TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() })
        .run(&histories, |((ours, theirs), history)| {
            runtime.block_on(async {
                let (together, alone) = (memory_store().await, memory_store().await);
                for store in [&together.store, &alone.store] {
                    store.create_team(&team(&ours)).await.expect("made");
                }
                together.store.create_team(&team(&theirs)).await.expect("made");
                for (step, (is_ours, step_act)) in history.iter().enumerate() {
                    if *is_ours {
                        act(&alone.store, &ours, step, step_act).await;
                    }
                    act(&together.store, if *is_ours { &ours } else { &theirs }, step, step_act).await;
                }
                prop_assert_eq!(seen(&together.store, &ours).await, seen(&alone.store, &ours).await);
                // And what they found out outside of their partitions leads into their own alone.
                for number in 1..4 {
                    let teams = together.store.load_user_teams(&user_id(number)).await.expect("loads");
                    let own = alone.store.load_user_teams(&user_id(number)).await.expect("loads");
                    prop_assert_eq!(teams.contains(&ours), own.contains(&ours));
                }
                Ok(())
            })
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
