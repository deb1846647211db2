//! Usage reports and their files.

use super::*;
use crate::copilot::usage::PEOPLE_AT_ONCE;
use plumbline_domain::{Provider, VendorId};
use rstest::rstest;

const DAY: &str = "2026-11-20";

fn file<'a>(world: &'a mut World, report: &str) -> &'a mut Vec<String> {
    world.reports.get_mut(&(report.to_owned(), DAY.to_owned())).expect("a report")
}

fn one_day(people: u64) -> World {
    let mut world = World::default();
    world.report(DAY, 1..=people);
    world
}

fn last_day(settings: Settings) -> Settings {
    Settings { history_days: 1, ..settings }
}

#[rstest]
#[case(true)]
#[case(false)]
#[tokio::test]
async fn a_long_day_is_read_over_several_pages(#[case] ranges: bool) {
    let people = PEOPLE_AT_ONCE as u64 * 5 / 2;
    let (servers, fake) = Fake::start(World { ranges, ..one_day(people) }).await;
    let connection = connection(&servers, last_day(enterprise()));
    let mut marks = Marks::default();
    let ran = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(ran.reasons(), Vec::<String>::new());
    assert!(ran.largest_page <= PEOPLE_AT_ONCE + 1);
    let usage = ran.usage();
    assert_eq!(usage.len() as u64, people + 1, "each row is told once");
    assert_eq!(ran.records().len() as u64, people + 1);
    assert!(usage[1..].iter().all(|usage| usage.groups.len() == 2 && usage.entity == "enterprise:4242"));
    let calls = fake.calls();
    assert!(calls.iter().any(|call| call.contains("bytes=")), "{calls:?}");
    // Nothing changed.
    let again = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(again.usage(), []);
    for (mut marks, cursor, facts) in ran.stops {
        let rest = sync_from(&connection, &mut marks, cursor, at(NOW)).await.expect("syncs");
        assert_eq!(rest.facts, ran.facts[facts..]);
    }
}

