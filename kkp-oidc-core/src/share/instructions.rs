//! What a recipient types to use the kubeconfig that was downloaded.

use crate::ids::ClusterId;
use crate::shell::Shell;

/// Lines for one shell, in the folder in which the file is. Each text is one or more lines without a line end at its end.
///
/// File and context are named by the cluster's id, which needs no quotes in any shell.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record for pages")]
pub struct Instructions {
    /// Use the file as it is: nothing else changes.
    pub use_it: String,
    /// Merge it into the kubeconfig in use, with `kkp-oidc`, which loses nothing.
    pub merge: String,
    /// The same with kubectl alone, and a copy of what was before. Entries whose names are taken are not merged.
    pub merge_with_kubectl: String,
    /// Install the kubectl plugin `oidc-login`.
    pub install_kubelogin: String,
}

impl Instructions {
    /// Name of the file with the kubeconfig of a cluster. KKP: spec section 4.6.
    #[must_use]
    pub fn file_name(cluster: &ClusterId) -> String {
        format!("kubeconfig-{cluster}")
    }

    /// The lines for `shell`.
    #[must_use]
    pub fn new(shell: Shell, cluster: &ClusterId) -> Self {
        let file = Self::file_name(cluster);
        let config = match shell {
            Shell::Bash | Shell::Zsh | Shell::Fish => "~/.kube/config",
            Shell::PowerShell => "$HOME/.kube/config",
            Shell::Cmd => r"%USERPROFILE%\.kube\config",
        };
        let quoted = match shell {
            Shell::Bash | Shell::Zsh | Shell::Fish => config.to_owned(),
            Shell::PowerShell | Shell::Cmd => format!("\"{config}\""),
        };
        Self {
            use_it: format!("kubectl --kubeconfig={file} get pods"),
            merge: format!("kkp-oidc kubeconfig merge {file} --into {quoted}\nkubectl config use-context {cluster}"),
            merge_with_kubectl: format!("{}\nkubectl config use-context {cluster}", merge_with_kubectl(shell, &file)),
            install_kubelogin: match shell {
                Shell::Bash | Shell::Zsh | Shell::Fish => "kubectl krew install oidc-login",
                Shell::PowerShell | Shell::Cmd => "choco install kubelogin",
            }
            .to_owned(),
        }
    }
}

/// A copy first, then everything into a new file that only its owner reads, then that in the place of the old one.
fn merge_with_kubectl(shell: Shell, file: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh => format!(
            "cp -p ~/.kube/config ~/.kube/config.before\n\
             (umask 077; KUBECONFIG=~/.kube/config:{file} kubectl config view --flatten >~/.kube/config.new) && \
             mv ~/.kube/config.new ~/.kube/config"
        ),
        Shell::Fish => format!(
            "cp -p ~/.kube/config ~/.kube/config.before\n\
             install -m 600 /dev/null ~/.kube/config.new; \
             and env KUBECONFIG=$HOME/.kube/config:{file} kubectl config view --flatten >~/.kube/config.new; \
             and mv ~/.kube/config.new ~/.kube/config"
        ),
        Shell::PowerShell => format!(
            "Copy-Item $HOME/.kube/config $HOME/.kube/config.before\n\
             $before = $env:KUBECONFIG\n\
             $env:KUBECONFIG = \"$HOME/.kube/config$([IO.Path]::PathSeparator){file}\"\n\
             kubectl config view --flatten | Set-Content -Encoding ascii $HOME/.kube/config.new\n\
             if ($LASTEXITCODE -eq 0) {{ Move-Item -Force $HOME/.kube/config.new $HOME/.kube/config }}\n\
             $env:KUBECONFIG = $before"
        ),
        Shell::Cmd => format!(
            "copy \"%USERPROFILE%\\.kube\\config\" \"%USERPROFILE%\\.kube\\config.before\"\n\
             set \"KUBECONFIG=%USERPROFILE%\\.kube\\config;{file}\"\n\
             kubectl config view --flatten >\"%USERPROFILE%\\.kube\\config.new\" && \
             move /Y \"%USERPROFILE%\\.kube\\config.new\" \"%USERPROFILE%\\.kube\\config\"\n\
             set KUBECONFIG="
        ),
    }
}
