//! Rows of surveys.

use crate::{Cell, Row, rows::plain};
use jiff::Timestamp;
use plumbline_domain::VendorId;
use plumbline_survey::{Asked, Participant, Quality, Survey, TruthSource, WhyNot};
use std::collections::BTreeSet;

/// Names of the columns of a person's own surveys.
pub const MY_COLUMNS: [&str; 14] = [
    "provider",
    "repository",
    "number",
    "title",
    "merged_at",
    "role",
    "asked",
    "assisted",
    "quality",
    "guess",
    "answered_at",
    "guessed_right",
    "truth",
    "expires_at",
];

/// Names of the columns of a team's surveys.
pub const TEAM_COLUMNS: [&str; 22] = [
    "provider",
    "repository",
    "number",
    "title",
    "merged_at",
    "opened_at",
    "control",
    "detected",
    "detection_denied",
    "tools",
    "truth",
    "truth_source",
    "role",
    "account",
    "login",
    "member_id",
    "asked",
    "assisted",
    "quality",
    "guess",
    "answered_at",
    "expires_at",
];

/// What one of a survey's people answered.
struct Given<'a> {
    person: &'a Participant,
    is_author: bool,
    assisted: Option<bool>,
    quality: Option<Quality>,
    guess: Option<bool>,
    /// When they answered last.
    at: Option<Timestamp>,
}

/// Everybody in it, asked or not: the author first.
fn answers(survey: &Survey) -> impl Iterator<Item = Given<'_>> {
    let author = survey.author.iter().map(|author| Given {
        person: &author.person,
        is_author: true,
        assisted: author.assisted.map(|given| given.value),
        quality: None,
        guess: None,
        at: author.assisted.map(|given| given.at),
    });
    author.chain(survey.reviewers.iter().map(|reviewer| Given {
        person: &reviewer.person,
        is_author: false,
        assisted: None,
        quality: reviewer.quality.map(|given| given.value),
        guess: reviewer.guess.map(|given| given.value),
        at: reviewer.quality.map(|given| given.at).max(reviewer.guess.map(|given| given.at)),
    }))
}

/// The rows of a survey for the person behind these accounts: what they were asked and answered, and of the truth no more
/// than they may know.
pub fn of_mine(survey: &Survey, accounts: &BTreeSet<VendorId>) -> Vec<Row> {
    let own = answers(survey).filter(|answers| accounts.contains(&answers.person.account));
    own.map(|answers| {
        let verdict = answers.guess.zip(survey.truth).filter(|_| survey.reveals);
        let mut cells = pull_request(survey);
        cells.extend([plain(role(&answers)), plain(asked(answers.person.asked))]);
        cells.extend(given(&answers));
        cells.extend([
            Cell::of(verdict, |(guess, truth)| Cell::Flag(guess == truth.assisted)),
            Cell::of(verdict, |(_, truth)| Cell::Flag(truth.assisted)),
            Cell::Instant(survey.expires_at()),
        ]);
        Row::of_account(&answers.person.account, cells)
    })
    .collect()
}

/// The rows of a survey: one for each of its people.
pub fn of_survey(survey: &Survey) -> Vec<Row> {
    answers(survey)
        .map(|answers| {
            let (person, detection) = (answers.person, survey.detection.as_ref());
            let tools = detection.map(|detection| detection.tools.join("; ")).filter(|tools| !tools.is_empty());
            let mut cells = pull_request(survey);
            cells.extend([
                Cell::Instant(survey.opened_at),
                Cell::Flag(survey.control),
                Cell::of(detection, |detection| Cell::Flag(detection.assisted)),
                Cell::of(detection, |detection| Cell::Flag(detection.denied)),
                Cell::of(tools, Cell::Free),
                Cell::of(survey.truth, |truth| Cell::Flag(truth.assisted)),
                Cell::of(survey.truth, |truth| {
                    plain(match truth.source {
                        TruthSource::Answer => "answer",
                        TruthSource::Control => "control",
                        TruthSource::Auto => "auto",
                        TruthSource::Fallback => "fallback",
                    })
                }),
                plain(role(&answers)),
                plain(&person.account),
                plain(&person.login),
                Cell::of(person.member.as_ref(), plain),
                plain(asked(person.asked)),
            ]);
            cells.extend(given(&answers));
            cells.push(Cell::Instant(survey.expires_at()));
            Row::of_account(&person.account, cells)
        })
        .collect()
}

fn pull_request(survey: &Survey) -> Vec<Cell> {
    vec![
        plain(&survey.key.repository.provider),
        plain(&survey.repository),
        Cell::Number(survey.key.number),
        Cell::Free(survey.title.clone()),
        Cell::Instant(survey.merged_at),
    ]
}

const fn role(answers: &Given<'_>) -> &'static str {
    if answers.is_author { "author" } else { "reviewer" }
}

/// Where they were asked, or why they were not.
const fn asked(asked: Asked) -> &'static str {
    match asked {
        Asked::Slack => "slack",
        Asked::Web => "web",
        Asked::Nowhere(WhyNot::Unreachable) => "unreachable",
        Asked::Nowhere(WhyNot::OptedOut) => "opted_out",
        Asked::Nowhere(WhyNot::OverCap) => "over_cap",
        Asked::Nowhere(WhyNot::Detected) => "detected",
    }
}

fn given(answers: &Given<'_>) -> [Cell; 4] {
    [
        Cell::of(answers.assisted, Cell::Flag),
        Cell::of(answers.quality, |quality| Cell::Number(u64::from(u8::from(quality)))),
        Cell::of(answers.guess, Cell::Flag),
        Cell::of(answers.at, Cell::Instant),
    ]
}
