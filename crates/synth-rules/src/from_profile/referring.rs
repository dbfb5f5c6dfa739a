//! Fields that refer to made-up keys: a list of the real ones would tell nothing.

use indexmap::IndexMap;
use synth_core::JsonPath;
use synth_profile::Profile;

use super::text;
use crate::field::{FieldRule, ValueKind};
use crate::generator::Generator;
use crate::relationship::Relationship;

/// Lists of at most this many values stay: they read like a vocabulary.
const MAX_SHORT: usize = 5;

/// Replaces the lists of values of fields that name rows by the form of these values, unless the keys of the rows they
/// name are listed themselves: the references come from there, and the lists would be neither drawn nor known.
pub(super) fn simplify(
    fields: &mut IndexMap<JsonPath, FieldRule>,
    relationships: &[Relationship],
    profile: &Profile,
) {
    for relationship in relationships {
        let Relationship::ForeignKey { child, parent, .. } = relationship else { continue };
        let ([child], [parent]) = (child.paths(), parent.paths()) else { continue };
        let is_tag = profile.variants.iter().any(|variant| variant.discriminator == *child);
        let is_tabled = relationships
            .iter()
            .any(|other| matches!(other, Relationship::ValueTable { paths, .. } if paths.contains(child)));
        let is_known = fields.get(parent).is_none_or(|rule| rule.kinds.iter().any(is_list));
        let rest = rest(child, profile);
        let is_kept = is_tag || is_tabled || is_known;
        if let Some((rule, rest)) = fields.get_mut(child).zip(rest)
            && !is_kept
            && rule.kinds.iter().any(is_long)
        {
            rule.kinds = vec![rest];
        }
    }
}

/// The form of the strings of a field, if it has one.
fn rest(path: &JsonPath, profile: &Profile) -> Option<ValueKind> {
    let field = profile.fields.iter().find(|field| field.path == *path)?;
    let rest = text::rest(field.text.as_ref().filter(|_| field.number.is_none())?);
    let has_form = matches!(
        rest.generator,
        Some(Generator::Pattern(_) | Generator::UuidV4 | Generator::UuidV7 | Generator::Ulid)
    );
    has_form.then_some(rest)
}

fn is_list(kind: &ValueKind) -> bool {
    matches!(kind.generator, Some(Generator::Categorical(_)))
}

fn is_long(kind: &ValueKind) -> bool {
    matches!(&kind.generator, Some(Generator::Categorical(list)) if list.values.len() > MAX_SHORT)
}
