//! Logs: one JSON object a line, with internal ids only (team, run, request), never vendor logins, names or bodies.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer as _, Registry,
    filter::Targets,
    fmt::{self, format::FmtSpan},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// Starts logging to standard output in the form CloudWatch Logs Insights reads. `LOG_LEVEL` (default `info`) applies
/// to Plumbline's own crates; libraries only speak from `warn` on.
///
/// By [`Targets`], since the filter that reads `RUST_LOG`'s language brings an engine for regular expressions.
pub fn init(env: &crate::Env) {
    let level = env.optional("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(true);
    Registry::default().with(lines.with_filter(spoken(level))).init();
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
