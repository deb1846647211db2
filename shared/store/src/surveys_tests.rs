use super::*;
use crate::{
    sample::{at, key, team},
    sample_surveys::{GUESS, SUPER, YES, account, answered, cap, created, loaded, member, sent, survey, survey_with},
    table::Sort,
    testing::{TestStore, memory_store},
};
use plumbline_domain::VendorId;
use plumbline_survey::SurveyRow;
use std::collections::BTreeSet;

async fn rows(store: &TestStore) -> Vec<SurveyRow> {
    store.load_survey_rows(&team(), at(0), at(10_000)).await.expect("loads").rows
}

async fn rows_of(store: &TestStore, id: u64) -> Vec<SurveyRow> {
    store.load_person_rows(&team(), &BTreeSet::from([account(id)])).await.expect("loads")
}

/// How many items there are of everything.
async fn items(store: &TestStore) -> usize {
    let answer = store.client.scan().table_name("surveys").send().await.expect("scanned");
    usize::try_from(answer.count()).expect("a count")
}

#[tokio::test]
async fn a_pull_request_is_decided_about_once() {
    let store = memory_store().await;
    let stored = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    assert_eq!(loaded(&store, 1).await, stored);
    let again = store.create_survey(survey(1, 0, &[2]), None, at(5)).await.expect("answers");
    assert_eq!(again, Created::Taken);
    assert!(!store.create_not_asked(&team(), key(1), at(0), "bot_author").await.expect("answers"));
    assert_eq!(loaded(&store, 1).await, stored);

    assert!(store.create_not_asked(&team(), key(2), at(7), "bot_author").await.expect("saved"));
    assert!(!store.create_not_asked(&team(), key(2), at(7), "nobody").await.expect("answers"));
    let late = store.create_survey(survey(2, 7, &[2]), None, at(8)).await.expect("answers");
    assert_eq!(late, Created::Taken);
    let record = store.load_survey(&team(), key(2)).await.expect("loads");
    assert_eq!(record, Some(SurveyRecord::NotAsked { reason: "bot_author".into() }));
    let all = store.load_survey_rows(&team(), at(0), at(10)).await.expect("loads");
    assert_eq!(all.rows.len(), 1);
    assert_eq!(all.not_asked, [("bot_author".to_owned(), 1)].into());
    assert!(all.read_units > 0.0);
    assert_eq!(store.load_survey(&team(), key(3)).await.expect("loads"), None);
}

#[tokio::test]
async fn a_save_that_lost_writes_nothing() {
    let store = memory_store().await;
    let before = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    let first = answered(&store, &before, 2, SUPER, at(1)).await.expect("nobody else saves");
    assert_eq!(answered(&store, &before, 3, SUPER, at(2)).await, None);
    assert_eq!(loaded(&store, 1).await, first);
    let row = first.survey.row(at(1));
    assert_eq!(rows(&store).await, [row]);
    assert_eq!(rows_of(&store, 3).await[0].reviewers[0].quality, None, "the loser's record is as it was");
    // Done again on what the winner saved, both are there.
    let both = answered(&store, &first, 3, SUPER, at(2)).await.expect("nobody else saves");
    assert!(both.survey.reviewers.iter().all(|reviewer| reviewer.quality.is_some()));
}

#[tokio::test]
async fn many_who_race_all_get_in_and_none_is_lost() {
    let store = memory_store().await;
    let reviewers: Vec<u64> = (2..=11).collect();
    created(&store, survey(1, 0, &reviewers), at(0)).await;
    let store = &store;
    let click = async |id: u64| {
        loop {
            if answered(store, &loaded(store, 1).await, id, GUESS, at(id.cast_signed())).await.is_some() {
                return;
            }
        }
    };
    futures::future::join_all(reviewers.iter().map(|id| click(*id))).await;
    let survey = loaded(store, 1).await.survey;
    assert!(survey.reviewers.iter().all(|reviewer| reviewer.guess.is_some()));
    assert_eq!(rows(store).await, [survey.row(at(11))]);
}

