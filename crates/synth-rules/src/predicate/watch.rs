//! Whether a record meets a condition, from its events.

use std::convert::Infallible;

use synth_core::{Event, EventSink, JsonPath, Scalar, Segment};

use super::{Comparison, Predicate};
use crate::generator::Literal;

/// Receives the events of records and tells of each whether it meets a condition.
///
/// # Cost
///
/// For each value one comparison of its place with each path of the condition; no allocation once the deepest record
/// has been seen.
#[derive(Debug, Clone)]
pub struct Watch {
    root: Part,
    /// One for each comparison and each `has`.
    tests: Vec<Test>,
    /// Where the next value stands.
    place: Vec<Level>,
}

/// A condition whose tests are numbered.
#[derive(Debug, Clone)]
enum Part {
    Test(usize),
    All(Vec<Part>),
    Any(Vec<Part>),
    Not(Box<Part>),
}

#[derive(Debug, Clone)]
struct Test {
    path: JsonPath,
    /// `None` asks only whether something is there.
    wanted: Option<(Comparison, Literal)>,
    is_met: bool,
}

/// One container that is open, and which of its parts comes next.
#[derive(Debug, Clone)]
struct Level {
    /// Elements of an array so far; `None` for an object.
    index: Option<usize>,
    key: String,
    is_open: bool,
}

impl Watch {
    /// Prepares a condition.
    #[must_use]
    pub fn new(predicate: &Predicate) -> Self {
        let mut tests = Vec::new();
        let root = Part::new(predicate, &mut tests);
        Self { root, tests, place: Vec::new() }
    }

    /// Tells whether the record whose last event has come meets the condition, and forgets it.
    pub fn verdict(&mut self) -> bool {
        let verdict = self.root.holds(&self.tests);
        self.tests.iter_mut().for_each(|test| test.is_met = false);
        self.place.iter_mut().for_each(|level| level.is_open = false);
        verdict
    }

    fn depth(&self) -> usize {
        self.place.iter().take_while(|level| level.is_open).count()
    }

    /// Looks at a value before it is known whether it has parts.
    fn value(&mut self, scalar: Option<Scalar<'_>>) {
        let depth = self.depth();
        let open = &self.place[..depth];
        for test in &mut self.tests {
            test.is_met = test.is_met || (stands_at(&test.path, open) && test.accepts(scalar));
        }
    }

    /// The next element of an array has another index.
    fn step(&mut self) {
        let depth = self.depth();
        if let Some(index) = self.place[..depth].last_mut().and_then(|level| level.index.as_mut()) {
            *index += 1;
        }
    }

    fn open(&mut self, index: Option<usize>) {
        let depth = self.depth();
        if depth == self.place.len() {
            self.place.push(Level { index, key: String::new(), is_open: true });
        }
        let level = &mut self.place[depth];
        (level.index, level.is_open) = (index, true);
    }

    fn close(&mut self) {
        let depth = self.depth();
        self.place[..depth].iter_mut().last().into_iter().for_each(|level| level.is_open = false);
        self.step();
    }
}

impl EventSink for Watch {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_>, _offset: u64) -> Result<(), Infallible> {
        match event {
            Event::ObjectStart => {
                self.value(None);
                self.open(None);
            }
            Event::ArrayStart => {
                self.value(None);
                self.open(Some(0));
            }
            Event::ObjectEnd | Event::ArrayEnd => self.close(),
            Event::Key(key) => {
                let depth = self.depth();
                if let Some(level) = self.place[..depth].last_mut() {
                    key.clone_into(&mut level.key);
                }
            }
            Event::Scalar(scalar) => {
                self.value(Some(scalar));
                self.step();
            }
        }
        Ok(())
    }
}

impl Part {
    fn new(predicate: &Predicate, tests: &mut Vec<Test>) -> Self {
        let mut test = |path: &JsonPath, wanted| {
            tests.push(Test { path: path.clone(), wanted, is_met: false });
            Self::Test(tests.len() - 1)
        };
        match predicate {
            Predicate::Compare { path, comparison, value } => test(path, Some((*comparison, value.clone()))),
            Predicate::Has(path) => test(path, None),
            Predicate::All(parts) => Self::All(parts.iter().map(|part| Self::new(part, tests)).collect()),
            Predicate::Any(parts) => Self::Any(parts.iter().map(|part| Self::new(part, tests)).collect()),
            Predicate::Not(part) => Self::Not(Box::new(Self::new(part, tests))),
        }
    }

