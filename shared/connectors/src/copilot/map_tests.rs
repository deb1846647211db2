use super::*;
use serde_json::json;

const ORG: Scope<'static> = Scope::Organization("acme");

fn day() -> Date {
    "2026-11-20".parse().expect("a day")
}

#[test]
fn parts_are_sums_over_what_else_the_lists_divide_by() {
    let row = json!({
        "day": "2026-11-20", "org_id": 9919, "daily_active_users": 3, "weekly_active_users": 5.0,
        "user_initiated_interaction_count": "7", "code_generation_activity_count": null,
        "totals_by_ide": [],
        "totals_by_language_feature": [
            {"language": "rust", "feature": "code_completion", "code_generation_activity_count": 3},
            {"language": "rust", "feature": "agent_edit", "code_generation_activity_count": 4, "new_field": {}},
            {"language": "java", "feature": "agent_edit", "code_generation_activity_count": 0},
            {"feature": "agent_edit", "code_generation_activity_count": 1}],
        "totals_by_language_model": [
            {"language": "rust", "model": "gpt-5", "code_generation_activity_count": 7},
            {"language": "go", "model": "gpt-5", "code_generation_activity_count": 2}],
        "totals_by_model_feature": null,
    });
    let usage = entity_usage(serde_json::from_value(row).expect("a row"), ORG, day()).expect("usable");
    let parts: Vec<_> = usage.parts.iter().map(|part| (part.by, part.name.as_str(), part.counts.suggestions)).collect();
    assert_eq!(
        parts,
        [(Dimension::Language, "rust", 7), (Dimension::Language, "unknown", 1), (Dimension::Model, "gpt-5", 9)]
    );
    assert_eq!(usage.active, Some(ActiveUsers { day: 3, week: Some(5), month: None }));
    assert_eq!((usage.counts.interactions, usage.counts.suggestions), (7, 0));
    assert_eq!(usage.entity, "org:9919");
    let mut sorted = usage.parts.clone();
    sorted.sort();
    assert_eq!(sorted, usage.parts);
}

#[test]
fn a_row_says_whose_and_of_which_day_it_is() {
    let entity = |row: serde_json::Value, scope| {
        entity_usage(serde_json::from_value(row).expect("a row"), scope, day()).map(|usage| usage.entity)
    };
    let both = json!({"organization_id": "9919", "enterprise_id": "4242"});
    assert_eq!(entity(both.clone(), ORG).as_deref(), Ok("org:9919"));
    assert_eq!(entity(both, Scope::Enterprise("acme-group")).as_deref(), Ok("enterprise:4242"));
    assert_eq!(entity(json!({"entity_id_partition": 9919}), ORG).as_deref(), Ok("org:9919"));
    assert_eq!(entity(json!({"enterprise_id": "4242"}), ORG), Err(NO_ENTITY));
    assert_eq!(entity(json!({"organization_id": "9919", "day": "2026-11-19"}), ORG), Err(OTHER_DAY));
}

#[test]
fn ways_are_those_that_somebody_chose() {
    let row = json!({"user_id": "583231", "organization_id": "9919", "used_agent": false, "used_cli": true,
        "used_copilot_coding_agent": true, "used_chat": "", "used_copilot_code_review_active": true,
        "used_copilot_code_review_passive": true, "totals_by_cli": {"session_count": 2}});
    let (user, usage) = user_usage(serde_json::from_value(row).expect("a row"), ORG, day()).expect("usable");
    assert_eq!((user, usage.ways.as_slice()), (583_231, ["agent", "cli", "code_review"].map(str::to_owned).as_slice()));
    assert_eq!(usage.account, Some(VendorId::new(Provider::Github, 583_231)));
    let row = json!({"user_id": null, "organization_id": "9919"});
    assert_eq!(user_usage(serde_json::from_value(row).expect("a row"), ORG, day()), Err(NO_USER));
}
