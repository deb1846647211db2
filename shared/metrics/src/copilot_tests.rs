//! Numbers worked out by hand.

use super::*;
use plumbline_domain::{Provider, UsagePart};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn github(id: u64) -> VendorId {
    VendorId::new(Provider::Github, id)
}

fn usage(on: &str, account: Option<u64>, entity: &str, [interactions, suggestions, acceptances]: [u64; 3]) -> Usage {
    Usage {
        seen_at: at("2026-11-20T00:00:00Z"),
        product: COPILOT.into(),
        day: day(on),
        account: account.map(github),
        entity: entity.into(),
        counts: UsageCounts {
            interactions,
            suggestions,
            acceptances,
            lines_suggested: suggestions * 10,
            lines_added: acceptances * 2,
        },
        active: None,
        ways: vec![],
        parts: vec![],
        groups: vec![],
    }
}

fn ask(usage: &[Usage], seats: &[Seat]) -> Copilot {
    copilot(&CopilotInput {
        usage,
        seats,
        from: day("2026-11-01"),
        to: day("2026-11-10"),
        team_bots: &HashSet::from([github(99)]),
        // Accounts 1 and 11 are one person.
        person_of: &|account| if *account == github(11) { github(1) } else { account.clone() },
        connected: true,
        notice: None,
        as_of: Some(at("2026-11-11T03:00:00Z")),
        now: at("2026-11-11T04:00:00Z"),
    })
}

#[test]
fn days_are_added_up_and_a_day_without_a_report_is_missing() {
    let active = |day, week, month| Some(ActiveUsers { day, week, month });
    let reports = [
        Usage { active: active(5, Some(9), None), ..usage("2026-11-01", None, "org:1", [10, 100, 25]) },
        Usage { active: active(7, Some(8), Some(20)), ..usage("2026-11-10", None, "org:1", [0, 20, 5]) },
        usage("2026-10-31", None, "org:1", [1, 1, 1]),
        usage("2026-11-11", None, "org:1", [1, 1, 1]),
        Usage { product: "other".into(), ..usage("2026-11-02", None, "org:1", [1, 1, 1]) },
    ];
    let answer = ask(&reports, &[]);
    let counts = &answer.suggestions.counts;
    assert_eq!((counts.interactions, counts.suggestions, counts.acceptances), (10, 120, 30));
    assert_eq!((counts.lines_suggested, counts.lines_added), (1200, 60));
    assert_eq!((counts.acceptance_rate, counts.reason.as_deref()), (Some(0.25), None));
    let suggestions = &answer.suggestions;
    assert_eq!((suggestions.days, suggestions.missing_days, suggestions.n), (2, 8, 120));
    let daily: Vec<_> = answer.daily.iter().map(|of| (of.day, of.active, of.counts.acceptances)).collect();
    assert_eq!(daily, [(day("2026-11-01"), Some(5), 25), (day("2026-11-10"), Some(7), 5)]);
    let newest = CopilotActive { day: day("2026-11-10"), daily: 7, weekly: Some(8), monthly: Some(20) };
    assert_eq!(answer.users.newest, Some(newest));
    assert_eq!((answer.data_age_seconds, answer.time_zone.as_str()), (Some(3600), "UTC"));
    assert_eq!(answer.notice, None);
}

#[test]
fn organisations_are_added_up_unless_their_enterprise_is_there() {
    let active = |day, week| Some(ActiveUsers { day, week, month: Some(1) });
    let reports = [
        Usage { active: active(5, Some(9)), ..usage("2026-11-01", None, "org:1", [1, 10, 1]) },
        Usage { active: active(2, None), ..usage("2026-11-01", None, "org:2", [2, 20, 2]) },
        usage("2026-11-02", None, "org:1", [1, 10, 1]),
        usage("2026-11-02", None, "enterprise:7", [4, 40, 4]),
    ];
    let answer = ask(&reports, &[]);
    assert_eq!(answer.suggestions.counts.suggestions, 70);
    let newest = answer.users.newest.unwrap();
    assert_eq!((newest.daily, newest.weekly, newest.monthly), (7, None, Some(2)));
}

