//! `kkp-oidc completions`

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::args::Cli;
use crate::args::describe::{CompletionShell, CompletionsArgs};
use crate::error::CliError;
use crate::io;

/// Print the script that teaches a shell.
pub(crate) fn run(args: &CompletionsArgs) -> Result<(), CliError> {
    let shell = match args.shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
        CompletionShell::PowerShell => Shell::PowerShell,
    };
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "kkp-oidc", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Bash {
        // clap_complete writes the program's name in two ways if it has a hyphen, and then completes no subcommand:
        // https://github.com/clap-rs/clap/issues/6421
        script = script.replace("kkp__subcmd__oidc", "kkp__oidc");
    }
    io::print(&|write| write(script.as_bytes()))
}
