//! Callbacks that are refused, and why.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::share::Owner;
use kkp_oidc_http::dev_provider::{Fault, HOSTILE_DESCRIPTION};
use kkp_oidc_http::{Authorization, ClusterDirectory, DirectoryUnavailable, Shareable};
use url::form_urlencoded::byte_serialize;

use crate::browser::{Browser, parameter, value_of, with_parameter};
use crate::world::{Reply, Service, World, assert_error, directory, link, link_to};

const AGAIN: &str = "The login cannot be completed. Open the share link again.";
const STATE_MISSING: (u16, &str, &str) = (400, "state_missing", AGAIN);
const STATE_INVALID: (u16, &str, &str) = (400, "state_invalid", AGAIN);
const COOKIE_INVALID: (u16, &str, &str) = (400, "cookie_invalid", AGAIN);
const COOKIE_MISSING: (u16, &str, &str) = (
    400,
    "cookie_missing",
    "The login was begun in another browser, or this one does not keep cookies. Open the share link again here.",
);
const FLOW_EXPIRED: (u16, &str, &str) =
    (400, "flow_expired", "The login took longer than 10 minutes. Open the share link again.");
const FLOW_USED: (u16, &str, &str) = (
    400,
    "flow_used",
    "This login was answered before, or is being answered. If no kubeconfig arrived, open the share link again.",
);
const ISSUER_MISMATCH: (u16, &str, &str) =
    (400, "issuer_mismatch", "The answer does not come from the identity provider that was asked.");

/// A flow that only lacks its callback.
struct AtCallback {
    world: World,
    browser: Browser,
    callback: String,
}

impl AtCallback {
    async fn new() -> Self {
        let world = World::new().await;
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        Self { world, browser, callback }
    }

    /// Refused before the code goes anywhere; the cookie goes if the state is one of ours.
    async fn assert_refused(&mut self, callback: &str, expected: (u16, &str, &str), cleared: bool) {
        let names: Vec<_> = self.browser.cookies.iter().map(|(name, _)| name.clone()).collect();
        let reply = self.browser.get(&self.world.service, callback).await;
        assert_error(&reply, expected);
        assert_cleared(&reply, cleared.then(|| names.first().unwrap().as_str()));
        self.world.service.assert_nothing_secret(&reply);
        assert_eq!(self.world.provider.requests().token, 0, "{expected:?}");
    }
}

