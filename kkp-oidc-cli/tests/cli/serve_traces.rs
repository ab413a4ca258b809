//! Traces of `kkp-oidc serve`, as a collector gets them. What it gets is decoded by OpenTelemetry's own types.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::share::{ShareId, ShareTokens};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::http;
use crate::process::{Ended, PATIENCE, run};
use crate::serve_runs::{KEY, Lab, Service, log_in};

/// A collector that takes everything.
struct Collector {
    address: SocketAddr,
    incoming: Receiver<Batch>,
}

/// What came in one request.
struct Batch {
    head: String,
    body: Vec<u8>,
}

impl Collector {
    /// Plain http.
    fn start() -> Self {
        Self::listen(|stream| Some(Box::new(stream)))
    }

    /// By TLS, with this certificate.
    fn start_tls(tls: ServerConfig) -> Self {
        let tls = Arc::new(tls);
        Self::listen(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&tls)).ok()?;
            Some(Box::new(StreamOwned::new(connection, stream)))
        })
    }

    fn listen(accept: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, incoming) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok).filter_map(accept) {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream);
                    // Kept before it is answered: the service may end with the answer.
                    while let Some(batch) = read(&mut stream) {
                        if sender.send(batch).is_err() || stream.get_mut().write_all(ANSWER).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, incoming }
    }

    /// Everything that came until the service had ended.
    #[track_caller]
    fn batches(&self) -> Vec<Batch> {
        let first = self.incoming.recv_timeout(PATIENCE).unwrap();
        std::iter::once(first).chain(self.incoming.try_iter()).collect()
    }
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// One request.
fn read(stream: &mut BufReader<Box<dyn Stream>>) -> Option<Batch> {
    let (mut head, mut line) = (String::new(), String::new());
    while stream.read_line(&mut line).ok()? > 2 {
        head.push_str(&line);
        line.clear();
    }
    let len = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok())?;
    let mut body = vec![0; len];
    stream.read_exact(&mut body).ok()?;
    Some(Batch { head, body })
}

