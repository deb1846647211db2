//! The rules that template.yaml keeps: least privilege, encryption, retention, nothing lost in silence.

#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test, its own functions included")]

use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The template as JSON, with CloudFormation's short forms (`!Ref x`) written out (`{"Ref": "x"}`).
fn template() -> Value {
    let text = fs::read_to_string(root().join("template.yaml")).expect("template.yaml");
    written_out(serde_norway::from_str(&text).expect("YAML"))
}

fn written_out(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(value) => value.as_i64().map_or_else(|| json!(value.as_f64()), |value| json!(value)),
        Yaml::String(value) => json!(value),
        Yaml::Sequence(values) => values.into_iter().map(written_out).collect(),
        Yaml::Mapping(pairs) => {
            let pair = |(key, value): (Yaml, Yaml)| (key.as_str().expect("text key").to_owned(), written_out(value));
            Value::Object(pairs.into_iter().map(pair).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let name = if tag == "Ref" || tag == "Condition" { tag.to_owned() } else { format!("Fn::{tag}") };
            json!({name: written_out(tagged.value)})
        }
    }
}

/// Resources of a type, by their logical names.
fn resources(template: &Value, kind: &str) -> BTreeMap<String, Value> {
    let all = template["Resources"].as_object().expect("resources");
    let mine = all.iter().filter(|(_, resource)| resource["Type"] == kind);
    mine.map(|(name, resource)| (name.clone(), resource.clone())).collect()
}

