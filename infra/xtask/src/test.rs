//! `cargo xtask test`: what the tests need, then all of them, with one line of counts at the end.

use crate::{
    TestOptions, compile, files,
    logs::TestLogs,
    process::{Processes, command},
    progress, stack_test, tools,
    vendors::PROFILE,
};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::process::Command;

/// Tests that passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    fn add(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

const STEPS: [&str; 6] = ["format", "clippy", "dashboard", "template", "rust", "stack"];

/// Runs the steps, the later ones also when an earlier one failed.
pub(crate) async fn run(processes: &Processes, options: &TestOptions) -> anyhow::Result<ExitCode> {
    tools::install(processes).await?;
    let mut total = Counts::default();
    let mut lines = Vec::new();
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    for name in STEPS.into_iter().filter(|name| wanted(name)) {
        progress::result(&format!("\n== {name}"));
        let started = Instant::now();
        let counts = match step(processes, name, options.full).await {
            Ok(counts) => counts,
            Err(error) => {
                progress::result(&format!("{error:#}"));
                Counts { passed: 0, failed: 1 }
            }
        };
        total.add(counts);
        let verdict = if counts.failed == 0 { "ok" } else { "FAILED" };
        lines.push(format!("{name:<10} {verdict:<6} {}", seconds(started.elapsed())));
        if let Some(line) = lines.last() {
            progress::result(line);
        }
    }
    progress::result(&format!("\n{}\n", lines.join("\n")));
    progress::result(&format!("{} passed, {} failed", total.passed, total.failed));
    Ok(if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn step(processes: &Processes, name: &str, full: bool) -> anyhow::Result<Counts> {
    match name {
        "format" => counted(processes, cargo(&["fmt", "--all", "--check"])).await,
        "clippy" => {
            let lints = cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]);
            counted(processes, lints).await
        }
        "dashboard" => {
            let mut counts = counted(processes, npm(&["run", "check"])).await?;
            for command in [npm(&["test"]), npm(&["run", "build"])] {
                counts.add(counted(processes, command).await?);
            }
            Ok(counts)
        }
        "template" => {
            let mut sam = compile::sam();
            sam.args(["validate", "--lint", "--region", "us-east-1"]);
            counted(processes, sam).await
        }
        "rust" => {
            let nextest = processes.read(cargo(&["nextest", "--version"])).await.is_ok();
            let mut tests = if nextest {
                let how = ["--no-fail-fast", "--status-level", "slow"];
                cargo(&[&["nextest", "run", "--workspace", "--cargo-profile", PROFILE][..], &how].concat())
            } else {
                cargo(&["test", "--workspace", "--profile", PROFILE, "--no-fail-fast", "--quiet"])
            };
            if full {
                // The properties try more cases, and drills that look at this variable run their long form.
                tests.env("PROPTEST_CASES", "5000").env("PLUMBLINE_LONG_DRILLS", "1");
            }
            let logs = TestLogs::begin()?;
            tests.env(TestLogs::VARIABLE, logs.folder());
            let mut counts = counted(processes, tests).await?;
            counts.add(logs_tell_nothing(&logs)?);
            Ok(counts)
        }
        _ => stack_test::run(processes).await.map(|passed| Counts { passed, failed: 0 }),
    }
}

/// What functions logged while they were tested names no address and no secret.
fn logs_tell_nothing(logs: &TestLogs) -> anyhow::Result<Counts> {
    let (lines, told) = logs.end()?;
    for one in told.iter().take(20) {
        progress::result(&format!("the logs tell {one}"));
    }
    progress::result(&format!("{lines} lines of the tests' logs looked through"));
    let holds = told.is_empty() && lines > 0;
    Ok(Counts { passed: u64::from(holds), failed: u64::from(!holds) })
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = command("cargo");
    command.args(arguments);
    command
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = command("npm");
    command.args(arguments).current_dir(files::root().join("dashboard"));
    command
}

/// Runs a command, shows its output, and counts: its own tests where it says how many, else itself as one.
async fn counted(processes: &Processes, mut command: Command) -> anyhow::Result<Counts> {
    command.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
    let (status, output) = processes.tee(command).await?;
    let mut counts = count(&output);
    if counts == Counts::default() {
        counts.passed = u64::from(status.success());
    }
    if !status.success() {
        counts.failed = counts.failed.max(1);
    }
    Ok(counts)
}

/// Adds up the closing lines of nextest, cargo test and vitest.
fn count(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        let line = line.trim();
        if line.starts_with("Summary [") || line.starts_with("test result:") || line.starts_with("Tests  ") {
            counts.passed += before(line, "passed");
            counts.failed += before(line, "failed") + before(line, "timed out");
        }
    }
    counts
}

/// The number before a word: 3 in `3 passed`.
fn before(line: &str, word: &str) -> u64 {
    let number = || line.split(word).next().filter(|rest| rest.len() < line.len())?.split_whitespace().next_back();
    number().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn seconds(time: Duration) -> String {
    format!("{:>6.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_all_runners_are_counted() {
        let counts = |passed, failed| Counts { passed, failed };
        assert_eq!(count("     Summary [   0.771s] 11 tests run: 11 passed, 0 skipped"), counts(11, 0));
        assert_eq!(
            count("Summary [ 1s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 0 skipped"),
            counts(9, 3)
        );
        assert_eq!(
            count("test result: ok. 5 passed; 0 failed; 0 ignored\ntest result: FAILED. 1 passed; 2 failed; 0 ignored"),
            counts(6, 2)
        );
        assert_eq!(count(" Test Files  3 passed (3)\n      Tests  1 failed | 40 passed (41)"), counts(40, 1));
        assert_eq!(count("all good"), counts(0, 0));
    }
}
