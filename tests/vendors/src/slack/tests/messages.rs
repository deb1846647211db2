//! What the app does with messages, channels and views.

use super::Asker;
use crate::{
    faults::{Fault, Kind},
    slack::{
        TOKEN,
        blocks::{self, Surface},
        bot_user,
    },
};
use serde_json::{Value, json};

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
}

#[tokio::test]
async fn a_message_is_stored_answered_in_its_thread_and_changed() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let opened = asker.post("conversations.open", json!({"users": ann})).await;
    let again = asker.post("conversations.open", json!({"users": ann})).await;
    assert_eq!((&again["channel"]["id"], &again["already_open"]), (&opened["channel"]["id"], &json!(true)));
    let channel = &opened["channel"]["id"];
    let metadata = json!({"event_type": "asked", "event_payload": {"survey": "s1"}});
    let body = json!({"channel": channel, "text": "Asked", "blocks": [section("*Asked*")], "metadata": metadata});
    let sent = asker.post("chat.postMessage", body).await;
    assert_eq!((&sent["ok"], &sent["channel"]), (&json!(true), channel), "{sent}");
    assert_eq!(sent["message"]["user"], bot_user());
    assert!(sent["message"]["blocks"][0]["block_id"].is_string(), "Slack names every block");
    let ts = sent["ts"].as_str().unwrap();
    let reply = asker.post("chat.postMessage", json!({"channel": ann, "text": "Right!", "thread_ts": ts})).await;
    assert_eq!((&reply["channel"], &reply["message"]["thread_ts"]), (channel, &json!(ts)));
    assert!(reply["ts"].as_str().unwrap() > ts);
    let changed = asker.post("chat.update", json!({"channel": channel, "ts": ts, "text": "Thanks"})).await;
    assert_eq!((&changed["ts"], &changed["text"]), (&json!(ts), &json!("Thanks")));
    let messages = asker.server.direct_messages(&ann);
    assert_eq!(messages.len(), 2);
    assert!(messages[0].blocks.is_empty(), "text without blocks takes the blocks away");
    assert_eq!(
        (messages[0].text.as_str(), messages[0].edits, messages[0].metadata.as_ref()),
        ("Thanks", 1, Some(&metadata))
    );
    assert_eq!(asker.server.thread(ts), [messages[1].clone()]);
    assert!(asker.server.direct_messages(&ben).is_empty());
}

