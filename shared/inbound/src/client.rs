//! The one HTTP client of a function. Made once: every SDK client that made its own would parse the roots of trust again.
//!
//! AWS is reached with Amazon's own roots, because loading the system's takes longer than all the rest of a start. The system's are loaded
//! when another host is called first, and where Amazon's do not suffice: some day it may have others.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector, HttpClientError,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
};

/// Amazon Trust Services' roots (amazontrust.com/repository): Amazon Root CA 1 to 4 and Starfield Services G2, valid to 2037 and longer.
const AMAZON_ROOTS: &str = include_str!("amazon-roots.pem");
const AMAZON_HOSTS: &str = ".amazonaws.com";

/// The client, which gives a connection `connect_timeout`. A `bundle` of certificates (PEM) takes the place of all other roots.
///
/// # Errors
/// [`HttpClientError`] where TLS can't be set up.
pub(crate) fn http_client(
    bundle: Option<Vec<u8>>,
    connect_timeout: Duration,
) -> Result<SharedHttpClient, HttpClientError> {
    let connector = match bundle {
        Some(bundle) => connector(&trusting(TrustStore::empty().with_pem_certificate(bundle))?, connect_timeout),
        None => SharedHttpConnector::new(Connectors(Arc::new(Roots {
            hosts: AMAZON_HOSTS,
            own: connector(&trusting(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS))?, connect_timeout),
            system: System { context: trusting(TrustStore::default())?, connect_timeout, connector: OnceLock::new() },
            outdated: AtomicBool::new(false),
        }))),
    };
    Ok(http_client_fn(move |_, _| connector.clone()))
}

fn trusting(roots: TrustStore) -> Result<TlsContext, HttpClientError> {
    TlsContext::builder().with_trust_store(roots).build()
}

fn connector(context: &TlsContext, connect_timeout: Duration) -> SharedHttpConnector {
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(connect_timeout).build())
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context.clone())
        .build();
    SharedHttpConnector::new(connector)
}

/// Two connectors, told apart by the host that is called.
#[derive(Clone, Debug)]
struct Connectors(Arc<Roots>);

#[derive(Debug)]
struct Roots {
    /// The end of the names whose roots we bring ourselves.
    hosts: &'static str,
    own: SharedHttpConnector,
    system: System,
    /// A host of these names showed a certificate that our roots do not vouch for.
    outdated: AtomicBool,
}

/// Trusts what the system trusts; loads that when it is needed.
struct System {
    context: TlsContext,
    connect_timeout: Duration,
    connector: OnceLock<SharedHttpConnector>,
}

impl System {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.connector.get_or_init(|| connector(&self.context, self.connect_timeout)).call(request)
    }
}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("System")
    }
}

impl HttpConnector for Connectors {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let roots = &self.0;
        if !host(request.uri()).ends_with(roots.hosts) || roots.outdated.load(Ordering::Relaxed) {
            return roots.system.call(request);
        }
        let Some(again) = request.try_clone() else { return roots.own.call(request) };
        let (first, roots) = (roots.own.call(request), Arc::clone(roots));
        HttpConnectorFuture::new(async move {
            match first.await {
                // no handshake, so nothing was sent
                Err(error) if is_untrusted(&error) => {
                    tracing::warn!("a certificate of AWS is not vouched for by Amazon's known roots; the system's are used");
                    roots.outdated.store(true, Ordering::Relaxed);
                    roots.system.call(again).await
                }
                answered => answered,
            }
        })
    }
}

fn host(uri: &str) -> &str {
    let authority = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    authority.split(['/', '?', ':']).next().unwrap_or_default()
}

/// An `io::Error`'s source is its payload's source, so the payload is looked at itself.
fn is_untrusted(error: &ConnectorError) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = cause.downcast_ref() {
            return true;
        }
        next = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(payload) => Some(payload),
            None => cause.source(),
        };
    }
    false
}
