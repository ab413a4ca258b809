//! The whole URL that a browser is sent to, for every way to ask.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::authorization::{
    AuthorizationRequest, Flow, FlowPurpose, FlowTarget, Nonce, PkceVerifier, Reauthentication, ReturnTo, UserEntry,
};
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::issuer::{CookieSecurity, IssuerConfig, IssuerSettings, OfflineAccess, OfflinePrompt};
use kkp_oidc_core::share::ShareId;

/// Only its letters matter here.
const STATE: &str = "AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB";

fn settings() -> IssuerSettings {
    IssuerSettings {
        issuer_url: "https://kkp.example.com/dex".to_owned(),
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: Some("secret".into()),
        redirect_uri: "https://kkp.example.com/api/v1/kubeconfig".to_owned(),
        ..IssuerSettings::default()
    }
}

fn kubeconfig(user_entry: UserEntry) -> FlowPurpose {
    FlowPurpose::Kubeconfig(FlowTarget {
        user_id: UserId::from_email("lukasz@example.com"),
        project_id: "my-project".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        user_entry,
    })
}

fn url(endpoint: &str, settings: IssuerSettings, user_entry: UserEntry) -> String {
    url_for(endpoint, settings, kubeconfig(user_entry), Reauthentication::AsProviderLikes)
}

fn url_for(
    endpoint: &str,
    settings: IssuerSettings,
    purpose: FlowPurpose,
    reauthentication: Reauthentication,
) -> String {
    let flow = Flow {
        nonce: Nonce::from_bytes([0x01; 32]),
        // The verifier of RFC 7636 appendix B, so that its challenge is the one there.
        pkce_verifier: PkceVerifier::from_bytes([
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]),
        purpose,
    };
    let config = IssuerConfig::try_from(settings).unwrap();
    let authorization_endpoint = endpoint.parse().unwrap();
    AuthorizationRequest {
        authorization_endpoint: &authorization_endpoint,
        config: &config,
        flow: &flow,
        state: STATE,
        reauthentication,
    }
    .url()
}

#[test]
fn each_way_to_ask_for_a_refresh_token_has_its_url() {
    let online_kubelogin = "https://kkp.example.com/dex/auth?access_type=online&client_id=kubermaticIssuer\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\
        &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
        &scope=openid+email+groups\
        &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB";
    for (offline_access, offline_prompt, user_entry, expected) in [
        (
            OfflineAccess::Scope,
            OfflinePrompt::Consent,
            UserEntry::AuthProvider,
            "https://kkp.example.com/dex/auth?access_type=online&client_id=kubermaticIssuer\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
            &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE&prompt=consent\
            &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
            &scope=openid+email+groups+offline_access\
            &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB",
        ),
        (
            OfflineAccess::Scope,
            OfflinePrompt::None,
            UserEntry::AuthProvider,
            "https://kkp.example.com/dex/auth?access_type=online&client_id=kubermaticIssuer\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
            &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\
            &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
            &scope=openid+email+groups+offline_access\
            &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB",
        ),
        (
            OfflineAccess::AccessType,
            OfflinePrompt::Consent,
            UserEntry::AuthProvider,
            "https://kkp.example.com/dex/auth?access_type=offline&client_id=kubermaticIssuer\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
            &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE&prompt=consent\
            &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
            &scope=openid+email+groups\
            &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB",
        ),
        (
            OfflineAccess::AccessType,
            OfflinePrompt::None,
            UserEntry::AuthProvider,
            "https://kkp.example.com/dex/auth?access_type=offline&client_id=kubermaticIssuer\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
            &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\
            &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
            &scope=openid+email+groups\
            &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB",
        ),
        // Kubelogin fetches tokens of its own: nothing lasting is asked for, whatever is configured.
        (OfflineAccess::Scope, OfflinePrompt::Consent, UserEntry::Kubelogin, online_kubelogin),
        (OfflineAccess::Scope, OfflinePrompt::None, UserEntry::Kubelogin, online_kubelogin),
        (OfflineAccess::AccessType, OfflinePrompt::Consent, UserEntry::Kubelogin, online_kubelogin),
        (OfflineAccess::AccessType, OfflinePrompt::None, UserEntry::Kubelogin, online_kubelogin),
    ] {
        let settings = IssuerSettings { offline_access, offline_prompt, ..settings() };
        assert_eq!(url("https://kkp.example.com/dex/auth", settings, user_entry), expected);
    }
}

