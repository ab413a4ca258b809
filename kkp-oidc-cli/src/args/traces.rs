//! Traces: whether they are sent, and where.

use std::str::FromStr;

use clap::Args;

use crate::traces::OtlpEndpoint;

const TRACES: &str = "Traces";

/// Where traces go.
#[derive(Args, Debug)]
pub(crate) struct TracesArgs {
    /// Send traces to this OpenTelemetry collector by OTLP over HTTP: the base of its address, to which /v1/traces is added.
    /// Other OTEL_ variables, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS, count as well.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true, value_name = "URL",
          help_heading = TRACES)]
    pub(crate) otlp_endpoint: Option<OrNothing<OtlpEndpoint>>,
}

/// What may be empty.
#[derive(Clone, Debug)]
pub(crate) struct OrNothing<T>(Option<T>);

impl<T> OrNothing<T> {
    pub(crate) const fn as_ref(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T: FromStr> FromStr for OrNothing<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|value| Self(Some(value))) }
    }
}
