//! What people did with Copilot on a day: the same seat and day give the same numbers, which grow until they settle.

use super::{seats::Seat, state::State};
use crate::random::Random;
use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Serialize;

/// Days after which the numbers of a day no longer change.
pub const SETTLED_AFTER_DAYS: i64 = 3;

const LANGUAGES: [&str; 5] = ["java", "typescript", "rust", "kotlin", "python"];
const MODELS: [&str; 3] = ["gpt-5-codex", "claude-sonnet-4.5", "gemini-2.5-pro"];

/// One person's use of one feature with one language and model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) ide: &'static str,
    pub(super) feature: &'static str,
    pub(super) language: &'static str,
    pub(super) model: &'static str,
    pub(super) counts: Counts,
}

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// What people asked for themselves.
    #[serde(rename = "user_initiated_interaction_count")]
    pub interactions: u64,
    /// Suggestions.
    #[serde(rename = "code_generation_activity_count")]
    pub generations: u64,
    /// Suggestions taken.
    #[serde(rename = "code_acceptance_activity_count")]
    pub acceptances: u64,
    /// Lines suggested to add.
    #[serde(rename = "loc_suggested_to_add_sum")]
    pub suggested_to_add: u64,
    /// Lines suggested to delete.
    #[serde(rename = "loc_suggested_to_delete_sum")]
    pub suggested_to_delete: u64,
    /// Lines added.
    #[serde(rename = "loc_added_sum")]
    pub added: u64,
    /// Lines deleted.
    #[serde(rename = "loc_deleted_sum")]
    pub deleted: u64,
}

impl Counts {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            interactions: self.interactions + other.interactions,
            generations: self.generations + other.generations,
            acceptances: self.acceptances + other.acceptances,
            suggested_to_add: self.suggested_to_add + other.suggested_to_add,
            suggested_to_delete: self.suggested_to_delete + other.suggested_to_delete,
            added: self.added + other.added,
            deleted: self.deleted + other.deleted,
        }
    }

    fn percent(self, share: u64) -> Self {
        let part = |n: u64| n * share / 100;
        Self {
            interactions: part(self.interactions),
            generations: part(self.generations),
            acceptances: part(self.acceptances),
            suggested_to_add: part(self.suggested_to_add),
            suggested_to_delete: part(self.suggested_to_delete),
            added: part(self.added),
            deleted: part(self.deleted),
        }
    }
}

/// What one person did on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) user: u64,
    pub(super) login: String,
    pub(super) cells: Vec<Cell>,
    pub(super) cli_requests: u64,
    pub(super) reviewed: bool,
}

impl Used {
    pub(super) fn total(&self) -> Counts {
        self.cells.iter().fold(Counts::default(), |sum, cell| sum.plus(cell.counts))
    }

    pub(super) fn used(&self, part: &str) -> bool {
        self.cells.iter().any(|cell| cell.feature.contains(part))
    }
}

/// The settled numbers of a day, for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CopilotDay {
    /// People with a row: they used Copilot in some way.
    pub users: usize,
    /// People who asked Copilot for something themselves.
    pub active: usize,
    /// Their sums.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The settled numbers of a day.
pub fn copilot_day(state: &State, day: Date) -> CopilotDay {
    let all = on(state, day, SETTLED_AFTER_DAYS);
    CopilotDay {
        users: all.len(),
        active: all.iter().filter(|used| used.total().interactions > 0).count(),
        counts: all.iter().fold(Counts::default(), |sum, used| sum.plus(used.total())),
    }
}

pub(super) fn utc_day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Who used Copilot on `day`, as it is known so many days later.
pub(super) fn on(state: &State, day: Date, age: i64) -> Vec<Used> {
    let share = match age {
        ..=0 => return Vec::new(),
        1 => 60,
        2 => 85,
        _ => 100,
    };
    let used = state.copilot.iter().filter_map(|seat| {
        let user = state.actor(seat.assignee)?;
        // Some editors send what they did a day later.
        if age == 1 && user.id.is_multiple_of(10) {
            return None;
        }
        let mut used = of(seat, user.id, day)?;
        used.login.clone_from(&user.login);
        for cell in &mut used.cells {
            cell.counts = cell.counts.percent(share);
        }
        Some(used)
    });
    used.collect()
}

fn of(seat: &Seat, user: u64, day: Date) -> Option<Used> {
    let last = utc_day(seat.last_activity_at?);
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let number = u64::try_from(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second() / 86_400).ok()?;
    let mut random = Random::new(user.wrapping_mul(1_000_003) ^ number);
    let works = day == last || (day < last && !weekend && random.chance(0.7));
    if day < utc_day(seat.created_at) || !works {
        return None;
    }
    let editor = seat.last_activity_editor.as_deref().unwrap_or_default();
    let ide = match editor.split('/').next().unwrap_or_default() {
        "vscode" | "copilot-cli" => "vscode",
        "VisualStudio" => "visualstudio",
        _ => "intellij",
    };
    // Everybody has a language, and now and then another one.
    let language = LANGUAGES[usize::try_from(user % 5).unwrap()];
    let mut cells = Vec::new();
    let mut cell = |random: &mut Random, feature, interactions, generations: u64, taken: u64| {
        let language = if random.chance(0.2) { random.pick(&LANGUAGES) } else { language };
        let model = *random.pick(&MODELS);
        let acceptances = generations * taken / 100;
        let counts = Counts {
            interactions,
            generations,
            acceptances,
            suggested_to_add: generations * 4,
            suggested_to_delete: generations / 2,
            added: acceptances * 4,
            deleted: acceptances / 2,
        };
        cells.push(Cell { ide, feature, language, model, counts });
    };
    let (completions, taken) = (random.between(5, 90), random.between(18, 42));
    cell(&mut random, "code_completion", 0, completions, taken);
    if random.chance(0.65) {
        let (asked, made, taken) = (random.between(1, 20), random.between(0, 12), random.between(20, 60));
        cell(&mut random, "chat_panel_ask_mode", asked, made, taken);
    }
    if random.chance(0.4) {
        let (asked, made) = (random.between(1, 12), random.between(1, 30));
        cell(&mut random, "chat_panel_agent_mode", asked, made, 100);
    }
    let cli_requests = if editor.starts_with("copilot-cli") { random.between(1, 15) } else { 0 };
    Some(Used { user, login: String::new(), cells, cli_requests, reviewed: random.chance(0.25) })
}
