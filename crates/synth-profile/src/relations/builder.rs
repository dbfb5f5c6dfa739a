//! From the tokens of records to tables.

use std::collections::BTreeSet;
use std::convert::Infallible;

use synth_core::{
    Event, EventSink, JsonPath, JsonType, Number, PathId, PathTree, Scalar, Segment, TimeFormat,
};

use super::table::{Column, Kind, Part, Table};
use crate::profile::{FieldProfile, TextProfile, TimeProfile};
use crate::quoted;

/// Turns records into [`Table`]s; the tables' columns are the paths of a profile.
#[derive(Debug, Clone)]
pub(crate) struct TableBuilder {
    tree: PathTree,
    roles: Vec<Role>,
    tables: Vec<Table>,
    open: Vec<Open>,
    /// The rows that are open, innermost last.
    rows: Vec<(usize, u32)>,
    member: Option<PathId>,
    /// The key of the dictionary member whose value comes next.
    key: String,
    n_rows: usize,
}

/// What a path is for: the place of a column is its table and its number there.
#[derive(Debug, Clone, Default)]
struct Role {
    starts_row_of: Option<usize>,
    value: Option<(usize, usize)>,
    length: Option<(usize, usize)>,
    presence: Option<(usize, usize)>,
    /// The column of the keys, at the path of a dictionary's members.
    key: Option<(usize, usize)>,
}

/// A container that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    path: Option<PathId>,
    is_array: bool,
    has_row: bool,
    n_children: u32,
    /// The last member that is a path of the profile.
    last_member: Option<PathId>,
}

impl TableBuilder {
    /// Returns tables without rows for the paths of a profile.
    pub(crate) fn new(fields: &[FieldProfile]) -> Self {
        let mut tree = PathTree::default();
        let ids: Vec<PathId> = fields.iter().map(|field| tree.insert(&field.path)).collect();
        let mut builder = Self {
            roles: vec![Role::default(); tree.len()],
            tree,
            tables: vec![Table::new(JsonPath::root(), None)],
            open: Vec::new(),
            rows: Vec::new(),
            member: None,
            key: String::new(),
            n_rows: 0,
        };
        builder.roles[PathId::ROOT.index()].starts_row_of = Some(0);
        let tuples: BTreeSet<&JsonPath> =
            fields.iter().filter(|field| field.is_tuple).map(|field| &field.path).collect();
        // The elements of a tuple are columns by their positions, not rows.
        let is_position = |field: &FieldProfile| {
            matches!(field.path.segments().last(), Some(Segment::Elements))
                && field.path.parent().is_some_and(|parent| tuples.contains(&parent))
        };
        for (field, id) in fields.iter().zip(&ids) {
            let is_repeated =
                matches!(field.path.segments().last(), Some(Segment::Elements | Segment::Members));
            if is_repeated && field.n_values > 0 && !is_position(field) {
                let parent = builder.table_of(builder.tree.parent(*id));
                builder.roles[id.index()].starts_row_of = Some(builder.tables.len());
                builder.tables.push(Table::new(field.path.clone(), Some(parent)));
            }
        }
        for (field, id) in fields.iter().zip(ids).filter(|(field, _)| !is_position(field)) {
            builder.add_columns(field, id);
        }
        builder
    }

    /// The table whose rows hold a path.
    fn table_of(&self, id: PathId) -> usize {
        let mut at = id;
        loop {
            if let Some(table) = self.roles[at.index()].starts_row_of {
                return table;
            }
            at = self.tree.parent(at);
        }
    }

