use super::*;
use crate::{
    erasing::Erase as _,
    facts::{Account, Email, Fact},
    pull_request::{Actor, ActorKind, Commit, Committer},
};
use jiff::Timestamp;

fn salt() -> Salt {
    Salt::new([7; 16])
}

fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}

fn ada() -> Person {
    Person {
        accounts: set(["github:4711", "jfrog:ada", "slack:U0ADA"].map(|id| id.parse().unwrap())),
        members: set(["m_ada".parse().unwrap()]),
        users: set(["u_ada".parse().unwrap()]),
        logins: set(["ada-l".to_owned(), "ada".to_owned()]),
        emails: set(["Ada.Lovelace+git@mail.example.com".to_owned()]),
        names: set(["Ada  King-Lovelace".to_owned(), "Ada".to_owned()]),
    }
}

fn erased() -> Erased {
    let stored = serde_json::to_string(&salt().tombstone(&ada())).unwrap();
    Erased::new(salt(), [serde_json::from_str(&stored).unwrap()])
}

fn id(text: &str) -> VendorId {
    text.parse().unwrap()
}

#[test]
fn a_tombstone_tells_nothing_and_finds_everything() {
    let stored = serde_json::to_string(&salt().tombstone(&ada())).unwrap().to_lowercase();
    for word in ["lovelace", "king", "example", "github", "u0ada"] {
        assert!(!stored.contains(word), "{word} is in {stored}");
    }
    let erased = erased();
    assert_eq!(erased.account(&id("github:4712")), None);
    assert_eq!(erased.account(&id("jira:4711")), None, "another vendor's account of the same id");
    let number = erased.number(Provider::Github, 4711).unwrap();
    assert!((FIRST_NUMBER..2 * FIRST_NUMBER).contains(&number));
    assert_eq!(erased.account(&id("github:4711")), Some(VendorId::new(Provider::Github, number)));
    assert!(erased.account(&id("jfrog:ada")).unwrap().id.starts_with("erased-"));
    assert!(erased.member(&"m_ada".parse().unwrap()).is_some() && erased.user(&"u_ada".parse().unwrap()).is_some());
    let other = Erased::new(Salt::new([8; 16]), [Salt::new([8; 16]).tombstone(&ada())]);
    assert_ne!(other.number(Provider::Github, 4711), Some(number), "another team's pseudonym");
}

#[test]
fn addresses_are_known_in_any_case_and_githubs_by_the_id_or_the_login() {
    let erased = erased();
    for address in [
        "ada.lovelace+GIT@mail.example.com",
        " Ada.Lovelace+git@mail.example.com ",
        "4711+whatever@users.noreply.github.com",
        "ada-l@users.noreply.github.com",
    ] {
        assert!(erased.is_email(address), "{address}");
    }
    for address in ["ada@mail.example.com", "lovelace+git@mail.example.com", "4712+bob@users.noreply.github.com", ""] {
        assert!(!erased.is_email(address), "{address}");
    }
}

#[test]
fn a_text_loses_what_names_the_person_and_nothing_else() {
    let erased = erased();
    for (text, clean) in [
        ("Fix what Ada King-Lovelace broke", "Fix what [erased] broke"),
        ("thanks @ada-l, ADA-L!", "thanks @[erased], [erased]!"),
        ("ada/feature-1", "[erased]/feature-1"),
        ("fix-ada-l-17", "fix-[erased]-17"),
        ("mail ada.lovelace+git@mail.example.com now", "mail [erased] now"),
        ("König ada, Größe", "König [erased], Größe"),
    ] {
        assert_eq!(erased.text(text).as_deref(), Some(clean));
        assert_eq!(erased.text(clean), None, "done again it changes nothing");
    }
    for text in ["Canada", "adalovelace", "King Lovelace", "", "Ada, who is the King. Lovelace wins"] {
        let clean = erased.text(text);
        assert!(clean.is_none() || text.starts_with("Ada,"), "{clean:?}");
    }
    assert_eq!(Erased::default().text("ada"), None);
}

