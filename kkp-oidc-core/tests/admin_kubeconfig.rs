//! What is learned of a cluster from an admin kubeconfig, and what is refused.

use std::error::Error as _;

use kkp_oidc_core::kubeconfig::{
    AdminKubeconfig, CertificateAuthority, FindAdminClusterError, ParseAdminKubeconfigError,
};

const KKP: &str = "apiVersion: v1
kind: Config
current-context: default
clusters:
- name: abc
  cluster:
    certificate-authority-data: UEVN
    server: https://abc.example.com:6443
contexts:
- name: default
  context: {cluster: abc, user: default}
users:
- name: default
  user: {token: s3cr3t}
";

#[test]
fn server_and_certificates_come_from_the_entry_named_like_the_id_or_the_only_one() {
    let two = "clusters:
- {name: abc, cluster: {server: 'http://a', certificate-authority: ca.crt}}
- {name: \"123\", cluster: {server: 'https://b', certificate-authority: ca.crt, certificate-authority-data: \"UE\\nVN\"}}
";
    let table = [
        (KKP, "abc", "https://abc.example.com:6443", CertificateAuthority::Inline(b"PEM".to_vec())),
        (KKP, "other", "https://abc.example.com:6443", CertificateAuthority::Inline(b"PEM".to_vec())),
        (two, "abc", "http://a", CertificateAuthority::File("ca.crt".to_owned())),
        (two, "123", "https://b", CertificateAuthority::Inline(b"PEM".to_vec())),
        ("clusters: [{cluster: {server: 'https://[::1]:6443'}}]", "", "https://[::1]:6443", CertificateAuthority::None),
        (
            "{\"clusters\":[{\"name\":\"é\\u0000\",\"cluster\":{\"server\":\"HTTPS://H\",\"certificate-authority-data\":null}}]}",
            "é\0",
            "HTTPS://H",
            CertificateAuthority::None,
        ),
        (
            "clusters: [{name: a, cluster: {server: 'https://h', certificate-authority-data: YWJ=, \
             insecure-skip-tls-verify: yes}}]",
            "a",
            "https://h",
            CertificateAuthority::Inline(b"ab".to_vec()),
        ),
    ];
    for (text, id, server, authority) in table {
        let cluster = AdminKubeconfig::parse(text).unwrap().cluster_for(id).unwrap();
        assert_eq!((cluster.server.as_str(), cluster.certificate_authority), (server, authority), "{id:?}");
    }
}

#[test]
fn every_missing_or_broken_fact_is_named_without_its_value() {
    let entry = |cluster: &str| format!("clusters: [{{name: a, cluster: {cluster}}}]");
    let many: String = (0..12).map(|index| format!("- {{name: c{index:02}}}\n")).collect();
    let name = || "a".to_owned();
    let table = [
        (String::new(), FindAdminClusterError::NoClusters, "the kubeconfig has no clusters"),
        ("clusters: null".to_owned(), FindAdminClusterError::NoClusters, "the kubeconfig has no clusters"),
        (
            format!("clusters:\n{many}"),
            FindAdminClusterError::NotFound {
                id: "x\n".to_owned(),
                names: (0..12).map(|index| format!("c{index:02}")).collect(),
            },
            "none of the kubeconfig's 12 clusters is named `x\\n`: it has `c00`, `c01`, `c02`, `c03`, `c04`, `c05`, \
             `c06`, `c07`, `c08`, `c09` and 2 more",
        ),
        (entry("null"), FindAdminClusterError::NoServer { name: name() }, "the cluster `a` has no `server`"),
        (entry("{server: ''}"), FindAdminClusterError::NoServer { name: name() }, "the cluster `a` has no `server`"),
        (
            entry("{server: s3cr3t example}"),
            FindAdminClusterError::ServerNotHttp { name: name() },
            "the `server` of the cluster `a` is not an http or https URL, nor a host",
        ),
        (
            entry("{server: 'ftp://s3cr3t'}"),
            FindAdminClusterError::ServerNotHttp { name: name() },
            "the `server` of the cluster `a` is not an http or https URL, nor a host",
        ),
        (
            entry("{server: 'https://h', certificate-authority-data: UEV}"),
            FindAdminClusterError::CertificateAuthorityNotBase64 { name: name() },
            "the `certificate-authority-data` of the cluster `a` is not base64",
        ),
    ];
    for (text, expected, message) in table {
        let error = AdminKubeconfig::parse(&text).unwrap().cluster_for("x\n").unwrap_err();
        assert_eq!((error.to_string(), error), (message.to_owned(), expected), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_read_says_where_and_shows_no_secret() {
    let duplicate = AdminKubeconfig::parse("clusters: [{name: a}, {name: b}, {name: a}]").unwrap_err();
    assert_eq!(duplicate, ParseAdminKubeconfigError::DuplicateCluster { name: "a".to_owned() });
    assert_eq!(duplicate.to_string(), "the kubeconfig has two clusters named `a`");

    let error = AdminKubeconfig::parse("users: [{token: s3cr3t}]\nclusters: [{cluster: [s3cr3t]}]").unwrap_err();
    assert_eq!(error.to_string(), "the kubeconfig cannot be read");
    let source = error.source().map(ToString::to_string);
    assert_eq!(source.as_deref(), Some("`clusters[0].cluster` is not a map (line 2, column 22)"));

    let error = AdminKubeconfig::parse("users: [{token: \"s3cr3t").unwrap_err();
    assert!(!format!("{error:?}").contains("s3cr3t"));
}

#[test]
fn debug_shows_how_many_and_how_long_only() {
    let kubeconfig = AdminKubeconfig::parse(KKP).unwrap();
    let cluster = kubeconfig.cluster_for("abc").unwrap();
    assert_eq!(
        format!("{kubeconfig:?} {cluster:?}"),
        "AdminKubeconfig(1 clusters) AdminCluster { certificate_authority: Inline(3 bytes), .. }"
    );
}

#[test]
fn a_kubeconfig_of_ten_thousand_clusters_is_read() {
    let entries = (0..10_000).map(|index| {
        format!(
            "- name: c{index}\n  cluster: {{server: 'https://c{index}', certificate-authority-data: UEVN}}\n  \
             extensions: [{{name: a, extension: {{b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]}}}}]\n"
        )
    });
    let text = format!("clusters:\n{}", entries.collect::<String>());
    let cluster = AdminKubeconfig::parse(&text).unwrap().cluster_for("c9999").unwrap();
    assert_eq!(cluster.server, "https://c9999");
}
