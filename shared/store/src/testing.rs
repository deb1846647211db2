//! A whole DynamoDB in the process, empty at first, behind its own HTTP server: the real SDK and the real store run
//! against it.

use crate::{Store, Tables, due};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::SdkError,
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, StreamSpecification, StreamViewType,
    },
};
use dynoxide::Database;
use std::ops::Deref;

/// A store over tables of its own.
#[derive(Debug, Clone)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// The SDK's client, to look below the store.
    pub client: Client,
    /// The tables' names.
    pub tables: Tables,
    /// Where the database listens.
    pub endpoint: String,
}

impl Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A new, empty store. It lives as long as the test's runtime.
///
/// # Panics
/// When the database does not start: a test can do nothing about that.
#[expect(clippy::expect_used, clippy::disallowed_methods, reason = "for tests only")]
pub async fn memory_store() -> TestStore {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().expect("a database")));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&endpoint)
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .build();
    let client = Client::from_conf(config);
    let tables = Tables {
        facts: "facts".into(),
        rollups: "rollups".into(),
        accounts: "accounts".into(),
        state: "state".into(),
        surveys: "surveys".into(),
    };
    create_tables(&client, &tables).await.expect("tables");
    TestStore { store: Store::new(client.clone(), tables.clone()), client, tables, endpoint }
}

/// Makes the tables as the template does in production.
///
/// # Panics
/// Never: the requests are complete.
#[expect(clippy::expect_used, reason = "for tests only; the requests are complete")]
pub async fn create_tables(client: &Client, tables: &Tables) -> Result<(), SdkError<CreateTableError>> {
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().expect("complete")
    };
    let schema = |name: &str, kind: KeyType| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("complete")
    };
    for table in [&tables.facts, &tables.rollups, &tables.accounts, &tables.state, &tables.surveys] {
        let mut create = client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .attribute_definitions(attribute("sk", ScalarAttributeType::S))
            .key_schema(schema("pk", KeyType::Hash))
            .key_schema(schema("sk", KeyType::Range));
        if *table == tables.facts {
            let stream = StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewAndOldImages)
                .build()
                .expect("complete");
            create = create.stream_specification(stream);
        }
        if [&tables.state, &tables.surveys].contains(&table) {
            let index = GlobalSecondaryIndex::builder()
                .index_name(due::INDEX)
                .key_schema(schema("due_shard", KeyType::Hash))
                .key_schema(schema("due_at", KeyType::Range))
                .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
                .build()
                .expect("complete");
            create = create
                .attribute_definitions(attribute("due_shard", ScalarAttributeType::S))
                .attribute_definitions(attribute("due_at", ScalarAttributeType::N))
                .global_secondary_indexes(index);
        }
        create.send().await?;
    }
    Ok(())
}
