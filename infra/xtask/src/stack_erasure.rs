//! The stack test's erasure of a person: looked through, confirmed, done over a restart.

use crate::{api::Api, issuer::Person, stack_test::metrics_until};
use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// It rests for two minutes and then one more; the schedule, which ends the rests, comes once a minute.
const LONGEST: Duration = Duration::from_mins(12);

/// An erasure under way.
pub(crate) struct Erasure {
    path: String,
    /// What the person is called: names, and accounts by the vendors' ids.
    pub(crate) names: Vec<String>,
    /// What was read before, to compare with.
    metrics: Value,
}

/// Everything that tables tell about people.
async fn tables(api: &Api, team: &str) -> anyhow::Result<String> {
    let mut all = String::new();
    for kind in ["pull_requests", "reviews", "members", "issues", "seats", "groups", "identities"] {
        all.push_str(&api.export(team, kind).await?);
    }
    Ok(all)
}

/// The numbers of the team, but for the last days: what is merged meanwhile counts there.
async fn metrics(api: &Api, team: &str) -> anyhow::Result<Value> {
    let all = api.call(Method::GET, &metrics_until(team, -3), None).await?;
    let parts = ["cycle_time", "pickup_time", "review_time", "merge_time", "coding_time", "throughput", "size"];
    Ok(parts.iter().map(|part| all.get(part).cloned().unwrap_or_default()).collect())
}

impl Erasure {
    /// Somebody with accounts at many vendors who is none of those `spared`: it is looked through what names them, and
    /// confirmed.
    pub(crate) async fn begin(api: &Api, team: &str, spared: &[Person]) -> anyhow::Result<Self> {
        let mut members: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in api.export(team, "identities").await?.lines() {
            let row: Value = serde_json::from_str(line)?;
            let Some(member) = row.get("member_id").and_then(Value::as_str) else { continue };
            members.entry(member.to_owned()).or_default().push(row);
        }
        let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        members.retain(|_, rows| {
            let is_called = |row: &Value, person: &Person| text(row, "member_name").as_ref() == Some(&person.name);
            !rows.iter().any(|row| spared.iter().any(|person| is_called(row, person)))
        });
        let (member, accounts) = members.into_iter().max_by_key(|(_, rows)| rows.len()).context("there are members")?;
        let all = ["account", "login", "name", "member_name"];
        let mut names: Vec<String> =
            accounts.iter().flat_map(|row| all.iter().filter_map(|column| text(row, column))).collect();
        // One word may be anybody's; of more than one it is a name.
        names.retain(|name| name.contains([' ', ':', '-', '.', '_', '@']));
        names.sort();
        names.dedup();
        let metrics = metrics(api, team).await?;
        let all = format!("/api/teams/{team}/erasure");
        let mut also: Vec<Value> = Vec::new();
        // Once more with the accounts that only look like theirs.
        for _ in 0..2 {
            let body = json!({"member": member, "accounts": also});
            let begun = api.call(Method::POST, &all, Some(&body)).await?;
            let path = format!("{all}/{}", begun.get("id").and_then(Value::as_str).context("it has an id")?);
            let known = until(api, &path, "confirming", Duration::from_mins(3)).await?;
            let alike = known.get("look_alikes").and_then(Value::as_array).cloned().unwrap_or_default();
            if known.get("would_go").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty) {
                bail!("nothing names them: {known}");
            }
            if alike.is_empty() || !also.is_empty() {
                api.call(Method::POST, &format!("{path}/confirm"), None).await?;
                return Ok(Self { path, names, metrics });
            }
            api.call(Method::DELETE, &path, None).await?;
            names.extend(alike.iter().filter_map(Value::as_str).map(str::to_owned));
            also = alike;
        }
        bail!("there are always more accounts that look alike");
    }

    /// Waits for its end; what of the person is still to be found, and whether the numbers are what they were.
    pub(crate) async fn end(&self, api: &Api, team: &str) -> anyhow::Result<(Vec<String>, bool)> {
        until(api, &self.path, "done", LONGEST).await?;
        let all = tables(api, team).await?;
        let found = self.names.iter().filter(|name| all.contains(&format!("\"{name}\""))).cloned().collect();
        Ok((found, metrics(api, team).await? == self.metrics))
    }
}

/// Whether the teams and their members are the same, but for one member, who may be erased by now.
pub(crate) fn are_same_but_for_one(before: &Value, now: &Value) -> bool {
    let (before, now) = (teams_and_members(before), teams_and_members(now));
    before.len() == now.len() && before.iter().filter(|one| !now.contains(one)).count() <= 1
}

/// The teams, without their members, and then the members.
fn teams_and_members(all: &Value) -> Vec<Value> {
    let mut teams = all.get("teams").and_then(Value::as_array).cloned().unwrap_or_default();
    let members: Vec<Value> = teams.iter_mut().filter_map(|team| team.get_mut("members").map(Value::take)).collect();
    teams.extend(members.iter().filter_map(Value::as_array).flatten().cloned());
    teams
}

async fn until(api: &Api, path: &str, status: &str, longest: Duration) -> anyhow::Result<Value> {
    let began = Instant::now();
    loop {
        let known = api.call(Method::GET, path, None).await?;
        let now = known.get("status").and_then(Value::as_str);
        if now == Some(status) {
            return Ok(known);
        }
        if matches!(now, Some("failed" | "cancelled")) || began.elapsed() > longest {
            bail!("the erasure is not {status}: {known}");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
