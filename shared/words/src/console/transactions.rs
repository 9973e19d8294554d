//! The texts of the search over payments and of a payment's page.

use domain::{
    Lang, Yen,
    acquirer::{DeclineCode, Flow, TransStatus},
    payment::{Failure, Interface, OperationKind, Reader, Tidings},
    search::{Field, Outcome, Progress, SearchProblem, Standing, Status},
};

/// The search over payments, and a payment's page.
#[derive(Clone, Copy, Debug)]
pub struct TransactionsWords {
    /// Heading of the search.
    pub title: &'static str,
    /// The search form's name.
    pub search: &'static str,
    /// Opens the terms that are seldom needed.
    pub more_terms: &'static str,
    /// Button of the form.
    pub look: &'static str,
    /// Takes all terms back.
    pub clear: &'static str,
    /// A choice that asks nothing.
    pub any: &'static str,
    /// Over the choices of a result.
    pub by_result: &'static str,
    /// Over the choices of a state.
    pub by_state: &'static str,
    /// Hint at the order number.
    pub order_hint: &'static str,
    /// Hint at the mail address.
    pub mail_hint: &'static str,
    /// Hint at what is looked for as a part.
    pub part_hint: &'static str,
    /// Hint at the buyer id.
    pub user_hint: &'static str,
    /// The keys that work.
    pub keys: &'static str,
    /// Over the list of what is to be mended.
    pub to_mend: &'static str,
    /// How fresh the list is.
    pub as_of: fn(time: &str) -> String,
    /// How fresh a payment that was named is.
    pub as_of_now: &'static str,
    /// Downloads this search.
    pub download: &'static str,
    /// The table's name for screen readers.
    pub table: &'static str,
    /// Leads to the newest.
    pub newest: &'static str,
    /// Leads to the next page.
    pub older: &'static str,
    /// Goes on looking.
    pub look_further: &'static str,
    /// Enough was looked through for one page.
    pub looked: fn(rows: usize, back_to: &str) -> String,
    /// A page was looked through and holds nothing.
    pub none_so_far: &'static str,
    /// Nothing was ever paid: heading and what to do.
    pub empty: (&'static str, &'static str),
    /// Nothing fits the terms: heading and what to do.
    pub none_fits: (&'static str, &'static str),
    /// No payment has this number: heading and what to do.
    pub no_such_order: (&'static str, &'static str),
    /// Column: date and time.
    pub at: &'static str,
    /// Column: order number.
    pub order: &'static str,
    /// Column: amount.
    pub amount: &'static str,
    /// Column: result.
    pub result: &'static str,
    /// Column: state.
    pub state: &'static str,
    /// Column: free items.
    pub free: &'static str,
    /// Column: mail address.
    pub mail: &'static str,
    /// Column: name on the card.
    pub holder: &'static str,
    /// Column: processing class.
    pub class: &'static str,
    /// Heading of a payment.
    pub payment: fn(order: &str) -> String,
    /// Leads back to the list.
    pub back: &'static str,
    /// Heading of the operations.
    pub acts: &'static str,
    /// No operation is possible now.
    pub no_acts: &'static str,
    /// The visitor's role may not.
    pub acts_need_role: &'static str,
    /// Operation: capture.
    pub capture: &'static str,
    /// Operation: cancel.
    pub cancel: &'static str,
    /// Operation: change the amount.
    pub change_amount: &'static str,
    /// Operation: refund.
    pub refund: &'static str,
    /// Operation: ask the acquirer again.
    pub ask: &'static str,
    /// The receipt.
    pub receipt: &'static str,
    /// Heading of what was ordered.
    pub of_order: &'static str,
    /// The number that mails say.
    pub number: &'static str,
    /// When the first attempt was made.
    pub opened_at: &'static str,
    /// The buyer's name.
    pub name: &'static str,
    /// The buyer's telephone.
    pub tel: &'static str,
    /// The buyer id.
    pub user: &'static str,
    /// What is sold.
    pub item: &'static str,
    /// The acquirer's number.
    pub acquirer_id: &'static str,
    /// The card.
    pub card: &'static str,
    /// Good through.
    pub expiry: &'static str,
    /// 3-D Secure.
    pub three_ds: &'static str,
    /// No 3-D Secure took place, or none is known yet.
    pub no_three_ds: &'static str,
    /// The guard against card testing.
    pub guard: &'static str,
    /// What it is, and that it says nothing of a single payment.
    pub guard_note: &'static str,
    /// Attempts made, of so many.
    pub attempts: &'static str,
    /// So many of so many.
    pub attempts_of: fn(made: u8, allowed: u8) -> String,
    /// What 3-D Secure came to with a challenge, or without.
    pub authentication: fn(status: TransStatus, flow: Flow) -> String,
    /// Who wrote a single charge down.
    pub charged_by: &'static str,
    /// Leads to the payment link.
    pub link: &'static str,
    /// Leads to the regular purchase that it belongs to.
    pub plan: &'static str,
    /// Heading of the legal items that a link's page showed.
    pub terms: &'static str,
    /// When it showed them.
    pub terms_at: &'static str,
    /// Version of the wording around them.
    pub terms_version: &'static str,
    /// The fingerprint that is kept with the payment.
    pub terms_hash: &'static str,
    /// The text below has that fingerprint.
    pub terms_same: &'static str,
    /// No text has it any more.
    pub terms_changed: &'static str,
    /// The text is that of a question that is not put together again.
    pub terms_agreed: &'static str,
    /// Until when an authorization is good.
    pub valid_until: &'static str,
    /// What was ordered, where it is not what is held or taken.
    pub ordered: &'static str,
    /// Yen that were given back.
    pub refunded: &'static str,
    /// Since when it is disputed.
    pub disputed: &'static str,
    /// Until when it can be captured.
    pub capture_until: &'static str,
    /// Who did it.
    pub by: fn(name: &str) -> String,
    /// The system itself.
    pub system: &'static str,
    /// Somebody who is no longer at the console, by their id.
    pub somebody: fn(id: &str) -> String,
    /// The operation that is running or being checked blocks others.
    pub act_pending: &'static str,
    /// A dispute blocks refunds.
    pub act_disputed: &'static str,
    /// Heading of the history.
    pub history: &'static str,
    /// The history's last steps are not recorded yet.
    pub history_behind: &'static str,
    /// Steps are missing in between.
    pub history_gap: fn(versions: u32) -> String,
    /// Column: operation number.
    pub operation: &'static str,
    /// Column: what happened.
    pub happened: &'static str,
    /// Column: particulars.
    pub particulars: &'static str,
    /// A mail was handed to the mail service.
    pub mailed: fn(tidings: Tidings, reader: Reader) -> &'static str,
    /// What a person has to do.
    pub needs_person: &'static str,
    /// Not to charge it a second time.
    pub being_checked: &'static str,
}

