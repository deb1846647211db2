//! What is replaced in each fact when a person is erased: ids by pseudonyms, logins, names and addresses by nothing.
//!
//! The same is done to what is stored, once, and to everything that is saved afterwards. So a vendor that tells of the
//! person again tells nothing new. Every struct is taken apart field by field: a new field does not compile until
//! somebody has said whether it can name a person.

use crate::{
    erased::Erased,
    facts::{Account, BranchCommit, CommitPage, Fact, Group, Membership, Repository},
    flow::FlowRow,
    ids::{Provider, VendorId},
    pull_request::{Actor, Commit, CommitList, Committer, PullRequest, Review, Scalars},
    records::{Board, Issue, Project, Record, Seat, Sprint, Storage, Usage},
};

/// Something that may name people.
pub trait Erase {
    /// Replaces what names erased people. Done again it changes nothing.
    fn erase(&mut self, erased: &Erased);
}

impl Erase for VendorId {
    fn erase(&mut self, erased: &Erased) {
        if let Some(pseudonym) = erased.account(self) {
            *self = pseudonym;
        }
    }
}

impl<T: Erase> Erase for Option<T> {
    fn erase(&mut self, erased: &Erased) {
        if let Some(inner) = self {
            inner.erase(erased);
        }
    }
}

impl<T: Erase> Erase for Vec<T> {
    fn erase(&mut self, erased: &Erased) {
        for inner in self {
            inner.erase(erased);
        }
    }
}

fn text(text: &mut String, erased: &Erased) {
    if let Some(clean) = erased.text(text) {
        *text = clean;
    }
}

fn attribution(lines: &mut Option<String>, erased: &Erased) {
    if let Some(clean) = lines.as_deref().and_then(|lines| erased.attribution(lines)) {
        *lines = Some(clean);
    }
}

impl Erase for Fact {
    fn erase(&mut self, erased: &Erased) {
        match self {
            Self::Repository(fact) => fact.erase(erased),
            Self::Account(fact) => fact.erase(erased),
            Self::Group(fact) => fact.erase(erased),
            Self::Membership(fact) => fact.erase(erased),
            Self::PullRequest(fact) => fact.erase(erased),
            Self::CommitPage(fact) => fact.erase(erased),
            Self::BranchCommit(fact) => fact.erase(erased),
            Self::Record(fact) => fact.erase(erased),
        }
    }
}

impl Erase for Repository {
    fn erase(&mut self, erased: &Erased) {
        let Self { key: _, full_name, default_branch: _, archived: _, gone_at: _, seen_at: _ } = self;
        text(full_name, erased);
    }
}

impl Erase for Account {
    fn erase(&mut self, erased: &Erased) {
        let Self { id, login, kind: _, name, role: _, member: _, email, commit_emails, active: _, seen_at: _ } = self;
        if let (Some(pseudonym), Some(stands)) = (erased.account(id), erased.login(id)) {
            (*id, *login, *name, *email) = (pseudonym, stands, None, None);
            commit_emails.clear();
        }
        // An account that nobody linked may still show the person's address.
        if email.as_ref().is_some_and(|email| erased.is_email(&email.address)) {
            *email = None;
        }
        commit_emails.retain(|address| !erased.is_email(address));
    }
}

impl Erase for Group {
    fn erase(&mut self, erased: &Erased) {
        let Self { id: _, slug, name, parent: _, gone_at: _, seen_at: _ } = self;
        text(slug, erased);
        text(name, erased);
    }
}

impl Erase for Membership {
    fn erase(&mut self, erased: &Erased) {
        let Self { group: _, account, role: _, gone_at: _, seen_at: _ } = self;
        account.erase(erased);
    }
}

/// An actor's id is the code host's, which the actor itself does not say.
fn actor(actor: &mut Actor, host: Provider, erased: &Erased) {
    let Actor { id, login, kind: _ } = actor;
    let account = VendorId::new(host, *id);
    if let (Some(pseudonym), Some(stands)) = (erased.number(host, *id), erased.login(&account)) {
        (*id, *login) = (pseudonym, stands);
    }
}

fn commit(commit: &mut Commit, host: Provider, erased: &Erased) {
    let Commit {
        sha: _,
        author,
        author_name,
        author_email,
        authored_at: _,
        committed_at: _,
        committer,
        attribution: lines,
    } = commit;
    let by_account = author.as_ref().is_some_and(|author| erased.number(host, author.id).is_some());
    if let Some(author) = author {
        actor(author, host, erased);
    }
    let by_address = author_email.as_deref().is_some_and(|address| erased.is_email(address));
    let by_name = author_name.as_deref().is_some_and(|name| erased.is_name(name));
    if by_account || by_address {
        (*author_name, *author_email) = (None, None);
    } else if by_name {
        *author_name = None;
    }
    if let Some(Committer { name, email }) = committer
        && (erased.is_email(email) || erased.is_name(name))
    {
        *committer = None;
    }
    attribution(lines, erased);
}

