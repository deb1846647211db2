//! A team as the recorded data shows one: Jira hides most addresses, GitHub profiles half of them, commits few.

use crate::{
    Evidence,
    fixtures::{Team, account},
};
use plumbline_domain::{Provider, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// 45 people who wrote commits, by number. Umlauts and double names as they come.
const PEOPLE: [&str; 45] = [
    "Anna Meier",
    "Bert Kraus",
    "Carla Jäger",
    "David Öztürk",
    "Eva Lindström",
    "Fritz Groß",
    "Greta Schäfer",
    "Hannes Vogt",
    "Ines Núñez",
    "Jan Kowalski",
    "Karin Weiß",
    "Lukas Bäcker",
    "Mona Richter",
    "Nils Sørensen",
    "Olga Petrova",
    "Paul Fuchs",
    "Quirin Huber",
    "Rosa Marín",
    "Sven Möller",
    "Tina Berger",
    "Udo Krämer",
    "Vera Sommer",
    "Wim de Vries",
    "Xenia Pappas",
    "Yusuf Demir",
    "Zora Novak",
    "Aron Keller",
    "Birte Hansen",
    "Claus Peters",
    "Dora Winkler",
    "Emil Stein",
    "Flora Brandt",
    "Gerd Haas",
    "Hilda Graf",
    "Ivo Lang",
    "Jutta Busch",
    "Kai Simon",
    "Lena Pohl",
    "Max Engel",
    "Nora Horn",
    "Otto Voigt",
    "Pia Sauer",
    "Ralf Arnold",
    "Saskia Beck",
    "Timo Jung",
];

fn first_and_last(name: &str) -> (String, String) {
    let plain: String = name.to_lowercase().replace(['ä', 'á'], "a").replace(['ö', 'ø'], "o").replace('ü', "u");
    let plain = plain.replace('ß', "ss").replace('ú', "u").replace('ñ', "n").replace('í', "i");
    let (first, last) = plain.split_once(' ').unwrap();
    (first.to_owned(), last.replace(' ', ""))
}

fn work_address(person: usize) -> String {
    let (first, last) = first_and_last(PEOPLE[person]);
    format!("{first}.{last}@corp.com")
}

fn private_address(person: usize) -> String {
    format!("{}{person}@mail.org", first_and_last(PEOPLE[person]).0)
}

/// GitHub accounts 1 to 45; the first 15 belong to the organisation, and 8 of those show an address (of their work but
/// for two). Jira has the first 30, and shows the address of two. Slack has the first 35, with every address. Copilot
/// has a seat for each of the first 10. 34 of the 45 have a mailbox on commits: every person but each fourth.
fn team() -> Team {
    let mut accounts = Vec::new();
    let mut commits = Vec::new();
    for (person, name) in PEOPLE.into_iter().enumerate() {
        let (first, last) = first_and_last(name);
        let github = format!("github:{}", person + 1);
        let mut view = account(&github).login(&format!("{}{last}", first.chars().next().unwrap()));
        if person < 15 {
            view = view.named(name);
            if person < 6 {
                view = view.email(&work_address(person));
            } else if person < 8 {
                view = view.email(&private_address(person));
            }
        }
        accounts.push(view);
        let address = match person % 4 {
            3 => format!("{}+{last}@users.noreply.github.com", person + 1),
            2 => private_address(person),
            _ => work_address(person),
        };
        commits.push((github.clone(), address));
        if person < 30 {
            let jira = account(&format!("jira:{person}")).named(name);
            accounts.push(if person == 0 || person == 20 { jira.email(&work_address(person)) } else { jira });
        }
        if person < 35 {
            accounts.push(account(&format!("slack:U{person}")).named(&first).email(&work_address(person)));
        }
        if person < 10 {
            accounts.push(account(&format!("copilot:{}", person + 1)).login(&last).is(&github));
        }
    }
    let commits: Vec<_> = commits.iter().map(|(account, address)| (account.as_str(), address.as_str())).collect();
    Team::of(accounts).commits(&commits)
}

/// How many accounts of each vendor are linked at each rung.
fn rungs(team: &Team) -> BTreeMap<(&'static str, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for link in team.now.members.iter().flat_map(|member| &member.accounts) {
        let rung = match link.evidence {
            Evidence::Own => "alone",
            Evidence::VerifiedId { .. } => "vendor id",
            Evidence::DomainEmail { .. } => "domain e-mail",
            Evidence::CommitEmail { .. } => "commit e-mail",
            _ => "else",
        };
        *counts.entry((link.account.provider.as_str(), rung)).or_default() += 1;
    }
    counts
}

#[test]
fn each_rung_links_what_the_data_lets_it() {
    let team = team();
    let mailboxes = team.commits.iter().filter(|commit| !commit.address.contains("noreply")).count();
    assert_eq!(mailboxes, 34);
    let expected = BTreeMap::from([
        (("copilot", "vendor id"), 10),
        (("github", "vendor id"), 10),
        // Of the 25 others with a Slack account, those who commit with the address of their work.
        (("github", "commit e-mail"), 12),
        (("github", "alone"), 23),
        // Jira shows two addresses; all else it shows are names.
        (("jira", "domain e-mail"), 2),
        (("jira", "alone"), 28),
        // Six show the same on their GitHub profile, one more at Jira; of the rest, those who commit with it.
        (("slack", "domain e-mail"), 7),
        (("slack", "commit e-mail"), 13),
        (("slack", "alone"), 15),
    ]);
    assert_eq!(rungs(&team), expected);
}

#[test]
fn nobody_is_linked_to_somebody_else() {
    let team = team();
    for member in &team.now.members {
        let people: BTreeSet<_> = member.accounts.iter().map(|link| person(&link.account)).collect();
        assert!(people.len() <= 1, "{member:?}");
    }
}

#[test]
fn the_queue_names_the_right_person_for_each_of_the_rest() {
    let team = team();
    let mut right = BTreeMap::new();
    for account in &team.now.unmatched {
        let proposed = team.proposed(&account.to_string());
        let first = proposed.first().map(|first| person(&first.parse().unwrap()) == person(account));
        *right.entry((account.provider.as_str(), first)).or_insert(0) += 1;
    }
    assert_eq!(team.now.unmatched.len(), 66);
    assert!(right.keys().all(|(_, first)| *first != Some(false)), "{right:?}");
    // Jira: every name is somebody's login, name or address; nothing is left without a proposal.
    assert_eq!(right.get(&("jira", Some(true))), Some(&28), "{right:?}");
}

fn person(account: &VendorId) -> usize {
    let number: usize = account.id.trim_start_matches('U').parse().unwrap();
    if matches!(account.provider, Provider::Github | Provider::Copilot) { number - 1 } else { number }
}
