//! What people do, as the app is told of it by hand.

use super::Asker;
use crate::slack::{SIGNING_SECRET, Signed, Surface, TEAM_ID, TOKEN, bot_user, signature};
use serde_json::{Value, json};

fn verified(signed: &Signed, secret: &str) -> bool {
    let at = signed.header("x-slack-request-timestamp").unwrap().parse().unwrap();
    signed.header("x-slack-signature").unwrap() == signature(secret, at, &signed.body)
}

/// The example in Slack's own documentation.
#[test]
fn the_signature_is_slacks() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    assert_eq!(
        signature("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body.as_bytes()),
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    );
}

#[tokio::test]
async fn a_click_tells_who_clicked_what_and_where() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let (channel, ts) = asker.ask(&ann, &["yes", "no"]).await;
    let click = asker.server.click(&ann, &ts, "no");
    assert_eq!((click.surface, click.surface.path()), (Surface::Interactions, "/webhooks/slack/interactions"));
    assert_eq!(click.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(verified(&click, SIGNING_SECRET) && !verified(&click, "another"));
    assert!(click.body.starts_with(b"payload=%7B"));
    let payload = click.payload();
    assert_eq!(
        (&payload["type"], &payload["user"]["id"], &payload["team"]["id"]),
        (&json!("block_actions"), &json!(ann), &json!(TEAM_ID))
    );
    assert_eq!(
        payload["container"],
        json!({"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false})
    );
    assert_eq!(payload["channel"], json!({"id": channel, "name": "directmessage"}));
    assert_eq!((&payload["message"]["ts"], &payload["message"]["user"]), (&json!(ts), &json!(bot_user())));
    let action = &payload["actions"][0];
    let told = [&action["action_id"], &action["value"], &action["block_id"], &action["type"]];
    assert_eq!(told, [&json!("no"), &json!("no"), &json!("answers"), &json!("button")]);
    assert!(payload["response_url"].as_str().unwrap().starts_with(&asker.server.base_url()));
    let second = asker.server.click(&ann, &ts, "no").payload();
    assert!(second["actions"][0]["action_ts"].as_str() > action["action_ts"].as_str(), "each click is one of its own");
    assert_ne!(second["trigger_id"], payload["trigger_id"]);

    assert_eq!(asker.server.click(&ben, &ts, "no").payload()["user"]["id"], ben, "even who was not asked");
    let forged = asker.server.forge(&click, |payload| payload["actions"][0]["value"] = "forged".into());
    assert!(verified(&forged, SIGNING_SECRET));
    assert_eq!(forged.payload()["actions"][0]["value"], "forged");
    asker.server.settings(|settings| settings.knobs.signing_secret = "another".into());
    assert!(verified(&asker.server.click(&ann, &ts, "yes"), "another"));
    asker.server.state(|state| state.clock.advance(600));
    let later = asker.server.click(&ann, &ts, "yes");
    assert_ne!(later.header("x-slack-request-timestamp"), click.header("x-slack-request-timestamp"));
}

#[tokio::test]
async fn homes_and_modals_have_buttons_too_and_triggers_last_three_seconds() {
    let asker = Asker::new().await;
    let (ann, _) = asker.two();
    let opened = asker.server.open_home(&ann);
    assert_eq!((opened.surface.path(), opened.what().as_str()), ("/webhooks/slack/events", "app_home_opened"));
    let event = opened.payload();
    assert_eq!(
        (&event["type"], &event["event"]["user"], &event["event"]["tab"]),
        (&json!("event_callback"), &json!(ann), &json!("home"))
    );
    assert!(event["event_id"].as_str().unwrap().starts_with("Ev") && event["event"].get("view").is_none());
    let actions = |block: &str| {
        let button = json!({"type": "button", "action_id": "out", "text": {"type": "plain_text", "text": "Opt out"}});
        json!({"type": "actions", "block_id": block, "elements": [button]})
    };
    let view = json!({"type": "home", "blocks": [actions("one"), actions("two")]});
    let home = asker.post("views.publish", json!({"user_id": ann, "view": view})).await["view"].clone();
    assert_eq!(asker.server.open_home(&ann).payload()["event"]["view"]["id"], home["id"]);
    let click = asker.server.click_home(&ann, ("two", "out")).payload();
    assert_eq!(click["container"], json!({"type": "view", "view_id": home["id"]}));
    assert_eq!((&click["view"]["hash"], &click["actions"][0]["block_id"]), (&home["hash"], &json!("two")));
    assert!(click.get("response_url").is_none() && click.get("channel").is_none());

    let modal = json!({"type": "modal", "title": {"type": "plain_text", "text": "Sure?"}, "blocks": [actions("sure")]});
    let open = async |trigger: &Value| asker.post("views.open", json!({"trigger_id": trigger, "view": modal})).await;
    let trigger = &click["trigger_id"];
    asker.server.state(|state| state.clock.advance(3));
    let shown = open(trigger).await;
    assert_eq!(shown["view"]["type"], "modal", "{shown}");
    assert_eq!(open(trigger).await["error"], "exchanged_trigger_id");
    assert_eq!(
        asker.server.click_home(&ann, "out").payload()["view"]["id"],
        shown["view"]["id"],
        "the modal is on top"
    );
    let late = asker.server.command(&ann, "help").payload()["trigger_id"].clone();
    asker.server.state(|state| state.clock.advance(4));
    assert_eq!(open(&late).await["error"], "expired_trigger_id");
}

#[tokio::test]
async fn a_response_url_serves_one_person_five_times_for_half_an_hour() {
    let asker = Asker::new().await;
    let (ann, ben) = asker.two();
    let (_, ts) = asker.ask(&ann, &["yes"]).await;
    let url_of = |signed: &Signed| signed.payload()["response_url"].as_str().unwrap().to_owned();
    let respond = async |url: &str, body: Value| {
        let response = asker.client.post(url).json(&body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap()["error"].as_str().unwrap_or_default().to_owned())
    };
    let fine = (200, String::new());
    let url = url_of(&asker.server.click(&ann, &ts, "yes"));
    assert_eq!(respond(&url, json!({"text": "You said so already."})).await, fine);
    let notes = asker.server.ephemerals(&ann);
    assert_eq!((notes.len(), notes[0].text.as_str(), notes[0].user.clone()), (1, "You said so already.", bot_user()));
    assert!(asker.server.ephemerals(&ben).is_empty());
    assert_eq!(respond(&url, json!({"replace_original": true, "text": "Thanks"})).await, fine);
    let message = asker.server.direct_messages(&ann)[0].clone();
    assert_eq!((message.ts.as_str(), message.text.as_str(), message.edits), (ts.as_str(), "Thanks", 1));
    assert_eq!(respond(&url, json!({})).await, (400, "no_text".into()));
    assert_eq!(respond(&url, json!({"response_type": "in_channel", "text": "Told all"})).await, fine);
    assert_eq!(asker.server.direct_messages(&ann)[1].text, "Told all");
    for _ in 0..2 {
        assert_eq!(respond(&url, json!({"text": "again"})).await, fine);
    }
    assert_eq!(respond(&url, json!({"text": "again"})).await, (404, "used_url".into()));
    assert_eq!(asker.server.ephemerals(&ann).len(), 3);

    let url = url_of(&asker.server.command(&ann, "stats"));
    asker.server.state(|state| state.clock.advance(1_801));
    assert_eq!(respond(&url, json!({"text": "late"})).await, (404, "expired_url".into()));
    assert_eq!(respond(&format!("{url}x"), json!({"text": "x"})).await, (404, "no_service".into()));
}

#[tokio::test]
async fn notes_have_buttons_that_replace_them() {
    let asker = Asker::new().await;
    let (ann, _) = asker.two();
    let url = asker.server.command(&ann, "").payload()["response_url"].clone();
    let button = json!({"type": "button", "action_id": "out", "text": {"type": "plain_text", "text": "Opt out"}});
    let blocks = json!([{"type": "actions", "elements": [button]}]);
    asker.client.post(url.as_str().unwrap()).json(&json!({"text": "x", "blocks": blocks})).send().await.unwrap();
    let note = asker.server.ephemerals(&ann).remove(0);
    let click = asker.server.click(&ann, &note.ts, "out").payload();
    assert_eq!((&click["container"]["is_ephemeral"], click.get("message")), (&json!(true), None));
    let url = click["response_url"].as_str().unwrap();
    asker.client.post(url).json(&json!({"replace_original": true, "text": "You are out."})).send().await.unwrap();
    let notes = asker.server.ephemerals(&ann);
    assert_eq!((notes.len(), notes[0].text.as_str(), notes[0].blocks.len()), (1, "You are out.", 0));
    asker.client.post(url).json(&json!({"delete_original": true})).send().await.unwrap();
    assert!(asker.server.ephemerals(&ann).is_empty());
}

#[tokio::test]
async fn a_command_is_a_form_and_removing_the_app_ends_its_tokens() {
    let asker = Asker::new().await;
    let (ann, _) = asker.two();
    let command = asker.server.command(&ann, "opt out & more");
    assert_eq!(command.surface.path(), "/webhooks/slack/commands");
    assert!(verified(&command, SIGNING_SECRET));
    let fields = command.payload();
    let told = [&fields["command"], &fields["text"], &fields["user_id"], &fields["channel_name"]];
    assert_eq!(told, [&json!("/plumbline"), &json!("opt out & more"), &json!(ann), &json!("directmessage")]);
    let engineering = asker.server.channel("engineering");
    let fields = asker.server.command_in(&ann, &engineering, "").payload();
    assert_eq!((&fields["channel_id"], &fields["channel_name"]), (&json!(engineering), &json!("engineering")));

    let asked = asker.server.verify_url();
    assert!(asked.payload()["challenge"].as_str().unwrap().len() > 20 && asked.what() == "url_verification");
    let ended: Vec<String> = asker.server.uninstall().iter().map(Signed::what).collect();
    assert_eq!(ended, ["tokens_revoked", "app_uninstalled"]);
    let after: Value = asker.call("auth.test", TOKEN).await.json().await.unwrap();
    assert_eq!(after["error"], "account_inactive");
}
