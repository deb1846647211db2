//! The whole product at once: the real template deployed to the local AWS with IAM enforced, a real sync of the
//! simulated organisation, the API, the dashboard in a browser, and a restart.

use crate::{
    api::Api,
    compile,
    contract::{self, Target},
    demo, e2e, files,
    front::{self, Reserved},
    logs, ministack,
    process::Processes,
    progress::{self, Step},
    stack::{DataFolder, Stack},
    stack_erasure::{Erasure, are_same_but_for_one},
    tools,
    vendors::{self, Vendors},
};
use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// Counts what was checked; a failed check is an error that ends the test.
#[derive(Default)]
struct Checks {
    passed: u64,
}

impl Checks {
    fn that(&mut self, what: &str, holds: bool, found: impl std::fmt::Debug) -> anyhow::Result<()> {
        if !holds {
            bail!("{what}: found {found:?}");
        }
        progress::say(&format!("  ok: {what}"));
        self.passed += 1;
        Ok(())
    }
}

/// Runs it and tells how many checks passed.
pub(crate) async fn run(processes: &Processes) -> anyhow::Result<u64> {
    let chromium = tools::chromium(processes).await?;
    vendors::build_simulator(processes).await?;
    let folder = files::root().join("target/stack-test");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let data = DataFolder::take(&folder)?;
    let mut checks = Checks::default();
    let (first, listener) = Copy::start(processes, &data.path).await?;
    let (teams, erasure) = first
        .with_front(listener, async |url| first_start(&mut checks, &first, processes, &chromium, &url).await)
        .await?;
    first.stop(processes).await;
    // A second start over the same folder: nothing is lost, and nothing has to be synced again.
    let (second, listener) = Copy::start(processes, &data.path).await?;
    let after = async |url: String| {
        let team = after_restart(&mut checks, &second, &teams).await?;
        let target = Target { front: &url, address: PUBLIC_URL, team: &team };
        // They change nothing that the erasure's numbers stand on, and it takes minutes.
        for role in ["developer", "lead"] {
            contract_as(&mut checks, processes, &second, &target, role).await?;
        }
        let step = Step::new("the end of the erasure");
        let (found, same) = erasure.end(&second.api, &team).await?;
        step.done("it is done");
        checks.that("an erased person is found nowhere", found.is_empty(), &found)?;
        checks.that("and the team's numbers are what they were", same, ())?;
        // Admins remove users, and the operator anything: they come last.
        for role in ["admin", OPERATOR] {
            contract_as(&mut checks, processes, &second, &target, role).await?;
        }
        logs_tell_nothing(&mut checks, &second, &erasure.names)
    };
    second.with_front(listener, after).await?;
    second.stop(processes).await;
    Ok(checks.passed)
}

/// What the stack is told of its address: always the same, so that a restart finds nothing to deploy.
const PUBLIC_URL: &str = "http://127.0.0.1:8080";

/// A running stack with its simulated vendors.
struct Copy {
    stack: Stack,
    vendors: Vendors,
    api: Api,
    data: PathBuf,
}

impl Copy {
    async fn start(processes: &Processes, data: &Path) -> anyhow::Result<(Self, TcpListener)> {
        let listener = Reserved::new(0)?.listen()?;
        let port = listener.local_addr()?.port();
        let built = compile::everything(processes).await?;
        let stack = Stack::start(processes, data, built, PUBLIC_URL, true).await?;
        let address = format!("http://127.0.0.1:{port}");
        let vendors = Vendors::start(processes, data, &stack, &address).await?;
        demo::register(processes, &stack, &vendors, PUBLIC_URL).await?;
        stack.is_ready().await?;
        let api = Api::new(&stack)?;
        Ok((Self { stack, vendors, api, data: data.to_owned() }, listener))
    }

    /// Runs something with the front's address; the front ends with it.
    async fn with_front<T>(
        &self,
        listener: TcpListener,
        work: impl AsyncFnOnce(String) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let url = format!("http://{}", listener.local_addr()?);
        tokio::select! {
            done = work(url) => done,
            served = axum::serve(listener, front::router(&self.stack)?) => Err(served.err().map_or_else(
                || anyhow::anyhow!("the front ended"),
                anyhow::Error::from,
            )),
            error = self.stack.aws.service.ended() => Err(error),
            error = self.vendors.service.ended() => Err(error),
        }
    }

    async fn stop(self, processes: &Processes) {
        processes.stop(&self.vendors.service).await;
        processes.stop(&self.stack.aws.service).await;
    }
}

