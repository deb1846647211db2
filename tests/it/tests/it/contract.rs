//! What every connector keeps, whatever its vendor does: over `plumbline_connectors::all()`.

use crate::vendor::{Vendor, now};
use jiff::SignedDuration;
use plumbline_connectors::{Connector, Failure, http::LazyClient};
use plumbline_vendors::faults::{Fault, Kind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

/// Vendors answer slower than this only when a test says so.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How a call fails, and a name for it.
const FAULTS: [(&str, Kind, Option<u64>); 12] = [
    ("401", Kind::Unauthorized, None),
    ("403", Kind::Forbidden, None),
    ("404", Kind::NotFound, None),
    ("410", Kind::Gone, None),
    ("429", Kind::TooMany, None),
    ("429, retry-after 120", Kind::TooMany, Some(120)),
    ("500", Kind::Internal, None),
    ("502", Kind::BadGateway, None),
    ("503", Kind::Unavailable, None),
    ("broken off", Kind::Truncated, None),
    ("wrong types", Kind::WrongTypes, None),
    ("connection closed", Kind::Close, None),
];

fn all() -> Vec<Box<dyn Connector>> {
    plumbline_connectors::all_with(&LazyClient::with_timeout(PATIENCE))
}

fn names() -> Vec<&'static str> {
    all().iter().map(|connector| connector.descriptor().provider.as_str()).collect()
}

async fn vendor(name: &str) -> Vendor {
    let mut connectors = all().into_iter();
    Vendor::start(connectors.find(|one| one.descriptor().provider.as_str() == name).unwrap()).await
}

/// The path of a call without what differs from page to page: one of these for each kind of call.
fn shape(path: &str) -> String {
    let mut shape = Vec::new();
    for part in path.split('?').next().unwrap_or_default().split('/') {
        // Ids have digits; JFrog's are names.
        let is_id = part.bytes().any(|b| b.is_ascii_digit()) || shape.last() == Some(&"users");
        shape.push(if is_id { "*" } else { part });
    }
    shape.join("/")
}

#[test]
fn every_provider_has_a_connector() {
    let all: BTreeSet<&str> = plumbline_domain::Provider::ALL.iter().map(|provider| provider.as_str()).collect();
    assert_eq!(names().into_iter().collect::<BTreeSet<_>>(), all);
}

#[tokio::test]
async fn a_run_ends_twice_the_same_and_tells_no_secret() {
    for name in names() {
        let vendor = vendor(name).await;
        let probe = vendor.connector.probe(&vendor.connection, now()).await;
        assert!(probe.is_ok(), "{name}: {probe:?}");
        vendor.forget();
        let mut first = vendor.run(now());
        assert_eq!(first.go_on().await, Ok(()), "{name}");
        assert!(first.facts().len() > 20, "{name}: {} facts", first.facts().len());
        let calls = vendor.calls();
        assert_eq!(calls.violations, 0, "{name} calls before it may");
        let first_calls = calls.total;
        vendor.forget();
        let mut again = vendor.run(now());
        assert_eq!(again.go_on().await, Ok(()), "{name}");
        assert!(first.facts() == again.facts(), "{name}: the same run brings other facts");

        // A day later, with what the first run remembers: no more calls, and nothing that was not there before.
        vendor.forget();
        let mut next = vendor.run(now() + SignedDuration::from_hours(24));
        next.marks = first.marks.clone();
        assert_eq!(next.go_on().await, Ok(()), "{name}");
        assert!(
            vendor.calls().total <= first_calls + 3,
            "{name}: {} calls, {first_calls} before",
            vendor.calls().total
        );
        assert_eq!(vendor.calls().violations, 0, "{name} calls before it may");

        let told = format!("{} {} {} {:?}", first.told(), again.told(), next.told(), vendor.connection);
        for secret in &vendor.secrets {
            assert!(!told.contains(secret), "{name} tells {secret}");
            let logged = vendor.calls().log.iter().any(|call| call.path.contains(secret));
            assert!(!logged, "{name} writes {secret} into an address");
        }
    }
}

