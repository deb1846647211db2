//! Teams, and what is known of their people, groups and repositories.

use crate::{
    access::{Caller, TeamAccess, Who},
    app::App,
    input::Body,
    members::{self, Member},
    problem::Problem,
    shapes::Instant,
    surveys,
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::tz::TimeZone;
use plumbline_auth::{Action, Sight};
use plumbline_domain::{Account, TeamId, VendorId};
use plumbline_store::{Team, User};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// E-mail domains of a team.
const MOST_DOMAINS: usize = 100;
/// Longest name, in characters.
const NAME_LENGTH: usize = 100;
/// Teams whose people are read at the same time.
const CONCURRENT_TEAMS: usize = 8;

/// All teams.
#[derive(Serialize, ToSchema)]
pub(crate) struct Teams {
    /// In the order in which they were made.
    teams: Vec<TeamBody>,
}

/// A team.
#[derive(Serialize, ToSchema)]
#[schema(as = Team)]
pub(crate) struct TeamBody {
    /// Its id.
    team_id: String,
    /// Its name.
    name: String,
    /// IANA name of the time zone that its days and weeks are counted in.
    time_zone: String,
    /// When it was made.
    created_at: Instant,
    /// Accounts that the team itself calls bots, as `provider:id`.
    bots: Vec<String>,
    /// Domains whose e-mail addresses the organisation gives out: the same address at two vendors is the same person.
    email_domains: Vec<String>,
    /// Domains whose people may join by themselves, as developers.
    join_domains: Vec<String>,
    /// Whether people of the connected GitHub organisation may join by themselves, as developers.
    join_by_github: bool,
    /// Those of its people whom whoever asks may see, by login, each once: the code host's organisation's members or, where only repositories are connected,
    /// everybody seen there; without a code host everybody whom the other vendors list.
    members: Vec<Member>,
}

impl TeamBody {
    async fn load(app: &App, team: Team, sight: &Sight) -> Result<Self, Problem> {
        let (accounts, connections, same) = futures::try_join!(
            app.store.load_accounts(&team.id),
            app.store.load_connections(&team.id),
            app.store.load_same_person(&team.id),
        )?;
        let mut members = members::people(&team, accounts, &connections, &same);
        members.retain(|member| member.id.parse().is_ok_and(|id| sight.has(&id)));
        Ok(Self {
            team_id: team.id.to_string(),
            name: team.name,
            time_zone: team.time_zone,
            created_at: Instant(team.created_at),
            bots: team.bots.iter().map(ToString::to_string).collect(),
            email_domains: team.email_domains,
            join_domains: team.join_domains,
            join_by_github: team.join_by_github,
            members,
        })
    }
}

/// The teams of whoever asks, with those of their members whom they may see
///
/// The operator's are all teams.
#[utoipa::path(
    get, path = "/api/teams", operation_id = "listTeams", tag = "teams",
    responses((status = 200, description = "The teams, in the order in which they were made", body = Teams)),
)]
pub(crate) async fn list(caller: Caller) -> Result<Json<Teams>, Problem> {
    let teams = caller.teams().await?;
    let load = |(team, user): (Team, Option<User>)| async {
        let sight = match caller.enter(team.clone(), user, Action::SeePeople, false) {
            Some(Ok(access)) => access.sight().await?,
            // A token that may not see people sees the team without them.
            Some(Err(_)) | None => Sight::Only(BTreeSet::new()),
        };
        Box::pin(TeamBody::load(&caller.app, team, &sight)).await
    };
    let teams = stream::iter(teams).map(load).buffered(CONCURRENT_TEAMS).try_collect().await?;
    Ok(Json(Teams { teams }))
}

impl Caller {
    /// The teams that whoever asks may enter, the oldest first, with what they are there where they signed in.
    pub(crate) async fn teams(&self) -> Result<Vec<(Team, Option<User>)>, Problem> {
        let store = &self.app.store;
        let (ids, user) = match &*self.who {
            Who::Operator => return Ok(store.load_teams().await?.into_iter().map(|team| (team, None)).collect()),
            Who::User { session, .. } => (store.load_user_teams(&session.user).await?, Some(&session.user)),
            Who::Token { team, .. } => (vec![team.clone()], None),
        };
        let mut teams = Vec::new();
        for id in ids {
            let known = match user {
                Some(user) => store.load_user(&id, user).await?,
                None => None,
            };
            // Removed just now.
            if user.is_some() && known.is_none() {
                continue;
            }
            teams.extend(store.load_team(&id).await?.map(|team| (team, known)));
        }
        teams.sort_by(|(a, _), (b, _)| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(teams)
    }
}

/// A new team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTeam {
    /// Its name, up to 100 characters.
    name: String,
    /// IANA name of its time zone, as `Europe/Berlin`.
    time_zone: String,
}

