//! The product's own API, as any operator uses it.

use crate::{
    issuer::{self, Person},
    progress::Step,
    stack::Stack,
    vendors::DemoConnection,
};
use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

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

    /// All pages of an export, as NDJSON.
    pub(crate) async fn export(&self, team: &str, kind: &str) -> anyhow::Result<String> {
        let mut path = format!("/api/teams/{team}/export/{kind}?format=ndjson&limit=5000");
        let mut all = String::new();
        loop {
            let answer = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
            let link = answer.headers().get("link").and_then(|link| link.to_str().ok()).map(str::to_owned);
            all.push_str(&answer.error_for_status()?.text().await?);
            let next = link.and_then(|link| link.strip_prefix('<')?.split('>').next().map(str::to_owned));
            let Some(next) = next else { return Ok(all) };
            path = next;
        }
    }

    /// The file that a path sends on to. It is fetched without the token, as a browser would.
    pub(crate) async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let answer = client.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
        let (status, location) = (answer.status(), answer.headers().get("location").cloned());
        let Some(location) = location.filter(|_| status.is_redirection()) else {
            bail!("GET {path} answers {status} and sends on to nothing: {}", answer.text().await?);
        };
        let answer = client.get(location.to_str()?).send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        if !status.is_success() {
            bail!("{path} leads to {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(bytes.to_vec())
    }

    /// The id of the team with this name; the team is made where there is none.
    pub(crate) async fn team(&self, name: &str, time_zone: &str) -> anyhow::Result<String> {
        let teams = self.call(Method::GET, "/api/teams", None).await?;
        let mut teams = teams.get("teams").and_then(Value::as_array).cloned().unwrap_or_default().into_iter();
        let found = teams.find(|team| team.get("name").and_then(Value::as_str) == Some(name));
        let team = if let Some(team) = found {
            team
        } else {
            let team = json!({"name": name, "time_zone": time_zone});
            self.call(Method::POST, "/api/teams", Some(&team)).await?
        };
        team.get("team_id").and_then(Value::as_str).map(str::to_owned).context("the API names no team_id")
    }

    /// Connects the team to the simulators, unless it is already, at these addresses. The first syncs are due at
    /// `sync_at`, and the schedule itself starts them.
    pub(crate) async fn connect(
        &self,
        team: &str,
        connections: Vec<DemoConnection>,
        sync_at: &str,
    ) -> anyhow::Result<()> {
        let known = self.call(Method::GET, &format!("/api/teams/{team}/connections"), None).await?;
        let known = known.get("connections").and_then(Value::as_array).cloned().unwrap_or_default();
        for DemoConnection { provider, mut body } in connections {
            let is_there = known.iter().any(|one| {
                one.get("provider").and_then(Value::as_str) == Some(provider)
                    && one.get("base_url") == body.get("base_url")
            });
            if !is_there {
                if let Some(body) = body.as_object_mut() {
                    body.insert("sync_at".into(), sync_at.into());
                }
                let path = format!("/api/teams/{team}/connections/{provider}");
                self.call(Method::PUT, &path, Some(&body)).await?;
            }
        }
        Ok(())
    }

    /// Invites those of these people to the team who are neither users nor invited yet; how many they were. The groups that
    /// they lead must be known, which they are after a sync. With `are_new` nobody is a user yet, whoever the team has.
    pub(crate) async fn invite(&self, team: &str, people: &[Person], are_new: bool) -> anyhow::Result<usize> {
        let mut known = self.call(Method::GET, &format!("/api/teams/{team}/users"), None).await?;
        if are_new && let Some(known) = known.as_object_mut() {
            known.remove("users");
        }
        let uninvited = issuer::uninvited(&known, people);
        for person in &uninvited {
            let invitation = json!({"email": person.email, "role": person.role, "leads": person.leads});
            self.call(Method::POST, &format!("/api/teams/{team}/invitations"), Some(&invitation)).await?;
        }
        Ok(uninvited.len())
    }

    /// Waits until every connection of the team has been synced once, and shows how far they are.
    pub(crate) async fn follow_first_syncs(&self, team: &str) -> anyhow::Result<()> {
        let mut step = None;
        loop {
            let rows = self.call(Method::GET, &format!("/api/sync?team_id={team}"), None).await?;
            let rows = rows.as_array().cloned().unwrap_or_default();
            let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (done, open): (Vec<&Value>, Vec<&Value>) =
                rows.iter().partition(|row| !text(row, "last_success").is_empty());
            if open.is_empty() && !done.is_empty() {
                if let Some(step) = step {
                    let count: u64 = done.iter().filter_map(|row| row.get("records")?.as_u64()).sum();
                    Step::done(step, &format!("{count} records"));
                }
                return Ok(());
            }
            for row in &open {
                let failed = !text(row, "last_failure").is_empty();
                if text(row, "status") == "broken" || (failed && text(row, "status") == "idle") {
                    bail!("the first sync of {} failed: {}", text(row, "provider"), text(row, "last_error"));
                }
            }
            // The one that has come farthest is what there is to look at.
            let shown = open.iter().find(|row| row.get("progress").is_some_and(|progress| !progress.is_null()));
            let shown = shown.or(open.first()).copied();
            let shown = shown.map(|row| format!("{}: {}", text(row, "provider"), describe(row))).unwrap_or_default();
            step.get_or_insert_with(|| Step::new("first sync of the demo organisation")).show(&format!(
                "{} of {} vendors, {shown}",
                done.len(),
                rows.len()
            ));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_words() {
        assert_eq!(describe(&json!({"status": "idle", "progress": null})), "waiting for the schedule");
        let row = json!({"status": "running", "progress": {"step": "pull_requests", "done": 3, "total": 40}});
        assert_eq!(describe(&row), "running, pull requests 3 of 40");
        let row = json!({"status": "waiting", "progress": {"step": "members", "done": 3, "total": null}});
        assert_eq!(describe(&row), "waiting, members 3");
    }
}
