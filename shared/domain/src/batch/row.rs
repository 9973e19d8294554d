//! A row: what is to be charged, and what is wrong with it.

use std::borrow::Cow;

use super::{BadRow, Column, Fault, Kind, What, cells::Cells, layout::Header};
use crate::{
    Merchant, OrderId, Yen,
    merchant::{Dialect, Encoding},
    money::TypedAmountError,
    request::{Problem, check_free_text, check_mail, check_order, is_user},
    text,
};

/// A charge that a row asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins in, from 1: with the batch it is the payment's origin.
    pub line: u32,
    /// The order number.
    pub order: OrderId,
    /// How much.
    pub amount: Yen,
    /// Whose card.
    pub payer: Payer,
    /// The buyer's name, or nothing.
    pub name: String,
    /// The buyer's mail address, or nothing.
    pub mail: String,
    /// The free items.
    pub free: [String; 3],
}

/// Whose card pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payer {
    /// The kept card of a buyer.
    User(String),
    /// The card that was kept with an earlier order.
    Source(OrderId),
}

/// What of a merchant's settings a row is checked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How its order numbers look.
    pub numbers: Numbers,
    /// The most that it takes at once.
    pub most: Yen,
}

/// Whose order numbers a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// The merchant's.
    Merchant(Dialect),
    /// Ours, from the range that no merchant may use: the file of a run of continuation.
    Ours,
}

impl Rules {
    /// Those of a batch's file.
    pub const fn of(merchant: &Merchant, kind: Kind) -> Self {
        let numbers = match kind {
            Kind::File => Numbers::Merchant(merchant.dialect),
            Kind::Continuation { .. } => Numbers::Ours,
        };
        Self { numbers, most: merchant.max_amount }
    }
}

/// One record of a file, by its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) header: &'a Header,
    pub(super) bytes: &'a [u8],
    pub(super) cells: &'a Cells,
}

impl<'a> Record<'a> {
    /// The order number. It is ASCII, and so the same in every encoding.
    pub(super) fn order(self, numbers: Numbers) -> Result<OrderId, What> {
        let content = self.content(Column::Charge).unwrap_or_default();
        let text = std::str::from_utf8(content.trim_ascii()).map_err(|_| What::OrderMalformed)?;
        if text.is_empty() {
            return Err(What::OrderMissing);
        }
        let dialect = match numbers {
            Numbers::Merchant(dialect) => dialect,
            Numbers::Ours => return OrderId::ours(text).ok_or(What::OrderMalformed),
        };
        check_order(text, dialect).map_err(|problem| {
            if problem == Problem::OrderReserved { What::OrderReserved } else { What::OrderMalformed }
        })
    }

    /// Whether its cells can be told apart.
    pub(super) fn shape(self) -> Result<(), What> {
        let (found, header) = (self.cells.len(), self.header.uses.len());
        if self.cells.any_misplaced() {
            return Err(What::QuoteMisplaced);
        }
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        if found == header { Ok(()) } else { Err(What::Columns { found: count(found), header: count(header) }) }
    }

    fn content(self, column: Column) -> Option<Cow<'a, [u8]>> {
        let place = self.header.place(column)?;
        self.cells.of(self.bytes, place).map(super::cells::RawCell::content)
    }
}

/// A row whose texts are still those of the file.
pub(super) struct Charge<'a> {
    order: OrderId,
    pub(super) amount: Yen,
    payer: PayerText<'a>,
    name: Cow<'a, str>,
    mail: Cow<'a, str>,
    free: [Cow<'a, str>; 3],
}

enum PayerText<'a> {
    User(Cow<'a, str>),
    Source(OrderId),
}

impl Charge<'_> {
    pub(super) fn into_row(self, line: u32) -> Row {
        let Self { order, amount, payer, name, mail, free } = self;
        let payer = match payer {
            PayerText::User(user) => Payer::User(user.into_owned()),
            PayerText::Source(order) => Payer::Source(order),
        };
        let free = free.map(Cow::into_owned);
        Row { line, order, amount, payer, name: name.into_owned(), mail: mail.into_owned(), free }
    }
}

