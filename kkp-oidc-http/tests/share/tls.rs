//! A provider with a private CA: whom the service trusts, and what the kubeconfig says of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_http::{BuildTlsError, IdpCa, ServiceConfig, Trust};
use serde_json::json;

use crate::browser::{Browser, parameter, value_of};
use crate::tls_provider::{REFRESH_TOKEN, TlsProvider, unrelated_root};
use crate::world::{Reply, Service, Setup, assert_error, link};

const UNAVAILABLE: (u16, &str, &str) =
    (503, "provider_unavailable", "The identity provider cannot be reached. Open the share link again in a minute.");

fn bundle(pem: &str) -> Trust {
    Trust::Bundle(CaBundle::from_pem(pem.as_bytes(), "ca.pem").unwrap())
}

fn service(provider: &TlsProvider, configure: impl FnOnce(&mut ServiceConfig) + 'static) -> Service {
    let mut setup = Setup::new();
    setup.configure = Box::new(configure);
    setup.service(&provider.issuer)
}

/// From the link to the kubeconfig; the provider takes the nonce for a code.
async fn share(service: &Service, link: &str) -> Reply {
    let mut browser = Browser::new();
    let location = browser.open(service, link).await;
    let (nonce, state) = (parameter(&location, "nonce"), parameter(&location, "state"));
    browser.get(service, &format!("/api/v1/kubeconfig?code={nonce}&state={state}")).await
}

/// The user entry as it must be, with the certificates that must be there.
#[track_caller]
fn assert_user(reply: &Reply, provider: &TlsProvider, certificates: Option<&str>) {
    assert_eq!(reply.status, 200, "{reply:?}");
    let (_, user) = reply.body.split_once("users:\n").unwrap();
    let certificates = certificates
        .map(|pem| format!("        idp-certificate-authority-data: {}\n", STANDARD.encode(pem)))
        .unwrap_or_default();
    assert_eq!(
        user,
        format!(
            "\
- name: lukasz@example.com
  user:
    auth-provider:
      config:
        client-id: odd:id %
        client-secret: p:%st &se+c\"ret
        id-token: {}
{certificates}        idp-issuer-url: {}
        refresh-token: {REFRESH_TOKEN}
      name: oidc
",
            value_of(&reply.body, "id-token"),
            provider.issuer
        )
    );
}

#[tokio::test]
async fn the_root_alone_goes_from_the_bundle_into_the_kubeconfig() {
    let provider = TlsProvider::start(None).await;
    let root = provider.root.clone();
    let three = [unrelated_root("first"), root.clone(), unrelated_root("last")].concat();
    for (mode, certificates) in
        [(IdpCa::Auto, Some(root.as_str())), (IdpCa::Always, Some(root.as_str())), (IdpCa::Never, None)]
    {
        let trust = bundle(&three);
        let service = service(&provider, move |config| {
            config.trust = trust;
            config.idp_ca = mode;
        });
        assert_user(&share(&service, &link()).await, &provider, certificates);
    }
}

#[tokio::test]
async fn kubelogin_gets_the_root_as_its_last_argument() {
    let provider = TlsProvider::start(None).await;
    for (mode, certificates) in [(IdpCa::Auto, true), (IdpCa::Never, false)] {
        let trust = bundle(&provider.root);
        let service = service(&provider, move |config| {
            config.trust = trust;
            config.idp_ca = mode;
        });
        let reply = share(&service, &format!("{}&oidc_kubelogin_enabled=true", link())).await;
        let (_, arguments) = reply.body.split_once("      args:\n").unwrap();
        let (arguments, _) = arguments.split_once("      command:").unwrap();
        let mut expected = format!(
            "      - oidc-login\n      - get-token\n      - --oidc-issuer-url={}\n      - --oidc-client-id=odd:id %\n      \
             - --oidc-client-secret=p:%st &se+c\"ret\n      - --oidc-extra-scope=email\n      \
             - --oidc-extra-scope=groups\n",
            provider.issuer
        );
        if certificates {
            let data = STANDARD.encode(&provider.root);
            expected.push_str(&format!("      - --certificate-authority-data={data}\n"));
        }
        assert_eq!((reply.status, arguments), (200, expected.as_str()));
    }
}

