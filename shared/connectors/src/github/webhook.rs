//! GitHub's webhooks as facts: pure, no HTTP, no store.
//!
//! A delivery tells what its event knows and nothing else: `pull_request` the scalars, `pull_request_review` the one
//! review (the pull request inside it lacks the sizes), both the repository's present name; `installation` and
//! `installation_repositories` which repositories an installation of the app has. That an installation is deleted or
//! suspended is no fact: the next sync is refused and says so. A merge is told besides, once: with the action `closed`.
//!
//! Source: GitHub, "Webhook events and payloads".

use super::{
    map::{self, Actors},
    pull_requests::pull_request_key,
    run::repository_key,
    wire::{Identified, RestPullRequest, RestRepository, RestReview},
};
use crate::json::{lenient, wrong_shape};
use jiff::Timestamp;
use plumbline_domain::{DraftEvent, DraftEventKind, Fact, MergedPullRequest, PullRequest, Repository, WebhookFacts};
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
    /// Of the app, when it is the app's webhook.
    #[serde(default)]
    installation: Option<Identified>,
}

#[derive(Deserialize)]
struct ReviewEvent {
    review: RestReview,
    pull_request: Numbered,
    repository: RestRepository,
    #[serde(default)]
    organization: Option<Identified>,
    /// Of the app, when it is the app's webhook.
    #[serde(default)]
    installation: Option<Identified>,
}

#[derive(Deserialize)]
struct InstallationEvent {
    installation: Installed,
    /// What it has, when it is made.
    #[serde(default)]
    repositories: Vec<RestRepository>,
    #[serde(default)]
    repositories_added: Vec<RestRepository>,
    #[serde(default)]
    repositories_removed: Vec<RestRepository>,
}

#[derive(Deserialize)]
struct Installed {
    id: u64,
    /// A text here and a number there.
    #[serde(default, deserialize_with = "lenient")]
    updated_at: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(Timestamp),
    Seconds(i64),
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
        "installation" | "installation_repositories" => installation(delivery, body),
        _ => Ok(Delivery::Ignored),
    }
}

/// Repositories that an installation has, or no longer has. Only a connection by the installation itself takes this for
/// what there is: one by a token may see what the installation does not.
fn installation(delivery: &str, body: &[u8]) -> Result<Delivery, WebhookError> {
    let action = read::<Envelope>(body)?.action;
    if !matches!(action.as_str(), "created" | "added" | "removed") {
        return Ok(Delivery::Ignored);
    }
    let event: InstallationEvent = read(body)?;
    // The delivery has no time of its own. The installation's last change is never later than it, so at worst a sync
    // knew better already, and the next one tells the rest.
    let seen_at = match event.installation.updated_at {
        Some(Moment::Text(at)) => at,
        Some(Moment::Seconds(seconds)) => Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH),
        None => Timestamp::UNIX_EPOCH,
    };
    let present = event.repositories.into_iter().chain(event.repositories_added);
    let present = present.map(|repository| repository_fact(repository, None, seen_at));
    let gone = event.repositories_removed.into_iter();
    let gone = gone.map(|repository| repository_fact(repository, Some(seen_at), seen_at));
    let facts: Vec<Fact> = present.chain(gone).collect();
    if facts.is_empty() {
        return Ok(Delivery::Ignored);
    }
    let sources = vec![format!("installation:{}", event.installation.id)];
    let delivery = delivery.to_owned();
    Ok(Delivery::Facts(WebhookFacts { provider: map::PROVIDER, delivery, sources, facts, merged: None }))
}

fn repository_fact(repository: RestRepository, gone_at: Option<Timestamp>, seen_at: Timestamp) -> Fact {
    Fact::Repository(Repository {
        key: repository_key(repository.id),
        full_name: repository.full_name,
        default_branch: repository.default_branch,
        archived: repository.archived,
        gone_at,
        seen_at,
    })
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
    // Later changes of a merged pull request tell that it is merged, too.
    let merged_at = event.pull_request.merged_at.filter(|_| action == "closed" && event.pull_request.merged);
    let repository = event.repository.full_name.clone();
    let merged = merged_at.map(|merged_at| MergedPullRequest { pull_request: document.key, repository, merged_at });
    let scalars = map::rest_scalars(event.pull_request);
    let mut actors = Actors::default();
    actors.see(scalars.author.as_ref(), version);
    document.scalars = Some(scalars);
    let owners = Owners { organization: event.organization.as_ref(), installation: event.installation.as_ref() };
    let facts = facts(delivery, event.repository, version, owners, document, actors);
    Ok(Delivery::Facts(WebhookFacts { merged, ..facts }))
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
    let owners = Owners { organization: event.organization.as_ref(), installation: event.installation.as_ref() };
    Ok(Delivery::Facts(facts(delivery, event.repository, version, owners, document, actors)))
}

/// Whose repository it is.
#[derive(Clone, Copy)]
struct Owners<'a> {
    organization: Option<&'a Identified>,
    installation: Option<&'a Identified>,
}

fn facts(
    delivery: &str,
    repository: RestRepository,
    seen_at: Timestamp,
    owners: Owners<'_>,
    document: PullRequest,
    actors: Actors,
) -> WebhookFacts {
    let mut sources = vec![format!("repository:{}", repository.id)];
    sources.extend(owners.organization.map(|organization| format!("org:{}", organization.id)));
    sources.extend(owners.installation.map(|installation| format!("installation:{}", installation.id)));
    let mut facts = vec![Fact::PullRequest(Box::new(document))];
    // A repository made since the last listing is first heard of here; without its name nobody could ask for it.
    facts.push(repository_fact(repository, None, seen_at));
    facts.extend(actors.into_facts());
    WebhookFacts { provider: map::PROVIDER, delivery: delivery.to_owned(), sources, facts, merged: None }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
