//! A browser: it keeps cookies and names its origin when it changes something.

use crate::{
    issuer::Issuer,
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const SESSION: &str = "__Host-plumbline-session";
pub(crate) const ORIGIN: &str = "https://plumbline.example.com";

#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) async fn send(&mut self, world: &World, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(header::ACCEPT, "text/html").header(header::COOKIE, cookies.join("; "));
        let answer = world.send(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            for part in ["Path=/", "Secure"] {
                assert!(set.contains(part), "{set}");
            }
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, world: &World, path: &str) -> Answer {
        self.send(world, Request::get(path), Body::empty()).await
    }

    /// A change by one of our pages.
    pub(crate) async fn call(&mut self, world: &World, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::ORIGIN, ORIGIN);
        self.send(world, request, body.to_string().into()).await
    }

    /// To the issuer's page; its address.
    pub(crate) async fn begin(&mut self, world: &World, query: &str) -> String {
        let answer = self.get(world, &format!("/auth/sign-in/demo{query}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.header("location").to_owned()
    }

    /// Where the issuer sends the browser back to.
    pub(crate) fn back(issuer: &Issuer, page: &str) -> String {
        let url: url::Url = page.parse().unwrap();
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let code = issuer.authorize(page);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &state)
            .append_pair("iss", &issuer.uri)
            .finish();
        format!("/auth/callback/demo?{query}")
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(world: &World, issuer: &Issuer, subject: &str) -> Self {
        issuer.sign_in_as(subject);
        let mut browser = Self::default();
        let page = browser.begin(world, "").await;
        let answer = browser.get(world, &Self::back(issuer, &page)).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "{}", answer.text);
        assert!(browser.cookies.contains_key(SESSION), "{:?}", browser.cookies);
        browser
    }
}