/// The texts of one language.
pub const fn transactions(lang: Lang) -> &'static TransactionsWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: TransactionsWords = TransactionsWords {
    title: "決済を探す",
    search: "検索条件",
    more_terms: "ほかの条件",
    look: "検索する",
    clear: "条件をすべて消す",
    any: "指定しない",
    by_result: "決済結果",
    by_state: "状態",
    order_hint: "店舗の伝票番号（購入者には「注文番号」と表示されます）、またはメールや領収書にある18桁の決済番号。入力すると、ほかの条件は使いません。",
    mail_hint: "全体を入力すると速く探せます。一部でも探せます。",
    part_hint: "一部でも探せます。全角・半角、大文字・小文字は区別しません。",
    user_hint: "カード情報保持機能の購入者ID。全体を、大文字・小文字を区別して入力してください。",
    keys: "キー操作: / で検索欄、↑ ↓ で行を移動、Enter で詳細を開きます。",
    to_mend: "検索条件を確認してください",
    as_of: |time| format!("{time} 時点の一覧です。新しい決済が出るまで数秒かかることがあります。"),
    as_of_now: "決済の記録そのものを読んだ、今の状態です。",
    download: "この検索結果をCSVでダウンロード",
    table: "決済の一覧（新しい順）",
    newest: "最新へ",
    older: "次のページ（古いもの）",
    look_further: "さらに古いものを探す",
    looked: |rows, back_to| {
        format!("この期間の決済を {rows} 件、{back_to} まで確認しました。それより古いものはまだ確認していません。")
    },
    none_so_far: "ここまでに、条件に合う決済はありませんでした。",
    empty: (
        "決済はまだありません",
        "店舗のページから最初の決済が行われると、ここに表示されます。決済リンクを作って試すこともできます。",
    ),
    none_fits: (
        "条件に合う決済はありません",
        "期間を広げるか、条件を減らしてください。今行われたばかりの決済は、数秒後に表示されます。",
    ),
    no_such_order: (
        "この番号の決済はありません",
        "番号に誤りがないか確認してください。伝票番号は先頭の0も区別します。決済ページを開いただけで、カードを送信していない注文は記録されません。",
    ),
    at: "日時",
    order: "伝票番号",
    amount: "金額",
    result: "決済結果",
    state: "状態",
    free: "自由設定項目",
    mail: "メールアドレス",
    holder: "カード名義",
    class: "処理区分",
    payment: |order| format!("注文 {order} の決済"),
    back: "一覧に戻る",
    acts: "操作",
    no_acts: "この状態でできる操作はありません。",
    acts_need_role: "操作には担当者以上の権限が必要です。オーナーに相談してください。",
    capture: "売上を確定する",
    cancel: "取り消す",
    change_amount: "金額を変更する",
    refund: "返金する",
    ask: "カード会社にもう一度確認する",
    receipt: "領収書",
    of_order: "注文の内容",
    number: "決済番号",
    opened_at: "受付日時",
    name: "購入者氏名",
    tel: "電話番号",
    user: "購入者ID",
    item: "商品",
    acquirer_id: "決済会社の番号",
    card: "カード",
    expiry: "有効期限",
    three_ds: "本人認証（3-Dセキュア）",
    no_three_ds: "記録なし",
    guard: "不正利用の防止",
    guard_note: "カードの試し打ちを防ぐ機能は常に働いています。止められた試行は決済会社に送られず、記録も残りません。ここにある試行は、すべて確認を通ったものです。",
    attempts: "カードの試行回数",
    attempts_of: |made, allowed| format!("{allowed} 回のうち {made} 回"),
    authentication: |status, flow| format!("{}（{}）", authenticated(Lang::Ja, status), with(Lang::Ja, flow)),
    charged_by: "個別処理をした人",
    link: "この決済のリンクを見る",
    plan: "定期購入を見る",
    terms: "購入者に表示した取引条件",
    terms_at: "表示した日時",
    terms_version: "文面の版",
    terms_hash: "文面の指紋（SHA-256）",
    terms_same: "次の文面は、決済とともに記録した指紋と一致します。",
    terms_changed: "リンクの内容か店舗名がその後に変わったため、表示した文面をここに再現できません。文面の控えがあれば、上の指紋と照合できます。",
    terms_agreed: "定期購入の条件の変更に、購入者が同意したときの画面です。文面の控えがあれば、上の指紋と照合できます。",
    valid_until: "与信の有効期限",
    ordered: "注文時の金額",
    refunded: "返金済みの金額",
    disputed: "チャージバックの申し立て",
    capture_until: "売上確定の期限",
    by: |name| format!("{name} による操作"),
    system: "システム",
    somebody: |id| format!("利用者 {id}"),
    act_pending: "進行中の操作の結果を確認しています。終わるまで、ほかの操作はできません。",
    act_disputed: "チャージバックの申し立てがあるため、返金できません。代金はカード会社が引き戻します。",
    history: "履歴",
    history_behind: "最新の変化は、数秒後に履歴に表示されます。",
    history_gap: |versions| {
        format!(
            "履歴のうち {versions} 件が記録されていません。数秒後にも表示されない場合は、運営者に連絡してください。"
        )
    },
    operation: "操作番号",
    happened: "できごと",
    particulars: "詳細",
    mailed: |tidings, reader| match (tidings, reader) {
        (Tidings::Paid, Reader::Payer) => "購入者に決済完了メールを送信",
        (Tidings::Paid, Reader::Shop) => "店舗に決済完了メールを送信",
        (Tidings::FailedAfterDoubt, Reader::Payer) => "購入者に不成立のメールを送信",
        (Tidings::FailedAfterDoubt, Reader::Shop) => "店舗に不成立のメールを送信",
        (Tidings::Cancelled, Reader::Payer) => "購入者に取り消しのメールを送信",
        (Tidings::Cancelled, Reader::Shop) => "店舗に取り消しのメールを送信",
        (Tidings::Refunded { .. }, Reader::Payer) => "購入者に返金のメールを送信",
        (Tidings::Refunded { .. }, Reader::Shop) => "店舗に返金のメールを送信",
        (Tidings::LapsesSoon, Reader::Payer | Reader::Shop) => "店舗に決済確定の期限のメールを送信",
    },
    needs_person: "24時間確認しましたが、結果が分かりません。カード会社の管理画面で確認してください。もう一度請求しないでください。",
    being_checked: "結果を確認中です。分かり次第ここに表示されます。もう一度請求しないでください。",
};

