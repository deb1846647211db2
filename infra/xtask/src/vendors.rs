//! The vendor simulators: a process of their own, with the demo organisation and the issuer of its people.

use crate::{
    files,
    issuer::{self, Issuer},
    process::{Processes, Service, command},
    progress::Step,
    stack::Stack,
};
use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::Duration,
};

const SEED: &str = "7";

/// Runs a command that ends with its parent: standard input is a pipe that closes when this program is gone, however
/// it went.
const WATCHED: &str = r#"
    exec 3<&0
    "$@" </dev/null 3<&- & child=$!
    trap 'kill $child; wait $child; exit' TERM
    (cat >/dev/null; kill $$) <&3 &
    wait $child"#;

/// How tests and simulators are compiled; see Cargo.toml.
pub(crate) const PROFILE: &str = "tests";

/// Compiles the simulator; cargo itself knows when there is nothing to do.
pub(crate) async fn build_simulator(processes: &Processes) -> anyhow::Result<()> {
    let mut step = Step::new("compiling the vendor simulators");
    let mut cargo = command("cargo");
    cargo.args(["build", "--profile", PROFILE, "--package", "plumbline-vendors", "--bin", "vendors"]);
    processes.run(&mut step, "vendors", cargo).await?;
    step.done("compiled");
    Ok(())
}

/// The running simulators.
pub(crate) struct Vendors {
    /// Their process.
    pub(crate) service: Service,
    /// The issuer that its people sign in with.
    pub(crate) issuer: Issuer,
    ports: Ports,
    credentials: Value,
}

/// The port of each, as the simulators remember them.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct Ports {
    github: u16,
    copilot_reports: u16,
    atlassian: u16,
    jfrog: u16,
    trello: u16,
    slack: u16,
    /// Absent in files that an earlier version wrote.
    #[serde(default)]
    issuer: u16,
}

impl Ports {
    /// Lets go of those that somebody else took meanwhile.
    fn free(mut self) -> Self {
        let ports = [
            &mut self.github,
            &mut self.copilot_reports,
            &mut self.atlassian,
            &mut self.jfrog,
            &mut self.trello,
            &mut self.slack,
            &mut self.issuer,
        ];
        for port in ports {
            if TcpListener::bind(("127.0.0.1", *port)).is_err() {
                *port = 0;
            }
        }
        self
    }
}

/// A connection to a simulator.
pub(crate) struct DemoConnection {
    /// To which provider.
    pub(crate) provider: &'static str,
    /// `base_url`, `credentials` and `settings`, as the API takes them.
    pub(crate) body: Value,
}

impl Vendors {
    /// Starts them with their state in `data`, on the ports they had before where those are free. What they send goes to
    /// the product at `address`, signed as `stack` expects it.
    pub(crate) async fn start(
        processes: &Processes,
        data: &Path,
        stack: &Stack,
        address: &str,
    ) -> anyhow::Result<Self> {
        let step = Step::new("starting the vendor simulators");
        let program = files::root().join("target").join(PROFILE).join("vendors");
        let file = data.join("vendors-ports.json");
        if let Some(before) = read_ports(&file)? {
            fs::write(&file, serde_json::to_vec(&before.free())?)?;
        }
        let mut vendors = command("sh");
        vendors
            .args(["-c", WATCHED])
            .arg("vendors")
            .arg(program)
            .args(["--seed", SEED, "--webhook-secret", &stack.webhook_secret])
            .args(["--webhook-url", &format!("{address}/webhooks/github")])
            .args(["--slack-app-url", address, "--slack-signing-secret", &stack.slack_signing_secret])
            .arg("--ports-file")
            .arg(&file)
            .arg("--state-file")
            .arg(data.join("vendors-state.json"))
            .stdin(Stdio::piped());
        let log = data.join("logs/vendors.log");
        // What earlier starts said stays in the log.
        let before = fs::metadata(&log).map_or(0, |log| log.len());
        let service = processes.start("the vendor simulators", vendors, &log, false)?;
        tokio::select! {
            ready = is_ready(&log, before) => ready?,
            error = service.ended() => return Err(error),
        }
        let ports = read_ports(&file)?.context("the simulators name no ports")?;
        // They differ from process to process: the app's key is made when it starts.
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        let known =
            async |port| client.get(format!("{}/_control/credentials", origin(port))).send().await?.error_for_status();
        let credentials = known(ports.github).await?.json().await?;
        let issuer = known(ports.issuer).await?.json().await?;
        step.done("started");
        Ok(Self { service, issuer, ports, credentials })
    }

