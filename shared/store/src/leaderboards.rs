//! Leaderboards: when a team's next one is due, and what became of each week's.
//!
//! A week's record is made once, together with moving the due time to the next week, so that a schedule that fires twice
//! begins a leaderboard once. From then on the record itself is due until its post is settled.

use crate::{
    Result, Store, StoreError, documents, keys,
    survey_settings::due_attributes,
    table::{self, Item, Sort},
};
use jiff::{Timestamp, civil::Date};
use plumbline_domain::TeamId;
use plumbline_survey::{Post, PostState, Week};
use serde::{Deserialize, Serialize};

/// A week's leaderboard on its way to the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaderboard {
    /// Whose.
    pub team_id: TeamId,
    /// Which week it covers.
    pub week: Week,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When it is given up: at the end of the day, in the team's time zone.
    pub until: Timestamp,
    /// Its way to Slack; dropped when it was left out.
    pub post: Post,
    /// Why it was left out, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// A leaderboard as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLeaderboard {
    /// The record.
    pub leaderboard: Leaderboard,
    /// Counts writes of the record.
    rev: u64,
}

impl Leaderboard {
    /// One that nobody has posted yet.
    pub fn new(team_id: TeamId, week: Week, begun_at: Timestamp, until: Timestamp) -> Self {
        Self { team_id, week, begun_at, until, post: Post::default(), skipped: None }
    }

    /// Whether nothing will become of it any more.
    pub fn is_over(&self) -> bool {
        !matches!(self.post.state, PostState::Waiting | PostState::Sending { .. })
    }

    fn item(&self, rev: u64, due_at: Option<Timestamp>) -> Result<Item> {
        let key = keys::leaderboard(&self.team_id, self.week.from);
        let body = serde_json::to_string(self)
            .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
        let mut item = table::item(&key, [("body", table::text(body)), ("rev", table::number(rev))]);
        item.extend(due_attributes(&self.team_id, due_at));
        Ok(item)
    }
}

impl Store {
    /// Begins the leaderboard that was due at `due`, and makes the next one due. A week that was begun before stays as it
    /// is. `false`: somebody else did this meanwhile.
    pub async fn begin_leaderboard(&self, new: &Leaderboard, due: Timestamp, next: Option<Timestamp>) -> Result<bool> {
        let mut writes = vec![self.move_leaderboard(&new.team_id, Some(due), next)?];
        if self.load_leaderboard(&new.team_id, new.week.from).await?.is_none() {
            let put = table::put(&self.tables.surveys, new.item(1, Some(new.begun_at))?);
            writes.push(table::transact_put(put.condition_expression("attribute_not_exists(pk)"))?);
        }
        self.transact(writes).await
    }

    /// The leaderboard of the week that begins on this Monday, as it is now.
    pub async fn load_leaderboard(&self, team: &TeamId, week: Date) -> Result<Option<StoredLeaderboard>> {
        let item = self.get(&self.tables.surveys, &keys::leaderboard(team, week)).await?;
        item.as_ref().map(stored).transpose()
    }

    /// What became of a team's leaderboards, the earliest first.
    pub async fn load_leaderboards(&self, team: &TeamId) -> Result<Vec<Leaderboard>> {
        let sort = Sort::Prefix(keys::LEADERBOARDS.into());
        let items = self.query_all(&self.tables.surveys, &keys::team_partition(team), sort).await?;
        items.iter().map(|item| Ok(stored(item)?.leaderboard)).collect()
    }

    /// Saves what became of a leaderboard, due again at `due_at`. `None`: somebody else did meanwhile, and nothing was
    /// written.
    pub async fn save_leaderboard(
        &self,
        before: &StoredLeaderboard,
        leaderboard: Leaderboard,
        due_at: Option<Timestamp>,
    ) -> Result<Option<StoredLeaderboard>> {
        let item = leaderboard.item(before.rev + 1, due_at)?;
        let saved = self.put_after(&self.tables.surveys, item, Some(before.rev)).await?;
        Ok(saved.then_some(StoredLeaderboard { leaderboard, rev: before.rev + 1 }))
    }
}

fn stored(item: &Item) -> Result<StoredLeaderboard> {
    Ok(StoredLeaderboard { leaderboard: documents::body_of(item)?, rev: table::number_of(item, "rev")? })
}

#[cfg(test)]
#[path = "leaderboards_tests.rs"]
mod tests;
