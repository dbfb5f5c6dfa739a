//! Scripts of the user that make and check values.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Position, Scope};
use synth_core::plugin::{GeneratorPlugin, PluginDraw, PluginError, PluginValue, ValidatorPlugin};
use synth_core::{Place, cast};

use crate::{Error, ErrorKind, read_text_file};

mod engine;

use engine::{Rng, to_dynamic, to_plugin};

/// Larger scripts are refused.
const MAX_BYTES: u64 = 1 << 20;

/// A Rhai script that was read and compiled; it has not run yet.
///
/// # Method
///
/// The script has no way out: no files, no network, no clock, no other modules, no printing. One call may do 200,000
/// operations and nest 32 calls, and no text or list grows beyond 65,536 characters or 10,000 entries. Randomness
/// comes from the caller, so a call always gives the same.
#[derive(Clone)]
pub struct Script {
    engine: Arc<Engine>,
    program: Arc<AST>,
    source: String,
}

/// The function `generate(rng, config)` of a script, and `validate(value, config)` where the script has it.
#[derive(Debug, Clone)]
pub struct ScriptGenerator {
    script: Script,
    validates: bool,
}

/// The function `validate_record(record)` of a script.
#[derive(Debug, Clone)]
pub struct ScriptValidator(Script);

impl Script {
    /// Reads a script that lies inside of a folder.
    ///
    /// # Errors
    ///
    /// With the path: the file cannot be read, or symbolic links lead it out of the folder.
    pub fn read(folder: &Path, path: &str) -> Result<Result<Self, PluginError>, Error> {
        let file = folder.join(path);
        let name = file.display().to_string();
        let fail = |cause| Error::from_io(&name, ErrorKind::Read, cause);
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        let inside = fs::canonicalize(folder).map_err(fail)?;
        if !fs::canonicalize(&file).map_err(fail)?.starts_with(inside) {
            return Err(Error::new(ErrorKind::OutsideFolder, Place::in_source(name)));
        }
        Ok(Self::parse(&read_text_file(&file, MAX_BYTES)?, &name))
    }

    /// Compiles a script; `source` names it in errors.
    ///
    /// # Errors
    ///
    /// What is no script, with line and column.
    pub fn parse(text: &str, source: &str) -> Result<Self, PluginError> {
        let engine = engine::sandbox();
        let program = engine.compile(text).map_err(|error| PluginError {
            reason: error.err_type().to_string(),
            place: Box::new(place(source, error.position())),
        })?;
        Ok(Self { engine: Arc::new(engine), program: Arc::new(program), source: source.to_owned() })
    }

    /// Returns the script as a maker of values.
    ///
    /// # Errors
    ///
    /// It has no function `generate` of two parameters.
    pub fn generator(self) -> Result<ScriptGenerator, PluginError> {
        self.must_have("generate", 2, "generate(rng, config)")?;
        let validates = self.has("validate", 2);
        Ok(ScriptGenerator { script: self, validates })
    }

    /// Returns the script as a judge of records.
    ///
    /// # Errors
    ///
    /// It has no function `validate_record` of one parameter.
    pub fn validator(self) -> Result<ScriptValidator, PluginError> {
        self.must_have("validate_record", 1, "validate_record(record)")?;
        Ok(ScriptValidator(self))
    }

    fn has(&self, name: &str, n_params: usize) -> bool {
        self.program
            .iter_functions()
            .any(|function| function.name == name && function.params.len() == n_params)
    }

    fn must_have(&self, name: &str, n_params: usize, wanted: &str) -> Result<(), PluginError> {
        if self.has(name, n_params) {
            return Ok(());
        }
        let reason = format!("the script has no function `{wanted}`");
        Err(PluginError { reason, place: Box::new(Place::in_source(self.source.clone())) })
    }

    fn call(&self, name: &str, args: impl FuncArgs) -> Result<Dynamic, PluginError> {
        let options = CallFnOptions::new().eval_ast(false);
        let result = self.engine.call_fn_with_options(options, &mut Scope::new(), &self.program, name, args);
        result.map_err(|error| self.error(error))
    }

    /// The innermost reason, where it happened.
    fn error(&self, mut error: Box<EvalAltResult>) -> PluginError {
        while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = *error {
            error = inner;
        }
        let position = error.take_position();
        PluginError {
            reason: lower_first(&error.to_string()),
            place: Box::new(place(&self.source, position)),
        }
    }

    fn fail(&self, reason: impl Into<String>) -> PluginError {
        PluginError { reason: reason.into(), place: Box::new(Place::in_source(self.source.clone())) }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("source", &self.source).finish_non_exhaustive()
    }
}

impl GeneratorPlugin for ScriptGenerator {
    fn generate(&self, draw: &mut PluginDraw, config: &PluginValue) -> Result<PluginValue, PluginError> {
        let config = to_dynamic(config);
        let made = self.script.call("generate", (Rng::new(draw.clone()), config.clone()))?;
        if self.validates && self.script.call("validate", (made.clone(), config))?.as_bool() != Ok(true) {
            return Err(self.script.fail("the script's own `validate` refuses what its `generate` made"));
        }
        to_plugin(made).map_err(|what| self.script.fail(format!("`generate` returned {what}")))
    }
}