    /// Tells GitHub and the issuer where their users come back to, as registering an app there does.
    pub(crate) async fn register_callbacks(&self, address: &str) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
        // Whoever installs the App comes back to the first one.
        let app = [format!("{address}/auth/connections/callback"), format!("{address}/auth/callback/github")];
        let sign_in = [format!("{address}/auth/callback/{}", issuer::ID)];
        for (server, settings) in [
            (self.github(), json!({"app_callback_urls": app})),
            (origin(self.ports.issuer), json!({"redirect_uris": sign_in})),
        ] {
            client.patch(format!("{server}/_control/settings")).json(&settings).send().await?.error_for_status()?;
        }
        Ok(())
    }

    /// The simulated GitHub's origin.
    pub(crate) fn github(&self) -> String {
        origin(self.ports.github)
    }

    /// Where a visitor sees the simulated Slack.
    pub(crate) fn slack(&self) -> String {
        origin(self.ports.slack)
    }

    /// Every provider, connected to its simulator; `history_days` for those that have a history.
    pub(crate) fn connections(&self, history_days: u32) -> anyhow::Result<Vec<DemoConnection>> {
        let known = |vendor: &str, name: &str| {
            let value = self.credentials.get(vendor).and_then(|of| of.get(name)).cloned();
            value.with_context(|| format!("the simulators name no {name} of {vendor}"))
        };
        let connection = |provider, port, credentials: Value, settings: Value| DemoConnection {
            provider,
            body: json!({"base_url": origin(port), "credentials": credentials, "settings": settings}),
        };
        let Ports { github, atlassian, jfrog, trello, slack, .. } = self.ports;
        let organization = known("github", "organization")?;
        Ok(vec![
            connection(
                "github",
                github,
                json!({"token": known("github", "token")?}),
                json!({"organization": organization, "history_days": history_days}),
            ),
            connection(
                "copilot",
                github,
                json!({"token": known("github", "token")?}),
                json!({"organization": organization, "history_days": history_days.min(90)}),
            ),
            connection(
                "github_enterprise",
                github,
                json!({"token": known("github", "classic_token")?}),
                json!({"enterprise": known("github", "enterprise")?}),
            ),
            connection(
                "jira",
                atlassian,
                json!({"email": known("atlassian", "email")?, "token": known("atlassian", "api_token")?}),
                json!({"history_days": history_days}),
            ),
            connection(
                "atlassian",
                atlassian,
                json!({"token": known("atlassian", "organization_key")?}),
                json!({"organization": known("atlassian", "organization_id")?}),
            ),
            connection("jfrog", jfrog, json!({"token": known("jfrog", "token")?}), json!({})),
            connection(
                "trello",
                trello,
                json!({"key": known("trello", "key")?, "token": known("trello", "token")?}),
                json!({}),
            ),
            connection("slack", slack, json!({"token": known("slack", "token")?}), json!({})),
        ])
    }

    /// The apps that the demo's operator registered at the simulators.
    pub(crate) fn apps(&self) -> Value {
        let app = |vendor: &str, port| {
            let of = self.credentials.get(vendor).cloned().unwrap_or_default();
            json!({"client_id": of.get("client_id"), "client_secret": of.get("client_secret"), "origin": origin(port)})
        };
        let mut github = app("github", self.ports.github);
        if let (Some(app), Some(of)) = (github.as_object_mut(), self.credentials.get("github")) {
            app.insert("slug".into(), of.get("app_slug").cloned().unwrap_or_default());
            app.insert("private_key".into(), of.get("app_private_key").cloned().unwrap_or_default());
        }
        json!({
            "github": github,
            "atlassian": app("atlassian", self.ports.atlassian),
            "slack": app("slack", self.ports.slack),
        })
    }
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn read_ports(file: &Path) -> anyhow::Result<Option<Ports>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("reading {}", file.display()))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

/// The simulators say so when all of them answer, in the log behind its first `before` bytes. Generating the
/// organisation takes some seconds.
async fn is_ready(log: &Path, before: u64) -> anyhow::Result<()> {
    for _ in 0..600 {
        if says_ready(log, before)? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the vendor simulators do not answer; {} has what they said", log.display())
}

fn says_ready(log: &Path, before: u64) -> anyhow::Result<bool> {
    let mut said = Vec::new();
    let mut file = File::open(log).with_context(|| format!("reading {}", log.display()))?;
    file.seek(SeekFrom::Start(before))?;
    file.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).lines().any(|line| line.starts_with("ready ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_file_without_the_issuer_keeps_the_other_ports() {
        let file = r#"{"github":1,"copilot_reports":2,"atlassian":3,"jfrog":4,"trello":5,"slack":6}"#;
        let ports: Ports = serde_json::from_str(file).expect("ports");
        assert_eq!((ports.github, ports.slack, ports.issuer), (1, 6, 0));
    }

    #[test]
    fn an_earlier_starts_word_does_not_count() {
        let folder = tempfile::tempdir().expect("folder");
        let log = folder.path().join("log");
        fs::write(&log, "ready http://127.0.0.1:1 organization one\n").expect("first start");
        let before = fs::metadata(&log).expect("log").len();
        assert!(says_ready(&log, 0).expect("read"), "the first start");
        assert!(!says_ready(&log, before).expect("read"), "before the second says it");
        let mut file = File::options().append(true).open(&log).expect("log");
        writeln!(file, "ready http://127.0.0.1:2 organization one").expect("second start");
        assert!(says_ready(&log, before).expect("read"), "after");
    }
}
