//! An even organization for measuring.

use crate::{
    github::{Commit, DraftEvent, DraftKind, PullRequest, Review, ReviewState, Role, State, UserKind},
    random::Random,
    service::whole_seconds,
};
use jiff::{SignedDuration, Timestamp};

/// An organization `plain` of 20 people with `repositories` repositories, over which `pull_requests` pull requests are
/// spread evenly, all merged within the 90 days before `now`, each with so many commits and reviews, and `branch_commits`
/// commits on each default branch.
pub fn plain(
    repositories: u64,
    pull_requests: u64,
    commits: u64,
    reviews: u64,
    branch_commits: u64,
    now: Timestamp,
) -> State {
    let now = whole_seconds(now);
    let mut state = State::new("plain", now);
    let mut random = Random::new(1);
    let people: Vec<u64> = (1..=20)
        .map(|n| {
            let (login, name) = (format!("person{n}"), format!("Person {n}"));
            let id = state.insert_user(&login, Some(&name), Some(&format!("{login}@plain.example")), UserKind::User);
            state.members.insert(id, if n == 1 { Role::Admin } else { Role::Member });
            id
        })
        .collect();
    let team = state.insert_team("everybody", "Everybody", None);
    if let Some(team) = state.teams.get_mut(&team) {
        team.members = people.iter().map(|&id| (id, false)).collect();
    }
    let back = |seconds: i64| now - SignedDuration::from_secs(seconds);
    for index in 0..repositories.max(1) {
        let id = state.insert_repository(&format!("repository{}", index + 1), back(200 * 86_400));
        let share = pull_requests / repositories.max(1) + u64::from(index < pull_requests % repositories.max(1));
        let mut pulls = Vec::new();
        for number in 1..=share {
            // Evenly over 89 days, the oldest first.
            let age = i64::try_from((share - number) * 89 * 86_400 / share.max(1)).unwrap() + 3_600;
            let merged_at = back(age);
            let created_at =
                merged_at - SignedDuration::from_secs(i64::try_from(random.between(1, 48)).unwrap() * 3_600);
            let author = *random.pick(&people);
            pulls.push(merged(
                &mut state,
                &mut random,
                &people,
                number,
                (author, created_at, merged_at),
                (commits, reviews),
            ));
        }
        let branch: Vec<Commit> = (0..branch_commits)
            .map(|n| {
                let at = back(i64::try_from((branch_commits - n) * 89 * 86_400 / branch_commits.max(1)).unwrap());
                state.new_commit(Some(people[0]), &format!("Commit {n} on the branch"), at, at)
            })
            .collect();
        let repository = state.repositories.get_mut(&id).unwrap();
        repository.empty = branch.is_empty() && pulls.is_empty();
        repository.pushed_at = back(3_600);
        repository.branch_commits = branch;
        repository.pull_requests = pulls.into_iter().map(|pull| (pull.number, pull)).collect();
    }
    state
}

fn merged(
    state: &mut State,
    random: &mut Random,
    people: &[u64],
    number: u64,
    (author, created_at, merged_at): (u64, Timestamp, Timestamp),
    (commits, reviews): (u64, u64),
) -> PullRequest {
    let span = merged_at.as_second() - created_at.as_second();
    let within = |part: u64, of: u64| {
        let part = i64::try_from(part).unwrap();
        created_at + SignedDuration::from_secs(span * part / i64::try_from(of).unwrap())
    };
    let commits: Vec<Commit> = (0..commits)
        .map(|n| {
            let at = within(n, commits.max(1)) - SignedDuration::from_hours(1);
            state.new_commit(Some(author), &format!("Part {n} of change {number}"), at, at)
        })
        .collect();
    let reviews = (1..=reviews)
        .map(|n| {
            let at = within(n, reviews + 1);
            let review_state = if n == reviews { ReviewState::Approved } else { ReviewState::Commented };
            let commit = commits.first().map(|commit| commit.sha.clone());
            let reviewer = people.iter().copied().cycle().skip(usize::try_from(random.below(20)).unwrap());
            let author = reviewer.into_iter().find(|&id| id != author);
            Review { id: state.large_id(), author, state: review_state, submitted_at: at, updated_at: at, commit }
        })
        .collect();
    let draft_events = if number.is_multiple_of(10) {
        vec![DraftEvent { id: state.large_id(), at: within(1, 20), kind: DraftKind::Ready, actor: Some(author) }]
    } else {
        Vec::new()
    };
    PullRequest {
        number,
        id: state.large_id(),
        title: format!("Change number {number}"),
        body: "What it changes and why, in a sentence or two of the length that people write.".into(),
        author: Some(author),
        draft: false,
        created_at,
        updated_at: merged_at,
        merged_at: Some(merged_at),
        merged_by: Some(author),
        closed_at: Some(merged_at),
        additions: random.between(1, 400),
        deletions: random.between(0, 200),
        changed_files: random.between(1, 20),
        base_ref: "main".into(),
        head_ref: format!("topic-{number}"),
        labels: Vec::new(),
        commits,
        reviews,
        draft_events,
    }
}
