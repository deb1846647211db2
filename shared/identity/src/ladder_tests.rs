//! One test for each rung and for each trap of automatic links. Every run here is repeated on its own output.

use crate::{
    AccountView, Confidence, Decision, Evidence, LoginPattern, Note,
    fixtures::{Team, account, id},
};
use plumbline_domain::ActorKind;

fn confidence(team: &Team, account: &str) -> u8 {
    team.link(account).confidence.value()
}

fn best(team: &Team, account: &str) -> (Evidence, u8) {
    let proposal = &team.entry(account).unwrap().proposals[0];
    (proposal.evidence.clone(), proposal.confidence.value())
}

#[test]
fn a_vendors_statement_is_certain() {
    let team = Team::of([account("github:1"), account("copilot:9").is("github:1")]);
    assert!(team.are_one(&["github:1", "copilot:9"]));
    assert_eq!(team.evidence("copilot:9"), &Evidence::VerifiedId { with: id("github:1") });
    assert_eq!(team.link("copilot:9").confidence, Confidence::CERTAIN);
    assert!(team.now.unmatched.is_empty() && team.now.review.is_empty());
}

#[test]
fn two_accounts_that_are_a_third_are_one_even_when_nobody_shows_the_third() {
    let team = Team::of([account("copilot:9").is("github:1"), account("github_enterprise:x").is("github:1")]);
    assert!(team.are_one(&["copilot:9", "github_enterprise:x"]));
    let team = Team::of([account("copilot:9").is("github:1")]);
    assert_eq!(team.evidence("copilot:9"), &Evidence::Own);
    assert_eq!(team.now.unmatched, [id("copilot:9")]);
}

#[test]
fn githubs_noreply_address_proves_the_id_in_it() {
    let address = "1+anna@users.noreply.github.com";
    let team = Team::of([
        account("github:1"),
        account("jfrog:anna").email(address),
        account("jfrog:bob").typed_email(address),
    ]);
    assert!(team.are_one(&["github:1", "jfrog:anna"]));
    let with = id("github:1");
    assert_eq!(team.evidence("jfrog:anna"), &Evidence::NoreplyAddress { address: address.into(), with });
    // Anybody can type it.
    assert!(!team.are_one(&["github:1", "jfrog:bob"]));
    // On its own commits it says nothing new.
    let team = Team::of([account("github:1")]).commits(&[("github:1", address)]);
    assert_eq!(team.evidence("github:1"), &Evidence::Own);
}

#[test]
fn an_address_in_a_domain_of_the_organisation_links() {
    let team = Team::of([account("github:1").email("Anna@corp.com"), account("jira:a").email("anna@CORP.com")]);
    let proof = Evidence::DomainEmail { address: "anna@corp.com".into(), with: id("github:1") };
    assert_eq!((team.evidence("jira:a"), confidence(&team, "jira:a")), (&proof, 90));
    assert!(team.are_one(&["github:1", "jira:a"]));
}

#[test]
fn an_address_outside_the_organisation_only_proposes() {
    let team = Team::of([account("github:1").email("anna@mail.org"), account("jira:a").email("anna@mail.org")]);
    assert!(!team.are_one(&["github:1", "jira:a"]));
    let proof = Evidence::UnprovenEmail { address: "anna@mail.org".into(), with: id("github:1") };
    assert_eq!(best(&team, "jira:a"), (proof, 50));
    assert_eq!(team.now.unmatched, [id("github:1"), id("jira:a")]);
}

#[test]
fn an_address_that_nobody_checked_only_proposes() {
    let team = Team::of([account("github:1").email("boss@corp.com"), account("trello:t").typed_email("boss@corp.com")]);
    assert!(!team.are_one(&["github:1", "trello:t"]));
    assert_eq!(team.proposed("trello:t"), ["github:1"]);
    // Nor does it keep others from what they have proved.
    let mut team = team;
    team.see(account("trello:real").email("boss@corp.com").named("Boss"));
    assert!(team.are_one(&["github:1", "trello:real"]));
}

