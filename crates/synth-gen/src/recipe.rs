//! How the values of one kind are made and shown.

use std::sync::Arc;

use synth_core::{Event, EventSink, Number, Permutation, Rate, Scalar, Seed, TimeFormat, Timestamp, cast};
use synth_rules::generator::FakerMethod;
use synth_rules::{Constraints, FieldType, Generator, Literal, ValueKind};

use crate::along::{Placed, Turns};
use crate::choice::Choice;
use crate::column::{ABSENT, FIRST_KIND, Slot, Slots, Values};
use crate::composite::Dealt;
use crate::dependency::Following;
use crate::derived::Derived;
use crate::distinct::Distinct;
use crate::draw::{Digits, Draws};
use crate::error::ErrorKind;
use crate::faker::FakerData;
use crate::faults::Faulty;
use crate::formula::{Formula, is_whole};
use crate::ids::{IdForm, Ids, Steps};
use crate::joined::Joined;
use crate::listed::Listed;
use crate::markov::MarkovTexts;
use crate::memo::Memo;
use crate::numbers::{Floats, Gridded};
use crate::ordering::Ordered;
use crate::pattern::{Patterns, UniquePatterns};
use crate::people::PersonField;
use crate::plugin::PluginProgram;
use crate::recurring::Recurring;
use crate::reference::{Reference, text_of};
use crate::sequence::Closed;
use crate::series::Course;
use crate::settled::Settled;
use crate::spelling::{self, DecimalSpelling, FloatSpelling, MAX_DECIMALS, NumberRoom};
use crate::states::Chained;
use crate::tagged;
use crate::template::Templates;
use crate::temporal::Times;
use crate::value_table::{Found, Tabled};
use crate::whole::UniqueWhole;
use crate::words::Texts;

mod affixed;
mod atom;
mod bound;
mod made;
mod mixed;
mod one_of;

use affixed::Affixed;
use atom::{Atom, Atoms, atom};
use mixed::{Mixed, without_zeros};
use one_of::fill_one_of;

/// The program that fills a column with one kind of value, and how its values become JSON.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    program: Program,
    render: Render,
}

/// What the compiler knows of the field beside its rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) seed: Seed,
    /// Ordinals of the field are below this.
    pub(crate) n_ordinals: u64,
    /// No value may come twice.
    pub(crate) unique: bool,
    /// Rows for each that the rules are about.
    pub(crate) growth: f64,
}

#[derive(Debug, Clone)]
enum Program {
    /// Always literal 0.
    One,
    Choose(Choice, Seed),
    ChooseUnique(Permutation),
    /// One literal after the other.
    TakeTurns(Turns),
    Ids(Ids),
    StepNumbers(Steps),
    StepTexts(Steps),
    Patterns(Patterns),
    UniquePatterns(UniquePatterns),
    Templates(Box<Templates>),
    Faker(Box<FakerData>, FakerMethod, Seed),
    UniqueFaker(Box<FakerData>, FakerMethod, Permutation),
    Texts(Box<Texts>),
    Person(Box<PersonField>),
    Markov(Box<MarkovTexts>),
    Gridded(Gridded),
    Whole(UniqueWhole),
    Floats(Floats),
    Times(Box<Times>),
    /// Numbers of another program as texts, some of them spelled as integers.
    Mixed(Box<Mixed>),
    Reference(Box<Reference>),
    Listed(Box<Listed>),
    /// Another program, whose rows have the numbers they were dealt.
    Renumbered(Box<Recipe>, Dealt),
    Formula(Box<Formula>),
    Derived(Box<Derived>),
    Following(Box<Following>),
    Ordered(Box<Ordered>),
    Settled(Box<Settled>),
    Tabled(Box<Tabled>),
    Found(Box<Found>),
    /// Several programs, of which one makes each value.
    OneOf(Choice, Seed, Vec<Arc<Recipe>>),
    Plugin(Box<PluginProgram>),
    Faulty(Box<Faulty>),
    Joined(Box<Joined>),
    Course(Box<Course>),
    Distinct(Box<Distinct>),
    Chained(Box<Chained>),
    Closed(Box<Closed>),
    Placed(Box<Placed>),
    Recurring(Box<Recurring>),
    Affixed(Box<Affixed>),
}

