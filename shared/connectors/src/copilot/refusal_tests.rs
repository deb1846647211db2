//! What goes wrong at GitHub, and what is made of it.

use super::*;
use crate::Vendor as _;
use rstest::rstest;
use std::fmt::Write as _;

async fn one_fault(line: &'static str, answer: ResponseTemplate) -> (Result<Ran, Failure>, Vec<String>) {
    let (servers, fake) = Fake::start(world()).await;
    fake.world().faults.push(Fault { line, times: 1, answer });
    let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await;
    (ran, fake.calls())
}

#[tokio::test]
async fn a_failing_call_is_a_decision() {
    let mut table = String::new();
    let answers = [
        ("401", error(401, "Bad credentials")),
        (
            "403",
            error(403, "Resource not accessible by integration")
                .insert_header("x-accepted-github-permissions", "organization_copilot_metrics=read"),
        ),
        ("404", error(404, "Not Found")),
        ("410", error(410, "Gone, see the changelog")),
        ("429", error(429, "Slow down")),
        ("429 told", error(429, "Slow down").insert_header("retry-after", "17")),
        ("500", error(500, "")),
        ("503", error(503, "")),
        ("302", ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/")),
        ("truncated", ResponseTemplate::new(200).set_body_string("{\"seats\": [{\"cre")),
        ("wrong", ResponseTemplate::new(200).set_body_json(json!({"seats": "ada", "download_links": "ada"}))),
    ];
    for line in
        ["billing/seats", "organization-1-day?", "users-1-day?", "file /organization-1-day", "file /users-1-day"]
    {
        for (name, answer) in &answers {
            let (ran, calls) = one_fault(line, answer.clone()).await;
            let told = match &ran {
                Ok(ran) => format!("goes on, {} usage, {} set aside", ran.usage().len(), ran.quarantined.len()),
                Err(failure) => {
                    assert!(calls.last().is_some_and(|call| call.contains(line)), "no call after it: {calls:?}");
                    failure.to_string()
                }
            };
            assert!(!told.contains("ghp_") && !told.contains("sig="), "{told}");
            writeln!(table, "{line} {name} -> {told}").expect("a string");
        }
    }
    insta::assert_snapshot!(table);
}

#[rstest]
#[case("https://copilot-reports.github.com/a?sig=1", true)]
#[case("https://copilot-reports.acme.ghe.com/a", true)]
#[case("https://copilot-reports-acc0.b01.azurefd.net/a", true)]
#[case("https://127.0.0.1:7777/a", true)]
#[case("http://127.0.0.1:7777/a", true)]
#[case("http://copilot-reports.github.com/a", false)]
#[case("https://copilot-reports.github.com:8443/a", false)]
#[case("https://copilot-reports.github.com.evil.example/a", false)]
#[case("https://evil-copilot-reports.github.com/a", false)]
#[case("https://github.com/a", false)]
#[case("https://evil.b01.azurefd.net/a", false)]
#[case("https://copilot-reports.ghe.com/a", false)]
#[case("https://evil.ghe.com/a", false)]
#[case("https://127.0.0.2:7777/a", false)]
#[case("http://169.254.169.254/latest/meta-data", false)]
#[case("https://ada@127.0.0.1/a", false)]
#[case("file:///etc/passwd", false)]
fn files_come_from_known_hosts_only(#[case] link: &str, #[case] known: bool) {
    let base = "http://127.0.0.1:8080".parse().expect("an address");
    let files = crate::copilot::download::files(&[link.to_owned()], Some(&base));
    assert_eq!(files.is_ok(), known, "{files:?}");
    let own = link.contains("127.0.0.1");
    let files = crate::copilot::download::files(&[link.to_owned()], None);
    assert_eq!(files.is_ok(), known && !own, "{files:?}");
}

#[tokio::test]
async fn a_link_to_an_unknown_host_is_not_followed() {
    let links = json!({"download_links": ["https://evil.example/a?sig=s3cret"], "report_day": "2026-11-20"});
    let (ran, calls) = one_fault("organization-1-day?", ResponseTemplate::new(200).set_body_json(links)).await;
    assert_eq!(
        ran.err().expect("fails").to_string(),
        "invalid: GitHub's reports lie on a server that is not known to serve them: evil.example"
    );
    assert!(calls.iter().all(|call| !call.starts_with("file")));
    // GitHub's own example names a host that is none of its own.
    let example: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/github/rest/copilot_report.json")).expect("JSON");
    let (ran, _) = one_fault("organization-1-day?", ResponseTemplate::new(200).set_body_json(example)).await;
    assert!(matches!(ran.err(), Some(Failure::Invalid(reason)) if reason.ends_with(": example.com")));
}

#[tokio::test]
async fn a_file_that_broke_off_is_read_again_later() {
    let (servers, fake) = Fake::start(world()).await;
    for report in ["users-1-day", "user-teams-1-day", "organization-1-day"] {
        let key = (report.to_owned(), "2026-11-20".to_owned());
        let whole = fake.world().reports[&key].clone();
        fake.world().reports.get_mut(&key).expect("a report")[0].truncate(40);
        let ran = sync(&connection(&servers, organization()), &mut Marks::default(), NOW).await;
        let failure = ran.err().expect("fails").to_string();
        assert!(failure.starts_with("unavailable: the answer broke off"), "{report}: {failure}");
        fake.world().reports.insert(key, whole);
    }
}

#[tokio::test]
async fn an_answer_of_which_all_is_broken_is_broken_itself() {
    let (servers, fake) = Fake::start(world()).await;
    let broken = json!({"seats": [{"assignee": "ada"}, {"assignee": "bob"}]});
    let answer = ResponseTemplate::new(200).set_body_json(broken);
    fake.world().faults.push(Fault { line: "billing/seats", times: 1, answer });
    let connection = connection(&servers, organization());
    let ran = sync(&connection, &mut Marks::default(), NOW).await;
    assert!(matches!(ran.err(), Some(Failure::Unavailable(_))));
    let key = ("users-1-day".to_owned(), "2026-11-20".to_owned());
    fake.world().reports.insert(key, vec!["{}\n{}\n".into()]);
    let ran = sync(&connection, &mut Marks::default(), NOW).await;
    assert!(matches!(ran.err(), Some(Failure::Unavailable(_))));
}

#[tokio::test]
async fn an_exhausted_budget_pauses_the_run_until_the_reset() {
    let (servers, fake) = Fake::start(world()).await;
    let reset = at("2026-11-21T03:40:00Z");
    fake.world().headers =
        vec![("x-ratelimit-remaining", "2".into()), ("x-ratelimit-reset", reset.as_second().to_string())];
    let connection = connection(&servers, organization());
    let copilot = Copilot::new(LazyClient::default());
    let page = copilot.fetch(&connection, &Marks::default(), None, at(NOW)).await.expect("a page");
    // Two calls are too few for a day.
    assert_eq!(page.pause_until.map(jiff::Timestamp::as_second), Some(reset.as_second()));
    assert!(!page.facts.is_empty(), "what was fetched is kept");
    fake.world().headers[0].1 = "3".into();
    let page = copilot.fetch(&connection, &Marks::default(), None, at(NOW)).await.expect("a page");
    assert_eq!(page.pause_until, None);
}

#[tokio::test]
async fn trying_it_takes_one_call() {
    let (servers, fake) = Fake::start(world()).await;
    let copilot = Copilot::new(LazyClient::default());
    let good = connection(&servers, organization());
    copilot.probe(&good, at(NOW)).await.expect("works");
    assert_eq!(fake.calls(), ["GET /orgs/acme/copilot/billing/seats?per_page=1"]);
    let wrong = Connection { credentials: Credentials::Token("ghp_another".into()), ..good.clone() };
    let failure = copilot.probe(&wrong, at(NOW)).await.expect_err("fails");
    assert!(
        matches!(&failure, Failure::Unauthorized(reason) if reason.starts_with("organization acme: ")),
        "{failure}"
    );
    for shown in [failure.to_string(), format!("{failure:?}"), format!("{wrong:?}")] {
        assert!(!shown.contains("ghp_"), "{shown}");
    }
    for settings in [
        Settings::default(),
        Settings { organization: Some(" ".into()), ..Settings::default() },
        Settings { organization: Some("acme".into()), ..enterprise() },
    ] {
        let sentence = copilot.check(&settings).expect_err("something is missing");
        let failure = copilot.probe(&Connection { settings, ..good.clone() }, at(NOW)).await.expect_err("fails");
        assert_eq!(failure, Failure::Invalid(sentence));
    }
    copilot.check(&organization()).expect("complete");
    copilot.check(&enterprise()).expect("complete");
}

#[tokio::test]
async fn a_cursor_of_another_version_begins_again() {
    let (servers, _fake) = Fake::start(world()).await;
    let connection = connection(&servers, organization());
    let whole = sync(&connection, &mut Marks::default(), NOW).await.expect("syncs");
    let other = Some(json!({"step": "something else"}));
    let again = sync_from(&connection, &mut Marks::default(), other, at(NOW)).await.expect("syncs");
    assert_eq!(again.facts, whole.facts);
}
