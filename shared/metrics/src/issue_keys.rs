//! Issue keys in what people write: `RAIL-17`.

use plumbline_domain::{MOST_ISSUE_PROJECTS, project_hash};
use std::collections::BTreeSet;

/// The hashes of the project keys of all issue keys in a pull request's title and branch, in order, as a row keeps them.
///
/// A key is letters and digits that begin with a letter, a hyphen and a number, with neither a letter nor a digit before
/// or behind. Case does not matter, since branches are often in lower case; but where there are more projects than a row
/// keeps, those in capitals go first, since `utf-8` and the like look just the same.
pub(crate) fn issue_projects(title: &str, branch: &str) -> Vec<u16> {
    let found = || project_keys(title).chain(project_keys(branch));
    let is_capital = |key: &&str| !key.bytes().any(|byte| byte.is_ascii_lowercase());
    let mut hashes = BTreeSet::new();
    for key in found().filter(is_capital).chain(found().filter(|key| !is_capital(key))) {
        if hashes.len() == MOST_ISSUE_PROJECTS {
            break;
        }
        hashes.insert(project_hash(key));
    }
    hashes.into_iter().collect()
}

/// What stands before the numbers of all that look like an issue's key, in order.
fn project_keys(text: &str) -> impl Iterator<Item = &str> {
    // Words with the hyphens between them: in `fix-RAIL-17`, `RAIL` is followed by a number.
    text.split(|c: char| !c.is_alphanumeric() && c != '-').flat_map(|words| {
        let numbers = words.split('-').skip(1);
        words
            .split('-')
            .zip(numbers)
            .filter(|(key, number)| is_project_key(key) && is_number(number))
            .map(|(key, _)| key)
    })
}

fn is_project_key(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_number(text: &str) -> bool {
    !text.starts_with('0') && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(text: &str) -> Vec<&str> {
        project_keys(text).collect()
    }

    #[test]
    fn keys_are_found_where_people_write_them() {
        for (text, found) in [
            ("RAIL-17 Add a switch", vec!["RAIL"]),
            ("[RAIL-17] [OPS-3]: switch", vec!["RAIL", "OPS"]),
            ("feature/RAIL-17-add-a-switch", vec!["RAIL"]),
            ("rail-17", vec!["rail"]),
            ("fix-RAIL-17", vec!["RAIL"]),
            ("user_RAIL-17", vec!["RAIL"]),
            ("(see RAIL-17, P2P-4)", vec!["RAIL", "P2P"]),
            ("Größe RAIL-1", vec!["RAIL"]),
        ] {
            assert_eq!(keys(text), found, "{text}");
        }
    }

    #[test]
    fn what_only_resembles_a_key_is_none() {
        for text in
            ["RAIL-", "RAIL 17", "-17", "R-17", "RAIL-0", "RAIL-017", "2RAIL-17", "RAIL-17a", "äRAIL-17", "RAIL--17"]
        {
            assert_eq!(keys(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn hashes_are_what_they_always_were() {
        // Computed apart: FNV-1a of "RAIL" is 0x88f58939, of "A" 0xc40bf6cc, of nothing 0x811c9dc5.
        assert_eq!((project_hash("RAIL"), project_hash("a"), project_hash("")), (0x01cc, 0x32c7, 0x1cd9));
        assert_eq!(issue_projects("RAIL-17", "rail-18"), [0x01cc]);
    }

    #[test]
    fn of_many_those_in_capitals_are_kept() {
        let mut kept = ["RAIL", "OPS", "utf"].map(project_hash);
        kept.sort_unstable();
        assert_eq!(issue_projects("utf-8 and sha-1", "x/RAIL-1-OPS-2"), kept);
    }

    proptest! {
        #[test]
        fn any_text_has_few_hashes_in_order(title in ".*", branch in "[a-z0-9A-Z/_-]{0,40}") {
            let hashes = issue_projects(&title, &branch);
            prop_assert!(hashes.len() <= MOST_ISSUE_PROJECTS && hashes.is_sorted());
        }

        #[test]
        fn a_key_is_found_behind_and_before_anything_that_is_no_part_of_it(
            key in "[A-Z][A-Z0-9]{1,9}", number in 1..100_000u32, before in "[ /(:_,]{0,3}", behind in "[ )/:,_.-]{0,3}",
        ) {
            let text = format!("{before}{key}-{number}{behind}");
            prop_assert_eq!(keys(&text), vec![key.as_str()]);
        }
    }
}
