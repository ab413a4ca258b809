//! The kinds of findings.

use std::fmt;
use std::str::FromStr;

use crate::diagnostics::Severity;

/// Define the codes in one place: variant, name, severity, title, explanation.
macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $title:literal $explanation:literal)*) => {
        /// The kind of a finding. Names are stable: they are never given to something else.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name, such as `cookie-key-length`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What is wrong, in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Why it matters and what mends it.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    DocumentUnreadable "document-unreadable" Error "A file is not YAML that can be read"
        "Nothing in the file is checked until it can be read. The line is not shown, since it may hold a secret. Tabs do not indent YAML; a key may occur once in a map; merge keys (`<<`) are not supported."
    DocumentUnknown "document-unknown" Note "A document is of no kind that matters here"
        "Read are: KKP's values.yaml of 2.12 and 2.13, KubermaticConfiguration, Seed, Cluster, KubermaticSetting, values of the Dex chart, config.json, and the ConfigMaps and Secrets that hold config.json or a CA bundle. Everything else is left alone."
    ConfigurationMissing "configuration-missing" Warning "No file configures KKP"
        "Neither a values.yaml with `kubermatic:` nor a KubermaticConfiguration is among the files, so what they say cannot be held against it. Give all files of one installation in one call."
    ConfigurationTwice "configuration-twice" Error "Two files configure the same KKP"
        "An installation has one values.yaml or one KubermaticConfiguration. Which of two counts cannot be known; check each installation by itself."
    ConfigurationVersion "configuration-version" Error "A configuration is of another version than the one given"
        "The chart `kubermatic` and its values.yaml belong to 2.12 and 2.13, operator.kubermatic.io/v1alpha1 to 2.14 to 2.19, kubermatic.k8c.io/v1 to 2.20 and later. No other version reads them."
    FindingsLeftOut "findings-left-out" Note "There are more findings than are shown"
        "Nobody mends more than a thousand in one go. Mend these, and check again."
    FieldUnknown "field-unknown" Warning "A field that no version of KKP reads"
        "A misspelt field is ignored without a word, and the setting stays at its default. Fields are spelt as in KKP's documentation, upper and lower case included."
    FieldIgnored "field-ignored" Warning "A field that this version ignores"
        "The field had a meaning in another version of KKP. What replaced it is named in the finding; the field itself can go."
    FieldType "field-type" Error "A value is of the wrong type"
        "Helm and Kubernetes refuse the object, or read something else than was meant."
    GateMissing "gate-missing" Warning "A feature gate is not on although its settings are there"
        "Sharing needs both gates: `OIDCKubeCfgEndpoint` makes the API serve share links, `OpenIDAuthPlugin` makes the kube-apiservers of user clusters trust the issuer. With one of them alone, links are refused or kubeconfigs are."
    GateMisspelt "gate-misspelt" Error "A feature gate that is spelt wrongly"
        "KKP accepts every name, so a misspelt gate is on and does nothing. Upper and lower case count."
    GateUnknown "gate-unknown" Note "A feature gate that KKP does not know"
        "KKP accepts every name. The gate may belong to another version, or be misspelt beyond recognition; it does nothing in this one."
    GateSpelling "gate-spelling" Error "A gate is spelt so that the chart leaves out the flags"
        "The chart of 2.12 and 2.13 looks for `OIDCKubeCfgEndpoint=true` and `OpenIDAuthPlugin=true`, letter by letter. With `=1`, `= true` or `=True` the program turns the gate on, but gets none of the flags that it needs then, and does not start."
    GateUnreadable "gate-unreadable" Error "A feature gate has no value that can be read"
        "Values are those of Go's strconv.ParseBool: true and false, also as 1, t, T, TRUE, True and 0, f, F, FALSE, False. The program does not start with any other."
    GateShape "gate-shape" Error "A feature gate is written for another API group"
        "Up to 2.19 (operator.kubermatic.io/v1alpha1) a gate is an object: `OIDCKubeCfgEndpoint: {enabled: true}`. Since 2.20 (kubermatic.k8c.io/v1) it is a boolean: `OIDCKubeCfgEndpoint: true`."
    ValueMissing "value-missing" Error "A value that a feature gate needs is empty"
        "With the gate on, the program gets an empty flag and does not start, or starts and fails at the first login."
    ControllerSecretMissing "controller-secret-missing" Error "The controller lacks the client secret"
        "With `OpenIDAuthPlugin` on, the controller manager refuses to start without `-oidc-issuer-client-secret`, although KKP's documentation does not list that flag."
    CookieKeyLength "cookie-key-length" Error "The cookie key has neither 32 nor 64 bytes"
        "The key authenticates cookies by HMAC. KKP takes the bytes of the text as they are; nothing is decoded, nor are blanks and line ends left out. `openssl rand -hex 32` prints 64 characters, which are a key of 64 bytes."
    CookieKeyEncoded "cookie-key-encoded" Warning "The cookie key would have the right length if it were decoded"
        "KKP does not decode the key, neither hexadecimal nor base64: the characters themselves are its bytes. So 44 characters of base64 are a key of 44 bytes: KKP takes it, its documentation and `kkp-oidc serve` ask for 32 or 64."
    CookieKeyDecoded "cookie-key-decoded" Error "The cookie key looks like decoded bytes"
        "The key has control characters or bytes that are no ASCII. Flags and YAML do not carry such bytes unharmed; use text, such as 64 hexadecimal characters, as it is."
    CookieKeyWeak "cookie-key-weak" Error "The cookie key is easy to guess"
        "Whoever guesses the key forges every cookie. A key must be random; one that repeats itself is not."
    CookieKeyExample "cookie-key-example" Error "The cookie key is one that documentation shows"
        "Everybody can look the key up, and forge every cookie with it."
    CookieKeyIsClientSecret "cookie-key-is-client-secret" Error "The cookie key is the client secret"
        "KKP writes the client secret into every shared kubeconfig. Whoever has one could forge cookies."
    SecretReused "secret-reused" Warning "A secret is used in two places"
        "Who learns it in one place has the other, too, and one cannot be changed without the other."
    ServiceAccountKeyShort "service-account-key-short" Error "The service account key has less than 32 bytes"
        "The API refuses to start with a shorter signing key, whatever the feature gates say."
    IssuerUnreadable "issuer-unreadable" Error "The issuer is no URL"
        "The issuer is the URL at which the provider's discovery document begins, such as https://kkp.example.com/dex."
    IssuerNotHttps "issuer-not-https" Error "The issuer has no https"
        "OpenID Connect Discovery 1.0 section 3 demands https; kube-apiserver refuses any other issuer and does not start. Tokens and the client secret would travel in the clear."
    IssuerHasParts "issuer-has-parts" Error "The issuer has user info, a query or a fragment"
        "OpenID Connect Discovery 1.0 section 3 allows scheme, host, port and path, nothing more."
    IssuerDiffers "issuer-differs" Error "Two places name different issuers"
        "Issuers are compared byte for byte, also with the token's `iss` and with the provider's own discovery document: `https://a.example/dex` and `https://a.example/dex/` are two issuers."
    IssuerTrailingSlash "issuer-trailing-slash" Warning "The issuer ends in a slash"
        "Few providers name themselves with a slash at the end, and issuers are compared byte for byte. Compare it with `issuer` in the provider's discovery document."
    RedirectUnreadable "redirect-unreadable" Error "The redirect URI is no absolute URL"
        "Providers compare the redirect URI with the registered ones, character by character; it must be a whole URL with scheme and host."
    RedirectNotHttps "redirect-not-https" Error "The redirect URI has no https"
        "The code would come back in the clear, and browsers do not send KKP's cookie over http, since it is `Secure`."
    RedirectPath "redirect-path" Error "The redirect URI has another path than the share endpoint"
        "KKP answers callbacks at /api/v1/kubeconfig and nowhere else; the browser would be sent to a page that does not exist."
    RedirectHost "redirect-host" Warning "The redirect URI is on another host than KKP"
        "The cookie that proves a login is set on the host at which the link was opened. On another host it is not sent, and the login ends with `cookie not set`."
    RedirectNotRegistered "redirect-not-registered" Error "The provider does not know the redirect URI"
        "Dex compares the redirect URI with the client's `RedirectURIs`, character by character, and refuses the login if it is not among them."
    ClientUnknown "client-unknown" Error "The provider does not know the client"
        "The client id has to be the `id` of one of Dex's clients, character by character; otherwise every login ends with `invalid client_id`."
    ClientIdDiffers "client-id-differs" Error "API and kube-apiserver expect different clients"
        "The ID token is made for the client that asked for it. kube-apiserver refuses it if it expects another audience."
    ClientSecretDiffers "client-secret-differs" Error "KKP and the provider have different client secrets"
        "Every login ends with `invalid_client` when the code is exchanged."
    ClientIsPublic "client-is-public" Warning "The provider has the client as a public one"
        "Dex does not ask public clients for a secret and allows them other redirect URIs; KKP's client is confidential."
    CaNotBase64 "ca-not-base64" Error "The CA bundle is not base64"
        "The chart of 2.12 and 2.13 copies `kubermatic.auth.caBundle` into the `data` of a Secret, so it has to be base64 of the PEM. `kkp-oidc ca bundle --format values` writes it so."
    CaNotPem "ca-not-pem" Error "The CA bundle has no certificate"
        "Go reads PEM sections `-----BEGIN CERTIFICATE-----` and silently skips everything else; without any, the program does not start."
    CaPrivateKey "ca-private-key" Error "There is a private key in the CA bundle"
        "The bundle is copied to every cluster. Take the key out, and replace it: it has been in too many places."
    CaCertificate "ca-certificate" Warning "A certificate in the CA bundle does nothing"
        "KKP takes expired certificates, and those that are no CA, without a word; the TLS error comes later. `kkp-oidc ca explain` shows the whole bundle."
    CaIssuerNotTrusted "ca-issuer-not-trusted" Error "The CA bundle does not lead to the provider's certificate"
        "Neither KKP nor the kube-apiservers would connect to the provider. `kkp-oidc ca check` names the certificate that is missing."
    SkipTlsVerify "skip-tls-verify" Error "The provider's certificate is not verified"
        "Anybody between KKP and the provider can pose as the provider, read the client secret and log in as anyone. Put the provider's CA into the CA bundle instead."
    OfflineAccessImpossible "offline-access-impossible" Error "The provider gives no refresh token this way"
        "KKP demands a refresh token in both modes. Dex gives one only for the scope `offline_access`, and only if `refresh_token` is among its grant types; `access_type=offline` means nothing to it."
    UiConfigNotJson "ui-config-not-json" Error "config.json is not JSON"
        "The chart copies the text as it is; the dashboard does not load with anything else than one JSON object."
    ShareButtonMissing "share-button-missing" Warning "The dashboard does not show the share button"
        "Up to 2.22 the button needs `\"share_kubeconfig\": true` in config.json, and from 2.14 to 2.20 also `enableOIDCKubeconfig` off in KubermaticSetting; since 2.23 it needs `enableOIDCKubeconfig` in KubermaticSetting, and `enableShareCluster` not off."
    ShareKeyIgnored "share-key-ignored" Warning "share_kubeconfig does nothing in this version"
        "Since 2.23 the share button is switched by KubermaticSetting: `enableOIDCKubeconfig` and `enableShareCluster`."
    SeedIncomplete "seed-incomplete" Error "A Seed's provider lacks a value"
        "`oidcProviderConfiguration` needs issuerURL, issuerClientID and issuerClientSecret; KKP's webhook refuses the Seed otherwise. What is left out of the rest comes from the API's flags."
    SeedTwoWays "seed-two-ways" Error "A Seed configures authentication twice"
        "Only one of `authenticationConfiguration` and `oidcProviderConfiguration` may be set; KKP's webhook refuses the Seed otherwise."
    ClusterOwnIssuer "cluster-own-issuer" Warning "A cluster has its own issuer, which sharing does not look at"
        "The share endpoint makes the kubeconfig for the platform's issuer. A cluster with its own `spec.oidc` or `authenticationConfiguration` does not trust that one, so the kubeconfig is refused by its kube-apiserver."
    ClusterTwoWays "cluster-two-ways" Error "A cluster configures authentication twice"
        "`authenticationConfiguration` and `oidc.issuerURL` are mutually exclusive; KKP's webhook refuses the cluster otherwise."
    ClusterUsernameClaim "cluster-username-claim" Error "A cluster has no username claim"
        "Since 2.31 KKP writes an AuthenticationConfiguration, in which the username claim is mandatory; the flag of earlier versions defaulted to `sub`. The kube-apiserver does not start without it."
    ClusterRequiredClaim "cluster-required-claim" Error "A cluster's required claims cannot be read"
        "`requiredClaim` is `key=value`, several with `,` between."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = ParseCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|code| code.name() == text).ok_or(ParseCodeError)
    }
}

/// No code has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no finding has this code")]
#[non_exhaustive]
pub struct ParseCodeError;
