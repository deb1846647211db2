//! The read API: the delivery metrics of 90 days over so many merged pull requests, without and with filters.

use crate::{
    limits::Limit,
    stats::{Spread, rounded},
    team,
    workshop::Workshop,
};
use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use plumbline_bench::{
    Function,
    aws::{ADMIN_TOKEN, Aws},
    events,
};
use plumbline_domain::{
    Account, Actor, ActorKind, Clock, Commit, CommitList, DraftEvent, DraftEventKind, DraftHistory, Fact, Group,
    Membership, Provider, PullRequest, PullRequestKey, Repository, RepositoryKey, Review, ReviewState, Scalars, State,
    TeamId, VendorId,
};
use plumbline_metrics::flow_row;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

const DAYS: i64 = 90;
const AUTHORS: u64 = 120;
const REPOSITORIES: u64 = 40;

/// DynamoDB reads 4 KB for half a unit when it need not be consistent.
const BYTES_PER_UNIT: f64 = 8192.0;

/// One query's figures.
#[derive(Debug, Serialize)]
pub(crate) struct Query {
    /// From the event's hand-over to its answer, all told.
    invocation_ms: Spread,
    /// What the handler itself says it took.
    handler_ms: Spread,
    read_units: f64,
    merged: u64,
    answer_bytes: usize,
    dynamodb_calls_per_request: f64,
    /// What the database here took for one request's calls, which run side by side; DynamoDB takes another time.
    database_ms_per_request: f64,
    /// Processor time of the function for one request.
    cpu_ms_per_request: f64,
}

