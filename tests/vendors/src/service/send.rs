//! Sending an answer, damaged as a fault demands.

use super::reply::Reply;
use crate::{
    calls::Call,
    faults::{self, Kind},
};
use axum::{body::Body, http::Response};
use serde_json::Value;

/// The answer as it goes out; the call's status and bytes are noted.
pub(crate) fn send(mut reply: Reply, damage: Option<Kind>, call: &mut Call) -> Response<Body> {
    match damage {
        Some(Kind::WrongTypes) => faults::spoil(&mut reply.body, false),
        Some(Kind::WrongRecord) => faults::spoil(&mut reply.body, true),
        Some(Kind::Lost) => reply = Reply::internal_error(),
        _ => {}
    }
    let typed = reply.headers.iter().any(|(name, _)| *name == "content-type");
    let mut bytes = match reply.body {
        Value::Null => Vec::new(),
        Value::String(text) if typed => text.into_bytes(),
        body => serde_json::to_vec(&body).unwrap(),
    };
    if damage == Some(Kind::Truncated) {
        bytes.truncate(bytes.len() / 2);
    }
    let mut builder = Response::builder().status(reply.status);
    let headers = builder.headers_mut().unwrap();
    headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    for (name, value) in reply.headers {
        headers.insert(name, value.parse().unwrap());
    }
    if damage == Some(Kind::Close) {
        call.status = 0;
        let half = bytes.split_at(bytes.len() / 2).0.to_vec();
        headers.insert("content-length", bytes.len().max(1).into());
        let cut = futures::stream::iter([Ok(half), Err(std::io::Error::other("closed on demand"))]);
        return builder.body(Body::from_stream(cut)).unwrap();
    }
    call.status = reply.status;
    call.bytes = bytes.len();
    builder.body(Body::from(bytes)).unwrap()
}
