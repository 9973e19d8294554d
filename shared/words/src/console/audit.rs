//! What somebody did, as the audit log says it.

mod of_batches;
mod of_endpoints;
mod of_money;
mod of_plans;

use domain::{Lang, account::Role, api::Scope, audit::Action, mail_return::MailAbout, settings::Change};

use super::settings::{choice, setting_name};

/// An action in one sentence. People appear by their ids; whoever shows it puts the names in.
pub fn audit(lang: Lang, action: &Action) -> String {
    match (lang, action) {
        (Lang::Ja, Action::SignedIn) => "サインインしました".to_owned(),
        (Lang::En, Action::SignedIn) => "Signed in".to_owned(),
        (Lang::Ja, Action::SignedOut) => "サインアウトしました".to_owned(),
        (Lang::En, Action::SignedOut) => "Signed out".to_owned(),
        (Lang::Ja, Action::SignedInByRecoveryCode { left }) => {
            format!("回復コードでサインインしました（残り{left}個）")
        }
        (Lang::En, Action::SignedInByRecoveryCode { left }) => format!("Signed in with a recovery code ({left} left)"),
        (Lang::Ja, Action::InvitedAgain { user }) => format!("利用者 {user} に登録用のメールを再送しました"),
        (Lang::En, Action::InvitedAgain { user }) => format!("Sent {user} the address to join again"),
        (Lang::Ja, Action::Joined { role: of }) => format!("{}として登録しました", role(lang, *of)),
        (Lang::En, Action::Joined { role: of }) => format!("Joined as {}", role(lang, *of)),
        (Lang::Ja, Action::SecondFactorSetUp) => "認証アプリを設定し直しました".to_owned(),
        (Lang::En, Action::SecondFactorSetUp) => "Set up the authenticator app again".to_owned(),
        (Lang::Ja, Action::PasswordSet) => "パスワードを再設定しました".to_owned(),
        (Lang::En, Action::PasswordSet) => "Set a new password".to_owned(),
        (Lang::Ja, Action::RoleChanged { user, from, to }) => {
            format!("利用者 {user} の権限を{}から{}に変更しました", role(lang, *from), role(lang, *to))
        }
        (Lang::En, Action::RoleChanged { user, from, to }) => {
            format!("Changed the role of {user} from {} to {}", role(lang, *from), role(lang, *to))
        }
        (Lang::Ja, Action::SecondFactorReset { user }) => format!("利用者 {user} の認証アプリの設定を解除しました"),
        (Lang::En, Action::SecondFactorReset { user }) => format!("Reset the authenticator app of {user}"),
        (Lang::Ja, Action::Removed { user, role: of }) => format!("利用者 {user}（{}）を削除しました", role(lang, *of)),
        (Lang::En, Action::Removed { user, role: of }) => format!("Removed {user} ({})", role(lang, *of)),
        (_, Action::EndpointChanged { endpoint, change }) => of_endpoints::changed(lang, endpoint, *change),
        (_, Action::NotificationsSent { endpoint, count }) => of_endpoints::sent(lang, endpoint, *count),
        (_, Action::PeriodSent { endpoint, from, to }) => of_endpoints::period_sent(lang, endpoint, *from, *to),
        (_, Action::EndpointTried { endpoint }) => of_endpoints::tried(lang, endpoint),
        (Lang::Ja, Action::ApiKeyMade { key, scopes }) => {
            format!("APIキー {key} を作成しました（{}）", scope_names(scopes))
        }
        (Lang::En, Action::ApiKeyMade { key, scopes }) => format!("Made API key {key} ({})", scope_names(scopes)),
        (Lang::Ja, Action::ApiKeyRevoked { key }) => format!("APIキー {key} を無効にしました"),
        (Lang::En, Action::ApiKeyRevoked { key }) => format!("Revoked API key {key}"),
        (Lang::Ja, Action::ExportAsked { export }) => format!("CSV出力 {export} を依頼しました"),
        (Lang::En, Action::ExportAsked { export }) => format!("Asked for download {export}"),
        (Lang::Ja, Action::ExportFetched { export }) => format!("CSV出力 {export} をダウンロードしました"),
        (Lang::En, Action::ExportFetched { export }) => format!("Fetched download {export}"),
        (Lang::Ja, Action::ExportCancelled { export }) => format!("CSV出力 {export} を中止しました"),
        (Lang::En, Action::ExportCancelled { export }) => format!("Stopped download {export}"),
        (Lang::Ja, Action::Forgotten { cards, files }) => {
            format!("保存期間が過ぎたため、使われていない保存カード{cards}件とファイル{files}件を削除しました")
        }
        (Lang::En, Action::Forgotten { cards, files }) => {
            format!("Deleted what was kept for long enough: {cards} unused cards, {files} files")
        }
        (Lang::Ja, Action::MailReleased { about: MailAbout::Order(order) }) => {
            format!("注文 {order} のメールが届かなかったアドレスへの送信を再開しました")
        }
        (Lang::En, Action::MailReleased { about: MailAbout::Order(order) }) => {
            format!("Let mails go again to the address that the mail of order {order} came back from")
        }
        (Lang::Ja, Action::MailReleased { about: MailAbout::Link(link) }) => {
            format!("決済リンク {link} のメールが届かなかったアドレスへの送信を再開しました")
        }
        (Lang::En, Action::MailReleased { about: MailAbout::Link(link) }) => {
            format!("Let mails go again to the address that the mail of link {link} came back from")
        }
        (Lang::Ja, Action::MailReleased { about: MailAbout::Plan(plan) }) => {
            format!("定期購入 {plan} のメールが届かなかったアドレスへの送信を再開しました")
        }
        (Lang::En, Action::MailReleased { about: MailAbout::Plan(plan) }) => {
            format!("Let mails go again to the address that the mail of regular purchase {plan} came back from")
        }
        (_, Action::SettingsChanged { changes, version: _ }) => settings_changed(lang, changes),
        (Lang::Ja, Action::MerchantCreated) => "加盟店を登録しました".to_owned(),
        (Lang::En, Action::MerchantCreated) => "Created the merchant".to_owned(),
        (Lang::Ja, Action::MerchantSuspended) => "加盟店を停止しました".to_owned(),
        (Lang::En, Action::MerchantSuspended) => "Suspended the merchant".to_owned(),
        (Lang::Ja, Action::MerchantResumed) => "加盟店を再開しました".to_owned(),
        (Lang::En, Action::MerchantResumed) => "Resumed the merchant".to_owned(),
        (Lang::Ja, Action::MerchantClosed) => "加盟店を終了しました".to_owned(),
        (Lang::En, Action::MerchantClosed) => "Closed the merchant".to_owned(),
        (Lang::Ja, Action::LiveRequested) => "本番への切り替えを申請しました".to_owned(),
        (Lang::En, Action::LiveRequested) => "Asked to go live".to_owned(),
        (Lang::Ja, Action::LiveApproved) => "本番への切り替えを承認しました".to_owned(),
        (Lang::En, Action::LiveApproved) => "Approved going live".to_owned(),
        (Lang::Ja, Action::BackToTest) => "テストに戻しました".to_owned(),
        (Lang::En, Action::BackToTest) => "Made it a test merchant again".to_owned(),
        (Lang::Ja, Action::MatterSettled { matter: _, order: Some(order) }) => {
            format!("注文 {order} の確認事項を対応済みにしました")
        }
        (Lang::En, Action::MatterSettled { matter: _, order: Some(order) }) => {
            format!("Marked what order {order} needed a person for as done")
        }
        (Lang::Ja, Action::MatterSettled { matter, order: None }) => {
            format!("確認事項 {matter} を対応済みにしました")
        }
        (Lang::En, Action::MatterSettled { matter, order: None }) => format!("Marked {matter} as done"),
        (Lang::Ja, Action::Invited { user, role: invited }) => {
            format!("利用者 {user} を{}として招待しました", role(lang, *invited))
        }
        (Lang::En, Action::Invited { user, role: invited }) => {
            format!("Invited user {user} as {}", role(lang, *invited))
        }
        (Lang::Ja, Action::LinkMade { link, sent: false }) => format!("決済リンク {link} を作りました"),
        (Lang::En, Action::LinkMade { link, sent: false }) => format!("Made payment link {link}"),
        (Lang::Ja, Action::LinkMade { link, sent: true }) => format!("決済リンク {link} を作り、メールを送りました"),
        (Lang::En, Action::LinkMade { link, sent: true }) => format!("Made payment link {link} and sent it"),
        (Lang::Ja, Action::LinksMade { count, sent: false }) => format!("CSVから決済メールを{count}件登録しました"),
        (Lang::En, Action::LinksMade { count, sent: false }) => format!("Registered {count} payment mails by CSV"),
        (Lang::Ja, Action::LinksMade { count, sent: true }) => {
            format!("CSVから決済メールを{count}件登録し、送信しました")
        }
        (Lang::En, Action::LinksMade { count, sent: true }) => {
            format!("Registered {count} payment mails by CSV and sent them")
        }
        (Lang::Ja, Action::LinkSent { link }) => format!("決済リンク {link} のメールを送りました"),
        (Lang::En, Action::LinkSent { link }) => format!("Sent the mail of payment link {link}"),
        (Lang::Ja, Action::LinkRevoked { link }) => format!("決済リンク {link} を取り消しました"),
        (Lang::En, Action::LinkRevoked { link }) => format!("Revoked payment link {link}"),
        (_, Action::SingleChargeAsked { order, amount }) => of_money::charge_asked(lang, order, *amount),
        (_, Action::SingleChargeEnded { order, amount, came }) => of_money::charge_ended(lang, order, *amount, *came),
        (_, Action::OperationAsked { order, operation, amount }) => {
            of_money::operation_asked(lang, order, *operation, *amount)
        }
        (_, Action::OperationEnded { order, operation, amount, came }) => {
            of_money::operation_ended(lang, order, (*operation, *amount), *came)
        }
        (_, Action::BatchConfirmed { batch, rows, yen }) => of_batches::confirmed(lang, batch, *rows, *yen),
        (_, Action::BatchDropped { batch }) => of_batches::dropped(lang, batch),
        (_, Action::BatchStopped { batch }) => of_batches::stopped(lang, batch),
        (_, Action::BatchAgain { batch, of }) => of_batches::again(lang, batch, of),
        (_, Action::BatchFetched { batch }) => of_batches::fetched(lang, batch),
        (_, Action::ContinuationAsked { run, month }) => of_batches::continuation_asked(lang, run, *month),
        (_, Action::ContinuationEdited { run, rows, yen }) => of_batches::continuation_edited(lang, run, *rows, *yen),
        (_, Action::ContinuationConfirmed { run, month, rows, yen }) => {
            of_batches::continuation(lang, run, *month, *rows, *yen)
        }
        (_, Action::ContinuationCancelled { run, month }) => of_batches::continuation_cancelled(lang, run, *month),
        (_, Action::PlanPaused { plan }) => of_plans::paused(lang, plan),
        (_, Action::PlanResumed { plan }) => of_plans::resumed(lang, plan),
        (_, Action::PlanEnded { plan }) => of_plans::ended(lang, plan),
        (_, Action::PlanSkipped { plan, period }) => of_plans::skipped(lang, plan, *period),
        (_, Action::PlanChargeAsked { plan, period, amount }) => of_plans::charge_asked(lang, plan, *period, *amount),
        (_, Action::PlanChanged { plan, amount, cycle }) => of_plans::changed(lang, plan, *amount, *cycle),
        (_, Action::PlanProposed { plan, amount, cycle }) => of_plans::proposed(lang, plan, *amount, *cycle),
        (_, Action::PlanProposalWithdrawn { plan }) => of_plans::proposal_withdrawn(lang, plan),
        (_, Action::PlanDayMoved { plan, day }) => of_plans::moved(lang, plan, *day),
        (_, Action::PlansFetched { rows }) => of_plans::fetched(lang, *rows),
        (_, Action::OfferMade { offer, version }) => of_plans::offer_made(lang, offer, *version),
        (_, Action::OfferWithdrawn { offer }) => of_plans::offer_withdrawn(lang, offer),
        (_, Action::AcquirerAsked { order }) => of_money::acquirer_asked(lang, order),
        (_, Action::BatchEnded { batch, counts }) => of_batches::ended(lang, batch, counts),
        (Lang::Ja, Action::CameToNothing { entry }) => {
            format!("{entry}番の記録の操作は、ほかの変更が先にあったため行われませんでした")
        }
        (Lang::En, Action::CameToNothing { entry }) => {
            format!("What entry {entry} says was not done: another change came first")
        }
    }
}

