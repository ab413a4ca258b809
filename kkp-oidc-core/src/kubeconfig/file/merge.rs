//! Several kubeconfigs in one, nothing lost: what has the same name and other content gets another name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::RenderKubeconfigError;
use super::redact::visible;
use super::{Extension, Extensions, FileCluster, FileContext, FilePreferences, FileUser};
use super::{KubeconfigFile, UnknownField, emit};
use crate::secret::SecretString;

/// What became of several files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Merged {
    /// The one file.
    pub file: KubeconfigFile,
    /// What has another name now, in the order of the files.
    pub renamings: Vec<Renaming>,
    /// Contexts that take a cluster or a user from another file.
    pub completions: Vec<Completion>,
}

/// A context that names a cluster or a user that its own file does not have, but another one.
///
/// That is how kubectl reads several files in `KUBECONFIG`, too. It is worth a look: a file of somebody else could send
/// one's own credential to another server.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Completion {
    /// The name of the context in the merged file.
    pub context: String,
    /// `cluster` or `user`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (context, name) = (visible(&self.context), visible(&self.name));
        write!(f, "warning: the context `{context}` takes its {} `{name}` from another file", self.kind)
    }
}

/// An entry that has another name in the merged file.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Renaming {
    /// The caller's name for the file.
    pub source: String,
    /// `cluster`, `user` or `context`.
    pub kind: &'static str,
    /// The name in its file.
    pub from: String,
    /// The name in the merged file.
    pub to: String,
}

impl fmt::Display for Renaming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (visible(&self.from), visible(&self.to));
        write!(
            f,
            "the {} `{from}` of {} is `{to}` now: the name stands for something else already",
            self.kind, self.source
        )
    }
}

impl KubeconfigFile {
    /// Merges files, each with the caller's name for it. What the first says stays as it is; each further one adds.
    ///
    /// An entry that is there already counts once. One whose name stands for something else becomes `user@cluster`,
    /// after the first context of its file that uses it, or gets a number; contexts follow. To merge the same files
    /// again changes nothing. The current context is the first that a file names. References to names that a file
    /// does not have stay, as for kubectl with several files in `KUBECONFIG`.
    ///
    /// # Errors
    ///
    /// - [`MergeKubeconfigsError::UnknownFields`] if a file has fields that would be lost.
    /// - [`MergeKubeconfigsError::ExtensionDiffers`] if two files hold different things for one other program.
    /// - [`MergeKubeconfigsError::Unwritable`] if a file has text that no kubeconfig can hold.
    pub fn merge(files: Vec<(String, Self)>) -> Result<Merged, MergeKubeconfigsError> {
        let mut merged: Option<Self> = None;
        let (mut renamings, mut completions) = (Vec::new(), Vec::new());
        for (source, file) in files {
            if !file.unknown_fields.is_empty() {
                return Err(MergeKubeconfigsError::UnknownFields { origin: source, fields: file.unknown_fields });
            }
            match &mut merged {
                None => merged = Some(file),
                Some(merged) => completions.extend(merged.add(&source, file, &mut renamings)?),
            }
        }
        Ok(Merged { file: merged.unwrap_or_default(), renamings, completions })
    }

    fn add(
        &mut self,
        source: &str,
        file: Self,
        renamings: &mut Vec<Renaming>,
    ) -> Result<Vec<Completion>, MergeKubeconfigsError> {
        let (missing_here, missing_there) = (self.missing(), file.missing());
        let mut added = Added { source, renamings };
        let pair = |context: &FileContext| format!("{}@{}", context.context.user, context.context.cluster);
        let mut of_cluster = BTreeMap::new();
        let mut of_user = BTreeMap::new();
        for context in file.contexts.values() {
            of_cluster.entry(context.context.cluster.clone()).or_insert_with(|| pair(context));
            of_user.entry(context.context.user.clone()).or_insert_with(|| pair(context));
        }
        let clusters =
            added.entries("cluster", &mut self.clusters, file.clusters, &of_cluster, FileCluster::content)?;
        let users = added.entries("user", &mut self.users, file.users, &of_user, FileUser::content)?;
        let of_context = file.contexts.iter().map(|(name, context)| (name.clone(), pair(context))).collect();
        let mut contexts = file.contexts;
        for context in contexts.values_mut() {
            rename(&mut context.context.cluster, &clusters);
            rename(&mut context.context.user, &users);
        }
        let contexts = added.entries("context", &mut self.contexts, contexts, &of_context, FileContext::content)?;
        let moved = missing_there.into_iter().map(|mut missing| {
            rename(&mut missing.context, &contexts);
            missing
        });
        let completions = moved.chain(missing_here).filter(|missing| self.has(missing)).collect();
        if self.current_context.is_empty() {
            self.current_context = file.current_context;
            rename(&mut self.current_context, &contexts);
        }
        add_extensions(&mut self.extensions, file.extensions, source)?;
        if let Some(FilePreferences { colors, extensions }) = file.preferences {
            let preferences = self.preferences.get_or_insert_default();
            preferences.colors |= colors;
            add_extensions(&mut preferences.extensions, extensions, source)?;
        }
        Ok(completions)
    }
}

