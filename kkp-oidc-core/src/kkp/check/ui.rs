//! The dashboard: is there a share button?

use serde_json::Value;

use crate::diagnostics::{Code, Finding};
use crate::kkp::{Configuration, Setting, Version};

use super::Check;

/// Keys of config.json that mean nothing since 2.31 (spec section 7.4).
const IGNORED_SINCE_2_31: [&str; 4] =
    ["oidc_provider_url", "oidc_provider_scope", "oidc_provider_client_id", "oidc_connector_id"];

impl Check<'_> {
    pub(super) fn ui(&mut self, configuration: &Configuration) {
        let installation = self.installation;
        let filled = |setting: &&Setting| !setting.text.trim().is_empty();
        let configs: Vec<&Setting> =
            configuration.ui_config.iter().chain(&installation.ui_configs).filter(filled).collect();
        let wants_sharing = configuration.wants_sharing(self.versions);
        for config in &configs {
            self.ui_config(config, wants_sharing);
        }
        if configs.is_empty() && wants_sharing && self.versions.before(Version::V2_23) {
            let (place, path) = match configuration.dialect {
                crate::kkp::Dialect::Values => (configuration.place, "kubermatic.ui.config"),
                _ => (configuration.place, "spec.ui.config"),
            };
            let message = format!("`{path}` is not there, so the dashboard has no share button");
            let help = format!("write `{path}` with `{{\"share_kubeconfig\": true}}`");
            self.at(Code::ShareButtonMissing, place, message, help);
        }
        if wants_sharing && self.versions.since(Version::V2_23) {
            self.share_settings();
        } else if wants_sharing && self.versions.before(Version::V2_21) {
            self.share_hidden();
        }
    }

    fn ui_config(&mut self, config: &Setting, wants_sharing: bool) {
        let place = config.place;
        let object = match serde_json::from_str::<Value>(&config.text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                let message = "config.json is JSON, but no object".to_owned();
                self.at(
                    Code::UiConfigNotJson,
                    place,
                    message,
                    "write an object, such as `{\"share_kubeconfig\": true}`",
                );
                return;
            }
            Err(error) => {
                let message = format!("config.json is not JSON: line {}, column {}", error.line(), error.column());
                let help =
                    "mend it there: quotes are double, no comma comes after the last entry, there are no comments";
                self.at(Code::UiConfigNotJson, place, message, help);
                return;
            }
        };
        let share = object.get("share_kubeconfig");
        if self.versions.since(Version::V2_23) {
            if share.is_some() {
                let message = format!("`share_kubeconfig` does nothing in KKP {}", self.versions);
                let help = "set `enableOIDCKubeconfig` and `enableShareCluster` in KubermaticSetting `globalsettings`";
                self.at(Code::ShareKeyIgnored, place, message, help);
            }
        } else if wants_sharing && self.versions.before(Version::V2_23) && share != Some(&Value::Bool(true)) {
            let message = match share {
                None => "`share_kubeconfig` is not in config.json, so the dashboard has no share button",
                Some(Value::Bool(false)) => "`share_kubeconfig` is off, so the dashboard has no share button",
                Some(_) => "`share_kubeconfig` is not the boolean `true`",
            };
            self.at(Code::ShareButtonMissing, place, message, "write `\"share_kubeconfig\": true`");
        }
        if self.versions.since(Version::V2_31) {
            for key in IGNORED_SINCE_2_31.into_iter().filter(|key| object.contains_key(*key)) {
                let message = format!("`{key}` in config.json is not read by KKP {}", self.versions);
                let help = "remove it: the dashboard logs in through the API, with `spec.auth`";
                self.at(Code::FieldIgnored, place, message, help);
            }
        }
    }

    /// From 2.14 to 2.20, the switch for kubeconfigs over OIDC hides the share button (spec section 7.1).
    fn share_hidden(&mut self) {
        let installation = self.installation;
        for settings in &installation.settings {
            let switch = settings.enable_oidc_kubeconfig.as_ref().filter(|switch| switch.bool == Some(true));
            if let Some(switch) = switch {
                let message = format!("`spec.enableOIDCKubeconfig` hides the share button in KKP {}", self.versions);
                let help = "set `enableOIDCKubeconfig: false` to have the button";
                self.at(Code::ShareButtonMissing, switch.place, message, help);
            }
        }
    }

    fn share_settings(&mut self) {
        let installation = self.installation;
        for settings in &installation.settings {
            let on = |setting: &Option<Setting>| setting.as_ref().and_then(|one| one.bool);
            // What is not set counts as on for the second, as off for the first (spec section 7.1).
            let wrong = if on(&settings.enable_oidc_kubeconfig) != Some(true) {
                Some(("enableOIDCKubeconfig", settings.enable_oidc_kubeconfig.as_ref()))
            } else if on(&settings.enable_share_cluster) == Some(false) {
                Some(("enableShareCluster", settings.enable_share_cluster.as_ref()))
            } else {
                None
            };
            if let Some((name, setting)) = wrong {
                let place = setting.map_or(settings.place, |setting| setting.place);
                let message = format!("`spec.{name}` is not on, so the dashboard has no share button");
                let help = format!("set `{name}: true`");
                self.found(Finding::new(Code::ShareButtonMissing, place, message, help));
            }
        }
    }
}