async fn first_start(
    checks: &mut Checks,
    copy: &Copy,
    processes: &Processes,
    chromium: &Path,
    url: &str,
) -> anyhow::Result<(Value, Erasure)> {
    let client = Client::builder().no_proxy().build()?;
    refusals(checks, &client, url).await?;

    let team = copy.api.team(demo::TEAM, demo::TIME_ZONE).await?;
    let connections = copy.vendors.connections(180)?;
    copy.api.connect(&team, connections, &demo::next_minute(demo::now())?).await?;
    copy.api.follow_first_syncs(&team).await?;
    let syncs = copy.api.call(Method::GET, &format!("/api/sync?team_id={team}"), None).await?;
    for row in syncs.as_array().into_iter().flatten() {
        let provider = row.get("provider").and_then(Value::as_str).unwrap_or_default();
        let is_idle = row.get("status") == Some(&json!("idle"));
        checks.that(&format!("{provider}: the sync succeeded and is idle"), is_idle, row)?;
        let is_whole = row.get("quarantined") == Some(&json!(0));
        checks.that(&format!("{provider}: it quarantined nothing"), is_whole, row)?;
    }

    let invited = demo::invite(&copy.data, &copy.api, &team, &copy.vendors).await?;
    checks.that("the issuer's people are invited", invited == 3, invited)?;

    let teams = copy.api.call(Method::GET, "/api/teams", None).await?;
    let members = teams.pointer("/teams/0/members").and_then(Value::as_array).map_or(0, Vec::len);
    checks.that("the organisation's members are known", members > 50, members)?;
    let metrics = copy.api.call(Method::GET, &metrics_path(&team), None).await?;
    let merged = metrics.pointer("/throughput/merged").and_then(Value::as_u64).unwrap_or_default();
    checks.that("merged pull requests are counted", merged > 100, &metrics)?;
    let reviewed = metrics.pointer("/review_time/n").and_then(Value::as_u64).unwrap_or_default();
    checks.that("their reviews are, too", reviewed > 50, reviewed)?;
    exports(checks, copy, &team, merged).await?;
    whole_export(checks, copy, &team).await?;

    // It goes on while the rest is tested, over the restart.
    let step = Step::new("what an erasure would take");
    let erasure = Erasure::begin(&copy.api, &team, &copy.vendors.issuer.people).await?;
    step.done("confirmed");
    checks.passed += 1;

    webhook(checks, &client, copy, &team, merged).await?;
    survey(checks, &client, copy).await?;

    // Nothing changed at the vendor: the same numbers after a second run, started by hand.
    let before = github_sync(copy, &team).await?;
    let again = json!({"team_id": team, "providers": ["github"]});
    let run = copy.api.call(Method::POST, "/api/sync", Some(&again)).await?;
    checks.that("a sync can be started by hand", run.get("run_id").is_some_and(Value::is_string), &run)?;
    let done = next_success(copy, &team, &before).await?;
    checks.that("and succeeds", done.get("status") == Some(&json!("idle")), &done)?;

    dead_letters(checks, copy, &client).await?;
    let step = Step::new("the dashboard in a browser");
    let site =
        e2e::Site { address: PUBLIC_URL, front: url, token: &copy.stack.admin_token, github: &copy.vendors.github() };
    e2e::dashboard(processes, chromium, &site).await?;
    step.done("it works");
    checks.passed += 1;
    logs_tell_nothing(checks, copy, &erasure.names)?;
    // The browser made a team of its own.
    Ok((copy.api.call(Method::GET, "/api/teams", None).await?, erasure))
}

async fn after_restart(checks: &mut Checks, copy: &Copy, before: &Value) -> anyhow::Result<String> {
    let teams = copy.api.call(Method::GET, "/api/teams", None).await?;
    let are_same = are_same_but_for_one(before, &teams);
    checks.that("after a restart the teams and members are the same", are_same, &teams)?;
    let team = copy.api.team(demo::TEAM, demo::TIME_ZONE).await?;
    let invited = demo::invite(&copy.data, &copy.api, &team, &copy.vendors).await?;
    checks.that("nobody has to be invited again", invited == 0, invited)?;
    let metrics = copy.api.call(Method::GET, &metrics_path(&team), None).await?;
    let merged = metrics.pointer("/throughput/merged").and_then(Value::as_u64).unwrap_or_default();
    checks.that("and so are the metrics", merged > 100, merged)?;
    Ok(team)
}

/// The caller that has no role.
const OPERATOR: &str = "the operator";

/// The API holds what its document says to somebody of a role.
async fn contract_as(
    checks: &mut Checks,
    processes: &Processes,
    copy: &Copy,
    target: &Target<'_>,
    role: &str,
) -> anyhow::Result<()> {
    let headers = if role == OPERATOR {
        vec![("Authorization", format!("Bearer {}", copy.stack.admin_token))]
    } else {
        let person = copy.vendors.issuer.people.iter().find(|person| person.role == role);
        contract::session(target, person.with_context(|| format!("the issuer knows no {role}"))?).await?
    };
    let step = Step::new(&format!("the API's document, as {role}"));
    contract::hold(processes, &copy.data, target, &headers).await.with_context(|| format!("as {role}"))?;
    step.done("it holds");
    checks.passed += 1;
    Ok(())
}

