//! Who may do what: the one place where it is decided.
//!
//! A role says which [`Action`]s somebody may take in a team, a [`Sight`] whose rows they are shown of what they see. An
//! API token has no role: it may what its scopes name, on behalf of the team.

use plumbline_domain::{Role, Scope, VendorId};
use std::collections::BTreeSet;

/// The least number of people in what is shown to those who may not see individuals.
pub const LEAST_GROUP: usize = 5;

/// Whether somebody of a role may take an action in their team.
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::SeeTeam | Action::SeePeople | Action::OwnAffairs | Action::Export => true,
        Action::Sync
        | Action::Configure
        | Action::ManageUsers
        | Action::ManageTokens
        | Action::ReadAudit
        | Action::ExportTeam
        | Action::Erase => matches!(role, Role::Admin),
        Action::ManageInstallation => false,
    }
}

/// The scope that an action takes; `None`: no token may do that, a person has to.
pub const fn scope_for(action: Action) -> Option<Scope> {
    match action {
        Action::SeeTeam => Some(Scope::Metrics),
        Action::SeePeople => Some(Scope::People),
        Action::Sync => Some(Scope::Sync),
        Action::Configure => Some(Scope::Settings),
        Action::ReadAudit => Some(Scope::Audit),
        Action::OwnAffairs
        | Action::Export
        | Action::ManageUsers
        | Action::ManageTokens
        | Action::ExportTeam
        | Action::Erase
        | Action::ManageInstallation => None,
    }
}

/// What somebody wants to do. Every route of the API names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See team and group aggregates, what they can be narrowed to, and how syncs stand.
    SeeTeam,
    /// See rows about people: those that their [`Sight`] has.
    SeePeople,
    /// Their own sessions, settings, answers, data and request for erasure.
    OwnAffairs,
    /// Start a sync.
    Sync,
    /// Connections, settings of the team and its surveys, decisions about identities.
    Configure,
    /// Users, their roles, invitations.
    ManageUsers,
    /// API tokens.
    ManageTokens,
    /// Read the audit log.
    ReadAudit,
    /// Ask for exports: of one's own data, or of what else they may.
    Export,
    /// Export everything there is about a team.
    ExportTeam,
    /// Erase people, or the team.
    Erase,
    /// List and make teams.
    ManageInstallation,
}

/// Whose rows somebody is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Everybody's.
    Everybody,
    /// Those of the people behind these accounts: oneself, and who is in the groups that one leads.
    Only(BTreeSet<VendorId>),
}

impl Sight {
    /// Whether rows about this account are shown.
    pub fn has(&self, account: &VendorId) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(accounts) => accounts.contains(account),
        }
    }

    /// Whether all rows are shown, also those of which nobody knows whose they are.
    pub const fn is_everybody(&self) -> bool {
        matches!(self, Self::Everybody)
    }
}

/// Whether a group's numbers may be shown to somebody who may not see the individuals in it: it has enough people, and so
/// have those outside it, who could be told from it by subtraction. `group` of `team` people are in it.
pub const fn is_shown(group: usize, team: usize) -> bool {
    let others = team.saturating_sub(group);
    group >= LEAST_GROUP && (others == 0 || others >= LEAST_GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_may_what_the_table_says() {
        use Action::{
            Configure, Erase, Export, ExportTeam, ManageInstallation, ManageTokens, ManageUsers, OwnAffairs, ReadAudit,
            SeePeople, SeeTeam, Sync,
        };
        for role in Role::ALL {
            for action in [SeeTeam, SeePeople, OwnAffairs, Export] {
                assert!(may(role, action), "{role} {action:?}");
            }
            for action in [Sync, Configure, ManageUsers, ManageTokens, ReadAudit, ExportTeam, Erase] {
                assert_eq!(may(role, action), role == Role::Admin, "{role} {action:?}");
            }
            assert!(!may(role, ManageInstallation), "that is the operator's");
        }
    }

    #[test]
    fn no_token_may_change_who_may_what() {
        for action in [Action::ManageUsers, Action::ManageTokens, Action::Erase, Action::ExportTeam] {
            assert_eq!(scope_for(action), None, "{action:?}");
        }
    }

    #[test]
    fn small_groups_and_small_rests_are_not_shown() {
        assert!(!is_shown(4, 20) && is_shown(5, 20) && is_shown(15, 20));
        assert!(!is_shown(16, 20), "the four others follow from the team's numbers");
        assert!(is_shown(20, 20), "nobody is outside");
        assert!(!is_shown(0, 20) && !is_shown(3, 3));
    }

    #[test]
    fn a_sight_has_its_own_accounts_alone() {
        let id = |text: &str| text.parse::<VendorId>().unwrap();
        let own = Sight::Only([id("github:1"), id("jira:x")].into());
        assert!(own.has(&id("github:1")) && !own.has(&id("github:2")) && !own.is_everybody());
        assert!(Sight::Everybody.has(&id("github:2")) && Sight::Everybody.is_everybody());
    }
}
