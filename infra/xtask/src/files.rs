//! The repository's folders, content hashes and locks.

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

/// The repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// A path below `.local`, which is never committed; its folder is made.
pub(crate) fn local(path: &str) -> anyhow::Result<PathBuf> {
    let path = root().join(".local").join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(path)
}

/// A hash over the content of files and folders of the repository; what does not exist counts as empty.
pub(crate) fn hash(paths: &[&str]) -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for path in paths {
        hash_path(&mut hash, &root(), Path::new(path))?;
    }
    Ok(hex::encode(hash.finalize()))
}

fn hash_path(hash: &mut Sha256, root: &Path, path: &Path) -> anyhow::Result<()> {
    let full = root.join(path);
    if full.is_dir() {
        let mut names: Vec<_> = fs::read_dir(&full)?.collect::<Result<Vec<_>, _>>()?;
        names.sort_by_key(fs::DirEntry::file_name);
        for entry in names {
            let name = entry.file_name();
            if name != "node_modules" && name != "__pycache__" && name != ".vite" {
                hash_path(hash, root, &path.join(name))?;
            }
        }
    } else if full.is_file() {
        let content = fs::read(&full).with_context(|| full.display().to_string())?;
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(())
}

/// Remembers what a folder or build was made from, so that nothing is done twice.
pub(crate) struct Stamp {
    path: PathBuf,
    content: String,
}

impl Stamp {
    /// A stamp in this file, of things made from `content`.
    pub(crate) fn new(path: PathBuf, content: String) -> Self {
        Self { path, content }
    }

    /// Whether it was made from exactly that.
    pub(crate) fn holds(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|content| content == self.content)
    }

    /// Forgets it, before it is made anew.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// It is made.
    pub(crate) fn set(&self) -> anyhow::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(&self.path, &self.content)?)
    }
}

/// Waits for a lock file; the lock ends with the value, or with the process.
pub(crate) async fn lock(path: &Path) -> anyhow::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    while let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(file)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, content: &str) -> anyhow::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _, os::unix::fs::PermissionsExt as _};
    let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file.write_all(content.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_root_is_the_repository() {
        assert!(root().join("template.yaml").is_file());
    }

    #[test]
    fn a_hash_changes_with_names_and_content() {
        let folder = tempfile::tempdir().expect("folder");
        let of = |root: &Path| {
            let mut hash = Sha256::new();
            hash_path(&mut hash, root, Path::new("x")).expect("hashed");
            hex::encode(hash.finalize())
        };
        fs::create_dir_all(folder.path().join("x/node_modules")).expect("folder");
        fs::write(folder.path().join("x/a"), "1").expect("file");
        let first = of(folder.path());
        fs::write(folder.path().join("x/node_modules/ignored"), "1").expect("file");
        assert_eq!(of(folder.path()), first);
        fs::write(folder.path().join("x/a"), "2").expect("file");
        let second = of(folder.path());
        assert_ne!(second, first);
        fs::rename(folder.path().join("x/a"), folder.path().join("x/b")).expect("renamed");
        assert_ne!(of(folder.path()), second);
    }

    #[test]
    fn a_stamp_holds_until_its_content_changes() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("stamps/one");
        let stamp = Stamp::new(path.clone(), "a".to_owned());
        assert!(!stamp.holds());
        stamp.set().expect("set");
        assert!(stamp.holds());
        assert!(!Stamp::new(path, "b".to_owned()).holds());
        stamp.clear().expect("cleared");
        stamp.clear().expect("cleared twice");
        assert!(!stamp.holds());
    }

    #[test]
    fn secrets_are_for_their_owner_alone_even_over_an_open_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        fs::write(&path, "an older and longer one").expect("file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode");
        write_private(&path, "token").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "token");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
}
