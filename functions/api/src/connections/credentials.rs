//! What lets Plumbline in at a vendor, as the API takes it.

use crate::problem::Problem;
use plumbline_auth::{Keyring, Purpose, open};
use plumbline_connectors::{Credentials, CredentialsForm, Descriptor};
use plumbline_domain::TeamId;
use plumbline_store::ConnectionRecord;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

/// What lets Plumbline in at the vendor. Each vendor takes some of these fields together: GitHub, Copilot, GitHub
/// Enterprise, Atlassian, JFrog and Slack `token`; Jira `email` and `token`; Trello `key` and `token`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Credentials)]
pub(crate) struct CredentialsBody {
    /// A token: personal access token, API token, API key or access token, as the vendor calls it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    token: Option<SecretString>,
    /// The e-mail address of the user that the token belongs to.
    #[serde(default)]
    email: Option<String>,
    /// The application's key.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    key: Option<SecretString>,
}

/// The reader's own message could repeat what was sent, and with it a token.
pub(super) fn credentials<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CredentialsBody, D::Error> {
    const UNUSABLE: &str =
        "`credentials` must be an object of texts such as {\"token\": \"...\"}, with the fields that the vendor takes";
    // As a map first: serde's derived code would take a list for the struct's fields, too.
    let fields = serde_json::Map::deserialize(deserializer).map_err(|_| D::Error::custom(UNUSABLE))?;
    CredentialsBody::deserialize(serde_json::Value::Object(fields)).map_err(|_| D::Error::custom(UNUSABLE))
}

impl CredentialsBody {
    /// The credentials, if they have the form that this vendor takes.
    pub(super) fn check(self, vendor: &Descriptor) -> Result<Credentials, Problem> {
        let Self { token, email, key } = self;
        for (field, value) in [("token", &token), ("key", &key)] {
            if value.as_ref().is_some_and(|value| value.expose_secret().trim().is_empty()) {
                return Err(Problem::invalid(format!("`credentials.{field}` is empty: paste it.")));
            }
        }
        let (form, credentials) = match (token, email, key) {
            (Some(token), None, None) => (CredentialsForm::Token, Credentials::Token(trimmed(&token))),
            (Some(token), Some(email), None) => {
                (CredentialsForm::Basic, Credentials::Basic { email: email.trim().to_owned(), token: trimmed(&token) })
            }
            (Some(token), None, Some(key)) => {
                (CredentialsForm::Key, Credentials::Key { key: trimmed(&key), token: trimmed(&token) })
            }
            _ => return Err(wrong_form(vendor)),
        };
        if vendor.credentials.contains(&form) { Ok(credentials) } else { Err(wrong_form(vendor)) }
    }
}

/// How a connection came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ConnectedBy {
    /// Somebody entered credentials, which are theirs.
    Credentials,
    /// Somebody installed the operator's GitHub App.
    Installation,
    /// Somebody agreed at the vendor's consent page.
    Consent,
}

impl ConnectedBy {
    /// `None`: the stored credentials do not open with the present keys.
    pub(super) fn of(record: &ConnectionRecord, team: &TeamId, keyring: &Keyring) -> Option<Self> {
        let purpose = Purpose::connection(team, record.provider);
        let opened = open(keyring, &record.sealed_credentials, &purpose).ok()?;
        Some(match Credentials::from_json(&opened.secret)? {
            Credentials::Token(_) | Credentials::Basic { .. } | Credentials::Key { .. } => Self::Credentials,
            Credentials::Installation { .. } => Self::Installation,
            Credentials::OAuth { .. } => Self::Consent,
        })
    }
}

/// What is pasted often ends in a line break.
fn trimmed(secret: &SecretString) -> SecretString {
    secret.expose_secret().trim().into()
}

fn wrong_form(vendor: &Descriptor) -> Problem {
    let forms: Vec<_> = vendor.credentials.iter().map(|form| form.fields()).collect();
    Problem::invalid(format!("`credentials` of {} are {}, and no other fields.", vendor.name, forms.join(" or ")))
}
