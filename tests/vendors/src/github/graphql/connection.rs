//! Connections: which part of a list was asked for, and how to go on from there.

use super::node::{Node, What, refuse};
use apollo_compiler::{
    resolvers::{FieldError, ResolveInfo, ResolvedValue},
    response::{JsonMap, JsonValue},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Where an item stands: the key its list is ordered by. It survives changes elsewhere in the list, as GitHub's do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(pub(crate) i64, pub(crate) u64);

impl Position {
    fn cursor(self) -> String {
        STANDARD.encode(format!("cursor:v2:{}:{}", self.0, self.1))
    }

    fn parse(cursor: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
        let (order, id) = text.strip_prefix("cursor:v2:")?.split_once(':')?;
        Some(Self(order.parse().ok()?, id.parse().ok()?))
    }
}

/// A part of a list.
pub(crate) struct Page<'a> {
    connection: &'static str,
    edge: &'static str,
    items: Vec<(Position, What<'a>)>,
    total: usize,
    has_next: bool,
    has_previous: bool,
}

fn number(arguments: &JsonMap, name: &str) -> Option<usize> {
    arguments.get(name).and_then(JsonValue::as_u64).and_then(|n| usize::try_from(n).ok())
}

/// The part of a list that `first`, `after`, `last` and `before` ask for. `keys` are in the list's order, which is
/// falling when `descending`; `item` makes one of them.
pub(crate) fn page<'a, T: Copy>(
    info: &ResolveInfo<'_>,
    types: (&'static str, &'static str),
    keys: &[(Position, T)],
    descending: bool,
    item: impl Fn(T) -> What<'a>,
) -> Result<Page<'a>, FieldError> {
    let (arguments, field) = (info.arguments(), info.field_name());
    let (first, last) = (number(arguments, "first"), number(arguments, "last"));
    for (name, size) in [("first", first), ("last", last)] {
        if size.is_some_and(|size| size > 100) {
            let size = size.unwrap_or(0);
            return Err(refuse(
                "EXCESSIVE_PAGINATION",
                &format!(
                    "Requesting {size} records on the `{field}` connection exceeds the `{name}` limit of 100 records."
                ),
            ));
        }
    }
    if first.is_none() && last.is_none() {
        let message =
            format!("You must provide a `first` or `last` value to properly paginate the `{field}` connection.");
        return Err(refuse("MISSING_PAGINATION_BOUNDARIES", &message));
    }
    let bound = |name: &str| -> Result<Option<Position>, FieldError> {
        let Some(cursor) = arguments.get(name).and_then(JsonValue::as_str) else { return Ok(None) };
        let message = format!("`{cursor}` does not appear to be a valid cursor.");
        Position::parse(cursor).map(Some).ok_or_else(|| refuse("INVALID_CURSOR_ARGUMENTS", &message))
    };
    let before_it = |key: Position, bound: Position| if descending { key > bound } else { key < bound };
    let mut start = match bound("after")? {
        Some(after) => keys.partition_point(|&(key, _)| key == after || before_it(key, after)),
        None => 0,
    };
    let mut end = match bound("before")? {
        Some(before) => keys.partition_point(|&(key, _)| before_it(key, before)).max(start),
        None => keys.len(),
    };
    if let Some(first) = first {
        end = end.min(start.saturating_add(first));
    }
    if let Some(last) = last {
        start = start.max(end.saturating_sub(last));
    }
    Ok(Page {
        connection: types.0,
        edge: types.1,
        items: keys[start..end].iter().map(|&(position, key)| (position, item(key))).collect(),
        total: keys.len(),
        has_next: end < keys.len(),
        has_previous: start > 0,
    })
}

/// A list that is ordered by its index.
pub(crate) fn indexed<T>(items: impl IntoIterator<Item = T>) -> Vec<(Position, T)> {
    items.into_iter().zip(1..).map(|(item, index)| (Position(index, 0), item)).collect()
}

impl<'a> Page<'a> {
    pub(crate) const fn type_name(&self) -> &'static str {
        self.connection
    }

    /// The vendor lists only the first of so many.
    pub(crate) fn of_total(mut self, total: usize) -> Self {
        self.total = total;
        self
    }

    pub(crate) fn resolve<'b>(&'b self, node: &Node<'a>, name: &str) -> Option<ResolvedValue<'b>>
    where
        'a: 'b,
    {
        let context = node.context;
        let count = |n: usize| ResolvedValue::leaf(u32::try_from(n).unwrap_or(u32::MAX));
        Some(match name {
            "nodes" => ResolvedValue::list(self.items.iter().map(move |(_, what)| {
                // An edge's own fields stay with the edge.
                let what = if let What::Member(user, _) = what { What::User(user) } else { what.clone() };
                ResolvedValue::object(Node { context, what })
            })),
            "edges" => ResolvedValue::list(self.items.iter().map(move |(position, what)| {
                ResolvedValue::object(Edge {
                    node: Node { context, what: what.clone() },
                    type_name: self.edge,
                    position: *position,
                })
            })),
            "pageInfo" => ResolvedValue::object(PageInfo(self)),
            "totalCount" => count(self.total),
            "filteredCount" | "pageCount" => count(self.items.len()),
            "totalDiskUsage" => count(0),
            _ => return None,
        })
    }
}

struct PageInfo<'b, 'a>(&'b Page<'a>);

impl apollo_compiler::resolvers::ObjectValue for PageInfo<'_, '_> {
    fn type_name(&self) -> &'static str {
        "PageInfo"
    }

    fn resolve_field<'c>(&'c self, info: &'c ResolveInfo<'c>) -> Result<ResolvedValue<'c>, FieldError> {
        let cursor = |item: Option<&(Position, What<'_>)>| {
            item.map_or_else(ResolvedValue::null, |(position, _)| ResolvedValue::leaf(position.cursor()))
        };
        Ok(match info.field_name() {
            "hasNextPage" => ResolvedValue::leaf(self.0.has_next),
            "hasPreviousPage" => ResolvedValue::leaf(self.0.has_previous),
            "startCursor" => cursor(self.0.items.first()),
            "endCursor" => cursor(self.0.items.last()),
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}

struct Edge<'a> {
    node: Node<'a>,
    type_name: &'static str,
    position: Position,
}

impl apollo_compiler::resolvers::ObjectValue for Edge<'_> {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn resolve_field<'c>(&'c self, info: &'c ResolveInfo<'c>) -> Result<ResolvedValue<'c>, FieldError> {
        let context = self.node.context;
        Ok(match (info.field_name(), &self.node.what) {
            ("cursor", _) => ResolvedValue::leaf(self.position.cursor()),
            ("role", What::Member(_, role)) => ResolvedValue::leaf(*role),
            ("node", What::Member(user, _)) => ResolvedValue::object(Node { context, what: What::User(user) }),
            ("node", what) => ResolvedValue::object(Node { context, what: what.clone() }),
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}
