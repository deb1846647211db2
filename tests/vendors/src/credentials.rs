//! The credentials that work at the vendors that this process simulates. They open nothing else.

use crate::{atlassian, github, issuer, jfrog, slack, trello};
use serde_json::{Value, json};

/// All of them, by vendor.
pub fn credentials() -> Value {
    json!({
        "github": {
            "token": github::TOKEN, "classic_token": github::CLASSIC_TOKEN, "organization": "acme-rail",
            "enterprise": "acme-rail-group", "app_id": github::APP_ID, "client_id": github::CLIENT_ID,
            "client_secret": github::CLIENT_SECRET, "installation_id": github::INSTALLATION, "app_slug": github::APP_SLUG,
            "app_private_key": github::app_private_key(),
        },
        "atlassian": {
            "email": atlassian::EMAIL, "api_token": atlassian::API_TOKEN, "client_id": atlassian::CLIENT_ID,
            "client_secret": atlassian::CLIENT_SECRET, "cloud_id": atlassian::CLOUD_ID,
            "organization_id": atlassian::ORGANIZATION_ID, "directory_id": atlassian::DIRECTORY_ID,
            "organization_key": atlassian::ORGANIZATION_KEY,
        },
        "jfrog": {"token": jfrog::TOKEN, "identities_token": jfrog::IDENTITIES_TOKEN},
        "trello": {"key": trello::KEY, "token": trello::TOKEN},
        "slack": {
            "token": slack::TOKEN, "client_id": slack::CLIENT_ID, "client_secret": slack::CLIENT_SECRET,
            "signing_secret": slack::SIGNING_SECRET, "team_id": slack::TEAM_ID, "app_id": slack::APP_ID,
        },
        "issuer": {"client_id": issuer::CLIENT_ID, "client_secret": issuer::CLIENT_SECRET},
    })
}
