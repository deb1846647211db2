//! What holds of every history, against a simulated Slack, a store with revisions, and a reference model that shares no
//! code with the rules: workers that load, save, call and record in steps that mix in any order, messages that come
//! twice, late or never, a Slack that refuses, limits and accepts without answering, and crashes between any two steps.

use crate::{
    Accuracy, Answer, BoardInput, BoardMember, Call, End, Event, LEASE, NotAsked, Opened, Origin, Outcome, Place,
    PostState, Quality, Reply, Role, Step, Survey, SurveyRow, TruthSource, View, accuracy,
    fixtures::{AUTHOR, Merge, account, actor, at, day, detected, in_slack, key, on_the_web, review, slack_id},
    leaderboard, messages, my_stats, week_of,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use plumbline_domain::ActorKind;
use proptest::{prelude::*, sample::select};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// People of these histories: 1 writes most, 6 is a bot, 7 has no Slack, 8 opted out, 9 is unknown.
const PEOPLE: std::ops::RangeInclusive<u64> = 1..=9;
const PULL_REQUESTS: std::ops::RangeInclusive<u64> = 1..=2;

/// What is true from the beginning.
#[derive(Debug, Clone)]
struct World {
    /// By pull request: author, and reviews with their minute (after the merge: positive).
    pull_requests: Vec<(u64, Vec<(u64, i64)>)>,
    detected: bool,
    control: bool,
    reveals: bool,
}

/// Something that happens.
#[derive(Debug, Clone, Copy)]
enum Happening {
    /// Time passes, in minutes.
    Wait(i64),
    /// The merge is told (again).
    Merged(u64),
    /// A person clicks in their message, or answers elsewhere where they have none.
    Clicks {
        pull_request: u64,
        person: u64,
        answer: Answer,
        on_the_web: bool,
    },
    OptsOut {
        pull_request: u64,
        person: u64,
    },
    /// A click is delivered: one of those in the queue, and perhaps kept there.
    Deliver {
        which: usize,
        again: bool,
        crash: bool,
    },
    /// A worker does its next step.
    Work {
        worker: usize,
        pull_request: u64,
        at_once: usize,
        slack: Slack,
    },
    /// A worker dies.
    Crash(usize),
    /// All is quiet for a while: what waits is delivered and worked on, and Slack takes it. Else few histories come to
    /// reveals before their end.
    Calm,
}

/// How Slack takes the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slack {
    Accepts,
    AcceptsSilently,
    Loses,
    LimitsRate,
    IsDown,
    Refuses,
}

/// A worker's place in the protocol.
#[derive(Debug, Clone)]
enum Worker {
    Idle,
    /// Loaded and changed, not saved.
    Taken {
        pull_request: u64,
        revision: u64,
        survey: Box<Survey>,
        steps: VecDeque<Step>,
        since: Timestamp,
    },
    /// The intent is saved.
    Calling {
        pull_request: u64,
        steps: VecDeque<Step>,
        since: Timestamp,
    },
    /// Slack said something; not recorded.
    Recording {
        pull_request: u64,
        step: Step,
        outcome: Outcome,
        rest: VecDeque<Step>,
        since: Timestamp,
        twice: bool,
        saves: u8,
    },
}

/// A message that Slack has.
#[derive(Debug, Clone)]
struct Posted {
    pull_request: u64,
    person: u64,
    place: Place,
    /// The questions as shown; `None` for a reveal.
    view: Option<View>,
    thread: Option<Place>,
}

/// An answer in the order in which the store took it.
#[derive(Debug, Clone)]
struct Taken {
    pull_request: u64,
    person: u64,
    answer: Option<Answer>,
    /// Tells one click from another: when, and whether on the web.
    click: (Timestamp, bool),
    /// The detection had answered by then, because it was too late for the author.
    too_late: bool,
    reply: Reply,
}

