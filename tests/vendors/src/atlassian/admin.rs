//! The organization's administration, for whoever has its API key.
//!
//! <https://developer.atlassian.com/cloud/admin/organization/rest/intro/>

use super::state::{DIRECTORY_ID, ORGANIZATION_ID, State};
use crate::{
    demo::company::{AtlassianAccount, AtlassianKind},
    service::{Incoming, Reply},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// Groups that give access to a product, with the product.
const PRODUCT_GROUPS: [(&str, &str); 2] =
    [("jira-software-users", "jira-software"), ("confluence-users", "confluence")];

fn error(status: u16, code: &str, title: &str) -> Reply {
    let one = json!({"id": "simulated", "status": status.to_string(), "code": code, "title": title, "detail": title});
    Reply::of(status, json!({"errors": [one]}))
}

/// Answers below `/admin`.
pub(super) fn answer(state: &State, incoming: &Incoming) -> Reply {
    if !incoming.bearer().is_some_and(|key| state.organization_keys.contains(key)) {
        return Reply::of(401, json!({"code": 401, "message": "Unauthorized"}));
    }
    let segments = incoming.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (incoming.method.as_str(), segments.as_slice()) {
        ("GET", ["admin", "v1", "orgs"]) => Reply::ok(json!({
            "data": [{
                "id": ORGANIZATION_ID, "type": "orgs", "attributes": {"name": state.name},
                "relationships": {}, "links": {"self": format!("{}/admin/v1/orgs/{ORGANIZATION_ID}", state.origin)},
            }],
            "links": {"self": format!("{}/admin/v1/orgs", state.origin), "prev": null, "next": null},
        })),
        ("GET", ["admin", "v1", "orgs", ORGANIZATION_ID, "users"]) => managed(state, incoming),
        ("GET", ["admin", "v1", "orgs", ORGANIZATION_ID, "directory", "users", account, "last-active-dates"]) => {
            state.accounts.get(*account).map_or_else(|| error(404, "ADMIN-404", "Not found"), last_active)
        }
        ("GET", ["admin", "v2", "orgs", ORGANIZATION_ID, "directories"]) => Reply::ok(json!({
            "data": [{"directoryId": DIRECTORY_ID, "id": DIRECTORY_ID, "name": state.name, "type": "directories"}],
            "links": {"self": null, "prev": null, "next": null},
        })),
        ("POST", ["admin", "v2", "orgs", ORGANIZATION_ID, "directories", DIRECTORY_ID | "-", "users", "search"]) => {
            users(state, incoming)
        }
        ("GET", ["admin", "v2", "orgs", ORGANIZATION_ID, "directories", DIRECTORY_ID | "-", "groups"]) => {
            let asked = incoming.parameters();
            let limit = super::jira::number(&asked, "limit", 50);
            page(&groups(state), asked.get("cursor").map(String::as_str), limit, |group| group.shown(state))
        }
        _ => error(404, "ADMIN-404", "Not found"),
    }
}

fn cursor(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("cursor:{offset}"))
}

fn offset(cursor: Option<&str>) -> Option<usize> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Some(0) };
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("cursor:")?.parse().ok()
}

/// Version 2 gives the next page's cursor alone.
fn page<T>(items: &[T], after: Option<&str>, limit: usize, show: impl Fn(&T) -> Value) -> Reply {
    let Some(start) = offset(after) else { return error(400, "ADMIN-400", "Invalid cursor") };
    if !(1..=100).contains(&limit) {
        return error(400, "ADMIN-400", "limit must be between 1 and 100");
    }
    let end = (start + limit).min(items.len());
    let next = (end < items.len()).then(|| cursor(end));
    let data: Vec<Value> = items.get(start..end).unwrap_or_default().iter().map(show).collect();
    Reply::ok(json!({"data": data, "links": {"self": after, "prev": null, "next": next}}))
}

