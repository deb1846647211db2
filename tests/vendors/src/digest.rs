//! Ids, hashes and tokens that look random and are always the same.

use sha2::{Digest, Sha256};

/// 40 hexadecimal digits from these texts.
pub(crate) fn hash(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    hex::encode(&digest.finalize()[..20])
}
