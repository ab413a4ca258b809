//! The share button, and the commands of the roll-out. KKP: spec sections 3.1, 7.1 and 7.4.

use serde_json::{Map, Value as Json};

use super::configuration::pretty;
use super::secret::path;
use super::{Render, RenderError, Rendered, Secrets};
use crate::kkp::writer::Writer;
use crate::kkp::{Dialect, SecretName, Version};
use crate::shell::Shell;

/// Charts of 2.12 and 2.13, as the manual has their folders.
const OLD_OAUTH: [&str; 3] = ["oauth", "oauth", "charts/kubermatic/oauth"];
const OLD_KUBERMATIC: [&str; 3] = ["kubermatic", "kubermatic", "charts/kubermatic/"];

/// The Dex chart of later versions.
const OAUTH: [&str; 3] = ["oauth", "oauth", "charts/oauth"];

impl Render<'_> {
    /// config.json with the share button, or from 2.23 on the KubermaticSetting that shows it.
    pub(super) fn ui_config(&self) -> Result<Rendered, RenderError> {
        if self.version >= Version::V2_23 {
            let mut yaml = Writer::default();
            yaml.line(0, "apiVersion: kubermatic.k8c.io/v1");
            yaml.line(0, "kind: KubermaticSetting");
            yaml.line(0, "metadata:");
            yaml.line(2, "name: globalsettings");
            yaml.line(0, "spec:");
            yaml.line(2, "enableOIDCKubeconfig: true");
            yaml.line(2, "enableShareCluster: true");
            return Ok(Rendered::document(yaml.finish()));
        }
        let written = self.configuration.ui_config.as_ref().or_else(|| self.installation.ui_configs.first());
        let mut config = match written.map(|config| config.text.trim()) {
            None | Some("") => Map::new(),
            Some(text) => match serde_json::from_str(text) {
                Ok(Json::Object(config)) => config,
                Ok(_) | Err(_) => return Err(RenderError::UiConfig),
            },
        };
        config.insert("share_kubeconfig".to_owned(), Json::Bool(true));
        Ok(Rendered::document(pretty(&Json::Object(config))))
    }

    /// The commands that roll the files out, one a line.
    pub(super) fn helm_commands(&self) -> Result<Rendered, RenderError> {
        if self.configuration.dialect == Dialect::Values {
            let secrets: Vec<_> = self.in_files(self.auth_secrets());
            let files = match &self.options.secrets {
                Secrets::Files(folder) => secrets.iter().map(|secret| set_file(folder, secret.name)).collect(),
                Secrets::Redacted | Secrets::Shown => Vec::new(),
            };
            // `--timeout` is in seconds, without a unit, for the Helm 2 of that time.
            let lines = vec![helm("300", OLD_OAUTH, Vec::new())?, helm("300", OLD_KUBERMATIC, files)?];
            return Ok(Rendered { secrets, ..Rendered::lines(lines) });
        }
        let apply = ["kubectl", "apply", "--filename", "kubermaticconfiguration.yaml"];
        Ok(Rendered::lines(vec![helm("300s", OAUTH, Vec::new())?, Shell::Bash.command(apply)?]))
    }
}

/// `--set-file` for a secret, so that it need not stand in values.yaml.
fn set_file(folder: &str, name: SecretName) -> [String; 2] {
    let field = match name {
        SecretName::IssuerClientSecret | SecretName::SeedIssuerClientSecret => "issuerClientSecret",
        SecretName::IssuerCookieKey => "issuerCookieKey",
        SecretName::ServiceAccountKey => "serviceAccountKey",
    };
    // Commas and backslashes are Helm's.
    let path = path(folder, name).replace('\\', "\\\\").replace(',', "\\,");
    ["--set-file".to_owned(), format!("kubermatic.auth.{field}={path}")]
}

/// One `helm upgrade`, as the manual has it.
fn helm(timeout: &str, chart: [&str; 3], more: Vec<[String; 2]>) -> Result<String, RenderError> {
    let [namespace, release, folder] = chart;
    let begin = ["helm", "upgrade", "--install", "--wait", "--timeout", timeout, "--values", "values.yaml"];
    let words = begin.into_iter().map(str::to_owned).chain(more.into_iter().flatten());
    let end = ["--namespace", namespace, release, folder].map(str::to_owned);
    Ok(Shell::Bash.command(words.chain(end))?)
}
