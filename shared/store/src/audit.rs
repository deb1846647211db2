//! What was done in a team, and who read about whom. Entries end by themselves after [`KEPT`].

use crate::{
    Result, Store, keys,
    table::{self, Sort},
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use plumbline_domain::{GrantId, TeamId, UserId};
use serde::{Deserialize, Serialize};

/// How long entries are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum AuditActor {
    /// The operator, by the bootstrap token.
    Operator,
    /// Somebody who signed in.
    User(UserId),
    /// A program with an API token.
    Token(GrantId),
}

/// An entry. It names people by ids alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// The request that did it.
    pub request_id: String,
    /// Who.
    pub actor: AuditActor,
    /// What: the operation's id in the API's description.
    pub action: String,
    /// Whether it changed something; else it read about other people.
    pub is_change: bool,
    /// Whom or what it was about: `everybody`, `account:github:583231`, `member:m_…`, `user:u_…`, `connection:jira`.
    #[serde(default)]
    pub about: Vec<String>,
    /// Where it came from: an address without its last part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The HTTP status that it ended with; none while it is under way, or when it broke off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    expires_at: i64,
}

impl Store {
    /// Writes an entry, or replaces that of the same request.
    pub async fn save_audit(&self, team: &TeamId, entry: &AuditEntry) -> Result<()> {
        let expires_at = entry.at.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second();
        let key = keys::audit(team, entry.at, &entry.request_id);
        let item = table::written(&key, Stored { entry, expires_at })?;
        self.batch_write(&self.tables.accounts, vec![table::write_request(item)?]).await
    }

    /// At most `limit` entries from `from` (inclusive) to `to` (exclusive), the oldest first, after the entry `after`.
    pub async fn load_audit(
        &self,
        team: &TeamId,
        (from, to): (Timestamp, Timestamp),
        after: Option<(Timestamp, &str)>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>> {
        let mut found = Vec::new();
        let start = after.map_or(from, |(at, _)| at.max(from));
        let first = match after {
            Some((at, request_id)) => format!("{}!", keys::audit_sort(at, request_id)),
            None => keys::audit_sort(from, ""),
        };
        // `#` is the smallest sign after a number's digits here, so that this comes before every entry of that instant.
        let last = format!("{:015}", to.as_millisecond().max(0));
        let mut month =
            start.to_zoned(TimeZone::UTC).first_of_month().unwrap_or_else(|_| start.to_zoned(TimeZone::UTC));
        while month.timestamp() < to && found.len() < limit {
            let partition = keys::audit_partition(team, month.timestamp().max(start));
            let sort = Sort::Between(first.clone(), last.clone());
            if first < last {
                let left = limit - found.len();
                let items = self.query_first(&self.tables.accounts, &partition, sort, Some(left)).await?;
                found.extend(items.into_iter().map(table::read::<AuditEntry>).collect::<Result<Vec<_>>>()?);
            }
            let Ok(next) = month.checked_add(1.month()).and_then(|next| next.first_of_month()?.start_of_day()) else {
                break;
            };
            month = next;
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample::team, testing::memory_store};

    fn entry(at: &str, request_id: &str) -> AuditEntry {
        AuditEntry {
            at: at.parse().unwrap(),
            request_id: request_id.into(),
            actor: AuditActor::User("u_ada".parse().unwrap()),
            action: "getExport".into(),
            is_change: false,
            about: vec!["everybody".into()],
            from: Some("192.0.2.0".into()),
            status: Some(200),
        }
    }

    #[tokio::test]
    async fn entries_are_listed_in_order_across_months_and_pages() {
        let (store, team) = (memory_store().await, team());
        let entries = [
            entry("2026-09-30T23:59:59.999Z", "a"),
            entry("2026-10-01T00:00:00Z", "b"),
            entry("2026-10-01T00:00:00Z", "c"),
            entry("2026-12-31T00:00:00Z", "d"),
        ];
        for entry in &entries {
            store.save_audit(&team, entry).await.unwrap();
        }
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let all = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        assert_eq!(store.load_audit(&team, all, None, 10).await.unwrap(), entries);
        let page = store.load_audit(&team, all, None, 2).await.unwrap();
        assert_eq!(page, entries[..2]);
        let after = Some((page[1].at, page[1].request_id.as_str()));
        assert_eq!(store.load_audit(&team, all, after, 10).await.unwrap(), entries[2..]);
        let october = (at("2026-10-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
        assert_eq!(store.load_audit(&team, october, None, 10).await.unwrap(), entries[1..3], "the end is exclusive");
        assert_eq!(store.load_audit(&"other".parse().unwrap(), all, None, 10).await.unwrap(), []);
    }

    #[tokio::test]
    async fn the_end_of_a_request_replaces_its_beginning() {
        let (store, team) = (memory_store().await, team());
        let begun = AuditEntry { status: None, ..entry("2026-10-01T00:00:00Z", "a") };
        store.save_audit(&team, &begun).await.unwrap();
        store.save_audit(&team, &entry("2026-10-01T00:00:00Z", "a")).await.unwrap();
        let range = ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-10-02T00:00:00Z".parse().unwrap());
        let listed = store.load_audit(&team, range, None, 10).await.unwrap();
        assert_eq!(listed, [entry("2026-10-01T00:00:00Z", "a")]);
    }
}