/// The figures over a number of pull requests.
#[derive(Debug, Serialize)]
pub(crate) struct ReadFigures {
    pull_requests: u64,
    /// What the read units say a row takes, keys and all; rounding by page and month included.
    row_bytes: f64,
    by_filter: BTreeMap<&'static str, Query>,
    peak_rss_mb: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

#[derive(Deserialize)]
struct Answer {
    throughput: Throughput,
}

#[derive(Deserialize)]
struct Throughput {
    merged: u64,
}

/// Asks each query `requests` times over `pull_requests` rows.
pub(crate) async fn measure(workshop: &Workshop, pull_requests: u64, requests: u32) -> anyhow::Result<ReadFigures> {
    let aws = Aws::start().await?;
    let now = Clock::system().now();
    let team = load(&aws, now, pull_requests).await?;
    let (function, _) = workshop.start("api", &aws.environment()).await?;
    let day = |instant: Timestamp| instant.strftime("%Y-%m-%d").to_string();
    let range = format!("from={}&to={}", day(now - SignedDuration::from_hours(24 * (DAYS - 1))), day(now));
    let filters = [
        ("none", String::new()),
        ("repository", "&repository=example/service-3".to_owned()),
        ("author", "&author=person-7".to_owned()),
        ("group", "&group=half".to_owned()),
    ];
    crate::progress(&format!("read API: {} queries of {DAYS} days over {pull_requests} pull requests", filters.len()));
    let mut by_filter = BTreeMap::new();
    for (name, filter) in filters {
        let query = ask(&aws, &function, &team, &format!("{range}{filter}"), requests)
            .await
            .with_context(|| format!("filter {name}; the api said:\n{}", workshop.said("api")))?;
        by_filter.insert(name, query);
    }
    let whole = by_filter.get("none").context("the query without a filter")?;
    ensure!(whole.merged == pull_requests, "{} of {pull_requests} pull requests were counted", whole.merged);
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let row_bytes = rounded(whole.read_units * BYTES_PER_UNIT / pull_requests as f64);
    Ok(ReadFigures { pull_requests, row_bytes, by_filter, peak_rss_mb: function.usage()?.peak_rss_mb })
}

async fn ask(aws: &Aws, function: &Function, team: &TeamId, query: &str, requests: u32) -> anyhow::Result<Query> {
    let path = format!("/api/teams/{team}/metrics/delivery");
    let event = events::http("GET", &path, query, &[("authorization", &format!("Bearer {ADMIN_TOKEN}"))], None);
    let (mut invocations, mut handler, mut read_units) = (Vec::new(), Vec::new(), 0.0_f64);
    let (mut merged, mut answer_bytes) = (0, 0);
    aws.forget_calls();
    let cpu_before = function.usage()?.cpu_ms;
    for _ in 0..requests {
        let invocation = function.invoke(&event, Duration::from_secs(29)).await?;
        let response: Response = invocation.json()?;
        ensure!(response.status_code == 200, "answered {}: {}", response.status_code, response.body);
        let timing = response.headers.get("server-timing").context("no Server-Timing header")?;
        invocations.push(invocation.duration);
        handler.push(timing_value(timing, "handler", "dur").with_context(|| timing.clone())?);
        read_units = read_units.max(timing_value(timing, "read-units", "desc").with_context(|| timing.clone())?);
        merged = serde_json::from_str::<Answer>(&response.body)?.throughput.merged;
        answer_bytes = response.body.len();
    }
    let calls = aws.dynamo.calls();
    let per_request = |total: f64| rounded(total / f64::from(requests));
    #[expect(clippy::cast_precision_loss, reason = "a few hundred calls of milliseconds")]
    let (calls, database_ms) = (per_request(calls.calls as f64), per_request(calls.database_us as f64 / 1000.0));
    Ok(Query {
        invocation_ms: Spread::of_durations(&invocations),
        handler_ms: Spread::of(handler),
        read_units,
        merged,
        answer_bytes,
        dynamodb_calls_per_request: calls,
        database_ms_per_request: database_ms,
        cpu_ms_per_request: per_request(function.usage()?.cpu_ms - cpu_before),
    })
}

/// The value of a parameter in a `Server-Timing` header: `handler;dur=12.3, read-units;desc="42.0"`.
fn timing_value(header: &str, metric: &str, parameter: &str) -> Option<f64> {
    let mut metrics = header.split(',').map(|entry| entry.trim().split(';'));
    let mut parameters = metrics.find_map(|mut parts| (parts.next()? == metric).then_some(parts))?;
    let value = parameters.find_map(|part| part.trim().strip_prefix(parameter)?.strip_prefix('='))?;
    value.trim_matches('"').parse().ok()
}

/// A team with its accounts, a group of every second one, its repositories, and the rows of merged pull requests,
/// evenly over the 90 days.
async fn load(aws: &Aws, now: Timestamp, pull_requests: u64) -> anyhow::Result<TeamId> {
    let team = team::create(&aws.store, &Clock::fixed(now)).await?;
    aws.store.save_facts(&team, directory(now)).await?;
    for number in 1..=pull_requests {
        let row = flow_row(&pull_request(now, number, pull_requests)).context("a merged pull request has a row")?;
        aws.store.save_row(&team, &row, 1).await?;
    }
    Ok(team)
}

fn directory(now: Timestamp) -> Vec<Fact> {
    let id = |id: u64| VendorId::new(Provider::Github, id);
    let group = Group {
        id: id(1),
        slug: "half".to_owned(),
        name: "Half".to_owned(),
        parent: None,
        gone_at: None,
        seen_at: now,
    };
    let accounts = (1..=AUTHORS).map(|number| {
        let person = person(number);
        Fact::Account(Account {
            id: id(person.id),
            login: person.login,
            kind: ActorKind::User,
            name: None,
            role: Some("member".to_owned()),
            member: Some(true),
            email: None,
            commit_emails: std::collections::BTreeSet::new(),
            active: None,
            seen_at: now,
        })
    });
    let memberships = (1..=AUTHORS).step_by(2).map(|number| {
        Fact::Membership(Membership {
            group: id(1),
            account: id(person(number).id),
            role: None,
            gone_at: None,
            seen_at: now,
        })
    });
    let repositories = (0..REPOSITORIES).map(|number| {
        Fact::Repository(Repository {
            key: repository(number),
            full_name: format!("example/service-{number}"),
            default_branch: Some("main".to_owned()),
            archived: false,
            gone_at: None,
            seen_at: now,
        })
    });
    [Fact::Group(group)].into_iter().chain(accounts).chain(memberships).chain(repositories).collect()
}

/// Ids of the size that GitHub's have.
fn repository(number: u64) -> RepositoryKey {
    RepositoryKey { provider: Provider::Github, id: 700_000_000 + number }
}

fn person(number: u64) -> Actor {
    Actor { id: 90_000_000 + number, login: format!("person-{number}"), kind: ActorKind::User }
}

/// One as they mostly are: opened hours to days before its merge, every third one as a draft, reviewed by one to three
/// people, some with a second round. `number` decides everything.
fn pull_request(now: Timestamp, number: u64, of: u64) -> PullRequest {
    let scatter = |salt: u64, below: u64| {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29 + u32::try_from(salt).unwrap_or(0)) % below
    };
    let hours = |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(0));
    // Half a day from either end, so that all lie within the days asked for, whatever the time of day.
    let span = u64::try_from((DAYS - 2) * 24 * 60).unwrap_or(1);
    let merged_at = now - hours(1) - SignedDuration::from_mins(i64::try_from(span * (number - 1) / of).unwrap_or(0));
    let open_for = 4 + scatter(1, 120);
    let created_at = merged_at - hours(open_for);
    let (ready_at, drafted) =
        if number.is_multiple_of(3) { (created_at + hours(1), true) } else { (created_at, false) };
    let author = person(1 + scatter(2, AUTHORS));
    let reviews = (0..=scatter(3, 3)).map(|place| {
        let submitted_at = ready_at + hours(1 + place * (open_for - 3) / 3);
        let state =
            if place == 0 && scatter(4, 4) == 0 { ReviewState::ChangesRequested } else { ReviewState::Approved };
        let reviewer = person(1 + (scatter(2, AUTHORS) + 1 + place) % AUTHORS);
        (number * 10 + place, Review { author: Some(reviewer), state, submitted_at, updated_at: submitted_at })
    });
    let commit = |at: Timestamp| Commit {
        sha: format!("{number:040x}"),
        author: Some(author.clone()),
        author_name: None,
        author_email: None,
        authored_at: at,
        committed_at: at,
        committer: None,
        attribution: None,
    };
    let listed = drafted.then_some(DraftEvent { at: ready_at, kind: DraftEventKind::Ready });
    PullRequest {
        key: PullRequestKey { repository: repository(scatter(5, REPOSITORIES)), number },
        scalars: Some(Scalars {
            updated_at: merged_at,
            id: 2_900_000_000 + number,
            title: format!("Change {number}"),
            author: Some(author.clone()),
            state: State::Merged,
            draft: false,
            created_at,
            merged_at: Some(merged_at),
            closed_at: Some(merged_at),
            additions: scatter(6, 400),
            deletions: scatter(7, 200),
            changed_files: 1 + scatter(8, 12),
            commits: 2,
            base_ref: "main".to_owned(),
            head_ref: "topic".to_owned(),
            reverts: false,
            attribution: None,
        }),
        reviews: reviews.collect(),
        draft_history: DraftHistory {
            listed: listed.into_iter().collect(),
            listed_at: Some(merged_at),
            ..DraftHistory::default()
        },
        commits: Some(CommitList {
            version: merged_at,
            further_pages: 0,
            commits: vec![commit(created_at - hours(2)), commit(merged_at - hours(1))],
        }),
    }
}

