//! Users: the list has their names, and one call each tells the rest.

use super::{
    cursor::{Step, UsersStep, Version},
    map::{self, PRODUCT, PROVIDER},
    run::Run,
    wire::{Details, Listed, UserList},
};
use crate::{
    Failure,
    http::{Answer, Refused},
    json::{Broken, elements, read_each, unreadable, wrong_shape},
};
use futures::{StreamExt as _, TryStreamExt as _};
use plumbline_domain::{Fact, Listing, Record, RecordKind, Shelf, VendorId};
use reqwest::StatusCode;
use std::collections::BTreeMap;
use url::Url;

/// Users of one page: with the list's call these are a tenth of the budget, and a few seconds of a slow server.
pub(super) const USERS_AT_ONCE: u32 = 29;
/// Calls under way at a time; JFrog's own bound on searches is three.
const PARALLEL: usize = 4;
/// No list has more pages; a server that gives ever new cursors ends here.
const MOST_PAGES: u32 = 50_000;

const LOST: &str = "the server's cursor of the next page leads nowhere; the list is not whole";

/// A part of the list.
pub(super) struct Names {
    /// In order of their names.
    listed: Vec<Listed>,
    broken: Vec<Broken>,
    next: Option<String>,
}

/// What a user's call brought.
enum Told {
    Details(Box<Details>),
    /// Deleted since the list was read.
    Gone,
    /// Not as documented, and why.
    Broken(String),
}

impl Run<'_> {
    /// `GET /access/api/v2/users`, or the former API's list, which is always whole.
    pub(super) async fn list(&mut self, step: &UsersStep, limit: u32) -> Result<Names, Refused> {
        self.page.calls += 1;
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(step.cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let url = match step.version {
            Version::Access => self.api.path(&["access", "api", "v2", "users"], &query)?,
            Version::Former => self.api.path(&["artifactory", "api", "security", "users"], &[])?,
        };
        let Answer { body, .. } = self.api.get(url).await?;
        let (records, next) = match step.version {
            Version::Access => {
                let list: UserList<'_> = serde_json::from_slice(&body).map_err(|error| unreadable(&error))?;
                (list.users, list.cursor.filter(|cursor| !cursor.is_empty()))
            }
            Version::Former => (elements(&body)?, None),
        };
        let read = read_each::<Listed>(&records, |_| None)?;
        let listed: BTreeMap<String, Listed> =
            read.items.into_iter().map(|listed| (listed.username.clone(), listed)).collect();
        Ok(Names { listed: listed.into_values().collect(), broken: read.broken, next })
    }

    /// One page: a part of the list, and each of its users.
    pub(super) async fn users(&mut self, mut step: UsersStep) -> Result<Step, Failure> {
        let names = match self.list(&step, USERS_AT_ONCE).await {
            Ok(names) => names,
            Err(refused) => return begun_otherwise(refused, &step),
        };
        // A page of the list that is read in parts shows its broken records each time.
        if step.after.is_none() {
            step.unsure |= !names.broken.is_empty();
            for record in names.broken {
                self.quarantine("user", &record.reason);
            }
        }
        let after = step.after.take();
        let mut rest = names.listed.into_iter().filter(|one| after.as_ref().is_none_or(|after| one.username > *after));
        let mut some = Vec::new();
        for listed in rest.by_ref().take(USERS_AT_ONCE as usize) {
            step.after = Some(listed.username.clone());
            match map::vendor_id(&listed.username) {
                Some(id) => some.push((listed, id)),
                None => self.quarantine("user", "the name cannot be an id"),
            }
        }
        let is_through = rest.next().is_none();
        self.details(some, &mut step).await?;
        self.page.progress.done = step.done;
        if !is_through {
            return Ok(Step::Users(step));
        }
        match names.next {
            Some(next) if Some(&next) == step.cursor.as_ref() || step.page >= MOST_PAGES => {
                self.quarantine("users", LOST);
                return Ok(Self::first_storage());
            }
            Some(next) => {
                return Ok(Step::Users(UsersStep { cursor: Some(next), after: None, page: step.page + 1, ..step }));
            }
            None => {}
        }
        // There is a user at least, whose token this is: a list of nobody says nothing on who is gone.
        if step.done > 0 && !step.unsure {
            self.page.complete.extend([Listing::Accounts(PROVIDER), seats()]);
        }
        Ok(Self::first_storage())
    }

    /// The users' facts.
    async fn details(&mut self, some: Vec<(Listed, VendorId)>, step: &mut UsersStep) -> Result<(), Failure> {
        let asked = some.len();
        self.page.calls += u32::try_from(asked).unwrap_or(u32::MAX);
        let urls: Vec<Url> =
            some.iter().map(|(listed, _)| self.user_path(step.version, listed)).collect::<Result<_, _>>()?;
        let api = &self.api;
        let answers = futures::stream::iter(urls).map(|url| async move { told_of(api.get(url).await) });
        let told: Vec<Told> = answers.buffered(PARALLEL).try_collect().await?;
        let (mut ids, mut gone, mut broken) = (Vec::with_capacity(asked), 0, 0);
        for ((listed, id), told) in some.into_iter().zip(told) {
            match told {
                Told::Details(details) => {
                    self.page.facts.push(Fact::Account(map::account(&listed, &details, &id, self.started)));
                    let seat = map::seat(&listed, &details, &id, self.started);
                    self.page.facts.push(Fact::Record(Record::Seat(seat)));
                    ids.push(id.to_string());
                }
                Told::Gone => gone += 1,
                Told::Broken(reason) => {
                    broken += 1;
                    self.quarantine("user", &reason);
                    ids.push(id.to_string());
                }
            }
        }
        if asked > 1 && gone + broken == asked {
            let words = "none of the users that the server lists can be read one by one";
            return Err(Failure::Unavailable(words.into()));
        }
        step.done += ids.len() as u64;
        self.listed(Listing::Accounts(PROVIDER), ids.clone());
        self.listed(seats(), ids);
        Ok(())
    }

    fn user_path(&self, version: Version, listed: &Listed) -> Result<Url, Failure> {
        let name = listed.username.as_str();
        match version {
            Version::Access => self.api.path(&["access", "api", "v2", "users", name], &[]),
            Version::Former => self.api.path(&["artifactory", "api", "security", "users", name], &[]),
        }
    }
}

