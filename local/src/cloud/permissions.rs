//! What a function may do: the statements of its role in the template.

/// One allowing statement of a role. `*` and `?` match as in IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `dynamodb:PutItem`, `sqs:*`, …
    pub actions: Vec<String>,
    /// ARNs.
    pub resources: Vec<String>,
}

/// All statements of a role. What none of them allows is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    statements: Vec<Statement>,
}

impl Permissions {
    /// A role with these statements.
    #[must_use]
    pub fn new(statements: Vec<Statement>) -> Self {
        Self { statements }
    }

    /// Whether a statement allows this action on this resource.
    #[must_use]
    pub fn allow(&self, action: &str, resource: &str) -> bool {
        self.statements.iter().any(|statement| {
            statement.actions.iter().any(|pattern| matches(pattern, action, true))
                && statement.resources.iter().any(|pattern| matches(pattern, resource, false))
        })
    }
}

/// `*` stands for any text, `?` for one character; actions don't mind the case, ARNs do
/// (IAM user guide, "IAM JSON policy elements").
fn matches(pattern: &str, text: &str, any_case: bool) -> bool {
    let same = |one: u8, other: u8| one == other || (any_case && one.eq_ignore_ascii_case(&other));
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    let mut last_star: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', rest)), _) => {
                last_star = Some((rest, text));
                pattern = rest;
            }
            (Some((wanted, pattern_rest)), Some((found, text_rest))) if *wanted == b'?' || same(*wanted, *found) => {
                (pattern, text) = (pattern_rest, text_rest);
            }
            _ => {
                // the last star takes one character more
                let Some((after_star, [_, text_rest @ ..])) = last_star else { return false };
                last_star = Some((after_star, text_rest));
                (pattern, text) = (after_star, text_rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("dynamodb:*", "dynamodb:PutItem", true),
            ("dynamodb:Put*", "dynamodb:GetItem", false),
            ("dynamodb:putitem", "dynamodb:PutItem", true),
            ("dynamodb:*Item", "dynamodb:PutItem", true),
            ("dynamodb:*Item", "dynamodb:PutItems", false),
            ("sqs:Send?essage", "sqs:SendMessage", true),
            ("sqs:SendMessage?", "sqs:SendMessage", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text, true), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_right_on_a_table_is_no_right_on_its_index() {
        let table = "arn:aws:dynamodb:ap-northeast-1:000000000000:table/payments";
        let permissions = Permissions::new(vec![Statement {
            actions: vec!["dynamodb:Query".to_owned()],
            resources: vec![table.to_owned()],
        }]);
        assert!(permissions.allow("dynamodb:Query", table));
        assert!(!permissions.allow("dynamodb:Query", &format!("{table}/index/due")));
        assert!(!permissions.allow("dynamodb:PutItem", table));
        assert!(!Permissions::default().allow("dynamodb:Query", table));
    }
}
