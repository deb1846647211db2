//! Licences of a GitHub enterprise: who consumes one, of how many that were bought.
//!
//! A run reads one listing, 100 rows per page. The enterprise's Copilot seats belong to the Copilot connection.
//!
//! GitHub opens this listing to classic personal access tokens alone. Its rows have no numeric ids: an account is known
//! by its login (`map.rs` says what else).
//!
//! Source: GitHub, "REST API endpoints for enterprise licensing".

mod map;
mod wire;

use crate::{
    Connection, Connector, CredentialsForm, Cursor, Descriptor, Failure, Listed, Marks, Page, Probe, Progress,
    Quarantined, Settings, Vendor,
    github::{
        budget::Budget,
        pages::{Next, Pages},
        rest::Api,
    },
    http::{LazyClient, Refused},
    json::{refuse_if_all_broken, unreadable, wrong_shape},
};
use async_trait::async_trait;
use jiff::Timestamp;
use plumbline_domain::{Listing, Provider, RecordKind, Shelf};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::Url;
use wire::{ConsumedLicences, Licence};

static DESCRIPTOR: Descriptor = Descriptor {
    provider: Provider::GithubEnterprise,
    name: "GitHub Enterprise",
    hosts: &["api.github.com", "github.com"],
    credentials: &[CredentialsForm::Token],
};

const NOTHING_TO_READ: &str =
    "name the `enterprise` by its slug: the last part of https://github.com/enterprises/<slug>";

/// What GitHub's refusal of anything else comes down to.
const CLASSIC_TOKEN: &str = "GitHub shows consumed licences to classic personal access tokens alone (ghp_...): enter one \
                             of an enterprise owner, with the scope read:enterprise";

/// How tokens begin that GitHub never lets read this: fine-grained ones, and those of apps.
const NEVER_ALLOWED: [&str; 3] = ["github_pat_", "ghs_", "ghu_"];

/// The connector of an enterprise's licences.
pub struct GithubEnterprise {
    client: LazyClient,
}

impl GithubEnterprise {
    /// A connector that calls GitHub with this client.
    pub fn new(client: LazyClient) -> Self {
        Self { client }
    }
}

/// A run's position, serialised as its [`Cursor`].
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Position {
    /// When the run's first page was asked for: every fact's `seen_at`.
    started: Timestamp,
    /// Which page.
    at: Pages,
    /// Rows read before it.
    done: u64,
}

/// What a page is read with.
struct Call<'a> {
    api: Api<'a>,
    enterprise: &'a str,
}

impl<'a> Call<'a> {
    /// Refuses what GitHub would refuse.
    fn new(client: &'a Client, connection: &'a Connection, now: Timestamp) -> Result<Self, Failure> {
        let enterprise = slug(&connection.settings).ok_or_else(|| Failure::Invalid(NOTHING_TO_READ.into()))?;
        let never = connection
            .credentials
            .bearer()
            .is_some_and(|token| NEVER_ALLOWED.iter().any(|prefix| token.expose_secret().starts_with(prefix)));
        if never {
            return Err(Failure::Unauthorized(CLASSIC_TOKEN.into()));
        }
        Ok(Self { api: Api::new(client, connection, now)?, enterprise })
    }

    fn first(&self, per_page: &str) -> Result<Url, Failure> {
        self.api.path(&["enterprises", self.enterprise, "consumed-licenses"], &[("per_page", per_page)])
    }

    /// What a refusal means, in words that say what to do.
    fn about(&self, refused: Refused) -> Failure {
        let (denied, status) = (refused.is_denied(), refused.status);
        let enterprise = self.enterprise;
        match (refused.failure, status) {
            (Failure::Unauthorized(reason), Some(StatusCode::FORBIDDEN)) if denied => {
                Failure::Unauthorized(format!("enterprise {enterprise}: {reason}. {CLASSIC_TOKEN}"))
            }
            (Failure::Invalid(reason), Some(StatusCode::NOT_FOUND)) => Failure::Invalid(format!(
                "enterprise {enterprise}: {reason}. Check the enterprise's slug. {CLASSIC_TOKEN}"
            )),
            (Failure::Invalid(reason), _) => Failure::Invalid(format!("enterprise {enterprise}: {reason}")),
            (Failure::Unauthorized(reason), _) => Failure::Unauthorized(format!("enterprise {enterprise}: {reason}")),
            (other, _) => other,
        }
    }

