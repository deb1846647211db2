//! A row as few bytes: one byte that names the format, then postcard (varints, so that small numbers are short).
//!
//! What the sort key says (which pull request, which second) is not said again.

use crate::{Result, StoreError, keys};
use jiff::Timestamp;
use plumbline_domain::{FlowRow, Reviewer};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Format 3: [`WireRow`]. Another shape takes another number. Format 1 had no issue keys, format 2 no tools; neither was
/// ever deployed, and a row of it is refused: empty the rollups and rebuild them.
const FORMAT: u8 = 3;

const BOT: u8 = 1;
const REVERT: u8 = 2;
const HOTFIX: u8 = 4;

/// Field order is the format.
#[derive(Serialize, Deserialize)]
struct WireRow {
    /// Nanoseconds of the merge beyond its second: 0 from every vendor that counts in seconds.
    merged_nanoseconds: u32,
    author: Option<u64>,
    flags: u8,
    cycle_seconds: u64,
    coding_seconds: Option<i64>,
    lines: u64,
    reviewers: Vec<WireReviewer>,
    /// As bytes: hashes are no small numbers.
    issue_projects: Vec<[u8; 2]>,
    tools: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct WireReviewer {
    account: Option<u64>,
    reviews: u32,
    rounds: u32,
    first_review: Option<u64>,
    last_approval: Option<u64>,
}

/// The row's `d` attribute.
pub(crate) fn encode(row: &FlowRow) -> Result<Vec<u8>> {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let wire = WireRow {
        merged_nanoseconds: u32::try_from(row.merged_at.subsec_nanosecond()).unwrap_or_default(),
        author: row.author,
        flags: flag(row.author_is_bot, BOT) | flag(row.is_revert, REVERT) | flag(row.is_hotfix, HOTFIX),
        cycle_seconds: row.cycle_seconds,
        coding_seconds: row.coding_seconds,
        lines: row.lines,
        reviewers: row
            .reviewers
            .iter()
            .map(|reviewer| WireReviewer {
                account: reviewer.account,
                reviews: reviewer.reviews,
                rounds: reviewer.rounds,
                first_review: reviewer.first_review,
                last_approval: reviewer.last_approval,
            })
            .collect(),
        issue_projects: row.issue_projects.iter().map(|hash| hash.to_le_bytes()).collect(),
        tools: row.tools.clone(),
    };
    postcard::to_extend(&wire, vec![FORMAT])
        .map_err(|error| StoreError::Corrupt { key: row.key.to_string(), reason: error.to_string() })
}

/// What lies behind the byte that names the format.
pub(crate) fn content<T: DeserializeOwned>(format: u8, bytes: &[u8]) -> Result<T, String> {
    match bytes.split_first() {
        Some((found, rest)) if *found == format => postcard::from_bytes(rest).map_err(|error| error.to_string()),
        Some((found, _)) => Err(format!("its format {found} is not known")),
        None => Err("it is empty".into()),
    }
}

/// The row back from its sort key and its `d` attribute.
pub(crate) fn decode(sk: &str, bytes: &[u8]) -> Result<FlowRow, String> {
    let (key, second) = keys::parse_flow_sort(sk).ok_or("its sort key is not a row's")?;
    let wire: WireRow = content(FORMAT, bytes)?;
    let nanoseconds = i32::try_from(wire.merged_nanoseconds).map_err(|error| error.to_string())?;
    Ok(FlowRow {
        key,
        merged_at: Timestamp::new(second, nanoseconds).map_err(|error| error.to_string())?,
        author: wire.author,
        author_is_bot: wire.flags & BOT != 0,
        cycle_seconds: wire.cycle_seconds,
        coding_seconds: wire.coding_seconds,
        lines: wire.lines,
        is_revert: wire.flags & REVERT != 0,
        is_hotfix: wire.flags & HOTFIX != 0,
        issue_projects: wire.issue_projects.into_iter().map(u16::from_le_bytes).collect(),
        tools: wire.tools,
        reviewers: wire
            .reviewers
            .into_iter()
            .map(|reviewer| Reviewer {
                account: reviewer.account,
                reviews: reviewer.reviews,
                rounds: reviewer.rounds,
                first_review: reviewer.first_review,
                last_approval: reviewer.last_approval,
            })
            .collect(),
    })
}

#[cfg(test)]
#[path = "row_codec_tests.rs"]
mod tests;
