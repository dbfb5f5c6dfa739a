//! The plan: what is filled in which order, and how it is walked.

use std::ops::Range;
use std::sync::Arc;

use synth_core::plugin::PluginError;
use synth_core::{EventSink, JsonPath, JsonText, Seed};
use synth_rules::{Layout, RuleSet};

use crate::along::Timeline;
use crate::choice::Choice;
use crate::column::FIRST_KIND;
use crate::compile;
use crate::coupling::Coupling;
use crate::derived::{EvaluationNotes, Uncomputed};
use crate::error::Errors;
use crate::joint::given::Late;
use crate::joint::order::Unseen;
use crate::joint::presence::Lead;
use crate::joint::{Joint, Modelled};
use crate::length::Lengths;
use crate::plugin::{Failures, GeneratorPlugins};
use crate::recipe::Recipe;

/// A compiled rule set: makes any range of its records, always the same bytes for the same record.
///
/// # Example
///
/// ```
/// use synth_core::{Event, EventSink, Scalar};
/// use synth_gen::{CompileOptions, Plan};
///
/// struct Count(usize);
/// impl EventSink for Count {
///     type Error = std::convert::Infallible;
///     fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Self::Error> {
///         self.0 += usize::from(matches!(event, Event::Scalar(Scalar::String(_))));
///         Ok(())
///     }
/// }
///
/// let rules = serde_yaml::from_str(
///     "{version: 2, fields: {$.id: {type: string, generator: uuid_v4}}}",
/// )?;
/// let plan = Plan::compile(&rules, &CompileOptions { seed: 42, n_rows: 10 })?;
/// let mut sink = Count(0);
/// plan.emit(0..10, &mut sink, |_| Ok(()))?;
/// assert_eq!(sink.0, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) nodes: Vec<Node>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) case_columns: Vec<CaseColumn>,
    pub(crate) layout: Layout,
    pub(crate) n_records: u64,
    pub(crate) unkept: Vec<Unkept>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) joint: Arc<Joint>,
    /// What the joint model looks at and does not draw.
    pub(crate) late: Late,
    pub(crate) unseen: Vec<Unseen>,
    /// The times that rows run along, as in the rules; `None` for those that cannot be placed.
    pub(crate) lines: Vec<Option<Arc<Timeline>>>,
    pub(crate) failures: Failures,
    pub(crate) notes: EvaluationNotes,
    /// Some values follow from others, so columns look instances up.
    pub(crate) is_linked: bool,
}

/// Relationships of one type that the records do not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unkept {
    /// The type, as it stands in rule files.
    pub relationship: &'static str,
    /// How many.
    pub count: usize,
}

/// One relationship that the records do not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its position among the relationships of the rules.
    pub index: usize,
    /// The type, as it stands in rule files.
    pub relationship: &'static str,
    /// Why it is not kept: what its fields are bound to already.
    pub reason: String,
}

/// What a plan needs beside the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileOptions {
    /// Seed of all random draws.
    pub seed: u64,
    /// Records of a stream, or elements of the main collection of a document.
    pub n_rows: u64,
}

/// One path: when it is there, of which kind it is, and what stands below it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) scope: usize,
    pub(crate) gate: Gate,
    pub(crate) presence: Presence,
    pub(crate) null_rate: f64,
    pub(crate) null_seed: Seed,
    /// A draw that other fields share decides instead which values are null.
    pub(crate) null_coupling: Option<Coupling>,
    pub(crate) shares: Option<Choice>,
    pub(crate) share_seed: Seed,
    /// What the value is where a union says so, the innermost object first.
    pub(crate) forms: Vec<Forms>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) members: Vec<Member>,
    pub(crate) tuple: Vec<usize>,
    pub(crate) elements: Option<usize>,
    pub(crate) dictionary: Option<usize>,
    /// The joint model draws its codes.
    pub(crate) modelled: Option<Modelled>,
    /// Refers to earlier rows of its own table: rows up to this one have nothing to refer to.
    pub(crate) root: Option<u64>,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: Box<str>,
    /// The key as JSON.
    pub(crate) text: JsonText,
    pub(crate) node: usize,
}

