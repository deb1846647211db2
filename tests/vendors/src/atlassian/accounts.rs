//! Accounts as Jira shows them.

use super::{jira::number, state::State};
use crate::{
    demo::company::{AtlassianAccount, AtlassianKind},
    service::{Incoming, Reply},
};
use serde_json::{Value, json};

/// An account wherever somebody is named. Its e-mail is there only when the person shows it.
pub(super) fn user(state: &State, account: &AtlassianAccount) -> Value {
    let avatar = format!("https://secure.gravatar.example/avatar/{}", account.id);
    let mut value = json!({
        "self": format!("{}/rest/api/3/user?accountId={}", state.origin, account.id), "accountId": account.id,
        "accountType": account.kind.as_str(), "displayName": account.name, "active": account.active,
        "timeZone": "Europe/Berlin", "avatarUrls": {"48x48": avatar, "24x24": avatar, "16x16": avatar, "32x32": avatar},
    });
    if account.kind == AtlassianKind::App {
        value["appType"] = "connectApp".into();
    }
    if account.email_shown {
        value["emailAddress"] = account.email.clone().into();
    }
    value
}

/// `GET /rest/api/3/users/search`: people, apps and customers, inactive ones too, in a bare list.
pub(super) fn search(state: &State, incoming: &Incoming) -> Reply {
    let asked = incoming.parameters();
    let (start, most) = (number(&asked, "startAt", 0), number(&asked, "maxResults", 50).min(1_000));
    let page = state.accounts.values().skip(start).take(most);
    let users: Vec<Value> = page
        .map(|account| {
            let mut user = user(state, account);
            user["locale"] = "de_DE".into();
            user["guest"] = false.into();
            user
        })
        .collect();
    let points = 1 + 2 * users.len() as u64;
    Reply::ok(users.into()).costing(points)
}
