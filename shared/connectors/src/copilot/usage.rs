//! Step: usage reports, a day at a time, the newest first.
//!
//! A day's numbers settle within three full days (UTC), so the last four are read again in every run. Of each day there
//! are a report of the organisation or enterprise, one of people, and one that tells their teams.
//!
//! A day without a report has none of the others. GitHub makes none for fewer than five licensed people or while its
//! policy is off: that is no failure, it is said in the notice.
//!
//! Source: GitHub, "REST API endpoints for Copilot usage metrics".

use super::{
    cursor::{Part, Step, UsageStep},
    download::{self, Line, Lines},
    map,
    marks::UsageMark,
    run::Run,
    wire::{EntityRow, ReportAnswer, TeamRow, UserRow},
};
use crate::{
    Failure,
    http::Refused,
    json::{refuse_if_all_broken, unreadable, wrong_shape},
};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use plumbline_domain::{Fact, Record, Usage};
use reqwest::StatusCode;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// People's rows that are read in one go, and bytes of them.
pub(super) const PEOPLE_AT_ONCE: usize = 1_000;
const BYTES_AT_ONCE: u64 = 8 * 1024 * 1024;
/// Files of them that are opened in one go.
const FILES_AT_ONCE: usize = 8;
/// Days that are read again, since their numbers may still change.
const UNSETTLED_DAYS: i32 = 4;
/// The first day that GitHub has any report of.
const FIRST_DAY: Date = Date::constant(2025, 10, 10);
/// How long GitHub keeps reports, in days.
const KEPT_DAYS: u32 = 365;
/// After so many days in a row that GitHub answers 404 there is nothing more to be had: an unsettled day may be late,
/// and where reports are never made, more calls would not change that.
const DENIED_DAYS: u32 = 4;
/// What a credential needs for this, for people.
const NEEDED: &str = "Copilot usage metrics (scope read:org or read:enterprise; in an app, Copilot metrics: read)";

/// Why a file is not used. A day that has not settled is read again in the next run.
const GONE: &str = "GitHub names the file and no longer has it";

const DAYS: &str = "usage reports (days)";

/// A report, as far as there is one.
enum Report {
    /// The addresses of its files.
    Files(Vec<Url>),
    /// None of this day.
    None,
    /// 404: none of this day, or none at all.
    Denied(String),
    /// Switched off, or too few people: none at all.
    Off(String),
}

