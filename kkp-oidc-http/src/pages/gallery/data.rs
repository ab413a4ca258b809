//! What the gallery shows.

use axum::response::Response;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::share::Instructions;
use kkp_oidc_core::shell::Shell;

use super::super::{
    Audience, Chrome, Clusters, Demo, Kind, Landing, Link, LinkState, LinkSummary, Links, LoggedOut, Occasion,
    OwnCluster, Problem, Redeem, Redeemed, Redemption, ShareDialog, ShareForm, ShellKind, ShellLines, Uses,
};

/// Every page but the refusals.
pub(super) const NAMES: [&str; 24] = [
    "landing",
    "landing-logged-in",
    "demo",
    "clusters",
    "clusters-empty",
    "share",
    "share-problems",
    "share-all-problems",
    "link-made",
    "link",
    "link-unused",
    "link-just-revoked",
    "link-used-up",
    "link-expired",
    "links",
    "links-empty",
    "links-unreadable",
    "redeem",
    "redeem-plain",
    "redeemed-public-client",
    "redeemed-kubelogin",
    "redeemed-auth-provider",
    "redeemed-granted",
    "logged-out",
];

const OWNER: &str = "maria.schmidt@example.com";
pub(super) const RECIPIENT: &str = "lukasz@example.com";
const TOKEN: &str = "AW9Kd2h4cVJ0c1ZuYk1xUGx6AAAAAGpF0YAZx3v4T2mLq8sWnYb5rJd";
const NOW: UnixTime = UnixTime::from_secs(1_795_863_420);
const DAY: i64 = 86_400;

pub(super) fn share_path() -> String {
    format!("/share/{TOKEN}")
}

pub(super) fn show(name: &str, chrome: &Chrome) -> Option<Response> {
    let owner = chrome.clone().for_person(OWNER);
    let response = match name {
        "landing" => Landing::Static.render(chrome),
        "landing-logged-in" => Landing::Static.render(&owner),
        "demo" => Landing::Demo(demo()).render(chrome),
        "clusters" => Clusters { clusters: clusters() }.render(&owner),
        "clusters-empty" => Clusters { clusters: Vec::new() }.render(&owner),
        "share" => dialog(ShareForm::default(), Vec::new()).render(&owner),
        "share-problems" => refused_dialog().render(&owner),
        "share-all-problems" => dialog(ShareForm::default(), problems()).render(&owner),
        "link-made" => {
            Link { occasion: Occasion::JustMade, redemptions: Vec::new(), ..link(LinkState::Good) }.render(&owner)
        }
        "link" => link(LinkState::Good).render(&owner),
        "link-unused" => Link {
            audience: Audience::Anyone,
            uses: Uses { used: 0, limit: Some(1) },
            role: None,
            note: None,
            redemptions: Vec::new(),
            ..link(LinkState::Good)
        }
        .render(&owner),
        "link-just-revoked" => Link { occasion: Occasion::JustRevoked, ..link(LinkState::Revoked) }.render(&owner),
        "link-used-up" => Link { uses: Uses { used: 3, limit: Some(3) }, ..link(LinkState::UsedUp) }.render(&owner),
        "link-expired" => link(LinkState::Expired).render(&owner),
        "links" => links().render(&owner),
        "links-empty" => Links { links: Vec::new(), unreadable: Vec::new() }.render(&owner),
        "links-unreadable" => {
            let unreadable = vec!["KB2JGZiDTbpaiR3uOu7mIQ".to_owned(), "Ee77yuoFXmMQxl92HU0C3g".to_owned()];
            Links { unreadable, ..links() }.render(&owner)
        }
        "redeem" => redeem(Some(NOTE)).render(chrome),
        "redeem-plain" => redeem(None).render(chrome),
        "redeemed-public-client" => redeemed(Kind::PublicClient).render(chrome),
        "redeemed-kubelogin" => redeemed(Kind::Kubelogin).render(chrome),
        "redeemed-auth-provider" => redeemed(Kind::AuthProvider).render(chrome),
        "redeemed-granted" => Redeemed { grant_command: None, ..redeemed(Kind::PublicClient) }.render(chrome),
        "logged-out" => LoggedOut.render(chrome),
        _ => return None,
    };
    Some(response)
}

