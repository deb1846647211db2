//! The compact row that a merged pull request leaves in the rollups: all that the delivery metrics need, nothing more.

use crate::ids::PullRequestKey;
use jiff::Timestamp;

/// Most project keys that a row holds.
pub const MOST_ISSUE_PROJECTS: usize = 3;

/// The hash by which rows name an issue tracker's project, of its key in capitals (`RAIL`): FNV-1a of 32 bits with the
/// upper half folded into the lower one. It is stored, so that it must stay the same for ever. Two keys of a team share
/// one once in 65,536: then a pull request that names the one counts for the other as well.
pub fn project_hash(key: &str) -> u16 {
    let hash = key
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte.to_ascii_uppercase())).wrapping_mul(0x0100_0193));
    let [a, b, c, d] = hash.to_be_bytes();
    u16::from_be_bytes([a ^ c, b ^ d])
}

/// One merged pull request. Durations are seconds; offsets count from `ready_at`.
///
/// It holds what bot lists, identity merges and filters need on read, so that none of them asks for a rebuild:
/// every reviewer with their own counts and offsets, and accounts by the vendor's ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    /// Which pull request.
    pub key: PullRequestKey,
    /// When it was merged: decides the month partition and the order in it.
    pub merged_at: Timestamp,
    /// The author's account id; `None` when that account was deleted.
    pub author: Option<u64>,
    /// The vendor types the author as a bot.
    pub author_is_bot: bool,
    /// Seconds from ready to merge (cycle time); never negative.
    pub cycle_seconds: u64,
    /// Seconds from the first authored commit to ready; negative when the branch was rebased; `None` without commits.
    pub coding_seconds: Option<i64>,
    /// Lines added plus lines deleted.
    pub lines: u64,
    /// By its title or the vendor's link.
    pub is_revert: bool,
    /// By its title or branch.
    pub is_hotfix: bool,
    /// [`project_hash`] of what could be projects' keys before issues' numbers in its title or branch, in order: whether
    /// there are such projects is known on read. At most [`MOST_ISSUE_PROJECTS`].
    pub issue_projects: Vec<u16>,
    /// The AI tools that detection found a hand of in it, by their numbers in order; none: nothing was found.
    pub tools: Vec<u8>,
    /// Everybody who submitted a review before the merge, the author included, vendor-typed bots not.
    pub reviewers: Vec<Reviewer>,
}

/// One account's reviews of one pull request; but for rounds, only those submitted no later than the merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The account's id. `None` stands for all accounts that are no person's together (deleted ones, the vendor's
    /// placeholders): they count for rounds, but not as human reviewers.
    pub account: Option<u64>,
    /// Reviews submitted.
    pub reviews: u32,
    /// "Changes requested" reviews that a later commit followed (by committer date).
    pub rounds: u32,
    /// Seconds from ready to the first review submitted once ready.
    pub first_review: Option<u64>,
    /// Seconds from ready to the last approval submitted once ready.
    pub last_approval: Option<u64>,
}
