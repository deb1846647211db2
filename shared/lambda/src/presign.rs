//! Addresses of objects in S3 that whoever has them may read for a few minutes (Signature Version 4 in the query).
//!
//! Signing takes no call of S3's, and the functions that sign do not carry its client.

use anyhow::Context as _;
use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use jiff::Timestamp;
use std::{fmt::Write as _, time::Duration};

/// Signs addresses of one bucket's objects.
pub struct Presigner {
    credentials: SharedCredentialsProvider,
    region: String,
    /// Where the bucket is, without a `/` at the end.
    bucket: String,
}

impl Presigner {
    /// For a bucket, with the function's own credentials. `endpoint`: where S3 is if not at AWS; then the bucket's name is
    /// in the path.
    pub fn new(config: &SdkConfig, bucket: &str, endpoint: Option<&str>) -> anyhow::Result<Self> {
        let region = config.region().context("AWS_REGION is not set")?.to_string();
        let credentials = config.credentials_provider().context("the function has no credentials")?;
        Ok(Self::of(credentials, region, bucket, endpoint))
    }

    /// With credentials that stay; for tests.
    pub fn fixed(region: &str, bucket: &str, endpoint: Option<&str>) -> Self {
        let credentials = Credentials::new("test", "test", None, None, "fixed");
        Self::of(SharedCredentialsProvider::new(credentials), region.to_owned(), bucket, endpoint)
    }

    fn of(credentials: SharedCredentialsProvider, region: String, bucket: &str, endpoint: Option<&str>) -> Self {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let bucket = endpoint.map_or_else(
            || format!("https://{bucket}.s3.{region}.{suffix}"),
            |endpoint| format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        );
        Self { credentials, region, bucket }
    }

    /// The address under which the object can be read until `lasting` from `now`, as a download called `file_name`.
    pub async fn download(
        &self,
        key: &str,
        file_name: &str,
        now: Timestamp,
        lasting: Duration,
    ) -> anyhow::Result<String> {
        let credentials = self.credentials.provide_credentials().await.context("the function's credentials")?;
        let disposition = encoded(&format!("attachment; filename=\"{file_name}\""));
        let path: Vec<String> = key.split('/').map(encoded).collect();
        let url = format!("{}/{}?response-content-disposition={disposition}", self.bucket, path.join("/"));
        signed(credentials, &self.region, url, now, lasting)
    }
}

fn signed(
    credentials: Credentials,
    region: &str,
    mut url: String,
    now: Timestamp,
    lasting: Duration,
) -> anyhow::Result<String> {
    let identity = credentials.into();
    // What is particular to S3: paths are encoded once and taken as they are, and nobody knows the body.
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(lasting);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(now.into())
        .settings(settings)
        .build()?
        .into();
    let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::UnsignedPayload)?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    let (_, added) = instructions.into_parts();
    for (name, value) in added {
        let separator = if url.contains('?') { '&' } else { '?' };
        write!(url, "{separator}{name}={}", encoded(&value))?;
    }
    Ok(url)
}

/// Percent-encoded as Signature Version 4 wants it: all but the unreserved characters of RFC 3986.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html> has this example.
    #[test]
    fn the_documentations_example_is_signed_as_there() {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, "example");
        let at = "2013-05-24T00:00:00Z".parse().expect("an instant");
        let url = "https://examplebucket.s3.amazonaws.com/test.txt".to_owned();
        let url = signed(credentials, "us-east-1", url, at, Duration::from_hours(24)).expect("signed");
        let signature = "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(url.contains(signature), "{url}");
        assert!(
            url.contains("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"),
            "{url}"
        );
    }

    #[tokio::test]
    async fn an_address_names_bucket_key_and_file_and_ends() {
        let at = "2026-11-29T00:00:00Z".parse().expect("an instant");
        let download = async |endpoint| {
            let presigner = Presigner::fixed("eu-central-1", "exports", endpoint);
            presigner.download("t1/j 1.zip", "a.zip", at, Duration::from_mins(5)).await.expect("signed")
        };
        let url = download(None).await;
        let start = "https://exports.s3.eu-central-1.amazonaws.com/t1/j%201.zip\
                     ?response-content-disposition=attachment%3B%20filename%3D%22a.zip%22&";
        assert!(url.starts_with(start), "{url}");
        assert!(url.contains("X-Amz-Expires=300") && url.contains("X-Amz-SignedHeaders=host"), "{url}");
        assert!(
            download(Some("http://127.0.0.1:4566/")).await.starts_with("http://127.0.0.1:4566/exports/t1/j%201.zip?")
        );
    }
}
