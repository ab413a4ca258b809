//! `kkp-oidc kubeconfig merge`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kkp_oidc_core::kubeconfig::KubeconfigFile;

use super::{folder, names_stdin_twice, read};
use crate::args::kubeconfig::MergeArgs;
use crate::args::usage_error;
use crate::error::CliError;
use crate::io::{self, Lock};
use crate::kubeconfig_error::KubeconfigError;

/// Merge kubeconfigs, and say on stderr what has another name now.
pub(crate) fn run(args: &MergeArgs) -> Result<ExitCode, CliError> {
    if names_stdin_twice(args.files.iter().map(PathBuf::as_path)) {
        return Ok(usage_error("stdin can be read once, but `-` is given twice"));
    }
    let target = args.into.as_deref().or(args.out.as_deref());
    let lock = target.map(Lock::take).transpose()?;
    let target_folder = target.map(folder).transpose()?;
    let mut files = Vec::new();
    let base = args.into.as_deref().filter(|path| io::exists(path));
    for path in base.into_iter().chain(args.files.iter().map(PathBuf::as_path)) {
        let (file, folder) = (read(path)?, folder(path)?);
        let moved = target_folder.as_ref() != Some(&folder);
        let file = if moved { file.with_paths_in(&folder) } else { file };
        files.push((path.display().to_string(), file));
    }
    let merged = KubeconfigFile::merge(files).map_err(KubeconfigError::from)?;
    let mut file = merged.file;
    if let Some(name) = &args.use_context {
        if !file.contexts.contains_key(name) {
            return Err(KubeconfigError::NoContext { name: name.clone() }.into());
        }
        file.current_context.clone_from(name);
    }
    let yaml = file.to_yaml().map_err(KubeconfigError::Unwritable)?;
    let yaml = yaml.expose_secret().as_bytes();
    for renaming in &merged.renamings {
        io::say(&renaming.to_string());
    }
    for completion in &merged.completions {
        io::say(&completion.to_string());
    }
    match target {
        None => io::print(&|sink| sink(yaml))?,
        Some(target) => write(target, yaml)?,
    }
    drop(lock);
    Ok(ExitCode::SUCCESS)
}

fn write(target: &Path, yaml: &[u8]) -> Result<(), CliError> {
    let name = target.display();
    if io::has_text(target, &|sink| sink(yaml))? {
        io::say(&format!("{name} is unchanged"));
        return Ok(());
    }
    if let Some(copy) = io::back_up(target)? {
        io::say(&format!("copied {name} to {}", copy.display()));
    }
    io::replace_private(target, &|sink| sink(yaml))?;
    io::say(&format!("wrote {name}"));
    Ok(())
}
