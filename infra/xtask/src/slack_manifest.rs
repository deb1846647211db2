//! The Slack app's manifest with an installation's addresses filled in.

use crate::progress;
use anyhow::{Context as _, bail};
use reqwest::Url;
use serde_json::Value;
use std::net::IpAddr;

const TEMPLATE: &str = include_str!("../../slack-app/manifest.json");
/// What stands for the installation's origin in the template.
const PLACE: &str = "{BASE_URL}";

/// Where Plumbline is.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// The dashboard's address, as the stack's outputs name it (https://d111111abcdef8.cloudfront.net).
    #[arg(long)]
    url: String,
}

/// Prints the manifest, and what is to be known before it is used.
pub(crate) fn print(options: &Options) -> anyhow::Result<()> {
    progress::result(&filled_in(options)?);
    progress::say(
        "tokens of this app rotate: connect workspaces by Slack's consent page; a token that was copied ends",
    );
    Ok(())
}

/// The manifest to give to Slack, as JSON.
fn filled_in(options: &Options) -> anyhow::Result<String> {
    let origin = origin(&options.url)?;
    let mut manifest: Value = serde_json::from_str(TEMPLATE).context("infra/slack-app/manifest.json")?;
    fill(&mut manifest, &origin);
    Ok(serde_json::to_string_pretty(&manifest)?)
}

/// Slack sends what people click to these addresses, so they must be an encrypted origin; this machine alone is excused.
fn origin(url: &str) -> anyhow::Result<String> {
    let parsed = Url::parse(url.trim())
        .with_context(|| format!("--url {url:?} is not an address; give one such as https://plumbline.example.com"))?;
    let host = parsed.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match parsed.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => bail!("--url must begin with https://: Slack refuses other addresses (http:// is for this machine alone)"),
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        bail!("--url must not hold a user name or password: the manifest is shown to people");
    }
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        bail!("--url must be the origin alone, such as https://plumbline.example.com");
    }
    Ok(parsed.origin().ascii_serialization())
}

fn fill(value: &mut Value, origin: &str) {
    match value {
        Value::String(text) => *text = text.replace(PLACE, origin),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, origin)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, origin)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(url: &str) -> anyhow::Result<String> {
        filled_in(&Options { url: url.to_owned() })
    }

    #[test]
    fn every_address_is_below_the_origin() {
        for (url, origin) in [
            ("https://plumbline.example.com", "https://plumbline.example.com"),
            (" https://Plumbline.example.com:8443/ ", "https://plumbline.example.com:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            let text = manifest(url).expect(url);
            assert!(!text.contains(PLACE), "{text}");
            let manifest: Value = serde_json::from_str(&text).expect("JSON");
            for (pointer, path) in [
                ("/features/slash_commands/0/url", "/webhooks/slack/commands"),
                ("/oauth_config/redirect_urls/0", "/auth/connections/callback"),
                ("/settings/event_subscriptions/request_url", "/webhooks/slack/events"),
                ("/settings/interactivity/request_url", "/webhooks/slack/interactions"),
            ] {
                let filled = manifest.pointer(pointer).and_then(Value::as_str);
                assert_eq!(filled, Some(format!("{origin}{path}").as_str()), "{pointer}");
            }
            assert_eq!(text.matches("://").count(), 4, "no address but these");
        }
    }

    #[test]
    fn what_slack_would_refuse_is_refused_in_words() {
        for (url, words) in [
            ("plumbline.example.com", "is not an address"),
            ("", "is not an address"),
            ("http://plumbline.example.com", "must begin with https://"),
            ("http://127.0.0.1.example.com", "must begin with https://"),
            ("ftp://localhost", "must begin with https://"),
            ("https://ada:secret@plumbline.example.com", "must not hold a user name"),
            ("https://plumbline.example.com/app", "must be the origin alone"),
            ("https://plumbline.example.com/?a=b", "must be the origin alone"),
        ] {
            let error = manifest(url).expect_err(url).to_string();
            assert!(error.contains(words), "{url}: {error}");
        }
    }
}
