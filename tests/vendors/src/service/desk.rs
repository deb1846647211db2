//! What is written down about the calls, and what was told to those who call.

use super::budget::{Budgets, Standing, Window};
use crate::{
    calls::{Call, Calls},
    faults::{self, Fault},
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

/// Faults that are due, calls so far, windows that run, and until when nobody should call.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    faults: Mutex<Vec<Fault>>,
    calls: Mutex<Calls>,
    budgets: Mutex<Budgets>,
    /// No call is welcome before: a fault said so with `retry-after`.
    quiet_until: Mutex<Option<Timestamp>>,
    /// Who was refused for a limit, and until when that holds.
    told: Mutex<BTreeMap<(&'static str, String), Timestamp>>,
    /// Calls that are being answered.
    inside: AtomicU64,
}

/// A call that is being answered, until it is dropped.
pub(crate) struct Inside<'a>(&'a AtomicU64);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Desk {
    pub(crate) fn faults(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap()
    }

    pub(crate) fn calls(&self) -> Calls {
        self.calls.lock().unwrap().clone()
    }

    /// Counts a call among those that are being answered.
    pub(crate) fn enter(&self) -> Inside<'_> {
        let now = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        let mut calls = self.calls.lock().unwrap();
        calls.most_at_once = calls.most_at_once.max(now);
        Inside(&self.inside)
    }

    pub(crate) fn calls_so_far(&self) -> u64 {
        self.calls.lock().unwrap().total
    }

    pub(crate) fn add(&self, call: Call) {
        self.calls.lock().unwrap().add(call);
    }

    pub(crate) fn reset_counters(&self) {
        *self.calls.lock().unwrap() = Calls::default();
    }

    pub(crate) fn reset_budgets(&self) {
        self.budgets.lock().unwrap().clear();
        *self.quiet_until.lock().unwrap() = None;
        self.told.lock().unwrap().clear();
    }

    /// A call was made although the vendor had said to wait.
    pub(crate) fn violation(&self) {
        self.calls.lock().unwrap().violations += 1;
    }

    /// Counts a call that comes before a `retry-after` is over.
    pub(crate) fn listen(&self, now: Timestamp) {
        if self.quiet_until.lock().unwrap().is_some_and(|until| now < until) {
            self.violation();
        }
    }

    /// Notes that this caller is refused until then; whether it had been told already.
    pub(crate) fn tell(&self, class: &'static str, holder: &str, until: Timestamp, now: Timestamp) -> bool {
        let before = self.told.lock().unwrap().insert((class, holder.to_owned()), until);
        before.is_some_and(|until| now < until)
    }

    pub(crate) fn standing(
        &self,
        holder: &str,
        class: &'static str,
        window: impl Into<Window>,
        now: Timestamp,
    ) -> Standing {
        self.budgets.lock().unwrap().standing(holder, class, window.into(), now)
    }

    pub(crate) fn spend(
        &self,
        holder: &str,
        class: &'static str,
        window: impl Into<Window>,
        now: Timestamp,
        points: u64,
    ) -> Standing {
        self.budgets.lock().unwrap().spend(holder, class, window.into(), now, points)
    }

    /// Takes the fault that is due for this call, if one is.
    pub(crate) fn take(&self, method: &str, path: &str, graphql: Option<&str>, now: Timestamp) -> Option<Fault> {
        let fault = faults::take(&mut self.faults(), method, path, graphql)?;
        if let Some(seconds) = fault.retry_after {
            let until = now + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            *self.quiet_until.lock().unwrap() = Some(until);
        }
        Some(fault)
    }
}
