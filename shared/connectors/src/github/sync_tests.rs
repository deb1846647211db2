//! Runs against the fake.

#[path = "fake_tests.rs"]
mod fake;
#[path = "installation_tests.rs"]
mod installations;
#[path = "merge_tests.rs"]
mod merges;
#[path = "refusal_tests.rs"]
mod refusals;

use crate::{
    Connection, Connector, Credentials, Failure, Marks, Page, Quarantined, Settings, github::Github, http::LazyClient,
};
use fake::{Fake, Fault, Repo, TOKEN, Team, World, at, commit, pull, review, user};
use jiff::Timestamp;
use plumbline_domain::{ActorKind, Fact, PullRequest};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use wiremock::{MockServer, ResponseTemplate};

/// Long after the last change in the fake's data, and inside the history.
const LATER: i64 = 10_000;

fn connection(server: &MockServer, settings: Settings) -> Connection {
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(server.uri().parse().expect("an address")),
        credentials: Credentials::Token(TOKEN.into()),
        apps: Arc::default(),
        settings,
    }
}

fn organization() -> Settings {
    Settings { organization: Some("acme".into()), history_days: 180, ..Settings::default() }
}

fn named(repositories: &[&str]) -> Settings {
    let repositories = repositories.iter().map(ToString::to_string).collect();
    Settings { repositories, history_days: 180, ..Settings::default() }
}

/// All that a run brought.
#[derive(Default)]
struct Ran {
    facts: Vec<Fact>,
    quarantined: Vec<Quarantined>,
    calls: u32,
    /// What there was before each page.
    stops: Vec<Stop>,
}

/// Where a run could break off.
struct Stop {
    marks: Marks,
    cursor: Option<Value>,
    /// Number of facts up to here.
    facts: usize,
}

impl Ran {
    fn pulls(&self) -> BTreeMap<u64, PullRequest> {
        let mut pulls: BTreeMap<u64, PullRequest> = BTreeMap::new();
        for fact in &self.facts {
            if let Fact::PullRequest(pull) = fact {
                pulls.entry(pull.key.number).or_insert_with(|| PullRequest::new(pull.key)).merge((**pull).clone());
            }
        }
        pulls
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
    now: Timestamp,
) -> Result<Ran, Failure> {
    let github = Github::new(LazyClient::default());
    let mut ran = Ran::default();
    loop {
        ran.stops.push(Stop { marks: marks.clone(), cursor: cursor.clone(), facts: ran.facts.len() });
        let page = github.fetch(connection, marks, cursor.as_ref(), now).await?;
        apply(marks, &page);
        ran.facts.extend(page.facts);
        ran.quarantined.extend(page.quarantined);
        ran.calls += page.calls;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ran);
        }
        assert!(cursor.as_ref().expect("some").to_string().len() < 1_000, "a cursor is small: {cursor:?}");
        assert!(ran.stops.len() < 500, "the run does not end");
    }
}

async fn sync(connection: &Connection, marks: &mut Marks, minute: i64) -> Result<Ran, Failure> {
    sync_from(connection, marks, None, at(minute)).await
}

fn world() -> World {
    World {
        admins: vec![(1, "ada")],
        members: vec![(2, "bob"), (3, "cyd"), (4, "dan")],
        teams: vec![
            Team { id: 71, slug: "core".into(), members: vec![(1, "ada"), (2, "bob"), (3, "cyd")] },
            Team { id: 72, slug: "web".into(), members: vec![(4, "dan")] },
        ],
        repos: vec![
            Repo::new(501, "one", (1..=120).zip(1..).map(|(n, minute)| pull(n, minute)).collect()).with_commits(230),
            Repo::new(502, "two", vec![pull(707, 50)]),
            Repo::new(503, "empty", vec![]),
        ],
        ..World::default()
    }
}

