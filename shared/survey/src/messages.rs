//! Every word that people read in Slack.
//!
//! What others wrote (titles, names) is escaped and cut; nothing here is longer than Slack takes. A message of questions
//! is made from its [`View`] alone, in which nothing tells the truth or what was detected.

pub use crate::blocks::SlackMessage;
use crate::{
    answers::Reply,
    blocks::{actions, context, divider, foreign, header, link, section},
    board::{Board, Ranked, TeamNumbers},
    click::Click,
    mine::Mine,
    question::{Answer, Quality, Question},
    stats::{Accuracy, MyStats},
    steps::{Call, Step},
    survey::{End, Role, Survey, View},
};
use jiff::{Timestamp, civil::Date};
use plumbline_domain::TeamId;
use serde_json::{Value, json};

/// Most surveys that can be answered in the App Home at a time: Slack takes 100 blocks.
pub const MOST_OPEN_AT_HOME: usize = 14;

/// Most names on the leaderboard; of more who share a place, only the number is told.
const MOST_RANKED: usize = 10;

/// The message of a step. `accuracy` is the reviewer's, this guess included ([`crate::accuracy`]); only a reveal reads
/// it.
pub fn step(survey: &Survey, step: &Step, accuracy: Accuracy) -> SlackMessage {
    match &step.call {
        Call::Ask { view, .. } | Call::Update { view, .. } => question(survey, view),
        Call::Reveal { guess, truth, .. } => reveal(survey, *guess, *truth, accuracy),
    }
}

/// The questions, with what was answered and what is still open.
pub fn question(survey: &Survey, view: &View) -> SlackMessage {
    let link = pull_request(survey);
    let name = format!("#{} “{}”", survey.key.number, foreign(&survey.title));
    let (greeting, text) = match view.role {
        Role::Author => {
            (format!(":tada: *Your pull request was merged*\n{link}"), format!("Your pull request {name} was merged."))
        }
        Role::Reviewer => (
            format!(":mag: *A pull request that you reviewed was merged*\n{link}"),
            format!("A pull request that you reviewed was merged: {name}."),
        ),
    };
    let mut blocks = vec![section(greeting)];
    let answers: &[Question] = match view.role {
        Role::Author => &[Question::Assisted],
        Role::Reviewer => &[Question::Quality, Question::Guess],
    };
    for question in answers {
        match answered(*view, *question) {
            Some(answer) => blocks.push(section(format!(":white_check_mark: {}", said(answer)))),
            None if view.end.is_some() => {}
            None => {
                blocks.push(section(format!("*{}*", asks(*question))));
                blocks.push(buttons(survey, *question));
            }
        }
    }
    let open = view.open();
    let more = match (view.end, open.as_slice()) {
        (Some(End::Expired), _) => {
            let closing = ":hourglass: This survey has expired: answers are taken for 7 days after the merge.";
            blocks.push(context(closing.to_owned()));
            "The survey has expired.".to_owned()
        }
        (Some(End::OptedOut), _) => {
            let closing = ":no_bell: You opted out, so you will not be asked about further pull requests. Changed your \
                           mind? `/plumbline opt in`";
            blocks.push(context(closing.to_owned()));
            "You opted out of surveys.".to_owned()
        }
        (None, []) => {
            let closing = match view.role {
                Role::Author => "Thank you! That is all.",
                Role::Reviewer => {
                    "Thank you! That is all. Should your guess be resolved, you will read it in this thread."
                }
            };
            blocks.push(context(closing.to_owned()));
            "Thank you for your answers!".to_owned()
        }
        (None, open) => {
            blocks.push(context(format!(
                "{} Open until {}. First answers are final, and there are no reminders.",
                match (view.role, open) {
                    (Role::Author, _) => "One click and you are done.",
                    (Role::Reviewer, [_]) => "Nearly done: one more click.",
                    (Role::Reviewer, _) => "Two clicks and you are done.",
                },
                day(survey.expires_at())
            )));
            let opt_out = Click::OptOut { team_id: survey.team_id.clone(), pull_request: survey.key };
            blocks.push(actions([("Don't ask me again", opt_out)]));
            open.iter().map(|question| asks(*question)).collect::<Vec<_>>().join(" ")
        }
    };
    SlackMessage::new(format!("{text} {more}"), blocks)
}

