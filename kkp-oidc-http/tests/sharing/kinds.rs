//! The file of each kind is what core renders.

use kkp_oidc_core::kubeconfig::{
    Cluster, ExecConfig, Kubeconfig, Kubelogin, OidcAuthProvider, Preferences, PublicKubelogin, User,
};
use kkp_oidc_core::secret::SecretString;

use crate::browser::value_of;
use crate::house::{House, LUKASZ, PUBLIC_CLIENT};
use crate::person::{Person, assert_refused, assert_shows};
use crate::redeem::{assert_file, download_of};
use crate::world::{CLIENT_ID, CLIENT_SECRET};

fn rendered(user: User) -> String {
    let cluster = Cluster::new("https://lab.example.com:6443");
    let kubeconfig = Kubeconfig::for_cluster("lab7x9k2mp", cluster, LUKASZ, user);
    kubeconfig.to_yaml(Preferences::default()).unwrap().expose_secret().to_owned()
}

/// The file and what the success page says of it.
async fn file(house: &House, kind: &str, contents: &str) -> String {
    let link = house.link(&[("kind", kind)]).await;
    let mut lukasz = Person::new();
    let done = lukasz.get_in(&house.site, &link, LUKASZ).await;
    assert_shows(&lukasz.get(&house.site, &done).await, &[contents]);
    let reply = lukasz.get(&house.site, &download_of(&done)).await;
    assert_file(&reply, "lab7x9k2mp");
    reply.body
}

#[tokio::test]
async fn a_public_client_leaves_nothing_secret_in_the_file() {
    let house = House::new().await;
    let expected = rendered(User::Exec(ExecConfig::public_kubelogin(&PublicKubelogin {
        issuer_url: house.provider.issuer().to_owned(),
        client_id: PUBLIC_CLIENT.to_owned(),
        certificate_authority_data: None,
    })));
    assert_eq!(file(&house, "public-client", "Nothing in this file is secret.").await, expected);
    assert!(!expected.contains("secret") && !expected.contains("token:"), "{expected}");
}

#[tokio::test]
async fn kubelogin_has_the_client_secret_and_no_token() {
    let house = House::new().await;
    let expected = rendered(User::Exec(ExecConfig::kubelogin(&Kubelogin {
        issuer_url: house.provider.issuer().to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        certificate_authority_data: None,
    })));
    assert_eq!(file(&house, "kubelogin", "it has a client secret in it").await, expected);
}

#[tokio::test]
async fn auth_provider_has_tokens_that_work() {
    let house = House::new().await;
    let file = file(&house, "auth-provider", "it has your tokens in it").await;
    let [id_token, refresh_token] = ["id-token", "refresh-token"].map(|key| value_of(&file, key));
    let expected = rendered(User::from(OidcAuthProvider {
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        id_token: SecretString::from(id_token),
        idp_issuer_url: house.provider.issuer().to_owned(),
        refresh_token: SecretString::from(refresh_token),
        idp_certificate_authority_data: None,
    }));
    assert_eq!(file, expected);
    assert_eq!(Person::new().browser.refresh(house.provider.issuer(), refresh_token).await, 200);
}

#[tokio::test]
async fn a_kind_that_is_no_longer_offered_is_refused_and_counts_nothing() {
    let house = House::new().await;
    let link = house.link(&[("kind", "public-client")]).await;
    let mut sharing = crate::house::sharing(house.store.clone());
    sharing.public_client = None;
    let later = house.replica(sharing);
    let site = crate::house::Site::of(vec![later.router.clone()]);
    let reply = Person::new().redeem(&site, &link, LUKASZ).await;
    assert_refused(&reply, 503, "public_client_missing");
    assert_eq!(house.uses(&link).await, (0, 0));
}
