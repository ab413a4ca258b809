//! kubeconfig.jsonl: what client-go's `clientcmd.Write` makes of a kubeconfig.

#![expect(clippy::unwrap_used, clippy::panic, reason = "test helpers: failing is their job")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kkp_oidc_core::kubeconfig::{
    AuthProviderConfig, Cluster, Context, ExecConfig, ExecEnvVar, InteractiveMode, Kubeconfig, Preferences, User,
};
use serde::Deserialize;

use crate::support::{self, Count};

const FILE: &str = "kubeconfig.jsonl";

/// One vector. `load_error` (client-go cannot read back what it wrote) changes nothing for a writer.
#[derive(Deserialize)]
struct Vector {
    id: u32,
    case: String,
    input: Input,
    yaml: Option<String>,
    write_error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    #[serde(default)]
    current: String,
    clusters: Option<Vec<InputCluster>>,
    users: Option<Vec<InputUser>>,
    contexts: Option<Vec<InputContext>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
#[derive(Default)]
struct InputCluster {
    name: String,
    server: String,
    #[serde(rename = "CA")]
    ca: String,
    #[serde(rename = "CAFile")]
    ca_file: String,
    insecure: bool,
    #[serde(rename = "TLSName")]
    tls_name: String,
    proxy: String,
    no_compress: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
struct InputUser {
    name: String,
    kind: String,
    #[serde(rename = "OIDC")]
    oidc: BTreeMap<String, String>,
    #[serde(rename = "APIVersion")]
    api_version: String,
    command: String,
    args: Vec<String>,
    env: Vec<InputVariable>,
    install_hint: String,
    interactive: String,
    cluster_info: bool,
    token: String,
    cert: String,
    key: String,
    user: String,
    pass: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
struct InputVariable {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
struct InputContext {
    name: String,
    cluster: String,
    user: String,
    namespace: String,
}

impl From<InputCluster> for Cluster {
    fn from(input: InputCluster) -> Self {
        let mut cluster = Self::new(input.server).with_certificate_authority_data(STANDARD.decode(input.ca).unwrap());
        cluster.certificate_authority = input.ca_file;
        cluster.insecure_skip_tls_verify = input.insecure;
        cluster.tls_server_name = input.tls_name;
        cluster.proxy_url = input.proxy;
        cluster.disable_compression = input.no_compress;
        cluster
    }
}

impl From<InputUser> for User {
    fn from(input: InputUser) -> Self {
        match input.kind.as_str() {
            "oidc" => {
                let entries = input.oidc.into_iter().map(|(key, value)| (key, value.into()));
                Self::AuthProvider(entries.collect::<AuthProviderConfig>())
            }
            "exec" => Self::Exec(exec(input)),
            "token" => Self::Token(input.token.into()),
            "cert" => {
                Self::ClientCertificate { certificate_data: bytes(&input.cert), key_data: bytes(&input.key).into() }
            }
            "basic" => Self::Basic { username: input.user, password: input.pass.into() },
            "" | "empty" => Self::Empty,
            kind => panic!("unknown kind of user: {kind}"),
        }
    }
}

/// Certificate and key, which a vector may give as they are or in base64.
fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
}

fn exec(input: InputUser) -> ExecConfig {
    let mut exec = ExecConfig::default();
    exec.api_version = input.api_version;
    exec.command = input.command;
    exec.args = input.args.into_iter().map(Into::into).collect();
    exec.env = input
        .env
        .into_iter()
        .map(|variable| ExecEnvVar { name: variable.name, value: variable.value.into() })
        .collect();
    exec.install_hint = input.install_hint;
    exec.interactive_mode = match input.interactive.as_str() {
        "" => None,
        "Never" => Some(InteractiveMode::Never),
        "IfAvailable" => Some(InteractiveMode::IfAvailable),
        "Always" => Some(InteractiveMode::Always),
        mode => panic!("unknown interactive mode: {mode}"),
    };
    exec.provide_cluster_info = input.cluster_info;
    exec
}

impl From<Input> for Kubeconfig {
    fn from(input: Input) -> Self {
        let mut kubeconfig = Self::default();
        kubeconfig.current_context = input.current;
        for mut cluster in input.clusters.unwrap_or_default() {
            kubeconfig.clusters.insert(std::mem::take(&mut cluster.name), cluster.into());
        }
        for mut user in input.users.unwrap_or_default() {
            kubeconfig.users.insert(std::mem::take(&mut user.name), user.into());
        }
        for context in input.contexts.unwrap_or_default() {
            let InputContext { name, cluster, user, namespace } = context;
            kubeconfig.contexts.insert(name, Context { cluster, user, namespace });
        }
        kubeconfig
    }
}

/// The first line in which two files differ; a refused one counts as the line `refused`.
fn first_difference(client_go: Option<&str>, ours: Option<&str>) -> String {
    let mut client_go = client_go.unwrap_or("refused").split('\n').map(Some).chain([None]);
    let mut ours = ours.unwrap_or("refused").split('\n').map(Some).chain([None]);
    loop {
        let (expected, found) = (client_go.next().flatten(), ours.next().flatten());
        if expected != found {
            return format!("client-go {expected:?}, we {found:?}");
        }
        assert!(expected.is_some(), "the files do not differ");
    }
}

#[test]
fn kubeconfigs_are_written_byte_for_byte_as_client_go_writes_them() {
    let vectors: Vec<Vector> = support::read(FILE);
    let count = vectors.len();
    let mut differences = Vec::new();
    for Vector { id, case, input, yaml, write_error } in vectors {
        assert!(yaml.is_some() != write_error.is_some(), "vector {id} expects both or nothing");
        let rendered = Kubeconfig::from(input).to_yaml(Preferences::EmptyMap);
        let rendered = rendered.as_ref().map(|yaml| yaml.expose_secret()).ok();
        if rendered != yaml.as_deref() {
            differences.push(format!("{id} ({case}): {}", first_difference(yaml.as_deref(), rendered)));
        }
    }
    Count { checked: count, left_out: 0 }.report(FILE);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}
