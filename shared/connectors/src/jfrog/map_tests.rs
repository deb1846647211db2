use super::*;
use rstest::rstest;
use serde_json::{Value, json};

fn listed(username: &str, of: Value) -> Listed {
    let mut of = of;
    of["username"] = username.into();
    serde_json::from_value(of).expect("listed")
}

fn told(of: Value) -> Details {
    serde_json::from_value(of).expect("details")
}

#[rstest]
#[case("ada", json!({"status": "enabled"}), "enabled", true)]
#[case("ada", json!({"status": "ENABLED"}), "enabled", true)]
#[case("ada", json!({"status": "invited"}), "invited", false)]
#[case("ada", json!({"status": "disabled"}), "disabled", false)]
#[case("ada", json!({"status": "locked"}), "locked", false)]
#[case("ada", json!({"status": "something_new"}), "something_new", false)]
#[case("ada", json!({}), "enabled", true)]
#[case("anonymous", json!({"status": "enabled"}), "enabled", true)]
fn a_seat_is_used_when_the_user_is_enabled(
    #[case] username: &str,
    #[case] details: Value,
    #[case] status: &str,
    #[case] used: bool,
) {
    let (listed, details) = (listed(username, json!({})), told(details));
    let id = vendor_id(username).expect("an id");
    let seat = seat(&listed, &details, &id, Timestamp::UNIX_EPOCH);
    assert_eq!((seat.status.as_str(), seat.used), (status, used));
    assert_eq!((seat.last_active_at, seat.activity_source), (None, None));
    assert_eq!(account(&listed, &details, &id, Timestamp::UNIX_EPOCH).active, Some(status == "enabled"));
}

#[rstest]
#[case("ada", json!({"realm": "internal"}), ActorKind::User)]
#[case("ada", json!({"realm": "saml"}), ActorKind::User)]
#[case("anonymous", json!({"realm": "internal"}), ActorKind::Other)]
#[case("builds", json!({"realm": "Service-Accounts"}), ActorKind::Other)]
#[case("_internal", json!({"realm": "system"}), ActorKind::Other)]
#[case("builds", json!({}), ActorKind::User)]
fn kinds(#[case] username: &str, #[case] list: Value, #[case] kind: ActorKind) {
    let id = vendor_id(username).expect("an id");
    assert_eq!(account(&listed(username, list), &told(json!({})), &id, Timestamp::UNIX_EPOCH).kind, kind);
}

#[test]
fn what_the_details_say_goes_before_the_list() {
    let listed = listed("ada", json!({"status": "enabled", "realm": "system"}));
    let details = told(json!({"status": "locked", "realm": "saml", "email": " ada@acme.example ", "admin": false,
        "effective_admin": true, "last_logged_in": "2026-11-20T08:00:00+02:00"}));
    let id = vendor_id("ada").expect("an id");
    let account = account(&listed, &details, &id, Timestamp::UNIX_EPOCH);
    assert_eq!((account.kind, account.active, account.role.as_deref()), (ActorKind::User, Some(false), Some("admin")));
    assert_eq!(account.email, Some(Email { address: "ada@acme.example".into(), verified: false }));
    let seat = seat(&listed, &details, &id, Timestamp::UNIX_EPOCH);
    assert_eq!(seat.last_active_at.map(|at| at.to_string()).as_deref(), Some("2026-11-20T06:00:00Z"));
    assert_eq!(seat.activity_source.as_deref(), Some("jfrog: last login"));
}

#[rstest]
#[case("ada@acme.example", true)]
#[case("with space/and+more", true)]
#[case("", false)]
#[case(".", false)]
#[case("..", false)]
#[case("a#b", false)]
#[case("a\nb", false)]
fn names_that_can_be_ids(#[case] username: &str, #[case] fits: bool) {
    assert_eq!(vendor_id(username).is_some(), fits);
}
