//! Sealing stored credentials anew, after a key was added to the keyring.

use crate::{access::Caller, connections, problem::Problem};
use axum::Json;
use plumbline_auth::{Keyring, Purpose, envelope};
use plumbline_domain::TeamId;
use plumbline_store::ConnectionRecord;
use serde::Serialize;
use utoipa::ToSchema;

/// What became of the stored credentials.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct SealCounts {
    /// Sealed anew with the current key.
    resealed: u64,
    /// Sealed with the current key already, or replaced meanwhile.
    current: u64,
    /// With a key that the keyring does not have: these connections have to be made again.
    unreadable: u64,
}

/// Seal all stored credentials with the current key
///
/// Part of `cargo xtask rotate-keys`: afterwards nothing needs the keyring's other keys. Called again it changes nothing.
#[utoipa::path(
    post, path = "/api/keyring/reseal", operation_id = "reseal", tag = "operation",
    responses((status = 200, description = "What became of them", body = SealCounts)),
)]
pub(crate) async fn reseal(caller: Caller) -> Result<Json<SealCounts>, Problem> {
    let app = &caller.app;
    let keyring = connections::trial::keyring(app).await?;
    let mut done = SealCounts::default();
    for team in app.store.load_teams().await? {
        for record in app.store.load_connections(&team.id).await? {
            match anew(&keyring, &team.id, &record)? {
                Anew::Stale(sealed) => {
                    let old = &record.sealed_credentials;
                    let replaced = app.store.replace_credentials(&team.id, record.provider, old, sealed).await?;
                    // Not replaced: somebody renewed or removed it just now, with the current key if at all.
                    if replaced { done.resealed += 1 } else { done.current += 1 }
                }
                Anew::Current => done.current += 1,
                Anew::Unreadable => {
                    tracing::warn!(team = %team.id, provider = %record.provider, "credentials do not open with the keyring");
                    done.unreadable += 1;
                }
            }
        }
    }
    Ok(Json(done))
}

enum Anew {
    Stale(String),
    Current,
    Unreadable,
}

fn anew(keyring: &Keyring, team: &TeamId, record: &ConnectionRecord) -> Result<Anew, Problem> {
    let purpose = Purpose::connection(team, record.provider);
    Ok(match envelope::open(keyring, &record.sealed_credentials, &purpose) {
        Ok(opened) if opened.is_stale => {
            Anew::Stale(envelope::seal(keyring, &opened.secret, &purpose).map_err(anyhow::Error::new)?)
        }
        Ok(_) => Anew::Current,
        Err(_) => Anew::Unreadable,
    })
}
