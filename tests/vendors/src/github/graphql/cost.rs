//! What a query costs: GitHub counts the requests that its connections would need, divides by 100, and takes at least
//! one point.
//!
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use apollo_compiler::{
    ExecutableDocument,
    ast::Value,
    executable::{Field, Operation, Selection, SelectionSet},
    response::{JsonMap, JsonValue},
    validation::Valid,
};

/// The most nodes that a query may ask for.
pub(crate) const MAX_NODES: u64 = 500_000;

/// What a query costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Points.
    pub(crate) points: u64,
    /// The most nodes it can bring.
    pub(crate) nodes: u64,
}

/// The cost of `operation`.
pub(crate) fn of(document: &ExecutableDocument, operation: &Operation, variables: &Valid<JsonMap>) -> Cost {
    let mut walk = Walk { document, variables, requests: 0, nodes: 0 };
    walk.selections(&operation.selection_set, 1);
    Cost { points: ((walk.requests + 50) / 100).max(1), nodes: walk.nodes }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Valid<JsonMap>,
    requests: u64,
    nodes: u64,
}

impl Walk<'_> {
    fn selections(&mut self, set: &SelectionSet, times: u64) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, times),
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, times),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set, times);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &Field, times: u64) {
        let mut below = times;
        if field.definition.ty.inner_named_type().ends_with("Connection") {
            let size = self.size(field);
            self.requests = self.requests.saturating_add(times);
            below = times.saturating_mul(size);
            self.nodes = self.nodes.saturating_add(below);
        }
        self.selections(&field.selection_set, below);
    }

    fn size(&self, field: &Field) -> u64 {
        let given = field.arguments.iter().find(|argument| argument.name == "first" || argument.name == "last");
        match given.map(|argument| argument.value.as_ref()) {
            Some(Value::Int(int)) => int.try_to_i32().ok().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
            Some(Value::Variable(name)) => self.variables.get(name.as_str()).and_then(JsonValue::as_u64).unwrap_or(0),
            _ => 0,
        }
    }
}
