//! All vendors of one company at once.

use crate::{
    atlassian::{self, AtlassianServer},
    demo::Company,
    jfrog::{self, JfrogServer},
    ports::Ports,
    service::{Clock, Settings},
    slack::{self, SlackServer},
    trello::{self, TrelloServer},
};
use anyhow::{Context, Result};
use jiff::Timestamp;

/// How large Atlassian is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Issues in Jira, about.
    pub issues: usize,
    /// Accounts beyond the company's people.
    pub further_accounts: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { issues: 2_500, further_accounts: 0 }
    }
}

/// Every vendor but GitHub, running. They end when it is dropped.
pub struct Fleet {
    /// Atlassian.
    pub atlassian: AtlassianServer,
    /// JFrog.
    pub jfrog: JfrogServer,
    /// Trello.
    pub trello: TrelloServer,
    /// Slack.
    pub slack: SlackServer,
}

impl Fleet {
    /// Serves the company's vendors, all with this clock.
    pub async fn start(company: &Company, size: Size, clock: Clock, ports: Ports) -> Result<Self> {
        let mut site = atlassian::generate(company, size.issues, size.further_accounts);
        site.clock = clock;
        let jfrog = jfrog::State { clock, ..jfrog::State::of(company) };
        let trello = trello::State { clock, ..trello::State::of(company) };
        let mut workspace = slack::State::of(company);
        workspace.clock = clock;
        Ok(Self {
            atlassian: AtlassianServer::start_with(site, Settings::default(), ports.atlassian)
                .await
                .context("starting Atlassian")?,
            jfrog: JfrogServer::start_with(jfrog, Settings::default(), ports.jfrog).await.context("starting JFrog")?,
            trello: TrelloServer::start_with(trello, Settings::default(), ports.trello)
                .await
                .context("starting Trello")?,
            slack: SlackServer::start_with(workspace, Settings::default(), ports.slack)
                .await
                .context("starting Slack")?,
        })
    }

    /// Sets all their clocks; GitHub's is its own.
    pub fn set_now(&self, now: Timestamp) {
        self.atlassian.state(|state| state.clock.set(now));
        self.jfrog.state(|state| state.clock.set(now));
        self.trello.state(|state| state.clock.set(now));
        self.slack.state(|state| state.clock.set(now));
    }

    /// The ports they are served on; those of GitHub are as they were.
    pub fn ports(&self, others: Ports) -> Ports {
        Ports {
            atlassian: self.atlassian.port(),
            jfrog: self.jfrog.port(),
            trello: self.trello.port(),
            slack: self.slack.port(),
            ..others
        }
    }

    /// Ends them and waits until their ports are free.
    pub async fn shutdown(self) {
        self.atlassian.shutdown().await;
        self.jfrog.shutdown().await;
        self.trello.shutdown().await;
        self.slack.shutdown().await;
    }
}
