//! Sends `serde_json` values to a profiler.

use std::convert::Infallible;

use serde_json::Value;
use synth_core::{Event, Findings, Number, RecordPosition, RecordSink, RecordStart, Scalar, hash};
use synth_privacy::Gate;
use synth_profile::profile::SampleLayout;
use synth_profile::{FinishConfig, Partial, Profile, Profiler, Unit, finish};

/// Profiles records as a stream.
pub(crate) fn profile(records: &[Value]) -> Profile {
    finish_stream(&mut partial(records))
}

pub(crate) fn partial(records: &[Value]) -> Partial {
    let mut profiler = Profiler::new(Unit::Record);
    records.iter().for_each(|record| push_record(record, &mut profiler));
    profiler.into_partial()
}

pub(crate) fn finish_stream(partial: &mut Partial) -> Profile {
    finish_as(partial, SampleLayout::JsonLines)
}

pub(crate) fn finish_as(partial: &mut Partial, layout: SampleLayout) -> Profile {
    let config = FinishConfig { source: None, layout, gate: Gate::new(5) };
    finish(partial, &Findings::default(), &config).0
}

pub(crate) fn push_record(record: &Value, profiler: &mut Profiler) {
    push_record_at(record, RecordPosition::default(), profiler);
}

pub(crate) fn push_record_at(
    record: &Value,
    position: RecordPosition,
    sink: &mut impl RecordSink<Error = Infallible>,
) {
    let text = record.to_string();
    let content_hash = hash::hash_bytes(text.as_bytes());
    sink.begin_record_at(RecordStart { content_hash, n_bytes: text.len() as u64 }, position);
    push_value(record, sink);
    sink.end_record();
}

fn push_value(value: &Value, sink: &mut impl RecordSink<Error = Infallible>) {
    let mut send = |event: Event<'_>| {
        let Ok(()) = sink.event(event, 0);
    };
    match value {
        Value::Null => send(Event::Scalar(Scalar::Null)),
        Value::Bool(value) => send(Event::Scalar(Scalar::Bool(*value))),
        Value::Number(number) => {
            send(Event::Scalar(Scalar::Number(Number::from_literal(&number.to_string()))));
        }
        Value::String(text) => send(Event::Scalar(Scalar::String(text))),
        Value::Array(elements) => {
            send(Event::ArrayStart);
            elements.iter().for_each(|element| push_value(element, sink));
            let Ok(()) = sink.event(Event::ArrayEnd, 0);
        }
        Value::Object(members) => {
            send(Event::ObjectStart);
            for (key, member) in members {
                let Ok(()) = sink.event(Event::Key(key), 0);
                push_value(member, sink);
            }
            let Ok(()) = sink.event(Event::ObjectEnd, 0);
        }
    }
}
