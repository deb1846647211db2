//! Who is who: members with their accounts at all vendors, and the review queue.

use crate::{
    access::TeamAccess,
    input::{Body, Params},
    problem::Problem,
};
use axum::Json;
use jiff::Timestamp;
use plumbline_domain::{Account, MemberId, VendorId};
use plumbline_export::Proof;
use plumbline_identity::{Assignment, Decided, Decision, Link, Note, changes};
use plumbline_store::Identified;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};
use utoipa::{IntoParams, ToSchema};

/// How often, and after which pauses, somebody's turn to assign accounts is waited for: an answer has 30 seconds.
const TURNS: u32 = 40;
const TURN: Duration = Duration::from_millis(250);

/// Members of a page when none are asked for.
const DEFAULT_MEMBERS: usize = 200;
/// The most that can be asked for.
const MOST_MEMBERS: usize = 1000;

/// Which members.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct IdentitiesQuery {
    /// Members of a page, 1 to 1000; 200 when absent.
    #[param(value_type = Option<u32>)]
    limit: Option<usize>,
    /// Those after this member: the `next` of the page before.
    after: Option<String>,
}

/// Who is who in a team, as things stand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Identities {
    /// How many there are of what.
    counts: Counts,
    /// A page of the members, by id.
    members: Vec<Person>,
    /// The member after which the next page begins; null at the end.
    next: Option<String>,
    /// The review queue, whole: accounts that fit a member, but not so surely that they were linked.
    review: Vec<Review>,
}

/// How many there are of what.
#[derive(Serialize, ToSchema)]
struct Counts {
    /// People, each counted once.
    members: usize,
    /// Accounts that were linked to a member with another account.
    linked: usize,
    /// People's accounts that stand alone so far.
    unmatched: usize,
    /// Entries of the review queue.
    review: usize,
    /// Bots, apps, and what an admin called nobody's.
    not_people: usize,
}

/// A person.
#[derive(Serialize, ToSchema)]
struct Person {
    /// Stays the same for ever.
    id: String,
    /// The best of the accounts' names.
    name: Option<String>,
    /// The person's accounts, by id.
    accounts: Vec<Linked>,
}

/// An account with what links it.
#[derive(Serialize, ToSchema)]
struct Linked {
    /// As `provider:id`.
    account: String,
    /// Present login.
    login: Option<String>,
    /// Display name there.
    name: Option<String>,
    /// What links it to the person.
    evidence: Proof,
    /// From 0 to 100, fixed for each kind of evidence; from 70 on accounts are linked without anybody's look.
    confidence: u8,
    /// Whether an admin decided it: no sync changes that.
    manual: bool,
}

/// An entry of the review queue.
#[derive(Serialize, ToSchema)]
struct Review {
    /// The account, as `provider:id`.
    account: String,
    /// Present login.
    login: Option<String>,
    /// Display name.
    name: Option<String>,
    /// Members it may belong to, the likeliest first; at most ten.
    proposals: Vec<Proposed>,
    /// What else there is to know: `ambiguous`, `shared_address`, `against_decision`, `not_typed_as_person`, `more_fit`.
    notes: Vec<&'static str>,
}

/// A member that an account may belong to.
#[derive(Serialize, ToSchema)]
struct Proposed {
    /// Which member.
    member: String,
    /// Their name.
    name: Option<String>,
    /// What speaks for it.
    evidence: Proof,
    /// From 0 to 100.
    confidence: u8,
}

const fn note(note: Note) -> &'static str {
    match note {
        Note::Ambiguous => "ambiguous",
        Note::SharedAddress => "shared_address",
        Note::AgainstDecision => "against_decision",
        Note::NotTypedAsPerson => "not_typed_as_person",
        Note::MoreFit => "more_fit",
    }
}