#[derive(Debug, Clone)]
enum Render {
    Atoms(Atoms),
    Integer(Quotes),
    Decimal(DecimalSpelling, Quotes),
    Float(FloatSpelling, Quotes),
    /// Whole numbers beyond 64 bits, all digits written.
    LargeInteger(Quotes),
    /// Numbers that were written as text.
    Literal(Quotes),
    Text,
    /// Numbers that are kept as text.
    NumberText,
    /// Values of any type, each marked; see [`tagged`].
    Tagged(Quotes),
}

/// Whether numbers stand in quotes, as in fields of type string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Without,
    With,
}

/// Room to spell a number in.
pub(crate) struct Rooms {
    integer: itoa::Buffer,
    decimal: NumberRoom,
    float: zmij::Buffer,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { integer: itoa::Buffer::new(), decimal: [0; 48], float: zmij::Buffer::new() }
    }
}

impl Recipe {
    /// Compiles one kind of a field.
    pub(crate) fn compile(kind: &ValueKind, setting: Setting) -> Result<Self, ErrorKind> {
        let own = Self::compile_spelled(kind, setting)?.within(&kind.constraints);
        match &kind.constraints.recurrence {
            Some(rule) if !setting.unique => {
                let render = own.render.clone();
                let recurring = Recurring::compile(own, rule, setting)?;
                Ok(Self { program: Program::Recurring(Box::new(recurring)), render })
            }
            _ => Ok(own),
        }
    }

    /// Returns the program with what stands around its numbers.
    fn within(self, constraints: &Constraints) -> Self {
        let Constraints { prefix, suffix, .. } = constraints;
        if prefix.is_empty() && suffix.is_empty() {
            return self;
        }
        let affixed =
            Affixed { numbers: self, prefix: prefix.as_str().into(), suffix: suffix.as_str().into() };
        Self { program: Program::Affixed(Box::new(affixed)), render: Render::Text }
    }

    fn compile_spelled(kind: &ValueKind, setting: Setting) -> Result<Self, ErrorKind> {
        let numbers = Self::compile_plain(kind, setting)?;
        let quotes = match (&numbers.render, kind.constraints.integer_share) {
            (Render::Decimal(_, quotes) | Render::Float(_, quotes), Some(_)) => *quotes,
            _ => return Ok(numbers),
        };
        let integer_share = kind.constraints.integer_share.map_or(0.0, Rate::get);
        let mixed = Mixed { numbers, integer_share, which: setting.seed.child("integer") };
        Ok(Self { program: Program::Mixed(Box::new(mixed)), render: Render::Literal(quotes) })
    }

    fn compile_plain(kind: &ValueKind, setting: Setting) -> Result<Self, ErrorKind> {
        if kind.field_type == FieldType::Null {
            return Ok(Self { program: Program::One, render: Render::Atoms(vec![Atom::Null].into()) });
        }
        let field_type = kind.field_type;
        let missing = || ErrorKind::MissingGenerator { field_type: format!("{field_type:?}").to_lowercase() };
        match kind.generator.as_ref().ok_or_else(missing)? {
            Generator::UuidV4 => Ok(Self::text(Program::Ids(ids(IdForm::UuidV4, setting)))),
            Generator::UuidV7 => Ok(Self::text(Program::Ids(ids(IdForm::UuidV7, setting)))),
            Generator::Ulid => Ok(Self::text(Program::Ids(ids(IdForm::Ulid, setting)))),
            Generator::Sequence(sequence) => Self::sequence(sequence, field_type, setting),
            Generator::Pattern(pattern) => Self::pattern(pattern, setting),
            Generator::Template(template) => Self::template(template, setting),
            Generator::Faker(faker) => Self::faker(faker, &kind.constraints, setting),
            Generator::MarkovText(_) if setting.unique && setting.n_ordinals > 1 => {
                let reason = "different walks may make the same text";
                Err(ErrorKind::CannotBeUnique { generator: "markov_text", reason })
            }
            Generator::MarkovText(rule) => {
                Ok(Self::text(Program::Markov(Box::new(MarkovTexts::compile(rule, setting.seed)?))))
            }
            Generator::Categorical(categorical) => Self::categorical(categorical, kind, setting),
            Generator::QuantileSample(sample) => Self::quantiles(sample, kind, setting),
            Generator::Parametric(params) => {
                params.problem().map_or(Ok(()), |_| Err(ErrorKind::BadNumber { what: "params" }))?;
                Self::quantiles(&params.sample(), kind, setting)
            }
            Generator::Series(series) => {
                Self::course(Course::compile(series, kind, setting.seed)?, kind, setting)
            }
            Generator::Kde(kde) => {
                kde.problem().map_or(Ok(()), |_| Err(ErrorKind::BadNumber { what: "params" }))?;
                Self::quantiles(&kde.sample(), kind, setting)
            }
            Generator::TemporalRhythmic(rhythm) => Self::times(rhythm, kind, setting),
            Generator::Constant(constant) => {
                if setting.unique && setting.n_ordinals > 1 {
                    return Err(ErrorKind::NotEnoughValues { have: 1, need: setting.n_ordinals });
                }
                let atom = atom(&constant.value, kind)?;
                Ok(Self { program: Program::One, render: Render::Atoms(vec![atom].into()) })
            }
            _ => Err(ErrorKind::UnsupportedGenerator),
        }
    }

