//! What is in an export.

use super::archive::Archive;
use crate::{App, Stop};
use jiff::{SignedDuration, Timestamp};
use plumbline_auth::Sight;
use plumbline_domain::{TeamId, VendorId};
use plumbline_export::{
    AUDIT_COLUMNS, Kind, MY_SURVEY_COLUMNS, Page, People, Proof, Row, SURVEY_COLUMNS, Source, Table as Rows,
    USER_COLUMNS, Window, of_entry, of_entry_about, of_mine, of_survey, of_user, own_accounts, own_member,
};
use plumbline_identity::Member;
use plumbline_store::{AUDIT_KEPT, ApiToken, SurveyRecord, Team, User};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Entries of the audit log read at once.
const ENTRIES: usize = 1000;
/// Surveys read at once; each has a few kilobytes.
const SURVEYS: usize = 200;

/// Whose data.
pub(super) enum Scope {
    /// Everybody's.
    Team,
    /// One person's.
    Person(Box<Person>),
}

/// A user and whom of the team's people they are.
pub(super) struct Person {
    pub(super) user: User,
    member: Option<Member>,
    accounts: BTreeSet<VendorId>,
}

impl Person {
    pub(super) async fn load(app: &App, team: &TeamId, user: User) -> Result<Self, Stop> {
        let (members, accounts) = (app.store.load_members(team).await?, app.store.load_accounts(team).await?);
        let member = own_member(&user, &members, &accounts).cloned();
        let accounts = own_accounts(&user, member.as_ref());
        Ok(Self { user, member, accounts })
    }

    /// What entries of the audit log call them.
    fn names(&self) -> BTreeSet<String> {
        let member = self.member.iter().map(|member| format!("member:{}", member.id));
        let accounts = self.accounts.iter().map(|account| format!("account:{account}"));
        member.chain(accounts).chain([format!("user:{}", self.user.id)]).collect()
    }
}

/// A table of an export.
#[derive(Clone, Copy)]
pub(super) enum Table {
    Kind(Kind),
    Surveys { columns: &'static [&'static str] },
    Users,
    Audit,
}

/// The tables that an export has.
pub(super) fn tables(scope: &Scope) -> Vec<Table> {
    let kinds = Kind::ALL.into_iter().map(Table::Kind);
    let others: &[Table] = match scope {
        Scope::Team => &[Table::Surveys { columns: &SURVEY_COLUMNS }, Table::Users, Table::Audit],
        Scope::Person(_) => &[Table::Surveys { columns: &MY_SURVEY_COLUMNS }, Table::Audit],
    };
    kinds.chain(others.iter().copied()).collect()
}

impl Table {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.as_str(),
            Self::Surveys { .. } => "surveys",
            Self::Users => "users",
            Self::Audit => "audit",
        }
    }

    pub(super) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Kind(kind) => kind.columns(),
            Self::Surveys { columns } => columns,
            Self::Users => &USER_COLUMNS,
            Self::Audit => &AUDIT_COLUMNS,
        }
    }

    /// What the table is, for the README.
    pub(super) const fn what(self, scope: &Scope) -> &'static str {
        match (self, scope) {
            (Self::Kind(kind), _) => match kind {
                Kind::PullRequests => "pull requests, by their authors",
                Kind::Reviews => "submitted reviews",
                Kind::Commits => "commits of pull requests and of default branches",
                Kind::Members => "accounts that belong to the team",
                Kind::Issues => "issues, by their assignees (else their reporters)",
                Kind::Sprints => "sprints",
                Kind::Seats => "accounts' seats of products",
                Kind::UsageDaily => "daily usage of products",
                Kind::Storage => "how full repositories of artifacts were, day by day",
                Kind::Boards => "boards",
                Kind::Groups => "groups and who is in them",
                Kind::Identities => "accounts at all vendors, with the person each belongs to and what links them",
            },
            (Self::Surveys { .. }, Scope::Team) => {
                "surveys: a row for each pull request and person, with their answers"
            }
            (Self::Surveys { .. }, Scope::Person(_)) => "surveys that the person was asked in, with their answers",
            (Self::Users, _) => "who may sign in to the team",
            (Self::Audit, Scope::Team) => "the audit log of the last 400 days",
            (Self::Audit, Scope::Person(_)) => {
                "entries of the audit log by the person or about them (or everybody), without who else made them"
            }
        }
    }

    /// Writes all of its rows.
    pub(super) async fn write(self, app: &App, team: &Team, scope: &Scope, rows: &mut dyn Rows) -> Result<(), Stop> {
        match self {
            Self::Kind(kind) => Box::pin(of_kind(app, team, scope, kind, rows)).await,
            Self::Surveys { .. } => Box::pin(surveys(app, team, scope, rows)).await,
            Self::Users => {
                let users = app.store.load_users(&team.id).await?;
                Ok(users.iter().try_for_each(|user| put(&of_user(user), rows))?)
            }
            Self::Audit => Box::pin(audit(app, team, scope, rows)).await,
        }
    }
}

fn put(row: &Row, rows: &mut dyn Rows) -> anyhow::Result<()> {
    rows.write(row.cells())
}

