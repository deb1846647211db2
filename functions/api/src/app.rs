//! What the routes work with.

use crate::sign_in::SignIn;
use plumbline_connectors::{AllowedHosts, Vendor};
use plumbline_domain::{Clock, Provider};
use plumbline_lambda::{
    JobSender, LazySecret, Presigner,
    queue::{DelayedSender, MessageSender},
};
use plumbline_store::{Job, Store};
use std::{fmt, sync::Arc};

/// Everything a route may use; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Teams, connections, facts, rollups and the state of runs.
    pub store: Store,
    /// The vendors there are; a provider that is not among them answers 501.
    pub vendors: Arc<Vec<Box<dyn Vendor>>>,
    /// Where sync jobs go.
    pub jobs: Arc<dyn JobSender>,
    /// The queue of `survey`, which brings messages in Slack up to date.
    pub surveys: Arc<dyn DelayedSender>,
    /// The queue of `privacy`, which works on long jobs.
    pub privacy: Arc<dyn MessageSender>,
    /// Addresses of the files of exports.
    pub downloads: Arc<Presigner>,
    /// The operator's token, with the one before it.
    pub admin_token: Arc<LazySecret>,
    /// The keys that credentials are sealed with, as JSON.
    pub keyring: Arc<LazySecret>,
    /// Now.
    pub clock: Clock,
    /// What the operator registered at the vendors, as JSON.
    pub apps: Arc<LazySecret>,
    /// The issuers that people sign in with.
    pub sign_in: Arc<SignIn>,
    /// Hosts that the operator allows as `base_url` beyond the vendors' own.
    pub allowed_hosts: Arc<AllowedHosts>,
    /// Where browsers find the dashboard; vendors' consent pages send them back there.
    pub public_url: Arc<Option<url::Url>>,
    /// Where new ids come from.
    pub ids: Ids,
}

impl App {
    /// The connector of a provider, if there is one.
    pub(crate) fn vendor(&self, provider: Provider) -> Option<&dyn Vendor> {
        let mut vendors = self.vendors.iter().map(AsRef::as_ref);
        vendors.find(|vendor: &&dyn Vendor| vendor.descriptor().provider == provider)
    }
}

impl App {
    /// Tells `privacy` of a job. Where that fails it begins later, when the schedule finds that it is due.
    pub(crate) async fn send_job(&self, job: &Job) {
        let sent = match serde_json::to_string(&job.message()) {
            Ok(message) => self.privacy.send_text(job.team_id.as_str(), message).await.map_err(anyhow::Error::new),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = sent {
            tracing::warn!(error = format!("{error:#}"), job = %job.id, "a job begins later, when the schedule sends it");
        }
    }
}

/// A source of ids that nobody can guess and that do not collide.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn() -> [u8; 10] + Send + Sync>);

impl Ids {
    /// From the system's source of randomness.
    pub fn random() -> Self {
        Self::from_fn(|| {
            let mut bytes = [0; 10];
            // aws-lc's generator does not fail once it is seeded; if it ever did, zeros would collide and be refused.
            if aws_lc_rs::rand::fill(&mut bytes).is_err() {
                tracing::error!("the source of randomness failed");
            }
            bytes
        })
    }

    /// From any source of bytes; tests count.
    pub fn from_fn(bytes: impl Fn() -> [u8; 10] + Send + Sync + 'static) -> Self {
        Self(Arc::new(bytes))
    }

    /// `prefix` and 16 characters of `0-9a-z` without `i`, `l`, `o` and `u` (80 bits).
    pub(crate) fn text(&self, prefix: &str) -> String {
        const ALPHABET: [char; 32] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j', 'k', 'm',
            'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
        ];
        let bits = (self.0)().iter().fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        let digits = (0..16).rev().filter_map(|place| ALPHABET.get(usize::try_from((bits >> (place * 5)) & 31).ok()?));
        prefix.chars().chain(digits.copied()).collect()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_all_its_bits_and_fits_into_a_key() {
        let text = |bytes: [u8; 10]| Ids::from_fn(move || bytes).text("t");
        assert_eq!(text([0; 10]), "t0000000000000000");
        assert_eq!(text([0xff; 10]), "tzzzzzzzzzzzzzzzz");
        assert_eq!(text([0, 0, 0, 0, 0, 0, 0, 0, 0, 33]), "t0000000000000011");
        assert!(text([0x5a; 10]).parse::<plumbline_domain::TeamId>().is_ok());
    }
}