impl ValidatorPlugin for ScriptValidator {
    fn check_record(&self, record: &PluginValue) -> Result<Option<String>, PluginError> {
        let verdict = self.0.call("validate_record", (to_dynamic(record),))?;
        match to_plugin(verdict) {
            Ok(PluginValue::Null | PluginValue::Bool(true)) => Ok(None),
            Ok(PluginValue::Bool(false)) => Ok(Some("the record is not valid".to_owned())),
            Ok(PluginValue::Text(reason)) => Ok(Some(reason)),
            _ => Err(self.0.fail("`validate_record` returned neither a text nor true, false or nothing")),
        }
    }
}

fn place(source: &str, position: Position) -> Place {
    let number = |number: Option<usize>| number.map(cast::to_u64);
    Place { line: number(position.line()), column: number(position.position()), ..Place::in_source(source) }
}

/// Messages begin in lower case.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use synth_core::Seed;

    fn made(script: &str, address: u64) -> Result<PluginValue, PluginError> {
        let generator = Script::parse(script, "a.rhai")?.generator()?;
        let config = PluginValue::Map(vec![
            (
                "words".to_owned(),
                PluginValue::List(vec![PluginValue::Text("x".to_owned()), PluginValue::Text("y".to_owned())]),
            ),
            ("n".to_owned(), PluginValue::Integer(7)),
        ]);
        generator.generate(&mut PluginDraw::new(Seed::root(1), address, address), &config)
    }

    #[test]
    fn scripts_make_values() {
        let script = "fn generate(rng, config) { rng.choice(config.words) + \"-\" + digits(rng.integer(0, config.n), 3) }";
        let values: Vec<PluginValue> = (0..200).map(|address| made(script, address).unwrap()).collect();
        let again: Vec<PluginValue> = (0..200).map(|address| made(script, address).unwrap()).collect();
        assert_eq!(values, again);
        let distinct = (0..200).filter(|at| !values[..*at].contains(&values[*at])).count();
        assert_eq!(distinct, 16, "two words and eight numbers");
        let index = "fn generate(rng, config) { if rng.chance(0.0) { 1.5 } else { rng.index } }";
        assert_eq!(made(index, 12).unwrap(), PluginValue::Integer(12));
        assert_eq!(
            made("fn generate(rng, config) { round(2.345, 2) }", 0).unwrap(),
            PluginValue::Number(2.35)
        );
    }

    fn check_error(script: &str, reason: &str, line: Option<u64>) {
        let error = made(script, 0).unwrap_err();
        assert!(error.reason.contains(reason), "{script}: {error}");
        assert_eq!(
            (error.place.source.as_deref(), error.place.line),
            (Some("a.rhai"), line),
            "{script}: {error}"
        );
    }

    #[test]
    fn mistakes_have_a_place() {
        check_error("fn generate(rng, config) {\n  let x = ;\n}", "nexpected", Some(2));
        check_error("fn generat(rng, config) { 1 }", "no function `generate(rng, config)`", None);
        check_error("fn generate(rng, config) {\n\n  config.words[9]\n}", "out of bounds", Some(3));
        check_error(
            "fn inner() {\n  throw \"no luck\"\n}\nfn generate(rng, config) { inner() }",
            "no luck",
            Some(2),
        );
        check_error("fn generate(rng, config) { [1] }", "returned a list", None);
        check_error("fn generate(r, c) { 1 }\nfn validate(value, c) { value > 1 }", "own `validate`", None);
    }

    #[test]
    fn scripts_do_not_get_out() {
        for (script, reason) in [
            ("fn generate(rng, config) { loop { let x = 1; } }", "too many operations"),
            ("fn f(n) { f(n + 1) } fn generate(rng, config) { f(0) }", "stack overflow"),
            ("fn generate(rng, config) { let s = \"x\"; loop { s += s; } }", "string"),
            ("fn generate(rng, config) { let a = [1]; loop { a += a; } }", "array"),
        ] {
            let error = made(script, 0).unwrap_err();
            assert!(error.reason.contains(reason), "{script}: {error}");
        }
        for call in ["timestamp()", "sleep(1)", "open(\"a\")", "import \"a\"", "eval(\"1\")", "2.0 ** 0.5"] {
            let script = format!("fn generate(rng, config) {{ {call}; 1 }}");
            assert!(made(&script, 0).is_err(), "{call}");
        }
    }

    #[test]
    fn records_are_judged() {
        let script = "fn validate_record(record) { if record.a > 1 { `a is too large` } }";
        let validator = Script::parse(script, "v.rhai").unwrap().validator().unwrap();
        let record = |a| PluginValue::Map(vec![("a".to_owned(), PluginValue::Integer(a))]);
        assert_eq!(validator.check_record(&record(1)), Ok(None));
        assert_eq!(validator.check_record(&record(2)), Ok(Some("a is too large".to_owned())));
        let error = validator.check_record(&PluginValue::Integer(1)).unwrap_err();
        assert_eq!(error.place.line, Some(1));
    }

    #[test]
    fn scripts_lie_in_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("rules");
        fs::create_dir(&inner).unwrap();
        fs::write(outer.path().join("a.rhai"), "fn generate(r, c) { 1 }").unwrap();
        fs::write(inner.join("b.rhai"), "fn generate(r, c) { 1 }").unwrap();
        assert!(Script::read(&inner, "b.rhai").unwrap().is_ok());
        assert_eq!(Script::read(&inner, "../a.rhai").unwrap_err().code(), "io/outside-folder");
        assert_eq!(Script::read(&inner, "none.rhai").unwrap_err().code(), "io/not-found");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("a.rhai"), inner.join("c.rhai")).unwrap();
            assert_eq!(Script::read(&inner, "c.rhai").unwrap_err().code(), "io/outside-folder");
        }
    }
}
