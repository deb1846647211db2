//! Rules about what depends on what, over `cargo metadata` and `cargo tree`: nothing has to be compiled for them.

#![expect(clippy::expect_used, reason = "a test, its own functions included")]

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// What each crate of the workspace may use of the others. Pure ones come first; functions never use one another, but
/// for the connector, which heals rows as `rollup` makes them.
const EDGES: [(&str, &[&str]); 27] = [
    ("domain", &[]),
    ("metrics", &["domain", "detection", "survey"]),
    ("identity", &["domain"]),
    ("survey", &["domain"]),
    ("detection", &[]),
    ("auth", &["domain"]),
    ("connectors", &["domain", "auth", "detection"]),
    ("store", &["domain", "identity", "survey"]),
    ("export", &["domain", "identity", "auth", "store", "metrics", "survey"]),
    ("lambda", &["domain", "store"]),
    ("connections", &["domain", "auth", "connectors", "store", "lambda"]),
    ("schedule", &["domain", "survey", "store", "lambda"]),
    ("survey-function", &["domain", "identity", "detection", "survey", "store", "lambda", "connectors", "connections"]),
    ("notify", &["domain", "identity", "survey", "store", "lambda", "connectors", "connections"]),
    ("privacy", &["domain", "identity", "auth", "store", "export", "lambda"]),
    ("connector", &["domain", "store", "lambda", "connectors", "connections", "metrics", "rollup"]),
    ("github-webhook", &["domain", "lambda", "auth", "connectors"]),
    // No connectors: it has to answer within three seconds, its cold start included.
    ("slack-webhook", &["domain", "lambda", "auth"]),
    ("ingest", &["domain", "store", "lambda", "connectors"]),
    ("rollup", &["domain", "store", "lambda", "metrics"]),
    ("api", &["domain", "identity", "export", "survey", "store", "lambda", "auth", "connectors", "metrics"]),
    ("publish-dashboard", &["lambda"]),
    // Tests and tools: the simulator knows nothing of the product, so that it cannot share its mistakes.
    ("vendors", &[]),
    ("xtask", &[]),
    ("it", &[]),
    (
        "bench",
        &[
            "domain",
            "store",
            "lambda",
            "auth",
            "connectors",
            "connections",
            "metrics",
            "connector",
            "rollup",
            "api",
            "vendors",
        ],
    ),
    ("testing", &[]),
];

/// Which crates may name an AWS SDK: the store alone reads and writes tables; the edge makes the clients; functions
/// wire them; and the custom resource fills its bucket.
const SDKS: [(&str, &[&str]); 5] = [
    ("aws-sdk-dynamodb", &["store", "lambda", "bench"]),
    (
        "aws-sdk-sqs",
        &[
            "lambda",
            "schedule",
            "connector",
            "github-webhook",
            "slack-webhook",
            "ingest",
            "api",
            "survey-function",
            "notify",
            "privacy",
        ],
    ),
    (
        "aws-sdk-secretsmanager",
        &["lambda", "connector", "github-webhook", "slack-webhook", "api", "survey-function", "notify"],
    ),
    ("aws-sdk-s3", &["publish-dashboard", "privacy"]),
    ("aws-config", &["lambda"]),
];

const LICENCES: [&str; 12] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "BSL-1.0",
    "Unlicense",
];

/// Packages that name a licence file instead of a licence; each was read.
const LICENCE_FILES: [(&str, &str); 1] = [("jsonpath-rust", "MIT")];

fn workspace() -> Vec<Package> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    metadata.packages.into_iter().filter(|package| package.name.starts_with("plumbline-")).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("plumbline-").unwrap_or(name)
}

/// Dependencies of one kind, without the prefix of our own.
fn dependencies(package: &Package, kind: DependencyKind) -> BTreeSet<String> {
    package.dependencies.iter().filter(|one| one.kind == kind).map(|one| one.name.clone()).collect()
}

/// What is really compiled for the deployed functions' platform, as (name, version, licence).
fn compiled(edges: &str, selection: &[&str]) -> BTreeSet<(String, String, String)> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none", "--target", "x86_64-unknown-linux-gnu"])
        .args(["--edges", edges, "--format", "{p}|{l}"])
        .args(selection)
        .output()
        .expect("cargo tree");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("text");
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            // A package that was listed before ends in a star.
            let line = line.trim_end_matches(" (*)");
            let (package, licence) = line.split_once('|').expect("two parts");
            let mut words = package.split_whitespace();
            let mut word = || words.next().unwrap_or_default().to_owned();
            (word(), word(), licence.to_owned())
        })
        .collect()
}