#[rstest]
#[case(true)]
#[case(false)]
#[tokio::test]
async fn a_page_that_ends_with_its_file_goes_on_after_it(#[case] ranges: bool) {
    let mut world = World { ranges, ..one_day(2) };
    let rows = |from: u64, to: u64| (from..=to).map(|id| person(DAY, id)).collect::<String>();
    let some = PEOPLE_AT_ONCE as u64;
    *file(&mut world, "users-1-day") = vec![rows(1, some), rows(some + 1, some + 3)];
    let (servers, _fake) = Fake::start(world).await;
    let ran = sync(&connection(&servers, last_day(organization())), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!(ran.usage().len() as u64, some + 4);
    // Many small files are opened a few at a time.
    let (servers, fake) = Fake::start(one_day(2)).await;
    *file(&mut fake.world(), "users-1-day") = (1..=9).map(|id| person(DAY, id)).collect();
    let ran = sync(&connection(&servers, last_day(organization())), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!((ran.usage().len(), ran.largest_page), (10, 9));
}

#[tokio::test]
async fn teams_are_those_of_the_day_and_absent_where_none_are_told() {
    let mut world = one_day(3);
    *file(&mut world, "user-teams-1-day") = vec![
        fake::team(DAY, 2, 30) + &fake::team("2026-11-19", 2, 31) + &fake::team(DAY, 99, 32) + "{\"user_id\": null}\n",
        fake::team(DAY, 2, 8),
    ];
    let (servers, fake) = Fake::start(world).await;
    let connection = connection(&servers, last_day(organization()));
    let groups = |ran: &Ran| {
        let usage = ran.usage().into_iter().filter(|usage| usage.account.is_some());
        usage.map(|usage| usage.groups.iter().map(ToString::to_string).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let ran = sync(&connection, &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!(groups(&ran), [vec![], vec![], vec!["github:30".to_owned(), "github:8".to_owned()]]);
    assert_eq!(ran.reasons(), ["teams of people on 2026-11-20: some rows are not a person's team"]);
    for answer in [error(404, "Not Found"), ResponseTemplate::new(204)] {
        fake.world().faults.push(Fault { line: "user-teams-1-day?", times: 1, answer });
        let ran = sync(&connection, &mut Marks::default(), NOW).await.expect("syncs");
        assert_eq!(groups(&ran), [vec![], vec![], Vec::<String>::new()]);
    }
}

#[tokio::test]
async fn broken_rows_are_set_aside_with_their_reason() {
    let mut world = one_day(4);
    let rows = [
        person(DAY, 1),
        "{\"user_id\": \"ada\"}\n".into(),
        "\r\n".into(),
        "not json\n".into(),
        person("2026-11-01", 2),
        format!("{{\"day\": \"{DAY}\", \"user_id\": 3}}\n"),
        "{\"day\": \"ada's day\", \"user_id\": 3}\n".into(),
        format!("{{\"long\": \"{}\"}}\n", "x".repeat(2_000_000)),
        person(DAY, 9).trim_end().to_owned(),
    ];
    *file(&mut world, "users-1-day") = vec![rows.concat()];
    let (servers, _fake) = Fake::start(world).await;
    let ran = sync(&connection(&servers, last_day(organization())), &mut Marks::default(), NOW).await.expect("syncs");
    let accounts: Vec<_> = ran.usage().into_iter().filter_map(|usage| usage.account).collect();
    assert_eq!(accounts, [VendorId::new(Provider::Github, 1), VendorId::new(Provider::Github, 9)]);
    insta::assert_snapshot!(ran.reasons().join("\n"));
}

#[tokio::test]
async fn an_entitys_report_may_be_one_object_over_several_lines_or_wrapped_in_days() {
    let row: Value = serde_json::from_str(&fake::entity(DAY, 6)).expect("JSON");
    let other: Value = serde_json::from_str(&fake::entity("2026-11-19", 2)).expect("JSON");
    let wrapped = json!({"report_start_day": DAY, "report_end_day": DAY, "day_totals": [other, row]});
    for text in [serde_json::to_string_pretty(&row).expect("serialises"), wrapped.to_string()] {
        let (servers, fake) = Fake::start(one_day(6)).await;
        *file(&mut fake.world(), "organization-1-day") = vec![text];
        let ran = sync(&connection(&servers, last_day(organization())), &mut Marks::default(), NOW).await;
        let usage = ran.expect("syncs").usage();
        assert_eq!(usage[0].entity, "org:9919");
        assert_eq!(usage[0].counts.interactions, 60);
    }
}

#[rstest]
#[case(error(403, "Copilot usage metrics policy is not enabled."), 1)]
#[case(error(403, "Copilot usage metrics need at least five licensed users."), 1)]
#[case(error(404, "Copilot usage metrics policy is disabled"), 1)]
#[case(error(404, "Not Found"), 4)]
#[tokio::test]
async fn no_reports_for_anybody_is_no_failure(#[case] answer: ResponseTemplate, #[case] calls: usize) {
    let (servers, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault { line: "/reports/", times: 9_999, answer });
    let mut marks = Marks::default();
    let connection = connection(&servers, organization());
    let ran = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!((ran.seats().len(), ran.usage().len()), (7, 0));
    let notice = ran.notice.expect("a notice");
    assert!(notice.ends_with("; the survey's answers stand in"), "{notice}");
    assert_eq!(fake.calls().iter().filter(|call| call.contains("/reports/")).count(), calls);
    // Once there are reports, the whole history is read.
    fake.world().faults.clear();
    let ran = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(ran.usage().len(), 35);
}

#[tokio::test]
async fn a_history_without_a_report_is_read_again_when_one_appears() {
    let (servers, fake) = Fake::start(World::default()).await;
    let connection = connection(&servers, organization());
    let mut marks = Marks::default();
    let days = || fake.calls().iter().filter(|call| call.contains("organization-1-day?")).count();
    let ran = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(
        ran.notice.as_deref(),
        Some(
            "GitHub has no Copilot usage report for any of the last 10 days: it makes none for fewer than 5 people with \
             a licence, or while the policy \"Copilot usage metrics\" is not enabled everywhere; the survey's answers \
             stand in"
        )
    );
    assert_eq!(days(), 10);
    sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(days(), 4);
    for day in ["2026-11-13", "2026-11-20"] {
        fake.world().report(day, 1..=6);
    }
    let ran = sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!((ran.usage().len(), ran.notice), (14, None));
    assert_eq!(days(), 10);
    sync(&connection, &mut marks, NOW).await.expect("syncs");
    assert_eq!(days(), 4);
}

#[tokio::test]
async fn where_githubs_history_ends_the_reading_does() {
    let (servers, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault { line: "day=2026-11-1", times: 9_999, answer: error(404, "Not Found") });
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!((ran.usage().len(), ran.notice), (7, None));
    assert_eq!(fake.calls().iter().filter(|call| call.contains("organization-1-day?")).count(), 5);
}