#[test]
fn an_address_on_commits_links_more_surely_inside_the_organisation() {
    let accounts = || [account("github:1"), account("jira:a").email("anna@corp.com").email("anna@mail.org")];
    let inside = Team::of(accounts()).commits(&[("github:1", "anna@corp.com"), ("github:1", "anna@mail.org")]);
    let proof = Evidence::CommitEmail { address: "anna@corp.com".into(), in_domain: true, with: id("github:1") };
    assert_eq!((inside.evidence("jira:a"), confidence(&inside, "jira:a")), (&proof, 85));
    let outside = Team::of(accounts()).commits(&[("github:1", "anna@mail.org")]);
    let proof = Evidence::CommitEmail { address: "anna@mail.org".into(), in_domain: false, with: id("jira:a") };
    assert_eq!((outside.evidence("github:1"), confidence(&outside, "github:1")), (&proof, 70));
    assert!(outside.are_one(&["github:1", "jira:a"]));
}

#[test]
fn noreply_addresses_on_commits_join_nobody() {
    let shared = ["noreply@github.com", "anna@users.noreply.github.com", "dev@laptop.local"];
    for address in shared {
        let team = Team::of([account("github:1"), account("github_enterprise:2")])
            .commits(&[("github:1", address), ("github_enterprise:2", address)]);
        assert!(!team.are_one(&["github:1", "github_enterprise:2"]), "{address}");
        assert!(team.now.review.is_empty(), "{address}");
    }
}

#[test]
fn names_and_logins_only_propose() {
    let named = || account("github:1").named("Anna Meier");
    let proposal = |one: AccountView, other: AccountView| {
        let team = Team::of([one, other]);
        assert!(!team.are_one(&["github:1", "jira:a"]));
        assert_eq!(team.now.unmatched, [id("github:1"), id("jira:a")]);
        best(&team, "jira:a")
    };
    let login = |pattern, text: &str| Evidence::Login { pattern, text: text.into(), with: id("github:1") };
    assert_eq!(
        proposal(named(), account("jira:a").named("MEIER, Anna")),
        (Evidence::SameName { name: "anna meier".into(), with: id("github:1") }, 40)
    );
    let full = (login(LoginPattern::FullName, "anna meier"), 35);
    assert_eq!(proposal(named(), account("jira:a").login("anna.meier")), full);
    assert_eq!(proposal(named(), account("jira:a").login("anna-meier")), full);
    assert_eq!(proposal(named(), account("jira:a").email("anna.meier@else.org")), full);
    let initial = (login(LoginPattern::InitialAndName, "ameier"), 20);
    assert_eq!(proposal(named(), account("jira:a").login("ameier")), initial);
    let same = (login(LoginPattern::SameLogin, "annam"), 35);
    assert_eq!(proposal(account("github:1").login("annam"), account("jira:a").login("AnnaM")), same);
    let local = (login(LoginPattern::LocalPart, "annam"), 30);
    assert_eq!(proposal(account("github:1").login("annam"), account("jira:a").email("annam@corp.com")), local);
    let managed = (login(LoginPattern::FullName, "anna meier"), 35);
    assert_eq!(proposal(account("github:1").login("anna-meier_acme"), account("jira:a").named("Anna Meier")), managed);
}

#[test]
fn two_guesses_that_agree_say_nothing() {
    let team = Team::of([account("github:1").named("Anna Meier"), account("jira:a").named("Andreas Meier")]);
    assert!(team.now.review.is_empty());
}

#[test]
fn where_two_members_fit_both_are_proposed() {
    let team = Team::of([
        account("github:1").named("Anna Meier"),
        account("github:2").named("Andreas Meier"),
        account("jira:a").login("ameier"),
    ]);
    let mut proposed = team.proposed("jira:a");
    proposed.sort();
    assert_eq!(proposed, ["github:1", "github:2"]);
    assert_eq!(team.entry("jira:a").unwrap().notes, [Note::Ambiguous].into());
    assert_eq!(team.now.unmatched.len(), 3);
}

#[test]
fn a_matched_account_is_proposed_to_but_gets_no_proposals() {
    let team = Team::of([
        account("github:1").named("Anna Meier").email("a@corp.com"),
        account("slack:U1").email("a@corp.com"),
        account("jira:a").named("Anna Meier"),
    ]);
    assert_eq!(team.proposed("jira:a"), ["github:1"]);
    assert_eq!(team.now.review.len(), 1);
}