    async fn read(mut self, position: Position, budget: Budget) -> Result<Page, Failure> {
        let Position { started, mut at, done } = position;
        let mut page = Page::default();
        "licences".clone_into(&mut page.progress.step);
        if let Some(until) = budget.full_until(1, self.api.now()) {
            page.next = Some(cursor(&Position { started, at, done })?);
            page.pause_until = Some(until);
            return Ok(page);
        }
        let first = self.first("100")?;
        let url = at.url(&self.api, first)?;
        let answer = self.api.get(url.clone(), None).await.map_err(|refused| self.about(refused))?;
        let body: ConsumedLicences<'_> = serde_json::from_slice(&answer.body).map_err(|error| unreadable(&error))?;
        let (accounts, seats) = (Listing::Accounts(DESCRIPTOR.provider), seats());
        let (mut ids, mut broken) = (Vec::new(), 0);
        for row in &body.users {
            let reason = match serde_json::from_str::<Licence>(row.get()) {
                Ok(licence) => match map::id(&licence) {
                    Some(id) => {
                        ids.push(id.to_string());
                        page.facts.extend(map::facts(licence, id, started));
                        continue;
                    }
                    None => "it has no login, no account on a server, and no name or e-mail to tell it by".to_owned(),
                },
                Err(error) => {
                    // Without its login nobody knows whose it is.
                    at.unsure = true;
                    wrong_shape(&error)
                }
            };
            broken += 1;
            page.quarantined.push(Quarantined { what: "licence".into(), reason });
        }
        refuse_if_all_broken(body.users.len(), broken)?;
        page.notice = body.notice();
        let done = done + body.users.len() as u64;
        page.progress = Progress { step: "licences".into(), done, total: body.consumed };
        let listed = |listing: &Listing| Listed { listing: listing.clone(), ids: ids.clone() };
        page.listed = vec![listed(&accounts), listed(&seats)];
        match at.next(&url, &answer.headers) {
            Next::Page(at) => page.next = Some(cursor(&Position { started, at, done })?),
            Next::End if !at.unsure => page.complete = vec![accounts, seats],
            Next::End => {}
            Next::Circle => page.quarantined.push(Quarantined {
                what: "licences".into(),
                reason: "the listing does not end: its next page was read already".into(),
            }),
        }
        page.calls = self.api.calls;
        budget.close(&mut page, &self.api, 1);
        Ok(page)
    }
}

fn seats() -> Listing {
    Listing::Shelf(Shelf::new(RecordKind::Seat, map::PRODUCT))
}

fn cursor(position: &Position) -> Result<Cursor, Failure> {
    serde_json::to_value(position).map_err(|error| Failure::Bug(format!("a cursor does not serialise: {error}")))
}

fn slug(settings: &Settings) -> Option<&str> {
    settings.enterprise.as_deref().map(str::trim).filter(|slug| !slug.is_empty())
}

#[async_trait]
impl Vendor for GithubEnterprise {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        slug(settings).map(|_| ()).ok_or_else(|| NOTHING_TO_READ.into())
    }

    /// One licence.
    async fn probe(&self, connection: &Connection, now: Timestamp) -> Result<Probe, Failure> {
        let mut call = Call::new(self.client.get()?, connection, now)?;
        let url = call.first("1")?;
        let answer = call.api.get(url, None).await.map_err(|refused| call.about(refused))?;
        serde_json::from_slice::<ConsumedLicences<'_>>(&answer.body).map_err(|error| unreadable(&error))?;
        Ok(Probe { webhook_sources: Vec::new() })
    }
}

#[async_trait]
impl Connector for GithubEnterprise {
    async fn fetch(
        &self,
        connection: &Connection,
        marks: &Marks,
        cursor: Option<&Cursor>,
        now: Timestamp,
    ) -> Result<Page, Failure> {
        let position = cursor.and_then(|cursor| Position::deserialize(cursor).ok()).unwrap_or_else(|| Position {
            // Milliseconds are what the store keeps.
            started: Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now),
            at: Pages::default(),
            done: 0,
        });
        Call::new(self.client.get()?, connection, now)?.read(position, Budget::of(marks)).await
    }
}

#[cfg(test)]
#[path = "github_enterprise/sync_tests.rs"]
mod tests;
