//! What lets Plumbline in at a vendor, and what the operator registered there.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// A connection's credentials. They are kept sealed, as the JSON of [`Credentials::to_json`].
#[derive(Clone)]
pub enum Credentials {
    /// A token that goes into the `Authorization` header as it is.
    Token(SecretString),
    /// A user's e-mail address and that user's API token.
    Basic {
        /// The address.
        email: String,
        /// The token.
        token: SecretString,
    },
    /// An application's key and a user's token for it.
    Key {
        /// The key.
        key: SecretString,
        /// The token.
        token: SecretString,
    },
    /// An installation of the operator's app; its token is short-lived and made anew.
    Installation {
        /// The vendor's id of the installation.
        installation_id: u64,
        /// The token made last.
        token: Option<Expiring>,
    },
    /// What a user agreed to at the vendor.
    OAuth {
        /// The access token.
        access: Expiring,
        /// What the next access token is made with; a vendor that rotates it takes each only once.
        refresh: Option<SecretString>,
    },
}

/// A token with its end.
#[derive(Clone)]
pub struct Expiring {
    /// The token; its form and length are the vendor's business.
    pub token: SecretString,
    /// When it ends; `None`: not by itself.
    pub expires_at: Option<Timestamp>,
}

impl Expiring {
    /// Whether it will be refused at `at`.
    pub fn ends_before(&self, at: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= at)
    }
}

impl fmt::Debug for Credentials {
    /// Only of which kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(..)",
            Self::Basic { .. } => "Basic(..)",
            Self::Key { .. } => "Key(..)",
            Self::Installation { .. } => "Installation(..)",
            Self::OAuth { .. } => "OAuth(..)",
        })
    }
}

/// The sealed form.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Wire {
    Token {
        token: String,
    },
    Basic {
        email: String,
        token: String,
    },
    Key {
        key: String,
        token: String,
    },
    Installation {
        installation_id: u64,
        token: Option<WireExpiring>,
    },
    #[serde(rename = "oauth")]
    OAuth {
        access: WireExpiring,
        refresh: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct WireExpiring {
    token: String,
    expires_at: Option<Timestamp>,
}

impl From<&Expiring> for WireExpiring {
    fn from(expiring: &Expiring) -> Self {
        Self { token: open(&expiring.token), expires_at: expiring.expires_at }
    }
}

impl From<WireExpiring> for Expiring {
    fn from(wire: WireExpiring) -> Self {
        Self { token: wire.token.into(), expires_at: wire.expires_at }
    }
}

fn open(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

impl Credentials {
    /// As they are sealed.
    pub fn to_json(&self) -> serde_json::Result<SecretString> {
        let wire = match self {
            Self::Token(token) => Wire::Token { token: open(token) },
            Self::Basic { email, token } => Wire::Basic { email: email.clone(), token: open(token) },
            Self::Key { key, token } => Wire::Key { key: open(key), token: open(token) },
            Self::Installation { installation_id, token } => {
                Wire::Installation { installation_id: *installation_id, token: token.as_ref().map(Into::into) }
            }
            Self::OAuth { access, refresh } => {
                Wire::OAuth { access: access.into(), refresh: refresh.as_ref().map(open) }
            }
        };
        serde_json::to_string(&wire).map(Into::into)
    }

    /// As they were sealed; `None`: not by this version. serde's error would quote what it read.
    pub fn from_json(json: &SecretString) -> Option<Self> {
        Some(match serde_json::from_str(json.expose_secret()).ok()? {
            Wire::Token { token } => Self::Token(token.into()),
            Wire::Basic { email, token } => Self::Basic { email, token: token.into() },
            Wire::Key { key, token } => Self::Key { key: key.into(), token: token.into() },
            Wire::Installation { installation_id, token } => {
                Self::Installation { installation_id, token: token.map(Into::into) }
            }
            Wire::OAuth { access, refresh } => Self::OAuth { access: access.into(), refresh: refresh.map(Into::into) },
        })
    }

    /// The token that goes into a `Bearer` header; `None`: these have none, or none yet.
    pub fn bearer(&self) -> Option<&SecretString> {
        match self {
            Self::Token(token) => Some(token),
            Self::Installation { token, .. } => token.as_ref().map(|token| &token.token),
            Self::OAuth { access, .. } => Some(&access.token),
            Self::Basic { .. } | Self::Key { .. } => None,
        }
    }
}

/// What the operator registered at the vendors, from one secret: JSON by vendor, those absent that are not registered.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Apps {
    /// GitHub App.
    pub github: Option<GithubApp>,
    /// Atlassian OAuth 2.0 (3LO) app.
    pub atlassian: Option<OAuthApp>,
    /// Slack app.
    pub slack: Option<OAuthApp>,
}

/// A client of a vendor's authorization server.
#[derive(Debug, Deserialize)]
pub struct OAuthApp {
    /// Its public id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Origin of the vendor's servers in place of its own; for simulators and GitHub Enterprise Server.
    #[serde(default)]
    pub origin: Option<Url>,
}

/// A GitHub App. Its user sign-in is its client.
#[derive(Debug, Deserialize)]
pub struct GithubApp {
    /// Its client.
    #[serde(flatten)]
    pub client: OAuthApp,
    /// Its name in addresses: `https://github.com/apps/<slug>`.
    pub slug: String,
    /// Its private key (RSA, PEM).
    pub private_key: SecretString,
}

impl Apps {
    /// Reads the operator's secret. An empty one registers nothing.
    pub fn parse(json: &SecretString) -> Result<Self, &'static str> {
        let text = json.expose_secret().trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        // serde's own error could quote a key.
        serde_json::from_str(text).map_err(|_| "the secret of vendor apps is not the JSON that README.md describes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Credentials> {
        let end = Some("2026-11-02T10:00:00Z".parse().expect("an instant"));
        vec![
            Credentials::Token("s3cret-token".into()),
            Credentials::Basic { email: "ada@example.com".into(), token: "s3cret-token".into() },
            Credentials::Key { key: "s3cret-key".into(), token: "s3cret-token".into() },
            Credentials::Installation {
                installation_id: 7,
                token: Some(Expiring { token: "s3cret-token".into(), expires_at: end }),
            },
            Credentials::Installation { installation_id: 7, token: None },
            Credentials::OAuth {
                access: Expiring { token: "s3cret-token".into(), expires_at: None },
                refresh: Some("s3cret-refresh".into()),
            },
        ]
    }

    #[test]
    fn sealed_and_opened_they_are_the_same_and_a_log_never_shows_them() {
        for credentials in all() {
            let json = credentials.to_json().expect("serialises");
            let again = Credentials::from_json(&json).expect("opens");
            assert_eq!(again.to_json().expect("serialises").expose_secret(), json.expose_secret());
            assert!(!format!("{credentials:?}").contains("s3cret"), "{credentials:?}");
        }
        assert!(Credentials::from_json(&"s3cret".into()).is_none());
    }

    #[test]
    fn an_app_that_is_not_registered_is_absent_and_one_that_is_hides_its_secrets() {
        assert!(Apps::parse(&"".into()).expect("empty").github.is_none());
        let json =
            r#"{"github":{"client_id":"Iv1","client_secret":"s3cret","slug":"plumbline","private_key":"s3cret"}}"#;
        let apps = Apps::parse(&json.into()).expect("readable");
        assert_eq!(apps.github.as_ref().map(|app| app.client.client_id.as_str()), Some("Iv1"));
        assert!(!format!("{apps:?}").contains("s3cret"));
        assert!(Apps::parse(&"s3cret".into()).is_err_and(|said| !said.contains("s3cret")));
    }
}
