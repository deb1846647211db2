//! What the simulators share: reading a request, deciding by clock, limits and faults, sending the answer, the log of
//! calls, and the endpoints below `/_control`.

mod budget;
mod clock;
pub(crate) mod control;
mod desk;
mod gate;
mod incoming;
pub(crate) mod oauth;
mod outgoing;
mod reply;
mod send;
mod server;

pub use budget::{Budget, Standing, Toll};
pub use clock::Clock;
pub(crate) use clock::{now_of, whole_seconds};
pub use control::Answer;
pub(crate) use desk::Desk;
pub(crate) use gate::Gate;
pub use incoming::Incoming;
pub use outgoing::{Answered, Outgoing, Unanswered};
pub use reply::Reply;
pub(crate) use send::send;
pub use server::{Server, Settings, Vendor};

#[cfg(test)]
mod tests;
