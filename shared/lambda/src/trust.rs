//! Whom the AWS clients trust.
//!
//! The SDK's own client reads the system's certificates, about 144 of them, at every cold start, and parsing them costs
//! more than the rest of a function's init. AWS' services chain to Amazon's own five roots, and these are here:
//! `amazon-roots.pem`, from <https://www.amazontrust.com/repository/>.

use crate::Env;
use anyhow::{Context as _, ensure};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};

const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// What trusts Amazon's roots alone, or, where `AWS_CA_BUNDLE` (the SDKs' own variable) names a file, those in it: for
/// a network that puts certificates of its own in front of AWS.
pub(crate) fn configured(config: aws_config::ConfigLoader) -> anyhow::Result<aws_config::ConfigLoader> {
    let roots = match Env::process().optional("AWS_CA_BUNDLE") {
        None => AMAZON_ROOTS.to_vec(),
        Some(path) => {
            let roots = std::fs::read(&path).with_context(|| format!("reading {path}, which AWS_CA_BUNDLE names"))?;
            ensure!(
                roots.windows(BEGIN.len()).any(|part| part == BEGIN),
                "{path}, which AWS_CA_BUNDLE names, holds no PEM certificate"
            );
            roots
        }
    };
    let context = TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(roots)).build()?;
    // One client for all services: its connector, and with it the TLS configuration, is made once.
    let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(context).build_https();
    Ok(config.http_client(client))
}
