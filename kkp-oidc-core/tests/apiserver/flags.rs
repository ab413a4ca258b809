//! Flags of kube-apiserver, and what KKP writes.

use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, ClusterOidc, EmailVerifiedRule, GateOptions, KkpOidc, OidcFlags, ParseOidcFlagsError,
    RequiredClaim, gate_default, gate_entry, kkp_args,
};
use kkp_oidc_core::issuer::{ClientId, IssuerUrl};

fn platform() -> (IssuerUrl, ClientId) {
    ("https://kkp.example.com/dex".parse().unwrap(), "kubermaticIssuer".parse().unwrap())
}

fn parse(text: &str) -> Result<OidcFlags, ParseOidcFlagsError> {
    OidcFlags::parse_text(text)
}

#[test]
fn flags_are_read_in_every_form_that_pflag_takes() {
    let expected = OidcFlags {
        issuer_url: "https://idp".to_owned(),
        client_id: "c".to_owned(),
        username_claim: "email".to_owned(),
        username_prefix: "-".to_owned(),
        groups_claim: "groups".to_owned(),
        groups_prefix: "oidc:".to_owned(),
        required_claims: vec![
            RequiredClaim { claim: "a".to_owned(), value: "b=c".to_owned() },
            RequiredClaim { claim: "d".to_owned(), value: "e,f".to_owned() },
        ],
        ca_file: "/ca.pem".to_owned(),
        signing_algs: "RS256,ES256,PS512".parse().unwrap(),
    };
    for text in [
        "kube-apiserver --oidc-issuer-url=https://idp --oidc-client-id c --oidc-username-claim=email \
         --oidc-username-prefix=- --oidc-groups-claim groups --oidc-groups-prefix oidc: --oidc-required-claim a=b=c \
         --oidc-required-claim=d=e,f --oidc-ca-file /ca.pem --oidc-signing-algs RS256,ES256 --oidc-signing-algs=PS512 \
         --secure-port=6443 --v 2",
        "- --oidc-issuer-url\n- https://idp\n- --oidc_client_id=x\n- \"--oidc-client-id=c\"\n- '--oidc-username-claim=email'\n\
         - --oidc-username-prefix=-\n- --oidc-groups-claim=groups\n- --oidc-groups-prefix=oidc:\n\
         - --oidc-required-claim=d=x\n- --oidc-required-claim=' a = b=c '\n- --oidc-required-claim=d=e,f\n\
         - --oidc-ca-file=/ca.pem\n- --oidc-signing-algs=RS256,ES256,PS512\n- --\n- --oidc-client-id=z\n",
    ] {
        assert_eq!(parse(text), Ok(expected.clone()));
    }
    let args = expected.to_args();
    assert_eq!(OidcFlags::parse(args.iter().map(String::as_str)), Ok(expected));
    assert_eq!(parse(""), Ok(OidcFlags::default()));
}

#[test]
fn what_kube_apiserver_does_not_understand_is_refused() {
    for (text, text_of_error) in [
        ("-oidc-issuer-url=x", "kube-apiserver's flags begin with two dashes, found `-oidc…`"),
        ("--oidc-issuer=x", "kube-apiserver has no flag `--oidc-issuer`"),
        ("--oidc-client-id", "`--oidc-client-id` has no value"),
        ("--oidc-required-claim=x", "a required claim is not `claim=value`"),
        (
            "--oidc-signing-algs=RS256,EdDSA",
            "`EdDSA` is no signature algorithm of kube-apiserver, expected some of RS256, RS384, RS512, ES256, ES384, ES512, \
             PS256, PS384, PS512",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), text_of_error);
    }
    assert_eq!(parse(&" ".repeat(65_536)), Ok(OidcFlags::default()));
    assert_eq!(parse(&" ".repeat(65_537)), Err(ParseOidcFlagsError::TooLong { len: 65_537 }));
}

#[test]
fn the_prefix_of_names_is_that_which_the_flags_imply() {
    for (flags, prefix) in [
        ("", "https://idp#"),
        ("--oidc-username-claim=sub", "https://idp#"),
        ("--oidc-username-claim=email", ""),
        ("--oidc-username-claim=name --oidc-username-prefix=-", ""),
        ("--oidc-username-claim=email --oidc-username-prefix=p:", "p:"),
    ] {
        let flags = parse(&format!("--oidc-issuer-url=https://idp --oidc-client-id=c {flags}")).unwrap();
        let configuration = flags.to_configuration("");
        assert_eq!(configuration.jwt[0].claim_mappings.username.prefix.as_deref(), Some(prefix));
        assert_eq!(configuration.review().findings, []);
    }
}

