//! Why a setting can't be made, and what would be right.

use domain::{
    Lang,
    handover::AddressError,
    merchant::ImageError,
    request::NameMapError,
    settings::{SettingError, SettingProblem},
};

use super::{choice, setting_name};
use crate::format::money;

/// What is wrong with a setting and what to do, in a sentence or two. The setting's name stands before it.
pub fn setting_error(lang: Lang, error: &SettingError) -> String {
    let joint = match lang {
        Lang::Ja => "：",
        Lang::En => ": ",
    };
    format!("{}{joint}{}", setting_name(lang, &error.key), setting_problem(lang, error))
}

/// The same without the setting's name, to stand at its field.
pub fn setting_problem(lang: Lang, error: &SettingError) -> String {
    match lang {
        Lang::Ja => ja(error),
        Lang::En => en(error),
    }
}

fn ja(error: &SettingError) -> String {
    let plain = match &error.problem {
        SettingProblem::Shape => "「名前=値」の形で指定してください。",
        SettingProblem::Unknown => "この設定はありません。",
        SettingProblem::OperatorsOnly => "この設定は運営者だけが変更できます。",
        SettingProblem::Choice(names) => {
            let names: Vec<_> = names.iter().map(|name| choice(Lang::Ja, &error.key, name)).collect();
            return format!("次のいずれかを選んでください：{}", names.join("、"));
        }
        SettingProblem::Number { least, most } => {
            return format!("{least}から{most}までの数字（半角）で入力してください。");
        }
        SettingProblem::Length { least: 0, most } => return format!("{most}文字以内で入力してください。"),
        SettingProblem::Length { least, most } => {
            return format!("{least}文字以上、{most}文字以内で入力してください。");
        }
        SettingProblem::Control => "改行や制御文字、文字の向きを変える文字は使えません。取り除いてください。",
        SettingProblem::Destination => "送信方法（GETまたはPOST）と、https:// で始まるURLを指定してください。",
        SettingProblem::Address(address) => address_ja(*address),
        SettingProblem::MailAddress => "メールアドレスの形になっていません。1件だけ入力してください。",
        SettingProblem::OfferName => {
            "定期購入の商品の短い名前（半角英数字、ハイフン、下線で32文字まで）を入力してください。"
        }
        SettingProblem::Registration => "Tと半角数字13桁で入力してください。",
        SettingProblem::Colour => "#1a5fb4 のように、#と16進数6桁で入力してください。",
        SettingProblem::UnknownPlaceholder(name) => {
            return format!(
                "差し込み項目「{{{name}}}」はありません。使えるのは {{order}} {{amount}} {{name}} {{date}} {{item}} {{shop}} です。"
            );
        }
        SettingProblem::OpenBrace => "「{」が閉じられていません。差し込み項目は {order} のように書いてください。",
        SettingProblem::Names(names) => return names_ja(names),
        SettingProblem::NeedsSecret => "先に「キー作成用パスワード」または「署名の鍵」を作成してください。",
        SettingProblem::NeedsSigSecret => "先に「署名の鍵」を作成してください。",
        SettingProblem::NoSecretBefore => "終了させる以前のものはありません。",
        SettingProblem::KeyPassword => "半角の英字・数字・記号で16文字以上、32文字以内にしてください。",
        SettingProblem::SigSecret => "16進数64桁で指定してください。",
        SettingProblem::Random => "乱数を作れませんでした。もう一度お試しください。",
        SettingProblem::HtmlTooLong => {
            return format!(
                "HTMLが長すぎます。整えた後の大きさを{}バイト以内にしてください。",
                SettingProblem::HTML_BYTES
            );
        }
        SettingProblem::HtmlControl => "見えない文字や文字の向きを変える文字が含まれています。取り除いてください。",
        SettingProblem::Image(image) => match image {
            ImageError::Empty => "画像ファイルを選んでください。",
            ImageError::TooLarge => "画像は100KB以内にしてください。",
            ImageError::Kind => {
                "PNG、JPEG、GIF、WebPのいずれかの画像を選んでください。ファイル名ではなく中身で判定しています。"
            }
        },
        SettingProblem::FloorAmount(most) => {
            return format!("運営者が認めている上限は{}です。", money(Lang::Ja, *most));
        }
        SettingProblem::FloorChoice => "この選択は運営者が認めていません。",
        SettingProblem::FloorGuard(most) => return format!("運営者が認めている上限は{most}です。"),
    };
    plain.to_owned()
}

/// What is wrong with an address, in a sentence.
pub const fn address_problem(lang: Lang, error: AddressError) -> &'static str {
    match lang {
        Lang::Ja => address_ja(error),
        Lang::En => address_en(error),
    }
}

