//! Who may share what, as a directory file says.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::authorization::{FlowTarget, UserEntry};
use kkp_oidc_core::directory::{Directory, DirectoryFile, SharedCluster};
use kkp_oidc_core::ids::UserId;

/// The example of the module's documentation.
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

/// `printf owner@example.com | sha256sum`
const OWNER_ID: &str = "c8cd3c6427301eaf6665bccacd65ddb614527acc843a15463e3faba57124c351";

const RIGHTS: &str = "\
users:
- {id: owner, email: Owner@Example.com}
- {id: editor, email: editor@example.com}
- {id: viewer, email: viewer@example.com}
- {id: manager, email: manager@example.com}
- {id: manager-and-viewer, email: both@example.com}
- {id: by-group, email: group@example.com, groups: [other, team-a]}
- {id: wrong-group, email: wrong@example.com, groups: [TEAM-A, team]}
- {id: no-member, email: nobody@example.com}
- {id: admin, email: root@example.com, admin: true}
- {id: not-admin, email: not-root@example.com, admin: false}
projects:
- id: p1
  members:
  - {email: oWNER@eXAMPLE.com, role: owners}
  - {email: editor@example.com, role: editors}
  - {email: viewer@example.com, role: viewers}
  - {email: manager@example.com, role: projectmanagers}
  - {email: both@example.com, role: projectmanagers}
  - {email: both@example.com, role: viewers}
  - {group: team-a, role: viewers}
  - {group: owner@example.com, role: owners}
- id: p2
  members: [{email: viewer@example.com, role: viewers}]
- id: p3
clusters:
- {id: c1, project: p1, server: 'https://c1.example.com'}
- {id: c2, project: p2, server: 'https://c2.example.com'}
- {id: c3, project: p3, server: 'https://c3.example.com'}
";

fn directory(text: &str) -> Directory {
    let file = DirectoryFile::parse(text, "clusters.yaml").unwrap();
    file.resolve(|cluster| Ok::<_, ()>(cluster.resolve(Some("https://from.kubeconfig"), b"PEM".to_vec()))).unwrap()
}

fn target(user_id: &str, project_id: &str, cluster_id: &str) -> FlowTarget {
    FlowTarget {
        user_id: user_id.parse().unwrap(),
        project_id: project_id.parse().unwrap(),
        cluster_id: cluster_id.parse().unwrap(),
        user_entry: UserEntry::AuthProvider,
    }
}

#[test]
fn the_documented_example_works() {
    let lab = SharedCluster {
        id: "lab7x9k2mp".parse().unwrap(),
        name: "the lab".to_owned(),
        server: "https://lab.example.com:6443".to_owned(),
        certificate_authority_data: b"PEM".to_vec(),
    };
    let directory = directory(DOCUMENTED);
    for id in [OWNER_ID, UserId::from_email("root@example.com").as_str()] {
        assert_eq!(directory.authorize(&target(id, "my-project", "lab7x9k2mp")), Some(&lab));
    }
    assert_eq!(directory.clusters().collect::<Vec<_>>(), [&lab]);
}

#[test]
fn roles_groups_and_administrators_decide_who_may_share() {
    let directory = directory(RIGHTS);
    for (user, project, cluster, may_share) in [
        ("owner", "p1", "c1", true),
        ("editor", "p1", "c1", true),
        ("viewer", "p1", "c1", true),
        ("viewer", "p2", "c2", true),
        ("by-group", "p1", "c1", true),
        ("manager-and-viewer", "p1", "c1", true),
        ("admin", "p1", "c1", true),
        ("admin", "p2", "c2", true),
        ("admin", "p3", "c3", true),
        // A project manager does not see clusters.
        ("manager", "p1", "c1", false),
        // Groups are compared exactly, and an address is no group.
        ("wrong-group", "p1", "c1", false),
        ("no-member", "p1", "c1", false),
        ("not-admin", "p1", "c1", false),
        // Unknown is unknown.
        ("unknown", "p1", "c1", false),
        ("Owner", "p1", "c1", false),
        ("owner", "unknown", "c1", false),
        ("owner", "p1", "unknown", false),
        ("admin", "unknown", "c1", false),
        ("admin", "p1", "unknown", false),
        // The cluster is one of another project.
        ("owner", "p2", "c2", false),
        ("owner", "p1", "c2", false),
        ("owner", "p2", "c1", false),
        ("viewer", "p1", "c2", false),
        ("viewer", "p2", "c1", false),
        ("admin", "p1", "c2", false),
        ("admin", "p2", "c1", false),
        ("viewer", "p3", "c3", false),
    ] {
        let shared = directory.authorize(&target(user, project, cluster)).map(|cluster| cluster.id.as_str());
        assert_eq!(shared, may_share.then_some(cluster), "{user} {project} {cluster}");
    }
}