/// Spec section 2.3, the tables.
#[test]
fn arguments_are_those_of_each_kkp_version() {
    let (issuer, client_id) = platform();
    let gate = |has_ca_file| KkpOidc::Gate { issuer: &issuer, client_id: &client_id, has_ca_file };
    let args = |oidc, minor| kkp_args(oidc, minor).map(|args| args.join(" "));
    let common = "--oidc-issuer-url https://kkp.example.com/dex --oidc-client-id kubermaticIssuer \
                  --oidc-username-claim email --oidc-groups-prefix oidc: --oidc-groups-claim groups";
    assert_eq!(args(gate(true), 11), None);
    for minor in [12, 16] {
        assert_eq!(args(gate(false), minor), Some(common.to_owned()));
        let with_ca = format!("{common} --oidc-ca-file /etc/kubernetes/dex/ca/caBundle.pem");
        assert_eq!(args(gate(true), minor), Some(with_ca));
    }
    for minor in [17, 24, 30] {
        let with_ca = format!("--oidc-ca-file /etc/kubernetes/pki/ca-bundle/ca-bundle.pem {common}");
        assert_eq!(args(gate(false), minor), Some(with_ca));
    }
    let file = "--authentication-config /etc/kubernetes/authentication-config/authentication-configuration.yaml";
    assert_eq!(args(gate(true), 31), Some(file.to_owned()));

    let cluster = ClusterOidc {
        issuer_url: "https://idp".to_owned(),
        client_id: "c".to_owned(),
        username_claim: "sub".to_owned(),
        groups_claim: "g".to_owned(),
        required_claim: "a=b".to_owned(),
        username_prefix: "u:".to_owned(),
        groups_prefix: "g:".to_owned(),
    };
    let common = "--oidc-issuer-url https://idp --oidc-client-id c --oidc-username-claim sub --oidc-groups-claim g \
                  --oidc-required-claim a=b";
    let ca = "--oidc-ca-file /etc/kubernetes/pki/ca-bundle/ca-bundle.pem";
    let prefixes = "--oidc-groups-prefix g: --oidc-username-prefix u:";
    assert_eq!(args(KkpOidc::Cluster(&cluster), 16), Some(common.to_owned()));
    assert_eq!(args(KkpOidc::Cluster(&cluster), 23), Some(format!("{ca} {common}")));
    assert_eq!(args(KkpOidc::Cluster(&cluster), 24), Some(format!("{ca} {common} {prefixes}")));
    assert_eq!(args(KkpOidc::Cluster(&cluster), 31), Some(file.to_owned()));
    let without = ClusterOidc { client_id: String::new(), ..cluster.clone() };
    assert_eq!(args(KkpOidc::Cluster(&without), 30), Some(String::new()));
}

/// Spec section 2.3, "Gate default document".
#[test]
fn the_gate_default_document_is_that_of_kkp() {
    let (issuer, client_id) = platform();
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let golden = include_str!("../data/apiserver/golden/gate-v1.yaml");
    let document = |minor| gate_default(&issuer, &client_id, pem, minor, &GateOptions::default()).to_yaml();
    assert_eq!(document(34), golden);
    assert_eq!(document(33), golden.replace("/v1\n", "/v1beta1\n"));
}

#[test]
fn options_and_several_issuers_are_written() {
    let (issuer, client_id) = platform();
    let options = GateOptions {
        username_prefix: "kkp:".to_owned(),
        groups_prefix: "kkp:".to_owned(),
        email_verified: EmailVerifiedRule::Required,
        required_claims: vec!["hd=example.com".parse().unwrap()],
    };
    let mut configuration = gate_default(&issuer, &client_id, "", 33, &options);
    let (issuer, client_id) = ("https://idp.example.com".parse().unwrap(), "other".parse().unwrap());
    let options = GateOptions { email_verified: EmailVerifiedRule::IfPresent, ..GateOptions::default() };
    configuration.jwt.push(gate_entry(&issuer, &client_id, "", &options));
    assert_eq!(configuration.to_yaml(), include_str!("../data/apiserver/golden/options-v1beta1.yaml"));
    let review = configuration.review();
    assert_eq!((review.findings, review.not_judged), (vec![], vec![]));
}

/// Spec section 11.24: what KKP 2.31 loses is kept.
#[test]
fn a_cluster_s_own_issuer_keeps_what_the_flags_meant() {
    let cluster = ClusterOidc {
        issuer_url: "https://idp.example.com".to_owned(),
        client_id: "c".to_owned(),
        required_claim: "a=b,c=d".to_owned(),
        ..ClusterOidc::default()
    };
    let yaml = "apiVersion: apiserver.config.k8s.io/v1\njwt:\n- claimMappings:\n    groups: {}\n    uid: {}\n    username:\n      \
                claim: sub\n      prefix: https://idp.example.com#\n  claimValidationRules:\n  - claim: a\n    requiredValue: b\n  \
                - claim: c\n    requiredValue: d\n  issuer:\n    audiences:\n    - c\n    url: https://idp.example.com\n\
                kind: AuthenticationConfiguration\n";
    let configuration = cluster.to_configuration("", 34).unwrap();
    assert_eq!(configuration.to_yaml(), yaml);
    assert_eq!(AuthenticationConfiguration::parse(yaml.as_bytes()), Ok(configuration));
    let malformed = ClusterOidc { required_claim: "a".to_owned(), ..cluster };
    assert_eq!(malformed.to_configuration("", 34), Err(ParseOidcFlagsError::RequiredClaim));
}
