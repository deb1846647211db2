//! Who is asked, decided once, at the merge.

use crate::{
    EXPIRES_DAYS,
    post::{Post, later},
    sample::{Purpose, is_chosen},
    settings::SurveySettings,
    survey::{Asked, Author, Detection, Participant, QuestionMessage, Reviewer, Survey, Truth, TruthSource, WhyNot},
};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::{Actor, ActorKind, MemberId, PullRequest, Scalars, TeamId, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// All that decides who is asked.
#[derive(Debug)]
pub struct Opening<'a> {
    /// Whose pull request.
    pub team: &'a TeamId,
    /// As the code host tells it now, with its reviews: webhooks may be missing.
    pub pull_request: &'a PullRequest,
    /// `owner/name`.
    pub repository: &'a str,
    /// Where it can be read.
    pub url: &'a str,
    /// The team's accounts at the code host; who is missing is no member and not known in Slack.
    pub people: &'a BTreeMap<VendorId, PersonView>,
    /// Accounts that the team calls bots.
    pub team_bots: &'a BTreeSet<VendorId>,
    /// The team's settings.
    pub settings: &'a SurveySettings,
    /// What the detector found; `None` when it could not look.
    pub detection: Option<Detection>,
    /// The present.
    pub now: Timestamp,
}

/// What is known of the person behind an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonView {
    /// The member, if it is linked to one.
    pub member: Option<MemberId>,
    /// Slack's id of the person, if known.
    pub slack_user: Option<String>,
    /// Opted out of surveys.
    pub opted_out: bool,
    /// In how many surveys the person was asked today, in the team's time zone.
    pub asked_today: u32,
}

/// What comes of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A survey; it may be that nobody in it is asked, and it says why.
    Survey(Box<Survey>),
    /// None.
    NotAsked(NotAsked),
}

/// Why there is no survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotAsked {
    /// The code host does not say that it was merged.
    NotMerged,
    /// It was merged more than seven days ago: the buttons would have expired.
    TooLate,
    /// The team switched surveys off.
    SurveysOff,
    /// The team surveys a share of its pull requests, and this one is not in it.
    NotSampled,
    /// A bot wrote it.
    BotAuthor,
    /// No person wrote or reviewed it.
    Nobody,
}

impl NotAsked {
    /// The name in logs and counts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotMerged => "not_merged",
            Self::TooLate => "too_late",
            Self::SurveysOff => "surveys_off",
            Self::NotSampled => "not_sampled",
            Self::BotAuthor => "bot_author",
            Self::Nobody => "nobody",
        }
    }
}

/// Opens the survey of a merged pull request. The same input gives the same survey.
///
/// Asked are the author and every person who submitted a review no later than the merge. A person with several accounts
/// is asked once, as the author where they are that. Signs of AI use answer for the author, unless the pull request is
/// in the control sample and the author can be asked. Without an author to ask (deleted, opted out, not to be reached)
/// and without such signs there is no truth and no reveal; reviewers are asked all the same, since their messages must
/// not depend on what was detected and their ratings count.
pub fn open(opening: Opening<'_>) -> Opened {
    let Some((scalars, merged_at)) = merged(opening.pull_request) else {
        return Opened::NotAsked(NotAsked::NotMerged);
    };
    let key = opening.pull_request.key;
    let settings = opening.settings;
    let latest = later(merged_at, SignedDuration::from_hours(24 * EXPIRES_DAYS));
    let none = if scalars.author.as_ref().is_some_and(|author| opening.is_bot(author)) {
        Some(NotAsked::BotAuthor)
    } else if !settings.surveys {
        Some(NotAsked::SurveysOff)
    } else if opening.now >= latest {
        Some(NotAsked::TooLate)
    } else {
        let chosen = is_chosen(Purpose::Survey, opening.team, key, settings.sampling_rate);
        (!chosen).then_some(NotAsked::NotSampled)
    };
    if let Some(reason) = none {
        return Opened::NotAsked(reason);
    }

    let author = scalars.author.as_ref().filter(|author| author.kind == ActorKind::User);
    let author = author.map(|actor| opening.participant(actor));
    let reviewers = opening.reviewers(scalars.author.as_ref(), author.as_ref(), merged_at);
    if author.is_none() && reviewers.is_empty() {
        return Opened::NotAsked(NotAsked::Nobody);
    }

    let detected = opening.detection.as_ref().is_some_and(Detection::answers);
    let can_be_asked = author.as_ref().is_some_and(Participant::is_asked);
    let control = can_be_asked && is_chosen(Purpose::Control, opening.team, key, settings.control_rate);
    let truth = (detected && !control).then_some(Truth { assisted: true, source: TruthSource::Auto, at: opening.now });
    let author = author.map(|mut person| {
        if truth.is_some() && person.is_asked() {
            person.asked = Asked::Nowhere(WhyNot::Detected);
        }
        Author { person, assisted: None }
    });
    let reviewers = reviewers
        .into_iter()
        .map(|person| Reviewer { person, quality: None, guess: None, reveal: Post::default() })
        .collect();
    Opened::Survey(Box::new(Survey {
        team_id: opening.team.clone(),
        key,
        repository: opening.repository.to_owned(),
        title: scalars.title.clone(),
        url: opening.url.to_owned(),
        merged_at,
        opened_at: opening.now,
        reveals: settings.reveals,
        detection: opening.detection,
        control,
        truth,
        author,
        reviewers,
    }))
}

