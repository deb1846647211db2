//! The metrics of a team: delivery here, the others in modules of their own.

pub(crate) mod ai;
pub(crate) mod copilot;
pub(crate) mod jira;
mod narrowing;

use crate::{
    access::TeamAccess,
    input::{Params, check_order, parse_day},
    problem::Problem,
};
use axum::{
    Json,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse as _, Response},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use plumbline_domain::{Account, Group, Membership, Provider, Repository, RepositoryKey};
use plumbline_metrics::{Delivery, DeliveryInput, Filters, Range, Selection, delivery};
use plumbline_store::Rows;
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};
use utoipa::IntoParams;

/// The code host that pull requests come from.
const HOST: Provider = Provider::Github;
/// Days shown when no range is given.
const DEFAULT_DAYS: i64 = 90;
/// The longest distance from the first day to the last: two years, one of them a leap year.
const LONGEST_DAYS: i32 = 731;

/// What to look at.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// First day, `YYYY-MM-DD` in the team's time zone; 89 days before `to` when absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, inclusive; today when absent. At most two years after `from`.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
    /// Only pull requests by members of this group: its slug or id.
    group: Option<String>,
    /// Only pull requests of this repository: `owner/name` or its id.
    repository: Option<String>,
    /// Only pull requests of this author: a login or an id.
    author: Option<String>,
}

/// The delivery metrics of a range of days
///
/// A pull request counts on the day of its merge in the team's time zone. Durations are seconds. The answer's
/// `Server-Timing` header tells the milliseconds spent (`handler`) and the database's read units (`read-units`).
///
/// Whoever is not an admin sees of the reviewers themselves and, as a lead, the people of their groups; and no numbers that
/// are of fewer than five others, or leave fewer than five to be told from the whole (403 `too-few-people`).
#[utoipa::path(
    get, path = "/api/teams/{team_id}/metrics/delivery", operation_id = "getDelivery", tag = "metrics",
    params(("team_id" = String, Path, description = "The team"), DeliveryQuery),
    responses((status = 200, description = "The metrics, each with its definition, sample and exclusions", body = Delivery)),
)]
pub(crate) async fn show(access: TeamAccess, Params(query): Params<DeliveryQuery>) -> Result<Response, Problem> {
    let started = Instant::now();
    let now = access.app.clock.now();
    let range = query.range(&access, now)?;
    let (found, sight) = futures::try_join!(Box::pin(Found::load(&access, &query, &range)), access.sight())?;
    found.check_narrowing(&sight)?;
    let mut answer = delivery(DeliveryInput {
        rows: &found.rows.rows,
        provider: HOST,
        range: &range,
        selection: found.selection(),
        filters: query.filters(),
        team_bots: &found.team_bots,
        logins: &logins(&found.accounts),
        person_of: &|account| found.persons.get(&account).copied().unwrap_or(account),
        as_of: found.as_of,
        now,
    });
    narrowing::hide_people(&mut answer, &sight);
    Ok(timed(Json(answer).into_response(), started, found.rows.read_units))
}

impl DeliveryQuery {
    /// The range of days that is asked for.
    fn range(&self, access: &TeamAccess, now: Timestamp) -> Result<Range, Problem> {
        let zone = access.zone()?;
        let (from, to) = days(self.from.as_deref(), self.to.as_deref(), &zone, now)?;
        Range::new(from, to, &zone).map_err(|error| Problem::bad_request(format!("{error}.")))
    }

    fn filters(self) -> Filters {
        Filters { group: self.group, repository: self.repository, author: self.author }
    }
}

/// Rows of the range, and who and what the question's words name.
struct Found {
    rows: Rows,
    accounts: Vec<Account>,
    /// The account that stands for the person behind each that does not itself.
    persons: HashMap<u64, u64>,
    authors: Option<HashSet<u64>>,
    group: Option<HashSet<u64>>,
    repository: Option<RepositoryKey>,
    team_bots: HashSet<u64>,
    as_of: Option<Timestamp>,
}

impl Found {
    async fn load(access: &TeamAccess, query: &DeliveryQuery, range: &Range) -> Result<Self, Problem> {
        let (store, team) = (&access.app.store, access.id());
        let (from, to) = instants(range);
        let (rows, accounts, same, repositories, groups, sync) = futures::try_join!(
            store.load_rows(team, from, to),
            store.load_accounts_of(team, HOST),
            store.load_same_person(team),
            async { if query.repository.is_some() { store.load_repositories(team).await } else { Ok(Vec::new()) } },
            async { if query.group.is_some() { store.load_groups(team).await } else { Ok((Vec::new(), Vec::new())) } },
            store.load_sync(team, HOST),
        )?;
        Ok(Self {
            group: query.group.as_deref().map(|text| group_members(text, &groups.0, &groups.1)).transpose()?,
            repository: query.repository.as_deref().map(|text| find_repository(text, repositories)).transpose()?,
            authors: query.author.as_deref().map(|text| find_author(text, &accounts)).transpose()?,
            persons: same.numeric(HOST),
            team_bots: access.team.bots.iter().filter_map(|id| host_account(id.provider, &id.id)).collect(),
            as_of: sync.and_then(|sync| sync.last_success),
            rows,
            accounts,
        })
    }

