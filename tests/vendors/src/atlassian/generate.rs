//! Generates the company's site: five projects, their boards and sprints, and the issues of 18 months.

use super::{
    model::{Board, BoardKind, DONE, DROPPED, IN_PROGRESS, IN_REVIEW, Project, READY, WAITING},
    state::State,
};
use crate::{
    demo::company::{AtlassianAccount, AtlassianKind, Company},
    digest::hash,
    random::Random,
};
use jiff::{SignedDuration, Timestamp};

/// So many days of history.
pub(super) const DAYS: u64 = 548;
const HOUR: u64 = 3_600;
pub(super) const DAY: u64 = 86_400;

const PROJECTS: [(&str, &str, BoardKind); 5] = [
    ("TICK", "Ticketing", BoardKind::Scrum),
    ("PAY", "Payments", BoardKind::Scrum),
    ("FLEET", "Fleet", BoardKind::Scrum),
    ("APP", "Passenger App", BoardKind::Simple),
    ("OPS", "Operations Centre", BoardKind::Kanban),
];

/// The demo's site: about 2,500 issues by the company's people.
pub fn site(company: &Company) -> State {
    generate(company, 2_500, 0)
}

/// The same with about so many issues, and so many accounts of colleagues more who never work on any.
pub fn generate(company: &Company, issues: usize, further_accounts: usize) -> State {
    let mut state = State::new(&company.slug, &company.name, &company.domain, company.now);
    state.accounts = company.atlassian_accounts().map(|account| (account.id.clone(), account.clone())).collect();
    for n in 0..further_accounts {
        let account = further(company, n);
        state.accounts.insert(account.id.clone(), account);
    }
    // Everybody with an account works on the project of the team; the others choose by their place in the list.
    let everybody: Vec<&str> = company
        .people
        .iter()
        .filter_map(|person| person.atlassian.first())
        .filter(|account| account.products.iter().any(|seat| seat.product == "jira-software"))
        .map(|account| account.id.as_str())
        .collect();
    let apps: Vec<String> = state.of_kind(AtlassianKind::App).map(|account| account.id.clone()).collect();
    let customers: Vec<String> = state.of_kind(AtlassianKind::Customer).map(|account| account.id.clone()).collect();
    for (n, (key, name, kind)) in (0_u64..).zip(PROJECTS) {
        let (id, board) = (10_100 + n, 11 + n);
        state.projects.insert(id, Project { id, key, name, by_team: kind == BoardKind::Simple, board });
        state.boards.insert(board, Board { id: board, name: format!("{name} board"), kind, project: id });
        let team = everybody.iter().skip(usize::try_from(n).unwrap()).step_by(PROJECTS.len());
        let team: Vec<String> = team.map(|id| (*id).to_owned()).collect();
        let mut maker = Maker {
            state: &mut state,
            random: Random::new(0x51A7 + n),
            now: company.now,
            project: id,
            team,
            apps: apps.clone(),
            customers: customers.clone(),
        };
        match kind {
            BoardKind::Kanban => maker.kanban(issues / PROJECTS.len()),
            BoardKind::Scrum | BoardKind::Simple => maker.scrum(issues / PROJECTS.len()),
        }
    }
    state
}

/// A colleague of a large company.
fn further(company: &Company, n: usize) -> AtlassianAccount {
    let used = (n % 10 != 3).then(|| company.now - seconds(u64::try_from(n).unwrap() % 160 * DAY + 2 * HOUR));
    let seat = |product| crate::demo::company::ProductSeat { product, last_active_at: used };
    let mut products = vec![seat("jira-software")];
    if n.is_multiple_of(2) {
        products.push(seat("confluence"));
    }
    AtlassianAccount {
        id: format!("712020:{}", hash(&["further", &n.to_string()])),
        kind: AtlassianKind::Atlassian,
        name: format!("Colleague {n}"),
        email: Some(format!("colleague{n}@{}", company.domain)),
        email_shown: false,
        active: n % 50 != 7,
        suspended: n % 40 == 9,
        added_at: company.now - seconds(400 * DAY),
        products,
    }
}

