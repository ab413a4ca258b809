//! A service with share links, its provider, its directory and its store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use kkp_oidc_core::authorization::FlowTarget;
use kkp_oidc_core::directory::Directory;
use kkp_oidc_core::share::{Owner, ShareId, StoredShare};
use kkp_oidc_http::dev_provider::{DevClient, DevProvider, DevUser};
use kkp_oidc_http::{
    Authorization, ClusterDirectory, DirectoryUnavailable, ShareStore as _, Shareable, SharingConfig, SqliteStore,
};

use crate::person::Person;
use crate::watched_store::WatchedStore;
use crate::world::{DIRECTORY, Service, Setup, directory};

pub(crate) const BASE: &str = "http://127.0.0.1:8080";
pub(crate) const OWNER: &str = "owner@example.com";
/// May share the same clusters.
pub(crate) const VIEWER: &str = "viewer@example.com";
/// Of the group `dev`.
pub(crate) const LUKASZ: &str = "lukasz@example.com";
pub(crate) const JANE: &str = "Jane.Roe@Example.com";
pub(crate) const MALLORY: &str = "mallory@evil.example";
pub(crate) const PUBLIC_CLIENT: &str = "kubelogin";
pub(crate) const DIALOG: &str = "/clusters/lab/lab7x9k2mp/share";

/// What a directory says now; `None` while it is out.
#[derive(Clone)]
pub(crate) struct ChangingDirectory(Arc<Mutex<Option<Directory>>>);

impl ChangingDirectory {
    pub(crate) fn become_text(&self, text: &str) {
        *self.0.lock().unwrap() = Some(directory(text));
    }

    pub(crate) fn go_out(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn now(&self) -> Result<Directory, DirectoryUnavailable> {
        self.0.lock().unwrap().clone().ok_or_else(|| DirectoryUnavailable::new("the directory is out"))
    }
}

impl ClusterDirectory for ChangingDirectory {
    fn authorize<'a>(&'a self, target: &'a FlowTarget) -> Authorization<'a> {
        let found = self.now().map(|directory| directory.authorize(target).cloned().map(Arc::new));
        Box::pin(std::future::ready(found))
    }

    fn shareable_by<'a>(&'a self, owner: Owner<'a>) -> Shareable<'a> {
        Box::pin(async move { ClusterDirectory::shareable_by(&self.now()?, owner).await })
    }
}

/// One router, or several of which each request gets the next.
pub(crate) struct Site {
    routers: Vec<Router>,
    next: AtomicUsize,
}

impl Site {
    pub(crate) fn of(routers: Vec<Router>) -> Self {
        Self { routers, next: AtomicUsize::new(0) }
    }

    pub(crate) fn next(&self) -> &Router {
        &self.routers[self.next.fetch_add(1, Ordering::SeqCst) % self.routers.len()]
    }
}

pub(crate) struct House {
    pub(crate) provider: DevProvider,
    pub(crate) service: Service,
    pub(crate) site: Site,
    pub(crate) store: WatchedStore,
    pub(crate) directory: ChangingDirectory,
}

/// The provider's people, its clients, and share links with all kinds of kubeconfigs.
pub(crate) fn setup(sharing: SharingConfig, directory: ChangingDirectory) -> Setup {
    let mut setup = Setup::new();
    setup.provider.users.extend([
        DevUser::new(VIEWER, "A Viewer"),
        DevUser::new(MALLORY, "Mallory"),
        DevUser::new("eve@sub.example.com", "Eve"),
        DevUser::new("LUKASZ@EXAMPLE.COM", "Lukasz, louder").with_groups(["Dev"]),
    ]);
    setup.provider.clients.push(DevClient::public(PUBLIC_CLIENT));
    setup.directory = Arc::new(directory);
    setup.configure = Box::new(|config| config.sharing = Some(sharing));
    setup
}

pub(crate) fn sharing(store: WatchedStore) -> SharingConfig {
    let mut sharing = SharingConfig::new(Arc::new(store));
    sharing.public_client = Some(PUBLIC_CLIENT.parse().unwrap());
    sharing
}

pub(crate) fn changing_directory() -> ChangingDirectory {
    ChangingDirectory(Arc::new(Mutex::new(Some(directory(DIRECTORY)))))
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(|_, _| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Setup, &mut SharingConfig)) -> Self {
        let store = WatchedStore::new(SqliteStore::in_memory().unwrap());
        let (mut config, directory) = (sharing(store.clone()), changing_directory());
        let mut setup = setup(config.clone(), directory.clone());
        change(&mut setup, &mut config);
        let configure = std::mem::replace(&mut setup.configure, Box::new(|_| ()));
        setup.configure = Box::new(|service| {
            configure(service);
            service.sharing = Some(config);
        });
        let provider = DevProvider::bind(setup.provider.clone(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let service = setup.service(provider.issuer());
        let site = Site::of(vec![service.router.clone()]);
        Self { provider, service, site, store, directory }
    }

    /// One more service at the same provider, which has just begun; it has its keys, and what it is given.
    pub(crate) fn replica(&self, sharing: SharingConfig) -> Service {
        let mut replica = setup(sharing, self.directory.clone());
        replica.clock = self.service.clock.clone();
        replica.entropy = self.service.entropy.clone();
        replica.service(self.provider.issuer())
    }

    /// Somebody who is logged in as an owner.
    pub(crate) async fn owner(&self, email: &str) -> Person {
        let mut owner = Person::new();
        owner.log_in(&self.site, "/login?to=clusters", email).await;
        owner
    }

    /// A link that this owner makes of the form; where it is on the site.
    pub(crate) async fn link(&self, fields: &[(&str, &str)]) -> Link {
        self.owner(OWNER).await.make_link(&self.site, fields).await
    }

    /// How the store has the share, whether it can be reached or not.
    pub(crate) async fn stored(&self, link: &Link) -> StoredShare {
        self.store.inside().find(link.id).await.unwrap().unwrap()
    }

    /// How often the link was used.
    pub(crate) async fn uses(&self, link: &Link) -> (u32, usize) {
        let noted = self.store.inside().redemptions(link.id).await.unwrap();
        (self.stored(link).await.uses, noted.len())
    }
}

/// A link that was made.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) id: ShareId,
    /// `/share/…`
    pub(crate) path: String,
}

impl Link {
    pub(crate) fn token(&self) -> &str {
        self.path.strip_prefix("/share/").unwrap()
    }

    /// Where its button leads.
    pub(crate) fn login(&self) -> String {
        format!("{}/login", self.path)
    }

    /// The owner's page of it.
    pub(crate) fn page(&self) -> String {
        format!("/links/{}", self.id)
    }
}
