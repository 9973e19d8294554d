//! The page of a section: tabs, what was done or is to be mended, the form, and what else belongs there.

use askama::Template;
use console::{Frame, Section, Visit};
use domain::{
    Merchant,
    guard::GuardLimit,
    merchant::Kept,
    settings::{Change, SettingError},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use words::console::{
    mail_returns::mail_returns,
    settings::{SettingsWords, choice, setting_error, setting_hint, setting_name, setting_problem, settings},
};

use crate::{
    extra::Extra,
    spec::{self, Group, Heading, Kind, Spec, Values},
    tab::{self, Tab, TabEntry},
};

/// What a section's page shows.
pub(crate) struct View<'a> {
    /// The section.
    pub(crate) tab: Tab,
    /// The record as it stands.
    pub(crate) merchant: &'a Merchant,
    /// What is in the fields.
    pub(crate) values: Values,
    /// What the form carries sealed.
    pub(crate) opened: String,
    /// What is to be mended.
    pub(crate) problems: Vec<SettingError>,
    /// The code was wrong or used.
    pub(crate) code_wrong: bool,
    /// What somebody else changed meanwhile.
    pub(crate) stale: Option<Vec<Change>>,
    /// What stands below the form.
    pub(crate) extra: Extra,
}

impl View<'_> {
    /// The page as an answer.
    pub(crate) fn answer(self, request: &Request, visit: &Visit, status: StatusCode) -> Response<Body> {
        let words = settings(visit.lang);
        let frame = visit.frame(format!("{} - {}", self.tab.words(words).name, words.title), Section::Settings);
        let frame = if self.merchant.page.logo.is_some() { frame.with_images() } else { frame };
        let frame = if self.tab == Tab::Page { frame.with_frame() } else { frame };
        let groups = spec::groups(self.tab, self.merchant);
        let template = SettingsTemplate {
            words,
            done: done(words, asked(request, "done")),
            tabs: tab::entries(words, self.tab.name()),
            fields: groups.iter().map(|group| self.group(words, group)).collect(),
            summary: self.problems.iter().map(|error| self.mistake(visit, &groups, error)).collect(),
            code: self.code_wrong.then_some(frame.words.totp_wrong.lead),
            path: self.tab.path(),
            section: self.tab.words(words),
            unsigned: !self.merchant.sig.required,
            frame: frame.clone(),
            view: self,
        };
        answer::page(request, status, console::page(&template, &frame))
    }

    fn group(&self, words: &'static SettingsWords, group: &Group) -> FieldGroup {
        let (heading, lead) = match group.heading {
            Heading::None => (None, None),
            Heading::RequestNames => (Some(words.request_names), Some(words.names_lead)),
            Heading::HandoverNames => (Some(words.handover_names), Some(words.names_lead)),
            Heading::MailWhom => (Some(words.mail_whom), None),
            Heading::RegularKinds => (Some(words.regular_kinds), Some(words.regular_kinds_lead)),
            Heading::MailTexts => (Some(words.mail_texts), Some(words.mail_texts_lead)),
        };
        FieldGroup { heading, lead, fields: group.specs.iter().map(|spec| self.field(words, spec)).collect() }
    }

    fn field(&self, words: &SettingsWords, spec: &Spec) -> Field {
        let key = spec.key.as_str();
        let value = self.values.value(key);
        let control = match &spec.kind {
            Kind::Line | Kind::Maybe => Control::Line { kind: "text", placeholder: String::new() },
            Kind::WireName(default) => Control::Line { kind: "text", placeholder: default.clone() },
            Kind::Number => Control::Number,
            Kind::Address => Control::Line { kind: "url", placeholder: "https://".to_owned() },
            Kind::Mail => Control::Line { kind: "email", placeholder: String::new() },
            Kind::Lines => Control::Lines,
            Kind::Choice(names) => Control::Choice(
                names.iter().map(|name| (*name, choice(words.lang, key, name), *name == value)).collect(),
            ),
            Kind::Switch | Kind::MailTo(_) => Control::Tick,
            Kind::Destination => Control::Destination { post: !value.starts_with("GET ") },
        };
        let value = match &spec.kind {
            Kind::Destination => value.split_once(' ').map_or(value, |(_, address)| address),
            Kind::Line
            | Kind::Maybe
            | Kind::Number
            | Kind::Address
            | Kind::Mail
            | Kind::Lines
            | Kind::Choice(_)
            | Kind::Switch
            | Kind::WireName(_)
            | Kind::MailTo(_) => value,
        };
        Field {
            id: key.replace('.', "-"),
            method: spec::method_field(key),
            label: setting_name(words.lang, key),
            hint: self.hint(words, key),
            problem: self.problem_at(words, key),
            value: value.to_owned(),
            control,
            name: key.to_owned(),
        }
    }

    /// The setting's own hint, its bounds, and the operator's.
    fn hint(&self, words: &SettingsWords, key: &str) -> String {
        let own = setting_hint(words.lang, key).map(str::to_owned);
        let (bounds, operator) = if let Some(limit) = GuardLimit::named(key) {
            let most = self.merchant.floors.guard_ceiling(limit);
            let bounds = (words.bounds)(limit.floor().into(), limit.ceiling().into());
            (Some(bounds), (most < limit.ceiling()).then(|| format!("≤ {most}")))
        } else if let Some(kept) = Kept::named(key) {
            let (least, most) = kept.bounds();
            (Some((words.bounds)(least.into(), most.into())), None)
        } else {
            (None, self.operator_bound(words, key))
        };
        let operator = operator.map(|bound| (words.operator_bound)(&bound));
        own.into_iter().chain(bounds).chain(operator).collect::<Vec<_>>().join(" ")
    }

    /// What the operator allows, where that is less than everything.
    fn operator_bound(&self, words: &SettingsWords, key: &str) -> Option<String> {
        let floors = domain::settings::floor_values(self.merchant);
        let (_, value) = floors.into_iter().find(|(name, _)| *name == key)?;
        match key {
            "max_amount" => (self.merchant.floors.max_amount < domain::Yen::MAX)
                .then(|| words::money(words.lang, self.merchant.floors.max_amount)),
            "three_ds" | "three_ds_unavailable" if value != "any" => Some(choice(words.lang, key, &value)),
            _ => None,
        }
    }

    fn problem_at(&self, words: &SettingsWords, key: &str) -> Option<String> {
        let error = self.problems.iter().find(|error| is_at(error, key))?;
        Some(setting_problem(words.lang, error))
    }

    fn mistake(&self, visit: &Visit, groups: &[Group], error: &SettingError) -> (Option<String>, String) {
        let field = spec::specs(groups).find(|spec| is_at(error, &spec.key));
        (field.map(|spec| spec.key.replace('.', "-")), setting_error(visit.lang, error))
    }
}

