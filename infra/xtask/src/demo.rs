//! `cargo xtask demo`: the product with simulated vendors and a demo organisation.

use crate::{
    Instance, compile, files,
    front::{self, Reserved},
    ministack,
    process::{Processes, Service, command},
    progress::{self, Step},
    stack::{DataFolder, Stack},
    up,
};
use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, path::Path, process::Stdio, time::Duration};

const TEAM: &str = "Acme Rail";
const TIME_ZONE: &str = "Europe/Berlin";
const ORGANIZATION: &str = "acme-rail";
const SEED: &str = "7";
/// The simulator takes no other; it only guards generated data.
const TOKEN: &str = "token-of-the-demo-organization";
/// Eighteen months: all that the demo organisation has.
const HISTORY_DAYS: u32 = 540;

/// Runs a command that ends with its parent: standard input is a pipe that closes when this program is gone, however
/// it went.
const WATCHED: &str = r#"
    exec 3<&0
    "$@" </dev/null 3<&- & child=$!
    trap 'kill $child; wait $child; exit' TERM
    (cat >/dev/null; kill $$) <&3 &
    wait $child"#;

/// Runs until it is told to stop.
pub(crate) async fn run(processes: &Processes, instance: &Instance) -> anyhow::Result<()> {
    let port = Reserved::new(instance.port)?;
    let data = DataFolder::take(&instance.data)?;
    build_simulator(processes).await?;
    let built = compile::everything(processes).await?;
    let stack = Stack::start(processes, &data.path, built, false).await?;
    let webhooks = format!("http://127.0.0.1:{}/webhooks/github", instance.port);
    let vendors = Vendors::start(processes, &data.path, &stack.webhook_secret, &webhooks).await?;
    let api = Api::new(&stack)?;
    let connect = async {
        let team = api.demo_team().await?;
        api.connect(&team, &vendors.base_url, &json!({"organization": ORGANIZATION, "history_days": HISTORY_DAYS}))
            .await?;
        api.follow_first_sync(&team).await
    };
    tokio::select! {
        connected = connect => connected?,
        error = stack.aws.service.ended() => return Err(error),
        error = vendors.service.ended() => return Err(error),
    }
    let listener = port.listen()?;
    progress::say(&format!("The operator's token is in {}.", data.path.join("admin-token").display()));
    up::ready(instance.port);
    tokio::select! {
        served = axum::serve(listener, front::router(&stack)?) => Ok(served?),
        error = stack.aws.service.ended() => Err(error),
        error = vendors.service.ended() => Err(error),
    }
}

/// Compiles the simulator; cargo itself knows when there is nothing to do.
pub(crate) async fn build_simulator(processes: &Processes) -> anyhow::Result<()> {
    let mut step = Step::new("compiling the vendor simulators");
    let mut cargo = command("cargo");
    cargo.args(["build", "--package", "plumbline-vendors", "--bin", "vendors"]);
    processes.run(&mut step, "vendors", cargo).await?;
    step.done("compiled");
    Ok(())
}

/// The running simulator.
pub(crate) struct Vendors {
    /// Its origin.
    pub(crate) base_url: String,
    /// Its process.
    pub(crate) service: Service,
}

impl Vendors {
    /// Starts it with its state in `data`, on the port it had before where that is free.
    pub(crate) async fn start(
        processes: &Processes,
        data: &Path,
        secret: &str,
        webhooks: &str,
    ) -> anyhow::Result<Self> {
        let step = Step::new("starting the vendor simulators");
        let remembered = data.join("vendors-port");
        let port = ministack::remembered_port(&remembered)?.to_string();
        fs::write(&remembered, &port)?;
        let mut vendors = command("sh");
        vendors
            .args(["-c", WATCHED])
            .arg("vendors")
            .arg(files::root().join("target/debug/vendors"))
            .args([
                "--port",
                &port,
                "--seed",
                SEED,
                "--token",
                TOKEN,
                "--webhook-url",
                webhooks,
                "--webhook-secret",
                secret,
            ])
            .arg("--state-file")
            .arg(data.join("vendors-state.json"))
            .stdin(Stdio::piped());
        let service = processes.start("the vendor simulators", vendors, &data.join("logs/vendors.log"), false)?;
        let base_url = format!("http://127.0.0.1:{port}");
        let started = Self { base_url, service };
        tokio::select! {
            ready = started.listens() => ready?,
            error = started.service.ended() => return Err(error),
        }
        step.done("started");
        Ok(started)
    }