/// What must not work does not.
async fn refusals(checks: &mut Checks, client: &Client, url: &str) -> anyhow::Result<()> {
    let status = |answer: &reqwest::Response| answer.status();
    let answer = client.get(format!("{url}/api/teams")).send().await?;
    checks.that("without a token the API refuses", status(&answer) == StatusCode::UNAUTHORIZED, status(&answer))?;
    let kind = answer.headers().get("content-type").cloned();
    checks.that("as problem+json", kind.as_ref().is_some_and(|kind| kind == "application/problem+json"), kind)?;
    let answer = client.get(format!("{url}/api/teams")).bearer_auth("wrong").send().await?;
    checks.that("with a wrong one, too", status(&answer) == StatusCode::UNAUTHORIZED, status(&answer))?;
    let event = client.post(format!("{url}/webhooks/github")).header("x-github-event", "ping");
    let answer = event.header("x-hub-signature-256", format!("sha256={}", "0".repeat(64))).body("{}").send().await?;
    checks.that(
        "a webhook with a wrong signature is refused",
        status(&answer) == StatusCode::UNAUTHORIZED,
        status(&answer),
    )?;
    let answer = client.get(format!("{url}/health")).send().await?;
    checks.that("the health check needs no token", status(&answer) == StatusCode::OK, status(&answer))?;
    let answer = client.get(format!("{url}/assets/none.js")).send().await?;
    checks.that("a missing file is no page", answer.status().is_client_error(), status(&answer))?;
    Ok(())
}

async fn exports(checks: &mut Checks, copy: &Copy, team: &str, merged: u64) -> anyhow::Result<()> {
    let (mut rows, mut merged_rows) = (0_u64, 0_u64);
    for line in copy.api.export(team, "pull_requests").await?.lines() {
        let row: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        rows += 1;
        merged_rows += u64::from(row.get("state") == Some(&json!("merged")));
    }
    checks.that("the export has every merged pull request", merged_rows >= merged, (rows, merged_rows))
}

/// Everything of the team in one zip, by a job, from S3.
async fn whole_export(checks: &mut Checks, copy: &Copy, team: &str) -> anyhow::Result<()> {
    let path = format!("/api/teams/{team}/exports");
    let mut export = copy.api.call(Method::POST, &path, Some(&json!({"whose": "team"}))).await?;
    let one = format!("{path}/{}", export.get("id").and_then(Value::as_str).context("the export has an id")?);
    for _ in 0..180 {
        if !matches!(export.get("status").and_then(Value::as_str), Some("queued" | "running")) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        export = copy.api.call(Method::GET, &one, None).await?;
    }
    checks.that("an export of the whole team is made", export.get("status") == Some(&json!("done")), &export)?;
    let zip = copy.api.download(&format!("{one}/file")).await?;
    let is_whole = export.get("bytes") == Some(&json!(zip.len()));
    checks.that("its file comes from S3, whole", is_whole, (zip.len(), &export))?;
    let zip = zip::ZipArchive::new(std::io::Cursor::new(zip))?;
    let names: BTreeSet<String> = zip.file_names().map(|name| Ok(name?.into_owned())).collect::<anyhow::Result<_>>()?;
    let tables =
        ["pull_requests", "reviews", "commits", "members", "issues", "sprints", "seats", "usage_daily", "storage"];
    let others = ["boards", "groups", "identities", "surveys", "users", "audit"];
    let tables = tables.iter().chain(&others).flat_map(|table| [format!("{table}.csv"), format!("{table}.ndjson")]);
    let all: Vec<String> = tables.chain(["settings.json".to_owned(), "README.txt".to_owned()]).collect();
    let is_complete = names.len() == all.len() && all.iter().all(|name| names.contains(name));
    checks.that("and has a file of everything", is_complete, &names)?;
    copy.api.call(Method::DELETE, &one, None).await?;
    let gone = copy.api.call(Method::GET, &path, None).await?;
    checks.that("removed, it is gone", gone.get("exports") == Some(&json!([])), &gone)
}

/// GitHub's row of the syncs.
async fn github_sync(copy: &Copy, team: &str) -> anyhow::Result<Value> {
    let rows = copy.api.call(Method::GET, &format!("/api/sync?team_id={team}"), None).await?;
    let mut rows = rows.as_array().cloned().unwrap_or_default().into_iter();
    rows.find(|row| row.get("provider") == Some(&json!("github"))).context("GitHub is connected")
}

