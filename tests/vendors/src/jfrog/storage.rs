//! The storage summary: numbers as texts with thousands commas, sizes in units of 1024.
//!
//! <https://jfrog.com/help/r/jfrog-rest-apis/get-storage-summary-info>

use super::Knobs;
use crate::random::Random;
use serde_json::{Value, json};

/// A repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Its key.
    pub key: String,
    /// `LOCAL`, `CACHE` or `VIRTUAL`.
    pub kind: &'static str,
    /// `Docker`, `Npm` and so on.
    pub package: &'static str,
    /// What it holds.
    pub bytes: u64,
    /// Files in it.
    pub files: u64,
    /// Folders in it.
    pub folders: u64,
}

/// The demo's repositories.
pub(super) fn repositories() -> Vec<Repository> {
    let mut random = Random::new(0x4A46);
    let kinds = [
        ("docker", "Docker", 40),
        ("maven", "Maven", 32),
        ("npm", "Npm", 30),
        ("cargo", "Cargo", 28),
        ("generic", "Generic", 34),
    ];
    let mut all = Vec::new();
    for (name, package, power) in kinds {
        for (suffix, kind) in [("local", "LOCAL"), ("remote-cache", "CACHE"), ("virtual", "VIRTUAL")] {
            let empty = kind == "VIRTUAL";
            let bytes = if empty { 0 } else { random.below(1 << power) };
            let files = if empty { 0 } else { random.between(100, 90_000) };
            let folders = files / 4;
            all.push(Repository { key: format!("{name}-{suffix}"), kind, package, bytes, files, folders });
        }
    }
    all
}

/// A size as JFrog writes it: `34.46 MB`.
#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["bytes", "KB", "MB", "GB", "TB", "PB"];
    if bytes < 1_024 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1_024.0 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    format!("{value:.2} {}", UNITS[unit])
}

/// `125,726`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "two decimals are shown")]
fn percent(part: u64, of: u64) -> String {
    format!("{:.2}%", part as f64 * 100.0 / of.max(1) as f64)
}

/// `GET /artifactory/api/storageinfo`.
pub(super) fn summary(repositories: &[Repository], knobs: &Knobs) -> Value {
    let sum = |part: &dyn Fn(&Repository) -> u64| repositories.iter().map(part).sum::<u64>();
    let (bytes, files, folders) = (sum(&|one| one.bytes), sum(&|one| one.files), sum(&|one| one.folders));
    let row = |key: &str, kind: &str, (bytes_here, files, folders): (u64, u64, u64)| {
        let mut row = json!({
            "repoKey": key, "repoType": kind, "foldersCount": folders, "filesCount": files, "usedSpace": size(bytes_here),
            "itemsCount": files + folders,
        });
        if knobs.used_space_in_bytes {
            row["usedSpaceInBytes"] = bytes_here.into();
        }
        row
    };
    let mut rows: Vec<Value> = repositories
        .iter()
        .map(|one| {
            let mut row = row(&one.key, one.kind, (one.bytes, one.files, one.folders));
            row["packageType"] = one.package.into();
            row["projectKey"] = "default".into();
            row["percentage"] = percent(one.bytes, bytes).into();
            row
        })
        .collect();
    rows.push(row("TOTAL", "NA", (bytes, files, folders)));
    let stored = bytes / 100 * 94;
    let store = if knobs.without_file_store {
        json!({})
    } else {
        json!({
            "storageType": "s3-storage-v3", "storageDirectory": "/var/opt/jfrog/artifactory/data/filestore",
            "totalSpace": size(bytes * 4), "usedSpace": format!("{} ({})", size(stored), percent(stored, bytes * 4)),
            "freeSpace": format!("{} ({})", size(bytes * 4 - stored), percent(bytes * 4 - stored, bytes * 4)),
        })
    };
    json!({
        "binariesSummary": {
            "binariesCount": thousands(files / 10 * 9), "binariesSize": size(stored), "artifactsSize": size(bytes),
            "optimization": percent(stored, bytes), "itemsCount": thousands(files + folders),
            "artifactsCount": thousands(files),
        },
        "fileStoreSummary": store,
        "repositoriesSummaryList": rows,
    })
}
