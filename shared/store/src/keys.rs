//! Every key of every table. `pk` begins with the team it belongs to, always; a [`TeamId`] holds no `#`, so no team's
//! keys can reach into another's. The lookups that begin outside a team are the functions named `lookup_`.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use plumbline_domain::{
    GrantId, MemberId, Provider, PullRequestKey, RecordKind, RepositoryKey, RunId, Shelf, TeamId, VendorId,
};

mod access;
mod items;
mod surveys;

pub(crate) use access::*;
pub(crate) use items::*;
pub use surveys::Due;
pub(crate) use surveys::*;

/// How many partitions the index by due time has: enough that no one of them takes all writes, few enough to ask all.
pub(crate) const DUE_SHARDS: u32 = 4;

/// The two parts of an item's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.pk, self.sk)
    }
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// What a vendor made, with what separates the parts of a key taken out of it.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('#', "%23")
}

fn vendor(id: &VendorId) -> String {
    format!("{}:{}", id.provider, escaped(&id.id))
}

/// A partition that has no items.
pub(crate) fn nothing() -> String {
    "LOOKUP#NOTHING".into()
}

/// Partition of a team itself.
pub(crate) fn team_partition(team: &TeamId) -> String {
    format!("TEAM#{team}")
}

// accounts

pub(crate) fn team(team: &TeamId) -> Key {
    key(team_partition(team), "TEAM")
}

pub(crate) const CONNECTIONS: &str = "CONNECTION#";

pub(crate) fn connection(team: &TeamId, provider: Provider) -> Key {
    key(team_partition(team), format!("{CONNECTIONS}{provider}"))
}

pub(crate) const MEMBERS: &str = "MEMBER#";

pub(crate) fn member(team: &TeamId, member: &MemberId) -> Key {
    key(team_partition(team), format!("{MEMBERS}{member}"))
}

pub(crate) const DECISIONS: &str = "DECISION#";

/// An admin's decision about an identity, in order of time.
pub(crate) fn decision(team: &TeamId, at: Timestamp, id: &str) -> Key {
    key(team_partition(team), format!("{DECISIONS}{:015}#{}", at.as_millisecond(), escaped(id)))
}

/// Accounts that stand for others of the same person.
pub(crate) fn same_person(team: &TeamId) -> Key {
    key(team_partition(team), "SAME_PERSON")
}

/// What the keys of a team's tombstones and their salt begin with.
pub(crate) const ERASED: &str = "ERASED";

/// The salt of a team's tombstones.
pub(crate) fn erased_salt(team: &TeamId) -> Key {
    key(team_partition(team), ERASED)
}

/// What is kept of an erased person, by their pseudonym.
pub(crate) fn tombstone(team: &TeamId, person: &str) -> Key {
    key(team_partition(team), format!("{ERASED}#{person}"))
}

/// Partition of the list of all teams.
pub(crate) fn lookup_teams() -> String {
    "LOOKUP#TEAMS".into()
}

pub(crate) fn lookup_team(team: &TeamId) -> Key {
    key(lookup_teams(), team.as_str())
}

/// Partition of the teams that take webhooks from `source`.
pub(crate) fn lookup_webhooks(provider: Provider, source: &str) -> String {
    format!("LOOKUP#WEBHOOK#{provider}#{source}")
}

pub(crate) fn lookup_webhook(provider: Provider, source: &str, team: &TeamId) -> Key {
    key(lookup_webhooks(provider, source), team.as_str())
}

/// A consent under way at a vendor, by the hash of its state (state table).
pub(crate) fn lookup_consent(state_hash: &str) -> Key {
    key(format!("LOOKUP#CONSENT#{state_hash}"), "CONSENT")
}

// facts

pub(crate) const REPOSITORIES: &str = "REPO#";

pub(crate) fn repository(team: &TeamId, repository: RepositoryKey) -> Key {
    key(team_partition(team), format!("{REPOSITORIES}{repository}"))
}

pub(crate) const ACCOUNTS: &str = "ACCOUNT#";

pub(crate) fn account(team: &TeamId, account: &VendorId) -> Key {
    key(team_partition(team), format!("{ACCOUNTS}{}", vendor(account)))
}

/// What groups and their memberships begin with.
pub(crate) const GROUPS: &str = "GROUP#";

pub(crate) fn group(team: &TeamId, group: &VendorId) -> Key {
    key(team_partition(team), format!("{GROUPS}{}", vendor(group)))
}

const MEMBER: &str = "#MEMBER#";

/// What the keys of a group's memberships begin with.
pub(crate) fn memberships(group: &VendorId) -> String {
    format!("{GROUPS}{}{MEMBER}", vendor(group))
}

pub(crate) fn membership(team: &TeamId, group: &VendorId, account: &VendorId) -> Key {
    key(team_partition(team), format!("{}{}", memberships(group), vendor(account)))
}

/// Whether a key that begins with [`GROUPS`] is a membership's.
pub(crate) fn is_membership(sk: &str) -> bool {
    sk.contains(MEMBER)
}

