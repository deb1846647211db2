//! GraphQL: requests are validated and executed against the schema that GitHub publishes.

mod connection;
mod cost;
mod fields;
mod node;
mod query;

pub(crate) use cost::Cost;

use super::{caller::Caller, settings::Settings, state::State};
use apollo_compiler::{
    ExecutableDocument, Schema, collections::HashMap, executable::OperationType, request::coerce_variable_values,
    resolvers::Execution, response::JsonMap, schema::Implementers, validation::Valid,
};
use jiff::Timestamp;
use node::{Node, What};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, Mutex};

/// The schema as npm `@octokit/graphql-schema` 15.26.1 publishes it.
const SDL: &str = include_str!("../../../../fixtures/github/schema.graphql");

struct Published {
    schema: Valid<Schema>,
    implementers: HashMap<apollo_compiler::Name, Implementers>,
}

static PUBLISHED: LazyLock<Published> = LazyLock::new(|| {
    let schema = match Schema::parse_and_validate(SDL, "schema.graphql") {
        Ok(schema) => schema,
        Err(invalid) => {
            // The published schema itself has two mistakes: fields that `EnterpriseOwnerInfo` defines twice.
            let known = invalid.errors.iter().filter(|error| error.to_string().contains("EnterpriseOwnerInfo")).count();
            assert!(known == 2 && invalid.errors.len() == 2, "unexpected errors in the schema: {}", invalid.errors);
            Valid::assume_valid(invalid.partial)
        }
    };
    let implementers = schema.implementers_map();
    Published { schema, implementers }
});

/// A request's body.
#[derive(Debug, Deserialize)]
struct Body {
    query: String,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// A request that can be executed.
pub(crate) struct Request {
    document: Arc<Valid<ExecutableDocument>>,
    variables: Valid<JsonMap>,
    operation_name: Option<String>,
    /// What it costs.
    pub(crate) cost: Cost,
    /// The operation's name, for the log.
    pub(crate) name: String,
}

/// Where the budget stands once this request is paid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLimit {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    pub(crate) reset: Timestamp,
}

/// What resolvers read from.
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) settings: &'a Settings,
    pub(in crate::github) caller: Caller<'a>,
    pub(crate) rate_limit: RateLimit,
    pub(crate) cost: Cost,
}

/// Documents that were validated, by their text: a client sends the same few again and again.
#[derive(Default)]
pub(crate) struct Documents(Mutex<std::collections::HashMap<String, Arc<Valid<ExecutableDocument>>>>);

impl Documents {
    /// Parses and validates a request. The error is what to answer with 200.
    pub(crate) fn prepare(&self, body: &[u8]) -> Result<Request, Value> {
        let refuse = |message: String| json!({"errors": [{"message": message}]});
        let body: Body = serde_json::from_slice(body).map_err(|error| refuse(error.to_string()))?;
        let document = self.validated(&body.query)?;
        let operation = document
            .operations
            .get(body.operation_name.as_deref())
            .map_err(|error| refuse(error.message().to_string()))?;
        if operation.operation_type != OperationType::Query {
            return Err(refuse("Only queries are simulated.".into()));
        }
        let variables = coerce_variable_values(&PUBLISHED.schema, operation, &body.variables.unwrap_or_default())
            .map_err(|error| refuse(error.message().to_string()))?;
        let cost = cost::of(&document, operation, &variables);
        let name = operation.name.as_ref().map_or_else(|| "query".into(), ToString::to_string);
        Ok(Request { document: Arc::clone(&document), variables, operation_name: body.operation_name, cost, name })
    }

    fn validated(&self, query: &str) -> Result<Arc<Valid<ExecutableDocument>>, Value> {
        let mut known = self.0.lock().unwrap();
        if let Some(document) = known.get(query) {
            return Ok(Arc::clone(document));
        }
        let document =
            ExecutableDocument::parse_and_validate(&PUBLISHED.schema, query, "query.graphql").map_err(|invalid| {
                let errors: Vec<Value> =
                    invalid.errors.iter().map(|e| json!({"message": e.error.to_string()})).collect();
                json!({"errors": errors})
            })?;
        let document = Arc::new(document);
        if known.len() > 500 {
            known.clear();
        }
        known.insert(query.to_owned(), Arc::clone(&document));
        Ok(document)
    }
}

impl Request {
    /// Executes it.
    pub(crate) fn execute(&self, context: &Context<'_>) -> Value {
        let execution = Execution::new(&PUBLISHED.schema, &self.document)
            .implementers_map(&PUBLISHED.implementers)
            .coerced_variable_values(&self.variables)
            .operation_name(self.operation_name.as_deref());
        let root = Node { context, what: What::Query };
        let outcome = execution.and_then(|execution| execution.execute_sync(&root));
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return json!({"errors": [{"message": error.message().to_string()}]}),
        };
        let mut answer = json!({"data": response.data});
        if !response.errors.is_empty() {
            answer["errors"] = response
                .errors
                .iter()
                .map(|error| {
                    let text = error.message.strip_prefix("resolver error: ").unwrap_or(&error.message);
                    let (kind, message) = text.split_once(node::KIND_END).unwrap_or(("UNSIMULATED", text));
                    json!({"type": kind, "path": error.path, "locations": error.locations, "message": message})
                })
                .collect();
        }
        answer
    }
}
