//! Where the binaries are, and functions started from them.

use anyhow::{Context as _, bail};
use plumbline_bench::{Function, FunctionSpec, function::last_lines};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long a function may take to ask for its first event before something must be wrong.
const INIT_PATIENCE: Duration = Duration::from_secs(10);

/// The built functions and a folder for what they print.
pub(crate) struct Workshop {
    binaries: PathBuf,
    logs: tempfile::TempDir,
}

impl Workshop {
    /// With the folder of the release binaries.
    pub(crate) fn new(binaries: PathBuf) -> anyhow::Result<Self> {
        if !binaries.is_dir() {
            bail!("there is no folder {}; build the functions first (`cargo xtask bench` does)", binaries.display());
        }
        // A process is started in no particular folder: the way to its binary must not depend on this one.
        Ok(Self { binaries: std::path::absolute(binaries)?, logs: tempfile::tempdir()? })
    }

    /// A function's program.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    /// Where a function's output is.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs.path().join(format!("{name}.log"))
    }

    /// The end of a function's output, for an error.
    pub(crate) fn said(&self, name: &str) -> String {
        last_lines(&self.log(name), 20)
    }

    /// How to start a function.
    pub(crate) fn spec(&self, name: &str, env: &BTreeMap<String, String>) -> FunctionSpec {
        FunctionSpec::new(name, &self.binary(name), env.clone()).logging_to(self.log(name))
    }

    /// A function that has done its init, and how long that took.
    pub(crate) async fn start(
        &self,
        name: &str,
        env: &BTreeMap<String, String>,
    ) -> anyhow::Result<(Function, Duration)> {
        let function = Function::spawn(&self.spec(name, env)).await?;
        let init = function.ready(INIT_PATIENCE).await.with_context(|| format!("{name} said:\n{}", self.said(name)))?;
        Ok((function, init))
    }
}

/// Bytes in MB of 1,000,000.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
    let megabytes = bytes as f64 / 1_000_000.0;
    super::stats::rounded(megabytes)
}

/// A file's size in bytes.
pub(crate) fn size_of(path: &Path) -> anyhow::Result<u64> {
    Ok(std::fs::metadata(path).with_context(|| format!("{} is not built", path.display()))?.len())
}
