//! What outlives the process: a product that remembers its messages finds them again.

use super::{State, Workspace};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::PathBuf};

#[derive(Serialize, Deserialize)]
struct Kept {
    tokens: BTreeMap<String, String>,
    ended_tokens: BTreeMap<String, String>,
    workspace: Workspace,
}

impl State {
    /// Reads the file, where there is one, and writes it from here on.
    pub fn keep_in(&mut self, path: PathBuf) -> Result<()> {
        match fs::read(&path) {
            Ok(bytes) => {
                let kept: Kept = serde_json::from_slice(&bytes)
                    .with_context(|| format!("{} is no file of the simulated Slack; remove it", path.display()))?;
                (self.tokens, self.ended_tokens, self.workspace) = (kept.tokens, kept.ended_tokens, kept.workspace);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        }
        self.kept = Some(path);
        Ok(())
    }

    /// Writes the file, whole, if anything is different.
    pub(super) fn write_down(&mut self) {
        let Some(path) = &self.kept else { return };
        let kept = Kept {
            tokens: self.tokens.clone(),
            ended_tokens: self.ended_tokens.clone(),
            workspace: self.workspace.clone(),
        };
        let text = serde_json::to_string(&kept).unwrap();
        if self.written.as_ref() == Some(&text) {
            return;
        }
        let beside = path.with_extension("new");
        fs::write(&beside, &text).and_then(|()| fs::rename(&beside, path)).expect("the state file can be written");
        self.written = Some(text);
    }
}
