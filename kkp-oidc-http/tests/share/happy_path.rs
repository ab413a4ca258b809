//! From the link to the kubeconfig, byte for byte.

use kkp_oidc_core::issuer::{CookieSecurity, OfflineAccess, OfflinePrompt};
use kkp_oidc_core::kubeconfig::Preferences;
use url::{Url, form_urlencoded};

use crate::browser::{Browser, value_of};
use crate::world::{Reply, SECURE_REDIRECT_URI, World, link};

/// The headers that every answer has.
const EVERY_ANSWER: [(&str, &str); 7] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

// The first flow of a service with the key, the time and the randomness of `world.rs`. Made by Python 3.11 with
// hashlib, hmac and cryptography 48.0.0 after the documentation of `StateKey`, `FlowCookies` and `Flow`.
const STATE: &str = "Ac0mYhVObXaysrkucMDKw8wAAAAAZVPxAEceLXUTxNiWd8DyvNyl5I26GukbEvM_YQopb4Zr6Hqu";
const NONCE: &str = "zQSkdUSY4G21oTxfNx8fBP9tJHDySqm9iGVA5dznf3A";
const CHALLENGE: &str = "xQ0X-028aq7_gvuC5o6wRHAiSVE2k3i3rcVUlF11IVk";
const PLAIN_COOKIE: &str = "kkp-flow-zSZiFU5tdrKyuS5wwMrDzA=MTcwMDAwMDAwMHxnQVh3TFVQNkJ1ZlFXRi0yVEpZZFZ4ZFFPeUV1UGsyVjF2eTlmbjlIa3RITGpMbERxUXhBVnV6NGVGbS1SOFBFdVRENmxyLWNEY0V4UHRIMVdWcnp5RkpNRnBHaC1kengtc3BQZTRlc1hJaW1UVGktMDlFME5aS1FJWVlDLS03dE11eDV5YU50bVRBM3VzWkQ1Z3dacmVISndlUXY4YTRPSkVseVczemNCN194WlBPNnd2V3AtZGpucW51dmpQZ1RzcmlWZC04RmtzQ0NKeHpsVlVtb09kdHB8OE-0oIch2Xefuf2jTVCDSfvet0-R6hcGK_LnZG52Q_w=";
const SECURE_COOKIE: &str = "__Host-kkp-flow-zSZiFU5tdrKyuS5wwMrDzA=MTcwMDAwMDAwMHxnQVh3TFVQNkJ1ZlFXRi0yVEpZZFZ4ZFFPeUV1UGsyVjF2eTlmbjlIa3RITGpMbERxUXhBVnV6NGVGbS1SOFBFdVRENmxyLWNEY0V4UHRIMVdWcnp5RkpNRnBHaC1kengtc3BQZTRlc1hJaW1UVGktMDlFME5aS1FJWVlDLS03dE11eDV5YU50bVRBM3VzWkQ1Z3dacmVISndlUXY4YTRPSkVseVczemNCN194WlBPNnd2V3AtZGpucW51dmpQZ1RzcmlWZC04RmtzQ0NKeHpsVlVtb09kdHB834ha9SJRw8AFgitUJGHN1sqiAGHjn1r2ZMqHEkNMzM8=";

/// All headers but those that depend on the service, which have tests of their own.
fn headers(reply: &Reply) -> Vec<(&str, &str)> {
    let all = reply.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.filter(|(name, _)| !["content-security-policy", "strict-transport-security"].contains(name)).collect()
}

/// The same, as expected: the ones of every answer and these.
fn expected<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut headers = [&EVERY_ANSWER[..], more].concat();
    headers.sort_by_key(|(name, _)| *name);
    headers
}

