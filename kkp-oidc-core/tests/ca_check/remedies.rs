//! What is proposed where a root has ended that had cross-signed another: to follow it makes the verdict another one.

#![expect(clippy::unwrap_used, reason = "tests end at what is missing")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::CaBundle;
use kkp_oidc_core::ca_check::{Client, Outcome, Remedy, Verdict, check};

use crate::cases::{NOW, certificates};
use crate::verdicts::without_hex;

fn ask(client: Client, bundle: &[Vec<u8>], chain: &str) -> Outcome {
    let name = "www.example.com".parse().unwrap();
    let verdicts = check(bundle, &certificates(chain), Some(&name), UnixTime::from_secs(NOW));
    verdicts.into_iter().find(|verdict: &Verdict| verdict.client == client).unwrap().outcome
}

fn remedy(client: Client, bundle: &str, chain: &str) -> Option<Remedy> {
    match ask(client, &certificates(bundle), chain) {
        Outcome::Refused { remedy, .. } => remedy,
        _ => None,
    }
}

/// The text; keys change whenever the certificates are made again.
fn text(remedy: Option<Remedy>) -> String {
    without_hex(&remedy.unwrap().to_string())
}

#[test]
fn the_own_root_of_a_cross_signed_ca_is_to_be_added() {
    let chain = "new-leaf new-int new-root-cross-long";
    for client in [Client::Go, Client::OpenSsl] {
        let remedy = remedy(client, "old-root", chain);
        let Some(Remedy::FindRoot { key_id, .. }) = &remedy else { panic!("{remedy:?}") };
        assert_eq!(key_id.as_ref().map(String::len), Some(40));
        assert_eq!(
            text(remedy),
            "add the self-signed certificate of `O=Test, CN=New Root` with the key identifier HEX; if it has none, put a \
             certificate of `O=Test, CN=Old Root` that is valid now in its place"
        );
        let followed = ask(client, &certificates("old-root new-root"), chain);
        assert!(matches!(followed, Outcome::Accepted { .. }), "{followed:?}");
    }
}

/// `openssl verify` says of this chain, too, that a certificate has ended (10 at depth 3).
#[test]
fn the_own_root_is_told_where_the_server_sends_it() {
    let chain = "new-leaf new-int new-root-cross-long new-root";
    let Some(Remedy::Add { certificate, pem, .. }) = remedy(Client::OpenSsl, "old-root", chain) else {
        panic!("it is not to be added");
    };
    assert_eq!(certificate.subject, "O=Test, CN=New Root");
    let added = CaBundle::from_pem(pem.as_bytes(), "remedy").unwrap();
    assert_eq!(added.certificates(), certificates("new-root"));
    let followed = ask(Client::OpenSsl, &certificates("old-root new-root"), chain);
    assert!(matches!(followed, Outcome::Accepted { .. }), "{followed:?}");
}

/// Nothing says that an intermediate is a root of its own; and where a name is wrong, too, no root mends it.
#[test]
fn a_root_that_has_ended_is_to_be_renewed_otherwise() {
    for (bundle, chain, name) in [
        ("root-expired", "leaf-of-root-expired under-root-expired", "O=Test, CN=Expired Root"),
        ("root", "leaf-expired int", "CN=www.example.com"),
        ("root", "under-int-expired int-expired", "O=Test, CN=Expired Intermediate"),
    ] {
        let expected = format!("put a certificate of `{name}` that is valid now in its place");
        assert_eq!(text(remedy(Client::OpenSsl, bundle, chain)), expected, "{chain}");
    }
    let chain = certificates("new-leaf new-int new-root-cross-long");
    let name = "other.example.com".parse().unwrap();
    for verdict in check(&certificates("old-root"), &chain, Some(&name), UnixTime::from_secs(NOW)) {
        let Outcome::Refused { remedy, .. } = verdict.outcome else { panic!("accepted by {}", verdict.client.name()) };
        assert!(!matches!(remedy, Some(Remedy::Add { .. } | Remedy::FindRoot { .. })), "{remedy:?}");
    }
}