#[derive(Debug)]
struct Play {
    world: World,
    now: Timestamp,
    store: BTreeMap<u64, (u64, Survey)>,
    opened_at: BTreeMap<u64, Timestamp>,
    not_asked: BTreeMap<u64, NotAsked>,
    queue: Vec<(u64, u64, Event)>,
    workers: Vec<Worker>,
    slack: Vec<Posted>,
    next_ts: u64,
    /// Posts of which the product cannot know whether Slack took them: (pull request, person, is a reveal).
    lost: BTreeSet<(u64, u64, bool)>,
    /// Messages that Slack refused: posts and updates.
    refused: BTreeSet<(u64, u64)>,
    /// When the play came to its end.
    ended_at: Option<Timestamp>,
    limits: BTreeMap<u64, Timestamp>,
    taken: Vec<Taken>,
}

fn many(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

fn number_of(step: &Step) -> u64 {
    step.account.id.parse().unwrap()
}

impl Play {
    fn new(world: World) -> Self {
        Self {
            world,
            now: at(0),
            store: BTreeMap::new(),
            opened_at: BTreeMap::new(),
            not_asked: BTreeMap::new(),
            queue: Vec::new(),
            workers: vec![Worker::Idle; 3],
            slack: Vec::new(),
            next_ts: 1,
            lost: BTreeSet::new(),
            refused: BTreeSet::new(),
            ended_at: None,
            limits: BTreeMap::new(),
            taken: Vec::new(),
        }
    }

    fn merge(&self, number: u64) -> Merge {
        let (author, reviews) = self.world.pull_requests[usize::try_from(number).unwrap() - 1].clone();
        Merge::reviewed_by(&[]).with(|merge| {
            let person = |number| Some(actor(number, if number == 6 { ActorKind::Bot } else { ActorKind::User }));
            merge.pull_request.key = key(number);
            merge.scalars().author = person(author);
            let all = (1..).zip(reviews).map(|(id, (by, minute))| (id, review(person(by), at(minute))));
            merge.pull_request.reviews = all.collect();
            merge.person(7).slack_user = None;
            merge.person(8).opted_out = true;
            merge.people.remove(&account(9));
            merge.settings.control_rate = if self.world.control { 1.0 } else { 0.0 };
            merge.settings.reveals = self.world.reveals;
            merge.detection = self.world.detected.then(detected);
            merge.now = self.now;
        })
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Calm => {
                for _ in 0..6 {
                    self.happen(Happening::Deliver { which: 0, again: false, crash: false });
                    for pull_request in PULL_REQUESTS {
                        let slack = Slack::Accepts;
                        self.happen(Happening::Work { worker: 0, pull_request, at_once: 9, slack });
                    }
                }
            }
            // Not for two weeks: then nothing is tried any more.
            Happening::Wait(minutes) => self.now = (self.now + SignedDuration::from_mins(minutes)).min(day(12)),
            Happening::Merged(number) => {
                let merge = self.merge(number);
                match merge.open() {
                    Opened::Survey(survey) => {
                        // One survey per pull request, ever: the store only takes it where there is none.
                        self.store.entry(number).or_insert((1, *survey));
                        self.opened_at.entry(number).or_insert(self.now);
                    }
                    Opened::NotAsked(reason) => {
                        self.not_asked.insert(number, reason);
                    }
                }
            }
            Happening::Clicks { pull_request, person, answer, on_the_web: web } => {
                let message = self.questions_to(pull_request, person).filter(|_| !web);
                let event = match message {
                    Some(message) => Event::Answer {
                        person: in_slack(person),
                        answer,
                        from: Origin::Slack,
                        place: Some(message.place.clone()),
                        at: self.now,
                    },
                    None => Event::Answer {
                        person: on_the_web(person),
                        answer,
                        from: Origin::Web,
                        place: None,
                        at: self.now,
                    },
                };
                self.queue.push((pull_request, person, event));
            }
            Happening::OptsOut { pull_request, person } => {
                if let Some(place) = self.questions_to(pull_request, person).map(|message| message.place.clone()) {
                    let event = Event::OptOut { person: in_slack(person), place: Some(place), at: self.now };
                    self.queue.push((pull_request, person, event));
                }
            }
            Happening::Deliver { which, again, crash } => {
                let Some(index) = which.checked_rem(self.queue.len()) else { return };
                let (pull_request, person, event) = self.queue[index].clone();
                let Some((revision, stored)) = self.store.get(&pull_request) else { return };
                let (mut survey, revision) = (stored.clone(), *revision);
                let reply = survey.apply(&event);
                if crash {
                    // Before the save: the queue delivers it again.
                    return;
                }
                let too_late = stored.truth.is_some_and(|truth| truth.source == TruthSource::Fallback);
                self.save(pull_request, revision, survey);
                let (answer, click) = match event {
                    Event::Answer { answer, at, from, .. } => (Some(answer), (at, from == Origin::Web)),
                    Event::OptOut { at, .. } => (None, (at, false)),
                };
                self.taken.push(Taken { pull_request, person, answer, click, too_late, reply });
                if !again {
                    self.queue.remove(index);
                }
            }
            Happening::Work { worker, pull_request, at_once, slack } => self.work(worker, pull_request, at_once, slack),
            Happening::Crash(worker) => self.crash(worker),
        }
    }

    /// Saves a document under its revision. No save changes what was answered, or who is asked.
    fn save(&mut self, number: u64, revision: u64, survey: Survey) -> bool {
        let (stored, before) = &self.store[&number];
        if *stored != revision {
            return false;
        }
        let answers = |survey: &Survey| {
            let of = |one: &crate::Reviewer| {
                [one.quality.map(|it| (it.value.into(), it.at)), one.guess.map(|it| (it.value.into(), it.at))]
            };
            let reviewers = survey.reviewers.iter().flat_map(of);
            let author = survey.author.iter().map(|one| one.assisted.map(|it| (u8::from(it.value), it.at)));
            let truth = survey.truth.map(|it| (u8::from(it.assisted), it.at));
            author.chain(reviewers).chain([truth]).collect::<Vec<_>>()
        };
        let (old, new) = (answers(before), answers(&survey));
        assert_eq!(old.len(), new.len());
        assert!(old.iter().zip(&new).all(|(old, new)| old.is_none() || old == new), "{old:?} {new:?}");
        self.store.insert(number, (revision + 1, survey));
        true
    }

    fn questions_to(&self, pull_request: u64, person: u64) -> Option<&Posted> {
        self.slack.iter().find(|one| one.pull_request == pull_request && one.person == person && one.view.is_some())
    }

    fn crash(&mut self, worker: usize) {
        let lost = match std::mem::replace(&mut self.workers[worker], Worker::Idle) {
            Worker::Idle | Worker::Taken { .. } => return,
            Worker::Calling { pull_request, steps, .. } => (pull_request, steps),
            Worker::Recording { pull_request, step, mut rest, saves, .. } => {
                if saves == 0 {
                    rest.push_front(step);
                }
                (pull_request, rest)
            }
        };
        for step in lost.1 {
            self.lose(lost.0, &step);
        }
    }

    fn lose(&mut self, pull_request: u64, step: &Step) {
        match step.call {
            Call::Ask { .. } => self.lost.insert((pull_request, number_of(step), false)),
            Call::Reveal { .. } => self.lost.insert((pull_request, number_of(step), true)),
            Call::Update { .. } => false,
        };
    }

    fn work(&mut self, worker: usize, pull_request: u64, at_once: usize, slack: Slack) {
        let state = std::mem::replace(&mut self.workers[worker], Worker::Idle);
        self.workers[worker] = match state {
            Worker::Idle => {
                let Some((revision, survey)) = self.store.get(&pull_request) else { return };
                let (mut survey, revision) = (Box::new(survey.clone()), *revision);
                let steps: VecDeque<_> = std::iter::from_fn(|| survey.next(self.now)).take(at_once).collect();
                Worker::Taken { pull_request, revision, survey, steps, since: self.now }
            }
            Worker::Taken { pull_request, revision, survey, steps, since } => {
                if self.save(pull_request, revision, *survey) {
                    if steps.is_empty() { Worker::Idle } else { Worker::Calling { pull_request, steps, since } }
                } else {
                    Worker::Idle
                }
            }
            Worker::Calling { pull_request, mut steps, since } => {
                let step = steps.pop_front().unwrap();
                if self.now >= since + LEASE {
                    // A function ends long before its lease does.
                    self.workers[worker] =
                        Worker::Calling { pull_request, steps: [step].into_iter().chain(steps).collect(), since };
                    return self.crash(worker);
                }
                let outcome = self.call(pull_request, &step, slack);
                Worker::Recording { pull_request, step, outcome, rest: steps, since, twice: at_once == 1, saves: 0 }
            }
            Worker::Recording { pull_request, step, outcome, rest, since, twice, saves } => {
                if self.now >= since + LEASE {
                    self.workers[worker] = Worker::Recording { pull_request, step, outcome, rest, since, twice, saves };
                    return self.crash(worker);
                }
                let (revision, stored) = self.store[&pull_request].clone();
                let mut survey = stored;
                survey.finish(&step, outcome.clone(), self.now);
                self.save(pull_request, revision, survey);
                if saves == 0 && twice {
                    // The save's answer was lost: it is done again.
                    Worker::Recording { pull_request, step, outcome, rest, since, twice, saves: 1 }
                } else if rest.is_empty() {
                    Worker::Idle
                } else {
                    Worker::Calling { pull_request, steps: rest, since }
                }
            }
        };
    }

    /// What Slack does with a call. It may have taken what it does not answer.
    fn call(&mut self, pull_request: u64, step: &Step, slack: Slack) -> Outcome {
        let person = number_of(step);
        let limit = self.limits.get(&person).copied().unwrap_or(Timestamp::MIN);
        let told = messages::step(&self.store[&pull_request].1, step, Accuracy::default());
        assert!(!told.text.is_empty() && !told.blocks.is_empty());
        assert!(
            self.now >= limit || !self.knows_limit(pull_request, person, limit),
            "the channel was to be left alone"
        );
        match slack {
            Slack::Accepts => Outcome::Done(self.accept(pull_request, step)),
            Slack::AcceptsSilently | Slack::Loses => {
                if slack == Slack::AcceptsSilently {
                    self.accept(pull_request, step);
                }
                self.lose(pull_request, step);
                Outcome::Unknown
            }
            Slack::LimitsRate => {
                let until = self.now + SignedDuration::from_secs(30);
                self.limits.insert(person, until);
                Outcome::Later { not_before: Some(until) }
            }
            Slack::IsDown => Outcome::Later { not_before: None },
            Slack::Refuses => {
                self.refused.insert((pull_request, person));
                Outcome::Refused { reason: "user_not_found".to_owned() }
            }
        }
    }

    /// Whether the survey was told of a limit: one of another survey, or one whose worker died, it cannot know.
    fn knows_limit(&self, pull_request: u64, person: u64, limit: Timestamp) -> bool {
        let survey = &self.store[&pull_request].1;
        let reveal = survey.reviewers.iter().filter(|one| one.person.account == account(person)).map(|one| &one.reveal);
        let question = survey.participants().filter(|one| one.account == account(person)).map(|one| &one.message.post);
        reveal.chain(question).any(|post| post.not_before == Some(limit))
    }

    fn accept(&mut self, pull_request: u64, step: &Step) -> Place {
        let person = number_of(step);
        let (user, view, thread) = match &step.call {
            Call::Update { place, view } => {
                let message = self.slack.iter_mut().find(|one| one.place == *place).expect("a message of ours");
                assert_eq!((message.pull_request, message.person), (pull_request, person));
                message.view = Some(*view);
                return place.clone();
            }
            Call::Ask { user, view } => (user, Some(*view), None),
            Call::Reveal { user, thread, .. } => (user, None, thread.clone()),
        };
        assert_eq!(*user, slack_id(person));
        let place = Place { channel: format!("D{person}"), ts: format!("{}.000100", self.next_ts) };
        self.next_ts += 1;
        self.slack.push(Posted { pull_request, person, place: place.clone(), view, thread });
        place
    }

    /// All is well from now on: queues are emptied, and whoever is due is worked on until nobody is any more.
    fn end(&mut self) {
        self.ended_at = Some(self.now);
        for worker in 0..self.workers.len() {
            self.crash(worker);
        }
        while !self.queue.is_empty() {
            let before = self.queue.len();
            self.happen(Happening::Deliver { which: 0, again: false, crash: false });
            if self.queue.len() == before {
                // Of a pull request that is not surveyed.
                self.queue.remove(0);
            }
        }
        let numbers: Vec<_> = self.store.keys().copied().collect();
        for round in 0.. {
            assert!(round < 200, "it is due for ever");
            let due = numbers.iter().filter_map(|number| Some((self.store[number].1.due_at(self.now)?, *number))).min();
            let Some((due, number)) = due else { break };
            self.now = self.now.max(due);
            // Load, save, and each step's call and record.
            self.happen(Happening::Work { worker: 0, pull_request: number, at_once: 9, slack: Slack::Accepts });
            while !matches!(self.workers[0], Worker::Idle) {
                self.happen(Happening::Work { worker: 0, pull_request: number, at_once: 9, slack: Slack::Accepts });
            }
        }
    }
}

