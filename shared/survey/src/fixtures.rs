//! A merged pull request and the people around it, for the tests.

use crate::{
    Answer, Call, Detection, Event, NotAsked, Opened, Opening, Origin, Outcome, Person, PersonView, Place, Quality,
    Step, Survey, SurveySettings, open,
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{
    Actor, ActorKind, Provider, PullRequest, PullRequestKey, RepositoryKey, Review, ReviewState, Scalars, State,
    TeamId, VendorId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The merge, a Tuesday.
const MERGE: &str = "2026-11-24T10:00:00Z";

/// Who writes in these tests.
pub(crate) const AUTHOR: u64 = 1;

/// So many minutes after the merge.
pub(crate) fn at(minute: i64) -> Timestamp {
    MERGE.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// So many days after the merge.
pub(crate) fn day(days: i64) -> Timestamp {
    at(days * 24 * 60)
}

pub(crate) fn account(number: u64) -> VendorId {
    VendorId::new(Provider::Github, number)
}

pub(crate) fn key(number: u64) -> PullRequestKey {
    PullRequestKey { repository: RepositoryKey { provider: Provider::Github, id: 17 }, number }
}

pub(crate) fn actor(number: u64, kind: ActorKind) -> Actor {
    Actor { id: number, login: format!("person{number}"), kind }
}

pub(crate) fn user(number: u64) -> Actor {
    actor(number, ActorKind::User)
}

pub(crate) fn review(by: impl Into<Option<Actor>>, submitted_at: Timestamp) -> Review {
    Review { author: by.into(), state: ReviewState::Commented, submitted_at, updated_at: submitted_at }
}

pub(crate) fn detected() -> Detection {
    Detection {
        assisted: true,
        denied: false,
        tools: vec!["Claude Code".to_owned()],
        evidence: vec!["trailer co-authored-by in 1a2b3c".to_owned()],
        version: "2026-11-29".to_owned(),
    }
}

pub(crate) fn nothing_detected() -> Detection {
    Detection { assisted: false, tools: Vec::new(), evidence: Vec::new(), ..detected() }
}

/// Slack's id of a person of these tests.
pub(crate) fn slack_id(number: u64) -> String {
    format!("U{number:04}")
}

/// A member who is known in Slack.
pub(crate) fn known(number: u64) -> PersonView {
    PersonView {
        member: Some(format!("m_{number}").parse().unwrap()),
        slack_user: Some(slack_id(number)),
        opted_out: false,
        asked_today: 0,
    }
}

/// Somebody who clicked in Slack.
pub(crate) fn in_slack(number: u64) -> Person {
    Person { slack_user: Some(slack_id(number)), member: None }
}

/// Somebody signed in on the web.
pub(crate) fn on_the_web(number: u64) -> Person {
    Person { slack_user: None, member: Some(format!("m_{number}").parse().unwrap()) }
}

/// All that decides who is asked, with the defaults of an ordinary pull request; tests change what they are about.
pub(crate) struct Merge {
    pub(crate) team: TeamId,
    pub(crate) pull_request: PullRequest,
    pub(crate) url: String,
    pub(crate) people: BTreeMap<VendorId, PersonView>,
    pub(crate) team_bots: BTreeSet<VendorId>,
    pub(crate) settings: SurveySettings,
    pub(crate) detection: Option<Detection>,
    pub(crate) now: Timestamp,
}

impl Merge {
    /// By [`AUTHOR`], reviewed by these an hour before; everybody up to number 30 is a member known in Slack. Nobody is
    /// in the control sample.
    pub(crate) fn reviewed_by(reviewers: &[u64]) -> Self {
        let mut pull_request = PullRequest::new(key(42));
        pull_request.scalars = Some(Scalars {
            updated_at: at(0),
            id: 4_200,
            title: "Signals at the junction".to_owned(),
            author: Some(user(AUTHOR)),
            state: State::Merged,
            draft: false,
            created_at: at(-600),
            merged_at: Some(at(0)),
            closed_at: Some(at(0)),
            additions: 10,
            deletions: 2,
            changed_files: 1,
            commits: 1,
            base_ref: "main".to_owned(),
            head_ref: "signals".to_owned(),
            reverts: false,
            attribution: None,
        });
        let reviews = (1..).zip(reviewers).map(|(id, number)| (id, review(user(*number), at(-60))));
        pull_request.reviews = reviews.collect();
        Self {
            team: "demo".parse().unwrap(),
            pull_request,
            url: "https://code.example/rail/signals/pull/42".to_owned(),
            people: (1..=30).map(|number| (account(number), known(number))).collect(),
            team_bots: BTreeSet::new(),
            settings: SurveySettings { control_rate: 0.0, ..SurveySettings::default() },
            detection: Some(nothing_detected()),
            now: at(0),
        }
    }

    /// With signs of AI use.
    pub(crate) fn detected(mut self) -> Self {
        self.detection = Some(detected());
        self
    }

    /// In the control sample.
    pub(crate) fn control(mut self) -> Self {
        self.settings.control_rate = 1.0;
        self
    }

    /// Changed in some way.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn person(&mut self, number: u64) -> &mut PersonView {
        self.people.get_mut(&account(number)).unwrap()
    }

    pub(crate) fn scalars(&mut self) -> &mut Scalars {
        self.pull_request.scalars.as_mut().unwrap()
    }

    pub(crate) fn open(&self) -> Opened {
        open(Opening {
            team: &self.team,
            pull_request: &self.pull_request,
            repository: "rail/signals",
            url: &self.url,
            people: &self.people,
            team_bots: &self.team_bots,
            settings: &self.settings,
            detection: self.detection.clone(),
            now: self.now,
        })
    }

    pub(crate) fn survey(&self) -> Survey {
        match self.open() {
            Opened::Survey(survey) => *survey,
            Opened::NotAsked(reason) => panic!("no survey: {reason:?}"),
        }
    }

    pub(crate) fn refusal(&self) -> NotAsked {
        match self.open() {
            Opened::Survey(survey) => panic!("a survey: {survey:?}"),
            Opened::NotAsked(reason) => reason,
        }
    }
}

/// Where Slack puts the questions to a person.
pub(crate) fn place(number: u64) -> Place {
    Place { channel: format!("D{number:04}"), ts: format!("{number}.000100") }
}

pub(crate) fn click(number: u64, answer: Answer, at: Timestamp) -> Event {
    Event::Answer { person: in_slack(number), answer, from: Origin::Slack, place: Some(place(number)), at }
}

pub(crate) fn web(number: u64, answer: Answer, at: Timestamp) -> Event {
    Event::Answer { person: on_the_web(number), answer, from: Origin::Web, place: None, at }
}

pub(crate) const YES: Answer = Answer::Assisted(true);
pub(crate) const NO: Answer = Answer::Assisted(false);
pub(crate) const GUESS_YES: Answer = Answer::Guess(true);
pub(crate) const GUESS_NO: Answer = Answer::Guess(false);
pub(crate) const SUPER: Answer = Answer::Quality(Quality::Super);

/// Takes all steps there are and lets Slack accept every one. What was called, in order.
pub(crate) fn drive(survey: &mut Survey, now: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(step) = survey.next(now) {
        survey.finish(&step, accepted(&step), now);
        steps.push(step);
        assert!(steps.len() < 1000, "it never ends");
    }
    steps
}

/// What Slack answers when all is well.
pub(crate) fn accepted(step: &Step) -> Outcome {
    let number: u64 = step.account.id.parse().unwrap();
    Outcome::Done(match &step.call {
        Call::Ask { .. } => place(number),
        Call::Update { place, .. } => place.clone(),
        Call::Reveal { .. } => Place { ts: format!("{number}.000200"), ..place(number) },
    })
}

/// The steps in short: `ask 2`, `update 2`, `reveal 2`.
pub(crate) fn short(steps: &[Step]) -> Vec<String> {
    steps.iter().map(name).collect()
}

/// A step in short.
pub(crate) fn name(step: &Step) -> String {
    let word = match &step.call {
        Call::Ask { .. } => "ask",
        Call::Update { .. } => "update",
        Call::Reveal { thread: Some(_), .. } => "reveal",
        Call::Reveal { thread: None, .. } => "reveal without thread",
    };
    format!("{word} {}", step.account.id)
}
