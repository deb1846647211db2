//! Atlassian's ways: which host is asked, its limits and how they are told, its words.

use super::{
    admin, auth, jira,
    state::{CLOUD_ID, State},
    truth,
};
use crate::{
    faults::Kind,
    service::{Answer, Clock, Incoming, Reply, Standing, Toll, Vendor},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Switches of the simulated Atlassian.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// `changelog/bulkfetch` writes `created` as milliseconds since 1970, not as a text.
    pub changelog_epoch_ms: bool,
    /// The time zone of the account that asks, in which JQL reads its times.
    pub time_zone: String,
    /// The search answers with the token of the page it has just given, as has been reported.
    pub repeat_page_token: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { changelog_epoch_ms: false, time_zone: "UTC".into(), repeat_page_token: false }
    }
}

/// Points that an app has for all its customers in an hour.
const QUOTA: u64 = 65_000;
const QUOTA_CLASS: &str = "jira-quota";
const BURST_CLASS: &str = "jira-burst";
const ADMIN_CLASS: &str = "admin";

impl Vendor for State {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, incoming: &Incoming) -> &'static str {
        let path = incoming.path.as_str();
        if path.starts_with("/admin/") {
            "admin"
        } else if path.starts_with("/oauth/") || path == "/authorize" {
            "auth"
        } else {
            "jira"
        }
    }

    /// <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>
    fn tolls(&self, incoming: &Incoming, _: &Knobs) -> Vec<Toll> {
        match self.kind(incoming) {
            "admin" => {
                let holder = incoming.bearer().unwrap_or_default();
                vec![Toll { visible: true, ..Toll::calls(ADMIN_CLASS, holder, 60, 60) }]
            }
            "jira" => {
                let below = incoming.path.strip_prefix(&format!("/ex/jira/{CLOUD_ID}"));
                let path = below.unwrap_or(&incoming.path);
                let digits = |part: &str| part.chars().any(|character| character.is_ascii_digit());
                let template: Vec<&str> = path
                    .split('/')
                    .map(|part| if digits(part) && part != "3" && part != "1.0" { "*" } else { part })
                    .collect();
                let limit = if incoming.method == "GET" || incoming.method == "POST" { 100 } else { 50 };
                let mut tolls =
                    vec![Toll::calls(BURST_CLASS, format!("{} {}", incoming.method, template.join("/")), limit, 1)];
                // API tokens have no quota.
                if below.is_some() {
                    let quota = Toll::calls(QUOTA_CLASS, "app", QUOTA, 3_600);
                    tolls.push(Toll { aligned: true, by_points: true, visible: true, ..quota });
                }
                tolls
            }
            _ => Vec::new(),
        }
    }

    fn limited(&self, toll: &Toll, standing: &Standing, now: Timestamp) -> Reply {
        let wait = (standing.reset.as_second() - now.as_second()).max(1).to_string();
        if toll.class == ADMIN_CLASS {
            let body = json!({"code": 429, "message": "Too many requests"});
            return shown(Reply::of(429, body), standing).with("x-ratelimit-reset", standing.reset.to_string());
        }
        let reason = if toll.class == QUOTA_CLASS { "jira-quota-global-based" } else { "jira-burst-based" };
        let body = json!({"errorMessages": ["Rate limit exceeded."], "errors": {}});
        shown(Reply::of(429, body), standing)
            .with("retry-after", wait)
            .with("x-ratelimit-reset", standing.reset.to_string())
            .with("ratelimit-reason", reason)
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        let (status, words) = match kind {
            Kind::Unauthorized => return auth::unauthorized(),
            Kind::Forbidden | Kind::Secondary => (403, "You do not have permission to do this."),
            Kind::NotFound => (404, "Not found."),
            Kind::Gone => (410, "The requested API has been removed (CHANGE-2046)."),
            Kind::TooMany | Kind::GraphqlRateLimited => (429, "Rate limit exceeded."),
            Kind::Unavailable => (503, "Service unavailable."),
            _ => (500, "Internal server error"),
        };
        let body = json!({"errorMessages": [message.unwrap_or(words)], "errors": {}});
        let reply = Reply::of(status, body);
        if status == 429 { reply.with("ratelimit-reason", "jira-burst-based") } else { reply }
    }

    fn answer(&mut self, incoming: &Incoming, now: Timestamp, knobs: &Knobs) -> Reply {
        match (incoming.method.as_str(), incoming.path.as_str()) {
            ("GET", "/authorize") => auth::authorize(self, incoming, now),
            ("POST", "/oauth/token") => auth::token(self, incoming, now),
            ("GET", "/oauth/token/accessible-resources") => auth::resources(self, incoming, now),
            (_, path) if path.starts_with("/admin/") => admin::answer(self, incoming),
            _ => jira::answer(self, incoming, now, knobs),
        }
    }

    fn dress(&self, reply: Reply, tolls: &[(Toll, Standing)]) -> Reply {
        match tolls.iter().find(|(toll, _)| toll.visible) {
            Some((toll, standing)) if toll.class == ADMIN_CLASS => {
                shown(reply, standing).with("x-ratelimit-reset", standing.reset.to_string())
            }
            Some((_, standing)) => shown(reply, standing),
            None => reply,
        }
    }

    fn control(&mut self, verb: &str, _: &Incoming, _: &Self::Knobs) -> Option<Answer> {
        let told = match verb {
            "summary" => json!({
                "site": self.slug, "issues": self.issues.len(), "sprints": self.sprints.len(),
                "projects": self.projects.values().collect::<Vec<_>>(), "accounts": self.accounts.len(),
            }),
            "truth" => {
                let now = self.clock.now();
                let from = now - jiff::SignedDuration::from_hours(24 * 90);
                json!({"from": from, "to": now, "flow": truth::flow(self, from, now), "sprints": truth::sprints(self)})
            }
            _ => return None,
        };
        Some(Ok(told))
    }
}

fn shown(reply: Reply, standing: &Standing) -> Reply {
    let reply = reply
        .with("x-ratelimit-limit", standing.limit.to_string())
        .with("x-ratelimit-remaining", standing.remaining().to_string());
    if standing.remaining() * 5 < standing.limit { reply.with("x-ratelimit-nearlimit", "true") } else { reply }
}
