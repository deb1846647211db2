//! Who is offered on the page.

use crate::{
    demo::company::{Company, Person},
    digest::hash,
};
use serde::Serialize;

/// A team that is led has at least so many people: numbers about fewer may not be shown to everybody.
const TEAM: usize = 6;

/// What somebody is to be where they sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns the organization at GitHub.
    Admin,
    /// Maintains a team at GitHub.
    Lead,
    /// Is in the lead's team.
    Developer,
}

impl Role {
    /// As the page says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Lead => "lead",
            Self::Developer => "developer",
        }
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// `sub`: the same after every start.
    pub subject: String,
    /// Full name.
    pub name: String,
    /// Work e-mail, which is verified here, at Slack and by the GitHub enterprise.
    pub email: String,
    /// What they are to be.
    pub role: Role,
    /// The teams at GitHub that a lead leads, each as `github:<id>`.
    pub leads: Vec<String>,
    /// Their account, as `github:<id>`.
    pub account: String,
}

/// An owner of the organization, a maintainer of a team, and a developer in it: one of each, where the company has them.
pub(super) fn offered(company: &Company) -> Vec<User> {
    // The simulated GitHub takes the first one for whoever authorizes an app there. That is somebody else, so that nobody
    // takes up here what is meant for them there.
    let known = || company.people.iter().skip(1).filter(|person| is_known(person));
    let admin = known().find(|person| person.github.as_ref().is_some_and(|account| account.owner));
    let lead = known().find_map(|person| {
        let maintains = &person.github.as_ref()?.maintains;
        let (slug, id) = maintains.iter().find(|(slug, _)| in_team(company, slug).count() >= TEAM)?;
        Some((person, slug, *id))
    });
    let developer = lead.and_then(|(lead, slug, _)| {
        let plain = |person: &&Person| person.github.as_ref().is_some_and(|account| account.maintains.is_empty());
        in_team(company, slug).filter(|person| person.email != lead.email && is_known(person)).find(plain)
    });
    let admin = admin.and_then(|person| user(person, Role::Admin, Vec::new()));
    let lead = lead.and_then(|(person, _, id)| user(person, Role::Lead, vec![format!("github:{id}")]));
    let developer = developer.and_then(|person| user(person, Role::Developer, Vec::new()));
    [admin, lead, developer].into_iter().flatten().collect()
}

/// Who works there and can be told by the work e-mail at every vendor.
fn is_known(person: &Person) -> bool {
    let shows_it = |email: Option<&String>| email == Some(&person.email);
    let at_github = person
        .github
        .as_ref()
        .is_some_and(|account| account.member && !account.deleted && shows_it(account.email.as_ref()));
    let in_slack = person.slack.as_ref().is_some_and(|user| !user.deleted && shows_it(user.email.as_ref()));
    person.left_at.is_none() && at_github && in_slack && person.atlassian.len() < 2
}

fn in_team<'a>(company: &'a Company, slug: &'a str) -> impl Iterator<Item = &'a Person> {
    let is_in = move |person: &&Person| {
        person.github.as_ref().is_some_and(|account| account.member && account.teams.iter().any(|team| team == slug))
    };
    company.people.iter().filter(is_in)
}

fn user(person: &Person, role: Role, leads: Vec<String>) -> Option<User> {
    Some(User {
        subject: hash(&["subject", &person.email])[..24].to_owned(),
        name: person.name.clone(),
        email: person.email.clone(),
        role,
        leads,
        account: format!("github:{}", person.github.as_ref()?.id),
    })
}
