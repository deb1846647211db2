//! Signing in, and everything that must not sign anybody in.

use crate::{
    browser::{Browser, ORIGIN, SESSION},
    issuer::{Issuer, Lie},
    world::World,
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use wiremock::MockServer;

async fn stage() -> (World, MockServer, Issuer) {
    let (server, issuer) = Issuer::start(World::NOW.parse::<jiff::Timestamp>().unwrap().as_second()).await;
    let world = World::with_sign_in(&issuer.registration(), "{}").await;
    (world, server, issuer)
}

async fn me(world: &World, browser: &mut Browser) -> Value {
    let answer = browser.get(world, "/api/me").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// Why the browser was sent back without a session, in words.
fn outcome(browser: &Browser) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    assert!(!browser.cookies.contains_key(SESSION), "nobody is signed in");
    let value = URL_SAFE_NO_PAD.decode(&browser.cookies["__Host-plumbline-sign-in-outcome"]).unwrap();
    let outcome: Value = serde_json::from_slice(&value).unwrap();
    outcome["words"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_signs_in_goes_on_where_they_were_and_signs_out() {
    let (world, _server, issuer) = stage().await;
    let ways = world.get("/auth/issuers").await.json();
    assert_eq!(ways["issuers"][0], json!({ "id": "demo", "name": "Demo" }));
    let mut browser = Browser::default();
    let page = browser.begin(&world, "?return_to=/connections%3Fteam%3Dt1").await;
    for part in ["response_type=code", "code_challenge_method=S256", "nonce=", "scope=openid+email+profile"] {
        assert!(page.contains(part), "{page}");
    }
    let back = Browser::back(&issuer, &page);
    let answer = browser.get(&world, &back).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/connections?team=t1"));
    let cookie = answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let cookie = cookie.filter(|set| set.starts_with(SESSION)).collect::<Vec<_>>().join("");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Domain"), "{cookie}");
    let known = me(&world, &mut browser).await;
    assert_eq!(known["kind"], "user");
    assert_eq!(
        (&known["email"], &known["is_fresh"], &known["teams"]),
        (&json!("ada@acme.example"), &json!(true), &json!([]))
    );

    let kept = browser.clone();
    let out = browser.call(&world, Method::POST, "/auth/sign-out", json!({})).await;
    assert_eq!(out.status, 204, "{}", out.text);
    assert!(!browser.cookies.contains_key(SESSION));
    kept.clone().get(&world, "/api/me").await.problem(401);
    // The callback's address in the history is worth nothing any more.
    let replayed = browser.get(&world, &back).await;
    assert_eq!(replayed.header("location"), "/");
    outcome(&browser);
}

#[tokio::test]
async fn what_an_issuer_says_wrongly_signs_nobody_in() {
    for lie in [Lie::Nonce, Lie::Issuer, Lie::Audience, Lie::Expired, Lie::Unsigned, Lie::ForeignKey, Lie::SharedSecret]
    {
        let (world, _server, issuer) = stage().await;
        issuer.state.lock().unwrap().lie = Some(lie);
        let mut browser = Browser::default();
        let page = browser.begin(&world, "").await;
        let answer = browser.get(&world, &Browser::back(&issuer, &page)).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "{lie:?}");
        let words = outcome(&browser);
        assert!(words.contains("You were not signed in"), "{lie:?}: {words}");
        browser.get(&world, "/api/me").await.problem(401);
    }
}

#[tokio::test]
async fn a_state_works_once_in_its_own_browser_at_its_own_issuer_and_not_for_ever() {
    let (world, _server, issuer) = stage().await;
    let mut browser = Browser::default();
    let page = browser.begin(&world, "").await;
    let back = Browser::back(&issuer, &page);
    // Another browser that is given the address: nobody signs in there, and the state is used up.
    let mut stranger = Browser::default();
    stranger.get(&world, &back).await;
    outcome(&stranger);
    // One that began a sign-in of its own has a cookie, and it is another.
    let page = browser.begin(&world, "").await;
    let mut stranger = Browser::default();
    stranger.begin(&world, "").await;
    stranger.get(&world, &Browser::back(&issuer, &page)).await;
    outcome(&stranger);
    let page = browser.begin(&world, "").await;
    let back = Browser::back(&issuer, &page);
    browser.get(&world, &back.replace("/callback/demo", "/callback/other")).await;
    outcome(&browser);
    let calls = issuer.state.lock().unwrap().calls.clone();
    assert!(!calls.contains(&"POST /token".to_owned()), "no code was given to anybody: {calls:?}");

    let mut browser = Browser::default();
    let page = browser.begin(&world, "").await;
    let back = Browser::back(&issuer, &page);
    let mixed = back.replace(
        &url::form_urlencoded::byte_serialize(issuer.uri.as_bytes()).collect::<String>(),
        "https%3A%2F%2Fevil.example",
    );
    browser.get(&world, &mixed).await;
    outcome(&browser);

    let mut browser = Browser::default();
    let page = browser.begin(&world, "").await;
    let back = Browser::back(&issuer, &page);
    world.advance(SignedDuration::from_mins(10));
    browser.get(&world, &back).await;
    outcome(&browser);
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let (world, _server, issuer) = stage().await;
    let (mut mine, mut theirs) = (Browser::default(), Browser::default());
    let (page, other) = (mine.begin(&world, "").await, theirs.begin(&world, "").await);
    let code = issuer.authorize(&other);
    let back = Browser::back(&issuer, &page);
    let injected = back.replace(&issuer.authorize(&page).replace("code-2", "code-1"), &code);
    mine.get(&world, &injected).await;
    let words = outcome(&mine);
    assert!(words.contains("used up or over"), "{words}");
}

#[tokio::test]
async fn the_way_back_leads_to_our_own_pages_alone() {
    let (world, _server, _issuer) = stage().await;
    for elsewhere in ["https://evil.example", "//evil.example", "/%5Cevil.example", "javascript:alert(1)"] {
        let answer = Browser::default().get(&world, &format!("/auth/sign-in/demo?return_to={elsewhere}")).await;
        answer.problem(400);
    }
}

#[tokio::test]
async fn a_session_that_was_there_before_is_not_the_one_after() {
    let (world, _server, issuer) = stage().await;
    let mut browser = Browser::sign_in(&world, &issuer, "ada").await;
    let before = browser.clone();
    let page = browser.begin(&world, "").await;
    browser.get(&world, &Browser::back(&issuer, &page)).await;
    assert_ne!(browser.cookies[SESSION], before.cookies[SESSION]);
    before.clone().get(&world, "/api/me").await.problem(401);
    me(&world, &mut browser).await;

    // A session text that somebody planted is nobody's afterwards either.
    let mut victim = Browser::default();
    victim.cookies.insert(SESSION.into(), "planted".into());
    let page = victim.begin(&world, "").await;
    victim.get(&world, &Browser::back(&issuer, &page)).await;
    assert_ne!(victim.cookies[SESSION], "planted");
    let mut attacker = Browser::default();
    attacker.cookies.insert(SESSION.into(), "planted".into());
    attacker.get(&world, "/api/me").await.problem(401);
}

#[tokio::test]
async fn two_tabs_share_a_session_and_end_together() {
    let (world, _server, issuer) = stage().await;
    let mut one = Browser::sign_in(&world, &issuer, "ada").await;
    let mut other = one.clone();
    me(&world, &mut other).await;
    let mut phone = Browser::sign_in(&world, &issuer, "ada").await;
    world.advance(SignedDuration::from_secs(1));
    one.call(&world, Method::POST, "/auth/sign-out", json!({ "everywhere": true })).await;
    other.get(&world, "/api/me").await.problem(401);
    phone.get(&world, "/api/me").await.problem(401);
    me(&world, &mut Browser::sign_in(&world, &issuer, "ada").await).await;
}

#[tokio::test]
async fn a_session_ends_unused_after_twelve_hours_and_in_any_case_after_a_week() {
    let (world, _server, issuer) = stage().await;
    let mut browser = Browser::sign_in(&world, &issuer, "ada").await;
    world.advance(SignedDuration::from_hours(12) - SignedDuration::from_secs(1));
    me(&world, &mut browser).await;
    world.advance(SignedDuration::from_hours(12) - SignedDuration::from_secs(1));
    me(&world, &mut browser).await;
    for _ in 0..13 {
        world.advance(SignedDuration::from_hours(11));
        me(&world, &mut browser).await;
    }
    world.advance(SignedDuration::from_hours(2));
    browser.get(&world, "/api/me").await.problem(401);
}

#[tokio::test]
async fn changes_are_taken_from_our_own_pages_alone() {
    let (world, _server, issuer) = stage().await;
    let mut browser = Browser::sign_in(&world, &issuer, "ada").await;
    for origin in [None, Some("https://evil.example"), Some("null"), Some("https://plumbline.example.com.evil.example")]
    {
        let mut request = Request::post("/auth/sign-out");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let (kind, _) = browser.send(&world, request, Body::from("{}")).await.problem(403);
        assert_eq!(kind, "cross-site", "{origin:?}");
    }
    assert_eq!(ORIGIN, "https://plumbline.example.com");
    me(&world, &mut browser).await;
}

#[tokio::test]
async fn who_is_remembered_by_the_issuer_has_to_prove_it_again_for_what_is_sensitive() {
    let (world, _server, issuer) = stage().await;
    let team = world.team("Acme").await;
    let invitation = json!({ "email": "ada@acme.example", "role": "admin" });
    assert_eq!(world.post(&format!("/api/teams/{team}/invitations"), invitation).await.status, 201);
    issuer.state.lock().unwrap().lie = Some(Lie::Remembered);
    let mut browser = Browser::sign_in(&world, &issuer, "ada").await;
    assert_eq!(me(&world, &mut browser).await["is_fresh"], false);
    let tokens = format!("/api/teams/{team}/tokens");
    let new = json!({ "name": "BI", "scopes": ["metrics"] });
    let (kind, _) = browser.call(&world, Method::POST, &tokens, new.clone()).await.problem(403);
    assert_eq!(kind, "fresh-sign-in");
    // An issuer that does not ask its user again is not believed.
    let page = browser.begin(&world, "?fresh=true&return_to=/access").await;
    assert!(page.contains("prompt=login") && page.contains("max_age=0"), "{page}");
    browser.cookies.remove(SESSION);
    let back = browser.get(&world, &Browser::back(&issuer, &page)).await;
    assert_eq!(back.header("location"), "/access", "where it was begun, with the reason");
    assert!(outcome(&browser).contains("did not ask its user again"));
    issuer.state.lock().unwrap().lie = None;
    let page = browser.begin(&world, "?fresh=true").await;
    browser.get(&world, &Browser::back(&issuer, &page)).await;
    assert_eq!(browser.call(&world, Method::POST, &tokens, new).await.status, 201);
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_opens_no_team() {
    let (world, _server, issuer) = stage().await;
    let team = world.team("Acme").await;
    let invitation = json!({ "email": "ada@acme.example", "role": "admin" });
    world.post(&format!("/api/teams/{team}/invitations"), invitation).await;
    issuer.state.lock().unwrap().claims["email_verified"] = json!(false);
    let mut browser = Browser::sign_in(&world, &issuer, "ada").await;
    let known = me(&world, &mut browser).await;
    assert_eq!((&known["email"], &known["teams"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn an_issuer_that_is_down_is_told_in_words() {
    let (world, server, _issuer) = stage().await;
    server.reset().await;
    let (kind, detail) = Browser::default().get(&world, "/auth/sign-in/demo").await.problem(503);
    assert_eq!(kind, "try-later");
    assert!(detail.contains("Demo does not answer"), "{detail}");
}
