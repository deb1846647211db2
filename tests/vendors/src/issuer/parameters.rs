//! Parameters of a query or of a form, as OAuth reads them.

use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded;

/// Parameters. One without a value is as if it were absent, and none may come twice (RFC 6749, 3.1 and 3.2).
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

impl Parameters {
    pub(super) fn read(text: &[u8]) -> Self {
        let (mut values, mut repeated) = (BTreeMap::new(), BTreeSet::new());
        for (name, value) in form_urlencoded::parse(text).into_owned().filter(|(_, value)| !value.is_empty()) {
            if values.insert(name.clone(), value).is_some() {
                repeated.insert(name);
            }
        }
        Self { values, repeated }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    pub(super) fn are_once(&self) -> bool {
        self.repeated.is_empty()
    }

    /// All but this one.
    pub(super) fn without(&self, name: &str) -> BTreeMap<String, String> {
        let others = self.values.iter().filter(|(other, _)| *other != name);
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
