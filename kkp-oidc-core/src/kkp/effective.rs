//! What KKP makes of a configuration: what is written, and what it fills in.

use crate::diagnostics::Place;
use crate::kkp::version::Version;
use crate::kkp::{Configuration, Dialect, Setting};

/// A value as KKP uses it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a value is a text and where it comes from")]
pub struct Value {
    /// Its text; empty if nobody gives one.
    pub text: String,
    /// Where it is written; `None` if KKP fills it in.
    pub place: Option<Place>,
}

impl Value {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// The settings of authentication with what KKP fills in (spec section 3.2). The chart fills in nothing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct Effective {
    /// `tokenIssuer`
    pub token_issuer: Value,
    /// `clientID`
    pub client_id: Value,
    /// `issuerRedirectURL`
    pub redirect_url: Value,
    /// `issuerClientID`
    pub issuer_client_id: Value,
    /// `skipTokenIssuerTLSVerify`
    pub skip_tls_verify: bool,
    /// The host of the dashboard.
    pub domain: Value,
}

impl Effective {
    /// What version `version` makes of `configuration`.
    #[must_use]
    pub fn new(configuration: &Configuration, version: Version) -> Self {
        let fills_in = configuration.dialect != Dialect::Values;
        let auth = &configuration.auth;
        let domain = written(configuration.domain.as_ref());
        let or = |setting: Option<&Setting>, default: String| {
            let value = written(setting);
            if fills_in && value.is_empty() { Value { text: default, place: None } } else { value }
        };
        let at_domain = |path: &str| match domain.text.as_str() {
            "" => String::new(),
            domain => format!("https://{domain}{path}"),
        };
        let same_client = version >= Version::V2_31;
        let client_id = or(auth.client_id.as_ref(), if same_client { "kubermaticIssuer" } else { "kubermatic" }.into());
        let issuer_client_id = or(
            auth.issuer_client_id.as_ref(),
            if same_client { "kubermaticIssuer".to_owned() } else { format!("{}Issuer", client_id.text) },
        );
        Self {
            token_issuer: or(auth.token_issuer.as_ref(), at_domain("/dex")),
            redirect_url: or(auth.issuer_redirect_url.as_ref(), at_domain("/api/v1/kubeconfig")),
            client_id,
            issuer_client_id,
            skip_tls_verify: auth.skip_token_issuer_tls_verify.as_ref().is_some_and(|skip| skip.bool == Some(true)),
            domain,
        }
    }
}

fn written(setting: Option<&Setting>) -> Value {
    setting.map_or_else(Value::default, |one| Value { text: one.text.clone(), place: Some(one.place) })
}
