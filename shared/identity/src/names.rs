//! Names and logins made comparable: case, accents, separators and order do not count.

use crate::clues::Origin;

/// Shorter than this, a login is anybody's.
const SHORTEST_LOGIN: usize = 3;
const TITLES: [&str; 4] = ["dr", "prof", "mr", "mrs"];

/// A text in lower case, without accents, its separators as blanks. Umlauts are written `ae` or, when `bare`, `a`: both
/// are in use.
fn fold(text: &str, bare: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'æ' => folded.push_str(if bare { "a" } else { "ae" }),
            'ö' | 'ø' | 'œ' => folded.push_str(if bare { "o" } else { "oe" }),
            'ü' => folded.push_str(if bare { "u" } else { "ue" }),
            // A combining diaeresis stands after its letter.
            '\u{308}' if !bare && folded.ends_with(['a', 'o', 'u']) => folded.push('e'),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            '\u{300}'..='\u{36f}' | '\'' | '’' | '`' => {}
            'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ď' | 'đ' | 'ð' => folded.push('d'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => folded.push('i'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ŏ' | 'ő' => folded.push('o'),
            'ŕ' | 'ŗ' | 'ř' => folded.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ţ' | 'ť' | 'ŧ' | 'ț' => folded.push('t'),
            'ù' | 'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            letter if letter.is_alphanumeric() => folded.push(letter),
            _ => folded.push(' '),
        }
    }
    folded
}

/// Both ways to write it, or the one where there are no umlauts.
fn spellings(text: &str) -> Vec<String> {
    let full = fold(text, false);
    let bare = (!text.is_ascii()).then(|| fold(text, true)).filter(|bare| *bare != full);
    [full].into_iter().chain(bare).collect()
}

/// Without what stands in brackets, and with the given name first.
fn in_order(name: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    match plain.split_once(',') {
        Some((last, first)) => format!("{first} {last}"),
        None => plain,
    }
}

fn words(folded: &str) -> Vec<&str> {
    folded.split_whitespace().filter(|word| !TITLES.contains(word)).collect()
}

fn sorted(mut words: Vec<&str>) -> String {
    words.sort_unstable();
    words.join(" ")
}

fn initial(word: &str) -> String {
    word.chars().take(1).collect()
}

/// A display name in the form in which two are the same; none where nothing is left of it.
pub(crate) fn comparable(name: &str) -> Option<String> {
    let folded = fold(&in_order(name), false);
    let text = sorted(words(&folded));
    (!text.is_empty()).then_some(text)
}

/// What to look a person up by who has this display name. A single word is no name: there are many Annas.
pub(crate) fn keys_of_name(name: &str, keys: &mut Vec<(String, Origin)>) {
    for folded in spellings(&in_order(name)) {
        let words = words(&folded);
        let [first, rest @ ..] = words.as_slice() else { continue };
        let Some(last) = rest.last() else { continue };
        keys.push((sorted(words.clone()), Origin::Name));
        keys_of_two_names(first, last, keys);
        if rest.len() > 1 {
            // Anna Maria Meier may be known as Anna Meier; Wim de Vries as `wim.devries`.
            let together = rest.concat();
            keys.push((sorted(vec![first, last]), Origin::FullName));
            keys.push((sorted(vec![first, &together]), Origin::FullName));
            keys_of_two_names(first, &together, keys);
        }
    }
}

fn keys_of_two_names(first: &str, last: &str, keys: &mut Vec<(String, Origin)>) {
    keys.push((format!("{first}{last}"), Origin::FullName));
    keys.push((format!("{last}{first}"), Origin::FullName));
    keys.push((format!("{}{last}", initial(first)), Origin::InitialAndName));
    keys.push((format!("{}{first}", initial(last)), Origin::InitialAndName));
}

/// What to look a person up by who has this login, or an address that begins so.
pub(crate) fn keys_of_login(login: &str, origin: Origin, keys: &mut Vec<(String, Origin)>) {
    for folded in spellings(crate::address::local_part(login)) {
        let words: Vec<_> = folded.split_whitespace().collect();
        let together = words.concat();
        // A number is an id, and ids of two vendors that agree do so by chance.
        if together.len() < SHORTEST_LOGIN || !together.contains(char::is_alphabetic) {
            continue;
        }
        if words.len() > 1 {
            keys.push((sorted(words), origin));
        }
        keys.push((together, origin));
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
