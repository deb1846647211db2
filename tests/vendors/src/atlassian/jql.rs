//! The part of JQL that a connector needs: conditions joined by AND, and ORDER BY.

use super::{
    model::{Category, Issue, STATUSES},
    state::State,
};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

/// A query, read.
#[derive(Debug)]
pub(super) struct Query {
    conditions: Vec<Condition>,
    /// Field, and whether descending.
    order: Vec<(String, bool)>,
}

#[derive(Debug)]
struct Condition {
    field: String,
    operator: String,
    values: Vec<String>,
}

/// Whether an issue fits.
type Test<'a> = Box<dyn Fn(&Issue) -> bool + 'a>;

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\n' | '\t' => {}
            '(' | ')' | ',' => words.push(character.to_string()),
            '"' | '\'' => {
                // The mark keeps a quoted word from being read as an operator.
                let quoted: String = characters.by_ref().take_while(|next| *next != character).collect();
                words.push(format!("\u{1}{quoted}"));
            }
            '=' | '<' | '>' | '!' | '~' => {
                let mut operator = character.to_string();
                if characters.peek() == Some(&'=') {
                    characters.next();
                    operator.push('=');
                }
                words.push(operator);
            }
            _ => {
                let mut word = character.to_string();
                while let Some(next) = characters.peek().filter(|next| !" \n\t(),=<>!~\"".contains(**next)) {
                    word.push(*next);
                    characters.next();
                }
                words.push(word);
            }
        }
    }
    words
}

fn plain(word: &str) -> String {
    word.trim_start_matches('\u{1}').to_owned()
}

fn is(word: Option<&String>, keyword: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(keyword))
}

impl Query {
    /// Reads a query. `Err` is what Jira says.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let words = words(text);
        let mut at = 0;
        let mut query = Self { conditions: Vec::new(), order: Vec::new() };
        while at < words.len() && !is(words.get(at), "order") {
            if !query.conditions.is_empty() {
                if !is(words.get(at), "and") {
                    return Err(format!("Error in the JQL Query: Expecting 'AND' but got '{}'.", plain(&words[at])));
                }
                at += 1;
            }
            at = query.condition(&words, at)?;
        }
        if is(words.get(at), "order") && is(words.get(at + 1), "by") {
            for part in words[at + 2..].split(|word| word == ",") {
                let Some(field) = part.first() else { break };
                query.order.push((plain(field).to_lowercase(), is(part.get(1), "desc")));
            }
        }
        if query.order.len() > 7 {
            return Err("The maximum number of fields in ORDER BY is 7.".into());
        }
        if query.conditions.is_empty() {
            return Err(
                "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.".into()
            );
        }
        Ok(query)
    }

    fn condition(&mut self, words: &[String], mut at: usize) -> Result<usize, String> {
        let broken = || "Error in the JQL Query: The query ends or breaks off unexpectedly.".to_owned();
        let field = plain(words.get(at).ok_or_else(broken)?).to_lowercase();
        let mut operator = words.get(at + 1).ok_or_else(broken)?.to_lowercase();
        at += 2;
        if operator == "not" && is(words.get(at), "in") {
            operator = "not in".into();
            at += 1;
        }
        if operator == "is" {
            operator = if is(words.get(at), "not") { "is not" } else { "is" }.into();
            at += usize::from(operator == "is not");
        }
        let mut values = Vec::new();
        if operator.ends_with("in") {
            if words.get(at).is_none_or(|word| word != "(") {
                return Err(broken());
            }
            let close = words.iter().skip(at).position(|word| word == ")").ok_or_else(broken)? + at;
            values.extend(words[at + 1..close].iter().filter(|word| *word != ",").map(|word| plain(word)));
            at = close + 1;
        } else {
            values.push(plain(words.get(at).ok_or_else(broken)?));
            at += 1;
        }
        self.conditions.push(Condition { field, operator, values });
        Ok(at)
    }

    /// The issues that fit, in the order asked for, then by id, the newest first.
    pub(super) fn run<'a>(&self, state: &'a State, now: Timestamp, zone: &TimeZone) -> Result<Vec<&'a Issue>, String> {
        let mut tests: Vec<Test<'_>> = Vec::new();
        for condition in &self.conditions {
            tests.push(condition.test(state, now, zone)?);
        }
        let visible = state.issues.values().filter(|issue| !state.hidden.contains(&issue.id));
        let mut found: Vec<&Issue> = visible.filter(|issue| tests.iter().all(|test| test(issue))).collect();
        found.reverse();
        for (field, descending) in self.order.iter().rev() {
            let key = |issue: &Issue| -> (i64, u64) {
                match field.as_str() {
                    "created" => (issue.created_at.as_second(), 0),
                    "updated" => (issue.updated_at.as_second(), 0),
                    "id" | "key" | "issuekey" => (i64::try_from(issue.project).unwrap_or(0), issue.id),
                    _ => (0, 0),
                }
            };
            found.sort_by_key(|issue| key(issue));
            if *descending {
                found.reverse();
            }
        }
        Ok(found)
    }
}

