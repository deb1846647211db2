//! Rows of issues, in partitions of one project: what the issue metrics read.
//!
//! A row is kept under the revision of the document that it was computed from, like those of pull requests, and gives
//! way to later revisions alone. It is of fewer than a hundred bytes: instants are milliseconds after the creation.

use crate::{
    Result, Store, StoreError,
    facts::SavedIssue,
    keys,
    rollups::Written,
    row_codec,
    table::{self, Sort},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use plumbline_domain::{IssueRow, Points, Span, SprintStay, StatusCategory, TeamId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Rows and what reading them cost.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueRows {
    /// In order of projects and ids.
    pub rows: Vec<IssueRow>,
    /// Read units that the database counted.
    pub read_units: f64,
}

impl Store {
    /// Those of `issues` whose row is absent or was computed from an earlier revision; of those that are gone, the ones
    /// that have a row still.
    pub async fn missing_issue_rows<'a>(&self, team: &TeamId, issues: &'a [SavedIssue]) -> Result<Vec<&'a SavedIssue>> {
        let key = |saved: &SavedIssue| keys::issue_row(team, &saved.issue.project, &saved.issue.id);
        let found = self.batch_get(&self.tables.rollups, issues.iter().map(key).collect(), Some("r")).await?;
        let mut revs = HashMap::with_capacity(found.len());
        for (key, item) in found {
            revs.insert(key, table::number_of(&item, "r")?);
        }
        let is_missing = |saved: &&SavedIssue| match revs.get(&key(saved)) {
            Some(rev) => *rev < saved.rev,
            None => saved.issue.gone_at.is_none(),
        };
        Ok(issues.iter().filter(is_missing).collect())
    }

    /// Saves the row computed from revision `rev` of its issue's document, unless one of that or a later revision is
    /// there.
    pub async fn save_issue_row(&self, team: &TeamId, row: &IssueRow, rev: u64) -> Result<Written> {
        let key = keys::issue_row(team, &row.project, &row.id);
        self.save_coded(&key, encode(row)?, rev).await
    }

    /// Removes an issue's row, unless it is of revision `below_rev` or later. `Applied` also when there was none.
    pub async fn delete_issue_row(
        &self,
        team: &TeamId,
        project: &VendorId,
        issue: &VendorId,
        below_rev: u64,
    ) -> Result<Written> {
        self.delete_coded(&keys::issue_row(team, project, issue), below_rev).await
    }

    /// All rows of these projects, side by side, eventually consistent, which costs half: a row shows within a second
    /// of its write.
    pub async fn load_issue_rows(&self, team: &TeamId, projects: &[VendorId]) -> Result<IssueRows> {
        let projects: Vec<(Vec<IssueRow>, f64)> = stream::iter(projects.to_vec())
            .map(|project| self.load_project(team, project))
            .buffered(table::CONCURRENCY)
            .try_collect()
            .await?;
        let read_units = projects.iter().map(|(_, units)| units).sum();
        Ok(IssueRows { rows: projects.into_iter().flat_map(|(rows, _)| rows).collect(), read_units })
    }

    async fn load_project(&self, team: &TeamId, project: VendorId) -> Result<(Vec<IssueRow>, f64)> {
        let pk = keys::issue_rows_partition(team, &project);
        let (mut rows, mut units, mut start) = (Vec::new(), 0.0, None);
        loop {
            let page = self.query_page(&self.tables.rollups, &pk, &Sort::All, false, None, start).await?;
            units += page.read_units;
            for item in &page.items {
                let data = item.get("d").and_then(|value| value.as_b().ok());
                let data = data.ok_or_else(|| table::corrupt(item, "no binary `d`"))?;
                let row = decode(&project, table::text_of(item, "sk")?, data.as_ref());
                rows.push(row.map_err(|reason| table::corrupt(item, reason))?);
            }
            if page.next.is_none() {
                return Ok((rows, units));
            }
            start = page.next;
        }
    }
}

/// Format 1: [`WireRow`]. Another shape takes another number.
const FORMAT: u8 = 1;

/// Field order is the format. Instants are whole milliseconds: after the creation or, of what ends, after its beginning.
#[derive(Serialize, Deserialize)]
struct WireRow {
    created: i64,
    flags: u8,
    started: Option<i64>,
    done: Vec<(i64, Option<i64>)>,
    points: Option<i64>,
    stays: Vec<(u64, i64, Option<i64>)>,
}

/// In the flags' lowest two bits.
const CATEGORIES: [StatusCategory; 4] =
    [StatusCategory::ToDo, StatusCategory::InProgress, StatusCategory::Done, StatusCategory::Unknown];
const HISTORY: u8 = 4;

fn encode(row: &IssueRow) -> Result<Vec<u8>> {
    let created = row.created_at.as_millisecond();
    let after = |at: Timestamp| at.as_millisecond() - created;
    let span = |span: &Span| (after(span.from), span.to.map(|to| to.as_millisecond() - span.from.as_millisecond()));
    let category = CATEGORIES.iter().position(|category| *category == row.category).unwrap_or(CATEGORIES.len() - 1);
    let wire = WireRow {
        created,
        flags: u8::try_from(category).unwrap_or_default() | if row.has_history { HISTORY } else { 0 },
        started: row.started_at.map(after),
        done: row.done.iter().map(span).collect(),
        points: row.points.map(|points| points.0),
        stays: row
            .stays
            .iter()
            .map(|stay| {
                let (from, to) = span(&stay.span);
                (stay.sprint, from, to)
            })
            .collect(),
    };
    postcard::to_extend(&wire, vec![FORMAT])
        .map_err(|error| StoreError::Corrupt { key: row.id.to_string(), reason: error.to_string() })
}

fn decode(project: &VendorId, sk: &str, bytes: &[u8]) -> Result<IssueRow, String> {
    let wire: WireRow = row_codec::content(FORMAT, bytes)?;
    let instant = |millisecond: i64| Timestamp::from_millisecond(millisecond).map_err(|error| error.to_string());
    let sum = |a: i64, b: i64| a.checked_add(b).ok_or("an instant is too large");
    let span = |from: i64, to: Option<i64>| -> Result<Span, String> {
        let from = sum(wire.created, from)?;
        Ok(Span { from: instant(from)?, to: to.map(|to| instant(sum(from, to)?)).transpose()? })
    };
    Ok(IssueRow {
        id: VendorId::new(project.provider, keys::parse_issue_sort(sk)),
        project: project.clone(),
        created_at: instant(wire.created)?,
        started_at: wire.started.map(|started| instant(sum(wire.created, started)?)).transpose()?,
        done: wire.done.iter().map(|(from, to)| span(*from, *to)).collect::<Result<_, _>>()?,
        points: wire.points.map(Points),
        category: CATEGORIES.get(usize::from(wire.flags & 3)).copied().unwrap_or(StatusCategory::Unknown),
        has_history: wire.flags & HISTORY != 0,
        stays: wire
            .stays
            .iter()
            .map(|(sprint, from, to)| Ok(SprintStay { sprint: *sprint, span: span(*from, *to)? }))
            .collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
#[path = "issue_rows_tests.rs"]
mod tests;
