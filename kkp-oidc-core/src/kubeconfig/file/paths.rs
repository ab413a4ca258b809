//! Paths in a kubeconfig: client-go takes them relative to the file that has them.

use std::path::Path;

use super::{FileCluster, FileUser, KubeconfigFile};

impl KubeconfigFile {
    /// The same file with every relative path joined to `folder`, the folder that the file is in.
    ///
    /// As client-go resolves them: CA file, client certificate, client key, token file, and the program to run if it
    /// has a `/`; one without is looked up in `PATH`. An auth provider's `idp-certificate-authority` stays: client-go
    /// takes it relative to where kubectl runs.
    #[must_use]
    pub fn with_paths_in(mut self, folder: &str) -> Self {
        let files = self.clusters.values_mut().flat_map(FileCluster::paths_mut);
        for path in files.chain(self.users.values_mut().flat_map(FileUser::paths_mut)) {
            if !path.is_empty() && Path::new(path.as_str()).is_relative() {
                *path = join(folder, path);
            }
        }
        self
    }
}

impl FileCluster {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.cluster.certificate_authority)
    }
}

impl FileUser {
    fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let files = [&mut self.client_certificate, &mut self.client_key, &mut self.token_file];
        let program = self.exec.as_mut().map(|exec| &mut exec.command).filter(|command| command.contains('/'));
        files.into_iter().chain(program)
    }
}

/// Joins and cleans, as Go's `filepath.Join` does: no `.`, no `..` where a folder can be left out for it.
fn join(folder: &str, path: &str) -> String {
    let joined = format!("{folder}/{path}");
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            ("..", None) if joined.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    let root = if joined.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_cleaned_as_go_does() {
        let table = [
            ("/home/bob/.kube", "ca.pem", "/home/bob/.kube/ca.pem"),
            ("/a/b", "./plug", "/a/b/plug"),
            ("/a/b", "../../../c", "/c"),
            ("a", "../../c", "../c"),
            ("/", "c//d/", "/c/d"),
        ];
        for (folder, path, expected) in table {
            assert_eq!(join(folder, path), expected);
        }
    }
}
