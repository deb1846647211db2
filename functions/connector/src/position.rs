//! Where a run stands: reading from the vendor, then waiting until the rollups show what was read.

use jiff::Timestamp;
use plumbline_connectors::Cursor;
use serde::{Deserialize, Serialize};

/// Stored as the run's cursor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub(crate) enum Position {
    /// The connector's own cursor; `None` at the start.
    Read {
        /// As the connector gave it.
        cursor: Option<Cursor>,
    },
    /// Everything is read; rows up to and including settle list `after` are known to be visible.
    Settle {
        /// The last settled list.
        after: Option<u32>,
        /// When settling began: from then on the stream gets its time.
        since: Timestamp,
    },
}

impl Position {
    /// A run without a cursor stands at the start.
    pub(crate) fn from_cursor(cursor: Option<&serde_json::Value>) -> Result<Self, serde_json::Error> {
        match cursor {
            None => Ok(Self::Read { cursor: None }),
            Some(value) => Self::deserialize(value),
        }
    }
}