#[test]
fn an_id_is_by_default_the_hash_of_the_lower_cased_address() {
    for email in ["owner@example.com", "OWNER@Example.COM"] {
        let text = DOCUMENTED.replacen("owner@example.com", email, 1);
        assert!(directory(&text).authorize(&target(OWNER_ID, "my-project", "lab7x9k2mp")).is_some(), "{email}");
    }
    let text = DOCUMENTED.replacen("owner@example.com", "owner@example.com\n  id: owner", 1);
    assert!(directory(&text).authorize(&target("owner", "my-project", "lab7x9k2mp")).is_some());
    assert!(directory(&text).authorize(&target(OWNER_ID, "my-project", "lab7x9k2mp")).is_none());
}

#[test]
fn a_cluster_s_facts_come_from_the_file_before_the_kubeconfig() {
    let text = "\
projects: [{id: p}]
clusters:
- {id: b, project: p, kubeconfig: b.kubeconfig}
- {id: a, project: p, server: 'a.example.com:6443', name: A}
- {id: '0123456789', project: p, kubeconfig: ../c, server: 'http://10.0.0.1'}
";
    let file = DirectoryFile::parse(text, "clusters.yaml").unwrap();
    let references: Vec<_> =
        file.clusters().iter().map(|cluster| (cluster.id().as_str(), cluster.kubeconfig(), cluster.line())).collect();
    assert_eq!(
        references,
        [("b", Some("b.kubeconfig"), 3), ("a", None, 4), ("0123456789", Some("../c"), 5)],
        "in the order of the file"
    );
    let clusters = directory(text);
    let facts: Vec<_> = clusters.clusters().map(|c| (c.id.as_str(), c.name.as_str(), c.server.as_str())).collect();
    assert_eq!(
        facts,
        [
            ("0123456789", "0123456789", "http://10.0.0.1"),
            ("a", "A", "a.example.com:6443"),
            ("b", "b", "https://from.kubeconfig"),
        ],
        "in the order of their ids"
    );
}

#[test]
fn numbers_are_ids_as_they_are_written() {
    // KKP's cluster ids are ten letters and digits, so some look like numbers.
    for id in ["2456789245", "0012345678", "12345e6789", "0x12345678", "1_000_0000", "0o12345678", "12345.6789"] {
        let text = format!("projects: [{{id: p}}]\nclusters:\n- id: {id}\n  project: p\n  server: https://a.example\n");
        let file = DirectoryFile::parse(&text, "clusters.yaml").unwrap();
        assert_eq!(file.clusters()[0].id().as_str(), id);
    }
}

#[test]
fn an_empty_file_is_an_empty_directory_and_known_as_one() {
    for (text, lists_clusters) in [
        ("users: []\nprojects: []\nclusters: []\n", true),
        ("{}", false),
        ("", false),
        ("# nothing yet\n", false),
        ("clusters:\n", false),
    ] {
        let file = DirectoryFile::parse(text, "clusters.yaml").unwrap();
        assert_eq!((file.clusters().len(), file.lists_clusters()), (0, lists_clusters), "{text:?}");
    }
    assert_eq!(Directory::default().authorize(&target("u", "p", "c")), None);
}

#[test]
fn resolving_ends_with_the_first_error() {
    let file = DirectoryFile::parse(RIGHTS, "clusters.yaml").unwrap();
    let mut asked = Vec::new();
    let refused = file.resolve(|cluster| {
        asked.push(cluster.id().to_string());
        if cluster.id().as_str() == "c2" { Err("no such file") } else { Ok(cluster.resolve(None, Vec::new())) }
    });
    assert_eq!(refused.unwrap_err(), "no such file");
    assert_eq!(asked, ["c1", "c2"]);
}

#[test]
fn debug_shows_no_member_s_address() {
    let text = RIGHTS.replace("team-a", "canary-group").replace("oWNER@eXAMPLE.com", "canary@example.com");
    let text = text.replace(", groups: [other, canary-group]", "");
    assert!(!format!("{:?}", directory(&text)).contains("canary"));
}
