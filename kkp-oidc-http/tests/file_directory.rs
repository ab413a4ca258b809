//! A directory of clusters in files: what is read, what is refused with which words, and what a change does.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use kkp_oidc_core::authorization::{FlowTarget, UserEntry};
use kkp_oidc_core::directory::{DirectoryFile, SharedCluster};
use kkp_oidc_core::ids::UserId;
use kkp_oidc_core::share::Owner;
use kkp_oidc_http::{Authorization, ClusterDirectory, FileDirectory, Shareable};
use tempfile::TempDir;

/// The example of the documentation of `kkp_oidc_core::directory`.
const DOCUMENTED: &str = "\
users:
- email: owner@example.com      # id: the lower-case hexadecimal SHA-256 of it, as KKP has it
- email: root@example.com
  admin: true
projects:
- id: my-project
  members:
  - email: owner@example.com
    role: owners
clusters:
- id: lab7x9k2mp
  project: my-project
  name: the lab
  server: https://lab.example.com:6443   # wins over the kubeconfig's
  kubeconfig: admin.kubeconfig           # server and CA come from here
";

/// `LS0tCg==` is the base64 of `---` and a line feed.
const INLINE_CA: &str = "\
apiVersion: v1
kind: Config
clusters:
- name: lab7x9k2mp
  cluster: {server: 'https://10.0.0.1:6443', certificate-authority-data: LS0tCg==}
users:
- name: admin
  user: {token: not-for-anybody}
";

/// Files in a folder of their own.
struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let these = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            these.write(name, content);
        }
        these
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> FileDirectory {
        FileDirectory::open(self.path("clusters.yaml")).unwrap()
    }

    /// The error and its causes, with `DIR` for the folder.
    fn refusal(&self) -> Vec<String> {
        let error = FileDirectory::open(self.path("clusters.yaml")).unwrap_err();
        let mut texts = Vec::new();
        let mut next: Option<&dyn Error> = Some(&error);
        while let Some(error) = next {
            texts.push(error.to_string().replace(self.0.path().to_str().unwrap(), "DIR"));
            next = error.source();
        }
        texts
    }
}

/// What the owner of the project may share.
async fn found(directory: &FileDirectory, cluster_id: &str) -> Option<SharedCluster> {
    let target = FlowTarget {
        user_id: UserId::from_email("owner@example.com"),
        project_id: "my-project".parse().unwrap(),
        cluster_id: cluster_id.parse().unwrap(),
        user_entry: UserEntry::AuthProvider,
    };
    directory.authorize(&target).await.unwrap().map(|cluster| SharedCluster::clone(&cluster))
}

fn lab(server: &str, certificate_authority_data: &str) -> Option<SharedCluster> {
    Some(SharedCluster {
        id: "lab7x9k2mp".parse().unwrap(),
        name: "the lab".to_owned(),
        server: server.to_owned(),
        certificate_authority_data: certificate_authority_data.into(),
    })
}

