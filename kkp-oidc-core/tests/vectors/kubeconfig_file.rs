//! kubeconfig-kubectl-goldens.jsonl: files that kubectl wrote, read and written again.
//! kubeconfig-reads.jsonl: what `kubectl config view` makes of files that YAML 1.1 and 1.2 might read differently.
//! kubeconfig-load.jsonl: what client-go's `clientcmd.Load` and `clientcmd.Validate` make of files written by hand.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::collections::BTreeMap;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::kubeconfig::KubeconfigFile;
use kkp_oidc_core::kubeconfig::file::ReadKubeconfigError;
use kkp_oidc_core::yaml::{self, ParseYamlError, YamlFault};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::support::{self, Count};

const GOLDENS: &str = "kubeconfig-kubectl-goldens.jsonl";
const READS: &str = "kubeconfig-reads.jsonl";
const LOADS: &str = "kubeconfig-load.jsonl";

#[derive(Deserialize)]
struct Golden {
    id: u32,
    case: String,
    yaml: Option<String>,
    kubectl_errors: Vec<String>,
}

#[test]
fn what_kubectl_wrote_is_read_and_written_again_byte_for_byte() {
    let mut count = Count::default();
    let mut differences = Vec::new();
    for Golden { id, case, yaml, kubectl_errors } in support::read(GOLDENS) {
        let Some(yaml) = yaml.filter(|_| kubectl_errors.is_empty()) else {
            count.left_out += 1;
            continue;
        };
        count.checked += 1;
        let again = KubeconfigFile::read(yaml.as_bytes()).map(|file| file.to_yaml());
        let same = again.as_ref().is_ok_and(|again| again.as_ref().is_ok_and(|again| again.expose_secret() == yaml));
        if !same {
            let again = again.map(|again| again.map(|again| again.expose_secret().to_owned()));
            differences.push(format!("{id} ({case}): {yaml:?}\n  {again:?}"));
        }
    }
    count.report(GOLDENS);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[derive(Deserialize)]
struct Read {
    yaml: String,
    view: Option<String>,
}

/// Lines of kubeconfig-reads.jsonl that kubectl reads and we do not, each in a class of docs/kkp-compatibility.md.
const READS_REFUSED_BEYOND: usize = 27;

#[test]
fn nothing_is_read_that_kubectl_refuses_nor_read_otherwise() {
    let mut count = Count::default();
    let (mut beyond, mut differences) = (0, Vec::new());
    for Read { yaml, view } in support::read_committed(READS) {
        count.checked += 1;
        match (KubeconfigFile::read(yaml.as_bytes()), view) {
            (Err(_), None) => {}
            (Err(_), Some(_)) => beyond += 1,
            (Ok(_), None) => differences.push(format!("{yaml:?} is read")),
            (Ok(file), Some(view)) => {
                let written = file.to_yaml().unwrap();
                let usual = |yaml: &str| yaml.replace("preferences: {}\n", "");
                if usual(written.expose_secret()) != usual(&view) {
                    differences.push(format!("{yaml:?} gives {:?}", written.expose_secret()));
                }
            }
        }
    }
    count.report(READS);
    assert_eq!((differences, beyond), (Vec::<String>::new(), READS_REFUSED_BEYOND));
}

#[derive(Deserialize)]
struct Load {
    id: u32,
    case: String,
    yaml: String,
    ok: bool,
    config: Option<Value>,
    users: Option<Value>,
    validate_error: Option<String>,
}

/// What we refuse beyond client-go, as docs/kkp-compatibility.md names it.
fn class(error: &ReadKubeconfigError) -> Option<&'static str> {
    let ReadKubeconfigError::Yaml(ParseYamlError::Refused { fault, .. }) = error else {
        return None;
    };
    match fault {
        YamlFault::DuplicateKey => Some("a key twice"),
        YamlFault::MergeKey => Some("merge keys"),
        YamlFault::MultipleDocuments => Some("several documents"),
        YamlFault::TooComplex => Some("limits"),
        YamlFault::NotSupported { .. } => Some("what YAML 1.1 and 1.2 read differently"),
        _ => None,
    }
}

