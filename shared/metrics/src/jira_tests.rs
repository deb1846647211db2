//! Numbers worked out by hand. Times are hours after Monday 2026-09-07T00:00 in UTC, which is the team's time zone here.

use super::*;
use crate::{
    Exclusion,
    issue::issue_row,
    issue_fixtures::{hour, issue, jira as id, moved, sprints as sprint_change},
};
use StatusCategory::{Done as Finished, InProgress, ToDo};
use jiff::tz::TimeZone;
use plumbline_domain::{Issue, IssueChange, Points, Provider, PullRequestKey, RepositoryKey, SprintState};
use proptest::prelude::*;

const DAY: i64 = 24;

/// Two weeks from that Monday on.
fn range() -> Range {
    Range::new("2026-09-07".parse().unwrap(), "2026-09-20".parse().unwrap(), &TimeZone::UTC).unwrap()
}

#[derive(Default)]
struct Question<'a> {
    issues: &'a [IssueRow],
    pull_requests: &'a [FlowRow],
    sprints: &'a [Sprint],
    projects: &'a [Project],
    project: Option<&'a VendorId>,
    team_bots: HashSet<u64>,
}

impl Question<'_> {
    fn ask(&self) -> Jira {
        jira(&JiraInput {
            issues: self.issues,
            pull_requests: self.pull_requests,
            sprints: self.sprints,
            projects: self.projects,
            project: self.project,
            range: &range(),
            filters: JiraFilters::default(),
            team_bots: &self.team_bots,
            as_of: Some(hour(300)),
            now: hour(301),
        })
    }
}

fn row(id: u64, points: Option<i64>, history: Vec<IssueChange>) -> IssueRow {
    let category = history
        .iter()
        .rev()
        .find_map(|change| match change.what {
            plumbline_domain::IssueChangeKind::Status { to, .. } => Some(to),
            _ => None,
        })
        .unwrap_or(ToDo);
    issue_row(&Issue { points: points.map(Points), ..issue(id, category, history) })
}

fn left_out(exclusions: &[Exclusion], reason: ExclusionReason) -> u64 {
    exclusions.iter().find(|exclusion| exclusion.reason == reason).expect("the reason is listed").count
}

#[test]
fn cycle_times_and_throughput_of_two_weeks() {
    let rows = [
        // First week: 2, 10 and 3 hours.
        row(1, Some(3000), vec![moved(1, ToDo, InProgress), moved(3, InProgress, Finished)]),
        row(2, Some(500), vec![moved(10, ToDo, InProgress), moved(20, InProgress, Finished)]),
        row(3, None, vec![moved(4, ToDo, InProgress), moved(7, InProgress, Finished)]),
        // Second week, reopened once: from hour 5 to hour 205.
        row(
            4,
            Some(8000),
            vec![
                moved(5, ToDo, InProgress),
                moved(6, InProgress, Finished),
                moved(7, Finished, InProgress),
                moved(205, InProgress, Finished),
            ],
        ),
        // Counted, but not measured.
        row(5, Some(1000), vec![moved(30, ToDo, Finished)]),
        // Not done; done after the range; done before it.
        row(6, Some(1000), vec![moved(30, ToDo, InProgress)]),
        row(7, Some(1000), vec![moved(30, ToDo, InProgress), moved(14 * DAY, InProgress, Finished)]),
        row(8, Some(1000), vec![moved(30, ToDo, Finished), moved(40, Finished, InProgress)]),
    ];
    let mut resolved = issue(9, Finished, vec![]);
    resolved.resolved_at = Some(hour(50));
    let unknown = issue(10, Finished, vec![]);
    let mut backwards = issue(11, Finished, vec![moved(60, ToDo, InProgress)]);
    backwards.resolved_at = Some(hour(59));
    let others = [issue_row(&resolved), issue_row(&unknown), issue_row(&backwards)];
    let issues: Vec<IssueRow> = rows.into_iter().chain(others).collect();
    let answer = Question { issues: &issues, ..Question::default() }.ask();

    // 2, 3, 10 and 200 hours.
    let hours = |hours: f64| Some(hours * 3600.0);
    let Duration { median, p75, mean, n, exclusions, .. } = &answer.cycle_time;
    assert_eq!((*median, *p75, *mean, *n), (hours(6.5), hours(57.5), hours(53.75), 4));
    assert_eq!(left_out(exclusions, ExclusionReason::NeverStarted), 1);
    assert_eq!(left_out(exclusions, ExclusionReason::NoHistory), 1);
    assert_eq!(left_out(exclusions, ExclusionReason::DoneBeforeStarted), 1);

    let through = &answer.throughput;
    assert_eq!((through.done, through.n, through.unestimated), (7, 7, 3));
    assert!((through.points - 12.5).abs() < 1e-9 && (through.points_per_week - 6.25).abs() < 1e-9);
    assert!((through.per_week - 3.5).abs() < 1e-9);
    assert_eq!(left_out(&through.exclusions, ExclusionReason::DoneSometime), 1);

    let weeks: Vec<_> = answer.weekly.iter().map(|week| (week.done, week.points, week.cycle_time.median)).collect();
    assert_eq!(weeks, [(6, 4.5, hours(3.0)), (1, 8.0, hours(200.0))]);
    assert_eq!(answer.weekly[1].week, "2026-09-14".parse().unwrap());
    assert_eq!((answer.as_of, answer.data_age_seconds), (Some(hour(300)), Some(3600)));
}

