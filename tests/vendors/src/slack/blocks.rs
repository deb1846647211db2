//! Block Kit's rules, as far as messages and homes of buttons need them: <https://docs.slack.dev/reference/block-kit>.
//!
//! What this does not know, such as inputs and menus, it refuses like a mistake: an app that wants to send it has to
//! teach it to the simulator first.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Where blocks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    Message,
    View,
}

/// What is wrong with the blocks, in Slack's manner: words and a JSON pointer.
pub(super) fn mistakes(blocks: &[Value], surface: Surface) -> Vec<String> {
    let most = if surface == Surface::Message { 50 } else { 100 };
    let mut check = Check::default();
    if blocks.len() > most {
        check.no("/blocks", &format!("no more than {most} items allowed"));
    }
    for (index, block) in blocks.iter().enumerate() {
        check.block(&format!("/blocks/{index}"), block);
    }
    check.mistakes
}

#[derive(Default)]
struct Check {
    mistakes: Vec<String>,
    block_ids: BTreeSet<String>,
}

impl Check {
    fn no(&mut self, at: &str, words: &str) {
        self.mistakes.push(format!("{words} [json-pointer:{at}]"));
    }

    fn object<'a>(&mut self, at: &str, value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(map) = value.as_object() else {
            self.no(at, "should be an object");
            return None;
        };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            self.no(at, &format!("invalid additional property: {name}"));
        }
        Some(map)
    }

    fn block(&mut self, at: &str, block: &Value) {
        let kind = block["type"].as_str().unwrap_or_default();
        let fields: &[&str] = match kind {
            "section" => &["type", "block_id", "text", "fields", "accessory", "expand"],
            "header" => &["type", "block_id", "text"],
            "context" | "actions" => &["type", "block_id", "elements"],
            "divider" => &["type", "block_id"],
            "image" => &["type", "block_id", "image_url", "alt_text", "title"],
            _ => return self.no(at, &format!("unsupported type: {kind}")),
        };
        let Some(map) = self.object(at, block, fields) else { return };
        self.text_field(at, map, "block_id", 1, 255, false);
        if let Some(id) = map.get("block_id").and_then(Value::as_str)
            && !self.block_ids.insert(id.to_owned())
        {
            self.no(&format!("{at}/block_id"), &format!("block_id \"{id}\" already exists"));
        }
        match kind {
            "section" => self.section(at, map),
            "header" => self.text(&format!("{at}/text"), map.get("text"), 150, true),
            "context" => self.list(at, map, 10, |check, at, element| match element["type"].as_str() {
                Some("image") => check.image(at, element),
                _ => check.text(at, Some(element), 3_000, false),
            }),
            "actions" => {
                let mut ids = BTreeSet::new();
                self.list(at, map, 25, |check, at, element| {
                    check.button(at, element);
                    if let Some(id) = element["action_id"].as_str()
                        && !ids.insert(id.to_owned())
                    {
                        check.no(&format!("{at}/action_id"), &format!("action_id \"{id}\" already exists"));
                    }
                });
            }
            "image" => self.image_fields(at, map),
            _ => {}
        }
    }

    fn section(&mut self, at: &str, map: &Map<String, Value>) {
        if !map.contains_key("text") && !map.contains_key("fields") {
            self.no(at, "must define either `text` or `fields`");
        }
        if let Some(text) = map.get("text") {
            self.text(&format!("{at}/text"), Some(text), 3_000, false);
        }
        if let Some(fields) = map.get("fields") {
            let pointer = format!("{at}/fields");
            match fields.as_array() {
                None => self.no(&pointer, "should be an array"),
                Some(fields) => {
                    self.count(&pointer, fields.len(), 10);
                    for (index, field) in fields.iter().enumerate() {
                        self.text(&format!("{pointer}/{index}"), Some(field), 2_000, false);
                    }
                }
            }
        }
        if let Some(accessory) = map.get("accessory") {
            let pointer = format!("{at}/accessory");
            match accessory["type"].as_str() {
                Some("image") => self.image(&pointer, accessory),
                _ => self.button(&pointer, accessory),
            }
        }
    }

    fn list(&mut self, at: &str, map: &Map<String, Value>, most: usize, mut each: impl FnMut(&mut Self, &str, &Value)) {
        let pointer = format!("{at}/elements");
        let Some(elements) = map.get("elements").and_then(Value::as_array) else {
            return self.no(at, "missing required field: elements");
        };
        self.count(&pointer, elements.len(), most);
        for (index, element) in elements.iter().enumerate() {
            each(self, &format!("{pointer}/{index}"), element);
        }
    }

    fn count(&mut self, at: &str, count: usize, most: usize) {
        if count > most {
            self.no(at, &format!("no more than {most} items allowed"));
        } else if count == 0 {
            self.no(at, "no less than 1 items allowed");
        }
    }

    /// A text object.
    fn text(&mut self, at: &str, text: Option<&Value>, most: usize, plain_only: bool) {
        let Some(text) = text else { return self.no(at, "missing required field: text") };
        let known: &[&str] = match text["type"].as_str() {
            Some("plain_text") => &["type", "text", "emoji"],
            Some("mrkdwn") if !plain_only => &["type", "text", "verbatim"],
            other => return self.no(at, &format!("unsupported type: {}", other.unwrap_or_default())),
        };
        let Some(map) = self.object(at, text, known) else { return };
        self.text_field(at, map, "text", 1, most, true);
    }

    /// A field that is a text of so many characters.
    fn text_field(
        &mut self,
        at: &str,
        map: &Map<String, Value>,
        name: &str,
        least: usize,
        most: usize,
        required: bool,
    ) {
        let pointer = format!("{at}/{name}");
        match map.get(name) {
            None if required => self.no(at, &format!("missing required field: {name}")),
            Some(Value::String(text)) if text.chars().count() < least => {
                self.no(&pointer, &format!("must be more than {} characters", least - 1));
            }
            Some(Value::String(text)) if text.chars().count() > most => {
                self.no(&pointer, &format!("must be less than {} characters", most + 1));
            }
            None | Some(Value::String(_)) => {}
            Some(_) => self.no(&pointer, "should be a string"),
        }
    }

    fn image(&mut self, at: &str, image: &Value) {
        if let Some(map) = self.object(at, image, &["type", "image_url", "alt_text"]) {
            self.image_fields(at, map);
        }
    }

    fn image_fields(&mut self, at: &str, map: &Map<String, Value>) {
        self.text_field(at, map, "image_url", 1, 3_000, true);
        self.text_field(at, map, "alt_text", 1, 2_000, true);
        if let Some(title) = map.get("title") {
            self.text(&format!("{at}/title"), Some(title), 2_000, true);
        }
    }

    fn button(&mut self, at: &str, button: &Value) {
        if button["type"] != "button" {
            let kind = button["type"].as_str().unwrap_or_default();
            return self.no(at, &format!("unsupported type: {kind}"));
        }
        let known = ["type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"];
        let Some(map) = self.object(at, button, &known) else { return };
        self.text(&format!("{at}/text"), map.get("text"), 75, true);
        self.text_field(at, map, "action_id", 1, 255, false);
        self.text_field(at, map, "url", 1, 3_000, false);
        self.text_field(at, map, "value", 1, 2_000, false);
        self.text_field(at, map, "accessibility_label", 1, 75, false);
        if map.get("style").is_some_and(|style| style != "primary" && style != "danger") {
            self.no(&format!("{at}/style"), "must be a valid enum value");
        }
        if let Some(confirm) = map.get("confirm") {
            let at = format!("{at}/confirm");
            let Some(map) = self.object(&at, confirm, &["title", "text", "confirm", "deny", "style"]) else { return };
            for (name, most) in [("title", 100), ("confirm", 30), ("deny", 30)] {
                self.text(&format!("{at}/{name}"), map.get(name), most, true);
            }
            self.text(&format!("{at}/text"), map.get("text"), 300, false);
        }
    }
}

