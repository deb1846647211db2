//! GitHub's webhooks as facts: pure, no HTTP, no store.
//!
//! A delivery tells what its event knows and nothing else: `pull_request` the scalars, `pull_request_review` the one
//! review (the pull request inside it lacks the sizes), both the repository's present name.
//!
//! Source: GitHub, "Webhook events and payloads".

use super::{
    map::{self, Actors},
    pull_requests::pull_request_key,
    rest::wrong_shape,
    run::repository_key,
    wire::{Identified, RestPullRequest, RestRepository, RestReview},
};
use jiff::Timestamp;
use plumbline_domain::{DraftEvent, DraftEventKind, Fact, PullRequest, Repository, WebhookFacts};
use serde::{Deserialize, de::DeserializeOwned};

/// What a delivery is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// GitHub tries the address.
    Ping,
    /// Nothing Plumbline keeps.
    Ignored,
    /// Facts to save.
    Facts(WebhookFacts),
}

/// Why a delivery could not be read; it will not get better by trying again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Not JSON, or not of the shape the event has.
    #[error("the delivery cannot be read: {0}")]
    Malformed(String),
}

/// What GitHub does with a pull request; each delivery holds it whole, as it is after the action.
const PULL_REQUEST_ACTIONS: &[&str] = &[
    "assigned",
    "auto_merge_disabled",
    "auto_merge_enabled",
    "closed",
    "converted_to_draft",
    "demilestoned",
    "dequeued",
    "edited",
    "enqueued",
    "labeled",
    "locked",
    "milestoned",
    "opened",
    "ready_for_review",
    "reopened",
    "review_request_removed",
    "review_requested",
    "synchronize",
    "unassigned",
    "unlabeled",
    "unlocked",
];

const REVIEW_ACTIONS: &[&str] = &["submitted", "edited", "dismissed"];

#[derive(Deserialize)]
struct Envelope {
    action: String,
}

#[derive(Deserialize)]
struct PullRequestEvent {
    pull_request: RestPullRequest,
    repository: RestRepository,
    #[serde(default)]
    organization: Option<Identified>,
}

#[derive(Deserialize)]
struct ReviewEvent {
    review: RestReview,
    pull_request: Numbered,
    repository: RestRepository,
    #[serde(default)]
    organization: Option<Identified>,
}

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

/// Reads a delivery whose signature was already verified. `event` is the header `X-GitHub-Event`, `delivery` the header
/// `X-GitHub-Delivery`.
pub fn parse(event: &str, delivery: &str, body: &[u8]) -> Result<Delivery, WebhookError> {
    match event {
        "ping" => Ok(Delivery::Ping),
        "pull_request" => pull_request(delivery, body),
        "pull_request_review" => review(delivery, body),
        _ => Ok(Delivery::Ignored),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, WebhookError> {
    serde_json::from_slice(body).map_err(|error| WebhookError::Malformed(wrong_shape(&error)))
}

fn pull_request(delivery: &str, body: &[u8]) -> Result<Delivery, WebhookError> {
    let action = read::<Envelope>(body)?.action;
    if !PULL_REQUEST_ACTIONS.contains(&action.as_str()) {
        return Ok(Delivery::Ignored);
    }
    let event: PullRequestEvent = read(body)?;
    let version = event.pull_request.updated_at;
    let mut document = PullRequest::new(pull_request_key(event.repository.id, event.pull_request.number));
    let kind = match action.as_str() {
        "ready_for_review" => Some(DraftEventKind::Ready),
        "converted_to_draft" => Some(DraftEventKind::Draft),
        _ => None,
    };
    // The delivery does not carry the event's own time, which can differ by a second.
    document.draft_history.heard.extend(kind.map(|kind| DraftEvent { at: version, kind }));
    let scalars = map::rest_scalars(event.pull_request);
    let mut actors = Actors::default();
    actors.see(scalars.author.as_ref(), version);
    document.scalars = Some(scalars);
    Ok(facts(delivery, event.repository, version, event.organization.as_ref(), document, actors))
}

fn review(delivery: &str, body: &[u8]) -> Result<Delivery, WebhookError> {
    let action = read::<Envelope>(body)?.action;
    if !REVIEW_ACTIONS.contains(&action.as_str()) {
        return Ok(Delivery::Ignored);
    }
    let event: ReviewEvent = read(body)?;
    let Some((id, review)) = map::rest_review(event.review) else { return Ok(Delivery::Ignored) };
    let mut document = PullRequest::new(pull_request_key(event.repository.id, event.pull_request.number));
    let mut actors = Actors::default();
    let version = review.updated_at;
    actors.see(review.author.as_ref(), version);
    document.reviews.insert(id, review);
    Ok(facts(delivery, event.repository, version, event.organization.as_ref(), document, actors))
}

fn facts(
    delivery: &str,
    repository: RestRepository,
    seen_at: Timestamp,
    organization: Option<&Identified>,
    document: PullRequest,
    actors: Actors,
) -> Delivery {
    let mut sources = vec![format!("repository:{}", repository.id)];
    sources.extend(organization.map(|organization| format!("org:{}", organization.id)));
    let mut facts = vec![Fact::PullRequest(Box::new(document))];
    // A repository made since the last listing is first heard of here; without its name nobody could ask for it.
    facts.push(Fact::Repository(Repository {
        key: repository_key(repository.id),
        full_name: repository.full_name,
        default_branch: repository.default_branch,
        archived: repository.archived,
        gone_at: None,
        seen_at,
    }));
    facts.extend(actors.into_facts());
    Delivery::Facts(WebhookFacts { provider: map::PROVIDER, delivery: delivery.to_owned(), sources, facts })
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
