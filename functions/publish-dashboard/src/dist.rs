//! The built dashboard, carried inside the binary.

use std::borrow::Cow;

/// Without a built dashboard the crate still compiles, with no files: tests and lints need no Node. The function then
/// refuses to publish, and says why.
#[derive(rust_embed::Embed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Dist;

/// One file of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path in the bucket, such as `assets/index-Bx3k.js`.
    pub key: String,
    /// Content.
    pub bytes: Cow<'static, [u8]>,
    /// Media type, by the file's extension.
    pub content_type: String,
}

impl File {
    /// Vite names everything below `assets/` after its content: such a file never changes.
    pub fn is_immutable(&self) -> bool {
        self.key.starts_with("assets/")
    }

    /// What browsers and CloudFront may keep. The pages are asked for again each time, so that a new version shows at
    /// once without any invalidation.
    pub fn cache_control(&self) -> &'static str {
        if self.is_immutable() { "public, max-age=31536000, immutable" } else { "no-cache" }
    }
}

/// All files, `index.html` last: whoever loads it meanwhile finds every file it names.
pub fn files() -> Vec<File> {
    let mut files: Vec<File> = Dist::iter()
        .filter_map(|key| {
            let file = Dist::get(&key)?;
            let content_type = content_type(file.metadata.mimetype());
            Some(File { key: key.into_owned(), bytes: file.data, content_type })
        })
        .collect();
    files.sort_by(|a, b| (a.key == "index.html", &a.key).cmp(&(b.key == "index.html", &b.key)));
    files
}

/// Text is UTF-8, and says so.
fn content_type(mime: &str) -> String {
    if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_named_after_their_content_are_kept_for_good() {
        let file = |key: &str| File { key: key.to_owned(), bytes: Cow::Borrowed(b""), content_type: String::new() };
        assert_eq!(file("assets/index-1.js").cache_control(), "public, max-age=31536000, immutable");
        assert_eq!(file("index.html").cache_control(), "no-cache");
        assert_eq!(file("favicon.svg").cache_control(), "no-cache");
    }

    #[test]
    fn text_says_its_encoding() {
        assert_eq!(content_type("text/html"), "text/html; charset=utf-8");
        assert_eq!(content_type("image/svg+xml"), "image/svg+xml");
    }

    #[test]
    fn the_page_that_names_the_others_comes_last() {
        let files = files();
        if let Some(position) = files.iter().position(|file| file.key == "index.html") {
            assert_eq!(position, files.len() - 1);
        }
    }
}
