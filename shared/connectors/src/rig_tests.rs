//! What the connector function does with a connector, without its store: for the connectors' tests.

use crate::{Connection, Connector, Credentials, Cursor, Failure, Marks, Page, Quarantined, Settings};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Fact, Listing};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use wiremock::MockServer;

/// An instant some minutes after the tests' beginning of time.
pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minute * 60).expect("in range")
}

pub(crate) fn connection(server: &MockServer, credentials: Credentials) -> Connection {
    Connection {
        team_id: "t1".parse().expect("an id"),
        base_url: Some(server.uri().parse().expect("an address")),
        credentials,
        settings: Settings::default(),
        apps: Arc::default(),
    }
}

/// All that a run brought.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub(crate) facts: Vec<Fact>,
    pub(crate) quarantined: Vec<Quarantined>,
    pub(crate) notices: Vec<String>,
    /// What the listings that were read whole had.
    pub(crate) complete: BTreeMap<Listing, BTreeSet<String>>,
    listed: BTreeMap<Listing, BTreeSet<String>>,
    /// When there were calls, and how many.
    pub(crate) calls: Vec<(Timestamp, u32)>,
    /// What there was before each page.
    pub(crate) stops: Vec<Stop>,
}

/// Where a run could break off.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) marks: Marks,
    pub(crate) cursor: Option<Cursor>,
    /// Number of facts up to here.
    pub(crate) facts: usize,
    listed: BTreeMap<Listing, BTreeSet<String>>,
}

impl Ran {
    pub(crate) fn call_count(&self) -> u32 {
        self.calls.iter().map(|(_, calls)| calls).sum()
    }

    pub(crate) fn reasons(&self) -> Vec<String> {
        self.quarantined.iter().map(|record| format!("{}: {}", record.what, record.reason)).collect()
    }

    fn take(&mut self, page: Page, marks: &mut Marks, now: Timestamp) {
        for (key, change) in page.marks {
            match change {
                Some(value) => marks.0.insert(key, value),
                None => marks.0.remove(&key),
            };
        }
        self.facts.extend(page.facts);
        self.quarantined.extend(page.quarantined);
        self.notices.extend(page.notice);
        self.calls.push((now, page.calls));
        for listed in page.listed {
            self.listed.entry(listed.listing).or_default().extend(listed.ids);
        }
        for listing in page.complete {
            let ids = self.listed.get(&listing).cloned().unwrap_or_default();
            self.complete.insert(listing, ids);
        }
    }
}

/// Runs from a cursor to the end, with a clock that jumps over pauses.
pub(crate) async fn sync_from(
    connector: &dyn Connector,
    connection: &Connection,
    marks: &mut Marks,
    cursor: Option<Cursor>,
    now: Timestamp,
) -> Result<Ran, Failure> {
    resume(
        connector,
        connection,
        marks,
        Stop { marks: Marks::default(), cursor, facts: 0, listed: BTreeMap::new() },
        now,
    )
    .await
}

async fn resume(
    connector: &dyn Connector,
    connection: &Connection,
    marks: &mut Marks,
    stop: Stop,
    mut now: Timestamp,
) -> Result<Ran, Failure> {
    let mut ran = Ran { listed: stop.listed, ..Ran::default() };
    let mut cursor = stop.cursor;
    loop {
        let (facts, listed) = (ran.facts.len(), ran.listed.clone());
        ran.stops.push(Stop { marks: marks.clone(), cursor: cursor.clone(), facts, listed });
        let page = connector.fetch(connection, marks, cursor.as_ref(), now).await?;
        let (next, pause) = (page.next.clone(), page.pause_until);
        ran.take(page, marks, now);
        if next.is_none() {
            return Ok(ran);
        }
        cursor = next;
        now = pause.unwrap_or(now).max(now);
        assert!(cursor.as_ref().expect("some").to_string().len() < 600, "a cursor is small: {cursor:?}");
        assert!(ran.stops.len() < 3_000, "the run does not end");
    }
}

pub(crate) async fn sync(
    connector: &dyn Connector,
    connection: &Connection,
    marks: &mut Marks,
    minute: i64,
) -> Result<Ran, Failure> {
    sync_from(connector, connection, marks, None, at(minute)).await
}

pub(crate) fn told(facts: &[Fact]) -> BTreeSet<String> {
    facts.iter().map(|fact| serde_json::to_string(fact).expect("serialises")).collect()
}

/// Breaks a run off before each of its pages and resumes it some minutes later, once as if the page had not been saved
/// at all and once as if only its marks had been.
pub(crate) async fn assert_resumes_from_everywhere(connector: &dyn Connector, connection: &Connection) {
    let whole = sync(connector, connection, &mut Marks::default(), 0).await.expect("syncs");
    assert!(whole.stops.len() > 2, "{}", whole.stops.len());
    for (index, stop) in whole.stops.iter().enumerate() {
        let now = if stop.cursor.is_none() { at(0) } else { at(40) };
        let after_marks = whole.stops.get(index + 1).map(|next| next.marks.clone());
        for marks in [Some(stop.marks.clone()), after_marks].into_iter().flatten() {
            let mut marks = marks;
            let resumed = resume(connector, connection, &mut marks, stop.clone(), now).await.expect("resumes");
            let facts = [&whole.facts[..stop.facts], &resumed.facts].concat();
            assert_eq!(told(&facts), told(&whole.facts), "page {index}");
            for (listing, ids) in &resumed.complete {
                assert_eq!(Some(ids), whole.complete.get(listing), "page {index}");
            }
        }
    }
}

/// The most calls in any window of so many seconds.
pub(crate) fn most_within(calls: &[(Timestamp, u32)], seconds: i64) -> u32 {
    let within = |end: Timestamp| {
        let start = end - SignedDuration::from_secs(seconds);
        calls.iter().filter(|(at, _)| *at > start && *at <= end).map(|(_, calls)| calls).sum()
    };
    calls.iter().map(|(end, _)| within(*end)).max().unwrap_or(0)
}