/// A click, told from another by when and where it was, with what it said.
type Said<T> = (T, (Timestamp, bool));

/// The rules once more, as plainly as can be.
#[derive(Debug, Default)]
struct Reference {
    author: Option<u64>,
    reviewers: Vec<u64>,
    unreachable: u32,
    opted_out_before: u32,
    assisted: Option<(bool, Timestamp, TruthSource)>,
    by_author: Option<Said<bool>>,
    quality: BTreeMap<u64, Said<Quality>>,
    guess: BTreeMap<u64, Said<bool>>,
    opted_out: BTreeSet<u64>,
}

fn has_slack(person: u64) -> bool {
    person != 7
}

/// First answers are final; the same click again is none.
fn answer<T: Copy + PartialEq>(slot: &mut Option<Said<T>>, said: Said<T>, late: bool, back: fn(T) -> Answer) -> Reply {
    match *slot {
        Some(first) if first == said => Reply::Recorded,
        Some((first, _)) => Reply::AlreadyAnswered(back(first)),
        None if late => Reply::Expired,
        None => {
            *slot = Some(said);
            Reply::Recorded
        }
    }
}

impl Reference {
    fn of(play: &Play, number: u64) -> Self {
        let World { pull_requests, detected, control, .. } = &play.world;
        let (author, reviews) = &pull_requests[usize::try_from(number).unwrap() - 1];
        let is_asked = |person: u64| ![6, 8, 9].contains(&person);
        let mut model = Self::default();
        if *detected && !(*control && is_asked(*author)) {
            model.assisted = Some((true, play.opened_at[&number], TruthSource::Auto));
        } else if is_asked(*author) {
            model.author = Some(*author);
        }
        let mut in_time: Vec<_> = reviews.iter().enumerate().filter(|(_, (_, minute))| *minute <= 0).collect();
        in_time.sort_by_key(|(index, (_, minute))| (*minute, *index));
        let mut people = vec![*author];
        for (_, (reviewer, _)) in in_time {
            if !people.contains(reviewer) && *reviewer != 6 {
                people.push(*reviewer);
                model.reviewers.extend(Some(*reviewer).filter(|person| is_asked(*person)));
            }
        }
        let asked = |person: &u64| model.author == Some(*person) || model.reviewers.contains(person);
        for person in &people {
            model.unreachable += u32::from(*person == 9 || (*person == 7 && asked(person)));
            model.opted_out_before += u32::from(*person == 8);
        }
        for taken in play.taken.iter().filter(|taken| taken.pull_request == number) {
            assert_eq!(taken.reply, model.take(*control, taken), "{taken:?}");
        }
        if model.assisted.is_none() && *detected {
            model.assisted = Some((true, day(7), TruthSource::Fallback));
        }
        model
    }

