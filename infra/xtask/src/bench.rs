//! `cargo xtask bench`: the measuring program over the release binaries.

use crate::{
    compile,
    process::{Processes, command},
    progress::Step,
};
use anyhow::Context as _;
use std::process::ExitCode;

/// Builds the functions as they are deployed, then measures.
pub(crate) async fn run(processes: &Processes, arguments: &[String]) -> anyhow::Result<ExitCode> {
    compile::release(processes).await?;
    // Apart from the functions, which must not get the store's `testing` feature from it; for the same target, so that
    // what both need is compiled once and `empty-lambda` ends up beside the functions.
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let package = ["--release", "--target", target.as_str(), "--package", "plumbline-bench"];
    let mut step = Step::new("compiling the benchmark (release)");
    let mut build = command("cargo");
    build.arg("build").args(package);
    processes.run(&mut step, "bench", build).await.context("compiling the benchmark")?;
    step.done("compiled");
    let mut cargo = command("cargo");
    cargo.args(["run", "--quiet"]).args(package).args(["--bin", "bench", "--"]).args(arguments);
    let status = processes.show(cargo).await?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
