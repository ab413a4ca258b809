//! Clusters with OIDC settings of their own.

use crate::diagnostics::{Code, Finding, Place};
use crate::kkp::{Cluster, Version};

use super::{Check, ENDPOINT_GATE, is_missing};

impl Check<'_> {
    pub(super) fn clusters(&mut self) {
        let installation = self.installation;
        for cluster in &installation.clusters {
            self.cluster(cluster);
        }
    }

    fn cluster(&mut self, cluster: &Cluster) {
        let name = &cluster.name;
        let has_own = !is_missing(cluster.issuer_url.as_ref()) && !is_missing(cluster.client_id.as_ref());
        if let (Some(place), Some(issuer)) = (cluster.authentication_configuration, &cluster.issuer_url) {
            let message = format!("cluster `{name}` has `authenticationConfiguration` and an issuer");
            let help = "remove one of them";
            let finding = Finding::new(Code::ClusterTwoWays, place, message, help);
            self.found(finding.with_related(issuer.place, "the issuer"));
        }
        let prefixes = [(&cluster.username_prefix, "usernamePrefix"), (&cluster.groups_prefix, "groupsPrefix")];
        for (prefix, field) in prefixes {
            if let Some(prefix) = prefix.as_ref().filter(|prefix| !prefix.is_empty()) {
                self.not_before(Version::V2_24, prefix.place, &format!("spec.oidc.{field}"));
            }
        }
        if let Some(place) = cluster.authentication_configuration {
            self.not_before(Version::V2_31, place, "spec.authenticationConfiguration");
        }
        if let Some(issuer) = cluster.issuer_url.as_ref().filter(|issuer| !issuer.is_empty()) {
            self.issuer(issuer, "spec.oidc.issuerURL");
        }
        let username_claim = cluster.username_claim.as_ref();
        if has_own && self.versions.since(Version::V2_31) && is_missing(username_claim) {
            let place = cluster.issuer_url.as_ref().map_or(cluster.place, |issuer| issuer.place);
            let message = format!("cluster `{name}` has no `spec.oidc.usernameClaim`");
            let help = "write `usernameClaim: sub` to have what earlier versions took, or `email`";
            self.at(Code::ClusterUsernameClaim, username_claim.map_or(place, |claim| claim.place), message, help);
        }
        if let Some(required) = cluster.required_claim.as_ref().filter(|required| !required.is_empty()) {
            let is_pair = |pair: &str| pair.split_once('=').is_some_and(|(key, _)| !key.trim().is_empty());
            if !required.text.split(',').all(is_pair) {
                let message = format!("`spec.oidc.requiredClaim` of cluster `{name}` is not `key=value`");
                let help = "write `key=value`, several with `,` between";
                self.at(Code::ClusterRequiredClaim, required.place, message, help);
            }
        }
        self.sharing_fits(cluster, has_own);
    }

    /// Note a field that only later versions read.
    pub(super) fn not_before(&mut self, version: Version, place: Place, path: &str) {
        if self.versions.before(version) {
            let message = format!("`{path}` is not read by KKP {}", self.versions);
            self.at(Code::FieldIgnored, place, message, format!("remove it; KKP reads it since {version}"));
        }
    }

    /// Whether a shared kubeconfig for the cluster would be accepted by it.
    fn sharing_fits(&mut self, cluster: &Cluster, has_own: bool) {
        let installation = self.installation;
        let Some(configuration) = installation.configuration() else { return };
        if !configuration.api_gates.is_enabled(ENDPOINT_GATE) {
            return;
        }
        let effective = self.effective(configuration);
        let issuer = cluster.issuer_url.as_ref().filter(|_| has_own);
        if issuer.is_some_and(|issuer| issuer.text == effective.token_issuer.text) {
            let client = cluster.client_id.as_ref().filter(|client| client.text != effective.issuer_client_id.text);
            if let Some(client) = client {
                let message = format!(
                    "cluster `{}` expects the client `{}`, shared kubeconfigs are for `{}`",
                    cluster.name,
                    self.shown(&client.text),
                    self.shown(&effective.issuer_client_id.text)
                );
                let help = "write the same client id, or remove `spec.oidc`: OpenIDAuthPlugin sets both";
                self.at(Code::ClientIdDiffers, client.place, message, help);
            }
        } else if let Some(place) = issuer.map(|issuer| issuer.place).or(cluster.authentication_configuration) {
            let message =
                format!("cluster `{}` trusts another issuer than the one of shared kubeconfigs", cluster.name);
            let help = "do not share this cluster, or let it trust the platform's issuer, too, in an AuthenticationConfiguration";
            self.at(Code::ClusterOwnIssuer, place, message, help);
        }
    }
}
