//! From GitHub's shapes to the domain's. A pull request gives the same values whether a sync or a webhook brought it.

use super::wire::{
    GitSignature, GraphActor, GraphCommit, GraphEvent, GraphPullRequest, GraphReview, GraphUser, MaybeUser, RestCommit,
    RestPullRequest, RestReview, RestUser, Told,
};
use jiff::Timestamp;
use plumbline_detection::attribution_lines;
use plumbline_domain::{
    Account, Actor, ActorKind, Commit, Committer, DraftEvent, DraftEventKind, Fact, Provider, Review, ReviewState,
    Scalars, State,
};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

/// Where GitHub's ids come from.
pub(super) const PROVIDER: Provider = Provider::Github;

/// How REST and the pages of GitHub mark a bot's login; GraphQL leaves it out.
const BOT_SUFFIX: &str = "[bot]";

/// What both GitHub APIs call the kind of an account.
fn kind(vendor: Option<&str>, login: &str) -> ActorKind {
    match vendor {
        Some("Bot") => ActorKind::Bot,
        _ if login.ends_with(BOT_SUFFIX) => ActorKind::Bot,
        Some("User") | None => ActorKind::User,
        Some(_) => ActorKind::Other,
    }
}

/// `None` for an account without a numeric id (enterprise accounts): it cannot be told apart safely.
pub(super) fn graph_actor(actor: GraphActor) -> Option<Actor> {
    let kind = kind(Some(&actor.typename), &actor.login);
    let login = if actor.typename == "Bot" && !actor.login.ends_with(BOT_SUFFIX) {
        actor.login + BOT_SUFFIX
    } else {
        actor.login
    };
    Some(Actor { id: actor.database_id?.0, login, kind })
}

fn graph_user(user: GraphUser) -> Option<Actor> {
    let kind = kind(None, &user.login);
    Some(Actor { id: user.database_id?.0, login: user.login, kind })
}

/// An account from REST or a webhook.
pub(crate) fn rest_actor(user: RestUser) -> Actor {
    let kind = kind(user.kind.as_deref(), &user.login);
    Actor { id: user.id, login: user.login, kind }
}

fn state(state: &str, merged_at: Option<Timestamp>) -> State {
    if merged_at.is_some() {
        State::Merged
    } else if state.eq_ignore_ascii_case("open") {
        State::Open
    } else {
        State::Closed
    }
}

/// The scalars of a pull request from GraphQL; `None` when it has no id.
pub(super) fn graph_scalars(from: &mut GraphPullRequest) -> Option<Scalars> {
    let id = from.full_database_id.or(from.database_id)?.0;
    Some(Scalars {
        updated_at: from.updated_at,
        id,
        title: std::mem::take(&mut from.title),
        author: from.author.take().and_then(graph_actor),
        state: state(&from.state, from.merged_at),
        draft: from.is_draft,
        created_at: from.created_at,
        merged_at: from.merged_at,
        closed_at: from.closed_at,
        additions: from.additions,
        deletions: from.deletions,
        changed_files: from.changed_files,
        commits: from.commits.total_count.unwrap_or(from.commits.nodes.len() as u64),
        base_ref: std::mem::take(&mut from.base_ref_name),
        head_ref: std::mem::take(&mut from.head_ref_name),
        reverts: from.body.reverts,
        attribution: from.body.attribution.take(),
    })
}

/// The scalars of a pull request from REST or a webhook.
pub(super) fn rest_scalars(from: RestPullRequest) -> Scalars {
    Scalars {
        updated_at: from.updated_at,
        id: from.id,
        title: from.title,
        author: from.user.map(rest_actor),
        state: state(&from.state, from.merged_at),
        draft: from.draft,
        created_at: from.created_at,
        merged_at: from.merged_at,
        closed_at: from.closed_at,
        additions: from.additions,
        deletions: from.deletions,
        changed_files: from.changed_files,
        commits: from.commits,
        base_ref: from.base.name,
        head_ref: from.head.name,
        reverts: from.body.reverts,
        attribution: from.body.attribution,
    }
}

/// GraphQL shouts, webhooks do not. `None`: pending, so not submitted.
fn review_state(text: &str) -> Option<ReviewState> {
    Some(match text.to_ascii_lowercase().as_str() {
        "pending" => return None,
        "approved" => ReviewState::Approved,
        "changes_requested" => ReviewState::ChangesRequested,
        "commented" => ReviewState::Commented,
        "dismissed" => ReviewState::Dismissed,
        _ => ReviewState::Unknown,
    })
}

/// A review from GraphQL; `Ok(None)` when it is not submitted yet.
pub(super) fn graph_review(from: GraphReview) -> Result<Option<(u64, Review)>, &'static str> {
    let (Some(state), Some(submitted_at)) = (review_state(&from.state), from.submitted_at) else { return Ok(None) };
    let id = from.full_database_id.or(from.database_id).ok_or("it has no id")?.0;
    let author = from.author.and_then(graph_actor);
    Ok(Some((id, Review { author, state, submitted_at, updated_at: from.updated_at.unwrap_or(submitted_at) })))
}

