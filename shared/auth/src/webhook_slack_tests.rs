use super::*;
use proptest::prelude::*;

/// Slack's published example.
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const TIME: &str = "1531420618";
const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
    &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
    &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

fn secrets(texts: &[&str]) -> Vec<SecretString> {
    texts.iter().map(|text| SecretString::from(*text)).collect()
}

/// So many seconds after the example was signed.
fn after(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_531_420_618 + seconds).expect("in range")
}

fn verdict(time: Option<&str>, signature: Option<&str>, now: Timestamp) -> Result<(), SlackSignatureError> {
    verify_slack(BODY.as_bytes(), time, signature, &secrets(&[SECRET]), now)
}

fn sign(secret: &str, time: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    let mac = mac.chain_update(format!("v0:{time}:")).chain_update(body).finalize();
    format!("v0={}", hex::encode(mac.into_bytes()))
}

#[test]
fn accepts_the_published_example() {
    assert_eq!(verdict(Some(TIME), Some(SIGNATURE), after(1)), Ok(()));
    assert_eq!(verdict(Some(TIME), Some(&SIGNATURE.replace("a2114d", "A2114D")), after(1)), Ok(()));
}

#[test]
fn a_recorded_request_is_refused_after_five_minutes_and_so_is_one_from_the_future() {
    for (seconds, expected) in [
        (300, Ok(())),
        (301, Err(SlackSignatureError::TooOld)),
        (86_400, Err(SlackSignatureError::TooOld)),
        (-300, Ok(())),
        (-301, Err(SlackSignatureError::TooOld)),
    ] {
        assert_eq!(verdict(Some(TIME), Some(SIGNATURE), after(seconds)), expected, "{seconds}");
    }
    // A new time on it takes a new signature.
    let later = "1531420918";
    assert_eq!(verdict(Some(later), Some(SIGNATURE), after(301)), Err(SlackSignatureError::Mismatch));
    // Neither end of time is near.
    for time in [i64::MAX.to_string(), i64::MIN.to_string()] {
        let signature = sign(SECRET, &time, BODY.as_bytes());
        assert_eq!(verdict(Some(&time), Some(&signature), after(0)), Err(SlackSignatureError::TooOld));
    }
}

#[test]
fn accepts_the_previous_secret_while_it_is_being_rotated() {
    let verdict =
        |texts: &[&str]| verify_slack(BODY.as_bytes(), Some(TIME), Some(SIGNATURE), &secrets(texts), after(0));
    assert_eq!(verdict(&["new", SECRET]), Ok(()));
    assert_eq!(verdict(&["new"]), Err(SlackSignatureError::Mismatch));
}

#[test]
fn an_empty_secret_or_none_accepts_nothing() {
    let signature = sign("", TIME, BODY.as_bytes());
    for texts in [&[""][..], &[]] {
        let verdict = verify_slack(BODY.as_bytes(), Some(TIME), Some(&signature), &secrets(texts), after(0));
        assert_eq!(verdict, Err(SlackSignatureError::Mismatch));
    }
}

#[test]
fn refuses_what_is_not_a_signature() {
    for (time, signature) in [(None, Some(SIGNATURE)), (Some(TIME), None), (None, None)] {
        assert_eq!(verdict(time, signature, after(0)), Err(SlackSignatureError::Missing));
    }
    let (_, digits) = SIGNATURE.split_at("v0=".len());
    let (short, _) = SIGNATURE.split_at(SIGNATURE.len() - 2);
    let long = format!("{SIGNATURE}00");
    let other_version = SIGNATURE.replace("v0", "v1");
    let not_hex = SIGNATURE.replace("a2114d", "g2114d");
    for malformed in ["", "v0=", digits, short, &long, &other_version, &not_hex] {
        assert_eq!(verdict(Some(TIME), Some(malformed), after(0)), Err(SlackSignatureError::Malformed), "{malformed}");
    }
    for time in ["", "soon", "1531420618.5", " 1531420618", "99999999999999999999"] {
        let signature = sign(SECRET, time, BODY.as_bytes());
        assert_eq!(verdict(Some(time), Some(&signature), after(0)), Err(SlackSignatureError::Malformed), "{time}");
    }
}

proptest! {
    #[test]
    fn a_changed_bit_of_body_signature_or_time_is_refused(
        body in proptest::collection::vec(any::<u8>(), 1..200),
        at in any::<proptest::sample::Index>(),
        bit in 0..8u8,
        what in 0..3u8,
    ) {
        let signature = sign("secret", TIME, &body);
        let verdict = |body: &[u8], time: &str, signature: &str| {
            verify_slack(body, Some(time), Some(signature), &secrets(&["secret"]), after(0))
        };
        prop_assert_eq!(verdict(&body, TIME, &signature), Ok(()));
        let refused = match what {
            0 => {
                let mut body = body;
                let at = at.index(body.len());
                body[at] ^= 1 << bit;
                verdict(&body, TIME, &signature)
            }
            1 => {
                let mut mac = hex::decode(signature.trim_start_matches("v0=")).expect("hexadecimal");
                let at = at.index(mac.len());
                mac[at] ^= 1 << bit;
                verdict(&body, TIME, &format!("v0={}", hex::encode(mac)))
            }
            _ => verdict(&body, &(1_531_420_619 + i64::from(bit)).to_string(), &signature),
        };
        prop_assert_eq!(refused, Err(SlackSignatureError::Mismatch));
    }
}
