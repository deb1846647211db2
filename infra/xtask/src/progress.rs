//! What the user sees: steps with their time, on standard error. Standard output carries only results.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs::File,
    io::{IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

/// One line for the user.
#[expect(clippy::print_stderr, reason = "this is the command's own progress report")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// One line of result, for people and programs. It is there as soon as it is said, also in a pipe.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub(crate) fn result(text: &str) {
    println!("{text}");
    // Nobody reads it any more: then there is nobody to tell either.
    drop(std::io::stdout().flush());
}

/// A step under way: a spinner on a terminal, plain lines elsewhere.
pub(crate) struct Step {
    name: String,
    started: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
}

impl Step {
    /// Begins a step.
    pub(crate) fn new(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}") {
                bar.set_style(style);
            }
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            say(&format!("- {name}"));
        }
        Self { name: name.to_owned(), started: Instant::now(), told: Instant::now(), bar }
    }

    /// Shows where the step is: at once on a terminal, else every 20 seconds.
    pub(crate) fn show(&mut self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
        } else if self.told.elapsed() >= Duration::from_secs(20) {
            self.told = Instant::now();
            say(&format!("  {} s: {text}", self.started.elapsed().as_secs()));
        }
    }

    /// Ends the step well.
    pub(crate) fn done(self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let mark = if self.bar.is_some() { format!("- {}:", self.name) } else { " ".to_owned() };
        say(&format!("{mark} {text} ({seconds:.1} s)"));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The end of a log: its last lines, at most `bytes` of it.
pub(crate) fn tail(log: &Path, bytes: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok(String::from_utf8_lossy(&content).trim_end().to_owned())
    };
    read().unwrap_or_default()
}

/// The last line of a log.
pub(crate) fn last_line(log: &Path) -> String {
    tail(log, 400).lines().next_back().unwrap_or_default().trim().to_owned()
}
