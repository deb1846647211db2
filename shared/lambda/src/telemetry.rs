//! Logs: one JSON object a line, with internal ids only (team, run, request), never vendor logins, names or bodies.

use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

/// Starts logging to standard output in the form CloudWatch Logs Insights reads. `LOG_LEVEL` (default `info`) applies
/// to Plumbline's own crates; libraries only speak from `warn` on.
pub fn init(env: &crate::Env) {
    let level = env.optional("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
    let own = format!("warn,plumbline={level}");
    let filter = EnvFilter::try_new(&own).unwrap_or_else(|_| EnvFilter::new("warn,plumbline=info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_target(true)
        .with_env_filter(filter)
        .init();
}