/// The blocks as Slack stores them: each block has an id, and each button, too.
pub(super) fn named(mut blocks: Vec<Value>, mut number: impl FnMut() -> u64) -> Vec<Value> {
    let mut name = |value: &mut Value, field: &str| {
        if value.get(field).is_none() {
            value[field] = format!("s{:04}", number()).into();
        }
    };
    for block in &mut blocks {
        name(block, "block_id");
        let elements = block.get_mut("elements").and_then(Value::as_array_mut).map(|all| all.iter_mut().collect());
        let mut elements: Vec<&mut Value> = elements.unwrap_or_default();
        elements.retain(|element| element["type"] == "button");
        for element in elements {
            name(element, "action_id");
        }
        if block["accessory"]["type"] == "button" {
            name(&mut block["accessory"], "action_id");
        }
    }
    blocks
}

/// A button within blocks.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) block_id: String,
    pub(super) button: Value,
}

/// All buttons within blocks.
pub(super) fn buttons(blocks: &[Value]) -> Vec<Found> {
    let mut all = Vec::new();
    for block in blocks {
        let elements = block["elements"].as_array().into_iter().flatten();
        for button in elements.chain(block.get("accessory")).filter(|element| element["type"] == "button") {
            let block_id = block["block_id"].as_str().unwrap_or_default().to_owned();
            all.push(Found { block_id, button: button.clone() });
        }
    }
    all
}

/// The refusal that tells what is wrong.
pub(super) fn refusal(error: &str, mistakes: &[String]) -> Value {
    let messages: Vec<String> = mistakes.iter().map(|mistake| format!("[ERROR] {mistake}")).collect();
    json!({"ok": false, "error": error, "errors": mistakes, "response_metadata": {"messages": messages}})
}
