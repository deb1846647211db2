//! Which names and logins are the same, and which only could be.

use super::*;

fn of_name(name: &str) -> Vec<(String, Origin)> {
    let mut keys = Vec::new();
    keys_of_name(name, &mut keys);
    keys
}

fn of_login(login: &str) -> Vec<String> {
    let mut keys = Vec::new();
    keys_of_login(login, Origin::Login, &mut keys);
    keys.into_iter().map(|(text, _)| text).collect()
}

fn share(one: &str, other: &str) -> bool {
    let others = of_name(other);
    of_name(one).iter().any(|key| key.1 == Origin::Name && others.contains(key))
}

fn login_fits(login: &str, name: &str) -> bool {
    let keys = of_login(login);
    of_name(name).iter().any(|(text, _)| keys.contains(text))
}

#[test]
fn case_accents_separators_and_order_do_not_count() {
    for other in [
        "anna meier",
        "Meier, Anna",
        "MEIER Anna",
        "Anna  Meier (ACME)",
        "Dr. Anna Meier",
        "anna-meier",
        "[ext] Anna Meier",
    ] {
        assert!(share("Anna Meier", other), "{other}");
    }
    assert!(share("José Nuñez", "Jose Nunez"));
    assert!(share("Łukasz Żółć", "Lukasz Zolc"));
    assert!(share("Conor O'Brien", "Conor OBrien"));
    assert!(share("Anna Иванова", "anna иванова"));
}

#[test]
fn an_umlaut_is_written_in_three_ways() {
    for other in ["Jürgen Müller", "Juergen Mueller", "Jurgen Muller", "Ju\u{308}rgen Mu\u{308}ller"] {
        assert!(share("Jürgen Müller", other), "{other}");
    }
    assert!(share("Søren Weiß", "Soeren Weiss"));
    // Two that both avoid the umlaut, in different ways, do not meet.
    assert!(!share("Juergen Mueller", "Jurgen Muller"));
}

#[test]
fn a_single_word_is_no_name() {
    assert_eq!(of_name("Anna"), []);
    assert_eq!(of_name("Dr. Meier"), []);
    assert_eq!(of_name("  "), []);
    assert!(!share("Anna Meier", "Anna Mayer"));
}

#[test]
fn logins_follow_a_few_patterns() {
    for login in ["anna.meier", "anna-meier", "Anna_Meier", "AnnaMeier", "meier.anna", "meieranna", "ameier", "a.meier"]
    {
        assert!(login_fits(login, "Anna Meier"), "{login}");
    }
    assert!(login_fits("jmueller", "Jürgen Müller") && login_fits("jmuller", "Jürgen Müller"));
    assert!(login_fits("anna.meier", "Anna Maria Meier") && login_fits("anna.meier+test", "Anna Meier"));
    for login in ["wim.de.vries", "wim.devries", "wdevries", "wvries", "wimdevries"] {
        assert!(login_fits(login, "Wim de Vries"), "{login}");
    }
    for login in ["anna", "meier", "annam", "bmeier", ""] {
        assert!(!login_fits(login, "Anna Meier"), "{login}");
    }
}

#[test]
fn what_is_anybodys_is_no_login() {
    for login in ["ab", "583231", "1.2.3", "--"] {
        assert_eq!(of_login(login), Vec::<String>::new(), "{login}");
    }
}