    fn add_columns(&mut self, field: &FieldProfile, id: PathId) {
        let scalars = JsonType::ALL
            .into_iter()
            .filter(|json_type| !matches!(json_type, JsonType::Object | JsonType::Array | JsonType::Null));
        let n_scalars: u64 = scalars.map(|json_type| field.n_of(json_type)).sum();
        if matches!(field.path.segments().last(), Some(Segment::MemberKeys)) {
            let parent = self.tree.parent(id);
            if let Some(members) = self.tree.find_child(parent, &Segment::Members)
                && let Some(table) = self.roles[members.index()].starts_row_of
            {
                let column = Column::new(field.path.clone(), Part::Key, Kind::Text);
                self.roles[members.index()].key = Some(self.push_column(table, column));
            }
            return;
        }
        let table = self.table_of(id);
        if n_scalars > 0 {
            let (kind, format) = kind_of(field);
            let mut column = Column::new(field.path.clone(), Part::Value, kind);
            column.format = format;
            self.roles[id.index()].value = Some(self.push_column(table, column));
        }
        let is_list = field.n_of(JsonType::Array) > 0 && !field.is_tuple;
        if is_list || field.is_dictionary {
            let column = Column::new(field.path.clone(), Part::Length, Kind::Integer);
            self.roles[id.index()].length = Some(self.push_column(table, column));
        }
        let n_null = field.n_of(JsonType::Null);
        let is_alone = n_scalars == 0 && !is_list;
        let may_lack = field.n_values < field.n_slots || (1..field.n_values).contains(&n_null);
        let has_flag = if is_alone { may_lack } else { field.n_of(JsonType::Object) > 0 };
        if has_flag && !field.is_dictionary {
            let column = Column::new(field.path.clone(), Part::Presence, Kind::Other);
            self.roles[id.index()].presence = Some(self.push_column(table, column));
        }
    }

    fn push_column(&mut self, table: usize, column: Column) -> (usize, usize) {
        let columns = &mut self.tables[table].columns;
        columns.push(column);
        (table, columns.len() - 1)
    }

    /// Returns the tables.
    pub(crate) fn finish(mut self) -> Vec<Table> {
        self.read_times();
        self.tables
    }

    /// Returns the tables with the rows so far; strings are no times before [`read_times`](Self::read_times).
    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Reads strings as times where the columns hold times.
    pub(crate) fn read_times(&mut self) {
        self.tables.iter_mut().flat_map(|table| &mut table.columns).for_each(Column::read_times);
    }

    /// Fills only some columns from now on, and holds fewer rows.
    pub(crate) fn restrict(&mut self, is_used: impl Fn(usize, usize) -> bool, max_cells: usize) {
        for role in &mut self.roles {
            for part in [&mut role.value, &mut role.length, &mut role.presence, &mut role.key] {
                *part = part.filter(|(table, column)| is_used(*table, *column));
            }
        }
        self.tables.iter_mut().for_each(|table| table.max_cells = max_cells);
    }

    /// Returns the number of rows of all tables.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Tells whether no row but the record itself is open.
    pub(crate) fn is_between_rows(&self) -> bool {
        self.rows.len() == 1
    }

    /// Drops all rows; none may be open.
    pub(crate) fn clear(&mut self) {
        self.tables.iter_mut().for_each(Table::clear);
        self.n_rows = 0;
    }

    /// Drops the rows of all tables but the records', of which one may be open.
    pub(crate) fn clear_collections(&mut self) {
        self.tables.iter_mut().skip(1).for_each(Table::clear);
        self.n_rows = self.tables.first().map_or(0, Table::n_rows);
    }

    /// The path of the value that starts now.
    fn target(&mut self) -> Option<PathId> {
        match self.open.last_mut() {
            None => Some(PathId::ROOT),
            Some(open) if open.is_array => {
                let index = open.n_children;
                open.n_children += 1;
                let array = open.path?;
                let position = self.tree.find_child(array, &Segment::Index(index));
                position.or_else(|| self.tree.find_child(array, &Segment::Elements))
            }
            Some(open) => {
                open.n_children += 1;
                self.member
            }
        }
    }

    /// Opens the row that a value is, if it is one; `None` when the value cannot be kept.
    fn start_row(&mut self, path: PathId) -> Option<bool> {
        let role = &self.roles[path.index()];
        let Some(table) = role.starts_row_of else { return Some(false) };
        let key = role.key;
        let parent_row = self.rows.last().map_or(0, |(_, row)| *row);
        let row = self.tables[table].push_row(parent_row)?;
        self.n_rows += 1;
        self.rows.push((table, row));
        if let Some((table, column)) = key {
            self.tables[table].columns[column].set_text(row, &self.key);
        }
        Some(true)
    }