/// The sync's state once it succeeded again, or after two minutes.
async fn next_success(copy: &Copy, team: &str, before: &Value) -> anyhow::Result<Value> {
    let mut now = before.clone();
    for _ in 0..120 {
        now = github_sync(copy, team).await?;
        if now.get("last_success") != before.get("last_success") && now.get("run_id") == Some(&Value::Null) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(now)
}

/// A merge at the vendor: its signed webhook goes through the front, the queue, the facts and their stream to the row.
async fn webhook(checks: &mut Checks, client: &Client, copy: &Copy, team: &str, before: u64) -> anyhow::Result<()> {
    let merge = client.post(format!("{}/_control/merge", copy.vendors.github())).json(&json!({}));
    let merge: Value = merge.send().await?.error_for_status()?.json().await?;
    let mut merged = before;
    for _ in 0..60 {
        let metrics = copy.api.call(Method::GET, &metrics_path(team), None).await?;
        merged = metrics.pointer("/throughput/merged").and_then(Value::as_u64).unwrap_or_default();
        if merged > before {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    checks.that("a merge shows within a minute, by its webhook alone", merged == before + 1, (before, merged, merge))
}

/// A merge of people who are in the simulated Slack: they are asked. How long it takes is told, and may depend on what else
/// the machine does.
async fn survey(checks: &mut Checks, client: &Client, copy: &Copy) -> anyhow::Result<()> {
    let control = format!("{}/_control", copy.vendors.slack());
    let messages = async || -> anyhow::Result<u64> {
        let summary: Value = client.get(format!("{control}/summary")).send().await?.error_for_status()?.json().await?;
        summary.get("messages").and_then(Value::as_u64).context("the simulated Slack counts its messages")
    };
    let before = messages().await?;
    let began = Instant::now();
    client.post(format!("{control}/merge")).json(&json!({})).send().await?.error_for_status()?;
    let (mut first, mut now) = (None, before);
    while now == before && began.elapsed() < Duration::from_mins(1) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        now = messages().await?;
        first = (now > before).then(|| began.elapsed());
    }
    let took = first.map_or_else(|| "never".to_owned(), |took| format!("{} ms", took.as_millis()));
    checks.that(&format!("a merge's people are asked in Slack (the first after {took})"), first.is_some(), now)
}

/// Nothing was given up on.
async fn dead_letters(checks: &mut Checks, copy: &Copy, client: &Client) -> anyhow::Result<()> {
    let address = format!("http://127.0.0.1:{}/_ministack/sqs/messages", copy.stack.aws.port);
    let messages: Value = client.get(address).send().await?.json().await?;
    // account -> region -> queue -> messages
    let queues =
        messages.pointer(&format!("/messages/000000000000/{}", ministack::REGION)).cloned().unwrap_or_default();
    let dead: Vec<&String> = copy.stack.outputs.keys().filter(|name| name.ends_with("DeadQueueUrl")).collect();
    checks.that("every queue has a dead-letter queue", dead.len() >= 10, &dead)?;
    for output in dead {
        let waiting = queues.get(copy.stack.output(output)?).and_then(Value::as_array);
        checks.that(&format!("{output}: nothing failed"), waiting.is_some_and(Vec::is_empty), waiting)?;
    }
    Ok(())
}

/// What all functions logged so far, with people signing in and one erased, names no address, no secret and not the erased.
fn logs_tell_nothing(checks: &mut Checks, copy: &Copy, erased: &[String]) -> anyhow::Result<()> {
    let log = fs::read_to_string(copy.data.join("logs/local-aws.log"))?;
    checks.that("functions logged", log.contains("\"level\":\"INFO\""), log.len())?;
    let mut known = vec![
        ("the operator's token", copy.stack.admin_token.as_str()),
        ("GitHub's webhook secret", &copy.stack.webhook_secret),
        ("Slack's signing secret", &copy.stack.slack_signing_secret),
    ];
    known.extend(erased.iter().map(|name| ("an erased person", name.as_str())));
    let told = logs::told(&log, &known);
    checks.that("the logs tell no secret, no address and no message", told.is_empty(), &told)?;
    Ok(())
}

/// Most of a year up to tomorrow, which may have begun where the team is.
fn metrics_path(team: &str) -> String {
    metrics_until(team, 1)
}

/// The delivery metrics of most of a year up to so many days from today.
pub(crate) fn metrics_until(team: &str, days: i64) -> String {
    let day =
        |days: i64| demo::now().to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::Span::new().days(days));
    format!("/api/teams/{team}/metrics/delivery?from={}&to={}", day(-300), day(days))
}
