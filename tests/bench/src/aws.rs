//! The AWS services that functions call, on this machine.

pub mod dynamo;
pub mod services;

use crate::events;
use aws_sdk_dynamodb::types::StreamSpecification;
use dynamo::Dynamo;
use plumbline_domain::Provider;
use plumbline_store::{
    Store,
    testing::{TestStore, memory_store},
};
use serde_json::Value;
use services::{Message, Services};
use std::collections::BTreeMap;

/// The queue of GitHub sync jobs; each vendor's is called as its provider.
pub const GITHUB: &str = "github";

/// The queue between `github-webhook` and `ingest`.
pub const GITHUB_EVENTS: &str = "github-events";
/// The queue of `survey`.
pub const SURVEY: &str = "survey";
/// The queue of `notify`.
pub const NOTIFY: &str = "notify";
/// The queue of `privacy`.
pub const PRIVACY: &str = "privacy";
/// What the simulated Slack signs its requests with.
pub const SLACK_SECRET: &str = "slack-secret-of-the-bench";

/// The operator's token.
pub const ADMIN_TOKEN: &str = "bench-admin-token-0123456789abcdef";

/// What GitHub signs webhooks with.
pub const WEBHOOK_SECRET: &str = "bench-webhook-secret-0123456789abcdef";

/// What connections' credentials are sealed with.
pub const KEYRING: &str = r#"{"current":"k1","k1":"bench-keyring-0123456789abcdef0123456789abcdef"}"#;

/// A DynamoDB with the four tables, two queues, three secrets.
pub struct Aws {
    /// The store over the same tables; what is read and written through it is not counted.
    pub store: TestStore,
    /// What the functions see of DynamoDB.
    pub dynamo: Dynamo,
    /// SQS, Secrets Manager and S3.
    pub services: Services,
}

impl Aws {
    /// Empty tables and queues.
    pub async fn start() -> anyhow::Result<Self> {
        let store = memory_store().await;
        // The changes come from the counting front. The database here would look through all its stream's records for
        // the highest number at each write, which at 10,000 pull requests is two thirds of a sync.
        let no_stream = StreamSpecification::builder().stream_enabled(false).build()?;
        let facts = &store.tables.facts;
        store.client.update_table().table_name(facts).stream_specification(no_stream).send().await?;
        let dynamo = Dynamo::start(&store.endpoint, &store.tables.facts).await?;
        let services = Services::start(BTreeMap::from([
            ("plumbline/admin-token".to_owned(), ADMIN_TOKEN.to_owned()),
            ("plumbline/github-webhook".to_owned(), WEBHOOK_SECRET.to_owned()),
            ("plumbline/keyring".to_owned(), KEYRING.to_owned()),
            ("plumbline/vendor-apps".to_owned(), "{}".to_owned()),
            ("plumbline/sign-in".to_owned(), "{}".to_owned()),
            ("plumbline/slack-signing".to_owned(), SLACK_SECRET.to_owned()),
        ]))
        .await?;
        Ok(Self { store, dynamo, services })
    }

    /// The store as functions see it: counted, and held where [`Dynamo::hold`] says.
    pub fn counted_store(&self) -> Store {
        let config = self.store.client.config().to_builder().endpoint_url(self.dynamo.url()).build();
        Store::new(aws_sdk_dynamodb::Client::from_conf(config), self.store.tables.clone())
    }

    /// What the template sets for a function; each reads what it needs. Loopback hosts are allowed as on a developer's
    /// machine.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let tables = &self.store.tables;
        let queues = Provider::ALL.map(|provider| {
            let name = provider.as_str();
            (format!("QUEUE_{}", name.to_uppercase()), self.services.queue_url(name))
        });
        let pairs = [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamo.url()),
            ("AWS_ENDPOINT_URL_SQS", self.services.url()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.services.url()),
            ("AWS_ENDPOINT_URL_S3", self.services.url()),
            ("TABLE_FACTS", tables.facts.clone()),
            ("TABLE_ROLLUPS", tables.rollups.clone()),
            ("TABLE_ACCOUNTS", tables.accounts.clone()),
            ("TABLE_STATE", tables.state.clone()),
            ("QUEUE_GITHUB_EVENTS", self.services.queue_url(GITHUB_EVENTS)),
            ("SECRET_ADMIN_TOKEN", "plumbline/admin-token".to_owned()),
            ("SECRET_GITHUB_WEBHOOK", "plumbline/github-webhook".to_owned()),
            ("SECRET_KEYRING", "plumbline/keyring".to_owned()),
            ("SECRET_VENDOR_APPS", "plumbline/vendor-apps".to_owned()),
            ("SECRET_SIGN_IN", "plumbline/sign-in".to_owned()),
            ("SECRET_SLACK_SIGNING", "plumbline/slack-signing".to_owned()),
            ("TABLE_SURVEYS", tables.surveys.clone()),
            ("QUEUE_SURVEY", self.services.queue_url(SURVEY)),
            ("QUEUE_NOTIFY", self.services.queue_url(NOTIFY)),
            ("QUEUE_PRIVACY", self.services.queue_url(PRIVACY)),
            ("BUCKET_EXPORTS", "exports".to_owned()),
            ("ALLOWED_HOSTS", "127.0.0.1,localhost".to_owned()),
            ("ALLOW_HTTP_LOOPBACK", "true".to_owned()),
        ];
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(queues).collect()
    }

    /// Calls of the functions to all services since the last [`Aws::forget_calls`].
    pub fn calls(&self) -> u64 {
        self.dynamo.calls().calls + self.services.calls().values().sum::<u64>()
    }

    /// Counts from zero again.
    pub fn forget_calls(&self) {
        self.dynamo.forget_calls();
        self.services.forget_calls();
    }
}

/// One message as the event that its queue's function gets.
pub fn delivery(message: &Message) -> Value {
    events::sqs(&message.queue, [message.body.as_str()])
}
