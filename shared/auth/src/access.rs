//! What a caller may do in a team.

use crate::{
    roles::{Action, may, scope_for},
    token::{bearer, same_token},
};
use plumbline_domain::{Role, Scope};
use secrecy::SecretString;
use std::collections::BTreeSet;

/// What a caller is to a team, once it is known who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// The operator of this installation, by the bootstrap token: everything, in every team, but nobody's own affairs.
    Operator,
    /// Somebody who signed in and is one of the team's users.
    User {
        /// What they are there.
        role: Role,
        /// Whether they proved who they are within the last minutes.
        is_fresh: bool,
    },
    /// A program with one of the team's API tokens.
    Token {
        /// What it may be used for.
        scopes: BTreeSet<Scope>,
    },
}

/// Why a caller may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Their role does not allow it.
    #[error("the role does not allow it")]
    Role,
    /// The token lacks this scope.
    #[error("the token lacks a scope")]
    Scope(Scope),
    /// No token may do it: somebody has to sign in.
    #[error("this is for people")]
    PeopleOnly,
    /// They have to prove once more who they are.
    #[error("a fresh sign-in is needed")]
    NotFresh,
}

impl Access {
    /// Whether the caller may take an action; `sensitive` ones take a fresh sign-in.
    pub fn check(&self, action: Action, sensitive: bool) -> Result<(), Forbidden> {
        match self {
            Self::Operator if action == Action::OwnAffairs => Err(Forbidden::PeopleOnly),
            Self::User { role, .. } if !may(*role, action) => Err(Forbidden::Role),
            Self::User { is_fresh: false, .. } if sensitive => Err(Forbidden::NotFresh),
            Self::Operator | Self::User { .. } => Ok(()),
            Self::Token { scopes } => match scope_for(action) {
                // What asks people to prove who they are is not for programs, whatever their scopes.
                Some(_) if sensitive => Err(Forbidden::PeopleOnly),
                Some(scope) if scopes.contains(&scope) => Ok(()),
                Some(scope) => Err(Forbidden::Scope(scope)),
                None => Err(Forbidden::PeopleOnly),
            },
        }
    }
}

/// The token of an `Authorization` header; `None` where there is no such header of the scheme `Bearer`.
pub fn sent_token(header: Option<&str>) -> Option<&str> {
    header.and_then(bearer)
}

/// Whether a token is the operator's: the present one or, while it is being rotated, the previous one; an empty one
/// opens nothing.
pub fn is_operator(token: &str, operator: &[SecretString]) -> bool {
    // Every known token is compared, so that the time does not tell which one matched.
    operator.iter().filter(|known| same_token(known, token)).count() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_token_is_also_the_previous_one() {
        let operator = [SecretString::from("new-token\n"), SecretString::from("old-token")];
        assert!(is_operator("new-token", &operator) && is_operator("old-token", &operator));
        assert!(!is_operator("tokem", &operator) && !is_operator("token", &[]));
        assert!(!is_operator("", &[SecretString::from("")]));
    }

    #[test]
    fn a_token_is_sent_as_bearer() {
        assert_eq!(sent_token(Some("bearer abc")), Some("abc"));
        assert_eq!([sent_token(None), sent_token(Some("Basic abc")), sent_token(Some("Bearer  "))], [None; 3]);
    }

    #[test]
    fn the_operator_may_all_but_what_is_a_persons() {
        assert_eq!(Access::Operator.check(Action::ManageInstallation, false), Ok(()));
        assert_eq!(Access::Operator.check(Action::Erase, true), Ok(()));
        assert_eq!(Access::Operator.check(Action::OwnAffairs, false), Err(Forbidden::PeopleOnly));
    }

    #[test]
    fn sensitive_is_only_for_those_who_signed_in_just_now() {
        let user = |role, is_fresh| Access::User { role, is_fresh };
        assert_eq!(user(Role::Admin, false).check(Action::ManageTokens, true), Err(Forbidden::NotFresh));
        assert_eq!(user(Role::Admin, true).check(Action::ManageTokens, true), Ok(()));
        assert_eq!(user(Role::Lead, true).check(Action::ManageTokens, true), Err(Forbidden::Role));
        assert_eq!(user(Role::Developer, false).check(Action::SeeTeam, false), Ok(()));
    }

    #[test]
    fn a_token_may_what_its_scopes_name() {
        let token = Access::Token { scopes: [Scope::Metrics, Scope::Settings].into() };
        assert_eq!(token.check(Action::SeeTeam, false), Ok(()));
        assert_eq!(token.check(Action::SeePeople, false), Err(Forbidden::Scope(Scope::People)));
        assert_eq!(token.check(Action::Configure, true), Err(Forbidden::PeopleOnly));
        assert_eq!(token.check(Action::ManageTokens, false), Err(Forbidden::PeopleOnly));
    }
}
