//! Rows as lines of the file: the columns of the console in their order, harmless in spreadsheets, in the file's characters.

use csv::{Terminator, Writer, WriterBuilder};
use domain::{
    Lang,
    clock::JAPAN,
    csv::{BYTE_ORDER_MARK, encoded, harmless},
    merchant::Encoding,
    search::Row,
};
use words::console::{exports::exports, transactions};

/// The lines that were not taken yet, and what was counted.
pub(crate) struct Sheet {
    lang: Lang,
    encoding: Encoding,
    lines: Writer<Vec<u8>>,
    /// Encoded, and not yet taken.
    ready: Vec<u8>,
    rows: u64,
    replaced: u64,
}

impl Sheet {
    /// A sheet with its head line.
    pub(crate) fn new(lang: Lang, encoding: Encoding) -> Self {
        let mut sheet = Self { lang, encoding, lines: lines(), ready: Vec::new(), rows: 0, replaced: 0 };
        match encoding {
            Encoding::Utf8 => sheet.ready.extend(BYTE_ORDER_MARK),
            Encoding::ShiftJis => {}
        }
        // Writing into memory does not fail.
        let _written = sheet.lines.write_record(exports(lang).columns);
        sheet
    }

    /// Adds a payment.
    pub(crate) fn add(&mut self, row: &Row) -> Result<(), csv::Error> {
        let lang = self.lang;
        let [free1, free2, free3] = &row.free;
        let at = JAPAN.to_datetime(row.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (brand, last4) = row.card.as_ref().map_or(("", ""), |card| (card.brand.name(), card.last4.as_str()));
        let (amount, refunded) = (row.amount.to_string(), row.refunded.to_string());
        let (number, order) = (row.number().to_string(), row.key.order.to_string());
        let cells = [
            harmless(&order),
            amount.as_str().into(), // a number stays one
            transactions::outcome(lang, row.status.outcome()).into(),
            harmless(free1),
            harmless(free2),
            harmless(free3),
            harmless(&row.mail),
            harmless(&row.holder),
            transactions::class(lang, row.interface).into(),
            at.as_str().into(),
            transactions::status(lang, row.status.told()).into(),
            refunded.as_str().into(),
            number.as_str().into(),
            harmless(&row.user),
            brand.into(),
            last4.into(),
        ];
        self.lines.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// The bytes of the lines since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let whole = std::mem::replace(&mut self.lines, lines()).into_inner().unwrap_or_default();
        let (bytes, lost) = encoded(&String::from_utf8_lossy(&whole), self.encoding);
        self.replaced = self.replaced.saturating_add(lost);
        let mut ready = std::mem::take(&mut self.ready);
        ready.extend(bytes);
        ready
    }

    /// Payments written.
    pub(crate) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Characters that the file's encoding lacks.
    pub(crate) const fn replaced(&self) -> u64 {
        self.replaced
    }
}

fn lines() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{MerchantId, OrderId, PaymentKey, Yen, payment::Interface, search::Status};
    use jiff::Timestamp;

    fn row() -> Row {
        Row {
            key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("007").unwrap()),
            version: 2,
            at: Timestamp::from_second(1_795_257_000).unwrap(),
            amount: Yen::new(2000).unwrap(),
            refunded: 0,
            status: Status::Captured,
            interface: Interface::DataLinkage,
            free: ["=1+1".to_owned(), "a,\"b\"\nc".to_owned(), "髙😀".to_owned()],
            mail: "shopper@example.com".to_owned(),
            holder: "TARO YAMADA".to_owned(),
            user: String::new(),
            card: None,
        }
    }

    #[test]
    fn a_line_has_the_columns_in_order_and_harms_no_spreadsheet() {
        let mut sheet = Sheet::new(Lang::En, Encoding::Utf8);
        sheet.add(&row()).unwrap();
        let bytes = sheet.take();
        let text = std::str::from_utf8(bytes.strip_prefix(&BYTE_ORDER_MARK).unwrap()).unwrap();
        let (head, line) = text.split_once("\r\n").unwrap();
        assert!(head.starts_with("order,amount,result,free1,"), "{head}");
        assert!(line.starts_with("007,2000,"), "{line}");
        assert!(line.contains(",'=1+1,\"a,\"\"b\"\"\nc\",髙😀,shopper@example.com,TARO YAMADA,"), "{line}");
        assert!(line.ends_with("\r\n"));
        assert_eq!((sheet.rows(), sheet.replaced()), (1, 0));
        assert!(sheet.take().is_empty(), "what was taken is not given again");
    }

    #[test]
    fn cp932_replaces_what_it_lacks_and_counts_it() {
        let mut sheet = Sheet::new(Lang::Ja, Encoding::ShiftJis);
        sheet.add(&row()).unwrap();
        let text = domain::text::decode(&sheet.take(), Encoding::ShiftJis).unwrap();
        assert!(text.contains("髙〓") && text.starts_with("伝票番号,決済金額,"), "{text}");
        assert_eq!(sheet.replaced(), 1);
    }
}