    fn take(&mut self, control: bool, taken: &Taken) -> Reply {
        let (click, person) = (taken.click, taken.person);
        let late = click.0 >= day(7);
        let is_reviewer = self.reviewers.contains(&person);
        let of = |map: &BTreeMap<u64, Said<bool>>| map.get(&person).copied();
        match taken.answer {
            None => {
                self.opted_out.insert(person);
                Reply::OptedOut
            }
            Some(Answer::Assisted(yes)) if self.author == Some(person) => {
                let reply = answer(&mut self.by_author, (yes, click), late || taken.too_late, Answer::Assisted);
                let source = if control { TruthSource::Control } else { TruthSource::Answer };
                self.assisted = self.by_author.map(|(yes, (at, _))| (yes, at, source));
                reply
            }
            Some(Answer::Guess(yes)) if is_reviewer => {
                let mut slot = of(&self.guess);
                let reply = answer(&mut slot, (yes, click), late, Answer::Guess);
                self.guess.extend(slot.map(|said| (person, said)));
                reply
            }
            Some(Answer::Quality(quality)) if is_reviewer => {
                let mut slot = self.quality.get(&person).copied();
                let reply = answer(&mut slot, (quality, click), late, Answer::Quality);
                self.quality.extend(slot.map(|said| (person, said)));
                reply
            }
            Some(_) => Reply::NotAsked,
        }
    }

