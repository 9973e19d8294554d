//! `/console/join/{handle}`: somebody takes up an invitation, or sets up their app again. A GET changes nothing and keeps nothing: secret and codes
//! travel sealed in the form, and are stored when it comes back right.

use askama::Template;
use console::{Device, Frame, choose_password, draw_second_factor, hash_password, is_password, qr_svg, seal_totp};
use domain::{
    Merchant, Password, RecoveryCode, RecoveryDigests, TotpSecret,
    account::{Role, User, UserId},
    audit::Action,
    totp::Step,
};
use http::{Response, StatusCode};
use inbound::{OpenedMerchant, SealError, Sealed, http as answer};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use words::console::{
    account_mail::PeopleChange,
    login::{LoginWords, login},
};

use crate::{
    Deps, Refusal, after,
    outside::{Form, Outside},
    over, tell,
};

/// How long the form may be open. Seconds.
const FORM_S: i64 = 3600;

/// What the form carries sealed: the secret and the codes that are stored when it is sent.
#[derive(Clone, Serialize, Deserialize)]
struct Enrolment {
    user: UserId,
    epoch: u32,
    secret: Vec<u8>,
    codes: Vec<String>,
}

impl Sealed for Enrolment {
    const PURPOSE: &'static str = "console enrolment";
}

impl Enrolment {
    fn draw(user: &User) -> Result<Self, SealError> {
        let (secret, codes) = draw_second_factor()?;
        let codes = codes.iter().map(|code| code.expose().to_string()).collect();
        Ok(Self { user: user.id.clone(), epoch: user.epoch, secret: secret.expose().to_vec(), codes })
    }

    fn secret(&self) -> Result<TotpSecret, SealError> {
        TotpSecret::from_bytes(&self.secret).map_err(|_| SealError::Foreign)
    }

    fn digests(&self) -> RecoveryDigests {
        let codes: Vec<RecoveryCode> = self.codes.iter().filter_map(|code| RecoveryCode::parse(code)).collect();
        RecoveryDigests::of(self.user.as_str(), &codes)
    }
}

/// A visit to an address that is good.
struct Joining<'a> {
    outside: Outside<'a>,
    user: User,
    opened: Arc<OpenedMerchant>,
}

/// The page.
pub(crate) async fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let Some(joining) = Joining::of(deps, request).await? else { return Ok(over(deps, request)) };
    let enrolment = Enrolment::draw(&joining.user)?;
    joining.page(&enrolment, &[], false)
}

/// Stores what was chosen and begins a session.
pub(crate) async fn join(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let form = Outside::of(deps, request).fields()?;
    let Some(joining) = Joining::of(deps, request).await? else { return Ok(over(deps, request)) };
    let enrolment = match deps.console.keyring().unseal::<Enrolment>(form.text("token"), deps.console.now()) {
        Ok(enrolment) if enrolment.user == joining.user.id && enrolment.epoch == joining.user.epoch => enrolment,
        Ok(_) | Err(SealError::Foreign) => return Err(Refusal::Forged),
        Err(error @ SealError::Failed) => return Err(error.into()),
        Err(SealError::Expired) => return Ok(answer::see_other(request.uri().path())),
    };
    match joining.filled(&form, &enrolment).await? {
        Ok(filled) => joining.store(&enrolment, filled).await,
        Err(problems) => joining.page(&enrolment, &problems, form.text("kept") == "yes"),
    }
}

/// A form without mistakes.
struct Filled {
    password: String,
    step: Step,
}

/// A field and what is wrong with it.
type Problem = (&'static str, &'static str);

impl<'a> Joining<'a> {
    async fn of(deps: &'a Deps, request: &'a Request) -> Result<Option<Self>, Refusal> {
        let handle = answer::path_parameter(request, "handle").unwrap_or_default();
        let Some(user) = deps.console.joining(&handle).await? else { return Ok(None) };
        let Some(opened) = deps.console.merchants().load(&user.merchant, deps.console.keyring()).await? else {
            return Ok(None);
        };
        let mut outside = Outside::of(deps, request);
        outside.lang = console::Console::language(request, Some(user.lang));
        Ok(Some(Self { outside, user, opened }))
    }

    fn merchant(&self) -> &Merchant {
        &self.opened.merchant
    }