fn everything() -> BTreeSet<(String, String, String)> {
    compiled("normal,build,dev", &["--workspace"])
}

#[test]
fn crates_use_only_what_they_may() {
    let allowed: BTreeMap<_, _> = EDGES.into_iter().collect();
    for package in workspace() {
        let name = short(&package.name);
        let own = dependencies(&package, DependencyKind::Normal);
        let used: BTreeSet<_> = own.iter().filter_map(|name| name.strip_prefix("plumbline-")).collect();
        let may = allowed.get(name).unwrap_or_else(|| panic!("say in EDGES what {name} may use"));
        let more: Vec<_> = used.iter().filter(|used| !may.contains(used)).collect();
        assert!(more.is_empty(), "{name} may not use {more:?}; EDGES in {} says what it may", file!());
    }
}

#[test]
fn only_named_crates_know_an_aws_sdk() {
    let allowed: BTreeMap<_, _> = SDKS.into_iter().collect();
    for package in workspace() {
        let name = short(&package.name);
        for sdk in dependencies(&package, DependencyKind::Normal) {
            if sdk.starts_with("aws-sdk-") || sdk == "aws-config" {
                let may = allowed.get(sdk.as_str()).is_some_and(|crates| crates.contains(&name));
                assert!(may, "{name} may not name {sdk}; the store keeps tables, the edge (shared/lambda) all else");
            }
        }
    }
}

#[test]
fn there_is_one_tls_stack_and_one_http_stack() {
    let packages = everything();
    for name in ["rustls", "hyper", "reqwest", "http", "tokio", "aws-lc-rs"] {
        let versions: Vec<_> = packages.iter().filter(|package| package.0 == name).map(|package| &package.1).collect();
        assert_eq!(versions.len(), 1, "{name}: {versions:?}");
    }
    let version = |name: &str| packages.iter().find(|package| package.0 == name).map(|package| package.1.clone());
    assert!(version("rustls").is_some_and(|version| version.starts_with("v0.23.")));
    for banned in ["ring", "openssl", "openssl-sys", "native-tls"] {
        assert_eq!(version(banned), None, "{banned} must not come in");
    }
}

#[test]
fn time_is_jiffs_alone() {
    // aws_lambda_events brings chrono for the timestamps in events; nobody here handles them.
    for package in workspace() {
        for kind in [DependencyKind::Normal, DependencyKind::Development, DependencyKind::Build] {
            let named = dependencies(&package, kind);
            assert!(!named.contains("chrono") && !named.contains("time"), "{}", package.name);
        }
    }
}

#[test]
fn every_licence_is_allowed() {
    for (name, version, licence) in everything() {
        if name.starts_with("plumbline-") {
            continue;
        }
        let known = LICENCE_FILES.iter().find(|one| one.0 == name).map(|one| one.1);
        let licence = known.map_or(licence, str::to_owned);
        assert!(allowed(&licence), "{name} {version}: {licence:?} is not among the allowed licences");
    }
}

/// Whether an SPDX expression can be met with allowed licences. (`/` is an old way to write OR.)
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut position = 0;
    let met = any_of(&words, &mut position);
    met && position == words.len()
}

fn any_of(words: &[&str], position: &mut usize) -> bool {
    let mut met = all_of(words, position);
    while words.get(*position) == Some(&"OR") {
        *position += 1;
        // Both sides are read in any case.
        met |= all_of(words, position);
    }
    met
}

fn all_of(words: &[&str], position: &mut usize) -> bool {
    let mut met = one(words, position);
    while words.get(*position) == Some(&"AND") {
        *position += 1;
        met &= one(words, position);
    }
    met
}

fn one(words: &[&str], position: &mut usize) -> bool {
    let Some(word) = words.get(*position) else { return false };
    *position += 1;
    if *word == "(" {
        let met = any_of(words, position);
        *position += 1;
        return met;
    }
    if words.get(*position) == Some(&"WITH") {
        let licence = format!("{word} WITH {}", words.get(*position + 1).unwrap_or(&""));
        *position += 2;
        return LICENCES.contains(&licence.as_str());
    }
    LICENCES.contains(word)
}

#[test]
fn licence_expressions_are_understood() {
    for good in
        ["MIT", "GPL-3.0 OR MIT", "MIT/Apache-2.0", "(GPL-2.0 OR ISC) AND MIT", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND MPL-2.0", "MIT WITH something", "MIT MIT"] {
        assert!(!allowed(bad), "{bad}");
    }
}