    /// Each guess of which the truth is known: who, since when, and whether it was right.
    fn resolved(&self) -> Vec<(u64, Timestamp, bool)> {
        let Some((assisted, at, _)) = self.assisted else { return Vec::new() };
        self.guess.iter().map(|(person, (guess, click))| (*person, at.max(click.0), *guess == assisted)).collect()
    }

    /// What the message of somebody asked should show in the end.
    fn view(&self, person: u64, now: Timestamp) -> View {
        let is_author = self.author == Some(person);
        let view = View {
            role: if is_author { Role::Author } else { Role::Reviewer },
            assisted: self.by_author.map(|said| said.0).filter(|_| is_author),
            quality: self.quality.get(&person).map(|said| said.0),
            guess: self.guess.get(&person).map(|said| said.0),
            end: None,
        };
        let is_open = if is_author { view.assisted.is_none() } else { view.quality.is_none() || view.guess.is_none() };
        let end = match (is_open, self.opted_out.contains(&person)) {
            (false, _) => None,
            (true, true) => Some(End::OptedOut),
            (true, false) => (now >= day(7)).then_some(End::Expired),
        };
        View { end, ..view }
    }
}

/// Everything that must hold of one survey in the end.
fn check(play: &Play, number: u64, model: &Reference) {
    let survey = &play.store[&number].1;
    let one = |account: &plumbline_domain::VendorId| account.id.parse::<u64>().unwrap();
    let author = survey.author.as_ref().filter(|author| author.person.is_asked());
    assert_eq!(author.map(|author| one(&author.person.account)), model.author);
    let asked: Vec<_> = survey.reviewers.iter().filter(|reviewer| reviewer.person.is_asked()).collect();
    assert_eq!(asked.iter().map(|reviewer| one(&reviewer.person.account)).collect::<Vec<_>>(), model.reviewers);
    assert_eq!(author.and_then(|author| author.assisted).map(|given| given.value), model.by_author.map(|said| said.0));
    assert_eq!(survey.truth.map(|truth| (truth.assisted, truth.at, truth.source)), model.assisted);
    for reviewer in asked {
        let person = one(&reviewer.person.account);
        assert_eq!(reviewer.quality.map(|it| (it.value, it.at)), model.quality.get(&person).map(|it| (it.0, it.1.0)));
        assert_eq!(reviewer.guess.map(|it| (it.value, it.at)), model.guess.get(&person).map(|it| (it.0, it.1.0)));
    }

    let mut refused = 0;
    for person in PEOPLE {
        let is_asked = model.author == Some(person) || model.reviewers.contains(&person);
        let mine = play.slack.iter().filter(|it| (it.pull_request, it.person) == (number, person));
        let (questions, reveals): (Vec<_>, Vec<_>) = mine.partition(|it| it.view.is_some());
        let post = survey.participants().find(|it| it.account == account(person)).map(|it| &it.message.post);
        let was_lost = play.lost.contains(&(number, person, false));
        let was_refused = play.refused.contains(&(number, person));
        let acted = play.taken.iter().any(|taken| (taken.pull_request, taken.person) == (number, person));

        // Nobody is asked twice, and everybody once whose attempt was not lost.
        assert!(questions.len() <= usize::from(is_asked && has_slack(person)), "{person}: {questions:?}");
        let in_time = play.ended_at.unwrap() < day(7);
        if is_asked && has_slack(person) && !was_lost && !was_refused && !acted && in_time {
            assert_eq!(questions.len(), 1, "{person}");
        }
        if was_lost {
            let found = post.unwrap().place().is_some();
            assert!(found && acted || post.unwrap().is_unknown(play.now), "{post:?}");
        }
        refused += u32::from(post.is_some_and(crate::Post::is_refused));

        // What is shown in the end is what was answered.
        for message in &questions {
            if post.unwrap().place().is_some() && !was_refused {
                assert_eq!(post.unwrap().place(), Some(&message.place));
                assert_eq!(message.view, Some(model.view(person, play.now)), "{person}");
            }
        }

        // Each pair of guess and truth is revealed once.
        let pair = model.guess.contains_key(&person) && model.assisted.is_some();
        let wanted = pair && play.world.reveals && has_slack(person);
        assert!(reveals.len() <= usize::from(wanted), "{person}: {reveals:?}");
        let reveal_lost = play.lost.contains(&(number, person, true));
        if wanted && !reveal_lost && !was_refused && !model.opted_out.contains(&person) {
            assert_eq!(reveals.len(), 1, "{person}");
        }
        if reveal_lost {
            let reviewer = survey.reviewers.iter().find(|it| it.person.account == account(person)).unwrap();
            assert!(matches!(reviewer.reveal.state, PostState::Unknown { .. }), "{reviewer:?}");
        }
        for reveal in &reveals {
            match (&reveal.thread, questions.first()) {
                (Some(thread), Some(question)) => assert_eq!(*thread, question.place),
                (Some(thread), None) => panic!("{thread:?} is no message"),
                (None, Some(_)) => assert!(was_lost, "there is a thread"),
                (None, None) => {}
            }
        }
    }

    let row = survey.row(play.now);
    let asked = u32::from(model.author.is_some()) + u32::try_from(model.reviewers.len()).unwrap();
    assert_eq!((row.asked, row.opted_out, row.over_cap), (asked, model.opted_out_before, 0));
    assert_eq!(row.unreachable, model.unreachable + refused);
    let label = model.assisted.filter(|truth| truth.2 == TruthSource::Control).map(|truth| truth.0);
    assert_eq!(row.label, label);
}