const fn address_ja(error: AddressError) -> &'static str {
    match error {
        AddressError::TooLong => "URLが長すぎます（2,000文字まで）。",
        AddressError::Characters => {
            "URLに使えない文字があります。日本語や空白は %E5%B1%B1 のように符号化してください。"
        }
        AddressError::NotHttps => "https:// で始まるURLを入力してください。",
        AddressError::Userinfo => "URLにユーザー名（@より前）を含めることはできません。",
        AddressError::Fragment => "URLに # を含めることはできません。",
        AddressError::Host => "URLのホスト名またはポート番号が正しくありません。",
        AddressError::Collision => {
            "URLのパラメータ名が、当サービスがお渡しする項目名と重なっています。別の名前にしてください。"
        }
        AddressError::Undecodable => "URLのパラメータが、設定されている文字コードで読めません。",
    }
}

fn names_ja(error: &NameMapError) -> String {
    match error {
        NameMapError::FixedDialect => "項目名を変えられるのは24方式だけです。".to_owned(),
        NameMapError::Unknown(name) => format!("「{name}」という項目はありません。"),
        NameMapError::Malformed(name) => {
            format!("「{name}」の名前には、半角の英数字と _ . - を40文字まで使えます。")
        }
        NameMapError::Shared(name) => format!("「{name}」が2つの項目の名前になっています。"),
    }
}

fn en(error: &SettingError) -> String {
    let plain = match &error.problem {
        SettingProblem::Shape => "write it as key=value",
        SettingProblem::Unknown => "there is no such setting",
        SettingProblem::OperatorsOnly => "only the operator changes this",
        SettingProblem::Choice(names) => {
            let names: Vec<_> = names.iter().map(|name| choice(Lang::En, &error.key, name)).collect();
            return format!("choose one of: {}", names.join(", "));
        }
        SettingProblem::Number { least, most } => return format!("enter a number from {least} to {most}, digits only"),
        SettingProblem::Length { least: 0, most } => return format!("use {most} characters at most"),
        SettingProblem::Length { least, most } => return format!("use {least} to {most} characters"),
        SettingProblem::Control => {
            "line breaks, control characters and characters that turn the writing round can't be used; take them out"
        }
        SettingProblem::Destination => "choose GET or POST and enter an address that begins with https://",
        SettingProblem::Address(address) => address_en(*address),
        SettingProblem::MailAddress => "this is not an email address; enter exactly one",
        SettingProblem::OfferName => "enter an offer's short name: letters, digits, “-” and “_”, 32 at most",
        SettingProblem::Registration => "enter T and 13 digits",
        SettingProblem::Colour => "enter # and six hex digits, such as #1a5fb4",
        SettingProblem::UnknownPlaceholder(name) => {
            return format!(
                "there is no placeholder {{{name}}}; there are {{order}} {{amount}} {{name}} {{date}} {{item}} {{shop}}"
            );
        }
        SettingProblem::OpenBrace => "a { is not closed; write placeholders as {order}",
        SettingProblem::Names(names) => return names_en(names),
        SettingProblem::NeedsSecret => "make a key password or a signature secret first",
        SettingProblem::NeedsSigSecret => "make a signature secret first",
        SettingProblem::NoSecretBefore => "there is no earlier one to end",
        SettingProblem::KeyPassword => "use 16 to 32 ASCII letters, digits and symbols",
        SettingProblem::SigSecret => "use 64 hex digits",
        SettingProblem::Random => "no random bytes could be drawn; try again",
        SettingProblem::HtmlTooLong => {
            return format!("the HTML is too long; keep it to {} bytes after tidying", SettingProblem::HTML_BYTES);
        }
        SettingProblem::HtmlControl => {
            "it has characters that can't be seen or that turn the writing round; take them out"
        }
        SettingProblem::Image(image) => match image {
            ImageError::Empty => "choose an image file",
            ImageError::TooLarge => "the image may have 100 KB at most",
            ImageError::Kind => "choose a PNG, JPEG, GIF or WebP image; the content counts, not the name",
        },
        SettingProblem::FloorAmount(most) => {
            return format!("the operator allows {} at most", money(Lang::En, *most));
        }
        SettingProblem::FloorChoice => "the operator does not allow this choice",
        SettingProblem::FloorGuard(most) => return format!("the operator allows {most} at most"),
    };
    plain.to_owned()
}

const fn address_en(error: AddressError) -> &'static str {
    match error {
        AddressError::TooLong => "the address is too long (2,000 characters at most)",
        AddressError::Characters => "the address has characters that must be percent-encoded, or a broken escape",
        AddressError::NotHttps => "enter an address that begins with https://",
        AddressError::Userinfo => "an address may not have a user name in it (before an @)",
        AddressError::Fragment => "an address may not have a # in it",
        AddressError::Host => "the host or port of the address is malformed",
        AddressError::Collision => "its query has a name that we hand over ourselves; use another name",
        AddressError::Undecodable => "its query is not text in the encoding that is set",
    }
}

fn names_en(error: &NameMapError) -> String {
    match error {
        NameMapError::FixedDialect => "only the 24 dialect renames parameters".to_owned(),
        NameMapError::Unknown(name) => format!("there is no parameter {name}"),
        NameMapError::Malformed(name) => format!("the name for {name} may have up to 40 of A-Z a-z 0-9 _ . -"),
        NameMapError::Shared(name) => format!("{name} would name two parameters"),
    }
}
