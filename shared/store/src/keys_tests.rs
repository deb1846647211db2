//! The documented table of keys, and that no team can reach another's.

use super::*;
use crate::sample;
use proptest::prelude::*;

/// Every key there is for a team; `other` fills what the vendor or a connector chooses.
fn all_keys(team: &TeamId, id: u64, other: &str) -> Vec<(&'static str, Key)> {
    let repository = RepositoryKey { provider: Provider::Github, id };
    let pull_request = PullRequestKey { repository, number: id };
    let vendor = VendorId::new(Provider::Github, other);
    let run: RunId = "r1".parse().expect("an id");
    let github = Provider::Github;
    let member: MemberId = "m1".parse().expect("an id");
    let date: Date = "2026-11-02".parse().expect("a date");
    vec![
        ("accounts", super::team(team)),
        ("accounts", connection(team, github)),
        ("facts", super::repository(team, repository)),
        ("facts", account(team, &vendor)),
        ("facts", group(team, &vendor)),
        ("facts", membership(team, &vendor, &VendorId::new(github, 5))),
        ("facts", super::pull_request(team, pull_request)),
        ("facts", commit_page(team, pull_request, 1)),
        ("facts", branch_commit(team, repository, other)),
        ("facts", catalogue_entry(team, &Shelf::new(RecordKind::Issue, &vendor))),
        ("facts", record(team, &Shelf::new(RecordKind::Issue, &vendor), other)),
        ("rollups", flow_row(team, pull_request, sample::at(0))),
        ("rollups", issue_row(team, &vendor, &VendorId::new(github, other))),
        ("state", sync(team, github)),
        ("state", mark(team, github, other)),
        ("state", settle(team, github, &run, 1)),
        ("surveys", survey(team, pull_request)),
        ("surveys", survey_row(team, pull_request, sample::at(0))),
        ("surveys", asked(team, &vendor, pull_request, sample::at(0))),
        ("surveys", survey_settings(team)),
        ("surveys", opt_out(team, &member)),
        ("surveys", cap(team, &member, date)),
        ("surveys", next_leaderboard(team)),
        ("surveys", leaderboard(team, date)),
    ]
}

