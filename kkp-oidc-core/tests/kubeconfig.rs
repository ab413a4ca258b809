//! Kubeconfigs from types: KKP's two files whole, every refusal, and that what is written reads back.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::collections::BTreeMap;

use kkp_oidc_core::kubeconfig::{
    AuthProviderConfig, Cluster, ExecConfig, ExecEnvVar, Kubeconfig, Kubelogin, OidcAuthProvider, Preferences,
    RenderKubeconfigError, User,
};
use kkp_oidc_core::yaml;
use proptest::prelude::*;
use serde_json::{Value, json};

fn oidc(certificates: Option<&[u8]>) -> User {
    User::from(OidcAuthProvider {
        client_id: "kubermatic".to_owned(),
        client_secret: "".into(),
        id_token: "fakeTokenId".into(),
        idp_issuer_url: "url://dex".to_owned(),
        refresh_token: "fakeRefreshToken".into(),
        idp_certificate_authority_data: certificates.map(<[u8]>::to_vec),
    })
}

fn kubelogin(certificates: Option<&[u8]>) -> User {
    User::Exec(ExecConfig::kubelogin(&Kubelogin {
        issuer_url: "https://kkp.example.com/dex".to_owned(),
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: "secret".into(),
        certificate_authority_data: certificates.map(<[u8]>::to_vec),
    }))
}

fn with_user(user: User) -> Kubeconfig {
    Kubeconfig::for_cluster("AbcClusterID", Cluster::new("test.fake.io"), "bob@acme.com", user)
}

fn render(kubeconfig: &Kubeconfig) -> String {
    kubeconfig.to_yaml(Preferences::Omit).unwrap().expose_secret().to_owned()
}

const HEAD: &str = "apiVersion: v1
clusters:
- cluster:
    server: test.fake.io
  name: AbcClusterID
contexts:
- context:
    cluster: AbcClusterID
    user: bob@acme.com
  name: AbcClusterID
current-context: AbcClusterID
kind: Config
users:
- name: bob@acme.com
  user:
";

#[test]
fn the_auth_provider_has_all_five_keys_and_a_sixth_only_for_certificates() {
    let keys = |authority: &str| {
        format!(
            "{HEAD}    auth-provider:
      config:
        client-id: kubermatic
        client-secret: \"\"
        id-token: fakeTokenId
{authority}        idp-issuer-url: url://dex
        refresh-token: fakeRefreshToken
      name: oidc
"
        )
    };
    assert_eq!(render(&with_user(oidc(None))), keys(""));
    let authority = "        idp-certificate-authority-data: UEVN\n";
    assert_eq!(render(&with_user(oidc(Some(b"PEM")))), keys(authority));
}

#[test]
fn kubelogin_gets_the_arguments_of_kkp_and_certificates_last() {
    let section = |authority: &str| {
        format!(
            "{HEAD}    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=https://kkp.example.com/dex
      - --oidc-client-id=kubermaticIssuer
      - --oidc-client-secret=secret
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
{authority}      command: kubectl
      env: null
      interactiveMode: Never
      provideClusterInfo: false
"
        )
    };
    assert_eq!(render(&with_user(kubelogin(None))), section(""));
    let authority = "      - --certificate-authority-data=UEVN\n";
    assert_eq!(render(&with_user(kubelogin(Some(b"PEM")))), section(authority));
}

#[test]
fn preferences_stand_between_kind_and_users_when_asked_for() {
    let empty = Kubeconfig::default();
    let head = "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\nkind: Config\n";
    assert_eq!(render(&empty), format!("{head}users: null\n"));
    let with_preferences = empty.to_yaml(Preferences::EmptyMap).unwrap();
    assert_eq!(with_preferences.expose_secret(), format!("{head}preferences: {{}}\nusers: null\n"));
}

fn config(key: &str, value: &str) -> Kubeconfig {
    with_user(User::AuthProvider(AuthProviderConfig::from_iter([(key.to_owned(), value.into())])))
}

#[test]
fn what_client_go_refuses_is_refused_by_field_and_code_point() {
    let mut exec = ExecConfig::default();
    exec.args = vec!["".into(), "a\u{9f}".into()];
    let mut variable = ExecConfig::default();
    variable.env = vec![ExecEnvVar { name: "A".to_owned(), value: "\u{fffe}".into() }];
    let server = Kubeconfig::for_cluster("a", Cluster::new("\u{7f}"), "u", User::Empty);
    let mut current = Kubeconfig::default();
    current.current_context = "\u{80}".to_owned();
    let name = Kubeconfig::for_cluster("\u{ffff}", Cluster::new(""), "u", User::Empty);
    let long = "<".repeat(171);
    let table = [
        (server, "`clusters[0].cluster.server` has the character U+007F, which a kubeconfig cannot hold there"),
        (name, "`clusters[0].name` has the character U+FFFF, which a kubeconfig cannot hold there"),
        (current, "`current-context` has the character U+0080, which a kubeconfig cannot hold there"),
        (
            with_user(User::Exec(exec)),
            "`users[0].user.exec.args[1]` has the character U+009F, which a kubeconfig cannot hold there",
        ),
        (
            with_user(User::Exec(variable)),
            "`users[0].user.exec.env[0].value` has the character U+FFFE, which a kubeconfig cannot hold there",
        ),
        (
            with_user(User::Token("a\u{85}--- b".into())),
            "`users[0].user.token` has a line that starts with `---` or `...`, which would end the YAML document",
        ),
        (
            config("a\u{85}", "canary"),
            "`users[0].user.auth-provider.config[a key of 3 bytes]` has the character U+0085, which a kubeconfig \
             cannot hold there",
        ),
        (
            config("client-id", "canary\u{7f}"),
            "`users[0].user.auth-provider.config[client-id]` has the character U+007F, which a kubeconfig cannot hold \
             there",
        ),
        (
            config(&long, ""),
            "`users[0].user.auth-provider.config[a key of 171 bytes]` is too long for a key: 1028 characters in JSON, \
             at most 1024 are read",
        ),
    ];
    for (kubeconfig, expected) in table {
        assert_eq!(kubeconfig.to_yaml(Preferences::Omit).unwrap_err().to_string(), expected);
    }
    assert_eq!(
        config("\u{85}", "").to_yaml(Preferences::Omit).unwrap_err(),
        RenderKubeconfigError::Character {
            path: "users[0].user.auth-provider.config[a key of 2 bytes]".to_owned(),
            code_point: 0x85
        }
    );
}