#[tokio::test]
async fn document_row_and_peoples_records_never_differ() {
    let store = memory_store().await;
    let mut stored = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    assert_eq!(items(&store).await, 2 + 3, "the document, its row, and a record for everybody");
    stored = sent(&store, &stored, at(1)).await;
    for (second, id, answer) in [(2, 2, SUPER), (3, 2, GUESS), (4, 3, GUESS), (5, 1, YES)] {
        stored = answered(&store, &stored, id, answer, at(second)).await.expect("nobody else saves");
        let row = stored.survey.row(at(second));
        assert_eq!(rows(&store).await, std::slice::from_ref(&row));
        for account in survey_rows::people(&row) {
            let id: u64 = account.id.parse().expect("a number");
            assert_eq!(rows_of(&store, id).await, [survey_rows::of_person(&row, account)]);
        }
    }
    assert_eq!(items(&store).await, 2 + 3);
    let own = &rows_of(&store, 2).await[0];
    assert_eq!((own.author.as_ref(), own.reviewers.len()), (None, 1), "nobody else is in one's own record");
    assert_eq!(own.truth.map(|truth| truth.assisted), Some(true));
}

/// A transaction that cannot be made whole leaves nothing, whichever of its writes is in the way: that is what a crash
/// between two writes would be.
#[tokio::test]
async fn a_survey_is_stored_whole_or_not_at_all() {
    let store = memory_store().await;
    let capped = || survey_with(1, 0, &[2, 3], 0, Some(1));
    // The last write of the transaction does not hold: the second reviewer was asked elsewhere.
    let elsewhere = store.create_survey(survey_with(9, 0, &[3], 0, Some(1)), Some(cap(1)), at(0)).await.expect("saved");
    assert!(matches!(elsewhere, Created::Yes(_)));
    let before = items(&store).await;
    assert_eq!(store.create_survey(capped(), Some(cap(1)), at(0)).await.expect("answers"), Created::CapReached);
    assert_eq!(items(&store).await, before);
    assert_eq!(store.load_survey(&team(), key(1)).await.expect("loads"), None);
    assert_eq!(rows_of(&store, 2).await, []);
    let counts = store.load_asked_counts(&team(), cap(1).date, [1, 2, 3].map(member)).await.expect("loads");
    assert_eq!(counts, [(member(1), 1), (member(3), 1)].into(), "nobody is counted who was not asked");
}

#[tokio::test]
async fn races_for_the_last_question_of_the_day_never_exceed_the_cap() {
    let store = memory_store().await;
    let store = &store;
    // Ten pull requests of ten authors, all reviewed by user 2, who may be asked three times; decided anew by the counts.
    let open = async |number: u64| {
        loop {
            let counts = store.load_asked_counts(&team(), cap(3).date, [member(2)]).await.expect("loads");
            let asked = counts.get(&member(2)).copied().unwrap_or_default();
            let mut survey = survey_with(number, 0, &[2], asked, Some(3));
            // Each author is somebody else.
            let author = survey.author.as_mut().expect("there is one");
            author.person.member = Some(member(100 + number));
            author.person.asked = plumbline_survey::Asked::Slack;
            match store.create_survey(survey, Some(cap(3)), at(0)).await.expect("answers") {
                Created::Yes(stored) => return stored.survey,
                Created::CapReached => {}
                Created::Taken => panic!("nobody else opens {number}"),
            }
        }
    };
    let surveys = futures::future::join_all((1..=10).map(open)).await;
    let asked = |survey: &&Survey| survey.reviewers[0].person.is_asked();
    assert_eq!(surveys.iter().filter(asked).count(), 3);
    assert!(
        surveys.iter().all(|survey| survey.author.as_ref().expect("an author").person.is_asked()),
        "others lose nothing"
    );
    let counts = store.load_asked_counts(&team(), cap(3).date, [member(2)]).await.expect("loads");
    assert_eq!(counts, [(member(2), 3)].into());
    let tomorrow = cap(3).date.tomorrow().expect("a date");
    assert_eq!(store.load_asked_counts(&team(), tomorrow, [member(2)]).await.expect("loads"), BTreeMap::new());
}

#[tokio::test]
async fn as_many_reviewers_as_there_may_be_fit_into_one_transaction() {
    let store = memory_store().await;
    let ids: Vec<u64> = (2..).take(MOST_REVIEWERS).collect();
    let made = store.create_survey(survey_with(1, 0, &ids, 0, Some(5)), Some(cap(5)), at(0)).await.expect("saved");
    assert!(matches!(made, Created::Yes(_)));
    let everybody = 1 + MOST_REVIEWERS;
    assert_eq!(items(&store).await, 2 + 2 * everybody);
}