/// All lines that we refuse and client-go reads.
const REFUSED_BEYOND: [&str; 7] = ["anchors", "custom-tag", "deep", "directive", "dup-user-key", "merge", "two-docs"];

#[test]
fn files_are_read_as_client_go_reads_them_or_refused() {
    let mut count = Count::default();
    let mut refused_beyond = BTreeMap::<_, Vec<String>>::new();
    let mut differences = Vec::new();
    for load in support::read::<Load>(LOADS) {
        count.checked += 1;
        let (id, case) = (load.id, &load.case);
        match (KubeconfigFile::read(load.yaml.as_bytes()), load.ok) {
            (Err(_), false) => {}
            (Err(error), true) => match class(&error) {
                Some(class) if REFUSED_BEYOND.contains(&case.as_str()) => {
                    refused_beyond.entry(class).or_default().push(load.case)
                }
                _ => differences.push(format!("{id} ({case}): refused: {error:?}")),
            },
            (Ok(_), false) => differences.push(format!("{id} ({case}): accepted")),
            (Ok(file), true) => {
                let unreadable = |path: &str| Err(format!("open {path}: no such file or directory"));
                let inspection = file.inspect(UnixTime::from_secs(0), &unreadable);
                if inspection.validate_error != load.validate_error {
                    differences.push(format!("{id} ({case}): {:?}", inspection.validate_error));
                }
                let (found, users) = content(&file);
                for (found, expected) in [(found, load.config), (users, load.users)] {
                    let (found, expected) = (pruned(found), pruned(expected.unwrap_or_default()));
                    if found != expected {
                        differences.push(format!("{id} ({case}): {found} instead of {expected}"));
                    }
                }
            }
        }
    }
    count.report(LOADS);
    let beyond: usize = refused_beyond.values().map(Vec::len).sum();
    report_beyond(beyond, &refused_beyond);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

#[expect(clippy::print_stdout, reason = "shown with --nocapture, for acceptance")]
fn report_beyond(count: usize, classes: &BTreeMap<&str, Vec<String>>) {
    println!("{LOADS}: {count} refused that client-go reads: {classes:?}");
}

/// What was read: in the shape of client-go's internal configuration, and the users as the vectors repeat them.
fn content(file: &KubeconfigFile) -> (Value, Value) {
    let yaml = file.to_yaml().unwrap();
    // Read by another reader than the one under test.
    let mut config: Map<String, Value> = yaml::from_str(yaml.expose_secret()).unwrap();
    config.remove("apiVersion");
    config.remove("kind");
    for (list, section) in
        [("clusters", "cluster"), ("contexts", "context"), ("users", "user"), ("extensions", "extension")]
    {
        let Some(entries) = config.get(list).and_then(Value::as_array) else {
            continue;
        };
        let named = entries.iter().map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry[section].clone()));
        let named = named.collect();
        config.insert(list.to_owned(), Value::Object(named));
    }
    let users = config.get("users").and_then(Value::as_object).cloned().unwrap_or_default();
    let users = users.into_iter().map(|(name, user)| {
        let mut facts = json!({"token": user["token"], "auth-provider": user["auth-provider"]["config"]});
        if let Some(exec) = user.get("exec") {
            let mut exec = exec.clone();
            exec.as_object_mut().unwrap().remove("provideClusterInfo");
            facts["exec"] = exec;
        }
        (name, facts)
    });
    let users = Value::Object(users.collect());
    (Value::Object(config), users)
}

/// Absent, null, empty and false are the same; a user without anything stays a user.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map = map.into_iter().map(|(key, value)| (key, pruned(value))).filter(|(_, value)| !value.is_null());
            let map: Map<String, Value> = map.collect();
            if map.is_empty() { Value::Null } else { Value::Object(map) }
        }
        Value::Array(list) if list.is_empty() => Value::Null,
        Value::Array(list) => Value::Array(list.into_iter().map(pruned).collect()),
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Bool(false) => Value::Null,
        other => other,
    }
}
