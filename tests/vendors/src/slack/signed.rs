//! Slack's requests to the app, signed: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded;

/// The app's address that a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Clicks: a form whose field `payload` is JSON.
    Interactions,
    /// The slash command: a form.
    Commands,
    /// Events: JSON. Only these are sent again when they fail.
    Events,
}

impl Surface {
    /// The path below the app's origin.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Interactions => "/webhooks/slack/interactions",
            Self::Commands => "/webhooks/slack/commands",
            Self::Events => "/webhooks/slack/events",
        }
    }
}

/// A request to the app as it is sent. Pure: a test can hand it to a handler, twice, late or in any order.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Where it goes.
    pub surface: Surface,
    /// The user who caused it; none: the workspace itself.
    pub user: Option<String>,
    /// Where it happened; none for events.
    pub channel: Option<String>,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The raw body, which the signature is over.
    pub body: Vec<u8>,
}

impl Signed {
    /// Signs a body at an instant.
    pub(super) fn new(surface: Surface, user: Option<&str>, body: Vec<u8>, secret: &str, at: Timestamp) -> Self {
        let kind = match surface {
            Surface::Events => "application/json",
            Surface::Interactions | Surface::Commands => "application/x-www-form-urlencoded",
        };
        let headers = vec![
            ("content-type".into(), kind.into()),
            ("user-agent".into(), "Slackbot 1.0 (+https://api.slack.com/robots)".into()),
            ("accept".into(), "application/json,*/*".into()),
            ("x-slack-request-timestamp".into(), at.as_second().to_string()),
            ("x-slack-signature".into(), signature(secret, at.as_second(), &body)),
        ];
        Self { surface, user: user.map(Into::into), channel: None, headers, body }
    }

    /// The same, signed with this secret at this instant; what else is in the headers stays.
    #[must_use]
    pub fn signed_again(&self, secret: &str, at: Timestamp) -> Self {
        let mut again = self.clone();
        for (name, value) in &mut again.headers {
            match name.as_str() {
                "x-slack-request-timestamp" => *value = at.as_second().to_string(),
                "x-slack-signature" => *value = signature(secret, at.as_second(), &self.body),
                _ => {}
            }
        }
        again
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What the body says: the payload of a click, the fields of a command, the event with its envelope.
    pub fn payload(&self) -> Value {
        match self.surface {
            Surface::Events => serde_json::from_slice(&self.body).unwrap(),
            Surface::Interactions => {
                let payload = form_urlencoded::parse(&self.body).find(|(name, _)| name == "payload").unwrap().1;
                serde_json::from_str(&payload).unwrap()
            }
            Surface::Commands => {
                let fields = form_urlencoded::parse(&self.body).into_owned();
                Value::Object(fields.map(|(name, value)| (name, Value::String(value))).collect())
            }
        }
    }

    /// What it is: `block_actions`, the command, or the type of the event.
    pub fn what(&self) -> String {
        let payload = self.payload();
        let kind = match self.surface {
            Surface::Events => payload.pointer("/event/type").or_else(|| payload.get("type")),
            Surface::Interactions => payload.get("type"),
            Surface::Commands => payload.get("command"),
        };
        kind.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// A payload as the body of a click.
pub(super) fn payload_form(payload: &Value) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish().into_bytes()
}

/// `v0=` and the HMAC over version, instant and raw body in hexadecimal.
pub fn signature(secret: &str, at: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length of key works");
    mac.update(format!("v0:{at}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}