fn people(state: &State) -> impl Iterator<Item = &AtlassianAccount> {
    state.of_kind(AtlassianKind::Atlassian)
}

fn is_managed(state: &State, account: &AtlassianAccount) -> bool {
    account.email.as_ref().is_some_and(|email| email.ends_with(&format!("@{}", state.domain)))
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

fn product_name(key: &str) -> &'static str {
    if key == "confluence" { "Confluence" } else { "Jira" }
}

/// `GET /v1/orgs/{org}/users`: accounts of the verified domain; the next page is a whole address.
fn managed(state: &State, incoming: &Incoming) -> Reply {
    let asked = incoming.parameters();
    let Some(start) = offset(asked.get("cursor").map(String::as_str)) else {
        return error(400, "ADMIN-400", "Invalid cursor");
    };
    let all: Vec<&AtlassianAccount> = people(state).filter(|account| is_managed(state, account)).collect();
    let end = (start + 100).min(all.len());
    let address = format!("{}/admin/v1/orgs/{ORGANIZATION_ID}/users", state.origin);
    let next = (end < all.len()).then(|| format!("{address}?cursor={}", cursor(end)));
    let users: Vec<Value> = all.get(start..end).unwrap_or_default().iter().map(|account| {
        let last = account.products.iter().filter_map(|seat| seat.last_active_at).max();
        let products: Vec<Value> = account.products.iter().map(|seat| {
            let mut product = json!({"key": seat.product, "name": product_name(seat.product), "url": format!("https://{}.atlassian.net", state.slug)});
            if let Some(at) = seat.last_active_at {
                product["last_active"] = at.to_string().into();
            }
            product
        }).collect();
        let mut user = json!({
            "account_id": account.id, "account_type": account.kind.as_str(),
            "account_status": if account.active { "active" } else { "inactive" }, "name": account.name,
            "picture": format!("https://secure.gravatar.example/avatar/{}", account.id), "email": account.email,
            "access_billable": account.active && !account.suspended && !account.products.is_empty(),
            "product_access": products, "links": {"self": format!("{}/users/{}/manage", state.origin, account.id)},
        });
        if let Some(at) = last {
            user["last_active"] = at.to_string().into();
        }
        user
    }).collect();
    Reply::ok(
        json!({"data": users, "links": {"self": address, "prev": null, "next": next}, "meta": {"total": all.len()}}),
    )
}

fn last_active(account: &AtlassianAccount) -> Reply {
    let products: Vec<Value> = account
        .products
        .iter()
        .map(|seat| {
            let mut product = json!({"id": seat.product, "key": seat.product, "name": product_name(seat.product)});
            if let Some(at) = seat.last_active_at {
                product["last_active"] = day(at).into();
                product["last_active_timestamp"] = at.to_string().into();
            }
            product
        })
        .collect();
    Reply::ok(json!({
        "data": {
            "product_access": products, "added_to_org": day(account.added_at),
            "added_to_org_timestamp": account.added_at,
        },
        "links": {"next": null},
    }))
}

/// A group of the directory.
struct Group {
    id: String,
    name: String,
    description: &'static str,
    product: Option<&'static str>,
}

fn groups(state: &State) -> Vec<Group> {
    let id = |name: &str| {
        let digits = crate::digest::hash(&["group", name]);
        format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32])
    };
    let mut all: Vec<Group> = PRODUCT_GROUPS
        .iter()
        .map(|(name, product)| {
            let name = format!("{name}-{}", state.slug);
            Group { id: id(&name), name, description: "Grants access to a product", product: Some(product) }
        })
        .collect();
    for name in ["org-admins", "site-admins"] {
        all.push(Group { id: id(name), name: name.into(), description: "Administrators", product: None });
    }
    all
}

impl Group {
    /// Administrators are the first two accounts.
    fn has(&self, state: &State, account: &AtlassianAccount) -> bool {
        match self.product {
            Some(product) => account.products.iter().any(|seat| seat.product == product),
            None => people(state).take(2).any(|one| one.id == account.id),
        }
    }

