//! `cargo xtask up`: the whole product for the user's own organisation.

use crate::{
    Instance, compile,
    front::{self, Reserved},
    process::Processes,
    progress,
    stack::{DataFolder, Stack},
};

/// Runs until it is told to stop.
pub(crate) async fn run(processes: &Processes, instance: &Instance) -> anyhow::Result<()> {
    let port = Reserved::new(instance.port)?;
    let data = DataFolder::take(&instance.data)?;
    let built = compile::everything(processes).await?;
    let stack = Stack::start(processes, &data.path, built, &front::address(instance.port), false).await?;
    stack.is_ready().await?;
    let token = data.path.join("admin-token");
    progress::say(&format!("The operator's token is in {}; the README says how to connect GitHub.", token.display()));
    let listener = port.listen()?;
    ready(instance.port);
    tokio::select! {
        served = axum::serve(listener, front::router(&stack)?) => Ok(served?),
        error = stack.aws.service.ended() => Err(error),
    }
}

/// Says that the product can be used, for people and for programs that wait for this line.
pub(crate) fn ready(port: u16) {
    progress::result(&format!("ready {}", front::address(port)));
    progress::say("Ctrl-C stops it; everything is kept for the next start.");
}
