//! The kubeconfig that a recipient gets, for each user entry, whole.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{Nonce, UserEntry};
use kkp_oidc_core::directory::SharedCluster;
use kkp_oidc_core::id_token::{IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::{ClientId, EmailPolicy, IssuerConfig, IssuerSettings};
use kkp_oidc_core::kubeconfig::Preferences;
use kkp_oidc_core::secret::SecretString;
use kkp_oidc_core::shared_kubeconfig::{SharedKubeconfig, SharedKubeconfigError};

fn identity() -> Identity {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let nonce = Nonce::from_bytes([1; 32]);
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &nonce,
        access_token: None,
        email_policy: EmailPolicy::RefuseUnverified,
    };
    let payload = format!(
        r#"{{"iss":"https://issuer.example","sub":"s","aud":"kkp","exp":1,"iat":0,"nonce":"{}","email":"lukasz@example.com"}}"#,
        nonce.to_text()
    );
    let [header, payload] = [r#"{"alg":"RS256"}"#, &payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let token = UnverifiedIdToken::parse(format!("{header}.{payload}.c2lnbmF0dXJl").into()).unwrap();
    let signed = token.verify_signature(|_| Ok::<(), ()>(())).unwrap();
    signed.require(&policy, UnixTime::from_secs(0)).unwrap()
}

/// The file, with everything there that could be in it.
fn build(
    user_entry: UserEntry,
    public_client: Option<&str>,
    issuer_ca: Option<&str>,
    refresh_token: Option<&str>,
) -> Result<String, SharedKubeconfigError> {
    let cluster = SharedCluster {
        id: "lab7x9k2mp".parse().unwrap(),
        name: "the lab".to_owned(),
        server: "https://lab.example.com:6443".to_owned(),
        certificate_authority_data: b"PEM of the cluster".to_vec(),
    };
    let issuer = IssuerConfig::try_from(IssuerSettings {
        issuer_url: "https://kkp.example.com/dex".to_owned(),
        client_id: "kubermaticIssuer".to_owned(),
        client_secret: Some("canary-secret".into()),
        redirect_uri: "https://kkp.example.com/api/v1/kubeconfig".to_owned(),
        ..IssuerSettings::default()
    });
    let public_client = public_client.map(|id| id.parse::<ClientId>().unwrap());
    let refresh_token = refresh_token.map(SecretString::from);
    let shared = SharedKubeconfig {
        cluster: &cluster,
        issuer: &issuer.unwrap(),
        public_client: public_client.as_ref(),
        issuer_ca,
        identity: &identity(),
        refresh_token: refresh_token.as_ref(),
        user_entry,
    };
    let kubeconfig = shared.build()?;
    Ok(kubeconfig.to_yaml(Preferences::Omit).unwrap().expose_secret().to_owned())
}

const HEAD: &str = "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: UEVNIG9mIHRoZSBjbHVzdGVy
    server: https://lab.example.com:6443
  name: lab7x9k2mp
contexts:
- context:
    cluster: lab7x9k2mp
    user: lukasz@example.com
  name: lab7x9k2mp
current-context: lab7x9k2mp
kind: Config
users:
- name: lukasz@example.com
  user:
";

#[test]
fn with_a_public_client_there_is_nothing_secret_in_the_file() {
    let section = |authority: &str| {
        format!(
            "{HEAD}    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=https://kkp.example.com/dex
      - --oidc-client-id=kkp-public
      - --oidc-pkce-method=S256
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
{authority}      command: kubectl
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
"
        )
    };
    let public = UserEntry::PublicKubelogin;
    assert_eq!(build(public, Some("kkp-public"), None, None), Ok(section("")));
    let authority = "      - --certificate-authority-data=UEVN\n";
    let file = build(public, Some("kkp-public"), Some("PEM"), Some("canary-refresh")).unwrap();
    assert_eq!(file, section(authority));
    for secret in ["canary", identity().id_token().expose_secret()] {
        assert!(!file.contains(secret), "{secret}");
    }
}

#[test]
fn the_client_s_secret_is_in_the_file_only_where_kkp_puts_it() {
    let kubelogin = build(UserEntry::Kubelogin, Some("kkp-public"), None, Some("canary-refresh")).unwrap();
    let expected = format!(
        "{HEAD}    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=https://kkp.example.com/dex
      - --oidc-client-id=kubermaticIssuer
      - --oidc-client-secret=canary-secret
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
      command: kubectl
      env: null
      interactiveMode: Never
      provideClusterInfo: false
"
    );
    assert_eq!(kubelogin, expected);
    let auth_provider = build(UserEntry::AuthProvider, Some("kkp-public"), None, Some("canary-refresh")).unwrap();
    let expected = format!(
        "{HEAD}    auth-provider:
      config:
        client-id: kubermaticIssuer
        client-secret: canary-secret
        id-token: {}
        idp-issuer-url: https://kkp.example.com/dex
        refresh-token: canary-refresh
      name: oidc
",
        identity().id_token().expose_secret()
    );
    assert_eq!(auth_provider, expected);
}

#[test]
fn what_a_user_entry_needs_must_be_there() {
    for (user_entry, public_client, refresh_token, refusal) in [
        (UserEntry::PublicKubelogin, None, Some("r"), Some(SharedKubeconfigError::NoPublicClient)),
        (UserEntry::PublicKubelogin, None, None, Some(SharedKubeconfigError::NoPublicClient)),
        (UserEntry::AuthProvider, Some("p"), None, Some(SharedKubeconfigError::NoRefreshToken)),
        (UserEntry::AuthProvider, None, Some("r"), None),
        (UserEntry::Kubelogin, None, None, None),
        (UserEntry::PublicKubelogin, Some("p"), None, None),
    ] {
        assert_eq!(build(user_entry, public_client, None, refresh_token).err(), refusal, "{user_entry:?}");
    }
    assert_eq!(
        SharedKubeconfigError::NoPublicClient.to_string(),
        "no public client is configured, expected one for a kubeconfig without a secret"
    );
    assert_eq!(
        SharedKubeconfigError::NoRefreshToken.to_string(),
        "the provider gave no refresh token, expected one: the kubeconfig would end with the ID token"
    );
}