async fn of_kind(app: &App, team: &Team, scope: &Scope, kind: Kind, rows: &mut dyn Rows) -> Result<(), Stop> {
    let people = Box::pin(People::load(&app.store, team)).await?;
    let mut page = match scope {
        Scope::Team => Page::whole(rows, Sight::Everybody),
        Scope::Person(person) => Page::whole(rows, Sight::Only(person.accounts.clone())).of_persons_alone(),
    };
    let source = Source { store: &app.store, clock: &app.clock, team, people: &people };
    let next = Box::pin(source.fill(kind, Window::default(), None, &mut page)).await.map_err(anyhow::Error::new)?;
    // A whole table has no further page; should that change, it must not be cut in silence.
    if next.is_some() {
        return Err(anyhow::anyhow!("the table {} was cut", kind.as_str()).into());
    }
    Ok(())
}

async fn surveys(app: &App, team: &Team, scope: &Scope, rows: &mut dyn Rows) -> Result<(), Stop> {
    if let Scope::Person(person) = scope {
        let stored = app.store.load_person_surveys(&team.id, &person.accounts, Timestamp::UNIX_EPOCH).await?;
        for row in stored.iter().flat_map(|stored| of_mine(&stored.survey, &person.accounts)) {
            put(&row, rows)?;
        }
        return Ok(());
    }
    for repository in app.store.load_repositories(&team.id).await? {
        let mut after = None;
        loop {
            let listed = app.store.list_surveys(&team.id, repository.key, after, SURVEYS).await?;
            let is_last = listed.len() < SURVEYS;
            after = listed.last().map(|(number, _)| *number);
            for (_, record) in &listed {
                let SurveyRecord::Opened(stored) = record else { continue };
                for row in of_survey(&stored.survey) {
                    put(&row, rows)?;
                }
            }
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

async fn audit(app: &App, team: &Team, scope: &Scope, rows: &mut dyn Rows) -> Result<(), Stop> {
    let now = app.clock.now();
    let range = (now.checked_sub(AUDIT_KEPT).unwrap_or(Timestamp::MIN), now + SignedDuration::from_secs(1));
    let mut after: Option<(Timestamp, String)> = None;
    loop {
        let start = after.as_ref().map(|(at, id)| (*at, id.as_str()));
        let entries = app.store.load_audit(&team.id, range, start, ENTRIES).await?;
        for entry in &entries {
            let row = match scope {
                Scope::Team => Some(of_entry(entry)),
                Scope::Person(person) => of_entry_about(entry, &person.user.id, &person.names()),
            };
            if let Some(row) = row {
                put(&row, rows)?;
            }
        }
        match entries.last().filter(|_| entries.len() == ENTRIES) {
            Some(last) => after = Some((last.at, last.request_id.clone())),
            None => return Ok(()),
        }
    }
}

/// The files that are no tables.
pub(super) async fn documents(app: &App, team: &Team, scope: &Scope, archive: &mut Archive) -> Result<(), Stop> {
    let tokens = app.store.load_api_tokens(&team.id).await?;
    match scope {
        Scope::Person(person) => {
            let opted_out = match &person.member {
                Some(member) => Some(app.store.load_opt_outs(&team.id).await?.contains(&member.id)),
                None => None,
            };
            let own = tokens.iter().filter(|token| token.made_by.as_ref() == Some(&person.user.id));
            let profile = json!({
                "user": person.user,
                "member": person.member.as_ref().map(|member| of_member(member, &person.accounts)),
                "opted_out_of_surveys": opted_out,
                "tokens": own.map(of_token).collect::<Vec<_>>(),
            });
            archive.json(
                "profile.json",
                "the user, the accounts that are theirs and why, settings, API tokens",
                &profile,
            )?;
        }
        Scope::Team => {
            let (settings, connections, invitations, opt_outs) = (
                app.store.load_survey_settings(&team.id).await?,
                app.store.load_connections(&team.id).await?,
                app.store.load_invitations(&team.id).await?,
                app.store.load_opt_outs(&team.id).await?,
            );
            let connections = connections.iter().map(|connection| {
                json!({
                    "provider": connection.provider,
                    "base_url": connection.base_url,
                    "settings": connection.settings,
                    "sync_at": connection.sync_at,
                    "webhook_sources": connection.webhook_sources,
                    "created_at": connection.created_at,
                    "updated_at": connection.updated_at,
                })
            });
            let settings = json!({
                "team": team,
                "survey_settings": settings,
                "connections": connections.collect::<Vec<_>>(),
                "tokens": tokens.iter().map(of_token).collect::<Vec<_>>(),
                "invitations": invitations,
                "opted_out_of_surveys": opt_outs,
            });
            let what = "the team, settings of surveys, connections (without credentials), API tokens (without their texts), \
                        invitations, who opted out of surveys";
            archive.json("settings.json", what, &settings)?;
        }
    }
    Ok(())
}

/// A member as they may see themselves: without accounts that are not theirs.
fn of_member(member: &Member, own: &BTreeSet<VendorId>) -> Value {
    let own: BTreeSet<String> = own.iter().map(ToString::to_string).collect();
    let accounts = member.accounts.iter().map(|link| {
        let proof = Proof::from(&link.evidence);
        json!({
            "account": link.account.to_string(),
            "evidence": proof.kind,
            "with": proof.with.filter(|with| own.contains(with)),
            "text": proof.text,
            "confidence": link.confidence.value(),
            "manual": link.manual,
        })
    });
    json!({ "id": member.id, "name": member.name, "accounts": accounts.collect::<Vec<_>>() })
}

fn of_token(token: &ApiToken) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "made_by": token.made_by,
        "created_at": token.created_at,
        "rotated_at": token.rotated_at,
        "expires_at": token.ends_at,
        "last_used_at": token.used_at,
    })
}