/// Statistics and leaderboards over all surveys.
fn check_numbers(play: &Play, models: &BTreeMap<u64, Reference>) {
    let rows: Vec<SurveyRow> = play.store.values().map(|(_, survey)| survey.row(play.now)).collect();
    let resolved: Vec<_> = models.values().flat_map(Reference::resolved).collect();
    for person in PEOPLE {
        let stats = my_stats(&rows, &[account(person)].into());
        let right =
            |only: bool| many(resolved.iter().filter(|(who, _, right)| *who == person && (*right || !only)).count());
        assert_eq!(stats.accuracy, Accuracy { correct: right(true), resolved: right(false) }, "{person}");
        let guesses = models.values().filter(|model| model.guess.contains_key(&person)).count();
        let ratings: Vec<u8> =
            models.values().filter_map(|model| model.quality.get(&person)).map(|said| said.0.into()).collect();
        assert_eq!((stats.guesses, stats.rated), (many(guesses), many(ratings.len())));
        for row in &rows {
            assert_eq!(accuracy(&rows, row, &[account(person)].into()), stats.accuracy);
        }
    }
    let members: Vec<_> = PEOPLE
        .map(|number| BoardMember {
            id: format!("m_{number}").parse().unwrap(),
            name: format!("Person {number}"),
            accounts: [account(number)].into(),
            active: true,
        })
        .collect();
    let mut total = 0;
    for due in ["2026-11-30T09:00:00Z", "2026-12-07T09:00:00Z", "2026-12-14T09:00:00Z"] {
        let week = week_of(due.parse().unwrap(), &TimeZone::get("Europe/Berlin").unwrap()).unwrap();
        let board = leaderboard(BoardInput { rows: &rows, members: &members, merged: 2, week });
        let of_week: Vec<_> = resolved.iter().filter(|(_, at, _)| (week.start..week.end).contains(at)).collect();
        let people: BTreeSet<_> = of_week.iter().map(|(who, _, _)| who).collect();
        assert_eq!(board.numbers.detection.resolved, many(of_week.len()));
        assert_eq!(board.participants, many(people.len()));
        assert_eq!(board.top.is_some(), people.len() >= 3);
        total += board.numbers.detection.resolved;
    }
    assert_eq!(total, many(resolved.len()), "every guess counts in one week");
}

