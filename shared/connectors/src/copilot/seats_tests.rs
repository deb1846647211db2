//! Who has a seat.

use super::*;
use crate::copilot::seats::Grant;
use plumbline_domain::ActorKind;
use proptest::prelude::*;

fn example() -> Value {
    serde_json::from_str(include_str!("../../../../tests/fixtures/github/rest/copilot_seats.json")).expect("JSON")
}

#[tokio::test]
async fn githubs_own_example_is_read() {
    // Both rows of it are the same account's.
    let seats = example()["seats"].as_array().expect("rows").clone();
    let (servers, _fake) = Fake::start(World { seats, ..World::default() }).await;
    for settings in [organization(), enterprise()] {
        let ran = sync(&connection(&servers, settings), &mut Marks::default(), NOW).await.expect("syncs");
        assert_eq!(ran.reasons(), Vec::<String>::new());
        let seats = ran.seats();
        insta::allow_duplicates! {
            insta::assert_snapshot!(serde_json::to_string_pretty(&seats).expect("serialises"));
        }
    }
}

#[tokio::test]
async fn an_enterprises_rows_make_one_seat_in_any_order_and_over_any_pages() {
    let ending = |mut seat: Value| {
        seat["pending_cancellation_date"] = json!("2026-12-01");
        seat["plan_type"] = json!("unknown");
        seat["last_activity_at"] = Value::Null;
        seat
    };
    let rows = [seat(5, 71), ending(seat(5, 8)), seat(1, 71), seat(5, 30), ending(seat(2, 8)), ending(seat(2, 9))];
    let mut expected: Option<Vec<Seat>> = None;
    for (turn, per_page) in [(0, 100), (0, 2), (1, 2), (2, 1), (3, 4), (5, 3)] {
        let mut seats = rows.to_vec();
        seats.rotate_left(turn);
        if turn % 2 == 1 {
            seats.reverse();
        }
        let (servers, _fake) = Fake::start(World { seats, per_page, ..World::default() }).await;
        let mut marks = Marks::default();
        let ran = sync(&connection(&servers, enterprise()), &mut marks, NOW).await.expect("syncs");
        let told = ran.seats();
        assert_eq!(told.len(), 3, "each seat is told once");
        let expected = expected.get_or_insert_with(|| told.clone());
        assert_eq!(&told, expected);
        assert_eq!(ran.complete.len(), 1);
        assert_eq!(ran.listed.len(), 3);
        assert!(marks.0.keys().all(|key| !key.starts_with("grants")), "{marks:?}");
    }
    let seats = expected.expect("some");
    let statuses: Vec<_> = seats.iter().map(|seat| (seat.account.to_string(), seat.status.as_str())).collect();
    assert_eq!(
        statuses,
        [("github:1".into(), "active"), ("github:2".into(), "pending_cancellation"), ("github:5".into(), "active")]
    );
    let shared = &seats[2];
    assert_eq!(shared.plan.as_deref(), Some("business"));
    assert_eq!(shared.assigned_at, Some(at("2025-03-05T00:00:00Z")));
    assert_eq!(shared.granted_by, ["github:30", "github:71", "github:8", "org:9919"]);
}

#[tokio::test]
async fn marks_of_more_pages_than_a_save_takes_are_forgotten_step_by_step() {
    let seats: Vec<Value> = (1..=200).map(|id| seat(1 + id % 150, id)).collect();
    let (servers, _fake) = Fake::start(World { seats, per_page: 1, ..World::default() }).await;
    let mut marks = Marks::default();
    // What a run that broke off left.
    marks.0.insert("grants:000500".into(), json!({"started": "2026-11-20T00:00:00Z", "rows": "[]"}));
    let ran = sync(&connection(&servers, enterprise()), &mut marks, NOW).await.expect("syncs");
    assert_eq!(ran.seats().len(), 150);
    assert!(marks.0.keys().all(|key| !key.starts_with("grants")));
}

