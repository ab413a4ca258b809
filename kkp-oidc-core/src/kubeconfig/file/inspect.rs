//! What a kubeconfig would do, found out without doing it.

use super::super::ExecEnvVar;
use super::facts::{
    AuthProviderFacts, ClusterFacts, ContextFacts, CredentialFacts, Finding, FindingCode, Inspection, ProgramFacts,
    TrustFacts, UserFacts,
};
use super::validate::{self, Open};
use super::{FileAuthProvider, FileCluster, FileExec, FileUser, KubeconfigFile, redact};
use crate::UnixTime;
use crate::go::{PemSection, pem_sections};
use crate::secret::SecretString;

impl KubeconfigFile {
    /// Says what the file would do, and what speaks against it, at the time `now`.
    ///
    /// `open` reads a file that the kubeconfig names, or says why not in the words of Go, such as
    /// `open ca.pem: no such file or directory`. Nothing is run.
    #[must_use]
    pub fn inspect(&self, now: UnixTime, open: &Open<'_>) -> Inspection {
        let mut inspector = Inspector { now, open, findings: Vec::new(), files: Vec::new() };
        let complaints = self.complaints(open);
        complaints.iter().for_each(|complaint| inspector.find(FindingCode::Invalid, complaint.clone()));
        for field in &self.unknown_fields {
            let text = format!("kubectl does not know `{}` (line {}) and ignores it", field.path, field.line);
            inspector.find(FindingCode::UnknownField, text);
        }
        let clusters = self.clusters.iter().map(|(name, cluster)| inspector.cluster(name, cluster)).collect();
        let users = self.users.iter().map(|(name, user)| inspector.user(name, user)).collect();
        inspector.files.sort_unstable();
        inspector.files.dedup();
        let contexts = self.contexts.iter().map(|(name, context)| ContextFacts {
            name: name.clone(),
            cluster: context.context.cluster.clone(),
            user: context.context.user.clone(),
            namespace: context.context.namespace.clone(),
        });
        Inspection {
            current_context: self.current_context.clone(),
            runs_programs: self.users.values().any(|user| user.exec.is_some()),
            holds_secrets: self.holds_secrets(),
            reads_files: inspector.files,
            validate_error: validate::joined(&complaints),
            contexts: contexts.collect(),
            clusters,
            users,
            findings: inspector.findings,
        }
    }

    /// Whether the file itself holds a credential. Arguments and variables of programs count if they look like one.
    #[must_use]
    pub fn holds_secrets(&self) -> bool {
        self.users.values().any(FileUser::holds_secrets)
            || self.clusters.values().any(|FileCluster { cluster, .. }| {
                redact::url(&cluster.proxy_url) != cluster.proxy_url || redact::url(&cluster.server) != cluster.server
            })
    }
}

impl FileUser {
    fn holds_secrets(&self) -> bool {
        !self.token.is_empty()
            || !self.password.is_empty()
            || !self.client_key_data.expose_secret().is_empty()
            || self.auth_provider.as_ref().is_some_and(FileAuthProvider::holds_secrets)
            || self.exec.as_ref().is_some_and(FileExec::holds_secrets)
    }
}

impl FileAuthProvider {
    fn has(&self, key: &str) -> bool {
        self.config.as_ref().and_then(|config| config.get(key)).is_some_and(|value| !value.is_empty())
    }

    /// A provider other than `oidc` may keep a secret under any key.
    fn holds_secrets(&self) -> bool {
        if self.name == "oidc" {
            let issuer = self.text("idp-issuer-url");
            ["client-secret", "id-token", "refresh-token"].iter().any(|key| self.has(key))
                || redact::url(issuer) != issuer
                || ["client-id", "idp-certificate-authority"].iter().any(|key| {
                    let text = self.text(key);
                    redact::url_in(text) != text
                })
        } else {
            self.config.iter().flatten().any(|(_, value)| !value.is_empty())
        }
    }

    fn text(&self, key: &str) -> &str {
        self.config.as_ref().and_then(|config| config.get(key)).map(SecretString::expose_secret).unwrap_or_default()
    }
}

impl FileExec {
    fn holds_secrets(&self) -> bool {
        let assigned = self
            .env
            .iter()
            .flatten()
            .map(|ExecEnvVar { name, value }| format!("{name}={}", value.expose_secret().replace(' ', "")));
        let names = self.env.iter().flatten().map(|variable| variable.name.as_str());
        names.chain([self.command.as_str()]).any(|text| redact::hides_secret(std::iter::once(text)))
            || redact::hides_secret(self.args.iter().flatten().map(|arg| arg.expose_secret()))
            || assigned.into_iter().any(|text| redact::hides_secret(std::iter::once(text.as_str())))
    }
}

struct Inspector<'a> {
    now: UnixTime,
    open: &'a Open<'a>,
    findings: Vec<Finding>,
    files: Vec<String>,
}

