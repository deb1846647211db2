//! Child processes. Each has its own process group, so that Ctrl-C reaches this program alone, which then stops them in
//! order, the last started first.

use crate::progress::{self, Step};
use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
};

/// Everything started and not ended yet.
#[derive(Default)]
pub(crate) struct Processes {
    running: Mutex<Vec<Running>>,
}

#[derive(Clone)]
struct Running {
    name: String,
    group: Pid,
    /// Only the group's first process is asked to stop; it ends the others itself.
    leader_only: bool,
    child: Arc<tokio::sync::Mutex<Child>>,
    /// The writing end of its standard input, where that is a pipe: it ends with this program. (Waiting for the child
    /// would close it.)
    _input: Arc<Option<ChildStdin>>,
}

/// A process that runs until it is stopped.
#[derive(Clone)]
pub(crate) struct Service {
    running: Running,
    log: PathBuf,
}

impl Service {
    /// Waits for its end, which nobody asked for: an error that says why.
    pub(crate) async fn ended(&self) -> anyhow::Error {
        let status = self.running.child.lock().await.wait().await;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        anyhow::anyhow!("{} ended ({status}):\n{}", self.running.name, progress::tail(&self.log, 2000))
    }
}

/// A command in the repository's root, without the variables that `cargo run` adds for its own child.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::files::root()).env_remove("LD_LIBRARY_PATH").stdin(Stdio::null());
    command
}

impl Processes {
    /// Runs a command to its end with its output in `.local/logs/<log>.log`; an error carries the end of that.
    pub(crate) async fn run(&self, step: &mut Step, log: &str, mut command: Command) -> anyhow::Result<()> {
        let log = crate::files::local(&format!("logs/{log}.log"))?;
        let output = File::create(&log)?;
        command.stdout(output.try_clone()?).stderr(output);
        let running = self.spawn("", command, false)?;
        let status = {
            let mut child = running.child.lock().await;
            loop {
                tokio::select! {
                    status = child.wait() => break status?,
                    () = tokio::time::sleep(Duration::from_millis(500)) => step.show(&progress::last_line(&log)),
                }
            }
        };
        self.forget(&running);
        if !status.success() {
            bail!("{status}; the end of {}:\n{}", log.display(), progress::tail(&log, 4000));
        }
        Ok(())
    }

    /// Runs a command to its end and takes its standard output.
    pub(crate) async fn read(&self, mut command: Command) -> anyhow::Result<String> {
        let name = command.as_std().get_program().display().to_string();
        command.process_group(0).kill_on_drop(true);
        let output = command.output().await.with_context(|| format!("starting {name}"))?;
        if !output.status.success() {
            bail!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a command to its end and takes all that it says.
    pub(crate) async fn quietly(&self, mut command: Command) -> anyhow::Result<(ExitStatus, String)> {
        let name = command.as_std().get_program().display().to_string();
        command.process_group(0).kill_on_drop(true);
        let output = command.output().await.with_context(|| format!("starting {name}"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status, String::from_utf8_lossy(&said).into_owned()))
    }

    /// Runs a command with this program's own output.
    pub(crate) async fn show(&self, command: Command) -> anyhow::Result<ExitStatus> {
        let running = self.spawn("", command, false)?;
        let status = running.child.lock().await.wait().await?;
        self.forget(&running);
        Ok(status)
    }

    /// Runs a command, shows its output line by line, and returns it.
    pub(crate) async fn tee(&self, command: Command) -> anyhow::Result<(ExitStatus, String)> {
        // The shell joins both outputs in their order.
        let mut both = Command::new("sh");
        let inner = command.as_std();
        both.args(["-c", r#"exec "$@" 2>&1"#, "sh"]).arg(inner.get_program()).args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => both.env(name, value),
                None => both.env_remove(name),
            };
        }
        if let Some(folder) = inner.get_current_dir() {
            both.current_dir(folder);
        }
        both.stdin(Stdio::null()).stdout(Stdio::piped());
        let running = self.spawn("", both, false)?;
        let mut child = running.child.lock().await;
        let mut output = String::new();
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout).split(b'\n');
            while let Some(line) = lines.next_segment().await? {
                let line = String::from_utf8_lossy(&line);
                progress::result(&line);
                output.push_str(&line);
                output.push('\n');
            }
        }
        let status = child.wait().await?;
        drop(child);
        self.forget(&running);
        Ok((status, output))
    }

