//! Surveys, and what members set about them.

use super::Sweep;
use crate::{
    Result, StoreError, SurveyRecord,
    keys::{self, SurveyItem},
    retry::Backoff,
    survey_rows,
    table::{self, Item},
};
use plumbline_domain::Erase as _;

impl Sweep<'_> {
    pub(super) async fn survey_item(&self, item: &Item) -> Result<Option<&'static str>> {
        let surveys = &self.store.tables.surveys;
        let key = table::key_of(item)?;
        match keys::survey_item(self.team, &key) {
            SurveyItem::Survey(pull_request) => self.survey(pull_request).await,
            // The survey has made a new one, under the pseudonym, when it is its turn.
            SurveyItem::Asked => {
                let row = survey_rows::row_of(item)?;
                if !survey_rows::people(&row).into_iter().any(|account| self.erased.account(account).is_some()) {
                    return Ok(None);
                }
                self.remove(surveys, &key).await?;
                Ok(Some("people's records of surveys"))
            }
            SurveyItem::OfMember(member) if self.erased.member(&member).is_some() => {
                self.remove(surveys, &key).await?;
                Ok(Some("settings and counts of surveys"))
            }
            SurveyItem::OfMember(_) | SurveyItem::Other => Ok(None),
        }
    }

    async fn survey(&self, pull_request: plumbline_domain::PullRequestKey) -> Result<Option<&'static str>> {
        let mut backoff = Backoff::default();
        loop {
            let Some(SurveyRecord::Opened(stored)) = self.store.load_survey(self.team, pull_request).await? else {
                return Ok(None);
            };
            let mut clean = stored.survey.clone();
            clean.erase(self.erased);
            if clean == stored.survey {
                return Ok(None);
            }
            if self.dry || self.store.save_survey(&stored, clean, self.now).await?.is_some() {
                return Ok(Some("surveys"));
            }
            backoff.pause(|| StoreError::Conflict(pull_request.to_string())).await?;
        }
    }
}
