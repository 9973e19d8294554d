//! In Japanese.

use domain::{
    Lang,
    recurring::offer::{Times, TrialDays},
};

use super::{OfferProblem, OffersWords};
use crate::format::money;

pub(super) const WORDS: OffersWords = OffersWords {
    title: "定期購入の商品",
    lead: "定期購入として申し込みを受け付ける商品です。金額や条件を変えると新しい版になり、すでに申し込んだ購入者の内容は変わりません。",
    new: "商品を登録する",
    caption: "定期購入の商品の一覧",
    empty: ("定期購入の商品はまだありません", "「商品を登録する」から、金額・周期・条件を決めて登録してください。"),
    id: "商品の識別名",
    item: "商品・サービス",
    first: "初回の金額",
    free: "無料（カードの登録のみ）",
    amount: "2回目以降の金額",
    cycle: "周期",
    state: "状態",
    open: "受付中",
    withdrawn: "受付終了",
    kind: "regular_kind",
    no_kind: "未設定",
    send: "お店のフォームから送る内容",
    send_lead: "申込フォームから、次の項目を送信してください。金額（amount）は初回の金額、初回が無料のときは2回目以降の金額です。",
    to_settings: "設定で regular_kind の番号を割り当てる",
    detail: |item| format!("定期購入の商品：{item}"),
    back: "定期購入の商品の一覧へ",
    plans: "定期購入の一覧へ",
    version: "版",
    version_of: |version, made| format!("第{version}版（{made}）"),
    withdrawn_at: "受付を終了した日時",
    change: "内容を変更する",
    withdraw: "受付を終了する",
    withdraw_title: "受付を終了しますか",
    withdraw_means: &[
        "新しい申し込みを受け付けなくなります。",
        "すでに申し込んだ購入者の定期購入は、そのまま続きます。",
        "内容を変更して新しい版を登録すると、受付を再開できます。",
    ],
    withdraw_button: "受付を終了する",
    keep: "やめる",
    new_title: "商品を登録する",
    change_title: "商品の内容を変更する",
    change_lead: "新しい版として登録します。すでに申し込んだ購入者の金額や条件は変わりません。購入者ごとの変更は、それぞれの定期購入の画面で行ってください。",
    id_hint: "半角の英数字、ハイフン、下線で32文字まで。あとから変更できません。例: coffee-200g",
    item_hint: "購入者に表示する名前です。例: コーヒー豆 200g",
    first_legend: "初回にかかる金額",
    first_charged: "金額を指定する",
    first_free: "無料（カードの登録のみ）",
    first_amount: "初回の金額",
    each_amount: "2回目以降の1回の金額",
    amount_hint: |most| format!("税込。1円から{most}まで"),
    trial: "お試し期間（日数）",
    trial_hint: |most| {
        format!("申込日を1日目と数えます。1日から{most}日まで。期間が終わったあとの最初の決済日に、2回目を請求します。")
    },
    times: "回数",
    times_hint: |most| format!("初回を含む回数です。2回から{most}回まで。空欄なら、終了するまで続きます。"),
    optional: "（任意）",
    terms: "最終確認画面に表示する内容",
    terms_lead: "特定商取引法第12条の6により、申し込みの最終確認画面に表示します。",
    term: [
        ("分量", "例: 毎回1袋（200g）"),
        ("金額に含まれるもの・送料など", "例: 送料・消費税を含みます"),
        ("支払時期", "例: 初回は申込時、2回目以降は毎月27日"),
        ("引渡・提供の時期", "例: 毎月のお支払いから5営業日以内に発送"),
        ("解約・返品", "例: 次回の決済日の前日まで、メールのリンクからいつでも解約できます。返品は到着後8日以内"),
    ],
    preview: "確認画面へ",
    preview_title: "この内容で登録しますか",
    preview_lead: "今日申し込んだ場合に、最終確認画面に表示される内容です。",
    shown: "購入者に表示される主な内容",
    make: "登録する",
    mend: "入力に戻る",
    done: ["商品を登録しました。", "新しい版を登録しました。これからの申し込みに使われます。", "受付を終了しました。"],
    moved_on: "別の人が先に変更したため、実行しませんでした。今の内容をご確認ください。",
    problem: |problem| {
        let named = |name: &'static str| field(name);
        match problem {
            OfferProblem::Missing(name) => format!("{}を入力してください。", named(name)),
            OfferProblem::IdMalformed => {
                "商品の識別名は、半角の英数字、ハイフン、下線で1から32文字にしてください。".to_owned()
            }
            OfferProblem::IdTaken => "この識別名の商品がすでにあります。別の識別名にしてください。".to_owned(),
            OfferProblem::AmountMalformed(name) => format!("{}は数字で入力してください。", named(name)),
            OfferProblem::AmountRange(name, most) => {
                format!("{}は1円から{}までにしてください。", named(name), money(Lang::Ja, *most))
            }
            OfferProblem::Cycle => "周期を選んでください。".to_owned(),
            OfferProblem::Trial => format!("お試し期間は1から{}までの数字にしてください。", TrialDays::MAX),
            OfferProblem::Times => format!("回数は2から{}までの数字にしてください。", Times::MAX),
            OfferProblem::TooLong(name) => format!("{}が長すぎます。", named(name)),
            OfferProblem::Character(name) => format!("{}に、目に見えない文字が入っています。", named(name)),
            OfferProblem::CardNumber(name) => format!("{}にカード番号は入れられません。", named(name)),
        }
    },
    field,
    kept_hint: "以前の版は、その版で申し込んだ購入者のために残ります。",
};

fn field(name: &'static str) -> &'static str {
    match name {
        "id" => "商品の識別名",
        "item" => "商品・サービス",
        "first_amount" => "初回の金額",
        "amount" => "2回目以降の1回の金額",
        "cycle" => "周期",
        "quantity" => "分量",
        "shipping" => "金額に含まれるもの・送料など",
        "payment_time" => "支払時期",
        "delivery" => "引渡・提供の時期",
        "withdrawal" => "解約・返品",
        _ => "項目",
    }
}