/// A resource in words: `StateTable.Arn`, `${StateTable.Arn}/index/due`, `*`.
fn place(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => value
            .get("Ref")
            .or_else(|| value.get("Fn::GetAtt"))
            .or_else(|| value.get("Fn::Sub"))
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no plain resource: {value}"))
            .to_owned(),
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// Role -> resource -> actions.
type Policies = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn policies(template: &Value) -> Policies {
    let mut policies = Policies::new();
    for (name, role) in resources(template, "AWS::IAM::Role") {
        let properties = &role["Properties"];
        assert!(properties.get("ManagedPolicyArns").is_none(), "{name}: AWS's managed policies allow too much");
        let resources = policies.entry(name.clone()).or_default();
        for statement in
            list(&properties["Policies"]).iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
        {
            assert_eq!(statement["Effect"], "Allow", "{name}");
            for resource in list(&statement["Resource"]) {
                let actions = resources.entry(place(&resource)).or_default();
                for action in list(&statement["Action"]) {
                    assert!(actions.insert(action.as_str().expect("text").to_owned()), "{name}: {action} twice");
                }
            }
        }
    }
    policies
}

#[test]
fn every_role_may_do_what_the_allow_list_says_and_nothing_else() {
    let path = root().join("infra/policies.json");
    let allowed: Policies = serde_json::from_str(&fs::read_to_string(path).expect("policies.json")).expect("JSON");
    let found = policies(&template());
    for (role, resources) in &found {
        for (resource, actions) in resources {
            let may = allowed.get(role).and_then(|resources| resources.get(resource)).cloned().unwrap_or_default();
            let more: Vec<_> = actions.difference(&may).collect();
            assert!(more.is_empty(), "{role} may do {more:?} on {resource}; infra/policies.json does not allow that");
        }
    }
    assert_eq!(found, allowed, "infra/policies.json allows what no role needs any more");
}

#[test]
fn nothing_is_allowed_on_everything_but_what_knows_no_resources() {
    for (role, resources) in policies(&template()) {
        for (resource, actions) in resources {
            assert!(!actions.iter().any(|action| action.contains('*')), "{role}: {actions:?}");
            if resource == "*" {
                let known = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"];
                assert!(actions.iter().all(|action| known.contains(&action.as_str())), "{role}: {actions:?} on *");
            }
        }
    }
}

#[test]
fn every_function_has_a_role_of_its_own_for_lambda_alone() {
    let template = template();
    let roles = resources(&template, "AWS::IAM::Role");
    let mut used = BTreeSet::new();
    for (name, function) in resources(&template, "AWS::Serverless::Function") {
        let role = function["Properties"]["Role"]["Fn::GetAtt"].as_str().expect("an own role").to_owned();
        let role = role.trim_end_matches(".Arn").to_owned();
        let trust = &roles[&role]["Properties"]["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(trust[0]["Principal"], json!({"Service": "lambda.amazonaws.com"}), "{role}");
        assert_eq!(trust.as_array().map(Vec::len), Some(1), "{role}");
        assert!(used.insert(role), "{name} shares its role");
        assert!(function["Properties"].get("Policies").is_none(), "{name}: policies belong to its role");
    }
}

#[test]
fn every_function_is_deployed_traced_and_logged() {
    let template = template();
    let functions = resources(&template, "AWS::Serverless::Function");
    let deployed: BTreeSet<_> = functions
        .values()
        .map(|function| function["Metadata"]["BuildProperties"]["Binary"].as_str().expect("binary").to_owned())
        .collect();
    let folders = fs::read_dir(root().join("functions")).expect("functions");
    let written: BTreeSet<_> =
        folders.map(|entry| entry.expect("entry").file_name().into_string().expect("name")).collect();
    assert_eq!(deployed, written, "functions and template.yaml");
    assert_eq!(template["Globals"]["Function"]["Tracing"], "Active");
    for (name, function) in functions {
        let logging = &function["Properties"]["LoggingConfig"];
        assert_eq!(logging["LogFormat"], "JSON", "{name}");
        assert_eq!(logging["LogGroup"], json!({"Ref": name.replace("Function", "Logs")}), "{name}");
    }
    for (name, group) in resources(&template, "AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], 90, "{name}");
    }
}

#[test]
fn everything_that_keeps_data_is_encrypted() {
    let template = template();
    for (name, table) in resources(&template, "AWS::DynamoDB::Table") {
        assert_eq!(table["Properties"]["SSESpecification"]["SSEEnabled"], true, "{name}");
    }
    for (name, queue) in resources(&template, "AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{name}");
    }
    for (name, topic) in resources(&template, "AWS::SNS::Topic") {
        assert!(topic["Properties"].get("KmsMasterKeyId").is_some(), "{name}");
    }
    for (name, bucket) in resources(&template, "AWS::S3::Bucket") {
        let properties = &bucket["Properties"];
        let rule = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
        assert_eq!(rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256", "{name}");
        for block in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            assert_eq!(properties["PublicAccessBlockConfiguration"][block], true, "{name}");
        }
        let mut policies = resources(&template, "AWS::S3::BucketPolicy").into_values();
        let policy = policies.find(|policy| policy["Properties"]["Bucket"]["Ref"] == name.as_str());
        let statements = policy.map(|policy| policy["Properties"]["PolicyDocument"]["Statement"].to_string());
        let is_refused = statements.is_some_and(|text| text.contains(r#""aws:SecureTransport":"false""#));
        assert!(is_refused, "{name}: what comes without TLS is refused");
    }
    // A new kind of resource that keeps data has to be thought about here. (Secrets and logs are always encrypted.)
    let kinds: BTreeSet<_> =
        template["Resources"].as_object().expect("resources").values().map(|r| r["Type"].as_str()).collect();
    for kind in kinds.into_iter().flatten() {
        let stateless = [
            "AWS::ApiGatewayV2::",
            "AWS::CloudFront::",
            "AWS::CloudWatch::Alarm",
            "AWS::IAM::",
            "AWS::Lambda::Permission",
        ];
        let checked =
            ["AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::", "AWS::SecretsManager::Secret"];
        let others = [
            "AWS::Logs::LogGroup",
            "AWS::Logs::MetricFilter",
            "AWS::KMS::Key",
            "AWS::Scheduler::Schedule",
            "AWS::Serverless::Function",
            "AWS::CloudFormation::CustomResource",
        ];
        let known = stateless.iter().chain(&checked).chain(&others).any(|known| kind.starts_with(known));
        assert!(known, "say here how {kind} is encrypted");
    }
}

#[test]
fn what_cannot_be_had_again_is_kept_and_backed_up() {
    let template = template();
    let tables = resources(&template, "AWS::DynamoDB::Table");
    for name in ["FactsTable", "AccountsTable"] {
        let backups = &tables[name]["Properties"]["PointInTimeRecoverySpecification"];
        assert_eq!(backups["PointInTimeRecoveryEnabled"], true, "{name}");
    }
    let secrets = resources(&template, "AWS::SecretsManager::Secret");
    for resource in [&tables["FactsTable"], &tables["AccountsTable"], &secrets["KeyringSecret"]] {
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain"))
        );
    }
    // And what anybody can ask for again is not kept.
    let exports = &resources(&template, "AWS::S3::Bucket")["ExportsBucket"]["Properties"]["LifecycleConfiguration"];
    assert_eq!(
        (&exports["Rules"][0]["ExpirationInDays"], &exports["Rules"][0]["Status"]),
        (&json!(7), &json!("Enabled"))
    );
    let expiry = &tables["StateTable"]["Properties"]["TimeToLiveSpecification"];
    assert_eq!(expiry, &json!({"AttributeName": "expires_at", "Enabled": true}));
}

#[test]
fn no_message_is_lost_in_silence() {
    let template = template();
    let queues = resources(&template, "AWS::SQS::Queue");
    let alarms: BTreeSet<_> = resources(&template, "AWS::CloudWatch::Alarm")
        .values()
        .map(|alarm| {
            let properties = &alarm["Properties"];
            let metric = properties["MetricName"].as_str().expect("metric");
            let of = properties["Dimensions"].get(0).map_or_else(String::new, |one| place(&one["Value"]));
            format!("{metric} {of}")
        })
        .collect();
    let alarmed =
        |metric: &str, of: &str| assert!(alarms.contains(&format!("{metric} {of}")), "no alarm {metric} {of}");
    let timeout = template["Globals"]["Function"]["Timeout"].as_i64().expect("timeout");
    for (name, queue) in &queues {
        if name.ends_with("DeadQueue") {
            alarmed("ApproximateNumberOfMessagesVisible", &format!("{name}.QueueName"));
            assert_eq!(queue["Properties"]["MessageRetentionPeriod"], 1_209_600, "{name}: the longest there is");
        } else {
            let redrive = &queue["Properties"]["RedrivePolicy"];
            let dead = redrive["deadLetterTargetArn"]["Fn::GetAtt"].as_str().expect("a dead-letter queue");
            assert!(queues.contains_key(dead.trim_end_matches(".Arn")), "{name}");
            assert_eq!(redrive["maxReceiveCount"], 5, "{name}");
            assert!(queue["Properties"]["VisibilityTimeout"].as_i64() >= Some(6 * timeout), "{name}");
            alarmed("ApproximateAgeOfOldestMessage", &format!("{name}.QueueName"));
        }
    }
    // A connector that gives a run up ends well itself: its log line raises the alarm.
    let told: BTreeSet<_> = resources(&template, "AWS::Logs::MetricFilter")
        .values()
        .map(|filter| place(&filter["Properties"]["LogGroupName"]))
        .collect();
    let connectors: BTreeSet<_> = resources(&template, "AWS::Logs::LogGroup")
        .into_keys()
        .filter(|name| name.ends_with("ConnectorLogs"))
        .collect();
    assert_eq!(told, connectors);
    alarmed("BuriedRuns", "");
    for (name, function) in resources(&template, "AWS::Serverless::Function") {
        alarmed("Errors", &name);
        for (_, event) in function["Properties"]["Events"].as_object().into_iter().flatten() {
            let properties = &event["Properties"];
            assert_eq!(properties["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{name}");
            if event["Type"] == "DynamoDB" {
                let target = properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"].as_str();
                assert!(target.is_some_and(|target| target.ends_with("DeadQueue.Arn")), "{name}");
                assert_eq!(properties["StartingPosition"], "TRIM_HORIZON", "{name}");
            }
        }
    }
}

#[test]
fn browsers_and_the_internet_get_what_is_safe() {
    let template = template();
    let distribution =
        &resources(&template, "AWS::CloudFront::Distribution")["Distribution"]["Properties"]["DistributionConfig"];
    let certificate = &distribution["ViewerCertificate"]["Fn::If"];
    assert_eq!(certificate[0], "HasCustomDomain");
    assert_eq!(certificate[1]["MinimumProtocolVersion"], "TLSv1.3_2025");
    let behaviours = list(&distribution["CacheBehaviors"]);
    for behaviour in behaviours.iter().chain([&distribution["DefaultCacheBehavior"]]) {
        assert_eq!(behaviour["ResponseHeadersPolicyId"], json!({"Ref": "SecurityHeaders"}));
    }
    let headers = &resources(&template, "AWS::CloudFront::ResponseHeadersPolicy")["SecurityHeaders"];
    let headers = &headers["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    let policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].as_str().expect("policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"].as_i64() >= Some(31_536_000));
    let stage = &resources(&template, "AWS::ApiGatewayV2::Stage")["HttpApiStage"]["Properties"];
    assert!(stage["DefaultRouteSettings"]["ThrottlingRateLimit"].as_i64() > Some(0));
    assert!(stage["AccessLogSettings"]["DestinationArn"].is_object());
    let format = stage["AccessLogSettings"]["Format"].as_str().expect("format");
    for personal in ["sourceIp", "userAgent", "$context.path", "identity"] {
        assert!(!format.contains(personal), "access logs keep no {personal}");
    }
}

#[test]
fn functions_know_the_tables_and_secrets_they_may_use() {
    let template = template();
    let policies = policies(&template);
    for (name, function) in resources(&template, "AWS::Serverless::Function") {
        let variables = function["Properties"]["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
        let role = &policies[&name.replace("Function", "Role")];
        for (variable, value) in variables {
            if variable.starts_with("SECRET_") {
                let secret = format!("{}.Id", place(&value));
                assert!(role.contains_key(&secret), "{name} is told {variable} and may not read it");
            } else if variable.starts_with("QUEUE_") {
                let queue = format!("{}.Arn", place(&value));
                assert!(role.contains_key(&queue), "{name} is told {variable} and may not use it");
            }
        }
    }
}