#[tokio::test]
async fn a_first_sync_brings_everything_and_an_unchanged_one_asks_once_for_fifty_repositories() {
    let mut world = world();
    world.repos.extend((600..657).map(|id| Repo::new(id, &format!("quiet{id}"), vec![pull(1, 5)]).with_commits(1)));
    let (server, fake) = Fake::start(world).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    let first = sync(&connection, &mut marks, LATER).await.expect("syncs");
    assert_eq!(first.reasons(), Vec::<String>::new());
    let count = |test: fn(&Fact) -> bool| first.facts.iter().filter(|fact| test(fact)).count();
    assert_eq!(count(|fact| matches!(fact, Fact::Repository(_))), 60);
    assert_eq!(count(|fact| matches!(fact, Fact::Group(_))), 2);
    assert_eq!(count(|fact| matches!(fact, Fact::Membership(_))), 4);
    assert_eq!(count(|fact| matches!(fact, Fact::PullRequest(_))), 120 + 1 + 57);
    assert_eq!(count(|fact| matches!(fact, Fact::BranchCommit(_))), 230 + 57);
    let mut roles: Vec<_> = first
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Account(account) if account.member == Some(true) => {
                Some((account.login.as_str(), account.role.as_deref()))
            }
            _ => None,
        })
        .collect();
    roles.sort_unstable();
    let member = Some("member");
    assert_eq!(roles, [("ada", Some("admin")), ("bob", member), ("cyd", member), ("dan", member)]);
    let calls = fake.calls();
    assert_eq!(calls.len(), first.calls as usize);
    let of = |calls: &[String], words: &str| calls.iter().filter(|call| call.contains(words)).count();
    assert_eq!(of(&calls, "graphql Changes"), 2);
    assert_eq!(
        of(&calls, "graphql PullRequests"),
        3 + 1 + 57,
        "three pages of fifty, and one for each other repository"
    );
    assert_eq!(of(&calls, "/commits"), 3 + 57);

    let second = sync(&connection, &mut marks, LATER + 60).await.expect("syncs");
    let calls = fake.calls();
    assert_eq!(of(&calls, "graphql"), 2);
    assert_eq!(of(&calls, "graphql Changes"), 2);
    assert_eq!(of(&calls, "/commits"), 0);
    assert_eq!(second.pulls().len(), 0);
}

#[tokio::test]
async fn an_old_pull_request_that_is_updated_late_is_found() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    sync(&connection, &mut marks, LATER).await.expect("syncs");
    fake.calls();
    let updated = json!({"updatedAt": at(LATER + 30), "title": "Renamed", "body": "Reverts acme/one#5"});
    for (key, value) in updated.as_object().expect("an object") {
        fake.world().repos[0].pulls[2][key] = value.clone();
    }
    let second = sync(&connection, &mut marks, LATER + 60).await.expect("syncs");
    // Those within the overlap of five minutes come again.
    assert_eq!(second.pulls().keys().copied().collect::<Vec<_>>(), [3, 115, 116, 117, 118, 119, 120]);
    let scalars = second.pulls()[&3].scalars.clone().expect("scalars");
    assert_eq!((scalars.title.as_str(), scalars.reverts), ("Renamed", true));
    assert_eq!(fake.calls().iter().filter(|call| call.contains("PullRequests")).count(), 1);
}

#[tokio::test]
async fn a_pass_that_began_within_moments_of_a_change_is_repeated() {
    let (server, fake) =
        Fake::start(World { repos: vec![Repo::new(501, "one", vec![pull(1, 100)])], ..World::default() }).await;
    let connection = connection(&server, named(&["acme/one"]));
    let mut marks = Marks::default();
    sync(&connection, &mut marks, 101).await.expect("syncs");
    // Another one changed in the same second, and sorts behind the known newest.
    let mut late = pull(1, 100);
    late["number"] = 0.into();
    fake.world().repos[0].pulls.push(late);
    let second = sync(&connection, &mut marks, 130).await.expect("syncs");
    assert_eq!(second.pulls().keys().copied().collect::<Vec<_>>(), [0, 1]);
    fake.calls();
    let third = sync(&connection, &mut marks, 160).await.expect("syncs");
    assert!(third.pulls().is_empty(), "now it is settled");
}

