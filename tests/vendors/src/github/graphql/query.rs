//! Fields of the objects that have lists below them.

use super::{
    connection::{Position, indexed, page},
    cost::MAX_NODES,
    node::{Node, What, instant, int, maybe_instant, refuse},
};
use crate::github::{
    json::node_id,
    model::{Commit, DraftKind, PullRequest, Repository, ReviewState, Role, Team},
    rest::MAX_FILES,
};
use apollo_compiler::{
    resolvers::{FieldError, ResolveInfo, ResolvedValue},
    response::JsonValue,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use std::collections::BTreeSet;

type Resolved<'b> = Result<Option<ResolvedValue<'b>>, FieldError>;

fn text<'i>(info: &ResolveInfo<'i>, name: &str) -> &'i str {
    info.arguments().get(name).and_then(JsonValue::as_str).unwrap_or_default()
}

/// A list argument's texts; `None` when it was not given.
fn texts<'i>(info: &ResolveInfo<'i>, name: &str) -> Option<Vec<&'i str>> {
    Some(info.arguments().get(name)?.as_array()?.iter().filter_map(JsonValue::as_str).collect())
}

fn time(info: &ResolveInfo<'_>, name: &str) -> Option<Timestamp> {
    info.arguments().get(name).and_then(JsonValue::as_str).and_then(|text| text.parse().ok())
}

/// What an installation without the permission is told.
fn not_accessible() -> FieldError {
    refuse("FORBIDDEN", "Resource not accessible by integration")
}

