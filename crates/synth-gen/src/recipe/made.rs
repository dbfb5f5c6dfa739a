//! From the generator of a kind to its program.

use synth_core::{Permutation, cast};
use synth_rules::generator::{
    Categorical, Faker, FakerMethod, Pattern, QuantileSample, Sequence, Template, TemporalRhythmic,
};
use synth_rules::{Constraints, FieldType, ValueKind};

use super::atom::{Atom, atom};
use super::{Program, Quotes, Recipe, Render, Setting, quotes};
use crate::choice::{Choice, Sum};
use crate::error::ErrorKind;
use crate::faker::FakerData;
use crate::ids::Steps;
use crate::numbers::{Floats, Gridded, Mixture};
use crate::pattern::{Patterns, UniquePatterns};
use crate::people::PersonField;
use crate::spelling::{DecimalSpelling, FloatSpelling, MAX_DECIMALS};
use crate::template::Templates;
use crate::temporal::{TimeForm, Times};
use crate::words::{Style, Texts};

impl Recipe {
    pub(super) fn sequence(
        sequence: &Sequence,
        field_type: FieldType,
        setting: Setting,
    ) -> Result<Self, ErrorKind> {
        let steps = Steps::compile(sequence, setting.n_ordinals, setting.unique)?;
        let is_text = field_type == FieldType::String || sequence.is_text();
        Ok(if is_text {
            Self::text(Program::StepTexts(steps))
        } else {
            Self { program: Program::StepNumbers(steps), render: Render::Integer(Quotes::Without) }
        })
    }

    pub(super) fn pattern(pattern: &Pattern, setting: Setting) -> Result<Self, ErrorKind> {
        Ok(Self::text(if setting.unique {
            Program::UniquePatterns(UniquePatterns::compile(pattern, setting.n_ordinals, setting.seed)?)
        } else {
            Program::Patterns(Patterns::compile(pattern, setting.seed)?)
        }))
    }

    pub(super) fn template(template: &Template, setting: Setting) -> Result<Self, ErrorKind> {
        let templates = Templates::compile(template, setting.seed)?;
        let templates = if setting.unique { templates.unique()? } else { templates };
        Ok(Self::text(Program::Templates(Box::new(templates))))
    }

    pub(super) fn faker(
        faker: &Faker,
        constraints: &Constraints,
        setting: Setting,
    ) -> Result<Self, ErrorKind> {
        let style = match faker.method {
            FakerMethod::Words => Some(Style::Words),
            FakerMethod::Text => Some(Style::Sentences),
            _ => None,
        };
        if let Some(style) = style {
            let fewest = constraints.min_length.unwrap_or(0) as f64;
            let most = constraints.max_length.map_or(f64::INFINITY, |length| length as f64).max(fewest);
            let lengths: Vec<f64> = faker.lengths.iter().map(|length| length.max(fewest).min(most)).collect();
            let texts = Texts::compile(style, &faker.quantiles, &lengths, setting.seed)?;
            let texts = if setting.unique { texts.unique(setting.n_ordinals, setting.seed)? } else { texts };
            return Ok(Self::text(Program::Texts(Box::new(texts))));
        }
        if faker.entity.is_some() || faker.locale.is_some() || needs_person(faker.method) {
            let person = PersonField::new(faker.method, faker.locale.as_deref(), setting.seed)?;
            let person = if setting.unique { person.unique() } else { Some(person) };
            let reason = "two persons may share it";
            let error = ErrorKind::CannotBeUnique { generator: "faker", reason };
            return Ok(Self::text(Program::Person(Box::new(person.ok_or(error)?))));
        }
        let data = Box::new(FakerData::new());
        if !setting.unique {
            return Ok(Self::text(Program::Faker(data, faker.method, setting.seed.child("picks"))));
        }
        let (have, need) = (data.capacity(faker.method), setting.n_ordinals);
        if have == 0 {
            let reason = "different parts may make the same text";
            return Err(ErrorKind::CannotBeUnique { generator: "faker", reason });
        }
        if have < need {
            return Err(ErrorKind::NotEnoughValues { have, need });
        }
        let numbers = Permutation::new(have, setting.seed);
        Ok(Self::text(Program::UniqueFaker(data, faker.method, numbers)))
    }

