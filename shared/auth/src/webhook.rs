//! Signatures of webhooks, checked on the raw bytes before anything is parsed.

use hmac::{Hmac, KeyInit as _, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Why a webhook is refused. The cases are for counting: the answer to the sender is the same for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No signature header.
    #[error("the webhook carries no signature")]
    Missing,
    /// Not `sha256=` and 64 hexadecimal digits.
    #[error("the webhook's signature is not of the form sha256=<64 hexadecimal digits>")]
    Malformed,
    /// Signed with another secret, or the body was changed.
    #[error("the webhook's signature does not match its body")]
    Mismatch,
}

/// Why a request of Slack's is refused. The cases are for counting and for whoever sets the app up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlackSignatureError {
    /// No signature header, or no timestamp header.
    #[error("the request carries no signature, or no time")]
    Missing,
    /// Not `v0=` and 64 hexadecimal digits, or not a time in seconds.
    #[error("the request's signature is not of the form v0=<64 hexadecimal digits>, or its time not in seconds")]
    Malformed,
    /// Signed more than five minutes ago, or that far ahead of this clock: perhaps a recorded request, sent again.
    #[error("the request was not signed within the last five minutes")]
    TooOld,
    /// Signed with another secret, or body or time were changed.
    #[error("the request's signature does not match its body")]
    Mismatch,
}

/// How far the time in a request of Slack's may be from now, in seconds, either way.
const SLACK_WINDOW: u64 = 5 * 60;

/// Checks GitHub's `X-Hub-Signature-256`: `sha256=` and the hexadecimal HMAC-SHA256 of the raw body
/// (<https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>).
///
/// `secrets` are the current secret and, while it is being rotated, the previous one. Each comparison takes the same
/// time whatever the signature. An empty secret signs nothing: anybody could.
pub fn verify_github(body: &[u8], header: Option<&str>, secrets: &[SecretString]) -> Result<(), SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    let signature = digits_after("sha256=", header).ok_or(SignatureError::Malformed)?;
    if is_signed(&[body], &signature, secrets) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Checks Slack's `X-Slack-Signature`: `v0=` and the hexadecimal HMAC-SHA256 of `v0:{time}:{raw body}`, the time being
/// that of `X-Slack-Request-Timestamp` in seconds since the epoch
/// (<https://docs.slack.dev/authentication/verifying-requests-from-slack>).
///
/// `secrets` and comparisons are as in [`verify_github`]. A request whose time is more than five minutes from `now` is
/// refused, so that nobody can send one again that was recorded.
pub fn verify_slack(
    body: &[u8],
    timestamp_header: Option<&str>,
    signature_header: Option<&str>,
    secrets: &[SecretString],
    now: Timestamp,
) -> Result<(), SlackSignatureError> {
    let (Some(time), Some(header)) = (timestamp_header, signature_header) else {
        return Err(SlackSignatureError::Missing);
    };
    let signature = digits_after("v0=", header).ok_or(SlackSignatureError::Malformed)?;
    let signed_at: i64 = time.parse().map_err(|_| SlackSignatureError::Malformed)?;
    if signed_at.abs_diff(now.as_second()) > SLACK_WINDOW {
        return Err(SlackSignatureError::TooOld);
    }
    let signed = [b"v0:", time.as_bytes(), b":", body];
    if is_signed(&signed, &signature, secrets) { Ok(()) } else { Err(SlackSignatureError::Mismatch) }
}

fn digits_after(scheme: &str, header: &str) -> Option<[u8; 32]> {
    let mut signature = [0_u8; 32];
    hex::decode_to_slice(header.strip_prefix(scheme)?, &mut signature).ok()?;
    Some(signature)
}

/// Whether any of the secrets signed these bytes.
fn is_signed(parts: &[&[u8]], signature: &[u8; 32], secrets: &[SecretString]) -> bool {
    secrets.iter().any(|secret| {
        let secret = secret.expose_secret().as_bytes();
        !secret.is_empty()
            && Hmac::<Sha256>::new_from_slice(secret).is_ok_and(|mac| {
                let mac = parts.iter().fold(mac, Mac::chain_update);
                mac.verify_slice(signature).is_ok()
            })
    })
}

#[cfg(test)]
#[path = "webhook_slack_tests.rs"]
mod slack_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// GitHub's published example.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts.iter().map(|text| SecretString::from(*text)).collect()
    }

    #[test]
    fn accepts_the_published_example() {
        assert_eq!(verify_github(BODY, Some(SIGNATURE), &secrets(&[SECRET])), Ok(()));
        assert_eq!(verify_github(BODY, Some(&SIGNATURE.replace("757107ea", "757107EA")), &secrets(&[SECRET])), Ok(()));
    }

    #[test]
    fn accepts_the_previous_secret_while_it_is_being_rotated() {
        assert_eq!(verify_github(BODY, Some(SIGNATURE), &secrets(&["new", SECRET])), Ok(()));
        assert_eq!(verify_github(BODY, Some(SIGNATURE), &secrets(&["new"])), Err(SignatureError::Mismatch));
    }

    #[test]
    fn refuses_what_is_not_a_signature() {
        let verdict = |header| verify_github(BODY, header, &secrets(&[SECRET]));
        assert_eq!(verdict(None), Err(SignatureError::Missing));
        let (_, digits) = SIGNATURE.split_at("sha256=".len());
        let (short, _) = SIGNATURE.split_at(SIGNATURE.len() - 2);
        let long = format!("{SIGNATURE}00");
        let sha1 = SIGNATURE.replace("sha256", "sha1");
        let not_hex = SIGNATURE.replace("757107", "75710g");
        for malformed in ["", "sha256=", digits, short, &long, &sha1, &not_hex] {
            assert_eq!(verdict(Some(malformed)), Err(SignatureError::Malformed), "{malformed}");
        }
    }

    #[test]
    fn an_empty_secret_or_none_accepts_nothing() {
        let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap().chain_update(BODY).finalize().into_bytes();
        let signature = format!("sha256={}", hex::encode(mac));
        assert_eq!(verify_github(BODY, Some(&signature), &secrets(&[""])), Err(SignatureError::Mismatch));
        assert_eq!(verify_github(BODY, Some(&signature), &[]), Err(SignatureError::Mismatch));
    }

    proptest! {
        #[test]
        fn a_changed_bit_of_the_body_or_the_signature_is_refused(
            body in proptest::collection::vec(any::<u8>(), 1..200),
            at in any::<proptest::sample::Index>(),
            bit in 0..8u8,
            of_the_body in any::<bool>(),
        ) {
            let mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap().chain_update(&body).finalize().into_bytes();
            let (mut body, mut mac) = (body, mac.to_vec());
            let sign = |mac: &[u8]| format!("sha256={}", hex::encode(mac));
            prop_assert_eq!(verify_github(&body, Some(&sign(&mac)), &secrets(&["secret"])), Ok(()));
            let changed = if of_the_body { &mut body } else { &mut mac };
            let at = at.index(changed.len());
            changed[at] ^= 1 << bit;
            prop_assert_eq!(
                verify_github(&body, Some(&sign(&mac)), &secrets(&["secret"])),
                Err(SignatureError::Mismatch)
            );
        }
    }
}