impl Inspector<'_> {
    fn find(&mut self, code: FindingCode, text: String) {
        self.findings.push(Finding { code, text });
    }

    fn cluster(&mut self, name: &str, FileCluster { cluster, .. }: &FileCluster) -> ClusterFacts {
        let lower = cluster.server.to_ascii_lowercase();
        let data = &cluster.certificate_authority_data;
        let trust = if lower.starts_with("http:") {
            let text =
                format!("the cluster `{name}` is spoken to without TLS: anybody on the way reads and changes it");
            self.find(FindingCode::Http, text);
            TrustFacts::NoTls
        } else if cluster.insecure_skip_tls_verify {
            self.find(
                FindingCode::SkipTlsVerify,
                format!("the cluster `{name}` is not checked: any server is trusted"),
            );
            TrustFacts::Nothing
        } else if !data.is_empty() {
            TrustFacts::Embedded { certificates: self.authorities(name, data) }
        } else if !cluster.certificate_authority.is_empty() {
            self.files.push(cluster.certificate_authority.clone());
            if let Ok(data) = (self.open)(&cluster.certificate_authority) {
                self.authorities(name, &data);
            }
            TrustFacts::File { path: cluster.certificate_authority.clone() }
        } else {
            if !cluster.server.is_empty() && !lower.contains("://") {
                let text = format!(
                    "the server of the cluster `{name}` has no scheme: kubectl speaks http to it, or https to users with \
                     a client certificate"
                );
                self.find(FindingCode::Http, text);
            }
            TrustFacts::System
        };
        ClusterFacts {
            name: name.to_owned(),
            server: redact::url(&cluster.server),
            trust,
            tls_server_name: cluster.tls_server_name.clone(),
            proxy_url: redact::url(&cluster.proxy_url),
        }
    }

    /// How many certificates there are; none is a finding, as Go refuses the cluster then.
    fn authorities(&mut self, name: &str, data: &[u8]) -> usize {
        // `AppendCertsFromPEM` passes over sections with headers and over what is no certificate.
        let sections = pem_sections(data).filter(|section| section.is_certificate() && !section.has_headers());
        let count = sections.filter(|section| section.certificate().is_some()).count();
        if count == 0 {
            let text = format!("the certificate authority of the cluster `{name}` has no certificate that can be read");
            self.find(FindingCode::CertificateAuthorityUnreadable, text);
        }
        count
    }

    fn user(&mut self, name: &str, user: &FileUser) -> UserFacts {
        let mut credentials = Vec::new();
        if !user.client_certificate.is_empty() || !user.client_certificate_data.is_empty() {
            credentials.push(self.client_certificate(name, user));
        }
        if !user.client_key.is_empty() && user.client_key_data.expose_secret().is_empty() {
            self.files.push(user.client_key.clone());
        }
        if !user.token_file.is_empty() {
            self.files.push(user.token_file.clone());
            credentials.push(CredentialFacts::TokenFile { path: user.token_file.clone() });
        }
        if !user.token.is_empty() {
            credentials.push(CredentialFacts::Token);
        }
        if !user.username.is_empty() || !user.password.is_empty() {
            credentials.push(CredentialFacts::Basic { username: user.username.clone() });
        }
        if let Some(provider) = &user.auth_provider {
            credentials.push(self.auth_provider(name, provider));
        }
        if let Some(exec) = &user.exec {
            credentials.push(CredentialFacts::Exec(ProgramFacts {
                command: redact::argument(&exec.command),
                args: redact::arguments(exec.args.iter().flatten().map(|arg| arg.expose_secret())),
                env: exec.env.iter().flatten().map(|variable| redact::argument(&variable.name)).collect(),
                provide_cluster_info: exec.provide_cluster_info,
            }));
        }
        UserFacts { name: name.to_owned(), credentials, impersonates: user.impersonate.clone() }
    }

    fn client_certificate(&mut self, name: &str, user: &FileUser) -> CredentialFacts {
        let embedded = !user.client_certificate_data.is_empty();
        let path = if embedded { String::new() } else { user.client_certificate.clone() };
        let read = if embedded {
            Some(user.client_certificate_data.clone())
        } else {
            self.files.push(path.clone());
            // That it cannot be opened is client-go's complaint already.
            (self.open)(&path).ok()
        };
        // The first section is the client's; `X509KeyPair` refuses one that is no certificate.
        let not_after = read.as_deref().and_then(|pem| {
            let own = pem_sections(pem).find(PemSection::is_certificate)?;
            Some(UnixTime::from_secs(own.certificate()?.validity().not_after.timestamp()))
        });
        match not_after {
            Some(end) if end < self.now => {
                let text = format!("the client certificate of the user `{name}` ended at {end}");
                self.find(FindingCode::ClientCertificate, text);
            }
            None if read.is_some() => {
                let text = format!("the client certificate of the user `{name}` cannot be read");
                self.find(FindingCode::ClientCertificate, text);
            }
            _ => {}
        }
        CredentialFacts::ClientCertificate { path, not_after: not_after.map(|end| end.to_string()) }
    }

    fn auth_provider(&mut self, name: &str, provider: &FileAuthProvider) -> CredentialFacts {
        if provider.name != "oidc" {
            let text =
                format!("the user `{name}` has the auth provider `{}`, which kubectl does not have", provider.name);
            self.find(FindingCode::AuthProviderUnknown, text);
        }
        let authority = redact::url_in(provider.text("idp-certificate-authority"));
        if !authority.is_empty() {
            self.files.push(authority);
        }
        CredentialFacts::AuthProvider(AuthProviderFacts {
            name: provider.name.clone(),
            issuer: redact::url(provider.text("idp-issuer-url")),
            client_id: redact::url_in(provider.text("client-id")),
            client_secret: provider.has("client-secret"),
            id_token: provider.has("id-token"),
            refresh_token: provider.has("refresh-token"),
        })
    }
}
