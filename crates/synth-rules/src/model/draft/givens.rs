//! What the fields of a table may look at beside each other: values that relationships decide, and the rows that they refer to.

use std::collections::{BTreeMap, BTreeSet};

use synth_core::{JsonPath, cast};
use synth_profile::SampleTables;
use synth_profile::sample_tables::{SampleCell, SampleColumn, SamplePart, SampleTable, SampleValue};
use synth_stats::joint::{CodeColumn, CodeOrder, links};

use super::{Coding, DraftTable, coded, is_constant, number, series};
use crate::model::follows::Follows;
use crate::model::given::{Column, Given, Via};
use crate::model::times::RowTimes;
use crate::model::{Code, Feature, ModelPart};
use crate::relationship::Relationship;
use crate::rule_set::RuleSet;

/// Things that are given to a table, at most.
const MAX_GIVENS: usize = 96;
/// References behind each other that are followed.
const MAX_STEPS: usize = 2;
/// A value goes with the time when it says so many standard deviations more of it than chance.
const CLEAR_SIGMAS: f64 = 4.0;
/// Share of the children that should have a parent whose parents are in the sample.
const MIN_FOUND: f64 = 0.9;

/// Something that is looked at and not drawn.
#[derive(Debug)]
pub(in crate::model) struct DraftGiven {
    /// Fields stand in it by their places in the draft.
    pub(in crate::model) given: Given,
    pub(super) column: CodeColumn,
    /// References on the way to it.
    n_steps: usize,
}

/// Finds what may be given to each table.
///
/// A value is given when it is made without looking at what looks at it. Fields of the own table that have a say in it come
/// first in the order of the model; what follows from elements below is not given, and of tables that would look at each
/// other the second one does not.
pub(super) fn find(
    rules: &RuleSet,
    bound: &BTreeSet<JsonPath>,
    sample: &SampleTables,
    tables: &mut [DraftTable],
) {
    let samples: Vec<SampleTable<'_>> = sample.iter().collect();
    let mut search = Search { rules, bound, follows: Follows::of(rules), samples, needs: Vec::new() };
    search.needs = tables.iter().map(|table| table.holder.into_iter().collect()).collect();
    for at in 0..tables.len() {
        tables[at].givens = search.own(at, tables);
    }
    let mut links: Vec<Link<'_>> = search.links(tables);
    while let Some(next) =
        (0..links.len()).find(|at| links.iter().all(|other| other.child != links[*at].parent))
    {
        let link = links.remove(next);
        let more = search.referred(&link, tables);
        let room = MAX_GIVENS.saturating_sub(tables[link.child].givens.len());
        tables[link.child].givens.extend(more.into_iter().take(room));
    }
}

struct Search<'r> {
    rules: &'r RuleSet,
    bound: &'r BTreeSet<JsonPath>,
    follows: Follows<'r>,
    samples: Vec<SampleTable<'r>>,
    /// The tables whose models each table's model looks at.
    needs: Vec<BTreeSet<usize>>,
}

/// A reference of one table to another.
struct Link<'r> {
    child: usize,
    parent: usize,
    child_paths: &'r [JsonPath],
    parent_paths: &'r [JsonPath],
    prefix: &'r str,
    coverage: f64,
    after: Vec<u16>,
}

impl<'r> Search<'r> {
    fn table_of(&self, path: &JsonPath) -> Option<usize> {
        std::iter::successors(Some(path.clone()), JsonPath::parent)
            .find_map(|above| self.samples.iter().position(|table| *table.path() == above))
    }

