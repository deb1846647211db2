//! What each route asks of its caller. The list of all routes with their rules is in `openapi.rs`.

use plumbline_auth::Action;

/// What a route asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Nothing: health, and where browsers come back from elsewhere.
    Open,
    /// To be somebody: the operator, signed in, or with a token.
    Somebody,
    /// To be allowed an action in the installation, or in the team that the handler finds in the body.
    Anywhere(Action),
    /// To be allowed an action in the team that the path or the query names.
    Team {
        /// The action.
        action: Action,
        /// It takes a fresh sign-in.
        sensitive: bool,
    },
}

impl Rule {
    /// An action in the team that the path or the query names.
    pub(crate) const fn team(action: Action) -> Self {
        Self::Team { action, sensitive: false }
    }

    /// One that takes a fresh sign-in.
    pub(crate) const fn sensitive(action: Action) -> Self {
        Self::Team { action, sensitive: true }
    }

    /// Whether its answer shows rows about people, so that the handler has to say about whom.
    pub(crate) const fn shows_people(self) -> bool {
        matches!(self, Self::Team { action: Action::SeePeople, .. })
    }
}