    pub(super) fn categorical(
        rule: &Categorical,
        kind: &ValueKind,
        setting: Setting,
    ) -> Result<Self, ErrorKind> {
        let (n_left, n_right) = (rule.values.len(), rule.probs.len());
        if n_left == 0 {
            return Err(ErrorKind::EmptyList { what: "values" });
        }
        if n_right != 0 && n_left != n_right {
            return Err(ErrorKind::LengthMismatch { left: "values", right: "probs", n_left, n_right });
        }
        let sum = if rule.normalize { Sum::Normalize } else { Sum::MustBeOne };
        let choice = Choice::fit_or_even(&rule.probs, n_left, sum)?;
        let atoms: Vec<Atom> = rule.values.iter().map(|value| atom(value, kind)).collect::<Result<_, _>>()?;
        let program = if setting.unique {
            let distinct = atoms.iter().enumerate().filter(|(at, atom)| !atoms[..*at].contains(atom)).count();
            let (have, need) = (cast::to_u64(distinct), setting.n_ordinals);
            if have < need {
                return Err(ErrorKind::NotEnoughValues { have, need });
            }
            if distinct < n_left {
                let reason = "a value is listed twice";
                return Err(ErrorKind::CannotBeUnique { generator: "categorical", reason });
            }
            Program::ChooseUnique(Permutation::new(have, setting.seed))
        } else {
            Program::Choose(choice, setting.seed.child("choice"))
        };
        Ok(Self { program, render: Render::Atoms(atoms.into()) })
    }

    pub(super) fn quantiles(
        sample: &QuantileSample,
        kind: &ValueKind,
        setting: Setting,
    ) -> Result<Self, ErrorKind> {
        let mixture = Mixture::compile(sample, setting.seed)?;
        let constraints = &kind.constraints;
        let fractional = kind.field_type == FieldType::Number || constraints.decimals.is_some_and(|n| n > 0);
        let mut decimals =
            if fractional { constraints.decimals.map(|n| n.min(MAX_DECIMALS)) } else { Some(0) };
        let floats = Floats::compile(mixture.clone(), constraints)?;
        if setting.unique && decimals.is_none() {
            decimals = Some(floats.unique_decimals());
        }
        let gridded = match decimals {
            Some(decimals) => Gridded::compile(mixture, decimals, constraints)?,
            None => None,
        };
        let quotes = quotes(kind.field_type);
        let (Some(gridded), Some(decimals)) = (gridded, decimals) else {
            if setting.unique {
                let reason = "the numbers are too large for so many decimals";
                return Err(ErrorKind::CannotBeUnique { generator: "quantile_sample", reason });
            }
            let render = if fractional {
                Render::Float(FloatSpelling::new(constraints.spelling), quotes)
            } else {
                Render::LargeInteger(quotes)
            };
            return Ok(Self { program: Program::Floats(floats), render });
        };
        let program = if setting.unique {
            Program::Whole(gridded.unique(constraints, setting.n_ordinals, setting.seed)?)
        } else {
            Program::Gridded(gridded)
        };
        let render = if fractional {
            Render::Decimal(DecimalSpelling::new(decimals, constraints.spelling), quotes)
        } else {
            Render::Integer(quotes)
        };
        Ok(Self { program, render })
    }

    pub(super) fn times(
        rhythm: &TemporalRhythmic,
        kind: &ValueKind,
        setting: Setting,
    ) -> Result<Self, ErrorKind> {
        let times = Times::compile(rhythm, kind.constraints.decimals.unwrap_or(0), setting.seed)?;
        let times =
            if setting.unique { times.unique(rhythm, setting.n_ordinals, setting.seed)? } else { times };
        let quotes = quotes(kind.field_type);
        let render = match times.form() {
            TimeForm::Text(_) => Render::Text,
            TimeForm::Digits(_) if kind.field_type == FieldType::String => Render::Text,
            TimeForm::Digits(_) => Render::Literal(Quotes::Without),
            TimeForm::Epoch { decimals: 0, .. } if kind.field_type != FieldType::Number => {
                Render::Integer(quotes)
            }
            TimeForm::Epoch { decimals, .. } => {
                Render::Decimal(DecimalSpelling::new(*decimals, kind.constraints.spelling), quotes)
            }
        };
        Ok(Self { program: Program::Times(Box::new(times)), render })
    }
}

/// Methods that show a person or place even without an entity.
fn needs_person(method: FakerMethod) -> bool {
    use FakerMethod::{CountryCode, Gender, Locale, RegionCode, Title};
    matches!(method, Title | Gender | Locale | CountryCode | RegionCode)
}