    fn column(&self, table: usize, path: &JsonPath) -> Option<SampleColumn<'r>> {
        let is_it = |column: &SampleColumn<'_>| column.path() == path && column.part() == SamplePart::Value;
        self.samples[table].columns().find(is_it)
    }

    fn is_above(&self, above: usize, table: usize) -> bool {
        std::iter::successors(self.samples[table].holder(), |holder| self.samples[*holder].holder())
            .any(|holder| holder == above)
    }

    /// Tells whether the model of a table looks at that of another, by whatever way.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let (mut open, mut seen) = (vec![from], BTreeSet::new());
        while let Some(table) = open.pop() {
            if table == to {
                return true;
            }
            if seen.insert(table) {
                open.extend(&self.needs[table]);
            }
        }
        false
    }

    /// The fields of a table that have a say in some of its fields; `None` when what they follow from looks at the table.
    /// The tables that they follow from are looked at from then on.
    fn after(&mut self, table: usize, paths: &[&'r JsonPath], tables: &[DraftTable]) -> Option<Vec<u16>> {
        let tags = self.rules.variants.values().map(|variants| &variants.discriminator);
        let open: Vec<&JsonPath> =
            paths.iter().copied().chain(tags.filter(|tag| self.table_of(tag) == Some(table))).collect();
        let all = self.follows.all(&open);
        let others: BTreeSet<usize> =
            all.iter().filter_map(|path| self.table_of(path)).filter(|other| *other != table).collect();
        let is_circle = |other: &usize| !self.is_above(*other, table) && self.reaches(*other, table);
        if others.iter().any(|other| self.is_above(table, *other) || is_circle(other)) {
            return None;
        }
        self.needs[table].extend(others);
        let has_say = |path: &JsonPath| all.iter().any(|known| *known == path || known.starts_with(path));
        let fields = tables[table].fields.iter().enumerate();
        Some(fields.filter(|(_, field)| has_say(&field.path)).map(|(at, _)| number(at)).collect())
    }

    /// The values of a table that relationships decide.
    fn own(&mut self, table: usize, tables: &[DraftTable]) -> Vec<DraftGiven> {
        let sample = self.samples[table];
        let is_distinct = self.rules.shape.get(sample.path()).is_some_and(|shape| shape.distinct);
        let mut givens = Vec::new();
        let times = tables[table].times.as_ref().map(RowTimes::features);
        // Elements below may look at what a table without fields of its own is given.
        let is_free = |column: &SampleColumn<'_>| !is_distinct && !series::is_time(self.rules, column);
        let columns: Vec<SampleColumn<'_>> = sample.columns().filter(is_free).collect();
        for column in columns.into_iter().filter(|_| sample.n_rows() >= super::MIN_ROWS) {
            let path = column.path();
            let is_wanted =
                column.part() == SamplePart::Value && self.bound.contains(path) && !self.is_key(path);
            // Others look at the distance that the model draws.
            let is_drawn = tables[table].fields.iter().any(|field| field.is_gap(path));
            let is_wanted = is_wanted && !is_drawn;
            let Some(rule) = self.rules.fields.get(path).filter(|rule| is_wanted && !rule.unique) else {
                continue;
            };
            let coding = Coding::of_values(rule, sample.n_rows(), false);
            let codes = coded(&sample, &column, &coding);
            let Ok(n_codes) = u16::try_from(coding.codes.len()) else { continue };
            if !coding.tells_values()
                || is_constant(&codes, &vec![true; codes.len()])
                || givens.len() >= MAX_GIVENS
            {
                continue;
            }
            let order = if coding.is_ordered { CodeOrder::Ordered } else { CodeOrder::Nominal };
            let column = CodeColumn { codes, n_codes, order };
            if times.as_ref().is_some_and(|times| goes_with(&column, times)) {
                continue;
            }
            let Some(after) = self.after(table, &[path], tables) else { continue };
            let (path, part, codes_of) = (path.clone(), ModelPart::Value, coding.codes);
            let given = Given { path, part, via: None, released: false, codes: codes_of, after };
            givens.push(DraftGiven { given, column, n_steps: 0 });
        }
        givens
    }

    /// Tells whether a field never repeats, or only counts.
    fn is_key(&self, path: &JsonPath) -> bool {
        self.rules.relationships.iter().any(|relationship| match relationship {
            Relationship::PrimaryKey { paths, .. } | Relationship::Unique { paths, .. } => {
                matches!(&paths[..], [only] if only == path)
            }
            Relationship::Sequence { paths, .. } => paths.contains(path),
            _ => false,
        })
    }

    /// The references whose parents may be looked at.
    fn links(&mut self, tables: &[DraftTable]) -> Vec<Link<'r>> {
        let rules = self.rules;
        let mut links = Vec::new();
        for relationship in &rules.relationships {
            let Relationship::ForeignKey { child, parent, prefix, coverage, .. } = relationship else {
                continue;
            };
            let (child_paths, parent_paths) = (child.paths(), parent.paths());
            let (Some(child), Some(parent)) =
                (self.table_of(&child_paths[0]), self.table_of(&parent_paths[0]))
            else {
                continue;
            };
            let is_apart = child != parent && !self.is_above(parent, child) && !self.is_above(child, parent);
            if !is_apart || self.reaches(parent, child) {
                continue;
            }
            let paths: Vec<&JsonPath> = child_paths.iter().collect();
            let Some(after) = self.after(child, &paths, tables) else { continue };
            let prefix = prefix.as_deref().unwrap_or("");
            self.needs[child].insert(parent);
            links.push(Link {
                child,
                parent,
                child_paths,
                parent_paths,
                prefix,
                coverage: coverage.get(),
                after,
            });
        }
        links
    }

    /// What the rows that a table refers to hold.
    fn referred(&self, link: &Link<'r>, tables: &[DraftTable]) -> Vec<DraftGiven> {
        let Some(rows) = self.parents(link) else { return Vec::new() };
        let parent = &tables[link.parent];
        let given =
            |(path, part): (&JsonPath, ModelPart), codes: &[Code], column: &CodeColumn, (at, n_steps)| {
                let of_row = |row: &Option<u32>| row.map_or(0, |row| column.codes[row as usize]);
                let own: Vec<u16> = rows.iter().map(of_row).collect();
                let via =
                    Via { child: link.child_paths.to_vec(), parent: link.parent_paths.to_vec(), column: at };
                let is_told = !is_constant(&own, &vec![true; own.len()]);
                is_told.then(|| DraftGiven {
                    given: Given {
                        path: path.clone(),
                        part,
                        via: Some(via),
                        released: false,
                        codes: codes.to_vec(),
                        after: link.after.clone(),
                    },
                    column: CodeColumn { codes: own, n_codes: column.n_codes, order: column.order },
                    n_steps,
                })
            };
        let fields = parent.fields.iter().enumerate().filter(|(_, field)| field.rising_by().is_none());
        let fields = fields.filter_map(|(at, field)| {
            let place = (Column::Field(number(at)), 1);
            given((&field.path, field.part), &field.coding.codes, &field.column, place)
        });
        let givens = parent.givens.iter().enumerate().filter(|(_, known)| known.n_steps < MAX_STEPS);
        let givens = givens.filter_map(|(at, known)| {
            let place = (Column::Given(number(at)), known.n_steps + 1);
            given((&known.given.path, known.given.part), &known.given.codes, &known.column, place)
        });
        fields.chain(givens).collect()
    }

    /// The row that each row of a table refers to; `None` when the sample has too few of them.
    fn parents(&self, link: &Link<'_>) -> Option<Vec<Option<u32>>> {
        let parents = self.keys(link.parent, link.parent_paths, "")?;
        let mut row_of: BTreeMap<&str, u32> = BTreeMap::new();
        for (row, key) in parents.iter().enumerate() {
            if let Some(key) = key {
                row_of.entry(key).or_insert(cast::to_u32(row));
            }
        }
        let children = self.keys(link.child, link.child_paths, link.prefix)?;
        let rows: Vec<Option<u32>> =
            children.iter().map(|key| row_of.get(key.as_deref()?).copied()).collect();
        let n_children = children.iter().flatten().count();
        let n_found = rows.iter().flatten().count();
        (n_found as f64 >= MIN_FOUND * link.coverage * n_children as f64 && n_found > 0).then_some(rows)
    }

    /// The values of some fields of each row as one text; `None` for a row that lacks one.
    fn keys(&self, table: usize, paths: &[JsonPath], prefix: &str) -> Option<Vec<Option<String>>> {
        let columns: Vec<(SampleColumn<'r>, Vec<String>)> = paths
            .iter()
            .map(|path| {
                let column = self.column(table, path)?;
                let texts = column.values().map(|value| text_of(value, prefix)).collect();
                Some((column, texts))
            })
            .collect::<Option<_>>()?;
        let key = |row: usize| {
            let mut key = String::new();
            for (column, texts) in &columns {
                let SampleCell::Value(at) = column.cell(row) else { return None };
                key.push_str(&texts[at]);
                key.push('\u{1f}');
            }
            Some(key)
        };
        Some((0..self.samples[table].n_rows()).map(key).collect())
    }
}

/// Tells whether a value changes along time. What relationships decide is made without regard to that, so beside the time, which
/// says it better, it would be misleading.
fn goes_with(column: &CodeColumn, times: &[(Feature, CodeColumn)]) -> bool {
    let columns: Vec<&CodeColumn> = times.iter().map(|(_, column)| column).collect();
    links(column, &columns).iter().any(|link| link.sigmas >= CLEAR_SIGMAS)
}

/// A value as references compare it.
fn text_of(value: SampleValue<'_>, prefix: &str) -> String {
    match (value.text, value.number) {
        (Some(text), _) => text.strip_prefix(prefix).unwrap_or(text).to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    }
}
