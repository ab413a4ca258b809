//! Whatever the provider does wrong: the right status and code, no kubeconfig, nothing secret in body or log.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kkp_oidc_core::issuer::EmailPolicy;
use kkp_oidc_http::dev_provider::Fault;

use crate::browser::Browser;
use crate::raw_provider::{ReservedPort, answering, hanging};
use crate::world::{Setup, World, assert_error, link};

type Expected = (u16, &'static str, &'static str);

const fn token(code: &'static str) -> Expected {
    (401, code, "The identity provider's ID token is refused. Tell the people who run this service.")
}

const fn clocks(code: &'static str) -> Expected {
    (401, code, "The clocks of the identity provider and of this service differ. Tell the people who run this service.")
}

const NO_EMAIL: Expected = (
    400,
    "email_missing",
    "The identity provider does not tell your e-mail address, which the cluster needs to know you by.",
);
const NOT_VERIFIED: Expected = (
    401,
    "email_not_verified",
    "Your e-mail address is not verified. Verify it at the identity provider and open the link again.",
);
const NO_REFRESH_TOKEN: Expected = (
    400,
    "refresh_token_missing",
    "The identity provider gives no refresh token, so the kubeconfig would end within the hour. \
     Tell the people who run this service: --oidc-issuer-offline-access-as-scope may need another value.",
);
const CODE_REFUSED: Expected = (
    400,
    "code_refused",
    "The identity provider does not accept the login's code (invalid_grant). Open the share link again.",
);
const INVALID: Expected = (
    502,
    "provider_invalid",
    "The identity provider answers in a way that cannot be used. Tell the people who run this service.",
);
const UNAVAILABLE: Expected =
    (503, "provider_unavailable", "The identity provider cannot be reached. Open the share link again in a minute.");
const TIMEOUT: Expected =
    (504, "provider_timeout", "The identity provider does not answer in time. Open the share link again in a minute.");

/// What comes of a callback with this fault; `None` is a kubeconfig. Faults of discovery and time have tests below.
const CALLBACKS: [(Fault, Option<Expected>); 42] = [
    (Fault::JwksGarbage, Some(INVALID)),
    (Fault::JwksServerError, Some(INVALID)),
    (Fault::JwksHuge, Some(INVALID)),
    (Fault::JwksEmpty, Some(INVALID)),
    (Fault::JwksOneMalformedKey, None),
    (Fault::JwksForEncryption, Some(INVALID)),
    (Fault::TokenGarbage, Some(INVALID)),
    (Fault::TokenServerError, Some(INVALID)),
    (Fault::TokenInvalidGrant, Some(CODE_REFUSED)),
    (Fault::TokenHuge, Some(INVALID)),
    // The redirect leads to a port where nobody listens: following it would be 503.
    (Fault::TokenRedirect, Some(INVALID)),
    (Fault::NoIdToken, Some(token("token_missing"))),
    (Fault::NoRefreshToken, Some(NO_REFRESH_TOKEN)),
    (Fault::WrongTokenType, Some(INVALID)),
    (Fault::UnknownKid, Some(token("token_key_unknown"))),
    (Fault::UnknownKey, Some(token("token_signature"))),
    (Fault::NoKid, None),
    // It has no signature at all, so it is no signed token in the first place.
    (Fault::AlgNone, Some(token("token_algorithm"))),
    (Fault::Hs256WithPublicKey, Some(token("token_algorithm"))),
    (Fault::BadSignature, Some(token("token_signature"))),
    (Fault::UnknownCriticalHeader, Some(token("token_malformed"))),
    (Fault::WrongIssuer, Some(token("token_issuer"))),
    (Fault::WrongAudience, Some(token("token_audience"))),
    (Fault::NoAudience, Some(token("token_malformed"))),
    (Fault::AudienceList, None),
    (Fault::ExtraAudienceWithoutAzp, Some(token("token_audience"))),
    (Fault::WrongAzp, Some(token("token_audience"))),
    (Fault::NoSubject, Some(token("token_malformed"))),
    (Fault::Expired, Some(clocks("token_expired"))),
    (Fault::NotYetValid, Some(clocks("token_not_yet_valid"))),
    (Fault::NoIssuedAt, Some(token("token_malformed"))),
    (Fault::IssuedInFuture, Some(clocks("token_not_yet_valid"))),
    (Fault::WrongNonce, Some(token("token_nonce"))),
    (Fault::NoNonce, Some(token("token_nonce"))),
    (Fault::BadAtHash, Some(token("token_at_hash"))),
    (Fault::NoEmail, Some(NO_EMAIL)),
    (Fault::EmailNotString, Some(token("token_malformed"))),
    (Fault::EmailVerifiedFalse, Some(NOT_VERIFIED)),
    (Fault::EmailVerifiedString, Some(NOT_VERIFIED)),
    (Fault::NoEmailVerified, None),
    (Fault::OtherSubjectOnRefresh, None),
    (Fault::OtherIssuerOnRefresh, None),
];

