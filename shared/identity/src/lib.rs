//! Who is who: links the accounts that a team's vendors show to its members. Pure: no I/O, no clock.
//!
//! [`assign`] takes what is known now, what was stored before and what admins decided, and gives the whole assignment
//! anew. The order of its input makes no difference, and its own output fed back to it changes nothing: a sync may run
//! it as often as it likes.
//!
//! [`Archive`] gives the same members, but for a large team in little memory: by groups of what has anything in common.
//!
//! The ladder, strongest first: the vendor's own verified id; the same e-mail address in a domain of the organisation;
//! an address on commits; a pattern in names and logins; and above all of them what an admin decided. Each rung is one
//! kind of [`Evidence`] with a fixed [`Confidence`]; from [`Confidence::APPLIES`] on it links at once, below it only
//! proposes ([`Candidate`]).
//!
//! **Invariants.** An account is in one member or in none. A link once made stays until an admin decides otherwise or
//! the vendor says that the account is no person's. No evidence moves an account that an admin placed. A member id
//! that was given out always resolves ([`Member::merged_into`]).

mod address;
mod aliases;
mod archive;
mod assignment;
mod book;
mod changes;
mod clues;
mod erasing;
mod evidence;
#[cfg(test)]
mod fixtures;
mod forest;
mod groups;
mod input;
mod joining;
mod ladder;
mod names;
mod placing;
mod proofs;
mod review;
mod roster;

pub use archive::{Archive, Batch, Known, Unreadable};
pub use assignment::{Assignment, Candidate, Link, Member, Note, Proposal, member_of_account};
pub use changes::{Changes, Merged, Moved, changes};
pub use evidence::{Confidence, Evidence, LoginPattern};
pub use input::{AccountView, CommitEmail, Decided, Decision, Input, Policy, SeenEmail};
pub use ladder::assign;