/// What changed, setting by setting; values stand only where the log holds them.
fn settings_changed(lang: Lang, changes: &[Change]) -> String {
    let told = changes.iter().map(|change| {
        let name = setting_name(lang, &change.key);
        let shown = |value: &str| choice(lang, &change.key, value);
        match (&change.values, lang) {
            (None, _) => name,
            (Some((then, now)), Lang::Ja) => format!("{name}（{} → {}）", shown(then), shown(now)),
            (Some((then, now)), Lang::En) => format!("{name} ({} → {})", shown(then), shown(now)),
        }
    });
    let told: Vec<_> = told.collect();
    match lang {
        Lang::Ja => format!("設定を変更しました：{}", told.join("、")),
        Lang::En => format!("Changed settings: {}", told.join(", ")),
    }
}

/// What a key may be used for, by the names that the console shows beside it.
fn scope_names(scopes: &[Scope]) -> String {
    let names: Vec<_> = scopes.iter().map(|scope| scope.name()).collect();
    names.join(", ")
}

/// A role's name.
pub const fn role(lang: Lang, role: Role) -> &'static str {
    match (lang, role) {
        (Lang::Ja, Role::Viewer) => "閲覧者",
        (Lang::En, Role::Viewer) => "viewer",
        (Lang::Ja, Role::Operator) => "担当者",
        (Lang::En, Role::Operator) => "operator",
        (Lang::Ja, Role::Owner) => "オーナー",
        (Lang::En, Role::Owner) => "owner",
    }
}
