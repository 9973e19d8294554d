//! In Japanese.

use domain::{
    Lang,
    recurring::plan::{Held, ReminderKind},
};

use super::{Act, ActText, ChangeProblem, RecurringWords};
use crate::format::money;

pub(super) const WORDS: RecurringWords = RecurringWords {
    title: "定期購入",
    lead: "購入者ごとの定期購入の一覧です。決済日になると、保存したカードで自動的に請求します。",
    offers: "定期購入の商品",
    search: "検索",
    search_hint: "氏名、メールアドレス、購入者ID、伝票番号、商品名、カードの下4桁、定期購入の番号",
    state: "状態",
    any_state: "すべて",
    find: "検索する",
    clear: "条件を消す",
    caption: "定期購入の一覧（申し込みの新しい順）",
    buyer: "購入者",
    item: "商品・サービス",
    amount: "金額",
    cycle: "周期",
    next: "次回の決済日",
    joined: "申込日",
    as_of: |time| format!("{time} 時点。変更の反映に数秒かかることがあります。"),
    empty: (
        "定期購入はまだありません",
        "「定期購入の商品」で商品を登録し、お店の申込フォームから申し込みを受け付けてください。",
    ),
    none_fits: ("条件に合う定期購入はありません", "条件を変えて検索してください。"),
    looked: |back_to| format!("{back_to} までの申し込みを調べました。"),
    newest: "最新の申し込みへ",
    older: "さらに古い申し込み",
    look_further: "さらに古い申し込みを調べる",
    download: "この一覧をCSVでダウンロードする",
    download_hint: |most| format!("UTF-8のCSVです。{most}件まで出力できます。"),
    too_many: |most| format!("{most}件を超えるため、ダウンロードできません。条件で絞り込んでください。"),
    columns: [
        "定期購入の番号",
        "状態",
        "氏名",
        "メールアドレス",
        "購入者ID",
        "商品・サービス",
        "金額",
        "周期（か月）",
        "次回の予定日",
        "次回の決済日",
        "申込日",
        "初回の伝票番号",
    ],
    detail: |id| format!("定期購入 {id}"),
    back: "定期購入の一覧へ",
    acts: "操作",
    only_operators: "操作は、担当者以上の権限の人ができます。",
    no_acts: "終了した定期購入にできる操作はありません。",
    comes_next: "次回の予定",
    since: "今の状態になった日時",
    period: "次の回",
    period_of: |period| format!("{period}回目"),
    times_of: |period, times| format!("{period}回目（全{times}回）"),
    nominal: "予定日",
    run_day: "決済日",
    overdue: "決済日（過ぎています）",
    next_to_come: "その後に来る決済日",
    overdue_since: |day| format!("{day} から未決済"),
    will_cost: "金額",
    tries: "これまでの試行",
    times_tried: |tries| format!("{tries}回"),
    declined_because: "前回の結果",
    tried_again: "次の再試行",
    last_try: |at| format!("{at}（最後の再試行）"),
    reminder: "事前のお知らせメール",
    reminder_on: |kind, day| {
        let what = match kind {
            ReminderKind::TrialEnds => "お試し期間の終わり",
            ReminderKind::PriceChanges => "金額の変更",
            ReminderKind::Billing => "次回の決済",
        };
        format!("{what}のお知らせを {day} 以降に送ります")
    },
    following: "その後の決済日",
    scheduled: "決まっている変更",
    rate_from: |rate, day| format!("{day} の回から {rate}"),
    proposal: "購入者に提案中の変更",
    proposal_waits: |rate| format!("{rate}（購入者の同意を待っています。同意までは今の金額のままです）"),
    agreed: "申し込みの内容",
    rate: "金額と周期",
    rate_of: |amount, cycle| format!("{cycle} {amount}"),
    day: "決済日",
    day_of: |day| match day.day() {
        31 => "毎月末日（土日祝日のときは翌営業日）".to_owned(),
        day => format!("{day}日（土日祝日のときは翌営業日）"),
    },
    offer: "定期購入の商品",
    offer_version: |offer, version| format!("{offer}（第{version}版）"),
    times: "回数",
    so_many_times: |times| format!("{times}回（初回を含みます）"),
    open_ended: "終了するまで続きます",
    trial_until: "お試し期間の最終日",
    first_order: "初回の伝票番号",
    shown_at: "最終確認画面を表示した日時",
    shown_version: "最終確認画面の版",
    shown_hash: "最終確認画面の文面のハッシュ値（SHA-256）",
    name: "氏名",
    mail: "メールアドレス",
    user: "購入者ID",
    lang: "メールの言語",
    languages: ["日本語", "英語"],
    number: "定期購入の番号",
    card: "カード",
    expiry: "有効期限",
    no_card: "保存されたカードがありません。購入者に、メールのリンクからカードを登録していただいてください。",
    above_bound: |most| {
        format!("この回の金額は、運営者が定めた1件の上限（{most}）を超えています。運営者にお問い合わせください。")
    },
    card_ends: "次回の決済日より前に有効期限が切れます。",
    history: "決済の履歴",
    period_column: "回",
    charged_at: "日時",
    order: "伝票番号",
    not_charged: "請求していません",
    earlier: "さらに前の回",
    latest: "最新の回へ",
    mails: "メールの履歴",
    mailed_at: "日時",
    mail_what: "メール",
    no_mails: "この定期購入について送信したメールはまだありません。",
    mails_hint: "400日前までのメールです。決済ごとのお支払い完了メールは、それぞれの決済の画面の履歴に表示されます。",
    moved_on: "別の操作か自動の処理が先に行われたため、実行しませんでした。今の状態をご確認のうえ、必要ならもう一度操作してください。",
    act,
    done: |act| match act {
        Act::Charge => "決済を指示しました。数秒から数分で結果が履歴に表示されます。",
        Act::Skip => "この回は請求しません。次回の予定をご確認ください。",
        Act::Pause => "停止しました。再開するまで請求しません。",
        Act::Resume => "再開しました。次回の予定をご確認ください。",
        Act::Change => "変更しました。購入者にメールでお知らせします。",
        Act::Propose => "購入者に、変更の同意をお願いするメールを送ります。同意までは今のままです。",
        Act::Withdraw => "変更の提案を取り下げました。",
        Act::Move => "決済日を変更しました。",
        Act::End => "終了しました。今後は請求しません。",
    },
    keep: "やめる",
    goes_on: |day, money| format!("次回は {day} に{money}を請求します。"),
    leaves_out: |days, day, money| {
        format!("{days} の決済を見送ります。次回は {day} に{money}を請求します。購入者にはメールでお知らせします。")
    },
    lets_go: "停止している間に決済日を迎えた回は、請求しません。",
    will_charge: |money, card| format!("{card} に{money}を請求します。"),
    held: |held| match held {
        Held::Open => {
            "この回の決済は結果を確認中です。結果が分かるまで、決済・見送り・再開はできません。確認は自動で進みます。しばらくしてからもう一度お試しください。"
        }
        Held::Paid => "この回の決済は完了しています。まもなく次の回に進みます。画面を読み込み直してください。",
        Held::BeingCharged => {
            "この回の決済が今まさに行われている可能性があります。数分後に結果を確認してから、もう一度お試しください。"
        }
    },
    not_now: "今は決済できません",
    limit_until: |at| {
        format!(
            "カードネットワークの規則により、このカードは {at} まで再試行できません。自動の再試行もそれ以降に行います。"
        )
    },
    limit_never: "カード会社の回答により、このカードには今後請求できません。購入者に別のカードを登録していただいてください。",
    limit_revoked: "カード会員が、カード会社に支払いの停止を申し出ています。このカードには請求できません。",
    to_payment: "この回の決済を見る",
    to_plan: "定期購入を見る",
    new_amount: "1回の金額",
    new_amount_hint: |most| format!("税込。1円から{most}まで"),
    new_cycle: "周期",
    new_day: "決済日（1から31）",
    new_day_hint: "その日がない月は、月の最終日になります。土日祝日のときは翌営業日です。",
    check: "確認画面へ",
    problem: |problem| match problem {
        ChangeProblem::AmountMissing => "金額を入力してください。".to_owned(),
        ChangeProblem::AmountMalformed => "金額は数字で入力してください。".to_owned(),
        ChangeProblem::AmountRange(most) => format!("金額は1円から{}までにしてください。", money(Lang::Ja, most)),
        ChangeProblem::Cycle => "周期を選んでください。".to_owned(),
        ChangeProblem::Day => "決済日は1から31の数字で入力してください。".to_owned(),
        ChangeProblem::Same => "今と同じ内容です。".to_owned(),
        ChangeProblem::Begun => {
            "次の回の決済日を迎えているため、今は変更できません。次の回が終わってから変更してください。".to_owned()
        }
    },
    from_to: |before, after| format!("{before} から {after} に変更します。"),
    holds_from: |day| format!("{day} の回から新しい金額になります。購入者にはメールでお知らせします。"),
    asks_buyer: |mail| {
        format!(
            "金額が上がる（または周期が短くなる）変更のため、購入者の同意が必要です。{mail} に、同意のためのリンクをメールで送ります。購入者が3-Dセキュアで同意するまで、今の金額のままです。"
        )
    },
    moves_to: |day, money| format!("次回は {day} に{money}を請求します。予定より早く請求することはありません。"),
};