/// Reads a record and notes all that is wrong with it.
pub(super) struct Reader<'a> {
    record: Record<'a>,
    encoding: Encoding,
    rules: Rules,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(record: Record<'a>, encoding: Encoding, rules: Rules) -> Self {
        Self { record, encoding, rules, faults: Vec::new() }
    }

    /// `order` is the record's own, or what is wrong with it.
    ///
    /// # Errors
    /// [`BadRow`].
    pub(super) fn charge(mut self, line: u32, order: Result<OrderId, What>) -> Result<Charge<'a>, BadRow> {
        if let Err(what) = self.record.shape() {
            return Err(BadRow::whole(line, what));
        }
        let charge = self.cells(order);
        match BadRow::of(line, self.faults) {
            Some(bad) => Err(bad),
            // What is no charge has a fault; without one it is refused all the same.
            None => charge.ok_or_else(|| BadRow::whole(line, What::Undecodable)),
        }
    }

    fn cells(&mut self, order: Result<OrderId, What>) -> Option<Charge<'a>> {
        let order = self.noted(Column::Charge, order);
        let amount = self.amount();
        let payer = self.payer();
        let name = self.free_text(Column::Name);
        let mail = self.mail();
        let [free1, free2, free3] = [Column::Free1, Column::Free2, Column::Free3].map(|column| self.free_text(column));
        let free = [free1?, free2?, free3?];
        Some(Charge { order: order?, amount: amount?, payer: payer?, name: name?, mail: mail?, free })
    }

    fn amount(&mut self) -> Option<Yen> {
        let text = self.text(Column::Amount)?;
        let most = self.rules.most;
        let read = Yen::parse_plain(&text, most).map_err(|error| match error {
            TypedAmountError::Missing => What::AmountMissing,
            TypedAmountError::Malformed => What::AmountMalformed,
            TypedAmountError::OutOfRange => What::AmountOutOfRange(most),
        });
        self.noted(Column::Amount, read)
    }

    fn payer(&mut self) -> Option<PayerText<'a>> {
        let (user, source) = (self.text(Column::User)?, self.text(Column::Source)?);
        let has_users = self.record.header.place(Column::User).is_some();
        match (user.is_empty(), source.is_empty()) {
            (true, true) => self.noted(if has_users { Column::User } else { Column::Source }, Err(What::PayerMissing)),
            (false, false) => self.noted(Column::Source, Err(What::PayerTwice)),
            (false, true) => {
                let read = if is_user(&user) { Ok(PayerText::User(user)) } else { Err(What::UserMalformed) };
                self.noted(Column::User, read)
            }
            (true, false) => {
                let read = OrderId::new(source).map(PayerText::Source).map_err(|_| What::SourceMalformed);
                self.noted(Column::Source, read)
            }
        }
    }

    fn mail(&mut self) -> Option<Cow<'a, str>> {
        let text = self.text(Column::Mail)?;
        let read = if text.is_empty() { Ok(()) } else { check_mail(&text).map_err(what_of) };
        self.noted(Column::Mail, read.map(|()| text))
    }

    fn free_text(&mut self, column: Column) -> Option<Cow<'a, str>> {
        let text = self.text(column)?;
        self.noted(column, check_free_text(&text).map_err(what_of).map(|()| text))
    }

    /// What a cell says, without white space around it; nothing where the file lacks the column.
    fn text(&mut self, column: Column) -> Option<Cow<'a, str>> {
        let Some(content) = self.record.content(column) else { return Some(Cow::Borrowed("")) };
        let read = text::decoded(content, self.encoding).map(trimmed).ok_or(What::Undecodable);
        self.noted(column, read)
    }

    fn noted<T>(&mut self, column: Column, read: Result<T, What>) -> Option<T> {
        read.map_err(|what| self.faults.push(Fault { column: Some(column), what })).ok()
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// What the rules of the payment page say of a text.
fn what_of(problem: Problem) -> What {
    let known = [
        (Problem::ControlCharacter, What::ControlCharacter),
        (Problem::TooLong, What::TooLong),
        (Problem::CardNumber, What::CardNumber),
    ];
    known.into_iter().find(|(of, _)| *of == problem).map_or(What::MailMalformed, |(_, what)| what)
}
