//! What buttons carry, and what follows the slash command. Nothing in it says who acts: that is Slack's to sign.

use crate::question::{Answer, Quality, Question};
use plumbline_domain::{Provider, PullRequestKey, RepositoryKey, TeamId};

/// What a button asks for. In Slack it is an `action_id` (`survey.quality.2`: what was chosen) and a `value`
/// (`quality demo github:17#42`: what is answered).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Click {
    /// An answer.
    Answer {
        /// Of which team.
        team_id: TeamId,
        /// The survey's pull request.
        pull_request: PullRequestKey,
        /// What was chosen.
        answer: Answer,
    },
    /// Opting out, in the message of a survey.
    OptOut {
        /// Of which team.
        team_id: TeamId,
        /// The survey's pull request.
        pull_request: PullRequestKey,
    },
    /// Opting in or out, in the App Home.
    Settings {
        /// Of which team.
        team_id: TeamId,
        /// In.
        opted_in: bool,
    },
}

/// A button carried what none of ours does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the button's action and value are not of the survey's making")]
pub struct Malformed;

impl Click {
    /// The team it names: not to be believed before the workspace was found to be that team's.
    pub fn team_id(&self) -> &TeamId {
        let (Self::Answer { team_id, .. } | Self::OptOut { team_id, .. } | Self::Settings { team_id, .. }) = self;
        team_id
    }

    /// Reads what a button carried; only what [`Click::action_id`] and [`Click::value`] make is accepted.
    pub fn parse(action_id: &str, value: &str) -> Result<Self, Malformed> {
        let mut words = value.split(' ');
        let what = words.next().ok_or(Malformed)?;
        let team_id: TeamId = words.next().and_then(|word| word.parse().ok()).ok_or(Malformed)?;
        let mut pull_request = || words.next().and_then(parse_key).ok_or(Malformed);
        let click = match what {
            "settings" => Self::Settings { team_id, opted_in: action_id == "survey.settings.opt_in" },
            "opt_out" => Self::OptOut { team_id, pull_request: pull_request()? },
            _ => {
                let answer = parse_answer(action_id).ok_or(Malformed)?;
                Self::Answer { team_id, pull_request: pull_request()?, answer }
            }
        };
        // What was read is written again, so that there is one form of everything.
        if click.action_id() == action_id && click.value() == value { Ok(click) } else { Err(Malformed) }
    }

    /// The button's `action_id`; no two buttons of a block share one.
    pub fn action_id(&self) -> String {
        match self {
            Self::Answer { answer, .. } => match answer {
                Answer::Assisted(yes) => format!("survey.assisted.{}", yes_or_no(*yes)),
                Answer::Quality(quality) => format!("survey.quality.{}", u8::from(*quality)),
                Answer::Guess(yes) => format!("survey.guess.{}", yes_or_no(*yes)),
            },
            Self::OptOut { .. } => "survey.opt_out".to_owned(),
            Self::Settings { opted_in: true, .. } => "survey.settings.opt_in".to_owned(),
            Self::Settings { opted_in: false, .. } => "survey.settings.opt_out".to_owned(),
        }
    }

    /// The button's `value`.
    pub fn value(&self) -> String {
        match self {
            Self::Answer { team_id, pull_request, answer } => {
                let question = match answer.question() {
                    Question::Assisted => "assisted",
                    Question::Quality => "quality",
                    Question::Guess => "guess",
                };
                format!("{question} {team_id} {pull_request}")
            }
            Self::OptOut { team_id, pull_request } => format!("opt_out {team_id} {pull_request}"),
            Self::Settings { team_id, .. } => format!("settings {team_id}"),
        }
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn parse_answer(action_id: &str) -> Option<Answer> {
    let yes = |text: &str| match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    match action_id.strip_prefix("survey.")?.split_once('.')? {
        ("assisted", answer) => yes(answer).map(Answer::Assisted),
        ("guess", answer) => yes(answer).map(Answer::Guess),
        ("quality", number) => {
            number.parse::<u8>().ok().and_then(|number| Quality::try_from(number).ok()).map(Answer::Quality)
        }
        _ => None,
    }
}

/// `github:17#42`.
fn parse_key(text: &str) -> Option<PullRequestKey> {
    let (repository, number) = text.split_once('#')?;
    let (provider, id) = repository.split_once(':')?;
    let provider: Provider = provider.parse().ok()?;
    Some(PullRequestKey { repository: RepositoryKey { provider, id: id.parse().ok()? }, number: number.parse().ok()? })
}

/// What can be asked with `/plumbline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// My statistics: also where nothing follows.
    Stats,
    /// Ask me no more.
    OptOut,
    /// Ask me again.
    OptIn,
    /// What can be asked.
    Help,
    /// None of these: help with an apology.
    Unknown,
}

impl Command {
    /// Reads what follows `/plumbline`, in any case and spacing.
    pub fn parse(text: &str) -> Self {
        let words: Vec<_> = text.split([' ', '-', '_', '\t']).filter(|word| !word.is_empty()).collect();
        match words.join(" ").to_lowercase().as_str() {
            "" | "stats" | "my stats" | "me" => Self::Stats,
            "opt out" | "optout" | "stop" => Self::OptOut,
            "opt in" | "optin" | "start" => Self::OptIn,
            "help" => Self::Help,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
#[path = "click_tests.rs"]
mod tests;