    fn holds(&self, tests: &[Test]) -> bool {
        match self {
            Self::Test(index) => tests[*index].is_met,
            Self::All(parts) => parts.iter().all(|part| part.holds(tests)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(tests)),
            Self::Not(part) => !part.holds(tests),
        }
    }
}

impl Test {
    fn accepts(&self, scalar: Option<Scalar<'_>>) -> bool {
        match (&self.wanted, scalar) {
            (None, _) => true,
            (Some((comparison, value)), Some(scalar)) => comparison.holds(scalar, value),
            (Some((comparison, _)), None) => *comparison == Comparison::Unequal,
        }
    }
}

/// Tells whether a path leads to where the open containers are.
fn stands_at(path: &JsonPath, open: &[Level]) -> bool {
    let fits = |(segment, level): (&Segment, &Level)| match (segment, level.index) {
        (Segment::Key(key), None) => **key == *level.key,
        (Segment::Members, None) | (Segment::Elements, Some(_)) => true,
        (Segment::Index(wanted), Some(index)) => u64::try_from(index) == Ok(u64::from(*wanted)),
        _ => false,
    };
    path.segments().len() == open.len() && path.segments().iter().zip(open).all(fits)
}

impl Comparison {
    fn holds(self, scalar: Scalar<'_>, value: &Literal) -> bool {
        use std::cmp::Ordering;
        let order = match (scalar, value) {
            (Scalar::Null, Literal::Null) => Some(Ordering::Equal),
            (Scalar::Bool(found), Literal::Bool(wanted)) => Some(found.cmp(wanted)),
            (Scalar::String(found), Literal::Text(wanted)) => Some(found.cmp(wanted.as_str())),
            (Scalar::Number(found), Literal::Integer(wanted)) => match found.as_i64() {
                Some(found) => Some(found.cmp(wanted)),
                None => found.as_f64().partial_cmp(&(*wanted as f64)),
            },
            (Scalar::Number(found), Literal::Number(wanted)) => found.as_f64().partial_cmp(wanted),
            _ => None,
        };
        match (self, order) {
            (Self::Unequal, order) => order != Some(Ordering::Equal),
            (_, None) => false,
            (Self::Equal, Some(order)) => order.is_eq(),
            (Self::Below, Some(order)) => order.is_lt(),
            (Self::AtMost, Some(order)) => order.is_le(),
            (Self::Above, Some(order)) => order.is_gt(),
            (Self::AtLeast, Some(order)) => order.is_ge(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::Number;

    /// Sends `{"a": 1, "b": ["x", {"c": 2.0}], "d": null}`.
    fn send(watch: &mut Watch) {
        let number = |text| Event::Scalar(Scalar::Number(Number::from_literal(text)));
        let events = [
            Event::ObjectStart,
            Event::Key("a"),
            number("1"),
            Event::Key("b"),
            Event::ArrayStart,
            Event::Scalar(Scalar::String("x")),
            Event::ObjectStart,
            Event::Key("c"),
            number("2.0"),
            Event::ObjectEnd,
            Event::ArrayEnd,
            Event::Key("d"),
            Event::Scalar(Scalar::Null),
            Event::ObjectEnd,
        ];
        for event in events {
            let Ok(()) = watch.event(event, 0);
        }
    }

    /// Twice in a row: catches a verdict that stays from the record before.
    fn check(condition: &str, expected: bool) {
        let mut watch = Watch::new(&Predicate::parse(condition).unwrap());
        for _ in 0..2 {
            send(&mut watch);
            assert_eq!(watch.verdict(), expected, "{condition}");
        }
        assert_eq!(
            Watch::new(&Predicate::parse(condition).unwrap()).verdict(),
            condition.starts_with('!'),
            "nothing was sent"
        );
    }

    #[test]
    fn records_meet_conditions() {
        for condition in [
            "$.a == 1",
            "$.a == 1.0",
            "$.a >= 1 && $.a < 2",
            "$.b[] == \"x\"",
            "$.b[0] == \"x\"",
            "$.b[].c == 2",
            "$.b[1].c == 2",
            "$.d == null",
            "$.d != 3",
            "has($.b[].c)",
            "has($.d)",
            "!has($.e)",
            "$.a == 2 || $.d == null",
        ] {
            check(condition, true);
        }
    }

    #[test]
    fn records_fail_conditions() {
        for condition in [
            "$.a == \"1\"",
            "$.a > \"0\"",
            "$.b[1] == \"x\"",
            "$.b[0].c == 2",
            "$.c == 2",
            "$.e != 3",
            "has($.b.c)",
            "$.a == 1 && has($.e)",
            "$.d == 0",
        ] {
            check(condition, false);
        }
        check("!($.a == 1 || has($.e))", false);
    }
}