impl Run<'_> {
    fn today(&self) -> Date {
        self.started.to_zoned(TimeZone::UTC).date()
    }

    /// The first day of the history that is wanted.
    fn wanted_from(&self) -> Date {
        let history = i64::from(self.history_days.clamp(1, KEPT_DAYS));
        self.today().saturating_sub(history.days()).max(FIRST_DAY)
    }

    /// What was read of the wanted history before.
    fn known_usage(&self) -> Option<UsageMark> {
        let wanted = self.wanted_from();
        self.book.usage().filter(|known| known.scope == self.scope.words() && known.from <= wanted)
    }

    /// Where reading usage begins.
    pub(super) fn first_usage(&self) -> Option<Step> {
        let (today, wanted) = (self.today(), self.wanted_from());
        let first = self.known_usage().map_or(wanted, |known| {
            // A run that comes late has more days to read again: those that had not settled when they were read.
            let unsettled = known.read_on.saturating_sub((UNSETTLED_DAYS - 1).days());
            unsettled.min(unsettled_from(today)).max(wanted)
        });
        let day = today.yesterday().ok()?;
        (first <= day).then_some(Step::Usage(UsageStep { day, first, done: 0, found: 0, denied: 0, part: None }))
    }

    /// One day, or as much of it as fits on a page.
    pub(super) async fn usage(&mut self, mut step: UsageStep) -> Result<Option<Step>, Failure> {
        let index = step.part.as_ref().map_or(0, |part| part.index);
        let mut told = Vec::new();
        if step.part.is_none() {
            let files = match self.report(self.scope.report(), step.day).await? {
                Report::Files(files) => files,
                Report::None => {
                    step.denied = 0;
                    return Ok(self.next_day(step));
                }
                Report::Denied(_) if step.denied + 1 < DENIED_DAYS => {
                    step.denied += 1;
                    return Ok(self.next_day(step));
                }
                Report::Denied(reason) if step.found == 0 => {
                    self.usage_notice = Some(format!("GitHub offers no Copilot usage reports here ({reason})"));
                    return Ok(None);
                }
                // GitHub's history ends here.
                Report::Denied(_) => return Ok(self.end_usage(&step)),
                Report::Off(reason) => {
                    self.usage_notice = Some(format!("GitHub makes no Copilot usage reports here ({reason})"));
                    return Ok(None);
                }
            };
            step.denied = 0;
            step.found += 1;
            told.extend(self.entity_rows(files, step.day).await?);
        }
        let (people, next) = self.people(step.day, step.part.take()).await?;
        told.extend(people);
        self.tell(step.day, index, told);
        if next.is_some() {
            self.show_days(&step);
            return Ok(Some(Step::Usage(UsageStep { part: next, ..step })));
        }
        Ok(self.next_day(step))
    }

    /// The facts of a page, unless they are the same as when it was read last.
    fn tell(&mut self, day: Date, index: u32, told: Vec<Usage>) {
        let started = self.started;
        let unsettled = day >= unsettled_from(self.today());
        // Usage is a plain struct: it always serialises.
        let hash = crate::github::hash::short(&serde_json::to_vec(&told).unwrap_or_default());
        if unsettled && self.book.is_known(day, index, &hash) {
            return;
        }
        let facts = told.into_iter().map(|usage| Usage { seen_at: started, ..usage });
        self.facts.extend(facts.map(|usage| Fact::Record(Record::Usage(Box::new(usage)))));
    }

    fn show_days(&mut self, step: &UsageStep) {
        let left = u64::try_from((step.day - step.first).get_days()).unwrap_or(0) + 1;
        self.show(DAYS, step.done, Some(step.done + left));
    }

    fn next_day(&mut self, mut step: UsageStep) -> Option<Step> {
        step.done += 1;
        let Some(day) = step.day.yesterday().ok() else { return self.end_usage(&step) };
        if day < step.first {
            // There never was a report, and now there is one: perhaps the history has come with it.
            let reappeared = step.found > 0 && self.known_usage().is_some_and(|known| known.barren);
            let wanted = self.wanted_from();
            if !reappeared || day < wanted {
                return self.end_usage(&step);
            }
            step.first = wanted;
        }
        step = UsageStep { day, part: None, ..step };
        self.show_days(&step);
        Some(Step::Usage(step))
    }

    /// All days were read.
    fn end_usage(&mut self, step: &UsageStep) -> Option<Step> {
        let (today, known) = (self.today(), self.known_usage());
        let barren = step.found == 0 && known.as_ref().is_none_or(|known| known.barren);
        let from = known.map_or(step.first, |known| known.from.min(step.first));
        self.book.set_usage(&UsageMark { scope: self.scope.words(), from, read_on: today, barren });
        self.book.forget_days_before(unsettled_from(today));
        self.show(DAYS, step.done, Some(step.done));
        if step.found == 0 {
            self.usage_notice = Some(format!(
                "GitHub has no Copilot usage report for any of the last {} days: it makes none for fewer than 5 people \
                 with a licence, or while the policy \"Copilot usage metrics\" is not enabled everywhere",
                step.done
            ));
        }
        None
    }

    async fn report(&mut self, name: &str, day: Date) -> Result<Report, Failure> {
        let path = self.scope.path(&["copilot", "metrics", "reports", name]);
        let url = self.api.path(&path, &[("day", &day.to_string())])?;
        let answer = match self.api.get(url, None).await {
            Ok(answer) if answer.status == StatusCode::NO_CONTENT => {
                self.api.note_budget(&answer, 3);
                return Ok(Report::None);
            }
            Ok(answer) => answer,
            Err(refused) if refused.is_denied() && says_off(&reason(&refused)) => {
                return Ok(Report::Off(reason(&refused)));
            }
            Err(refused) if refused.status == Some(StatusCode::NOT_FOUND) => {
                return Ok(Report::Denied(reason(&refused)));
            }
            Err(refused) => return Err(self.scope.about(refused, NEEDED)),
        };
        // The next page takes three calls.
        self.api.note_budget(&answer, 3);
        let ReportAnswer { download_links } =
            serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        Ok(Report::Files(download::files(&download_links, self.base_url)?))
    }

    /// The rows of the organisation's or enterprise's own report: one, as a line or spread over several.
    async fn entity_rows(&mut self, files: Vec<Url>, day: Date) -> Result<Vec<Usage>, Failure> {
        let (mut told, mut rows, mut broken) = (Vec::new(), 0, 0);
        for file in files {
            self.downloads += 1;
            let Some(body) = download::whole(self.client, file, self.api.now()).await? else {
                self.quarantine(format!("usage of the {} on {day}", self.scope.kind()), GONE);
                continue;
            };
            for value in serde_json::Deserializer::from_slice(&body).into_iter::<&RawValue>() {
                let value = value.map_err(|error| unreadable(&error))?;
                let row = serde_json::from_str::<EntityRow>(value.get()).map_err(|error| wrong_shape(&error));
                let of_days = row.map(|mut row| match row.day_totals.take() {
                    Some(days) => days.into_iter().filter(|row| row.day == Some(day)).collect(),
                    None => vec![row],
                });
                rows += 1;
                let usages = of_days.and_then(|rows| {
                    let usages = rows.into_iter().map(|row| map::entity_usage(row, self.scope, day));
                    usages.collect::<Result<Vec<_>, _>>().map_err(str::to_owned)
                });
                match usages {
                    Ok(usages) => told.extend(usages),
                    Err(reason) => {
                        broken += 1;
                        self.quarantine(format!("usage of the {} on {day}", self.scope.kind()), reason);
                    }
                }
            }
        }
        refuse_if_all_broken(rows, broken)?;
        Ok(told)
    }

    /// People's rows from `part` on, with their teams, and where to go on when there are more.
    async fn people(&mut self, day: Date, part: Option<Part>) -> Result<(Vec<Usage>, Option<Part>), Failure> {
        let Report::Files(files) = self.report("users-1-day", day).await? else { return Ok((Vec::new(), None)) };
        let mut people: Vec<(u64, Usage)> = Vec::new();
        let (mut bytes, mut broken, mut next) = (0, 0, None);
        let part = part.unwrap_or(Part { index: 0, file: 0, at: 0 });
        'files: for (index, url) in files.into_iter().enumerate().skip(part.file) {
            let at = if index == part.file { part.at } else { 0 };
            if index >= part.file + FILES_AT_ONCE {
                next = Some(Part { index: part.index + 1, file: index, at });
                break;
            }
            self.downloads += 1;
            let Some(mut lines) = Lines::open(self.client, url, at, self.api.now()).await? else {
                self.quarantine(format!("usage of people on {day}, file {index}"), GONE);
                continue;
            };
            let mut begins = lines.position();
            while let Some(line) = lines.next().await? {
                match row::<UserRow>(&line)?
                    .and_then(|row| map::user_usage(row, self.scope, day).map_err(str::to_owned))
                {
                    Ok(row) => people.push(row),
                    Err(reason) => {
                        broken += 1;
                        self.quarantine(
                            format!("usage of a person on {day}, row at byte {begins} of file {index}"),
                            reason,
                        );
                    }
                }
                bytes += lines.position() - begins;
                begins = lines.position();
                if people.len() + broken >= PEOPLE_AT_ONCE || bytes >= BYTES_AT_ONCE {
                    next = Some(Part { index: part.index + 1, file: index, at: begins });
                    break 'files;
                }
            }
        }
        refuse_if_all_broken(people.len() + broken, broken)?;
        if !people.is_empty() {
            let teams = self.teams(day, people.iter().map(|(user, _)| (*user, BTreeSet::new())).collect()).await?;
            for (user, usage) in &mut people {
                usage.groups = teams.get(user).map(map::groups).unwrap_or_default();
            }
        }
        Ok((people.into_iter().map(|(_, usage)| usage).collect(), next))
    }

    /// The teams of `people` on `day`. Where GitHub tells none, they are in none: teams of fewer than five seats never
    /// are in this report.
    async fn teams(
        &mut self,
        day: Date,
        mut people: BTreeMap<u64, BTreeSet<u64>>,
    ) -> Result<BTreeMap<u64, BTreeSet<u64>>, Failure> {
        let Report::Files(files) = self.report("user-teams-1-day", day).await? else { return Ok(people) };
        let (mut rows, mut broken) = (0, 0);
        for (index, url) in files.into_iter().enumerate() {
            self.downloads += 1;
            let Some(mut lines) = Lines::open(self.client, url, 0, self.api.now()).await? else {
                self.quarantine(format!("teams of people on {day}, file {index}"), GONE);
                continue;
            };
            while let Some(line) = lines.next().await? {
                rows += 1;
                match row::<TeamRow>(&line)? {
                    Ok(TeamRow { user_id: Some(user), team_id: Some(team), day: of }) => {
                        if of.is_none_or(|of| of == day)
                            && let Some(teams) = people.get_mut(&user)
                        {
                            teams.insert(team);
                        }
                    }
                    Ok(_) | Err(_) => broken += 1,
                }
            }
            if broken > 0 && index == 0 {
                self.quarantine(format!("teams of people on {day}"), "some rows are not a person's team");
            }
        }
        refuse_if_all_broken(rows, broken)?;
        Ok(people)
    }
}