impl Erase for PullRequest {
    fn erase(&mut self, erased: &Erased) {
        let Self { key, scalars, reviews, draft_history: _, commits } = self;
        let host = key.repository.provider;
        if let Some(Scalars {
            updated_at: _,
            id: _,
            title,
            author,
            state: _,
            draft: _,
            created_at: _,
            merged_at: _,
            closed_at: _,
            additions: _,
            deletions: _,
            changed_files: _,
            commits: _,
            base_ref: _,
            head_ref,
            reverts: _,
            attribution: lines,
        }) = scalars
        {
            text(title, erased);
            text(head_ref, erased);
            attribution(lines, erased);
            if let Some(author) = author {
                actor(author, host, erased);
            }
        }
        for Review { author, state: _, submitted_at: _, updated_at: _ } in reviews.values_mut() {
            if let Some(author) = author {
                actor(author, host, erased);
            }
        }
        if let Some(CommitList { version: _, further_pages: _, commits }) = commits {
            for one in commits {
                commit(one, host, erased);
            }
        }
    }
}

impl Erase for CommitPage {
    fn erase(&mut self, erased: &Erased) {
        let Self { key, version: _, index: _, commits } = self;
        for one in commits {
            commit(one, key.repository.provider, erased);
        }
    }
}

impl Erase for BranchCommit {
    fn erase(&mut self, erased: &Erased) {
        let Self { repository, commit: one } = self;
        commit(one, repository.provider, erased);
    }
}

impl Erase for Record {
    #[expect(clippy::match_same_arms, reason = "each kind says which of its fields may name somebody")]
    fn erase(&mut self, erased: &Erased) {
        match self {
            Self::Project(Project { seen_at: _, gone_at: _, id: _, key: _, name }) => text(name, erased),
            Self::Issue(issue) => issue.erase(erased),
            Self::Sprint(Sprint {
                seen_at: _,
                gone_at: _,
                id: _,
                board: _,
                name,
                state: _,
                start_at: _,
                end_at: _,
                completed_at: _,
            }) => text(name, erased),
            Self::Board(Board {
                seen_at: _,
                gone_at: _,
                id: _,
                name,
                board_type: _,
                container: _,
                closed: _,
                last_activity_at: _,
                members: _,
            }) => text(name, erased),
            Self::Seat(Seat {
                seen_at: _,
                gone_at: _,
                product: _,
                account,
                status: _,
                used: _,
                plan: _,
                assigned_at: _,
                last_active_at: _,
                activity_source: _,
                granted_by,
            }) => {
                account.erase(erased);
                for group in granted_by {
                    text(group, erased);
                }
            }
            Self::Usage(usage) => {
                let Usage {
                    seen_at: _,
                    product: _,
                    day: _,
                    account,
                    entity: _,
                    counts: _,
                    active: _,
                    ways: _,
                    parts: _,
                    groups: _,
                } = &mut **usage;
                account.erase(erased);
            }
            Self::Storage(Storage {
                seen_at: _,
                provider: _,
                day: _,
                repository,
                repository_type: _,
                package_type: _,
                bytes: _,
                artifacts: _,
            }) => text(repository, erased),
        }
    }
}

impl Erase for Issue {
    fn erase(&mut self, erased: &Erased) {
        let Self {
            seen_at: _,
            gone_at: _,
            id: _,
            project: _,
            key: _,
            title,
            issue_type: _,
            status: _,
            category: _,
            assignee,
            reporter,
            points: _,
            sprints: _,
            created_at: _,
            updated_at: _,
            resolved_at: _,
            history: _,
        } = self;
        text(title, erased);
        assignee.erase(erased);
        reporter.erase(erased);
    }
}

impl Erase for FlowRow {
    fn erase(&mut self, erased: &Erased) {
        let Self {
            key,
            merged_at: _,
            author,
            author_is_bot: _,
            cycle_seconds: _,
            coding_seconds: _,
            lines: _,
            is_revert: _,
            is_hotfix: _,
            issue_projects: _,
            tools: _,
            reviewers,
        } = self;
        let accounts = reviewers.iter_mut().map(|reviewer| &mut reviewer.account).chain([author]);
        for id in accounts.flatten() {
            if let Some(pseudonym) = erased.number(key.repository.provider, *id) {
                *id = pseudonym;
            }
        }
    }
}