const NOTE: &str =
    "Hi Łukasz, here is the staging cluster for the load test. Please leave the namespace “billing” alone.";

fn demo() -> Demo {
    let share_link = "http://127.0.0.1:8080/api/v1/kubeconfig?project_id=demo&cluster_id=democ1u5tr&user_id=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    Demo {
        cluster: "demo".to_owned(),
        cluster_id: "democ1u5tr".to_owned(),
        server: "https://democ1u5tr.kube.example.com:6443".to_owned(),
        owner: OWNER.to_owned(),
        recipient: RECIPIENT.to_owned(),
        kubelogin_link: format!("{share_link}&oidc_kubelogin_enabled=true"),
        share_link: share_link.to_owned(),
    }
}

fn cluster(name: &str, id: &str, project: &str) -> OwnCluster {
    OwnCluster { id: id.to_owned(), name: name.to_owned(), project: project.to_owned() }
}

fn clusters() -> Vec<OwnCluster> {
    vec![
        cluster("Staging Frankfurt", "lab7x9k2mp", "b4gnv7k2qp"),
        cluster("Production Frankfurt", "prod4kd82v", "b4gnv7k2qp"),
        cluster("edge-gateway-test-with-a-rather-long-name-from-a-generator", "qj5w9x2kdm", "edge"),
        cluster("qm8c2v7trx", "qm8c2v7trx", "edge"),
    ]
}

fn staging() -> OwnCluster {
    cluster("Staging Frankfurt", "lab7x9k2mp", "b4gnv7k2qp")
}

fn dialog(form: ShareForm, problems: Vec<Problem>) -> ShareDialog {
    ShareDialog { cluster: staging(), form, kinds: Kind::ALL.to_vec(), problems, max_uses: 1000, max_note: 200 }
}

fn refused_dialog() -> ShareDialog {
    let form = ShareForm {
        people: "lukasz@example.com, anna@\n@example.org".to_owned(),
        uses: "some".to_owned(),
        uses_count: "0".to_owned(),
        role: "view only".to_owned(),
        note: NOTE.to_owned(),
        ..ShareForm::default()
    };
    let problems = vec![
        Problem::PersonMalformed { entry: "anna@".to_owned() },
        Problem::UsesCountOutOfRange { limit: 1000 },
        Problem::RoleMalformed,
    ];
    dialog(form, problems)
}

/// One of each kind.
fn problems() -> Vec<Problem> {
    vec![
        Problem::WhoUnknown,
        Problem::PeopleMissing,
        Problem::TooManyPeople { limit: 100 },
        Problem::UntilUnknown,
        Problem::UsesUnknown,
        Problem::KindNotOffered,
        Problem::NoteTooLong { limit: 200 },
        Problem::NoteMalformed,
    ]
}

fn link(state: LinkState) -> Link {
    let redemption = |who: &str, ago: i64| Redemption { who: who.to_owned(), at: NOW.plus_secs(-ago) };
    Link {
        occasion: Occasion::Visit,
        id: "6f4a77687871".to_owned(),
        url: format!("https://share.example.com{}", share_path()),
        cluster: staging(),
        state,
        audience: Audience::Only(["lukasz@example.com", "@example.org", "group:platform"].map(str::to_owned).to_vec()),
        made_at: NOW.plus_secs(-2 * DAY),
        until: NOW.plus_secs(5 * DAY),
        uses: Uses { used: 2, limit: None },
        kind: Kind::PublicClient,
        role: Some("view".to_owned()),
        note: Some(NOTE.to_owned()),
        redemptions: vec![
            redemption("lukasz@example.com", 5 * 3600),
            redemption("katharina.von-der-leyenberg@example.org", DAY + 1234),
        ],
    }
}

