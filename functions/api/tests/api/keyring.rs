//! Keys that change: old envelopes still open, and are sealed anew.

use crate::world::{KEYRING, World};
use axum::body::Body;
use plumbline_domain::Provider;
use serde_json::json;

#[tokio::test]
async fn a_new_key_seals_everything_anew_and_the_old_one_can_go() {
    let world = World::new().await;
    let (one, other) = (world.connected_team("One").await, world.connected_team("Other").await);
    let both = KEYRING.replace(r#"{"current":"k1","#, r#"{"current":"k2","k2":"another text that only tests know","#);
    let rotated = world.with_keyring(&both);
    let reseal =
        async |world: &World| world.raw(axum::http::Method::POST, "/api/keyring/reseal", Body::empty()).await.json();
    let sealed =
        async |team| world.store.load_connection(team, Provider::Github).await.unwrap().unwrap().sealed_credentials;
    assert!(sealed(&one).await.starts_with("v1.k1."));
    let github = format!("/api/teams/{one}/connections/github");
    assert_eq!(rotated.get(&github).await.json()["connected_by"], "credentials", "the old envelope still opens");
    assert_eq!(reseal(&rotated).await, json!({ "resealed": 2, "current": 0, "unreadable": 0 }));
    assert!(sealed(&one).await.starts_with("v1.k2.") && sealed(&other).await.starts_with("v1.k2."));
    assert_eq!(reseal(&rotated).await, json!({ "resealed": 0, "current": 2, "unreadable": 0 }));

    let alone = world.with_keyring(r#"{"current":"k2","k2":"another text that only tests know"}"#);
    assert_eq!(alone.get(&github).await.json()["connected_by"], "credentials");
    // A sealed value that somebody copies to another team's connection does not open there.
    let mut moved = world.store.load_connection(&other, Provider::Github).await.unwrap().unwrap();
    moved.sealed_credentials = sealed(&one).await;
    world.store.save_connection(&other, &moved).await.unwrap();
    assert_eq!(reseal(&alone).await, json!({ "resealed": 0, "current": 1, "unreadable": 1 }));
}
