//! How a pull request comes about, is reviewed and ends.

use super::{
    calendar::{Calendar, seconds, spread},
    names::{PACKAGES, THINGS, VERBS},
    people::People,
};
use crate::{
    digest::hash,
    github::{Commit, DraftEvent, DraftKind, PullRequest, Review, ReviewState, State, TOOLS},
    random::Random,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Makes the pull requests of one repository, one after the other.
pub(super) struct Maker<'a> {
    pub(super) state: &'a mut State,
    pub(super) random: &'a mut Random,
    calendar: &'a Calendar,
    people: &'a People,
    repository: u64,
    pub(super) name: &'static str,
    team: &'static str,
    pub(super) now: Timestamp,
    pub(super) pulls: BTreeMap<u64, PullRequest>,
    branch: Vec<Commit>,
}

/// What kind of author it is decides how it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    Person,
    Updater,
    Agent,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        state: &'a mut State,
        random: &'a mut Random,
        calendar: &'a Calendar,
        people: &'a People,
        (repository, name, team): (u64, &'static str, &'static str),
        now: Timestamp,
    ) -> Self {
        let started = state.repositories[&repository].created_at;
        let first = state.new_commit(None, "Begin", started, started);
        let branch = vec![first];
        Self { state, random, calendar, people, repository, name, team, now, pulls: BTreeMap::new(), branch }
    }

    /// The team's members, or a large one's where the team got none.
    pub(super) fn members(&self) -> &'a [u64] {
        let own = self.people.teams.get(self.team);
        own.or_else(|| self.people.teams.values().next()).map_or(&[], Vec::as_slice)
    }

    fn later(&mut self, at: Timestamp, median_hours: f64, sigma: f64) -> Timestamp {
        let at = at + spread(self.random, median_hours, sigma).max(seconds(60));
        self.calendar.at_work(self.random, at)
    }

    /// Opens a pull request at `at` and lets it go its way until it ends or `now` comes.
    pub(super) fn add(&mut self, at: Timestamp) {
        let kind = match self.random.unit() {
            x if x < 0.13 => Author::Updater,
            x if x < 0.16 => Author::Agent,
            _ => Author::Person,
        };
        let author = match kind {
            Author::Updater => *self.random.pick(&self.people.updaters),
            Author::Agent => self.people.agent,
            Author::Person if self.random.chance(0.02) => *self.random.pick(&self.people.outsiders),
            Author::Person => *self.random.pick(self.members()),
        };
        let mut pull = self.opened(at, author, kind);
        if kind == Author::Person && self.random.chance(0.012) {
            self.make_revert(&mut pull);
        }
        let hotfix = kind == Author::Person && self.random.chance(0.02);
        if hotfix {
            pull.title = format!("Hotfix: {}", pull.title.to_lowercase());
            pull.head_ref = format!("hotfix/{}", pull.number);
        }
        self.go_on(&mut pull, kind, hotfix);
        self.insert(pull);
    }

    fn opened(&mut self, at: Timestamp, author: u64, kind: Author) -> PullRequest {
        let number = self.pulls.last_key_value().map_or(1, |(number, _)| number + 1);
        let title = match kind {
            Author::Updater => format!(
                "Bump {} to {}.{}",
                self.random.pick(&PACKAGES),
                self.random.between(1, 9),
                self.random.below(20)
            ),
            _ => format!("{} {}", self.random.pick(&VERBS), self.random.pick(&THINGS)),
        };
        let person = kind != Author::Updater;
        let draft = person && self.random.chance(if kind == Author::Agent { 0.9 } else { 0.15 });
        let pull = PullRequest {
            number,
            id: self.state.large_id(),
            body: format!("{title}, as agreed."),
            title,
            author: Some(author),
            draft,
            created_at: at,
            updated_at: at,
            merged_at: None,
            merged_by: None,
            closed_at: None,
            additions: if person { self.amount(45.0, 1.3) } else { self.random.between(1, 12) },
            deletions: if person { self.amount(14.0, 1.4) } else { self.random.between(1, 12) },
            changed_files: if person { self.amount(4.0, 0.9).max(1) } else { self.random.between(1, 2) },
            base_ref: "main".into(),
            head_ref: format!("{}/{number}", if person { "topic" } else { "update" }),
            labels: if person { Vec::new() } else { vec!["dependencies".into()] },
            commits: Vec::new(),
            reviews: Vec::new(),
            draft_events: Vec::new(),
        };
        let count = if person { self.amount(2.2, 0.7).clamp(1, 40) } else { 1 };
        let coding = if person { spread(self.random, 7.0, 1.3) } else { seconds(30) };
        self.with_commits(pull, count, coding)
    }

    /// So many commits over the time before the opening.
    pub(super) fn with_commits(&mut self, mut pull: PullRequest, count: u64, coding: SignedDuration) -> PullRequest {
        let step = coding.as_secs() / i64::try_from(count).unwrap();
        for n in 0..i64::try_from(count).unwrap() {
            let at = pull.created_at - coding + SignedDuration::from_secs(step * n);
            let message =
                if n == 0 { self.first_message(&pull) } else { format!("Part {} of {}", n + 1, pull.head_ref) };
            pull.commits.push(self.state.new_commit(pull.author, &message, at, at));
        }
        // Rebased before it was opened: the committer's dates are those of the rebase.
        if self.random.chance(0.06) {
            for commit in &mut pull.commits {
                commit.committed_at = pull.created_at - seconds(60);
            }
        }
        pull
    }

    /// With the trailer that a tool leaves, where one helped: nobody's eighteen months ago, two of five's now. It takes no
    /// random number, so that everything else is as it was without.
    fn first_message(&self, pull: &PullRequest) -> String {
        let drawn = hash(&[&pull.title, &pull.id.to_string()]);
        let draw = |digits: &str| i64::from_str_radix(digits, 16).unwrap();
        let months = self.now.duration_since(pull.created_at).as_hours() / (24 * 30);
        let is_assisted = pull.head_ref.starts_with("topic/") && draw(&drawn[..4]) % 100 < 40 - 3 * months;
        if !is_assisted {
            return pull.title.clone();
        }
        let tool = usize::try_from(draw(&drawn[4..8])).unwrap() % TOOLS.len();
        format!("{}\n\n{}", pull.title, TOOLS[tool].1)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and far below the limit")]
    fn amount(&mut self, median: f64, sigma: f64) -> u64 {
        self.random.log_normal(median, sigma).min(60_000.0).round() as u64
    }

    fn make_revert(&mut self, pull: &mut PullRequest) {
        let merged: Vec<u64> =
            self.pulls.values().rev().take(30).filter(|p| p.merged_at.is_some()).map(|p| p.number).collect();
        if merged.is_empty() {
            return;
        }
        let reverted = &self.pulls[self.random.pick(&merged)];
        pull.title = format!("Revert \"{}\"", reverted.title);
        pull.body = format!("Reverts acme-rail/{}#{}", self.name, reverted.number);
        pull.head_ref = format!("revert-{}-{}", reverted.number, reverted.head_ref);
        (pull.additions, pull.deletions) = (reverted.deletions, reverted.additions);
    }

    fn go_on(&mut self, pull: &mut PullRequest, kind: Author, hotfix: bool) {
        let mut at = pull.created_at;
        if pull.draft {
            at = self.later(at, 9.0, 1.1);
            // Some stay drafts.
            if at > self.now || self.random.chance(0.04) {
                return;
            }
            self.draft(pull, at, DraftKind::Ready);
            if self.random.chance(0.07) {
                let back = self.later(at, 3.0, 0.8);
                let again = self.later(back, 6.0, 0.8);
                if again > self.now {
                    return;
                }
                self.draft(pull, back, DraftKind::Draft);
                self.draft(pull, again, DraftKind::Ready);
                at = again;
            }
        }
        if self.random.chance(0.12) {
            let soon = at + seconds(self.random.between(40, 400));
            self.review(pull, Some(self.people.review_bot), ReviewState::Commented, soon);
        }
        if self.random.chance(if kind == Author::Person { 0.05 } else { 0.15 }) {
            let closed = self.later(at, 60.0, 1.2);
            if closed <= self.now {
                pull.closed_at = Some(closed);
            }
            return;
        }
        let unreviewed = match kind {
            Author::Updater => self.random.chance(0.5),
            Author::Agent => false,
            Author::Person => self.random.chance(if hotfix { 0.4 } else { 0.06 }),
        };
        if !unreviewed {
            let Some(approved) = self.review_until_approved(pull, at, hotfix) else { return };
            at = approved;
        }
        let merged = if hotfix { at + seconds(self.random.between(120, 3_000)) } else { self.later(at, 1.6, 1.4) };
        if merged > self.now {
            return;
        }
        (pull.merged_at, pull.closed_at) = (Some(merged), Some(merged));
        pull.merged_by =
            if kind == Author::Person { pull.author } else { pull.reviews.last().map_or(pull.author, |r| r.author) };
        if self.random.chance(0.03) {
            let late = self.later(merged, 5.0, 1.0);
            let reviewer = self.reviewer(pull);
            self.review(pull, reviewer, ReviewState::Commented, late);
        }
    }

    /// Reviews with their rounds; the time of the approval, or `None` when there is none before `now`.
    fn review_until_approved(&mut self, pull: &mut PullRequest, ready: Timestamp, hotfix: bool) -> Option<Timestamp> {
        let mut at =
            if hotfix { ready + seconds(self.random.between(200, 4_000)) } else { self.later(ready, 3.5, 1.3) };
        let reviewer = self.reviewer(pull);
        // Most first looks bring remarks; later ones seldom do.
        let mut questions = if hotfix { 0.0 } else { 0.3 };
        while at <= self.now {
            if self.random.chance(0.04) {
                self.review(pull, pull.author, ReviewState::Commented, at - seconds(30));
            }
            let asks = self.random.chance(questions);
            let remarks = !asks && self.random.chance(questions * 1.5);
            questions /= 2.5;
            if !asks && !remarks {
                self.review(pull, reviewer, ReviewState::Approved, at);
                // Sometimes a second pair of eyes.
                let second = self.reviewer(pull);
                let soon = self.later(at, 1.0, 0.8);
                if second != reviewer && soon <= self.now && self.random.chance(0.25) {
                    self.review(pull, second, ReviewState::Approved, soon);
                    at = soon;
                }
                return Some(at);
            }
            self.review(pull, reviewer, if asks { ReviewState::ChangesRequested } else { ReviewState::Commented }, at);
            let pushed = self.later(at, 2.0, 1.1);
            if pushed > self.now {
                return None;
            }
            if asks || self.random.chance(0.5) {
                let commit = self.state.new_commit(pull.author, "Answer the review", pushed, pushed);
                pull.commits.push(commit);
                // Force-pushed: everything was rebased with it.
                if self.random.chance(0.15) {
                    for commit in &mut pull.commits {
                        commit.committed_at = pushed;
                    }
                }
            }
            at = self.later(pushed, 1.2, 1.2);
        }
        None
    }

    /// Somebody of the team other than the author; in one team nearly always the same person.
    pub(super) fn reviewer(&mut self, pull: &PullRequest) -> Option<u64> {
        let others: Vec<u64> = self.members().iter().copied().filter(|&id| Some(id) != pull.author).collect();
        let hub = self.members().first().copied().filter(|&id| self.team == "ticketing" && Some(id) != pull.author);
        match hub {
            Some(hub) if self.random.chance(0.75) => Some(hub),
            _ if others.is_empty() => None,
            _ => Some(*self.random.pick(&others)),
        }
    }

    pub(super) fn review(&mut self, pull: &mut PullRequest, author: Option<u64>, state: ReviewState, at: Timestamp) {
        if at > self.now {
            return;
        }
        let commit = pull.commits.last().map(|commit| commit.sha.clone());
        pull.reviews.push(Review {
            id: self.state.large_id(),
            author,
            state,
            submitted_at: at,
            updated_at: at,
            commit,
        });
    }

    fn draft(&mut self, pull: &mut PullRequest, at: Timestamp, kind: DraftKind) {
        pull.draft = kind == DraftKind::Draft;
        pull.draft_events.push(DraftEvent { id: self.state.large_id(), at, kind, actor: pull.author });
    }

    /// Keeps the pull request; a merged one leaves a commit on the branch.
    pub(super) fn insert(&mut self, mut pull: PullRequest) {
        pull.reviews.sort_by_key(|review| (review.submitted_at, review.id));
        let reviewed = pull.reviews.iter().map(|review| review.updated_at);
        let pushed = pull.commits.iter().map(|commit| commit.committed_at);
        let drafted = pull.draft_events.iter().map(|event| event.at);
        let latest = reviewed.chain(pushed).chain(drafted).chain(pull.closed_at).max();
        pull.updated_at = latest.map_or(pull.created_at, |at| at.max(pull.created_at));
        if let Some(at) = pull.merged_at {
            let message = format!("{} (#{})", pull.title, pull.number);
            let commit = self.state.new_commit(pull.author, &message, at, at);
            self.branch.push(commit);
            if self.random.chance(0.02) {
                // Pushed past all pull requests, by an address that belongs to no account.
                let at = at + seconds(600).min(SignedDuration::from_secs(self.now.as_second() - at.as_second()));
                let commit = self.state.new_commit(None, "Update generated files", at, at);
                self.branch.push(commit);
            }
        }
        self.pulls.insert(pull.number, pull);
    }

    /// Puts everything into the repository.
    pub(super) fn finish(mut self, archived: bool) {
        self.branch.sort_by_key(|commit| commit.committed_at);
        let repository = self.state.repositories.get_mut(&self.repository).unwrap();
        repository.empty = false;
        repository.archived = archived;
        repository.pushed_at = self.branch.last().map_or(repository.created_at, |commit| commit.committed_at);
        repository.branch_commits = self.branch;
        repository.pull_requests = self.pulls;
    }
}