#[tokio::test]
async fn every_mistake_has_its_name() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let [engineering, general, old, leads] =
        ["engineering", "general", "timetable-2024", "leads"].map(|name| asker.server.channel(name));
    let leads = asker.server.state(|state| {
        let found = state.workspace.channels.iter().find(|channel| channel.name == leads);
        found.unwrap().id.clone()
    });
    let said = asker.server.say(&ben, &engineering, "Good morning");
    let few = json!([{"type": "section"}]);
    let cases = [
        ("chat.postMessage", json!({"channel": engineering}), "no_text"),
        ("chat.postMessage", json!({"channel": "C0NOBODY", "text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": general, "text": "x"}), "not_in_channel"),
        ("chat.postMessage", json!({"channel": old, "text": "x"}), "is_archived"),
        ("chat.postMessage", json!({"channel": leads, "text": "x"}), "channel_not_found"),
        ("chat.postMessage", json!({"channel": engineering, "text": "x".repeat(40_001)}), "msg_too_long"),
        ("chat.postMessage", json!({"channel": engineering, "blocks": "[{]"}), "invalid_blocks_format"),
        ("chat.postMessage", json!({"channel": engineering, "blocks": few}), "invalid_blocks"),
        (
            "chat.postMessage",
            json!({"channel": "#engineering", "text": "x", "metadata": {}}),
            "invalid_metadata_format",
        ),
        ("chat.postMessage", json!({"channel": "engineering", "text": "x", "thread_ts": "1.2"}), "thread_not_found"),
        ("chat.update", json!({"channel": engineering, "ts": said, "text": "x"}), "cant_update_message"),
        ("chat.update", json!({"channel": engineering, "ts": "1.2", "text": "x"}), "message_not_found"),
        ("chat.update", json!({"channel": general, "ts": said, "text": "x"}), "message_not_found"),
        ("chat.update", json!({"channel": ann, "ts": said, "text": "x"}), "channel_not_found"),
        ("chat.postEphemeral", json!({"channel": engineering, "user": "U0NOBODY", "text": "x"}), "user_not_in_channel"),
        ("conversations.open", json!({"users": "U0NOBODY"}), "user_not_found"),
        ("conversations.open", json!({}), "users_list_not_supplied"),
        ("conversations.open", json!({"users": format!("{ann},{ben}")}), "missing_scope"),
        ("conversations.join", json!({"channel": old}), "is_archived"),
        ("conversations.join", json!({"channel": leads}), "channel_not_found"),
        ("views.publish", json!({"user_id": "U0NOBODY", "view": {"type": "home", "blocks": []}}), "user_not_found"),
        ("views.publish", json!({"user_id": ann, "view": {"type": "modal", "blocks": []}}), "invalid_arguments"),
        ("views.open", json!({"trigger_id": "1.2.3", "view": {}}), "invalid_trigger_id"),
    ];
    asker.server.settings(|settings| {
        settings.limits.insert("chat.postMessage channel".into(), crate::service::Budget::of(100, 60));
    });
    for (method, body, error) in cases {
        let answer = asker.post(method, body.clone()).await;
        assert_eq!((&answer["ok"], &answer["error"]), (&json!(false), &json!(error)), "{method} {body}");
    }
    let gone =
        asker.server.state(|state| state.users.iter().find(|user| user.deleted && !user.bot).unwrap().id.clone());
    assert_eq!(asker.post("conversations.open", json!({"users": gone})).await["error"], "user_disabled");
    assert!(asker.server.messages().is_empty(), "nothing of this was stored");
    let broken = asker.client.post(format!("{}/api/chat.update", asker.server.base_url())).bearer_auth(TOKEN);
    let broken = broken.header("content-type", "application/json; charset=utf-8").body("{").send().await.unwrap();
    assert_eq!(broken.json::<Value>().await.unwrap()["error"], "invalid_json");
    asker.server.state(|state| state.tokens.insert(TOKEN.into(), "users:read".into()));
    let answer = asker.post("chat.postMessage", json!({"channel": engineering, "text": "x"})).await;
    let told = [&answer["error"], &answer["needed"], &answer["provided"]];
    assert_eq!(told, [&json!("missing_scope"), &json!("chat:write"), &json!("users:read")]);
}

#[tokio::test]
async fn blocks_may_come_as_the_text_of_a_form() {
    let asker = Asker::new().await;
    let (ann, _) = asker.two();
    let blocks = json!([section("Hello"), {"type": "divider"}]).to_string();
    let sent = asker.client.post(format!("{}/api/chat.postMessage", asker.server.base_url())).bearer_auth(TOKEN);
    let sent: Value = sent.form(&[("channel", &ann), ("blocks", &blocks)]).send().await.unwrap().json().await.unwrap();
    assert_eq!(sent["message"]["blocks"][1]["type"], "divider", "{sent}");
    assert_eq!(asker.server.direct_messages(&ann)[0].blocks.len(), 2);
}