/// Every kind of call of every connector fails once in every way. What comes of it is a decision, never a bug; then the
/// run goes on from the last saved page and ends as an undisturbed one.
#[tokio::test]
async fn whatever_a_vendor_answers_ends_in_a_decision_and_the_run_goes_on() {
    let mut table: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for name in names() {
        let vendor = vendor(name).await;
        vendor.forget();
        let mut calm = vendor.run(now());
        assert_eq!(calm.go_on().await, Ok(()), "{name}");
        let expected = calm.facts();
        let mut first_of = BTreeMap::new();
        for (index, call) in vendor.calls().log.iter().enumerate() {
            first_of.entry(shape(&call.path)).or_insert(u32::try_from(index).unwrap());
        }
        for (kind_name, kind, retry_after) in FAULTS {
            for (shape, index) in &first_of {
                vendor.forget();
                let mut fault = Fault::once(kind).after(*index);
                fault.retry_after = retry_after;
                vendor.fault(fault);
                let mut run = vendor.run(now());
                let outcome = run.go_on().await;
                let decision = match &outcome {
                    Ok(()) => "goes on".to_owned(),
                    Err(Failure::RateLimited { until, .. }) => {
                        let wait = until.duration_since(run.clock).as_secs();
                        assert!(wait > 0, "{name} {shape} {kind_name}: waits {wait} s");
                        if let Some(seconds) = retry_after {
                            assert_eq!(u64::try_from(wait), Ok(seconds), "{name} {shape}");
                        }
                        run.wait_until(*until);
                        "waits".to_owned()
                    }
                    Err(Failure::Unavailable(_)) => "later".to_owned(),
                    Err(Failure::Unauthorized(_)) => "broken: credentials".to_owned(),
                    Err(Failure::Invalid(_)) => "broken: settings".to_owned(),
                    Err(Failure::Bug(reason)) => panic!("{name} {shape} {kind_name}: a bug, {reason}"),
                };
                table.entry((name, kind_name)).or_default().insert(decision);
                let said = format!("{outcome:?} {}", run.told());
                for secret in &vendor.secrets {
                    assert!(!said.contains(secret), "{name} {shape} {kind_name} tells {secret}");
                }
                let begins_anew = match &outcome {
                    // A run that went on without some records has them the next time.
                    Ok(()) => run.facts() != expected,
                    // A broken connection is somebody's to mend; then comes a new run.
                    Err(failure) => matches!(failure, Failure::Unauthorized(_) | Failure::Invalid(_)),
                };
                if begins_anew {
                    run = vendor.run(now());
                }
                if begins_anew || outcome.is_err() {
                    assert_eq!(run.go_on().await, Ok(()), "{name} {shape} {kind_name}: afterwards");
                }
                let facts = run.facts();
                let missing: Vec<_> = expected.difference(&facts).take(3).collect();
                let other: Vec<_> = facts.difference(&expected).take(3).collect();
                assert!(
                    missing.is_empty(),
                    "{name} {shape} {kind_name}: afterwards without {missing:?}, but {other:?}"
                );
                // Those that were under way when the vendor said so.
                let under_way = if name == "jfrog" { 3 } else { 0 };
                let violations = vendor.calls().violations;
                assert!(violations <= under_way, "{name} {shape} {kind_name}: {violations} calls before it may");
            }
        }
    }
    let mut text = String::new();
    for ((name, fault), decisions) in table {
        let decisions: Vec<_> = decisions.into_iter().collect();
        writeln!(text, "{name:<18}{fault:<22}{}", decisions.join(", ")).unwrap();
    }
    insta::assert_snapshot!("decisions", text);
}

#[tokio::test]
async fn a_vendor_that_does_not_answer_in_time_is_asked_later() {
    for name in names() {
        let vendor = vendor(name).await;
        let mut slow = Fault::once(Kind::Slow);
        slow.ms = 60_000;
        vendor.fault(slow);
        let outcome = vendor.run(now()).go_on().await;
        assert!(matches!(outcome, Err(Failure::Unavailable(_))), "{name}: {outcome:?}");
    }
}

/// Killed at random calls, of every vendor: what was read up to the last saved page stays, the page is read again, and
/// the run ends with the facts of an undisturbed one. (Kills between writes: `kill.rs`.)
#[tokio::test]
async fn killed_at_any_call_a_run_ends_with_the_same_facts_and_reads_at_most_a_page_again() {
    let per_vendor = if std::env::var_os("PLUMBLINE_LONG_DRILLS").is_some() { 125 } else { 13 };
    // SplitMix64's increment: positions spread over the whole run, the same in every build.
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for name in names() {
        let vendor = vendor(name).await;
        vendor.forget();
        let mut calm = vendor.run(now());
        assert_eq!(calm.go_on().await, Ok(()), "{name}");
        let (expected, calls) = (calm.facts(), vendor.calls().total);
        let largest_page = calm.pages.iter().map(|page| u64::from(page.calls)).max().unwrap();
        for _ in 0..per_vendor {
            random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            let at = u32::try_from((random >> 33) % calls).unwrap();
            vendor.forget();
            vendor.fault(Fault::once(Kind::Close).after(at));
            let mut run = vendor.run(now());
            let killed = run.go_on().await;
            assert!(matches!(killed, Err(Failure::Unavailable(_))), "{name}, call {at}: {killed:?}");
            assert_eq!(run.go_on().await, Ok(()), "{name}, call {at}");
            assert!(run.facts() == expected, "{name}, killed at call {at}: other facts");
            let again = vendor.calls().total - calls;
            assert!(again <= largest_page, "{name}, killed at call {at}: {again} calls more");
        }
    }
}
