//! Events in the shapes in which AWS hands them to a function.

use serde_json::{Value, json};

/// SQS messages as an event source mapping delivers them
/// (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>); the ids are `0`, `1` and so on.
pub fn sqs<'a>(queue: &str, bodies: impl IntoIterator<Item = &'a str>) -> Value {
    let records = bodies.into_iter().enumerate().map(|(id, body)| {
        json!({
            "messageId": id.to_string(),
            "receiptHandle": format!("receipt-{id}"),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:{queue}"),
            "awsRegion": "us-east-1",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// Changed items as a DynamoDB stream delivers them, by `pk` and `sk`; the images are left out.
pub fn stream(table: &str, keys: &[(String, String)]) -> Value {
    let records = keys.iter().enumerate().map(|(number, (pk, sk))| {
        json!({
            "eventID": number.to_string(),
            "eventName": "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_790_000_000,
                "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                "NewImage": {"pk": {"S": pk}, "sk": {"S": sk}},
                "SequenceNumber": number.to_string(),
                "SizeBytes": 100,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
            "eventSourceARN":
                format!("arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-01-01T00:00:00.000"),
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// A request as an HTTP API delivers it (payload format 2.0,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
/// Header names are in lower case; `query` is the text after the question mark.
pub fn http(method: &str, path: &str, query: &str, headers: &[(&str, &str)], body: Option<&str>) -> Value {
    let headers: serde_json::Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let parameters: serde_json::Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": parameters,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": "bench.example.com",
            "domainPrefix": "bench",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"},
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_793_613_600_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
