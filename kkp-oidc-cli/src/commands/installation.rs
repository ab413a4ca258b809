//! The files of an installation, for the commands that look at all of them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kkp_oidc_core::diagnostics::{self, Code, Source};
use kkp_oidc_core::kkp::Installation;

use crate::error::CliError;
use crate::io;

/// Longest file that is read, in bytes: one more than is looked at, so that core says that it is too long.
const MAX_LEN: usize = kkp_oidc_core::yaml::MAX_TREE_LEN + 1;

/// A file with its path and its content.
pub(super) type FileContent = (PathBuf, Vec<u8>);

/// The files, each once. Of a folder, those that may be YAML.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<FileContent>, CliError> {
    let (mut files, mut seen) = (Vec::new(), BTreeSet::new());
    for path in paths {
        for file in io::files(path)? {
            let is_given = file == *path;
            let may_be_yaml =
                file.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|one| ending == *one));
            if (is_given || may_be_yaml) && seen.insert(io::identity(&file)) {
                let content = io::read_start(&file, MAX_LEN)?;
                files.push((file, content));
            }
        }
    }
    Ok(files)
}

/// The files with the names that findings call them.
pub(super) fn named(files: &[FileContent]) -> impl Iterator<Item = (String, Vec<u8>)> {
    files.iter().map(|(path, content)| (io::origin(path), content.clone()))
}

/// The installation of these files, for a command that can do nothing if one of them cannot be read: then it is said which
/// and why, and there is none.
pub(super) fn whole(paths: &[PathBuf]) -> Result<Option<(Installation, Vec<Source>)>, CliError> {
    let files = read(paths)?;
    let (installation, sources) = Installation::read(named(&files));
    let unreadable = installation.findings.iter().filter(|finding| finding.code == Code::DocumentUnreadable);
    let texts: Vec<String> = unreadable.map(|finding| diagnostics::to_text(finding, &sources)).collect();
    if texts.is_empty() {
        return Ok(Some((installation, sources)));
    }
    io::say(texts.join("\n").trim_end());
    Ok(None)
}
