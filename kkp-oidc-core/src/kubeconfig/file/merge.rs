//! Several kubeconfigs in one, nothing lost: what has the same name and other content gets another name.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use sha2::{Digest as _, Sha256};

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
        // An entry that keeps its name takes it before another one of this file becomes it.
        let taken: BTreeSet<String> = added.keys().cloned().collect();
        let mut known = Known { source: self.source, kind, content, digests: HashMap::new(), numbers: HashMap::new() };
        for (name, entry) in added {
            let digest = known.digest(&name, &entry)?;
            let base = preferred.get(&name).unwrap_or(&name);
            let mut free = None;
            for candidate in [&name, base] {
                let fits = match all.get(candidate) {
                    None => *candidate == name || !taken.contains(candidate),
                    Some(there) => known.digest_of(candidate, there)? == digest,
                };
                if fits {
                    free = Some(candidate.clone());
                    break;
                }
            }
            let to = match free {
                Some(free) => free,
                None => known.numbered(base, digest, all, &taken)?,
            };
            if to != name {
                let (source, from) = (self.source.to_owned(), name.clone());
                self.renamings.push(Renaming { source, kind, from, to: to.clone() });
            }
            if let Entry::Vacant(place) = all.entry(to.clone()) {
                known.added(&to, digest);
                place.insert(entry);
            }
            names.insert(name, to);
        }
        Ok(names)
    }
}

/// SHA-256 of what an entry says: entries that say the same have the same, and no secret is kept for comparing.
type Digest = [u8; 32];

/// What is known of the entries that are there: each is rendered once, each number is tried once.
struct Known<'a, F> {
    source: &'a str,
    kind: &'static str,
    content: F,
    digests: HashMap<String, Digest>,
    numbers: HashMap<String, Numbers>,
}

/// The names `base-2`, `base-3` and so on.
struct Numbers {
    /// All below are taken.
    next: u64,
    /// The lowest number of each content.
    of: HashMap<Digest, u64>,
}

impl<F> Known<'_, F> {
    fn digest<T>(&self, name: &str, entry: &T) -> Result<Digest, MergeKubeconfigsError>
    where
        F: Fn(&T) -> Result<SecretString, RenderKubeconfigError>,
    {
        let text = (self.content)(entry).map_err(|cause| MergeKubeconfigsError::Unwritable {
            origin: self.source.to_owned(),
            kind: self.kind,
            name: name.to_owned(),
            cause,
        })?;
        Ok(Sha256::digest(text.expose_secret().as_bytes()).into())
    }

    /// The digest of an entry that is there.
    fn digest_of<T>(&mut self, name: &str, there: &T) -> Result<Digest, MergeKubeconfigsError>
    where
        F: Fn(&T) -> Result<SecretString, RenderKubeconfigError>,
    {
        if let Some(digest) = self.digests.get(name) {
            return Ok(*digest);
        }
        let digest = self.digest(name, there)?;
        self.digests.insert(name.to_owned(), digest);
        Ok(digest)
    }

    /// The first of `base-2`, `base-3` and so on that is free or says the same.
    fn numbered<T>(
        &mut self,
        base: &str,
        digest: Digest,
        all: &BTreeMap<String, T>,
        taken: &BTreeSet<String>,
    ) -> Result<String, MergeKubeconfigsError>
    where
        F: Fn(&T) -> Result<SecretString, RenderKubeconfigError>,
    {
        let mut numbers = self.numbers.remove(base).unwrap_or_else(|| Numbers { next: 2, of: HashMap::new() });
        loop {
            let candidate = format!("{base}-{}", numbers.next);
            match all.get(&candidate) {
                Some(there) => {
                    let there = self.digest_of(&candidate, there)?;
                    numbers.of.entry(there).or_insert(numbers.next);
                }
                None if taken.contains(&candidate) => {}
                None => break,
            }
            numbers.next = numbers.next.saturating_add(1);
        }
        let number = numbers.of.get(&digest).copied().filter(|&number| number < numbers.next).unwrap_or(numbers.next);
        self.numbers.insert(base.to_owned(), numbers);
        Ok(format!("{base}-{number}"))
    }

    /// Takes note of an entry that is there from now on.
    fn added(&mut self, name: &str, digest: Digest) {
        self.digests.insert(name.to_owned(), digest);
        let split = name.rsplit_once('-').and_then(|(base, number)| Some((base, number, number.parse().ok()?)));
        // `01` and `+1` are no numbers that are tried.
        if let Some((base, text, number)) = split
            && u64::to_string(&number) == text
            && let Some(numbers) = self.numbers.get_mut(base)
        {
            let lowest = numbers.of.entry(digest).or_insert(number);
            *lowest = number.min(*lowest);
        }
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
