//! All vendors of the demo's company, in simulated time.

use crate::team::Access;
use jiff::Timestamp;
use plumbline_connectors::Credentials;
use plumbline_domain::Provider;
use plumbline_vendors::{
    atlassian, demo,
    fleet::{Fleet, Size},
    github::{self, GithubServer, INSTALLATION},
    jfrog,
    ports::Ports,
    service, slack, trello,
};
use serde_json::json;

/// What the demo's company is generated from.
const SEED: u64 = 7;
/// Eighteen months: all that it has.
const HISTORY_DAYS: u32 = 540;
/// How far back its Copilot reports are read.
const USAGE_DAYS: u32 = 90;

/// The simulators.
pub(crate) struct Company {
    github: GithubServer,
    others: Fleet,
}

impl Company {
    /// The company as `cargo xtask demo` has it, with a history that ends at `now`, where all clocks stand.
    pub(crate) async fn start(now: Timestamp) -> anyhow::Result<Self> {
        let company = demo::company(SEED, now);
        let others = Fleet::start(&company, Size::default(), service::Clock::fixed(now), Ports::default()).await?;
        let mut organization = demo::organization(SEED, now);
        organization.install_app(INSTALLATION);
        Ok(Self { github: GithubServer::start(organization).await?, others })
    }

    /// Sets all clocks.
    pub(crate) fn set_now(&self, now: Timestamp) {
        self.github.state(|state| state.set_now(now));
        self.others.set_now(now);
    }

    /// The calls to any of them since [`Company::forget_calls`], and those of them that came before they might.
    pub(crate) fn calls(&self) -> (u64, u64) {
        let Fleet { atlassian, jfrog, trello, slack } = &self.others;
        let all = [self.github.calls(), atlassian.calls(), jfrog.calls(), trello.calls(), slack.calls()];
        all.iter().fold((0, 0), |(total, early), calls| (total + calls.total, early + calls.violations))
    }

    /// Those of them that asked GitHub's GraphQL.
    pub(crate) fn graphql_calls(&self) -> u64 {
        self.github.calls().of("graphql")
    }

    /// Counts from zero again.
    pub(crate) fn forget_calls(&self) {
        let Fleet { atlassian, jfrog, trello, slack } = &self.others;
        self.github.reset_counters();
        atlassian.reset_counters();
        jfrog.reset_counters();
        trello.reset_counters();
        slack.reset_counters();
    }

    /// How a provider is connected to its simulator.
    pub(crate) fn access(&self, provider: Provider) -> Access {
        let organization = "acme-rail";
        let Fleet { atlassian, jfrog, trello, slack } = &self.others;
        let with = |base_url, credentials, settings| Access { provider, base_url, credentials, settings };
        let token = |token: &str| Credentials::Token(token.into());
        match provider {
            Provider::Github => with(
                self.github.base_url(),
                token(github::TOKEN),
                json!({"organization": organization, "history_days": HISTORY_DAYS}),
            ),
            Provider::Copilot => with(
                self.github.base_url(),
                token(github::TOKEN),
                json!({"organization": organization, "history_days": USAGE_DAYS}),
            ),
            Provider::GithubEnterprise => with(
                self.github.base_url(),
                token(github::CLASSIC_TOKEN),
                json!({"enterprise": format!("{organization}-group")}),
            ),
            Provider::Jira => with(
                atlassian.base_url(),
                Credentials::Basic { email: atlassian::EMAIL.into(), token: atlassian::API_TOKEN.into() },
                json!({"history_days": HISTORY_DAYS}),
            ),
            Provider::Atlassian => with(
                atlassian.base_url(),
                token(atlassian::ORGANIZATION_KEY),
                json!({"organization": atlassian::ORGANIZATION_ID}),
            ),
            Provider::Jfrog => with(jfrog.base_url(), token(jfrog::TOKEN), json!({})),
            Provider::Trello => with(
                trello.base_url(),
                Credentials::Key { key: trello::KEY.into(), token: trello::TOKEN.into() },
                json!({}),
            ),
            Provider::Slack => with(slack.base_url(), token(slack::TOKEN), json!({})),
        }
    }
}
