//! Facts become numbers here: pure functions, no I/O, no clock.
//!
//! An issue becomes a row, too ([`issue_row`]), of which [`jira`] makes its answer; [`copilot`] works on daily reports.
//!
//! A pull request becomes a [`Timeline`] (for exports) and, once merged, a compact row ([`flow_row`]). The delivery
//! metrics are computed from rows alone ([`delivery()`]), on read, so that any filter, bot list or identity merge
//! gives exact medians without a rebuild.

pub mod ai;
mod answer;
pub mod copilot;
mod definitions;
mod delivery;
mod detected;
#[cfg(test)]
mod fixtures;
mod issue;
#[cfg(test)]
mod issue_fixtures;
mod issue_keys;
pub mod jira;
mod range;
mod row;
mod sample;
mod stats;
mod timeline;

pub use answer::{
    Bot, BotSource, Delivery, Duration, Exclusion, ExclusionReason, Filters, RevertShare, ReviewLoad, ReviewRounds,
    ReviewerLoad, SizeMix, Throughput, Unit, Week, WeekDuration,
};
pub use delivery::{DeliveryInput, Selection, delivery};
pub use detected::detected;
pub use issue::issue_row;
pub use range::{Range, RangeError};
pub use row::flow_row;
pub use stats::Summary;
pub use timeline::{Timeline, timeline};