const EN: TransactionsWords = TransactionsWords {
    title: "Find payments",
    search: "Search terms",
    more_terms: "More terms",
    look: "Search",
    clear: "Clear all terms",
    any: "Any",
    by_result: "Result",
    by_state: "State",
    order_hint: "Your order number, or the 18-digit payment number on mails and receipts. With it, no other term is used.",
    mail_hint: "The whole address is found fastest. A part works, too.",
    part_hint: "A part is enough. Width and case of letters don't matter.",
    user_hint: "The buyer id of card-on-file, in full; case matters.",
    keys: "Keys: / goes to the search, ↑ ↓ move through the rows, Enter opens the payment.",
    to_mend: "Check the search terms",
    as_of: |time| format!("As of {time}. New payments can take a few seconds to appear."),
    as_of_now: "Read from the payment's own record: this is how it stands now.",
    download: "Download this search as CSV",
    table: "Payments, newest first",
    newest: "Newest",
    older: "Next page (older)",
    look_further: "Look further back",
    looked: |rows, back_to| {
        format!(
            "Looked through {rows} payments of this period, back to {back_to}. What is older was not looked at yet."
        )
    },
    none_so_far: "Nothing up to here fits the terms.",
    empty: (
        "No payments yet",
        "When the first payment comes in from your shop, it is shown here. You can also make a payment link to try it.",
    ),
    none_fits: (
        "No payment fits these terms",
        "Widen the period or take terms away. A payment made just now appears within a few seconds.",
    ),
    no_such_order: (
        "No payment has this number",
        "Check the number; leading zeros count. An order whose page was only opened, without a card being sent, is not recorded.",
    ),
    at: "Date and time",
    order: "Order number",
    amount: "Amount",
    result: "Result",
    state: "State",
    free: "Free items",
    mail: "E-mail",
    holder: "Cardholder",
    class: "Processing class",
    payment: |order| format!("Payment of order {order}"),
    back: "Back to the list",
    acts: "Operations",
    no_acts: "Nothing can be done in this state.",
    acts_need_role: "Operations need the role of an operator. Ask an owner.",
    capture: "Capture",
    cancel: "Cancel",
    change_amount: "Change the amount",
    refund: "Refund",
    ask: "Ask the acquirer again",
    receipt: "Receipt",
    of_order: "The order",
    number: "Payment number",
    opened_at: "Received",
    name: "Buyer's name",
    tel: "Telephone",
    user: "Buyer id",
    item: "Item",
    acquirer_id: "Acquirer's number",
    card: "Card",
    expiry: "Good through",
    three_ds: "Authentication (3-D Secure)",
    no_three_ds: "None recorded",
    guard: "Guard against card testing",
    guard_note: "The guard is always on. An attempt that it stops is not sent to the acquirer and leaves no record; every attempt listed here passed it.",
    attempts: "Cards tried",
    attempts_of: |made, allowed| format!("{made} of {allowed}"),
    authentication: |status, flow| format!("{} ({})", authenticated(Lang::En, status), with(Lang::En, flow)),
    charged_by: "Charged by",
    link: "See the link of this payment",
    plan: "See the regular purchase",
    terms: "Terms that the shopper was shown",
    terms_at: "Shown at",
    terms_version: "Version of the wording",
    terms_hash: "Fingerprint of the text (SHA-256)",
    terms_same: "The text below has the fingerprint that is kept with the payment.",
    terms_changed: "The link or the shop's name has changed since, so the text that was shown can't be put together here any more. A copy of it can be checked against the fingerprint above.",
    terms_agreed: "This is the question by which the buyer agreed to a change of the regular purchase. A copy of its text can be checked against the fingerprint above.",
    valid_until: "Authorization good until",
    ordered: "Amount as ordered",
    refunded: "Refunded so far",
    disputed: "Disputed since",
    capture_until: "Can be captured until",
    by: |name| format!("By {name}"),
    system: "the system",
    somebody: |id| format!("user {id}"),
    act_pending: "The outcome of an operation is being checked. Until it is known, nothing else can be done.",
    act_disputed: "It is disputed, so it can't be refunded: the acquirer takes the money back by itself.",
    history: "History",
    history_behind: "The latest change appears in the history within a few seconds.",
    history_gap: |versions| {
        format!(
            "{versions} steps are not recorded. If they don't appear within seconds, tell whoever runs the service."
        )
    },
    operation: "Operation",
    happened: "What happened",
    particulars: "Particulars",
    mailed: |tidings, reader| match (tidings, reader) {
        (Tidings::Paid, Reader::Payer) => "Completion mail sent to the buyer",
        (Tidings::Paid, Reader::Shop) => "Completion mail sent to the shop",
        (Tidings::FailedAfterDoubt, Reader::Payer) => "Mail about the failure sent to the buyer",
        (Tidings::FailedAfterDoubt, Reader::Shop) => "Mail about the failure sent to the shop",
        (Tidings::Cancelled, Reader::Payer) => "Mail about the cancellation sent to the buyer",
        (Tidings::Cancelled, Reader::Shop) => "Mail about the cancellation sent to the shop",
        (Tidings::Refunded { .. }, Reader::Payer) => "Mail about the refund sent to the buyer",
        (Tidings::Refunded { .. }, Reader::Shop) => "Mail about the refund sent to the shop",
        (Tidings::LapsesSoon, Reader::Payer | Reader::Shop) => "Warning of the lapse sent to the shop",
    },
    needs_person: "A day of asking gave no answer. Look it up at the acquirer. Do not charge it again.",
    being_checked: "The outcome is being checked and will be shown here. Do not charge it again.",
};

