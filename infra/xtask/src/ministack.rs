//! The local AWS: ministack, started by `infra/local/launch.py`.

use crate::{
    files,
    process::{Processes, Service, command},
    tools,
};
use anyhow::{Context as _, bail};
use std::{fs, net::TcpListener, path::Path, process::Stdio, time::Duration};

/// The region everything local lives in; no meaning beyond that.
pub(crate) const REGION: &str = "us-east-1";

/// A running local AWS.
pub(crate) struct LocalAws {
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// Its process.
    pub(crate) service: Service,
}

impl LocalAws {
    /// Starts one with its state in `data`, on the port it had before where that is free (queue addresses contain it).
    /// With `enforce` it checks every call against the roles' policies, as AWS does.
    pub(crate) async fn start(processes: &Processes, data: &Path, enforce: bool) -> anyhow::Result<Self> {
        let remembered = data.join("gateway-port");
        let port = remembered_port(&remembered)?;
        fs::write(&remembered, port.to_string())?;
        for folder in ["state", "s3", "tmp"] {
            fs::create_dir_all(data.join(folder))?;
        }
        let mut python = command(tools::local_aws_python());
        // Functions inherit this environment, and so must get nothing from the user's.
        python
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            .env("HOME", data.join("tmp"))
            .env("TMPDIR", data.join("tmp"))
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("MINISTACK_REGION", REGION)
            .env("IOT_MTLS_ENABLED", "0")
            .env("PERSIST_STATE", "1")
            .env("STATE_DIR", data.join("state"))
            .env("S3_PERSIST", "1")
            .env("S3_DATA_DIR", data.join("s3"))
            .env("AUTH", if enforce { "true" } else { "false" })
            .env("END_WITH_PARENT", "1")
            .arg(files::root().join("infra/local/launch.py"))
            // Nothing is ever written to it: it closes when this program is gone, however it went.
            .stdin(Stdio::piped());
        let service = processes.start("the local AWS", python, &data.join("logs/local-aws.log"), true)?;
        let local = Self { port, service };
        tokio::select! {
            ready = local.ready() => ready?,
            error = local.service.ended() => return Err(error),
        }
        Ok(local)
    }

    async fn ready(&self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        for _ in 0..300 {
            let answer = client.get(format!("http://127.0.0.1:{}/_ministack/ready", self.port)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the local AWS does not become ready")
    }

    /// Settings for programs that talk to it: its address, its root account, and nothing of the user's own AWS.
    pub(crate) fn configure(&self, command: &mut tokio::process::Command) {
        for name in
            ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CA_BUNDLE", "HTTP_PROXY", "http_proxy"]
        {
            command.env_remove(name);
        }
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    }
}

/// The port in that file while it is free, or another free one.
pub(crate) fn remembered_port(file: &Path) -> anyhow::Result<u16> {
    let before = fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<u16>().ok());
    if let Some(port) = before
        && TcpListener::bind(("127.0.0.1", port)).is_ok()
    {
        return Ok(port);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}
