//! Fields of small objects.

use super::node::{Node, What, instant, int};
use crate::github::{
    json::node_id,
    model::{PullRequest, Repository, Review, ReviewState, User, UserKind},
};
use apollo_compiler::resolvers::ResolvedValue;

impl<'a> Node<'a> {
    pub(crate) fn rate_limit_field<'b>(&self, field: &str) -> Option<ResolvedValue<'b>> {
        let limit = &self.context.rate_limit;
        Some(match field {
            "cost" => int(self.context.cost.points),
            "limit" => int(limit.limit),
            "nodeCount" => int(self.context.cost.nodes),
            "remaining" => int(limit.limit.saturating_sub(limit.used)),
            "resetAt" => instant(limit.reset),
            "used" => int(limit.used),
            _ => return None,
        })
    }

    pub(crate) fn user_field<'b>(&self, user: &User, field: &str) -> Option<ResolvedValue<'b>> {
        let is_person = user.kind == UserKind::User;
        Some(match field {
            // GraphQL names a bot without the suffix that REST and webhooks give it.
            "login" => ResolvedValue::leaf(user.login.trim_end_matches("[bot]").to_owned()),
            "databaseId" => int(user.id),
            "id" => ResolvedValue::leaf(node_id(user.kind.as_str(), user.id)),
            "name" if is_person => user.name.clone().map_or_else(ResolvedValue::null, ResolvedValue::leaf),
            "email" if is_person => ResolvedValue::leaf(user.email.clone().unwrap_or_default()),
            "avatarUrl" => ResolvedValue::leaf(format!("{}/avatars/u/{}?v=4", self.context.state.html(), user.id)),
            "url" => ResolvedValue::leaf(format!("{}/{}", self.context.state.html(), user.login)),
            "resourcePath" => ResolvedValue::leaf(format!("/{}", user.login)),
            _ => return None,
        })
    }

    pub(crate) fn review_field<'b>(
        &self,
        repository: &'a Repository,
        pull: &'a PullRequest,
        review: &'a Review,
        field: &str,
    ) -> Option<ResolvedValue<'b>>
    where
        'a: 'b,
    {
        Some(match field {
            "id" => ResolvedValue::leaf(node_id("PullRequestReview", review.id)),
            "databaseId" => int(review.id),
            "fullDatabaseId" => ResolvedValue::leaf(review.id.to_string()),
            "author" => self.actor(review.author),
            "authorAssociation" => ResolvedValue::leaf("MEMBER"),
            "body" | "bodyText" => ResolvedValue::leaf(""),
            "state" => ResolvedValue::leaf(review.state.as_str()),
            "submittedAt" if review.state == ReviewState::Pending => ResolvedValue::null(),
            "submittedAt" | "publishedAt" | "createdAt" => instant(review.submitted_at),
            "updatedAt" => instant(review.updated_at),
            "commit" => pull
                .commits
                .iter()
                .find(|commit| Some(&commit.sha) == review.commit.as_ref())
                .map_or_else(ResolvedValue::null, |commit| self.object(What::Commit(repository, commit))),
            "pullRequest" => self.object(What::PullRequest(repository, pull)),
            "url" => ResolvedValue::leaf(format!(
                "{}/{}/pull/{}#pullrequestreview-{}",
                self.context.state.html(),
                repository.full_name(),
                pull.number,
                review.id
            )),
            _ => return None,
        })
    }
}