/// Who is who
///
/// Computed from all accounts as they are now and everything that admins decided; syncs save it.
#[utoipa::path(
    get, path = "/api/teams/{team_id}/identities", operation_id = "listIdentities", tag = "identities",
    params(("team_id" = String, Path, description = "The team"), IdentitiesQuery),
    responses((status = 200, description = "Members with their accounts, and the review queue", body = Identities)),
)]
pub(crate) async fn list(
    access: TeamAccess,
    Params(query): Params<IdentitiesQuery>,
) -> Result<Json<Identities>, Problem> {
    let limit = query.limit.unwrap_or(DEFAULT_MEMBERS);
    if !(1..=MOST_MEMBERS).contains(&limit) {
        return Err(Problem::bad_request(format!("`limit` must be from 1 to {MOST_MEMBERS}.")));
    }
    access.trail.shows_everybody();
    let store = &access.app.store;
    let (assignment, accounts) = futures::try_join!(store.assignment(access.id()), store.load_accounts(access.id()))?;
    Ok(Json(identities(&assignment, &accounts, query.after.as_deref(), limit)))
}

fn identities(assignment: &Assignment, accounts: &[Account], after: Option<&str>, limit: usize) -> Identities {
    let known: HashMap<&VendorId, &Account> = accounts.iter().map(|account| (&account.id, account)).collect();
    let login = |id: &VendorId| known.get(id).map(|account| account.login.clone());
    let name = |id: &VendorId| known.get(id).and_then(|account| account.name.clone());
    let linked = |link: &Link| Linked {
        account: link.account.to_string(),
        login: login(&link.account),
        name: name(&link.account),
        evidence: (&link.evidence).into(),
        confidence: link.confidence.value(),
        manual: link.manual,
    };
    let people: Vec<_> = assignment.members.iter().filter(|member| !member.accounts.is_empty()).collect();
    let mut page = people.iter().filter(|member| after.is_none_or(|after| member.id.as_str() > after));
    let members: Vec<Person> = page
        .by_ref()
        .take(limit)
        .map(|member| Person {
            id: member.id.to_string(),
            name: member.name.clone(),
            accounts: member.accounts.iter().map(linked).collect(),
        })
        .collect();
    let next = page.next().and(members.last().map(|member| member.id.clone()));
    let review: Vec<Review> = assignment
        .review
        .iter()
        .map(|candidate| Review {
            account: candidate.account.to_string(),
            login: login(&candidate.account),
            name: name(&candidate.account),
            proposals: candidate
                .proposals
                .iter()
                .map(|proposal| Proposed {
                    member: proposal.member.to_string(),
                    name: assignment.resolve(&proposal.member).and_then(|member| member.name.clone()),
                    evidence: (&proposal.evidence).into(),
                    confidence: proposal.confidence.value(),
                })
                .collect(),
            notes: candidate.notes.iter().copied().map(note).collect(),
        })
        .collect();
    let counts = Counts {
        members: people.len(),
        linked: people.iter().map(|member| member.accounts.len()).filter(|accounts| *accounts > 1).sum(),
        unmatched: assignment.unmatched.len(),
        review: review.len(),
        not_people: assignment.not_people.len(),
    };
    Identities { counts, members, next, review }
}

/// What an admin decides about an account or two members. It is final: no sync changes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// `confirm` (the account is this member's), `split` (the account is a person of its own), `merge` (two members are
    /// one person) or `not_a_person` (the account is nobody's).
    action: Action,
    /// The account, as `provider:id`; for all but `merge`.
    account: Option<String>,
    /// The member whose account it is; for `confirm`.
    member: Option<String>,
    /// The member that becomes another's; for `merge`.
    from: Option<String>,
    /// The member that stays; for `merge`.
    into: Option<String>,
}

/// A kind of decision.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    Confirm,
    Split,
    Merge,
    NotAPerson,
}

/// What a decision changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decisive {
    /// Accounts that are now another member's, each as `provider:id`.
    moved: Vec<String>,
    /// Members that became another's.
    merged: Vec<String>,
}