    /// Returns the program that makes the values of a reference.
    pub(crate) fn reference(reference: Reference) -> Self {
        let render = if reference.is_number { Render::NumberText } else { Render::Text };
        Self { program: Program::Reference(Box::new(reference)), render }
    }

    /// Returns the program that makes given values first.
    pub(crate) fn listed(listed: Listed) -> Self {
        let render = if listed.rest().is_text() { Render::Text } else { Render::NumberText };
        Self { program: Program::Listed(Box::new(listed)), render }
    }

    /// Returns the program of a field that follows from another.
    pub(crate) fn following(following: Following) -> Self {
        let render = following.own().render.clone();
        Self { program: Program::Following(Box::new(following)), render }
    }

    /// Returns the program of a plugin.
    pub(crate) fn plugin(plugin: PluginProgram, field_type: FieldType) -> Self {
        let is_number = matches!(field_type, FieldType::Integer | FieldType::Number | FieldType::Boolean);
        let quotes = if is_number { Quotes::Without } else { Quotes::With };
        Self { program: Program::Plugin(Box::new(plugin)), render: Render::Tagged(quotes) }
    }

    /// Returns the program that makes some values of another one wrong.
    pub(crate) fn faulty(faulty: Faulty) -> Self {
        let quotes = if faulty.own().is_text() { Quotes::With } else { Quotes::Without };
        Self { program: Program::Faulty(Box::new(faulty)), render: Render::Tagged(quotes) }
    }

    /// Returns the program of a field that follows from others by its own rule.
    pub(crate) fn derived(derived: Derived) -> Self {
        let is_number =
            !matches!(derived.field_type(), FieldType::String | FieldType::Enum | FieldType::Datetime);
        let quotes = if is_number { Quotes::Without } else { Quotes::With };
        Self { program: Program::Derived(Box::new(derived)), render: Render::Tagged(quotes) }
    }

    pub(crate) fn as_derived(&self) -> Option<&Derived> {
        if let Program::Derived(derived) = &self.program { Some(derived) } else { None }
    }

    pub(crate) fn as_derived_mut(&mut self) -> Option<&mut Derived> {
        if let Program::Derived(derived) = &mut self.program { Some(derived) } else { None }
    }

    /// Returns the program that draws elements until they differ.
    pub(crate) fn distinct(distinct: Distinct) -> Self {
        let quotes = if distinct.own().is_text() { Quotes::With } else { Quotes::Without };
        Self { program: Program::Distinct(Box::new(distinct)), render: Render::Tagged(quotes) }
    }

    /// Tells whether another address gives another value, drawn by the same rule.
    pub(crate) fn is_drawn(&self) -> bool {
        match &self.program {
            Program::Choose(..)
            | Program::Ids(_)
            | Program::Patterns(_)
            | Program::Templates(_)
            | Program::Faker(..)
            | Program::Texts(_)
            | Program::Gridded(_)
            | Program::Floats(_)
            | Program::Times(_) => true,
            Program::Mixed(mixed) => mixed.numbers.is_drawn(),
            Program::Recurring(recurring) => recurring.own().is_drawn(),
            Program::Affixed(affixed) => affixed.numbers.is_drawn(),
            _ => false,
        }
    }