/// The name of a form's field.
pub const fn field(lang: Lang, field: Field) -> &'static str {
    match (lang, field) {
        (Lang::Ja, Field::Order) => "伝票番号・決済番号",
        (Lang::En, Field::Order) => "Order or payment number",
        (Lang::Ja, Field::From) => "開始日",
        (Lang::En, Field::From) => "From",
        (Lang::Ja, Field::To) => "終了日",
        (Lang::En, Field::To) => "To",
        (Lang::Ja, Field::Status) => "決済結果・状態",
        (Lang::En, Field::Status) => "Result or state",
        (Lang::Ja, Field::Least) => "金額（以上）",
        (Lang::En, Field::Least) => "Amount from",
        (Lang::Ja, Field::Most) => "金額（以下）",
        (Lang::En, Field::Most) => "Amount up to",
        (Lang::Ja, Field::Mail) => "メールアドレス",
        (Lang::En, Field::Mail) => "E-mail",
        (Lang::Ja, Field::Holder) => "カード名義",
        (Lang::En, Field::Holder) => "Cardholder",
        (Lang::Ja, Field::Free) => "自由設定項目",
        (Lang::En, Field::Free) => "Free items",
        (Lang::Ja, Field::Class) => "処理区分",
        (Lang::En, Field::Class) => "Processing class",
        (Lang::Ja, Field::User) => "購入者ID",
        (Lang::En, Field::User) => "Buyer id",
    }
}

