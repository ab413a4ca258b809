//! `kkp-oidc render`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kkp_oidc_core::apiserver::RequiredClaim;
use kkp_oidc_core::issuer::{ClientId, IssuerUrl};
use kkp_oidc_core::kkp::{KubernetesVersion, Version, What};

pub(crate) const HELP: &str = "\
Give the files of one installation, as for `kkp-oidc check`: what is rendered is made of what they say and of what this
version of KKP fills in.

  kkp-oidc render api-flags values.yaml
  kkp-oidc render dex-client values.yaml --show-secrets
  kkp-oidc render authentication-config kubermatic.yaml ca-bundle.yaml --kubernetes-version 1.34

Secrets are `<redacted>` unless you say otherwise. With --secrets-dir, arguments read them with $(cat …), helm with
--set-file; in other documents the file is named where the secret belongs.

Exit status: 0 rendered, 1 the files do not give it, 2 wrong usage, 3 file trouble.";

/// What the files of an installation come to.
#[derive(Args, Debug)]
pub(crate) struct RenderArgs {
    /// What to render.
    #[arg(value_name = "WHAT", value_enum)]
    pub(crate) what: WhatArg,
    /// Files, folders (what ends in .yaml, .yml or .json, without hidden ones and subfolders), or `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The version of KKP, such as 2.13. Default: the last that reads these files.
    #[arg(long, value_name = "VERSION")]
    pub(crate) kkp_version: Option<Version>,
    /// Show secrets.
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Write each secret to a file of its own in this folder, mode 0600, and refer to it.
    #[arg(long, value_name = "FOLDER", conflicts_with = "show_secrets")]
    pub(crate) secrets_dir: Option<PathBuf>,
    /// The cluster whose kube-apiserver it is, if there are several among the files.
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    /// The Seed whose controller it is.
    #[arg(long, value_name = "NAME")]
    pub(crate) seed: Option<String>,
    /// The version of the user cluster, for authentication-config: v1 from 1.34 on, v1beta1 below.
    #[arg(long, value_name = "VERSION", default_value = "1.34")]
    pub(crate) kubernetes_version: KubernetesVersion,
    /// In authentication-config, refuse tokens whose e-mail address is not said to be verified.
    #[arg(long)]
    pub(crate) require_email_verified: bool,
    /// In authentication-config, refuse tokens without this claim. May be repeated.
    #[arg(long = "required-claim", value_name = "CLAIM=VALUE")]
    pub(crate) required_claims: Vec<RequiredClaim>,
    /// In authentication-config, put this before the e-mail address. KKP: nothing.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub(crate) username_prefix: String,
    /// In authentication-config, put this before each group. KKP: `oidc:`.
    #[arg(long, value_name = "PREFIX", default_value = "oidc:")]
    pub(crate) groups_prefix: String,
    /// In authentication-config, trust a further issuer, for tokens of this client. May be repeated.
    #[arg(long = "issuer", value_name = "CLIENT_ID=URL", value_parser = issuer)]
    pub(crate) issuers: Vec<(IssuerUrl, ClientId)>,
}

/// `WHAT`
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum WhatArg {
    /// The arguments of kubermatic-api.
    ApiFlags,
    /// The arguments of kubermatic-controller-manager, later seed-controller-manager.
    ControllerFlags,
    /// The arguments of a user cluster's kube-apiserver.
    ApiserverFlags,
    /// The AuthenticationConfiguration of a user cluster.
    AuthenticationConfig,
    /// A KubermaticConfiguration.
    KubermaticConfiguration,
    /// The values.yaml of 2.12 and 2.13.
    Values,
    /// The confidential client, as values of the Dex chart.
    DexClient,
    /// The dashboard's config.json with the share button; from 2.23 on, the KubermaticSetting.
    UiConfig,
    /// The redirect URIs that the provider has to know.
    RedirectUris,
    /// The commands that roll the files out.
    HelmCommands,
}

impl From<WhatArg> for What {
    fn from(what: WhatArg) -> Self {
        match what {
            WhatArg::ApiFlags => Self::ApiFlags,
            WhatArg::ControllerFlags => Self::ControllerFlags,
            WhatArg::ApiserverFlags => Self::ApiserverFlags,
            WhatArg::AuthenticationConfig => Self::AuthenticationConfig,
            WhatArg::KubermaticConfiguration => Self::KubermaticConfiguration,
            WhatArg::Values => Self::Values,
            WhatArg::DexClient => Self::DexClient,
            WhatArg::UiConfig => Self::UiConfig,
            WhatArg::RedirectUris => Self::RedirectUris,
            WhatArg::HelmCommands => Self::HelmCommands,
        }
    }
}

fn issuer(text: &str) -> Result<(IssuerUrl, ClientId), String> {
    let (client_id, url) = text.split_once('=').ok_or("not CLIENT_ID=URL")?;
    let url = url.parse().map_err(|error| format!("the URL: {error}"))?;
    Ok((url, client_id.parse().map_err(|error| format!("the client id: {error}"))?))
}