#[test]
fn nothing_is_no_number() {
    let answer = Question::default().ask();
    assert_eq!((answer.cycle_time.median, answer.cycle_time.n, answer.throughput.done), (None, 0, 0));
    assert_eq!((answer.linkage.share, answer.sprints.totals.completion), (None, None));
    assert_eq!(answer.weekly.len(), 2);
}

fn sprint(number: u64, state: SprintState, start: i64, completed: Option<i64>) -> Sprint {
    Sprint {
        seen_at: hour(0),
        gone_at: None,
        id: id(number),
        board: id(3),
        name: format!("Sprint {number}"),
        state,
        start_at: Some(hour(start)),
        end_at: Some(hour(start + 7 * DAY)),
        completed_at: completed.map(hour),
    }
}

/// The numbers as (issues, points): committed, added, removed, done, not done.
fn numbers(of: &SprintNumbers) -> [(u64, f64); 5] {
    [of.committed, of.added, of.removed, of.done, of.carried_over].map(|count| (count.issues, count.points))
}

/// Sprint 7 from hour 24 to hour 100, sprint 8 from hour 100 on.
fn planned() -> Vec<IssueRow> {
    let join = |at| sprint_change(at, &[], &[7]);
    let over = |at| sprint_change(at, &[7], &[7, 8]);
    vec![
        // Committed: done in time; done too late and carried over; taken out; done and then reopened after the end.
        row(1, Some(1000), vec![join(10), moved(30, ToDo, Finished)]),
        row(2, Some(2000), vec![join(24), over(100), moved(110, ToDo, Finished)]),
        row(3, Some(4000), vec![join(10), sprint_change(50, &[7], &[])]),
        row(4, None, vec![join(10), moved(40, ToDo, Finished), moved(120, Finished, InProgress)]),
        // Added: done in time; moved on without being finished, in the instant of the completion.
        row(5, Some(8000), vec![join(25), moved(99, ToDo, Finished)]),
        row(6, Some(16_000), vec![join(60), sprint_change(100, &[7], &[8])]),
        // Never in it while it lasted: out before the start, in after the end; never in any.
        row(7, Some(32_000), vec![join(5), sprint_change(20, &[7], &[])]),
        row(8, Some(64_000), vec![join(101)]),
        row(9, Some(64_000), vec![moved(30, ToDo, Finished)]),
    ]
}

#[test]
fn a_sprint_is_what_it_took_on_and_what_became_of_it() {
    let sprints = [
        sprint(8, SprintState::Active, 100, None),
        sprint(7, SprintState::Closed, 24, Some(100)),
        sprint(9, SprintState::Future, 200, None),
        sprint(10, SprintState::Closed, -400, Some(-300)),
        Sprint { gone_at: Some(hour(1)), ..sprint(11, SprintState::Closed, 24, Some(100)) },
        Sprint { start_at: None, ..sprint(12, SprintState::Closed, 24, Some(100)) },
    ];
    let issues = planned();
    let answer = Question { issues: &issues, sprints: &sprints, ..Question::default() }.ask().sprints;
    let [seven, eight] = answer.sprints.as_slice() else { panic!("{:?}", answer.sprints) };
    assert_eq!((seven.name.as_str(), seven.status), ("Sprint 7", SprintStatus::Completed));
    assert_eq!((seven.start_at, seven.completed_at), (Some(hour(24)), Some(hour(100))));
    assert_eq!(numbers(&seven.numbers), [(4, 7.0), (2, 24.0), (1, 4.0), (3, 9.0), (2, 18.0)]);
    assert_eq!(seven.numbers.completion, Some(0.5));
    assert_eq!((eight.status, eight.completed_at), (SprintStatus::Active, None));
    assert_eq!(numbers(&eight.numbers), [(2, 18.0), (0, 0.0), (0, 0.0), (1, 2.0), (1, 16.0)]);
    assert_eq!(answer.totals, seven.numbers);
    assert_eq!(answer.n, 1);
    assert_eq!(left_out(&answer.exclusions, ExclusionReason::GoneSprint), 1);
    assert_eq!(left_out(&answer.exclusions, ExclusionReason::UndatedSprint), 1);
}

