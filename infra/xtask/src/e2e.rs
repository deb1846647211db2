//! The dashboard in a real browser: `tests/e2e/dashboard.mjs`.

use crate::{
    files,
    process::{Processes, command},
    tools,
};
use anyhow::bail;
use std::{fs, path::Path};

/// What the browser is to open.
pub(crate) struct Site<'a> {
    /// The address that the stack believes to have; the vendors send browsers back there.
    pub(crate) address: &'a str,
    /// Where it really is.
    pub(crate) front: &'a str,
    /// The operator's token.
    pub(crate) token: &'a str,
    /// The simulated GitHub.
    pub(crate) github: &'a str,
}

/// Opens the dashboard, signs in, looks at what is shown, and connects vendors by their consent pages; screenshots go to
/// `target/e2e`.
pub(crate) async fn dashboard(processes: &Processes, chromium: &Path, site: &Site<'_>) -> anyhow::Result<()> {
    let screenshots = files::root().join("target/e2e");
    fs::create_dir_all(&screenshots)?;
    tools::install_node(processes, "tests/e2e").await?;
    let mut node = command("node");
    node.arg("tests/e2e/dashboard.mjs")
        .env("DASHBOARD_URL", site.address)
        .env("FRONT_URL", site.front)
        .env("DASHBOARD_TOKEN", site.token)
        .env("GITHUB_URL", site.github)
        .env("CHROMIUM", chromium)
        .env("SCREENSHOTS", &screenshots);
    let status = processes.show(node).await?;
    if !status.success() {
        bail!("the dashboard in the browser: {status}; screenshots are in {}", screenshots.display());
    }
    Ok(())
}