#[tokio::test]
async fn what_did_not_change_is_not_written() {
    let store = memory_store().await;
    let stored = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    let stored = sent(&store, &stored, at(1)).await;
    let team = team();
    // Whatever is written now stays away.
    let gone = [
        keys::survey_row(&team, key(1), at(0)),
        keys::asked(&team, &account(2), key(1), at(0)),
        keys::asked(&team, &account(3), key(1), at(0)),
    ];
    let deletes = gone.iter().map(|key| table::delete_request(key).expect("complete")).collect();
    store.batch_write("surveys", deletes).await.expect("deleted");
    // Nothing that the row tells: an attempt to update.
    let mut survey = stored.survey.clone();
    survey.title = "Another title".into();
    let stored = store.save_survey(&stored, survey, at(2)).await.expect("answers").expect("nobody else saves");
    assert_eq!(rows(&store).await, []);
    // One reviewer's answer is the row's and their own business.
    answered(&store, &stored, 2, SUPER, at(3)).await.expect("nobody else saves");
    assert_eq!(rows(&store).await.len(), 1);
    assert_eq!((rows_of(&store, 2).await.len(), rows_of(&store, 3).await.len()), (1, 0));
}

#[tokio::test]
async fn two_accounts_that_were_found_to_be_one_person_count_once() {
    let store = memory_store().await;
    let stored = created(&store, survey(1, 0, &[2, 3]), at(0)).await;
    let stored = answered(&store, &stored, 2, GUESS, at(1)).await.expect("nobody else saves");
    answered(&store, &stored, 3, SUPER, at(2)).await.expect("nobody else saves");
    let both = BTreeSet::from([account(2), account(3)]);
    let rows = store.load_person_rows(&team(), &both).await.expect("loads");
    let stats = plumbline_survey::my_stats(&rows, &both);
    assert_eq!((rows.len(), stats.reviews_asked, stats.guesses, stats.rated), (1, 1, 1, 1));
}

#[tokio::test]
async fn a_persons_surveys_are_those_since_an_instant() {
    let store = memory_store().await;
    for (number, merged) in [(1, 0), (2, 100), (3, 200)] {
        created(&store, survey(number, merged, &[2]), at(merged)).await;
    }
    created(&store, survey(4, 150, &[3]), at(150)).await;
    let of = async |id: u64, since| -> Vec<u64> {
        let accounts = BTreeSet::from([account(id)]);
        let surveys = store.load_person_surveys(&team(), &accounts, at(since)).await.expect("loads");
        surveys.iter().map(|stored| stored.survey.key.number).collect()
    };
    assert_eq!(of(2, 0).await, [1, 2, 3]);
    assert_eq!(of(2, 100).await, [2, 3]);
    assert_eq!(of(2, 201).await, Vec::<u64>::new());
    assert_eq!(of(1, 120).await, [4, 3], "as the author, in order of merges");
    let other: TeamId = "t70".parse().expect("an id");
    assert_eq!(store.load_person_surveys(&other, &BTreeSet::from([account(2)]), at(0)).await.expect("loads"), []);
}

#[tokio::test]
async fn a_survey_is_due_when_its_document_says_and_never_once_it_is_over() {
    let store = memory_store().await;
    let stored = created(&store, survey(1, 0, &[2]), at(0)).await;
    let due = |stored: &StoredSurvey| stored.due_at;
    assert_eq!(due(&stored), Some(at(0)), "there is something to send");
    let stored = sent(&store, &stored, at(1)).await;
    assert_eq!(due(&stored), Some(stored.survey.expires_at()));
    assert_eq!(loaded(&store, 1).await, stored);
    assert!(!stored.is_due_too_early(at(2)));
    let end = stored.survey.expires_at();
    let over = sent(&store, &stored, end).await;
    assert_eq!(due(&over), None);
    assert_eq!(store.load_due_surveys(end, 10).await.expect("loads"), []);
    let items = store.query_all("surveys", &keys::survey(&team(), key(1)).pk, Sort::All).await.expect("loads");
    assert!(!items[0].contains_key("due_shard"), "it is not in the index any more");
}

#[test]
fn no_vendors_id_reaches_another_accounts_records() {
    let odd = VendorId::new(plumbline_domain::Provider::Github, "2#x");
    assert_eq!(keys::asked_partition(&team(), &odd), "TEAM#t7#ASKED#github:2%23x");
}