const fn act(act: Act) -> ActText {
    match act {
        Act::Charge => ActText {
            link: "今すぐ決済する",
            title: "この回を今すぐ決済しますか",
            means: &[
                "1回だけ、保存したカードに請求します。",
                "カードネットワークの回数や期間の制限は、この操作でも守られます。制限に当たる場合は請求されません。",
            ],
            button: "決済する",
        },
        Act::Skip => ActText {
            link: "この回を見送る",
            title: "この回を請求せずに見送りますか",
            means: &[
                "この回は請求しません。あとから請求することはできません。",
                "回数が決まっている場合、この回は数えません。",
            ],
            button: "見送る",
        },
        Act::Pause => ActText {
            link: "停止する",
            title: "停止しますか",
            means: &["再開するまで請求しません。", "購入者に、停止をメールでお知らせします。"],
            button: "停止する",
        },
        Act::Resume => ActText {
            link: "再開する",
            title: "再開しますか",
            means: &["購入者に、再開をメールでお知らせします。"],
            button: "再開する",
        },
        Act::Change | Act::Propose => ActText {
            link: "金額・周期を変更する",
            title: "金額・周期の変更",
            means: &[
                "金額を下げる、または周期を長くする変更は、次の回から行えます。",
                "金額を上げる、または周期を短くする変更は、購入者が同意してから有効になります。",
            ],
            button: match act {
                Act::Propose => "購入者に同意を求める",
                Act::Charge
                | Act::Skip
                | Act::Pause
                | Act::Resume
                | Act::Change
                | Act::Withdraw
                | Act::Move
                | Act::End => "変更する",
            },
        },
        Act::Withdraw => ActText {
            link: "提案を取り下げる",
            title: "変更の提案を取り下げますか",
            means: &["購入者に送ったリンクでは、同意できなくなります。金額と周期は今のままです。"],
            button: "取り下げる",
        },
        Act::Move => ActText {
            link: "決済日を変更する",
            title: "決済日の変更",
            means: &[
                "次の回から、毎回の決済日を変更します。予定より早く請求することはありません。",
                "購入者に、新しい決済日をメールでお知らせします。",
            ],
            button: "決済日を変更する",
        },
        Act::End => ActText {
            link: "終了する",
            title: "終了しますか",
            means: &["今後は請求しません。元には戻せません。", "購入者に、終了をメールでお知らせします。"],
            button: "終了する",
        },
    }
}