#[tokio::test]
async fn seats_that_are_told_in_parts_are_each_told_once_with_all_their_grants() {
    let by_one = (1..=2_300).map(|id| seat(id, 71));
    // In the other order, so that an account's two rows lie far from one another.
    let seats: Vec<Value> = by_one.chain((1..=2_300).rev().map(|id| seat(id, 8))).collect();
    let (servers, _fake) = Fake::start(World { seats, ..World::default() }).await;
    let mut marks = Marks::default();
    let ran = sync(&connection(&servers, enterprise()), &mut marks, NOW).await.expect("syncs");
    let told = ran.seats();
    assert_eq!(told.len(), 2_300);
    assert!(told.iter().all(|seat| seat.granted_by.len() == told[0].granted_by.len() && seat.granted_by.len() >= 2));
    let accounts: std::collections::BTreeSet<_> = told.iter().map(|seat| &seat.account).collect();
    assert_eq!(accounts.len(), 2_300);
}

#[tokio::test]
async fn seats_of_nobody_are_counted() {
    let mut world = world();
    world.seats[2]["assignee"] = Value::Null;
    world.seats[6]["assignee"] = Value::Null;
    let (servers, _fake) = Fake::start(world).await;
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!(ran.seats().len(), 5);
    assert_eq!(ran.notice.as_deref(), Some("2 Copilot seats are assigned to nobody (the accounts were deleted)"));
    assert_eq!(ran.complete.len(), 1, "they are no reason to doubt the listing");
}

#[tokio::test]
async fn a_broken_row_costs_itself_and_has_not_vanished() {
    let mut world = world();
    world.seats[1]["created_at"] = json!("a secret of user2");
    world.seats[4]["assignee"]["login"] = json!(7);
    let (servers, fake) = Fake::start(world).await;
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!(ran.seats().len(), 5);
    insta::assert_snapshot!(ran.reasons().join("\n"), @r"
    seat of account 2: failed to parse four digit integer as year: invalid digit, expected 0-9 but got a at line 1 column 124
    seat of account 5: invalid type: integer `7`, expected a string at line 1 column 29
    ");
    assert_eq!(ran.listed.len(), 7);
    assert_eq!(ran.complete.len(), 1);
    // One that cannot be told apart could be anybody's.
    fake.world().seats[5]["assignee"]["id"] = json!("x");
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await.expect("syncs");
    assert_eq!((ran.seats().len(), ran.listed.len()), (4, 6));
    assert_eq!(ran.complete, []);
}

#[tokio::test]
async fn a_listing_that_goes_round_in_circles_ends_and_sweeps_nothing() {
    for circle in [1, 2, 3] {
        for settings in [organization(), enterprise()] {
            let (servers, fake) = Fake::start(World { circle: Some(circle), ..world() }).await;
            let ran = sync(&connection(&servers, settings), &mut Marks::default(), NOW).await.expect("syncs");
            assert_eq!(ran.complete, []);
            assert_eq!(ran.reasons(), ["seats: the listing does not end: its next page was read already"]);
            assert_eq!(ran.records().keys().filter(|(shelf, _)| shelf.starts_with("seat")).count(), 7);
            let calls = fake.calls().iter().filter(|call| call.contains("seats")).count();
            assert!(calls < 15, "{calls} calls");
        }
    }
}

fn grant() -> impl Strategy<Value = Grant> {
    let when = || prop::option::of((0_i64..4).prop_map(|n| Timestamp::from_second(n).expect("in range")));
    let plan = prop::option::of(prop::sample::select(vec!["business", "enterprise", "unknown"]));
    let by = prop::collection::btree_set("[ab]", 0..2);
    let editor = prop::option::of("[xy]");
    (any::<bool>(), plan, when(), when(), editor, by).prop_map(|(ending, plan, created_at, active, editor, by)| Grant {
        id: 1,
        login: "ada".into(),
        kind: ActorKind::User,
        ending,
        plan: plan.map(str::to_owned),
        created_at,
        active: active.map(|at| (at, editor)),
        granted_by: by,
    })
}

proptest! {
    #[test]
    fn grants_join_in_any_order(a in grant(), b in grant(), c in grant()) {
        prop_assert_eq!(a.clone().join(b.clone()), b.clone().join(a.clone()));
        prop_assert_eq!(a.clone().join(b.clone()).join(c.clone()), a.clone().join(b.clone().join(c)));
        prop_assert_eq!(a.clone().join(a.clone()), a);
    }
}
