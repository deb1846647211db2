//! A GitHub App: its installations, the tokens they get, and what a token may do.
//!
//! <https://docs.github.com/en/rest/apps/apps>

use super::{json, rest::Asked, state::State, webhook};
use crate::{
    digest::hash,
    service::{Incoming, Reply, oauth::Codes},
};
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// The app's id.
pub const APP_ID: u64 = 31_415;
/// The app's client id, also of its OAuth.
pub const CLIENT_ID: &str = "Iv23simulatedClient1";
/// The app's client secret.
pub const CLIENT_SECRET: &str = "simulated-github-client-secret";
/// The app's name in addresses.
pub const APP_SLUG: &str = "plumbline-insights";
/// The installation that the demo has.
pub const INSTALLATION: u64 = 51_001;

/// The app.
#[derive(Debug, Clone)]
pub struct App {
    /// Short name in addresses.
    pub slug: String,
    /// Installations by id; a deleted one is gone.
    pub installations: BTreeMap<u64, Installation>,
    /// Whether it has the permission "Email addresses" of those who authorize it.
    pub reads_emails: bool,
    pub(super) codes: Codes,
    tokens: BTreeMap<String, Issued>,
    count: u64,
}

/// An installation in the organization.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its id.
    pub id: u64,
    /// What it may do: `members` -> `read`.
    pub permissions: BTreeMap<String, String>,
    /// The repositories that were selected, by id; `None`: all.
    pub repositories: Option<BTreeSet<u64>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is suspended.
    pub suspended_at: Option<Timestamp>,
}

/// What a token of an installation may do.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub(super) installation: u64,
    pub(super) permissions: BTreeMap<String, String>,
    pub(super) repositories: Option<BTreeSet<u64>>,
    expires_at: Timestamp,
}

/// What happens to an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum InstallationChange {
    /// The app is installed for all repositories.
    Create,
    /// It is taken away.
    Delete,
    /// It is suspended.
    Suspend,
    /// It works again.
    Unsuspend,
    /// These repositories are selected, too.
    AddRepositories {
        /// `owner/name` of each.
        repositories: Vec<String>,
    },
    /// These no longer are.
    RemoveRepositories {
        /// `owner/name` of each.
        repositories: Vec<String>,
    },
}

impl Default for App {
    fn default() -> Self {
        Self {
            slug: APP_SLUG.into(),
            installations: BTreeMap::new(),
            reads_emails: true,
            codes: Codes::default(),
            tokens: BTreeMap::new(),
            count: 0,
        }
    }
}

/// The permissions that a new installation has.
fn permissions() -> BTreeMap<String, String> {
    let read = [
        "members",
        "metadata",
        "pull_requests",
        "contents",
        "organization_copilot_seat_management",
        "organization_copilot_metrics",
    ];
    read.map(|name| (name.to_owned(), "read".to_owned())).into()
}

impl App {
    /// The token, while it is valid and its installation works.
    pub(super) fn issued(&self, token: &str, now: Timestamp) -> Option<&Issued> {
        self.tokens.get(token).filter(|issued| issued.expires_at > now)
    }

    pub(super) fn revoke(&mut self, token: &str) -> bool {
        self.tokens.remove(token).is_some()
    }
}

impl State {
    /// What happens to an installation, with the webhook that tells of it. `false` when there is no such installation
    /// or repository.
    pub(super) fn change_installation(&mut self, id: u64, change: &InstallationChange, at: Timestamp) -> bool {
        let mut names = Vec::new();
        if let InstallationChange::AddRepositories { repositories }
        | InstallationChange::RemoveRepositories { repositories } = change
        {
            for name in repositories {
                let Some((repository, _)) = self.repository_named(name) else { return false };
                names.push(repository.id);
            }
        }
        let all: BTreeSet<u64> = self.own_repositories().map(|repository| repository.id).collect();
        if *change == InstallationChange::Create {
            let fresh =
                Installation { id, permissions: permissions(), repositories: None, created_at: at, suspended_at: None };
            self.app.installations.insert(id, fresh);
        }
        let Some(installation) = self.app.installations.get_mut(&id) else { return false };
        let (name, action) = match change {
            InstallationChange::Create => ("installation", "created"),
            InstallationChange::Delete => ("installation", "deleted"),
            InstallationChange::Suspend => {
                installation.suspended_at = Some(at);
                ("installation", "suspend")
            }
            InstallationChange::Unsuspend => {
                installation.suspended_at = None;
                ("installation", "unsuspend")
            }
            InstallationChange::AddRepositories { .. } => {
                installation.repositories.get_or_insert_default().extend(&names);
                ("installation_repositories", "added")
            }
            InstallationChange::RemoveRepositories { .. } => {
                let selected = installation.repositories.get_or_insert(all);
                selected.retain(|id| !names.contains(id));
                ("installation_repositories", "removed")
            }
        };
        webhook::installation(self, id, name, action, &names);
        if *change == InstallationChange::Delete {
            self.app.installations.remove(&id);
            self.app.tokens.retain(|_, issued| issued.installation != id);
        }
        true
    }

