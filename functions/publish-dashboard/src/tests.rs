//! The function against a small S3 and CloudFormation of wiremock's.

use super::*;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use std::borrow::Cow;
use wiremock::{
    Mock, MockServer, Request as Received, ResponseTemplate,
    matchers::{method, path, query_param},
};

fn file(key: &str, content: &'static str, content_type: &str) -> File {
    File { key: key.to_owned(), bytes: Cow::Borrowed(content.as_bytes()), content_type: content_type.to_owned() }
}

fn dashboard() -> Vec<File> {
    vec![
        file("assets/app-1.js", "let x;", "text/javascript; charset=utf-8"),
        file("assets/app-2.js", "let yy;", "text/javascript; charset=utf-8"),
        file("index.html", "<!doctype html>", "text/html; charset=utf-8"),
    ]
}

fn publisher(server: &MockServer, files: Vec<File>) -> Publisher {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(server.uri())
        .force_path_style(true)
        .build();
    Publisher::new(aws_sdk_s3::Client::from_conf(config), files)
}

fn event(server: &MockServer, kind: &str) -> Value {
    json!({
        "RequestType": kind,
        "ResponseURL": format!("{}/answer", server.uri()),
        "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Dashboard",
        "PhysicalResourceId": "dashboard:pages",
        "ResourceProperties": {"ServiceToken": "arn", "Bucket": "pages", "Version": "7"},
    })
}

/// A bucket that holds these keys, each with its size, and takes every upload and removal.
async fn bucket_with(objects: &[(&str, usize)]) -> MockServer {
    let server = MockServer::start().await;
    let contents: Vec<_> =
        objects.iter().map(|(key, size)| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>")).collect();
    let contents = contents.concat();
    let listing =
        format!("<ListBucketResult><Name>pages</Name><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>");
    Mock::given(method("GET"))
        .and(query_param("list-type", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(listing, "application/xml"))
        .mount(&server)
        .await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    server
}

/// Uploads and removals in their order, as `PUT /pages/index.html`.
fn changes(requests: &[Received]) -> Vec<String> {
    requests
        .iter()
        .filter(|request| request.method != "GET" && request.url.path() != "/answer")
        .map(|request| format!("{} {}", request.method, request.url.path()))
        .collect()
}

fn answer(requests: &[Received]) -> Value {
    let request = requests.iter().find(|request| request.url.path() == "/answer").expect("CloudFormation is answered");
    assert!(request.headers.get("content-type").is_none(), "the presigned address covers no content type");
    serde_json::from_slice(&request.body).expect("json")
}

#[tokio::test]
async fn publishes_changed_files_then_removes_those_of_older_versions() {
    let server = bucket_with(&[("assets/app-1.js", 6), ("assets/app-0.js", 3), ("index.html", 15)]).await;
    publisher(&server, dashboard()).handle(event(&server, "Update")).await.expect("answered");
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(
        changes(&requests),
        ["PUT /pages/assets/app-2.js", "PUT /pages/index.html", "DELETE /pages/assets/app-0.js"]
    );
    let answer = answer(&requests);
    assert_eq!(answer["Status"], "SUCCESS");
    assert_eq!(answer["PhysicalResourceId"], "dashboard:pages");
    assert_eq!(answer["RequestId"], "request");
}

#[tokio::test]
async fn uploads_say_what_they_are_and_how_long_to_keep_them() {
    let server = bucket_with(&[]).await;
    publisher(&server, dashboard()).handle(event(&server, "Create")).await.expect("answered");
    let requests = server.received_requests().await.expect("recorded");
    let headers = |path: &str| {
        let request = requests.iter().find(|request| request.url.path() == path).expect("uploaded");
        let header = |name: &str| request.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        (header("content-type"), header("cache-control"))
    };
    assert_eq!(headers("/pages/index.html"), ("text/html; charset=utf-8".to_owned(), "no-cache".to_owned()));
    assert_eq!(headers("/pages/assets/app-1.js").1, "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn a_missing_dashboard_fails_the_deployment_with_the_remedy() {
    let server = bucket_with(&[("index.html", 15)]).await;
    publisher(&server, Vec::new()).handle(event(&server, "Update")).await.expect("answered");
    let requests = server.received_requests().await.expect("recorded");
    assert!(changes(&requests).is_empty(), "what is published stays");
    let answer = answer(&requests);
    assert_eq!(answer["Status"], "FAILED");
    let reason = answer["Reason"].as_str().expect("reason");
    assert!(reason.starts_with("the dashboard was not built: run `npm --prefix dashboard ci"), "{reason}");
}

#[tokio::test]
async fn deleting_empties_the_bucket() {
    let server = bucket_with(&[("assets/app-1.js", 6), ("index.html", 15)]).await;
    publisher(&server, dashboard()).handle(event(&server, "Delete")).await.expect("answered");
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(changes(&requests), ["DELETE /pages/assets/app-1.js", "DELETE /pages/index.html"]);
    assert_eq!(answer(&requests)["Status"], "SUCCESS");
}

#[tokio::test]
async fn a_bucket_that_is_gone_can_be_deleted() {
    let server = MockServer::start().await;
    let gone = "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>";
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(404).set_body_raw(gone, "application/xml"))
        .mount(&server)
        .await;
    Mock::given(method("PUT")).and(path("/answer")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    publisher(&server, dashboard()).handle(event(&server, "Delete")).await.expect("answered");
    assert_eq!(answer(&server.received_requests().await.expect("recorded"))["Status"], "SUCCESS");
}

#[tokio::test]
async fn a_refused_upload_is_reported_with_its_file() {
    let server = bucket_with(&[]).await;
    server.reset().await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200).set_body_raw("<ListBucketResult></ListBucketResult>", "application/xml"),
        )
        .mount(&server)
        .await;
    Mock::given(method("PUT")).and(path("/answer")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    Mock::given(method("PUT"))
        .respond_with(ResponseTemplate::new(403).set_body_raw(denied, "application/xml"))
        .mount(&server)
        .await;
    publisher(&server, dashboard()).handle(event(&server, "Create")).await.expect("answered");
    let answer = answer(&server.received_requests().await.expect("recorded"));
    assert_eq!(answer["Status"], "FAILED");
    let reason = answer["Reason"].as_str().expect("reason");
    assert!(reason.starts_with("uploading assets/app-1.js") && reason.contains("AccessDenied"), "{reason}");
}

#[tokio::test]
async fn an_event_without_a_bucket_is_answered_too() {
    let server = bucket_with(&[]).await;
    let mut event = event(&server, "Create");
    event["ResourceProperties"] = json!({});
    publisher(&server, dashboard()).handle(event).await.expect("answered");
    assert_eq!(answer(&server.received_requests().await.expect("recorded"))["Status"], "FAILED");
}

#[tokio::test]
async fn an_answer_that_does_not_arrive_is_tried_again() {
    let server = bucket_with(&[]).await;
    server.reset().await;
    Mock::given(method("PUT"))
        .and(path("/answer"))
        .respond_with(ResponseTemplate::new(503))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(method("PUT")).and(path("/answer")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200).set_body_raw("<ListBucketResult></ListBucketResult>", "application/xml"),
        )
        .mount(&server)
        .await;
    publisher(&server, dashboard()).handle(event(&server, "Delete")).await.expect("answered in the end");
}
