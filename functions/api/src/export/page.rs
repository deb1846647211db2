//! A page of a table, written as it grows.

use super::rows::Row;
use jiff::{Timestamp, civil::Date};
use plumbline_auth::Sight;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};
use utoipa::ToSchema;

/// A Lambda's answer has at most 6 MB, with quotes escaped or in base64: a third more than what is written here.
const MOST_BYTES: usize = 4_000_000;

/// How rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub(crate) enum Format {
    /// Comma-separated values with a header row (RFC 4180, lines end with a line feed).
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    pub(crate) const fn content_type(self, header: bool) -> &'static str {
        match (self, header) {
            (Self::Csv, true) => "text/csv; charset=utf-8; header=present",
            (Self::Csv, false) => "text/csv; charset=utf-8; header=absent",
            (Self::Ndjson, _) => "application/x-ndjson",
        }
    }
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Not known, or nothing to tell.
    Empty,
    /// Text that people wrote.
    Free(String),
    /// Text that a vendor or Plumbline made: ids, names of states.
    Plain(String),
    /// A number.
    Number(u64),
    /// A number in thousandths.
    Thousandths(i64),
    /// Yes or no.
    Flag(bool),
    /// RFC 3339 in UTC.
    Instant(Timestamp),
    /// `YYYY-MM-DD`.
    Day(Date),
}

impl Cell {
    /// `Empty` for nothing.
    pub(crate) fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }

    fn to_csv(&self) -> String {
        match self {
            Self::Empty => String::new(),
            // Spreadsheets run what looks like a formula (CWE-1236).
            Self::Free(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
            Self::Free(text) | Self::Plain(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Thousandths(number) => decimal(*number).to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Instant(at) => at.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Free(text) | Self::Plain(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Thousandths(number) => serializer.serialize_f64(decimal(*number)),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Instant(at) => serializer.collect_str(at),
            Self::Day(day) => serializer.collect_str(day),
        }
    }
}

/// Printed as short as it can be: 2.5, 3.
fn decimal(thousandths: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "estimates stay far below 2^53")]
    let thousandths = thousandths as f64;
    thousandths / 1000.0
}

enum Body {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Ndjson(Vec<u8>),
}

/// A page in the making.
pub(crate) struct Page {
    body: Body,
    columns: &'static [&'static str],
    rows_left: usize,
    deadline: Timestamp,
    sight: Sight,
}

impl Page {
    /// A page with at most `limit` rows, those that `sight` has, for which nothing is read after `deadline`.
    pub(crate) fn new(
        format: Format,
        columns: &'static [&'static str],
        header: bool,
        (limit, deadline): (usize, Timestamp),
        sight: Sight,
    ) -> anyhow::Result<Self> {
        let body = match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(Vec::new());
                if header {
                    writer.write_record(columns)?;
                }
                Body::Csv(Box::new(writer))
            }
            Format::Ndjson => Body::Ndjson(Vec::new()),
        };
        Ok(Self { body, columns, rows_left: limit, deadline, sight })
    }

    /// Adds a row with one cell per column, if whoever asks may see it: here and nowhere else is that decided.
    pub(crate) fn push(&mut self, row: &Row) -> anyhow::Result<()> {
        if !row.whose.is_in(&self.sight) {
            return Ok(());
        }
        let cells = &row.cells;
        match &mut self.body {
            Body::Csv(writer) => writer.write_record(cells.iter().map(Cell::to_csv))?,
            Body::Ndjson(bytes) => {
                serde_json::to_writer(&mut *bytes, &Line { columns: self.columns, cells })?;
                bytes.push(b'\n');
            }
        }
        self.rows_left = self.rows_left.saturating_sub(1);
        Ok(())
    }

    pub(super) fn rows_left(&self) -> usize {
        self.rows_left
    }

    /// Whether no further row has a place.
    pub(crate) fn is_full(&self) -> bool {
        let bytes = match &self.body {
            // What the writer holds back is a few kilobytes at most.
            Body::Csv(writer) => writer.get_ref().len(),
            Body::Ndjson(bytes) => bytes.len(),
        };
        self.rows_left == 0 || bytes >= MOST_BYTES
    }

    /// Whether nothing further shall be read for this page.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.is_full() || now >= self.deadline
    }

    pub(crate) fn finish(self) -> anyhow::Result<Vec<u8>> {
        match self.body {
            Body::Csv(writer) => Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?),
            Body::Ndjson(bytes) => Ok(bytes),
        }
    }
}

/// A row as a JSON object, in the order of the columns.
struct Line<'a> {
    columns: &'a [&'a str],
    cells: &'a [Cell],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(column, cell)?;
        }
        map.end()
    }
}