/// Decide about an identity
///
/// Confirms, splits, merges, or says that an account is nobody's. The decision is kept with its time and counts from now
/// on in every metric; of several about one account the latest holds.
#[utoipa::path(
    post, path = "/api/teams/{team_id}/identities", operation_id = "decideIdentity", tag = "identities",
    request_body = NewDecision,
    params(("team_id" = String, Path, description = "The team")),
    responses((status = 200, description = "It holds from now on", body = Decisive)),
)]
pub(crate) async fn decide(access: TeamAccess, Body(body): Body<NewDecision>) -> Result<Json<Decisive>, Problem> {
    let (app, team) = (&access.app, access.id());
    // Saved first: a decision names members, and those must be there for ever.
    identify(&access).await?;
    let before = app.store.assignment(team).await?;
    let decision = checked(body, &before)?;
    let at = Timestamp::from_millisecond(app.clock.now().as_millisecond()).map_err(anyhow::Error::new)?;
    app.store.save_decision(team, &Decided { at, decision }, &app.ids.text("d")).await?;
    identify(&access).await?;
    let different = changes(&before.members, &app.store.load_members(team).await?);
    Ok(Json(Decisive {
        moved: different.moved.iter().map(|moved| moved.account.to_string()).collect(),
        merged: different.merged.iter().map(|merged| merged.from.to_string()).collect(),
    }))
}

/// Assigns accounts; while a sync does, it waits for its turn. Nobody is told to come back for a second or two.
async fn identify(access: &TeamAccess) -> Result<(), Problem> {
    for _ in 0..TURNS {
        match access.app.store.identify(access.id(), access.app.clock.now()).await? {
            Identified::Assigned => return Ok(()),
            Identified::Busy => tokio::time::sleep(TURN).await,
        }
    }
    Err(Problem::try_later(
        "Syncs are assigning accounts just now. Send it again in a few seconds; sending a decision twice changes nothing \
         more.",
        5,
    ))
}

fn checked(body: NewDecision, known: &Assignment) -> Result<Decision, Problem> {
    let NewDecision { action, account, member, from, into } = body;
    let wrong =
        |fields: &str| Problem::invalid(format!("This action takes {fields} besides `action`, and nothing else."));
    let find_account = |text: String| -> Result<VendorId, Problem> {
        let id = text.parse::<VendorId>().ok();
        let is_known = |id: &VendorId| known.person_of(id).is_some() || known.not_people.contains(id);
        id.filter(is_known).ok_or_else(|| {
            Problem::not_found("unknown-account", format!("No vendor shows an account `{text}` in this team."))
        })
    };
    let find_member = |text: String| -> Result<MemberId, Problem> {
        let id = text.parse::<MemberId>().ok();
        id.filter(|id| known.resolve(id).is_some()).ok_or_else(|| {
            Problem::not_found(
                "unknown-member",
                format!("This team has no member `{text}`. GET this address lists them."),
            )
        })
    };
    Ok(match (action, account, member, from, into) {
        (Action::Confirm, Some(account), Some(member), None, None) => {
            Decision::Confirm { account: find_account(account)?, member: find_member(member)? }
        }
        (Action::Confirm, ..) => return Err(wrong("`account` and `member`")),
        (Action::Split, Some(account), None, None, None) => Decision::Split { account: find_account(account)? },
        (Action::NotAPerson, Some(account), None, None, None) => {
            Decision::NotAPerson { account: find_account(account)? }
        }
        (Action::Split | Action::NotAPerson, ..) => return Err(wrong("`account`")),
        (Action::Merge, None, None, Some(from), Some(into)) => {
            let (from, into) = (find_member(from)?, find_member(into)?);
            if from == into {
                return Err(Problem::invalid("`from` and `into` are the same member."));
            }
            Decision::Merge { from, into }
        }
        (Action::Merge, ..) => return Err(wrong("`from` and `into`")),
    })
}
