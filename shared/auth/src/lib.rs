//! Who may do what, and what is kept secret: signatures, tokens, sealed credentials.
//!
//! Pure functions over bytes, keys and the present time; where keys come from is the caller's business. Nothing here
//! prints a secret: keys and tokens are [`secrecy::SecretString`]s, and the `Debug` of what is derived from them says
//! only that it exists.

pub mod access;
pub mod bucket;
pub mod envelope;
pub mod id_token;
pub mod pkce;
pub mod roles;
pub mod session;
pub mod token;
pub mod webhook;

pub use access::{Access, Forbidden};
pub use envelope::{Keyring, KeyringError, OpenError, Opened, Purpose, SealError, open, seal};
pub use roles::{Action, Sight};
pub use token::same_token;
pub use webhook::{SignatureError, SlackSignatureError, verify_github, verify_slack};
