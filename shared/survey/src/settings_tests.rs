use super::*;

fn parsed(json: &str) -> SurveySettings {
    serde_json::from_str(json).unwrap()
}

#[test]
fn what_is_left_out_has_its_default() {
    let settings = parsed("{}");
    assert_eq!(settings, SurveySettings::default());
    assert!(settings.surveys && settings.reveals);
    assert_eq!((settings.sampling_rate, settings.control_rate, settings.daily_cap), (1.0, 0.1, None));
    assert_eq!((settings.leaderboard_weekday, settings.leaderboard_at.as_str()), (Weekday::Monday, "09:00"));
    assert_eq!(settings.check(), Ok(()));
    assert_eq!(parsed(r#"{"leaderboard_weekday":"friday"}"#).leaderboard_weekday, Weekday::Friday);
    let error = serde_json::from_str::<SurveySettings>(r#"{"sample_rate":0.5}"#).unwrap_err().to_string();
    assert!(error.contains("unknown field `sample_rate`"), "{error}");
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    let cases = [
        (r#"{"sampling_rate":1.01}"#, "`sampling_rate` is 1.01: use a number from 0 (none) to 1 (all)"),
        (r#"{"control_rate":-0.1}"#, "`control_rate` is -0.1: use a number from 0 (none) to 1 (all)"),
        (r#"{"daily_cap":0}"#, "`daily_cap` is 0: use 1 or more, null for no limit, or `surveys: false` to ask nobody"),
        (r#"{"leaderboard_at":"9:00"}"#, "`leaderboard_at` is `9:00`: use HH:MM, 24 hours, such as 09:00"),
        (
            r##"{"leaderboard_channel":"#general"}"##,
            "`leaderboard_channel` is `#general`: use the channel's id (C0123ABCD), which Slack shows at the end of the \
             channel's details",
        ),
    ];
    for (json, message) in cases {
        assert_eq!(parsed(json).check().unwrap_err().to_string(), message);
    }
    let not_a_number = SurveySettings { sampling_rate: f64::NAN, ..SurveySettings::default() };
    assert!(matches!(not_a_number.check(), Err(SettingsError::Rate { field: "sampling_rate", .. })));
    for good in [r#"{"sampling_rate":0}"#, r#"{"daily_cap":1}"#, r#"{"leaderboard_channel":"C0123ABCD"}"#] {
        assert_eq!(parsed(good).check(), Ok(()), "{good}");
    }
}
