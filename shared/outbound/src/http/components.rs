//! What the SDK's HTTP client wants to be given when it is used without an SDK client.
//!
//! It reads the sleep and the time source only. The rest must be present, and answers "not here" if it is ever asked.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign, static_resolver::StaticAuthSchemeOptionResolver,
        },
        endpoint::{EndpointFuture, EndpointResolverParams, ResolveEndpoint},
        identity::{Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityResolver},
        interceptors::context::InterceptorContext,
        orchestrator::HttpRequest,
        retries::{RetryStrategy, ShouldAttempt},
        runtime_components::{BuildError, GetIdentityResolver, RuntimeComponents, RuntimeComponentsBuilder},
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::SdkConfig;

const NONE: AuthSchemeId = AuthSchemeId::new("none");

pub(super) fn for_connector(config: &SdkConfig) -> Result<RuntimeComponents, BuildError> {
    RuntimeComponentsBuilder::new("plain http")
        .with_auth_scheme(Absent)
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![])))
        .with_endpoint_resolver(Some(Absent))
        .with_identity_cache(Some(Absent))
        .with_identity_resolver(NONE, Absent)
        .with_retry_strategy(Some(Absent))
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .build()
}

/// A part that nobody asks for.
#[derive(Debug)]
struct Absent;

const ABSENT: &str = "plain HTTP has no such part";

impl ResolveEndpoint for Absent {
    fn resolve_endpoint<'a>(&'a self, _params: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Err(ABSENT.into()))
    }
}

impl AuthScheme for Absent {
    fn scheme_id(&self) -> AuthSchemeId {
        NONE
    }

    fn identity_resolver(&self, _resolvers: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        None
    }

    fn signer(&self) -> &dyn Sign {
        self
    }
}

impl Sign for Absent {
    fn sign_http_request(
        &self,
        _request: &mut HttpRequest,
        _identity: &Identity,
        _endpoint: AuthSchemeEndpointConfig<'_>,
        _components: &RuntimeComponents,
        _config: &ConfigBag,
    ) -> Result<(), BoxError> {
        Err(ABSENT.into())
    }
}

impl ResolveIdentity for Absent {
    fn resolve_identity<'a>(
        &'a self,
        _components: &'a RuntimeComponents,
        _config: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err(ABSENT.into()))
    }
}

impl ResolveCachedIdentity for Absent {
    fn resolve_cached_identity<'a>(
        &'a self,
        _resolver: SharedIdentityResolver,
        _components: &'a RuntimeComponents,
        _config: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err(ABSENT.into()))
    }
}

impl RetryStrategy for Absent {
    fn should_attempt_initial_request(
        &self,
        _components: &RuntimeComponents,
        _config: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Err(ABSENT.into())
    }

    fn should_attempt_retry(
        &self,
        _context: &InterceptorContext,
        _components: &RuntimeComponents,
        _config: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Err(ABSENT.into())
    }
}
