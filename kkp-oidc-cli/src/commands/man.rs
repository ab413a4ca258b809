//! `kkp-oidc man`

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::args::Cli;
use crate::args::describe::ManArgs;
use crate::error::CliError;
use crate::io;

/// Print the page of the whole program, or write a page for each command.
pub(crate) fn run(args: &ManArgs) -> Result<(), CliError> {
    let mut command = Cli::command().disable_help_subcommand(true);
    // Makes the full names of subcommands, and gives them the arguments of all commands.
    command.build();
    let Some(folder) = &args.folder else {
        let (_, page) = page(&command)?;
        return io::print(&|write| write(&page));
    };
    io::create_folder(folder)?;
    let mut waiting = vec![&command];
    while let Some(command) = waiting.pop() {
        let (name, page) = page(command)?;
        io::replace(&folder.join(name), &|write| write(&page))?;
        waiting.extend(command.get_subcommands());
    }
    Ok(())
}

/// A command's page, and its file name.
fn page(command: &Command) -> Result<(String, Vec<u8>), CliError> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page).map_err(CliError::Stdout)?;
    Ok((man.get_filename(), page))
}