fn links() -> Links {
    let summary = |id: &str, name: &str, state, used, limit, made: i64, days: i64| LinkSummary {
        id: id.to_owned(),
        cluster_name: name.to_owned(),
        state,
        uses: Uses { used, limit },
        made_at: NOW.plus_secs(-made * 3600),
        until: NOW.plus_secs(-made * 3600 + days * DAY),
    };
    Links {
        links: vec![
            summary("6f4a77687871", "Staging Frankfurt", LinkState::Good, 2, None, 1, 7),
            summary("0a1b", "Production Frankfurt", LinkState::Good, 0, Some(1), 26, 3),
            summary("1a1b", "Staging Frankfurt", LinkState::UsedUp, 3, Some(3), 49, 14),
            summary(
                "2a1b",
                "edge-gateway-test-with-a-rather-long-name-from-a-generator",
                LinkState::Revoked,
                1,
                None,
                200,
                30,
            ),
            summary("3a1b", "qm8c2v7trx", LinkState::Expired, 12, Some(20), 900, 1),
        ],
        unreadable: Vec::new(),
    }
}

fn redeem(note: Option<&str>) -> Redeem {
    Redeem {
        token: TOKEN.to_owned(),
        sharer: OWNER.to_owned(),
        cluster_name: "Staging Frankfurt".to_owned(),
        cluster_id: "lab7x9k2mp".to_owned(),
        until: NOW.plus_secs(5 * DAY),
        kind: Kind::PublicClient,
        note: note.map(str::to_owned),
    }
}

fn redeemed(kind: Kind) -> Redeemed {
    Redeemed {
        cluster_name: "Staging Frankfurt".to_owned(),
        sharer: OWNER.to_owned(),
        download_id: "9c1f0e7a".to_owned(),
        download_until: NOW.plus_secs(600),
        file_name: "kubeconfig-lab7x9k2mp".to_owned(),
        kubeconfig: kubeconfig(kind).into(),
        kind,
        until: NOW.plus_secs(5 * DAY),
        shells: [
            (Shell::Bash, ShellKind::Bash),
            (Shell::Zsh, ShellKind::Zsh),
            (Shell::Fish, ShellKind::Fish),
            (Shell::PowerShell, ShellKind::PowerShell),
            (Shell::Cmd, ShellKind::Cmd),
        ]
        .map(lines)
        .to_vec(),
        grant_command: Some(
            "kubectl create clusterrolebinding lukasz-view --clusterrole=view --user=lukasz@example.com".to_owned(),
        ),
    }
}

fn lines((shell, kind): (Shell, ShellKind)) -> ShellLines {
    let cluster = "lab7x9k2mp".parse();
    let lines = cluster.map(|cluster| Instructions::new(shell, &cluster)).ok();
    let text = |of: fn(&Instructions) -> &String| lines.as_ref().map(|lines| of(lines).clone()).unwrap_or_default();
    ShellLines {
        shell: kind,
        try_it: text(|lines| &lines.use_it),
        merge: text(|lines| &lines.merge),
        merge_with_kubectl: text(|lines| &lines.merge_with_kubectl),
        install_kubelogin: text(|lines| &lines.install_kubelogin),
    }
}

fn kubeconfig(kind: Kind) -> String {
    let user = match kind {
        Kind::AuthProvider => {
            "    auth-provider:\n      config:\n        client-id: kubermaticIssuer\n        client-secret: example\n        \
             id-token: eyJhbGciOiJSUzI1NiJ9.e30.example\n        idp-issuer-url: https://login.example.com\n        \
             refresh-token: example\n      name: oidc\n"
        }
        Kind::Kubelogin | Kind::PublicClient => {
            "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      args:\n      - oidc-login\n      - get-token\n      \
             - --oidc-issuer-url=https://login.example.com\n      - --oidc-client-id=kubectl\n      command: kubectl\n      \
             env: null\n      interactiveMode: IfAvailable\n      provideClusterInfo: false\n"
        }
    };
    format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJlRENDQVIyZ0F3SUJBZ0lCQURBS0JnZ3Foa2pPUFFRREFqQWpNU0V3\n    \
         server: https://lab7x9k2mp.kube.example.com:6443\n  name: lab7x9k2mp\ncontexts:\n- context:\n    cluster: lab7x9k2mp\n    user: lukasz@example.com\n  name: default\n\
         current-context: default\nkind: Config\nusers:\n- name: lukasz@example.com\n  user:\n{user}"
    )
}
