use super::*;
use crate::{
    sample::{at, team},
    testing::memory_store,
};

fn user(id: &str) -> User {
    User {
        id: id.parse().unwrap(),
        issuer: "demo".into(),
        email: Some("ada@acme.example".into()),
        name: Some("Ada".into()),
        role: Role::Developer,
        leads: Vec::new(),
        accounts: vec!["github:1".parse().unwrap()],
        member: None,
        joined_at: at(0),
        joined_by: JoinedBy::Invitation,
    }
}

fn invitation(id: &str) -> Invitation {
    Invitation {
        id: id.parse().unwrap(),
        email: "ada@acme.example".into(),
        role: Role::Lead,
        leads: vec!["github:7".parse().unwrap()],
        created_at: at(0),
        expires_at: at(600),
    }
}

#[tokio::test]
async fn somebody_is_let_in_once_and_out_at_once() {
    let store = memory_store().await;
    let (team, other): (_, TeamId) = (team(), "other".parse().unwrap());
    let mut ada = user("u_ada");
    assert!(store.create_user(&team, &ada, None).await.unwrap());
    assert!(!store.create_user(&team, &ada, None).await.unwrap(), "they are in already");
    assert_eq!(store.load_user(&team, &ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(store.load_user(&other, &ada.id).await.unwrap(), None);
    assert_eq!(store.load_user_teams(&ada.id).await.unwrap(), std::slice::from_ref(&team));
    ada.role = Role::Admin;
    assert!(store.save_user(&team, &ada, Role::Developer).await.unwrap());
    assert!(!store.save_user(&team, &ada, Role::Developer).await.unwrap(), "their role was changed meanwhile");
    assert!(!store.save_user(&other, &ada, Role::Developer).await.unwrap(), "a change lets nobody in");
    assert_eq!(store.load_users(&team).await.unwrap(), [ada.clone()]);
    assert!(store.delete_user(&team, &ada.id).await.unwrap());
    assert!(!store.delete_user(&team, &ada.id).await.unwrap());
    assert_eq!(store.load_user_teams(&ada.id).await.unwrap(), []);
    assert!(store.was_removed(&team, &ada.id).await.unwrap() && !store.was_removed(&other, &ada.id).await.unwrap());
    let again = invitation("i1");
    store.save_invitation(&team, &again, "hash").await.unwrap();
    assert!(store.create_user(&team, &ada, Some((&again.id, "hash"))).await.unwrap());
    assert!(!store.was_removed(&team, &ada.id).await.unwrap(), "an invitation brings them back");
}

#[tokio::test]
async fn an_invitation_is_used_once() {
    let store = memory_store().await;
    let (team, one) = (team(), invitation("i1"));
    store.save_invitation(&team, &one, "hash").await.unwrap();
    assert_eq!(store.load_invited("hash").await.unwrap(), [(team.clone(), one.id.clone())]);
    assert_eq!(store.load_invitation(&team, &one.id).await.unwrap(), Some(one.clone()));
    assert!(!format!("{one:?}").contains("acme"), "no address in logs");
    assert!(store.create_user(&team, &user("u_ada"), Some((&one.id, "hash"))).await.unwrap());
    assert!(!store.create_user(&team, &user("u_bert"), Some((&one.id, "hash"))).await.unwrap(), "it is used up");
    assert_eq!(store.load_user(&team, &"u_bert".parse().unwrap()).await.unwrap(), None);
    assert_eq!(store.load_invited("hash").await.unwrap(), []);
    let two = invitation("i2");
    store.save_invitation(&team, &two, "hash").await.unwrap();
    store.delete_invitation(&team, &two.id, "hash").await.unwrap();
    assert_eq!(
        (store.load_invited("hash").await.unwrap(), store.load_invitations(&team).await.unwrap()),
        (vec![], vec![])
    );
}

#[tokio::test]
async fn domains_name_the_teams_that_list_them() {
    let store = memory_store().await;
    let (team, domains) = (team(), |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>());
    store.save_domain_lookups(&team, &domains(&["a.example", "b.example"]), &[]).await.unwrap();
    store.save_domain_lookups(&team, &domains(&["b.example"]), &domains(&["a.example", "b.example"])).await.unwrap();
    assert_eq!(store.load_domain_teams("a.example").await.unwrap(), []);
    assert_eq!(store.load_domain_teams("b.example").await.unwrap(), [team]);
}