#[test]
fn keys_are_written_up_to_1024_characters_of_json_and_alone_on_a_line_above_128_bytes() {
    let line = |key: &str| render(&config(key, "v")).lines().nth(17).unwrap_or_default().to_owned();
    for (len, start) in
        [(127, "        "), (128, "        "), (129, "        ? "), (1021, "        ? "), (1022, "        ? ")]
    {
        let key = "k".repeat(len);
        let end = if len <= 128 { ": v" } else { "" };
        assert_eq!(line(&key), format!("{start}{key}{end}"));
    }
    let too_long = config(&"k".repeat(1023), "v").to_yaml(Preferences::Omit).unwrap_err();
    assert_eq!(
        too_long,
        RenderKubeconfigError::KeyTooLong {
            path: "users[0].user.auth-provider.config[a key of 1023 bytes]".to_owned(),
            chars: 1025
        }
    );
}

#[test]
fn lines_are_folded_at_the_first_lone_space_past_column_80() {
    // `    token: ` takes eleven columns.
    let token = |before: usize| format!("{} b", "a".repeat(before));
    for (before, separator) in [(68, " "), (69, " "), (70, "\n      "), (71, "\n      ")] {
        let expected = format!("{HEAD}    token: {}{separator}b\n", "a".repeat(before));
        assert_eq!(render(&with_user(User::Token(token(before).into()))), expected, "{before}");
    }
}

#[test]
fn key_orders_with_cycles_and_a_very_long_text_are_written_all_the_same() {
    let digits = (0..200).map(|index| (format!("9{}-{index}", "9".repeat(index % 40)), "v".into()));
    let user = User::AuthProvider(AuthProviderConfig::from_iter(digits));
    assert_eq!(render(&with_user(user)).lines().count(), 17 + 200 + 1);
    let token = "x".repeat(1 << 20);
    let yaml = render(&with_user(User::Token(token.as_str().into())));
    assert_eq!(yaml, format!("{HEAD}    token: {token}\n"));
}

#[test]
fn debug_counts_and_names_nothing() {
    let kubeconfig = with_user(User::Token("canary".into()));
    let mut cluster = Cluster::new("https://user:canary@h");
    cluster.proxy_url = "http://user:canary@proxy".to_owned();
    assert_eq!(format!("{kubeconfig:?} {cluster:?}"), "Kubeconfig(1 clusters, 1 contexts, 1 users) Cluster { .. }");
}

/// Text that both YAML readers carry: no next-line character, which is folded, and nothing that is refused. A carriage
/// return, U+2028 and U+2029 are left to the vectors: YAML 1.2 does not take the latter two for line breaks.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "yes",
        "no",
        "~",
        "null",
        "1_000",
        "0x1F",
        "1:30",
        "2001-12-14",
        ".inf",
        "- ",
        "? ",
        ": ",
        " #",
        "'",
        "\"",
        "\\",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "é",
        "\u{1f600}",
        "\0",
        "{",
        "[",
        "&a",
        "*a",
        "|",
        ">",
        "%",
        "---",
        "word ",
        "a long word without a space",
    ]);
    prop_oneof![
        prop::collection::vec(word, 0..24).prop_map(|words| words.concat()),
        "[ -~\\n]{0,200}",
        "[ -~\\u{a0}-\\u{2027}\\u{3000}-\\u{d7ff}\\u{10000}-\\u{10ffff}]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_the_same_text(name in text(), texts in prop::array::uniform4(text())) {
        let [first, second, value, hint] = &texts;
        let mut exec = ExecConfig::default();
        exec.args = vec![first.as_str().into(), second.as_str().into()];
        exec.env = vec![ExecEnvVar { name: name.clone(), value: value.as_str().into() }];
        exec.install_hint = hint.clone();
        let yaml = render(&Kubeconfig::for_cluster(&name, Cluster::new(first.as_str()), &name, User::Exec(exec)));
        let read: Value = yaml::from_str(&yaml).unwrap();
        prop_assert_eq!(&read["current-context"], &json!(name));
        prop_assert_eq!(&read["clusters"], &json!([{"name": name, "cluster": {"server": first}}]));
        let exec = &read["users"][0]["user"]["exec"];
        prop_assert_eq!(&exec["args"], &json!([first, second]));
        prop_assert_eq!(&exec["env"], &json!([{"name": name, "value": value}]));
        let expected = (!hint.is_empty()).then(|| json!(hint));
        prop_assert_eq!(exec.get("installHint"), expected.as_ref());
    }

    #[test]
    fn keys_and_values_of_an_auth_provider_read_back(entries in prop::collection::btree_map(text(), text(), 1..5)) {
        let config = entries.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
        let kubeconfig = with_user(User::AuthProvider(config.collect()));
        let read: Value = yaml::from_str(&render(&kubeconfig)).unwrap();
        let config = &read["users"][0]["user"]["auth-provider"]["config"];
        let found: BTreeMap<String, String> = serde_json::from_value(config.clone()).unwrap();
        prop_assert_eq!(found, entries);
    }
}
