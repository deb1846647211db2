//! Saving what a page brought.

use super::{LEASE, Run};
use crate::position::Position;
use plumbline_connectors::{Marks, Page};
use plumbline_domain::{Erase as _, Erased};
use plumbline_store::{Checkpoint, Held, SyncProgress};

impl Run<'_> {
    /// Saves a page: facts first, then the rows of its issues, then marks and cursor. A crash in between reads the page
    /// again, which changes nothing but rows that are missing.
    pub(super) async fn save(
        &mut self,
        mut page: Page,
        position: &Position,
        marks: &mut Marks,
    ) -> anyhow::Result<Held> {
        for bad in &page.quarantined {
            tracing::warn!(run = %self.job().run_id, record = bad.what, reason = bad.reason, "a record of run {} could not be used", self.job().run_id);
        }
        self.records += u64::try_from(page.facts.len()).unwrap_or(u64::MAX);
        self.quarantined += u64::try_from(page.quarantined.len()).unwrap_or(u64::MAX);
        self.calls += u64::from(page.calls);
        self.progress = SyncProgress {
            step: std::mem::take(&mut page.progress.step),
            done: page.progress.done,
            total: page.progress.total,
        };
        let team = self.job().team_id.clone();
        let names_nobody = page.listed.is_empty() && page.facts.is_empty();
        let erased = if names_nobody { Erased::default() } else { self.app.store.load_erased(&team).await? };
        for listed in &mut page.listed {
            listed.erase(&erased);
        }
        let saved = self.app.store.save_facts_but(&erased, &team, std::mem::take(&mut page.facts)).await?;
        for rejected in &saved.rejected {
            tracing::warn!(run = %self.job().run_id, record = rejected.what, reason = rejected.reason, "a record of run {} could not be stored", self.job().run_id);
        }
        self.quarantined += u64::try_from(saved.rejected.len()).unwrap_or(u64::MAX);
        plumbline_rollup::recompute_issues(&self.app.store, &self.job().team_id, &saved.issues).await?;
        self.sweep(&page).await?;
        for (key, mark) in &page.marks {
            match mark {
                Some(value) => marks.0.insert(key.clone(), value.clone()),
                None => marks.0.remove(key),
            };
        }
        let listed = page.listed.into_iter().map(|listed| (listed.listing, listed.ids)).collect();
        let held = self
            .checkpoint(
                position,
                Checkpoint {
                    marks: page.marks,
                    settle: saved.merged,
                    listed,
                    notice: page.notice,
                    ..Checkpoint::default()
                },
            )
            .await?;
        // A saved page ends a row of failures; the store forgets them, too.
        self.lease.record.attempts = 0;
        Ok(held)
    }

    /// Saves where the run stands with what a page brought besides its facts.
    pub(super) async fn checkpoint(&self, position: &Position, brought: Checkpoint) -> anyhow::Result<Held> {
        let checkpoint = Checkpoint {
            cursor: Some(serde_json::to_value(position)?),
            progress: self.progress.clone(),
            records: self.records,
            quarantined: self.quarantined,
            calls: self.calls,
            ..brought
        };
        Ok(self.app.store.save_checkpoint(&self.lease, &checkpoint, self.app.clock.now(), LEASE).await?)
    }

    /// Marks as gone what a listing that this page ends no longer had.
    async fn sweep(&self, page: &Page) -> anyhow::Result<()> {
        let at = self.lease.record.started_at.unwrap_or_else(|| self.app.clock.now());
        for listing in &page.complete {
            let of_listing = page.listed.iter().filter(|listed| listed.listing == *listing);
            let last: Vec<String> = of_listing.flat_map(|listed| listed.ids.iter().cloned()).collect();
            let swept = self.app.store.sweep(self.job(), listing, &last, at).await?;
            plumbline_rollup::recompute_issues(&self.app.store, &self.job().team_id, &swept.kept).await?;
            let gone = swept.marked;
            if gone > 0 {
                tracing::info!(run = %self.job().run_id, gone, "run {} found {gone} of a listing gone", self.job().run_id);
            }
        }
        Ok(())
    }
}
