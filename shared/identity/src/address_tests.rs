//! Which addresses say something.

use super::*;

#[test]
fn a_mailbox_is_compared_in_lower_case() {
    assert_eq!(parse(" Anna.Meier@Corp.COM "), Some(Address::Mailbox("anna.meier@corp.com".into())));
    assert_eq!(parse("MÜLLER@corp.com"), Some(Address::Mailbox("müller@corp.com".into())));
    // A tag is part of the mailbox: it is the owner's business what stands behind it.
    assert_eq!(parse("anna+jira@corp.com"), Some(Address::Mailbox("anna+jira@corp.com".into())));
}

#[test]
fn githubs_noreply_address_holds_an_id() {
    let text = "583231+octocat@users.noreply.github.com";
    assert_eq!(parse(text), Some(Address::GithubId { text: text.into(), id: "583231".into() }));
}

#[test]
fn what_is_nobodys_says_nothing() {
    for text in [
        "",
        "anna",
        "@corp.com",
        "anna@",
        "anna@corp",
        "anna meier@corp.com",
        "a@b@corp.com",
        "octocat@users.noreply.github.com",
        "+octocat@users.noreply.github.com",
        "x1+octocat@users.noreply.github.com",
        "7+anna@users.noreply.gitlab.com",
        "noreply@github.com",
        "No-Reply@corp.com",
        "anna@laptop.local",
        "anna@localhost.localdomain",
        "anna@laptop.(none)",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn a_domain_is_the_whole_of_what_follows_the_at() {
    let domains = Domains::of(&Policy { verified_domains: vec!["Corp.com".into(), " @corp.de".into()] });
    assert!(domains.has("anna@corp.com") && domains.has("anna@corp.de"));
    assert!(!domains.has("anna@sub.corp.com") && !domains.has("anna@notcorp.com") && !domains.has("corp.com"));
}

#[test]
fn a_local_part_has_no_tag() {
    assert_eq!(local_part("anna.meier+jira@corp.com"), "anna.meier");
    assert_eq!(local_part("ameier"), "ameier");
}
