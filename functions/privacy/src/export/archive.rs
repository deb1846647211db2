//! The zip in the making: on disk, so that no table has to fit into memory.
//!
//! A table's rows are read once and written twice, as CSV and as NDJSON. A zip takes one file at a time, so that the NDJSON
//! goes, compressed, into a zip beside it and is copied as it is when the table ends.

use anyhow::Context as _;
use jiff::{Timestamp, tz::TimeZone};
use plumbline_export::{Cell, Format, Table, Writer};
use serde::Serialize;
use std::{
    fs::File,
    io::{self, Seek as _, Write as _},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// A zip in the making.
pub(crate) struct Archive {
    zip: ZipWriter<File>,
    options: SimpleFileOptions,
    /// Names of the files with what they are, in order.
    listed: Vec<(String, String)>,
}

/// A table on its way into a zip.
pub(crate) struct Entry<'a> {
    csv: Writer<&'a mut ZipWriter<File>>,
    ndjson: Writer<ZipWriter<File>>,
    rows: &'a AtomicU64,
}

impl Archive {
    /// An empty one in the folder. Its files are dated `at`; nothing of it has a name on the disk, so that nothing is left
    /// when the process dies.
    pub(crate) fn new(folder: &Path, at: Timestamp) -> anyhow::Result<Self> {
        let at = at.to_zoned(TimeZone::UTC);
        let part = |number: i8| u8::try_from(number).unwrap_or_default();
        let (date, time) = (at.date(), at.time());
        let dated = DateTime::from_date_and_time(
            u16::try_from(date.year()).unwrap_or_default(),
            part(date.month()),
            part(date.day()),
            part(time.hour()),
            part(time.minute()),
            part(time.second()),
        )?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(dated)
            .unix_permissions(0o644)
            // Nobody knows how long a table gets.
            .large_file(true);
        Ok(Self { zip: ZipWriter::new(temporary(folder)?), options, listed: Vec::new() })
    }

    /// Begins a table; `rows` counts them.
    pub(crate) fn table<'a>(
        &'a mut self,
        folder: &Path,
        columns: &'static [&'static str],
        (name, what): (&str, &str),
        rows: &'a AtomicU64,
    ) -> anyhow::Result<Entry<'a>> {
        let [csv, ndjson] = [Format::Csv, Format::Ndjson].map(|format| format!("{name}.{}", format.as_str()));
        self.zip.start_file(&csv, self.options)?;
        let mut aside = ZipWriter::new(temporary(folder)?);
        aside.start_file(&ndjson, self.options)?;
        self.listed.extend([(csv, what.to_owned()), (ndjson, "the same rows".to_owned())]);
        Ok(Entry {
            csv: Writer::new(Format::Csv, columns, true, &mut self.zip)?,
            ndjson: Writer::new(Format::Ndjson, columns, true, aside)?,
            rows,
        })
    }

    /// Adds what an ended table put aside.
    pub(crate) fn add(&mut self, aside: ZipWriter<File>) -> anyhow::Result<()> {
        let mut aside = aside.finish_into_readable()?;
        self.zip.raw_copy_file(aside.by_index_raw(0)?)?;
        Ok(())
    }

    /// Adds a file that fits into memory.
    pub(crate) fn json(&mut self, name: &str, what: &str, value: &impl Serialize) -> anyhow::Result<()> {
        self.zip.start_file(name, self.options)?;
        serde_json::to_writer_pretty(&mut self.zip, value)?;
        self.zip.write_all(b"\n")?;
        self.listed.push((name.to_owned(), what.to_owned()));
        Ok(())
    }

    /// Ends it with a README that begins with `words`; the file and its size in bytes.
    pub(crate) fn finish(mut self, words: &str) -> anyhow::Result<(File, u64)> {
        self.zip.start_file("README.txt", self.options)?;
        let mut text = format!("{words}\nFiles:\n");
        for (name, what) in &self.listed {
            text.extend(["  ", name, ": ", what, "\n"]);
        }
        self.zip.write_all(text.as_bytes())?;
        let mut file = self.zip.finish()?;
        let bytes = file.seek(io::SeekFrom::End(0))?;
        file.rewind()?;
        Ok((file, bytes))
    }
}

impl Entry<'_> {
    /// Ends the table; what it put aside, for [`Archive::add`].
    pub(crate) fn finish(self) -> anyhow::Result<ZipWriter<File>> {
        self.csv.finish()?.flush()?;
        self.ndjson.finish()
    }
}

impl Table for Entry<'_> {
    fn write(&mut self, cells: &[Cell]) -> anyhow::Result<()> {
        self.csv.row(cells)?;
        self.ndjson.row(cells)?;
        self.rows.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn temporary(folder: &Path) -> anyhow::Result<File> {
    tempfile::tempfile_in(folder).with_context(|| format!("making a file in {}", folder.display()))
}

/// Whether the disk has no place left.
pub(crate) fn is_full(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        // csv and zip keep the error of the disk inside their own.
        kind == Some(io::ErrorKind::StorageFull) || cause.to_string().contains("os error 28")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;

    /// A device on which there is never any place.
    fn full() -> File {
        OpenOptions::new().write(true).open("/dev/full").unwrap()
    }

    #[test]
    fn a_full_disk_is_recognised_by_whatever_finds_it() {
        let cells = vec![Cell::Plain("x".repeat(100_000))];
        for format in [Format::Csv, Format::Ndjson] {
            let mut writer = Writer::new(format, &["text"], false, full()).unwrap();
            let written = writer.row(&cells).and_then(|()| writer.finish().map(|_| ()));
            let error = plumbline_export::Error::Write(written.unwrap_err());
            assert!(is_full(&anyhow::Error::new(error)), "{format:?}");
        }
        assert!(!is_full(&anyhow::anyhow!("S3 does not answer")));
    }

    #[test]
    fn a_table_is_written_twice_and_the_readme_names_everything() {
        let folder = tempfile::tempdir().unwrap();
        let at = "2026-11-29T10:11:12Z".parse().unwrap();
        let mut archive = Archive::new(folder.path(), at).unwrap();
        let rows = AtomicU64::new(0);
        let mut entry = archive.table(folder.path(), &["a", "b"], ("things", "what there is"), &rows).unwrap();
        for number in 0..1000 {
            entry.write(&[Cell::Number(number), Cell::Free("=1+1".into())]).unwrap();
        }
        let aside = entry.finish().unwrap();
        archive.add(aside).unwrap();
        archive.json("one.json", "one thing", &1).unwrap();
        let (file, bytes) = archive.finish("Words.").unwrap();
        assert_eq!((rows.into_inner(), file.metadata().unwrap().len()), (1000, bytes));
        let mut zip = zip::ZipArchive::new(file).unwrap();
        let mut text = |name: &str| {
            let mut file = zip.by_name(name).unwrap();
            assert_eq!(file.last_modified().map(|at| (at.year(), at.hour(), at.second())), Some((2026, 10, 12)));
            io::read_to_string(&mut file).unwrap()
        };
        assert!(text("things.csv").starts_with("a,b\n0,'=1+1\n1,"));
        assert!(text("things.ndjson").ends_with("{\"a\":999,\"b\":\"=1+1\"}\n"));
        assert_eq!(text("one.json"), "1\n");
        let readme = text("README.txt");
        assert!(readme.starts_with("Words.\nFiles:\n  things.csv: what there is\n"), "{readme}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of it has a name on the disk");
    }
}
