//! A share link, after the login: the kubeconfig and how to use it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secret::SecretString;

use super::chrome::Chrome;
use super::kind::Kind;
use super::lines::Lines;

/// A shell that lines are written for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ShellKind {
    Bash,
    Zsh,
    Fish,
    PowerShell,
    Cmd,
}

impl ShellKind {
    /// Its name, which is the same in every language.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "PowerShell",
            Self::Cmd => "cmd",
        }
    }

    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::PowerShell => "powershell",
            other => other.name(),
        }
    }
}

/// What to type into one shell. Each text is one or more lines.
#[derive(Clone, Debug)]
pub(crate) struct ShellLines {
    pub(crate) shell: ShellKind,
    /// Use the file as it is.
    pub(crate) try_it: String,
    /// Merge it into the existing kubeconfig with `kkp-oidc kubeconfig merge`.
    pub(crate) merge: String,
    /// The same with kubectl alone, with a backup.
    pub(crate) merge_with_kubectl: String,
    /// Install the kubelogin plugin.
    pub(crate) install_kubelogin: String,
}

/// The end of a share link.
#[derive(Clone, Debug)]
pub(crate) struct Redeemed {
    pub(crate) cluster_name: String,
    /// E-mail address of whoever made the link.
    pub(crate) sharer: String,
    /// Id under which `GET {base}/share/download/{id}` has the file.
    pub(crate) download_id: String,
    /// Until when it has.
    pub(crate) download_until: UnixTime,
    pub(crate) file_name: String,
    pub(crate) kubeconfig: SecretString,
    pub(crate) kind: Kind,
    /// Until when the link can be used again.
    pub(crate) until: UnixTime,
    /// The shell that this reader most likely has comes first.
    pub(crate) shells: Vec<ShellLines>,
    /// What the owner has to run, where the role is not bound yet.
    pub(crate) grant_command: Option<String>,
}

#[derive(Template)]
#[template(path = "redeemed.html")]
struct RedeemedHtml<'a> {
    c: &'a Chrome,
    page: &'a Redeemed,
}

impl Redeemed {
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        chrome.respond(StatusCode::OK, &RedeemedHtml { c: chrome, page: self })
    }
}
