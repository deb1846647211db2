//! Objects that a query can reach.

use super::{Context, connection::Page};
use crate::github::{
    json::node_id,
    model::{Commit, DraftEvent, PullRequest, Repository, Review, Team, User, UserKind},
};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use jiff::Timestamp;
use std::sync::Arc;

/// Ends an error's type within its message: apollo's errors carry a text alone.
pub(crate) const KIND_END: char = '\u{1}';

/// A field error of one of GitHub's types.
pub(crate) fn refuse(kind: &str, message: &str) -> FieldError {
    FieldError { message: format!("{kind}{KIND_END}{message}") }
}

/// What an object stands for.
#[derive(Clone)]
pub(crate) enum What<'a> {
    Query,
    RateLimit,
    Organization,
    Owner(&'a str),
    Repository(&'a Repository),
    Ref(&'a Repository),
    PullRequest(&'a Repository, &'a PullRequest),
    Review(&'a Repository, &'a PullRequest, &'a Review),
    PullRequestCommit(&'a Repository, &'a PullRequest, &'a Commit),
    Commit(&'a Repository, &'a Commit),
    GitActor(&'a Commit, Timestamp),
    Draft(&'a Repository, &'a PullRequest, &'a DraftEvent),
    Merged(&'a Repository, &'a PullRequest),
    Closed(&'a PullRequest),
    File(&'a PullRequest, u64),
    Label(&'a str),
    MergeCommit(&'a PullRequest),
    User(&'a User),
    Member(&'a User, &'static str),
    Team(&'a Team),
    Page(Arc<Page<'a>>),
}

/// An object of a query's answer.
pub(crate) struct Node<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) what: What<'a>,
}

/// An instant as `DateTime`.
pub(crate) fn instant<'b>(at: Timestamp) -> ResolvedValue<'b> {
    ResolvedValue::leaf(at.to_string())
}

/// An optional instant.
pub(crate) fn maybe_instant<'b>(at: Option<Timestamp>) -> ResolvedValue<'b> {
    at.map_or_else(ResolvedValue::null, instant)
}

/// An `Int`: 32 bits with a sign, `null` when it does not fit.
pub(crate) fn int<'b>(n: u64) -> ResolvedValue<'b> {
    i32::try_from(n).map_or_else(|_| ResolvedValue::null(), ResolvedValue::leaf)
}

impl ObjectValue for Node<'_> {
    fn type_name(&self) -> &str {
        match &self.what {
            What::Query => "Query",
            What::RateLimit => "RateLimit",
            What::Organization | What::Owner(_) => "Organization",
            What::Repository(_) => "Repository",
            What::Ref(_) => "Ref",
            What::PullRequest(..) => "PullRequest",
            What::Review(..) => "PullRequestReview",
            What::PullRequestCommit(..) => "PullRequestCommit",
            What::Commit(..) | What::MergeCommit(_) => "Commit",
            What::GitActor(..) => "GitActor",
            What::Draft(_, _, event) => match event.kind {
                crate::github::DraftKind::Ready => "ReadyForReviewEvent",
                crate::github::DraftKind::Draft => "ConvertToDraftEvent",
            },
            What::Merged(..) => "MergedEvent",
            What::Closed(..) => "ClosedEvent",
            What::File(..) => "PullRequestChangedFile",
            What::Label(_) => "Label",
            What::User(user) | What::Member(user, _) => user.kind.as_str(),
            What::Team(_) => "Team",
            What::Page(page) => page.type_name(),
        }
    }

    fn resolve_field<'b>(&'b self, info: &'b ResolveInfo<'b>) -> Result<ResolvedValue<'b>, FieldError> {
        let resolved = match &self.what {
            What::Query => self.query_field(info),
            What::Organization => self.organization_field(info),
            What::Owner(login) => Ok(self.owner_field(login, info.field_name())),
            What::Repository(repository) => self.repository_field(repository, info),
            What::PullRequest(repository, pull) => self.pull_request_field(repository, pull, info),
            What::Commit(repository, commit) => self.commit_field(repository, commit, info),
            What::Team(team) => self.team_field(team, info),
            What::Page(page) => Ok(page.resolve(self, info.field_name())),
            _ => Ok(self.leaf_field(info.field_name())),
        }?;
        resolved.ok_or_else(|| {
            refuse("UNSIMULATED", &format!("{}.{} is not simulated", self.type_name(), info.field_name()))
        })
    }
}

impl<'a> Node<'a> {
    /// An object of the same answer.
    pub(crate) fn object<'b>(&self, what: What<'a>) -> ResolvedValue<'b>
    where
        'a: 'b,
    {
        ResolvedValue::object(Node { context: self.context, what })
    }

    /// A page of a list.
    pub(crate) fn connection<'b>(&self, page: Page<'a>) -> ResolvedValue<'b>
    where
        'a: 'b,
    {
        self.object(What::Page(Arc::new(page)))
    }

    /// An account, `null` when it was deleted.
    pub(crate) fn actor<'b>(&self, id: Option<u64>) -> ResolvedValue<'b>
    where
        'a: 'b,
    {
        self.context.state.actor(id).map_or_else(ResolvedValue::null, |user| self.object(What::User(user)))
    }

    fn owner_field<'b>(&self, login: &str, field: &str) -> Option<ResolvedValue<'b>> {
        Some(match field {
            "login" => ResolvedValue::leaf(login.to_owned()),
            "id" => ResolvedValue::leaf(node_id("Organization", login)),
            "url" => ResolvedValue::leaf(format!("{}/{login}", self.context.state.html())),
            _ => return None,
        })
    }

    /// Fields of the objects that have no lists below them.
    fn leaf_field<'b>(&self, field: &str) -> Option<ResolvedValue<'b>>
    where
        'a: 'b,
    {
        match &self.what {
            What::RateLimit => self.rate_limit_field(field),
            What::Ref(repository) => Some(match field {
                "name" => ResolvedValue::leaf(repository.default_branch.clone()),
                "prefix" => ResolvedValue::leaf("refs/heads/"),
                "id" => ResolvedValue::leaf(node_id("Ref", repository.id)),
                "repository" => self.object(What::Repository(repository)),
                "target" => self.object(What::Commit(repository, repository.branch_commits.last()?)),
                _ => return None,
            }),
            What::Review(repository, pull, review) => self.review_field(repository, pull, review, field),
            What::PullRequestCommit(repository, pull, commit) => Some(match field {
                "commit" => self.object(What::Commit(repository, commit)),
                "id" => ResolvedValue::leaf(node_id("PullRequestCommit", &commit.sha)),
                "pullRequest" => self.object(What::PullRequest(repository, pull)),
                _ => return None,
            }),
            What::GitActor(commit, at) => Some(match field {
                "name" => ResolvedValue::leaf(commit.author_name.clone()),
                "email" => ResolvedValue::leaf(commit.author_email.clone()),
                "date" => instant(*at),
                // Its type is User: a bot is not one.
                "user" => match self.context.state.actor(commit.author) {
                    Some(user) if user.kind == UserKind::User => self.object(What::User(user)),
                    _ => ResolvedValue::null(),
                },
                _ => return None,
            }),
            What::Draft(repository, pull, event) => Some(match field {
                "createdAt" => instant(event.at),
                "actor" => self.actor(event.actor),
                "id" => ResolvedValue::leaf(node_id("DraftEvent", event.id)),
                "pullRequest" => self.object(What::PullRequest(repository, pull)),
                _ => return None,
            }),
            What::Merged(repository, pull) => Some(match field {
                "createdAt" => maybe_instant(pull.merged_at),
                "actor" => self.actor(pull.merged_by),
                "id" => ResolvedValue::leaf(node_id("MergedEvent", pull.id)),
                "pullRequest" => self.object(What::PullRequest(repository, pull)),
                _ => return None,
            }),
            What::Closed(pull) => Some(match field {
                "createdAt" => maybe_instant(pull.closed_at),
                "actor" => self.actor(pull.merged_by.or(pull.author)),
                "id" => ResolvedValue::leaf(node_id("ClosedEvent", pull.id)),
                _ => return None,
            }),
            What::File(pull, index) => Some(match field {
                "path" => ResolvedValue::leaf(crate::github::json::file_path(*index)),
                "additions" => int(pull.additions / pull.changed_files.max(1)),
                "deletions" => int(pull.deletions / pull.changed_files.max(1)),
                "changeType" => ResolvedValue::leaf("MODIFIED"),
                _ => return None,
            }),
            What::Label(name) => Some(match field {
                "name" => ResolvedValue::leaf(*name),
                "color" => ResolvedValue::leaf("ededed"),
                "id" => ResolvedValue::leaf(node_id("Label", name)),
                _ => return None,
            }),
            What::MergeCommit(pull) => Some(match field {
                "oid" => ResolvedValue::leaf(crate::github::State::merge_sha(pull)),
                "committedDate" | "authoredDate" => maybe_instant(pull.merged_at),
                _ => return None,
            }),
            What::User(user) | What::Member(user, _) => self.user_field(user, field),
            _ => None,
        }
    }
}
