//! `kkp-oidc rbac`

use clap::{ArgGroup, Args, ValueEnum};
use kkp_oidc_core::rbac::{BindingName, GroupsPrefix, Namespace, RoleName, SubjectName};
use kkp_oidc_core::shell::Shell;

pub(crate) const HELP: &str = "\
Example: kkp-oidc rbac --user anna@example.com --role view | kubectl apply -f -

Exit status: 0 printed, 1 the command cannot be written for this shell, 2 wrong usage, 3 stdout trouble.";

/// Who gets which role, where.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("subjects").args(["users", "groups"]).required(true).multiple(true)))]
pub(crate) struct RbacArgs {
    /// Give the role to this user: the e-mail address, exactly as the provider writes it. May be repeated.
    #[arg(long = "user", value_name = "EMAIL")]
    pub(crate) users: Vec<SubjectName>,
    /// Give the role to this group of the provider. May be repeated.
    #[arg(long = "group", value_name = "NAME")]
    pub(crate) groups: Vec<SubjectName>,
    /// The role: a ClusterRole, such as view, edit or cluster-admin.
    #[arg(long, value_name = "NAME")]
    pub(crate) role: RoleName,
    /// The role is a ClusterRole. The default.
    #[arg(long, conflicts_with = "namespaced_role")]
    pub(crate) cluster_role: bool,
    /// The role is a Role of the namespace.
    #[arg(long, requires = "namespace")]
    pub(crate) namespaced_role: bool,
    /// Give the role in this namespace only.
    #[arg(long, short, value_name = "NAMESPACE")]
    pub(crate) namespace: Option<Namespace>,
    /// The binding's name. Default: made of the role and the first subject.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<BindingName>,
    /// What kube-apiserver puts before a group's name; empty for nothing.
    #[arg(long, value_name = "PREFIX", default_value = GroupsPrefix::KKP)]
    pub(crate) groups_prefix: GroupsPrefix,
    /// What to print. Both is the manifest with the command as a comment.
    #[arg(long, value_enum, default_value_t = Format::Both, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// The shell that the command is for.
    #[arg(long, value_enum, default_value_t = ShellArg::Bash, value_name = "SHELL")]
    pub(crate) shell: ShellArg,
}

/// `--format`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// YAML for `kubectl apply -f -`.
    Manifest,
    /// A `kubectl create` line.
    Command,
    /// Both.
    Both,
}

/// `--shell`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ShellArg {
    /// Bash, or another POSIX shell.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
    /// Windows PowerShell or PowerShell.
    #[value(name = "powershell")]
    PowerShell,
    /// cmd.exe.
    Cmd,
}

impl From<ShellArg> for Shell {
    fn from(shell: ShellArg) -> Self {
        match shell {
            ShellArg::Bash => Self::Bash,
            ShellArg::Zsh => Self::Zsh,
            ShellArg::Fish => Self::Fish,
            ShellArg::PowerShell => Self::PowerShell,
            ShellArg::Cmd => Self::Cmd,
        }
    }
}
