//! The client for servers that are not ours: a name is resolved once, every address that it resolves to is looked at, and the connection goes to one of
//! these very addresses. A name that leads elsewhere a moment later gains nothing by it.

use std::{
    fmt, io,
    net::{IpAddr, ToSocketAddrs as _},
    sync::Arc,
    time::Duration,
};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector, HttpClientError,
    proxy::ProxyConfig,
    tls::{Provider, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    dns::{DnsFuture, ResolveDns, ResolveDnsError},
    http::{HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn},
};
use domain::webhook::{Refused, check_ip};

use super::{TlsContext, trusting};

/// A client that connects to addresses of the public internet only and trusts what the system trusts. A `bundle` of certificates (PEM) takes the
/// place of all roots.
///
/// # Errors
/// [`HttpClientError`] where TLS can't be set up.
pub(crate) fn outside_client(
    bundle: Option<Vec<u8>>,
    connect_timeout: Duration,
) -> Result<SharedHttpClient, HttpClientError> {
    let roots = bundle.map_or_else(TrustStore::default, |pem| TrustStore::empty().with_pem_certificate(pem));
    let connector =
        connector(&trusting(roots)?, connect_timeout, Resolver { look_up: Arc::new(look_up), check: check_ip });
    Ok(http_client_fn(move |_, _| connector.clone()))
}

fn connector(context: &TlsContext, connect_timeout: Duration, resolver: Resolver) -> SharedHttpConnector {
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(connect_timeout).build())
        .sleep_impl(TokioSleep::new())
        .proxy_config(ProxyConfig::disabled()) // a proxy would resolve the name itself
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context.clone())
        .build_with_resolver(resolver);
    SharedHttpConnector::new(connector)
}

/// By the machine's resolver.
fn look_up(name: &str) -> io::Result<Vec<IpAddr>> {
    (name, 0).to_socket_addrs().map(|addresses| addresses.map(|address| address.ip()).collect())
}

type LookUp = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Resolves names, and refuses one that leads to any address that is not of the public internet.
#[derive(Clone)]
struct Resolver {
    look_up: Arc<LookUp>,
    check: fn(IpAddr) -> Result<(), Refused>,
}

impl Resolver {
    async fn addresses(&self, name: String) -> Result<Vec<IpAddr>, ResolveDnsError> {
        let look_up = Arc::clone(&self.look_up);
        // the machine's resolver blocks
        let found = tokio::task::spawn_blocking(move || look_up(&name)).await.map_err(ResolveDnsError::new)?;
        let addresses = found.map_err(ResolveDnsError::new)?;
        addresses.iter().try_for_each(|address| (self.check)(*address)).map_err(ResolveDnsError::new)?;
        Ok(addresses)
    }
}

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(self.addresses(name.to_owned()))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use std::sync::Mutex;

    use aws_smithy_runtime_api::client::http::HttpConnector as _;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

    use super::super::tests::{roots, server};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const PUBLIC: [u8; 4] = [8, 8, 8, 8];

    /// A resolver that gives these answers one after the other, then the last for ever; and how often it was asked.
    fn scripted(answers: &[&[[u8; 4]]], check: fn(IpAddr) -> Result<(), Refused>) -> (Resolver, Arc<Mutex<usize>>) {
        let answers: Vec<Vec<IpAddr>> =
            answers.iter().map(|answer| answer.iter().map(|ip| IpAddr::from(*ip)).collect()).collect();
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        let look_up = move |_: &str| {
            let mut count = count.lock().unwrap();
            let answer = answers[(*count).min(answers.len() - 1)].clone();
            *count += 1;
            Ok(answer)
        };
        (Resolver { look_up: Arc::new(look_up), check }, asked)
    }

    /// Lets this machine's test server pass, and nothing else that is special.
    fn check_but_loopback(ip: IpAddr) -> Result<(), Refused> {
        if ip == IpAddr::from([127, 0, 0, 1]) { Ok(()) } else { check_ip(ip) }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused_also_beside_a_public_one() {
        for answer in [
            &[[127, 0, 0, 1]][..],
            &[[10, 0, 0, 5]],
            &[[169, 254, 169, 254]],
            &[PUBLIC, [192, 168, 0, 1]],
            &[[0, 0, 0, 0], PUBLIC],
        ] {
            let (resolver, _) = scripted(&[answer], check_ip);
            let refused = resolver.addresses("rebind.example.com".to_owned()).await.unwrap_err();
            assert!(std::error::Error::source(&refused).unwrap().is::<Refused>(), "{answer:?}");
        }
        let (resolver, _) = scripted(&[&[PUBLIC]], check_ip);
        assert_eq!(resolver.addresses("example.com".to_owned()).await.unwrap(), [IpAddr::from(PUBLIC)]);
    }

    #[tokio::test]
    async fn the_connection_goes_to_the_address_that_was_looked_at_and_a_name_is_resolved_once() {
        let (address, certificate) = server().await;
        // had anybody asked a second time, the answer would have been an address that is refused
        let (resolver, asked) = scripted(&[&[[127, 0, 0, 1]], &[[10, 0, 0, 1]]], check_but_loopback);
        let connector = connector(&roots(certificate), SECOND, resolver);
        let answer = connector.call(HttpRequest::get(address.as_str()).unwrap()).await.unwrap();
        assert_eq!((answer.status().as_u16(), *asked.lock().unwrap()), (204, 1));
    }

    #[tokio::test]
    async fn a_name_that_changes_its_address_between_two_connections_is_refused_at_the_second() {
        let (address, certificate) = server().await;
        let (resolver, asked) = scripted(&[&[[127, 0, 0, 1]], &[[10, 0, 0, 1]]], check_but_loopback);
        let connector = connector(&roots(certificate), SECOND, resolver);
        assert!(connector.call(HttpRequest::get(address.as_str()).unwrap()).await.is_ok());
        // the server closes each connection, so this one needs another
        let refused = connector.call(HttpRequest::get(address.as_str()).unwrap()).await.unwrap_err();
        assert_eq!(*asked.lock().unwrap(), 2);
        let mut cause = std::error::Error::source(&refused);
        let mut found = false;
        while let Some(inner) = cause {
            found |= inner.is::<Refused>();
            cause = inner.source();
        }
        assert!(found, "{refused:?}");
    }
}
