//! Refusing texts that a layout cannot read, at the cost of a few comparisons.

/// How a text looks: with how many digits it begins, what stands behind them, and its punctuation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) n_digits: usize,
    separator: u8,
    n_bytes: usize,
    marks: Marks,
}

/// Punctuation that tells layouts apart.
#[derive(Debug, Clone, Copy)]
struct Marks {
    n_colons: u8,
    n_slashes: u8,
    n_spaces: u8,
}

/// How the texts of a layout look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Fewest and most digits at the start.
    digits: (usize, usize),
    /// What stands behind them; 0 for anything.
    separator: u8,
    /// Fewest and most bytes of a text, the digits of the second left out.
    length: (usize, usize),
    marks: Marks,
    /// A day padded with a space stands in it, so spaces are not counted.
    is_padded: bool,
    pub(super) has_fraction: bool,
}

impl Marks {
    const fn of(bytes: &[u8]) -> Self {
        let mut marks = Self { n_colons: 0, n_slashes: 0, n_spaces: 0 };
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b':' => marks.n_colons = marks.n_colons.saturating_add(1),
                b'/' => marks.n_slashes = marks.n_slashes.saturating_add(1),
                b' ' => marks.n_spaces = marks.n_spaces.saturating_add(1),
                _ => {}
            }
            at += 1;
        }
        marks
    }
}

impl Look {
    pub(super) fn of(text: &[u8]) -> Self {
        let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let separator = text.get(n_digits).copied().unwrap_or(0);
        Self { n_digits, separator, n_bytes: text.len(), marks: Marks::of(text) }
    }
}

impl Shape {
    pub(super) const fn of(spec: &str) -> Self {
        let bytes = spec.as_bytes();
        let (digits, separator) = match bytes {
            [b'%', b'Y', b'%', b'm', b'%', b'd', separator, ..] => ((8, 8), *separator),
            [b'%', b'Y' | b'G', separator, ..] => ((4, 4), *separator),
            [b'%', b'-', b'[', b'H', b']', separator, ..] => ((1, 5), *separator),
            [b'%', b'[', b'H', b']', separator, ..] => ((2, 5), *separator),
            [b'%', b'-', _, separator, ..] => ((1, 2), *separator),
            [b'%', b'd' | b'm' | b'H' | b'I', separator, ..] => ((2, 2), *separator),
            _ => ((0, 0), 0),
        };
        let (mut length, mut has_fraction, mut is_padded, mut at) = ((0, 0), false, false, 0);
        while at < bytes.len() {
            let (step, (min, max)) = width(bytes.split_at(at).1);
            has_fraction |= max == 0;
            is_padded |= bytes[at] == b'%' && bytes[at + 1] == b'e';
            at += step;
            length = (length.0 + min, length.1 + max);
        }
        Self { digits, separator, length, marks: Marks::of(bytes), is_padded, has_fraction }
    }

    /// Tells whether a text may begin with so many digits.
    pub(super) const fn begins_with(&self, n_digits: usize) -> bool {
        self.digits.0 <= n_digits && n_digits <= self.digits.1
    }

    /// Tells whether a text may be read; `fraction` is the number of its digits of the second.
    pub(super) fn fits(&self, look: Look, fraction: usize) -> bool {
        let fraction = fraction + usize::from(fraction > 0);
        self.begins_with(look.n_digits)
            && (self.separator == 0 || self.separator == look.separator)
            && (self.length.0 + fraction..=self.length.1 + fraction).contains(&look.n_bytes)
            && self.marks.n_colons == look.marks.n_colons
            && self.marks.n_slashes == look.marks.n_slashes
            && (self.is_padded || self.marks.n_spaces == look.marks.n_spaces)
    }
}

/// The length of the first part of a layout, and fewest and most bytes of what it writes; `%f` is left out.
const fn width(rest: &[u8]) -> (usize, (usize, usize)) {
    match rest {
        [b'%', b'f', ..] => (2, (0, 0)),
        [b'%', b'3', b'f', ..] => (3, (3, 3)),
        [b'%', b'-', b'[', ..] => (5, (1, 5)),
        [b'%', b'[', ..] => (4, (2, 5)),
        [b'%', b'-', ..] => (3, (1, 2)),
        [b'%', b':', ..] => (3, (6, 6)),
        [b'%', b'Y' | b'G', ..] => (2, (4, 4)),
        [b'%', b'z', ..] => (2, (5, 5)),
        [b'%', b'a' | b'b' | b'j', ..] => (2, (3, 3)),
        [b'%', b'u', ..] => (2, (1, 1)),
        [b'%', b'A', ..] => (2, (6, 9)),
        // May and September.
        [b'%', b'B', ..] => (2, (3, 9)),
        [b'%', ..] => (2, (2, 2)),
        _ => (1, (1, 1)),
    }
}
