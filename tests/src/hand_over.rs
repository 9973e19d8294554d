//! The way back to the shop: the form that a hand-over page submits, and the bytes that the shop's program gets.

use domain::wire::Parameters;
use http::Method;

use crate::encode::Charset;
use crate::page::{Form, Page};

/// A hand-over as the shop gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The form's address.
    pub address: String,
    /// GET or POST.
    pub method: Method,
    /// The characters it is sent in.
    pub charset: Charset,
    /// All fields, in order, the registered address's own query first.
    pub fields: Vec<(String, String)>,
    form: Form,
}

impl HandOver {
    /// Reads it from its page.
    #[must_use]
    pub fn of(page: &Page) -> Option<Self> {
        let form = page.forms.iter().find(|form| form.is_hand_over())?.clone();
        Some(Self {
            address: form.action.clone(),
            method: form.method.clone(),
            charset: form.charset,
            fields: form.fields.clone(),
            form,
        })
    }

    /// A field's value; panics if it is not there, because a shop's program that looks for it would fail.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.form.value(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.names()))
    }

    /// Names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The body of a POST, or the query of a GET.
    #[must_use]
    pub fn encoded(&self) -> String {
        self.form.encoded()
    }

    /// The fields as the shop's program decodes them to bytes.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        Parameters::parse(self.encoded().as_bytes()).expect("what a shop gets can be read")
    }
}