/// The first day whose numbers may still change on `today`.
fn unsettled_from(today: Date) -> Date {
    today.saturating_sub(UNSETTLED_DAYS.days())
}

/// A line's row; or why it cannot be used, and the failure when the file broke off.
fn row<T: serde::de::DeserializeOwned>(line: &Line) -> Result<Result<T, String>, Failure> {
    match line {
        Line::Whole(line) => Ok(serde_json::from_slice(line).map_err(|error| wrong_shape(&error))),
        Line::Last(line) => match serde_json::from_slice(line) {
            Err(error) if error.is_eof() => Err(unreadable(&error)),
            row => Ok(row.map_err(|error| wrong_shape(&error))),
        },
        Line::TooLong => Ok(Err("it is longer than any row".into())),
    }
}

/// The words of a refusal that is no limit and no outage.
fn reason(refused: &Refused) -> String {
    match &refused.failure {
        Failure::Invalid(reason) | Failure::Unauthorized(reason) => reason.clone(),
        _ => String::new(),
    }
}

/// Whether GitHub's words say that there are no reports for anybody, rather than not for this credential.
fn says_off(reason: &str) -> bool {
    let said = reason.split("(permissions needed").next().unwrap_or_default().to_ascii_lowercase();
    let about = said.contains("metrics") || said.contains("copilot");
    about
        && ["policy", "not enabled", "disabled", "licensed", "at least", "fewer"].iter().any(|word| said.contains(word))
}
