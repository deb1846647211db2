//! REST: which address shows what.

use super::{
    app,
    caller::Caller,
    json,
    model::{PullRequest, Repository, ReviewState, Role},
    reports::{self, Entity},
    seats,
    settings::Settings,
    state::State,
};
use crate::service::Reply;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// GitHub lists at most this many commits of a pull request.
/// <https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request>
pub(crate) const MAX_COMMITS: usize = 250;
/// GitHub lists at most this many files of a pull request.
/// <https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files>
pub(crate) const MAX_FILES: u64 = 3000;

/// What a request asks for.
pub(crate) struct Asked<'a> {
    /// The state to answer from.
    pub(crate) state: &'a State,
    /// How the server behaves.
    pub(super) settings: &'a Settings,
    /// Whose token it carries.
    pub(super) caller: Caller<'a>,
    /// Differs from call to call.
    pub(super) nonce: u64,
    /// The path below the API's root, without a leading slash.
    pub(crate) path: &'a str,
    query: BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(
        state: &'a State,
        settings: &'a Settings,
        caller: Caller<'a>,
        (path, query): (&'a str, &str),
        nonce: u64,
    ) -> Self {
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { state, settings, caller, nonce, path, query }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name).and_then(|text| text.parse().ok())
    }

    fn instant(&self, name: &str) -> Option<Timestamp> {
        self.query.get(name).and_then(|text| text.parse().ok())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.query.get(name).is_some_and(|given| given == value)
    }

    /// One page of `items` with its Link header. GitHub's links name organizations and repositories by id.
    fn page<T>(&self, canonical: &str, items: &[T], show: impl Fn(&T) -> Value) -> Reply {
        self.page_in((canonical, 30), items, show, Value::Array)
    }

    /// The same within an object, and with this size where none is asked for.
    pub(super) fn page_in<T>(
        &self,
        (canonical, size): (&str, usize),
        items: &[T],
        show: impl Fn(&T) -> Value,
        wrap: impl FnOnce(Vec<Value>) -> Value,
    ) -> Reply {
        let per_page = self.number("per_page").unwrap_or(size).clamp(1, 100);
        let page = self.number("page").unwrap_or(1).max(1);
        let last = items.len().div_ceil(per_page).max(1);
        let shown = items.iter().skip((page - 1).saturating_mul(per_page)).take(per_page).map(show).collect();
        let mut links = Vec::new();
        let mut link = |relation: &str, page: usize| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(self.query.iter().filter(|(name, _)| *name != "page"));
            query.append_pair("page", &page.to_string());
            links.push(format!("<{}/{canonical}?{}>; rel=\"{relation}\"", self.state.api(), query.finish()));
        };
        if page > 1 {
            link("prev", page - 1);
        }
        if page < last {
            link("next", page + 1);
            link("last", last);
        }
        if page > 1 {
            link("first", 1);
        }
        let reply = Reply::ok(wrap(shown));
        if links.is_empty() { reply } else { reply.with("link", links.join(", ")) }
    }

    /// Answers a GET.
    pub(crate) fn answer(&self) -> Reply {
        let segments: Vec<&str> = self.path.split('/').collect();
        match segments.as_slice() {
            ["user"] => self.viewer(),
            ["user", "emails"] => self.viewers_emails(),
            ["user", "installations"] => app::usable(self),
            ["users", login] => self.user(login),
            ["orgs", org, rest @ ..] if self.is_own(org) => self.organization(rest),
            ["organizations", id, rest @ ..] if *id == self.state.organization.id.to_string() => {
                self.organization(rest)
            }
            ["enterprises", slug, rest @ ..] if slug.eq_ignore_ascii_case(&self.state.enterprise.slug) => {
                self.enterprise(rest)
            }
            ["installation", "repositories"] => self.installation_repositories(),
            ["repos", owner, name, rest @ ..] => match self.state.repository_named(&format!("{owner}/{name}")) {
                None => Reply::not_found(),
                Some((repository, _)) if !self.caller.sees(repository) => Reply::not_found(),
                Some((repository, false)) => self.repository(repository, rest),
                Some((repository, true)) => {
                    let mut location = format!("{}/repositories/{}", self.state.api(), repository.id);
                    for segment in rest {
                        location.push('/');
                        location.push_str(segment);
                    }
                    if !self.query.is_empty() {
                        let mut query = form_urlencoded::Serializer::new(String::new());
                        query.extend_pairs(self.query.iter());
                        location = format!("{location}?{}", query.finish());
                    }
                    Reply::moved(location)
                }
            },
            ["repositories", id, rest @ ..] => {
                let id = id.parse().ok().filter(|id| !self.state.hidden.contains(id));
                let found = id.and_then(|id: u64| self.state.repositories.get(&id)).filter(|r| self.caller.sees(r));
                found.map_or_else(Reply::not_found, |repository| self.repository(repository, rest))
            }
            _ => Reply::not_found(),
        }
    }

    fn is_own(&self, login: &str) -> bool {
        login.eq_ignore_ascii_case(&self.state.organization.login)
    }

    fn viewer(&self) -> Reply {
        let found = self.state.user(self.caller.login);
        let mut user = found.map_or_else(
            || json!({"login": self.caller.login, "id": 1, "node_id": json::node_id("User", 1), "type": "User", "site_admin": false}),
            |user| json::account(self.state, user),
        );
        user["name"] = found.and_then(|user| user.name.clone()).into();
        user["email"] = found.and_then(|user| user.email.clone()).into();
        Reply::ok(user)
    }

    /// <https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user>
    fn viewers_emails(&self) -> Reply {
        let permitted = self.caller.classic || (self.caller.authorized_app && self.state.app.reads_emails);
        if !permitted {
            let what = if self.caller.authorized_app { "integration" } else { "personal access token" };
            return Reply::error(403, &format!("Resource not accessible by {what}"));
        }
        let Some(user) = self.state.user(self.caller.login) else { return Reply::ok(json!([])) };
        let noreply = format!("{}+{}@users.noreply.github.com", user.id, user.login);
        // Whoever hides the address has it all the same.
        let shown = user.email.as_ref();
        let own = shown.or_else(|| self.state.enterprise.identities.get(&user.id));
        let mut emails = Vec::new();
        if let Some(own) = own {
            let visibility = if shown.is_some() { "public" } else { "private" };
            emails.push(json!({"email": own, "primary": true, "verified": true, "visibility": visibility}));
        }
        emails.push(json!({"email": noreply, "primary": own.is_none(), "verified": true, "visibility": null}));
        self.page("user/emails", &emails, Value::clone)
    }

    fn user(&self, login: &str) -> Reply {
        self.state.user(login).map_or_else(Reply::not_found, |user| {
            let mut shown = json::account(self.state, user);
            shown["name"] = user.name.clone().into();
            shown["email"] = user.email.clone().into();
            Reply::ok(shown)
        })
    }

    fn organization(&self, rest: &[&str]) -> Reply {
        let state = self.state;
        let base = format!("organizations/{}", state.organization.id);
        match rest {
            [] => Reply::ok(json::organization(state)),
            ["members"] => {
                let wanted = |role: &Role| match role {
                    Role::Admin => !self.is("role", "member"),
                    Role::Member => !self.is("role", "admin"),
                };
                let members = state.members.iter().filter(|(_, role)| wanted(role));
                let members: Vec<_> = members.filter_map(|(&id, _)| state.actor(Some(id))).collect();
                self.page(&format!("{base}/members"), &members, |user| json::account(state, user))
            }
            ["teams"] => {
                let teams: Vec<_> = state.teams.values().collect();
                self.page(&format!("{base}/teams"), &teams, |team| json::team(state, team))
            }
            ["teams", slug] => {
                let team = state.teams.values().find(|team| team.slug == *slug);
                team.map_or_else(Reply::not_found, |team| Reply::ok(json::team(state, team)))
            }
            ["teams", slug, "members"] => {
                let Some(team) = state.teams.values().find(|team| team.slug == *slug) else {
                    return Reply::not_found();
                };
                self.team_members(&format!("{base}/team/{}/members", team.id), team.id)
            }
            ["team", id, "members"] => match id.parse() {
                Ok(id) if state.teams.contains_key(&id) => self.team_members(&format!("{base}/team/{id}/members"), id),
                _ => Reply::not_found(),
            },
            ["repos"] => {
                let repositories: Vec<_> = state.own_repositories().filter(|r| self.caller.sees(r)).collect();
                self.page(&format!("{base}/repos"), &repositories, |r| json::repository(state, r))
            }
            ["copilot", "billing"] => seats::billing(state),
            ["copilot", "billing", "seats"] => seats::of_organization(self),
            ["copilot", "metrics", "reports", report] => {
                reports::answer(self, self.settings, Entity::Organization, report)
            }
            _ => Reply::not_found(),
        }
    }

    fn enterprise(&self, rest: &[&str]) -> Reply {
        match rest {
            ["copilot", "billing", "seats"] => seats::of_enterprise(self),
            ["copilot", "metrics", "reports", report] => {
                reports::answer(self, self.settings, Entity::Enterprise, report)
            }
            ["consumed-licenses"] if self.caller.classic => seats::consumed(self),
            // Fine-grained tokens are told; others see nothing there.
            ["consumed-licenses"] if self.caller.fine_grained => {
                Reply::error(403, "Resource not accessible by personal access token")
            }
            _ => Reply::not_found(),
        }
    }

    fn installation_repositories(&self) -> Reply {
        let Some(issued) = self.caller.installation else {
            let words = "You must authenticate with an installation access token in order to list repositories for an installation.";
            return Reply::error(403, words);
        };
        let repositories: Vec<_> = self.state.own_repositories().filter(|r| self.caller.sees(r)).collect();
        let selection = if issued.repositories.is_some() { "selected" } else { "all" };
        let total = repositories.len();
        self.page_in(
            ("installation/repositories", 30),
            &repositories,
            |r| json::repository(self.state, r),
            |list| json!({"total_count": total, "repository_selection": selection, "repositories": list}),
        )
    }

    fn team_members(&self, canonical: &str, team: u64) -> Reply {
        let mut members: Vec<_> = self.state.team_members(team).into_iter().collect();
        members.retain(|&(_, (maintainer, _))| match self.query.get("role").map(String::as_str) {
            Some("maintainer") => maintainer,
            Some("member") => !maintainer,
            _ => true,
        });
        self.page(canonical, &members, |&(id, (maintainer, inherited))| {
            let mut user = json::user(self.state, Some(id));
            user["role"] = if maintainer { "maintainer" } else { "member" }.into();
            user["inherited"] = inherited.into();
            user
        })
    }

    fn repository(&self, repository: &Repository, rest: &[&str]) -> Reply {
        let base = format!("repositories/{}", repository.id);
        match rest {
            [] => Reply::ok(json::repository(self.state, repository)),
            ["commits"] => self.branch_commits(&base, repository),
            ["pulls"] => self.pull_requests(&base, repository),
            ["pulls", number, rest @ ..] => {
                let found = number.parse().ok().and_then(|number: u64| repository.pull_requests.get(&number));
                found.map_or_else(Reply::not_found, |pull| self.pull_request(&base, repository, pull, rest))
            }
            _ => Reply::not_found(),
        }
    }

    /// `since` and `until` look at the committer's date. Newest first.
    fn branch_commits(&self, base: &str, repository: &Repository) -> Reply {
        if repository.empty {
            return Reply::error(409, "Git Repository is empty.");
        }
        let mut commits: Vec<_> = repository.branch_commits.iter().rev().collect();
        if let Some(sha) = self.query.get("sha").filter(|sha| **sha != repository.default_branch) {
            let Some(start) = commits.iter().position(|commit| commit.sha == *sha) else {
                return Reply::error(404, &format!("No commit found for SHA: {sha}"));
            };
            commits.drain(..start);
        }
        let (since, until) = (self.instant("since"), self.instant("until"));
        commits.retain(|commit| {
            since.is_none_or(|at| commit.committed_at >= at) && until.is_none_or(|at| commit.committed_at <= at)
        });
        let name = repository.full_name();
        self.page(&format!("{base}/commits"), &commits, |commit| json::commit(self.state, &name, commit))
    }

    fn pull_requests(&self, base: &str, repository: &Repository) -> Reply {
        let mut pulls: Vec<&PullRequest> = repository.pull_requests.values().collect();
        match self.query.get("state").map(String::as_str) {
            Some("all") => {}
            Some("closed") => pulls.retain(|pull| pull.closed_at.is_some()),
            _ => pulls.retain(|pull| pull.closed_at.is_none()),
        }
        let by_update = self.is("sort", "updated");
        pulls.sort_by_key(|pull| (if by_update { pull.updated_at } else { pull.created_at }, pull.number));
        // Newest first, unless another order than the default is asked for without a direction.
        if self.is("direction", "desc") || !(self.query.contains_key("direction") || self.query.contains_key("sort")) {
            pulls.reverse();
        }
        let (repo, name) = (json::repository(self.state, repository), repository.full_name());
        self.page(&format!("{base}/pulls"), &pulls, |pull| {
            json::pull_request_with(self.state, repository, pull, &repo, &name)
        })
    }

    fn pull_request(&self, base: &str, repository: &Repository, pull: &PullRequest, rest: &[&str]) -> Reply {
        let state = self.state;
        let name = repository.full_name();
        let base = format!("{base}/pulls/{}", pull.number);
        match rest {
            [] => Reply::ok(json::pull_request(state, repository, pull)),
            ["reviews"] => {
                let reviews: Vec<_> = pull.reviews.iter().filter(|r| r.state != ReviewState::Pending).collect();
                self.page(&format!("{base}/reviews"), &reviews, |review| json::review(state, repository, pull, review))
            }
            ["commits"] => {
                let commits = &pull.commits[..pull.commits.len().min(MAX_COMMITS)];
                self.page(&format!("{base}/commits"), commits, |commit| json::commit(state, &name, commit))
            }
            ["files"] => {
                let files: Vec<u64> = (0..pull.changed_files.min(MAX_FILES)).collect();
                self.page(&format!("{base}/files"), &files, |&index| json::file(state, &name, pull, index))
            }
            _ => Reply::not_found(),
        }
    }
}
