//! What every simulator does, shown with the smallest vendor there can be.

use super::{Answer, Clock, Incoming, Reply, Server, Settings, Standing, Toll, Vendor};
use crate::faults::{Fault, Kind};
use jiff::Timestamp;
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

struct Echo {
    clock: Clock,
    origin: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Knobs {
    loud: bool,
}

impl Vendor for Echo {
    type Knobs = Knobs;

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn served_at(&mut self, origin: &str) {
        self.origin = origin.into();
    }

    fn kind(&self, _: &Incoming) -> &'static str {
        "echo"
    }

    fn tolls(&self, incoming: &Incoming, _: &Knobs) -> Vec<Toll> {
        vec![Toll::calls("echo", incoming.bearer().unwrap_or_default(), 2, 60)]
    }

    fn limited(&self, _: &Toll, _: &Standing, _: Timestamp) -> Reply {
        Reply::of(429, json!({"error": "slower"}))
    }

    fn refusal(&self, kind: Kind, message: Option<&str>) -> Reply {
        Reply::of(if kind == Kind::TooMany { 429 } else { 500 }, json!({"error": message}))
    }

    fn answer(&mut self, incoming: &Incoming, _: Timestamp, knobs: &Knobs) -> Reply {
        Reply::ok(json!({"segments": incoming.segments(), "loud": knobs.loud, "list": [{"n": 1}, {"n": 2}]}))
    }

    fn dress(&self, reply: Reply, tolls: &[(Toll, Standing)]) -> Reply {
        reply.with("x-left", tolls[0].1.remaining().to_string())
    }

    fn control(&mut self, verb: &str, _: &Incoming, _: &Knobs) -> Option<Answer> {
        (verb == "origin").then(|| Ok(json!(self.origin)))
    }
}

struct Asker {
    server: Server<Echo>,
    client: Client,
}

impl Asker {
    async fn new() -> Self {
        let state = Echo { clock: Clock::fixed("2026-11-02T08:00:30Z".parse().unwrap()), origin: String::new() };
        let client = Client::builder().no_proxy().build().unwrap();
        Self { server: Server::start(state).await.unwrap(), client }
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.server.base_url())).send().await.unwrap()
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let address = format!("{}/_control/{path}", self.server.base_url());
        let sent = self.client.request(method.parse().unwrap(), address).json(&body).send().await.unwrap();
        sent.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_window_ends_by_the_clock_and_only_who_was_told_breaks_the_rule() {
    let asker = Asker::new().await;
    assert_eq!(asker.get("/a").await.headers()["x-left"], "1");
    assert_eq!(asker.get("/a").await.status(), 200);
    assert_eq!(asker.get("/a").await.status(), 429);
    assert_eq!(asker.server.calls().violations, 0);
    assert_eq!(asker.get("/a").await.status(), 429);
    assert_eq!(asker.server.calls().violations, 1);
    asker.control("POST", "clock", json!({"advance_seconds": 60})).await;
    assert_eq!(asker.get("/a").await.status(), 200);
    asker.server.settings(|settings| {
        settings.limits.insert("echo".into(), super::Budget::of(1, 60));
    });
    assert_eq!(asker.get("/a").await.status(), 429);
    asker.control("POST", "reset-budgets", json!({})).await;
    assert_eq!(asker.get("/a").await.status(), 200);
    assert_eq!(asker.server.calls().by_status, [(200, 4), (429, 3)].into());
}

#[tokio::test]
async fn faults_settings_and_the_log_are_at_hand() {
    let asker = Asker::new().await;
    asker.server.settings(|settings| {
        settings.limits.insert("echo".into(), super::Budget::of(100, 60));
    });
    let fault = json!({"match": {"path": "/b"}, "kind": "429", "retry_after": 5, "message": "no"});
    asker.control("POST", "faults", fault).await;
    assert_eq!(asker.get("/a").await.status(), 200);
    let refused = asker.get("/b?x=1").await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"5".parse().unwrap()));
    assert_eq!(asker.get("/b").await.status(), 200);
    assert_eq!(asker.server.calls().violations, 1, "five seconds were not over");
    asker.server.fault(Fault::once(Kind::WrongRecord));
    let wrong: Value = asker.get("/b").await.json().await.unwrap();
    assert_eq!(wrong["list"], json!([{"n": "not a number"}, {"n": 2}]));
    asker.server.fault(Fault::once(Kind::BadGateway));
    assert!(asker.get("/b").await.text().await.unwrap().starts_with("<html>"));
    let settings = asker.control("PATCH", "settings", json!({"loud": true, "latency_ms": 30})).await;
    assert_eq!((&settings["loud"], &settings["limits"]["echo"]["limit"]), (&json!(true), &json!(100)));
    let begun = std::time::Instant::now();
    let loud: Value = asker.get("/c%2Fd/e+f").await.json().await.unwrap();
    assert!(begun.elapsed().as_millis() >= 30);
    assert_eq!((&loud["loud"], &loud["segments"]), (&json!(true), &json!(["c/d", "e+f"])));
    assert_eq!(asker.control("PATCH", "settings", json!({"unknown": 1})).await["error"], "no setting unknown");
    assert_eq!(asker.control("GET", "origin", json!({})).await, json!(asker.server.base_url()));
    let calls = asker.control("GET", "calls", json!({})).await;
    assert_eq!((&calls["by_kind"]["echo"], &calls["log"][1]["path"]), (&json!(6), &json!("/b?x=1")));
    let now = asker.control("POST", "clock", json!({"now": "2026-12-01T00:00:00Z"})).await;
    assert_eq!(now, json!({"now": "2026-12-01T00:00:00Z"}));
    let _: Settings<Knobs> = Settings::default();
    asker.server.shutdown().await;
}
