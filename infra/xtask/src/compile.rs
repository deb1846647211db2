//! Builds what `sam deploy` deploys. Steps whose sources did not change are skipped.

use crate::{
    files::{self, Stamp},
    process::{Processes, command},
    progress::Step,
    tools,
};
use anyhow::{Context as _, bail};
use std::{
    env::consts::ARCH,
    fs::{self, File},
    path::PathBuf,
};

/// Amazon Linux 2023 has glibc 2.34.
const LAMBDA_GLIBC: u32 = 34;

/// The functions' binaries, one per crate below `functions/`.
pub(crate) const FUNCTIONS: [&str; 11] = [
    "schedule",
    "connector",
    "github-webhook",
    "slack-webhook",
    "ingest",
    "survey",
    "notify",
    "privacy",
    "rollup",
    "api",
    "publish-dashboard",
];

/// Everything a function's binary is made of, the dashboard it may carry included.
const FUNCTION_SOURCES: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    "functions",
    "shared",
    "dashboard/dist",
    "template.yaml",
];

/// A finished build. While it lives no other one starts, so that `sam deploy` sends one build and not two halves.
pub(crate) struct Built {
    /// The template with the built functions' places.
    pub(crate) template: PathBuf,
    /// What it was made from.
    pub(crate) hash: String,
    _lock: File,
}

/// Tools, dashboard, functions, and `sam build`.
pub(crate) async fn everything(processes: &Processes) -> anyhow::Result<Built> {
    tools::install(processes).await?;
    let lock = files::lock(&files::local("build.lock")?).await?;
    dashboard(processes).await?;
    let hash = functions(processes).await?;
    Ok(Built { template: files::root().join(".aws-sam/build/template.yaml"), hash, _lock: lock })
}

async fn dashboard(processes: &Processes) -> anyhow::Result<()> {
    let sources = [
        "dashboard/src",
        "dashboard/public",
        "dashboard/index.html",
        "dashboard/package.json",
        "dashboard/package-lock.json",
        "dashboard/vite.config.ts",
        "dashboard/tsconfig.json",
        "dashboard/tsconfig.app.json",
        "dashboard/tsconfig.node.json",
    ];
    let stamp = Stamp::new(files::local("stamps/dashboard")?, files::hash(&sources)?);
    if stamp.holds() && files::root().join("dashboard/dist/index.html").is_file() {
        return Ok(());
    }
    stamp.clear()?;
    let mut step = Step::new("building the dashboard");
    let mut npm = command("npm");
    npm.args(["run", "build", "--prefix", "dashboard"]);
    processes.run(&mut step, "dashboard", npm).await?;
    stamp.set()?;
    step.done("built");
    Ok(())
}

/// Builds what is not built yet; the hash of its sources.
async fn functions(processes: &Processes) -> anyhow::Result<String> {
    let hash = files::hash(&FUNCTION_SOURCES)?;
    let stamp = Stamp::new(files::local("stamps/functions")?, hash.clone());
    let built = |name: &str| files::root().join(".aws-sam/build").join(name);
    if stamp.holds() && built("template.yaml").is_file() {
        return Ok(hash);
    }
    stamp.clear()?;
    release(processes).await?;
    let mut step = Step::new("sam build");
    let mut sam = sam();
    sam.args(["build", "--region", "us-east-1", "--parameter-overrides", &architecture_parameter()]);
    processes.run(&mut step, "sam-build", sam).await?;
    stamp.set()?;
    step.done("packaged");
    Ok(hash)
}

/// Compiles the functions as `sam build` (by way of cargo-lambda) will, so that it finds everything done: for the same
/// target, and one after the other. All in one go cargo compiles their dependencies for another kind of linking.
pub(crate) async fn release(processes: &Processes) -> anyhow::Result<()> {
    let mut step = Step::new("compiling the functions (release)");
    for name in FUNCTIONS {
        let mut cargo = command("cargo");
        cargo.args(["build", "--release", "--target", &target(), "--bin", name]);
        processes.run(&mut step, name, cargo).await.with_context(|| format!("compiling {name}"))?;
        let binary = fs::read(release_folder().join(name))?;
        let needed = needed_glibc(&binary);
        if needed > LAMBDA_GLIBC {
            bail!(
                "{name} needs glibc 2.{needed}, and Lambda (Amazon Linux 2023) has 2.{LAMBDA_GLIBC}: build on an older \
                 system, or with zig (`pip install ziglang`; see cargo-lambda's documentation)"
            );
        }
    }
    step.done("compiled");
    Ok(())
}

/// What the functions are compiled for.
pub(crate) fn target() -> String {
    format!("{ARCH}-unknown-linux-gnu")
}

/// Where their binaries are.
pub(crate) fn release_folder() -> PathBuf {
    files::root().join("target").join(target()).join("release")
}

/// The minor version of the newest glibc symbols that a binary asks for (`GLIBC_2.34` -> 34).
fn needed_glibc(binary: &[u8]) -> u32 {
    let marker = b"GLIBC_2.";
    let versions = binary.windows(marker.len() + 2).filter_map(|window| {
        let digits = window.strip_prefix(marker)?;
        let digits = if digits.last().is_some_and(u8::is_ascii_digit) { digits } else { digits.get(..1)? };
        std::str::from_utf8(digits).ok()?.parse().ok()
    });
    versions.max().unwrap_or(0)
}

/// The template's parameter for this machine's processor, as the local AWS runs the functions directly.
pub(crate) fn architecture_parameter() -> String {
    format!("Architecture={}", if ARCH == "aarch64" { "arm64" } else { ARCH })
}

/// The SAM CLI with its telemetry off and the virtual environment's cargo-lambda on its path.
pub(crate) fn sam() -> tokio::process::Command {
    let mut sam = command(tools::venv("sam"));
    sam.env("SAM_CLI_TELEMETRY", "0").env("PATH", path_with_tools());
    sam
}

fn path_with_tools() -> std::ffi::OsString {
    let mut folders = vec![tools::venv("")];
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    std::env::join_paths(folders).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_symbol_counts() {
        assert_eq!(needed_glibc(b"\0GLIBC_2.17\0GLIBC_2.34\0GLIBC_2.2.5\0"), 34);
        assert_eq!(needed_glibc(b"GLIBC_2.4\0"), 4);
        assert_eq!(needed_glibc(b"static"), 0);
    }

    #[test]
    fn every_function_is_built() {
        let folders = fs::read_dir(files::root().join("functions")).expect("functions");
        let mut found: Vec<_> = folders.map(|entry| entry.expect("entry").file_name()).collect();
        let mut built = FUNCTIONS;
        found.sort();
        built.sort_unstable();
        assert_eq!(found, built);
    }
}
