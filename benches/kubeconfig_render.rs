//! Rendering the typical kubeconfig of about 2.5 KB: one cluster with a certificate, one user with tokens.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kkp_oidc_core::kubeconfig::{Cluster, ExecConfig, Kubeconfig, Kubelogin, OidcAuthProvider, Preferences, User};

fn file(user: User) -> Kubeconfig {
    let server = "https://jx7tkq9v2w.europe-west3.example.com:30001";
    let cluster = Cluster::new(server).with_certificate_authority_data(vec![b'x'; 600]);
    Kubeconfig::for_cluster("jx7tkq9v2w", cluster, "bob.builder@example.com", user)
}

fn auth_provider() -> Kubeconfig {
    file(User::from(OidcAuthProvider {
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: "aGVsbG8td29ybGQtdGhpcy1pcy1hLXNlY3JldA".into(),
        id_token: format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "e".repeat(500), "s".repeat(342)).into(),
        idp_issuer_url: "https://kkp.example.com/dex".to_owned(),
        refresh_token: "Chlq".repeat(25).into(),
        idp_certificate_authority_data: None,
    }))
}

fn exec() -> Kubeconfig {
    file(User::Exec(ExecConfig::kubelogin(&Kubelogin {
        issuer_url: "https://kkp.example.com/dex".to_owned(),
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: "aGVsbG8td29ybGQtdGhpcy1pcy1hLXNlY3JldA".into(),
        certificate_authority_data: None,
    })))
}

fn render(criterion: &mut Criterion) {
    for (name, kubeconfig) in [("auth_provider", auth_provider()), ("exec", exec())] {
        criterion.bench_function(&format!("kubeconfig_render/{name}"), |bencher| {
            bencher.iter(|| black_box(&kubeconfig).to_yaml(Preferences::Omit));
        });
    }
}

criterion_group!(benches, render);
criterion_main!(benches);
