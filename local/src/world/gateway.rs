//! The HTTP API in front of the functions: which route a request meets, as API Gateway chooses it.

use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

use crate::template::Route;

/// All routes of the HTTP API.
#[derive(Debug)]
pub(crate) struct Routes(Vec<(Route, usize)>);

/// The route that a request met.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The function's place in the template.
    pub(crate) function: usize,
    /// `GET /pay/{admin}`.
    pub(crate) key: String,
    /// `admin` and what stood there.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Routes {
    pub(crate) fn new(routes: impl IntoIterator<Item = (Route, usize)>) -> Self {
        Self(routes.into_iter().collect())
    }

    /// A written part beats a `{part}`, which beats a `{rest+}`; a method beats `ANY`
    /// (API Gateway developer guide, "Create routes for HTTP APIs").
    pub(crate) fn meet(&self, method: &str, path: &str) -> Option<Met> {
        let fits = self.0.iter().filter(|(route, _)| route.method == method || route.method == "ANY");
        let matches = fits.filter_map(|(route, function)| {
            let (rank, parameters) = fit(&route.path, path)?;
            Some(((rank, route.method == "ANY"), route, *function, parameters))
        });
        let (_, route, function, parameters) = matches.min_by(|one, other| one.0.cmp(&other.0))?;
        Some(Met { function, key: format!("{} {}", route.method, route.path), parameters })
    }
}

/// How each part of a path fits its pattern; smaller is closer.
type Rank = Vec<u8>;

fn fit(pattern: &str, path: &str) -> Option<(Rank, BTreeMap<String, String>)> {
    let mut parts = path.split('/');
    let mut rank = Rank::new();
    let mut parameters = BTreeMap::new();
    for wanted in pattern.split('/') {
        let name = wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match name {
            None => {
                (parts.next()? == wanted).then_some(())?;
                rank.push(0);
            }
            Some(name) => match name.strip_suffix('+') {
                None => {
                    let part = parts.next().filter(|part| !part.is_empty())?;
                    parameters.insert(name.to_owned(), decoded(part));
                    rank.push(1);
                }
                Some(name) => {
                    let rest: Vec<&str> = parts.by_ref().collect();
                    (!rest.concat().is_empty()).then_some(())?;
                    parameters.insert(name.to_owned(), decoded(&rest.join("/")));
                    rank.push(2);
                }
            },
        }
    }
    parts.next().is_none().then_some((rank, parameters))
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_route_wins() {
        let routes = [
            ("GET", "/pay", 1),
            ("GET", "/pay/{admin}", 2),
            ("POST", "/pay/{admin}", 3),
            ("POST", "/pay/authorize", 4),
            ("ANY", "/test-acquirer/{proxy+}", 5),
            ("POST", "/test-acquirer/authorize", 6),
        ];
        let routes =
            Routes::new(routes.map(|(method, path, function)| {
                (Route { method: method.to_owned(), path: path.to_owned() }, function)
            }));
        for (method, path, expected) in [
            ("GET", "/pay", Some(1)),
            ("GET", "/pay/4000", Some(2)),
            ("GET", "/pay/authorize", Some(2)),
            ("POST", "/pay/authorize", Some(4)),
            ("POST", "/pay/4000", Some(3)),
            ("POST", "/pay", None),
            ("GET", "/pay/", None),
            ("GET", "/pay/4000/x", None),
            ("GET", "/test-acquirer/ledger", Some(5)),
            ("PUT", "/test-acquirer/a/b", Some(5)),
            ("POST", "/test-acquirer/authorize", Some(6)),
            ("GET", "/test-acquirer", None),
        ] {
            let met = routes.meet(method, path);
            assert_eq!(met.as_ref().map(|met| met.function), expected, "{method} {path}");
        }
        let met = routes.meet("GET", "/pay/40%2B00").unwrap();
        assert_eq!((met.key.as_str(), met.parameters["admin"].as_str()), ("GET /pay/{admin}", "40+00"));
    }
}
