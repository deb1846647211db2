use crate::{
    sample::{at, connection, team},
    testing::memory_store,
};
use plumbline_domain::Provider;
use std::time::Duration;

#[tokio::test]
async fn one_at_a_time_renews_and_a_claim_that_was_never_given_back_ends() {
    let store = memory_store().await;
    let ttl = Duration::from_secs(30);
    let claim = async |seconds| store.claim_renewal(&team(), Provider::Jira, at(seconds), ttl).await.expect("claims");
    assert!(claim(0).await);
    assert!(!claim(29).await);
    assert!(store.claim_renewal(&team(), Provider::Slack, at(1), ttl).await.expect("another connection"));
    assert!(claim(30).await, "the claim is over");
    store.release_renewal(&team(), Provider::Jira).await.expect("released");
    assert!(claim(31).await);
}

#[tokio::test]
async fn credentials_take_the_place_of_those_they_were_made_from_and_of_no_others() {
    let store = memory_store().await;
    let record = connection(Provider::Jira);
    store.save_connection(&team(), &record).await.expect("saved");
    let replace = async |old: &str, new: &str| {
        store.replace_credentials(&team(), Provider::Jira, old, new.to_owned()).await.expect("replaces")
    };
    assert!(replace(&record.sealed_credentials, "second").await);
    assert!(!replace(&record.sealed_credentials, "third").await, "made from what is no longer there");
    let stored = store.load_connection(&team(), Provider::Jira).await.expect("loads").expect("is there");
    assert_eq!(stored.sealed_credentials, "second");
    assert_eq!(stored.settings, record.settings);
    store.delete_connection(&team(), Provider::Jira).await.expect("deleted");
    assert!(!replace("second", "fourth").await, "a removed connection does not come back");
}
