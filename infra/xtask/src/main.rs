//! `cargo xtask`: everything one does with this repository besides `cargo` and `sam` themselves.

mod api;
mod bench;
mod compile;
mod contract;
mod demo;
mod e2e;
mod files;
mod front;
mod issuer;
mod logs;
mod ministack;
mod process;
mod progress;
mod rotate_keys;
mod slack_manifest;
mod stack;
mod stack_erasure;
mod stack_test;
mod test;
mod tools;
mod up;
mod vendors;

use clap::{Args, Parser, Subcommand};
use process::Processes;
use std::{path::PathBuf, process::ExitCode};
use tokio::signal::unix::{SignalKind, signal};

/// Builds, runs and tests Plumbline on one machine.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the whole product on this machine, without an AWS account, for your own organisation.
    Up(Instance),
    /// The same with simulated vendors and a demo organisation that is synced at once.
    Demo(Instance),
    /// Installs what the tests need and runs all of them.
    Test(TestOptions),
    /// Measures sync, cold start and the read API, and prints JSON.
    Bench {
        /// Passed on to the benchmark; see `cargo xtask bench -- --help`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Builds the dashboard and the functions as `sam deploy` takes them, into .aws-sam/build.
    Build,
    /// Gives an installation a new key for the credentials it keeps, and has them sealed anew.
    RotateKeys(rotate_keys::Options),
    /// Prints the Slack app's manifest for an installation, to be pasted at https://api.slack.com/apps.
    SlackManifest(slack_manifest::Options),
}

/// One running copy of the product. Several may run side by side with other ports and folders.
#[derive(Debug, Clone, Args)]
struct Instance {
    /// Port of the dashboard and the API on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where tables, files, logs and the operator's token are kept between starts.
    #[arg(long, default_value = ".local/data")]
    data: PathBuf,
}

#[derive(Debug, Clone, Args)]
struct TestOptions {
    /// Adds the long drills.
    #[arg(long)]
    full: bool,
    /// Runs only the steps whose name contains this text.
    #[arg(long)]
    only: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let processes = Processes::default();
    let outcome = tokio::select! {
        outcome = run(cli.command, &processes) => Some(outcome),
        () = told_to_stop() => None,
    };
    let outcome = outcome.unwrap_or_else(|| {
        progress::say("stopping");
        Ok(ExitCode::SUCCESS)
    });
    processes.stop_all().await;
    match outcome {
        Ok(code) => code,
        Err(error) => {
            progress::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, processes: &Processes) -> anyhow::Result<ExitCode> {
    match command {
        Command::Up(instance) => up::run(processes, &instance).await.map(|()| ExitCode::SUCCESS),
        Command::Demo(instance) => demo::run(processes, &instance).await.map(|()| ExitCode::SUCCESS),
        Command::Test(options) => test::run(processes, &options).await,
        Command::Bench { arguments } => bench::run(processes, &arguments).await,
        Command::Build => compile::everything(processes).await.map(|_| ExitCode::SUCCESS),
        Command::RotateKeys(options) => rotate_keys::run(processes, &options).await,
        Command::SlackManifest(options) => slack_manifest::print(&options).map(|()| ExitCode::SUCCESS),
    }
}

/// Ends when the terminal's user or another process asks this one to stop.
async fn told_to_stop() {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    let mut waiting: Vec<_> = signals.iter_mut().map(|signal| Box::pin(signal.recv())).collect();
    std::future::poll_fn(|context| {
        if waiting.iter_mut().any(|signal| signal.as_mut().poll(context).is_ready()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
