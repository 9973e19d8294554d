//! What the headers of a page must allow: its own style and script by hash, where its form may go, what the referrer tells.

use std::fmt::Write as _;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// What a page's headers must allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Hash sources of its style elements.
    pub styles: Vec<String>,
    /// Hash source of its one script, if it has one.
    pub script: Option<String>,
    /// It shows an image of ours (the merchant's logo).
    pub images: bool,
    /// Where its forms may go.
    pub forms: FormTarget,
    /// What frames have to do with it.
    pub frames: Frames,
    /// What the next page learns of this one's address.
    pub referrer: Referrer,
}

/// What frames have to do with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// It shows none and stands in none.
    None,
    /// It shows a page of ours in one.
    Shows,
    /// A page of ours shows it in one.
    StandsIn,
}

/// Where a page's forms may go. Browsers hold the redirects after a submit to it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormTarget {
    /// It has no form.
    Nowhere,
    /// To ourselves.
    Ourselves,
    /// To a registered address: any https one, and one origin without TLS, which only the local system registers.
    Registered {
        /// `http://127.0.0.1:9000`
        plain_origin: Option<String>,
    },
    /// To the issuer's page, as a registered address, and to ourselves for another card.
    Issuer {
        /// As above: the local system's own issuer.
        plain_origin: Option<String>,
    },
    /// To ourselves, and to the one origin that takes files.
    Bucket {
        /// `https://bucket.s3.ap-northeast-1.amazonaws.com`. None: the address was none, and nothing but ourselves is allowed.
        origin: Option<String>,
    },
}

/// What the next page learns of this one's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referrer {
    /// Nothing, unless it is ours.
    SameOrigin,
    /// Our origin: a shop may check it, though it proves nothing.
    Origin,
}

impl Policy {
    /// The value of the `Content-Security-Policy` header.
    pub fn content_security_policy(&self) -> String {
        let mut text = String::from("default-src 'none'; style-src");
        for hash in &self.styles {
            let _ = write!(text, " '{hash}'");
        }
        if let Some(hash) = &self.script {
            let _ = write!(text, "; script-src '{hash}'");
        }
        if self.images {
            text.push_str("; img-src 'self'");
        }
        text.push_str("; form-action ");
        let (to, origin) = match &self.forms {
            FormTarget::Nowhere => ("'none'", None),
            FormTarget::Ourselves => ("'self'", None),
            FormTarget::Registered { plain_origin } => ("https:", plain_origin.as_ref()),
            FormTarget::Issuer { plain_origin } => ("'self' https:", plain_origin.as_ref()),
            FormTarget::Bucket { origin } => ("'self'", origin.as_ref()),
        };
        text.push_str(to);
        if let Some(origin) = origin {
            let _ = write!(text, " {origin}");
        }
        text.push_str(match self.frames {
            Frames::None => "; frame-ancestors 'none'; base-uri 'none'",
            Frames::Shows => "; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'",
            Frames::StandsIn => "; frame-ancestors 'self'; base-uri 'none'",
        });
        text
    }

    /// The value of the `Referrer-Policy` header.
    pub const fn referrer_policy(&self) -> &'static str {
        match self.referrer {
            Referrer::SameOrigin => "same-origin",
            Referrer::Origin => "origin",
        }
    }
}

impl FormTarget {
    /// The target for a registered address.
    pub fn registered(address: &str) -> Self {
        Self::Registered { plain_origin: plain_origin(address) }
    }

    /// The target for an issuer's page.
    pub fn issuer(address: &str) -> Self {
        Self::Issuer { plain_origin: plain_origin(address) }
    }

    /// The target for files.
    pub fn bucket(address: &str) -> Self {
        Self::Bucket { origin: origin(address, "https").or_else(|| origin(address, "http")) }
    }
}

/// The origin of an address without TLS.
fn plain_origin(address: &str) -> Option<String> {
    origin(address, "http")
}

/// The origin of an address of this scheme. Nothing but a plain origin can get into the header from it.
fn origin(address: &str, scheme: &str) -> Option<String> {
    let rest = address.strip_prefix(scheme)?.strip_prefix("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let harmless =
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']'));
    harmless.then(|| format!("{scheme}://{host}"))
}

/// The CSP source of an inline element's text: `sha256-…`.
pub fn hash_source(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_source_is_what_browsers_compute() {
        // The example of the Content Security Policy specification.
        assert_eq!(hash_source("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn only_an_origin_without_tls_is_named_in_the_header() {
        for (address, origin) in [
            ("https://shop.example/thanks", None),
            ("http://127.0.0.1:9000/shop/thanks?a=1", Some("http://127.0.0.1:9000")),
            ("http://[::1]:9000", Some("http://[::1]:9000")),
            ("http://evil; script-src *", None),
            ("http://", None),
        ] {
            assert_eq!(
                FormTarget::registered(address),
                FormTarget::Registered { plain_origin: origin.map(ToOwned::to_owned) },
                "{address}"
            );
        }
    }

    #[test]
    fn a_file_goes_to_the_one_origin_that_takes_files() {
        for (address, origin) in [
            ("https://files.s3.ap-northeast-1.amazonaws.com/", Some("https://files.s3.ap-northeast-1.amazonaws.com")),
            ("http://127.0.0.1:4566/files", Some("http://127.0.0.1:4566")),
            ("https://*", None),
            ("ftp://files.example", None),
            ("", None),
        ] {
            let forms = FormTarget::bucket(address);
            assert_eq!(forms, FormTarget::Bucket { origin: origin.map(ToOwned::to_owned) }, "{address}");
            let (frames, referrer) = (Frames::None, Referrer::SameOrigin);
            let policy = Policy { styles: Vec::new(), script: None, images: false, forms, frames, referrer };
            let said = policy.content_security_policy();
            let joint = if origin.is_some() { " " } else { "" };
            let expected = format!("; form-action 'self'{joint}{}; ", origin.unwrap_or_default());
            assert!(said.contains(&expected), "{said}");
        }
    }

    #[test]
    fn a_policy_allows_this_page_and_nothing_else() {
        let policy = Policy {
            styles: vec!["sha256-a".to_owned(), "sha256-b".to_owned()],
            script: Some("sha256-c".to_owned()),
            images: false,
            forms: FormTarget::Ourselves,
            frames: Frames::None,
            referrer: Referrer::SameOrigin,
        };
        assert_eq!(
            policy.content_security_policy(),
            "default-src 'none'; style-src 'sha256-a' 'sha256-b'; script-src 'sha256-c'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(policy.referrer_policy(), "same-origin");
        let framing = |frames| Policy { frames, ..policy.clone() }.content_security_policy();
        assert!(framing(Frames::Shows).ends_with("; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"));
        assert!(framing(Frames::StandsIn).ends_with("; frame-ancestors 'self'; base-uri 'none'"));
    }
}
