//! The Jira metrics: rows of issues and of merged pull requests in, the API's answer out.

mod answer;
mod sprints;

pub use answer::{
    IssueThroughput, Jira, JiraFilters, JiraProject, JiraWeek, Linkage, SprintCount, SprintNumbers, SprintReport,
    SprintRow, SprintStatus,
};

use crate::{
    answer::{Duration, ExclusionReason, Unit, WeekDuration},
    definitions::{self as define, exclusion},
    range::Range,
    stats::{Summary, count, float, ratio},
    timeline::seconds,
};
use jiff::Timestamp;
use plumbline_domain::{FlowRow, IssueRow, Project, Sprint, StatusCategory, VendorId, project_hash};
use std::collections::HashSet;

/// What to compute from.
pub struct JiraInput<'a> {
    /// Rows of the issues of at least the project asked for, in any order.
    pub issues: &'a [IssueRow],
    /// Rows of pull requests merged in at least the range.
    pub pull_requests: &'a [FlowRow],
    /// All sprints.
    pub sprints: &'a [Sprint],
    /// All projects.
    pub projects: &'a [Project],
    /// Only this project's issues and keys.
    pub project: Option<&'a VendorId>,
    /// The days asked for.
    pub range: &'a Range,
    /// What to narrow them to, in the words of the question; only shown.
    pub filters: JiraFilters,
    /// Accounts at the code host that the team calls bots.
    pub team_bots: &'a HashSet<u64>,
    /// When the data was last complete.
    pub as_of: Option<Timestamp>,
    /// The present.
    pub now: Timestamp,
}

/// Issues done in one week.
#[derive(Debug, Clone, Default)]
struct Done {
    issues: u64,
    points: i64,
    cycle: Vec<u64>,
}

/// Computes the answer. The order of the rows makes no difference.
pub fn jira(input: &JiraInput<'_>) -> Jira {
    let issues: Vec<&IssueRow> =
        input.issues.iter().filter(|issue| input.project.is_none_or(|project| issue.project == *project)).collect();
    let mut weeks = vec![Done::default(); input.range.mondays().len()];
    let (mut no_history, mut never_started, mut backwards, mut unestimated) = (0, 0, 0, 0);
    for (issue, done_at) in issues.iter().filter_map(|issue| Some((issue, issue.done_at()?))) {
        if !input.range.contains(done_at) {
            continue;
        }
        let Some(week) = weeks.get_mut(input.range.week_of(done_at)) else { continue };
        week.issues += 1;
        week.points = week.points.saturating_add(sprints::sum([issue.points].into_iter()));
        unestimated += u64::from(issue.points.is_none());
        match issue.started_at.map(|started| u64::try_from(seconds(started, done_at))) {
            Some(Ok(cycle)) => week.cycle.push(cycle),
            Some(Err(_)) => backwards += 1,
            None if issue.has_history => never_started += 1,
            None => no_history += 1,
        }
    }
    let when_unknown =
        issues.iter().filter(|issue| issue.category == StatusCategory::Done && issue.done_at().is_none()).count();
    let done = weeks.iter().map(|week| week.issues).sum();
    let points = weeks.iter().map(|week| week.points).fold(0, i64::saturating_add);
    let days = input.range.days();
    let mut cycle: Vec<u64> = weeks.iter().flat_map(|week| &week.cycle).copied().collect();
    let Summary { median, p75, mean, n } = Summary::of(&mut cycle);
    Jira {
        from: input.range.from(),
        to: input.range.to(),
        time_zone: input.range.time_zone().to_owned(),
        as_of: input.as_of,
        data_age_seconds: input.as_of.map(|at| (input.now.as_second() - at.as_second()).max(0)),
        filters: input.filters.clone(),
        projects: projects(input.projects),
        cycle_time: Duration {
            median,
            p75,
            mean,
            n,
            unit: Unit::Seconds,
            definition: define::ISSUE_CYCLE_TIME.to_owned(),
            exclusions: vec![
                exclusion(ExclusionReason::NoHistory, no_history),
                exclusion(ExclusionReason::NeverStarted, never_started),
                exclusion(ExclusionReason::DoneBeforeStarted, backwards),
            ],
        },
        throughput: IssueThroughput {
            done,
            points: sprints::shown(points),
            unestimated,
            per_week: ratio(done * 7, days).unwrap_or(0.0),
            points_per_week: sprints::shown(points.saturating_mul(7)) / float(days),
            n: done,
            definition: define::ISSUE_THROUGHPUT.to_owned(),
            exclusions: vec![exclusion(ExclusionReason::DoneSometime, count(when_unknown))],
        },
        sprints: sprints::report(&issues, input.sprints, input.range, input.now, input.project.is_some()),
        linkage: linkage(input),
        weekly: input.range.mondays().zip(weeks).map(|(monday, week)| weekly(monday, week)).collect(),
    }
}

fn weekly(monday: jiff::civil::Date, mut week: Done) -> JiraWeek {
    let Summary { median, p75, n, .. } = Summary::of(&mut week.cycle);
    JiraWeek {
        week: monday,
        done: week.issues,
        points: sprints::shown(week.points),
        n: week.issues,
        cycle_time: WeekDuration { median, p75, n },
    }
}

fn projects(projects: &[Project]) -> Vec<JiraProject> {
    let mut projects: Vec<JiraProject> = projects
        .iter()
        .map(|project| JiraProject {
            id: project.id.to_string(),
            key: project.key.clone(),
            name: project.name.clone(),
            gone: project.gone_at.is_some(),
        })
        .collect();
    projects.sort_by(|a, b| (&a.key, &a.id).cmp(&(&b.key, &b.id)));
    projects
}

fn linkage(input: &JiraInput<'_>) -> Linkage {
    let of_question = |project: &&Project| input.project.is_none_or(|wanted| project.id == *wanted);
    let keys: HashSet<u16> =
        input.projects.iter().filter(of_question).map(|project| project_hash(&project.key)).collect();
    let in_range = || input.pull_requests.iter().filter(|row| input.range.contains(row.merged_at));
    let is_bot =
        |row: &&FlowRow| row.author.is_some_and(|author| row.author_is_bot || input.team_bots.contains(&author));
    let n = count(in_range().filter(|row| !is_bot(row)).count());
    let is_linked = |row: &&FlowRow| !is_bot(row) && row.issue_projects.iter().any(|hash| keys.contains(hash));
    let linked = count(in_range().filter(is_linked).count());
    Linkage {
        linked,
        share: ratio(linked, n).filter(|_| !keys.is_empty()),
        n,
        definition: define::LINKAGE.to_owned(),
        exclusions: vec![exclusion(ExclusionReason::BotAuthor, count(in_range().filter(is_bot).count()))],
    }
}

#[cfg(test)]
#[path = "jira_tests.rs"]
mod tests;