/// A name on the wire is refused by its own name, not by the setting's.
fn is_at(error: &SettingError, key: &str) -> bool {
    error.key == key || key.split_once('.').is_some_and(|(map, field)| map.ends_with("_name") && field == error.key)
}

/// What was just done, as the address says it.
fn done(words: &'static SettingsWords, done: Option<&str>) -> Option<String> {
    let text = match done? {
        "saved" => words.saved,
        "cleaned" => words.saved_cleaned,
        "unchanged" => return Some(words.unchanged.to_owned()),
        "sent" => return Some(words.mail_test_sent.to_owned()),
        "released" => return Some(mail_returns(words.lang).released.to_owned()),
        _ => return None,
    };
    Some(format!("{text} {}", words.seen))
}

/// A parameter of the address.
pub(crate) fn asked<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

struct FieldGroup {
    heading: Option<&'static str>,
    lead: Option<&'static str>,
    fields: Vec<Field>,
}

struct Field {
    id: String,
    name: String,
    /// The name of the field beside it.
    method: String,
    label: String,
    hint: String,
    problem: Option<String>,
    value: String,
    control: Control,
}

enum Control {
    Line { kind: &'static str, placeholder: String },
    Number,
    Lines,
    Choice(Vec<(&'static str, String, bool)>),
    Tick,
    Destination { post: bool },
}

#[derive(Template)]
#[template(path = "settings.html", whitespace = "minimize")]
struct SettingsTemplate<'a> {
    frame: Frame,
    words: &'static SettingsWords,
    section: words::console::settings::SectionWords,
    path: String,
    tabs: Vec<TabEntry>,
    done: Option<String>,
    unsigned: bool,
    fields: Vec<FieldGroup>,
    /// Where, and what.
    summary: Vec<(Option<String>, String)>,
    code: Option<&'static str>,
    view: View<'a>,
}

impl SettingsTemplate<'_> {
    fn logo_hint(&self) -> &'static str {
        setting_hint(self.words.lang, "logo").unwrap_or_default()
    }

    /// What somebody else changed, in words.
    fn changed(&self, change: &Change) -> (String, String, String) {
        let lang = self.words.lang;
        let shown = |value: &str| choice(lang, &change.key, value);
        let (then, now) = change.values.as_ref().map_or(("…", "…"), |(then, now)| (then, now));
        (setting_name(lang, &change.key), shown(then), shown(now))
    }
}
