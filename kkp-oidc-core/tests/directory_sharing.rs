//! What somebody who is logged in may share, as a directory file and their token say.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::directory::{Directory, DirectoryFile};

const FILE: &str = "\
users:
- {id: listed, email: Owner@Example.com}
- {id: by-group, email: group@example.com, groups: [other, team-a]}
- {id: admin, email: root@example.com, admin: true}
- {id: not-admin, email: not-root@example.com, admin: false}
- {id: twice-1, email: twice@example.com, groups: [team-a]}
- {id: twice-2, email: TWICE@example.com, groups: [team-b]}
- {id: once-admin-1, email: both@example.com}
- {id: once-admin-2, email: both@example.com, admin: true}
- {id: kevin, email: kevin@example.com, admin: true}
projects:
- id: p1
  members:
  - {email: oWNER@eXAMPLE.com, role: owners}
  - {email: editor@example.com, role: editors}
  - {email: viewer@example.com, role: viewers}
  - {email: manager@example.com, role: projectmanagers}
  - {email: łukasz@example.com, role: viewers}
  - {group: team-a, role: viewers}
  - {group: managers, role: projectmanagers}
  - {group: system:masters, role: owners}
- id: p2
  members:
  - {email: viewer@example.com, role: viewers}
  - {email: manager@example.com, role: projectmanagers}
  - {email: manager@example.com, role: editors}
  - {group: team-b, role: editors}
- id: p3
clusters:
- {id: c2, project: p2, server: 'https://c2.example.com'}
- {id: c1, project: p1, server: 'https://c1.example.com'}
- {id: b1, project: p1, server: 'https://b1.example.com'}
- {id: c3, project: p3, server: 'https://c3.example.com'}
";

fn directory() -> Directory {
    let file = DirectoryFile::parse(FILE, "clusters.yaml").unwrap();
    file.resolve(|cluster| Ok::<_, ()>(cluster.resolve(None, Vec::new()))).unwrap()
}

/// `project/cluster` of all that somebody may share.
fn shareable(email: &str, groups: &[&str]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
    let directory = directory();
    let all = directory.shareable_by(email, &groups).map(|(project, cluster)| format!("{project}/{}", cluster.id));
    let all = all.collect::<Vec<_>>().join(" ");
    // One by one it is the same.
    let mut found = Vec::new();
    for cluster in directory.clusters() {
        for project in ["p1", "p2", "p3", "p4"] {
            let one = directory.shareable(email, &groups, &project.parse().unwrap(), &cluster.id);
            found.extend(one.map(|one| format!("{project}/{}", one.id)));
        }
    }
    assert_eq!(found.join(" "), all);
    all
}

#[test]
fn members_share_the_clusters_of_their_projects_in_the_order_of_their_ids() {
    for (email, groups, expected) in [
        // By address, in any case, whether a user is listed or not.
        ("owner@example.com", vec![], "p1/b1 p1/c1"),
        ("OWNER@example.COM", vec![], "p1/b1 p1/c1"),
        ("editor@example.com", vec![], "p1/b1 p1/c1"),
        ("ŁUKASZ@example.com", vec![], "p1/b1 p1/c1"),
        ("viewer@example.com", vec![], "p1/b1 p1/c1 p2/c2"),
        // By a group of the token.
        ("stranger@elsewhere.example", vec!["team-a"], "p1/b1 p1/c1"),
        ("stranger@elsewhere.example", vec!["x", "team-b", "team-a"], "p1/b1 p1/c1 p2/c2"),
        ("stranger@elsewhere.example", vec!["system:masters"], "p1/b1 p1/c1"),
        // By a group of the directory, and of both.
        ("group@example.com", vec![], "p1/b1 p1/c1"),
        ("Group@example.com", vec!["team-b"], "p1/b1 p1/c1 p2/c2"),
        // Listed twice: both count.
        ("twice@example.com", vec![], "p1/b1 p1/c1 p2/c2"),
    ] {
        assert_eq!(shareable(email, &groups), expected, "{email} {groups:?}");
    }
}

#[test]
fn administrators_share_everything() {
    for email in ["root@example.com", "ROOT@example.com", "both@example.com", "kevin@example.com"] {
        assert_eq!(shareable(email, &[]), "p1/b1 p1/c1 p2/c2 p3/c3", "{email}");
    }
}

#[test]
fn nobody_else_shares_anything() {
    for (email, groups) in [
        ("stranger@elsewhere.example", vec![]),
        ("not-root@example.com", vec![]),
        ("", vec![""]),
        // An id is no address, an address no group, and groups are compared exactly.
        ("listed", vec![]),
        ("admin", vec!["admin"]),
        ("stranger@elsewhere.example", vec!["viewer@example.com", "Team-A", "team-a ", "team", "p1", "owners"]),
        ("team-a", vec![]),
        ("owner@example.com.evil.example", vec![]),
        // The Kelvin sign is no `k`.
        ("\u{212a}evin@example.com", vec![]),
        // By group, a manager of projects.
        ("stranger@elsewhere.example", vec!["managers"]),
    ] {
        assert_eq!(shareable(email, &groups), "", "{email} {groups:?}");
    }
    assert_eq!(Directory::default().shareable_by("root@example.com", &[]).count(), 0);
}

#[test]
fn a_project_manager_sees_clusters_only_where_another_role_says_so() {
    assert_eq!(shareable("manager@example.com", &[]), "p2/c2");
    assert_eq!(shareable("manager@example.com", &["managers", "team-a"]), "p1/b1 p1/c1 p2/c2");
}

#[test]
fn a_cluster_is_found_in_its_own_project_only() {
    let directory = directory();
    let found = |project: &str, cluster: &str| {
        let cluster = directory.cluster(&project.parse().unwrap(), &cluster.parse().unwrap());
        cluster.map(|cluster| cluster.server.as_str())
    };
    assert_eq!(found("p1", "c1"), Some("https://c1.example.com"));
    assert_eq!(found("p3", "c3"), Some("https://c3.example.com"));
    for (project, cluster) in [("p2", "c1"), ("p1", "c2"), ("p3", "c1"), ("p4", "c1"), ("p1", "c4"), ("P1", "c1")] {
        assert_eq!(found(project, cluster), None, "{project}/{cluster}");
    }
}