impl KubeconfigFile {
    /// What contexts name and the file does not have.
    fn missing(&self) -> Vec<Completion> {
        let named = self.contexts.iter().flat_map(|(name, FileContext { context, .. })| {
            [("cluster", &context.cluster), ("user", &context.user)].map(|(kind, entry)| Completion {
                context: name.clone(),
                kind,
                name: entry.clone(),
            })
        });
        named.filter(|entry| !self.has(entry)).collect()
    }

    fn has(&self, entry: &Completion) -> bool {
        match entry.kind {
            "cluster" => self.clusters.contains_key(&entry.name),
            _ => self.users.contains_key(&entry.name),
        }
    }
}

fn rename(name: &mut String, names: &BTreeMap<String, String>) {
    if let Some(to) = names.get(name) {
        to.clone_into(name);
    }
}

/// One file on its way into another.
struct Added<'a> {
    source: &'a str,
    renamings: &'a mut Vec<Renaming>,
}

impl Added<'_> {
    /// Adds entries to those of the same kind, and says which name each has now.
    fn entries<T>(
        &mut self,
        kind: &'static str,
        all: &mut BTreeMap<String, T>,
        added: BTreeMap<String, T>,
        preferred: &BTreeMap<String, String>,
        content: impl Fn(&T) -> Result<SecretString, RenderKubeconfigError>,
    ) -> Result<BTreeMap<String, String>, MergeKubeconfigsError> {
        let mut names = BTreeMap::new();
        let unwritable = |name: &str, cause| MergeKubeconfigsError::Unwritable {
            origin: self.source.to_owned(),
            kind,
            name: name.to_owned(),
            cause,
        };
        // An entry that keeps its name takes it before another one of this file becomes it.
        let taken: BTreeSet<String> = added.keys().cloned().collect();
        for (name, entry) in added {
            let text = content(&entry).map_err(|cause| unwritable(&name, cause))?;
            let base = preferred.get(&name).unwrap_or(&name);
            let numbered = (2_u32..).map(|number| format!("{base}-{number}"));
            let mut free = None;
            for candidate in [name.clone(), base.clone()].into_iter().chain(numbered) {
                let same = match all.get(&candidate) {
                    None => candidate == name || !taken.contains(&candidate),
                    Some(there) => content(there).map_err(|cause| unwritable(&candidate, cause))?.ct_eq(&text),
                };
                if same {
                    free = Some(candidate);
                    break;
                }
            }
            let to = free.unwrap_or_else(|| name.clone());
            if to != name {
                let (source, from) = (self.source.to_owned(), name.clone());
                self.renamings.push(Renaming { source, kind, from, to: to.clone() });
            }
            all.entry(to.clone()).or_insert(entry);
            names.insert(name, to);
        }
        Ok(names)
    }
}

fn add_extensions(all: &mut Extensions, added: Extensions, source: &str) -> Result<(), MergeKubeconfigsError> {
    let text = |extension: &Extension| {
        emit::document(&[("extension".to_owned(), extension.0.clone())]).ok().map(SecretString::from)
    };
    for (name, extension) in added {
        match all.get(&name) {
            None => drop(all.insert(name, extension)),
            Some(there) => {
                let same = text(there).zip(text(&extension)).is_some_and(|(there, added)| there.ct_eq(&added));
                if !same {
                    return Err(MergeKubeconfigsError::ExtensionDiffers { origin: source.to_owned(), name });
                }
            }
        }
    }
    Ok(())
}

/// Why kubeconfigs cannot be merged without a loss.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeKubeconfigsError {
    /// A file has fields that client-go does not know and that would be lost.
    #[error("{origin} has fields that kubectl does not know and that would be lost: {}", Fields(fields))]
    UnknownFields {
        /// The caller's name for the file.
        origin: String,
        /// The fields.
        fields: Vec<UnknownField>,
    },
    /// Two files hold different things for one other program.
    #[error("{origin} holds something else for the extension `{}` than the files before it", name.escape_debug())]
    ExtensionDiffers {
        /// The caller's name for the file.
        origin: String,
        /// The extension.
        name: String,
    },
    /// An entry has text that no kubeconfig can hold.
    #[error("the {kind} `{}` of {origin} cannot be written", name.escape_debug())]
    Unwritable {
        /// The caller's name for the file.
        origin: String,
        /// `cluster`, `user` or `context`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// Why.
        #[source]
        cause: RenderKubeconfigError,
    },
}

struct Fields<'a>(&'a [UnknownField]);

impl fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, field) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{}` (line {})", field.path, field.line)?;
        }
        Ok(())
    }
}
