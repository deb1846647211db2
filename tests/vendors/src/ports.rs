//! The ports that the vendors are served on, remembered so that the next start takes the same.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{fs, path::Path};

/// A port for each vendor; 0 takes a free one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ports {
    /// GitHub.
    pub github: u16,
    /// The host of Copilot's report files.
    pub copilot_reports: u16,
    /// Atlassian.
    pub atlassian: u16,
    /// JFrog.
    pub jfrog: u16,
    /// Trello.
    pub trello: u16,
    /// Slack.
    pub slack: u16,
    /// The issuer of OpenID Connect.
    pub issuer: u16,
}

impl Ports {
    /// Those that the file remembers; all free ones when there is no file.
    pub fn read(path: &Path) -> Result<Self> {
        match fs::read(path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| format!("{} is not a ports file", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// Writes the file whole: who waits for it never reads half of it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let beside = path.with_extension("new");
        fs::write(&beside, serde_json::to_vec(self)?).with_context(|| format!("writing {}", beside.display()))?;
        fs::rename(&beside, path)?;
        Ok(())
    }
}
