//! What logs may not tell: addresses of people, secrets, cookies, what messages say.

use crate::files;
use anyhow::Context as _;
use std::{fs, path::PathBuf};

/// How vendors' tokens begin, and ours, which are longer than the names that begin alike.
const TOKENS: [&str; 12] =
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xoxb-", "xoxp-", "xoxe", "ATATT", "ATTA", "eyJ"];
const OWN_TOKEN: &str = "plumbline_";
const OWN_TOKEN_LENGTH: usize = 40;

/// What everything that is tested, or simulated, holds and nobody may read in a log.
const SECRETS: [(&str, &str); 8] = [
    ("a token behind its scheme", "Bearer "),
    ("credentials behind their scheme", "Basic "),
    ("a cookie", "__Host-"),
    ("a simulated vendor's secret", "simulated-"),
    ("the operator's token of tests", "operator-token"),
    ("a webhooks' secret of tests", "a webhook secret"),
    ("a keyring of tests", "that only tests know"),
    ("a message's words", "Your pull request was merged"),
];

/// Everything that a log tells and may not, with the line; `known`: further secrets, with what they are.
pub(crate) fn told(log: &str, known: &[(&str, &str)]) -> Vec<String> {
    log.lines().filter_map(|line| Some(format!("{} in: {line}", in_line(line, known)?))).collect()
}

fn in_line(line: &str, known: &[(&str, &str)]) -> Option<String> {
    let told = known.iter().find(|(_, secret)| is_in(secret, line));
    if let Some((what, _)) = told.or_else(|| SECRETS.iter().find(|(_, secret)| line.contains(secret))) {
        return Some((*what).to_owned());
    }
    if let Some(start) = TOKENS.iter().find(|start| words(line).any(|word| word.starts_with(**start))) {
        return Some(format!("a token that begins with {start}"));
    }
    if words(line).any(|word| word.starts_with(OWN_TOKEN) && word.len() >= OWN_TOKEN_LENGTH) {
        return Some("a token of ours".to_owned());
    }
    address(line).map(|address| format!("the address {address}"))
}

/// Whether a line has it whole: `github:10` is not in `github:104`.
fn is_in(whole: &str, line: &str) -> bool {
    let mut found = line.match_indices(whole).filter_map(|(at, _)| line.get(at + whole.len()..));
    found.any(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Runs of what tokens are made of.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
}

/// An e-mail address, also one whose sign was escaped for an URL.
fn address(line: &str) -> Option<String> {
    let line = line.replace("%40", "@");
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    line.match_indices('@').find_map(|(at, _)| {
        let (before, after) = line.split_at(at);
        let local = before.rsplit(|c| !is_local(c)).next().unwrap_or_default();
        let domain = after.trim_start_matches('@').split(|c| !is_domain(c)).next().unwrap_or_default();
        let top = domain.trim_end_matches('.').rsplit_once('.').map_or("", |(_, top)| top);
        let is_one = !local.is_empty() && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic());
        is_one.then(|| format!("{local}@{domain}"))
    })
}

/// Where tests keep what functions log; each process has a file there.
pub(crate) struct TestLogs {
    folder: PathBuf,
}

impl TestLogs {
    /// The variable that names the folder.
    pub(crate) const VARIABLE: &str = "PLUMBLINE_TEST_LOGS";

    /// A folder without anything in it.
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let folder = files::root().join("target/test-logs");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Looks through all of it: how many lines there are, and what they tell that they may not.
    pub(crate) fn end(&self) -> anyhow::Result<(usize, Vec<String>)> {
        let (mut lines, mut all) = (0, Vec::new());
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let log = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            lines += log.lines().count();
            all.extend(told(&log, &[]));
        }
        Ok((lines, all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_told_is_found() {
        for line in [
            r#"{"message":"asked ada.l+x@mail.example.com"}"#,
            "GET /?email=ada%40example.org",
            "authorization: Bearer abc",
            "token ghs_0123456789",
            "xoxb-1-2",
            "set __Host-plumbline-session=1",
            "plumbline_0123456789012345678901234567890123456789",
            "the key is opensesame",
        ] {
            assert_eq!(told(line, &[("the key", "opensesame")]).len(), 1, "{line}");
        }
    }

    #[test]
    fn what_functions_do_tell_is_not() {
        for line in [
            r#"{"level":"INFO","target":"plumbline_connector::work","team":"t_1","message":"page saved"}"#,
            "plumbline_github_webhook::handle",
            "a bearer of news, at 12@3, user@host",
            "2026-11-30T00:00:00Z arn:aws:lambda:us-east-1:000000000000:function:x@1",
        ] {
            assert_eq!(told(line, &[("somebody", "t_")]), Vec::<String>::new(), "{line}");
        }
    }
}