#[test]
fn two_members_of_several_accounts_meet_in_one_entry() {
    let team = Team::of([
        account("github:1").named("Anna Meier").email("a@corp.com"),
        account("slack:U1").named("Anna Meier").email("a@corp.com"),
        account("jira:a").named("Anna Meier").email("b@corp.com"),
        account("atlassian:a").named("Anna Meier").email("b@corp.com"),
    ]);
    assert!(!team.are_one(&["github:1", "jira:a"]));
    assert_eq!(team.now.review.len(), 1);
    assert!(team.now.unmatched.is_empty());
}

#[test]
fn a_shared_mailbox_proves_nothing() {
    let address = "team@corp.com";
    let team = Team::of([
        account("jira:a").named("Anna Meier").email(address),
        account("jira:b").named("Bert Kraus").email(address),
        account("github:1").named("Anna M").email(address),
    ]);
    assert_eq!(team.now.unmatched.len(), 3);
    let entry = team.entry("github:1").unwrap();
    assert_eq!(entry.notes, [Note::Ambiguous, Note::SharedAddress].into());
    assert_eq!(entry.proposals.len(), 2);
    assert!(entry.proposals.iter().all(|one| !one.confidence.applies()));
    // So it is on commits, and where a name is missing.
    let team = Team::of([account("github:1"), account("github:2"), account("slack:U1").email(address)])
        .commits(&[("github:1", address), ("github:2", address)]);
    assert_eq!(team.now.unmatched.len(), 3);
}

#[test]
fn two_accounts_of_one_vendor_are_one_persons_when_address_and_name_agree() {
    let of = |id: &str, name: &str| account(id).named(name).email("anna@corp.com");
    let mut team = Team::of([of("jira:old", "Anna Meier"), of("jira:new", "Meier, Anna"), of("github:1", "anna")]);
    assert!(team.are_one(&["jira:old", "jira:new", "github:1"]));
    // Once an admin has said that two names are one person's, their address counts.
    team = Team::of([of("jira:old", "Anna Kraus"), of("jira:new", "Anna Meier")]);
    assert!(!team.are_one(&["jira:old", "jira:new"]));
    team.confirm("jira:old", "jira:new");
    team.see(of("github:1", "anna"));
    assert!(team.are_one(&["jira:old", "jira:new", "github:1"]));
}

#[test]
fn a_shared_address_counts_as_soon_as_stronger_evidence_says_that_it_is_one_persons() {
    let team = Team::of([
        account("github:1").named("Anna").email("a@corp.com"),
        account("github:2").named("Work").email("a@corp.com").email("b@corp.com"),
        account("copilot:1").is("github:1").email("b@corp.com"),
        account("slack:U1").email("a@corp.com"),
    ]);
    assert!(team.are_one(&["github:1", "github:2", "copilot:1", "slack:U1"]));
}

#[test]
fn a_mailbox_of_many_lists_ten() {
    let of = |n: u32| account(&format!("jira:{n}")).named(&format!("Person P{n}")).email("all@corp.com");
    let team = Team::of((0..200).map(of));
    assert_eq!(team.now.review.len(), 200);
    for entry in &team.now.review {
        assert_eq!(entry.proposals.len(), 10);
        assert!(entry.notes.contains(&Note::MoreFit));
    }
}

#[test]
fn bots_and_apps_are_never_linked() {
    let address = "ci@corp.com";
    for kind in [ActorKind::Bot, ActorKind::Other] {
        let team = Team::of([
            account("github:1").kind(kind).named("Anna Meier").email(address),
            account("jira:a").named("Anna Meier").email(address),
            account("copilot:9").is("github:1"),
        ]);
        assert_eq!(team.now.not_people, [id("github:1")]);
        assert_eq!(team.now.unmatched, [id("copilot:9"), id("jira:a")]);
        assert!(team.now.review.is_empty());
        assert_eq!(team.now.person_of(&id("github:1")), None);
    }
}

#[test]
fn an_account_that_turns_out_to_be_a_bot_leaves_its_member() {
    let mut team = Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com")]);
    let member = team.member("jira:a");
    team.see(account("github:1").email("a@corp.com").kind(ActorKind::Bot));
    assert_eq!(team.now.not_people, [id("github:1")]);
    assert_eq!(team.member("jira:a"), member);
    assert_eq!(team.evidence("jira:a"), &Evidence::Own);
    // And back.
    team.see(account("github:1").email("a@corp.com"));
    assert_eq!(team.member("github:1"), member);
}

