//! Trello: members, workspaces and boards.
//!
//! Key and token are taken from the `Authorization` header alone: in a query they would be in everybody's logs, and
//! so they are refused there.

use crate::{
    demo::company::{Company, TrelloAccount},
    digest::hash,
    faults::Kind,
    service::{Answer, Clock, Incoming, Reply, Server, Standing, Toll, Vendor},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The app's key.
pub const KEY: &str = "simulatedtrellokey0000000000000000";
/// A token of a workspace's administrator.
pub const TOKEN: &str = "ATTAsimulatedtrellotoken";

/// A running simulated Trello.
pub type TrelloServer = Server<State>;

/// A workspace.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// Short name in addresses.
    pub name: String,
    /// Display name.
    pub display_name: String,
    /// Ids of its members; `true` for administrators.
    pub members: BTreeMap<String, bool>,
}

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its workspace.
    pub workspace: String,
    /// Archived.
    pub closed: bool,
    /// When something last happened on it.
    pub last_activity_at: Option<Timestamp>,
}

/// All that the simulated Trello holds. Plain data: a test may change any of it.
#[derive(Debug, Clone)]
pub struct State {
    /// The clock.
    pub clock: Clock,
    /// The server's origin.
    pub origin: String,
    /// Members by id.
    pub members: BTreeMap<String, TrelloAccount>,
    /// Workspaces.
    pub workspaces: Vec<Workspace>,
    /// Boards.
    pub boards: Vec<Board>,
    /// Tokens that work, each with the member it belongs to.
    pub tokens: BTreeMap<String, String>,
}

/// Switches of the simulated Trello.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knobs {
    /// Memberships tell when members were last active, as they do for some administrators.
    pub last_active: bool,
}

impl State {
    /// The company's members in two workspaces; the first member is the administrator whose token works.
    pub fn of(company: &Company) -> Self {
        let accounts: Vec<&TrelloAccount> = company.people.iter().filter_map(|person| person.trello.as_ref()).collect();
        let id = |of: &str| hash(&["trello", of])[..24].to_owned();
        let workspace = |name: &str, display_name: &str, step: usize| Workspace {
            id: id(name),
            name: name.into(),
            display_name: display_name.into(),
            members: accounts.iter().step_by(step).enumerate().map(|(n, one)| (one.id.clone(), n < 2)).collect(),
        };
        let workspaces = vec![workspace("acmerail", "Acme Rail", 1), workspace("acmerailstations", "Stations", 3)];
        let mut boards = Vec::new();
        for (n, name) in ["Timetable change", "Station signs", "Hiring", "Old ideas"].into_iter().enumerate() {
            boards.push(Board {
                id: id(name),
                name: name.into(),
                workspace: workspaces[n % 2].id.clone(),
                closed: name.starts_with("Old"),
                last_activity_at: accounts.get(n).and_then(|one| one.last_active_at),
            });
        }
        let owner = accounts.first().map(|one| one.id.clone()).unwrap_or_default();
        Self {
            clock: Clock::fixed(company.now),
            origin: "https://api.trello.com".into(),
            members: accounts.into_iter().map(|one| (one.id.clone(), one.clone())).collect(),
            workspaces,
            boards,
            tokens: [(TOKEN.to_owned(), owner)].into(),
        }
    }

