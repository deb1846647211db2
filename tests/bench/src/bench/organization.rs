//! A generated organisation's people, repositories and merged pull requests.

use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{
    Account, Actor, ActorKind, Commit, CommitList, DraftEvent, DraftEventKind, DraftHistory, Fact, Group, Membership,
    Provider, PullRequest, PullRequestKey, Repository, RepositoryKey, Review, ReviewState, Scalars, State, VendorId,
};

/// Its pull requests were merged within so many days.
pub(crate) const DAYS: i64 = 90;
const AUTHORS: u64 = 120;
const REPOSITORIES: u64 = 40;

/// Its accounts, a group of every second one, and its repositories.
pub(crate) fn directory(now: Timestamp) -> Vec<Fact> {
    let id = |id: u64| VendorId::new(Provider::Github, id);
    let group = Group {
        id: id(1),
        slug: "half".to_owned(),
        name: "Half".to_owned(),
        parent: None,
        gone_at: None,
        seen_at: now,
    };
    let accounts = (1..=AUTHORS).map(|number| {
        let person = person(number);
        Fact::Account(Account {
            id: id(person.id),
            login: person.login,
            kind: ActorKind::User,
            name: None,
            role: Some("member".to_owned()),
            member: Some(true),
            email: None,
            commit_emails: std::collections::BTreeSet::new(),
            active: None,
            seen_at: now,
        })
    });
    let memberships = (1..=AUTHORS).step_by(2).map(|number| {
        Fact::Membership(Membership {
            group: id(1),
            account: id(person(number).id),
            role: None,
            gone_at: None,
            seen_at: now,
        })
    });
    let repositories = (0..REPOSITORIES).map(|number| {
        Fact::Repository(Repository {
            key: repository(number),
            full_name: format!("example/service-{number}"),
            default_branch: Some("main".to_owned()),
            archived: false,
            gone_at: None,
            seen_at: now,
        })
    });
    [Fact::Group(group)].into_iter().chain(accounts).chain(memberships).chain(repositories).collect()
}

/// Ids of the size that GitHub's have.
fn repository(number: u64) -> RepositoryKey {
    RepositoryKey { provider: Provider::Github, id: 700_000_000 + number }
}

fn person(number: u64) -> Actor {
    Actor { id: 90_000_000 + number, login: format!("person-{number}"), kind: ActorKind::User }
}

/// One as they mostly are: opened hours to days before its merge, every third one as a draft, reviewed by one to three
/// people, some with a second round. `number` decides everything.
pub(crate) fn pull_request(now: Timestamp, number: u64, of: u64) -> PullRequest {
    let scatter = |salt: u64, below: u64| {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29 + u32::try_from(salt).unwrap_or(0)) % below
    };
    let hours = |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(0));
    // Half a day from either end, so that all lie within the days asked for, whatever the time of day.
    let span = u64::try_from((DAYS - 2) * 24 * 60).unwrap_or(1);
    let merged_at = now - hours(1) - SignedDuration::from_mins(i64::try_from(span * (number - 1) / of).unwrap_or(0));
    let open_for = 4 + scatter(1, 120);
    let created_at = merged_at - hours(open_for);
    let (ready_at, drafted) =
        if number.is_multiple_of(3) { (created_at + hours(1), true) } else { (created_at, false) };
    let author = person(1 + scatter(2, AUTHORS));
    let reviews = (0..=scatter(3, 3)).map(|place| {
        let submitted_at = ready_at + hours(1 + place * (open_for - 3) / 3);
        let state =
            if place == 0 && scatter(4, 4) == 0 { ReviewState::ChangesRequested } else { ReviewState::Approved };
        let reviewer = person(1 + (scatter(2, AUTHORS) + 1 + place) % AUTHORS);
        (number * 10 + place, Review { author: Some(reviewer), state, submitted_at, updated_at: submitted_at })
    });
    let commit = |at: Timestamp| Commit {
        sha: format!("{number:040x}"),
        author: Some(author.clone()),
        author_name: None,
        author_email: None,
        authored_at: at,
        committed_at: at,
        committer: None,
        attribution: None,
    };
    let listed = drafted.then_some(DraftEvent { at: ready_at, kind: DraftEventKind::Ready });
    PullRequest {
        key: PullRequestKey { repository: repository(scatter(5, REPOSITORIES)), number },
        scalars: Some(Scalars {
            updated_at: merged_at,
            id: 2_900_000_000 + number,
            title: format!("Change {number}"),
            author: Some(author.clone()),
            state: State::Merged,
            draft: false,
            created_at,
            merged_at: Some(merged_at),
            closed_at: Some(merged_at),
            additions: scatter(6, 400),
            deletions: scatter(7, 200),
            changed_files: 1 + scatter(8, 12),
            commits: 2,
            base_ref: "main".to_owned(),
            head_ref: "topic".to_owned(),
            reverts: false,
            attribution: None,
        }),
        reviews: reviews.collect(),
        draft_history: DraftHistory {
            listed: listed.into_iter().collect(),
            listed_at: Some(merged_at),
            ..DraftHistory::default()
        },
        commits: Some(CommitList {
            version: merged_at,
            further_pages: 0,
            commits: vec![commit(created_at - hours(2)), commit(merged_at - hours(1))],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_metrics::flow_row;

    #[test]
    fn every_generated_pull_request_has_a_row_in_range() {
        let now: Timestamp = "2026-11-02T00:10:00Z".parse().expect("an instant");
        for number in 1..=2000 {
            let row = flow_row(&pull_request(now, number, 2000)).expect("a row");
            assert!(row.merged_at > now - SignedDuration::from_hours(24 * (DAYS - 1)) && row.merged_at < now);
            assert!(!row.reviewers.is_empty());
        }
    }
}
