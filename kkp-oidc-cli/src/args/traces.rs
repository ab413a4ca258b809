//! Traces: whether they are sent, and where.

use clap::Args;
use kkp_oidc_core::secret::SecretString;

use super::secret::secret;

const TRACES: &str = "Traces";

/// Where traces go.
#[derive(Args, Debug)]
pub(crate) struct TracesArgs {
    /// Send traces to this OpenTelemetry collector by OTLP over HTTP: the base of its address, to which /v1/traces is added.
    /// Other OTEL_ variables, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS, count as well.
    // As a secret: somebody may have written a password into it, which is refused without being repeated.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true, value_name = "URL", value_parser = secret,
          help_heading = TRACES)]
    pub(crate) otlp_endpoint: Option<SecretString>,
}
