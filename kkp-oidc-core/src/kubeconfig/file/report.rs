//! An inspection in words. Names from the file are shown with what is invisible escaped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::facts::{ClusterFacts, CredentialFacts, Inspection, TrustFacts, UserFacts};
use super::redact::visible;
use crate::invisible::is_invisible;

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By name: a file may have hundreds of thousands of entries.
        let clusters: BTreeMap<&str, _> = self.clusters.iter().map(|each| (each.name.as_str(), each)).collect();
        let users: BTreeMap<&str, _> = self.users.iter().map(|each| (each.name.as_str(), each)).collect();
        let mut used = (BTreeSet::new(), BTreeSet::new());
        for context in &self.contexts {
            let current = if context.name == self.current_context { " (current)" } else { "" };
            writeln!(f, "context {}{current}", name(&context.name))?;
            used.0.insert(context.cluster.as_str());
            match clusters.get(context.cluster.as_str()) {
                Some(cluster) => cluster_lines(f, cluster)?,
                None => writeln!(f, "  cluster: {}, which is not in the file", name(&context.cluster))?,
            }
            if !context.namespace.is_empty() {
                writeln!(f, "  namespace: {}", visible(&context.namespace))?;
            }
            used.1.insert(context.user.as_str());
            match users.get(context.user.as_str()) {
                Some(user) => user_lines(f, user)?,
                None => writeln!(f, "  user: {}, which is not in the file", name(&context.user))?,
            }
        }
        for cluster in self.clusters.iter().filter(|cluster| !used.0.contains(cluster.name.as_str())) {
            writeln!(f, "cluster {}, used by no context", name(&cluster.name))?;
            cluster_lines(f, cluster)?;
        }
        for user in self.users.iter().filter(|user| !used.1.contains(user.name.as_str())) {
            writeln!(f, "user {}, used by no context", name(&user.name))?;
            user_lines(f, user)?;
        }
        writeln!(f, "runs a program: {}", yes(self.runs_programs))?;
        writeln!(f, "holds a secret: {}", yes(self.holds_secrets))?;
        for path in &self.reads_files {
            writeln!(f, "reads the file: {}", visible(path))?;
        }
        for finding in &self.findings {
            writeln!(f, "finding: {}", visible(&finding.text))?;
        }
        Ok(())
    }
}

impl Inspection {
    /// The inspection as one line of JSON, with the caller's name for the file. What is invisible is escaped.
    #[must_use]
    pub fn to_json_line(&self, file: &str) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            file: &'a str,
            #[serde(flatten)]
            inspection: &'a Inspection,
        }
        // Texts, lists and booleans only: this does not fail.
        let json = serde_json::to_string(&Line { file, inspection: self }).unwrap_or_default();
        let mut line = String::with_capacity(json.len());
        for character in json.chars() {
            if is_invisible(character) {
                let mut units = [0; 2];
                line.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                line.push(character);
            }
        }
        line
    }
}

fn cluster_lines(f: &mut fmt::Formatter<'_>, cluster: &ClusterFacts) -> fmt::Result {
    writeln!(f, "  server: {}", visible(&cluster.server))?;
    match &cluster.trust {
        TrustFacts::Embedded { certificates: 1 } => writeln!(f, "  trusts: the certificate in the file")?,
        TrustFacts::Embedded { certificates } => writeln!(f, "  trusts: {certificates} certificates in the file")?,
        TrustFacts::File { path } => writeln!(f, "  trusts: the certificates in {}", visible(path))?,
        TrustFacts::System => writeln!(f, "  trusts: this system's CAs")?,
        TrustFacts::Nothing => writeln!(f, "  trusts: any server")?,
        TrustFacts::NoTls => writeln!(f, "  trusts: whoever answers, there is no TLS")?,
    }
    if !cluster.tls_server_name.is_empty() {
        writeln!(f, "  expects a certificate for: {}", visible(&cluster.tls_server_name))?;
    }
    if !cluster.proxy_url.is_empty() {
        writeln!(f, "  through the proxy: {}", visible(&cluster.proxy_url))?;
    }
    Ok(())
}

fn user_lines(f: &mut fmt::Formatter<'_>, user: &UserFacts) -> fmt::Result {
    if user.credentials.is_empty() {
        writeln!(f, "  as: {}, without a credential", name(&user.name))?;
    }
    for credential in &user.credentials {
        write!(f, "  as: {}, ", name(&user.name))?;
        credential_line(f, credential)?;
    }
    if !user.impersonates.is_empty() {
        writeln!(f, "  impersonates: {}", name(&user.impersonates))?;
    }
    Ok(())
}

fn credential_line(f: &mut fmt::Formatter<'_>, credential: &CredentialFacts) -> fmt::Result {
    match credential {
        CredentialFacts::Token => writeln!(f, "by a token in the file"),
        CredentialFacts::TokenFile { path } => writeln!(f, "by the token in {}", visible(path)),
        CredentialFacts::ClientCertificate { path, not_after } => {
            let place = if path.is_empty() { "the file".to_owned() } else { visible(path) };
            let end = not_after.as_deref().map_or_else(|| "end unknown".to_owned(), |end| format!("until {end}"));
            writeln!(f, "by a client certificate in {place}, {end}")
        }
        CredentialFacts::Basic { username } => writeln!(f, "by the password of {}", name(username)),
        CredentialFacts::AuthProvider(provider) if provider.name != "oidc" => {
            writeln!(f, "by the auth provider {}", name(&provider.name))
        }
        CredentialFacts::AuthProvider(provider) => {
            let inside = [
                (provider.id_token, "ID token"),
                (provider.refresh_token, "refresh token"),
                (provider.client_secret, "client secret"),
            ];
            let inside: Vec<&str> = inside.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
            let inside = if inside.is_empty() { "nothing".to_owned() } else { inside.join(", ") };
            let client = name(&provider.client_id);
            let issuer = visible(&provider.issuer);
            writeln!(f, "by the auth provider `oidc` at {issuer} as client {client}; inside: {inside}")
        }
        CredentialFacts::Exec(program) => {
            writeln!(f, "by running {}", visible(&program.command))?;
            for argument in &program.args {
                writeln!(f, "    with {}", visible(argument))?;
            }
            for variable in &program.env {
                writeln!(f, "    with the variable {}", visible(variable))?;
            }
            if program.provide_cluster_info {
                writeln!(f, "    which is told about the cluster")?;
            }
            Ok(())
        }
    }
}

fn name(text: &str) -> String {
    format!("`{}`", visible(text))
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
