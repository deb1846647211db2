//! What a connection reads, as the API takes and shows it.

use crate::problem::Problem;
use plumbline_connectors::{Settings, default_history_days};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The first sync goes back at most five years.
const LONGEST_HISTORY_DAYS: u32 = 1825;
/// More would not fit into the connection's item; an organisation is the way to name so many.
const MOST_REPOSITORIES: usize = 1000;
/// Longest name of an owner or a repository.
const NAME_LENGTH: usize = 100;

/// What to read. GitHub: an organisation, or a list of repositories, or only these repositories together with an
/// organisation's members and teams. Copilot: an organisation or an enterprise. GitHub Enterprise: an enterprise. Jira:
/// all projects, or these. The others need nothing, or an organisation where the credentials see several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectionSettings)]
pub(crate) struct SettingsBody {
    /// The organisation: its login at GitHub (members, teams, repositories, Copilot), its id at Atlassian or Trello.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// The GitHub enterprise's slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enterprise: Option<String>,
    /// The Jira site's cloud id, where one consent covers several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    /// Only these repositories, each as `owner/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repositories: Option<Vec<String>>,
    /// Only these Jira projects, by their keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    projects: Option<Vec<String>>,
    /// How many days the first sync goes back, 1 to 1825; 180 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history_days: Option<u32>,
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        Self {
            organization: settings.organization,
            enterprise: settings.enterprise,
            site: settings.site,
            projects: Some(settings.projects).filter(|projects| !projects.is_empty()),
            repositories: Some(settings.repositories).filter(|repositories| !repositories.is_empty()),
            history_days: Some(settings.history_days),
        }
    }
}

impl SettingsBody {
    /// The settings, or a sentence that says what to write instead.
    pub(crate) fn check(self) -> Result<Settings, Problem> {
        let organization = name("organization", self.organization)?;
        let enterprise = name("enterprise", self.enterprise)?;
        let site = name("site", self.site)?;
        let mut seen = BTreeSet::new();
        let mut repositories = Vec::new();
        for text in self.repositories.unwrap_or_default() {
            let text = text.trim().to_owned();
            if !text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name)) {
                return Err(Problem::invalid(format!(
                    "`settings.repositories`: `{text}` is not a repository. Write each as owner/name."
                )));
            }
            if seen.insert(text.to_lowercase()) {
                repositories.push(text);
            }
        }
        if repositories.len() > MOST_REPOSITORIES {
            return Err(Problem::invalid(format!(
                "`settings.repositories` has {} entries; at most {MOST_REPOSITORIES} fit. Name the organisation instead.",
                repositories.len()
            )));
        }
        let mut projects = Vec::new();
        for text in self.projects.unwrap_or_default() {
            let key = text.trim().to_uppercase();
            // https://support.atlassian.com/jira-software-cloud/docs/what-is-a-project-key/
            let fits = key.len() <= NAME_LENGTH && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if key.is_empty() || !fits {
                return Err(Problem::invalid(format!(
                    "`settings.projects`: `{text}` is not a project's key. Write each as it begins its issues: RAIL for \
                     RAIL-17."
                )));
            }
            if !projects.contains(&key) {
                projects.push(key);
            }
        }
        if projects.len() > MOST_REPOSITORIES {
            return Err(Problem::invalid(format!(
                "`settings.projects` has {} entries; at most {MOST_REPOSITORIES} fit. Leave it out for all projects.",
                projects.len()
            )));
        }
        let history_days = self.history_days.unwrap_or_else(default_history_days);
        if !(1..=LONGEST_HISTORY_DAYS).contains(&history_days) {
            return Err(Problem::invalid(format!(
                "`settings.history_days` must be from 1 to {LONGEST_HISTORY_DAYS}; it is {history_days}."
            )));
        }
        Ok(Settings { organization, enterprise, site, repositories, projects, history_days })
    }
}

/// One name that goes into an address; blank counts as absent.
fn name(field: &str, given: Option<String>) -> Result<Option<String>, Problem> {
    let given = given.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    match given {
        Some(name) if !is_name(&name) => Err(Problem::invalid(format!(
            "`settings.{field}`: `{name}` is not a login, name or id. Write it as it stands in the address of its page, \
             without https:// and slashes."
        ))),
        given => Ok(given),
    }
}

/// What may stand between two slashes of a repository's address. Dots alone would climb in a path.
fn is_name(text: &str) -> bool {
    (1..=NAME_LENGTH).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.bytes().all(|b| b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &serde_json::Value) -> SettingsBody {
        SettingsBody::deserialize(json).expect("of the right form")
    }

    #[test]
    fn repositories_are_trimmed_and_named_once() {
        let body = body(&serde_json::json!({ "repositories": [" acme/api ", "Acme/API", "acme/web.site"] }));
        let settings = body.check().expect("usable");
        assert_eq!(settings.repositories, ["acme/api", "acme/web.site"]);
        assert_eq!((settings.organization, settings.history_days), (None, 180));
    }

    #[test]
    fn names_that_could_leave_their_place_in_an_address_are_refused() {
        for bad in ["acme", "acme/", "/api", "acme/api/x", "acme/..", "../api", "acme/a b", "acme/a?b", "acme/ä"] {
            let refused = body(&serde_json::json!({ "repositories": [bad] })).check();
            assert!(refused.is_err(), "{bad}");
        }
        assert!(body(&serde_json::json!({ "organization": "acme/api" })).check().is_err());
    }
}
