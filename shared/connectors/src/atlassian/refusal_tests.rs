//! What goes wrong at Atlassian, and what is made of it.

use super::*;
use crate::Vendor as _;
use rstest::rstest;

#[tokio::test]
async fn a_failing_call_is_a_decision() {
    let text = |body: &str| ResponseTemplate::new(200).set_body_string(body);
    let reset = at(2).to_string();
    let faults = [
        ("401", refusal(401, "Unauthenticated")),
        ("403", refusal(403, "Forbidden")),
        ("404", refusal(404, "Organization not found")),
        ("410", refusal(410, "Gone; use another endpoint")),
        ("429", refusal(429, "Too many requests")),
        ("429 with a wait", refusal(429, "Too many requests").insert_header("retry-after", "7")),
        ("429 with a reset", refusal(429, "Too many requests").insert_header("x-ratelimit-reset", reset.as_str())),
        ("500", refusal(500, "Internal error")),
        ("503", ResponseTemplate::new(503).set_body_string("<html>")),
        ("302", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/")),
        ("truncated", text(r#"{"data": [{"accountId": "acc-1", "na"#)),
        ("another shape", text(r#"{"data": {"accountId": "acc-1"}}"#)),
        ("all broken", text(r#"{"data": [{"accountId": 1}, {"id": {}}, 7]}"#)),
    ];
    let mut table = String::new();
    for line in ["v1/orgs", "/directories -", "/groups", "users/search"] {
        for (name, answer) in &faults {
            let (server, fake) = Fake::start(world()).await;
            fake.fail(line, answer.clone());
            let ran = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await;
            let decision = match ran {
                Ok(ran) => format!("goes on: {:?} {:?}", ran.notices, ran.reasons()),
                Err(failure) => {
                    assert!(fake.calls().last().is_some_and(|call| call.contains(line)), "no call after it");
                    failure.to_string()
                }
            };
            assert!(!decision.contains("s3cret"), "{decision}");
            let decision = decision.split("; an organization API key is needed").next().expect("one");
            table.extend([line, " ", name, " -> ", decision, "\n"]);
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_key_that_is_refused_says_what_is_needed_and_nothing_shows_it() {
    let (server, _fake) = Fake::start(world()).await;
    let mut connection = connection(&server);
    assert!(!format!("{connection:?}").contains("s3cret"));
    connection.credentials = Credentials::Token("s3cret-other".into());
    let failure = atlassian().probe(&connection, at(0)).await.expect_err("fails");
    assert!(!format!("{failure:?} {failure}").contains("s3cret"));
    insta::assert_snapshot!(failure, @"unauthorized: the credential was refused: Unauthorized; an organization API key is needed (admin.atlassian.com, Settings, API keys), not a person's API token; it ends on a chosen day, and its scopes must allow reading directories, users and groups");
    let none = Credentials::Basic { email: "ada@acme.example".into(), token: "s3cret".into() };
    let failure = atlassian().probe(&Connection { credentials: none, ..connection }, at(0)).await.expect_err("fails");
    assert!(matches!(failure, Failure::Unauthorized(_)));
}

#[tokio::test]
async fn probing_reads_no_more_than_one_user() {
    let (server, fake) = Fake::start(world()).await;
    let mut connection = connection(&server);
    assert_eq!(atlassian().probe(&connection, at(0)).await.expect("works").webhook_sources, Vec::<String>::new());
    assert_eq!(fake.calls().len(), 3);
    connection.settings.organization = Some("another-org".into());
    let failure = atlassian().probe(&connection, at(0)).await.expect_err("fails").to_string();
    assert!(failure.starts_with("invalid: organization another-org: not found"), "{failure}");
    assert!(failure.ends_with("the address of admin.atlassian.com"), "{failure}");
    connection.settings.organization = None;
    fake.fail("users/search", refusal(403, "Insufficient scope"));
    let failure = atlassian().probe(&connection, at(0)).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Unauthorized(reason) if reason.contains("Insufficient scope")), "{failure}");
}

/// An answer with these users alone.
fn users(users: &[Value], next: Option<&str>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": users, "links": {"next": next}}))
}

#[rstest]
#[case("users/search -", "c-0", "accounts atlassian", "users")]
#[case("users/search c-100", "c-100", "accounts atlassian", "users")]
#[case("/groups c-100", "c-100", "groups atlassian", "groups")]
#[tokio::test]
async fn a_cursor_that_leads_nowhere_ends_the_listing_and_nobody_is_gone(
    #[case] line: &'static str,
    #[case] next: &str,
    #[case] listing: &str,
    #[case] what: &str,
) {
    let (server, fake) = Fake::start(world()).await;
    if next == "c-0" {
        // The page after the first begins the listing again, and leads to itself.
        fake.fail("users/search c-0", users(&[user(0, &["confluence"], &[])], Some("c-0")));
    }
    fake.fail(line, users(&[json!({"accountId": "a", "id": "a"})], Some(next)));
    let ran = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await.expect("ends");
    assert_eq!(of(&ran, listing), None);
    assert_eq!(
        ran.reasons(),
        [format!("{what}: the vendor's cursor of the next page leads nowhere; the listing is not whole")]
    );
}

#[tokio::test]
async fn a_cursor_that_the_vendor_forgot_begins_the_listing_again_once() {
    let (server, fake) = Fake::start(world()).await;
    fake.fail("users/search c-200", refusal(400, "Invalid cursor"));
    let ran = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((of(&ran, "accounts atlassian"), ran.call_count()), (Some(230), 7 + 3));
    for _ in 0..2 {
        fake.fail("users/search c-200", refusal(400, "Invalid cursor"));
    }
    let failure = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await.expect_err("fails");
    assert!(matches!(&failure, Failure::Invalid(reason) if reason.contains("Invalid cursor")), "{failure}");
}

#[tokio::test]
async fn a_user_who_cannot_be_told_apart_makes_nobody_vanish() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    let broken = json!({"accountId": 7, "name": "Somebody's name"});
    fake.fail("users/search c-200", users(&[user(229, &["confluence"], &[]), broken], None));
    let ran = sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(ran.complete.keys().map(Listing::to_string).collect::<Vec<_>>(), ["groups atlassian"]);
    insta::assert_snapshot!(ran.reasons().join("\n"), @"user: invalid type: integer `7`, expected a string at line 1 column 14");
    assert_eq!(ran.facts.iter().filter(|fact| matches!(fact, Fact::Account(_))).count(), 201);
    fake.fail("/groups c-100", users(&[json!({"id": "g"}), json!({"name": "x"})], None));
    let ran = sync(&atlassian(), &connection, &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!((of(&ran, "groups atlassian"), of(&ran, "accounts atlassian")), (None, Some(230)));
}

#[tokio::test]
async fn a_product_that_cannot_be_read_keeps_all_seats_and_costs_nothing_else() {
    let (server, fake) = Fake::start(world()).await;
    fake.world().users[5]["productAccess"] = json!([{"key": "jira-software"}, {"key": 7}]);
    fake.world().users[6]["accountId"] = json!("has#hash");
    let ran = sync(&atlassian(), &connection(&server), &mut Marks::default(), 0).await.expect("syncs");
    assert_eq!(of(&ran, "accounts atlassian"), Some(229));
    assert_eq!(of(&ran, "shelf seat confluence"), None);
    assert_eq!(of(&ran, "memberships atlassian:id-platform"), Some(77));
    insta::assert_snapshot!(ran.reasons().join("\n"), @r"
    user acc-00005: a product of this user has an unexpected shape
    user: the account's id cannot be one
    ");
}

#[tokio::test]
async fn a_vendor_that_does_not_tell_what_was_asked_for_ends_nothing_of_it() {
    let (server, fake) = Fake::start(world()).await;
    let connection = connection(&server);
    let mut marks = Marks::default();
    sync(&atlassian(), &connection, &mut marks, 0).await.expect("syncs");
    for user in &mut fake.world().users {
        user.as_object_mut().expect("an object").retain(|key, _| key != "productAccess");
    }
    let ran = sync(&atlassian(), &connection, &mut marks, 10).await.expect("syncs");
    assert_eq!((of(&ran, "shelf seat confluence"), of(&ran, "accounts atlassian")), (None, Some(230)));
    assert_eq!(of(&ran, "memberships atlassian:id-platform"), Some(77));
    assert!(ran.notices[0].starts_with("Atlassian told no user's products"), "{:?}", ran.notices);
    fake.world().users.clear();
    let ran = sync(&atlassian(), &connection, &mut marks, 20).await.expect("syncs");
    assert_eq!(ran.complete.keys().map(Listing::to_string).collect::<Vec<_>>(), ["groups atlassian"]);
    assert!(ran.notices[0].starts_with("Atlassian shows no users"), "{:?}", ran.notices);
}