#[track_caller]
fn assert_cleared(reply: &Reply, name: Option<&str>) {
    let expected: Vec<_> =
        name.iter().map(|name| format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")).collect();
    assert_eq!(reply.all("set-cookie"), expected);
}

#[tokio::test]
async fn a_state_that_is_not_ours_is_refused_and_leaves_the_flow_alone() {
    let mut flow = AtCallback::new().await;
    let callback = flow.callback.clone();
    let state = parameter(&callback, "state");
    flow.assert_refused(&with_parameter(&callback, "state", None), STATE_MISSING, false).await;
    flow.assert_refused(&with_parameter(&callback, "state", Some("")), STATE_MISSING, false).await;
    flow.assert_refused("/api/v1/kubeconfig?code=c", STATE_MISSING, false).await;
    flow.assert_refused("/api/v1/kubeconfig?error=access_denied", STATE_MISSING, false).await;
    // Each character of the state counts.
    for index in 0..state.len() {
        let mut changed = state.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        flow.assert_refused(&with_parameter(&callback, "state", Some(&changed)), STATE_INVALID, false).await;
    }
    for other in [&state[1..], &format!("{state}A"), "s", "%00", "ä", &"A".repeat(4000)] {
        flow.assert_refused(&with_parameter(&callback, "state", Some(other)), STATE_INVALID, false).await;
    }
    // Nothing of that used the flow up.
    assert_eq!(flow.browser.get(&flow.world.service, &callback).await.status, 200);
}

#[tokio::test]
async fn a_state_of_another_key_is_refused() {
    let mut flow = AtCallback::new().await;
    let mut other = crate::world::Setup::new();
    other.cookie_key = "9c0a7f1db84e2c635e7a0b9d1f3c5e72";
    let other = other.service(flow.world.provider.issuer());
    let location = Browser::new().open(&other, &link()).await;
    let callback = with_parameter(&flow.callback, "state", Some(&parameter(&location, "state")));
    flow.assert_refused(&callback, STATE_INVALID, false).await;
}

#[tokio::test]
async fn ten_minutes_are_enough_and_one_second_more_is_too_much() {
    for (secs, expected) in [(600, None), (601, Some(FLOW_EXPIRED)), (1_000_000, Some(FLOW_EXPIRED))] {
        let world = World::new().await;
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        world.service.clock.advance(secs);
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        let mut flow = AtCallback { world, browser, callback: callback.clone() };
        match expected {
            None => assert_eq!(flow.browser.get(&flow.world.service, &callback).await.status, 200),
            Some(expected) => flow.assert_refused(&callback, expected, true).await,
        }
    }
}

#[tokio::test]
async fn a_callback_belongs_to_the_browser_that_began() {
    let mut flow = AtCallback::new().await;
    let callback = flow.callback.clone();
    let cookies = flow.browser.cookies.clone();
    let (name, _) = cookies[0].clone();
    // Somebody else's browser, where the attacker's own login shall be slipped in.
    let reply = Browser::new().get(&flow.world.service, &callback).await;
    assert_error(&reply, COOKIE_MISSING);
    assert_cleared(&reply, Some(&name));
    // Same browser, but the cookie of its other flow under this one's name.
    let mut other = Browser::new();
    other.open(&flow.world.service, &link_to("second4k2m")).await;
    let (_, other_value) = other.cookies[0].clone();
    for value in [other_value.as_str(), "", "x", "%00", &"A".repeat(5000)] {
        flow.browser.cookies = vec![(name.clone(), value.to_owned())];
        flow.assert_refused(&callback, COOKIE_INVALID, true).await;
    }
    // Nobody but the browser that has the cookie can use the flow up.
    flow.browser.cookies = cookies;
    assert_eq!(flow.browser.get(&flow.world.service, &callback).await.status, 200);
}

#[tokio::test]
async fn a_cookie_of_another_key_is_refused() {
    let mut flow = AtCallback::new().await;
    let mut other = crate::world::Setup::new();
    other.cookie_key = "9c0a7f1db84e2c635e7a0b9d1f3c5e72";
    let other = other.service(flow.world.provider.issuer());
    let mut browser = Browser::new();
    browser.open(&other, &link()).await;
    // The same randomness: the same name, sealed under the other key.
    assert_eq!(browser.cookies[0].0, flow.browser.cookies[0].0);
    flow.browser.cookies = browser.cookies;
    let callback = flow.callback.clone();
    flow.assert_refused(&callback, COOKIE_INVALID, true).await;
}

#[tokio::test]
async fn a_callback_works_once_and_its_kubeconfig_goes_on_working() {
    let mut flow = AtCallback::new().await;
    let (service, callback) = (&flow.world.service, flow.callback.clone());
    let cookies = flow.browser.cookies.clone();
    let first = flow.browser.get(service, &callback).await;
    assert_eq!(first.status, 200);
    // A reload without the cookie, a double click that still had it, and somebody who kept both.
    let reload = flow.browser.get(service, &callback).await;
    assert_error(&reload, FLOW_USED);
    flow.browser.cookies = cookies;
    service.clock.advance(599);
    let replay = flow.browser.get(service, &callback).await;
    assert_error(&replay, FLOW_USED);
    service.assert_nothing_secret(&replay);
    assert_eq!(flow.world.provider.requests().token, 1);
    let refresh_token = value_of(&first.body, "refresh-token");
    assert_eq!(flow.browser.refresh(flow.world.provider.issuer(), refresh_token).await, 200);
}

#[tokio::test]
async fn of_two_callbacks_at_once_one_wins() {
    let flow = AtCallback::new().await;
    let (mut one, mut other) = (flow.browser.clone(), flow.browser.clone());
    let service = &flow.world.service;
    let (one, other) = tokio::join!(one.get(service, &flow.callback), other.get(service, &flow.callback));
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(won.status, 200);
    assert_error(&lost, FLOW_USED);
    assert_eq!(flow.world.provider.requests().token, 1);
    let refresh_token = value_of(&won.body, "refresh-token");
    assert_eq!(flow.browser.refresh(flow.world.provider.issuer(), refresh_token).await, 200);
}

#[tokio::test]
async fn of_a_providers_refusal_only_a_well_formed_code_is_repeated() {
    let hostile: String = byte_serialize(HOSTILE_DESCRIPTION.as_bytes()).collect();
    let refused =
        |error: &str| format!("The login was refused at the identity provider{error}. Open the share link again.");
    for (error, status, code, message) in [
        ("access_denied", 400, "access_denied", refused(" (access_denied)")),
        ("temporarily_unavailable", 503, "provider_unavailable", refused(" (temporarily_unavailable)")),
        ("server_error", 502, "provider_invalid", refused(" (server_error)")),
        ("login_required", 400, "login_refused", refused(" (login_required)")),
        ("invalid_scope", 400, "login_refused", refused(" (invalid_scope)")),
        (&hostile, 400, "login_refused", refused("")),
        ("%3Cscript%3E", 400, "login_refused", refused("")),
        ("access_denied%0d%0aset-cookie:a=b", 400, "login_refused", refused("")),
        (&"a".repeat(65), 400, "login_refused", refused("")),
        // KKP takes a lone description for an error as well.
        ("", 400, "login_refused", refused("")),
    ] {
        let mut flow = AtCallback::new().await;
        let (path, _) = flow.callback.split_once('?').unwrap();
        let callback = format!(
            "{path}?error={error}&error_description={hostile}&error_uri=https://attacker.example&state={}&iss={}",
            parameter(&flow.callback, "state"),
            parameter(&flow.callback, "iss"),
        );
        flow.assert_refused(&callback, (status, code, &message), true).await;
    }
}

#[tokio::test]
async fn a_callback_without_code_or_with_a_huge_one_is_refused() {
    for (code, expected) in
        [(None, (400, "code_missing", AGAIN)), (Some("c".repeat(4097)), (400, "code_malformed", AGAIN))]
    {
        let mut flow = AtCallback::new().await;
        let callback = with_parameter(&flow.callback, "code", code.as_deref());
        flow.assert_refused(&callback, expected, true).await;
    }
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    for fault in [Fault::CallbackWrongIss, Fault::CallbackNoIss] {
        let world = World::new().await;
        world.provider.set_fault(fault);
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        let mut flow = AtCallback { world, browser, callback: callback.clone() };
        flow.assert_refused(&callback, ISSUER_MISMATCH, true).await;
    }
}

/// What the directory answers from now on.
#[derive(Default)]
struct Changing {
    refuses: AtomicBool,
    is_out: AtomicBool,
    asked: AtomicU64,
}

/// A directory of one cluster whose answer changes.
struct ChangingDirectory(Arc<Changing>);

impl ClusterDirectory for ChangingDirectory {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        if self.0.is_out.load(Ordering::SeqCst) {
            return Box::pin(std::future::ready(Err(DirectoryUnavailable::new("out of order"))));
        }
        let text = "\
users:
- email: owner@example.com
projects:
- id: lab
  members: [{email: owner@example.com, role: owners}]
clusters:
- id: lab7x9k2mp
  project: lab
  server: https://lab.example.com:6443
";
        let found = directory(text).authorize(target).cloned().map(Arc::new);
        let found = found.filter(|_| !self.0.refuses.load(Ordering::SeqCst));
        Box::pin(std::future::ready(Ok(found)))
    }

    fn shareable_by<'a>(&'a self, _: Owner<'a>) -> Shareable<'a> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

async fn at_callback_of(changing: &Arc<Changing>) -> AtCallback {
    let directory = Arc::new(ChangingDirectory(Arc::clone(changing)));
    let world = World::with(|setup| setup.directory = directory).await;
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    AtCallback { world, browser, callback }
}

#[tokio::test]
async fn rights_are_asked_again_at_the_callback() {
    let changing = Arc::new(Changing::default());
    let mut flow = at_callback_of(&changing).await;
    assert_eq!(changing.asked.load(Ordering::SeqCst), 1);
    changing.refuses.store(true, Ordering::SeqCst);
    let callback = flow.callback.clone();
    let message = "This link does not lead to a shared cluster, or whoever made it may no longer share it. \
                   Ask for a new one.";
    flow.assert_refused(&callback, (404, "share_not_found", message), true).await;
    assert_eq!(changing.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_directory_that_is_out_is_said_and_not_taken_for_a_no() {
    const OUT: (u16, &str, &str) =
        (503, "directory_unavailable", "The list of clusters cannot be read. Open the share link again in a minute.");
    let changing = Arc::new(Changing::default());
    let mut flow = at_callback_of(&changing).await;
    changing.is_out.store(true, Ordering::SeqCst);
    let service: &Service = &flow.world.service;
    assert_error(&Browser::new().get(service, &link()).await, OUT);
    let callback = flow.callback.clone();
    flow.assert_refused(&callback, OUT, true).await;
}
