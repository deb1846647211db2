//! Bearer tokens: found in a header, compared in constant time, stored as hashes.

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

/// The token of an `Authorization: Bearer <token>` header. The scheme's case does not matter (RFC 9110, 11.1); a token
/// with spaces or other characters that cannot be one (RFC 6750, 2.1) is none.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim_start();
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(fits)).then_some(token)
}

/// Whether two texts are equal, in a time that tells nothing about either: not where they differ (their hashes are
/// compared) nor, but for the time of hashing what the caller sent, their lengths.
pub fn constant_time_eq(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(sha256(one).as_ref(), sha256(other).as_ref()).is_ok()
}

/// Whether somebody sent a known token, in constant time. Blanks around the known one do not count (a secret typed in
/// a console often ends with a line break), and an empty one is nobody's token.
pub fn same_token(known: &SecretString, sent: &str) -> bool {
    let known = known.expose_secret().trim();
    !known.is_empty() && constant_time_eq(known, sent)
}

/// What is stored of a token: SHA-256 in hexadecimal. No salt and no slow function: a token is random, and long enough
/// that nobody can try them all; the hash is also how it is looked up.
pub fn hash(token: &str) -> String {
    hex::encode(sha256(token))
}

/// What every API token begins with, for scanners that look for secrets in code.
pub const API_TOKEN_PREFIX: &str = "plumbline_";

/// The system's source of randomness failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source of randomness failed")]
pub struct NoRandomness;

/// 256 random bits as 43 characters of base64url: a session, a state, a nonce, or a PKCE verifier (RFC 7636, 4.1).
pub fn random() -> Result<SecretString, NoRandomness> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// A new API token.
pub fn new_api_token() -> Result<SecretString, NoRandomness> {
    Ok(format!("{API_TOKEN_PREFIX}{}", random()?.expose_secret()).into())
}

fn sha256(text: &str) -> digest::Digest {
    digest::digest(&digest::SHA256, text.as_bytes())
}

/// The hash under which an address is invited.
pub fn address_hash(email: &str) -> String {
    hash(&email.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_token_of_a_bearer_header() {
        assert_eq!(bearer("Bearer abc-._~+/=1"), Some("abc-._~+/=1"));
        assert_eq!(bearer("bearer   abc "), Some("abc"));
        for none in ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer a b", "Bearer a,b", "Bearerabc", "Bearer ü"]
        {
            assert_eq!(bearer(none), None, "{none}");
        }
    }

    #[test]
    fn hashes_as_published() {
        // FIPS 180-4's example.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn an_empty_token_is_nobodys() {
        let same = |known: &str, sent| same_token(&SecretString::from(known), sent);
        assert!(same("token", "token") && same(" token\n", "token"));
        assert!(
            !same("token", "token ") && !same("token", "toke") && !same("", "") && !same(" ", " ") && !same("\n", "")
        );
    }

    #[test]
    fn random_texts_differ_and_are_verifiers() {
        let (one, other) = (random().unwrap(), new_api_token().unwrap());
        assert_ne!(one.expose_secret(), random().unwrap().expose_secret());
        assert_eq!(one.expose_secret().len(), 43);
        assert!(bearer(&format!("Bearer {}", other.expose_secret())).unwrap().starts_with(API_TOKEN_PREFIX));
    }

    proptest! {
        #[test]
        fn equal_texts_are_equal_and_others_are_not(one in ".{0,40}", other in ".{0,40}") {
            prop_assert!(constant_time_eq(&one, &one.clone()));
            prop_assert_eq!(constant_time_eq(&one, &other), one == other);
        }

        #[test]
        fn no_header_makes_it_panic(header in ".{0,60}") {
            if let Some(token) = bearer(&header) {
                prop_assert!(header.contains(token));
            }
        }
    }
}
