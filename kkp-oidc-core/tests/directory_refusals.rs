//! Directory files that are refused: file, line, column and reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::directory::{DirectoryError, DirectoryFile, DirectoryProblem};
use kkp_oidc_core::ids::ParseIdError;
use kkp_oidc_core::yaml::ParseYamlError;

/// Refuse `text` with `problem` at this place, and this reason in the text.
#[track_caller]
fn check(text: &str, (line, column): (u64, u64), problem: DirectoryProblem, reason: &str) {
    let error = DirectoryFile::parse(text, "dir/clusters.yaml").unwrap_err();
    assert_eq!(error.to_string(), format!("dir/clusters.yaml:{line}:{column}: {reason}"));
    assert_eq!(error, DirectoryError::Entry { origin: "dir/clusters.yaml".to_owned(), line, column, problem });
}

#[test]
fn a_user_without_an_address_is_refused() {
    for email in
        ["bob", "", "@example.com", "bob@", "a b@example.com", "bob@example.com ", "a@b@c.example", "a\u{85}@b"]
    {
        let text = format!("users:\n- email: ok@example.com\n- admin: true\n  email: \"{email}\"\n");
        let problem = DirectoryProblem::NotAnAddress { email: email.to_owned() };
        check(&text, (4, 10), problem, &format!("`{email}` is not an e-mail address"));
    }
}

#[test]
fn an_id_that_no_link_can_carry_is_refused_where_it_stands() {
    let slash = || DirectoryProblem::Id(ParseIdError::Character { character: '/', index: 1 });
    let reason = "id has '/' at byte 1, expected `A-Z a-z 0-9 . _ -` and a letter or digit first";
    check("users:\n- email: a@b.c\n  id:   a/b\n", (3, 9), slash(), reason);
    check("projects:\n- members: []\n  id: a/b\n", (3, 7), slash(), reason);
    check("projects:\n- id: p\nclusters:\n- {id: a/b, project: p}\n", (4, 8), slash(), reason);
    check("projects:\n- id: p\nclusters:\n- {id: a, project: a/b}\n", (4, 20), slash(), reason);
    check("projects:\n- id: ''\n", (2, 7), DirectoryProblem::Id(ParseIdError::Empty), "id is empty");
    check(
        &format!("projects:\n- id: {}\n", "p".repeat(64)),
        (2, 7),
        DirectoryProblem::Id(ParseIdError::TooLong { len: 64, max_len: 63 }),
        "id has 64 bytes, expected at most 63",
    );
}

#[test]
fn an_id_that_is_there_twice_is_refused_at_the_second_place() {
    let twice = |kind, id: &str| DirectoryProblem::Duplicate { kind, id: id.to_owned() };
    check(
        "users:\n- email: a@b.c\n  id: u1\n- email: d@e.f\n  id: u1\n",
        (4, 10),
        twice("user", "u1"),
        "user `u1` is there twice",
    );
    // The ids are hashes of the lower-cased addresses.
    let hash = "d648b243a3e817eaa3309e00e183483f2867baadf522099f0c2121770536b25a";
    check(
        "users:\n- email: a@b.c\n- email: A@B.C\n",
        (3, 10),
        twice("user", hash),
        &format!("user `{hash}` is there twice"),
    );
    check("projects: [{id: p1}, {id: p1}]", (1, 27), twice("project", "p1"), "project `p1` is there twice");
    check(
        "projects: [{id: p1}]\nclusters:\n- {id: c1, project: p1, server: a}\n- {project: p1, id: c1, server: a}\n",
        (4, 21),
        twice("cluster", "c1"),
        "cluster `c1` is there twice",
    );
}

#[test]
fn members_and_projects_must_fit() {
    check(
        "projects:\n- id: p1\n  members:\n  - email: a@b.c\n    role: Owners\n",
        (5, 11),
        DirectoryProblem::UnknownRole { role: "Owners".to_owned() },
        "role `Owners` does not exist, expected one of owners, editors, viewers, projectmanagers",
    );
    for member in ["{role: owners}", "{role: owners, email: a@b.c, group: g}"] {
        check(
            &format!("projects:\n- id: p1\n  members:\n  - {member}\n"),
            (4, 12),
            DirectoryProblem::NotOneSubject,
            "member needs either `email` or `group`",
        );
    }
    check(
        "projects: [{id: p1}]\nclusters:\n- id: c1\n  server: https://a.example\n  project: p2\n",
        (5, 12),
        DirectoryProblem::UnknownProject { id: "p2".to_owned() },
        "project `p2` is not in `projects`",
    );
}

