//! The dashboard in a real browser: `tests/e2e/dashboard.mjs`.

use crate::{
    files,
    process::{Processes, command},
    tools,
};
use anyhow::bail;
use std::{fs, path::Path};

/// Opens the dashboard at `url`, signs in, and looks at what is shown; screenshots go to `target/e2e`.
pub(crate) async fn dashboard(processes: &Processes, chromium: &Path, url: &str, token: &str) -> anyhow::Result<()> {
    let screenshots = files::root().join("target/e2e");
    fs::create_dir_all(&screenshots)?;
    tools::install_node(processes, "tests/e2e").await?;
    let mut node = command("node");
    node.arg("tests/e2e/dashboard.mjs")
        .env("DASHBOARD_URL", url)
        .env("DASHBOARD_TOKEN", token)
        .env("CHROMIUM", chromium)
        .env("SCREENSHOTS", &screenshots);
    let status = processes.show(node).await?;
    if !status.success() {
        bail!("the dashboard in the browser: {status}; screenshots are in {}", screenshots.display());
    }
    Ok(())
}