/// What is wrong with a field, and what to do.
pub const fn search_problem(lang: Lang, problem: SearchProblem) -> &'static str {
    match (lang, problem) {
        (Lang::Ja, SearchProblem::Order) => "伝票番号は英数字と「-」「_」で40文字まで入力してください。",
        (Lang::En, SearchProblem::Order) => "Enter up to 40 letters, digits, - and _.",
        (Lang::Ja, SearchProblem::Day) => "日付は 2026-11-21 のように、実在する日を入力してください。",
        (Lang::En, SearchProblem::Day) => "Enter a day that exists, as 2026-11-21.",
        (Lang::Ja, SearchProblem::DaysReversed) => "終了日が開始日より前です。開始日以降の日を入力してください。",
        (Lang::En, SearchProblem::DaysReversed) => "The last day is before the first. Enter a later one.",
        (Lang::Ja, SearchProblem::Amount) => "金額は1から9,999,999までの整数（円）で入力してください。",
        (Lang::En, SearchProblem::Amount) => "Enter whole yen from 1 to 9,999,999.",
        (Lang::Ja, SearchProblem::AmountsReversed) => {
            "上限の金額が下限より小さくなっています。下限以上の金額を入力してください。"
        }
        (Lang::En, SearchProblem::AmountsReversed) => "The greatest amount is below the least. Enter a greater one.",
        (Lang::Ja, SearchProblem::Choice) => "一覧から選んでください。",
        (Lang::En, SearchProblem::Choice) => "Choose one from the list.",
        (Lang::Ja, SearchProblem::TooLong) => "128文字までで入力してください。",
        (Lang::En, SearchProblem::TooLong) => "Enter at most 128 characters.",
    }
}