/// A review from REST or a webhook; `None` when it is not submitted yet.
pub(super) fn rest_review(from: RestReview) -> Option<(u64, Review)> {
    let (state, submitted_at) = (review_state(&from.state)?, from.submitted_at?);
    let updated_at = from.updated_at.unwrap_or(submitted_at);
    Some((from.id, Review { author: from.user.map(rest_actor), state, submitted_at, updated_at }))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// A pull request's commit.
pub(super) fn graph_commit(from: GraphCommit) -> Commit {
    let (name, email, user) = from.author.map(|author| (author.name, author.email, author.user)).unwrap_or_default();
    let (author_name, author_email) = (filled(name), filled(email));
    Commit {
        committer: from.committer.and_then(|of| committer(of, author_name.as_deref(), author_email.as_deref())),
        sha: from.oid,
        author: user.and_then(graph_user),
        author_name,
        author_email,
        authored_at: from.authored_date,
        committed_at: from.committed_date,
        attribution: from.attribution,
    }
}

/// Who committed, where that says something: not the author again, nor GitHub, which commits what is made in a browser.
fn committer(from: GitSignature, author_name: Option<&str>, author_email: Option<&str>) -> Option<Committer> {
    let told = Committer { name: filled(from.name)?, email: filled(from.email)? };
    let is_author = Some(told.name.as_str()) == author_name && Some(told.email.as_str()) == author_email;
    (!is_author && told.email != "noreply@github.com").then_some(told)
}

/// A default branch's commit; the error says what it lacks.
pub(super) fn rest_commit(from: RestCommit) -> Result<Commit, &'static str> {
    let committed_at = from.commit.committer.and_then(|committer| committer.date);
    let (name, email, authored_at) =
        from.commit.author.map(|author| (author.name, author.email, author.date)).unwrap_or_default();
    let author = from.author.and_then(|author| match author {
        MaybeUser::User(user) => Some(rest_actor(user)),
        MaybeUser::Nobody {} => None,
    });
    Ok(Commit {
        sha: from.sha,
        author,
        author_name: filled(name),
        author_email: filled(email),
        authored_at: authored_at.or(committed_at).ok_or("it has no date")?,
        committed_at: committed_at.or(authored_at).ok_or("it has no date")?,
        // Of a branch's commits nobody asks what made them: those of its pull requests tell.
        committer: None,
        attribution: None,
    })
}

/// A draft event; `None` for an item of another kind.
pub(super) fn draft_event(from: &GraphEvent) -> Option<DraftEvent> {
    let kind = match from.typename.as_str() {
        "ReadyForReviewEvent" => DraftEventKind::Ready,
        "ConvertToDraftEvent" => DraftEventKind::Draft,
        _ => return None,
    };
    Some(DraftEvent { at: from.created_at?, kind })
}

/// Whether a text carries the link that GitHub puts into the pull request of its revert button:
/// `Reverts owner/repository#7`.
pub(super) fn links_revert(text: &str) -> bool {
    text.split("Reverts ").skip(1).any(|rest| {
        let word = rest.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let Some((repository, number)) = word.split_once('#') else { return false };
        let named = repository.split_once('/').is_some_and(|(owner, name)| !owner.is_empty() && !name.is_empty());
        let number = number.trim_end_matches(|c: char| c.is_ascii_punctuation());
        named && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        Ok(Self { reverts: links_revert(&text), attribution: attribution_lines(&text) })
    }
}

/// Reads a text, or `null`, and keeps only its [`attribution_lines`].
pub(super) fn attribution_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| attribution_lines(&text)))
}

/// The accounts that act on one page, each once, with the newest time they were seen at.
#[derive(Debug, Default)]
pub(super) struct Actors {
    seen: BTreeMap<u64, (Timestamp, Actor)>,
    emails: BTreeMap<u64, BTreeSet<String>>,
}

impl Actors {
    /// Adds whoever acted.
    pub(super) fn see(&mut self, actor: Option<&Actor>, seen_at: Timestamp) {
        let Some(actor) = actor else { return };
        let seen = self.seen.entry(actor.id).or_insert_with(|| (seen_at, actor.clone()));
        if (seen_at, actor) > (seen.0, &seen.1) {
            *seen = (seen_at, actor.clone());
        }
    }

    /// Adds a commit's author with the address on it: GitHub attributes a commit to the account that proved to own
    /// the address.
    pub(super) fn see_commit(&mut self, commit: &Commit, seen_at: Timestamp) {
        self.see(commit.author.as_ref(), seen_at);
        if let (Some(author), Some(email)) = (&commit.author, &commit.author_email) {
            self.emails.entry(author.id).or_default().insert(email.to_lowercase());
        }
    }

    /// As facts, in order of their ids.
    pub(super) fn into_facts(self) -> impl Iterator<Item = Fact> {
        let Self { seen, mut emails } = self;
        seen.into_iter().map(move |(id, (seen_at, actor))| {
            let account = Account::from_actor(PROVIDER, &actor, seen_at);
            Fact::Account(Account { commit_emails: emails.remove(&id).unwrap_or_default(), ..account })
        })
    }
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
