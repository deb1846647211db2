//! Steps: the organisation's members, its teams, the teams' members.

use super::{
    cursor::{MembersStep, PageStep, Role, Step, TeamMembersStep},
    map,
    marks::TeamMark,
    run::{Listing, Run, vendor_id},
    wire::{RestTeam, RestUser},
};
use crate::Failure;
use plumbline_domain::{Account, Actor, ActorKind, Fact, Group, Membership};
use std::collections::BTreeMap;

const MEMBERS: &str = "members";
const PER_PAGE: (&str, &str) = ("per_page", "100");

fn team_list(id: u64) -> String {
    format!("team.{id}")
}

impl Run<'_> {
    fn organization(&self) -> Result<String, Failure> {
        // A run that began with an organisation goes on with one: settings are those of the connection, and a changed
        // connection starts over.
        self.settings.organization.clone().ok_or_else(|| Failure::Invalid(super::NOTHING_TO_READ.into()))
    }

    /// `/orgs/{org}/members`: twice, because the listing does not say who is an owner.
    pub(super) async fn members(&mut self, mut step: MembersStep) -> Result<Option<Step>, Failure> {
        let org = self.organization()?;
        let (role, started) = (step.role.as_str(), self.started);
        let url = self.api.path(&["orgs", &org, "members"], &[("role", role), PER_PAGE])?;
        let listing = self.list::<RestUser>("member", url, &step.at).await;
        let part = format!("{role}-{:05}", step.at.page);
        let next = match listing.map_err(|refused| super::about(refused.into(), &format!("organization {org}")))? {
            Listing::Unchanged { stamp } => {
                let entries: Vec<_> = self.book.list(MEMBERS, stamp, role).into_iter().collect();
                self.book.set_list_page(MEMBERS, started, &part, &entries);
                None
            }
            Listing::Page { items, broken, unknown, next } => {
                step.at.unsure |= unknown;
                let mut entries: Vec<(u64, String)> = Vec::with_capacity(items.len());
                let known = if broken.is_empty() { BTreeMap::new() } else { self.book.complete_list(MEMBERS) };
                entries.extend(broken.into_iter().filter_map(|id| Some((id, known.get(&id)?.clone()))));
                for user in items {
                    let actor = map::rest_actor(user);
                    entries.push((actor.id, actor.login.clone()));
                    let account = Account::from_actor(map::PROVIDER, &actor, started);
                    self.facts.push(Fact::Account(Account { role: Some(role.into()), member: Some(true), ..account }));
                }
                self.book.set_list_page(MEMBERS, started, &part, &entries);
                next
            }
        };
        self.show("members", self.book.list(MEMBERS, started, "").len() as u64, None);
        Ok(Some(match (next, step.role) {
            (Some(url), role) => Step::Members(MembersStep { role, at: step.at.following(url) }),
            (None, Role::Admin) => Step::Members(MembersStep { role: Role::Member, at: step.at.beside() }),
            (None, Role::Member) => {
                if step.at.unsure {
                    self.book.keep(MEMBERS, started);
                }
                for (id, login) in self.book.complete(MEMBERS, started) {
                    let kind = if login.ends_with("[bot]") { ActorKind::Bot } else { ActorKind::User };
                    let account = Account::from_actor(map::PROVIDER, &Actor { id, login, kind }, started);
                    self.facts.push(Fact::Account(Account { member: Some(false), ..account }));
                }
                Step::Teams(PageStep::default())
            }
        }))
    }

    /// `/orgs/{org}/teams`. A credential that may not see them costs the teams and nothing else.
    pub(super) async fn teams(&mut self, mut step: PageStep) -> Result<Option<Step>, Failure> {
        let org = self.organization()?;
        let url = self.api.path(&["orgs", &org, "teams"], &[PER_PAGE])?;
        let next = match self.list::<RestTeam>("team", url, &step).await {
            Err(refused) if refused.is_denied() => {
                self.quarantine("teams of the organization", Failure::from(refused).to_string());
                return Ok(Some(Self::first_repositories(self.settings)));
            }
            Err(refused) => return Err(refused.into()),
            Ok(Listing::Unchanged { stamp }) => {
                for (id, team) in self.book.teams() {
                    if team.listed == stamp && !team.gone {
                        self.book.set_team(id, &TeamMark { listed: self.started, ..team });
                    }
                }
                None
            }
            Ok(Listing::Page { items, broken, unknown, next }) => {
                step.unsure |= unknown;
                for id in broken {
                    if let Some(team) = self.book.team(id) {
                        self.book.set_team(id, &TeamMark { listed: self.started, ..team });
                    }
                }
                for team in items {
                    let id = team.id;
                    let parent = team.parent.map(|parent| parent.id);
                    let mark = TeamMark { slug: team.slug, name: team.name, parent, listed: self.started, gone: false };
                    self.group(id, &mark);
                    self.book.set_team(id, &mark);
                }
                next
            }
        };
        if let Some(url) = next {
            self.show_teams();
            return Ok(Some(Step::Teams(step.following(url))));
        }
        for (id, team) in self.book.teams() {
            if team.listed != self.started && !team.gone && !step.unsure {
                let team = TeamMark { gone: true, ..team };
                self.group(id, &team);
                self.book.set_team(id, &team);
                self.book.drop_list(&team_list(id));
            }
        }
        self.show_teams();
        Ok(Some(self.next_team(None, 0)))
    }

    fn show_teams(&mut self) {
        let listed = self.book.teams().values().filter(|team| team.listed == self.started && !team.gone).count();
        self.show("teams", listed as u64, None);
    }

    fn group(&mut self, id: u64, team: &TeamMark) {
        self.facts.push(Fact::Group(Group {
            id: vendor_id(id),
            slug: team.slug.clone(),
            name: team.name.clone(),
            parent: team.parent.map(vendor_id),
            gone_at: team.gone.then_some(self.started),
            seen_at: self.started,
        }));
    }

    fn next_team(&self, after: Option<u64>, done: u64) -> Step {
        let teams = self.book.teams();
        let mut later = teams.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
        match later.find(|(_, team)| team.listed == self.started && !team.gone) {
            Some((&team, _)) => Step::TeamMembers(TeamMembersStep { team, at: PageStep::default(), done }),
            None => Self::first_repositories(self.settings),
        }
    }

    /// `/orgs/{org}/teams/{slug}/members`, which includes the members of teams inside it.
    pub(super) async fn team_members(&mut self, mut step: TeamMembersStep) -> Result<Option<Step>, Failure> {
        let org = self.organization()?;
        let Some(team) = self.book.team(step.team) else { return Ok(Some(self.next_team(Some(step.team), step.done))) };
        let (list, started) = (team_list(step.team), self.started);
        let url = self.api.path(&["orgs", &org, "teams", &team.slug, "members"], &[PER_PAGE])?;
        let part = format!("{:05}", step.at.page);
        let next = match self.list::<RestUser>("team member", url, &step.at).await {
            Err(refused) if refused.is_denied() => {
                self.quarantine(format!("members of team {}", step.team), Failure::from(refused).to_string());
                return Ok(Some(self.next_team(Some(step.team), step.done + 1)));
            }
            Err(refused) => return Err(refused.into()),
            Ok(Listing::Unchanged { stamp }) => {
                let entries: Vec<_> = self.book.list(&list, stamp, "").into_iter().collect();
                self.book.set_list_page(&list, started, &part, &entries);
                None
            }
            Ok(Listing::Page { items, broken, unknown, next }) => {
                step.at.unsure |= unknown;
                let mut entries: Vec<(u64, String)> = broken.into_iter().map(|id| (id, String::new())).collect();
                for user in items {
                    self.membership(step.team, user.id, user.role.clone(), false);
                    entries.push((user.id, user.login));
                }
                self.book.set_list_page(&list, started, &part, &entries);
                next
            }
        };
        let total = self.book.teams().values().filter(|team| team.listed == started && !team.gone).count();
        if let Some(url) = next {
            self.show("team members", step.done, Some(total as u64));
            return Ok(Some(Step::TeamMembers(TeamMembersStep { at: step.at.following(url), ..step })));
        }
        if step.at.unsure {
            self.book.keep(&list, started);
        }
        for (account, _) in self.book.complete(&list, started) {
            self.membership(step.team, account, None, true);
        }
        self.show("team members", step.done + 1, Some(total as u64));
        Ok(Some(self.next_team(Some(step.team), step.done + 1)))
    }

    fn membership(&mut self, team: u64, account: u64, role: Option<String>, gone: bool) {
        self.facts.push(Fact::Membership(Membership {
            group: vendor_id(team),
            account: vendor_id(account),
            role,
            gone_at: gone.then_some(self.started),
            seen_at: self.started,
        }));
    }
}
