//! What teams set about their surveys, and which members want none.

use crate::{
    Result, Store, StoreError, documents,
    keys::{self, Key},
    retry::{self, Backoff},
    sync::whole_millisecond,
    table::{self, Item, Sort},
};
use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::Timestamp;
use plumbline_domain::{MemberId, TeamId};
use plumbline_survey::SurveySettings;
use std::collections::{BTreeSet, HashMap};

impl Store {
    /// A team's settings; the defaults where it has set none.
    pub async fn load_survey_settings(&self, team: &TeamId) -> Result<SurveySettings> {
        let item = self.get(&self.tables.surveys, &keys::survey_settings(team)).await?;
        item.map_or_else(|| Ok(SurveySettings::default()), |item| documents::body_of(&item))
    }

    /// Replaces a team's settings, and with them when its next leaderboard is due
    /// ([`plumbline_survey::next_post_at`]; also to be called when the team's time zone changed). One that is due already
    /// and that nobody has begun stays so.
    pub async fn save_survey_settings(
        &self,
        team: &TeamId,
        settings: &SurveySettings,
        next_leaderboard: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<()> {
        let surveys = &self.tables.surveys;
        let key = keys::survey_settings(team);
        let body = serde_json::to_string(settings)
            .map_err(|error| StoreError::Corrupt { key: key.to_string(), reason: error.to_string() })?;
        let item = table::item(&key, [("body", table::text(body))]);
        let mut backoff = Backoff::default();
        loop {
            let due = self.load_next_leaderboard(team).await?;
            let next = due.filter(|due| *due <= now).or(next_leaderboard);
            let writes =
                vec![table::transact_put(table::put(surveys, item.clone()))?, self.move_leaderboard(team, due, next)?];
            if self.transact(writes).await? {
                return Ok(());
            }
            backoff.pause(|| StoreError::Conflict(key.to_string())).await?;
        }
    }

    /// When a team's next leaderboard is due; `None` for a team that never saved its settings.
    pub async fn load_next_leaderboard(&self, team: &TeamId) -> Result<Option<Timestamp>> {
        let item = self.get(&self.tables.surveys, &keys::next_leaderboard(team)).await?;
        item.filter(|item| item.contains_key("due_at")).as_ref().map(due_of).transpose()
    }

    /// Moves when a team's next leaderboard is due, on the condition that nobody else did.
    pub(crate) fn move_leaderboard(
        &self,
        team: &TeamId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<TransactWriteItem> {
        let put = table::put(&self.tables.surveys, due_item(&keys::next_leaderboard(team), team, to));
        table::transact_put(match from {
            Some(from) => put
                .condition_expression("due_at = :from")
                .expression_attribute_values(":from", table::number(from.as_millisecond())),
            None => put.condition_expression("attribute_not_exists(due_at)"),
        })
    }

    /// Notes that a member opted out of surveys, or in again. What was decided later stays, in whatever order the messages
    /// come.
    pub async fn save_opt_out(&self, team: &TeamId, member: &MemberId, opted_out: bool, at: Timestamp) -> Result<()> {
        let state = if opted_out { "out" } else { "in" };
        let item = table::item(
            &keys::opt_out(team, member),
            [("opted", table::text(state)), ("at", table::number(at.as_microsecond()))],
        );
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.surveys)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", table::number(at.as_microsecond()));
        match retry::call(|| put.clone().send()).await {
            Ok(_) => Ok(()),
            Err(error) if retry::is_condition_failed(&error) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The members who opted out, by the ids under which they did: a member may have been merged into another since.
    pub async fn load_opt_outs(&self, team: &TeamId) -> Result<BTreeSet<MemberId>> {
        let sort = Sort::Prefix(keys::OPT_OUTS.into());
        let items = self.query_all(&self.tables.surveys, &keys::team_partition(team), sort).await?;
        let mut members = BTreeSet::new();
        for item in &items {
            if table::text_of(item, "opted")? == "out" {
                let member = table::text_of(item, "sk")?.trim_start_matches(keys::OPT_OUTS);
                members.insert(member.parse().map_err(|error| table::corrupt(item, error))?);
            }
        }
        Ok(members)
    }
}

/// An item that is nothing but due.
fn due_item(key: &Key, team: &TeamId, due: Option<Timestamp>) -> Item {
    let mut item = table::item(key, []);
    item.extend(due_attributes(team, due));
    item
}

/// The attributes of the index by due time, when there is a due time.
pub(crate) fn due_attributes(team: &TeamId, due: Option<Timestamp>) -> Item {
    let Some(due) = due else { return HashMap::new() };
    HashMap::from([
        ("due_shard".to_owned(), table::text(keys::due_shard(team))),
        ("due_at".to_owned(), table::number(whole_millisecond(due).as_millisecond())),
    ])
}

/// The due time of an item that has one.
pub(crate) fn due_of(item: &Item) -> Result<Timestamp> {
    let milliseconds = table::number_of(item, "due_at")?;
    let milliseconds = i64::try_from(milliseconds).map_err(|error| table::corrupt(item, error))?;
    Timestamp::from_millisecond(milliseconds).map_err(|error| table::corrupt(item, error))
}

#[cfg(test)]
#[path = "survey_settings_tests.rs"]
mod tests;