#[tokio::test]
async fn the_documented_example_is_read_and_its_own_address_wins() {
    let files = Files::new(&[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", INLINE_CA)]);
    let directory = files.open();
    assert_eq!(found(&directory, "lab7x9k2mp").await, lab("https://lab.example.com:6443", "---\n"));
    assert_eq!(found(&directory, "other").await, None);
}

#[tokio::test]
async fn without_an_address_of_its_own_the_kubeconfigs_counts() {
    let text = DOCUMENTED.replace("  server: https://lab.example.com:6443   # wins over the kubeconfig's\n", "");
    let files = Files::new(&[("clusters.yaml", &text), ("admin.kubeconfig", INLINE_CA)]);
    assert_eq!(found(&files.open(), "lab7x9k2mp").await, lab("https://10.0.0.1:6443", "---\n"));
}

#[tokio::test]
async fn paths_begin_where_the_file_that_names_them_lies() {
    let text = DOCUMENTED.replace("admin.kubeconfig", "kubeconfigs/lab/admin.kubeconfig");
    let kubeconfig = INLINE_CA.replace("certificate-authority-data: LS0tCg==", "certificate-authority: ../ca.pem");
    let files = Files::new(&[
        ("clusters.yaml", &text),
        ("kubeconfigs/lab/admin.kubeconfig", &kubeconfig),
        ("kubeconfigs/ca.pem", "the CA\n"),
    ]);
    assert_eq!(found(&files.open(), "lab7x9k2mp").await, lab("https://lab.example.com:6443", "the CA\n"));
    // An absolute path is one.
    files.write("clusters.yaml", &DOCUMENTED.replace("admin.kubeconfig", files.path("elsewhere").to_str().unwrap()));
    files.write("elsewhere", INLINE_CA);
    assert_eq!(found(&files.open(), "lab7x9k2mp").await, lab("https://lab.example.com:6443", "---\n"));
}

#[tokio::test]
async fn the_entry_of_that_name_counts_or_else_the_only_one() {
    let several = "\
clusters:
- name: other
  cluster: {server: 'https://other.example.com'}
- name: lab7x9k2mp
  cluster: {server: 'https://named.example.com'}
";
    let only = "\
clusters:
- name: kubernetes
  cluster: {server: 'https://only.example.com'}
";
    let text = DOCUMENTED.replace("  server: https://lab.example.com:6443   # wins over the kubeconfig's\n", "");
    for (kubeconfig, server) in [(several, "https://named.example.com"), (only, "https://only.example.com")] {
        let files = Files::new(&[("clusters.yaml", &text), ("admin.kubeconfig", kubeconfig)]);
        assert_eq!(found(&files.open(), "lab7x9k2mp").await, lab(server, ""));
    }
}

#[test]
fn wrong_files_are_refused_with_place_and_reason() {
    let unknown_project = DOCUMENTED.replace("  project: my-project", "  project: theirs");
    let not_named = "\
clusters:
- name: one
  cluster: {server: 'https://one.example.com'}
- name: two
  cluster: {server: 'https://two.example.com'}
";
    let no_file = "No such file or directory (os error 2)";
    let cannot_be_used = "DIR/clusters.yaml:11: kubeconfig DIR/admin.kubeconfig cannot be used";
    let with_ca_file = INLINE_CA.replace("certificate-authority-data: LS0tCg==", "certificate-authority: ca.pem");
    for (files, expected) in [
        (&[][..], vec!["DIR/clusters.yaml cannot be read", no_file]),
        (&[("clusters.yaml", DOCUMENTED)], vec!["DIR/clusters.yaml:11: DIR/admin.kubeconfig cannot be read", no_file]),
        (
            &[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", &with_ca_file)],
            vec!["DIR/clusters.yaml:11: DIR/ca.pem cannot be read", no_file],
        ),
        (
            &[("clusters.yaml", unknown_project.as_str())],
            vec!["DIR/clusters.yaml:12:12: project `theirs` is not in `projects`"],
        ),
        (
            &[("clusters.yaml", "users:\n- groups: [a\n")],
            vec!["DIR/clusters.yaml:2:11: `users[0].groups` is not valid YAML"],
        ),
        (
            &[("clusters.yaml", "users:\n- mail: a@b.example\n")],
            vec!["DIR/clusters.yaml:2:3: `users[0]` has the unknown field `mail`"],
        ),
        (
            &[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", not_named)],
            vec![cannot_be_used, "none of the kubeconfig's 2 clusters is named `lab7x9k2mp`: it has `one`, `two`"],
        ),
        (
            &[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", "clusters: []\n")],
            vec![cannot_be_used, "the kubeconfig has no clusters"],
        ),
        (
            &[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", "clusters: {\n")],
            vec![cannot_be_used, "the kubeconfig cannot be read", "`clusters` is not a list (line 1, column 11)"],
        ),
    ] {
        assert_eq!(Files::new(files).refusal(), expected);
    }
}

#[test]
fn what_is_no_text_or_too_large_is_refused() {
    let files = Files::new(&[]);
    fs::write(files.path("clusters.yaml"), b"users: \xff\n").unwrap();
    assert_eq!(files.refusal(), ["DIR/clusters.yaml cannot be read", "the file is not UTF-8"]);
    let file = fs::File::create(files.path("clusters.yaml")).unwrap();
    file.set_len(16 * 1024 * 1024 + 1).unwrap();
    assert_eq!(files.refusal(), ["DIR/clusters.yaml cannot be read", "the file has more than 16 MiB"]);
}

#[tokio::test]
async fn a_change_is_taken_if_it_is_right() {
    let files = Files::new(&[("clusters.yaml", DOCUMENTED), ("admin.kubeconfig", INLINE_CA)]);
    let directory = files.open();
    assert!(!directory.reload(), "nothing changed");
    assert_eq!(found(&directory, "lab7x9k2mp").await, lab("https://lab.example.com:6443", "---\n"));

    // Of a file that the directory leads to.
    files.write("admin.kubeconfig", &INLINE_CA.replace("LS0tCg==", "LS0tLQo="));
    assert!(directory.reload());
    assert!(!directory.reload(), "taken already");
    assert_eq!(found(&directory, "lab7x9k2mp").await, lab("https://lab.example.com:6443", "----\n"));

    for wrong in ["users: [\n", "", "clusters: [{id: a, project: b, server: 'https://a.example'}]\n"] {
        files.write("clusters.yaml", wrong);
        assert!(!directory.reload(), "{wrong}");
        assert_eq!(found(&directory, "lab7x9k2mp").await, lab("https://lab.example.com:6443", "----\n"), "{wrong}");
        files.write("clusters.yaml", DOCUMENTED);
        assert!(!directory.reload(), "{wrong}");
    }
    files.write("clusters.yaml", "clusters: []\n");
    assert!(directory.reload(), "to share nothing is right where it is said");
    assert_eq!(found(&directory, "lab7x9k2mp").await, None);
    files.write("clusters.yaml", DOCUMENTED);
    assert!(directory.reload());
    fs::remove_file(files.path("admin.kubeconfig")).unwrap();
    assert!(!directory.reload(), "a file is gone");
    assert_eq!(found(&directory, "lab7x9k2mp").await, lab("https://lab.example.com:6443", "----\n"));

    files.write("clusters.yaml", &DOCUMENTED.replace("owners", "projectmanagers"));
    files.write("admin.kubeconfig", INLINE_CA);
    assert!(directory.reload());
    assert_eq!(found(&directory, "lab7x9k2mp").await, None);
}

/// A directory that says no more than it has to.
struct Plain(FileDirectory);

impl ClusterDirectory for Plain {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        self.0.authorize(target)
    }

    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a> {
        self.0.shareable_by(owner)
    }
}

#[tokio::test]
async fn one_cluster_is_shareable_exactly_if_it_is_among_those_that_are() {
    const CLUSTERS: &str = "\
users:
- email: owner@example.com
- email: root@example.com
  admin: true
projects:
- id: one
  members:
  - email: owner@example.com
    role: owners
- id: two
clusters:
- {id: aaaa, project: one, server: 'https://a.example.com'}
- {id: bbbb, project: one, server: 'https://b.example.com'}
- {id: cccc, project: two, server: 'https://c.example.com'}
";
    let files = Files::new(&[("clusters.yaml", CLUSTERS)]);
    let (own, default) = (files.open(), Plain(files.open()));
    let file = DirectoryFile::parse(CLUSTERS, "clusters.yaml").unwrap();
    let Ok(fixed) = file.resolve(|reference| Ok::<_, Infallible>(reference.resolve(None, Vec::new())));
    for (email, expected) in [
        ("Owner@example.com", "aaaa@one bbbb@one"),
        ("root@example.com", "aaaa@one bbbb@one cccc@two"),
        ("nobody@example.com", ""),
    ] {
        let owner = Owner { email, groups: &[] };
        for directory in [&own as &dyn ClusterDirectory, &default, &fixed] {
            let mut shareable = Vec::new();
            for cluster in ["aaaa", "bbbb", "cccc", "dddd"] {
                for project in ["one", "two", "three"] {
                    let ids = (project.parse().unwrap(), cluster.parse().unwrap());
                    if let Some(found) = directory.shareable(owner, &ids.0, &ids.1).await.unwrap() {
                        assert_eq!(found.id, ids.1);
                        shareable.push(format!("{cluster}@{project}"));
                    }
                }
            }
            assert_eq!(shareable.join(" "), expected, "{email}");
        }
    }
}