    async fn listens(&self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        for _ in 0..300 {
            if client.get(&self.base_url).send().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the vendor simulators do not answer")
    }
}

/// The product's own API, as any operator uses it.
pub(crate) struct Api {
    client: reqwest::Client,
    base: String,
    token: String,
}

impl Api {
    /// The API of a stack.
    pub(crate) fn new(stack: &Stack) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(35)).build()?;
        Ok(Self { client, base: stack.api()?, token: stack.admin_token.clone() })
    }

    /// One call; anything but success is an error with the API's own words.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{method} {path} answers {status}: {text}");
        }
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    /// The demo team's id; the team is made where there is none.
    pub(crate) async fn demo_team(&self) -> anyhow::Result<String> {
        let teams = self.call(Method::GET, "/api/teams", None).await?;
        let mut teams = teams.get("teams").and_then(Value::as_array).cloned().unwrap_or_default().into_iter();
        let found = teams.find(|team| team.get("name").and_then(Value::as_str) == Some(TEAM));
        let team = if let Some(team) = found {
            team
        } else {
            let team = json!({"name": TEAM, "time_zone": TIME_ZONE});
            self.call(Method::POST, "/api/teams", Some(&team)).await?
        };
        team.get("team_id").and_then(Value::as_str).map(str::to_owned).context("the API names no team_id")
    }

    /// Connects the team to the simulator, unless it is already, at this address. The first sync is due in the next
    /// minute, and the schedule itself starts it.
    pub(crate) async fn connect(&self, team: &str, base_url: &str, settings: &Value) -> anyhow::Result<()> {
        let connections = self.call(Method::GET, &format!("/api/teams/{team}/connections"), None).await?;
        let connections = connections.get("connections").and_then(Value::as_array).cloned().unwrap_or_default();
        if connections.iter().any(|one| one.get("base_url").and_then(Value::as_str) == Some(base_url)) {
            return Ok(());
        }
        let connection = json!({
            "base_url": base_url,
            "credentials": {"token": TOKEN},
            "settings": settings,
            "sync_at": next_minute(now())?,
        });
        self.call(Method::PUT, &format!("/api/teams/{team}/connections/github"), Some(&connection)).await?;
        Ok(())
    }

    /// Waits for the first success of the team's sync and shows its progress.
    pub(crate) async fn follow_first_sync(&self, team: &str) -> anyhow::Result<()> {
        let mut step = None;
        loop {
            let rows = self.call(Method::GET, &format!("/api/sync?team_id={team}"), None).await?;
            let row = rows.get(0).cloned().unwrap_or_default();
            let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if !text("last_success").is_empty() {
                if let Some(step) = step {
                    let count = row.get("records").and_then(Value::as_u64).unwrap_or_default();
                    Step::done(step, &format!("{count} records"));
                }
                return Ok(());
            }
            let failed = !text("last_failure").is_empty();
            if text("status") == "broken" || (failed && text("status") == "idle") {
                bail!("the first sync failed: {}", text("last_error"));
            }
            step.get_or_insert_with(|| Step::new("first sync of the demo organisation")).show(&describe(&row));
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// A sync's state in words: `running, pull requests 12 of 40`.
fn describe(row: &Value) -> String {
    let status = row.get("status").and_then(Value::as_str).unwrap_or("not known");
    let Some(progress) = row.get("progress").filter(|progress| !progress.is_null()) else {
        let waiting = if status == "idle" { "waiting for the schedule" } else { status };
        return waiting.to_owned();
    };
    let name = progress.get("step").and_then(Value::as_str).unwrap_or_default().replace('_', " ");
    let count = |field: &str| progress.get(field).and_then(Value::as_u64);
    match (count("done"), count("total")) {
        (Some(done), Some(total)) if total > 0 => format!("{status}, {name} {done} of {total}"),
        (Some(done), _) => format!("{status}, {name} {done}"),
        _ => format!("{status}, {name}"),
    }
}

/// The present.
#[expect(clippy::disallowed_methods, reason = "the command's edge reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The next full minute in the demo team's time zone, as `HH:MM`; the one after it when that is only seconds away, as a
/// time that has passed means tomorrow.
fn next_minute(now: Timestamp) -> anyhow::Result<String> {
    let zone = TimeZone::get(TIME_ZONE)?;
    let soon = now.checked_add(SignedDuration::from_secs(75))?;
    Ok(soon.to_zoned(zone).strftime("%H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sync_is_due_in_the_teams_own_time_and_never_in_the_past() {
        let at = |text: &str| next_minute(text.parse().expect("instant")).expect("minute");
        assert_eq!(at("2026-11-23T06:00:00Z"), "07:01");
        assert_eq!(at("2026-11-23T06:00:44Z"), "07:01");
        assert_eq!(at("2026-11-23T06:00:58Z"), "07:02");
        assert_eq!(at("2026-07-01T21:59:30Z"), "00:00");
    }

    #[test]
    fn progress_is_told_in_words() {
        assert_eq!(describe(&json!({"status": "idle", "progress": null})), "waiting for the schedule");
        let row = json!({"status": "running", "progress": {"step": "pull_requests", "done": 3, "total": 40}});
        assert_eq!(describe(&row), "running, pull requests 3 of 40");
        let row = json!({"status": "waiting", "progress": {"step": "members", "done": 3, "total": null}});
        assert_eq!(describe(&row), "waiting, members 3");
    }
}
