//! GitHub's answers as they come, GraphQL and REST, as lenient as they can be: unknown fields are ignored, unknown enum
//! values are text, and elements of lists are parsed one by one where a broken one must not take the others along.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A numeric id that comes as a number or as text (GraphQL's `BigInt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(id) => Ok(Self(id)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// GraphQL's `Actor`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphActor {
    #[serde(rename = "__typename")]
    pub(super) typename: String,
    pub(super) login: String,
    pub(super) database_id: Option<Id>,
}

/// A page of a GraphQL connection.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paged<T> {
    #[serde(default)]
    pub(super) total_count: Option<u64>,
    #[serde(default)]
    pub(super) page_info: PageInfo,
    #[serde(default = "Vec::new")]
    pub(super) nodes: Vec<T>,
}

/// GraphQL's `PageInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

impl PageInfo {
    /// The cursor to go on with, when there is more.
    pub(super) fn next(&self) -> Option<&String> {
        self.end_cursor.as_ref().filter(|_| self.has_next_page)
    }
}

/// `repository` of the pull requests' document; its nodes are still unparsed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryPage<'a> {
    pub(super) database_id: Option<Id>,
    #[serde(borrow)]
    pub(super) pull_requests: Paged<Option<&'a RawValue>>,
}

/// Just enough to name a pull request whose rest cannot be read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullRequestName {
    pub(super) number: u64,
    pub(super) updated_at: Timestamp,
}

/// A pull request with the first pages of its lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphPullRequest {
    pub(super) number: u64,
    #[serde(default)]
    pub(super) database_id: Option<Id>,
    #[serde(default)]
    pub(super) full_database_id: Option<Id>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) body: Told,
    pub(super) author: Option<GraphActor>,
    #[serde(default)]
    pub(super) is_draft: bool,
    pub(super) state: String,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) changed_files: u64,
    pub(super) base_ref_name: String,
    pub(super) head_ref_name: String,
    pub(super) reviews: Option<Paged<Option<GraphReview>>>,
    pub(super) commits: Paged<Option<GraphCommitNode>>,
    pub(super) timeline_items: Paged<Option<GraphEvent>>,
}

/// What a pull request's text, or `null`, tells; the text itself is not kept.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// It carries GitHub's link to the pull request that is reverted.
    pub(super) reverts: bool,
    /// The lines that say who or what made it.
    pub(super) attribution: Option<String>,
}

/// A review; pending ones have no time of submission.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphReview {
    #[serde(default)]
    pub(super) database_id: Option<Id>,
    #[serde(default)]
    pub(super) full_database_id: Option<Id>,
    pub(super) author: Option<GraphActor>,
    pub(super) state: String,
    pub(super) submitted_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
}

/// A pull request's commit.
#[derive(Debug, Deserialize)]
pub(super) struct GraphCommitNode {
    pub(super) commit: GraphCommit,
}

/// A commit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphCommit {
    pub(super) oid: String,
    pub(super) authored_date: Timestamp,
    pub(super) committed_date: Timestamp,
    /// The message itself is not kept.
    #[serde(rename = "message", default, deserialize_with = "super::map::attribution_in")]
    pub(super) attribution: Option<String>,
    pub(super) author: Option<GraphGitActor>,
    #[serde(default)]
    pub(super) committer: Option<GitSignature>,
}

/// A committer as the commit itself names them.
#[derive(Debug, Deserialize)]
pub(super) struct GitSignature {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// The author a commit names, and the account GitHub found for it.
#[derive(Debug, Deserialize)]
pub(super) struct GraphGitActor {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) user: Option<GraphUser>,
}

/// An account behind a commit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphUser {
    pub(super) database_id: Option<Id>,
    pub(super) login: String,
}

/// A draft event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphEvent {
    #[serde(rename = "__typename")]
    pub(super) typename: String,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
}

/// `repository` of a document that follows one list of one pull request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NestedRepository {
    pub(super) database_id: Option<Id>,
    pub(super) pull_request: Option<NestedPullRequest>,
}

/// The one list that was asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NestedPullRequest {
    #[serde(default)]
    pub(super) reviews: Option<Paged<Option<GraphReview>>>,
    #[serde(default)]
    pub(super) commits: Option<Paged<Option<GraphCommitNode>>>,
    #[serde(default)]
    pub(super) timeline_items: Option<Paged<Option<GraphEvent>>>,
}

/// One alias of the changes document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed<'a> {
    pub(super) database_id: Option<Id>,
    #[serde(borrow)]
    pub(super) pull_requests: Paged<Option<&'a RawValue>>,
    pub(super) default_branch_ref: Option<BranchRef>,
}

/// A branch.
#[derive(Debug, Deserialize)]
pub(super) struct BranchRef {
    pub(super) target: Option<BranchTarget>,
}

/// A branch's head.
#[derive(Debug, Deserialize)]
pub(super) struct BranchTarget {
    pub(super) oid: String,
}

/// REST: an account, as member, team member, author or reviewer.
#[derive(Debug, Deserialize)]
pub(crate) struct RestUser {
    pub(crate) id: u64,
    pub(crate) login: String,
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
    /// In a team, from version 2026-03-10 on.
    #[serde(default)]
    pub(crate) role: Option<String>,
}

/// REST: a team.
#[derive(Debug, Deserialize)]
pub(super) struct RestTeam {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parent: Option<Identified>,
}

/// REST: anything with a numeric id.
#[derive(Debug, Deserialize)]
pub(crate) struct Identified {
    pub(crate) id: u64,
}

/// REST: a repository.
#[derive(Debug, Deserialize)]
pub(super) struct RestRepository {
    pub(super) id: u64,
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) default_branch: Option<String>,
    #[serde(default)]
    pub(super) archived: bool,
}

/// REST: a commit on a branch.
#[derive(Debug, Deserialize)]
pub(super) struct RestCommit {
    pub(super) sha: String,
    pub(super) commit: RestCommitDetail,
    /// An account, `null`, or `{}`.
    #[serde(default)]
    pub(super) author: Option<MaybeUser>,
}

/// REST: what the commit itself says.
#[derive(Debug, Deserialize)]
pub(super) struct RestCommitDetail {
    pub(super) author: Option<RestGitActor>,
    pub(super) committer: Option<RestGitActor>,
}

/// REST: an author or committer in a commit.
#[derive(Debug, Deserialize)]
pub(super) struct RestGitActor {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) date: Option<Timestamp>,
}

/// REST: an account where `{}` stands for none.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MaybeUser {
    /// An account.
    User(RestUser),
    /// `{}`.
    Nobody {},
}

/// REST and webhooks: a pull request, whole.
#[derive(Debug, Deserialize)]
pub(super) struct RestPullRequest {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) title: String,
    #[serde(default)]
    pub(super) body: Told,
    pub(super) user: Option<RestUser>,
    #[serde(default)]
    pub(super) draft: bool,
    pub(super) state: String,
    /// Absent from lists.
    #[serde(default)]
    pub(super) merged: bool,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    pub(super) merged_at: Option<Timestamp>,
    pub(super) closed_at: Option<Timestamp>,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) changed_files: u64,
    pub(super) commits: u64,
    pub(super) base: RestRef,
    pub(super) head: RestRef,
}

/// REST: a branch of a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct RestRef {
    #[serde(rename = "ref")]
    pub(super) name: String,
}

/// REST and webhooks: a review.
#[derive(Debug, Deserialize)]
pub(super) struct RestReview {
    pub(super) id: u64,
    pub(super) user: Option<RestUser>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) submitted_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) updated_at: Option<Timestamp>,
}