/// Right or wrong, the truth, and how often the reviewer was right so far.
pub fn reveal(survey: &Survey, guess: bool, truth: bool, accuracy: Accuracy) -> SlackMessage {
    let (mark, verdict) =
        if guess == truth { (":dart:", "You guessed right") } else { (":see_no_evil:", "Not this time") };
    let fact = if truth { "it was AI-assisted" } else { "it was not AI-assisted" };
    let so_far = format!("So far you were right in {}.", of(accuracy.correct, accuracy.resolved));
    let text = format!("{verdict}: {fact} (#{} “{}”). {so_far}", survey.key.number, foreign(&survey.title));
    let blocks = vec![section(format!("{mark} *{verdict}:* {fact}.\n{}", pull_request(survey))), context(so_far)];
    SlackMessage::new(text, blocks)
}

/// What the person who clicked is told, and nobody else; `None` where the message itself says it.
pub fn reply(reply: Reply) -> Option<SlackMessage> {
    let text = match reply {
        Reply::Recorded => return None,
        Reply::AlreadyAnswered(answer) => {
            format!("Thank you, but you answered this already, and the first answer is final. {}", said(answer))
        }
        Reply::Expired => {
            "Sorry, this survey has expired: answers are taken for 7 days after the merge. Thank you all the same!"
                .to_owned()
        }
        Reply::NotAsked => {
            "This question is not for you: only the author and the reviewers of the pull request are asked.".to_owned()
        }
        Reply::OptedOut => return Some(opted_out()),
        Reply::Malformed => {
            "Sorry, this button is not one that Plumbline knows. Nothing was recorded; open surveys are in the app's Home \
             tab."
                .to_owned()
        }
    };
    Some(SlackMessage::plain(text))
}

/// Confirms that somebody opted out.
pub fn opted_out() -> SlackMessage {
    let text = ":no_bell: Done: you will not be asked about pull requests any more. `/plumbline opt in` brings the \
                questions back.";
    SlackMessage::plain(text.to_owned())
}

/// Confirms that somebody opted in.
pub fn opted_in() -> SlackMessage {
    let text = ":bell: Welcome back: you will be asked about the pull requests that you write and review. `/plumbline \
                opt out` stops it at any time.";
    SlackMessage::plain(text.to_owned())
}

/// To somebody whose Slack account is linked to no member.
pub fn not_a_member() -> SlackMessage {
    let text = "Sorry, Plumbline does not know who you are yet: your Slack account is not linked to a member. An admin \
                of your team can link it, in the dashboard under Identities.";
    SlackMessage::plain(text.to_owned())
}

/// What can be asked with the slash command.
pub fn help() -> SlackMessage {
    let text = "When a pull request is merged, Plumbline asks its author whether AI helped, and its reviewers how good it \
                is and what they guess. Two clicks at most, no reminders.\n\
                • `/plumbline` shows your statistics\n\
                • `/plumbline opt out` stops the questions\n\
                • `/plumbline opt in` brings them back\n\
                • `/plumbline help` shows this\n\
                Open surveys are in the app's Home tab.";
    SlackMessage::plain(text.to_owned())
}

/// To a command that is none.
pub fn unknown_command() -> SlackMessage {
    let SlackMessage { text, .. } = help();
    SlackMessage::plain(format!("Sorry, I don't know that one. {text}"))
}

/// Somebody's own statistics.
pub fn stats(stats: &MyStats) -> SlackMessage {
    SlackMessage::plain(format!(":bar_chart: *Your surveys so far*\n{}", stats_lines(stats)))
}

/// What the App Home shows.
#[derive(Debug, Clone, Copy)]
pub struct Home<'a> {
    /// Of which team.
    pub team_id: &'a TeamId,
    /// The member's statistics.
    pub stats: &'a MyStats,
    /// The surveys in which they take part, with what they may see; those without an open question are left out.
    pub surveys: &'a [(Survey, Mine)],
    /// Whether they are asked.
    pub opted_in: bool,
}