pub(super) fn seconds(n: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(n).unwrap())
}

/// Makes one project's issues.
pub(super) struct Maker<'a> {
    pub(super) state: &'a mut State,
    pub(super) random: Random,
    pub(super) now: Timestamp,
    pub(super) project: u64,
    pub(super) team: Vec<String>,
    pub(super) apps: Vec<String>,
    pub(super) customers: Vec<String>,
}

impl Maker<'_> {
    pub(super) fn somebody(&mut self) -> String {
        self.random.pick(&self.team).clone()
    }

    /// An issue, made at `at`, and often with an assignee and story points.
    pub(super) fn open(&mut self, at: Timestamp) -> u64 {
        const WHAT: [&str; 6] = ["Show", "Correct", "Import", "Speed up", "Explain", "Remove"];
        const THING: [&str; 8] = [
            "the seat map",
            "night trains",
            "the roster",
            "refunds",
            "the departure board",
            "group tickets",
            "telemetry",
            "the fare table",
        ];
        let summary = format!("{} {}", self.random.pick(&WHAT), self.random.pick(&THING));
        let kind = *self.random.pick(&["Story", "Story", "Bug", "Aufgabe"]);
        let from_outside = kind == "Bug" && self.random.chance(0.2);
        let reporter = if from_outside { self.random.pick(&self.customers).clone() } else { self.somebody() };
        let id = self.state.insert_issue(self.project, &summary, kind, &reporter, at);
        if self.random.chance(0.85) {
            let points = *self.random.pick(&[1, 2, 3, 3, 5, 8]);
            self.state.change_points(id, points, Some(&reporter), at + seconds(600));
        }
        id
    }

    pub(super) fn hours(&mut self, median: u64, most: u64) -> SignedDuration {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "hours"
        )]
        let hours = (self.random.log_normal((median * HOUR) as f64, 0.7) as u64).min(most * HOUR);
        seconds(hours.max(900))
    }

    /// Somebody takes it on at `at`.
    pub(super) fn begin(&mut self, id: u64, at: Timestamp) -> Timestamp {
        let who = self.somebody();
        if self.random.chance(0.93) {
            self.state.change_assignee(id, &who, Some(&who), at);
        }
        if self.random.chance(0.3) {
            self.state.change_status(id, READY, Some(&who), at + seconds(60));
        }
        self.state.change_status(id, IN_PROGRESS, Some(&who), at + seconds(120))
    }

    /// Review, perhaps approval, and done by `at`, by a person or an app.
    pub(super) fn finish(&mut self, id: u64, begun: Timestamp, at: Timestamp) -> Timestamp {
        let who = self.somebody();
        let middle = begun + SignedDuration::from_secs((at.as_second() - begun.as_second()) * 2 / 3);
        self.state.change_status(id, IN_REVIEW, Some(&who), middle);
        if self.random.chance(0.25) {
            self.state.change_status(id, WAITING, Some(&who), middle + seconds(1_800));
        }
        let by = if self.random.chance(0.2) { self.random.pick(&self.apps).clone() } else { who };
        self.state.change_status(id, DONE, Some(&by), at)
    }

    /// Work that flows without sprints.
    fn kanban(&mut self, count: usize) {
        let span = (DAYS - 3) * DAY;
        let mut opened: Vec<u64> = (0..count).map(|_| self.random.below(span)).collect();
        opened.sort_unstable();
        for offset in opened {
            let at = self.now - seconds(DAYS * DAY - offset);
            let id = self.open(at);
            if self.random.chance(0.06) {
                let dropped = at + self.hours(72, 600);
                if dropped < self.now {
                    let who = self.somebody();
                    self.state.change_status(id, DROPPED, Some(&who), dropped);
                }
                continue;
            }
            let begins = at + self.hours(60, 900);
            if begins > self.now - seconds(HOUR) {
                continue;
            }
            let begun = self.begin(id, begins);
            let ends = begun + self.hours(110, 900);
            if ends < self.now - seconds(HOUR) {
                self.finish(id, begun, ends);
            }
        }
    }
}