#[tokio::test]
async fn history_bounds_the_first_sync_and_a_longer_one_reads_again() {
    let day = 24 * 60;
    let pulls = vec![pull(1, -100 * day), pull(2, -20 * day), pull(3, -day)];
    let (server, _fake) = Fake::start(World { repos: vec![Repo::new(501, "one", pulls)], ..World::default() }).await;
    let mut connection = connection(&server, Settings { history_days: 30, ..named(&["acme/one"]) });
    let mut marks = Marks::default();
    let first = sync(&connection, &mut marks, 0).await.expect("syncs");
    assert_eq!(first.pulls().keys().copied().collect::<Vec<_>>(), [2, 3]);
    connection.settings.history_days = 180;
    let second = sync(&connection, &mut marks, 10).await.expect("syncs");
    assert_eq!(second.pulls().keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
    let third = sync(&connection, &mut marks, 20).await.expect("syncs");
    assert!(third.pulls().is_empty());
}

#[tokio::test]
async fn pages_are_halved_until_they_work_and_the_size_is_remembered() {
    let (server, fake) = Fake::start(World { heaviest: Some(12), ..world() }).await;
    let connection = connection(&server, named(&["acme/one"]));
    let mut marks = Marks::default();
    let first = sync(&connection, &mut marks, LATER).await.expect("syncs");
    assert_eq!(first.pulls().len(), 120);
    let sizes: Vec<String> = fake
        .calls()
        .into_iter()
        .filter_map(|call| Some(call.strip_prefix("graphql PullRequests first=")?.to_owned()))
        .collect();
    assert_eq!(sizes[..4], ["50", "25", "12", "12"]);
    assert_eq!(sizes.len(), 2 + 10);
    fake.world().repos[0].pulls[0]["updatedAt"] = json!(at(LATER + 1));
    sync(&connection, &mut marks, LATER + 60).await.expect("syncs");
    assert!(fake.calls().iter().any(|call| call == "graphql PullRequests first=12"));
    fake.world().heaviest = Some(4);
    fake.world().repos[0].pulls[1]["updatedAt"] = json!(at(LATER + 61));
    let failure = sync(&connection, &mut marks, LATER + 120).await.err();
    assert!(matches!(failure, Some(Failure::Unavailable(_))), "{failure:?}");
    let last = fake.calls().pop();
    assert_eq!(last.as_deref(), Some("graphql PullRequests first=5"));
}

fn long_pull() -> Value {
    let mut long = pull(1, 5_000);
    long["reviews"] = (1..=130).zip(100..).map(|(n, minute)| review(n, minute)).collect();
    long["commits"] = (0..260).map(|n| commit(&format!("{n:040x}"), n)).collect();
    let kind = |n: i64| if n % 2 == 0 { "ReadyForReviewEvent" } else { "ConvertToDraftEvent" };
    long["timelineItems"] = (0..130).map(|n| json!({"__typename": kind(n), "createdAt": at(n)})).collect();
    long
}

#[tokio::test]
async fn lists_longer_than_a_page_are_followed() {
    let repos = vec![Repo::new(501, "one", vec![long_pull(), pull(2, 1)])];
    let (server, fake) = Fake::start(World { repos, ..World::default() }).await;
    let connection = connection(&server, named(&["acme/one"]));
    let ran = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    let long = &ran.pulls()[&1];
    assert_eq!(long.reviews.len(), 130);
    assert_eq!(long.draft_history.listed.len(), 130);
    assert_eq!(long.draft_history.listed_at, Some(at(5_000)));
    let list = long.commits.as_ref().expect("commits");
    let mut shas: Vec<_> = list.commits.iter().map(|commit| commit.sha.clone()).collect();
    let mut pages = 0;
    for fact in &ran.facts {
        if let Fact::CommitPage(page) = fact {
            pages += 1;
            assert_eq!((page.index, page.version, page.key), (pages, list.version, long.key));
            shas.extend(page.commits.iter().map(|commit| commit.sha.clone()));
        }
    }
    assert_eq!((list.further_pages, pages), (3, 3));
    assert_eq!(shas, (0..260).map(|n| format!("{n:040x}")).collect::<Vec<_>>());
    assert_eq!(long.scalars.as_ref().map(|scalars| scalars.commits), Some(260));
    // 80 more reviews: one call; 210 more commits: three; 110 more events: two.
    assert_eq!(
        fake.calls().iter().filter(|call| call.contains("graphql") && !call.contains("first=50")).count(),
        1 + 6
    );
}

#[tokio::test]
async fn commits_that_github_counts_and_does_not_list_leave_empty_pages() {
    let repos = vec![Repo::new(501, "one", vec![long_pull()])];
    let (server, _fake) = Fake::start(World { repos, listed_commits: Some(140), ..World::default() }).await;
    let connection = connection(&server, named(&["acme/one"]));
    let ran = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs");
    let sizes: Vec<_> = ran
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::CommitPage(page) => Some((page.index, page.commits.len())),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [(1, 90), (2, 0), (3, 0)]);
}

fn listed(facts: &[Fact]) -> BTreeSet<String> {
    facts.iter().map(|fact| serde_json::to_string(fact).expect("serialises")).collect()
}