/// The new team's id.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedTeam {
    /// Its id.
    team_id: String,
}

/// Make a team
#[utoipa::path(
    post, path = "/api/teams", operation_id = "createTeam", tag = "teams", request_body = NewTeam,
    responses((status = 201, description = "It was made", body = CreatedTeam)),
)]
pub(crate) async fn create(caller: Caller, Body(body): Body<NewTeam>) -> Result<Response, Problem> {
    let app = caller.app;
    let (name, time_zone) = (checked_name(&body.name)?, checked_zone(&body.time_zone)?);
    // 80 random bits do not collide; if the source of randomness is broken, giving up beats trying for ever.
    for _ in 0..3 {
        let id: TeamId = app.ids.text("t").parse().map_err(anyhow::Error::new)?;
        let team = Team {
            id,
            name: name.clone(),
            time_zone: time_zone.clone(),
            created_at: app.clock.now(),
            bots: Vec::new(),
            email_domains: Vec::new(),
            join_domains: Vec::new(),
            join_by_github: false,
        };
        if app.store.create_team(&team).await? {
            caller.trail.of_team(team.id.clone());
            let location = [(header::LOCATION, format!("/api/teams/{}", team.id))];
            let body = Json(CreatedTeam { team_id: team.id.to_string() });
            return Ok((StatusCode::CREATED, location, body).into_response());
        }
    }
    Err(Problem::internal(&anyhow::anyhow!("three new team ids in a row were taken")))
}

/// What to change of a team; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamChange {
    /// Its name, up to 100 characters.
    name: Option<String>,
    /// IANA name of its time zone.
    time_zone: Option<String>,
    /// The whole list of accounts that the team calls bots, each by login or as `provider:id`.
    bots: Option<Vec<String>>,
    /// The whole list of domains whose e-mail addresses the organisation gives out, as `example.com`.
    email_domains: Option<Vec<String>>,
    /// The whole list of domains whose people may join by themselves, as developers. Besides the operator, an admin may add
    /// the domain of their own address alone, since the issuer vouches for that one.
    join_domains: Option<Vec<String>>,
    /// Whether people of the connected GitHub organisation may join by themselves, as developers, when they sign in with
    /// GitHub.
    join_by_github: Option<bool>,
}

/// Change a team's name, time zone, list of bots, e-mail domains, or who may join
#[utoipa::path(
    patch, path = "/api/teams/{team_id}", operation_id = "changeTeam", tag = "teams", request_body = TeamChange,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The team as it is now", body = TeamBody)),
)]
pub(crate) async fn change(access: TeamAccess, Body(body): Body<TeamChange>) -> Result<Json<TeamBody>, Problem> {
    let sight = access.sight().await?;
    let TeamAccess { app, mut team, who, user, .. } = access;
    if let Some(name) = body.name {
        team.name = checked_name(&name)?;
    }
    let moved = body.time_zone.as_deref().map(checked_zone).transpose()?;
    if let Some(time_zone) = &moved {
        team.time_zone.clone_from(time_zone);
    }
    if let Some(bots) = body.bots {
        team.bots = find_bots(&bots, &app.store.load_accounts(&team.id).await?)?;
    }
    if let Some(domains) = body.email_domains {
        team.email_domains = checked_domains("email_domains", &domains)?;
    }
    if let Some(domains) = body.join_domains {
        let domains = checked_domains("join_domains", &domains)?;
        check_vouched(&who, user.as_ref(), &domains, &team.join_domains)?;
        // Before the team's own list, which is what counts.
        app.store.save_domain_lookups(&team.id, &domains, &team.join_domains).await?;
        team.join_domains = domains;
    }
    if let Some(join) = body.join_by_github {
        team.join_by_github = join;
    }
    app.store.save_team(&team).await?;
    if let Some(time_zone) = moved {
        surveys::move_to(&app, &team.id, &time_zone).await?;
    }
    Box::pin(TeamBody::load(&app, team, &sight)).await.map(Json)
}

/// A name that people give something: of a team, of a token.
pub(crate) fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let fits = (1..=NAME_LENGTH).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
        .ok_or_else(|| Problem::invalid("`name` must have 1 to 100 characters, and none that cannot be seen."))
}

/// The zone's name as the IANA database writes it.
fn checked_zone(name: &str) -> Result<String, Problem> {
    let zone = TimeZone::get(name).ok();
    zone.and_then(|zone| zone.iana_name().map(str::to_owned)).ok_or_else(|| {
        Problem::invalid("`time_zone` must be a name of the IANA time zone database, as Europe/Berlin or UTC.")
    })
}

