//! What core does without a network, a file or a clock: `cargo run -p kkp-oidc-core --example offline`.
//!
//! A share of a cluster as far as the browser's departure, and the kubeconfig at its end. Core reads no clock and draws
//! no randomness: whoever calls it hands both in. Here they are made up; a service asks the operating system.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{
    Flow, FlowCookies, FlowId, FlowPurpose, FlowTarget, Nonce, PkceVerifier, RequestCookies, StateKey, UserEntry,
};
use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
use kkp_oidc_core::feature_gates::FeatureGates;
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::issuer::CookieSecurity;
use kkp_oidc_core::kubeconfig::{Cluster, Kubeconfig, OidcAuthProvider, Preferences};
use kkp_oidc_core::secure_cookie::{SignedCookie, gob};

fn main() -> Result<(), Box<dyn Error>> {
    let now = UnixTime::from_secs(1_700_000_000);
    // A stand-in for random bytes, so that every run prints the same. Never do this in earnest.
    let made_up: [u8; 32] = std::array::from_fn(|index| (index * 37 % 251) as u8);

    println!("1. Feature gates decide whether there is a share endpoint at all.");
    let gates: FeatureGates = "OIDCKubeCfgEndpoint=true,OpenIDAuthPlugin=true".parse()?;
    println!("   {gates}: the endpoint is there: {}\n", gates.is_enabled("OIDCKubeCfgEndpoint"));

    println!("2. A cookie key from 32 random bytes. These are made up, so nobody may ever use this one.");
    let key: CookieKey = CookieKey::generate(made_up).expose_secret().parse()?;
    println!("   {key:?}\n");

    println!("3. A signed cookie, as KKP's API makes it, and what it says when it comes back.");
    let codec = SignedCookie::new(key.expose_secret())?;
    let cookie = codec.encode(&gob::encode_string(b"csrf"), "csrf_token", now)?;
    let opened = codec.decode(cookie.as_bytes(), "csrf_token", now.plus_secs(60))?;
    println!("   csrf_token={cookie}");
    println!("   opened under its name: it was made at {}", opened.issued_at().as_secs());
    println!("   opened under another: {:?}\n", codec.decode(cookie.as_bytes(), "other_name", now).err());

    println!("4. Somebody opens a link. The state goes to the provider, the sealed cookie stays in the browser.");
    let flow = Flow {
        nonce: Nonce::from_bytes(made_up),
        pkce_verifier: PkceVerifier::from_bytes(made_up.map(|byte| !byte)),
        purpose: FlowPurpose::Kubeconfig(FlowTarget {
            user_id: UserId::from_email("owner@example.com"),
            project_id: "my-project".parse()?,
            cluster_id: "lab7x9k2mp".parse()?,
            user_entry: UserEntry::AuthProvider,
        }),
    };
    let keys = KeyRing::from(key);
    let (states, cookies) = (StateKey::new(&keys), FlowCookies::new(&keys, CookieSecurity::Secure));
    let id = FlowId::from_bytes([7; 16]);
    let state = states.issue(id, flow.purpose.kind(), now);
    let set_cookie = cookies.seal(&flow, id, [9; 16], now);
    println!("   state={state}\n   Set-Cookie: {}\n", set_cookie.as_header_value());

    println!("5. A minute later both come back, and the flow is there again.");
    let sent = set_cookie.as_header_value().split(';').next().unwrap_or_default();
    let state = states.authenticate(&state)?;
    state.require_fresh(now.plus_secs(60))?;
    let flow = cookies.open(&state, &RequestCookies::parse([sent]), now.plus_secs(60))?;
    if let FlowPurpose::Kubeconfig(target) = &flow.purpose {
        println!("   cluster {} of project {}\n", target.cluster_id, target.project_id);
    }

    println!("6. The kubeconfig, byte for byte as kubectl would write it.");
    let user = OidcAuthProvider {
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: "made-up-secret".into(),
        id_token: "made-up-id-token".into(),
        idp_issuer_url: "https://kkp.example.com/dex".to_owned(),
        refresh_token: "made-up-refresh-token".into(),
        idp_certificate_authority_data: None,
    };
    let cluster = Cluster::new("https://lab.example.com:6443");
    let kubeconfig = Kubeconfig::for_cluster("lab7x9k2mp", cluster, "lukasz@example.com", user.into());
    print!("{}", kubeconfig.to_yaml(Preferences::Omit)?.expose_secret());
    Ok(())
}
