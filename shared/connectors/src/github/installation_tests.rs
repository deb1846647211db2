//! Runs with an installation of the operator's app.

use super::*;
use crate::Expiring;

fn installation(server: &MockServer, settings: Settings) -> Connection {
    let token = Expiring { token: "ghs_plumblineTestToken".into(), expires_at: Some(at(LATER + 1_000)) };
    let credentials = Credentials::Installation { installation_id: 5, token: Some(token) };
    Connection { credentials, ..connection(server, settings) }
}

fn nothing_named() -> Settings {
    Settings { history_days: 180, ..Settings::default() }
}

fn repositories(ran: &Ran) -> Vec<(&str, bool)> {
    let repository = |fact: &'_ Fact| match fact {
        Fact::Repository(repository) => Some((repository.key.id, repository.gone_at.is_some())),
        _ => None,
    };
    let known = [(501, "one"), (502, "two"), (503, "empty")];
    let name = |id: u64| known.iter().find(|(known, _)| *known == id).map_or("?", |(_, name)| name);
    ran.facts.iter().filter_map(repository).map(|(id, gone)| (name(id), gone)).collect()
}

#[tokio::test]
async fn its_repositories_are_read_without_anything_in_the_settings() {
    let (server, fake) = Fake::start(World { per_page: 2, etags: true, ..world() }).await;
    let connection = installation(&server, nothing_named());
    let mut marks = Marks::default();
    let ran = sync(&connection, &mut marks, LATER).await.expect("syncs");
    assert_eq!(repositories(&ran), [("one", false), ("two", false), ("empty", false)]);
    assert_eq!(ran.pulls().len(), 121);
    let calls = fake.calls();
    assert_eq!(
        calls[..2],
        ["GET /installation/repositories?per_page=100", "GET /installation/repositories?page=2&per_page=100"]
    );
    assert!(!calls.iter().any(|call| call.contains("/orgs/")), "{calls:?}");
    fake.world().repos.remove(1);
    let ran = sync(&connection, &mut marks, LATER + 10).await.expect("syncs");
    assert_eq!(repositories(&ran), [("one", false), ("empty", false), ("two", true)]);
    // From within the listing, and from after it.
    let stops = sync(&connection, &mut Marks::default(), LATER).await.expect("syncs").stops;
    for stop in stops.into_iter().take(3) {
        let now = at(if stop.cursor.is_none() { LATER } else { LATER + 5 });
        let resumed = sync_from(&connection, &mut stop.marks.clone(), stop.cursor, now).await.expect("resumes");
        assert!(repositories(&resumed).iter().all(|(_, gone)| !gone));
        assert_eq!(resumed.pulls().len(), 120);
    }
}

#[tokio::test]
async fn etags_of_tokens_that_change_by_the_hour_are_not_kept() {
    let (server, fake) = Fake::start(World { etags: true, ..world() }).await;
    let mut marks = Marks::default();
    // With a token that lasts they are; the installation comes later.
    sync(&connection(&server, organization()), &mut marks, LATER).await.expect("syncs");
    assert!(marks.0.keys().any(|key| key.starts_with("etag:")));
    for minute in [10, 20] {
        let ran = sync(&installation(&server, organization()), &mut marks, LATER + minute).await.expect("syncs");
        assert!(!listed(&ran.facts).iter().any(|fact| fact.contains("\"gone_at\":\"")));
        assert!(ran.pulls().is_empty());
        assert!(!marks.0.keys().any(|key| key.starts_with("etag:")), "{:?}", marks.0.keys());
    }
    let calls = fake.calls();
    assert!(!calls.iter().any(|call| call.ends_with("if-none-match")), "{calls:?}");
}

#[tokio::test]
async fn a_listing_of_another_shape_is_not_believed() {
    for (body, expected) in [
        (json!({"total_count": 1}), "unavailable: the installation's repositories: "),
        (json!([]), "unavailable: "),
        (json!({"repositories": {}}), "unavailable: "),
        (json!({"repositories": [{"id": "x"}, {"id": "y"}]}), "unavailable: "),
    ] {
        let (server, fake) = Fake::start(world()).await;
        let answer = ResponseTemplate::new(200).set_body_json(body);
        fake.world().faults.push(Fault { line: "/installation/", times: 1, answer });
        let ran = sync(&installation(&server, nothing_named()), &mut Marks::default(), LATER).await;
        let failure = ran.err().expect("fails").to_string();
        assert!(failure.starts_with(expected.split(": ").next().unwrap_or_default()), "{failure}");
        assert!(failure.contains("unexpected shape"), "{failure}");
    }
    let (server, fake) = Fake::start(world()).await;
    let answer = ResponseTemplate::new(403).set_body_json(json!({"message": "This installation has been suspended"}));
    fake.world().faults.push(Fault { line: "/installation/", times: 1, answer });
    let ran = sync(&installation(&server, nothing_named()), &mut Marks::default(), LATER).await;
    assert_eq!(
        ran.err().expect("fails").to_string(),
        "unauthorized: the installation's repositories: the credential is not allowed to read this: This installation has been suspended"
    );
}