#[test]
fn a_name_of_one_word_is_gone_as_it_is_written_and_where_it_stands_before_its_address() {
    let grace = Person {
        names: set(["Grace".to_owned(), "will".to_owned(), "X".to_owned(), "李雷".to_owned()]),
        emails: set(["g@example.com".to_owned()]),
        ..Person::default()
    };
    let erased = Erased::new(salt(), [salt().tombstone(&grace)]);
    for (text, clean) in [
        ("Grace's fix", "[erased]'s fix"),
        ("ask Grace, or (Grace)", "ask [erased], or ([erased])"),
        ("由 李雷 修复", "由 [erased] 修复"),
    ] {
        assert_eq!(erased.text(text).as_deref(), Some(clean));
        assert_eq!(erased.text(clean), None, "done again it changes nothing");
    }
    for text in ["a grace period", "GRACE", "Graceful", "it will be", "X marks"] {
        assert_eq!(erased.text(text), None, "{text}");
    }
    assert!(erased.is_in("{\"title\":\"Grace\"}"));
    let lines = "Co-authored-by: Grace <g@example.com>\nCo-authored-by: Grace <tool@example.com>";
    let clean = "Co-authored-by: [erased] <[erased]>\nCo-authored-by: Grace <tool@example.com>";
    assert_eq!(erased.attribution(lines).as_deref(), Some(clean));
    assert_eq!(erased.attribution(clean), None);
}

#[test]
fn lines_that_say_who_made_something_keep_what_says_that_a_tool_did() {
    let claude = Person { logins: set(["claude".to_owned()]), ..Person::default() };
    let erased = Erased::new(salt(), [salt().tombstone(&claude)]);
    let line = "Co-Authored-By: Claude <noreply@anthropic.com>";
    assert_eq!(erased.attribution(line), None);
    assert_eq!(erased.attribution("by @claude").as_deref(), Some("by @[erased]"));
    assert!(erased.text("ask claude").is_some());
}

#[test]
fn an_account_goes_whole_and_others_lose_what_is_the_persons() {
    let erased = erased();
    let mut account = Account {
        id: id("github:4711"),
        login: "ada-l".into(),
        kind: ActorKind::User,
        name: Some("Ada".into()),
        role: Some("member".into()),
        member: Some(true),
        email: Some(Email { address: "a@example.com".into(), verified: true }),
        commit_emails: set(["b@example.com".to_owned()]),
        active: Some(true),
        seen_at: Timestamp::UNIX_EPOCH,
    };
    let unlinked = Account {
        id: id("trello:t1"),
        login: "other".into(),
        email: Some(Email { address: "ada.lovelace+git@mail.example.com".into(), verified: false }),
        ..account.clone()
    };
    account.erase(&erased);
    assert_eq!(Some(account.id.clone()), erased.account(&id("github:4711")));
    assert!(account.login.starts_with("erased-") && account.name.is_none() && account.email.is_none());
    assert!(account.commit_emails.is_empty());
    assert_eq!((account.member, account.active, account.role.as_deref()), (Some(true), Some(true), Some("member")));
    let once = account.clone();
    account.erase(&erased);
    assert_eq!(account, once);
    let mut fact = Fact::Account(unlinked.clone());
    fact.erase(&erased);
    assert_eq!(fact, Fact::Account(Account { email: None, ..unlinked }));
}

#[test]
fn a_commit_is_the_persons_by_account_address_or_name() {
    let erased = erased();
    let commit = |author: Option<u64>, name: &str, email: &str| Commit {
        sha: "abc".into(),
        author: author.map(|id| Actor { id, login: "someone".into(), kind: ActorKind::User }),
        author_name: Some(name.into()),
        author_email: Some(email.into()),
        authored_at: Timestamp::UNIX_EPOCH,
        committed_at: Timestamp::UNIX_EPOCH,
        committer: Some(Committer { name: "Ada King Lovelace".into(), email: "x@example.com".into() }),
        attribution: Some("Signed-off-by: Ada King-Lovelace <ada.lovelace+git@mail.example.com>".into()),
    };
    let clean = |commit: Commit| {
        let repository = crate::RepositoryKey { provider: Provider::Github, id: 1 };
        let mut fact = crate::BranchCommit { repository, commit };
        fact.erase(&erased);
        fact.commit
    };
    let by_account = clean(commit(Some(4711), "A. L.", "other@example.com"));
    assert_eq!((by_account.author_name, by_account.author_email, by_account.committer), (None, None, None));
    assert_eq!(by_account.author.unwrap().id, erased.number(Provider::Github, 4711).unwrap());
    assert_eq!(by_account.attribution.as_deref(), Some("Signed-off-by: [erased] <[erased]>"));
    let by_address = clean(commit(None, "A. L.", "Ada.Lovelace+git@mail.example.com"));
    assert_eq!((by_address.author_name, by_address.author_email), (None, None));
    let by_name = clean(commit(Some(1), "ada king-lovelace", "other@example.com"));
    assert_eq!((by_name.author_name, by_name.author_email.as_deref()), (None, Some("other@example.com")));
    let others = clean(commit(Some(1), "Grace", "grace@example.com"));
    assert_eq!((others.author_name.as_deref(), others.author.unwrap().id), (Some("Grace"), 1));
}