/// A state's name.
pub const fn status(lang: Lang, status: Status) -> &'static str {
    match (lang, status) {
        (Lang::Ja, Status::Running) => "処理中",
        (Lang::En, Status::Running) => "Running",
        (Lang::Ja, Status::Challenging) => "本人認証中",
        (Lang::En, Status::Challenging) => "With the issuer",
        (Lang::Ja, Status::Checking) => "結果を確認中",
        (Lang::En, Status::Checking) => "Being checked",
        (Lang::Ja, Status::Reversing) => "取り消し処理中",
        (Lang::En, Status::Reversing) => "Being undone",
        (Lang::Ja, Status::Declined) => "否決（別のカードを待っています）",
        (Lang::En, Status::Declined) => "Declined, open for another card",
        (Lang::Ja, Status::Authorized) => "与信済み（売上未確定）",
        (Lang::En, Status::Authorized) => "Authorized, not captured",
        (Lang::Ja, Status::Captured) => "売上確定",
        (Lang::En, Status::Captured) => "Captured",
        (Lang::Ja, Status::PartlyRefunded) => "一部返金済み",
        (Lang::En, Status::PartlyRefunded) => "Refunded in part",
        (Lang::Ja, Status::Refunded) => "全額返金済み",
        (Lang::En, Status::Refunded) => "Refunded",
        (Lang::Ja, Status::Disputed) => "チャージバックの申し立てあり",
        (Lang::En, Status::Disputed) => "Disputed",
        (Lang::Ja, Status::Cancelled) => "取消済み",
        (Lang::En, Status::Cancelled) => "Cancelled",
        (Lang::Ja, Status::Lapsed) => "与信の期限切れ",
        (Lang::En, Status::Lapsed) => "Authorization lapsed",
        (Lang::Ja, Status::Failed) => "不成立",
        (Lang::En, Status::Failed) => "Failed",
        (Lang::Ja, Status::Registered) => "カード登録（請求なし）",
        (Lang::En, Status::Registered) => "Card registered, not charged",
        (Lang::Ja, Status::Abandoned) => "購入者が中止",
        (Lang::En, Status::Abandoned) => "Given up by the buyer",
        (Lang::Ja, Status::NeedsPerson) => "要確認",
        (Lang::En, Status::NeedsPerson) => "Needs a person",
    }
}

/// A result's name.
pub const fn outcome(lang: Lang, outcome: Outcome) -> &'static str {
    match (lang, outcome) {
        (Lang::Ja, Outcome::Success) => "成功",
        (Lang::En, Outcome::Success) => "Success",
        (Lang::Ja, Outcome::Failure) => "失敗",
        (Lang::En, Outcome::Failure) => "Failure",
        (Lang::Ja, Outcome::Open) => "未確定",
        (Lang::En, Outcome::Open) => "Open",
    }
}

/// A payment's result, in a line with its state: a card that was registered as was wanted has not failed.
pub const fn result(lang: Lang, status: Status) -> &'static str {
    match (lang, status) {
        (Lang::Ja, Status::Registered) => "登録",
        (Lang::En, Status::Registered) => "Registered",
        (Lang::Ja | Lang::En, of) => outcome(lang, of.outcome()),
    }
}

/// What is asked of result and state.
pub const fn standing(lang: Lang, standing: Standing) -> &'static str {
    match standing {
        Standing::All(of) => outcome(lang, of),
        Standing::Only(of) | Standing::Told(of) => status(lang, of),
    }
}

/// A processing class (処理区分).
pub const fn class(lang: Lang, interface: Interface) -> &'static str {
    match (lang, interface) {
        (Lang::Ja, Interface::Link) => "リンク",
        (Lang::En, Interface::Link) => "Link",
        (Lang::Ja, Interface::DataLinkage) => "データ連携",
        (Lang::En, Interface::DataLinkage) => "Data linkage",
        (Lang::Ja, Interface::Batch) => "一括",
        (Lang::En, Interface::Batch) => "Batch",
        (Lang::Ja, Interface::Continuation) => "継続",
        (Lang::En, Interface::Continuation) => "Continuation",
        (Lang::Ja, Interface::Single) => "個別",
        (Lang::En, Interface::Single) => "Single charge",
        (Lang::Ja, Interface::Regular) => "定期",
        (Lang::En, Interface::Regular) => "Regular purchase",
        (Lang::Ja, Interface::CardRegistration) => "カード登録",
        (Lang::En, Interface::CardRegistration) => "Card registration",
    }
}

