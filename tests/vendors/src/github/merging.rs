//! Merging a pull request from outside, as somebody would at GitHub's page: one that waits for it, or a new one.

use super::{
    State,
    model::{PullRequest, ReviewState, UserKind},
    verb::{Change, NewCommit, NewPullRequest, Verb},
    verbs::Refused,
};
use crate::{demo, random::Random};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Tools that leave a trailer in the commits they write, with the trailer.
pub(crate) const TOOLS: [(&str, &str); 3] = [
    ("GitHub Copilot", "Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>"),
    ("Claude Code", "Co-authored-by: Claude <noreply@anthropic.com>"),
    ("Cursor", "Co-authored-by: Cursor <cursoragent@cursor.com>"),
];

/// What is to be merged; all of it may be absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// `owner/name`, or the name alone; absent: any repository.
    repository: Option<String>,
    /// Which one; absent: one with a human author and human reviewers, open or made for this.
    number: Option<u64>,
    /// Logins that author and reviewers are among; absent: all members.
    people: Option<Vec<String>>,
    /// A new one, in which a tool's trailer shows that AI helped, or none does; absent: either, sometimes.
    assisted: Option<bool>,
}

/// Merges it; the webhooks are due. Tells which one it was, its people, and the tool whose trailer is in it.
pub(super) fn merge(state: &mut State, wanted: &Wanted) -> Result<Value, Refused> {
    // Every merge leaves entries behind, so that each one draws other numbers.
    let mut random = Random::new(0x4D45_5247 ^ state.journal.len() as u64);
    let only = wanted
        .repository
        .as_ref()
        .map(|name| if name.contains('/') { name.clone() } else { format!("{}/{name}", state.organization.login) });
    let (repository, number) = match (only, wanted.number) {
        (Some(repository), Some(number)) => (repository, number),
        (None, Some(_)) => return Err(Refused("a number needs its repository".into())),
        (only, None) => {
            let people = among(state, wanted.people.as_deref());
            let waiting = if wanted.assisted.is_none() { waiting(state, only.as_deref(), &people) } else { Vec::new() };
            if !waiting.is_empty() && random.chance(0.5) {
                random.pick(&waiting).clone()
            } else {
                make(state, only.as_deref(), &people, wanted.assisted, &mut random)?
            }
        }
    };
    let change = Change::Merge { by: None };
    state.apply(Verb::Change { repository: repository.clone(), number, change })?;
    let merged = state.pull_request(&repository, number);
    let login = |id: Option<u64>| state.actor(id).map(|user| user.login.clone());
    let reviewers: BTreeSet<u64> = reviewers(state, merged).collect();
    let reviewers: Vec<String> = reviewers.into_iter().filter_map(|id| login(Some(id))).collect();
    let told = |trailer: &str| merged.commits.iter().any(|commit| commit.message.contains(trailer));
    let tool = TOOLS.iter().find(|(_, trailer)| told(trailer)).map(|(tool, _)| *tool);
    Ok(json!({
        "repository": repository, "number": number, "title": merged.title, "author": login(merged.author),
        "reviewers": reviewers, "tool": tool, "merged_at": merged.merged_at,
    }))
}

/// Ids of the human members among these logins.
fn among(state: &State, people: Option<&[String]>) -> BTreeSet<u64> {
    let members = state.members.keys().filter_map(|&id| state.actor(Some(id)));
    let human = members.filter(|user| user.kind == UserKind::User);
    human.filter(|user| people.is_none_or(|logins| logins.contains(&user.login))).map(|user| user.id).collect()
}

/// The humans who reviewed it, the author left out.
fn reviewers<'a>(state: &'a State, pull: &'a PullRequest) -> impl Iterator<Item = u64> + 'a {
    let submitted = pull.reviews.iter().filter(|review| review.state != ReviewState::Pending);
    let others = submitted.filter_map(|review| review.author).filter(|id| Some(*id) != pull.author);
    others.filter(|id| state.actor(Some(*id)).is_some_and(|user| user.kind == UserKind::User))
}

