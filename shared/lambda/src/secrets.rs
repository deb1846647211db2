//! Secrets Manager values, cached, with the previous version still accepted.

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use jiff::{SignedDuration, Timestamp};
use plumbline_domain::Clock;
use secrecy::SecretString;
use tokio::sync::{Mutex, OnceCell};

/// How long a value is used before it is asked for again: a rotation takes effect within this time.
const TTL: SignedDuration = SignedDuration::from_mins(5);

/// A secret's present value and the one before it.
#[derive(Debug, Clone)]
pub struct SecretVersions {
    /// The version to use.
    pub current: SecretString,
    /// Still accepted from others while a rotation is under way.
    pub previous: Option<SecretString>,
}

impl SecretVersions {
    /// Both, the current one first.
    pub fn all(&self) -> Vec<SecretString> {
        std::iter::once(self.current.clone()).chain(self.previous.clone()).collect()
    }
}

/// One secret. Making it fetches both versions; later at most one call per [`TTL`] asks for the current one.
pub struct SecretCache {
    source: Source,
    clock: Clock,
    cached: Mutex<(SecretVersions, Timestamp)>,
}

enum Source {
    Fixed,
    SecretsManager { client: Client, name: String },
}

impl SecretCache {
    /// Fetches the secret called `name` (a name or an ARN).
    pub async fn load(client: Client, name: String, clock: Clock) -> anyhow::Result<Self> {
        let current = fetch(&client, &name, "AWSCURRENT").await?;
        let current = current.ok_or_else(|| anyhow::anyhow!("the secret {name} has no current value"))?;
        let previous = fetch(&client, &name, "AWSPREVIOUS").await?;
        let fetched_at = clock.now();
        Ok(Self {
            source: Source::SecretsManager { client, name },
            clock,
            cached: Mutex::new((SecretVersions { current, previous }, fetched_at)),
        })
    }

    /// A secret that stays as it is, for tests.
    pub fn fixed(current: &str, previous: Option<&str>) -> Self {
        let versions = SecretVersions { current: current.into(), previous: previous.map(Into::into) };
        Self {
            source: Source::Fixed,
            clock: Clock::fixed(Timestamp::UNIX_EPOCH),
            cached: Mutex::new((versions, Timestamp::UNIX_EPOCH)),
        }
    }

    /// The versions, refreshed when they are older than five minutes. When Secrets Manager does not answer, the cached
    /// ones go on serving: they were right a few minutes ago, and the failure is logged.
    pub async fn versions(&self) -> SecretVersions {
        let mut cached = self.cached.lock().await;
        let Source::SecretsManager { client, name } = &self.source else { return cached.0.clone() };
        let now = self.clock.now();
        if now.duration_since(cached.1) >= TTL {
            match fetch(client, name, "AWSCURRENT").await {
                Ok(Some(current)) => {
                    use secrecy::ExposeSecret as _;
                    if current.expose_secret() != cached.0.current.expose_secret() {
                        let previous = Some(cached.0.current.clone());
                        cached.0 = SecretVersions { current, previous };
                    }
                }
                Ok(None) => tracing::error!(secret = %name, "the secret has no current value any more"),
                Err(error) => tracing::error!(secret = %name, error = ?error, "the secret could not be refreshed"),
            }
            // Also after a failure: one attempt per interval, not one per request.
            cached.1 = now;
        }
        cached.0.clone()
    }
}

/// A secret that is fetched when it is first needed, for functions that seldom do.
pub struct LazySecret {
    source: Source,
    clock: Clock,
    loaded: OnceCell<SecretCache>,
}

impl LazySecret {
    /// The secret called `name` (a name or an ARN).
    pub fn new(client: Client, name: String, clock: Clock) -> Self {
        Self { source: Source::SecretsManager { client, name }, clock, loaded: OnceCell::new() }
    }

    /// A secret that stays as it is, for tests.
    pub fn fixed(current: &str) -> Self {
        let loaded = SecretCache::fixed(current, None);
        Self { source: Source::Fixed, clock: loaded.clock.clone(), loaded: OnceCell::new_with(Some(loaded)) }
    }

    /// The version to use, refreshed as [`SecretCache::versions`] does; an error when it cannot be fetched at first.
    pub async fn current(&self) -> anyhow::Result<SecretString> {
        let load = async || match &self.source {
            Source::Fixed => anyhow::bail!("this secret has no source"),
            Source::SecretsManager { client, name } => {
                SecretCache::load(client.clone(), name.clone(), self.clock.clone()).await
            }
        };
        Ok(self.loaded.get_or_try_init(load).await?.versions().await.current)
    }
}

async fn fetch(client: &Client, name: &str, stage: &str) -> anyhow::Result<Option<SecretString>> {
    let answer = client.get_secret_value().secret_id(name).version_stage(stage).send().await;
    match answer {
        Ok(value) => Ok(value.secret_string.map(Into::into)),
        Err(error) if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) => {
            Ok(None)
        }
        Err(error) => Err(anyhow::Error::new(error.into_service_error()).context(format!("reading the secret {name}"))),
    }
}