/// What must hold above for a path to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It is the value of its instance: a record, an element, a member or a key of a dictionary.
    Always,
    /// The value above, in the same scope, is of one of these kinds.
    Part {
        /// The node above.
        of: usize,
        /// Its kinds that have the part.
        mask: KindMask,
    },
}

/// A set of kind codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct KindMask(u64);

impl KindMask {
    /// Most kinds of one field.
    pub(crate) const MAX_KINDS: usize = 60;

    /// Adds the kind at a position of the rule.
    pub(crate) fn insert(&mut self, index: usize) {
        self.0 |= 1 << (index + usize::from(FIRST_KIND));
    }

    pub(crate) fn has(self, code: u8) -> bool {
        (self.0 >> (code & 63)) & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// How often a path is there.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    pub(crate) own: f64,
    pub(crate) seed: Seed,
    /// A draw that other fields share decides instead.
    pub(crate) coupling: Option<Coupling>,
    /// Tables by case, the innermost object first: a case column, and for its cases (0 is none of them) the
    /// presence; NaN where the case does not say.
    pub(crate) by_case: Vec<(usize, Vec<f64>)>,
    /// Where the only table's fields share a draw in each case.
    pub(crate) parts: Option<CaseParts>,
    /// The presence by case, or of all, when the joint model was fitted; empty where its codes have no say.
    pub(crate) fitted: Vec<f64>,
    /// Whose codes stand for the draw that is shared.
    pub(crate) lead: Option<Lead>,
}

/// The part of [0, 1) in which a shared draw must fall in each case.
#[derive(Debug, Clone)]
pub(crate) struct CaseParts {
    pub(crate) seed: Seed,
    pub(crate) ranges: Vec<(f64, f64)>,
}

/// What a value is in each case of a case column.
#[derive(Debug, Clone)]
pub(crate) struct Forms {
    pub(crate) column: usize,
    /// By case, 0 being none of them; `None` where the case does not say.
    pub(crate) cases: Vec<Option<Form>>,
    /// Where the fields of a group share a draw in each case: the part in which the value is not null.
    pub(crate) parts: Option<CaseParts>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// `None` where the union leaves null to the field's own rate.
    pub(crate) null_rate: Option<f64>,
    /// The choice among the kinds of the node; `None` where it has one, or the value is always null.
    pub(crate) kinds: Option<Choice>,
}

/// One kind of value.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A value without parts.
    Scalar(Arc<Recipe>),
}

/// The elements of an array, or the members of a dictionary.
#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) owner: usize,
    pub(crate) mask: KindMask,
    /// The scope of the elements.
    pub(crate) scope: usize,
    pub(crate) item: usize,
    pub(crate) keys: Option<usize>,
    pub(crate) lengths: Lengths,
    /// Largest length: how far apart the ordinals of two owners are.
    pub(crate) stride: u64,
    /// Hashes of the named members beside the dictionary.
    pub(crate) reserved: Vec<u64>,
    /// Made piece by piece while it is walked, as it stands in a document.
    pub(crate) streamed: bool,
}

/// Paths whose values come in the same number: those of a record, or of an element.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) above: Option<usize>,
    pub(crate) steps: Vec<Step>,
    /// Collections whose owner is in this scope.
    pub(crate) collections: Vec<usize>,
    /// Instances that are made together.
    pub(crate) n_block: u64,
}

/// One thing to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The column of a node.
    Column(usize),
    /// A case column.
    Cases(usize),
}

