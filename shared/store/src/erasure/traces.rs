//! What syncs and jobs leave behind: words, places to go on from, and marks.

use super::Sweep;
use crate::{
    Result, SyncRecord,
    keys::{self, StateItem},
    sync::Step,
    table::{self, Item},
};
use plumbline_domain::Erased;

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
