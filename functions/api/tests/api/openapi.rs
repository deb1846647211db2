//! The document in the repository is the one that the code describes itself with.

use crate::world::World;
use plumbline_api::{document, routed};
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_snapshot_is_the_documents_present_state_and_what_is_served() {
    // By way of a value: fields in order of their names, whatever order the code has.
    let document = serde_json::to_value(document()).unwrap();
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    #[expect(clippy::disallowed_methods, reason = "the switch that writes the snapshot anew")]
    if std::env::var("UPDATE_OPENAPI").is_ok() {
        std::fs::write(path, &text).unwrap();
        // What is served was compiled in before.
        return;
    }
    let snapshot = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        snapshot == text,
        "openapi.json is not what the code says. If the change is meant: UPDATE_OPENAPI=1 cargo test -p plumbline-api openapi"
    );
    let served = World::new().await.get("/api/openapi.json").await;
    assert_eq!(served.header("content-type"), "application/json");
    assert!(served.text == text, "built from an older snapshot: build again");
}

#[test]
fn every_route_is_documented_at_its_own_address_and_nothing_else_is() {
    let document = serde_json::to_value(document()).unwrap();
    let documented: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone())))
        .collect();
    let routed: BTreeSet<_> = routed().map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(routed, documented);
}

#[tokio::test]
async fn the_document_is_3_1_and_complete() {
    let world = World::new().await;
    let document = world.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} names two operations");
            assert!(operation["summary"].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("default"), "{method} {path} does not tell of problems");
            for (status, response) in responses {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{path} {status}");
            }
        }
    }
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                references.insert(reference.clone());
            }
            map.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}