/// The view for `views.publish`.
pub fn home(home: &Home<'_>) -> Value {
    let mut blocks = vec![header("Your surveys".to_owned()), section(stats_lines(home.stats)), divider()];
    let open: Vec<_> = home.surveys.iter().filter(|(_, mine)| !mine.open.is_empty()).collect();
    if open.is_empty() {
        blocks
            .push(section("*Nothing to answer.* When a pull request of yours is merged, it appears here.".to_owned()));
    } else {
        blocks.push(section("*Still open*".to_owned()));
    }
    for (survey, mine) in open.iter().take(MOST_OPEN_AT_HOME) {
        let whose = match mine.role {
            Role::Author => "You wrote",
            Role::Reviewer => "You reviewed",
        };
        blocks.push(section(format!("{whose} {}\nOpen until {}", pull_request(survey), day(mine.expires_at))));
        for question in &mine.open {
            blocks.push(section(format!("*{}*", asks(*question))));
            blocks.push(buttons(survey, *question));
        }
    }
    if let Some(more @ 1..) = open.len().checked_sub(MOST_OPEN_AT_HOME) {
        blocks.push(context(format!("And {more} more: answer these, and the next ones appear.")));
    }
    blocks.push(divider());
    let settings = |opted_in| Click::Settings { team_id: home.team_id.clone(), opted_in };
    if home.opted_in {
        blocks.push(section("*Settings:* you are asked about the pull requests that you write and review.".to_owned()));
        blocks.push(actions([("Don't ask me any more", settings(false))]));
    } else {
        blocks.push(section("*Settings:* you opted out, and are not asked.".to_owned()));
        blocks.push(actions([("Ask me again", settings(true))]));
    }
    json!({ "type": "home", "blocks": blocks })
}

/// The App Home of somebody whose Slack account is linked to no member.
pub fn home_of_nobody() -> Value {
    json!({ "type": "home", "blocks": not_a_member().blocks })
}

/// The weekly leaderboard, long or short.
pub fn leaderboard(board: &Board) -> SlackMessage {
    let title = format!("The week {}", days(board.week.from, board.week.to));
    let numbers = numbers_lines(&board.numbers);
    let mut blocks = vec![header(title.clone())];
    let mut text = title;
    if let Some(top) = &board.top {
        let mut lines: Vec<_> = top.iter().take(MOST_RANKED).map(ranked_line).collect();
        if let Some(more @ 1..) = top.len().checked_sub(MOST_RANKED) {
            lines.push(format!("… and {more} more on the same place"));
        }
        let best = top.iter().filter(|one| one.place.number == 1).take(3).map(|one| foreign(&one.name));
        text = format!("{text}: best guesses by {}", best.collect::<Vec<_>>().join(", "));
        blocks.push(section(format!("*Who guesses best whether AI helped?*\n{}", lines.join("\n"))));
    }
    blocks.push(section(format!("*The team*\n{}", numbers.join("\n"))));
    if board.top.is_none() {
        let note = match board.participants {
            0 => "No guesses were resolved this week.",
            _ => "Not enough people for a ranking this week.",
        };
        blocks.push(context(note.to_owned()));
    }
    SlackMessage::new(format!("{text}. {}", numbers.join(", ")), blocks)
}

fn pull_request(survey: &Survey) -> String {
    link(&survey.url, &survey.repository, survey.key, &survey.title)
}

fn asks(question: Question) -> &'static str {
    match question {
        Question::Assisted => "Was it AI-assisted?",
        Question::Quality => "How good is it?",
        Question::Guess => "Do you think it was AI-assisted?",
    }
}

fn quality_words(quality: Quality) -> &'static str {
    match quality {
        Quality::CouldBeBetter => "could be better",
        Quality::Ok => "OK",
        Quality::Super => "super",
    }
}

fn said(answer: Answer) -> String {
    match answer {
        Answer::Assisted(true) => "You said: it was AI-assisted.".to_owned(),
        Answer::Assisted(false) => "You said: it was not AI-assisted.".to_owned(),
        Answer::Quality(quality) => format!("Your rating: {}.", quality_words(quality)),
        Answer::Guess(true) => "Your guess: AI-assisted.".to_owned(),
        Answer::Guess(false) => "Your guess: not AI-assisted.".to_owned(),
    }
}

fn answered(view: View, question: Question) -> Option<Answer> {
    match question {
        Question::Assisted => view.assisted.map(Answer::Assisted),
        Question::Quality => view.quality.map(Answer::Quality),
        Question::Guess => view.guess.map(Answer::Guess),
    }
}

