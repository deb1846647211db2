//! The issuers that the operator registered, from one secret.
//!
//! ```json
//! {"github": true,
//!  "issuers": {"entra": {"name": "Microsoft", "issuer": "https://login.microsoftonline.com/<tenant>/v2.0",
//!                        "client_id": "", "client_secret": ""}}}
//! ```
//!
//! `github` offers signing in with the GitHub App of the vendor apps' secret. `trusts_email` of an issuer takes its users'
//! addresses as theirs though it does not say `email_verified`; for tenants of one's own (Entra has no such claim).

use plumbline_connectors::http::LazyClient;
use plumbline_lambda::LazySecret;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Mutex;
use url::Url;

use super::oidc::Known;

/// The name of GitHub among the issuers.
pub(crate) const GITHUB: &str = "github";

/// What signing in works with.
pub struct SignIn {
    /// The operator's issuers, as JSON.
    pub secret: LazySecret,
    /// For calls to issuers.
    pub client: LazyClient,
    /// What issuers publish about themselves, by issuer.
    pub(crate) known: Mutex<BTreeMap<String, Arc<Known>>>,
}

impl SignIn {
    /// With the operator's secret.
    pub fn new(secret: LazySecret) -> Self {
        Self { secret, client: LazyClient::default(), known: Mutex::default() }
    }

    /// The issuers; the error is for the operator's logs.
    pub(crate) async fn issuers(&self) -> anyhow::Result<Issuers> {
        Issuers::parse(&self.secret.current().await?).map_err(anyhow::Error::msg)
    }
}

/// All issuers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Issuers {
    /// Whether people sign in with GitHub.
    pub(crate) github: bool,
    /// Those that speak OpenID Connect, by the operator's names for them.
    pub(crate) issuers: BTreeMap<String, Issuer>,
}

/// An issuer that speaks OpenID Connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// What people call it.
    pub(crate) name: String,
    /// Its identifier, exactly as its configuration has it.
    #[serde(rename = "issuer")]
    pub(crate) identifier: Url,
    /// Our client there.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
    /// Whether its users' addresses are taken as theirs though it does not say that it checked them.
    #[serde(default)]
    pub(crate) trusts_email: bool,
}

impl Issuers {
    /// Reads the operator's secret. An empty one registers nothing.
    fn parse(json: &SecretString) -> Result<Self, &'static str> {
        let text = json.expose_secret().trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        // serde's own error could quote a secret.
        let read: Self = serde_json::from_str(text)
            .map_err(|_| "the secret of sign-in issuers is not the JSON that README.md describes")?;
        let fits = |id: &String| {
            (1..=32).contains(&id.len())
                && id != GITHUB
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if read.issuers.keys().all(fits) {
            Ok(read)
        } else {
            Err(
                "an issuer's name in the secret of sign-in issuers is not 1 to 32 characters of a-z, 0-9 and -, or it is github",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_secret_is_read_or_refused_without_being_quoted() {
        let parse = |text: &str| Issuers::parse(&text.into());
        assert!(parse(" ").unwrap().issuers.is_empty());
        let one = r#"{"github":true,"issuers":{"okta":{"name":"Okta","issuer":"https://acme.okta.com","client_id":"c","client_secret":"s3cret"}}}"#;
        let read = parse(one).unwrap();
        assert!(read.github && !read.issuers["okta"].trusts_email && !format!("{read:?}").contains("s3cret"));
        for wrong in [
            one.replace("okta\":{", "github\":{"),
            one.replace("okta\":{", "O k\":{"),
            "{".into(),
            one.replace("client_id", "id"),
        ] {
            assert!(!parse(&wrong).unwrap_err().contains("s3cret"));
        }
    }
}