#[tokio::test]
async fn without_the_right_root_nothing_begins() {
    let provider = TlsProvider::start(None).await;
    for trust in [bundle(&unrelated_root("other")), Trust::System] {
        let mut setup = Setup::new();
        setup.configure = Box::new(move |config| config.trust = trust);
        let service = match setup.try_service(&provider.issuer) {
            Ok(service) => service,
            // A system without certificates refuses even earlier.
            Err(error) => {
                assert!(matches!(error, BuildTlsError::SystemRoots(_)), "{error}");
                continue;
            }
        };
        let reply = service.get(&link()).await;
        assert_error(&reply, UNAVAILABLE);
        assert_eq!(reply.all("set-cookie"), [""; 0]);
        service.assert_nothing_secret(&reply);
    }
    assert_eq!(*provider.token_requests.lock().unwrap(), []);
}

#[tokio::test]
async fn not_verifying_works_is_loud_and_puts_no_stranger_into_the_kubeconfig() {
    let provider = TlsProvider::start(None).await;
    for trust in [Trust::System, bundle(&unrelated_root("other"))] {
        let service = service(&provider, move |config| {
            config.trust = trust;
            config.dangerous_skip_tls_verify = true;
        });
        assert_user(&share(&service, &link()).await, &provider, None);
        let warning = "WARN kkp_oidc_http::state: the identity provider's certificate is NOT verified: \
                       anybody in between can log in as anybody";
        assert_eq!(service.log.text().lines().filter(|line| line.ends_with(warning)).count(), 1);
    }
}

#[tokio::test]
async fn the_client_authenticates_as_the_metadata_says() {
    // RFC 6749 section 2.3.1: both are form-urlencoded before they are joined.
    let basic = format!("Basic {}", STANDARD.encode("odd%3Aid+%25:p%3A%25st+%26se%2Bc%22ret"));
    let in_body = [("client_id", "odd:id %"), ("client_secret", "p:%st &se+c\"ret")];
    for (methods, is_basic) in [
        (None, true),
        (Some(json!(["client_secret_basic"])), true),
        (Some(json!(["client_secret_post", "client_secret_basic"])), true),
        (Some(json!(["client_secret_post"])), false),
        (Some(json!(["private_key_jwt", "client_secret_post"])), false),
    ] {
        let provider = TlsProvider::start(methods).await;
        let trust = bundle(&provider.root);
        let service = service(&provider, move |config| config.trust = trust);
        assert_eq!(share(&service, &link()).await.status, 200);
        let requests = provider.token_requests.lock().unwrap();
        let [(authorization, form)] = &requests[..] else { unreachable!("one request: {}", requests.len()) };
        assert_eq!(authorization.as_deref(), is_basic.then_some(basic.as_str()));
        let credentials: Vec<_> = form
            .iter()
            .filter(|(name, _)| name.starts_with("client_"))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(credentials, if is_basic { &[][..] } else { &in_body });
        let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).take(4).collect();
        assert_eq!(names, ["grant_type", "code", "redirect_uri", "code_verifier"]);
    }
}

/// Runs a test of this program again, where the system has no certificate.
#[cfg(target_os = "linux")]
#[test]
fn a_provider_on_loopback_needs_no_certificates_of_the_system() {
    let empty = tempfile::tempdir().unwrap();
    let file = empty.path().join("none.pem");
    std::fs::write(&file, "").unwrap();
    for test in ["kkp_rows::the_five_rows_of_kkps_own_test", "tls::without_the_right_root_nothing_begins"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env("SSL_CERT_FILE", &file)
            .env("SSL_CERT_DIR", empty.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