#[tokio::test]
async fn a_run_resumes_from_any_page_with_the_same_facts() {
    let mut world = World { per_page: 2, ..world() };
    world.repos[0] =
        Repo::new(501, "one", (2..=60).zip(2..).map(|(n, minute)| pull(n, minute)).collect()).with_commits(5);
    world.repos[0].pulls.push(long_pull());
    let (server, _fake) = Fake::start(world).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    let whole = sync(&connection, &mut marks, LATER).await.expect("syncs");
    assert!(whole.stops.len() > 20, "{}", whole.stops.len());
    // Twice in each step, and in the lists inside pull requests.
    let mut tried: BTreeMap<String, u32> = BTreeMap::new();
    for (index, stop) in whole.stops.iter().enumerate() {
        let step =
            stop.cursor.as_ref().and_then(|cursor| cursor["step"].as_object()).and_then(|step| step.iter().next());
        let kind = step.map(|(name, step)| format!("{name} {}", step["follow"][0]["list"])).unwrap_or_default();
        let times = tried.entry(kind).or_default();
        *times += 1;
        if *times > 2 {
            continue;
        }
        let before = &whole.facts[..stop.facts];
        // A run that has a cursor goes on some minutes later; one without begins at its beginning.
        let now = at(if stop.cursor.is_none() { LATER } else { LATER + 7 });
        // The process died before the page was saved.
        let mut resumed_marks = stop.marks.clone();
        let resumed = sync_from(&connection, &mut resumed_marks, stop.cursor.clone(), now).await.expect("resumes");
        assert_eq!([before, &resumed.facts].concat(), whole.facts, "page {index}");
        assert_eq!(apart_from_pace(&resumed_marks), apart_from_pace(&marks), "page {index}");
        // It died between the marks and the cursor: the same page once more, over the new marks.
        let Some(next) = whole.stops.get(index + 1) else { continue };
        let (before, mut repeated_marks) = (&whole.facts[..next.facts], next.marks.clone());
        let repeated = sync_from(&connection, &mut repeated_marks, stop.cursor.clone(), now).await.expect("resumes");
        assert_eq!(listed(&[before, &repeated.facts].concat()), listed(&whole.facts), "page {index}");
        assert_eq!(apart_from_pace(&repeated_marks), apart_from_pace(&marks), "page {index}");
    }
    assert!(tried.len() >= 10, "{tried:?}");
}

/// A page read twice counts twice among the calls.
fn apart_from_pace(marks: &Marks) -> Marks {
    let mut marks = marks.clone();
    assert!(marks.0.remove("pace").is_some(), "calls are counted");
    marks
}

