//! What opens, and all that does not.

use super::*;
use proptest::prelude::*;

const OLD: &str = r#"{"current":"k1","k1":"the first random text"}"#;
const NEW: &str = r#"{"current":"k2","k1":"the first random text","k2":"the second random text"}"#;

fn keyring(json: &str) -> Keyring {
    Keyring::parse(json).unwrap()
}

fn team(id: &str) -> TeamId {
    id.parse().unwrap()
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    let (ring, team) = (keyring(OLD), team("demo"));
    let sealed = seal(&ring, &"a token".into(), &Purpose::connection(&team, Provider::Github)).unwrap();
    assert!(sealed.starts_with("v1.k1."));
    assert!(!sealed.contains("token"));
    let opened = open(&ring, &sealed, &Purpose::connection(&team, Provider::Github)).unwrap();
    assert_eq!((opened.secret.expose_secret(), opened.is_stale), ("a token", false));
    // Sealing twice gives two texts: the nonce is random.
    assert_ne!(sealed, seal(&ring, &"a token".into(), &Purpose::connection(&team, Provider::Github)).unwrap());
}

#[test]
fn what_was_moved_to_another_team_or_provider_does_not_open() {
    let (ring, here, there) = (keyring(OLD), team("demo"), team("other"));
    let sealed = seal(&ring, &"a token".into(), &Purpose::connection(&here, Provider::Github)).unwrap();
    let refused = |team, provider| open(&ring, &sealed, &Purpose::connection(team, provider)).unwrap_err();
    assert_eq!(refused(&there, Provider::Github), OpenError::Refused);
    assert_eq!(refused(&here, Provider::Jira), OpenError::Refused);
}

#[test]
fn a_rotated_key_still_opens_and_says_that_it_is_old() {
    let team = team("demo");
    let here = &Purpose::connection(&team, Provider::Github);
    let sealed = seal(&keyring(OLD), &"a token".into(), here).unwrap();
    let opened = open(&keyring(NEW), &sealed, here).unwrap();
    assert_eq!((opened.secret.expose_secret(), opened.is_stale), ("a token", true));

    let again = seal(&keyring(NEW), &opened.secret, here).unwrap();
    assert!(!open(&keyring(NEW), &again, here).unwrap().is_stale);
    assert_eq!(open(&keyring(OLD), &again, here).unwrap_err(), OpenError::UnknownKey("k2".into()));
}

#[test]
fn another_key_under_the_same_id_does_not_open() {
    let team = team("demo");
    let here = &Purpose::connection(&team, Provider::Github);
    let sealed = seal(&keyring(OLD), &"a token".into(), here).unwrap();
    let other = keyring(r#"{"current":"k1","k1":"quite another random text"}"#);
    assert_eq!(open(&other, &sealed, here).unwrap_err(), OpenError::Refused);
}

#[test]
fn what_is_not_a_sealed_value_is_malformed() {
    let (ring, team) = (keyring(OLD), team("demo"));
    for text in ["", "a token", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v2.k1.AAAA", "v1.K1.AAAA", "v1.k1.a b", "v1.k1.AA.AA"]
    {
        let verdict = open(&ring, text, &Purpose::connection(&team, Provider::Github)).unwrap_err();
        assert_eq!(verdict, OpenError::Malformed, "{text}");
    }
}

#[test]
fn a_keyring_is_checked_when_it_is_read() {
    let verdict = |json: &str| Keyring::parse(json).unwrap_err();
    assert_eq!(verdict("secret text"), KeyringError::Malformed);
    assert_eq!(verdict(r#"{"current":"k1","k1":5}"#), KeyringError::Malformed);
    assert_eq!(verdict(r#"{"k1":"the first random text"}"#), KeyringError::NoCurrentKey);
    assert_eq!(verdict(r#"{"current":"k9","k1":"the first random text"}"#), KeyringError::NoCurrentKey);
    assert_eq!(verdict(r#"{"current":"k.1","k.1":"the first random text"}"#), KeyringError::KeyId);
    assert_eq!(verdict(r#"{"current":"k1","k1":"short"}"#), KeyringError::TooShort("k1".into()));
}

#[test]
fn nothing_that_is_printed_holds_a_secret() {
    let (ring, team) = (keyring(NEW), team("demo"));
    let sealed = seal(&ring, &"hunter2".into(), &Purpose::connection(&team, Provider::Github)).unwrap();
    let opened = open(&ring, &sealed, &Purpose::connection(&team, Provider::Github)).unwrap();
    assert_eq!(format!("{ring:?}"), r#"Keyring { current: "k2", keys: ["k1", "k2"] }"#);
    assert!(!format!("{opened:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn any_text_survives(plain in ".{0,300}") {
        let (ring, team) = (keyring(NEW), team("demo"));
        let here = &Purpose::connection(&team, Provider::Github);
        let sealed = seal(&ring, &plain.as_str().into(), here).unwrap();
        let opened = open(&ring, &sealed, here).unwrap();
        prop_assert_eq!(opened.secret.expose_secret(), plain.as_str());
    }

    #[test]
    fn a_change_anywhere_is_refused(plain in ".{1,60}", at in any::<proptest::sample::Index>(), with in "[ -~]") {
        let (ring, team) = (keyring(NEW), team("demo"));
        let here = &Purpose::connection(&team, Provider::Github);
        let sealed = seal(&ring, &plain.as_str().into(), here).unwrap();
        let at = at.index(sealed.len());
        let (before, after) = sealed.split_at(at);
        let changed = format!("{before}{with}{}", after.split_at(1).1);
        prop_assert!(changed == sealed || open(&ring, &changed, here).is_err());
        prop_assert!(open(&ring, before, here).is_err());
    }
}