#[tokio::test]
async fn every_fault_of_a_callback_has_its_answer() {
    for (fault, expected) in CALLBACKS {
        let world = World::new().await;
        let mut browser = Browser::new();
        let location = browser.open(&world.service, &link()).await;
        let callback = browser.log_in(&location, "lukasz@example.com").await;
        world.provider.set_fault(fault);
        let reply = browser.get(&world.service, &callback).await;
        assert_eq!(browser.cookies, [], "{fault:?}");
        assert_eq!(world.provider.requests().token, 1, "{fault:?}");
        let Some(expected) = expected else {
            assert_eq!(reply.status, 200, "{fault:?}");
            continue;
        };
        assert_eq!(reply.status, expected.0, "{fault:?}: {}", reply.body);
        assert_error(&reply, expected);
        world.service.assert_nothing_secret(&reply);
        // Trying the same again does not ask the provider again.
        assert_eq!(browser.get(&world.service, &callback).await.status, 400, "{fault:?}");
        assert_eq!(world.provider.requests().token, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn kubelogin_needs_no_refresh_token() {
    let world = World::new().await;
    world.provider.set_fault(Fault::NoRefreshToken);
    let link = format!("{}&oidc_kubelogin_enabled=true", link());
    assert_eq!(Browser::new().share(&world.service, &link, "lukasz@example.com").await.status, 200);
}

#[tokio::test]
async fn an_operator_can_demand_that_addresses_are_verified() {
    let world = World::with(|setup| setup.issuer.email_policy = EmailPolicy::RequireVerified).await;
    assert_eq!(Browser::new().share(&world.service, &link(), "lukasz@example.com").await.status, 200);
    world.provider.set_fault(Fault::NoEmailVerified);
    let reply = Browser::new().share(&world.service, &link(), "lukasz@example.com").await;
    assert_error(&reply, NOT_VERIFIED);
}

#[tokio::test]
async fn every_fault_of_discovery_has_its_answer_and_does_not_last() {
    for fault in [
        Fault::DiscoveryGarbage,
        Fault::DiscoveryServerError,
        Fault::DiscoveryHuge,
        Fault::DiscoveryWrongIssuer,
        Fault::DiscoveryNoIssuer,
    ] {
        let world = World::new().await;
        world.provider.set_fault(fault);
        let reply = Browser::new().get(&world.service, &link()).await;
        assert_eq!(reply.status, 502, "{fault:?}");
        assert_error(&reply, INVALID);
        assert_eq!(reply.all("set-cookie"), [""; 0]);
        world.service.assert_nothing_secret(&reply);
        world.provider.clear_fault();
        // A failure stands for a second, so that many links do not make many requests.
        assert_error(&Browser::new().get(&world.service, &link()).await, INVALID);
        assert_eq!(world.provider.requests().discovery, 1, "{fault:?}");
        world.service.clock.advance(1);
        assert_eq!(Browser::new().get(&world.service, &link()).await.status, 303, "{fault:?}");
    }
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"padding\":\"";
    static PADDING: [u8; 65_536] = [b'a'; 65_536];
    let (issuer, sent) = answering(HEAD, &PADDING).await;
    let service = Setup::new().service(&issuer);
    assert_error(&service.get(&link()).await, INVALID);
    // 1 MiB is read; the rest is what the system keeps for both ends of a connection.
    assert!(sent.load(Ordering::SeqCst) < 16 << 20, "{sent:?}");
}

#[tokio::test]
async fn an_answer_that_says_or_shows_that_nobody_is_there_is_503_and_half_of_one_is_502() {
    const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"issuer\":";
    for (head, expected) in [
        ("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n", UNAVAILABLE),
        ("", UNAVAILABLE),
        (HALF, INVALID),
        ("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n", INVALID),
        ("HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:9/\r\nconnection: close\r\n\r\n", INVALID),
    ] {
        let (issuer, _) = answering(head, b"").await;
        let service = Setup::new().service(&issuer);
        let reply = service.get(&link()).await;
        assert_eq!(reply.status, expected.0, "{head}");
        assert_error(&reply, expected);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_503_at_both_ends_of_a_flow() {
    let port = ReservedPort::new();
    let service = Setup::new().service(&format!("http://{}/dex", port.addr()));
    let reply = service.get(&link()).await;
    assert_error(&reply, UNAVAILABLE);
    assert_eq!(reply.all("set-cookie"), [""; 0]);
    service.assert_nothing_secret(&reply);

    let World { provider, service } = World::new().await;
    let mut browser = Browser::new();
    let location = browser.open(&service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    provider.shutdown().await;
    let reply = browser.get(&service, &callback).await;
    assert_error(&reply, UNAVAILABLE);
    assert_eq!(browser.cookies, []);
    service.assert_nothing_secret(&reply);
}

#[tokio::test]
async fn a_provider_that_is_slow_is_504_in_time() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let location = browser.open(&world.service, &link()).await;
    let callback = browser.log_in(&location, "lukasz@example.com").await;
    world.provider.set_fault(Fault::TokenSlow(Duration::from_secs(3600)));
    // Time stands still once the request has arrived: from then on nothing but clocks is waited for, and they jump.
    let arrived = async {
        while world.provider.requests().token == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        tokio::time::Instant::now()
    };
    let (reply, arrived) = tokio::join!(browser.get(&world.service, &callback), arrived);
    assert_error(&reply, TIMEOUT);
    assert!(arrived.elapsed() <= kkp_oidc_http::CALLBACK_BUDGET);
    world.service.assert_nothing_secret(&reply);
}

#[tokio::test]
async fn links_that_wait_for_a_hanging_provider_wait_together() {
    let (issuer, hanging) = hanging().await;
    let service = Setup::new().service(&issuer);
    let (mut one, mut other) = (Browser::new(), Browser::new());
    let link = link();
    let second = async {
        while hanging.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        service.clock.advance(3);
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        (other.get(&service, &link).await, begun.elapsed())
    };
    let (first, (second, waited)) = tokio::join!(one.get(&service, &link), second);
    assert_error(&first, TIMEOUT);
    assert_error(&second, TIMEOUT);
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    assert_eq!(hanging.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_a_failure_last() {
    let world = World::new().await;
    world.provider.set_fault(Fault::DiscoveryServerError);
    assert_error(&Browser::new().get(&world.service, &link()).await, INVALID);
    world.provider.clear_fault();
    world.service.clock.advance(-3600);
    assert_eq!(Browser::new().get(&world.service, &link()).await.status, 303);
}