/// Why it came to nothing.
pub const fn failure(lang: Lang, failure: Failure) -> &'static str {
    match (lang, failure) {
        (Lang::Ja, Failure::AttemptsUsedUp) => "試せる回数のカードがすべて否決されました",
        (Lang::En, Failure::AttemptsUsedUp) => "Every allowed card was declined",
        (Lang::Ja, Failure::Quiet) => "否決のあと、30分間次の試行がありませんでした",
        (Lang::En, Failure::Quiet) => "Declined, and nobody tried again for 30 minutes",
        (Lang::Ja, Failure::NotFound) => "決済会社に届いていませんでした",
        (Lang::En, Failure::NotFound) => "The acquirer never had it",
        (Lang::Ja, Failure::Reversed) => "決済会社で取り消されました",
        (Lang::En, Failure::Reversed) => "Reversed at the acquirer",
        (Lang::Ja, Failure::AmountMismatch) => "承認された金額が違ったため取り消しました",
        (Lang::En, Failure::AmountMismatch) => "Approved for another amount, so it was reversed",
        (Lang::Ja, Failure::NotAuthenticated) => "本人認証なしに承認されたため取り消しました",
        (Lang::En, Failure::NotAuthenticated) => "Approved without authentication, so it was reversed",
        (Lang::Ja, Failure::ChallengeExpired) => "本人認証が時間内に終わりませんでした",
        (Lang::En, Failure::ChallengeExpired) => "The issuer's challenge was not answered in time",
        (Lang::Ja, Failure::ChallengeCancelled) => "購入者が本人認証を中止しました",
        (Lang::En, Failure::ChallengeCancelled) => "The buyer turned away from the issuer's challenge",
        (Lang::Ja, Failure::Registered) => "カードを登録し、確認の1円を取り消しました",
        (Lang::En, Failure::Registered) => "The card was registered, and the one yen reversed",
    }
}

/// Why a card was declined, for the shop's own people; never for the buyer.
pub const fn declined(lang: Lang, code: DeclineCode) -> &'static str {
    match (lang, code) {
        (Lang::Ja, DeclineCode::GenericDecline) => "カード会社が承認しませんでした",
        (Lang::En, DeclineCode::GenericDecline) => "Not approved by the issuer",
        (Lang::Ja, DeclineCode::DoNotHonor) => "カード会社が取り扱いを認めませんでした",
        (Lang::En, DeclineCode::DoNotHonor) => "Do not honor",
        (Lang::Ja, DeclineCode::InsufficientFunds) => "利用可能額の不足",
        (Lang::En, DeclineCode::InsufficientFunds) => "Insufficient funds",
        (Lang::Ja, DeclineCode::LostCard) => "紛失の届け出があるカード",
        (Lang::En, DeclineCode::LostCard) => "Lost card",
        (Lang::Ja, DeclineCode::StolenCard) => "盗難の届け出があるカード",
        (Lang::En, DeclineCode::StolenCard) => "Stolen card",
        (Lang::Ja, DeclineCode::PickupCard) => "使用停止のカード",
        (Lang::En, DeclineCode::PickupCard) => "Card to be picked up",
        (Lang::Ja, DeclineCode::ExpiredCard) => "有効期限切れ",
        (Lang::En, DeclineCode::ExpiredCard) => "Expired card",
        (Lang::Ja, DeclineCode::IncorrectCvc) => "セキュリティコードの誤り",
        (Lang::En, DeclineCode::IncorrectCvc) => "Incorrect security code",
        (Lang::Ja, DeclineCode::IncorrectNumber) => "カード番号の誤り",
        (Lang::En, DeclineCode::IncorrectNumber) => "Incorrect number",
        (Lang::Ja, DeclineCode::CardMissing) => "請求できる保存済みのカードがありません",
        (Lang::En, DeclineCode::CardMissing) => "No stored card that may be charged",
        (Lang::Ja, DeclineCode::ProcessingError) => "決済会社の処理エラー",
        (Lang::En, DeclineCode::ProcessingError) => "Processing error at the acquirer",
        (Lang::Ja, DeclineCode::IssuerNotAvailable) => "カード会社に接続できませんでした",
        (Lang::En, DeclineCode::IssuerNotAvailable) => "Issuer not available",
        (Lang::Ja, DeclineCode::CardVelocityExceeded) => "カードの利用回数・金額の上限超過",
        (Lang::En, DeclineCode::CardVelocityExceeded) => "Card used too often or for too much",
        (Lang::Ja, DeclineCode::CardNotSupported) => "取り扱えないカード",
        (Lang::En, DeclineCode::CardNotSupported) => "Card not supported",
        (Lang::Ja, DeclineCode::CurrencyNotSupported) => "円での支払いに使えないカード",
        (Lang::En, DeclineCode::CurrencyNotSupported) => "Card can't pay in yen",
        (Lang::Ja, DeclineCode::TransactionNotAllowed) => "この取引に使えないカード",
        (Lang::En, DeclineCode::TransactionNotAllowed) => "Transaction not allowed",
        (Lang::Ja, DeclineCode::AuthenticationRequired) => "本人認証が成立しませんでした",
        (Lang::En, DeclineCode::AuthenticationRequired) => "Not authenticated",
        (Lang::Ja, DeclineCode::Fraudulent) => "不正利用の疑い",
        (Lang::En, DeclineCode::Fraudulent) => "Suspected fraud",
        (Lang::Ja, DeclineCode::RevocationOfAuthorization) => "カード会員が支払いの停止を申し出ています",
        (Lang::En, DeclineCode::RevocationOfAuthorization) => "The cardholder revoked the authorization",
        (Lang::Ja, DeclineCode::DoNotTryAgain) => "同じカードでの再試行はできません",
        (Lang::En, DeclineCode::DoNotTryAgain) => "Do not try this card again",
        (Lang::Ja, DeclineCode::TryAgainLater) => "時間をおいて再試行が必要",
        (Lang::En, DeclineCode::TryAgainLater) => "Try again later",
    }
}