    /// Whether an installation with these selected repositories sees this one.
    pub(super) fn selected(selection: Option<&BTreeSet<u64>>, repository: u64) -> bool {
        selection.is_none_or(|ids| ids.contains(&repository))
    }
}

/// `GET /app/installations/{id}`, and the `installation` of webhooks.
pub(super) fn shown(state: &State, installation: &Installation) -> Value {
    let url = format!("{}/app/installations/{}", state.api(), installation.id);
    let selection = if installation.repositories.is_some() { "selected" } else { "all" };
    json!({
        "id": installation.id, "client_id": CLIENT_ID, "account": json::owner(state, &state.organization.login),
        "repository_selection": selection, "access_tokens_url": format!("{url}/access_tokens"),
        "repositories_url": format!("{}/installation/repositories", state.api()),
        "html_url": format!("{}/organizations/{}/settings/installations/{}", state.html(), state.organization.login, installation.id),
        "app_id": APP_ID, "app_slug": state.app.slug, "target_id": state.organization.id, "target_type": "Organization",
        "permissions": installation.permissions, "events": ["pull_request", "pull_request_review"],
        "created_at": installation.created_at, "updated_at": installation.created_at, "single_file_name": null,
        "has_multiple_single_files": false, "single_file_paths": [],
        "suspended_at": installation.suspended_at,
        "suspended_by": if installation.suspended_at.is_some() { json::owner(state, &state.organization.login) } else { Value::Null },
    })
}

/// `GET /user/installations`: those that the person who authorized the app may use.
pub(super) fn usable(asked: &Asked<'_>) -> Reply {
    if !asked.caller.authorized_app {
        return Reply::error(
            403,
            "You must authenticate with an access token authorized to a GitHub App in order to list installations",
        );
    }
    let installations: Vec<_> = asked.state.app.installations.values().collect();
    let total = installations.len();
    asked.page_in(
        ("user/installations", 30),
        &installations,
        |installation| shown(asked.state, installation),
        |list| json!({"total_count": total, "installations": list}),
    )
}

/// Answers what is asked with the app's JWT.
pub(super) fn answer(state: &mut State, incoming: &Incoming, path: &str, now: Timestamp) -> Reply {
    if let Err(words) = check(incoming.bearer().unwrap_or_default(), now) {
        return Reply::error(401, words);
    }
    let segments: Vec<&str> = path.split('/').collect();
    let found = |id: &str| id.parse().ok().and_then(|id: u64| state.app.installations.get(&id));
    match (incoming.method.as_str(), segments.as_slice()) {
        ("GET", ["app"]) => Reply::ok(json!({
            "id": APP_ID, "slug": state.app.slug, "client_id": CLIENT_ID, "name": "Plumbline", "events": ["pull_request"],
            "permissions": permissions(), "installations_count": state.app.installations.len(),
        })),
        ("GET", ["app", "installations"]) => {
            let list = state.app.installations.values().map(|installation| shown(state, installation));
            Reply::ok(list.collect())
        }
        ("GET", ["app", "installations", id]) => {
            found(id).map_or_else(Reply::not_found, |installation| Reply::ok(shown(state, installation)))
        }
        ("POST", ["app", "installations", id, "access_tokens"]) => match found(id).cloned() {
            None => Reply::not_found(),
            Some(installation) if installation.suspended_at.is_some() => {
                Reply::error(403, "This installation has been suspended")
            }
            Some(installation) => issue(state, &installation, &incoming.json().unwrap_or_default(), now),
        },
        _ => Reply::not_found(),
    }
}

