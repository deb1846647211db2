//! `cargo xtask bench`: the measuring program over the release binaries.

use crate::{
    compile,
    process::{Processes, command},
    progress::Step,
};
use std::process::ExitCode;

/// Builds the functions as they are deployed, then the program that measures them beside them, then measures.
pub(crate) async fn run(processes: &Processes, arguments: &[String]) -> anyhow::Result<ExitCode> {
    compile::release(processes).await?;
    let mut step = Step::new("compiling the benchmark (release)");
    let mut cargo = command("cargo");
    cargo.args(["build", "--release", "--target", &compile::target(), "--package", "plumbline-bench"]);
    processes.run(&mut step, "bench", cargo).await?;
    step.done("compiled");
    let mut bench = command(compile::release_folder().join("bench"));
    bench.args(arguments);
    let status = processes.show(bench).await?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