/// Partition of a repository's pull requests and commits.
pub(crate) fn repository_partition(team: &TeamId, repository: RepositoryKey) -> String {
    format!("TEAM#{team}#REPO#{repository}")
}

fn pull_request_sort(number: u64) -> String {
    format!("PR#{number:010}")
}

pub(crate) fn pull_request(team: &TeamId, pull_request: PullRequestKey) -> Key {
    key(repository_partition(team, pull_request.repository), pull_request_sort(pull_request.number))
}

/// The sort keys of a repository's pull requests, with their commit pages, whose numbers come after `after`.
pub(crate) fn pull_requests_after(after: Option<u64>) -> (String, String) {
    let from = after.map_or_else(|| "PR#".into(), |number| pull_request_sort(number.saturating_add(1)));
    (from, "PR#~".into())
}

const COMMITS: &str = "#COMMITS#";

/// A further page of a pull request's commits; the first is in the document.
pub(crate) fn commit_page(team: &TeamId, pull_request: PullRequestKey, index: u32) -> Key {
    let sort = pull_request_sort(pull_request.number);
    key(repository_partition(team, pull_request.repository), format!("{sort}{COMMITS}{index:04}"))
}

/// Whether a key that begins like a pull request's is a commit page's.
pub(crate) fn is_commit_page(sk: &str) -> bool {
    sk.contains(COMMITS)
}

const BRANCH_COMMITS: &str = "COMMIT#";

/// Whether an item of a repository's partition is a commit of its branch.
pub(crate) fn is_branch_commit(sk: &str) -> bool {
    sk.starts_with(BRANCH_COMMITS)
}

pub(crate) fn branch_commit(team: &TeamId, repository: RepositoryKey, sha: &str) -> Key {
    key(repository_partition(team, repository), format!("{BRANCH_COMMITS}{sha}"))
}

/// The sort keys of a branch's commits whose hashes come after `after`.
pub(crate) fn branch_commits_after(after: Option<&str>) -> (String, String) {
    // '!' is the smallest sign that prints: the next key after this hash.
    (after.map_or_else(|| "COMMIT#".into(), |sha| format!("COMMIT#{sha}!")), "COMMIT#~".into())
}

/// Partition of the records of one kind and scope.
pub(crate) fn shelf_partition(team: &TeamId, shelf: &Shelf) -> String {
    format!("TEAM#{team}#{}#{}", shelf.kind.as_str().to_uppercase(), escaped(&shelf.scope))
}

pub(crate) fn record(team: &TeamId, shelf: &Shelf, id: &str) -> Key {
    key(shelf_partition(team, shelf), escaped(id))
}

/// What the catalogue's entries for shelves of a kind begin with.
pub(crate) fn catalogue(kind: RecordKind) -> String {
    format!("SHELF#{}#", kind.as_str())
}

/// A shelf's entry in the catalogue.
pub(crate) fn catalogue_entry(team: &TeamId, shelf: &Shelf) -> Key {
    key(team_partition(team), format!("{}{}", catalogue(shelf.kind), escaped(&shelf.scope)))
}

/// The sort keys of a shelf's daily records of these days, both inclusive: ids begin with the day and a space.
pub(crate) fn records_of_days(from: Date, to: Date) -> (String, String) {
    (format!("{from} "), format!("{to}!"))
}

/// The sort keys of a shelf's records with ids after `after` and up to `to`.
pub(crate) fn records_between(after: Option<&str>, to: Option<&str>) -> (String, String) {
    // The smallest character makes the next key after an id; DynamoDB takes no empty one.
    let from = after.map_or_else(|| "\u{1}".into(), |id| format!("{}\u{1}", escaped(id)));
    (from, to.map_or_else(|| "\u{10ffff}".into(), escaped))
}

/// Which pull request an item of the facts table belongs to, itself or one of its commit pages; `None` for any other
/// item. For the reader of the table's stream.
pub fn changed_pull_request(pk: &str, sk: &str) -> Option<(TeamId, PullRequestKey)> {
    let (team, repository) = pk.strip_prefix("TEAM#")?.split_once("#REPO#")?;
    let (provider, id) = repository.split_once(':')?;
    let number = sk.strip_prefix("PR#")?;
    let number = number.split_once(COMMITS).map_or(number, |(number, _)| number);
    let repository = RepositoryKey { provider: provider.parse().ok()?, id: id.parse().ok()? };
    Some((team.parse().ok()?, PullRequestKey { repository, number: number.parse().ok()? }))
}

// rollups