/// What is promised of the read API over 10,000 pull requests.
pub(crate) fn limits(figures: &[ReadFigures]) -> Vec<Limit> {
    let Some(largest) = figures.iter().max_by_key(|figures| figures.pull_requests) else { return Vec::new() };
    let count = largest.pull_requests;
    let each = largest.by_filter.iter().flat_map(|(filter, query)| {
        [
            Limit::at_most(
                format!("read: units, 90 days, {count} pull requests, filter {filter}"),
                200.0,
                query.read_units,
            ),
            Limit::at_most(
                format!("read: handler p99 ms, 90 days, {count} pull requests, filter {filter}"),
                200.0,
                query.invocation_ms.p99,
            ),
        ]
    });
    // "About 100 bytes" is taken as within a fifth.
    std::iter::once(Limit::at_most("read: bytes per row", 120.0, largest.row_bytes)).chain(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timing_header_is_read() {
        let header = "handler;dur=12.3, read-units;desc=\"42.5\"";
        assert_eq!(timing_value(header, "handler", "dur"), Some(12.3));
        assert_eq!(timing_value(header, "read-units", "desc"), Some(42.5));
        assert_eq!(timing_value(header, "absent", "dur"), None);
    }

    #[test]
    fn every_generated_pull_request_has_a_row_in_range() {
        let now: Timestamp = "2026-11-02T00:10:00Z".parse().expect("an instant");
        for number in 1..=2000 {
            let row = flow_row(&pull_request(now, number, 2000)).expect("a row");
            assert!(row.merged_at > now - SignedDuration::from_hours(24 * (DAYS - 1)) && row.merged_at < now);
            assert!(!row.reviewers.is_empty());
        }
    }
}
