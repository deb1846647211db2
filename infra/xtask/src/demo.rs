//! `cargo xtask demo`: the product with simulated vendors and a demo organisation.

use crate::{
    Instance,
    api::Api,
    compile,
    files::Stamp,
    front::{self, Reserved},
    process::Processes,
    progress,
    stack::{DataFolder, Stack},
    up,
    vendors::{self, Vendors},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::path::Path;

/// The demo organisation's team.
pub(crate) const TEAM: &str = "Acme Rail";
/// Where it works.
pub(crate) const TIME_ZONE: &str = "Europe/Berlin";
/// Eighteen months: all that the demo organisation has.
const HISTORY_DAYS: u32 = 540;

/// Runs until it is told to stop.
pub(crate) async fn run(processes: &Processes, instance: &Instance) -> anyhow::Result<()> {
    let port = Reserved::new(instance.port)?;
    let data = DataFolder::take(&instance.data)?;
    vendors::build_simulator(processes).await?;
    let built = compile::everything(processes).await?;
    let address = front::address(instance.port);
    let stack = Stack::start(processes, &data.path, built, &address, false).await?;
    let vendors = Vendors::start(processes, &data.path, &stack, &address).await?;
    let connect = async {
        register(processes, &stack, &vendors, &address).await?;
        stack.is_ready().await?;
        let api = Api::new(&stack)?;
        let team = api.team(TEAM, TIME_ZONE).await?;
        api.connect(&team, vendors.connections(HISTORY_DAYS)?, &next_minute(now())?).await?;
        api.follow_first_syncs(&team).await?;
        invite(&data.path, &api, &team, &vendors).await.map(drop)
    };
    tokio::select! {
        connected = connect => connected?,
        error = stack.aws.service.ended() => return Err(error),
        error = vendors.service.ended() => return Err(error),
    }
    let listener = port.listen()?;
    progress::say(&vendors.issuer.how());
    progress::say(&format!("The operator's token is in {}.", data.path.join("admin-token").display()));
    progress::say(&format!("The simulated Slack is at {}: merge a pull request there and answer.", vendors.slack()));
    up::ready(instance.port);
    tokio::select! {
        served = axum::serve(listener, front::router(&stack)?) => Ok(served?),
        error = stack.aws.service.ended() => Err(error),
        error = vendors.service.ended() => Err(error),
    }
}

/// What an operator does once: the apps are registered at the vendors and the issuer for this address, and their secrets
/// stored.
pub(crate) async fn register(
    processes: &Processes,
    stack: &Stack,
    vendors: &Vendors,
    address: &str,
) -> anyhow::Result<()> {
    vendors.register_callbacks(address).await?;
    stack.register_apps(processes, &vendors.apps()).await?;
    stack.register_issuers(processes, &vendors.issuer.secret()).await
}

/// Invites the issuer's people to the team, where they are not yet; how many were. An issuer that had to move to another
/// port is another issuer, at which nobody is a user.
pub(crate) async fn invite(data: &Path, api: &Api, team: &str, vendors: &Vendors) -> anyhow::Result<usize> {
    let stamp = Stamp::new(data.join("issuer"), vendors.issuer.id.clone());
    let invited = api.invite(team, &vendors.issuer.people, !stamp.holds()).await?;
    stamp.set()?;
    Ok(invited)
}

/// The present.
#[expect(clippy::disallowed_methods, reason = "the command's edge reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The next full minute in the demo team's time zone, as `HH:MM`; the one after it when that is only seconds away, as a
/// time that has passed means tomorrow.
pub(crate) fn next_minute(now: Timestamp) -> anyhow::Result<String> {
    let zone = TimeZone::get(TIME_ZONE)?;
    let soon = now.checked_add(SignedDuration::from_secs(75))?;
    Ok(soon.to_zoned(zone).strftime("%H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sync_is_due_in_the_teams_own_time_and_never_in_the_past() {
        let at = |text: &str| next_minute(text.parse().expect("instant")).expect("minute");
        assert_eq!(at("2026-11-23T06:00:00Z"), "07:01");
        assert_eq!(at("2026-11-23T06:00:44Z"), "07:01");
        assert_eq!(at("2026-11-23T06:00:58Z"), "07:02");
        assert_eq!(at("2026-07-01T21:59:30Z"), "00:00");
    }
}
