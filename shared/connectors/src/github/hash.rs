//! Short hashes, for telling two texts apart without keeping them.

use aws_lc_rs::digest;

/// The first 64 bits of the SHA-256, in hexadecimal.
pub(crate) fn short(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    let part = hash.as_ref().iter().take(8).fold(0_u64, |part, byte| part << 8 | u64::from(*byte));
    format!("{part:016x}")
}
