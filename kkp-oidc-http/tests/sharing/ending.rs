//! The end of the service, while something is done for a browser that has gone.

use std::io;
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_http::ShareStore as _;
use kkp_oidc_http::server::{ServeLimits, serve_within};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::{House, OWNER};
use crate::world::NOW;

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Enough to see that somebody waits.
const A_MOMENT: Duration = Duration::from_millis(300);

struct Ending {
    house: House,
    server: JoinHandle<io::Result<()>>,
    /// Lets the store answer.
    go_on: oneshot::Sender<()>,
}

/// A link is being taken back, its owner's browser has gone, and the service was told to end.
async fn ending(grace: Duration) -> Ending {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner.make_link(&house.site, &[]).await;
    let cookies: Vec<_> = owner.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let mut limits = ServeLimits::default();
    limits.shutdown_grace = grace;
    let (router, state) = (house.service.router.clone(), house.service.state.clone());
    let server = tokio::spawn(serve_within(limits, listener, router, state, async {
        let _ = ended.await;
    }));

    let (told, go_on) = house.store.pause("revoke");
    let mut browser = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {}/revoke HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nsec-fetch-site: same-origin\r\ncookie: {}\r\n\r\n",
        link.page(),
        cookies.join("; ")
    );
    browser.write_all(request.as_bytes()).await.unwrap();
    tokio::time::timeout(PATIENCE, told).await.unwrap().unwrap();
    drop(browser);
    end.send(()).unwrap();
    Ending { house, server, go_on }
}

async fn is_revoked(house: &House) -> bool {
    let owned = house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await.unwrap();
    owned.readable[0].revoked_at.is_some()
}

#[tokio::test]
async fn what_was_begun_for_a_browser_that_has_gone_is_waited_for() {
    let Ending { house, server, go_on } = ending(PATIENCE).await;
    tokio::time::sleep(A_MOMENT).await;
    assert!(!server.is_finished() && !is_revoked(&house).await);
    go_on.send(()).unwrap();
    tokio::time::timeout(PATIENCE, server).await.unwrap().unwrap().unwrap();
    assert!(is_revoked(&house).await);
}

#[tokio::test]
async fn but_not_for_ever() {
    let Ending { house, server, go_on } = ending(A_MOMENT).await;
    tokio::time::timeout(PATIENCE, server).await.unwrap().unwrap().unwrap();
    assert!(!is_revoked(&house).await && !go_on.is_closed());
}
