//! What syncs and jobs leave behind: words, places to go on from, and marks.

use super::Sweep;
use crate::{
    Job, Result, Session, SyncRecord,
    keys::{self, StateItem},
    sync::Step,
    table::{self, Item},
};
use plumbline_domain::{Erase as _, Erased, UserId};

impl Sweep<'_> {
    pub(super) async fn state_item(&self, item: &Item) -> Result<Option<&'static str>> {
        let state = &self.store.tables.state;
        let key = table::key_of(item)?;
        match keys::state_item(self.team, &key) {
            StateItem::Sync => {
                let record: SyncRecord = table::read(item.clone())?;
                let provider = record.provider;
                if words(&record).any(|text| self.erased.is_in(text)) {
                    if !self.dry {
                        let clean = |record: &mut SyncRecord| {
                            scrub(record, self.erased);
                            Ok(Step::Save((), Vec::new()))
                        };
                        self.store.change_sync(self.team, provider, clean).await?;
                    }
                    return Ok(Some("what syncs reported"));
                }
                // A run under way may hold whom it has to ask about next: it ends, and the next sweep finds nothing.
                let place = record.cursor.map(|cursor| cursor.to_string());
                Ok(place.filter(|place| self.erased.is_in(place)).map(|_| "syncs under way"))
            }
            StateItem::Mark => {
                // Without its mark a listing is read once more; that is all.
                let values = item.values().filter_map(|value| value.as_s().ok());
                if !values.into_iter().any(|text| self.erased.is_in(text)) {
                    return Ok(None);
                }
                self.remove(state, &key).await?;
                Ok(Some("marks of syncs"))
            }
            // The job that looks names whom it looks for: that is nothing to tell.
            StateItem::Job if self.dry => Ok(None),
            StateItem::Job => {
                let job: Job = table::read(item.clone())?;
                let mut clean = job.clone();
                clean.erase(self.erased);
                if clean == job {
                    return Ok(None);
                }
                self.store.erase_in_job(self.team, &job.id, self.erased).await?;
                Ok(Some("long jobs"))
            }
            StateItem::JobSlot(name) => {
                let mut users = name.split([':', '#', '.', ' ']).filter_map(|part| part.parse::<UserId>().ok());
                if !users.any(|user| self.erased.user(&user).is_some()) {
                    return Ok(None);
                }
                self.remove(state, &key).await?;
                Ok(Some("long jobs"))
            }
            StateItem::Session => {
                let session: Session = table::read(item.clone())?;
                // One that lets its user into other teams stays theirs; it lets nobody into this one.
                let is_theirs = self.erased.user(&session.user).is_some();
                let teams = if is_theirs { self.store.load_user_teams(&session.user).await? } else { Vec::new() };
                if !is_theirs || teams.iter().any(|team| team != self.team) {
                    return Ok(None);
                }
                self.remove(state, &key).await?;
                Ok(Some("sessions"))
            }
            StateItem::Other => Ok(None),
        }
    }
}

fn words(record: &SyncRecord) -> impl Iterator<Item = &str> {
    let step = record.progress.as_ref().map(|progress| progress.step.as_str());
    [record.last_error.as_deref(), record.notice.as_deref(), step].into_iter().flatten()
}

fn scrub(record: &mut SyncRecord, erased: &Erased) {
    let step = record.progress.as_mut().map(|progress| &mut progress.step);
    let texts = [record.last_error.as_mut(), record.notice.as_mut(), step];
    for text in texts.into_iter().flatten() {
        if let Some(clean) = erased.text(text) {
            *text = clean;
        }
    }
}
