//! Reads commits as NDJSON from the standard input and says of each whether AI had a hand in it.
//!
//! ```text
//! git log --format='...' | cargo run -p plumbline-detection --example detect
//! ```
//!
//! A line is `{"id","message","author_name","author_email","committer_name","committer_email"}`; what is missing or
//! null counts as empty. An answer is `{"id","assisted","tools","evidence"}`. A line that is no such object is told on
//! the standard error with its number; the others are still answered, and the exit code is 1.

use plumbline_detection::{CommitView, detect_commit};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, Write},
    process::ExitCode,
};

#[derive(Deserialize)]
struct Commit {
    #[serde(default)]
    id: Value,
    message: Option<String>,
    author_name: Option<String>,
    author_email: Option<String>,
    author_login: Option<String>,
    committer_name: Option<String>,
    committer_email: Option<String>,
    committer_login: Option<String>,
}

fn main() -> ExitCode {
    let mut errors = io::stderr().lock();
    match run(&mut io::stdin().lock(), &mut io::stdout().lock(), &mut errors) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            // When even this cannot be written, the exit code still tells.
            writeln!(errors, "cannot go on: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Answers commit by commit; whether every line was one.
pub(crate) fn run(input: &mut impl BufRead, output: &mut impl Write, errors: &mut impl Write) -> io::Result<bool> {
    let mut line = Vec::new();
    let mut good = true;
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Commit>(&line) {
            Ok(commit) => {
                writeln!(output, "{}", answer(&commit))?;
                output.flush()?;
            }
            Err(error) => {
                good = false;
                writeln!(errors, "line {number} is not a commit as a JSON object: {error}")?;
            }
        }
    }
    Ok(good)
}

fn answer(commit: &Commit) -> Value {
    let id = commit.id.as_str().map_or_else(|| commit.id.to_string(), str::to_owned);
    let finding = detect_commit(&CommitView {
        id: &id,
        message: commit.message.as_deref().unwrap_or_default(),
        author_name: commit.author_name.as_deref().unwrap_or_default(),
        author_email: commit.author_email.as_deref().unwrap_or_default(),
        author_login: commit.author_login.as_deref(),
        committer_name: commit.committer_name.as_deref().unwrap_or_default(),
        committer_email: commit.committer_email.as_deref().unwrap_or_default(),
        committer_login: commit.committer_login.as_deref(),
    });
    json!({"id": commit.id, "assisted": finding.assisted, "tools": finding.tools, "evidence": finding.evidence})
}
