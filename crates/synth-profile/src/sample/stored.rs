//! The sample of records in files.

use std::collections::BTreeMap;

use super::{MAX_BYTES, MAX_RECORDS, RecordSample, SampledRecord, Token};
use crate::stored::{Corrupt, Reader, Stored, Writer, check, is_ascending};

impl Stored for RecordSample {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { records, n_bytes: _, limit } = self;
        out.put(limit);
        out.put(&records.len());
        for (content_hash, record) in records {
            out.put(&content_hash.to_le_bytes());
            record.store(out);
        }
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let limit: Option<u64> = input.take()?;
        let records = input.list(MAX_RECORDS, |input| {
            let content_hash = u64::from_le_bytes(input.take()?);
            Ok((content_hash, Stored::load(input)?))
        })?;
        let n_bytes = records.iter().map(|(_, record): &(u64, SampledRecord)| record.n_bytes()).sum();
        let is_in_order = is_ascending(records.iter().map(|(content_hash, _)| *content_hash));
        let last = records.last().map(|(content_hash, _)| *content_hash);
        let is_within = limit.zip(last).is_none_or(|(limit, last)| last < limit);
        check(is_in_order && is_within && n_bytes <= MAX_BYTES, "the sample of records")?;
        let records: BTreeMap<u64, SampledRecord> = records.into_iter().collect();
        Ok(Self { records, n_bytes, limit })
    }
}

impl Stored for SampledRecord {
    fn store(&self, out: &mut Writer<'_>) {
        let Self { tokens, text, count } = self;
        out.put(&(text, count, tokens));
    }

    fn load(input: &mut Reader<'_>) -> Result<Self, Corrupt> {
        let text: String = input.take()?;
        let count = input.count()?;
        let record = Self { tokens: input.take()?, text, count };
        check(count > 0 && record.is_whole(), "a record of the sample")?;
        Ok(record)
    }
}

impl SampledRecord {
    /// Tells whether the tokens are one JSON value and share out the text.
    fn is_whole(&self) -> bool {
        let mut rest = self.text.as_str();
        let mut open: Vec<Frame> = Vec::new();
        let mut n_values = 0;
        for token in &self.tokens {
            let Some(text) = take_text(&mut rest, *token) else { return false };
            let fits = match (token, open.last_mut()) {
                (Token::Key(_), Some(frame)) => frame.take_key(),
                (Token::ObjectEnd, Some(Frame::Object { has_key: false })) => open.pop().is_some(),
                (Token::ArrayEnd, Some(Frame::Array)) => open.pop().is_some(),
                (Token::Key(_) | Token::ObjectEnd | Token::ArrayEnd, _) => false,
                (_, None) => {
                    n_values += 1;
                    true
                }
                (_, Some(frame)) => frame.take_value(),
            };
            match token {
                Token::ObjectStart => open.push(Frame::Object { has_key: false }),
                Token::ArrayStart => open.push(Frame::Array),
                Token::Number(_) if !is_number(text) => return false,
                _ => {}
            }
            if !fits {
                return false;
            }
        }
        rest.is_empty() && open.is_empty() && n_values == 1
    }
}

/// An array or object whose end has not come yet.
enum Frame {
    Array,
    Object { has_key: bool },
}

impl Frame {
    fn take_key(&mut self) -> bool {
        match self {
            Self::Object { has_key } if !*has_key => {
                *has_key = true;
                true
            }
            _ => false,
        }
    }

    fn take_value(&mut self) -> bool {
        match self {
            Self::Array => true,
            Self::Object { has_key } => std::mem::take(has_key),
        }
    }
}

/// Takes the token's part of the text; `None` when there is not so much.
fn take_text<'t>(rest: &mut &'t str, token: Token) -> Option<&'t str> {
    let (Token::Key(length) | Token::Number(length) | Token::String(length)) = token else {
        return Some("");
    };
    let (text, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(text)
}

fn is_number(text: &str) -> bool {
    let only = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(only) && text.parse::<f64>().is_ok()
}