#[tokio::test]
async fn what_a_complete_listing_no_longer_has_is_gone() {
    let (server, fake) = Fake::start(World { per_page: 2, ..world() }).await;
    let connection = connection(&server, organization());
    let mut marks = Marks::default();
    sync(&connection, &mut marks, LATER).await.expect("syncs");
    {
        let mut world = fake.world();
        world.members.retain(|(id, _)| *id != 3);
        world.teams.remove(1);
        world.teams[0].members.remove(1);
        world.repos.remove(1);
        // Now an owner: still a member.
        world.members.retain(|(id, _)| *id != 2);
        world.admins.push((2, "bob"));
        // A listing that breaks off forgets nobody.
        world.faults.push(Fault { line: "role=member", times: 1, answer: ResponseTemplate::new(503) });
    }
    assert!(sync(&connection, &mut marks, LATER + 10).await.is_err());
    let second = sync(&connection, &mut marks, LATER + 20).await.expect("syncs");
    let gone: Vec<String> = second
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Account(account) if account.member == Some(false) => Some(format!("account {}", account.login)),
            Fact::Group(group) if group.gone_at.is_some() => Some(format!("group {}", group.slug)),
            Fact::Membership(m) if m.gone_at.is_some() => Some(format!("membership {} {}", m.group, m.account)),
            Fact::Repository(repository) if repository.gone_at.is_some() => Some(repository.full_name.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(gone, ["account cyd", "group web", "membership github:71 github:2", "acme/two"]);
    let third = sync(&connection, &mut marks, LATER + 30).await.expect("syncs");
    assert!(!listed(&third.facts).iter().any(|fact| fact.contains("\"gone_at\":\"")), "said once");
}

#[tokio::test]
async fn unchanged_listings_of_one_page_cost_no_facts_and_lose_nobody() {
    let (server, fake) = Fake::start(World { etags: true, ..world() }).await;
    let mut connection = connection(&server, organization());
    let mut marks = Marks::default();
    sync(&connection, &mut marks, LATER).await.expect("syncs");
    fake.calls();
    for minute in [10, 20] {
        let ran = sync(&connection, &mut marks, LATER + minute).await.expect("syncs");
        assert_eq!(ran.facts, [], "nothing changed");
        // Admins, members, teams, two teams' members, repositories.
        assert_eq!(fake.calls().iter().filter(|call| call.ends_with("if-none-match")).count(), 6);
    }
    fake.world().members.pop();
    let ran = sync(&connection, &mut marks, LATER + 30).await.expect("syncs");
    assert_eq!(ran.facts.iter().filter(|fact| matches!(fact, Fact::Account(a) if a.member == Some(false))).count(), 1);
    fake.calls();
    connection.credentials = Credentials::Token("ghp_plumblineOtherToken".into());
    sync(&connection, &mut marks, LATER + 40).await.expect("syncs");
    assert!(!fake.calls().iter().any(|call| call.ends_with("if-none-match")), "an ETag belongs to one token");
}

#[tokio::test]
async fn deleted_accounts_bots_and_pending_reviews() {
    let mut odd = pull(1, 10);
    odd["author"] = Value::Null;
    odd["reviews"] = json!([
        {"databaseId": 5, "author": null, "state": "COMMENTED", "submittedAt": at(2), "updatedAt": at(2)},
        {"databaseId": 6, "author": user(8, "dependabot[bot]"), "state": "SOMETHING_NEW", "submittedAt": at(3), "updatedAt": at(3)},
        {"databaseId": 7, "author": user(2, "bob"), "state": "PENDING", "submittedAt": null, "updatedAt": at(4)},
        {"databaseId": 8, "author": {"__typename": "EnterpriseUserAccount", "login": "e"}, "state": "APPROVED", "submittedAt": at(3), "updatedAt": at(3)},
    ]);
    let repos = vec![Repo::new(501, "one", vec![odd])];
    let (server, _fake) = Fake::start(World { repos, ..World::default() }).await;
    let ran = sync(&connection(&server, named(&["acme/one"])), &mut Marks::default(), LATER).await.expect("syncs");
    let pull = &ran.pulls()[&1];
    assert_eq!(pull.scalars.as_ref().expect("scalars").author, None);
    assert_eq!(pull.reviews.keys().copied().collect::<Vec<_>>(), [5, 6, 8]);
    let bot = pull.reviews[&6].author.clone().expect("an author");
    assert_eq!((bot.login.as_str(), bot.kind), ("dependabot[bot]", ActorKind::Bot));
    let accounts: Vec<_> = ran.facts.iter().filter(|fact| matches!(fact, Fact::Account(_))).collect();
    assert_eq!(accounts.len(), 2, "the bot and the commit's author, each once: {accounts:?}");
}

#[tokio::test]
async fn a_renamed_repository_is_followed_by_redirect_and_by_listing() {
    let (server, fake) = Fake::start(world()).await;
    let mut marks = Marks::default();
    let by_name = connection(&server, named(&["acme/old"]));
    fake.world().renamed.insert("acme/old".into(), 502);
    let ran = sync(&by_name, &mut marks, LATER).await.expect("syncs");
    let names = |ran: &Ran| -> Vec<String> {
        let name = |fact: &Fact| match fact {
            Fact::Repository(repository) => Some(repository.full_name.clone()),
            _ => None,
        };
        ran.facts.iter().filter_map(name).collect()
    };
    assert_eq!(names(&ran), ["acme/two"]);
    assert_eq!(ran.pulls().len(), 1);

    let listing = connection(&server, organization());
    let mut marks = Marks::default();
    sync(&listing, &mut marks, LATER).await.expect("syncs");
    fake.world().repos[1].full_name = "acme/newer".into();
    let ran = sync(&listing, &mut marks, LATER + 10).await.expect("syncs");
    assert_eq!(names(&ran), ["acme/one", "acme/newer", "acme/empty"]);
    assert!(ran.pulls().is_empty(), "the same repository: nothing is read again");
}

#[tokio::test]
async fn an_empty_repository_is_no_failure() {
    let mut world = world();
    world.repos[2].head = Some("a head that is gone by the time of the call".into());
    let (server, fake) = Fake::start(world).await;
    let connection = connection(&server, named(&["acme/empty"]));
    let mut marks = Marks::default();
    let ran = sync(&connection, &mut marks, LATER).await.expect("syncs");
    assert_eq!(ran.reasons(), Vec::<String>::new());
    assert!(fake.calls().iter().any(|call| call.contains("/repos/acme/empty/commits")));
    sync(&connection, &mut marks, LATER + 10).await.expect("syncs");
    assert!(!fake.calls().iter().any(|call| call.contains("commits")));
}
