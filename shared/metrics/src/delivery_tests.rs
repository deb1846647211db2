//! The rules of the delivery answer, each on a few hand-made rows; one whole answer; and laws over random rows.

use super::*;
use crate::fixtures::key;
use jiff::{civil::date, tz::TimeZone};
use plumbline_domain::Reviewer;
use proptest::prelude::*;

/// What a test asks with; the defaults ask for September 2026 in Berlin, without bots, links or restrictions.
struct Question {
    from: jiff::civil::Date,
    to: jiff::civil::Date,
    team_bots: HashSet<u64>,
    logins: HashMap<u64, String>,
    authors: Option<HashSet<u64>>,
    group: Option<HashSet<u64>>,
    repository: Option<u64>,
    /// Account and the account that stands for it.
    links: HashMap<u64, u64>,
    as_of: Option<Timestamp>,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            from: date(2026, 9, 1),
            to: date(2026, 9, 30),
            team_bots: HashSet::new(),
            logins: (1..10).map(|id| (id, format!("account-{id}"))).collect(),
            authors: None,
            group: None,
            repository: None,
            links: HashMap::new(),
            as_of: None,
        }
    }
}

impl Question {
    fn ask(&self, rows: &[FlowRow]) -> Delivery {
        let range = Range::new(self.from, self.to, &TimeZone::get("Europe/Berlin").unwrap()).unwrap();
        delivery(DeliveryInput {
            rows,
            provider: Provider::Github,
            range: &range,
            selection: Selection {
                authors: self.authors.as_ref(),
                group: self.group.as_ref(),
                repository: self.repository.map(|id| key(id, 1).repository),
            },
            filters: Filters::default(),
            team_bots: &self.team_bots,
            logins: &self.logins,
            person_of: &|account| self.links.get(&account).copied().unwrap_or(account),
            as_of: self.as_of,
            now: at("2026-10-01T00:00:30.5Z"),
        })
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ask(rows: &[FlowRow]) -> Delivery {
    Question::default().ask(rows)
}

/// Merged at noon of the 10th, by account 1, 1000 seconds after ready, never reviewed.
fn row(number: u64) -> FlowRow {
    FlowRow {
        key: key(1, number),
        merged_at: at("2026-09-10T12:00:00Z"),
        author: Some(1),
        author_is_bot: false,
        cycle_seconds: 1000,
        coding_seconds: Some(50),
        lines: 10,
        is_revert: false,
        is_hotfix: false,
        issue_projects: vec![],
        tools: vec![],
        reviewers: vec![],
    }
}

fn reviewer(account: u64, first: u64, approval: Option<u64>) -> Reviewer {
    Reviewer { account: Some(account), reviews: 1, rounds: 0, first_review: Some(first), last_approval: approval }
}

fn reviewed(number: u64, reviewers: Vec<Reviewer>) -> FlowRow {
    FlowRow { reviewers, ..row(number) }
}

fn left_out(exclusions: &[Exclusion], reason: ExclusionReason) -> u64 {
    exclusions.iter().find(|exclusion| exclusion.reason == reason).expect("the reason is listed").count
}

fn phases(answer: &Delivery) -> [Option<f64>; 3] {
    [answer.pickup_time.median, answer.review_time.median, answer.merge_time.median]
}

#[test]
fn nothing_merged_gives_nulls_and_empty_weeks() {
    let answer = ask(&[]);
    assert_eq!((answer.cycle_time.median, answer.cycle_time.p75, answer.cycle_time.mean), (None, None, None));
    assert_eq!((answer.throughput.per_week, answer.throughput.per_week_per_active_author), (0.0, None));
    assert_eq!((answer.revert_share.share, answer.review_rounds.mean, answer.size.median_lines), (None, None, None));
    assert_eq!(answer.weekly.len(), 5);
    assert_eq!(answer.weekly[0].week, date(2026, 8, 31));
    assert!(answer.weekly.iter().all(|week| week.merged == 0 && week.cycle_time.median.is_none()));
    assert_eq!((answer.as_of, answer.data_age_seconds), (None, None));
}

#[test]
fn the_age_of_the_data_is_the_time_since_the_last_complete_sync() {
    let aged = |as_of| Question { as_of: Some(at(as_of)), ..Question::default() }.ask(&[]).data_age_seconds;
    assert_eq!(aged("2026-09-30T23:59:30Z"), Some(60));
    // A clock that runs ahead makes no negative age.
    assert_eq!(aged("2026-10-01T00:01:00Z"), Some(0));
}

#[test]
fn a_pull_request_counts_on_the_day_of_its_merge_in_the_teams_time_zone() {
    let merged = |text| FlowRow { merged_at: at(text), ..row(1) };
    let counted = |text| ask(&[merged(text)]).throughput.merged;
    assert_eq!(counted("2026-08-31T21:59:59Z"), 0);
    assert_eq!(counted("2026-08-31T22:00:00Z"), 1);
    assert_eq!(counted("2026-09-30T21:59:59Z"), 1);
    assert_eq!(counted("2026-09-30T22:00:00Z"), 0);
    let weekly = ask(&[merged("2026-09-06T21:59:59Z"), merged("2026-09-06T22:00:00Z")]).weekly;
    assert_eq!((weekly[0].merged, weekly[1].merged), (1, 1));
}

#[test]
fn phases_run_from_ready_to_first_review_to_last_approval_to_merge() {
    let answer = ask(&[reviewed(1, vec![reviewer(2, 100, Some(400)), reviewer(3, 150, Some(700))])]);
    assert_eq!(phases(&answer), [Some(100.0), Some(600.0), Some(300.0)]);
}

#[test]
fn without_an_approval_the_review_lasts_until_the_merge() {
    assert_eq!(phases(&ask(&[reviewed(1, vec![reviewer(2, 100, None)])])), [Some(100.0), Some(900.0), Some(0.0)]);
}

#[test]
fn without_a_review_by_somebody_else_there_are_no_phases_and_it_is_said() {
    let nobody = Reviewer { account: None, reviews: 1, rounds: 0, first_review: None, last_approval: None };
    let while_a_draft = Reviewer { first_review: None, ..reviewer(2, 0, None) };
    let answer = ask(&[
        row(1),
        reviewed(2, vec![reviewer(1, 5, None)]),
        reviewed(3, vec![nobody]),
        reviewed(4, vec![while_a_draft]),
    ]);
    assert_eq!(phases(&answer), [None, None, None]);
    assert_eq!((answer.cycle_time.n, answer.pickup_time.n), (4, 0));
    for phase in [&answer.pickup_time, &answer.review_time, &answer.merge_time] {
        assert_eq!(left_out(&phase.exclusions, ExclusionReason::MergedWithoutReview), 4);
    }
}

#[test]
fn coding_time_leaves_out_the_negative_and_the_unknown() {
    let coded = |number, coding_seconds| FlowRow { coding_seconds, ..row(number) };
    let answer = ask(&[coded(1, Some(60)), coded(2, Some(0)), coded(3, Some(-1)), coded(4, None)]);
    assert_eq!((answer.coding_time.n, answer.coding_time.median), (2, Some(30.0)));
    assert_eq!((answer.lead_time.n, answer.lead_time.median), (2, Some(1030.0)));
    for time in [&answer.coding_time, &answer.lead_time] {
        assert_eq!(left_out(&time.exclusions, ExclusionReason::Negative), 1);
        assert_eq!(left_out(&time.exclusions, ExclusionReason::NoCommits), 1);
    }
    assert_eq!(answer.cycle_time.n, 4);
}

#[test]
fn bots_are_left_out_of_every_metric_and_listed() {
    let by = |number, author, author_is_bot| FlowRow {
        author: Some(author),
        author_is_bot,
        is_revert: true,
        ..reviewed(number, vec![reviewer(2, 1, Some(2))])
    };
    let rows = [by(1, 8, true), by(2, 8, true), by(3, 9, false), by(4, 7, true), row(5)];
    let answer = Question { team_bots: HashSet::from([9, 6, 7]), ..Question::default() }.ask(&rows);
    let listed: Vec<_> =
        answer.bots.iter().map(|bot| (bot.id.as_str(), bot.login.as_str(), bot.pull_requests, bot.source)).collect();
    assert_eq!(
        listed,
        [
            ("github:8", "account-8", 2, BotSource::Vendor),
            ("github:7", "account-7", 1, BotSource::Vendor),
            ("github:9", "account-9", 1, BotSource::Team),
            ("github:6", "account-6", 0, BotSource::Team),
        ]
    );
    assert_eq!((answer.throughput.merged, answer.throughput.active_authors), (1, 1));
    assert_eq!((answer.size.n, answer.review_rounds.n, answer.revert_share.n), (1, 1, 1));
    assert_eq!((answer.review_load.reviews, answer.revert_share.reverts, answer.pickup_time.n), (0, 0, 0));
    for exclusions in [
        &answer.cycle_time.exclusions,
        &answer.pickup_time.exclusions,
        &answer.coding_time.exclusions,
        &answer.throughput.exclusions,
        &answer.size.exclusions,
        &answer.review_rounds.exclusions,
        &answer.review_load.exclusions,
        &answer.revert_share.exclusions,
    ] {
        assert_eq!(left_out(exclusions, ExclusionReason::BotAuthor), 4);
    }
}

#[test]
fn a_bot_of_the_teams_list_is_no_reviewer_either() {
    let rounds = Reviewer { rounds: 2, ..reviewer(9, 10, Some(20)) };
    let rows = [reviewed(1, vec![rounds, reviewer(2, 100, Some(200))])];
    let answer = Question { team_bots: HashSet::from([9]), ..Question::default() }.ask(&rows);
    assert_eq!(phases(&answer), [Some(100.0), Some(100.0), Some(800.0)]);
    assert_eq!(answer.review_rounds.mean, Some(0.0));
    assert_eq!(answer.review_load.reviewers.len(), 1);
    assert_eq!(left_out(&answer.review_load.exclusions, ExclusionReason::BotReview), 1);
}

#[test]
fn a_person_who_works_under_two_accounts_counts_once() {
    let links = HashMap::from([(11, 1), (12, 2)]);
    let second_account = FlowRow { author: Some(11), ..row(1) };
    // Account 11 reviews what account 1 wrote: the same person.
    let own = reviewed(2, vec![reviewer(11, 10, Some(20)), reviewer(12, 100, None), reviewer(2, 150, None)]);
    let answer = Question { links, ..Question::default() }.ask(&[second_account, own]);
    assert_eq!(answer.throughput.active_authors, 1);
    assert_eq!(phases(&answer), [Some(100.0), Some(900.0), Some(0.0)]);
    let load = &answer.review_load;
    assert_eq!((load.reviewers.len(), load.reviewers[0].id.as_str(), load.reviewers[0].reviews), (1, "github:2", 2));
    assert_eq!(left_out(&load.exclusions, ExclusionReason::OwnReview), 1);
}

#[test]
fn filters_take_all_accounts_of_a_person() {
    let by = |number, author| FlowRow { author: Some(author), ..row(number) };
    let rows = [by(1, 1), by(2, 11), by(3, 2), FlowRow { author: None, ..row(4) }];
    let links = HashMap::from([(11, 1)]);
    let only = |authors: &[u64], group: Option<&[u64]>| {
        let group = group.map(|group| group.iter().copied().collect());
        let authors = Some(authors.iter().copied().collect());
        Question { authors, group, links: links.clone(), ..Question::default() }.ask(&rows).throughput.merged
    };
    assert_eq!(only(&[1], None), 2);
    assert_eq!(only(&[11], None), 2);
    assert_eq!(only(&[1, 2], None), 3);
    assert_eq!(only(&[1, 2], Some(&[2, 3])), 1);
    assert_eq!(only(&[], None), 0);
}

#[test]
fn a_repository_filter_keeps_that_repository_alone() {
    let rows = [row(1), FlowRow { key: key(2, 1), cycle_seconds: 5, ..row(1) }];
    let answer = Question { repository: Some(2), ..Question::default() }.ask(&rows);
    assert_eq!((answer.cycle_time.n, answer.cycle_time.median), (1, Some(5.0)));
}

#[test]
fn a_deleted_author_counts_as_merged_but_not_as_an_active_author() {
    let answer = ask(&[row(1), FlowRow { author: None, ..reviewed(2, vec![reviewer(1, 5, None)]) }]);
    assert_eq!((answer.throughput.merged, answer.throughput.active_authors), (2, 1));
    assert_eq!(left_out(&answer.throughput.exclusions, ExclusionReason::DeletedAuthor), 1);
    // Whoever reviewed it is somebody else.
    assert_eq!(answer.pickup_time.n, 1);
}

#[test]
fn throughput_is_per_seven_days_of_the_range() {
    let rows: Vec<FlowRow> = (1..=6).map(|number| FlowRow { author: Some(number % 2), ..row(number) }).collect();
    let question = Question { from: date(2026, 9, 5), to: date(2026, 9, 18), ..Question::default() };
    let throughput = question.ask(&rows).throughput;
    assert_eq!((throughput.per_week, throughput.per_week_per_active_author), (3.0, Some(1.5)));
}

#[test]
fn sizes_are_classes_of_changed_lines() {
    let rows: Vec<FlowRow> = [0, 10, 11, 50, 51, 200, 201, 500, 501, 9000]
        .into_iter()
        .enumerate()
        .map(|(number, lines)| FlowRow { lines, ..row(count(number)) })
        .collect();
    let size = ask(&rows).size;
    assert_eq!([size.xs, size.s, size.m, size.l, size.xl], [2, 2, 2, 2, 2]);
    assert_eq!((size.n, size.median_lines), (10, Some(125.5)));
}

#[test]
fn rounds_of_everybody_but_bots_add_up_per_pull_request() {
    let rounds = |account, rounds| Reviewer { account, rounds, ..reviewer(2, 1, None) };
    let answer = ask(&[reviewed(1, vec![rounds(None, 1), rounds(Some(2), 2)]), row(2), row(3)]);
    assert_eq!((answer.review_rounds.mean, answer.review_rounds.median), (Some(1.0), Some(0.0)));
}

#[test]
fn a_warning_names_the_person_who_did_over_half_of_the_reviews() {
    let load = |by_two: usize, by_others: u64| {
        let mut reviewers: Vec<Reviewer> = vec![reviewer(2, 1, None); by_two];
        reviewers.extend((0..by_others).map(|other| reviewer(3 + other, 1, None)));
        let rows: Vec<FlowRow> = (0..).zip(reviewers).map(|(number, by)| reviewed(number, vec![by])).collect();
        ask(&rows).review_load
    };
    let three_of_five = load(3, 2);
    assert_eq!(
        three_of_five.warning.as_deref(),
        Some(
            "account-2 did 60 % of the reviews (3 of 5): reviews wait while one person is away. Spread them over more \
             people."
        )
    );
    assert_eq!(three_of_five.reviewers.iter().map(|r| r.share).collect::<Vec<_>>(), [0.6, 0.2, 0.2]);
    // Half is not over half, and of fewer than five reviews nothing follows.
    assert_eq!(load(3, 3).warning, None);
    assert_eq!(load(4, 0).warning, None);
    assert!(load(5, 0).warning.is_some());
}

#[test]
fn a_pull_request_that_is_a_revert_and_a_hotfix_counts_once_in_the_share() {
    let kind = |number, is_revert, is_hotfix| FlowRow { is_revert, is_hotfix, ..row(number) };
    let rows = [kind(1, true, true), kind(2, true, false), kind(3, false, true), row(4)];
    let share = ask(&rows).revert_share;
    assert_eq!((share.reverts, share.hotfixes, share.share, share.n), (2, 2, Some(0.75), 4));
}

#[test]
fn an_account_without_a_known_login_is_shown_by_its_id() {
    let load = ask(&[reviewed(1, vec![reviewer(4711, 1, None)])]).review_load;
    assert_eq!((load.reviewers[0].login.as_str(), load.reviewers[0].share), ("github:4711", 1.0));
}

#[test]
fn a_whole_answer() {
    let rows = [
        reviewed(1, vec![reviewer(2, 100, Some(400))]),
        FlowRow {
            merged_at: at("2026-09-20T20:00:00Z"),
            author: Some(2),
            cycle_seconds: 86_400,
            coding_seconds: Some(-3),
            lines: 600,
            ..reviewed(2, vec![Reviewer { rounds: 1, reviews: 4, ..reviewer(1, 3_600, Some(80_000)) }])
        },
        FlowRow { is_hotfix: true, coding_seconds: None, ..row(3) },
        FlowRow { author: Some(8), author_is_bot: true, ..row(4) },
    ];
    let mut answer = Question {
        from: date(2026, 9, 8),
        to: date(2026, 9, 21),
        team_bots: HashSet::from([9]),
        as_of: Some(at("2026-10-01T00:00:00Z")),
        ..Question::default()
    }
    .ask(&rows);
    answer.filters.group = Some("platform".to_owned());
    insta::assert_json_snapshot!(answer);
}

prop_compose! {
    fn any_row()(
        number in 1..1_000_000u64,
        repository in 1..4u64,
        day in 1..31i64,
        author in proptest::option::of(1..6u64),
        author_is_bot in proptest::bool::weighted(0.1),
        cycle_seconds in 0..1_000_000u64,
        coding_seconds in proptest::option::of(-100..100_000i64),
        lines in 0..800u64,
        flags in any::<(bool, bool)>(),
        reviews in proptest::collection::btree_map(1..6u64, (1..4u32, 0..3u32, 0.0..1.0f64, any::<bool>()), 0..4),
    ) -> FlowRow {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
        let reviewers = reviews.into_iter().map(|(account, (reviews, rounds, share, approved))| {
            let first = (share * float(cycle_seconds)) as u64;
            let last_approval = approved.then(|| first.midpoint(cycle_seconds));
            Reviewer { account: Some(account), reviews, rounds, first_review: Some(first), last_approval }
        }).collect();
        FlowRow {
            key: key(repository, number),
            merged_at: at("2026-08-31T23:00:00Z") + jiff::SignedDuration::from_hours(23 * day),
            author,
            author_is_bot: author_is_bot && author.is_some(),
            cycle_seconds,
            coding_seconds,
            lines,
            is_revert: flags.0,
            is_hotfix: flags.1,
            issue_projects: vec![], tools: vec![],
            reviewers,
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_the_rows_makes_no_difference(
        (rows, shuffled) in proptest::collection::vec(any_row(), 0..30)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        prop_assert_eq!(ask(&rows), ask(&shuffled));
    }

    #[test]
    fn the_phases_of_a_reviewed_pull_request_add_up_to_its_cycle_time(row in any_row()) {
        let question = Question { links: HashMap::from([(5, 1)]), ..Question::default() };
        let answer = question.ask(std::slice::from_ref(&row));
        if answer.pickup_time.n == 1 {
            let sum: f64 = phases(&answer).into_iter().flatten().sum();
            prop_assert_eq!(Some(sum), answer.cycle_time.median);
        } else {
            prop_assert_eq!(phases(&answer), [None, None, None]);
        }
    }

    #[test]
    fn the_parts_add_up_to_the_whole(rows in proptest::collection::vec(any_row(), 0..30)) {
        let question = Question { team_bots: HashSet::from([5]), ..Question::default() };
        let whole = question.ask(&rows);
        let parts: Vec<Delivery> = (1..4)
            .map(|repository| Question { repository: Some(repository), team_bots: HashSet::from([5]), ..Question::default() })
            .map(|question| question.ask(&rows))
            .collect();
        let sum = |n: fn(&Delivery) -> u64| parts.iter().map(n).sum::<u64>();
        prop_assert_eq!(sum(|d| d.cycle_time.n), whole.cycle_time.n);
        prop_assert_eq!(sum(|d| d.pickup_time.n), whole.pickup_time.n);
        prop_assert_eq!(sum(|d| d.coding_time.n), whole.coding_time.n);
        prop_assert_eq!(sum(|d| d.review_load.reviews), whole.review_load.reviews);
        prop_assert_eq!(whole.weekly.iter().map(|week| week.merged).sum::<u64>(), whole.throughput.merged);

        // Every pull request is either measured or excluded, and every review either counted or excluded.
        let all = count(rows.len());
        for time in [&whole.cycle_time, &whole.pickup_time, &whole.coding_time, &whole.lead_time] {
            prop_assert_eq!(time.n + time.exclusions.iter().map(|e| e.count).sum::<u64>(), all);
        }
        let load = &whole.review_load;
        let by_people: u64 = rows.iter()
            .filter(|row| !row.author_is_bot && row.author != Some(5))
            .flat_map(|row| &row.reviewers)
            .map(|reviewer| u64::from(reviewer.reviews))
            .sum();
        let not_counted: u64 = load.exclusions.iter().skip(1).map(|e| e.count).sum();
        prop_assert_eq!(load.n + not_counted, by_people);
        let shares: f64 = load.reviewers.iter().map(|r| r.share).sum();
        prop_assert!(load.n == 0 || (shares - 1.0).abs() < 1e-9);
    }
}
