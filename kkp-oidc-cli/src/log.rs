//! The log, on stderr.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::args::LogFormat;

/// Begin to log. `RUST_LOG` decides what; without it everything from `info`, with `debug` our own `debug` too.
///
/// Below `info` only our own crates are heard, whatever `RUST_LOG` says: what libraries tell there can hold secrets,
/// such as the headers of a request. Spans are not the log's: they go to `traces`.
pub(crate) fn init(format: LogFormat, debug: bool, traces: Option<impl Layer<Registry> + Send + Sync>) {
    let default = if debug { "kkp_oidc_http=debug,kkp_oidc=debug,info" } else { "info" };
    let wanted = std::env::var("RUST_LOG").ok().and_then(|filter| filter.parse::<EnvFilter>().ok());
    let wanted = wanted.unwrap_or_else(|| EnvFilter::new(default));
    let ours = filter_fn(|metadata| {
        metadata.is_event() && (*metadata.level() <= LevelFilter::INFO || metadata.target().starts_with("kkp_oidc"))
    });
    let lines = fmt::layer().with_writer(std::io::stderr);
    let layer = match format {
        LogFormat::Console => {
            lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_target(false).boxed()
        }
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(traces).with(layer.with_filter(ours.and(wanted))).init();
}
