//! Where the service listens.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};

use crate::args::Output;
use crate::error::CliError;
use crate::io;
use crate::serve_error::ServeError;

/// The public listener, and perhaps one for metrics.
pub(super) struct Listeners {
    pub(super) public: TcpListener,
    pub(super) metrics: Option<TcpListener>,
    pub(super) places: Places,
}

/// Where the listeners are.
#[derive(Clone, Copy)]
pub(super) struct Places {
    public: SocketAddr,
    metrics: Option<SocketAddr>,
}

impl Listeners {
    pub(super) fn bind(address: &str, metrics_address: Option<&str>) -> Result<Self, ServeError> {
        let (public, public_place) = listen("address", address)?;
        let metrics = metrics_address.map(|address| listen("metrics-address", address)).transpose()?;
        let (metrics, metrics_place) = metrics.unzip();
        Ok(Self { public, metrics, places: Places { public: public_place, metrics: metrics_place } })
    }
}

impl Places {
    /// Tell whoever started the service.
    pub(super) fn say(self, output: Output) -> Result<(), CliError> {
        let Self { public, metrics } = self;
        match (output, metrics) {
            (Output::Human, None) => io::print_line(&format!("kkp-oidc listens on {public}")),
            (Output::Human, Some(metrics)) => {
                io::print_line(&format!("kkp-oidc listens on {public}"))?;
                io::print_line(&format!("kkp-oidc serves metrics on {metrics}"))
            }
            (Output::Json, None) => io::print_line(&format!(r#"{{"listens_on":"{public}"}}"#)),
            (Output::Json, Some(metrics)) => {
                io::print_line(&format!(r#"{{"listens_on":"{public}","metrics_on":"{metrics}"}}"#))
            }
        }
    }
}

/// Go's `:8080` is every address.
fn listen(flag: &'static str, address: &str) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listen = || {
        if let Some(port) = address.strip_prefix(':') {
            let both = TcpListener::bind(format!("[::]:{port}"));
            return both.or_else(|_| TcpListener::bind(format!("0.0.0.0:{port}")));
        }
        TcpListener::bind(address.to_socket_addrs()?.collect::<Vec<SocketAddr>>().as_slice())
    };
    let bound = listen().and_then(|listener| listener.local_addr().map(|place| (listener, place)));
    bound.map_err(|cause| ServeError::Listen { flag, address: address.to_owned(), cause })
}
