//! The tools the build needs, installed where nothing else is touched: Python's into `.local`, the dashboard's into its
//! `node_modules`, and (for the tests, where this may be done) Chromium from Debian's packages.

use crate::{
    files::{self, Stamp},
    process::{Processes, command},
    progress::Step,
};
use anyhow::{Context as _, bail};
use std::{fs, path::PathBuf};

/// A program of the virtual environment with the SAM CLI, cargo-lambda and cfn-lint.
pub(crate) fn venv(program: &str) -> PathBuf {
    files::root().join(".local/venv/bin").join(program)
}

/// The Python of the virtual environment with the local AWS.
pub(crate) fn local_aws_python() -> PathBuf {
    files::root().join(".local/venv-aws/bin/python")
}

/// Python tools and the dashboard's packages.
pub(crate) async fn install(processes: &Processes) -> anyhow::Result<()> {
    let _lock = files::lock(&files::local("build.lock")?).await?;
    install_python(processes, "SAM CLI and cargo-lambda", "venv", "requirements.txt", "infra/local/tools.lock.txt")
        .await?;
    install_python(processes, "local AWS", "venv-aws", "infra/local/ministack.txt", "infra/local/ministack.lock.txt")
        .await?;
    install_node(processes, "dashboard").await
}

/// The program schemathesis, installed where it is not.
pub(crate) async fn schemathesis(processes: &Processes) -> anyhow::Result<PathBuf> {
    let _lock = files::lock(&files::local("build.lock")?).await?;
    let (requirements, versions) = ("infra/local/schemathesis.txt", "infra/local/schemathesis.lock.txt");
    install_python(processes, "schemathesis", "venv-schemathesis", requirements, versions).await?;
    Ok(files::root().join(".local/venv-schemathesis/bin/schemathesis"))
}

async fn install_python(
    processes: &Processes,
    what: &str,
    folder: &str,
    requirements: &str,
    versions: &str,
) -> anyhow::Result<()> {
    let venv = files::local(folder)?;
    let stamp = Stamp::new(venv.join("plumbline-stamp"), files::hash(&[requirements, versions])?);
    if stamp.holds() {
        return Ok(());
    }
    let mut step = Step::new(&format!("installing {what}"));
    if venv.exists() {
        fs::remove_dir_all(&venv)?;
    }
    let version = processes.read(python("import sys; print(sys.version_info >= (3, 10))")).await;
    let version = version.context("Python 3.10 or newer is needed as `python3`")?;
    if version.trim() != "True" {
        bail!("Python 3.10 or newer is needed; `python3` is older");
    }
    let mut make = command("python3");
    make.args(["-m", "venv"]).arg(&venv);
    processes.run(&mut step, folder, make).await.context("making a Python environment (Debian: python3-venv)")?;
    let mut pip = command(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--requirement", requirements])
        .args(["--constraint", versions]);
    processes.run(&mut step, folder, pip).await?;
    stamp.set()?;
    step.done("installed");
    Ok(())
}

fn python(script: &str) -> tokio::process::Command {
    let mut command = command("python3");
    command.args(["-c", script]);
    command
}

/// The packages of one `package.json`, exactly as its lock file names them.
pub(crate) async fn install_node(processes: &Processes, folder: &str) -> anyhow::Result<()> {
    let modules = files::root().join(folder).join("node_modules");
    let locked = files::hash(&[&format!("{folder}/package-lock.json"), &format!("{folder}/package.json")])?;
    let stamp = Stamp::new(modules.join(".plumbline-stamp"), locked);
    if stamp.holds() {
        return Ok(());
    }
    let mut step = Step::new(&format!("installing the packages of {folder}"));
    let version = processes.read(node("process.versions.node")).await.context("Node 20 or newer is needed")?;
    let major: u32 = version.trim().split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!("Node 20 or newer is needed; `node` is {}", version.trim());
    }
    let mut npm = command("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--prefix", folder]);
    processes.run(&mut step, &format!("npm-{}", folder.replace('/', "-")), npm).await?;
    stamp.set()?;
    step.done("installed");
    Ok(())
}

fn node(expression: &str) -> tokio::process::Command {
    let mut command = command("node");
    command.args(["--print", expression]);
    command
}

/// A Chromium for the browser test.
pub(crate) async fn chromium(processes: &Processes) -> anyhow::Result<PathBuf> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    if !rustix::process::geteuid().is_root() {
        bail!("Chromium is needed for the browser test: install it (Debian: `sudo apt-get install chromium`)");
    }
    let mut step = Step::new("installing Chromium");
    let mut update = command("apt-get");
    update.args(["update", "-q"]);
    processes.run(&mut step, "apt", update).await?;
    let mut install = command("apt-get");
    install.args(["install", "-q", "-y", "--no-install-recommends", "chromium"]);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    processes.run(&mut step, "apt", install).await?;
    step.done("installed");
    find_chromium().context("Chromium was installed but is not on the path")
}

fn find_chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
}
