//! The main law of facts: merging is commutative, associative and idempotent.

use super::*;
use crate::{Provider, RepositoryKey};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("in range")
}

fn actor() -> impl Strategy<Value = Option<Actor>> {
    proptest::option::of((1..4u64).prop_map(|id| Actor { id, login: format!("u{id}"), kind: ActorKind::User }))
}

prop_compose! {
    fn scalars()(version in 0..4i64, author in actor(), merged in any::<bool>(), additions in 0..3u64, title in "[ab]") -> Scalars {
        Scalars {
            updated_at: at(version), id: 1, title, author,
            state: if merged { State::Merged } else { State::Open },
            draft: false, created_at: at(0),
            merged_at: merged.then(|| at(version)), closed_at: merged.then(|| at(version)),
            additions, deletions: 0, changed_files: 1, commits: 1,
            base_ref: "main".into(), head_ref: "topic".into(), reverts: false, attribution: None,
        }
    }
}

prop_compose! {
    fn review()(author in actor(), state in 0..4usize, submitted in 0..3i64, updated in 0..4i64) -> Review {
        let state = [ReviewState::Approved, ReviewState::Commented, ReviewState::ChangesRequested, ReviewState::Dismissed][state];
        Review { author, state, submitted_at: at(submitted), updated_at: at(updated) }
    }
}

fn event() -> impl Strategy<Value = DraftEvent> {
    (0..5i64, any::<bool>()).prop_map(|(second, ready)| DraftEvent {
        at: at(second),
        kind: if ready { DraftEventKind::Ready } else { DraftEventKind::Draft },
    })
}

prop_compose! {
    fn history()(
        listed in proptest::collection::btree_set(event(), 0..3),
        listed_at in proptest::option::of(0..5i64),
        heard in proptest::collection::btree_set(event(), 0..3),
    ) -> DraftHistory {
        let mut history = DraftHistory::default();
        history.merge(DraftHistory { listed, listed_at: listed_at.map(at), heard });
        history
    }
}

prop_compose! {
    fn commits()(version in 0..4i64, shas in proptest::collection::vec("[ab]", 0..3)) -> CommitList {
        CommitList {
            version: at(version), further_pages: 0,
            commits: shas.into_iter().map(|sha| Commit {
                sha, author: None, author_name: None, author_email: None, authored_at: at(0), committed_at: at(0), committer: None, attribution: None
            }).collect(),
        }
    }
}

prop_compose! {
    fn document()(
        scalars in proptest::option::of(scalars()),
        reviews in proptest::collection::btree_map(1..3u64, review(), 0..3),
        draft_history in history(),
        commits in proptest::option::of(commits()),
    ) -> PullRequest {
        let key = PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: 1 }, number: 1 };
        PullRequest { key, scalars, reviews, draft_history, commits }
    }
}

fn joined(parts: &[&PullRequest]) -> PullRequest {
    let mut all = PullRequest::new(parts[0].key);
    for part in parts {
        all.merge((*part).clone());
    }
    all
}

proptest! {
    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in document(), b in document(), c in document()) {
        prop_assert_eq!(joined(&[&a, &b]), joined(&[&b, &a]));
        let left = { let mut x = joined(&[&a, &b]); x.merge(c.clone()); x };
        let right = { let mut x = a.clone(); x.merge(joined(&[&b, &c])); x };
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(joined(&[&a, &a]), joined(&[&a]));
        prop_assert_eq!(joined(&[&left, &a, &b, &c]), left);
    }

    #[test]
    fn a_document_survives_its_json(a in document()) {
        let json = serde_json::to_string(&a).expect("serialises");
        prop_assert_eq!(serde_json::from_str::<PullRequest>(&json).expect("parses"), a);
    }
}

#[test]
fn a_review_that_was_dismissed_stays_dismissed_whatever_arrives_later() {
    let approved = Review { author: None, state: ReviewState::Approved, submitted_at: at(1), updated_at: at(9) };
    let dismissed = Review { state: ReviewState::Dismissed, updated_at: at(1), ..approved.clone() };
    let key = PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: 1 }, number: 1 };
    let with = |review| PullRequest { reviews: BTreeMap::from([(7, review)]), ..PullRequest::new(key) };
    let both = joined(&[&with(dismissed.clone()), &with(approved)]);
    assert_eq!(both.reviews[&7], dismissed);
}
