//! Where the administrator's commands go: a deployment on AWS, the running local system, or its data directory.

use inbound::{Config, ConfigError};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::{Place, Registry, RegistryError};
use crate::template::REGION;
use crate::world::{Options, WorldError, open_cloud, product_settings};

/// The registry that the commands work on.
#[derive(Debug)]
pub struct Target {
    /// Merchants and links.
    pub registry: Registry,
    /// What is being worked on, to be said first.
    pub what: String,
}

/// Why there is nothing to work on.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The environment lacks credentials or the region.
    #[error("{0} (the deployment's credentials and region come from the environment)")]
    Environment(#[source] ConfigError),
    /// Table or key can't be opened.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The data directory can't be opened.
    #[error(transparent)]
    World(#[from] WorldError),
}

impl Target {
    /// Finds what to work on.
    ///
    /// # Errors
    /// [`TargetError`].
    pub async fn open(place: Place, options: Options, aws_port: u16) -> Result<Self, TargetError> {
        let operator = place.operator;
        if let (Some(table), Some(app_key)) = (place.table, place.app_key) {
            let environment = Config::from_env().map_err(TargetError::Environment)?;
            let what = format!("the table {table}");
            let mut settings = HashMap::from([("TABLE".to_owned(), table), ("APP_KEY".to_owned(), app_key)]);
            settings.extend(place.card_key.map(|key| ("CARD_KEY".to_owned(), key)));
            settings.extend(place.search_table.map(|table| ("SEARCH_TABLE".to_owned(), table)));
            settings.extend(place.acquirer_url.map(|url| ("ACQUIRER_URL".to_owned(), url)));
            let token = environment.required("ACQUIRER_TOKEN").ok();
            settings.extend(token.map(|token| ("ACQUIRER_TOKEN".to_owned(), token.to_owned())));
            settings.extend(place.page_origin.map(|origin| ("PAGE_ORIGIN".to_owned(), origin)));
            let config = Config::new(settings, environment.sdk().clone());
            return Ok(Self { registry: Registry::open(&config, None).await?.used_by(operator), what });
        }
        let local_origin = Some(options.shop_origin.clone());
        if answers(aws_port).await {
            let config = Config::from_variables(running(aws_port, &options)?).map_err(TargetError::Environment)?;
            let what = format!("the running local system (AWS port {aws_port})");
            return Ok(Self { registry: Registry::open(&config, local_origin).await?.used_by(operator), what });
        }
        let directory = options.data_dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let (cloud, template, _clock) = open_cloud(&options)?;
        let sdk = cloud.sdk_config(crate::cloud::Caller::Operator);
        let config = Config::new(product_settings(&template), sdk);
        let what = format!("the local system's data in {}", directory.display());
        Ok(Self { registry: Registry::open(&config, local_origin).await?.used_by(operator), what })
    }
}

/// The settings by which the running system's AWS port is reached.
fn running(aws_port: u16, options: &Options) -> Result<HashMap<String, String>, WorldError> {
    let mut settings = product_settings(&options.template()?);
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "operator"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{aws_port}")),
    ] {
        settings.insert(name.to_owned(), value.to_owned());
    }
    Ok(settings)
}

async fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let connecting = tokio::net::TcpStream::connect(address);
    tokio::time::timeout(Duration::from_millis(300), connecting).await.is_ok_and(|connected| connected.is_ok())
}
