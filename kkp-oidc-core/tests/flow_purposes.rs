//! Flows of share links and sessions: what their cookies hold, and that no flow is taken for one of another kind.
//!
//! The golden cookies were made by `tests/data/flow_vectors.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{
    AuthenticState, Flow, FlowCookieError, FlowCookies, FlowId, FlowKind, FlowPurpose, FlowTarget, Nonce, PkceVerifier,
    RequestCookies, ReturnTo, StateKey, UserEntry,
};
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::issuer::CookieSecurity;
use kkp_oidc_core::share::ShareId;

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const IV: [u8; 16] = counting_from(0xf0);
const ID: FlowId = FlowId::from_bytes(counting_from(0));
const SHARE: ShareId = ShareId::from_bytes([7; 16]);

/// `first`, `first + 1` and so on.
const fn counting_from<const LEN: usize>(first: u8) -> [u8; LEN] {
    let mut bytes = [first; LEN];
    let mut index = 1;
    while index < LEN {
        bytes[index] = bytes[index - 1] + 1;
        index += 1;
    }
    bytes
}

fn dialog(project: &str, cluster: &str) -> FlowPurpose {
    FlowPurpose::Session(ReturnTo::ShareDialog(project.parse().unwrap(), cluster.parse().unwrap()))
}

fn kubeconfig(user_entry: UserEntry) -> FlowPurpose {
    FlowPurpose::Kubeconfig(FlowTarget {
        user_id: "u".parse().unwrap(),
        project_id: "my-project".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        user_entry,
    })
}

/// Every purpose of ours, and the value of its cookie.
fn golden() -> Vec<(FlowPurpose, &'static str)> {
    vec![
        (
            FlowPurpose::Share(SHARE, UserEntry::AuthProvider),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wamJnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1SzYtMnlzZWdIX0dYaUp3d1ZmYWxXaz1820hQV14_\
            aHtHpadMjmPyZ2SLmHY390VOd6vCQoMYXGw=",
        ),
        (
            FlowPurpose::Share(SHARE, UserEntry::Kubelogin),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wamFnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1SzYtMnlzZWdIX0dYaUp3d1ZmYWxXaz180TkBXm8D\
            0a3de_vTsjnctNjL5seyPrmJNAeqh_mhhFw=",
        ),
        (
            FlowPurpose::Share(SHARE, UserEntry::PublicKubelogin),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8walpnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1SzYtMnlzZWdIX0dYaUp3d1ZmYWxXaz18dbrGokuO\
            Uth2U9KaeqGtSxhUgkdFFJh-IWC3lGVMs5A=",
        ),
        (
            FlowPurpose::Session(ReturnTo::Clusters),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wbmJnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1QT09fKUfzgOt-NKbzeO2ArCPugxFKYVSAmX4GNKi\
            NwsVHV57",
        ),
        (
            FlowPurpose::Session(ReturnTo::Links),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wbmFnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1QT09fDyWQkIcjTGpKceBY6wFOTmLf4KICvo_wpDT\
            69UG8g4i",
        ),
        (
            dialog("my-project", "lab7x9k2mp"),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wblpnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1S1BVcFFGcDlSZXJQRVlEekR5ODhGbDRFOTRsQnZj\
            PXyYVoSIgf2MwSnW2rSDjwzh7D1JY_t1_PJcmDS_oMoGbQ==",
        ),
        (
            FlowPurpose::Session(ReturnTo::Link(SHARE)),
            "MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV8wbllnbmkwUHJIc0RqYWdycDBEUTliZm5ONnVfSjRaLXJGNXpPMkRfXzBG\
            YW5qanNmNGpRbUI1Xzg2S3ZWQjAwZmVyaW1IMXlOWktWSnlKMU81bl9lVHZ1SzYtMnlzZWdIX0dYaUp3d1ZmYWxXaz18ewx8G_pt\
            Azntz511DSPE8z16SNk885QVxsR6U0PgTO4=",
        ),
    ]
}

fn cookies(security: CookieSecurity) -> FlowCookies {
    FlowCookies::new(&KEY.parse::<CookieKey>().unwrap().into(), security)
}

fn state_of(kind: FlowKind) -> AuthenticState {
    let key = StateKey::new(&KEY.parse::<CookieKey>().unwrap().into());
    key.authenticate(&key.issue(ID, kind, NOW)).unwrap()
}

/// What a browser sends back: `name=value`.
fn sealed(security: CookieSecurity, purpose: FlowPurpose) -> String {
    let flow = Flow {
        nonce: Nonce::from_bytes(counting_from(0x20)),
        pkce_verifier: PkceVerifier::from_bytes(counting_from(0x40)),
        purpose,
    };
    let cookie = cookies(security).seal(&flow, ID, IV, NOW);
    cookie.as_header_value().split("; ").next().unwrap().to_owned()
}

