use super::*;
use crate::{sample, testing::memory_store};

fn team(id: &str, created: i64) -> Team {
    Team {
        id: id.parse().expect("an id"),
        name: format!("Team {id}"),
        time_zone: "Europe/Berlin".into(),
        created_at: sample::at(created),
        bots: vec![VendorId::new(Provider::Github, 5)],
        email_domains: Vec::new(),
        join_domains: Vec::new(),
        join_by_github: false,
    }
}

fn connection(sources: &[String]) -> ConnectionRecord {
    ConnectionRecord { webhook_sources: sources.to_vec(), ..sample::connection(Provider::Github) }
}

fn sources(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_team_is_created_once_and_listed_by_age() {
    let store = memory_store().await;
    for new in [team("young", 2), team("old", 1), team("also_young", 2)] {
        assert!(store.create_team(&new).await.expect("created"));
    }
    let taken = Team { name: "Another".into(), ..team("old", 9) };
    assert!(!store.create_team(&taken).await.expect("refused"));
    assert_eq!(store.load_team(&taken.id).await.expect("loads"), Some(team("old", 1)));
    assert_eq!(store.load_team(&"nobody".parse().expect("an id")).await.expect("loads"), None);
    let teams = store.load_teams().await.expect("loads");
    assert_eq!(teams, [team("old", 1), team("also_young", 2), team("young", 2)]);
}

#[tokio::test]
async fn a_saved_team_replaces_the_old_one() {
    let store = memory_store().await;
    store.create_team(&team("a", 1)).await.expect("created");
    let renamed = Team { name: "New".into(), bots: Vec::new(), ..team("a", 1) };
    store.save_team(&renamed).await.expect("saved");
    assert_eq!(store.load_teams().await.expect("loads"), [renamed]);
}

#[tokio::test]
async fn a_connection_brings_and_takes_its_webhook_lookups() {
    let store = memory_store().await;
    let (a, b) = (team("a", 1).id, team("b", 1).id);
    let github = Provider::Github;
    store.save_connection(&a, &connection(&sources(&["org:1", "org:2"]))).await.expect("saved");
    store.save_connection(&b, &connection(&sources(&["org:2"]))).await.expect("saved");
    assert_eq!(
        store.load_connection(&a, github).await.expect("loads"),
        Some(connection(&sources(&["org:1", "org:2"])))
    );
    let both = sources(&["org:1", "org:2", "org:2"]);
    assert_eq!(store.load_webhook_teams(github, &both).await.expect("loads"), [a.clone(), b.clone()]);

    let replaced = ConnectionRecord { updated_at: sample::at(7), ..connection(&sources(&["org:2", "repository:3"])) };
    store.save_connection(&a, &replaced).await.expect("saved");
    assert_eq!(store.load_connections(&a).await.expect("loads"), [replaced]);
    let teams = async |source: &str| store.load_webhook_teams(github, &sources(&[source])).await.expect("loads");
    assert_eq!(teams("org:1").await, []);
    assert_eq!(teams("repository:3").await, std::slice::from_ref(&a));

    assert!(store.delete_connection(&a, github).await.expect("deleted"));
    assert!(!store.delete_connection(&a, github).await.expect("nothing to delete"));
    assert_eq!(store.load_connections(&a).await.expect("loads"), []);
    assert_eq!(teams("repository:3").await, []);
    assert_eq!(teams("org:2").await, [b]);
    assert_eq!(store.load_webhook_teams(Provider::Jira, &both).await.expect("loads"), []);
}

#[tokio::test]
async fn more_webhook_sources_than_a_transaction_takes_are_saved_and_removed() {
    let store = memory_store().await;
    let team = team("a", 1).id;
    let many: Vec<String> = (0..250).map(|id| format!("repository:{id}")).collect();
    store.save_connection(&team, &connection(&many)).await.expect("saved");
    for source in [&many[0], &many[249]] {
        let teams = store.load_webhook_teams(Provider::Github, std::slice::from_ref(source)).await.expect("loads");
        assert_eq!(teams, std::slice::from_ref(&team));
    }
    assert!(store.delete_connection(&team, Provider::Github).await.expect("deleted"));
    assert_eq!(store.load_webhook_teams(Provider::Github, &many).await.expect("loads"), []);
}

#[tokio::test]
async fn two_who_replace_a_connection_at_once_leave_the_lookups_of_one() {
    let store = memory_store().await;
    let team = team("a", 1).id;
    store.save_connection(&team, &connection(&sources(&["org:0"]))).await.expect("saved");
    let (one, two) = (connection(&sources(&["org:1"])), connection(&sources(&["org:2"])));
    let (a, b) = tokio::join!(store.save_connection(&team, &one), store.save_connection(&team, &two));
    a.and(b).expect("both saved, one after the other");
    let stored = store.load_connection(&team, Provider::Github).await.expect("loads").expect("there");
    let mut found = Vec::new();
    for source in sources(&["org:0", "org:1", "org:2"]) {
        if !store.load_webhook_teams(Provider::Github, std::slice::from_ref(&source)).await.expect("loads").is_empty() {
            found.push(source);
        }
    }
    assert_eq!(found, stored.webhook_sources);
}

#[test]
fn a_connection_does_not_show_its_credentials() {
    assert!(!format!("{:?}", connection(&[])).contains("sealed"));
}
