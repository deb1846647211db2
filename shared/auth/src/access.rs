//! What a caller may do.

use crate::token::{bearer, same_token};
use plumbline_domain::TeamId;
use secrecy::SecretString;

/// What a caller may do, once it is known who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// The operator of this installation, by the bootstrap token: everything, in every team.
    Operator,
}

/// Why a caller gets no access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No token, or not in an `Authorization: Bearer` header.
    #[error("send the token in the header `Authorization: Bearer <token>`")]
    Missing,
    /// A token that is none of ours.
    #[error("the token is not valid")]
    Invalid,
}

impl Access {
    /// What the value of an `Authorization` header gives access to. `operator` is the operator's token and, while it
    /// is being rotated, the previous one; an empty one opens nothing.
    pub fn of(header: Option<&str>, operator: &[SecretString]) -> Result<Self, Denied> {
        let token = header.and_then(bearer).ok_or(Denied::Missing)?;
        // Every known token is compared, so that the time does not tell which one matched.
        let matches = operator.iter().filter(|known| same_token(known, token)).count();
        if matches > 0 { Ok(Self::Operator) } else { Err(Denied::Invalid) }
    }

    /// Whether the caller may read and change this team's data.
    pub fn may_manage(self, _team: &TeamId) -> bool {
        match self {
            Self::Operator => true,
        }
    }

    /// Whether the caller may list all teams and create more.
    pub fn may_manage_installation(self) -> bool {
        match self {
            Self::Operator => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_token_opens_everything_also_the_previous_one() {
        let operator = [SecretString::from("new-token\n"), SecretString::from("old-token")];
        for header in ["Bearer new-token", "bearer old-token"] {
            let access = Access::of(Some(header), &operator).unwrap();
            assert_eq!(access, Access::Operator);
            assert!(access.may_manage_installation() && access.may_manage(&"demo".parse().unwrap()));
        }
    }

    #[test]
    fn everything_else_is_denied() {
        let operator = [SecretString::from("token")];
        assert_eq!(Access::of(None, &operator), Err(Denied::Missing));
        assert_eq!(Access::of(Some("Basic token"), &operator), Err(Denied::Missing));
        assert_eq!(Access::of(Some("Bearer tokem"), &operator), Err(Denied::Invalid));
        assert_eq!(Access::of(Some("Bearer token"), &[]), Err(Denied::Invalid));
        assert_eq!(Access::of(Some("Bearer  "), &[SecretString::from("")]), Err(Denied::Missing));
    }
}