fn merged(pull_request: &PullRequest) -> Option<(&Scalars, Timestamp)> {
    let scalars = pull_request.scalars.as_ref()?;
    Some((scalars, scalars.merged_at?))
}

impl Opening<'_> {
    fn account(&self, actor: &Actor) -> VendorId {
        VendorId::new(self.pull_request.key.repository.provider, actor.id)
    }

    /// By the vendor's word or the team's.
    fn is_bot(&self, actor: &Actor) -> bool {
        actor.kind == ActorKind::Bot || self.team_bots.contains(&self.account(actor))
    }

    fn participant(&self, actor: &Actor) -> Participant {
        let account = self.account(actor);
        let known = self.people.get(&account).cloned().unwrap_or_default();
        let asked = if known.opted_out {
            Asked::Nowhere(WhyNot::OptedOut)
        } else if known.slack_user.is_none() && known.member.is_none() {
            Asked::Nowhere(WhyNot::Unreachable)
        } else if self.settings.daily_cap.is_some_and(|cap| known.asked_today >= cap) {
            Asked::Nowhere(WhyNot::OverCap)
        } else if known.slack_user.is_some() {
            Asked::Slack
        } else {
            Asked::Web
        };
        Participant {
            account,
            login: actor.login.clone(),
            member: known.member,
            slack_user: known.slack_user,
            asked,
            opted_out_at: None,
            message: QuestionMessage::default(),
        }
    }

    /// Every person but the author who submitted a review no later than the merge, in the order of their first reviews.
    fn reviewers(
        &self,
        author: Option<&Actor>,
        author_as_person: Option<&Participant>,
        merged_at: Timestamp,
    ) -> Vec<Participant> {
        let mut reviews: Vec<_> = self
            .pull_request
            .reviews
            .iter()
            .filter(|(_, review)| review.submitted_at <= merged_at)
            .filter_map(|(id, review)| Some((review.submitted_at, *id, review.author.as_ref()?)))
            .filter(|(_, _, actor)| actor.kind == ActorKind::User && !self.is_bot(actor))
            .filter(|(_, _, actor)| author.is_none_or(|author| author.id != actor.id))
            .collect();
        reviews.sort_unstable_by_key(|(at, id, _)| (*at, *id));
        let mut people: Vec<Participant> = Vec::new();
        for (_, _, actor) in reviews {
            let person = self.participant(actor);
            if !people.iter().chain(author_as_person).any(|known| is_same(known, &person)) {
                people.push(person);
            }
        }
        people
    }
}

/// Whether two accounts are one person's.
fn is_same(one: &Participant, other: &Participant) -> bool {
    one.account == other.account
        || (one.member.is_some() && one.member == other.member)
        || (one.slack_user.is_some() && one.slack_user == other.slack_user)
}

#[cfg(test)]
#[path = "opening_tests.rs"]
mod tests;