#[test]
fn a_vanished_account_keeps_its_link() {
    let mut team =
        Team::of([account("github:1").email("a@corp.com"), account("jira:a").email("a@corp.com").named("Anna Meier")]);
    let link = team.link("jira:a").clone();
    team.forget("jira:a");
    assert_eq!(team.link("jira:a"), &link);
    assert_eq!(team.now.resolve(&team.member("github:1")).unwrap().name.as_deref(), Some("Anna Meier"));
    assert!(team.now.unmatched.is_empty());
    // So does one whose evidence is no longer shown.
    team.see(account("jira:a").named("Anna Meier"));
    assert_eq!(team.link("jira:a"), &link);
}

#[test]
fn the_older_member_survives_and_the_other_becomes_its_alias() {
    let mut team = Team::of([account("slack:U1")]);
    let oldest = team.member("slack:U1");
    team.see(account("github:1").email("a@corp.com"));
    team.see(account("jira:a").email("a@corp.com"));
    let younger = team.member("jira:a");
    assert_ne!(oldest, younger);
    team.see(account("slack:U1").email("a@corp.com"));
    assert!(team.are_one(&["slack:U1", "github:1", "jira:a"]));
    assert_eq!(team.member("jira:a"), oldest);
    assert_eq!(team.now.resolve(&younger).unwrap().id, oldest);
    let alias = team.now.members.iter().find(|member| member.id == younger).unwrap();
    assert_eq!((&alias.merged_into, alias.accounts.len(), &alias.name), (&Some(oldest), 0, &None));
}

#[test]
fn stronger_evidence_replaces_weaker_and_not_the_reverse() {
    let mut team = Team::of([account("github:1"), account("jira:a").email("a@mail.org")]);
    team.see_commits(&[("github:1", "a@mail.org")]);
    assert_eq!(confidence(&team, "jira:a"), 70);
    team.see(account("jira:a").email("a@mail.org").email("a@corp.com"));
    team.see_commits(&[("github:1", "a@corp.com")]);
    assert_eq!(confidence(&team, "jira:a"), 85);
    team.see(account("jira:a").email("a@mail.org"));
    assert_eq!(confidence(&team, "jira:a"), 85);
}

#[test]
fn an_account_that_two_connections_show_is_one() {
    let team = Team::of([
        account("github:1").email("a@corp.com"),
        account("github:1").named("Anna Meier"),
        account("jira:a").email("a@corp.com"),
    ]);
    assert_eq!(team.now.members.len(), 1);
    assert_eq!(team.now.members[0].name.as_deref(), Some("Anna Meier"));
}

#[test]
fn a_name_is_full_and_in_use_where_there_is_a_choice() {
    let mut left = account("github:1").named("Anna Kraus").email("a@corp.com");
    left.active = false;
    let jira = account("jira:a").named("Anna Meier").email("a@corp.com");
    let team = Team::of([left, jira, account("slack:U1").named("anna").email("a@corp.com")]);
    assert_eq!(team.now.members[0].name.as_deref(), Some("Anna Meier"));
    assert_eq!(Team::of([account("github:1").login("am")]).now.members[0].name.as_deref(), Some("am"));
}

#[test]
fn what_is_stored_is_plain_json() {
    let mut team =
        Team::of([account("github:1").named("Anna Meier").login("am"), account("jira:a").named("Anna Meier")]);
    team.decide(Decision::NotAPerson { account: id("slack:B") });
    team.confirm("jira:a", "github:1");
    let text = serde_json::to_string(&team.now).unwrap();
    assert!(text.contains(r#""evidence":{"kind":"confirmed","at":"2026"#), "{text}");
    assert_eq!(serde_json::from_str::<crate::Assignment>(&text).unwrap(), team.now);
    let text = serde_json::to_string(&team.decisions[0]).unwrap();
    assert!(text.ends_with(r#""action":"not_a_person","account":"slack:B"}"#), "{text}");
    assert_eq!(serde_json::from_str::<crate::Decided>(&text).unwrap(), team.decisions[0]);
}
