use super::*;
use rstest::rstest;

#[rstest]
#[case(r#"{"last_logged_in": "2024-04-26T10:58:18.351+02:00"}"#, Some("2024-04-26T08:58:18.351Z"))]
#[case(r#"{"last_logged_in": "2024-04-26T10:58:18.351+0200"}"#, Some("2024-04-26T08:58:18.351Z"))]
#[case(r#"{"last_logged_in": "2024-04-26T10:58:18.351999Z"}"#, Some("2024-04-26T10:58:18.351Z"))]
#[case(
    r#"{"lastLoggedIn": "2015-08-25T14:06:22.183-05:00", "lastLoggedInMillis": 1440529582183}"#,
    Some("2015-08-25T19:06:22.183Z")
)]
#[case(r#"{"lastLoggedInMillis": 1440529582183}"#, Some("2015-08-25T19:06:22.183Z"))]
#[case(r#"{"lastLoggedIn": "1970-01-01T00:00:00Z", "lastLoggedInMillis": 0}"#, None)]
#[case(r#"{"last_logged_in": null}"#, None)]
#[case(r#"{"last_logged_in": "never", "email": 7, "admin": "yes", "status": {}}"#, None)]
#[case("{}", None)]
fn last_logins_of_both_apis(#[case] details: &str, #[case] at: Option<&str>) {
    let details: Details = serde_json::from_str(details).expect("readable");
    assert_eq!(details.last_login(), at.map(|at| at.parse().expect("an instant")));
}

#[rstest]
#[case(r#"{"repoKey": "a", "usedSpace": "34.46 MB", "usedSpaceInBytes": 36138261}"#, Some(36_138_261))]
#[case(r#"{"repoKey": "a", "usedSpace": "34.46 MB", "usedSpaceInBytes": "36,138,261"}"#, Some(36_138_261))]
#[case(r#"{"repoKey": "a", "usedSpace": "34.46 MB"}"#, Some(36_133_929))]
#[case(r#"{"repoKey": "a", "usedSpace": "34.46 MB", "usedSpaceInBytes": null}"#, Some(36_133_929))]
#[case(r#"{"repoKey": "a", "usedSpace": 77}"#, Some(77))]
#[case(r#"{"repoKey": "a", "usedSpace": "lots"}"#, None)]
#[case(r#"{"repoKey": "a"}"#, None)]
fn a_size_in_bytes_is_preferred(#[case] row: &str, #[case] bytes: Option<u64>) {
    assert_eq!(serde_json::from_str::<Row>(row).expect("readable").bytes(), bytes);
}

#[rstest]
#[case(r#"{"repoKey": "TOTAL", "repoType": "NA"}"#, true)]
#[case(r#"{"repoKey": "TOTAL"}"#, true)]
#[case(r#"{"repoKey": "TOTAL", "repoType": "LOCAL"}"#, false)]
#[case(r#"{"repoKey": "total-local", "repoType": "NA"}"#, false)]
fn the_sum_is_told_apart(#[case] row: &str, #[case] is_sum: bool) {
    assert_eq!(serde_json::from_str::<Row>(row).expect("readable").is_sum(), is_sum);
}
