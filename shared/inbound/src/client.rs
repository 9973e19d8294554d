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

mod checked;

pub(crate) use checked::outside_client;

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
                    tracing::warn!(
                        "a certificate of AWS is not vouched for by Amazon's known roots; the system's are used"
                    );
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };
    use tokio_rustls::{
        TlsAcceptor,
        rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    };

    const SECOND: Duration = Duration::from_secs(1);

    /// A server with a certificate of its own making: its address, and that certificate.
    pub(super) async fn server() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned()];
        let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 1024];
                if stream.read(&mut request).await.is_ok() {
                    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
                }
            }
        });
        (address, certificate.pem())
    }

    pub(super) fn roots(pem: impl Into<Vec<u8>>) -> TlsContext {
        trusting(TrustStore::empty().with_pem_certificate(pem)).unwrap()
    }

    #[tokio::test]
    async fn where_amazons_roots_do_not_suffice_the_systems_are_used() {
        let (address, certificate) = server().await;
        let connectors = Connectors(Arc::new(Roots {
            hosts: "localhost",
            own: connector(&roots(AMAZON_ROOTS), SECOND),
            system: System { context: roots(certificate), connect_timeout: SECOND, connector: OnceLock::new() },
            outdated: AtomicBool::new(false),
        }));
        for _ in 0..2 {
            let answer = connectors.call(HttpRequest::get(address.as_str()).unwrap()).await.unwrap();
            assert_eq!(answer.status().as_u16(), 204);
        }
        assert!(connectors.0.outdated.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn nobody_is_trusted_whom_no_root_vouches_for() {
        let (address, _certificate) = server().await;
        let error = connector(&roots(AMAZON_ROOTS), SECOND).call(HttpRequest::get(address).unwrap()).await.unwrap_err();
        assert!(is_untrusted(&error), "{error:?}");
    }

    #[test]
    fn a_host_is_told_from_its_address() {
        for (address, name) in [
            ("https://dynamodb.ap-northeast-1.amazonaws.com/", "dynamodb.ap-northeast-1.amazonaws.com"),
            ("https://acquirer.example:8443/v1?x=.amazonaws.com", "acquirer.example"),
            ("https://acquirer.example?.amazonaws.com", "acquirer.example"),
        ] {
            assert_eq!(host(address), name, "{address}");
        }
    }
}
