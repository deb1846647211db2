//! The main law: any permutation and duplication of deliveries, with crashes between writes, ends in the same facts
//! and rollups.

use crate::world::{World, at};
use jiff::SignedDuration;
use plumbline_vendors::github::{NewCommit, ReviewState, State, webhook::Event};
use proptest::prelude::*;

/// What people do, one step of a random history.
#[derive(Debug, Clone)]
enum Deed {
    Open {
        author: usize,
        draft: bool,
    },
    Push {
        which: usize,
    },
    Review {
        which: usize,
        reviewer: usize,
        state: usize,
    },
    Dismiss {
        which: usize,
    },
    Ready {
        which: usize,
    },
    Draft {
        which: usize,
    },
    Retitle {
        which: usize,
    },
    ForcePush {
        which: usize,
    },
    Merge {
        which: usize,
    },
    Close {
        which: usize,
    },
    /// A sync starts and is killed after so many writes, or not at all.
    Sync {
        kill_after: Option<u64>,
    },
    /// Ingest is killed after so many writes.
    Ingest {
        kill_after: Option<u64>,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    let which = 0..6usize;
    prop_oneof![
        3 => (0..3usize, any::<bool>()).prop_map(|(author, draft)| Deed::Open { author, draft }),
        2 => which.clone().prop_map(|which| Deed::Push { which }),
        4 => (which.clone(), 0..4usize, 0..3usize).prop_map(|(which, reviewer, state)| Deed::Review { which, reviewer, state }),
        1 => which.clone().prop_map(|which| Deed::Dismiss { which }),
        2 => which.clone().prop_map(|which| Deed::Ready { which }),
        1 => which.clone().prop_map(|which| Deed::Draft { which }),
        1 => which.clone().prop_map(|which| Deed::Retitle { which }),
        1 => which.clone().prop_map(|which| Deed::ForcePush { which }),
        3 => which.clone().prop_map(|which| Deed::Merge { which }),
        1 => which.prop_map(|which| Deed::Close { which }),
        2 => proptest::option::of(0..40u64).prop_map(|kill_after| Deed::Sync { kill_after }),
        2 => proptest::option::of(0..6u64).prop_map(|kill_after| Deed::Ingest { kill_after }),
    ]
}

const PEOPLE: [&str; 4] = ["ada", "bert", "cleo", "robo[bot]"];
const REPOSITORY: &str = "acme/engine";

fn start() -> State {
    let mut state = State::new("acme", at("2026-06-01T08:00:00Z"));
    for login in ["ada", "bert", "cleo"] {
        state.add_member(login);
    }
    state.add_bot("robo[bot]");
    state.add_repository("engine");
    state
}

/// Does a deed at GitHub; those that make no sense at the moment are left out.
fn perform(state: &mut State, deed: &Deed) {
    state.advance(61);
    let numbers: Vec<u64> = state.repository(REPOSITORY).pull_requests.keys().copied().collect();
    let pick = |which: usize| numbers.get(which % numbers.len().max(1)).copied();
    let is_open = |state: &State, number: u64| {
        let pull = state.pull_request(REPOSITORY, number);
        pull.merged_at.is_none() && pull.closed_at.is_none()
    };
    match deed {
        Deed::Open { author, draft } => {
            let new = plumbline_vendors::github::NewPullRequest {
                author: Some(PEOPLE[*author].into()),
                draft: *draft,
                ..Default::default()
            };
            state.add_pull_request(REPOSITORY, new);
        }
        Deed::Review { which, reviewer, state: verdict } => {
            if let Some(number) = pick(*which) {
                let verdict = [ReviewState::Approved, ReviewState::ChangesRequested, ReviewState::Commented][*verdict];
                state.review(REPOSITORY, number, PEOPLE[*reviewer], verdict);
            }
        }
        Deed::Dismiss { which } => {
            if let Some(number) = pick(*which) {
                let review = state.pull_request(REPOSITORY, number).reviews.first().map(|review| review.id);
                if let Some(review) = review {
                    state.dismiss(REPOSITORY, number, review);
                }
            }
        }
        Deed::Push { which }
        | Deed::ForcePush { which }
        | Deed::Retitle { which }
        | Deed::Merge { which }
        | Deed::Close { which }
        | Deed::Ready { which }
        | Deed::Draft { which } => {
            let Some(number) = pick(*which).filter(|number| is_open(state, *number)) else { return };
            let draft = state.pull_request(REPOSITORY, number).draft;
            match deed {
                Deed::Push { .. } => state.push_commit(REPOSITORY, number),
                Deed::ForcePush { .. } => state.force_push(REPOSITORY, number, vec![NewCommit::default(); 2]),
                Deed::Retitle { .. } => {
                    let title = format!("title at {}", state.now());
                    state.edit_title(REPOSITORY, number, &title);
                }
                Deed::Merge { .. } if !draft => state.merge(REPOSITORY, number),
                Deed::Close { .. } => state.close(REPOSITORY, number),
                Deed::Ready { .. } if draft => state.mark_ready(REPOSITORY, number),
                Deed::Draft { .. } if !draft => state.convert_to_draft(REPOSITORY, number),
                _ => {}
            }
        }
        Deed::Sync { .. } | Deed::Ingest { .. } => {}
    }
}

/// The random history, with webhooks delivered in the order and number that `shuffle` says, syncs and kills.
async fn lived(deeds: &[Deed], shuffle: &[usize]) -> (Vec<serde_json::Value>, Vec<serde_json::Value>) {
    let mut world = World::new(start()).await;
    let mut undelivered: Vec<Event> = Vec::new();
    let mut shuffle = shuffle.iter().copied().cycle();
    for deed in deeds {
        world.github.state(|state| perform(state, deed));
        world.move_to(world.github.state(|state| state.now()));
        undelivered.extend(world.github.take_webhooks());
        match deed {
            Deed::Sync { kill_after } => {
                world.ask_for_sync().await;
                let job = world.record().await.job().expect("a run is under way");
                world.fuse.set(kill_after.unwrap_or(u64::MAX));
                world.deliver(job).await;
                world.fuse.mend();
                world.flow().await;
            }
            Deed::Ingest { kill_after } => {
                // Any of those that are due, dropped by none, some of them twice.
                for _ in 0..undelivered.len().min(4) {
                    let pick = shuffle.next().unwrap_or(0);
                    let event = undelivered[pick % undelivered.len()].clone();
                    assert!(world.send_webhook(&event).await < 300);
                    if pick % 3 != 0 {
                        let index = pick % undelivered.len();
                        undelivered.remove(index);
                    }
                    if undelivered.is_empty() {
                        break;
                    }
                }
                world.fuse.set(kill_after.unwrap_or(u64::MAX));
                world.ingest().await;
                world.fuse.mend();
                world.ingest().await;
                world.flow().await;
            }
            _ => {}
        }
    }
    settle_down(&mut world).await
}

/// The same history, of which Plumbline only sees the end.
async fn told(deeds: &[Deed]) -> (Vec<serde_json::Value>, Vec<serde_json::Value>) {
    let mut world = World::new(start()).await;
    for deed in deeds {
        world.github.state(|state| perform(state, deed));
    }
    settle_down(&mut world).await
}

async fn settle_down(world: &mut World) -> (Vec<serde_json::Value>, Vec<serde_json::Value>) {
    let later = world.github.state(|state| state.now()) + SignedDuration::from_hours(1);
    world.move_to(later.max(world.clock.now()));
    world.finish_run().await;
    world.move_to(world.clock.now() + SignedDuration::from_mins(10));
    let record = world.sync().await;
    assert_eq!(record.last_error, None);
    world.outcome().await
}

fn check(deeds: &[Deed], shuffle: &[usize]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (facts, rollups) = lived(deeds, shuffle).await;
        let (expected_facts, expected_rollups) = told(deeds).await;
        prop_assert_eq!(facts, expected_facts);
        prop_assert_eq!(rollups, expected_rollups);
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_crash_ends_in_the_same_facts_and_rollups(
        deeds in proptest::collection::vec(deed(), 5..40),
        shuffle in proptest::collection::vec(0..97usize, 1..12),
    ) {
        check(&deeds, &shuffle)?;
    }
}

/// `cargo xtask test --full` searches longer.
fn cases() -> u32 {
    if std::env::var_os("PLUMBLINE_LONG_DRILLS").is_some() { 1_000 } else { 16 }
}