impl Condition {
    fn test<'a>(&'a self, state: &'a State, now: Timestamp, zone: &TimeZone) -> Result<Test<'a>, String> {
        let among = |value: &str| self.values.iter().any(|given| given.eq_ignore_ascii_case(value));
        let wanted = !matches!(self.operator.as_str(), "!=" | "not in");
        Ok(match self.field.as_str() {
            "project" => {
                let known = |value: &String| {
                    state.projects.values().any(|project| {
                        project.key.eq_ignore_ascii_case(value)
                            || project.id.to_string() == *value
                            || project.name == value
                    })
                };
                if let Some(unknown) = self.values.iter().find(|value| !known(value)) {
                    return Err(format!("The value '{unknown}' does not exist for the field 'project'."));
                }
                Box::new(move |issue| {
                    let project = &state.projects[&issue.project];
                    (among(project.key) || among(&project.id.to_string()) || among(project.name)) == wanted
                })
            }
            "key" | "issuekey" | "id" | "issue" => {
                Box::new(move |issue| (among(&issue.key) || among(&issue.id.to_string())) == wanted)
            }
            "statuscategory" => {
                let category = move |issue: &Issue| match issue.status.category {
                    Category::New => among("new") || among("To Do") || among("2"),
                    Category::Indeterminate => among("indeterminate") || among("In Progress") || among("4"),
                    Category::Done => among("done") || among("3"),
                };
                Box::new(move |issue| category(issue) == wanted)
            }
            "status" => {
                if let Some(unknown) = self.values.iter().find(|value| {
                    !STATUSES.iter().any(|s| s.name.eq_ignore_ascii_case(value) || s.id.to_string() == **value)
                }) {
                    return Err(format!("The value '{unknown}' does not exist for the field 'status'."));
                }
                Box::new(move |issue| (among(issue.status.name) || among(&issue.status.id.to_string())) == wanted)
            }
            "sprint" => Box::new(move |issue| issue.sprints.iter().any(|id| among(&id.to_string())) == wanted),
            field @ ("updated" | "created" | "resolved" | "resolutiondate") => {
                let value = self.values.first().cloned().unwrap_or_default();
                let limit = instant(&value, now, zone).ok_or_else(|| {
                    format!("Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.")
                })?;
                Box::new(move |issue| {
                    let at = match self.field.as_str() {
                        "updated" => Some(issue.updated_at),
                        "created" => Some(issue.created_at),
                        _ => issue.resolved_at,
                    };
                    at.is_some_and(|at| match self.operator.as_str() {
                        ">=" => at >= limit,
                        ">" => at > limit,
                        "<=" => at <= limit,
                        "<" => at < limit,
                        _ => at == limit,
                    })
                })
            }
            field => return Err(format!("Field '{field}' does not exist or you do not have permission to view it.")),
        })
    }
}

/// A relative time such as `-75m`, or a local one of the calling user with minutes at most.
fn instant(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(back) = text.strip_prefix('-').or_else(|| text.strip_prefix('+'))
        && !text.contains(':')
    {
        let digits = back.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        let count: i64 = digits.parse().ok()?;
        let minutes = match &back[digits.len()..] {
            "" | "m" => 1,
            "h" => 60,
            "d" => 24 * 60,
            "w" => 7 * 24 * 60,
            _ => return None,
        };
        let span = SignedDuration::from_mins(count * minutes);
        return Some(if text.starts_with('-') { now - span } else { now + span });
    }
    let text = text.replace('/', "-");
    let local = DateTime::strptime("%Y-%m-%d %H:%M", &text)
        .or_else(|_| DateTime::strptime("%Y-%m-%d %H:%M", format!("{text} 00:00")))
        .ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}