fn query_of(location: &str) -> Vec<(String, String)> {
    Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_link_leads_to_the_provider_and_leaves_one_cookie() {
    let world = World::new().await;
    let reply = Browser::new().get(&world.service, &link()).await;
    let location = reply.header("location");
    let set_cookie = format!("{PLAIN_COOKIE}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    assert_eq!((reply.status, reply.body.as_str()), (303, ""));
    assert_eq!(
        headers(&reply),
        expected(&[("content-length", "0"), ("location", location), ("set-cookie", &set_cookie)])
    );
    let (endpoint, query) = location.split_once('?').unwrap();
    assert_eq!(endpoint, format!("{}/auth", world.provider.issuer()));
    assert_eq!(
        form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>(),
        pairs(&[
            ("access_type", "online"),
            ("client_id", "odd:id %"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("nonce", NONCE),
            ("prompt", "consent"),
            ("redirect_uri", "http://127.0.0.1:8080/api/v1/kubeconfig"),
            ("response_type", "code"),
            ("scope", "openid email groups offline_access"),
            ("state", STATE),
        ])
    );
}

#[tokio::test]
async fn a_secure_cookie_is_bound_to_the_host() {
    let world = World::with(|setup| {
        setup.issuer.cookie_security = CookieSecurity::Secure;
        setup.issuer.redirect_uri = SECURE_REDIRECT_URI.to_owned();
    })
    .await;
    let mut browser = Browser::new();
    let reply = browser.get(&world.service, &link()).await;
    let expected = format!("{SECURE_COOKIE}; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax");
    assert_eq!(reply.header("set-cookie"), expected);
    let callback = browser.log_in(reply.header("location"), "lukasz@example.com").await;
    let reply = browser.get(&world.service, &callback).await;
    let (name, _) = SECURE_COOKIE.split_once('=').unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("set-cookie"), format!("{name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"));
}

#[tokio::test]
async fn how_offline_access_is_asked_for_is_the_operators_choice() {
    type Offline = (OfflineAccess, OfflinePrompt);
    let everything: [(Offline, &str, [&str; 3]); 4] = [
        ((OfflineAccess::Scope, OfflinePrompt::None), "", ["online", "", "openid email groups offline_access"]),
        ((OfflineAccess::AccessType, OfflinePrompt::Consent), "", ["offline", "consent", "openid email groups"]),
        ((OfflineAccess::AccessType, OfflinePrompt::None), "", ["offline", "", "openid email groups"]),
        // Kubelogin fetches tokens itself: nothing lasting is asked for.
        (
            (OfflineAccess::Scope, OfflinePrompt::Consent),
            "&oidc_kubelogin_enabled=true",
            ["online", "", "openid email groups"],
        ),
    ];
    for ((access, prompt), suffix, expected) in everything {
        let world = World::with(|setup| {
            setup.issuer.offline_access = access;
            setup.issuer.offline_prompt = prompt;
        })
        .await;
        let location = Browser::new().open(&world.service, &format!("{}{suffix}", link())).await;
        let query = query_of(&location);
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        assert_eq!([value("access_type"), value("prompt"), value("scope")], expected, "{access:?} {prompt:?}{suffix}");
    }
}

#[tokio::test]
async fn a_callback_gives_the_kubeconfig_and_takes_the_cookie() {
    let world = World::new().await;
    let mut browser = Browser::new();
    let reply = browser.share(&world.service, &link(), "Jane.Roe@Example.com").await;
    let [id_token, refresh_token] = ["id-token", "refresh-token"].map(|key| value_of(&reply.body, key));
    let issuer = world.provider.issuer();
    assert_eq!(
        reply.body,
        format!(
            "\
apiVersion: v1
clusters:
- cluster:
    server: https://lab.example.com:6443
  name: lab7x9k2mp
contexts:
- context:
    cluster: lab7x9k2mp
    user: jane.roe@example.com
  name: lab7x9k2mp
current-context: lab7x9k2mp
kind: Config
users:
- name: jane.roe@example.com
  user:
    auth-provider:
      config:
        client-id: odd:id %
        client-secret: p:%st &se+c\"ret
        id-token: {id_token}
        idp-issuer-url: {issuer}
        refresh-token: {refresh_token}
      name: oidc
"
        )
    );
    assert_eq!(claim(id_token, "email"), "Jane.Roe@Example.com");
    let (name, _) = PLAIN_COOKIE.split_once('=').unwrap();
    let cleared = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert_eq!(reply.status, 200);
    assert_eq!(
        headers(&reply),
        expected(&[
            ("content-disposition", "attachment; filename=kubeconfig-lab7x9k2mp"),
            ("content-length", &reply.body.len().to_string()),
            ("content-type", "application/octet-stream"),
            ("set-cookie", &cleared),
        ])
    );
    assert_eq!(browser.cookies, []);
    assert_eq!(browser.refresh(issuer, refresh_token).await, 200);
    // Success leaves no secret in the log either.
    world.service.assert_nothing_secret(&Reply { body: String::new(), ..reply });
}

#[tokio::test]
async fn kubelogin_gets_an_exec_section_and_no_token() {
    let world = World::new().await;
    let link = format!("{}&oidc_kubelogin_enabled=true", link());
    let reply = Browser::new().share(&world.service, &link, "lukasz@example.com").await;
    let expected = format!(
        "\
apiVersion: v1
clusters:
- cluster:
    server: https://lab.example.com:6443
  name: lab7x9k2mp
contexts:
- context:
    cluster: lab7x9k2mp
    user: lukasz@example.com
  name: lab7x9k2mp
current-context: lab7x9k2mp
kind: Config
users:
- name: lukasz@example.com
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url={}
      - --oidc-client-id=odd:id %
      - --oidc-client-secret=p:%st &se+c\"ret
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
      command: kubectl
      env: null
      interactiveMode: Never
      provideClusterInfo: false
",
        world.provider.issuer()
    );
    assert_eq!((reply.status, reply.body), (200, expected));
}

#[tokio::test]
async fn the_line_preferences_is_the_operators_choice() {
    let world =
        World::with(|setup| setup.configure = Box::new(|config| config.preferences = Preferences::EmptyMap)).await;
    let reply = Browser::new().share(&world.service, &link(), "lukasz@example.com").await;
    let lines: Vec<_> = reply.body.lines().skip(10).take(4).collect();
    assert_eq!(lines, ["current-context: lab7x9k2mp", "kind: Config", "preferences: {}", "users:"]);
}

/// A claim of a token that somebody else verifies.
fn claim(id_token: &str, name: &str) -> serde_json::Value {
    use base64::Engine as _;
    let payload = id_token.split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice::<serde_json::Value>(&payload).unwrap()[name].clone()
}
