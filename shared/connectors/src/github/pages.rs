//! Where a listing by `Link` headers stands: small whatever its length.

use super::rest::Api;
use crate::{Failure, http};
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use url::Url;

/// A page of a listing: the first, or the one at the address that the `Link` header gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pages {
    /// Number of pages read.
    #[serde(default)]
    pub(crate) page: u32,
    /// Where this one is; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The address of an earlier page. It moves on at powers of two, so that a listing that goes round in circles meets
    /// it again (Brent's algorithm) without a list of all that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    /// Some record could not even be told apart, or the listing did not come to its end: nothing has vanished from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unsure: bool,
}

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing.
    End,
    /// Another page.
    Page(Pages),
    /// A page that was read already: the listing has no end.
    Circle,
}

impl Pages {
    /// This page's address; `first` is the first one's.
    pub(crate) fn url(&self, api: &Api<'_>, first: Url) -> Result<Url, Failure> {
        self.url.as_ref().map_or(Ok(first), |url| api.linked(url))
    }

    /// What the headers of this page, read at `url`, say that comes after it.
    pub(crate) fn next(&self, url: &Url, headers: &HeaderMap) -> Next {
        let Some(next) = http::next_link(headers) else { return Next::End };
        if next == url.as_str() || self.anchor.as_ref() == Some(&next) {
            return Next::Circle;
        }
        let page = self.page + 1;
        let anchor = if page.is_power_of_two() { Some(next.clone()) } else { self.anchor.clone() };
        Next::Page(Self { page, url: Some(next), anchor, unsure: self.unsure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(page: u32) -> HeaderMap {
        let value = format!("<https://api.github.com/x?page={page}>; rel=\"next\"");
        [(reqwest::header::LINK, value.parse().expect("a header"))].into_iter().collect()
    }

    #[test]
    fn a_listing_that_goes_round_in_circles_ends() {
        for (begin, length) in [(1, 1), (1, 2), (3, 1), (4, 7), (40, 3)] {
            let (mut pages, mut at) = (Pages::default(), 0);
            let circled = (0..1_000).any(|_| {
                let url = Url::parse(&format!("https://api.github.com/x?page={at}")).expect("an address");
                at = if at == begin + length - 1 { begin } else { at + 1 };
                match pages.next(&url, &link(at)) {
                    Next::Circle => true,
                    Next::Page(next) => {
                        pages = next;
                        false
                    }
                    Next::End => panic!("it has a next page"),
                }
            });
            assert!(circled, "from {begin}, {length} long");
        }
        assert_eq!(Pages::default().next(&"https://x.example".parse().expect("url"), &HeaderMap::new()), Next::End);
    }
}
