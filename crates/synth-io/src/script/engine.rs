//! The room in which scripts run.

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicStringPackage, LanguageCorePackage, LogicPackage, MoreStringPackage, Package as _,
};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FLOAT, INT, Map};
use synth_core::plugin::{PluginDraw, PluginValue};
use synth_core::{cast, math};

const MAX_OPERATIONS: u64 = 200_000;
const MAX_CALL_LEVELS: usize = 32;
const MAX_TEXT: usize = 65_536;
const MAX_ENTRIES: usize = 10_000;

/// The randomness of one value, as scripts see it.
#[derive(Debug, Clone)]
pub(super) struct Rng(PluginDraw);

impl Rng {
    pub(super) fn new(draw: PluginDraw) -> Self {
        Self(draw)
    }
}

/// An engine without a way out.
pub(super) fn sandbox() -> Engine {
    let mut engine = Engine::new_raw();
    LanguageCorePackage::new().register_into_engine(&mut engine);
    ArithmeticPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_call_levels(MAX_CALL_LEVELS);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_string_size(MAX_TEXT);
    engine.set_max_array_size(MAX_ENTRIES);
    engine.set_max_map_size(MAX_ENTRIES);
    engine.set_max_variables(256);
    engine.set_max_functions(256);
    // Powers of floats differ between systems in their last bits.
    for symbol in ["eval", "**", "**="] {
        engine.disable_symbol(symbol);
    }
    engine.register_fn("sleep", |_: INT| refused("sleep"));
    engine.register_fn("sleep", |_: FLOAT| refused("sleep"));
    register_numbers(&mut engine);
    register_rng(&mut engine);
    engine
}

fn refused(what: &str) -> Result<(), Box<EvalAltResult>> {
    Err(format!("scripts cannot {what}").into())
}

/// Roundings and conversions whose bits do not depend on the system.
fn register_numbers(engine: &mut Engine) {
    engine.register_fn("floor", |number: FLOAT| number.floor());
    engine.register_fn("ceil", |number: FLOAT| number.ceil());
    engine.register_fn("round", |number: FLOAT| number.round());
    engine.register_fn("round", |number: FLOAT, decimals: INT| {
        let scale = math::pow10(i32::try_from(decimals.clamp(0, 15)).unwrap_or(0));
        (number * scale).round() / scale
    });
    engine.register_fn("sqrt", |number: FLOAT| math::sqrt(number));
    engine.register_fn("to_int", |number: FLOAT| cast::round_to_i64(number.trunc()));
    engine.register_fn("to_int", |number: INT| number);
    engine.register_fn("to_float", |number: INT| number as FLOAT);
    engine.register_fn("to_float", |number: FLOAT| number);
    engine.register_fn("digits", |number: INT, width: INT| {
        let width = usize::try_from(width.clamp(0, 64)).unwrap_or(0);
        format!("{number:0width$}")
    });
}

fn register_rng(engine: &mut Engine) {
    engine.register_type_with_name::<Rng>("Rng");
    engine.register_get("index", |rng: &mut Rng| INT::try_from(rng.0.index()).unwrap_or(INT::MAX));
    engine.register_fn("uniform", |rng: &mut Rng| rng.0.uniform());
    engine.register_fn("integer", |rng: &mut Rng, low: INT, high: INT| rng.0.integer(low, high));
    engine.register_fn("chance", |rng: &mut Rng, share: FLOAT| rng.0.uniform() < share);
    engine.register_fn("choice", |rng: &mut Rng, list: Array| -> Result<Dynamic, Box<EvalAltResult>> {
        let last = INT::try_from(list.len()).unwrap_or(INT::MAX) - 1;
        let index = usize::try_from(rng.0.integer(0, last)).unwrap_or(0);
        list.get(index).cloned().ok_or_else(|| "`choice` of an empty list".into())
    });
}

pub(super) fn to_dynamic(value: &PluginValue) -> Dynamic {
    match value {
        PluginValue::Null => Dynamic::UNIT,
        PluginValue::Bool(flag) => (*flag).into(),
        PluginValue::Integer(number) => (*number).into(),
        PluginValue::Number(number) => (*number).into(),
        PluginValue::Text(text) => text.as_str().into(),
        PluginValue::List(list) => Dynamic::from_array(list.iter().map(to_dynamic).collect()),
        PluginValue::Map(map) => {
            let map: Map = map.iter().map(|(key, value)| (key.as_str().into(), to_dynamic(value))).collect();
            Dynamic::from_map(map)
        }
    }
}

/// Takes a value without parts; else says what it is.
pub(super) fn to_plugin(value: Dynamic) -> Result<PluginValue, String> {
    if value.is_unit() {
        return Ok(PluginValue::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(PluginValue::Bool(flag));
    }
    if let Ok(number) = value.as_int() {
        return Ok(PluginValue::Integer(number));
    }
    if let Ok(number) = value.as_float() {
        return Ok(PluginValue::Number(number));
    }
    if let Ok(letter) = value.as_char() {
        return Ok(PluginValue::Text(letter.to_string()));
    }
    if value.is_array() {
        return Err("a list".to_owned());
    }
    if value.is_map() {
        return Err("a map".to_owned());
    }
    value.into_string().map(PluginValue::Text).map_err(|kind| format!("a value of type {kind}"))
}