    /// The member whose token it is; or what is wrong.
    fn enter(&self, incoming: &Incoming) -> Result<&TrelloAccount, &'static str> {
        let asked = incoming.parameters();
        if asked.contains_key("key") || asked.contains_key("token") {
            return Err("invalid key");
        }
        let (key, token) = credentials(incoming).ok_or("unauthorized permission requested")?;
        if key != KEY {
            return Err("invalid key");
        }
        let member = self.tokens.get(&token).ok_or("invalid token")?;
        self.members.get(member).ok_or("invalid token")
    }

    fn workspace(&self, name: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|one| one.id == name || one.name == name)
    }

    fn shown_workspace(&self, workspace: &Workspace) -> Value {
        let used = workspace.members.keys().filter_map(|id| self.members.get(id)).filter(|one| !one.deactivated);
        json!({
            "id": workspace.id, "name": workspace.name, "displayName": workspace.display_name, "idEnterprise": null,
            "offering": "trello.business_class", "membersCount": workspace.members.len(),
            "billableMemberCount": used.count(), "url": format!("https://trello.com/w/{}", workspace.name),
        })
    }

    fn membership(&self, (id, admin): (&String, &bool), with_member: bool, knobs: &Knobs) -> Option<Value> {
        let member = self.members.get(id)?;
        let mut value = json!({
            "id": hash(&["membership", id])[..24], "idMember": id, "memberType": if *admin { "admin" } else { "normal" },
            "unconfirmed": member.unconfirmed, "deactivated": member.deactivated,
        });
        if with_member {
            value["member"] = shown_member(member);
        }
        if knobs.last_active {
            value["lastActive"] = member.last_active_at.map(|at| at.to_string()).into();
        }
        Some(value)
    }

    fn boards(&self, incoming: &Incoming, fits: impl Fn(&Board) -> bool) -> Reply {
        let asked = incoming.parameters();
        let closed = asked.get("filter").is_none_or(|filter| filter != "open");
        let boards = self.boards.iter().filter(|board| (closed || !board.closed) && fits(board));
        let shown = boards.map(|board| {
            json!({
                "id": board.id, "name": board.name, "closed": board.closed, "idOrganization": board.workspace,
                "url": format!("https://trello.com/b/{}", &board.id[..8]), "dateLastView": null,
                "dateLastActivity": board.last_activity_at.map(|at| at.to_string()), "memberships": [],
            })
        });
        chosen(incoming, shown.collect())
    }
}

/// Key and token of `OAuth oauth_consumer_key="...", oauth_token="..."`.
fn credentials(incoming: &Incoming) -> Option<(String, String)> {
    let parts = incoming.header("authorization")?.strip_prefix("OAuth ")?;
    let find = |name: &str| {
        let parts = parts.split(',').filter_map(|part| part.trim().split_once('='));
        parts.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
    };
    Some((find("oauth_consumer_key")?, find("oauth_token")?))
}

fn shown_member(member: &TrelloAccount) -> Value {
    json!({
        "id": member.id, "fullName": member.full_name, "username": member.username, "memberType": "normal",
        "activityBlocked": false, "confirmed": !member.unconfirmed, "url": format!("https://trello.com/{}", member.username),
    })
}

/// Only the fields that `fields` names, and the id.
fn chosen(incoming: &Incoming, items: Vec<Value>) -> Reply {
    let asked = incoming.parameters();
    let Some(fields) = asked.get("fields").filter(|fields| *fields != "all") else { return Reply::ok(items.into()) };
    let fields: Vec<&str> = fields.split(',').collect();
    let pick = |mut item: Value| {
        if let Some(map) = item.as_object_mut() {
            map.retain(|name, _| name == "id" || fields.contains(&name.as_str()));
        }
        item
    };
    Reply::ok(items.into_iter().map(pick).collect())
}

fn text(status: u16, words: &str) -> Reply {
    Reply::text(status, "text/plain; charset=utf-8", words)
}

