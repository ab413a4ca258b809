//! The gates that KKP reads today.

use std::fmt;

use crate::nearest::nearest;

/// A feature gate that some part of KKP reads today. None has a default: all are off unless set.
///
/// `Display` is the name as the flag and the `KubermaticConfiguration` spell it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum KnownGate {
    /// The API serves the share and secret endpoints; clusters with their own `spec.oidc` cannot be created.
    OidcKubeCfgEndpoint,
    /// The kube-apiservers of user clusters trust the platform's issuer.
    OpenIdAuthPlugin,
    /// The API serves cluster metrics taken from Prometheus.
    PrometheusEndpoint,
    /// Vertical pod autoscaling of all control plane components.
    VerticalPodAutoscaler,
    /// etcd's flags for corruption checks.
    EtcdDataCorruptionChecks,
    /// The etcd launcher on all clusters that do not refuse it.
    EtcdLauncher,
    /// Monitoring, logging and alerting for user clusters.
    UserClusterMla,
    /// The installer leaves out ingress, Dex, API and UI.
    HeadlessInstallation,
    /// Additional controllers for developers.
    DevelopmentEnvironment,
    /// No SSH key management for users.
    DisableUserSshKey,
    /// The application catalog lives outside of KKP.
    ExternalApplicationCatalogManager,
    /// Dynamic resource allocation in user clusters.
    DynamicResourceAllocation,
    /// Listeners of a Gateway follow its HTTPRoutes.
    HttpRouteGatewaySync,
    /// Quotas for accelerators on KubeVirt.
    KubeVirtAcceleratorQuota,
}

impl KnownGate {
    /// Every known gate.
    pub const ALL: [Self; 14] = [
        Self::OidcKubeCfgEndpoint,
        Self::OpenIdAuthPlugin,
        Self::PrometheusEndpoint,
        Self::VerticalPodAutoscaler,
        Self::EtcdDataCorruptionChecks,
        Self::EtcdLauncher,
        Self::UserClusterMla,
        Self::HeadlessInstallation,
        Self::DevelopmentEnvironment,
        Self::DisableUserSshKey,
        Self::ExternalApplicationCatalogManager,
        Self::DynamicResourceAllocation,
        Self::HttpRouteGatewaySync,
        Self::KubeVirtAcceleratorQuota,
    ];

    /// The name as KKP spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OidcKubeCfgEndpoint => "OIDCKubeCfgEndpoint",
            Self::OpenIdAuthPlugin => "OpenIDAuthPlugin",
            Self::PrometheusEndpoint => "PrometheusEndpoint",
            Self::VerticalPodAutoscaler => "VerticalPodAutoscaler",
            Self::EtcdDataCorruptionChecks => "EtcdDataCorruptionChecks",
            Self::EtcdLauncher => "EtcdLauncher",
            Self::UserClusterMla => "UserClusterMLA",
            Self::HeadlessInstallation => "HeadlessInstallation",
            Self::DevelopmentEnvironment => "DevelopmentEnvironment",
            Self::DisableUserSshKey => "DisableUserSSHKey",
            Self::ExternalApplicationCatalogManager => "ExternalApplicationCatalogManager",
            Self::DynamicResourceAllocation => "DynamicResourceAllocation",
            Self::HttpRouteGatewaySync => "HTTPRouteGatewaySync",
            Self::KubeVirtAcceleratorQuota => "KubeVirtAcceleratorQuota",
        }
    }

    /// The gate with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.name() == name)
    }

    /// The gate that somebody who wrote `name` probably meant: at most three letters inserted, dropped or replaced,
    /// upper or lower case aside. Of two equally near, the earlier in [`ALL`](Self::ALL).
    #[must_use]
    pub fn nearest(name: &str) -> Option<Self> {
        nearest(name, Self::ALL.map(Self::name)).and_then(Self::from_name)
    }
}

impl fmt::Display for KnownGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lists_each_gate_once() {
        for gate in KnownGate::ALL {
            assert_eq!(KnownGate::from_name(gate.name()), Some(gate));
        }
    }
}