#[test]
fn values_that_need_it_are_encoded() {
    let settings = IssuerSettings {
        client_id: "odd:id %&+=~/".to_owned(),
        redirect_uri: "http://127.0.0.1:8080/a(b)/api/v1/kubeconfig".to_owned(),
        cookie_security: CookieSecurity::Plain,
        ..settings()
    };
    assert_eq!(
        url("https://kkp.example.com/dex/auth", settings, UserEntry::Kubelogin),
        "https://kkp.example.com/dex/auth?access_type=online&client_id=odd%3Aid+%25%26%2B%3D%7E%2F\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fa%28b%29%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
        &scope=openid+email+groups\
        &state=AQABAgMEBQYHCAkKCwwNDg8AAAAAZVPxAMM1DQeKFhd-lRH9FCh6XbhlxjtaUSquNclWZ9BYrdDB"
    );
}

#[test]
fn a_query_of_the_endpoint_stays_in_front() {
    for (endpoint, expected) in [
        ("https://a.example/auth", "https://a.example/auth?access_type=online&client_id=kubermaticIssuer&"),
        ("https://a.example", "https://a.example?access_type=online&client_id=kubermaticIssuer&"),
        ("https://a.example/auth?", "https://a.example/auth?&access_type=online&client_id=kubermaticIssuer&"),
        (
            "https://a.example/auth?tenant=a%20b&x",
            "https://a.example/auth?tenant=a%20b&x&access_type=online&client_id=kubermaticIssuer&",
        ),
    ] {
        let url = url(endpoint, settings(), UserEntry::Kubelogin);
        assert_eq!(&url[..url.len().min(expected.len())], expected);
    }
}

#[test]
fn what_is_asked_follows_from_purpose_and_reauthentication() {
    let share = |user_entry| FlowPurpose::Share(ShareId::from_bytes([7; 16]), user_entry);
    let dialog = ReturnTo::ShareDialog("my-project".parse().unwrap(), "lab7x9k2mp".parse().unwrap());
    let lasting = [kubeconfig(UserEntry::AuthProvider), share(UserEntry::AuthProvider)];
    let passing = [
        kubeconfig(UserEntry::Kubelogin),
        share(UserEntry::Kubelogin),
        share(UserEntry::PublicKubelogin),
        FlowPurpose::Session(ReturnTo::Clusters),
        FlowPurpose::Session(ReturnTo::Links),
        FlowPurpose::Session(dialog),
        FlowPurpose::Session(ReturnTo::Link(ShareId::from_bytes([7; 16]))),
    ];
    let (likes, demanded) = (Reauthentication::AsProviderLikes, Reauthentication::Demanded);
    let (scope, access_type) = (OfflineAccess::Scope, OfflineAccess::AccessType);
    let (consent, no_prompt) = (OfflinePrompt::Consent, OfflinePrompt::None);
    for (purposes, offline_access, offline_prompt, reauthentication, expected) in [
        (&lasting[..], scope, consent, likes, ["online", "&prompt=consent", "+offline_access"]),
        (&lasting, scope, consent, demanded, ["online", "&prompt=login+consent", "+offline_access"]),
        (&lasting, scope, no_prompt, likes, ["online", "", "+offline_access"]),
        (&lasting, scope, no_prompt, demanded, ["online", "&prompt=login", "+offline_access"]),
        (&lasting, access_type, consent, likes, ["offline", "&prompt=consent", ""]),
        (&lasting, access_type, consent, demanded, ["offline", "&prompt=login+consent", ""]),
        (&lasting, access_type, no_prompt, likes, ["offline", "", ""]),
        (&lasting, access_type, no_prompt, demanded, ["offline", "&prompt=login", ""]),
        // Nothing of these logins is kept for long, so nothing lasting is asked for, whatever is configured.
        (&passing, scope, consent, likes, ["online", "", ""]),
        (&passing, scope, consent, demanded, ["online", "&prompt=login", ""]),
        (&passing, access_type, consent, likes, ["online", "", ""]),
        (&passing, access_type, consent, demanded, ["online", "&prompt=login", ""]),
        (&passing, access_type, no_prompt, demanded, ["online", "&prompt=login", ""]),
    ] {
        let [access_type, prompt, offline_access_scope] = expected;
        let expected = format!(
            "https://kkp.example.com/dex/auth?access_type={access_type}&client_id=kubermaticIssuer\
            &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
            &nonce=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE{prompt}\
            &redirect_uri=https%3A%2F%2Fkkp.example.com%2Fapi%2Fv1%2Fkubeconfig&response_type=code\
            &scope=openid+email+groups{offline_access_scope}&state={STATE}"
        );
        for purpose in purposes {
            let settings = IssuerSettings { offline_access, offline_prompt, ..settings() };
            let url = url_for("https://kkp.example.com/dex/auth", settings, purpose.clone(), reauthentication);
            assert_eq!(url, expected, "{purpose:?}");
        }
    }
}
