//! What the connector remembers between runs, and within a run from page to page.
//!
//! | key | what |
//! |---|---|
//! | `usage` | [`UsageMark`]: up to when usage was read |
//! | `day:<day>` | hashes of what the pages of a day that has not settled brought |
//! | `grants:<page>` | [`GrantsMark`]: one page of an enterprise's seats, until the run that read it has told them |
//! | `pace` | the calls of the last minute |

use super::seats::Grant;
use crate::Marks;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

const USAGE: &str = "usage";
const GRANTS: &str = "grants:";
const DAY: &str = "day:";
/// The store saves this many marks in one transaction with the cursor; with more, a page that is read again would find
/// some of them gone.
const FORGOTTEN_AT_ONCE: usize = 80;

/// Up to when usage was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UsageMark {
    /// Whose: other settings mean reading anew.
    pub(super) scope: String,
    /// How far back it was read.
    pub(super) from: Date,
    /// The UTC day on which it was read last, through the day before.
    pub(super) read_on: Date,
    /// Not one report was found, ever: when there is one, the history is read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) barren: bool,
}

/// One page of an enterprise's seats.
#[derive(Debug, Serialize, Deserialize)]
struct GrantsMark {
    /// Of which run.
    started: Timestamp,
    /// Its rows. As one text: all marks are in memory as long as the run is worked on, and as a [`Value`] a row takes
    /// several times as much.
    #[serde(with = "text")]
    rows: Vec<Grant>,
}

mod text {
    use super::Grant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    pub(super) fn serialize<S: Serializer>(rows: &[Grant], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(rows).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Grant>, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The marks as one page of a run sees and changes them.
pub(super) struct Book<'a> {
    known: &'a Marks,
    pub(super) changed: BTreeMap<String, Option<Value>>,
}

impl<'a> Book<'a> {
    pub(super) const fn new(known: &'a Marks) -> Self {
        Self { known, changed: BTreeMap::new() }
    }

    fn set<T: Serialize>(&mut self, key: String, mark: &T) {
        // Marks are plain structs: they always serialise.
        let Ok(value) = serde_json::to_value(mark) else { return };
        if self.known.0.get(&key) != Some(&value) {
            self.changed.insert(key, Some(value));
        }
    }

    fn known_keys(&self, prefix: &'static str) -> impl Iterator<Item = &'a String> + use<'a> {
        let from = self.known.0.range(prefix.to_owned()..).map(|(key, _)| key);
        from.take_while(move |key| key.starts_with(prefix))
    }

    pub(super) fn usage(&self) -> Option<UsageMark> {
        self.known.get(USAGE)
    }

    pub(super) fn set_usage(&mut self, mark: &UsageMark) {
        self.set(USAGE.into(), mark);
    }

    /// Whether page `index` of `day` brought what has this hash when it was read last; remembers it for the next time.
    pub(super) fn is_known(&mut self, day: Date, index: u32, hash: &str) -> bool {
        let key = format!("{DAY}{day}");
        let mut hashes: BTreeMap<u32, String> = self.known.get(&key).unwrap_or_default();
        let known = hashes.get(&index).is_some_and(|known| known == hash);
        hashes.insert(index, hash.to_owned());
        self.set(key, &hashes);
        known
    }

    /// Forgets the days before `day`: they are not read again.
    pub(super) fn forget_days_before(&mut self, day: Date) {
        let first = format!("{DAY}{day}");
        for key in self.known_keys(DAY).filter(|key| **key < first) {
            self.changed.insert(key.clone(), None);
        }
    }

    pub(super) fn set_grants(&mut self, page: u32, started: Timestamp, rows: Vec<Grant>) {
        self.set(format!("{GRANTS}{page:06}"), &GrantsMark { started, rows });
    }

    /// All that the run which began at `started` read.
    pub(super) fn grants(&self, started: Timestamp) -> impl Iterator<Item = Grant> {
        let marks = self.known_keys(GRANTS).filter_map(|key| self.known.get::<GrantsMark>(key));
        marks.filter(move |mark| mark.started == started).flat_map(|mark| mark.rows)
    }

    /// Forgets them, and those of runs that broke off: as many as are saved in one step with the cursor. Whether that
    /// were all.
    pub(super) fn forget_grants(&mut self) -> bool {
        let mut keys = self.known_keys(GRANTS);
        self.changed.extend(keys.by_ref().take(FORGOTTEN_AT_ONCE).map(|key| (key.clone(), None)));
        keys.next().is_none()
    }

    /// Whether one call of [`Self::forget_grants`] forgets all.
    pub(super) fn has_few_grants(&self) -> bool {
        self.known_keys(GRANTS).nth(FORGOTTEN_AT_ONCE).is_none()
    }
}
