//! One function as a process under its own Runtime API, in the environment that Lambda gives it.

use crate::{
    process::{self, Usage},
    runtime_api::RuntimeApi,
};
use axum::body::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::{
    process::Command,
    sync::{mpsc, watch},
};

/// What to start.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// The function's name.
    pub name: String,
    /// The program.
    pub binary: PathBuf,
    /// What the template sets, and where the AWS services are.
    pub env: BTreeMap<String, String>,
    /// What Lambda says the function has, in MB. Nothing holds it to that.
    pub memory_mb: u32,
    /// Where its output goes; thrown away when absent.
    pub log: Option<PathBuf>,
}

impl FunctionSpec {
    /// A function of 512 MB without output.
    pub fn new(name: &str, binary: &Path, env: BTreeMap<String, String>) -> Self {
        Self { name: name.to_owned(), binary: binary.to_owned(), env, memory_mb: 512, log: None }
    }

    /// With its output in this file, which is begun anew.
    #[must_use]
    pub fn logging_to(mut self, log: PathBuf) -> Self {
        self.log = Some(log);
        self
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The function answered with an error document.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The process is gone.
    #[error("the process ended ({status}): {said}")]
    Gone {
        /// How.
        status: ExitStatus,
        /// What it told the Runtime API while it began, if that was it.
        said: String,
    },
    /// No answer in time. The process still runs; Lambda would kill it.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
}

/// An answered event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The response, as the function wrote it.
    pub body: Bytes,
    /// From the event's hand-over to its answer, as the Runtime API saw it.
    pub duration: Duration,
}

impl Invocation {
    /// The response, read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }
}

/// A function's process. Dropping it kills the process.
pub struct Function {
    api: RuntimeApi,
    name: String,
    pid: u32,
    spawned: Instant,
    kill: mpsc::Sender<()>,
    exit: watch::Receiver<Option<ExitStatus>>,
    events: AtomicU64,
}

impl Function {
    /// Starts the process, with nothing of this one's environment.
    pub async fn spawn(spec: &FunctionSpec) -> io::Result<Self> {
        let api = RuntimeApi::start(&spec.name).await?;
        let (out, err) = match &spec.log {
            None => (Stdio::null(), Stdio::null()),
            Some(path) => {
                let file = File::create(path)?;
                (file.try_clone()?.into(), file.into())
            }
        };
        let mut command = Command::new(&spec.binary);
        command
            .env_clear()
            .envs(lambda_environment(spec))
            .envs(&spec.env)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .kill_on_drop(true);
        let spawned = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("starting {}: {error}", spec.binary.display())))?;
        let pid = child.id().ok_or_else(|| io::Error::other("the process has no id"))?;
        let (kill, mut killed) = mpsc::channel(1);
        let (ended, exit) = watch::channel(None);
        let watcher = async move {
            let status = tokio::select! {
                status = child.wait() => status,
                // Also when its sender is gone, together with the handle.
                _ = killed.recv() => match child.start_kill() {
                    Ok(()) => child.wait().await,
                    Err(error) => Err(error),
                },
            };
            if let Ok(status) = status {
                ended.send_replace(Some(status));
            }
        };
        #[expect(clippy::disallowed_methods, reason = "this is no Lambda function: nothing freezes the task")]
        drop(tokio::spawn(watcher));
        Ok(Self { api, name: spec.name.clone(), pid, spawned, kill, exit, events: AtomicU64::new(0) })
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// From the process's start to its first call of `next`: the init time.
    pub async fn ready(&self, timeout: Duration) -> Result<Duration, Ended> {
        let at = self.unless_gone(timeout, self.api.first_next()).await?;
        Ok(at.duration_since(self.spawned))
    }

    /// From the process's start until now.
    pub fn age(&self) -> Duration {
        self.spawned.elapsed()
    }

    /// Hands an event over and waits for its answer. The function is told that its time ends after `timeout`.
    pub async fn invoke(&self, event: &Value, timeout: Duration) -> Result<Invocation, Ended> {
        let id = format!("{}-{}", self.name, self.events.fetch_add(1, Ordering::Relaxed));
        let answer = self.api.queue(id, Bytes::from(event.to_string()), timeout);
        let answer = async {
            match answer.await {
                Ok(answer) => answer,
                // The Runtime API lives as long as this handle, so only the process's end is left to wait for.
                Err(_) => std::future::pending().await,
            }
        };
        let answer = self.unless_gone(timeout, answer).await?;
        match answer.outcome {
            Ok(body) => Ok(Invocation { body, duration: answer.duration }),
            Err(error) => Err(Ended::Failed(String::from_utf8_lossy(&error).into_owned())),
        }
    }

    async fn unless_gone<T>(&self, timeout: Duration, work: impl Future<Output = T>) -> Result<T, Ended> {
        tokio::select! {
            // What was answered before the process ended was answered.
            biased;
            done = work => Ok(done),
            status = self.exited() => Err(Ended::Gone { status, said: self.api.init_error().unwrap_or_default() }),
            () = tokio::time::sleep(timeout) => Err(Ended::TimedOut(timeout)),
        }
    }

    /// Waits until the process has ended.
    pub async fn exited(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        loop {
            if let Some(status) = *exit.borrow_and_update() {
                return status;
            }
            if exit.changed().await.is_err() {
                // The watcher could not learn how it ended.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Kills the process (SIGKILL) and waits until it is gone.
    pub async fn kill(&self) -> ExitStatus {
        // An error means that the watcher has seen the end already.
        self.kill.send(()).await.unwrap_or_default();
        self.exited().await
    }

    /// What the process has used so far.
    pub fn usage(&self) -> io::Result<Usage> {
        process::usage(self.pid)
    }
}

/// The last lines of a function's output, for an error message.
pub fn last_lines(log: &Path, lines: usize) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let mut last: Vec<&str> = text.lines().rev().take(lines).collect();
    last.reverse();
    last.join("\n")
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
fn lambda_environment(spec: &FunctionSpec) -> BTreeMap<&'static str, String> {
    let directory = spec.binary.parent().unwrap_or(Path::new("/")).display().to_string();
    BTreeMap::from([
        ("AWS_LAMBDA_FUNCTION_NAME", spec.name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", spec.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("LAMBDA_TASK_ROOT", directory),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ])
}
