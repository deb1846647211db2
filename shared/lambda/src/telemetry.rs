//! Logs: one JSON object a line, with internal ids only (team, run, request), never vendor logins, names or bodies.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer as _, Registry,
    filter::Targets,
    fmt::{self, MakeWriter, format::FmtSpan},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Starts logging to standard output in the form CloudWatch Logs Insights reads. `LOG_LEVEL` (default `info`) applies
/// to Plumbline's own crates; libraries only speak from `warn` on.
///
/// By [`Targets`], since the filter that reads `RUST_LOG`'s language brings an engine for regular expressions.
pub fn init(env: &crate::Env) {
    let level = env.optional("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    lines(level, std::io::stdout).init();
}

/// What functions log, as they log it, into a writer.
fn lines(
    own: LevelFilter,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> impl Subscriber + Send + Sync {
    let lines = fmt::layer()
        .json()
        .with_writer(writer)
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(true);
    Registry::default().with(lines.with_filter(spoken(own)))
}

/// Keeps what functions log while they are tested, for whoever looks through it: in a file of this process below the folder
/// that `PLUMBLINE_TEST_LOGS` names. Without it nothing is kept. Called again it does nothing.
///
/// # Panics
/// When the file cannot be made.
#[cfg(feature = "testing")]
#[expect(clippy::expect_used, reason = "tests fail loudly")]
pub fn record() {
    use std::{fs::OpenOptions, path::Path, sync::Mutex};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let Some(folder) = crate::Env::process().optional("PLUMBLINE_TEST_LOGS") else { return };
        let name = format!("{}.log", std::process::id());
        let file = OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name));
        lines(LevelFilter::INFO, Mutex::new(file.expect("a file for the logs"))).init();
    });
}

/// What is logged.
fn spoken(own: LevelFilter) -> Targets {
    Targets::new().with_default(LevelFilter::WARN).with_target("plumbline", own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn our_own_crates_speak_from_the_level_that_is_set_and_libraries_from_warnings_on() {
        let filter = spoken(LevelFilter::INFO);
        for (target, level, is_spoken) in [
            ("plumbline_api::guard", Level::INFO, true),
            ("plumbline_api::guard", Level::DEBUG, false),
            ("hyper::client", Level::INFO, false),
            ("hyper::client", Level::WARN, true),
        ] {
            assert_eq!(filter.would_enable(target, &level), is_spoken, "{target} {level}");
        }
    }
}