    fn shown(&self, state: &State) -> Value {
        let users = people(state).filter(|account| self.has(state, account)).count();
        json!({
            "id": self.id, "name": self.name, "description": self.description, "directoryId": DIRECTORY_ID,
            "managementAccess": {"readOnly": false}, "counts": {"users": users, "resources": usize::from(self.product.is_some())},
        })
    }
}

/// `POST /v2/orgs/{org}/directories/{directory}/users/search`.
fn users(state: &State, incoming: &Incoming) -> Reply {
    let body = if incoming.body.is_empty() { json!({}) } else { incoming.json().unwrap_or(Value::Null) };
    if !body.is_object() {
        return error(400, "ADMIN-400", "The body is not a JSON object");
    }
    let texts = |name: &str| -> Option<Vec<String>> {
        let list = body.get(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
    };
    let among = |name: &str, value: &str| texts(name).is_none_or(|list| list.iter().any(|one| one == value));
    let groups = groups(state);
    let expand = texts("expand").unwrap_or_default();
    let search = body.get("searchTerm").and_then(Value::as_str).map(str::to_lowercase);
    let fits = |account: &&AtlassianAccount| {
        let in_groups = texts("groupIds")
            .is_none_or(|ids| groups.iter().any(|group| ids.contains(&group.id) && group.has(state, account)));
        let claim = if is_managed(state, account) { "managed" } else { "unmanaged" };
        in_groups
            && among("accountIds", &account.id)
            && texts("emails").is_none_or(|list| account.email.as_ref().is_some_and(|email| list.contains(email)))
            && body.get("claimStatus").and_then(Value::as_str).is_none_or(|wanted| wanted == claim)
            && among("status", status(account))
            && among("accountStatus", account_status(account))
            && among("membershipStatus", membership_status(account))
            && search.as_ref().is_none_or(|part| account.name.to_lowercase().contains(part))
    };
    let show = |account: &&AtlassianAccount| {
        let mut user = json!({
            "accountId": account.id, "accountType": account.kind.as_str(), "status": status(account),
            "accountStatus": account_status(account), "membershipStatus": membership_status(account),
            "addedToOrg": account.added_at, "name": account.name, "nickname": account.name,
            "email": account.email, "emailVerified": true, "mfaEnabled": true, "managementSource": "invited",
            "claimStatus": if is_managed(state, account) { "managed" } else { "unmanaged" },
            "platformRoles": [], "jobTitle": null, "department": null,
        });
        if expand.iter().any(|part| part == "productAccess") {
            let products = account.products.iter().map(|seat| {
                let mut product =
                    json!({"key": seat.product, "id": format!("ari:cloud:{}::site/{}", seat.product, super::CLOUD_ID)});
                if let Some(at) = seat.last_active_at {
                    product["lastActiveTimestamp"] = at.to_string().into();
                }
                product
            });
            user["productAccess"] = products.collect();
        }
        if expand.iter().any(|part| part == "groups") {
            let own = groups.iter().filter(|group| group.has(state, account));
            user["groups"] = own.map(|group| json!({"id": group.id, "name": group.name})).collect();
        }
        user
    };
    let found: Vec<&AtlassianAccount> = people(state).filter(fits).collect();
    let limit = body.get("limit").and_then(Value::as_u64).unwrap_or(50);
    page(&found, body.get("cursor").and_then(Value::as_str), usize::try_from(limit).unwrap_or(0), show)
}

const fn status(account: &AtlassianAccount) -> &'static str {
    match (account.active, account.suspended) {
        (false, _) => "deactivated",
        (true, true) => "suspended",
        (true, false) => "active",
    }
}

const fn account_status(account: &AtlassianAccount) -> &'static str {
    if account.active { "active" } else { "inactive" }
}

const fn membership_status(account: &AtlassianAccount) -> &'static str {
    if account.suspended { "suspended" } else { "active" }
}