impl Vendor for State {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, _: &Incoming) -> &'static str {
        "trello"
    }

    /// <https://developer.atlassian.com/cloud/trello/guides/rest-api/rate-limits/>
    fn tolls(&self, incoming: &Incoming, _: &Knobs) -> Vec<Toll> {
        let (key, token) = credentials(incoming).unwrap_or_default();
        let mut tolls =
            vec![Toll::calls("trello-key", key, 300, 10), Toll::calls("trello-token", token.clone(), 100, 10)];
        let segments = incoming.segments();
        // What lies below a member is not counted here.
        if let [_, members, _] = segments.as_slice()
            && members == "members"
        {
            tolls.push(Toll::calls("trello-members", token, 100, 900));
        }
        tolls
    }

    fn limited(&self, toll: &Toll, _: &Standing, _: Timestamp) -> Reply {
        let error = if toll.class == "trello-key" { "API_KEY_LIMIT_EXCEEDED" } else { "API_TOKEN_LIMIT_EXCEEDED" };
        Reply::of(429, json!({"error": error, "message": "Rate limit exceeded"}))
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        let (status, words) = match kind {
            Kind::Unauthorized => (401, "invalid token"),
            Kind::Forbidden | Kind::Secondary => (403, "forbidden"),
            Kind::NotFound => (404, "The requested resource was not found."),
            Kind::Gone => (410, "gone"),
            Kind::TooMany | Kind::GraphqlRateLimited => {
                let body = json!({"error": "API_TOKEN_LIMIT_EXCEEDED", "message": "Rate limit exceeded"});
                return Reply::of(429, body);
            }
            Kind::Unavailable => (503, "Service Unavailable"),
            _ => (500, "Internal Server Error"),
        };
        text(status, message.unwrap_or(words))
    }

    fn answer(&mut self, incoming: &Incoming, _: Timestamp, knobs: &Knobs) -> Reply {
        let me = match self.enter(incoming) {
            Ok(member) => member,
            Err(words) => return text(401, words),
        };
        let segments = incoming.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let asked = incoming.parameters();
        let mine = |workspace: &&Workspace| workspace.members.contains_key(&me.id);
        match (incoming.method.as_str(), segments.as_slice()) {
            ("GET", ["1", "members", name]) => {
                let found = if *name == "me" {
                    Some(me)
                } else {
                    self.members.values().find(|m| m.id == *name || m.username == *name)
                };
                found.map_or_else(|| text(404, "model not found"), |member| Reply::ok(shown_member(member)))
            }
            ("GET", ["1", "members", "me", "boards"]) => {
                let ids: Vec<&String> = self.workspaces.iter().filter(mine).map(|one| &one.id).collect();
                self.boards(incoming, |board| ids.contains(&&board.workspace))
            }
            ("GET", ["1", "members", "me", "organizations"]) => {
                chosen(incoming, self.workspaces.iter().filter(mine).map(|one| self.shown_workspace(one)).collect())
            }
            ("GET", ["1", "organizations", name, rest]) => {
                let Some(workspace) = self.workspace(name) else { return text(404, "model not found") };
                match *rest {
                    "members" => {
                        let members = workspace.members.keys().filter_map(|id| self.members.get(id));
                        let shown =
                            members.map(|m| json!({"id": m.id, "fullName": m.full_name, "username": m.username}));
                        Reply::ok(shown.collect())
                    }
                    "memberships" => {
                        let with_member = asked.get("member").is_some_and(|given| given == "true");
                        let filter = asked.get("filter").map_or("all", String::as_str);
                        let rows = workspace.members.iter().filter_map(|one| self.membership(one, with_member, knobs));
                        let fits = |row: &Value| match filter {
                            "active" => row["deactivated"] == false,
                            "deactivated" => row["deactivated"] == true,
                            "admin" | "normal" => row["memberType"] == filter,
                            "me" => row["idMember"] == me.id.as_str(),
                            _ => true,
                        };
                        Reply::ok(rows.filter(fits).collect())
                    }
                    "boards" => self.boards(incoming, |board| board.workspace == workspace.id),
                    _ => text(404, "Cannot GET"),
                }
            }
            ("DELETE", ["1", "tokens", token]) => match self.tokens.remove(*token) {
                Some(_) => Reply::ok(json!({"_value": null})),
                None => text(404, "token not found"),
            },
            _ => text(404, "Cannot GET"),
        }
    }

    fn dress(&self, reply: Reply, _: &[(Toll, Standing)]) -> Reply {
        reply
    }

    fn control(&mut self, verb: &str, _: &Incoming, _: &Self::Knobs) -> Option<Answer> {
        (verb == "summary").then(|| Ok(json!({"members": self.members.len(), "workspaces": self.workspaces.len()})))
    }
}

#[cfg(test)]
mod tests;
