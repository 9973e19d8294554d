//! Settings: the only place that reads the environment. A bad setting stops the cold start, not a payment.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::{
    SdkConfig,
    region::Region,
    sdk_config::{RetryConfig, StalledStreamProtectionConfig, TimeoutConfig},
};

use outbound::{
    Acquirer, Notifier,
    acquirer::{ConnectError, TestAcquirer},
    http::Http,
};

use crate::client::{http_client, outside_client};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The same to somebody else's server, which may be on the other side of the world.
const OUTSIDE_TIMEOUT: Duration = Duration::from_secs(5);

/// A setting that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not set.
    #[error("the setting {0} is missing")]
    Missing(&'static str),
    /// It does not say what it should.
    #[error("the setting {name} is wrong: {why}")]
    Wrong {
        /// Which.
        name: &'static str,
        /// What is expected.
        why: &'static str,
    },
    /// The acquirer can't be called with them.
    #[error(transparent)]
    Acquirer(#[from] ConnectError),
}

/// The settings of one function and its way to AWS.
#[derive(Clone, Debug)]
pub struct Config {
    variables: HashMap<String, String>,
    sdk: SdkConfig,
    way: Way,
    /// Made once: making an SDK client is a good part of a start.
    table: OnceLock<store::Table>,
}

/// Who made the way to AWS.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// We did: what it connects to is the network.
    Network,
    /// Whoever handed it in: it leads to the outside, too.
    HandedIn,
}

impl Config {
    /// Reads the function's environment, as the template sets it.
    ///
    /// # Errors
    /// [`ConfigError`] where Lambda's own variables are missing.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(std::env::vars().collect())
    }

    /// The same from variables that someone else read: the administrator's tool, for the running local system.
    ///
    /// # Errors
    /// [`ConfigError`] where Lambda's own variables are missing.
    pub fn from_variables(variables: HashMap<String, String>) -> Result<Self, ConfigError> {
        let sdk = sdk(&variables)?;
        Ok(Self { way: Way::Network, ..Self::new(variables, sdk) })
    }

    /// Settings that someone else read: the local system, from the template.
    pub fn new(variables: HashMap<String, String>, sdk: SdkConfig) -> Self {
        Self { variables, sdk, way: Way::HandedIn, table: OnceLock::new() }
    }

    /// The way to AWS, with the one HTTP client.
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn required(&self, name: &'static str) -> Result<&str, ConfigError> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name))
    }

    /// The product's table.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn table(&self) -> Result<store::Table, ConfigError> {
        self.table_called("TABLE")
    }

    /// The console's read model.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn search_table(&self) -> Result<store::Table, ConfigError> {
        self.table_called("SEARCH_TABLE")
    }

    /// The table that a setting names. All tables share one client.
    fn table_called(&self, setting: &'static str) -> Result<store::Table, ConfigError> {
        let name = self.required(setting)?;
        Ok(self.table.get_or_init(|| store::Table::new(&self.sdk, name)).called(name))
    }

    /// The connector to the acquirer; nothing is called yet.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn acquirer(&self) -> Result<Arc<dyn Acquirer>, ConfigError> {
        let (base, token) = (self.required("ACQUIRER_URL")?, self.required("ACQUIRER_TOKEN")?);
        Ok(Arc::new(TestAcquirer::new(&self.sdk, base, token)?))
    }

    /// The way to merchants' own servers, by a client that connects to addresses of the public internet only.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn notifier(&self) -> Result<Notifier, ConfigError> {
        let wrong = ConfigError::Wrong { name: "AWS_CA_BUNDLE", why: "TLS cannot be set up with it" };
        let sdk = match self.way {
            Way::HandedIn => self.sdk.clone(),
            Way::Network => {
                let http = outside_client(bundle(&self.variables)?, OUTSIDE_TIMEOUT).map_err(|_tls| wrong.clone())?;
                self.sdk.to_builder().http_client(http).build()
            }
        };
        let http = Http::new(&sdk).map_err(|_missing| wrong)?;
        Ok(Notifier::new(http, self.local_origin().map(str::to_owned)))
    }

    /// The local system's own origin, the one place plain http may lead to. None: this is not the local system.
    pub fn local_origin(&self) -> Option<&str> {
        self.required("LOCAL_ORIGIN").ok()
    }

    /// The deployment's stage.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn stage(&self) -> Result<Stage, ConfigError> {
        match self.required("STAGE")? {
            "sandbox" => Ok(Stage::Sandbox),
            "live" => Ok(Stage::Live),
            _ => Err(ConfigError::Wrong { name: "STAGE", why: "sandbox or live" }),
        }
    }
}

/// Whether money is real here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The test acquirer and test cards only.
    Sandbox,
    /// Neither of them.
    Live,
}

/// The SDK's configuration from Lambda's own variables: static credentials, no profile, no instance metadata.
fn sdk(variables: &HashMap<String, String>) -> Result<SdkConfig, ConfigError> {
    let required = |name: &'static str| {
        variables.get(name).filter(|value| !value.is_empty()).cloned().ok_or(ConfigError::Missing(name))
    };
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        variables.get("AWS_SESSION_TOKEN").cloned(),
        None,
        "lambda environment",
    );
    let tls = |_| ConfigError::Wrong { name: "AWS_CA_BUNDLE", why: "TLS cannot be set up with it" };
    let http = http_client(bundle(variables)?, CONNECT_TIMEOUT).map_err(tls)?;
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled()) // no body here is a stream; the timeouts bound each call
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
        .timeout_config(timeouts());
    let sdk = match variables.get("AWS_ENDPOINT_URL").filter(|url| !url.is_empty()) {
        Some(url) => sdk.endpoint_url(url),
        None => sdk,
    };
    Ok(sdk.build())
}

/// Certificates of a proxy or a sandbox, which take the place of all roots (AWS SDKs and tools reference guide, "AWS_CA_BUNDLE").
fn bundle(variables: &HashMap<String, String>) -> Result<Option<Vec<u8>>, ConfigError> {
    let path = variables.get("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    let unreadable = |_| ConfigError::Wrong { name: "AWS_CA_BUNDLE", why: "a readable file" };
    path.map(|path| std::fs::read(path).map_err(unreadable)).transpose()
}

/// A table that does not answer within a second is asked again; three tries still leave the acquirer its 20 s of 28 s.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(6))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let config = Config::new(HashMap::from([("TABLE".to_owned(), String::new())]), SdkConfig::builder().build());
        assert_eq!(config.required("TABLE"), Err(ConfigError::Missing("TABLE")));
        assert_eq!(config.stage(), Err(ConfigError::Missing("STAGE")));
        assert_eq!(sdk(&HashMap::new()).err(), Some(ConfigError::Missing("AWS_ACCESS_KEY_ID")));
    }
}
