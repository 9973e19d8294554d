//! One setting as it was typed, and the ways to read it.

use super::{SettingError, SettingProblem};
use crate::{
    merchant::{Destination, InvoiceNumber, Method, OwnText},
    payment::Interface,
    recurring::{calendar::Anchor, offer::OfferId},
    text,
};

/// What stands for "nothing" on the command line; a form leaves the field empty.
const NONE: &str = "none";

/// A name and a value, not yet read.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

impl Entry<'_> {
    pub(super) fn refuse(&self, problem: SettingProblem) -> SettingError {
        SettingError::new(self.key, problem)
    }

    pub(super) fn outside(&self, least: u32, most: u32) -> SettingError {
        self.refuse(SettingProblem::Number { least, most })
    }

    pub(super) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, SettingError> {
        let hit = choices.iter().find(|(name, _)| *name == self.value).map(|(_, choice)| *choice);
        let names = || choices.iter().map(|(name, _)| (*name).to_owned()).collect();
        hit.ok_or_else(|| self.refuse(SettingProblem::Choice(names())))
    }

    pub(super) fn switch(&self) -> Result<bool, SettingError> {
        self.one_of(&[("on", true), ("off", false)])
    }

    pub(super) fn number<T: TryFrom<u32>>(&self, least: u32, most: u32) -> Result<T, SettingError> {
        let digits = !self.value.is_empty() && self.value.bytes().all(|b| b.is_ascii_digit());
        let number = self.value.parse::<u32>().ok().filter(|number| digits && (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| self.outside(least, most))
    }

    /// A day of a month, or none.
    pub(super) fn day_of_month(&self) -> Result<Option<Anchor>, SettingError> {
        if self.optional().is_none() {
            return Ok(None);
        }
        let day = self.number(1, 31)?;
        Anchor::new(day).map(Some).map_err(|_| self.outside(1, 31))
    }

    pub(super) fn text(&self, least: usize, most: usize) -> Result<String, SettingError> {
        if text::has_control(self.value) {
            return Err(self.refuse(SettingProblem::Control));
        }
        let trimmed = self.value.trim();
        if (least..=most).contains(&trimmed.chars().count()) {
            Ok(trimmed.to_owned())
        } else {
            Err(self.refuse(SettingProblem::Length { least, most }))
        }
    }

    /// One line, or none.
    pub(super) fn line(&self, most: usize) -> Result<Option<String>, SettingError> {
        Ok(Some(self.text(0, most)?).filter(|text| !text.is_empty() && text != NONE))
    }

    pub(super) fn optional(&self) -> Option<String> {
        let value = self.value.trim();
        (value != NONE && !value.is_empty()).then(|| value.to_owned())
    }

    pub(super) fn offer(&self) -> Result<Option<OfferId>, SettingError> {
        self.optional().map(OfferId::new).transpose().map_err(|_| self.refuse(SettingProblem::OfferName))
    }

    pub(super) fn invoice_number(&self) -> Result<Option<InvoiceNumber>, SettingError> {
        let number = self.optional().map(InvoiceNumber::new).transpose();
        number.map_err(|_| self.refuse(SettingProblem::Registration))
    }

    pub(super) fn own_text(&self) -> Result<OwnText, SettingError> {
        OwnText::parse(self.value).map_err(|error| self.refuse(error.into()))
    }

    pub(super) fn destination(&self) -> Result<Option<Destination>, SettingError> {
        if self.value == NONE {
            return Ok(None);
        }
        let malformed = || self.refuse(SettingProblem::Destination);
        let (method, address) = self.value.split_once(' ').ok_or_else(malformed)?;
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(malformed()),
        };
        Ok(Some(Destination { address: address.trim().to_owned(), method }))
    }

    pub(super) fn interfaces(&self) -> Result<Vec<Interface>, SettingError> {
        let names = self.value.split(',').filter(|name| *name != NONE && !name.is_empty());
        names
            .map(|name| {
                Entry { key: self.key, value: name }.one_of(&[
                    ("link", Interface::Link),
                    ("data_linkage", Interface::DataLinkage),
                    ("batch", Interface::Batch),
                    ("continuation", Interface::Continuation),
                    ("single", Interface::Single),
                    ("regular", Interface::Regular),
                ])
            })
            .collect()
    }

    pub(super) fn colour(&self) -> Result<String, SettingError> {
        let digits = self.value.strip_prefix('#').filter(|hex| hex.len() == 6);
        match digits {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(self.value.to_ascii_lowercase()),
            _ => Err(self.refuse(SettingProblem::Colour)),
        }
    }
}