fn checked_domains(field: &str, domains: &[String]) -> Result<Vec<String>, Problem> {
    let mut checked = BTreeSet::new();
    for text in domains {
        let domain = text.trim().trim_start_matches('@').to_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
            return Err(Problem::invalid(format!(
                "`{field}`: `{text}` is not a domain. Write each as what follows the @: example.com."
            )));
        }
        checked.insert(domain);
    }
    if checked.len() > MOST_DOMAINS {
        return Err(Problem::invalid(format!("`{field}` has more than {MOST_DOMAINS} entries.")));
    }
    Ok(checked.into_iter().collect())
}

/// That nobody lets people in of whom they do not know that they are theirs.
fn check_vouched(who: &Who, user: Option<&User>, domains: &[String], before: &[String]) -> Result<(), Problem> {
    if matches!(who, Who::Operator) {
        return Ok(());
    }
    let own = user.and_then(|user| user.email.as_deref()).and_then(|email| email.rsplit_once('@'));
    let own = own.map(|(_, domain)| domain);
    match domains.iter().find(|domain| !before.contains(domain) && Some(domain.as_str()) != own) {
        None => Ok(()),
        Some(domain) => Err(Problem::invalid(format!(
            "`join_domains`: you can add the domain of your own address alone, as the issuer vouches for it; {domain} is \
             another. Ask the operator."
        ))),
    }
}

fn find_bots(texts: &[String], accounts: &[Account]) -> Result<Vec<VendorId>, Problem> {
    let mut bots = BTreeSet::new();
    for text in texts {
        if let Ok(id) = text.parse::<VendorId>() {
            bots.insert(id);
            continue;
        }
        let account = accounts.iter().find(|account| account.login.eq_ignore_ascii_case(text)).ok_or_else(|| {
            Problem::invalid(format!(
                "`bots`: nobody called `{text}` is known. Write a login of somebody who appears in this team's data, \
                 or the vendor's id, as github:49699333."
            ))
        })?;
        bots.insert(account.id.clone());
    }
    Ok(bots.into_iter().collect())
}

/// A team's groups.
#[derive(Serialize, ToSchema)]
pub(crate) struct Groups {
    /// By slug.
    groups: Vec<GroupBody>,
}

/// A group inside a team: a GitHub team.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub(crate) struct GroupBody {
    /// The vendor's id, as `provider:id`.
    id: String,
    /// Its name in addresses.
    slug: String,
    /// Its name.
    name: String,
    /// How many accounts are in it.
    members: u64,
}

/// A team's groups
#[utoipa::path(
    get, path = "/api/teams/{team_id}/groups", operation_id = "listGroups", tag = "teams",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The groups that exist now", body = Groups)),
)]
pub(crate) async fn groups(access: TeamAccess) -> Result<Json<Groups>, Problem> {
    let (groups, memberships) = access.app.store.load_groups(access.id()).await?;
    let mut sizes: BTreeMap<VendorId, u64> = BTreeMap::new();
    for membership in memberships.into_iter().filter(|membership| membership.gone_at.is_none()) {
        *sizes.entry(membership.group).or_default() += 1;
    }
    let mut groups: Vec<GroupBody> = groups
        .into_iter()
        .filter(|group| group.gone_at.is_none())
        .map(|group| GroupBody {
            members: sizes.get(&group.id).copied().unwrap_or_default(),
            id: group.id.to_string(),
            slug: group.slug,
            name: group.name,
        })
        .collect();
    groups.sort_by(|a, b| (&a.slug, &a.id).cmp(&(&b.slug, &b.id)));
    Ok(Json(Groups { groups }))
}

/// A team's repositories.
#[derive(Serialize, ToSchema)]
pub(crate) struct Repositories {
    /// By name.
    repositories: Vec<RepositoryBody>,
}

/// A repository.
#[derive(Serialize, ToSchema)]
#[schema(as = Repository)]
pub(crate) struct RepositoryBody {
    /// The vendor's id, as `provider:id`; it survives renames.
    id: String,
    /// `owner/name` at present.
    full_name: String,
    /// Read-only at the vendor.
    archived: bool,
    /// When it was first missing at the vendor; its history stays.
    gone_at: Option<Instant>,
}

/// A team's repositories
#[utoipa::path(
    get, path = "/api/teams/{team_id}/repositories", operation_id = "listRepositories", tag = "teams",
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "The repositories, also those that are gone", body = Repositories)),
)]
pub(crate) async fn repositories(access: TeamAccess) -> Result<Json<Repositories>, Problem> {
    let repositories = access.app.store.load_repositories(access.id()).await?;
    let mut repositories: Vec<RepositoryBody> = repositories
        .into_iter()
        .map(|repository| RepositoryBody {
            id: repository.key.to_string(),
            full_name: repository.full_name,
            archived: repository.archived,
            gone_at: repository.gone_at.map(Instant),
        })
        .collect();
    repositories.sort_by(|a, b| (&a.full_name, &a.id).cmp(&(&b.full_name, &b.id)));
    Ok(Json(Repositories { repositories }))
}