fn seats() -> Listing {
    Listing::Shelf(Shelf::new(RecordKind::Seat, PRODUCT))
}

fn told_of(answer: Result<Answer, Refused>) -> Result<Told, Failure> {
    match answer {
        Ok(answer) => match serde_json::from_slice::<Box<Details>>(&answer.body) {
            // Something else than a user would look like one who never logged in.
            Ok(details) if details.username.is_none() => Ok(Told::Broken("it names no user".into())),
            Ok(details) => Ok(Told::Details(details)),
            Err(error) if error.is_data() => Ok(Told::Broken(wrong_shape(&error))),
            Err(error) => Err(unreadable(&error)),
        },
        Err(refused) if refused.status == Some(StatusCode::NOT_FOUND) => Ok(Told::Gone),
        Err(refused) => Err(refused.into()),
    }
}

/// What a list that was refused leads to: the former API, where the server does not know the present one; the beginning,
/// once, where it forgot its own cursor after a long pause; else a failure.
fn begun_otherwise(refused: Refused, step: &UsersStep) -> Result<Step, Failure> {
    match (refused.status, step.version) {
        (Some(StatusCode::NOT_FOUND), Version::Access) if step.page == 0 => {
            Ok(Step::Users(UsersStep { version: Version::Former, ..UsersStep::default() }))
        }
        (_, Version::Former) => Err(no_server(refused)),
        (Some(StatusCode::BAD_REQUEST), _) if step.cursor.is_some() && !step.again => {
            Ok(Step::Users(UsersStep { again: true, unsure: step.unsure, ..UsersStep::default() }))
        }
        _ => Err(refused.into()),
    }
}

/// Neither API is there: what is there is something else.
pub(super) fn no_server(refused: Refused) -> Failure {
    match (refused.status, refused.failure) {
        (Some(StatusCode::NOT_FOUND), Failure::Invalid(reason)) => Failure::Invalid(format!(
            "there is no JFrog at this base_url: {reason}; give the platform's origin, such as https://acme.jfrog.io"
        )),
        (_, failure) => failure,
    }
}
