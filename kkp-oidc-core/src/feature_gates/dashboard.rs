//! What KKP's dashboard is told of the gates.

use serde::Serialize;

use super::{FeatureGates, KnownGate};

/// The body of `GET /api/v2/featuregates`. KKP: spec section 1.3.
///
/// A gate is there only if it was set, be it on or off; the dashboard takes an absent one for off. KKP has a fifth field,
/// `operatingSystemManager`, which it never fills.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DashboardGates {
    /// [`KnownGate::OidcKubeCfgEndpoint`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc_kube_cfg_endpoint: Option<bool>,
    /// [`KnownGate::OpenIdAuthPlugin`]
    #[serde(rename = "openIDAuthPlugin", skip_serializing_if = "Option::is_none")]
    pub open_id_auth_plugin: Option<bool>,
    /// [`KnownGate::DisableUserSshKey`]
    #[serde(rename = "disableUserSSHKey", skip_serializing_if = "Option::is_none")]
    pub disable_user_ssh_key: Option<bool>,
    /// [`KnownGate::KubeVirtAcceleratorQuota`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_virt_accelerator_quota: Option<bool>,
}

impl From<&FeatureGates> for DashboardGates {
    fn from(gates: &FeatureGates) -> Self {
        let get = |gate: KnownGate| gates.get(gate.name());
        Self {
            oidc_kube_cfg_endpoint: get(KnownGate::OidcKubeCfgEndpoint),
            open_id_auth_plugin: get(KnownGate::OpenIdAuthPlugin),
            disable_user_ssh_key: get(KnownGate::DisableUserSshKey),
            kube_virt_accelerator_quota: get(KnownGate::KubeVirtAcceleratorQuota),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gates_that_are_set_are_told_and_under_kkps_names() {
        let json = |gates: &str| {
            let gates: FeatureGates = gates.parse().unwrap();
            serde_json::to_string(&DashboardGates::from(&gates)).unwrap()
        };
        assert_eq!(json(""), "{}");
        assert_eq!(json("PrometheusEndpoint=true,operatingSystemManager=true,oidcKubeCfgEndpoint=true"), "{}");
        assert_eq!(
            json("OpenIDAuthPlugin=true,OIDCKubeCfgEndpoint=true"),
            r#"{"oidcKubeCfgEndpoint":true,"openIDAuthPlugin":true}"#
        );
        assert_eq!(
            json("KubeVirtAcceleratorQuota=false,DisableUserSSHKey=true,OIDCKubeCfgEndpoint=false"),
            r#"{"oidcKubeCfgEndpoint":false,"disableUserSSHKey":true,"kubeVirtAcceleratorQuota":false}"#
        );
    }
}
