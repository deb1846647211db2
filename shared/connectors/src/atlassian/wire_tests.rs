use super::*;
use rstest::rstest;

#[rstest]
#[case(r#"{"data": [], "links": {"next": "bare-cursor=="}}"#, Some("bare-cursor=="))]
#[case(
    r#"{"data": [], "links": {"next": "https://api.atlassian.com/admin/v1/orgs/o/users?cursor=a%3Db&x=1"}}"#,
    Some("a=b")
)]
#[case(r#"{"data": [], "links": {"next": "https://elsewhere.example/?page=2"}}"#, None)]
#[case(r#"{"data": [], "links": {"next": "ari:cloud:cursor"}}"#, Some("ari:cloud:cursor"))]
#[case(r#"{"data": [], "links": {"next": ""}}"#, None)]
#[case(r#"{"data": [], "links": {"next": null, "self": "x"}}"#, None)]
#[case(r#"{"data": [], "links": {"next": 7}}"#, None)]
#[case(r#"{"data": [], "links": null}"#, None)]
#[case(r#"{"data": []}"#, None)]
fn cursors_alone_and_in_addresses(#[case] body: &str, #[case] next: Option<&str>) {
    assert_eq!(Listing::parse(body.as_bytes()).expect("readable").next().as_deref(), next);
}

#[rstest]
#[case(r#""2026-11-20T10:15:30.123456Z""#, Some("2026-11-20T10:15:30.123Z"))]
#[case(r#""2026-11-20T12:15:30+02:00""#, Some("2026-11-20T10:15:30Z"))]
#[case(r#""2026-11-20""#, Some("2026-11-20T00:00:00Z"))]
#[case("1763633730123", Some("2025-11-20T10:15:30.123Z"))]
#[case(r#""lately""#, None)]
#[case("{}", None)]
#[case("null", None)]
fn instants_in_any_form(#[case] value: &str, #[case] expected: Option<&str>) {
    let access = format!(r#"{{"key": "confluence", "lastActiveTimestamp": {value}}}"#);
    let access: ProductAccess = serde_json::from_str(&access).expect("readable");
    assert_eq!(access.last_active_timestamp, expected.map(|at| at.parse().expect("an instant")));
}

#[test]
fn nothing_but_the_id_has_to_be_there_or_of_its_type() {
    let odd = r#"{"accountId": "a1", "accountType": 1, "status": [], "name": {}, "email": 2, "emailVerified": "yes",
        "addedToOrg": false, "productAccess": [{"key": "confluence", "id": 7}, {"key": 5}, 6], "groups": "many"}"#;
    let user: User = serde_json::from_str(odd).expect("readable");
    assert_eq!((user.name, user.email, user.email_verified, user.status), (None, None, None, None));
    assert_eq!(user.product_access.items.len(), 1);
    assert!(user.product_access.is_there && user.product_access.broken);
    assert!(user.groups.is_there && user.groups.broken && user.groups.items.is_empty());
    let bare: User = serde_json::from_str(r#"{"accountId": "a1", "groups": null}"#).expect("readable");
    assert!(!bare.product_access.is_there && !bare.groups.is_there && !bare.groups.broken);
    assert!(serde_json::from_str::<User>(r#"{"accountId": 7}"#).is_err());
}