/// For each instance of a scope, which case of a discriminator it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseColumn {
    pub(crate) scope: usize,
    pub(crate) discriminator: usize,
    /// Scopes between this one and the discriminator's.
    pub(crate) levels: usize,
    /// For each kind of the discriminator, the case of each literal; 0 is none.
    pub(crate) tables: Vec<Vec<u32>>,
    /// The case of a discriminator that is null; 0 for none.
    pub(crate) null_case: u32,
}

impl Node {
    /// Lets the literals of a list come one after the other, each for so many rows.
    pub(crate) fn take_turns(&mut self, rows_of_each: u64) {
        if let [Kind::Scalar(recipe)] = &mut self.kinds[..]
            && let Some(in_turn) = recipe.in_turn(rows_of_each)
        {
            *recipe = Arc::new(in_turn);
        }
    }
}

impl Plan {
    /// Compiles a rule set.
    ///
    /// # Errors
    ///
    /// All problems at once.
    pub fn compile(rules: &RuleSet, options: &CompileOptions) -> Result<Self, Errors> {
        Self::compile_with_counts(rules, options, &[])
    }

    /// Compiles a rule set, with the number of elements of some outermost collections of a document as it is given,
    /// whatever `n_rows` would make of them.
    ///
    /// # Errors
    ///
    /// All problems at once; also a path that is no such collection.
    pub fn compile_with_counts(
        rules: &RuleSet,
        options: &CompileOptions,
        counts: &[(JsonPath, u64)],
    ) -> Result<Self, Errors> {
        Self::compile_with_plugins(rules, options, counts, &GeneratorPlugins::default())
    }

    /// Compiles a rule set whose fields may ask plugins for their values.
    ///
    /// # Errors
    ///
    /// All problems at once; also a plugin that is not among `plugins`.
    pub fn compile_with_plugins(
        rules: &RuleSet,
        options: &CompileOptions,
        counts: &[(JsonPath, u64)],
        plugins: &GeneratorPlugins,
    ) -> Result<Self, Errors> {
        compile::compile(rules, options, counts, plugins)
    }

    /// Returns what kept a plugin from making a value of some records, the first of them; the values were made null.
    ///
    /// Whoever uses plugins asks after each range that was made.
    #[must_use]
    pub fn plugin_failure(&self, rows: Range<u64>) -> Option<PluginError> {
        self.failures.first(rows)
    }

    /// Returns the values of `derived` fields made so far that are null because they could not be computed: by field and
    /// reason. Rows that lack a field they follow from are not among them.
    #[must_use]
    pub fn uncomputed(&self) -> Vec<Uncomputed> {
        self.notes.list()
    }

    /// Returns the number of records; a document is one.
    #[must_use]
    pub fn n_records(&self) -> u64 {
        self.n_records
    }

    /// Returns the relationships of the rules that the records do not keep, by type.
    #[must_use]
    pub fn unkept(&self) -> &[Unkept] {
        &self.unkept
    }

    /// Returns each of these relationships, and why it is not kept.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Returns what the joint model looked at when it was fitted, and cannot look at under these rules: it would have to be made
    /// before what looks at it, and follows from that. Where a field looked at it, the field goes by all rows that came there.
    #[must_use]
    pub fn unseen(&self) -> &[Unseen] {
        &self.unseen
    }

    /// Returns how records stand in the output.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Sends the events of a range of records, calling `end_record` behind each; rows beyond the last record
    /// are ignored.
    ///
    /// # Errors
    ///
    /// The first error of the sink.
    ///
    /// # Cost
    ///
    /// Memory for one block: at most 4096 records and about 2^18 values, unless one record alone is larger. The
    /// outermost arrays and dictionaries of a document are made in blocks too; a dictionary also keeps 8 bytes
    /// for each key, so that none comes twice.
    pub fn emit<S: EventSink>(
        &self,
        rows: Range<u64>,
        sink: &mut S,
        end_record: impl FnMut(&mut S) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        self.worker().emit(rows, sink, end_record)
    }
}

#[cfg(test)]
mod tests;
