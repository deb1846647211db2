//! `cargo xtask rotate-keys`: a new key for the credentials that an installation keeps (`infra/rotate_keys.py`).

use crate::{
    files,
    ministack::REGION,
    process::{Processes, command},
    tools,
};
use anyhow::{Context as _, bail};
use std::{fs, path::PathBuf, process::ExitCode};

/// Which installation.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// The CloudFormation stack, in the account and region of your AWS settings.
    #[arg(long, default_value = "plumbline")]
    stack_name: String,
    /// A running `cargo xtask up` or `demo` with this folder, instead of AWS.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seconds between the steps: functions use a secret for five minutes before they ask for it again.
    #[arg(long, default_value_t = 330)]
    pause: u32,
    /// Takes the old keys out of the keyring when nothing needs them any more.
    #[arg(long)]
    remove_old: bool,
}

/// Rotates; the steps are told on standard output.
pub(crate) async fn run(processes: &Processes, options: &Options) -> anyhow::Result<ExitCode> {
    tools::install(processes).await?;
    let mut python = command(tools::venv("python"));
    python.arg(files::root().join("infra/rotate_keys.py")).arg(&options.stack_name).arg(options.pause.to_string());
    if let Some(data) = &options.data {
        let port = fs::read_to_string(data.join("gateway-port"))
            .with_context(|| format!("{} is no folder of a running `cargo xtask up` or `demo`", data.display()))?;
        let port: u16 = port.trim().parse().context("the folder's gateway-port is no port")?;
        python
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .arg(format!("http://127.0.0.1:{port}/_aws/execute-api/{{HttpApiId}}/$default"));
    }
    if options.remove_old {
        python.arg("--remove-old");
    }
    let status = processes.show(python).await?;
    if !status.success() {
        bail!("the keys were not rotated to the end; run it again: what was done already does no harm");
    }
    Ok(ExitCode::SUCCESS)
}
