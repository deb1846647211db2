//! What the queue of `privacy` carries.

use crate::ids::{GrantId, TeamId};
use serde::{Deserialize, Serialize};

/// Asks `privacy` to go on with a long job. It carries neither task nor position: those live in the store alone, so that
/// a message may arrive twice, late, or never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongJobMessage {
    /// Whose job.
    pub team_id: TeamId,
    /// Which one.
    pub job_id: GrantId,
}
