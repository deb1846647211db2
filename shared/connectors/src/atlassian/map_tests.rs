use super::*;
use rstest::rstest;
use serde_json::{Value, json};

fn user(of: Value) -> User {
    serde_json::from_value(of).expect("a user")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[rstest]
#[case(json!({"status": "active", "accountStatus": "active", "membershipStatus": "active"}), Some(true), "active")]
#[case(json!({"status": "ACTIVE"}), Some(true), "active")]
#[case(json!({"status": "suspended", "accountStatus": "active", "membershipStatus": "suspended"}), Some(false), "suspended")]
#[case(json!({"status": "deactivated", "accountStatus": "inactive", "membershipStatus": "active"}), Some(false), "deactivated")]
#[case(json!({"status": "active", "accountStatus": "closed", "membershipStatus": "active"}), Some(false), "closed")]
#[case(json!({"status": "active", "accountStatus": "active", "membershipStatus": "no_membership"}), Some(false), "no_membership")]
#[case(json!({"status": "something_new"}), Some(false), "something_new")]
#[case(json!({}), None, "unknown")]
fn a_seat_is_used_when_account_and_membership_are_active(
    #[case] states: Value,
    #[case] active: Option<bool>,
    #[case] word: &str,
) {
    let mut of = json!({"accountId": "a1", "productAccess": [{"key": "confluence"}]});
    of.as_object_mut().expect("an object").extend(states.as_object().expect("an object").clone());
    let user = user(of);
    let id = vendor_id("a1").expect("an id");
    assert_eq!(account(&user, &id, at("2026-11-24T00:00:00Z")).active, active);
    let seats = seats(&user, &id, at("2026-11-24T00:00:00Z"));
    assert_eq!(seats.len(), 1);
    assert_eq!((seats[0].status.as_str(), seats[0].used), (word, active != Some(false)));
    assert_eq!((seats[0].last_active_at, seats[0].activity_source.as_deref()), (None, None), "never used");
}

#[rstest]
#[case("atlassian", ActorKind::User, true)]
#[case("app", ActorKind::Bot, false)]
#[case("customer", ActorKind::Other, false)]
#[case("something_new", ActorKind::Other, false)]
fn only_people_are_billed(#[case] account_type: &str, #[case] kind: ActorKind, #[case] used: bool) {
    let user = user(json!({"accountId": "a1", "accountType": account_type, "status": "active",
        "productAccess": [{"key": "jira-software"}]}));
    let id = vendor_id("a1").expect("an id");
    assert_eq!(account(&user, &id, Timestamp::UNIX_EPOCH).kind, kind);
    assert_eq!(seats(&user, &id, Timestamp::UNIX_EPOCH)[0].used, used);
}

#[test]
fn one_product_on_two_sites_by_two_groups_is_one_seat_and_two_products_are_two() {
    let user = user(json!({
        "accountId": "557058:0a", "accountType": "atlassian", "status": "active", "accountStatus": "active",
        "membershipStatus": "active", "addedToOrg": "2025-01-02T03:04:05Z", "name": "Ada", "email": "ada@acme.example",
        "emailVerified": true,
        "productAccess": [
            {"key": "jira-software", "id": "site-1", "lastActiveTimestamp": "2026-11-01T00:00:00Z"},
            {"key": "confluence", "id": "site-1"},
            {"key": "jira-software", "id": "site-2", "lastActiveTimestamp": "2026-11-20T00:00:00Z"},
            {"key": "jira-software", "id": "site-3"},
            {"key": " "},
        ],
        "groups": [
            {"id": "g3", "name": "jira-software-users-acme"}, {"id": "g1", "name": "jira-software-admins-acme"},
            {"id": "g2", "name": "confluence-users-acme"}, {"id": "g4", "name": "jira-software-user-access-admins-acme"},
            {"id": "g5", "name": "everybody"}, {"id": "g6", "name": null}, {"id": "has#hash", "name": "x"},
        ],
    }));
    let id = vendor_id("557058:0a").expect("an id");
    let seen_at = at("2026-11-24T00:00:00Z");
    let seats = seats(&user, &id, seen_at);
    let [confluence, jira] = seats.as_slice() else { panic!("{seats:?}") };
    assert_eq!((jira.product.as_str(), confluence.product.as_str()), ("jira-software", "confluence"));
    assert_eq!(jira.last_active_at, Some(at("2026-11-20T00:00:00Z")));
    assert_eq!(jira.activity_source.as_deref(), Some("atlassian: last active"));
    assert_eq!(jira.assigned_at, Some(at("2025-01-02T03:04:05Z")));
    assert_eq!(jira.granted_by, ["g1", "g3"]);
    assert_eq!(confluence.granted_by, ["g2"]);
    let account = account(&user, &id, seen_at);
    assert_eq!(account.email, Some(Email { address: "ada@acme.example".into(), verified: true }));
    assert_eq!((account.member, account.active, account.name.as_deref()), (Some(true), Some(true), Some("Ada")));
    let groups: Vec<_> = memberships(&user, &id, seen_at).into_iter().map(|one| one.group.id).collect();
    assert_eq!(groups, ["g3", "g1", "g2", "g4", "g5", "g6"]);
}

#[rstest]
#[case("jira-software", "jira-software-users-acme", true)]
#[case("jira-software", "jira-software-users", true)]
#[case("jira", "jira-software-users-acme", false)]
#[case("jira", "jira-users-acme", true)]
#[case("jira-servicedesk", "jira-servicemanagement-users-acme", true)]
#[case("confluence", "confluence-guests-acme", true)]
#[case("confluence", "confluence-usersgroup", false)]
#[case("confluence", "confluence", false)]
#[case("confluence", "", false)]
fn groups_that_come_with_a_product(#[case] product: &str, #[case] name: &str, #[case] gives: bool) {
    let group = serde_json::from_value(json!({"id": "g", "name": name})).expect("a group");
    assert_eq!(granted_by(product, &[group]).len(), usize::from(gives));
}