/// All spans, and all attributes of their resources.
fn decode(batches: &[Batch]) -> (Vec<Span>, Vec<String>) {
    let (mut spans, mut resources) = (Vec::new(), Vec::new());
    for batch in batches {
        for of_resource in ExportTraceServiceRequest::decode(&*batch.body).unwrap().resource_spans {
            resources.extend(of_resource.resource.iter().flat_map(|resource| texts(&resource.attributes)));
            spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    (spans, resources)
}

fn texts(attributes: &[KeyValue]) -> Vec<String> {
    let mut texts: Vec<_> = attributes
        .iter()
        .map(|KeyValue { key, value, .. }| match value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => format!("{key}={text}"),
            Some(Value::IntValue(number)) => format!("{key}={number}"),
            other => format!("{key}={other:?}"),
        })
        .collect();
    texts.sort();
    texts
}

/// Name, kind, status and attributes; then, indented, the spans within, in the order in which they began.
fn tree(spans: &[Span], root: &Span) -> Vec<String> {
    let kind = root.kind().as_str_name().trim_start_matches("SPAN_KIND_").to_lowercase();
    let status = root.status.as_ref().map_or(0, |status| status.code);
    let mut lines = vec![format!("{} ({kind}, status {status}) {}", root.name, texts(&root.attributes).join(" "))];
    let mut within: Vec<_> = spans.iter().filter(|span| span.parent_span_id == root.span_id).collect();
    within.sort_by_key(|span| span.start_time_unix_nano);
    for span in within {
        assert_eq!(span.trace_id, root.trace_id);
        lines.extend(tree(spans, span).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

#[track_caller]
fn traces(batches: &[Batch]) -> Vec<Vec<String>> {
    let (spans, _) = decode(batches);
    let known = |id: &[u8]| spans.iter().any(|span| span.span_id == id);
    let mut roots: Vec<_> = spans.iter().filter(|span| !known(&span.parent_span_id)).collect();
    roots.sort_by_key(|span| span.start_time_unix_nano);
    roots.into_iter().map(|root| tree(&spans, root)).filter(|tree| !tree[0].starts_with("GET /readyz")).collect()
}

/// A link that this service has made, if one believes its MAC; the store does not know it.
fn link_of_nothing() -> String {
    let key = CookieKey::try_from(KEY.as_bytes()).unwrap();
    let token = ShareTokens::new([&key]).issue(ShareId::from_bytes([7; 16]), UnixTime::from_secs(40_000_000_000));
    format!("/share/{token}")
}

#[test]
fn a_trace_leads_from_the_request_to_provider_and_store_and_tells_nothing_of_people() {
    let lab = Lab::new();
    let collector = Collector::start();
    let mut command = lab.complete();
    command.arg(format!("--otlp-endpoint=http://{}/", collector.address));
    command.arg("--share-store").arg(lab.folder.path().join("shares.db"));
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "api-key=canary-of-the-collector").env("RUST_LOG", "off");
    // Nobody is there. On loopback it does not count, neither for the provider nor for the collector.
    command.env("http_proxy", "http://127.0.0.1:9").env("HTTPS_PROXY", "http://127.0.0.1:9");
    let service = Service::start(&mut command);
    let mut secrets = log_in(&lab, &service);
    let link = link_of_nothing();
    assert_eq!(service.get(&link).status, 404);
    assert_eq!(service.get("/share/forged").status, 404);
    assert_eq!(service.get("/no/such/page?code=canary").status, 404);
    assert_eq!(service.end("TERM"), Vec::<String>::new());

    let batches = collector.batches();
    for Batch { head, .. } in &batches {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
        assert!(head.contains("api-key: canary-of-the-collector\r\n"), "{head}");
    }
    let (_, resources) = decode(&batches);
    for attribute in ["service.name=kkp-oidc".to_owned(), format!("service.version={}", env!("CARGO_PKG_VERSION"))] {
        assert!(resources.contains(&attribute), "{attribute} is not in {resources:?}");
    }
    let request = |route: &str, status: u16, code: &str| {
        let error = if code.is_empty() { String::new() } else { format!("error.type={code} ") };
        format!(
            "GET {route} (server, status 0) {error}http.request.method=GET http.response.status_code={status} http.route={route}"
        )
    };
    let provider = |endpoint: &str| {
        format!("  provider {endpoint} (client, status 0) http.response.status_code=200 kkp_oidc.endpoint={endpoint}")
    };
    let all = traces(&batches);
    // What the service asks of its own accord is a trace as well: the provider's metadata, and a sweep of the store.
    let asked: Vec<_> = all.iter().filter(|trace| trace[0].starts_with("GET ")).cloned().collect();
    assert_eq!(
        asked,
        [
            vec![request("/api/v1/kubeconfig", 303, "")],
            vec![request("/api/v1/kubeconfig", 200, ""), provider("token"), provider("jwks")],
            vec![
                request("/share/{token}", 404, "share_link_invalid"),
                "  store find (client, status 0) db.operation.name=find db.system.name=sqlite".to_owned(),
            ],
            vec![request("/share/{token}", 404, "share_link_invalid")],
            vec![
                "GET (server, status 0) error.type=not_found http.request.method=GET http.response.status_code=404"
                    .to_owned(),
            ],
        ]
    );
    assert!(all.contains(&vec![provider("discovery").trim_start().to_owned()]), "{all:?}");

    secrets.extend([link, KEY.to_owned(), "canary".to_owned(), "example.com".to_owned(), "127.0.0.1".to_owned()]);
    let sent = batches.iter().map(|batch| String::from_utf8_lossy(&batch.body)).collect::<String>();
    for secret in secrets {
        assert!(!sent.contains(&secret), "{secret} was sent");
    }
}

#[test]
fn requests_belong_to_the_traces_of_trusted_proxies_and_of_nobody_else() {
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    let lab = Lab::new();
    for (trusted, expected) in [("--trusted-proxies=127.0.0.1", true), ("--trusted-proxies=192.0.2.1", false)] {
        let collector = Collector::start();
        let mut command = lab.complete();
        command.arg(format!("--otlp-endpoint=http://{}", collector.address)).arg(trusted);
        let service = Service::start(command.env("OTEL_SERVICE_NAME", "sharing"));
        let header = format!("traceparent: 00-{TRACE}-{PARENT}-01\r\n");
        assert_eq!(http::get_with(service.address, "/config.json", &header).status, 200);
        service.end("TERM");
        let (spans, resources) = decode(&collector.batches());
        assert!(resources.contains(&"service.name=sharing".to_owned()), "{resources:?}");
        let span = spans.iter().find(|span| span.name == "GET /config.json").unwrap();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let joined = (hex(&span.trace_id), hex(&span.parent_span_id)) == (TRACE.to_owned(), PARENT.to_owned());
        assert_eq!((joined, span.parent_span_id.is_empty()), (expected, !expected), "{trusted}");
    }
}

#[test]
fn what_is_no_base_of_a_collector_is_refused_with_the_way_out() {
    let lab = Lab::new();
    for (endpoint, expected) in [
        ("collector:4318", "expected an http or https URL, such as `http://collector.example.com:4318`"),
        ("here", "no URL, expected one such as `http://collector.example.com:4318`"),
        (
            "http://me:canary@collector:4318",
            "a user or password stands in it, expected OTEL_EXPORTER_OTLP_HEADERS to hold what the collector asks for",
        ),
        (
            "http://collector:4318/?a=b",
            "a query or fragment stands in it, expected the base to which `/v1/traces` is added",
        ),
    ] {
        let ended = run(lab.complete().arg(format!("--otlp-endpoint={endpoint}")));
        assert_eq!(ended, Ended::new(1, "", &format!("error: otlp-endpoint: {expected}\n")));
    }
}

#[test]
fn an_endpoint_that_is_empty_is_none() {
    let lab = Lab::new();
    let service = Service::start(lab.complete().env("OTEL_EXPORTER_OTLP_ENDPOINT", ""));
    assert_eq!(service.get("/healthz").status, 200);
    let log = service.end("TERM");
    assert!(!log.iter().any(|line| line.contains("Span")), "{log:?}");
}

#[test]
fn a_collector_that_is_not_there_is_said_and_keeps_nobody() {
    let lab = Lab::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let service = Service::start(lab.complete().env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{nobody}")));
    assert_eq!(service.get("/healthz").status, 200);
    let log = service.end("TERM");
    assert!(log.iter().any(|line| line.starts_with("ERROR name=\"BatchSpanProcessor.ExportError\"")), "{log:?}");
}

#[test]
fn a_collector_is_trusted_by_the_ca_bundle() {
    let lab = Lab::new();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
    let bundle = lab.folder.path().join("ca.pem");
    for (trusted, expected) in [(cert.pem(), true), (other.pem(), false)] {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let collector = Collector::start_tls(tls);
        fs::write(&bundle, trusted).unwrap();
        let mut command = lab.complete();
        command.arg(format!("--otlp-endpoint=https://localhost:{}", collector.address.port()));
        let service = Service::start(command.arg("--ca-bundle").arg(&bundle));
        assert_eq!(service.get("/healthz").status, 200);
        service.end("TERM");
        let batches: Vec<_> = collector.incoming.try_iter().collect();
        let seen = traces(&batches).iter().any(|trace| trace[0].starts_with("GET /healthz "));
        assert_eq!((seen, batches.is_empty()), (expected, !expected));
    }
}