    /// Starts a service with its output appended to `log`.
    pub(crate) fn start(
        &self,
        name: &str,
        mut command: Command,
        log: &Path,
        leader_only: bool,
    ) -> anyhow::Result<Service> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let output = File::options().create(true).append(true).open(log)?;
        command.stdout(output.try_clone()?).stderr(output);
        let running = self.spawn(name, command, leader_only)?;
        Ok(Service { running, log: log.to_owned() })
    }

    /// Stops one service, orderly.
    pub(crate) async fn stop(&self, service: &Service) {
        stop(&service.running).await;
        self.forget(&service.running);
    }

    /// Stops everything, the last started first.
    pub(crate) async fn stop_all(&self) {
        loop {
            let last = self.running.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(running) = last else { return };
            stop(&running).await;
        }
    }

    fn spawn(&self, name: &str, mut command: Command, leader_only: bool) -> anyhow::Result<Running> {
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        let mut child = command.process_group(0).spawn().with_context(|| format!("starting {program}"))?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = id.context("the process ended at once")?;
        let name = if name.is_empty() { program } else { name.to_owned() };
        let input = Arc::new(child.stdin.take());
        let running =
            Running { name, group, leader_only, child: Arc::new(tokio::sync::Mutex::new(child)), _input: input };
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(running.clone());
        Ok(running)
    }

    fn forget(&self, ended: &Running) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|other| other.group != ended.group);
    }
}

/// Asks, waits 25 seconds, then forces; whatever is left of the group goes, too.
async fn stop(running: &Running) {
    let mut child = running.child.lock().await;
    // A group that is gone already is what we want, hence the dropped results.
    if running.leader_only {
        kill_process(running.group, Signal::TERM).ok();
    } else {
        kill_process_group(running.group, Signal::TERM).ok();
    }
    if tokio::time::timeout(Duration::from_secs(25), child.wait()).await.is_err() {
        progress::say(&format!("{} does not stop and is ended by force", running.name));
    }
    kill_process_group(running.group, Signal::KILL).ok();
    drop(child.wait().await);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn stopping_reaches_the_whole_group() {
        let folder = tempfile::tempdir().expect("folder");
        let processes = Processes::default();
        let log = folder.path().join("log");
        // The grandchild ignores the polite request.
        let script = "sh -c 'trap \"\" TERM; echo up; while :; do sleep 1; done' & echo $! > new; mv new pid; wait";
        let mut both = shell(script);
        both.current_dir(folder.path());
        let service = processes.start("both", both, &log, true).expect("started");
        while !progress::tail(&log, 100).contains("up") || !folder.path().join("pid").exists() {
            tokio::task::yield_now().await;
        }
        processes.stop(&service).await;
        let pid = fs::read_to_string(folder.path().join("pid")).expect("pid").trim().to_owned();
        // The kernel takes a moment to carry out what it was told.
        let gone = async {
            loop {
                let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                if state.is_empty() || state.contains(") Z ") {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the grandchild is gone");
    }

    #[tokio::test]
    async fn the_input_of_a_service_stays_open_while_it_is_waited_for() {
        let folder = tempfile::tempdir().expect("folder");
        let processes = Processes::default();
        let log = folder.path().join("log");
        let mut reader = shell("cat; echo closed");
        reader.stdin(Stdio::piped());
        let service = processes.start("reader", reader, &log, false).expect("started");
        let waited = tokio::time::timeout(Duration::from_millis(200), service.ended()).await;
        assert!(waited.is_err(), "it ended: {}", progress::tail(&log, 100));
        processes.stop(&service).await;
    }

    #[tokio::test]
    async fn a_service_that_ends_by_itself_says_its_last_words() {
        let folder = tempfile::tempdir().expect("folder");
        let processes = Processes::default();
        let service = processes.start("short", shell("echo sorry; exit 3"), &folder.path().join("log"), true);
        let error = service.expect("started").ended().await.to_string();
        assert!(error.contains("short ended (exit status: 3)") && error.contains("sorry"), "{error}");
    }

    #[tokio::test]
    async fn reading_fails_with_what_the_command_said() {
        let error = Processes::default().read(shell("echo bad >&2; exit 1")).await.expect_err("fails").to_string();
        assert!(error.contains("bad"), "{error}");
    }
}