    fn selection(&self) -> Selection<'_> {
        Selection { authors: self.authors.as_ref(), group: self.group.as_ref(), repository: self.repository }
    }
}

/// A range's instants. Nothing was merged before 1970: rows are kept by their epoch second.
fn instants(range: &Range) -> (Timestamp, Timestamp) {
    (range.start().max(Timestamp::UNIX_EPOCH), range.end().max(Timestamp::UNIX_EPOCH))
}

/// The answer with a header that tells the time spent and the database's read units.
fn timed(mut response: Response, started: Instant, read_units: f64) -> Response {
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let timing = format!("handler;dur={milliseconds:.1}, read-units;desc=\"{read_units:.1}\"");
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        response.headers_mut().insert(HeaderName::from_static("server-timing"), timing);
    }
    response
}

/// The first and the last day that were asked for.
fn days(from: Option<&str>, to: Option<&str>, zone: &TimeZone, now: Timestamp) -> Result<(Date, Date), Problem> {
    let far = |_| Problem::bad_request("These days are too far away to be computed with.");
    let to = parse_day("to", to)?.unwrap_or_else(|| now.to_zoned(zone.clone()).date());
    let from = match parse_day("from", from)? {
        Some(from) => from,
        None => to.checked_sub((DEFAULT_DAYS - 1).days()).map_err(far)?,
    };
    check_order(Some(from), Some(to))?;
    if from.until(to).map_err(far)?.get_days() > LONGEST_DAYS {
        return Err(Problem::bad_request(format!(
            "From {from} to {to} is more than two years. Ask for at most {LONGEST_DAYS} days; exports have no limit."
        )));
    }
    Ok((from, to))
}

fn host_account(provider: Provider, id: &str) -> Option<u64> {
    (provider == HOST).then(|| id.parse().ok()).flatten()
}

fn logins(accounts: &[Account]) -> HashMap<u64, String> {
    let host = |account: &Account| Some((host_account(account.id.provider, &account.id.id)?, account.login.clone()));
    accounts.iter().filter_map(host).collect()
}

fn group_members(text: &str, groups: &[Group], memberships: &[Membership]) -> Result<HashSet<u64>, Problem> {
    let there = || groups.iter().filter(|group| group.gone_at.is_none());
    let group = there()
        .find(|group| group.id.to_string() == text)
        .or_else(|| there().find(|group| group.slug.eq_ignore_ascii_case(text)))
        .ok_or_else(|| unknown("unknown-group", "group", text, "groups"))?;
    let of_group = memberships.iter().filter(|membership| membership.group == group.id && membership.gone_at.is_none());
    Ok(of_group.filter_map(|membership| host_account(membership.account.provider, &membership.account.id)).collect())
}

/// By id, else by name; of several that had the name in turn, the one that has it still.
fn find_repository(text: &str, mut repositories: Vec<Repository>) -> Result<RepositoryKey, Problem> {
    repositories.sort_by_key(|repository| (repository.gone_at.is_some(), repository.key));
    repositories
        .iter()
        .find(|repository| repository.key.to_string() == text)
        .or_else(|| repositories.iter().find(|repository| repository.full_name.eq_ignore_ascii_case(text)))
        .map(|repository| repository.key)
        .ok_or_else(|| unknown("unknown-repository", "repository", text, "repositories"))
}

/// By id, else by login. Logins change hands, so that several accounts may be known by one: all of them count.
fn find_author(text: &str, accounts: &[Account]) -> Result<HashSet<u64>, Problem> {
    let ids = |fits: &dyn Fn(&Account) -> bool| -> HashSet<u64> {
        let fitting = accounts.iter().filter(|account| fits(account));
        fitting.filter_map(|account| host_account(account.id.provider, &account.id.id)).collect()
    };
    let mut found = ids(&|account| account.id.to_string() == text);
    if found.is_empty() {
        found = ids(&|account| account.login.eq_ignore_ascii_case(text));
    }
    if found.is_empty() {
        return Err(Problem::not_found(
            "unknown-author",
            format!("Nobody called `{text}` appears in this team's data. Write a login, or an id as github:583231."),
        ));
    }
    Ok(found)
}

fn unknown(kind: &'static str, what: &str, text: &str, list: &str) -> Problem {
    Problem::not_found(
        kind,
        format!("This team has no {what} `{text}`. GET /api/teams/{{team_id}}/{list} lists those there are."),
    )
}