/// Open ones that these people wrote and reviewed.
fn waiting(state: &State, only: Option<&str>, people: &BTreeSet<u64>) -> Vec<(String, u64)> {
    let ready = |pull: &PullRequest| {
        let mut reviewers = reviewers(state, pull).peekable();
        pull.closed_at.is_none()
            && !pull.draft
            && pull.author.is_some_and(|id| people.contains(&id))
            && reviewers.peek().is_some()
            && reviewers.all(|id| people.contains(&id))
    };
    let repositories = state.own_repositories().filter(|repository| !repository.archived);
    let repositories = repositories.filter(|r| only.is_none_or(|name| r.full_name().eq_ignore_ascii_case(name)));
    let ready = repositories.flat_map(|repository| {
        let ready = repository.pull_requests.values().filter(|pull| ready(pull));
        ready.map(|pull| (repository.full_name(), pull.number))
    });
    ready.collect()
}

/// Opens one some hours ago, by somebody of a team, reviewed by one to three colleagues since.
fn make(
    state: &mut State,
    only: Option<&str>,
    people: &BTreeSet<u64>,
    assisted: Option<bool>,
    random: &mut Random,
) -> Result<(String, u64), Refused> {
    let usable = state.own_repositories().filter(|repository| !repository.archived && !repository.empty);
    let usable = usable.map(super::model::Repository::full_name);
    let usable: Vec<String> = usable.filter(|r| only.is_none_or(|name| r.eq_ignore_ascii_case(name))).collect();
    if usable.is_empty() {
        return Err(Refused("no repository".into()));
    }
    let repository = random.pick(&usable).clone();
    let teams = state.teams.values().map(|team| team.members.keys().copied().filter(|id| people.contains(id)));
    let mut teams: Vec<Vec<u64>> = teams.map(Iterator::collect).filter(|team: &Vec<u64>| team.len() > 1).collect();
    if teams.is_empty() {
        teams.push(people.iter().copied().collect());
    }
    let mut team = random.pick(&teams).clone();
    if team.len() < 2 {
        return Err(Refused("a reviewed merge takes two members".into()));
    }
    let count = random.between(1, 3).min(team.len() as u64 - 1);
    let mut drawn: Vec<String> = Vec::new();
    for _ in 0..=count {
        let index = usize::try_from(random.below(team.len() as u64)).unwrap();
        drawn.push(state.users[&team.swap_remove(index)].login.clone());
    }
    let author = drawn.remove(0);
    let title = demo::title(random);
    let tool = assisted.unwrap_or_else(|| random.chance(0.4)).then(|| random.pick(&TOOLS).1);
    let message = tool.map_or_else(|| title.clone(), |trailer| format!("{title}\n\n{trailer}"));
    let now = state.now();
    let ago = |minutes: u64| now - SignedDuration::from_mins(i64::try_from(minutes).unwrap());
    let commit = NewCommit { authored_at: Some(ago(360)), message: Some(message), ..NewCommit::default() };
    let pull_request = Box::new(NewPullRequest {
        author: Some(author),
        title: Some(title),
        created_at: Some(ago(240)),
        additions: Some(random.between(4, 240)),
        deletions: Some(random.between(0, 90)),
        changed_files: Some(random.between(1, 9)),
        commits: vec![commit],
        ..NewPullRequest::default()
    });
    let made = state.apply_at(Verb::AddPullRequest { repository: repository.clone(), pull_request }, ago(240))?;
    let number = made.ok_or_else(|| Refused("nothing was opened".into()))?;
    for (index, reviewer) in drawn.into_iter().enumerate() {
        let change = Change::Review { reviewer, state: ReviewState::Approved };
        let at = ago(120 - 30 * index as u64);
        state.apply_at(Verb::Change { repository: repository.clone(), number, change }, at)?;
    }
    Ok((repository, number))
}
