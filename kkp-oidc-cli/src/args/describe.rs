//! `kkp-oidc completions` and `kkp-oidc man`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub(crate) const COMPLETIONS_HELP: &str = "\
Where it belongs:
  bash        source <(kkp-oidc completions bash), in ~/.bashrc
  zsh         kkp-oidc completions zsh > _kkp-oidc, in a folder of $fpath
  fish        kkp-oidc completions fish > ~/.config/fish/completions/kkp-oidc.fish
  powershell  kkp-oidc completions powershell | Out-String | Invoke-Expression, in $PROFILE";

/// Completions of a shell.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: CompletionShell,
}

/// A shell that can be taught to complete.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum CompletionShell {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
    /// Windows PowerShell or PowerShell.
    #[value(name = "powershell")]
    PowerShell,
}

/// Manual pages.
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write a page for each command to this folder, which is made if there is none.
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}