#[test]
fn a_cluster_needs_an_address() {
    check(
        "projects: [{id: p1}]\nclusters:\n- project: p1\n  id: c1\n",
        (4, 7),
        DirectoryProblem::NoServer { id: "c1".to_owned() },
        "cluster `c1` has no address, expected `kubeconfig`, `server` or both",
    );
    for server in ["", "ftp://a.example", "https://", "a b"] {
        check(
            &format!("projects: [{{id: p1}}]\nclusters:\n- project: p1\n  id: c1\n  server: '{server}'\n"),
            (5, 11),
            DirectoryProblem::NotAServer { server: server.to_owned() },
            &format!("server `{server}` is not an http or https URL, nor a host, without user info"),
        );
    }
}

#[test]
fn the_place_is_right_deep_in_a_file() {
    let mut text = "# ä comment with ümlauts\nusers:\n".to_owned();
    for n in 0..1000 {
        text.push_str(&format!("\n# user {n}\n- email: user{n}@example.com\n  groups: [ä, 'ö']\n"));
    }
    text.push_str("- {groups: [ä, 'ö'], email: bob}\n");
    let problem = DirectoryProblem::NotAnAddress { email: "bob".to_owned() };
    // Two lines, then four for each user; columns count characters, not bytes.
    check(&text, (4003, 29), problem, "`bob` is not an e-mail address");
}

#[test]
fn the_place_of_an_alias_is_where_it_is_used() {
    check(
        "projects: [{id: &p p1}]\nclusters:\n- {id: c1, project: *p, server: a}\n- {id: *p, project: p2, server: a}\n",
        (4, 21),
        DirectoryProblem::UnknownProject { id: "p2".to_owned() },
        "project `p2` is not in `projects`",
    );
    check(
        "users: [{email: &e bob@}]\n",
        (1, 20),
        DirectoryProblem::NotAnAddress { email: "bob@".to_owned() },
        "`bob@` is not an e-mail address",
    );
}

#[test]
fn what_is_no_yaml_of_this_shape_is_refused_with_its_place() {
    for (text, expected) in [
        ("users:\n- email: a@b.c\n  role: owners\n", "3:3: `users[0]` has the unknown field `role`"),
        (
            "projects:\n- id: p\n  members:\n  - user: a@b.c\n",
            "4:5: `projects[0].members[0]` has the unknown field `user`",
        ),
        ("user: []\n", "1:1: the YAML text has the unknown field `user`"),
        ("users:\n- id: u1\n", "2:3: `users[0]` has no field `email`"),
        ("users:\n- email: a@b.c\n  admin: yes\n", "3:10: `users[0].admin` is not `true` or `false`"),
        ("users:\n- email: [a@b.c]\n", "2:10: `users[0].email` is not a string"),
        ("users:\n- email: a@b.c\n  id: {value: u}\n", "3:7: `users[0].id` is not a string"),
        ("users:\n", "1:6: `users` is not a list"),
        ("users: {}\n", "1:8: `users` is not a list"),
        ("---\n", "1:4: the YAML text is not a map"),
        ("- users\n", "1:1: the YAML text is not a map"),
        ("hello\n", "1:1: the YAML text is not a map"),
        ("users: [\n", "1:8: `users` is not valid YAML"),
        ("users: []\nusers: []\n", "2:1: the YAML text has a key twice"),
        ("projects: []\n---\nprojects: []\n", "3:1: the YAML text has more than one document"),
    ] {
        let error = DirectoryFile::parse(text, "clusters.yaml").unwrap_err();
        assert_eq!(error.to_string(), format!("clusters.yaml:{expected}"), "{text}");
    }
}

#[test]
fn a_file_that_is_too_long_is_refused() {
    let text = format!("#{}", "x".repeat(16 * 1024 * 1024));
    let error = DirectoryFile::parse(&text, "clusters.yaml").unwrap_err();
    assert_eq!(
        error,
        DirectoryError::Yaml {
            origin: "clusters.yaml".to_owned(),
            cause: ParseYamlError::TooLong { len: 16_777_217, limit: 16_777_216 }
        }
    );
    assert_eq!(error.to_string(), "clusters.yaml: the YAML text has 16777217 bytes, at most 16777216 are read");
}
