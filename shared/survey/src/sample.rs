//! Choices by chance that come out the same however often they are made.

use plumbline_domain::{PullRequestKey, TeamId};
use sha2::{Digest, Sha256};

/// What is chosen: the same pull request draws anew for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Whether it is surveyed.
    Survey,
    /// Whether its author is asked whatever was detected.
    Control,
}

/// Whether a pull request is among the share `rate` of a team's. Who is in at one rate is in at every higher one.
pub(crate) fn is_chosen(purpose: Purpose, team: &TeamId, key: PullRequestKey, rate: f64) -> bool {
    let salt = match purpose {
        Purpose::Survey => "survey",
        Purpose::Control => "control",
    };
    let digest = Sha256::digest(format!("{salt}/{team}/{key}"));
    let first = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(first) / (f64::from(u32::MAX) + 1.0) < rate
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