impl<'a> Node<'a> {
    pub(crate) fn query_field<'b>(&self, info: &ResolveInfo<'_>) -> Resolved<'b>
    where
        'a: 'b,
    {
        let state = self.context.state;
        if self.context.cost.nodes > MAX_NODES {
            let message = format!(
                "This query requests up to {} possible nodes which exceeds the maximum limit of 500,000.",
                self.context.cost.nodes
            );
            return Err(refuse("MAX_NODE_LIMIT_EXCEEDED", &message));
        }
        Ok(Some(match info.field_name() {
            "rateLimit" => self.object(What::RateLimit),
            "viewer" => match state.user(self.context.caller.login) {
                Some(user) => self.object(What::User(user)),
                None => return Ok(None),
            },
            "organization" => {
                let login = text(info, "login");
                if !login.eq_ignore_ascii_case(&state.organization.login) {
                    let message = format!("Could not resolve to an Organization with the login of '{login}'.");
                    return Err(refuse("NOT_FOUND", &message));
                }
                self.object(What::Organization)
            }
            "user" => {
                let login = text(info, "login");
                let message = format!("Could not resolve to a User with the login of '{login}'.");
                let user = state.user(login).ok_or_else(|| refuse("NOT_FOUND", &message))?;
                self.object(What::User(user))
            }
            "repository" => {
                let name = format!("{}/{}", text(info, "owner"), text(info, "name"));
                let message = format!("Could not resolve to a Repository with the name '{name}'.");
                let found = state.repository_named(&name).filter(|(r, _)| self.context.caller.sees(r));
                let (repository, _) = found.ok_or_else(|| refuse("NOT_FOUND", &message))?;
                self.object(What::Repository(repository))
            }
            "node" => self.by_id(text(info, "id"))?,
            "nodes" => {
                let ids = texts(info, "ids").unwrap_or_default();
                let found: Vec<_> = ids.into_iter().map(|id| self.by_id(id)).collect();
                ResolvedValue::List(Box::new(found.into_iter()))
            }
            _ => return Ok(None),
        }))
    }

    fn by_id<'b>(&self, id: &str) -> Result<ResolvedValue<'b>, FieldError>
    where
        'a: 'b,
    {
        let state = self.context.state;
        let decoded = STANDARD.decode(id).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let (kind, number) = decoded.split_once(':').unwrap_or_default();
        let number: u64 = number.parse().unwrap_or(0);
        let visible =
            || state.repositories.values().filter(|r| !state.hidden.contains(&r.id) && self.context.caller.sees(r));
        let found = match kind {
            "Repository" => visible().find(|r| r.id == number).map(What::Repository),
            "PullRequest" => visible()
                .flat_map(|r| r.pull_requests.values().map(move |pull| (r, pull)))
                .find(|(_, pull)| pull.id == number)
                .map(|(r, pull)| What::PullRequest(r, pull)),
            "User" | "Bot" | "Mannequin" => state.actor(Some(number)).map(What::User),
            "Team" => state.teams.get(&number).map(What::Team),
            "Organization" => Some(What::Organization),
            _ => None,
        };
        let message = format!("Could not resolve to a node with the global id of '{id}'");
        found.map(|what| self.object(what)).ok_or_else(|| refuse("NOT_FOUND", &message))
    }

    pub(crate) fn organization_field<'b>(&self, info: &ResolveInfo<'_>) -> Resolved<'b>
    where
        'a: 'b,
    {
        let state = self.context.state;
        let organization = &state.organization;
        Ok(Some(match info.field_name() {
            "membersWithRole" | "teams" | "team" if !self.context.caller.may("members") => return Err(not_accessible()),
            "login" => ResolvedValue::leaf(organization.login.clone()),
            "name" => ResolvedValue::leaf(organization.name.clone()),
            "databaseId" => int(organization.id),
            "id" => ResolvedValue::leaf(node_id("Organization", organization.id)),
            "url" => ResolvedValue::leaf(format!("{}/{}", state.html(), organization.login)),
            "repositories" => {
                let seen = state.own_repositories().filter(|r| self.context.caller.sees(r));
                let keys: Vec<_> = seen.map(|r| (Position(0, r.id), r)).collect();
                self.connection(page(info, ("RepositoryConnection", "RepositoryEdge"), &keys, false, What::Repository)?)
            }
            "membersWithRole" => {
                let keys: Vec<_> = state
                    .members
                    .iter()
                    .filter_map(|(&id, &role)| Some((Position(0, id), (state.actor(Some(id))?, role))))
                    .collect();
                let types = ("OrganizationMemberConnection", "OrganizationMemberEdge");
                self.connection(page(info, types, &keys, false, |(user, role)| {
                    What::Member(user, if role == Role::Admin { "ADMIN" } else { "MEMBER" })
                })?)
            }
            "teams" => {
                let keys: Vec<_> = state.teams.values().map(|team| (Position(0, team.id), team)).collect();
                self.connection(page(info, ("TeamConnection", "TeamEdge"), &keys, false, What::Team)?)
            }
            "team" => {
                let team = state.teams.values().find(|team| team.slug == text(info, "slug"));
                team.map_or_else(ResolvedValue::null, |team| self.object(What::Team(team)))
            }
            _ => return Ok(None),
        }))
    }

    pub(crate) fn team_field<'b>(&self, team: &'a Team, info: &ResolveInfo<'_>) -> Resolved<'b>
    where
        'a: 'b,
    {
        let state = self.context.state;
        Ok(Some(match info.field_name() {
            "databaseId" => int(team.id),
            "id" => ResolvedValue::leaf(node_id("Team", team.id)),
            "slug" => ResolvedValue::leaf(team.slug.clone()),
            "name" => ResolvedValue::leaf(team.name.clone()),
            "parentTeam" => {
                let parent = team.parent.and_then(|id| state.teams.get(&id));
                parent.map_or_else(ResolvedValue::null, |team| self.object(What::Team(team)))
            }
            "members" => {
                let immediate = text(info, "membership") == "IMMEDIATE";
                let keys: Vec<_> = state
                    .team_members(team.id)
                    .into_iter()
                    .filter(|&(_, (_, inherited))| !(immediate && inherited))
                    .filter_map(|(id, (maintainer, _))| Some((Position(0, id), (state.actor(Some(id))?, maintainer))))
                    .collect();
                let types = ("TeamMemberConnection", "TeamMemberEdge");
                self.connection(page(info, types, &keys, false, |(user, maintainer)| {
                    What::Member(user, if maintainer { "MAINTAINER" } else { "MEMBER" })
                })?)
            }
            _ => return Ok(None),
        }))
    }

    pub(crate) fn repository_field<'b>(&self, repository: &'a Repository, info: &ResolveInfo<'_>) -> Resolved<'b>
    where
        'a: 'b,
    {
        Ok(Some(match info.field_name() {
            "pullRequest" | "pullRequests" if !self.context.caller.may("pull_requests") => return Err(not_accessible()),
            "databaseId" => int(repository.id),
            "id" => ResolvedValue::leaf(node_id("Repository", repository.id)),
            "name" => ResolvedValue::leaf(repository.name.clone()),
            "nameWithOwner" => ResolvedValue::leaf(repository.full_name()),
            "owner" => self.object(What::Owner(&repository.owner)),
            "isArchived" => ResolvedValue::leaf(repository.archived),
            "isEmpty" => ResolvedValue::leaf(repository.empty),
            "isFork" | "isDisabled" => ResolvedValue::leaf(false),
            "isPrivate" => ResolvedValue::leaf(true),
            "visibility" => ResolvedValue::leaf("PRIVATE"),
            "createdAt" => instant(repository.created_at),
            "pushedAt" => instant(repository.pushed_at),
            "updatedAt" => instant(repository.updated_at),
            "url" => ResolvedValue::leaf(format!("{}/{}", self.context.state.html(), repository.full_name())),
            "defaultBranchRef" if repository.branch_commits.is_empty() => ResolvedValue::null(),
            "defaultBranchRef" => self.object(What::Ref(repository)),
            "pullRequest" => {
                let number = info.arguments().get("number").and_then(JsonValue::as_u64).unwrap_or(0);
                let message = format!("Could not resolve to a PullRequest with the number of {number}.");
                let pull = repository.pull_requests.get(&number).ok_or_else(|| refuse("NOT_FOUND", &message))?;
                self.object(What::PullRequest(repository, pull))
            }
            "pullRequests" => self.pull_requests(repository, info)?,
            _ => return Ok(None),
        }))
    }

    fn pull_requests<'b>(
        &self,
        repository: &'a Repository,
        info: &ResolveInfo<'_>,
    ) -> Result<ResolvedValue<'b>, FieldError>
    where
        'a: 'b,
    {
        let states = texts(info, "states");
        let order = info.arguments().get("orderBy").and_then(JsonValue::as_object);
        let part = |name: &str| order.and_then(|order| order.get(name)).and_then(JsonValue::as_str);
        let by_update = part("field") == Some("UPDATED_AT");
        let descending = part("direction") == Some("DESC");
        let mut keys: Vec<_> = repository
            .pull_requests
            .values()
            .filter(|pull| states.as_ref().is_none_or(|states| states.contains(&pull.state())))
            .map(|pull| {
                let at = if by_update { pull.updated_at } else { pull.created_at };
                (Position(at.as_second(), pull.number), pull)
            })
            .collect();
        keys.sort_unstable_by_key(|&(position, _)| position);
        if descending {
            keys.reverse();
        }
        let types = ("PullRequestConnection", "PullRequestEdge");
        Ok(self.connection(page(info, types, &keys, descending, |pull| What::PullRequest(repository, pull))?))
    }

    pub(crate) fn pull_request_field<'b>(
        &self,
        repository: &'a Repository,
        pull: &'a PullRequest,
        info: &ResolveInfo<'_>,
    ) -> Resolved<'b>
    where
        'a: 'b,
    {
        Ok(Some(match info.field_name() {
            "number" => int(pull.number),
            "databaseId" => int(pull.id),
            "fullDatabaseId" => ResolvedValue::leaf(pull.id.to_string()),
            "id" => ResolvedValue::leaf(node_id("PullRequest", pull.id)),
            "title" => ResolvedValue::leaf(pull.title.clone()),
            "body" | "bodyText" => ResolvedValue::leaf(pull.body.clone()),
            "author" => self.actor(pull.author),
            "authorAssociation" => ResolvedValue::leaf("MEMBER"),
            "isDraft" => ResolvedValue::leaf(pull.draft),
            "state" => ResolvedValue::leaf(pull.state()),
            "closed" => ResolvedValue::leaf(pull.closed_at.is_some()),
            "merged" => ResolvedValue::leaf(pull.merged_at.is_some()),
            "createdAt" | "publishedAt" => instant(pull.created_at),
            "updatedAt" => instant(pull.updated_at),
            "mergedAt" => maybe_instant(pull.merged_at),
            "closedAt" => maybe_instant(pull.closed_at),
            "mergedBy" => self.actor(pull.merged_by),
            "mergeCommit" if pull.merged_at.is_some() => self.object(What::MergeCommit(pull)),
            "mergeCommit" => ResolvedValue::null(),
            "additions" => int(pull.additions),
            "deletions" => int(pull.deletions),
            "changedFiles" => int(pull.changed_files),
            "baseRefName" => ResolvedValue::leaf(pull.base_ref.clone()),
            "headRefName" => ResolvedValue::leaf(pull.head_ref.clone()),
            "headRefOid" => ResolvedValue::leaf(pull.head_sha().to_owned()),
            "isCrossRepository" | "locked" => ResolvedValue::leaf(false),
            "reviewDecision" => review_decision(pull).map_or_else(ResolvedValue::null, ResolvedValue::leaf),
            "totalCommentsCount" => int(pull.reviews.len() as u64),
            "repository" | "baseRepository" | "headRepository" => self.object(What::Repository(repository)),
            "url" | "permalink" => ResolvedValue::leaf(format!(
                "{}/{}/pull/{}",
                self.context.state.html(),
                repository.full_name(),
                pull.number
            )),
            "labels" => {
                let keys = indexed(&pull.labels);
                self.connection(page(info, ("LabelConnection", "LabelEdge"), &keys, false, |name| What::Label(name))?)
            }
            "reviews" | "latestReviews" => {
                let states = texts(info, "states");
                let author = info.arguments().get("author").and_then(JsonValue::as_str);
                let keys = indexed(pull.reviews.iter().filter(|review| {
                    let login = self.context.state.actor(review.author).map(|user| user.login.as_str());
                    states.as_ref().is_none_or(|states| states.contains(&review.state.as_str()))
                        && (author.is_none() || author == login)
                }));
                let types = ("PullRequestReviewConnection", "PullRequestReviewEdge");
                self.connection(page(info, types, &keys, false, |review| What::Review(repository, pull, review))?)
            }
            "commits" => {
                let cap = self.context.settings.commit_cap.unwrap_or(usize::MAX);
                let keys = indexed(pull.commits.iter().take(cap));
                let types = ("PullRequestCommitConnection", "PullRequestCommitEdge");
                let item = |commit| What::PullRequestCommit(repository, pull, commit);
                let listed = page(info, types, &keys, false, item)?;
                self.connection(listed.of_total(pull.commits.len()))
            }
            "files" => {
                let keys = indexed(0..pull.changed_files.min(MAX_FILES));
                let types = ("PullRequestChangedFileConnection", "PullRequestChangedFileEdge");
                let listed = page(info, types, &keys, false, |index| What::File(pull, index))?;
                self.connection(listed.of_total(usize::try_from(pull.changed_files).unwrap_or(usize::MAX)))
            }
            "timelineItems" => {
                let types = texts(info, "itemTypes");
                let since = time(info, "since");
                let wanted = |name: &str| types.as_ref().is_none_or(|types| types.contains(&name));
                let mut items = Vec::new();
                for event in &pull.draft_events {
                    let name = match event.kind {
                        DraftKind::Ready => "READY_FOR_REVIEW_EVENT",
                        DraftKind::Draft => "CONVERT_TO_DRAFT_EVENT",
                    };
                    items.push((event.at, name, What::Draft(repository, pull, event)));
                }
                items.extend(pull.merged_at.map(|at| (at, "MERGED_EVENT", What::Merged(repository, pull))));
                items.extend(pull.closed_at.map(|at| (at, "CLOSED_EVENT", What::Closed(pull))));
                items.retain(|&(at, name, _)| wanted(name) && since.is_none_or(|since| at >= since));
                items.sort_by_key(|&(at, _, _)| at);
                let keys = indexed(0..items.len());
                let types = ("PullRequestTimelineItemsConnection", "PullRequestTimelineItemsEdge");
                self.connection(page(info, types, &keys, false, |index| items[index].2.clone())?)
            }
            _ => return Ok(None),
        }))
    }

    pub(crate) fn commit_field<'b>(
        &self,
        repository: &'a Repository,
        commit: &'a Commit,
        info: &ResolveInfo<'_>,
    ) -> Resolved<'b>
    where
        'a: 'b,
    {
        Ok(Some(match info.field_name() {
            "oid" => ResolvedValue::leaf(commit.sha.clone()),
            "abbreviatedOid" => ResolvedValue::leaf(commit.sha[..7].to_owned()),
            "id" => ResolvedValue::leaf(node_id("Commit", &commit.sha)),
            "authoredDate" => instant(commit.authored_at),
            "committedDate" => instant(commit.committed_at),
            "message" => ResolvedValue::leaf(commit.message.clone()),
            "messageHeadline" => ResolvedValue::leaf(commit.message.lines().next().unwrap_or_default().to_owned()),
            "author" => self.object(What::GitActor(commit, commit.authored_at)),
            "committer" => self.object(What::GitActor(commit, commit.committed_at)),
            "repository" => self.object(What::Repository(repository)),
            "history" => {
                let (since, until) = (time(info, "since"), time(info, "until"));
                let up_to = repository.branch_commits.iter().position(|other| other.sha == commit.sha);
                let reachable = &repository.branch_commits[..up_to.map_or(0, |index| index + 1)];
                let keys = indexed(reachable.iter().rev().filter(|commit| {
                    since.is_none_or(|at| commit.committed_at >= at) && until.is_none_or(|at| commit.committed_at <= at)
                }));
                let types = ("CommitHistoryConnection", "CommitEdge");
                self.connection(page(info, types, &keys, false, |commit| What::Commit(repository, commit))?)
            }
            _ => return Ok(None),
        }))
    }
}

/// The last opinion of each reviewer decides.
fn review_decision(pull: &PullRequest) -> Option<&'static str> {
    let mut seen = BTreeSet::new();
    let mut approved = false;
    for review in pull.reviews.iter().rev() {
        let opinion = matches!(review.state, ReviewState::Approved | ReviewState::ChangesRequested);
        if opinion && seen.insert(review.author) {
            if review.state == ReviewState::ChangesRequested {
                return Some("CHANGES_REQUESTED");
            }
            approved = true;
        }
    }
    Some(if approved { "APPROVED" } else { "REVIEW_REQUIRED" }).filter(|_| approved || pull.closed_at.is_none())
}