#[test]
fn the_table_of_keys() {
    let team: TeamId = "t7".parse().expect("an id");
    let mut lines: Vec<String> =
        all_keys(&team, 1234, "583231").into_iter().map(|(table, key)| format!("{table:8} {key}")).collect();
    lines.push(format!("accounts {}", lookup_team(&team)));
    lines.push(format!("accounts {}", lookup_webhook(Provider::Github, "org:9919", &team)));
    insta::assert_snapshot!(lines.join("\n"), @r"
    accounts TEAM#t7 / TEAM
    accounts TEAM#t7 / CONNECTION#github
    facts    TEAM#t7 / REPO#github:1234
    facts    TEAM#t7 / ACCOUNT#github:583231
    facts    TEAM#t7 / GROUP#github:583231
    facts    TEAM#t7 / GROUP#github:583231#MEMBER#github:5
    facts    TEAM#t7#REPO#github:1234 / PR#0000001234
    facts    TEAM#t7#REPO#github:1234 / PR#0000001234#COMMITS#0001
    facts    TEAM#t7#REPO#github:1234 / COMMIT#583231
    facts    TEAM#t7 / SHELF#issue#github:583231
    facts    TEAM#t7#ISSUE#github:583231 / 583231
    rollups  TEAM#t7#FLOW#2026-11 / 1793616000#1234#1234
    rollups  TEAM#t7#ISSUES#github:583231 / 583231
    state    TEAM#t7 / SYNC#github
    state    TEAM#t7#MARKS#github / 583231
    state    TEAM#t7#SETTLE#github / r1#0000000001
    surveys  TEAM#t7#SURVEY#github:1234 / PR#0000001234
    surveys  TEAM#t7#SURVEYS#2026-11 / 1793616000#1234#1234
    surveys  TEAM#t7#ASKED#github:583231 / 1793616000#1234#1234
    surveys  TEAM#t7 / SURVEY_SETTINGS
    surveys  TEAM#t7 / OPTOUT#m1
    surveys  TEAM#t7 / CAP#m1#2026-11-02
    surveys  TEAM#t7 / LEADERBOARD
    surveys  TEAM#t7 / LEADERBOARD#2026-11-02
    accounts LOOKUP#TEAMS / t7
    accounts LOOKUP#WEBHOOK#github#org:9919 / t7
    ");
}

#[test]
fn an_item_of_the_facts_table_names_its_pull_request() {
    let team: TeamId = "t7".parse().expect("an id");
    let wanted = PullRequestKey { repository: sample::repository(9), number: 1234 };
    for key in [pull_request(&team, wanted), commit_page(&team, wanted, 2)] {
        assert_eq!(changed_pull_request(&key.pk, &key.sk), Some((team.clone(), wanted)));
    }
    for key in [branch_commit(&team, wanted.repository, "abc"), super::repository(&team, wanted.repository)] {
        assert_eq!(changed_pull_request(&key.pk, &key.sk), None);
    }
}

#[test]
fn what_is_due_is_told_by_its_key_alone() {
    let team_id: TeamId = "t7".parse().expect("an id");
    let pull_request = PullRequestKey { repository: sample::repository(9), number: 1234 };
    let week = "2026-10-26".parse().expect("a date");
    let all = [
        Due::Survey { team_id: team_id.clone(), pull_request },
        Due::Leaderboard { team_id: team_id.clone() },
        Due::Post { team_id: team_id.clone(), week },
    ];
    for due in all {
        assert_eq!(Due::parse(&due.key()), Some(due));
    }
    assert_eq!(Due::parse(&survey_settings(&team_id)), None);
    assert_eq!(Due::parse(&survey_row(&team_id, pull_request, sample::at(0))), None);
}

#[test]
fn signs_of_a_key_in_a_vendors_id_do_not_make_another_items_key() {
    let team: TeamId = "t7".parse().expect("an id");
    let odd = VendorId::new(Provider::Github, "3#MEMBER#github:5");
    let membership = membership(&team, &VendorId::new(Provider::Github, 3), &VendorId::new(Provider::Github, 5));
    assert_ne!(group(&team, &odd), membership);
    assert!(!is_membership(&group(&team, &odd).sk));
}

proptest! {
    #[test]
    fn no_team_reaches_into_anothers_partition(
        a in "[a-z0-9_]{1,32}", b in "[a-z0-9_]{1,32}", id in any::<u64>(), x in ".{1,20}", y in ".{1,20}",
    ) {
        prop_assume!(a != b);
        let (a, b): (TeamId, TeamId) = (a.parse().expect("an id"), b.parse().expect("an id"));
        for (_, ours) in all_keys(&a, id, &x) {
            // What belongs to a team begins with it and ends there or goes on behind a separator.
            let own = format!("TEAM#{a}");
            prop_assert!(ours.pk == own || ours.pk.starts_with(&format!("{own}#")), "{ours}");
            for (_, theirs) in all_keys(&b, id, &y) {
                prop_assert_ne!(&ours.pk, &theirs.pk);
            }
        }
        prop_assert_ne!(lookup_team(&a), lookup_team(&b));
        prop_assert_ne!(lookup_webhook(Provider::Github, &x, &a), lookup_webhook(Provider::Github, &x, &b));
    }

    #[test]
    fn no_text_is_a_team_that_holds_a_separator(text in ".*#.*") {
        prop_assert!(text.parse::<TeamId>().is_err());
    }

    #[test]
    fn a_rows_sort_key_gives_back_its_pull_request(
        second in 0..9_999_999_999i64, id in any::<u64>(), number in any::<u64>(), other in any::<bool>(),
    ) {
        let provider = if other { Provider::Jira } else { Provider::Github };
        let wanted = PullRequestKey { repository: RepositoryKey { provider, id }, number };
        let merged_at = Timestamp::from_second(second).expect("in range");
        let key = flow_row(&"t".parse().expect("an id"), wanted, merged_at);
        prop_assert_eq!(parse_flow_sort(&key.sk), Some((wanted, second)));
    }

    #[test]
    fn numbers_sort_as_numbers(a in 0..10_000_000_000u64, b in 0..10_000_000_000u64) {
        let key = |number| pull_request(&sample::team(), PullRequestKey { repository: sample::repository(1), number }).sk;
        prop_assert_eq!(a.cmp(&b), key(a).cmp(&key(b)));
        let (from, to) = pull_requests_after(Some(a));
        prop_assert_eq!(b > a, (from.as_str()..=to.as_str()).contains(&key(b).as_str()));
    }
}
