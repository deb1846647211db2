//! What the simulated GitHub promises to those who test with it.

mod api;
mod app;
mod copilot;
mod graphql;
mod shapes;

use super::{GithubServer, NewCommit, NewPullRequest, ReviewState, State, TOKEN};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// A Monday morning.
fn start() -> Timestamp {
    "2026-11-02T08:00:00Z".parse().unwrap()
}

/// Two people, a bot, a repository with a merged pull request: opened as a draft, reviewed in two rounds.
fn story() -> State {
    let mut state = State::new("acme", start());
    state.add_member("ann");
    state.add_member("ben");
    state.add_bot("dependabot[bot]");
    state.add_team("rail", None, &["ann"]);
    state.add_team("tracks", Some("rail"), &["ben"]);
    state.add_repository("board");
    state.push_to_branch("acme/board", NewCommit { author: Some("ann".into()), ..NewCommit::default() });
    let commit = NewCommit { authored_at: Some("2026-11-02T07:00:00Z".parse().unwrap()), ..NewCommit::default() };
    let new = NewPullRequest {
        author: Some("ann".into()),
        title: Some("Show platforms".into()),
        draft: true,
        commits: vec![commit],
        ..NewPullRequest::default()
    };
    state.add_pull_request("acme/board", new);
    state.advance(3_600);
    state.mark_ready("acme/board", 1);
    state.advance(3_600);
    state.review("acme/board", 1, "ben", ReviewState::ChangesRequested);
    state.advance(3_600);
    state.push_commit("acme/board", 1);
    state.advance(3_600);
    state.review("acme/board", 1, "ben", ReviewState::Approved);
    state.advance(1_800);
    state.merge("acme/board", 1);
    state
}

struct Asker {
    server: GithubServer,
    client: Client,
}

impl Asker {
    async fn of(state: State) -> Self {
        let client =
            Client::builder().user_agent("tests").no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self { server: GithubServer::start(state).await.unwrap(), client: client.unwrap() }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}/api/v3/{path}", self.server.base_url())).bearer_auth(TOKEN)
    }

    async fn json(&self, path: &str) -> Value {
        body(self.get(path).send().await.unwrap()).await
    }

    async fn graphql(&self, query: &str, variables: Value) -> Value {
        let address = format!("{}/api/graphql", self.server.base_url());
        let sent = serde_json::json!({"query": query, "variables": variables});
        body(self.client.post(address).bearer_auth(TOKEN).json(&sent).send().await.unwrap()).await
    }
}

async fn body(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}
