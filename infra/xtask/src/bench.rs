//! `cargo xtask bench`: the measuring program over the release binaries.

use crate::{
    compile,
    process::{Processes, command},
};
use std::process::ExitCode;

/// Builds the functions as they are deployed, then measures.
pub(crate) async fn run(processes: &Processes, arguments: &[String]) -> anyhow::Result<ExitCode> {
    compile::release(processes).await?;
    let mut cargo = command("cargo");
    cargo.args(["run", "--quiet", "--release", "--package", "plumbline-bench", "--"]).args(arguments);
    let status = processes.show(cargo).await?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