/// transStatus in words.
const fn authenticated(lang: Lang, status: TransStatus) -> &'static str {
    match (lang, status) {
        (Lang::Ja, TransStatus::Y) => "認証成功 Y",
        (Lang::En, TransStatus::Y) => "Authenticated, Y",
        (Lang::Ja, TransStatus::A) => "認証の試行を確認 A",
        (Lang::En, TransStatus::A) => "Attempted, A",
        (Lang::Ja, TransStatus::N) => "認証不成立 N",
        (Lang::En, TransStatus::N) => "Not authenticated, N",
        (Lang::Ja, TransStatus::R) => "カード会社が拒否 R",
        (Lang::En, TransStatus::R) => "Rejected by the issuer, R",
        (Lang::Ja, TransStatus::U) => "認証できず U",
        (Lang::En, TransStatus::U) => "Could not be performed, U",
        (Lang::Ja, TransStatus::I) => "情報のみ I",
        (Lang::En, TransStatus::I) => "Information only, I",
        (Lang::Ja, TransStatus::C) => "追加認証が必要 C",
        (Lang::En, TransStatus::C) => "Challenge needed, C",
        (Lang::Ja, TransStatus::D) => "別経路の認証が必要 D",
        (Lang::En, TransStatus::D) => "Decoupled challenge needed, D",
    }
}

const fn with(lang: Lang, flow: Flow) -> &'static str {
    match (lang, flow) {
        (Lang::Ja, Flow::Frictionless) => "追加認証なし",
        (Lang::En, Flow::Frictionless) => "without a challenge",
        (Lang::Ja, Flow::Challenge) => "追加認証あり",
        (Lang::En, Flow::Challenge) => "with a challenge",
    }
}

/// An operation and how far it had come.
pub const fn act(lang: Lang, kind: OperationKind, progress: Progress) -> (&'static str, &'static str) {
    let kind = match (lang, kind) {
        (Lang::Ja, OperationKind::Capture) => "売上確定",
        (Lang::En, OperationKind::Capture) => "Capture",
        (Lang::Ja, OperationKind::Cancel) => "取り消し",
        (Lang::En, OperationKind::Cancel) => "Cancellation",
        (Lang::Ja, OperationKind::Adjust) => "金額変更",
        (Lang::En, OperationKind::Adjust) => "Change of amount",
        (Lang::Ja, OperationKind::Refund) => "返金",
        (Lang::En, OperationKind::Refund) => "Refund",
    };
    let progress = match (lang, progress) {
        (Lang::Ja, Progress::Running) => "開始",
        (Lang::En, Progress::Running) => "started",
        (Lang::Ja, Progress::Checking) => "結果を確認中",
        (Lang::En, Progress::Checking) => "being checked",
        (Lang::Ja, Progress::Withdrawing) => "取り下げ中",
        (Lang::En, Progress::Withdrawing) => "being withdrawn",
        (Lang::Ja, Progress::Done) => "完了",
        (Lang::En, Progress::Done) => "done",
        (Lang::Ja, Progress::Refused) => "決済会社が拒否",
        (Lang::En, Progress::Refused) => "refused by the acquirer",
        (Lang::Ja, Progress::NotSupported) => "決済会社が対応していません",
        (Lang::En, Progress::NotSupported) => "not supported by the acquirer",
        (Lang::Ja, Progress::GivenUp) => "実行されませんでした",
        (Lang::En, Progress::GivenUp) => "did not happen",
    };
    (kind, progress)
}

/// An amount of yen that may be a sum: `¥1,234,567,890`, `-¥500`.
pub fn sum_figure(yen: i64) -> String {
    let digits = yen.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{}¥{text}", if yen < 0 { "-" } else { "" })
}

/// A single payment's amount, as the tables show it.
pub fn figure(amount: Yen) -> String {
    sum_figure(i64::from(amount.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_grouped() {
        for (yen, text) in [(0, "¥0"), (999, "¥999"), (1_234_567_890, "¥1,234,567,890"), (-1_000, "-¥1,000")] {
            assert_eq!(sum_figure(yen), text);
        }
    }
}
