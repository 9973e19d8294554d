//! A loopback endpoint that speaks TLS, counts its handshakes, and passes on what it hears.

use rcgen::{CertificateParams, KeyPair};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// A certificate for `localhost` that vouches for itself.
pub(crate) struct Identity {
    config: Arc<ServerConfig>,
    /// The certificate, for whoever is to trust it.
    pub(crate) pem: String,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        Self { config: Arc::new(config), pem: certificate.pem() }
    }
}

/// Where it listens, and how many handshakes it has seen.
pub(crate) struct Endpoint {
    pub(crate) port: u16,
    handshakes: Arc<AtomicUsize>,
}

impl Endpoint {
    /// In front of what listens at this port without TLS.
    pub(crate) async fn before(port: u16, identity: &Identity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Self { port: listener.local_addr().unwrap().port(), handshakes: Arc::default() };
        let (acceptor, handshakes) =
            (TlsAcceptor::from(Arc::clone(&identity.config)), Arc::clone(&endpoint.handshakes));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap(); // as a load balancer does: else small answers wait for delayed acknowledgements
                let (acceptor, handshakes) = (acceptor.clone(), Arc::clone(&handshakes));
                tokio::spawn(async move {
                    let Ok(mut from) = acceptor.accept(stream).await else { return };
                    handshakes.fetch_add(1, Ordering::SeqCst);
                    let mut to = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    to.set_nodelay(true).unwrap();
                    let _closed = copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
        endpoint
    }

    pub(crate) fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}
