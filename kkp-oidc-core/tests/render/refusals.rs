//! What cannot be rendered, and what nobody is shown.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::error::Error;

use kkp_oidc_core::kkp::{
    Installation, KubernetesVersion, ParseKubernetesVersionError, RenderError, RenderOptions, Secrets, What, render,
};

const VALUES: &str = include_str!("../data/kkp/values.yaml");
const KUBERMATIC: &str = include_str!("../data/kkp/kubermatic.yaml");
const CLUSTER: &str = include_str!("../data/kkp/cluster.yaml");

const WHATS: [What; 10] = [
    What::ApiFlags,
    What::ControllerFlags,
    What::ApiserverFlags,
    What::AuthenticationConfig,
    What::KubermaticConfiguration,
    What::Values,
    What::DexClient,
    What::UiConfig,
    What::RedirectUris,
    What::HelmCommands,
];

fn read(files: &[&str]) -> Installation {
    Installation::read(files.iter().map(|text| ("a.yaml".to_owned(), text.as_bytes().to_vec()))).0
}

#[track_caller]
fn refused(what: What, files: &[&str], options: &RenderOptions, text: &str) -> RenderError {
    let error = render(what, &read(files), options).map(|rendered| rendered.text).unwrap_err();
    let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
    assert_eq!(format!("{error}{source}"), text);
    error
}

#[test]
fn what_the_files_do_not_give_is_refused_with_the_reason() {
    let options = RenderOptions::default();
    let version = |version: &str| RenderOptions { version: version.parse().ok(), ..RenderOptions::default() };
    let none = "no file configures KKP: there is neither `kubermatic:` nor a KubermaticConfiguration";
    assert_eq!(refused(What::ApiFlags, &[CLUSTER], &options, none), RenderError::NoConfiguration);
    for (what, files, version, text) in [
        (What::ApiFlags, VALUES, "2.14", "KKP 2.14 has no configuration of this kind, only 2.12 to 2.13 has"),
        (What::ApiFlags, KUBERMATIC, "2.19", "KKP 2.19 has no configuration of this kind, only 2.20 to 2.31 has"),
        (What::Values, VALUES, "2.14", "KKP 2.14 has no values.yaml, only 2.12 to 2.13 has"),
        (
            What::KubermaticConfiguration,
            VALUES,
            "2.13",
            "KKP 2.13 has no KubermaticConfiguration, only 2.14 to 2.31 has",
        ),
    ]
    .map(|(what, files, number, text)| (what, files, version(number), text))
    {
        refused(what, &[files], &version, text);
    }
    let json = "kubermatic: {ui: {config: '[]'}}";
    assert_eq!(refused(What::UiConfig, &[json], &options, "`ui.config` is not a JSON object"), RenderError::UiConfig);
    let issuer = "the issuer cannot be used: `dex` is not an absolute URL with a host, expected `https://HOST/…`";
    refused(What::AuthenticationConfig, &["kubermatic: {auth: {tokenIssuer: dex}}"], &options, issuer);
}

#[test]
fn objects_are_named_where_there_are_several_or_none() {
    let other = CLUSTER.replace("qwbzvjpk2m", "b7kxp29wzl");
    let files = [KUBERMATIC, CLUSTER, &other];
    let named = |cluster: &str| RenderOptions { cluster: Some(cluster.to_owned()), ..RenderOptions::default() };
    let text = "there is more than one Cluster among the files: `qwbzvjpk2m`, `b7kxp29wzl`";
    refused(What::ApiserverFlags, &files, &RenderOptions::default(), text);
    let text = "there is no Cluster `c` among the files, only `qwbzvjpk2m`, `b7kxp29wzl`";
    refused(What::ApiserverFlags, &files, &named("c"), text);
    assert!(render(What::ApiserverFlags, &read(&files), &named("b7kxp29wzl")).is_ok());
    let options = RenderOptions { seed: Some("s".to_owned()), ..RenderOptions::default() };
    refused(What::ControllerFlags, &files, &options, "there is no Seed `s` among the files, only other objects");
}