#[test]
fn the_limits_of_blocks_are_slacks() {
    let button =
        |id: &str, text: &str| json!({"type": "button", "action_id": id, "text": {"type": "plain_text", "text": text}});
    let buttons = |count: usize| -> Vec<Value> { (0..count).map(|n| button(&n.to_string(), "Yes")).collect() };
    let fields = |count: usize| -> Vec<Value> { vec![json!({"type": "mrkdwn", "text": "*x*"}); count] };
    let with = |name: &str, value: Value| {
        let mut button = button("a", "Yes");
        button[name] = value;
        json!({"type": "actions", "elements": [button]})
    };
    let cases = [
        (section(&"ä".repeat(3_000)), ""),
        (section(&"ä".repeat(3_001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (json!({"type": "section"}), "must define either `text` or `fields` [json-pointer:/blocks/0]"),
        (json!({"type": "section", "fields": fields(10)}), ""),
        (
            json!({"type": "section", "fields": fields(11)}),
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (json!({"type": "actions", "elements": buttons(25)}), ""),
        (
            json!({"type": "actions", "elements": buttons(26)}),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (json!({"type": "actions", "elements": []}), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
        (
            json!({"type": "actions", "elements": [button("a", "Yes"), button("a", "No")]}),
            "action_id \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            json!({"type": "actions", "elements": [button("a", &"y".repeat(76))]}),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (with("value", "v".repeat(2_000).into()), ""),
        (
            with("value", "v".repeat(2_001).into()),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (with("style", "loud".into()), "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
        (with("colour", "red".into()), "invalid additional property: colour [json-pointer:/blocks/0/elements/0]"),
        (json!({"type": "header", "text": {"type": "plain_text", "text": "h".repeat(150)}}), ""),
        (
            json!({"type": "header", "text": {"type": "plain_text", "text": "h".repeat(151)}}),
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            json!({"type": "header", "text": {"type": "mrkdwn", "text": "h"}}),
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text]",
        ),
        (json!({"type": "context", "elements": fields(10)}), ""),
        (
            json!({"type": "context", "elements": fields(11)}),
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (json!({"type": "input"}), "unsupported type: input [json-pointer:/blocks/0]"),
        (
            json!({"type": "divider", "block_id": "b".repeat(256)}),
            "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
    ];
    for (block, mistake) in cases {
        let found = blocks::mistakes(std::slice::from_ref(&block), Surface::Message);
        assert_eq!(found.join("; "), mistake, "{block}");
    }
    let dividers = |count: usize| vec![json!({"type": "divider"}); count];
    assert!(blocks::mistakes(&dividers(50), Surface::Message).is_empty());
    assert_eq!(
        blocks::mistakes(&dividers(51), Surface::Message),
        ["no more than 50 items allowed [json-pointer:/blocks]"]
    );
    assert!(blocks::mistakes(&dividers(100), Surface::View).is_empty());
    let twice = vec![json!({"type": "divider", "block_id": "b"}); 2];
    let found = blocks::mistakes(&twice, Surface::Message);
    assert_eq!(found, ["block_id \"b\" already exists [json-pointer:/blocks/1/block_id]"]);
}

#[tokio::test]
async fn a_channel_takes_a_message_a_second_and_tells_when_to_come_back() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let to = async |user: &str| asker.send("chat.postMessage", &json!({"channel": user, "text": "x"})).await;
    let (channel, _) = asker.ask(&ann, &["a"]).await;
    assert_eq!(to(&ann).await.status(), 200);
    assert_eq!(to(&channel).await.status(), 200);
    let refused = to(&ann).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "3"));
    assert_eq!(refused.json::<Value>().await.unwrap()["error"], "ratelimited");
    assert_eq!(to(&channel).await.status(), 429, "by whatever name it is called");
    assert_eq!(asker.server.calls().violations, 1, "the second call knew");
    assert_eq!(to(&ben).await.status(), 200, "other channels are free");
    asker.server.state(|state| state.clock.advance(3));
    assert_eq!(to(&ann).await.status(), 200);
    let counts = |user: &str| asker.server.direct_messages(user).len();
    assert_eq!((counts(&ann), counts(&ben)), (4, 1));
    let publish = json!({"user_id": ann, "view": {"type": "home", "blocks": []}});
    for _ in 0..100 {
        assert_eq!(asker.send("views.publish", &publish).await.status(), 200);
    }
    let refused = asker.send("views.publish", &publish).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "60"));
}

#[tokio::test]
async fn an_answer_may_be_lost_after_the_message_was_taken_and_down_means_not_taken() {
    let asker = Asker::new().await;
    let (ann, _) = asker.two();
    let body = json!({"channel": ann, "text": "once"});
    asker.server.fault(Fault::once(Kind::Lost).on_path("chat.postMessage"));
    assert_eq!(asker.send("chat.postMessage", &body).await.status(), 500);
    assert_eq!(asker.server.direct_messages(&ann).len(), 1);
    asker.server.fault(Fault::once(Kind::Close).on_path("chat.postMessage"));
    let address = format!("{}/api/chat.postMessage", asker.server.base_url());
    let cut = asker.client.post(address).bearer_auth(TOKEN).json(&body).send().await;
    let cut = match cut {
        Ok(response) => response.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(cut);
    assert_eq!(asker.server.direct_messages(&ann).len(), 2);
    asker.server.fault(Fault::once(Kind::Internal).on_path("chat.postMessage"));
    assert_eq!(asker.send("chat.postMessage", &body).await.status(), 500);
    asker.server.down(true);
    assert_eq!(asker.send("chat.postMessage", &body).await.status(), 503);
    assert_eq!(asker.call("users.list", TOKEN).await.status(), 503);
    assert_eq!(asker.server.direct_messages(&ann).len(), 2, "refused calls store nothing");
    asker.server.down(false);
    asker.server.state(|state| state.clock.advance(3));
    assert_eq!(asker.send("chat.postMessage", &body).await.status(), 200);
    assert_eq!(asker.server.direct_messages(&ann).len(), 3);
}

#[tokio::test]
async fn channels_are_listed_page_by_page_and_joined() {
    let asker = Asker::new().await;
    let first = asker.json("conversations.list?limit=2").await;
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap().replace('=', "%3D");
    let second = asker.json(&format!("conversations.list?limit=2&cursor={cursor}")).await;
    let names = |page: &Value| -> Vec<String> {
        page["channels"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names(&first), names(&second)),
        (vec!["general".into(), "engineering".into()], vec!["timetable-2024".into()])
    );
    assert_eq!(second["response_metadata"]["next_cursor"], "");
    assert_eq!(names(&asker.json("conversations.list?exclude_archived=true").await), ["general", "engineering"]);
    assert_eq!(asker.json("conversations.list?types=private_channel").await["needed"], "groups:read");
    let general = asker.server.channel("general");
    assert_eq!(asker.json(&format!("conversations.info?channel={general}")).await["channel"]["is_member"], false);
    assert_eq!(asker.post("conversations.join", json!({"channel": general})).await["channel"]["is_member"], true);
    assert_eq!(asker.post("conversations.join", json!({"channel": general})).await["warning"], "already_in_channel");
    let sent = asker.post("chat.postMessage", json!({"channel": general, "text": "The week's best guessers"})).await;
    assert_eq!((&sent["ok"], &sent["channel"]), (&json!(true), &json!(general)));
    // Methods that read do not take JSON.
    assert_eq!(asker.post("conversations.info", json!({"channel": general})).await["error"], "channel_not_found");
}

#[tokio::test]
async fn notes_are_seen_by_one_person_and_homes_are_published_over_each_other() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let engineering = asker.server.channel("engineering");
    let note = json!({"channel": engineering, "user": ann, "text": "This was not for you."});
    let ts = asker.post("chat.postEphemeral", note).await["message_ts"].clone();
    let notes = asker.server.ephemerals(&ann);
    assert_eq!((notes.len(), json!(notes[0].ts), notes[0].channel.as_str()), (1, ts.clone(), engineering.as_str()));
    assert!(asker.server.ephemerals(&ben).is_empty() && asker.server.messages().is_empty());
    let update = json!({"channel": engineering, "ts": ts, "text": "x"});
    assert_eq!(asker.post("chat.update", update).await["error"], "message_not_found", "notes cannot be updated");
    assert!(asker.workspace(&ann).await["me"]["ephemerals"][0]["text"] == "This was not for you.");
    assert_eq!(asker.workspace(&ben).await["me"]["ephemerals"], json!([]));

    let publish = async |text: &str, hash: Option<&str>| {
        let view = json!({"type": "home", "blocks": [section(text)]});
        asker.post("views.publish", json!({"user_id": ann, "view": view, "hash": hash})).await["view"].clone()
    };
    let first = publish("one", None).await;
    let second = publish("two", first["hash"].as_str()).await;
    assert_eq!((&second["id"], second["hash"] == first["hash"]), (&first["id"], false));
    let view = json!({"type": "home", "blocks": [section("three")]});
    let late = asker.post("views.publish", json!({"user_id": ann, "view": view, "hash": first["hash"]})).await;
    assert_eq!(late["error"], "hash_conflict");
    assert_eq!(asker.server.home(&ann).unwrap().blocks()[0]["text"]["text"], "two");
    let wrong = json!({"type": "home", "blocks": [section("")]});
    let wrong = asker.post("views.publish", json!({"user_id": ann, "view": wrong})).await;
    assert_eq!(
        wrong["response_metadata"]["messages"][0],
        "[ERROR] must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"
    );
}
