//! One deployed copy of the product on the local AWS: the real `sam deploy` of the real template.

use crate::{
    compile::{self, Built},
    files::{self, Stamp},
    ministack::LocalAws,
    process::{Processes, command},
    progress::{self, Step},
    tools,
};
use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// Each copy has a local AWS of its own, so that the name need not differ.
const STACK: &str = "plumbline";

/// A folder that belongs to one running copy.
pub(crate) struct DataFolder {
    /// Its absolute path.
    pub(crate) path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder, for its owner alone, and takes it.
    pub(crate) fn take(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("making {}", path.display()))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        let path = path.canonicalize()?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!("{} belongs to a copy that runs already; choose another folder with --data", path.display());
        }
        Ok(Self { path, _lock: lock })
    }
}

/// What the stack says about itself.
#[derive(Debug, Deserialize)]
struct Description {
    outputs: BTreeMap<String, String>,
    admin_token: String,
    webhook_secret: String,
    slack_signing_secret: String,
}

/// A deployed copy.
pub(crate) struct Stack {
    /// The AWS it runs on.
    pub(crate) aws: LocalAws,
    /// The template's outputs.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The operator's API token.
    pub(crate) admin_token: String,
    /// What GitHub, or its simulator, signs webhooks with.
    pub(crate) webhook_secret: String,
    /// What the simulated Slack signs its requests with.
    pub(crate) slack_signing_secret: String,
}

impl Stack {
    /// Starts the local AWS and deploys the build to it. What an operator puts into secrets comes next, before anybody calls
    /// the product: a function that read a secret uses it for five minutes. Then [`Self::is_ready`].
    ///
    /// `public_url` is where browsers find it.
    pub(crate) async fn start(
        processes: &Processes,
        data: &Path,
        built: Built,
        public_url: &str,
        enforce: bool,
    ) -> anyhow::Result<Self> {
        let step = Step::new("starting the local AWS");
        let aws = LocalAws::start(processes, data, enforce).await?;
        step.done("started");

        // What this very build was deployed to before is up to date; CloudFormation would only say so more slowly.
        let stamp = Stamp::new(data.join("deployed"), format!("{} {public_url}", built.hash));
        let mut description = if stamp.holds() { describe(processes, &aws).await.ok() } else { None };
        if description.is_none() {
            stamp.clear()?;
            deploy(processes, &aws, &built, public_url, data).await?;
            description = Some(describe(processes, &aws).await?);
            stamp.set()?;
        }
        drop(built);
        let description = description.context("the stack does not describe itself")?;
        files::write_private(&data.join("admin-token"), &description.admin_token)?;
        files::write_private(&data.join("webhook-secret"), &description.webhook_secret)?;
        Ok(Self {
            aws,
            outputs: description.outputs,
            admin_token: description.admin_token,
            webhook_secret: description.webhook_secret,
            slack_signing_secret: description.slack_signing_secret,
        })
    }

    /// Ends when the API answers its health check and the dashboard its first page, both through the stack.
    pub(crate) async fn is_ready(&self) -> anyhow::Result<()> {
        let step = Step::new("waiting for the product");
        self.answers().await?;
        step.done("it answers");
        Ok(())
    }

    /// Puts what the operator registered at the vendors into its secret.
    pub(crate) async fn register_apps(&self, processes: &Processes, apps: &Value) -> anyhow::Result<()> {
        self.put_secret(processes, "VendorAppsSecretName", apps).await
    }

    /// Puts the issuers that people sign in with into their secret.
    pub(crate) async fn register_issuers(&self, processes: &Processes, issuers: &Value) -> anyhow::Result<()> {
        self.put_secret(processes, "SignInSecretName", issuers).await
    }

    async fn put_secret(&self, processes: &Processes, output: &str, value: &Value) -> anyhow::Result<()> {
        let mut python = command(tools::venv("python"));
        self.aws.configure(&mut python);
        python.arg(files::root().join("infra/local/put_secret.py")).arg(self.output(output)?);
        python.env("SECRET_VALUE", value.to_string());
        processes.read(python).await.map(drop)
    }

    /// One of the template's outputs.
    pub(crate) fn output(&self, name: &str) -> anyhow::Result<&str> {
        self.outputs.get(name).map(String::as_str).with_context(|| format!("the stack has no output {name}"))
    }

    /// Where the HTTP API is on the local AWS; a path such as `/api/teams` follows.
    pub(crate) fn api(&self) -> anyhow::Result<String> {
        Ok(format!("http://127.0.0.1:{}/_aws/execute-api/{}/$default", self.aws.port, self.output("HttpApiId")?))
    }

    /// The host name under which the local AWS plays CloudFront.
    pub(crate) fn distribution_host(&self) -> anyhow::Result<String> {
        let label = self.output("DistributionDomain")?.split('.').next().unwrap_or_default();
        Ok(format!("{label}.cloudfront.localhost:{}", self.aws.port))
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(15)).build()?;
        let health = format!("{}/health", self.api()?);
        let page = format!("http://127.0.0.1:{}/", self.aws.port);
        let host = self.distribution_host()?;
        let mut last = String::new();
        for _ in 0..60 {
            last.clear();
            for request in [client.get(&health), client.get(&page).header("host", &host)] {
                match request.send().await {
                    Ok(answer) if answer.status().is_success() => {}
                    Ok(answer) => {
                        let (status, url) = (answer.status(), answer.url().path().to_owned());
                        last = format!("{url} answers {status}: {}", answer.text().await.unwrap_or_default());
                    }
                    Err(error) => last = error.to_string(),
                }
            }
            if last.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        bail!("the deployed product does not answer: {last}")
    }
}

async fn deploy(
    processes: &Processes,
    aws: &LocalAws,
    built: &Built,
    public_url: &str,
    data: &Path,
) -> anyhow::Result<()> {
    let mut step = Step::new("sam deploy");
    let mut sam = compile::sam();
    aws.configure(&mut sam);
    sam.env("SAM_CLI_POLL_DELAY", "0.3")
        .args(["deploy", "--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM"])
        .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--on-failure", "DELETE"])
        .arg("--template-file")
        .arg(&built.template)
        .args(["--parameter-overrides", "Local=true", "AllowHttpLoopback=true", "AllowedHosts=127.0.0.1,localhost"])
        .arg(format!("PublicUrl={public_url}"))
        .arg(compile::architecture_parameter());
    if let Err(error) = processes.run(&mut step, &format!("sam-deploy-{}", aws.port), sam).await {
        let said = progress::tail(&data.join("logs/local-aws.log"), 1500);
        return Err(error.context(format!("deploying to the local AWS, which said:\n{said}")));
    }
    step.done("deployed");
    Ok(())
}

async fn describe(processes: &Processes, aws: &LocalAws) -> anyhow::Result<Description> {
    let mut python = command(tools::venv("python"));
    aws.configure(&mut python);
    python.arg(files::root().join("infra/local/describe.py")).arg(STACK);
    Ok(serde_json::from_str(&processes.read(python).await?)?)
}