#[test]
fn no_secret_is_rendered_unless_it_is_asked_for() {
    for secrets in [Secrets::Redacted, Secrets::Files("dir".to_owned())] {
        let options = RenderOptions { secrets, ..RenderOptions::default() };
        for (files, what) in [VALUES, KUBERMATIC].into_iter().flat_map(|files| WHATS.map(|what| (files, what))) {
            let rendered = render(what, &read(&[files]), &options).unwrap();
            let all = format!("{}{:?}{:?}", rendered.text, rendered.items, rendered.notes);
            assert!(!all.contains("golden-"), "{what:?}");
        }
    }
}

#[test]
fn secrets_in_files_are_referred_to_as_the_format_allows() {
    let options = RenderOptions { secrets: Secrets::Files("our secrets/".to_owned()), ..RenderOptions::default() };
    let controller = render(What::ControllerFlags, &read(&[VALUES]), &options).unwrap();
    assert_eq!(
        controller.text.lines().nth(3),
        Some("-oidc-issuer-client-secret=\"$(cat 'our secrets/issuer-client-secret')\"")
    );
    let items = controller.items.unwrap();
    assert_eq!(items[3], "-oidc-issuer-client-secret=<in file our secrets/issuer-client-secret>");
    let names: Vec<&str> = controller.secrets.iter().map(|secret| secret.name.file_name()).collect();
    assert_eq!(names, ["issuer-client-secret"]);
    let helm = render(What::HelmCommands, &read(&[VALUES]), &options).unwrap();
    assert_eq!(
        helm.text.lines().nth(1),
        Some(
            "helm upgrade --install --wait --timeout 300 --values values.yaml \
             --set-file 'kubermatic.auth.issuerClientSecret=our secrets/issuer-client-secret' \
             --set-file 'kubermatic.auth.issuerCookieKey=our secrets/issuer-cookie-key' \
             --set-file 'kubermatic.auth.serviceAccountKey=our secrets/service-account-key' \
             --namespace kubermatic kubermatic charts/kubermatic/"
        )
    );
}

#[test]
fn notes_say_where_the_document_is_not_what_kkp_has() {
    let notes = |files: &[&str], options: &RenderOptions| {
        let rendered = render(What::AuthenticationConfig, &read(files), options).unwrap();
        rendered.notes.into_iter().filter(|note| !note.starts_with("kube-apiserver says: ")).collect::<Vec<_>>()
    };
    let defaults = RenderOptions::default();
    let own = CLUSTER.replace("    usernameClaim: email\n", "");
    let with_secret = "apiVersion: kubermatic.k8c.io/v1\nkind: Cluster\nmetadata: {name: c}\nspec:\n  \
                       authenticationConfiguration: {secretName: a, secretKey: b}\n";
    let seed = with_secret.replace("Cluster", "Seed").replace("name: c", "name: s");
    let of_seed = RenderOptions { seed: Some("s".to_owned()), ..RenderOptions::default() };
    assert_eq!(notes(&[KUBERMATIC, CLUSTER], &defaults), Vec::<String>::new());
    assert_eq!(notes(&[VALUES], &defaults), ["KKP 2.13 gives arguments instead: `render apiserver-flags`"]);
    let left_empty = "username claim and prefix that are not written mean here what they did up to 2.30; KKP 2.31 leaves \
                      them empty: write them into `spec.oidc`";
    assert_eq!(notes(&[KUBERMATIC, &own], &defaults), [left_empty]);
    let secret =
        |of: &str| [format!("the {of} has an authenticationConfiguration: KKP takes the document of that Secret")];
    assert_eq!(notes(&[KUBERMATIC, with_secret], &defaults), secret("cluster"));
    assert_eq!(notes(&[KUBERMATIC, &seed], &of_seed), secret("Seed"));
}

#[test]
fn versions_of_kubernetes_are_read_as_people_write_them() {
    for (text, minor) in [
        ("1.34", Some(34)),
        ("v1.33.2", Some(33)),
        ("1.0", Some(0)),
        ("1.65535", Some(65535)),
        ("1.65536", None),
        ("1.", None),
        ("1.34.", None),
        ("1.34.1.2", None),
        ("1.+3", None),
        ("2.1", None),
        ("", None),
    ] {
        let expected = minor
            .map(|minor| KubernetesVersion { minor })
            .ok_or_else(|| "not a version of Kubernetes, such as 1.34 or v1.33.2".to_owned());
        let read = text.parse().map_err(|error: ParseKubernetesVersionError| error.to_string());
        assert_eq!(read, expected, "{text}");
    }
}
