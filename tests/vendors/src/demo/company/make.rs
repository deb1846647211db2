//! Generates the company.

use super::{
    AtlassianAccount, AtlassianKind, Company, CopilotSeat, GithubAccount, JfrogAccount, Person, ProductSeat,
    SlackAccount, TrelloAccount,
};
use crate::{
    demo::{
        calendar::seconds,
        names::{COLLEAGUES, FIRST, LAST},
        people,
    },
    digest::hash,
    github::{Role, State},
    random::Random,
    service::whole_seconds,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

const DAY: u64 = 86_400;
const EDITORS: [&str; 5] = [
    "vscode/1.104.1/copilot/1.372.0",
    "vscode/1.103.0/copilot-chat/0.30.2",
    "JetBrains-IU/252.25557/copilot-intellij/1.5.60",
    "VisualStudio/17.14.13/copilot-vs/1.14.0",
    "copilot-cli/0.0.342",
];

/// The people of `demo::organization(seed, now)` and some colleagues without GitHub, with their accounts everywhere.
pub fn company(seed: u64, now: Timestamp) -> Company {
    let now = whole_seconds(now);
    // The people alone, as the whole organization has them: they are made first and from the same numbers.
    let mut maker = Maker { random: Random::new(seed ^ 0x00AC_3E4A), state: super::super::people(seed, now), now };
    let mut people: Vec<Person> = (0..people::COUNT).map(|n| maker.developer(n)).collect();
    people.extend(COLLEAGUES.iter().enumerate().map(|(n, names)| maker.colleague(n, *names)));
    for (index, person) in people.iter_mut().enumerate() {
        maker.atlassian(person, index);
        Maker::slack(person, index);
        maker.jfrog(person, index);
        maker.trello(person, index);
    }
    Company {
        now,
        slug: "acme-rail".into(),
        name: "Acme Rail".into(),
        domain: "acme-rail.example".into(),
        people,
        other_atlassian: maker.other_atlassian(),
        other_slack: Maker::other_slack(),
        other_jfrog: maker.other_jfrog(),
    }
}

struct Maker {
    random: Random,
    state: State,
    now: Timestamp,
}

impl Maker {
    fn ago(&self, secs: u64) -> Timestamp {
        self.now - seconds(secs)
    }

    /// Between so many days ago, at a time of the day that is not midnight.
    fn days_ago(&mut self, from: u64, to: u64) -> Timestamp {
        let days = self.random.between(from, to);
        self.ago(days * DAY + self.random.clone().between(3_600, 36_000))
    }

    /// When a seat was last used: most of them lately, some 40 to 200 days ago, some never. Leavers stopped when they
    /// left at the latest.
    fn last_use(&mut self, person: &Person, idle: f64, never: f64) -> Option<Timestamp> {
        let roll = self.random.unit();
        let at = if roll < never {
            return None;
        } else if roll < never + idle {
            self.days_ago(40, 200)
        } else {
            self.days_ago(0, 24)
        };
        let end = person.left_at.map_or(self.now, |left| left - SignedDuration::from_hours(5));
        let at = at.min(end);
        // Nobody uses anything before coming.
        let half = (end.as_second() - person.joined_at.as_second()) / 2;
        Some(if at > person.joined_at { at } else { person.joined_at + SignedDuration::from_secs(half) })
    }

    fn person(&mut self, name: String, email: String, leaver: bool, github: Option<GithubAccount>) -> Person {
        let joined_at = if self.random.chance(0.06) { self.days_ago(3, 25) } else { self.days_ago(210, 2_400) };
        Person {
            name,
            email,
            joined_at: if leaver { self.days_ago(300, 2_400) } else { joined_at },
            left_at: leaver.then(|| self.days_ago(20, 120)),
            github,
            copilot: None,
            atlassian: Vec::new(),
            slack: None,
            jfrog: None,
            trello: None,
        }
    }

    fn developer(&mut self, n: usize) -> Person {
        let (first, last) = people::names(n);
        let login = format!("{}-{}", first.to_lowercase(), last.to_lowercase());
        // The accounts have ids in the order of the people; `user()` does not find deleted ones.
        let user = self.state.users.values().find(|user| user.login == login).unwrap();
        let mut account = GithubAccount {
            id: user.id,
            login,
            member: self.state.members.contains_key(&user.id),
            deleted: user.deleted,
            teams: Vec::new(),
            maintains: BTreeMap::new(),
            owner: self.state.members.get(&user.id) == Some(&Role::Admin),
            email: user.email.clone(),
        };
        for team in self.state.teams.values() {
            let Some(maintainer) = team.members.get(&account.id) else { continue };
            account.teams.push(team.slug.clone());
            if *maintainer {
                account.maintains.insert(team.slug.clone(), team.id);
            }
        }
        let email = format!("{}.{}@acme-rail.example", first.to_lowercase(), last.to_lowercase());
        let leaver = !account.member;
        let mut person = self.person(format!("{first} {last}"), email, leaver, Some(account));
        person.copilot = self.copilot(&person, n);
        person
    }

    fn colleague(&mut self, n: usize, (name, local): (&str, &str)) -> Person {
        self.person(name.into(), format!("{local}@acme-rail.example"), n % 4 == 3, None)
    }

    fn copilot(&mut self, person: &Person, n: usize) -> Option<CopilotSeat> {
        let github = person.github.as_ref()?;
        // Everybody who left still has one; that is what a licence owner looks for.
        if github.member && !self.random.chance(0.75) {
            return None;
        }
        let last_activity_at = self.last_use(person, 0.16, 0.08);
        let assigned_at = match (last_activity_at, person.left_at) {
            (Some(used), _) => used.min(self.days_ago(205, 400)),
            (None, Some(left)) => left - SignedDuration::from_hours(24 * 90),
            (None, None) => self.days_ago(5, 150),
        };
        let day = (self.now + SignedDuration::from_hours(24 * 9)).to_zoned(TimeZone::UTC).date();
        Some(CopilotSeat {
            assigned_at: assigned_at.max(person.joined_at),
            last_activity_at,
            editor: last_activity_at.map(|_| (*self.random.pick(&EDITORS)).into()),
            pending_cancellation: (n % 29 == 7).then_some(Date::new(day.year(), day.month(), 1).unwrap_or(day)),
            granted_by: if n.is_multiple_of(5) { Vec::new() } else { github.teams.clone() },
        })
    }

    fn atlassian(&mut self, person: &mut Person, index: usize) {
        // Some developers never got an account; their colleagues all have one.
        if person.github.is_some() && index % 17 == 5 && person.left_at.is_none() {
            return;
        }
        let seat = |maker: &mut Self, product, idle, never| {
            let last_active_at = maker.last_use(person, idle, never);
            ProductSeat { product, last_active_at }
        };
        let mut products = vec![seat(self, "jira-software", 0.12, 0.05)];
        if self.random.chance(0.72) {
            products.push(seat(self, "confluence", 0.22, 0.09));
        }
        let suspended = index % 41 == 12;
        let account = AtlassianAccount {
            id: account_id(&person.email),
            kind: AtlassianKind::Atlassian,
            name: display_name(&person.name, index),
            email: Some(person.email.clone()),
            email_shown: index % 15 == 4,
            active: true,
            suspended,
            added_at: person.joined_at,
            products,
        };
        person.atlassian.push(account);
        // An account from before the company took over the domain: unused, and under a private address.
        if matches!(index, 8 | 33 | 57) {
            let local = person.email.split('@').next().unwrap_or_default().replace('.', "");
            person.atlassian.push(AtlassianAccount {
                id: account_id(&format!("second of {}", person.email)),
                kind: AtlassianKind::Atlassian,
                name: person.name.clone(),
                email: Some(format!("{local}@post.example")),
                email_shown: false,
                active: index != 57,
                suspended: false,
                added_at: person.joined_at,
                products: vec![ProductSeat { product: "jira-software", last_active_at: Some(self.days_ago(150, 200)) }],
            });
        }
    }

    fn slack(person: &mut Person, index: usize) {
        // Some people are not in Slack; who deleted the GitHub account is gone there, too.
        if index % 23 == 9 {
            return;
        }
        let local = person.email.split('@').next().unwrap_or_default();
        let first = person.name.split(' ').next().unwrap_or_default();
        // A few are in Slack under another address than the one of work.
        let email = if index % 31 == 14 { format!("{local}@post.example") } else { person.email.clone() };
        person.slack = Some(SlackAccount {
            id: slack_id('U', &person.email),
            handle: local.into(),
            real_name: if index % 13 == 6 { first.into() } else { person.name.clone() },
            display_name: if index.is_multiple_of(3) { String::new() } else { first.to_lowercase() },
            email: Some(email),
            bot: false,
            deleted: person.left_at.is_some(),
            guest: false,
        });
    }

    fn jfrog(&mut self, person: &mut Person, index: usize) {
        let Some(github) = &person.github else { return };
        let platform = github.teams.iter().any(|team| matches!(team.as_str(), "data" | "identity" | "infrastructure"));
        if !(platform || person.left_at.is_some() || self.random.chance(0.45)) {
            return;
        }
        let local = person.email.split('@').next().unwrap_or_default();
        let (first, last) = local.split_once('.').unwrap_or((local, ""));
        let short = format!("{}{last}", first.chars().next().unwrap_or_default());
        // Short names of two people may be the same; the vendor's then is the long one.
        let long = index.is_multiple_of(3) || !unique_short(first, last);
        person.jfrog = Some(JfrogAccount {
            username: if long { local.to_owned() } else { short },
            email: (index % 19 != 3).then(|| person.email.clone()),
            realm: if index % 4 == 1 { "internal" } else { "saml" },
            status: match index % 37 {
                11 => "invited",
                20 => "disabled",
                _ => "enabled",
            },
            admin: index % 40 == 2,
            last_login_at: self.last_use(person, 0.25, 0.10),
        });
    }

    fn trello(&mut self, person: &mut Person, index: usize) {
        let likely = if person.github.is_some() { 0.22 } else { 0.8 };
        if !(person.left_at.is_some() || self.random.chance(likely)) {
            return;
        }
        let local = person.email.split('@').next().unwrap_or_default();
        let first = person.name.split(' ').next().unwrap_or_default();
        person.trello = Some(TrelloAccount {
            id: hash(&["trello", &person.email])[..24].into(),
            username: if index % 4 == 2 {
                format!("{}rail{}", first.to_lowercase(), index)
            } else {
                local.replace('.', "")
            },
            full_name: if index % 6 == 1 { first.into() } else { person.name.clone() },
            last_active_at: self.last_use(person, 0.35, 0.12),
            deactivated: index % 27 == 13,
            unconfirmed: index % 33 == 18,
        });
    }

    fn other_atlassian(&mut self) -> Vec<AtlassianAccount> {
        let mut all = Vec::new();
        for name in ["Automation for Jira", "GitHub for Jira", "Slack", "Trello", "Opsgenie"] {
            all.push(self.other(name, AtlassianKind::App, None));
        }
        for n in 1..=14 {
            let email = format!("traveller{n}@mail.example");
            all.push(self.other(&format!("Traveller {n}"), AtlassianKind::Customer, Some(email)));
        }
        all
    }

    fn other(&mut self, name: &str, kind: AtlassianKind, email: Option<String>) -> AtlassianAccount {
        AtlassianAccount {
            id: if kind == AtlassianKind::Customer {
                format!("qm:{}", hash(&[name]))
            } else {
                format!("557058:{}", hash(&[name]))
            },
            kind,
            name: name.into(),
            email,
            email_shown: false,
            active: true,
            suspended: false,
            added_at: self.days_ago(300, 900),
            products: Vec::new(),
        }
    }

    fn other_slack() -> Vec<SlackAccount> {
        let bot = |handle: &str, name: &str| SlackAccount {
            id: slack_id('U', handle),
            handle: handle.into(),
            real_name: name.into(),
            display_name: String::new(),
            email: None,
            bot: true,
            deleted: false,
            guest: false,
        };
        let mut all = vec![
            SlackAccount { id: "USLACKBOT".into(), ..bot("slackbot", "Slackbot") },
            bot("github", "GitHub"),
            bot("jira", "Jira Cloud"),
            SlackAccount { deleted: true, ..bot("oldci", "Old build server") },
        ];
        for (handle, name) in [("kiosk", "Kiosk Supplier"), ("maps", "Map Vendor")] {
            let email = Some(format!("{handle}@supplier.example"));
            all.push(SlackAccount { bot: false, guest: true, email, ..bot(handle, name) });
        }
        for n in 1..=6 {
            let (handle, name) = (format!("former{n}"), format!("Former {} {}", FIRST[n * 3], LAST[n * 2]));
            let email = Some(format!("{handle}@acme-rail.example"));
            all.push(SlackAccount { bot: false, deleted: true, email, ..bot(&handle, &name) });
        }
        all
    }

    fn other_jfrog(&mut self) -> Vec<JfrogAccount> {
        let service = |username: &str, last_login_at| JfrogAccount {
            username: username.into(),
            email: Some("builds@acme-rail.example".into()),
            realm: "internal",
            status: "enabled",
            admin: username == "admin",
            last_login_at,
        };
        let lately = self.days_ago(0, 1);
        vec![
            service("admin", Some(self.days_ago(60, 90))),
            service("ci-deploy", Some(lately)),
            service("ci-read", Some(lately)),
            service("anonymous", None),
        ]
    }
}

/// `5` and 23 hexadecimal digits in old accounts, a number and a UUID in the newer ones.
fn account_id(of: &str) -> String {
    let digits = hash(&["atlassian", of]);
    if digits.starts_with(['0', '1', '2', '3', '4', '5', '6', '7']) {
        return format!("5{}", &digits[..23]);
    }
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..32]];
    format!("712020:{}", parts.join("-"))
}

pub(crate) fn slack_id(kind: char, of: &str) -> String {
    format!("{kind}0{}", hash(&["slack", of])[..9].to_uppercase())
}

fn unique_short(first: &str, last: &str) -> bool {
    let initial = first.chars().next();
    let same = (0..people::COUNT)
        .map(people::names)
        .filter(|(other, family)| family.to_lowercase() == last && other.to_lowercase().chars().next() == initial);
    same.count() == 1
}

/// Most show their names; some a nickname, initials, the family name first, or the spelling that e-mail cannot have.
fn display_name(name: &str, index: usize) -> String {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    match index % 11 {
        2 => format!("{last}, {first}"),
        5 => format!("{}. {last}", first.chars().next().unwrap_or_default()),
        7 => first.to_owned(),
        9 => name
            .replace("Kessler", "Keßler")
            .replace("Jansky", "Jánský")
            .replace("Petrak", "Petrák")
            .replace("Gruber", "Grüber")
            .replace("Bela", "Béla")
            .replace("Soltau", "Søltau"),
        _ => name.to_owned(),
    }
}
