//! Configuration from the environment, read once at cold start.

use plumbline_domain::Provider;
use plumbline_store::Tables;
use std::collections::BTreeMap;

/// All keys that are missing, reported together: an operator mends a template once, not key by key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("missing in the function's environment: {}; set them in template.yaml", .0.join(", "))]
pub struct MissingKeys(pub Vec<String>);

/// Reads keys and remembers which were missing.
pub struct Env {
    values: BTreeMap<String, String>,
    missing: Vec<String>,
}

impl Env {
    /// The process's environment.
    pub fn process() -> Self {
        Self::from_pairs(std::env::vars())
    }

    /// A given environment.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let values = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self { values, missing: Vec::new() }
    }

    /// A key that must be there and not empty; a missing one is reported by [`Env::finish`].
    pub fn required(&mut self, key: &str) -> String {
        self.optional(key).unwrap_or_else(|| {
            self.missing.push(key.to_owned());
            String::new()
        })
    }

    /// A key that may be absent; an empty value counts as absent.
    pub fn optional(&self, key: &str) -> Option<String> {
        self.values.get(key).filter(|value| !value.is_empty()).cloned()
    }

    /// `true` or absent.
    pub fn flag(&self, key: &str) -> bool {
        self.optional(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The names of the five tables.
    pub fn tables(&mut self) -> Tables {
        Tables {
            facts: self.required("TABLE_FACTS"),
            rollups: self.required("TABLE_ROLLUPS"),
            accounts: self.required("TABLE_ACCOUNTS"),
            state: self.required("TABLE_STATE"),
            surveys: self.required("TABLE_SURVEYS"),
        }
    }

    /// The addresses of the sync queues, `QUEUE_GITHUB` and so on; providers without one have no connector yet.
    pub fn sync_queues(&mut self) -> BTreeMap<Provider, String> {
        let mut queues = BTreeMap::new();
        for provider in Provider::ALL {
            if let Some(url) = self.optional(&format!("QUEUE_{}", provider.as_str().to_uppercase())) {
                queues.insert(provider, url);
            }
        }
        if queues.is_empty() {
            self.missing.push("QUEUE_GITHUB".to_owned());
        }
        queues
    }

    /// The hosts an operator allows beyond the vendors' own.
    pub fn allowed_hosts(&self) -> Vec<String> {
        let list = self.optional("ALLOWED_HOSTS").unwrap_or_default();
        list.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
    }

    /// `config`, unless something was missing.
    pub fn finish<T>(self, config: T) -> Result<T, MissingKeys> {
        if self.missing.is_empty() { Ok(config) } else { Err(MissingKeys(self.missing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_missing_keys_are_reported_at_once() {
        let mut env = Env::from_pairs([("TABLE_FACTS", "f"), ("TABLE_STATE", "")]);
        let tables = env.tables();
        let error = env.finish(tables).map(|_| ()).expect_err("keys are missing");
        assert_eq!(
            error.to_string(),
            "missing in the function's environment: TABLE_ROLLUPS, TABLE_ACCOUNTS, TABLE_STATE, TABLE_SURVEYS; set them in template.yaml"
        );
    }

    #[test]
    fn lists_and_flags_are_lenient_about_spaces_and_case() {
        let env = Env::from_pairs([("ALLOWED_HOSTS", " ghe.example.com, ,127.0.0.1"), ("ALLOW_HTTP_LOOPBACK", "True")]);
        assert_eq!(env.allowed_hosts(), ["ghe.example.com", "127.0.0.1"]);
        assert!(env.flag("ALLOW_HTTP_LOOPBACK"));
        assert!(!env.flag("ABSENT"));
    }
}
