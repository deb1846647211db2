//! A report's files: from known hosts only, without the token, line by line.
//!
//! GitHub's answer names them by signed addresses that end soon, so they are fetched with the call that named them.
//!
//! Source: GitHub, "REST API endpoints for Copilot usage metrics"; hosts by its changelog of 2026-05-20.

use crate::{
    Failure,
    http::{self, Refused},
};
use jiff::Timestamp;
use reqwest::{Client, Response, StatusCode, header::RANGE};
use url::Url;

/// How long a row may be, in bytes; a longer one is passed over.
const LONGEST_ROW: usize = 1024 * 1024;

/// The addresses of a report's files, in an order that does not depend on how they are signed; `base` is the
/// connection's own server, which the operator allowed.
pub(super) fn files(links: &[String], base: Option<&Url>) -> Result<Vec<Url>, Failure> {
    let mut files = Vec::with_capacity(links.len());
    for link in links {
        let url = Url::parse(link)
            .map_err(|error| Failure::Unavailable(format!("the address of a report's file: {error}")))?;
        if !is_known(&url, base) {
            return Err(Failure::Invalid(format!(
                "GitHub's reports lie on a server that is not known to serve them: {}",
                url.host_str().unwrap_or("(none)")
            )));
        }
        files.push(url);
    }
    files.sort_by(|one, two| (one.host_str(), one.path()).cmp(&(two.host_str(), two.path())));
    Ok(files)
}

/// GitHub's own hosts of reports, over HTTPS; and any port of the connection's own server.
fn is_known(url: &Url, base: Option<&Url>) -> bool {
    let Some(host) = url.host_str() else { return false };
    let below = |prefix: &str, suffix: &str| {
        host.len() > prefix.len() + suffix.len() && host.starts_with(prefix) && host.ends_with(suffix)
    };
    let githubs = url.scheme() == "https"
        && url.port().is_none()
        && (host == "copilot-reports.github.com"
            || below("copilot-reports.", ".ghe.com")
            || below("copilot-reports-", ".azurefd.net"));
    let own = base.is_some_and(|base| {
        base.host_str() == Some(host) && (url.scheme() == "https" || url.scheme() == base.scheme())
    });
    (githubs || own) && url.username().is_empty() && url.password().is_none()
}

/// What a failed download means: nothing that the connection's credential could be blamed for, since it is not sent.
/// `None`: the file is gone.
fn judged(refused: Refused) -> Option<Failure> {
    let status = refused.status.map(|status| status.as_u16()).unwrap_or_default();
    Some(match (refused.failure, status) {
        (_, 404 | 410) => return None,
        (Failure::Invalid(_), 300..400) => {
            Failure::Invalid("the server of GitHub's reports sends calls on to another server".into())
        }
        // The signature has ended, perhaps; a new call brings a new one.
        (Failure::Unauthorized(_) | Failure::Invalid(_), _) => {
            Failure::Unavailable(format!("the file of a report was not given out (status {status})"))
        }
        (other, _) => other,
    })
}

/// A whole file; those of an organisation's or enterprise's own day are small. `None`: it is gone.
pub(super) async fn whole(client: &Client, url: Url, now: Timestamp) -> Result<Option<Vec<u8>>, Failure> {
    match http::send(client.get(url), now).await {
        Ok(answer) => Ok(Some(answer.body)),
        Err(refused) => judged(refused).map_or(Ok(None), Err),
    }
}

/// A file that is read line by line.
pub(super) struct Lines {
    response: Option<Response>,
    buffer: Vec<u8>,
    /// How much of the buffer was given out.
    given: usize,
    /// How much of the buffer, counted from `given`, holds no end of a line.
    searched: usize,
    /// Where the next line begins, in bytes of the file.
    position: u64,
    /// Bytes to pass over, where the server sends more than was asked for.
    skip: u64,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// With its end, which is left out here.
    Whole(Vec<u8>),
    /// The last, without an end: perhaps it broke off.
    Last(Vec<u8>),
    /// Longer than any row is; passed over.
    TooLong,
}

impl Lines {
    /// Opens a file at a byte; one that ends before it has no lines. The server may send the bytes before it, too.
    /// `None`: it is gone.
    ///
    /// A file of a day that has not settled may be made anew between two pages. Then a row may be cut in two or left
    /// out, until the next run reads the day again.
    pub(super) async fn open(client: &Client, url: Url, at: u64, now: Timestamp) -> Result<Option<Self>, Failure> {
        let mut request = client.get(url);
        if at > 0 {
            request = request.header(RANGE, format!("bytes={at}-"));
        }
        let response = match http::start(request, now).await {
            Ok(response) => Some(response),
            Err(refused) if at > 0 && refused.status == Some(StatusCode::RANGE_NOT_SATISFIABLE) => None,
            Err(refused) => return judged(refused).map_or(Ok(None), Err),
        };
        let is_rest = response.as_ref().is_some_and(|response| response.status() == StatusCode::PARTIAL_CONTENT);
        let skip = if is_rest { 0 } else { at };
        Ok(Some(Self { response, buffer: Vec::new(), given: 0, searched: 0, position: at, skip }))
    }

    /// Where the next line begins, in bytes of the file.
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// The next line that is not empty.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, Failure> {
        let mut too_long = false;
        loop {
            let rest = self.buffer.get(self.given..).unwrap_or_default();
            let end = rest.get(self.searched..).unwrap_or_default().iter().position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let length = self.searched + end;
                let line = rest.get(..length).unwrap_or_default().to_vec();
                self.take(length + 1);
                if too_long {
                    return Ok(Some(Line::TooLong));
                }
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(Line::Whole(line)));
                }
                continue;
            }
            self.searched = rest.len();
            if self.searched > LONGEST_ROW {
                too_long = true;
                self.take(self.searched);
            }
            if let Some(chunk) = self.chunk().await? {
                self.buffer.drain(..self.given);
                self.given = 0;
                self.buffer.extend_from_slice(&chunk);
                continue;
            }
            let line = self.buffer.get(self.given..).unwrap_or_default().to_vec();
            self.take(line.len());
            if too_long {
                return Ok(Some(Line::TooLong));
            }
            return Ok((!line.trim_ascii().is_empty()).then_some(Line::Last(line)));
        }
    }

    fn take(&mut self, length: usize) {
        self.given += length;
        self.searched = 0;
        self.position += length as u64;
    }

    /// The next piece of the body from where reading began.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(response) = &mut self.response else { return Ok(None) };
        while let Some(mut chunk) = http::next_chunk(response).await? {
            let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(chunk.len());
            self.skip -= skipped as u64;
            if skipped < chunk.len() {
                chunk.drain(..skipped);
                return Ok(Some(chunk));
            }
        }
        self.response = None;
        Ok(None)
    }
}

#[cfg(test)]
#[path = "download_tests.rs"]
mod tests;
