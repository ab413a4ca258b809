//! A user cluster's kube-apiserver. KKP: spec section 2.3.

use super::{Render, RenderError, Rendered, listed};
use crate::apiserver::{AuthenticationConfiguration, ClusterOidc, KkpOidc, gate_default, gate_entry, kkp_args};
use crate::issuer::{ClientId, IssuerUrl};
use crate::kkp::check::PLUGIN_GATE;
use crate::kkp::{Cluster, Effective, SeedProvider, Setting, Version};
use crate::shell::Shell;

/// Said where there is nothing to say to kube-apiserver.
const NOTHING: &str = "nothing: OpenIDAuthPlugin is off, and the cluster has no issuer of its own";

impl Render<'_> {
    /// Arguments, flag and value apart; a line has both.
    pub(super) fn apiserver_flags(&self) -> Result<Rendered, RenderError> {
        let minor = self.version.minor();
        let (cluster, own) = self.chosen()?;
        let has_document = self.version >= Version::V2_31 && self.secret_of(cluster)?.is_some();
        let args = if let Some(own) = &own {
            kkp_args(KkpOidc::Cluster(own), minor)
        } else if self.gate_is_on() || has_document {
            let (issuer, client_id) = if has_document { placeholder()? } else { self.issuer()? };
            // Chart and operator always give the controller a CA file.
            kkp_args(KkpOidc::Gate { issuer: &issuer, client_id: &client_id, has_ca_file: true }, minor)
        } else {
            None
        };
        let args = args.unwrap_or_default();
        let line = |pair: &[String]| Shell::Bash.command(pair);
        let lines = args.chunks(2).map(line).collect::<Result<Vec<_>, _>>()?;
        let mut notes = Vec::new();
        if args.is_empty() {
            notes.push(NOTHING.to_owned());
        } else if self.version >= Version::V2_31 {
            notes.push(
                "KKP turns kube-apiserver's feature gate StructuredAuthenticationConfiguration on, too".to_owned(),
            );
        }
        Ok(Rendered { items: Some(args), notes, ..Rendered::lines(lines) })
    }

    /// The document that KKP 2.31 makes; for older versions it says what the arguments do.
    pub(super) fn authentication_config(&self) -> Result<Rendered, RenderError> {
        let options = self.options;
        let pem = self.pem();
        let mut notes = Vec::new();
        if pem.is_none() {
            let note = "no CA bundle is among the files, so kube-apiserver would take the CAs of its host; give the \
                        ConfigMap `ca-bundle`, too";
            notes.push(note.to_owned());
        }
        let pem = pem.unwrap_or_default();
        let minor = options.kubernetes.minor;
        let (cluster, own) = self.chosen()?;
        if self.version < Version::V2_31 {
            notes.push(format!("KKP {} gives arguments instead: `render apiserver-flags`", self.version));
        } else if let Some(of) = self.secret_of(cluster)? {
            notes.push(format!("the {of} has an authenticationConfiguration: KKP takes the document of that Secret"));
        }
        let differs = |own: &ClusterOidc| own.username_claim.is_empty() || own.username_prefix.is_empty();
        if own.as_ref().is_some_and(|own| differs(own) && own.username_claim != "email") {
            let note = "username claim and prefix that are not written mean here what they did up to 2.30; KKP 2.31 leaves \
                        them empty: write them into `spec.oidc`";
            notes.push(note.to_owned());
        }
        let mut document: AuthenticationConfiguration = if let Some(own) = own {
            own.to_configuration(&pem, minor).map_err(RenderError::RequiredClaim)?
        } else {
            if !self.gate_is_on() {
                notes.push("OpenIDAuthPlugin is off: KKP makes no such document".to_owned());
            }
            let (issuer, client_id) = self.issuer()?;
            gate_default(&issuer, &client_id, &pem, minor, &options.gate)
        };
        for (issuer, client_id) in &options.issuers {
            document.jwt.push(gate_entry(issuer, client_id, &pem, &options.gate));
        }
        notes.extend(document.review().findings.iter().map(|finding| format!("kube-apiserver says: {finding}")));
        Ok(Rendered { notes, ..Rendered::document(document.to_yaml()) })
    }

    /// The cluster, with the issuer that it has for itself.
    fn chosen(&self) -> Result<(Option<&Cluster>, Option<ClusterOidc>), RenderError> {
        let clusters = &self.installation.clusters;
        let error = |name: &str| RenderError::NotFound {
            kind: "Cluster",
            name: self.installation.masked(name),
            found: listed(clusters.iter().map(|cluster| self.installation.masked(&cluster.name))),
        };
        let cluster = match (&self.options.cluster, clusters.as_slice()) {
            (Some(name), _) => Some(clusters.iter().find(|cluster| cluster.name == *name).ok_or_else(|| error(name))?),
            (None, []) => None,
            (None, [only]) => Some(only),
            (None, _) => return Err(error("")),
        };
        let own = cluster.map(oidc).filter(|own| !own.issuer_url.is_empty() && !own.client_id.is_empty());
        Ok((cluster, own))
    }

    /// Whose Secret with an AuthenticationConfiguration goes before everything else.
    fn secret_of(&self, cluster: Option<&Cluster>) -> Result<Option<&'static str>, RenderError> {
        if cluster.is_some_and(|cluster| cluster.authentication_configuration.is_some()) {
            return Ok(Some("cluster"));
        }
        let seed = self.seed()?;
        Ok(seed.filter(|seed| seed.authentication_configuration.is_some()).map(|_| "Seed"))
    }

    fn gate_is_on(&self) -> bool {
        self.configuration.controller_gates.is_enabled(PLUGIN_GATE)
    }

    /// The issuer of the controller: that of the Seed, or the platform's.
    fn issuer(&self) -> Result<(IssuerUrl, ClientId), RenderError> {
        let provider: Option<&SeedProvider> = self.seed()?.and_then(|seed| seed.provider.as_ref());
        let (issuer, client_id) = match provider.filter(|_| self.version >= Version::V2_22) {
            Some(provider) => (text(provider.issuer_url.as_ref()), text(provider.issuer_client_id.as_ref())),
            None => {
                let effective = Effective::new(self.configuration, self.version);
                (effective.token_issuer.text, effective.issuer_client_id.text)
            }
        };
        let issuer = issuer.parse().map_err(RenderError::Issuer)?;
        Ok((issuer, client_id.parse().map_err(RenderError::Client)?))
    }
}

/// From 2.31 on the arguments do not depend on the issuer.
fn placeholder() -> Result<(IssuerUrl, ClientId), RenderError> {
    let issuer = "https://kkp.example.com/dex".parse().map_err(RenderError::Issuer)?;
    Ok((issuer, "kubermatic".parse().map_err(RenderError::Client)?))
}

fn oidc(cluster: &Cluster) -> ClusterOidc {
    ClusterOidc {
        issuer_url: text(cluster.issuer_url.as_ref()),
        client_id: text(cluster.client_id.as_ref()),
        username_claim: text(cluster.username_claim.as_ref()),
        groups_claim: text(cluster.groups_claim.as_ref()),
        required_claim: text(cluster.required_claim.as_ref()),
        username_prefix: text(cluster.username_prefix.as_ref()),
        groups_prefix: text(cluster.groups_prefix.as_ref()),
    }
}

fn text(setting: Option<&Setting>) -> String {
    setting.map_or_else(String::new, |setting| setting.text.clone())
}