    fn start(&mut self, is_array: bool) {
        let path = self.target();
        let has_row = path.map(|path| self.start_row(path));
        let path = path.filter(|_| has_row.flatten().is_some());
        let has_row = has_row.flatten().unwrap_or(false);
        let role = path.map(|path| &self.roles[path.index()]);
        let flag = role.and_then(|role| role.presence.filter(|_| !is_array || role.length.is_none()));
        if let Some((column, row)) = self.place(flag) {
            column.set_flag(row, true);
        }
        self.open.push(Open { path, is_array, has_row, n_children: 0, last_member: None });
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if let Some((column, row)) = open.path.and_then(|path| self.place(self.roles[path.index()].length)) {
            column.set_count(row, u64::from(open.n_children));
        }
        if open.has_row {
            self.rows.pop();
        }
        if self.open.is_empty() {
            self.rows.clear();
        }
    }

    fn key(&mut self, key: &str) {
        self.member = None;
        let Some(Open { path: Some(path), last_member, .. }) = self.open.last_mut() else { return };
        let path = *path;
        self.member = self.tree.follow_key(path, key, *last_member);
        if self.member.is_some() {
            *last_member = self.member;
        } else {
            self.member = self.tree.find_child(path, &Segment::Members);
            self.key.clear();
            self.key.push_str(key);
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) {
        let Some(path) = self.target() else { return };
        let Some(has_row) = self.start_row(path) else { return };
        let role = &self.roles[path.index()];
        let place = role.value.or(if scalar == Scalar::Null { role.length.or(role.presence) } else { None });
        if let Some((column, row)) = self.place(place) {
            match scalar {
                Scalar::Null => column.set_null(row),
                Scalar::Bool(flag) => column.set_flag(row, flag),
                Scalar::Number(number) => column.set_number(row, number),
                Scalar::String(text) if column.is_number() => match quoted::parts(text) {
                    Some((_, number, _)) => column.set_number(row, Number::from_literal(number)),
                    None => column.set_text(row, text),
                },
                Scalar::String(text) => column.set_text(row, text),
            }
        }
        if has_row {
            self.rows.pop();
        }
    }

    /// The column at a place and the open row of its table.
    fn place(&mut self, place: Option<(usize, usize)>) -> Option<(&mut Column, u32)> {
        let (table, column) = place?;
        let (_, row) = self.rows.iter().rev().find(|(open, _)| *open == table)?;
        Some((&mut self.tables[table].columns[column], *row))
    }
}

impl EventSink for TableBuilder {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        match event {
            Event::ObjectStart => self.start(false),
            Event::ArrayStart => self.start(true),
            Event::ObjectEnd | Event::ArrayEnd => self.end(),
            Event::Key(key) => self.key(key),
            Event::Scalar(scalar) => self.scalar(scalar),
        }
        Ok(())
    }
}

/// What the values of a field are, and how its strings are read when they are times.
fn kind_of(field: &FieldProfile) -> (Kind, Option<TimeFormat>) {
    let n_of = |json_type| field.n_of(json_type);
    let n_numbers = n_of(JsonType::Integer) + n_of(JsonType::Number);
    let n_texts = n_of(JsonType::String);
    if n_of(JsonType::Boolean) > 0 || (n_numbers > 0 && n_texts > 0) {
        return (Kind::Other, None);
    }
    if n_numbers > 0 {
        let number = field.number.as_ref();
        let kind = match number {
            // Digits of a date or an hour are no distance from anything.
            Some(number) if number.time.as_ref().is_some_and(|time| !time.as_number) => Kind::Time,
            Some(number) if number.decimals == 0 => Kind::Integer,
            _ => Kind::Decimal,
        };
        return (kind, None);
    }
    if let Some(number) = field.text.as_ref().and_then(TextProfile::as_numbers) {
        return (if number.decimals == 0 { Kind::Integer } else { Kind::Decimal }, None);
    }
    let times: &[TimeProfile] = field.text.as_ref().map_or(&[], |text| &text.times);
    let most = times.iter().max_by_key(|time| time.count).filter(|time| 10 * time.count >= 9 * n_texts);
    match most.and_then(|time| TimeFormat::parse(&time.format).ok()) {
        Some(format) => (Kind::Time, Some(format)),
        None => (Kind::Text, None),
    }
}
