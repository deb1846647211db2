//! Credentials at rest: sealed with AES-256-GCM under a keyring that lives in the secrets store.
//!
//! A sealed value is text, `v1.<key id>.<base64url of nonce, ciphertext and tag>`, and is bound to its purpose: what
//! was sealed for one team's connection to one provider does not open for another, wherever somebody copies it. The
//! keyring is JSON, `{"current": "k2", "k1": "<random text>", "k2": "<random text>"}`. To rotate: add a key, point
//! `current` to it, and seal again what [`open`] says is stale; remove the old key when nothing is.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plumbline_domain::{Provider, TeamId};
use secrecy::{ExposeSecret as _, ExposeSecretMut as _, SecretBox, SecretString};
use std::{collections::BTreeMap, fmt};

const VERSION: &str = "v1";
/// The keyring's entry that names the key to seal with.
const CURRENT: &str = "current";
/// Shorter texts are refused: they would be guessed.
const LEAST_KEY_TEXT: usize = 16;

/// Why a keyring cannot be used. No variant holds any of its content but key ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Not a JSON object of texts.
    #[error("the keyring is not a JSON object of texts")]
    Malformed,
    /// No `current`, or it names no key.
    #[error("the keyring's `current` names none of its keys")]
    NoCurrentKey,
    /// A key id with other signs than `a-z`, `0-9`, `_`, `-`.
    #[error("a key id of the keyring is not 1 to 32 characters of a-z, 0-9, _ and -")]
    KeyId,
    /// A key's text is too short.
    #[error("the key `{0}` of the keyring has fewer than 16 characters")]
    TooShort(String),
}

/// A value could not be sealed: the system's random numbers failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value could not be sealed")]
pub struct SealError;

/// Why a sealed value does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not a sealed value of a version known here.
    #[error("this is not a sealed value")]
    Malformed,
    /// Its key is no longer in the keyring: the value must be entered again.
    #[error("the value was sealed with the key `{0}`, which the keyring does not have")]
    UnknownKey(String),
    /// Changed, sealed for another purpose, or sealed with another key of the same id.
    #[error("the sealed value was changed, moved, or sealed with another key")]
    Refused,
}

/// What a value is sealed for: it opens there and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose<'a> {
    team: &'a TeamId,
    provider: Provider,
    what: &'static str,
}

impl<'a> Purpose<'a> {
    /// The credentials of a team's connection.
    pub const fn connection(team: &'a TeamId, provider: Provider) -> Self {
        Self { team, provider, what: "credentials" }
    }

    /// The associated data. None of the parts can hold a space, so two purposes never give the same bytes.
    fn bytes(&self, key_id: &str) -> Vec<u8> {
        let Self { team, provider, what } = self;
        format!("plumbline {VERSION} {key_id} {team} {provider} {what}").into_bytes()
    }
}

/// The keys to seal and open with.
pub struct Keyring {
    current: String,
    keys: BTreeMap<String, RandomizedNonceKey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.keys().map(String::as_str).collect();
        f.debug_struct("Keyring").field("current", &self.current).field("keys", &ids).finish()
    }
}

impl Keyring {
    /// Reads the secret's JSON. Key texts are random texts of any length from 16 characters; the 256 bits of each key
    /// are derived from its text with HKDF-SHA256.
    pub fn parse(json: &str) -> Result<Self, KeyringError> {
        // serde's own error can quote what it read: it is dropped.
        let mut texts: BTreeMap<String, SecretString> =
            serde_json::from_str(json).map_err(|_| KeyringError::Malformed)?;
        let current = texts.remove(CURRENT).ok_or(KeyringError::NoCurrentKey)?.expose_secret().to_owned();
        let mut keys = BTreeMap::new();
        for (id, text) in texts {
            if !is_key_id(&id) {
                return Err(KeyringError::KeyId);
            }
            if text.expose_secret().chars().count() < LEAST_KEY_TEXT {
                return Err(KeyringError::TooShort(id));
            }
            let key = derive(&text).ok_or(KeyringError::Malformed)?;
            keys.insert(id, key);
        }
        if keys.contains_key(&current) { Ok(Self { current, keys }) } else { Err(KeyringError::NoCurrentKey) }
    }
}

fn is_key_id(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// `None` only where the library refuses lengths that are fixed here.
fn derive(text: &SecretString) -> Option<RandomizedNonceKey> {
    let pseudorandom = hkdf::Salt::new(hkdf::HKDF_SHA256, b"plumbline").extract(text.expose_secret().as_bytes());
    let mut key = SecretBox::<[u8; 32]>::default();
    pseudorandom.expand(&[b"envelope v1"], &AES_256_GCM).ok()?.fill(key.expose_secret_mut()).ok()?;
    RandomizedNonceKey::new(&AES_256_GCM, key.expose_secret()).ok()
}

/// Seals a text for its purpose, with the keyring's current key and a random nonce.
pub fn seal(keyring: &Keyring, secret: &SecretString, purpose: &Purpose<'_>) -> Result<String, SealError> {
    let id = &keyring.current;
    let key = keyring.keys.get(id).ok_or(SealError)?;
    let mut sealed = secret.expose_secret().as_bytes().to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(purpose.bytes(id)), &mut sealed).map_err(|_| SealError)?;
    let payload = [nonce.as_ref().as_slice(), &sealed].concat();
    Ok(format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(payload)))
}

/// An opened value.
#[derive(Debug)]
pub struct Opened {
    /// The text.
    pub secret: SecretString,
    /// It was sealed with a key that is not the current one: seal it again.
    pub is_stale: bool,
}

/// Opens what [`seal`] made for the same purpose.
pub fn open(keyring: &Keyring, sealed: &str, purpose: &Purpose<'_>) -> Result<Opened, OpenError> {
    let mut parts = sealed.split('.');
    let (Some(VERSION), Some(id), Some(payload), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(OpenError::Malformed);
    };
    if !is_key_id(id) {
        return Err(OpenError::Malformed);
    }
    let mut payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| OpenError::Malformed)?;
    let (nonce, ciphertext) = payload.split_at_mut_checked(NONCE_LEN).ok_or(OpenError::Malformed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Malformed)?;
    let key = keyring.keys.get(id).ok_or_else(|| OpenError::UnknownKey(id.to_owned()))?;
    let plain = key.open_in_place(nonce, Aad::from(purpose.bytes(id)), ciphertext).map_err(|_| OpenError::Refused)?;
    let secret = SecretString::from(str::from_utf8(plain).map_err(|_| OpenError::Refused)?);
    Ok(Opened { secret, is_stale: id != keyring.current })
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