/// A token for an hour. The body may narrow repositories and permissions.
fn issue(state: &mut State, installation: &Installation, body: &Value, now: Timestamp) -> Reply {
    let unprocessable = |words: &str| Reply::error(422, words);
    let mut granted = installation.permissions.clone();
    if let Some(asked) = body.get("permissions").and_then(Value::as_object) {
        let fits = |(name, level): (&String, &Value)| {
            installation.permissions.get(name).is_some_and(|own| level == own || level == "read")
        };
        if !asked.iter().all(fits) {
            return unprocessable("The permissions requested are not granted to this installation.");
        }
        granted = asked.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned())).collect();
    }
    let names = body.get("repositories").and_then(Value::as_array).into_iter().flatten();
    let named = names.map(|name| {
        let full = format!("{}/{}", state.organization.login, name.as_str().unwrap_or_default());
        state.repository_named(&full).map(|(repository, _)| repository.id)
    });
    let ids = body.get("repository_ids").and_then(Value::as_array).into_iter().flatten().map(Value::as_u64);
    let Some(wanted) = named.chain(ids).collect::<Option<BTreeSet<u64>>>() else {
        return unprocessable(
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        );
    };
    if !wanted.iter().all(|&id| State::selected(installation.repositories.as_ref(), id)) {
        return unprocessable(
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        );
    }
    let repositories = if wanted.is_empty() { installation.repositories.clone() } else { Some(wanted) };
    state.app.count += 1;
    let token = token(state.app.count, installation.id, now);
    let expires_at = now + SignedDuration::from_hours(1);
    let mut shown = json!({
        "token": token, "expires_at": expires_at, "permissions": granted,
        "repository_selection": if repositories.is_some() { "selected" } else { "all" },
    });
    if let Some(ids) = &repositories {
        let listed = ids.iter().filter_map(|id| state.repositories.get(id));
        shown["repositories"] = listed.map(|repository| json::repository(state, repository)).collect();
    }
    let issued = Issued { installation: installation.id, permissions: granted, repositories, expires_at };
    state.app.tokens.insert(token, issued);
    Reply::of(201, shown)
}

/// `ghs_`, the app's id and what looks like a JWT: 520 characters, as GitHub's became in 2026.
fn token(count: u64, installation: u64, now: Timestamp) -> String {
    let coded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let payload = json!({"iss": "github", "installation": installation, "iat": now.as_second(), "n": count});
    let mut token =
        format!("ghs_{APP_ID}_{}.{}.", coded(r#"{"alg":"ES256","typ":"JWT"}"#), coded(&payload.to_string()));
    let mut n = 0;
    while token.len() < 520 {
        token.push_str(&hash(&["installation token", &count.to_string(), &n.to_string()]));
        n += 1;
    }
    token.truncate(520);
    token
}

/// Whether this is the app's JWT: signed with its key, for it, and not over.
fn check(jwt: &str, now: Timestamp) -> Result<(), &'static str> {
    const UNREADABLE: &str = "A JSON web token could not be decoded";
    let parts: Vec<&str> = jwt.split('.').collect();
    let &[header, payload, signature] = parts.as_slice() else { return Err(UNREADABLE) };
    let json = |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let (header_json, claims) = json(header).zip(json(payload)).ok_or(UNREADABLE)?;
    let signed = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| UNREADABLE)?;
    if header_json["alg"] != "RS256" || !signed_by_the_app(signed.as_bytes(), &signature) {
        return Err(UNREADABLE);
    }
    let issuer = &claims["iss"];
    if *issuer != APP_ID && *issuer != APP_ID.to_string().as_str() && *issuer != CLIENT_ID {
        return Err("'Issuer' claim ('iss') must be an Integer or String of the app");
    }
    let (now, issued, expires) = (now.as_second(), claims["iat"].as_i64(), claims["exp"].as_i64());
    match expires {
        None => Err("Missing 'exp' claim in assertion"),
        Some(at) if at <= now => Err(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        ),
        Some(at) if at > now + 600 => Err("'Expiration time' claim ('exp') is too far in the future"),
        Some(_) if issued.is_none_or(|at| at > now + 60) => {
            Err("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
        }
        Some(_) => Ok(()),
    }
}

/// The app's key: made anew by every process, so that no key lies in the repository.
static KEY: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("the machine has randomness"));

/// The private key (PKCS #8, PEM) that the app's JWTs are signed with, in this process.
pub fn app_private_key() -> String {
    let der: Pkcs8V1Der<'_> = KEY.as_der().expect("the key has a form");
    let text = STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn signed_by_the_app(text: &[u8], signature: &[u8]) -> bool {
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, KEY.public_key().as_ref());
    public.verify(text, signature).is_ok()
}

/// A JWT of the app, signed with [`app_private_key`] and good for so many seconds: for tests of the simulator and for
/// programs that have no signer of their own.
pub fn app_jwt(now: Timestamp, seconds: i64) -> String {
    let coded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": CLIENT_ID, "iat": now.as_second() - 30, "exp": now.as_second() + seconds});
    let signed = format!("{}.{}", coded(json!({"alg": "RS256", "typ": "JWT"})), coded(claims));
    let mut signature = vec![0; KEY.public_modulus_len()];
    let random = SystemRandom::new();
    KEY.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("signing works");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