fn open(header: &str, kind: FlowKind) -> Result<FlowPurpose, FlowCookieError> {
    let flow = cookies(CookieSecurity::Plain).open(&state_of(kind), &RequestCookies::parse([header]), NOW)?;
    let verifier = flow.pkce_verifier.to_secret();
    assert_eq!(flow.nonce.to_text(), "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8");
    assert_eq!(verifier.expose_secret(), "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8");
    Ok(flow.purpose)
}

#[test]
fn every_purpose_has_its_cookie_and_comes_back() {
    for (purpose, value) in golden() {
        let header = format!("kkp-flow-{ID}={value}");
        assert_eq!(sealed(CookieSecurity::Plain, purpose.clone()), header, "{purpose:?}");
        assert_eq!(open(&header, purpose.kind()), Ok(purpose));
    }
}

#[test]
fn a_flow_of_another_kind_than_its_state_is_refused() {
    let kinds = [FlowKind::Kubeconfig, FlowKind::Share, FlowKind::Session];
    let mut purposes: Vec<FlowPurpose> = golden().into_iter().map(|(purpose, _)| purpose).collect();
    purposes.push(kubeconfig(UserEntry::AuthProvider));
    for purpose in purposes {
        let header = sealed(CookieSecurity::Plain, purpose.clone());
        for kind in kinds {
            let expected = if kind == purpose.kind() { Ok(purpose.clone()) } else { Err(FlowCookieError::Content) };
            assert_eq!(open(&header, kind), expected, "{purpose:?} for {kind:?}");
        }
    }
}

#[test]
fn a_kkp_link_has_no_kubeconfig_with_a_public_client() {
    for user_entry in [UserEntry::AuthProvider, UserEntry::Kubelogin] {
        let header = sealed(CookieSecurity::Plain, kubeconfig(user_entry));
        assert_eq!(open(&header, FlowKind::Kubeconfig), Ok(kubeconfig(user_entry)));
    }
    let header = sealed(CookieSecurity::Plain, kubeconfig(UserEntry::PublicKubelogin));
    assert_eq!(open(&header, FlowKind::Kubeconfig), Err(FlowCookieError::Content));
}

#[test]
fn no_purpose_makes_a_longer_cookie_than_there_may_be() {
    assert_eq!(FlowCookies::MAX_LEN, 600);
    let longest = dialog(&"p".repeat(63), &"c".repeat(63));
    for (purpose, secure_len) in [
        (longest, 471),
        (FlowPurpose::Share(SHARE, UserEntry::PublicKubelogin), 275),
        (FlowPurpose::Session(ReturnTo::Link(SHARE)), 275),
        (FlowPurpose::Session(ReturnTo::Clusters), 247),
    ] {
        let lens = [CookieSecurity::Secure, CookieSecurity::Plain].map(|mode| sealed(mode, purpose.clone()).len());
        assert_eq!(lens, [secure_len, secure_len - 7], "{purpose:?}");
        assert!(lens.iter().all(|&len| len <= FlowCookies::MAX_LEN));
        assert_eq!(open(&sealed(CookieSecurity::Plain, purpose.clone()), purpose.kind()), Ok(purpose));
    }
}

#[test]
fn only_tokens_that_end_up_in_the_kubeconfig_are_kept() {
    for (purpose, kept) in [
        (kubeconfig(UserEntry::AuthProvider), true),
        (kubeconfig(UserEntry::Kubelogin), false),
        (FlowPurpose::Share(SHARE, UserEntry::AuthProvider), true),
        (FlowPurpose::Share(SHARE, UserEntry::Kubelogin), false),
        (FlowPurpose::Share(SHARE, UserEntry::PublicKubelogin), false),
        (FlowPurpose::Session(ReturnTo::Clusters), false),
        (FlowPurpose::Session(ReturnTo::Links), false),
    ] {
        assert_eq!(purpose.keeps_tokens(), kept, "{purpose:?}");
    }
}

#[test]
fn the_id_of_a_flow_is_read_as_it_is_written_and_not_otherwise() {
    assert_eq!(ID.to_string(), "AAECAwQFBgcICQoLDA0ODw");
    assert_eq!("AAECAwQFBgcICQoLDA0ODw".parse(), Ok(ID));
    let refusal = "not the id of a login, expected 22 characters of base64url";
    for text in [
        "",
        "AAECAwQFBgcICQoLDA0OD",
        "AAECAwQFBgcICQoLDA0ODwA",
        "AAECAwQFBgcICQoLDA0ODx",
        "AAECAwQFBgcICQoLDA0O/w",
        "é",
    ] {
        let refused = text.parse::<FlowId>().map_err(|error| error.to_string());
        assert_eq!(refused, Err(refusal.to_owned()), "{text:?}");
    }
}
