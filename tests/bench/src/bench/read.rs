//! The read API: the delivery metrics of 90 days over so many merged pull requests, without and with filters.

use crate::{
    limits::Limit,
    organization::{DAYS, directory, pull_request},
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
use plumbline_domain::{Clock, TeamId};
use plumbline_metrics::flow_row;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

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
}
