//! Schemas of what core reads and writes, which knows nothing of OpenAPI.

use utoipa::ToSchema;

/// What kkp_oidc_core::share::ShareForm reads. Every field may be left out or empty, but it has to say for whom the link is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: core, which reads the form, knows nothing of OpenAPI")]
pub(super) struct ShareForm {
    /// `anyone` or `only`. Left out: `only`, if somebody is named; otherwise it has to be said.
    audience: Option<String>,
    /// Addresses, domains with an `@` in front, and groups with `group:` in front, one a line or with commas between;
    /// beside the three below.
    people: Option<String>,
    /// E-mail addresses, one a line or with commas between, at most 100.
    emails: Option<String>,
    /// Domains of e-mail addresses, likewise.
    domains: Option<String>,
    /// Groups, likewise.
    groups: Option<String>,
    /// How long the link lives, from `1h` to `30d`; left out: `7d`.
    lifetime: Option<String>,
    /// `once`, `count` or `unlimited`; left out: `count` if there is a `use_count`, else `unlimited`.
    uses: Option<String>,
    /// How often, for `count`: 1 to 10000, as text.
    use_count: Option<String>,
    /// One of `user_entries`; left out: the first.
    user_entry: Option<String>,
    /// Name of a ClusterRole that those who use the link are to have; you bind it.
    role: Option<String>,
    /// What you say to them, at most 200 characters.
    note: Option<String>,
}

/// Gates that were set; one that is not there is off.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: core, which writes the gates, knows nothing of OpenAPI")]
pub(super) struct FeatureGates {
    oidc_kube_cfg_endpoint: Option<bool>,
    #[schema(rename = "openIDAuthPlugin")]
    open_id_auth_plugin: Option<bool>,
    #[schema(rename = "disableUserSSHKey")]
    disable_user_ssh_key: Option<bool>,
    kube_virt_accelerator_quota: Option<bool>,
}