    async fn filled(&self, form: &Form, enrolment: &Enrolment) -> Result<Result<Filled, Vec<Problem>>, Refusal> {
        let words = &login(self.outside.lang).join;
        let mut problems = Vec::new();
        let password = match &self.user.password {
            Some(stored) => {
                self.current_password(stored, form).await?.then(|| stored.clone()).ok_or(words.current_wrong)
            }
            None => self.new_password(form)?,
        };
        let step = enrolment.secret()?.check(form.text("code"), self.outside.deps.console.now(), None);
        if let Err(why) = &password {
            problems.push(("password", *why));
        } else if self.user.password.is_none() && form.text("password") != form.text("again") {
            problems.push(("again", words.differs));
        }
        if step.is_none() {
            problems.push(("code", words.code_wrong));
        }
        if form.text("kept") != "yes" {
            problems.push(("kept", words.not_kept));
        }
        Ok(match (password, step) {
            (Ok(password), Some(step)) if problems.is_empty() => Ok(Filled { password, step }),
            (Ok(_) | Err(_), _) => Err(problems),
        })
    }

    /// A hash of the chosen password, or why it can't be taken.
    fn new_password(&self, form: &Form) -> Result<Result<String, &'static str>, Refusal> {
        let words = login(self.outside.lang);
        match choose_password(form.text("password"), &self.user, &self.merchant().name) {
            Ok(password) => Ok(Ok(hash_password(&password)?)),
            Err(weak) => Ok(Err((words.weak)(weak))),
        }
    }

    /// Whoever has the mail alone must not guess the password here: the tries are those of signing in.
    async fn current_password(&self, stored: &str, form: &Form) -> Result<bool, Refusal> {
        let console = &self.outside.deps.console;
        let device = console.device(self.outside.request);
        let (what, standing) = Device::tries(device.as_ref(), &self.user.mail, Some(&self.user));
        let counted = console.count_try(&what, standing).await?;
        let same = is_password(Some(stored), &Password::typed(form.text("password")));
        match counted {
            Some(counted) if same => {
                console.forgive_try(counted).await?;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    async fn store(&self, enrolment: &Enrolment, filled: Filled) -> Result<Response<Body>, Refusal> {
        let (deps, console) = (self.outside.deps, &self.outside.deps.console);
        let first = self.user.password.is_none();
        let mut user = User {
            epoch: self.user.epoch.saturating_add(1),
            version: self.user.version.saturating_add(1),
            password: Some(filled.password),
            totp_step: filled.step.number(),
            recovery: enrolment.digests(),
            ..self.user.clone()
        };
        user.totp = Some(seal_totp(console.keyring(), &user, &enrolment.secret()?)?);
        let (action, change) = match first {
            true => (Action::Joined { role: user.role }, PeopleChange::Joined),
            false => (Action::SecondFactorSetUp, PeopleChange::AppSetUp),
        };
        console.noted(&user, action, console.users().update(&user)).await?;
        match user.role {
            Role::Owner => console.owners().add(&user.merchant, &user.id).await?,
            Role::Operator | Role::Viewer => {}
        }
        let mut response = answer::see_other("/console");
        console.begin_session(self.outside.request, &user, &mut response).await?;
        console.remember_device(self.outside.request, &user, &mut response)?;
        tell(deps, self.merchant(), change, &user).await;
        Ok(response)
    }

    fn page(&self, enrolment: &Enrolment, problems: &[Problem], kept: bool) -> Result<Response<Body>, Refusal> {
        let (words, console) = (login(self.outside.lang), &self.outside.deps.console);
        let again = self.user.password.is_some();
        let title = if again { words.join.again_title } else { words.join.title };
        let lead = if again { words.join.again_lead.to_owned() } else { (words.join.lead)(&self.merchant().name) };
        let frame = self.outside.frame(title, &console.keyring().seal(enrolment, after(self.outside.deps, FORM_S))?);
        let secret = enrolment.secret()?;
        let issuer = format!("Kessai {}", self.merchant().name);
        let drawing = qr_svg(&secret.expose_address(&issuer, &self.user.mail), words.join.drawing);
        let page = JoinPage {
            frame: frame.clone(),
            words,
            title,
            lead,
            mail: &self.user.mail,
            again,
            drawing: drawing.unwrap_or_default(),
            secret: in_groups(&secret.expose_base32()),
            codes: &enrolment.codes,
            problems,
            kept,
        };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(answer::page(self.outside.request, status, console::page(&page, &frame)))
    }
}

/// Four characters, a space, four characters: what a person types without losing the place.
fn in_groups(text: &str) -> String {
    let mut grouped = String::with_capacity(text.len().saturating_mul(2));
    for (place, c) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}

#[derive(Template)]
#[template(path = "join.html", whitespace = "minimize")]
struct JoinPage<'a> {
    frame: Frame,
    words: &'static LoginWords,
    title: &'static str,
    lead: String,
    mail: &'a str,
    again: bool,
    drawing: String,
    secret: String,
    codes: &'a [String],
    problems: &'a [Problem],
    kept: bool,
}

impl JoinPage<'_> {
    fn problem(&self, field: &str) -> Option<&'static str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, text)| *text)
    }
}
