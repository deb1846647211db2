//! What a running process has used, from `/proc`.

use serde::Serialize;
use std::{fs, io, path::Path};

/// Clock ticks per second in `/proc/PID/stat`: `USER_HZ`, which Linux fixed at 100 for every architecture it has glibc
/// for.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used since it began.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usage {
    /// The most memory that was resident at one time (`VmHWM`), in MB of 1,000,000 bytes.
    pub peak_rss_mb: f64,
    /// Processor time of all its threads, user and system, in milliseconds.
    pub cpu_ms: f64,
}

/// Reads what process `pid` has used; an error when it has ended.
pub fn usage(pid: u32) -> io::Result<Usage> {
    let root = format!("/proc/{pid}");
    let status = fs::read_to_string(format!("{root}/status"))?;
    let peak_kib = parse_peak_kib(&status).ok_or_else(|| io::Error::other("/proc/PID/status has no VmHWM"))?;
    let stat = fs::read_to_string(format!("{root}/stat"))?;
    let ticks = parse_ticks(&stat).ok_or_else(|| io::Error::other("/proc/PID/stat is of another form"))?;
    // The first counts ended threads, too, in steps of 10 ms; the second counts nanoseconds of those that live.
    let cpu_ms = (ticks / TICKS_PER_SECOND * 1000.0).max(live_threads_ms(Path::new(&root)));
    Ok(Usage { peak_rss_mb: peak_kib * 1024.0 / 1_000_000.0, cpu_ms })
}

fn parse_peak_kib(status: &str) -> Option<f64> {
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn parse_ticks(stat: &str) -> Option<f64> {
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    let (_, fields) = stat.rsplit_once(") ")?;
    let field = |number: usize| fields.split(' ').nth(number - 3)?.parse::<f64>().ok();
    Some(field(14)? + field(15)?)
}

fn live_threads_ms(root: &Path) -> f64 {
    let Ok(threads) = fs::read_dir(root.join("task")) else { return 0.0 };
    let nanoseconds = threads.flatten().filter_map(|thread| {
        let schedstat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        schedstat.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_whatever_the_program_is_called() {
        let stat = "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 100 1000 200";
        assert_eq!(parse_ticks(stat), Some(300.0));
        assert_eq!(parse_peak_kib("Name:\ta\nVmPeak:\t  9 kB\nVmHWM:\t   2048 kB\n"), Some(2048.0));
    }

    #[test]
    fn this_process_has_used_something() {
        let used = usage(std::process::id()).expect("Linux");
        assert!(used.peak_rss_mb > 0.5, "{used:?}");
    }
}
