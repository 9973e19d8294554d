//! What owners do with an endpoint. What touches keys, or where things go, asks for a fresh code and is told to all owners.

use console::{Refusal, Visit, new_keys};
use domain::{
    account::Role,
    audit::{Action, EndpointChange},
    webhook::{Endpoint, EndpointState},
};
use http::Response;
use inbound::{SealError, http as answer};
use lambda_http::{Body, Request};
use store::StoreError;

use crate::{
    Deps, address,
    list::{can_hear, chosen},
    one::{self, Said},
};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It hears other events.
    Events,
    /// It gets new keys.
    Rotate,
    /// The keys before end.
    EndBefore,
    /// It is switched on.
    On,
    /// It is switched off.
    Off,
    /// It is removed.
    Remove,
}

impl Act {
    /// What a form asks for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "events" => Some(Self::Events),
            "rotate" => Some(Self::Rotate),
            "end" => Some(Self::EndBefore),
            "on" => Some(Self::On),
            "off" => Some(Self::Off),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }

    /// Whether a fresh code is asked for.
    const fn is_confirmed(self) -> bool {
        match self {
            Self::Rotate | Self::EndBefore | Self::Remove => true,
            Self::Events | Self::On | Self::Off => false,
        }
    }

    const fn change(self) -> EndpointChange {
        match self {
            Self::Events => EndpointChange::Events,
            Self::Rotate => EndpointChange::NewKeys,
            Self::EndBefore => EndpointChange::KeysEnded,
            Self::On => EndpointChange::On,
            Self::Off => EndpointChange::Off,
            Self::Remove => EndpointChange::Removed,
        }
    }
}

/// Does it. The page that asked showed a state of the endpoint; another state is shown first.
pub(crate) async fn act(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    endpoint: &Endpoint,
    act: Act,
) -> Result<Response<Body>, Refusal> {
    if visit.user.role < Role::Owner {
        return Err(Refusal::RoleTooLow);
    }
    if act == Act::Events && !can_hear(endpoint.form, &chosen(visit)) {
        return one::mend(deps, request, visit, endpoint, Said::NoKinds).await;
    }
    if act.is_confirmed() {
        // how an endpoint fares changes by itself; its keys do not
        if visit.field("keys") != endpoint.next_generation().to_string() {
            return one::mend(deps, request, visit, endpoint, Said::Stale).await;
        }
        match deps.console.confirm(visit, visit.field("totp")).await {
            Ok(()) => {}
            Err(Refusal::TotpWrong) => return one::mend(deps, request, visit, endpoint, Said::CodeWrong).await,
            Err(refusal) => return Err(refusal),
        }
    }
    let action = Action::EndpointChanged { endpoint: endpoint.id.clone(), change: act.change() };
    let (changed, secret) = match act {
        Act::Events => (Some(Endpoint { version: next(endpoint), kinds: chosen(visit), ..endpoint.clone() }), None),
        Act::Rotate => {
            let (changed, secret) =
                new_keys(endpoint, deps.console.keyring(), visit.now).map_err(|_| SealError::Foreign)?;
            (Some(changed), Some(secret))
        }
        Act::EndBefore => (Some(endpoint.without_before()), None),
        Act::On => (Some(endpoint.switched(EndpointState::On, visit.now)), None),
        Act::Off => (Some(endpoint.switched(EndpointState::Off { at: visit.now }, visit.now)), None),
        Act::Remove => (None, None),
    };
    let writing = async {
        match &changed {
            Some(changed) => deps.endpoints.put(changed).await,
            None => deps.endpoints.delete(endpoint).await,
        }
    };
    match deps.console.noted(&visit.user, action, writing).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return one::mend(deps, request, visit, endpoint, Said::Stale).await,
        Err(error) => return Err(error.into()),
    }
    tell_owners(deps, visit, endpoint, act.change()).await;
    Ok(match (secret, act) {
        (Some(secret), _) => one::secret(request, visit, endpoint, &secret),
        (None, Act::Remove) => answer::see_other("/console/notifications?done=removed"),
        (None, Act::Events | Act::Rotate | Act::EndBefore | Act::On | Act::Off) => {
            answer::see_other(&format!("{}?done=saved", address(&endpoint.id)))
        }
    })
}

fn next(endpoint: &Endpoint) -> u32 {
    endpoint.version.saturating_add(1)
}

/// Tells all owners by mail what was done with an endpoint.
pub(crate) async fn tell_owners(deps: &Deps, visit: &Visit, endpoint: &Endpoint, change: EndpointChange) {
    let event = format!("endpoint.{}.{}", endpoint.id, visit.now.as_millisecond());
    let what = |lang| {
        let action = Action::EndpointChanged { endpoint: endpoint.id.clone(), change };
        words::console::audit::audit(lang, &action)
    };
    deps.console.tell_owners(&deps.mailer, visit, &event, what).await;
}
