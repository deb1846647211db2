//! What links an account to a person, in a form to show.

use plumbline_domain::VendorId;
use plumbline_identity::Evidence;
use serde::Serialize;
use utoipa::ToSchema;

/// What proves a link.
#[derive(Serialize, ToSchema)]
pub struct Proof {
    /// `own`, `confirmed`, `split_off`, `verified_id`, `noreply_address`, `domain_email`, `commit_email`,
    /// `unproven_email`, `same_name` or `login`.
    pub kind: &'static str,
    /// The other account that shows the same, as `provider:id`.
    pub with: Option<String>,
    /// What both show: an address, a name or a login.
    pub text: Option<String>,
}

impl From<&Evidence> for Proof {
    fn from(evidence: &Evidence) -> Self {
        let (kind, text) = match evidence {
            Evidence::Own => ("own", None),
            Evidence::Confirmed { .. } => ("confirmed", None),
            Evidence::SplitOff { .. } => ("split_off", None),
            Evidence::VerifiedId { .. } => ("verified_id", None),
            Evidence::NoreplyAddress { address, .. } => ("noreply_address", Some(address)),
            Evidence::DomainEmail { address, .. } => ("domain_email", Some(address)),
            Evidence::CommitEmail { address, .. } => ("commit_email", Some(address)),
            Evidence::UnprovenEmail { address, .. } => ("unproven_email", Some(address)),
            Evidence::SameName { name, .. } => ("same_name", Some(name)),
            Evidence::Login { text, .. } => ("login", Some(text)),
        };
        Self { kind, with: with(evidence).map(ToString::to_string), text: text.cloned() }
    }
}

/// The other account that shows the same.
pub(crate) fn with(evidence: &Evidence) -> Option<&VendorId> {
    match evidence {
        Evidence::Own | Evidence::Confirmed { .. } | Evidence::SplitOff { .. } => None,
        Evidence::VerifiedId { with }
        | Evidence::NoreplyAddress { with, .. }
        | Evidence::DomainEmail { with, .. }
        | Evidence::CommitEmail { with, .. }
        | Evidence::UnprovenEmail { with, .. }
        | Evidence::SameName { with, .. }
        | Evidence::Login { with, .. } => Some(with),
    }
}
