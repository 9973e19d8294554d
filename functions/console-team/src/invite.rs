//! Inviting somebody: a record without a password, and a mail with the address to join.

use domain::{
    Lang, MerchantId, RecoveryDigests,
    account::{Role, User, UserId, normalized_mail},
    audit::Action,
};
use http::Response;
use inbound::{SealError, http as answer};
use lambda_http::Body;
use store::StoreError;
use words::console::account_mail::PeopleChange;

use crate::{Call, Problem, Refusal, mailed};

/// The longest name, characters.
const NAME: usize = 40;

/// Invites whom the form names.
pub(crate) async fn invite(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let invitation = match Invitation::read(call) {
        Ok(invitation) => invitation,
        Err(problems) => return call.list(&problems).await,
    };
    let (console, merchant) = (&call.deps.console, call.visit.merchant_id());
    let known = console.users().load(&invitation.mail).await?;
    if known.as_ref().is_some_and(|known| known.merchant == *merchant) {
        return call.list(&[("mail", call.words().mail_known)]).await;
    }
    if let Err(problem) = call.confirmed().await? {
        return call.list(&[problem]).await;
    }
    let user = invitation.user(merchant, call)?;
    call.note(Action::Invited { user: user.id.clone(), role: user.role }).await?;
    let sent = match console.users().create(&user).await {
        Ok(()) => {
            call.tell(PeopleChange::Invited, &user).await;
            call.send_address(&user).await
        }
        // Somebody of another merchant has this address, which is told to them and not to the inviter.
        Err(StoreError::Conflict) => {
            mailed(call.deps.mails.known_elsewhere(&call.visit.merchant.merchant, &user, call.visit.now).await)
        }
        Err(error) => return Err(error.into()),
    };
    Ok(answer::see_other(if sent { "/console/team?done=invited" } else { "/console/team?mailed=no" }))
}

struct Invitation {
    mail: String,
    name: String,
    role: Role,
    lang: Lang,
}

impl Invitation {
    fn read(call: &Call<'_>) -> Result<Self, Vec<Problem>> {
        let (words, visit) = (call.words(), call.visit);
        let mail = normalized_mail(visit.field("mail")).ok_or(("mail", words.mail_wrong));
        let name = name(visit.field("name")).ok_or(("name", words.name_wrong));
        let role = Role::parse(visit.field("role")).ok_or(("role", words.role_wrong));
        let lang = Lang::parse(visit.field("lang")).unwrap_or(visit.lang);
        match (mail, name, role) {
            (Ok(mail), Ok(name), Ok(role)) => Ok(Self { mail, name, role, lang }),
            (mail, name, role) => Err([mail.err(), name.err(), role.err()].into_iter().flatten().collect()),
        }
    }

    fn user(self, merchant: &MerchantId, call: &Call<'_>) -> Result<User, SealError> {
        Ok(User {
            id: UserId::from_random(inbound::random()?),
            merchant: merchant.clone(),
            mail: self.mail,
            name: self.name,
            role: self.role,
            lang: self.lang,
            version: 1,
            epoch: 1,
            password: None,
            totp: None,
            totp_step: 0,
            recovery: RecoveryDigests::default(),
            created_at: call.visit.now,
        })
    }
}

fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = (1..=NAME).contains(&text.chars().count()) && !domain::text::has_control(text);
    fits.then(|| text.to_owned())
}