fn a_world() -> impl Strategy<Value = World> {
    let author = prop_oneof![8 => Just(AUTHOR), 1 => Just(7_u64), 1 => Just(8), 1 => Just(9), 1 => Just(6)];
    let minute = prop_oneof![6 => -50..0_i64, 1 => Just(0), 1 => 1..50_i64];
    let pull_request = (author, prop::collection::vec((a_person(), minute), 0..6));
    let pull_requests = prop::collection::vec(pull_request, 2);
    (pull_requests, any::<bool>(), any::<bool>(), prop::bool::weighted(0.85))
        .prop_map(|(pull_requests, detected, control, reveals)| World { pull_requests, detected, control, reveals })
}

/// Most of what happens is by a few people, so that guesses meet answers.
fn a_person() -> impl Strategy<Value = u64> {
    prop_oneof![2 => Just(AUTHOR), 4 => 2..=4_u64, 3 => PEOPLE]
}

fn a_happening() -> impl Strategy<Value = Happening> {
    let wait = prop_oneof![6 => 0..3_i64, 3 => 3..60_i64, 1 => 60..6000_i64];
    let an_answer = |assisted, others| {
        prop_oneof![
            assisted => any::<bool>().prop_map(Answer::Assisted),
            2 * others => any::<bool>().prop_map(Answer::Guess),
            others => select(vec![Quality::CouldBeBetter, Quality::Ok, Quality::Super]).prop_map(Answer::Quality),
        ]
    };
    // Now and then to a question that is not theirs.
    let said = prop_oneof![
        2 => (Just(AUTHOR), an_answer(9, 1)),
        5 => (a_person(), an_answer(1, 3)),
    ];
    let slack = prop_oneof![
        12 => Just(Slack::Accepts),
        1 => Just(Slack::AcceptsSilently),
        1 => Just(Slack::Loses),
        2 => Just(Slack::LimitsRate),
        2 => Just(Slack::IsDown),
        1 => Just(Slack::Refuses),
    ];
    prop_oneof![
        3 => wait.prop_map(Happening::Wait),
        2 => PULL_REQUESTS.prop_map(Happening::Merged),
        8 => (PULL_REQUESTS, said, prop::bool::weighted(0.2)).prop_map(
            |(pull_request, (person, answer), on_the_web)| {
                Happening::Clicks { pull_request, person, answer, on_the_web }
            }
        ),
        1 => (PULL_REQUESTS, PEOPLE).prop_map(|(pull_request, person)| Happening::OptsOut { pull_request, person }),
        8 => (any::<usize>(), prop::bool::weighted(0.2), prop::bool::weighted(0.1))
            .prop_map(|(which, again, crash)| Happening::Deliver { which, again, crash }),
        24 => (0..3_usize, PULL_REQUESTS, prop_oneof![Just(1_usize), Just(2), Just(9)], slack).prop_map(
            |(worker, pull_request, at_once, slack)| Happening::Work { worker, pull_request, at_once, slack }
        ),
        1 => (0..3_usize).prop_map(Happening::Crash),
        4 => Just(Happening::Calm),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_as_the_rules_say(
        world in a_world(),
        history in prop::collection::vec(a_happening(), 0..120),
    ) {
        let mut play = Play::new(world);
        play.happen(Happening::Merged(1));
        for happening in history {
            play.happen(happening);
        }
        play.end();
        for (number, reason) in &play.not_asked {
            let by_a_bot = play.world.pull_requests[usize::try_from(*number).unwrap() - 1].0 == 6;
            prop_assert_eq!(*reason, if by_a_bot { NotAsked::BotAuthor } else { NotAsked::TooLate });
        }
        let models: BTreeMap<u64, Reference> =
            play.store.keys().map(|number| (*number, Reference::of(&play, *number))).collect();
        for (number, model) in &models {
            check(&play, *number, model);
            prop_assert!(play.store[number].1.is_over(play.now));
        }
        check_numbers(&play, &models);
    }
}
