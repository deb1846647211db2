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

/// One secret. Making it fetches it; later at most one call per [`TTL`] asks for the current version.
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
    /// Fetches both versions of the secret called `name` (a name or an ARN).
    pub async fn load(client: Client, name: String, clock: Clock) -> anyhow::Result<Self> {
        let (current, previous) =
            tokio::try_join!(fetch(&client, &name, "AWSCURRENT"), fetch(&client, &name, "AWSPREVIOUS"))?;
        Self::of(client, name, clock, current, previous)
    }

    /// The same of the current version alone, where nobody comes with the one before it.
    pub async fn load_current(client: Client, name: String, clock: Clock) -> anyhow::Result<Self> {
        let current = fetch(&client, &name, "AWSCURRENT").await?;
        Self::of(client, name, clock, current, None)
    }

    fn of(
        client: Client,
        name: String,
        clock: Clock,
        current: Option<SecretString>,
        previous: Option<SecretString>,
    ) -> anyhow::Result<Self> {
        let current = current.ok_or_else(|| anyhow::anyhow!("the secret {name} has no current value"))?;
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
    has_previous: bool,
    clock: Clock,
    loaded: OnceCell<SecretCache>,
}

impl LazySecret {
    /// The current version of the secret called `name` (a name or an ARN).
    pub fn new(client: Client, name: String, clock: Clock) -> Self {
        let source = Source::SecretsManager { client, name };
        Self { source, has_previous: false, clock, loaded: OnceCell::new() }
    }

    /// The same with the version before it.
    pub fn with_previous(client: Client, name: String, clock: Clock) -> Self {
        Self { has_previous: true, ..Self::new(client, name, clock) }
    }

    /// A secret that stays as it is, for tests.
    pub fn fixed(current: &str) -> Self {
        SecretCache::fixed(current, None).into()
    }

    /// The version to use, refreshed as [`SecretCache::versions`] does; an error when it cannot be fetched at first.
    pub async fn current(&self) -> anyhow::Result<SecretString> {
        Ok(self.versions().await?.current)
    }

    /// What it was made for: the current version, or both.
    pub async fn versions(&self) -> anyhow::Result<SecretVersions> {
        let load = async || match &self.source {
            Source::Fixed => anyhow::bail!("this secret has no source"),
            Source::SecretsManager { client, name } => {
                let (client, name, clock) = (client.clone(), name.clone(), self.clock.clone());
                if self.has_previous {
                    SecretCache::load(client, name, clock).await
                } else {
                    SecretCache::load_current(client, name, clock).await
                }
            }
        };
        Ok(self.loaded.get_or_try_init(load).await?.versions().await)
    }
}

impl From<SecretCache> for LazySecret {
    fn from(loaded: SecretCache) -> Self {
        let (source, has_previous) = (Source::Fixed, true);
        Self { source, has_previous, clock: loaded.clock.clone(), loaded: OnceCell::new_with(Some(loaded)) }
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