    /// Returns the program that takes its literals in turn, if it draws from a list.
    pub(crate) fn in_turn(&self, rows_of_each: u64) -> Option<Self> {
        let turns = Turns { rows_of_each: rows_of_each.max(1), n: cast::to_u64(self.n_literals()) };
        (turns.n > 0).then(|| Self { program: Program::TakeTurns(turns), render: self.render.clone() })
    }

    /// Returns the number of literals that values are chosen from; 0 for other programs.
    pub(crate) fn n_literals(&self) -> usize {
        match (&self.program, &self.render) {
            (Program::Choose(..) | Program::One | Program::TakeTurns(_), Render::Atoms(atoms)) => atoms.len(),
            _ => 0,
        }
    }

    /// Returns one of these literals.
    pub(crate) fn literal(&self, literal: usize) -> Option<Scalar<'_>> {
        match &self.render {
            Render::Atoms(atoms) => atoms.get(literal).map(Atom::scalar),
            _ => None,
        }
    }

    /// Returns the program for another field that asks for its values.
    pub(crate) fn silenced(recipe: &Arc<Self>) -> Arc<Self> {
        match &recipe.program {
            Program::Derived(derived) => {
                let program = Program::Derived(Box::new((**derived).clone().silenced()));
                Arc::new(Self { program, render: recipe.render.clone() })
            }
            _ => Arc::clone(recipe),
        }
    }

    fn course(course: Course, kind: &ValueKind, setting: Setting) -> Result<Self, ErrorKind> {
        if setting.unique && setting.n_ordinals > 1 {
            let reason = "numbers along the rows may come again";
            return Err(ErrorKind::CannotBeUnique { generator: "series", reason });
        }
        let render = match Self::speller(kind).render {
            // Numbers in quotes are spelled as those without.
            Render::Float(_, quotes) if course.is_gridded() => {
                let decimals = kind.constraints.decimals.unwrap_or(0).min(MAX_DECIMALS);
                Render::Decimal(DecimalSpelling::new(decimals, kind.constraints.spelling), quotes)
            }
            render => render,
        };
        Ok(Self { program: Program::Course(Box::new(course)), render })
    }

    /// Returns what spells numbers as a kind's type and constraints say; it makes no values.
    pub(crate) fn speller(kind: &ValueKind) -> Self {
        let (constraints, quotes) = (&kind.constraints, quotes(kind.field_type));
        let render = match (kind.field_type, constraints.decimals) {
            (FieldType::Integer, _) => Render::Integer(quotes),
            (FieldType::Number, Some(decimals)) => {
                let spelling = DecimalSpelling::new(decimals.min(MAX_DECIMALS), constraints.spelling);
                Render::Decimal(spelling, quotes)
            }
            _ => Render::Float(FloatSpelling::new(constraints.spelling), quotes),
        };
        Self { program: Program::One, render }
    }

    /// Returns the program of a text that follows from other fields.
    pub(crate) fn joined(joined: Joined) -> Self {
        Self { program: Program::Joined(Box::new(joined)), render: Render::Text }
    }

    /// Returns the program of a formula.
    pub(crate) fn formula(formula: Formula) -> Self {
        let render = if formula.own.is_text() { Render::Text } else { Render::NumberText };
        Self { program: Program::Formula(Box::new(formula)), render }
    }

    /// Spells a number that is below 2^53 as the values of this program are spelled.
    pub(crate) fn number_text<'a>(&self, number: f64, rooms: &'a mut Rooms) -> &'a str {
        if let Program::Mixed(mixed) = &self.program {
            let text = mixed.numbers.number_text(number, rooms);
            return if mixed.integer_share >= 0.5 { without_zeros(text) } else { text };
        }
        let has_point = |atom: &Atom| matches!(atom, Atom::Number(text) if text.contains('.'));
        match &self.render {
            Render::Integer(_) | Render::LargeInteger(_) => rooms.integer.format(cast::round_to_i64(number)),
            Render::Decimal(spelling, _) => spelling.write_nearest(number, &mut rooms.decimal),
            Render::Float(spelling, _) => spelling.write(number, &mut rooms.float),
            Render::Atoms(atoms) if !atoms.iter().any(has_point) => {
                rooms.integer.format(cast::round_to_i64(number))
            }
            _ if is_whole(number) => rooms.integer.format(cast::round_to_i64(number)),
            _ => FloatSpelling { bare: false }.write(number, &mut rooms.float),
        }
    }

    /// Returns the program of a field whose values are bound by others through an order.
    pub(crate) fn ordered(ordered: Ordered) -> Self {
        let render = if ordered.own().is_text() { Render::Text } else { Render::NumberText };
        Self { program: Program::Ordered(Box::new(ordered)), render }
    }

    /// Returns the program of a field that is placed by the share of its row's time.
    pub(crate) fn placed(placed: Placed) -> Self {
        let render = if placed.own().is_text() { Render::Text } else { Render::NumberText };
        Self { program: Program::Placed(Box::new(placed)), render }
    }

    /// Returns the seconds that one of the numbers of a time stands for.
    pub(crate) fn seconds_of_one(&self) -> Option<f64> {
        match &self.program {
            Program::Times(times) => times.seconds_of_one(),
            _ => None,
        }
    }

    /// Returns the program of a field whose states follow each other.
    pub(crate) fn chained(chained: Chained) -> Self {
        let render = chained.own().render.clone();
        Self { program: Program::Chained(Box::new(chained)), render }
    }

    /// Returns the program of a field whose last element is the first again.
    pub(crate) fn closed(closed: Closed) -> Self {
        let render = closed.own().render.clone();
        Self { program: Program::Closed(Box::new(closed)), render }
    }

    /// Returns the program of a field whose values others settle.
    pub(crate) fn settled(settled: Settled) -> Self {
        let render = if settled.own().is_text() { Render::Text } else { Render::NumberText };
        Self { program: Program::Settled(Box::new(settled)), render }
    }

    /// Returns the program of a field whose values come together with others'.
    pub(crate) fn tabled(tabled: Tabled) -> Self {
        let render = match (tabled.shows_literals(), tabled.own().is_text()) {
            (true, _) => tabled.own().render.clone(),
            (false, true) => Render::Text,
            (false, false) => Render::NumberText,
        };
        Self { program: Program::Tabled(Box::new(tabled)), render }
    }

    /// Returns how a literal is written.
    pub(crate) fn literal_text(&self, atom: usize) -> Option<Box<str>> {
        match &self.render {
            Render::Atoms(atoms) => atoms.get(atom).map(|atom| text_of(atom.scalar()).into()),
            _ => None,
        }
    }

    /// Returns the program that chooses among others for each value.
    pub(crate) fn one_of(choice: Choice, seed: Seed, recipes: Vec<Arc<Self>>) -> Self {
        let is_text = recipes.iter().all(|recipe| recipe.is_text());
        let render = if is_text { Render::Text } else { Render::NumberText };
        Self { program: Program::OneOf(choice, seed, recipes), render }
    }

    /// Returns the share of a literal among the values of a program that draws from a list.
    pub(crate) fn share_of_literal(&self, atom: usize) -> f64 {
        match &self.program {
            Program::Choose(choice, _) => choice.prob(atom),
            _ => 1.0,
        }
    }

    /// Returns the program that the field's own rule gave, below what relationships made of it.
    pub(crate) fn base(&self) -> &Self {
        match &self.program {
            Program::Reference(reference) => reference.own.base(),
            Program::Formula(formula) => formula.own.base(),
            Program::Joined(joined) => joined.own().base(),
            Program::Following(following) => following.own().base(),
            Program::Ordered(ordered) => ordered.own().base(),
            Program::Settled(settled) => settled.own().base(),
            Program::Tabled(tabled) => tabled.own().base(),
            Program::Found(found) => found.own().base(),
            Program::Renumbered(recipe, _) => recipe.base(),
            Program::Distinct(distinct) => distinct.own().base(),
            Program::Chained(chained) => chained.own().base(),
            Program::Closed(closed) => closed.own().base(),
            Program::Placed(placed) => placed.own().base(),
            _ => self,
        }
    }

    /// Returns the format of times that are written as text, and the steps in one unit of the grid the values lie on;
    /// `None` when there is no value at a share of all values.
    pub(crate) fn grid(&self) -> Option<(Option<TimeFormat>, f64)> {
        match (&self.program, &self.render) {
            (Program::Times(times), _) => times.grid(),
            (_, _) if self.is_text() => None,
            (Program::Gridded(numbers), _) => Some((None, numbers.steps())),
            (Program::Floats(_), _) => Some((None, 0.0)),
            (Program::Mixed(mixed), _) => mixed.numbers.grid(),
            (Program::One | Program::Choose(..), Render::Atoms(atoms)) => {
                let digits = |atom: &Atom| match atom {
                    Atom::Number(text) if text.parse::<f64>().is_ok_and(|number| number.abs() < 9e15) => {
                        Some(
                            text.split_once('.')
                                .map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len()),
                        )
                    }
                    _ => None,
                };
                let digits = atoms.iter().map(digits).try_fold(0, |most, digits| Some(most.max(digits?)))?;
                let digits =
                    i32::try_from(digits).ok().filter(|digits| *digits <= i32::from(MAX_DECIMALS))?;
                Some((None, synth_core::math::pow10(digits)))
            }
            _ => None,
        }
    }

    /// Returns the value at a share of all values: a number, or the seconds since 1970 of a time written as text.
    pub(crate) fn ranked(&self, share: f64) -> Option<f64> {
        match (&self.program, &self.render) {
            (Program::Times(times), _) => Some(times.ranked(share)),
            (Program::Gridded(numbers), _) => Some(numbers.ranked(share)),
            (Program::Floats(numbers), _) => Some(numbers.ranked(share)),
            (Program::Mixed(mixed), _) => mixed.numbers.ranked(share),
            (Program::One, Render::Atoms(atoms)) => atoms.first()?.number(),
            (Program::Choose(choice, _), Render::Atoms(atoms)) => {
                let mut sorted: Vec<(f64, f64)> = atoms
                    .iter()
                    .enumerate()
                    .map(|(at, atom)| Some((atom.number()?, choice.prob(at))))
                    .collect::<Option<_>>()?;
                sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
                let mut sum = 0.0;
                let reached = sorted.iter().find(|(_, prob)| {
                    sum += prob;
                    share < sum
                });
                reached.or(sorted.last()).map(|(number, _)| *number)
            }
            _ => None,
        }
    }

    /// Tells whether every row's number is larger than the one before.
    pub(crate) fn rises(&self) -> bool {
        matches!(&self.program, Program::StepNumbers(steps) if steps.rises())
    }

    /// Appends a moment as the times of this program are written.
    pub(crate) fn write_moment(&self, moment: Timestamp, address: u64, out: &mut String) {
        if let Program::Times(times) = &self.program {
            times.write(moment, address, out);
        }
    }

    /// Returns the same program with the numbers of its rows as they were dealt.
    pub(crate) fn renumbered(self, dealt: Dealt) -> Self {
        let render = self.render.clone();
        Self { program: Program::Renumbered(Box::new(self), dealt), render }
    }

    /// Returns the part of a person that makes the values, if one does.
    pub(crate) fn as_person(&self) -> Option<&PersonField> {
        match &self.program {
            Program::Person(person) => Some(person),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn person_mut(&mut self) -> Option<&mut PersonField> {
        match &mut self.program {
            Program::Person(person) => Some(person),
            _ => None,
        }
    }

    /// Returns the reference that makes the values, if one does.
    pub(crate) fn as_reference(&self) -> Option<&Reference> {
        match &self.program {
            Program::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Tells whether the values stand in quotes.
    pub(crate) fn is_text(&self) -> bool {
        match &self.render {
            Render::Atoms(atoms) => !atoms.iter().all(|atom| matches!(atom, Atom::Number(_))),
            Render::Integer(quotes)
            | Render::Decimal(_, quotes)
            | Render::Float(_, quotes)
            | Render::LargeInteger(quotes)
            | Render::Literal(quotes)
            | Render::Tagged(quotes) => *quotes == Quotes::With,
            Render::Text => true,
            Render::NumberText => false,
        }
    }

    /// Tells whether every value is a string or number, not `true`, `false` or `null`.
    pub(crate) fn is_shown_plainly(&self) -> bool {
        match &self.render {
            Render::Atoms(atoms) => {
                let first = atoms.first().map(std::mem::discriminant);
                atoms.iter().all(|atom| {
                    matches!(atom, Atom::Number(_) | Atom::Text(_))
                        && Some(std::mem::discriminant(atom)) == first
                })
            }
            _ => true,
        }
    }

    fn text(program: Program) -> Self {
        Self { program, render: Render::Text }
    }

    /// Makes the value of one slot apart from its column.
    pub(crate) fn one<'a>(
        &'a self,
        (slot, memo): (Slot, &Memo),
        values: &'a mut Values,
        rooms: &'a mut Rooms,
    ) -> Scalar<'a> {
        let slots = Slots {
            kinds: &[FIRST_KIND],
            code: FIRST_KIND,
            addresses: &[slot.address],
            ordinals: &[slot.ordinal],
            uniforms: slot.uniform.as_slice(),
            memo,
        };
        self.fill(slots, values);
        self.scalar(values, 0, rooms)
    }

    /// Makes the values of the slots of this kind that have none yet.
    pub(crate) fn fill_unless(&self, slots: Slots<'_>, has_value: impl Fn(usize) -> bool) -> Values {
        let mut made = Values::None;
        let kind = |(at, kind): (usize, &u8)| if has_value(at) { ABSENT } else { *kind };
        let kinds: Vec<u8> = slots.kinds.iter().enumerate().map(kind).collect();
        if kinds.contains(&slots.code) {
            self.fill(Slots { kinds: &kinds, ..slots }, &mut made);
        }
        made
    }

    /// Fills the values of the slots that are of this kind.
    pub(crate) fn fill(&self, slots: Slots<'_>, out: &mut Values) {
        match &self.program {
            Program::One => {}
            Program::Choose(choice, seed) => {
                slots.fill_codes(out, |slot| cast::to_u32(choice.pick(slot.uniform(*seed))))
            }
            Program::ChooseUnique(order) => {
                slots.fill_codes(out, |slot| cast::to_u32(cast::to_usize(order.apply(slot.ordinal))));
            }
            Program::TakeTurns(turns) => {
                slots.fill_codes(out, |slot| cast::to_u32(cast::to_usize(turns.of(slot.ordinal))));
            }
            Program::Ids(ids) => ids.fill(slots, out),
            Program::StepNumbers(steps) => steps.fill_integers(slots, out),
            Program::StepTexts(steps) => steps.fill_text(slots, out),
            Program::Patterns(patterns) => patterns.fill(slots, out),
            Program::UniquePatterns(patterns) => patterns.fill(slots, out),
            Program::Templates(templates) => templates.fill(slots, out),
            Program::Faker(data, method, seed) => slots.fill_text(out, |slot, out| {
                data.write(*method, &mut Draws::new(seed.bits(slot.address)), out);
            }),
            Program::UniqueFaker(data, method, numbers) => slots.fill_text(out, |slot, out| {
                data.write(*method, &mut Digits::new(numbers.apply(slot.ordinal), 0), out);
            }),
            Program::Texts(texts) => texts.fill(slots, out),
            Program::Person(person) => person.fill(slots, out),
            Program::Markov(texts) => texts.fill(slots, out),
            Program::Gridded(numbers) => numbers.fill(slots, out),
            Program::Whole(numbers) => slots.fill_integers(out, |slot| numbers.number(slot)),
            Program::Floats(numbers) => numbers.fill(slots, out),
            Program::Times(times) => times.fill(slots, out),
            Program::Mixed(mixed) => mixed.fill(slots, out),
            Program::Reference(reference) => reference.fill(slots, out),
            Program::Listed(listed) => listed.fill(slots, out),
            Program::Formula(formula) => formula.fill(slots, out),
            Program::Derived(derived) => derived.fill(slots, out),
            Program::Following(following) => following.fill(slots, out),
            Program::Ordered(ordered) => ordered.fill(slots, out),
            Program::Settled(settled) => settled.fill(slots, out),
            Program::Tabled(tabled) => tabled.fill(slots, out),
            Program::Found(found) => found.fill(slots, out),
            Program::OneOf(choice, seed, recipes) => fill_one_of(slots, (choice, *seed), recipes, out),
            Program::Plugin(plugin) => plugin.fill(slots, out),
            Program::Faulty(faulty) => faulty.fill(slots, out),
            Program::Joined(joined) => joined.fill(slots, out),
            Program::Course(course) => course.fill(slots, out),
            Program::Distinct(distinct) => distinct.fill(slots, out),
            Program::Chained(chained) => chained.fill(slots, out),
            Program::Closed(closed) => closed.fill(slots, out),
            Program::Placed(placed) => placed.fill(slots, out),
            Program::Recurring(recurring) => recurring.fill(slots, out),
            Program::Affixed(affixed) => affixed.fill(slots, out),
            Program::Renumbered(recipe, dealt) => {
                let number = |ordinal: &u64| dealt.number(*ordinal).unwrap_or(*ordinal);
                let ordinals: Vec<u64> = slots.ordinals.iter().map(number).collect();
                recipe.fill(Slots { ordinals: &ordinals, ..slots }, out);
            }
        }
    }

    /// Sends the value of a slot.
    #[inline]
    pub(crate) fn send<S: EventSink>(
        &self,
        values: &Values,
        slot: usize,
        (rooms, sink): (&mut Rooms, &mut S),
    ) -> Result<(), S::Error> {
        if let Render::Atoms(atoms) = &self.render {
            let at = if let Values::Codes(codes) = values { codes[slot] as usize } else { 0 };
            return sink.literal(atoms[at].scalar(), atoms.text(at));
        }
        sink.event(Event::Scalar(self.scalar(values, slot, rooms)), 0)
    }

    /// Returns the value of a slot as JSON.
    #[inline]
    pub(crate) fn scalar<'a>(&'a self, values: &'a Values, slot: usize, rooms: &'a mut Rooms) -> Scalar<'a> {
        let (text, quotes) = match (&self.render, values) {
            (Render::Atoms(atoms), Values::Codes(codes)) => return atoms[codes[slot] as usize].scalar(),
            (Render::Atoms(atoms), _) => return atoms[0].scalar(),
            (Render::Integer(quotes), Values::Integers(integers)) => {
                (rooms.integer.format(integers[slot]), *quotes)
            }
            (Render::Decimal(spelling, quotes), Values::Integers(integers)) => {
                (spelling.write(integers[slot], &mut rooms.decimal), *quotes)
            }
            (Render::Float(spelling, quotes), Values::Floats(floats)) => {
                (spelling.write(floats[slot], &mut rooms.float), *quotes)
            }
            (Render::LargeInteger(quotes), Values::Floats(floats)) => {
                (rooms.integer.format(cast::round_to_i128(floats[slot])), *quotes)
            }
            (Render::Literal(quotes), Values::Text(text)) => (text.get(slot), *quotes),
            (Render::NumberText, Values::Text(text)) => (text.get(slot), Quotes::Without),
            (Render::Tagged(_), Values::Text(text)) => return tagged::read(text.get(slot)),
            (_, Values::Text(text)) => (text.get(slot), Quotes::With),
            _ => unreachable!("a program fills the buffer its rendering reads"),
        };
        match quotes {
            Quotes::Without => Scalar::Number(Number::from_literal(text)),
            Quotes::With => Scalar::String(text),
        }
    }

    /// Returns the value of a slot as a number, if it is one: what its text reads as.
    pub(crate) fn number(&self, values: &Values, slot: usize, rooms: &mut Rooms) -> Option<f64> {
        /// Whole numbers up to this, and powers of ten up to 22, are exact, so one division rounds as reading does.
        const EXACT: u64 = 1 << 53;
        match (&self.render, values) {
            (Render::Integer(_), Values::Integers(integers)) if integers[slot].unsigned_abs() <= EXACT => {
                Some(integers[slot] as f64)
            }
            (Render::Decimal(spelling, _), Values::Integers(integers))
                if integers[slot].unsigned_abs() <= EXACT =>
            {
                Some(integers[slot] as f64 / spelling.steps())
            }
            (Render::Float(..), Values::Floats(floats)) => Some(floats[slot]),
            _ => spelling::read_number(text_of(self.scalar(values, slot, rooms))),
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// Returns the position of each case among the literals: for every literal, the case it equals. `None`
    /// when the values are not literals.
    pub(crate) fn cases(&self, wanted: &[Literal]) -> Option<Vec<Option<usize>>> {
        let Render::Atoms(atoms) = &self.render else { return None };
        let case = |atom: &Atom| wanted.iter().position(|literal| atom.equals(literal));
        Some(atoms.iter().map(case).collect())
    }
}

fn ids(form: IdForm, setting: Setting) -> Ids {
    Ids::compile(form, setting.unique, setting.seed)
}

fn quotes(field_type: FieldType) -> Quotes {
    if field_type == FieldType::String { Quotes::With } else { Quotes::Without }
}
