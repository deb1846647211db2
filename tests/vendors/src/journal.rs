//! What keeps a simulated organization the same over restarts: the seed and the instant it was generated for, and all
//! that was done to it since.

use crate::github::{Entry, State};
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

/// The file's content.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    seed: u64,
    now: Timestamp,
    entries: Vec<Entry>,
}

/// A file that a state is written to after each change.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    seed: u64,
    now: Timestamp,
}

impl Journal {
    /// Opens the file, or starts one for this seed and instant, and returns the state it stands for. What the file
    /// says of seed and instant holds: the second start brings the same organization as the first.
    pub fn open(path: &Path, seed: u64, now: Timestamp) -> Result<(Self, State)> {
        let path = path.to_owned();
        let content = match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| format!("{} is not a state file", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Content { seed, now, entries: Vec::new() },
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        let mut state = crate::demo::organization(content.seed, content.now);
        state.replay(content.entries)?;
        let journal = Self { path, seed: content.seed, now: content.now };
        journal.save(&state)?;
        Ok((journal, state))
    }

    /// What the organization is generated from: seed and instant.
    pub const fn origin(&self) -> (u64, Timestamp) {
        (self.seed, self.now)
    }

    /// Writes the state's journal: a whole new file, which takes the old one's place once it is on the disk.
    pub fn save(&self, state: &State) -> Result<()> {
        let content = Content { seed: self.seed, now: self.now, entries: state.journal.clone() };
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside).with_context(|| format!("writing {}", beside.display()))?;
        file.write_all(&serde_json::to_vec(&content)?)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}
