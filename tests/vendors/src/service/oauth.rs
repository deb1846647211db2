//! What the vendors' OAuth has in common: consent pages, codes that work once, PKCE.
//!
//! A program that opens a consent page consents at once; a browser, which accepts HTML, shows it to a person, who says
//! yes or no.

use super::{Incoming, Reply};
use crate::digest::hash;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use url::Url;

/// Codes that were given out and not used yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes {
    given: BTreeMap<String, Code>,
    count: u64,
}

/// What a code was given out for.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    challenge: Option<String>,
    until: Timestamp,
}

/// A vendor's consent page.
pub(crate) struct ConsentPage<'a> {
    /// The vendor's name.
    pub(crate) vendor: &'a str,
    /// What a no brings along beside `error=access_denied`.
    pub(crate) refusal: &'a [(&'a str, &'a str)],
}

impl Codes {
    /// Answers whoever opens a consent page, or decides on it.
    pub(crate) fn at_the_page(&mut self, page: &ConsentPage<'_>, incoming: &Incoming, now: Timestamp) -> Reply {
        let asked = incoming.parameters();
        let sent_on = match decision(incoming) {
            Decision::Open => {
                let scope = asked.get("scope").map(String::as_str).unwrap_or_default();
                let words = format!("Plumbline asks to use {} on your behalf: {scope}", page.vendor);
                let title = format!("{}: authorize Plumbline", page.vendor);
                return ask(&title, &words, &asked, &[("accept", "Accept"), ("cancel", "Cancel")]);
            }
            Decision::Taken("cancel") => refused(&asked, page.refusal),
            Decision::Taken(_) => self.consent(&asked, now),
        };
        match sent_on {
            Ok(address) => Reply::found(address),
            Err(words) => Reply::text(400, "text/plain; charset=utf-8", words),
        }
    }

    /// Somebody consents: the address that the browser is sent on to. `Err` says what is missing in the request.
    pub(crate) fn consent(&mut self, asked: &BTreeMap<String, String>, now: Timestamp) -> Result<String, &'static str> {
        let (client, back) = (asked.get("client_id"), asked.get("redirect_uri"));
        let client_id = client.ok_or("client_id is missing")?.clone();
        let redirect_uri = back.ok_or("redirect_uri is missing")?.clone();
        let mut address = Url::parse(&redirect_uri).map_err(|_| "redirect_uri is no address")?;
        let challenge = asked.get("code_challenge").cloned();
        if challenge.is_some() && asked.get("code_challenge_method").is_none_or(|method| method != "S256") {
            return Err("code_challenge_method must be S256");
        }
        self.count += 1;
        let code = hash(&["code", &client_id, &self.count.to_string()]);
        let scope = asked.get("scope").cloned().unwrap_or_default();
        address.query_pairs_mut().append_pair("code", &code);
        if let Some(state) = asked.get("state") {
            address.query_pairs_mut().append_pair("state", state);
        }
        let until = now + SignedDuration::from_mins(10);
        self.given.insert(code, Code { client_id, redirect_uri, scope, challenge, until });
        Ok(address.into())
    }

    /// Uses a code up. `None` when there is no such code, it is over, or client, address or verifier do not fit.
    pub(crate) fn redeem(&mut self, fields: &BTreeMap<String, String>, client: &str, now: Timestamp) -> Option<Code> {
        let code = self.given.remove(fields.get("code")?)?;
        let same_address = fields.get("redirect_uri").is_none_or(|given| *given == code.redirect_uri);
        let verified = match (&code.challenge, fields.get("code_verifier")) {
            (None, _) => true,
            (Some(challenge), Some(verifier)) => *challenge == challenge_of(verifier),
            (Some(_), None) => false,
        };
        (code.until > now && code.client_id == client && same_address && verified).then_some(code)
    }
}

/// What a visitor of a page wants.
pub(crate) enum Decision<'a> {
    /// To see it.
    Open,
    /// What is said by one of its buttons; a program says yes without seeing it, which is empty.
    Taken(&'a str),
}

/// What this visitor wants.
pub(crate) fn decision(incoming: &Incoming) -> Decision<'_> {
    let said = incoming.query.split('&').find_map(|pair| pair.strip_prefix("decision="));
    match said {
        Some(button) => Decision::Taken(button),
        None if incoming.header("accept").is_some_and(|accept| accept.contains("text/html")) => Decision::Open,
        None => Decision::Taken(""),
    }
}

/// A page with buttons `(value, label)`, which ask for the same again with `decision=value`.
pub(crate) fn ask(title: &str, words: &str, asked: &BTreeMap<String, String>, buttons: &[(&str, &str)]) -> Reply {
    let fields = asked
        .iter()
        .map(|(name, value)| format!(r#"<input type="hidden" name="{}" value="{}">"#, escaped(name), escaped(value)));
    let buttons = buttons
        .iter()
        .map(|(value, label)| format!(r#"<button name="decision" value="{value}">{}</button>"#, escaped(label)));
    let (title, words) = (escaped(title), escaped(words));
    let form: String = fields.chain(buttons).collect();
    let page = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{words}</p><form>{form}</form></main></body></html>"#
    );
    Reply::text(200, "text/html; charset=utf-8", page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The address for somebody who said no (RFC 6749, 4.1.2.1).
fn refused(asked: &BTreeMap<String, String>, more: &[(&str, &str)]) -> Result<String, &'static str> {
    let back = asked.get("redirect_uri").ok_or("redirect_uri is missing")?;
    let mut address = Url::parse(back).map_err(|_| "redirect_uri is no address")?;
    let state = asked.get("state").map(|state| ("state", state.as_str()));
    address.query_pairs_mut().append_pair("error", "access_denied").extend_pairs(more).extend_pairs(state);
    Ok(address.into())
}

/// RFC 7636, S256.
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