#[test]
fn with_a_project_only_its_issues_and_sprints_count() {
    let mut issues = planned();
    for issue in issues.iter_mut().filter(|issue| ["2", "6"].contains(&issue.id.id.as_str())) {
        issue.project = id(10_002);
    }
    let sprints = [sprint(7, SprintState::Closed, 24, Some(100)), sprint(8, SprintState::Active, 100, None)];
    let project = id(10_002);
    let question = Question { issues: &issues, sprints: &sprints, project: Some(&project), ..Question::default() };
    let answer = question.ask();
    assert_eq!(numbers(&answer.sprints.totals), [(1, 2.0), (1, 16.0), (0, 0.0), (0, 0.0), (2, 18.0)]);
    assert_eq!((answer.sprints.sprints.len(), answer.throughput.done), (2, 1));
    let first = id(10_001);
    let answer = Question { project: Some(&first), ..question }.ask();
    assert_eq!(answer.sprints.sprints.len(), 1, "no issue of it was in the other");
    assert_eq!(answer.throughput.done, 3);
}

fn project(number: u64, key: &str) -> Project {
    Project { seen_at: hour(0), gone_at: None, id: id(number), key: key.into(), name: key.to_lowercase() }
}

fn merged(number: u64, at: i64, keys: &[&str]) -> FlowRow {
    FlowRow {
        key: PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: 1 }, number },
        merged_at: hour(at),
        author: Some(1),
        author_is_bot: false,
        cycle_seconds: 1,
        coding_seconds: None,
        lines: 1,
        is_revert: false,
        is_hotfix: false,
        issue_projects: keys.iter().map(|key| project_hash(key)).collect(),
        tools: vec![],
        reviewers: vec![],
    }
}

#[test]
fn linked_are_pull_requests_that_name_a_known_project() {
    let pull_requests = [
        merged(1, 1, &["RAIL"]),
        merged(2, 2, &["RAIL", "OPS"]),
        merged(3, 3, &["UTF"]),
        merged(4, 4, &[]),
        FlowRow { author: None, ..merged(5, 5, &["OPS"]) },
        FlowRow { author: Some(9), author_is_bot: true, ..merged(6, 6, &["RAIL"]) },
        FlowRow { author: Some(8), ..merged(7, 7, &["RAIL"]) },
        merged(8, -1, &["RAIL"]),
        merged(9, 14 * DAY, &["RAIL"]),
    ];
    let projects = [project(10_001, "RAIL"), project(10_002, "OPS")];
    let question = Question {
        pull_requests: &pull_requests,
        projects: &projects,
        team_bots: HashSet::from([8]),
        ..Question::default()
    };
    let linkage = question.ask().linkage;
    assert_eq!((linkage.linked, linkage.n, linkage.share), (3, 5, Some(0.6)));
    assert_eq!(left_out(&linkage.exclusions, ExclusionReason::BotAuthor), 2);
    let ops = id(10_002);
    let linkage = Question { project: Some(&ops), team_bots: HashSet::from([8]), ..question }.ask().linkage;
    assert_eq!((linkage.linked, linkage.n, linkage.share), (2, 5, Some(0.4)));
    let unknown = Question { pull_requests: &pull_requests, ..Question::default() }.ask();
    assert_eq!((unknown.linkage.share, unknown.linkage.n), (None, 6), "no project to look for");
    assert_eq!(Question { projects: &projects, ..Question::default() }.ask().projects[0].key, "OPS");
}

prop_compose! {
    fn any_issue()(
        number in 1..500u64, points in proptest::option::of(0..9_000i64),
        moves in proptest::collection::vec((1..400i64, 0..3usize), 0..6),
        joins in proptest::collection::vec((1..400i64, proptest::collection::vec(7..9u64, 0..3)), 0..4),
    ) -> IssueRow {
        let categories = [ToDo, InProgress, Finished];
        let mut moves: Vec<_> = moves;
        moves.sort_unstable();
        let mut history: Vec<IssueChange> = moves.iter().map(|(at, to)| moved(*at, ToDo, categories[*to])).collect();
        history.extend(joins.iter().map(|(at, to)| sprint_change(*at, &[], to)));
        history.sort_by_key(|change| change.at);
        row(number, points, history)
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_between_the_numbers(issues in proptest::collection::vec(any_issue(), 0..30), end in 25..300i64) {
        let sprints = [sprint(7, SprintState::Closed, 24, Some(end)), sprint(8, SprintState::Active, 50, None)];
        let answer = Question { issues: &issues, sprints: &sprints, ..Question::default() }.ask();
        for sprint in &answer.sprints.sprints {
            let [committed, added, removed, done, carried_over] = numbers(&sprint.numbers);
            prop_assert_eq!(committed.0 + added.0, removed.0 + done.0 + carried_over.0);
            prop_assert!((committed.1 + added.1 - removed.1 - done.1 - carried_over.1).abs() < 1e-6);
            prop_assert!(sprint.numbers.completion.is_none_or(|share| (0.0..=1.0).contains(&share)));
        }
        let excluded: u64 = answer.cycle_time.exclusions.iter().map(|exclusion| exclusion.count).sum();
        prop_assert_eq!(answer.cycle_time.n + excluded, answer.throughput.n);
        prop_assert_eq!(answer.weekly.iter().map(|week| week.done).sum::<u64>(), answer.throughput.done);
        let reversed: Vec<_> = issues.iter().rev().cloned().collect();
        prop_assert_eq!(Question { issues: &reversed, sprints: &sprints, ..Question::default() }.ask(), answer);
    }
}
