//! The rows of KKP's own `TestCreateOIDCKubeconfig` (spec section 6.4), with valid key, issuer and tokens in place of
//! its fakes.

use std::sync::Arc;

use kkp_oidc_http::FileDirectory;
use kkp_oidc_http::dev_provider::DevUser;

use crate::browser::{Browser, parameter, value_of, with_parameter};
use crate::world::{World, error_body};

/// Hexadecimal SHA-256 of the two addresses, as KKP has it.
const BOB: &str = "405ac8384fa984f787f9486daf34d84d98f20c4d6a12e2cc4ed89be3bcb06ad6";
const JOHN: &str = "4b2d8785b49bad23638b17d8db76857a79bf79441241a78a97d88cc64bbf766e";

const DIRECTORY: &str = "\
users:
- email: bob@acme.com
- email: john@acme.com
  admin: true
projects:
- id: my-first-project-ID
  members:
  - email: bob@acme.com
    role: owners
clusters:
- id: AbcClusterID
  project: my-first-project-ID
  kubeconfig: admin-kubeconfig
";

const ADMIN_KUBECONFIG: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ''
    server: test.fake.io
  name: AbcClusterID
contexts:
- context:
    cluster: AbcClusterID
    user: default
  name: AbcClusterID
current-context: AbcClusterID
kind: Config
users:
- name: default
  user:
    token: fakeAdminToken
";

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("directory.yaml"), DIRECTORY).unwrap();
    std::fs::write(folder.path().join("admin-kubeconfig"), ADMIN_KUBECONFIG).unwrap();
    let directory = FileDirectory::open(folder.path().join("directory.yaml")).unwrap();
    World::with(|setup| {
        setup.directory = Arc::new(directory);
        setup.provider.users = ["bob@acme.com", "john@acme.com"].map(|email| DevUser::new(email, "Somebody")).to_vec();
    })
    .await
}

fn link(cluster_id: &str, project_id: &str, user_id: &str) -> String {
    format!(
        "/api/v1/kubeconfig?cluster_id={cluster_id}&project_id={project_id}&user_id={user_id}&datacenter=us-central1"
    )
}

enum Expected<'a> {
    Refused(u16, String),
    /// The state is changed after the redirect.
    RefusedCallback(u16, String),
    KubeconfigOf(&'a str),
}

/// KKP's kubeconfig A, with the tokens and the issuer that there are.
fn kubeconfig_a(email: &str, issuer: &str, id_token: &str, refresh_token: &str) -> String {
    format!(
        "\
apiVersion: v1
clusters:
- cluster:
    server: test.fake.io
  name: AbcClusterID
contexts:
- context:
    cluster: AbcClusterID
    user: {email}
  name: AbcClusterID
current-context: AbcClusterID
kind: Config
users:
- name: {email}
  user:
    auth-provider:
      config:
        client-id: odd:id %
        client-secret: p:%st &se+c\"ret
        id-token: {id_token}
        idp-issuer-url: {issuer}
        refresh-token: {refresh_token}
      name: oidc
"
    )
}

#[tokio::test]
async fn the_five_rows_of_kkps_own_test() {
    let missing =
        "The link is not whole, it lacks cluster_id, project_id, user_id. Copy it again from whoever sent it.";
    let unknown = "This link does not lead to a shared cluster, or whoever made it may no longer share it. \
                   Ask for a new one.";
    let again = "The login cannot be completed. Open the share link again.";
    let (cluster, project) = ("AbcClusterID", "my-first-project-ID");
    for (row, link, expected) in [
        // KKP: 500.
        (1, link("", "", ""), Expected::Refused(400, error_body(400, "parameter_missing", missing))),
        (2, link(cluster, project, "0000"), Expected::Refused(404, error_body(404, "share_not_found", unknown))),
        (3, link(cluster, project, BOB), Expected::RefusedCallback(400, error_body(400, "state_invalid", again))),
        (4, link(cluster, project, BOB), Expected::KubeconfigOf("bob@acme.com")),
        (5, link(cluster, project, JOHN), Expected::KubeconfigOf("john@acme.com")),
    ] {
        let world = world().await;
        let mut browser = Browser::new();
        let reply = browser.get(&world.service, &link).await;
        let (location, email) = match expected {
            Expected::Refused(status, body) => {
                assert_eq!(reply.answer(), (status, body.as_str()), "row {row}");
                continue;
            }
            Expected::RefusedCallback(status, body) => {
                assert_eq!(reply.status, 303, "row {row}");
                let callback = browser.log_in(reply.header("location"), "bob@acme.com").await;
                let reply = browser.get(&world.service, &with_parameter(&callback, "state", Some("abc"))).await;
                assert_eq!(reply.answer(), (status, body.as_str()), "row {row}");
                continue;
            }
            Expected::KubeconfigOf(email) => (reply.header("location").to_owned(), email),
        };
        assert_eq!(reply.status, 303, "row {row}");
        assert!(parameter(&location, "redirect_uri").ends_with("/api/v1/kubeconfig"), "row {row}");
        let callback = browser.log_in(&location, email).await;
        let reply = browser.get(&world.service, &callback).await;
        let [id_token, refresh_token] = ["id-token", "refresh-token"].map(|key| value_of(&reply.body, key));
        let expected = kubeconfig_a(email, world.provider.issuer(), id_token, refresh_token);
        assert_eq!(reply.answer(), (200, expected.as_str()), "row {row}");
        assert_eq!(reply.header("content-disposition"), "attachment; filename=kubeconfig-AbcClusterID", "row {row}");
    }
}

#[tokio::test]
async fn the_kubeconfig_is_of_whoever_logs_in_not_of_whoever_shared() {
    let world = world().await;
    let link = link("AbcClusterID", "my-first-project-ID", JOHN);
    let reply = Browser::new().share(&world.service, &link, "bob@acme.com").await;
    let [id_token, refresh_token] = ["id-token", "refresh-token"].map(|key| value_of(&reply.body, key));
    let expected = kubeconfig_a("bob@acme.com", world.provider.issuer(), id_token, refresh_token);
    assert_eq!(reply.answer(), (200, expected.as_str()));
}
