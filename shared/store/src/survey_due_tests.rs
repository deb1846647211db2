use super::*;
use crate::{
    sample::{at, key, team},
    sample_surveys::{created, survey},
    testing::memory_store,
};

#[tokio::test]
async fn the_longest_due_come_first_of_all_teams_and_a_bounded_number() {
    let store = memory_store().await;
    for number in 1..=6_u64 {
        let mut survey = survey(number, 0, &[2]);
        survey.team_id = format!("t{number}").parse().expect("an id");
        let second = 10 - number.cast_signed();
        created(&store, survey, at(second)).await;
    }
    let due = async |second, limit| -> Vec<String> {
        let due = store.load_due_surveys(at(second), limit).await.expect("loads");
        due.iter().map(|item| item.due.team_id().to_string()).collect()
    };
    assert_eq!(due(10, 10).await, ["t6", "t5", "t4", "t3", "t2", "t1"]);
    assert_eq!(due(10, 2).await, ["t6", "t5"]);
    assert_eq!(due(5, 10).await, ["t6", "t5"]);
    assert_eq!(due(3, 10).await, Vec::<String>::new());
}

#[tokio::test]
async fn it_is_postponed_unless_it_moved() {
    let store = memory_store().await;
    let stored = created(&store, survey(1, 0, &[2]), at(0)).await;
    let due = store.load_due_surveys(at(0), 10).await.expect("loads");
    let Due::Survey { team_id, pull_request } = &due[0].due else { panic!("{due:?}") };
    assert_eq!((team_id, *pull_request), (&team(), key(1)));
    assert!(store.postpone_due_survey(&due[0], at(60)).await.expect("answers"));
    assert!(!store.postpone_due_survey(&due[0], at(90)).await.expect("answers"), "it moved");
    assert_eq!(store.load_due_surveys(at(59), 10).await.expect("loads"), []);
    assert_eq!(store.load_due_surveys(at(60), 10).await.expect("loads").len(), 1);
    // Postponing is nobody's save: whoever read the survey before still may.
    let saved = store.save_survey(&stored, stored.survey.clone(), at(1)).await.expect("answers");
    assert!(saved.is_some());
}