fn buttons(survey: &Survey, question: Question) -> Value {
    let click = |answer| Click::Answer { team_id: survey.team_id.clone(), pull_request: survey.key, answer };
    match question {
        Question::Assisted => actions([("Yes", click(Answer::Assisted(true))), ("No", click(Answer::Assisted(false)))]),
        Question::Quality => actions([
            ("1 · Could be better", click(Answer::Quality(Quality::CouldBeBetter))),
            ("2 · OK", click(Answer::Quality(Quality::Ok))),
            ("3 · Super", click(Answer::Quality(Quality::Super))),
        ]),
        Question::Guess => actions([("Yes", click(Answer::Guess(true))), ("No", click(Answer::Guess(false)))]),
    }
}

/// `5 of 8 guesses (63 %)`.
fn of(correct: u64, resolved: u64) -> String {
    let guesses = if resolved == 1 { "guess" } else { "guesses" };
    let percent = percent(correct, resolved).map(|percent| format!(" ({percent})")).unwrap_or_default();
    format!("{correct} of {resolved} {guesses}{percent}")
}

/// Rounded to whole per cent; `None` of nothing.
fn percent(part: u64, whole: u64) -> Option<String> {
    let rounded = (part * 100 + whole / 2).checked_div(whole)?;
    Some(format!("{rounded} %"))
}

fn stats_lines(stats: &MyStats) -> String {
    let MyStats { rated, guesses, accuracy, authored, authored_assisted, authored_known, .. } = *stats;
    let ratings = match stats.mean_quality {
        Some(mean) => format!("{rated} ratings, {mean:.1} of 3 on average"),
        None => "no ratings yet".to_owned(),
    };
    let right = match accuracy.resolved {
        0 if guesses == 0 => "no guesses yet".to_owned(),
        0 => format!("{guesses} guesses, none resolved yet"),
        resolved => format!("right in {}, {guesses} made", of(accuracy.correct, resolved)),
    };
    let wrote = match percent(authored_assisted, authored_known) {
        Some(share) => {
            format!("{authored} written, {share} AI-assisted ({authored_assisted} of {authored_known} known)")
        }
        None => format!("{authored} written"),
    };
    format!("• *Your guesses:* {right}\n• *Your ratings:* {ratings}\n• *Your pull requests:* {wrote}")
}

fn ranked_line(one: &Ranked) -> String {
    let medal = match one.place.number {
        1 => ":first_place_medal:",
        2 => ":second_place_medal:",
        _ => ":third_place_medal:",
    };
    let joint = if one.place.shared { "joint " } else { "" };
    let Accuracy { correct, resolved } = one.accuracy;
    format!("{medal} {joint}{}. *{}*: {}", one.place.number, foreign(&one.name), of(correct, resolved))
}

fn numbers_lines(numbers: &TeamNumbers) -> Vec<String> {
    let TeamNumbers { merged, assisted, assisted_n, detection, mean_quality, quality_n } = *numbers;
    let unknown = || "not known yet".to_owned();
    let share =
        percent(assisted, assisted_n).map_or_else(unknown, |share| format!("{share} ({assisted} of {assisted_n})"));
    let rate = if detection.resolved == 0 { unknown() } else { of(detection.correct, detection.resolved) };
    let quality = mean_quality.map_or_else(unknown, |mean| format!("{mean:.1} of 3 ({quality_n} ratings)"));
    vec![
        format!("Merged pull requests: {merged}"),
        format!("AI-assisted: {share}"),
        format!("Guessed right: {rate}"),
        format!("Mean quality: {quality}"),
    ]
}

/// A day in the reader's own time zone and words; the day in UTC where Slack cannot.
fn day(at: Timestamp) -> String {
    format!("<!date^{}^{{date_long}}|{}>", at.as_second(), at.strftime("%-d %B %Y"))
}

/// `23 to 29 November 2026`.
fn days(from: Date, to: Date) -> String {
    let (same_year, same_month) = (from.year() == to.year(), from.month() == to.month());
    let first = match (same_year, same_month) {
        (true, true) => "%-d",
        (true, false) => "%-d %B",
        (false, _) => "%-d %B %Y",
    };
    format!("{} to {}", from.strftime(first), to.strftime("%-d %B %Y"))
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
