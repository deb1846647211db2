//! A page of a table, written as it grows.

use crate::{Error, Row, Whose};
use jiff::{Timestamp, civil::Date};
use plumbline_auth::Sight;
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};
use std::io;
use utoipa::ToSchema;

/// A Lambda's answer has at most 6 MB, with quotes escaped or in base64: a third more than what is written here.
const MOST_BYTES: usize = 4_000_000;

/// How rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub enum Format {
    /// Comma-separated values with a header row (RFC 4180, lines end with a line feed).
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The serialised name, and the ending of a file's.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// The media type; a CSV file says whether its header row is there.
    pub const fn content_type(self, header: bool) -> &'static str {
        match (self, header) {
            (Self::Csv, true) => "text/csv; charset=utf-8; header=present",
            (Self::Csv, false) => "text/csv; charset=utf-8; header=absent",
            (Self::Ndjson, _) => "application/x-ndjson",
        }
    }
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
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
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
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

/// Takes the rows of a table, one after the other.
pub trait Table: Send {
    /// Takes a row: one cell per column.
    fn write(&mut self, cells: &[Cell]) -> anyhow::Result<()>;
}

/// Writes rows in a format.
pub enum Writer<W: io::Write> {
    /// As CSV.
    Csv(Box<csv::Writer<W>>),
    /// As NDJSON, with the columns' names.
    Ndjson(W, &'static [&'static str]),
}

impl<W: io::Write> Writer<W> {
    /// For a table with these columns, which a CSV file begins with when it has a `header`.
    pub fn new(format: Format, columns: &'static [&'static str], header: bool, to: W) -> anyhow::Result<Self> {
        Ok(match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(to);
                if header {
                    writer.write_record(columns)?;
                }
                Self::Csv(Box::new(writer))
            }
            Format::Ndjson => Self::Ndjson(to, columns),
        })
    }

    /// Writes a row.
    pub fn row(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        match self {
            Self::Csv(writer) => writer.write_record(cells.iter().map(Cell::to_csv))?,
            Self::Ndjson(to, columns) => {
                serde_json::to_writer(&mut *to, &Line { columns, cells })?;
                to.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// What was written to, with everything in it.
    pub fn finish(self) -> anyhow::Result<W> {
        match self {
            Self::Csv(writer) => Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?),
            Self::Ndjson(to, _) => Ok(to),
        }
    }
}

enum Body<'t> {
    Bytes(Writer<Vec<u8>>),
    Table(&'t mut dyn Table),
}

/// A page in the making, or a whole table.
pub struct Page<'t> {
    body: Body<'t>,
    rows_left: usize,
    deadline: Timestamp,
    sight: Sight,
    only_persons: bool,
}

impl Page<'static> {
    /// A page with at most `limit` rows, those that `sight` has, for which nothing is read after `deadline`.
    pub fn new(
        format: Format,
        columns: &'static [&'static str],
        header: bool,
        (limit, deadline): (usize, Timestamp),
        sight: Sight,
    ) -> Result<Self, Error> {
        let writer = Writer::new(format, columns, header, Vec::new()).map_err(Error::Write)?;
        Ok(Self { body: Body::Bytes(writer), rows_left: limit, deadline, sight, only_persons: false })
    }

    /// What the page holds.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        match self.body {
            Body::Bytes(writer) => writer.finish().map_err(Error::Write),
            Body::Table(_) => Ok(Vec::new()),
        }
    }
}

impl<'t> Page<'t> {
    /// One that never ends: all rows that `sight` has go into `table`.
    pub fn whole(table: &'t mut dyn Table, sight: Sight) -> Self {
        Self { body: Body::Table(table), rows_left: usize::MAX, deadline: Timestamp::MAX, sight, only_persons: false }
    }

    /// The same with nothing in it but rows about the people that `sight` has, and in those nobody else's name.
    #[must_use]
    pub fn of_persons_alone(self) -> Self {
        Self { only_persons: true, ..self }
    }

    /// Adds a row with one cell per column, if whoever asks may see it: here and nowhere else is that decided.
    pub fn push(&mut self, row: &Row) -> Result<(), Error> {
        if !row.whose.is_in(&self.sight) {
            return Ok(());
        }
        if self.only_persons {
            if matches!(row.whose, Whose::Nobody) {
                return Ok(());
            }
            let cells = row.without_others(&self.sight);
            return self.write(&cells);
        }
        self.write(&row.cells)
    }

    fn write(&mut self, cells: &[Cell]) -> Result<(), Error> {
        match &mut self.body {
            Body::Bytes(writer) => writer.row(cells),
            Body::Table(table) => table.write(cells),
        }
        .map_err(Error::Write)?;
        self.rows_left = self.rows_left.saturating_sub(1);
        Ok(())
    }

    pub(crate) fn rows_left(&self) -> usize {
        self.rows_left
    }

    /// Whether no further row has a place.
    pub fn is_full(&self) -> bool {
        let bytes = match &self.body {
            // What the writer holds back is a few kilobytes at most.
            Body::Bytes(Writer::Csv(writer)) => writer.get_ref().len(),
            Body::Bytes(Writer::Ndjson(bytes, _)) => bytes.len(),
            Body::Table(_) => 0,
        };
        self.rows_left == 0 || bytes >= MOST_BYTES
    }

    /// Whether nothing further shall be read for this page.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.is_full() || now >= self.deadline
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
