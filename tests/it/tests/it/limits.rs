//! Vendors' limits, in simulated time and by the vendors' own record of the calls. Answers take no time there, so that
//! runs are as fast as they can be.

use crate::vendor::{Vendor, now};
use plumbline_domain::Provider;
use plumbline_vendors::calls::{Call, Calls};

/// A vendor that is too large for its limits.
async fn large(provider: Provider) -> Vendor {
    let mut connectors = plumbline_connectors::all().into_iter();
    let vendor = Vendor::start(connectors.find(|one| one.descriptor().provider == provider).unwrap()).await;
    vendor.enlarge();
    vendor
}

/// The calls of a run that no limit ever stopped, since it stopped before.
async fn calls_of_a_run(vendor: &Vendor) -> Calls {
    let mut run = vendor.run(now());
    assert_eq!(run.go_on().await, Ok(()));
    let calls = vendor.calls();
    assert_eq!(calls.violations, 0);
    assert!(!calls.by_status.contains_key(&429), "{:?}", calls.by_status);
    calls
}

const fn each(_: &Call) -> u64 {
    1
}

/// 900 points a minute by REST and 2,000 by GraphQL, a question being one point; 100 calls at once. A team's three
/// connections may share one token, so each keeps to a third, whatever it asks by.
#[tokio::test]
async fn githubs_secondary_limits() {
    let calls = calls_of_a_run(&large(Provider::Github).await).await;
    assert!(calls.of("rest") > 330, "{:?}", calls.by_kind);
    let most = calls.most_within(60, each);
    assert!((200..=300).contains(&most), "{most} calls in a minute");
    assert_eq!(calls.most_at_once, 1);
}

/// 5,000 points an hour by REST, and as many by GraphQL, as the answers' headers tell: here 60 and 3.
#[tokio::test]
async fn githubs_primary_limits() {
    let vendor = large(Provider::Github).await;
    vendor.budget_of_github(60, 3);
    let calls = calls_of_a_run(&vendor).await;
    assert!(!calls.by_status.contains_key(&403), "{:?}", calls.by_status);
    let points = |kind: &'static str| calls.most_within(3_600, |call| if call.kind == kind { call.cost } else { 0 });
    assert_eq!((points("rest"), points("graphql")), (60, 3), "{:?}", calls.by_kind);
}

/// 60 calls a minute.
#[tokio::test]
async fn atlassians_administration() {
    let calls = calls_of_a_run(&large(Provider::Atlassian).await).await;
    let most = calls.most_within(60, each);
    assert!(calls.total > 70 && (50..=60).contains(&most), "{most} calls in a minute of {}", calls.total);
}

/// 300 calls a minute, four at once.
#[tokio::test]
async fn jfrog() {
    let calls = calls_of_a_run(&large(Provider::Jfrog).await).await;
    let most = calls.most_within(60, each);
    assert!(calls.total > 700 && (250..=300).contains(&most), "{most} calls in a minute of {}", calls.total);
    assert!(calls.most_at_once <= 4, "{} at once", calls.most_at_once);
}

/// 100 calls in ten seconds with a token, 180 a minute, and 100 below `/1/members/` in 15 minutes, however often somebody
/// asks for a sync.
#[tokio::test]
async fn trello() {
    let vendor = large(Provider::Trello).await;
    let calls = calls_of_a_run(&vendor).await;
    let most = (calls.most_within(10, each), calls.most_within(60, each));
    assert!(calls.total > 200 && most.0 <= 100 && (150..=180).contains(&most.1), "{most:?} of {}", calls.total);

    let connectors = plumbline_connectors::all().into_iter();
    let mut connectors = connectors.filter(|one| one.descriptor().provider == Provider::Trello);
    let vendor = Vendor::start(connectors.next().unwrap()).await;
    let mut run = vendor.run(now());
    for _ in 0..70 {
        run.cursor = None;
        assert_eq!(run.go_on().await, Ok(()));
    }
    let calls = vendor.calls();
    let of_members = |call: &Call| u64::from(call.path.starts_with("/1/members/"));
    let most = calls.most_within(900, of_members);
    assert!(calls.to("/1/members/") >= 140 && (90..=100).contains(&most), "{most} calls in 15 minutes");
    assert_eq!(calls.by_status.keys().copied().collect::<Vec<_>>(), [200]);
}

/// Tier 2: 20 calls a minute of `users.list`.
#[tokio::test]
async fn slack() {
    let calls = calls_of_a_run(&large(Provider::Slack).await).await;
    let most = calls.most_within(60, |call| u64::from(call.path.starts_with("/api/users.list")));
    assert!(calls.total > 40 && most == 20, "{most} calls in a minute of {}", calls.total);
}
