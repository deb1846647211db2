//! Exports of pull requests, reviews and members: columns, formats, ranges, pages.

use crate::{
    facts::{account, at, merged, pull_request, repository, save, user},
    world::{Answer, World},
};
use plumbline_domain::{
    Actor, ActorKind, DraftEvent, DraftEventKind, Fact, PullRequest, Review, ReviewState, State, TeamId,
};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Follows the `Link` headers; all pages.
pub(crate) async fn pages(world: &World, team: &TeamId, query: &str) -> Vec<Answer> {
    let mut path = format!("/api/teams/{team}/export/{query}");
    let mut pages = Vec::new();
    loop {
        let page = world.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let next = page.header("link").to_owned();
        pages.push(page);
        assert!(pages.len() < 1000, "the pages never end");
        if next.is_empty() {
            return pages;
        }
        let address = next.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        address.clone_into(&mut path);
    }
}

/// All pages of an export as JSON.
pub(crate) async fn rows(world: &World, team: &TeamId, query: &str) -> Vec<Value> {
    let pages = pages(world, team, query).await;
    pages.iter().flat_map(|page| page.text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A draft that became ready after an hour, with two reviews; open.
fn draft_and_open() -> PullRequest {
    let mut pull_request = merged(10, 7, Some(user(1)), 2, "2026-11-10T12:00:00Z");
    let scalars = pull_request.scalars.as_mut().unwrap();
    scalars.title = "=HYPERLINK(\"x\"), \"quoted\"\nline".into();
    (scalars.state, scalars.merged_at, scalars.closed_at) = (State::Open, None, None);
    let ready = DraftEvent { at: at("2026-11-10T10:30:00Z"), kind: DraftEventKind::Ready };
    pull_request.draft_history.listed.insert(ready);
    let asked = Review {
        author: None,
        state: ReviewState::ChangesRequested,
        submitted_at: at("2026-11-10T10:15:00Z"),
        updated_at: at("2026-11-10T10:15:00Z"),
    };
    pull_request.reviews.insert(71, asked);
    pull_request
}

async fn acme(world: &World, facts: Vec<Fact>) -> TeamId {
    let team = world.connected_team("Acme").await;
    let mut all = vec![
        repository(10, "acme/api"),
        repository(20, "acme/web"),
        account(1, "alice", ActorKind::User, Some(true)),
        account(2, "bob", ActorKind::User, Some(true)),
    ];
    all.extend(facts);
    save(&world.store, &team, all).await;
    team
}

#[tokio::test]
async fn a_pull_request_has_all_its_columns() {
    let world = World::new().await;
    let facts =
        vec![pull_request(draft_and_open()), pull_request(merged(20, 1, Some(user(2)), 1, "2026-11-11T12:00:00Z"))];
    let team = acme(&world, facts).await;
    let rows = rows(&world, &team, "pull_requests?format=ndjson").await;
    let expected = json!({
        "provider": "github", "repository": "acme/api", "number": 7, "title": "=HYPERLINK(\"x\"), \"quoted\"\nline",
        "author": "alice", "state": "open", "draft": false, "created_at": "2026-11-10T10:00:00Z",
        "ready_at": "2026-11-10T10:30:00Z", "first_commit_at": "2026-11-10T09:30:00Z",
        "first_review_at": "2026-11-10T11:00:00Z", "approved_at": "2026-11-10T11:00:00Z", "merged_at": null,
        "closed_at": null, "additions": 30, "deletions": 10, "changed_files": 2, "commits": 1, "reviews": 2,
        "review_rounds": 0, "is_bot": false, "cycle_time_seconds": null, "updated_at": "2026-11-10T12:00:00Z",
    });
    assert_eq!(rows[0], expected);
    assert_eq!((&rows[1]["repository"], &rows[1]["state"]), (&json!("acme/web"), &json!("merged")));
    assert_eq!((&rows[1]["cycle_time_seconds"], &rows[1]["author"]), (&json!(7200), &json!("bob")));
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn csv_quotes_what_it_must_and_disarms_formulas_in_free_text() {
    let world = World::new().await;
    let team = acme(&world, vec![pull_request(draft_and_open())]).await;
    let page = world.get(&format!("/api/teams/{team}/export/pull_requests")).await;
    assert_eq!(page.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(page.header("content-disposition"), "attachment; filename=\"pull_requests.csv\"");
    let mut reader = csv::Reader::from_reader(page.text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..5], ["provider", "repository", "number", "title", "author"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(&rows[0][3], "'=HYPERLINK(\"x\"), \"quoted\"\nline");
    let cell = |column: &str| rows[0][header.iter().position(|name| name == column).unwrap()].to_owned();
    assert_eq!((cell("merged_at"), cell("draft"), cell("number")), (String::new(), "false".into(), "7".into()));
}

#[tokio::test]
async fn an_empty_export_is_a_header_and_nothing_more() {
    let world = World::new().await;
    let team = world.team("Empty").await;
    let kinds = ["pull_requests", "reviews", "commits", "members", "issues", "sprints", "seats", "usage_daily"];
    for kind in kinds.into_iter().chain(["storage", "boards", "groups"]) {
        let csv = world.get(&format!("/api/teams/{team}/export/{kind}?format=csv")).await;
        assert_eq!((csv.status.as_u16(), csv.text.lines().count(), csv.header("link")), (200, 1, ""), "{kind}");
        let ndjson = world.get(&format!("/api/teams/{team}/export/{kind}?format=ndjson")).await;
        assert_eq!((ndjson.text.as_str(), ndjson.header("content-type")), ("", "application/x-ndjson"));
    }
}

#[tokio::test]
async fn pages_put_together_are_the_whole_whatever_their_size() {
    let world = World::new().await;
    let mut facts = Vec::new();
    for (repository, numbers) in [(10, 1..=5_u64), (20, 3..=9)] {
        for number in numbers {
            let mut one = merged(repository, number, Some(user(1)), 2, "2026-11-10T12:00:00Z");
            let review = one.reviews.values().next().unwrap().clone();
            one.reviews.extend((0..number % 4).map(|n| (number * 10 + 1 + n, review.clone())));
            facts.push(pull_request(one));
        }
    }
    facts.push(repository(30, "acme/empty"));
    let team = acme(&world, facts).await;
    for kind in ["pull_requests", "reviews", "commits", "members"] {
        for format in ["csv", "ndjson"] {
            let whole = world.get(&format!("/api/teams/{team}/export/{kind}?format={format}")).await;
            assert_eq!(whole.header("link"), "", "{kind}");
            for limit in [1, 2, 3, 7, 12, 5000] {
                let pages = pages(&world, &team, &format!("{kind}?format={format}&limit={limit}")).await;
                let together: String = pages.iter().map(|page| page.text.as_str()).collect();
                assert_eq!(together, whole.text, "{kind} {format} by {limit}");
                for (index, page) in pages.iter().enumerate() {
                    let header = usize::from(index == 0 && format == "csv");
                    assert!(page.text.lines().count() <= limit + header, "{kind} {format} by {limit}");
                }
            }
        }
    }
    let later = pages(&world, &team, "reviews?limit=4").await;
    assert_eq!(later[1].header("content-type"), "text/csv; charset=utf-8; header=absent");
}

#[tokio::test]
async fn a_page_that_takes_long_ends_and_the_next_goes_on() {
    let world = World::new().await;
    let facts = (1..=120).map(|n| pull_request(merged(10, n, Some(user(1)), 2, "2026-11-10T12:00:00Z"))).collect();
    let team = acme(&world, facts).await;
    let whole = rows(&world, &team, "commits?format=ndjson").await;
    // Ten seconds pass at every look at the clock: each page ends after two reads.
    world.tick.store(10_000, Ordering::SeqCst);
    let pages = pages(&world, &team, "commits?format=ndjson").await;
    assert!(pages.len() > 1, "it did end early");
    let together: Vec<Value> =
        pages.iter().flat_map(|page| page.text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(together, whole);
}

#[tokio::test]
async fn a_page_stays_below_what_a_lambda_can_answer() {
    let world = World::new().await;
    let mut facts = Vec::new();
    for number in 1..=60 {
        let mut one = merged(10, number, Some(user(1)), 2, "2026-11-10T12:00:00Z");
        one.scalars.as_mut().unwrap().title = "x".repeat(150_000);
        facts.push(pull_request(one));
    }
    let team = acme(&world, facts).await;
    for format in ["csv", "ndjson"] {
        let pages = pages(&world, &team, &format!("pull_requests?format={format}")).await;
        assert!(pages.len() >= 3, "{} pages of 9 MB", pages.len());
        assert!(pages.iter().all(|page| page.text.len() < 4_200_000));
        let lines: usize = pages.iter().map(|page| page.text.lines().count()).sum();
        assert_eq!(lines, 60 + usize::from(format == "csv"));
    }
}

#[tokio::test]
async fn a_range_selects_by_merge_else_closing_else_creation_in_the_teams_time_zone() {
    let world = World::new().await;
    let mut open = merged(10, 2, Some(user(1)), 2, "2026-11-12T12:00:00Z");
    let scalars = open.scalars.as_mut().unwrap();
    (scalars.state, scalars.merged_at, scalars.closed_at) = (State::Open, None, None);
    let mut closed = merged(10, 3, Some(user(1)), 2, "2026-11-14T12:00:00Z");
    let scalars = closed.scalars.as_mut().unwrap();
    (scalars.state, scalars.merged_at, scalars.created_at) = (State::Closed, None, at("2026-11-01T12:00:00Z"));
    // Half past midnight in Berlin on the 11th.
    let late = merged(10, 1, Some(user(1)), 2, "2026-11-10T23:30:00Z");
    let team = acme(&world, [late, open, closed].map(pull_request).into()).await;
    let numbers = async |query: &str| -> Vec<u64> {
        let rows = rows(&world, &team, &format!("{query}format=ndjson&limit=1")).await;
        rows.iter().map(|row| row["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers("pull_requests?").await, [1, 2, 3]);
    assert_eq!(numbers("pull_requests?from=2026-11-11&to=2026-11-11&").await, [1]);
    assert_eq!(numbers("pull_requests?to=2026-11-10&").await, [0_u64; 0]);
    assert_eq!(numbers("pull_requests?from=2026-11-12&to=2026-11-12&").await, [2]);
    assert_eq!(numbers("pull_requests?from=2026-11-13&").await, [3]);
    // Reviews by their submission, one hour before the merge.
    assert_eq!(numbers("reviews?to=2026-11-10&").await, [1]);
    assert_eq!(numbers("reviews?from=2026-11-12&to=2026-11-12&").await, [2]);
}

#[tokio::test]
async fn bots_stay_and_are_marked_and_who_was_deleted_is_nobody() {
    let world = World::new().await;
    let robot = Actor { id: 50, login: "dependabot[bot]".into(), kind: ActorKind::Bot };
    let facts = vec![
        pull_request(merged(10, 1, Some(robot), 2, "2026-11-10T12:00:00Z")),
        pull_request(merged(10, 2, Some(user(2)), 1, "2026-11-10T12:00:00Z")),
        pull_request(merged(10, 3, None, 99, "2026-11-10T12:00:00Z")),
    ];
    let team = acme(&world, facts).await;
    world.patch(&format!("/api/teams/{team}"), json!({ "bots": ["bob"] })).await;
    let found = rows(&world, &team, "pull_requests?format=ndjson").await;
    let authors: Vec<_> = found.iter().map(|row| (row["author"].clone(), row["is_bot"].clone())).collect();
    assert_eq!(
        authors,
        [(json!("dependabot[bot]"), json!(true)), (json!("bob"), json!(true)), (Value::Null, json!(false))]
    );
    assert!(found.iter().all(|row| row["cycle_time_seconds"] == 7200), "of every merged one");
    let reviews = rows(&world, &team, "reviews?format=ndjson").await;
    let expected = json!({
        "provider": "github", "repository": "acme/api", "number": 1, "id": 10, "reviewer": "bob", "state": "approved",
        "submitted_at": "2026-11-10T11:00:00Z", "is_bot": true,
    });
    assert_eq!(reviews[0], expected);
    assert_eq!(reviews[2]["reviewer"], "user99", "a login on the fact, where no account is known");
}

#[tokio::test]
async fn a_review_is_exported_before_its_pull_request_is_known() {
    let world = World::new().await;
    let mut heard = merged(10, 4, Some(user(1)), 2, "2026-11-10T12:00:00Z");
    (heard.scalars, heard.commits) = (None, None);
    let team = acme(&world, vec![pull_request(heard)]).await;
    assert_eq!(rows(&world, &team, "reviews?format=ndjson").await.len(), 1);
    assert_eq!(rows(&world, &team, "pull_requests?format=ndjson").await, Vec::<Value>::new());
}

#[tokio::test]
async fn members_are_the_teams_people() {
    let world = World::new().await;
    let team = acme(&world, vec![account(3, "visitor", ActorKind::User, None)]).await;
    world.patch(&format!("/api/teams/{team}"), json!({ "bots": ["bob"] })).await;
    let members = rows(&world, &team, "members?format=ndjson&limit=1&from=2026-01-01").await;
    let member = |id: &str, login: &str, is_bot: bool| json!({ "provider": "github", "id": id, "login": login, "name": format!("{login} the person"), "role": "member", "is_bot": is_bot });
    assert_eq!(members, [member("github:1", "alice", false), member("github:2", "bob", true)]);
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused() {
    let world = World::new().await;
    let team = world.team("Acme").await;
    let get = async |query: &str| world.get(&format!("/api/teams/{team}/export/{query}")).await;
    assert_eq!(get("invoices").await.problem(404).0, "unknown-export");
    for (query, word) in [
        ("reviews?format=xml", "format"),
        ("reviews?limit=0", "limit"),
        ("reviews?limit=5001", "limit"),
        ("reviews?limit=many", "limit"),
        ("reviews?from=2026-11-02&to=2026-11-01", "swap"),
        ("reviews?from=1.11.2026", "YYYY-MM-DD"),
        ("reviews?cursor=abc", "cursor"),
        ("reviews?author=alice", "author"),
    ] {
        let (_, detail) = get(query).await.problem(400);
        assert!(detail.contains(word), "{query}: {detail}");
    }
}
