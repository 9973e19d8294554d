//! What the columns of a batch file hold.

use domain::{Lang, batch::Column};

/// What a column holds, and whether it must be there.
pub const fn column(lang: Lang, column: Column) -> &'static str {
    match (lang, column) {
        (Lang::Ja, Column::Charge) => "必須。請求ごとの番号です。同じ番号は一度しか支払われません。",
        (Lang::En, Column::Charge) => "Needed. The number of the charge: one number is paid once.",
        (Lang::Ja, Column::Amount) => "必須。税込の金額（円）。数字だけを書きます。",
        (Lang::En, Column::Amount) => "Needed. Yen with tax, digits only.",
        (Lang::Ja, Column::User) => "購入者ID。その購入者の保存済みのカードに請求します。",
        (Lang::En, Column::User) => "The buyer's id: their stored card is charged.",
        (Lang::Ja, Column::Source) => {
            "元の伝票番号。その決済で保存したカードに請求します。購入者IDの代わりに使います。"
        }
        (Lang::En, Column::Source) => {
            "An earlier order: the card that was stored with it is charged. Instead of a buyer's id."
        }
        (Lang::Ja, Column::Name) => "任意。購入者の氏名。メールの宛名になります。",
        (Lang::En, Column::Name) => "Optional. The buyer's name, as mails address them.",
        (Lang::Ja, Column::Mail) => "任意。完了メールの送り先。空欄なら、カードを保存したときのアドレスに送ります。",
        (Lang::En, Column::Mail) => {
            "Optional. Where the completion mail goes; left empty, to the address that the card was stored with."
        }
        (Lang::Ja, Column::Free1 | Column::Free2 | Column::Free3) => "任意。自由にお使いいただける項目です。",
        (Lang::En, Column::Free1 | Column::Free2 | Column::Free3) => "Optional. Yours to use.",
    }
}