/// The UTC month that `at` lies in.
fn month(at: Timestamp) -> String {
    let date = at.to_zoned(TimeZone::UTC).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// Partition of the rows of the UTC month that `at` lies in.
pub(crate) fn flow_partition(team: &TeamId, at: Timestamp) -> String {
    format!("TEAM#{team}#FLOW#{}", month(at))
}

/// The row of a pull request merged at `merged_at`.
pub(crate) fn flow_row(team: &TeamId, pull_request: PullRequestKey, merged_at: Timestamp) -> Key {
    key(flow_partition(team, merged_at), flow_sort(pull_request, merged_at))
}

/// The sort key of what is kept in order of merges.
fn flow_sort(pull_request: PullRequestKey, merged_at: Timestamp) -> String {
    let RepositoryKey { provider, id } = pull_request.repository;
    // The first host's rows go without its name: that is seven bytes of every row read.
    let host = if provider == Provider::Github { String::new() } else { format!("{provider}:") };
    format!("{}#{host}{id}#{}", flow_second(merged_at), pull_request.number)
}

/// What the sort keys of rows merged in this second begin with.
pub(crate) fn flow_second(at: Timestamp) -> String {
    format!("{:010}", at.as_second().max(0))
}

/// What [`flow_sort`] put into a sort key: the pull request and the second of its merge.
pub(crate) fn parse_flow_sort(sk: &str) -> Option<(PullRequestKey, i64)> {
    let mut parts = sk.split('#');
    let (second, repository, number) = (parts.next()?, parts.next()?, parts.next()?);
    let (provider, id) = match repository.split_once(':') {
        Some((provider, id)) => (provider.parse().ok()?, id),
        None => (Provider::Github, repository),
    };
    let repository = RepositoryKey { provider, id: id.parse().ok()? };
    Some((PullRequestKey { repository, number: number.parse().ok()? }, second.parse().ok()?))
}

/// Partition of the rows of a project's issues.
pub(crate) fn issue_rows_partition(team: &TeamId, project: &VendorId) -> String {
    format!("TEAM#{team}#ISSUES#{}", vendor(project))
}

/// The row of an issue; its provider is the project's.
pub(crate) fn issue_row(team: &TeamId, project: &VendorId, issue: &VendorId) -> Key {
    key(issue_rows_partition(team, project), escaped(&issue.id))
}

/// The issue's id that [`issue_row`] put into a sort key.
pub(crate) fn parse_issue_sort(sk: &str) -> String {
    sk.replace("%23", "#").replace("%25", "%")
}

// state

pub(crate) const SYNCS: &str = "SYNC#";

pub(crate) fn sync(team: &TeamId, provider: Provider) -> Key {
    key(team_partition(team), format!("{SYNCS}{provider}"))
}

pub(crate) const JOBS: &str = "JOB#";

/// A long job.
pub(crate) fn job(team: &TeamId, id: &GrantId) -> Key {
    key(team_partition(team), format!("{JOBS}{id}"))
}

pub(crate) const JOB_SLOTS: &str = "JOB_SLOT#";

/// The latest job of those that go on one at a time.
pub(crate) fn job_slot(team: &TeamId, slot: &str) -> Key {
    key(team_partition(team), format!("{JOB_SLOTS}{}", escaped(slot)))
}

pub(crate) fn marks_partition(team: &TeamId, provider: Provider) -> String {
    format!("TEAM#{team}#MARKS#{provider}")
}

pub(crate) fn mark(team: &TeamId, provider: Provider, mark: &str) -> Key {
    key(marks_partition(team, provider), mark)
}

pub(crate) fn settle_partition(team: &TeamId, provider: Provider) -> String {
    format!("TEAM#{team}#SETTLE#{provider}")
}

pub(crate) fn settle(team: &TeamId, provider: Provider, run: &RunId, index: u32) -> Key {
    key(settle_partition(team, provider), settle_sort(run, index))
}

fn settle_sort(run: &RunId, index: u32) -> String {
    format!("{run}#{index:010}")
}

pub(crate) fn roll_partition(team: &TeamId, provider: Provider) -> String {
    format!("TEAM#{team}#ROLL#{provider}")
}

pub(crate) fn identities_claim(team: &TeamId) -> Key {
    key(team_partition(team), "IDENTITIES")
}

pub(crate) fn renewal(team: &TeamId, provider: Provider) -> Key {
    key(team_partition(team), format!("RENEWAL#{provider}"))
}

/// A sheet of a run's roll.
pub(crate) fn roll(team: &TeamId, provider: Provider, run: &RunId, index: u32) -> Key {
    key(roll_partition(team, provider), settle_sort(run, index))
}

/// The sort keys of a run's settle lists, or roll sheets, that come after `after`.
pub(crate) fn settle_after(run: &RunId, after: Option<u32>) -> (String, String) {
    let from = after.map_or_else(|| format!("{run}#"), |index| format!("{}!", settle_sort(run, index)));
    (from, format!("{run}#~"))
}

/// The number of a settle list in its run.
pub(crate) fn parse_settle_sort(sk: &str) -> Option<u32> {
    sk.split_once('#')?.1.parse().ok()
}

/// Which partition of the index by due time a team's runs are in: FNV-1a, since it has to stay the same for ever.
pub(crate) fn due_shard(team: &TeamId) -> String {
    let hash =
        team.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % DUE_SHARDS).to_string()
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