#[test]
fn active_is_who_prompts_and_engaged_is_who_accepts_or_talks() {
    let ways =
        |ways: &[&str], usage: Usage| Usage { ways: ways.iter().map(|way| (*way).to_owned()).collect(), ..usage };
    let reports = [
        // One person under two accounts, on two days: active and engaged.
        usage("2026-11-01", Some(1), "org:1", [3, 10, 2]),
        usage("2026-11-02", Some(11), "org:1", [1, 0, 0]),
        // Only accepts completions: engaged.
        usage("2026-11-01", Some(2), "org:1", [0, 5, 1]),
        // Prompts in ways that are neither the agent's nor chat's: active.
        ways(&["cli", "code_review"], usage("2026-11-01", Some(3), "org:1", [2, 0, 0])),
        // Talks to the agent: both.
        ways(&["agent"], usage("2026-11-03", Some(4), "org:1", [1, 0, 0])),
        // Was only suggested something, in two organisations.
        usage("2026-11-01", Some(5), "org:1", [0, 9, 0]),
        usage("2026-11-01", Some(5), "org:2", [0, 9, 0]),
        // A bot, and a day outside.
        usage("2026-11-01", Some(99), "org:1", [50, 50, 50]),
        usage("2026-10-31", Some(6), "org:1", [1, 1, 1]),
    ];
    let answer = ask(&reports, &[]);
    assert_eq!((answer.users.active, answer.users.engaged, answer.users.n), (3, 3, 5));
    assert_eq!(answer.users.exclusions[0].count, 1);
    assert_eq!((answer.suggestions.counts.suggestions, answer.suggestions.days), (0, 0), "those are of the whole");
}

#[test]
fn a_rate_of_nothing_is_none_and_says_why() {
    let answer = ask(&[usage("2026-11-01", None, "org:1", [4, 0, 0])], &[]);
    assert_eq!(answer.suggestions.counts.acceptance_rate, None);
    assert!(answer.suggestions.counts.reason.unwrap().contains("No suggestion"));
    assert_eq!((answer.seats.utilisation, answer.seats.assigned), (None, 0));
    assert!(answer.seats.reason.unwrap().contains("No seat"));
}

#[test]
fn parts_are_added_up_by_name_most_suggestions_first() {
    let part = |by, name: &str, suggestions, acceptances| UsagePart {
        by,
        name: name.into(),
        counts: UsageCounts { suggestions, acceptances, ..UsageCounts::default() },
    };
    let with = |on, parts| Usage { parts, ..usage(on, None, "org:1", [0, 100, 50]) };
    let reports = [
        with("2026-11-01", vec![part(Dimension::Language, "rust", 10, 5), part(Dimension::Language, "go", 40, 4)]),
        with("2026-11-02", vec![part(Dimension::Language, "rust", 50, 10), part(Dimension::Feature, "chat", 0, 0)]),
    ];
    let parts = ask(&reports, &[]).parts;
    let languages: Vec<_> = parts
        .languages
        .iter()
        .map(|part| (part.name.as_str(), part.counts.suggestions, part.counts.acceptance_rate))
        .collect();
    assert_eq!(languages, [("rust", 60, Some(0.25)), ("go", 40, Some(0.1))]);
    assert_eq!((parts.features.len(), parts.editors.len(), parts.models.len(), parts.n), (1, 0, 0, 2));
    assert!(parts.features[0].counts.reason.is_some());
}

#[test]
fn seats_are_those_of_now() {
    let seat = |account, status: &str, last: Option<&str>| Seat {
        seen_at: at("2026-11-11T00:00:00Z"),
        gone_at: None,
        product: COPILOT.into(),
        account: github(account),
        status: status.into(),
        used: true,
        plan: None,
        assigned_at: None,
        last_active_at: last.map(at),
        activity_source: None,
        granted_by: vec![],
    };
    let seats = [
        seat(1, "active", Some("2026-11-11T00:00:00Z")),
        // To the second 30 days before now, and one second more.
        seat(2, "active", Some("2026-10-12T04:00:00Z")),
        seat(3, "pending_cancellation", Some("2026-10-12T03:59:59Z")),
        seat(4, "active", Some("2026-09-01T00:00:00Z")),
        seat(5, "active", Some("2026-01-01T00:00:00Z")),
        seat(6, "active", None),
        seat(7, "pending_cancellation", None),
        Seat { gone_at: Some(at("2026-11-01T00:00:00Z")), ..seat(8, "active", Some("2026-11-11T00:00:00Z")) },
        Seat { product: "jfrog".into(), ..seat(9, "active", Some("2026-11-11T00:00:00Z")) },
    ];
    let seats = ask(&[], &seats).seats;
    assert_eq!((seats.assigned, seats.n, seats.never_used, seats.pending_cancellation), (7, 7, 2, 2));
    assert_eq!((seats.active_30_days, seats.active_60_days, seats.active_90_days), (2, 3, 4));
    assert_eq!((seats.utilisation, seats.exclusions[0].count), (Some(2.0 / 7.0), 1));
}

#[test]
fn what_is_missing_is_said_in_words() {
    assert_eq!(notice(true, None), None);
    let words = notice(true, Some("Fewer than 5 people have a licence")).unwrap();
    assert_eq!(
        words,
        "Fewer than 5 people have a licence. What people answer in the survey stands in for measured use."
    );
    let words = notice(false, Some("old")).unwrap();
    assert_eq!(words, "Copilot is not connected. What people answer in the survey stands in for measured use.");
}
