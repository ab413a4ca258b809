//! `kkp-oidc migrate`

use std::path::PathBuf;

use clap::Args;
use kkp_oidc_core::kkp::Version;

pub(crate) const HELP: &str = "\
From values.yaml of the chart (2.12, 2.13) to a KubermaticConfiguration, with the ConfigMap of the CA bundle and
KubermaticSetting where the version has them; and back, from all of these to values.yaml. Comments come along. On stderr
stands what has no counterpart, what means something else from then on, and what is to be done elsewhere.

  kkp-oidc migrate values.yaml -o kubermatic.yaml
  kkp-oidc migrate values.yaml --to 2.22 | kkp-oidc check - --kkp-version 2.22
  kkp-oidc migrate kubermatic.yaml ca-bundle.yaml --to-values -o values.yaml

Exit status: 0 everything went over, 1 something has no counterpart (the rest is written), 2 wrong usage, 3 file trouble.";

/// The configuration of an installation for another version of KKP.
#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    /// values.yaml; or a KubermaticConfiguration, with its ConfigMap and KubermaticSetting if they are at hand. `-` is stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write to this file, at once, instead of to stdout. A new file is readable for its owner only.
    #[arg(long, short = 'o', value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The version of KKP that the result is for, from 2.14 to 2.31.
    #[arg(long, value_name = "VERSION", default_value = "2.31", value_parser = version)]
    pub(crate) to: Version,
    /// Back to values.yaml of 2.12 and 2.13.
    #[arg(long, conflicts_with = "to")]
    pub(crate) to_values: bool,
}

fn version(text: &str) -> Result<Version, String> {
    match text.parse() {
        Ok(version) if version < Version::V2_14 => {
            Err(format!("KKP {version} is configured by values.yaml: --to-values"))
        }
        Ok(version) => Ok(version),
        Err(error) => Err(error.to_string()),
    }
}
