//! Types of expressions; fields become variables, and whole numbers become numbers where the types ask for it.

use cel::IdedExpr;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, Expr, ListExpr, LiteralValue, SelectExpr, SourceInfo, operators,
};
use synth_core::JsonPath;

use super::evaluate::variable_name;
use super::functions::{FUNCTIONS, Function, METHODS};
use super::scope::Scope;
use super::{ExpressionError, Purpose, ValueForm, Variable};
use crate::error::suggest;

/// Where the parts of an expression stand in its text.
pub(super) struct Places(SourceInfo);

impl Places {
    pub(super) fn new(info: SourceInfo) -> Self {
        Self(info)
    }

    /// The character at which a part begins, counted from 1.
    fn of(&self, part: &IdedExpr) -> usize {
        self.0.offset_for(part.id).map_or(1, |(start, _)| usize::try_from(start).unwrap_or(0) + 1)
    }
}

type Checked = Result<(IdedExpr, ValueForm), ExpressionError>;

/// Checks an expression; returns what the engine runs, what it computes, and the fields it looks at.
pub(super) fn check(
    parsed: IdedExpr,
    places: &Places,
    scope: Scope<'_>,
) -> Result<(IdedExpr, ValueForm, Vec<Variable>), ExpressionError> {
    let mut checker = Checker { places, scope, variables: Vec::new(), locals: Vec::new() };
    let (program, form) = checker.expression(parsed)?;
    Ok((program, form, checker.variables))
}

struct Checker<'a> {
    places: &'a Places,
    scope: Scope<'a>,
    variables: Vec<Variable>,
    /// Names that `all`, `map` and the like bring in, the innermost last.
    locals: Vec<(String, ValueForm)>,
}

impl Checker<'_> {
    fn bad<T>(&self, part: &IdedExpr, reason: impl Into<String>) -> Result<T, ExpressionError> {
        Err(ExpressionError::Bad { at: self.places.of(part), reason: reason.into() })
    }

    fn expression(&mut self, part: IdedExpr) -> Checked {
        if let Some(path) = self.path_of(&part)? {
            return self.variable(&part, path);
        }
        let id = part.id;
        match part.expr {
            Expr::Ident(ref name) => {
                let form = self.locals.iter().rev().find(|(local, _)| local == name);
                let form = form.map_or(ValueForm::Any, |(_, form)| form.clone());
                Ok((part, form))
            }
            Expr::Literal(ref literal) => match form_of(literal) {
                Some(form) => Ok((part, form)),
                None => self.bad(&part, "there are no bytes and no unsigned numbers in JSON"),
            },
            Expr::Select(select) => self.select(id, select),
            Expr::Call(call) => self.call(id, call),
            Expr::List(list) => self.list(id, list),
            Expr::Comprehension(loops) => self.comprehension(id, *loops),
            _ => self.bad(&part, "objects cannot be made here"),
        }
    }

    /// Returns the path that a chain of names stands for; `None` for anything else.
    fn path_of(&self, part: &IdedExpr) -> Result<Option<JsonPath>, ExpressionError> {
        let unknown = |name: &str, suggestion| ExpressionError::UnknownName {
            at: self.places.of(part),
            name: name.to_owned(),
            suggestion,
        };
        let (operand, name) = match &part.expr {
            Expr::Ident(name) if self.locals.iter().any(|(local, _)| local == name) => return Ok(None),
            Expr::Ident(name) => {
                return self.scope.name(name).map(Some).map_err(|close| unknown(name, close));
            }
            Expr::Select(select) if !select.test => (&*select.operand, &select.field),
            Expr::Call(CallExpr { func_name, target: None, args }) if func_name == operators::INDEX => {
                let [operand, index] = &args[..] else { return Ok(None) };
                match &index.expr {
                    Expr::Literal(LiteralValue::String(name)) => (operand, &name.inner().to_owned()),
                    Expr::Literal(LiteralValue::Int(index)) => {
                        let of = self.path_of(operand)?;
                        return Ok(of.and_then(|of| self.scope.position(&of, *index.inner())));
                    }
                    _ => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let Some(of) = self.path_of(operand)? else { return Ok(None) };
        match self.scope.form(&of) {
            ValueForm::Object(..) => {
                self.scope.member(&of, name).map(Some).map_err(|close| unknown(name, close))
            }
            _ => Ok(None),
        }
    }

    fn variable(&mut self, part: &IdedExpr, path: JsonPath) -> Checked {
        let form = self.scope.form(&path);
        let is_whole = matches!(form, ValueForm::List(_) | ValueForm::Object(..));
        if self.scope.purpose == Purpose::Value && is_whole {
            return self.bad(part, format!("`{path}` is {}, not a single value", form.in_words()));
        }
        if self.scope.purpose == Purpose::Value && !self.scope.has_values(&path) {
            return self.bad(part, format!("`{path}` is an object or array, not a single value"));
        }
        let known = self.variables.iter().position(|variable| variable.path == path);
        let index = known.unwrap_or_else(|| {
            self.variables.push(Variable { path, form: form.clone() });
            self.variables.len() - 1
        });
        Ok((IdedExpr { id: part.id, expr: Expr::Ident(variable_name(index)) }, form))
    }

    /// A member of something that is no field itself, or the question whether there is one.
    fn select(&mut self, id: u64, select: SelectExpr) -> Checked {
        let SelectExpr { operand, field, test } = select;
        if test && self.path_of(&operand)?.is_some() {
            let whole = SelectExpr { operand, field, test: false };
            let (value, _) = self.expression(IdedExpr { id, expr: Expr::Select(whole) })?;
            return Ok((not_null(id, value), ValueForm::Bool));
        }
        let at = IdedExpr { id, expr: Expr::Unspecified };
        let (operand, form) = self.expression(*operand)?;
        let form = match &form {
            ValueForm::Any => ValueForm::Any,
            ValueForm::Object(path, members) => match members.iter().find(|(name, _)| *name == field) {
                Some((_, form)) => form.clone(),
                None => {
                    let suggestion = suggest(&field, members.iter().map(|(name, _)| name.as_str()));
                    let name = format!("{path}.{field}");
                    return Err(ExpressionError::UnknownName { at: self.places.of(&at), name, suggestion });
                }
            },
            other => return self.bad(&at, format!("{} has no members", other.in_words())),
        };
        let select = SelectExpr { operand: Box::new(operand), field, test: false };
        let value = IdedExpr { id, expr: Expr::Select(select) };
        Ok(if test { (not_null(id, value), ValueForm::Bool) } else { (value, form) })
    }

    fn list(&mut self, id: u64, list: ListExpr) -> Checked {
        let mut elements = Vec::with_capacity(list.elements.len());
        let mut of: Option<ValueForm> = None;
        for element in list.elements {
            let (element, form) = self.expression(element)?;
            elements.push((element, form.clone()));
            of = Some(of.map_or(form.clone(), |of| of.or(form)));
        }
        let of = of.unwrap_or(ValueForm::Any);
        let elements = elements.into_iter().map(|(element, form)| promoted(element, &form, &of)).collect();
        let list = IdedExpr { id, expr: Expr::List(ListExpr::new(elements)) };
        Ok((list, ValueForm::List(Box::new(of))))
    }

    /// What `all`, `exists`, `exists_one`, `filter` and `map` are made of.
    fn comprehension(&mut self, id: u64, loops: ComprehensionExpr) -> Checked {
        if self.locals.len() > 8 {
            let at = IdedExpr { id, expr: Expr::Unspecified };
            return self.bad(&at, "too many loops in one another");
        }
        let at = self.places.of(&loops.iter_range);
        let (iter_range, range) = self.expression(loops.iter_range)?;
        let element = match range {
            ValueForm::List(of) => *of,
            ValueForm::Any => ValueForm::Any,
            other => {
                let reason = format!("{} has no elements", other.in_words());
                return Err(ExpressionError::Bad { at, reason });
            }
        };
        let (accu_init, mut accu) = self.expression(loops.accu_init)?;
        let n_locals = self.locals.len();
        self.locals.push((loops.iter_var.clone(), element));
        self.locals.push((loops.accu_var.clone(), accu.clone()));
        let (loop_cond, _) = self.expression(loops.loop_cond)?;
        let (loop_step, step) = self.expression(loops.loop_step)?;
        if let (ValueForm::List(_), ValueForm::List(_)) = (&accu, &step) {
            accu = step;
        }
        self.locals.truncate(n_locals);
        self.locals.push((loops.accu_var.clone(), accu));
        let (result, form) = self.expression(loops.result)?;
        self.locals.truncate(n_locals);
        let loops = ComprehensionExpr {
            iter_range,
            accu_init,
            loop_cond,
            loop_step,
            result,
            iter_var2: None,
            ..loops
        };
        Ok((IdedExpr { id, expr: Expr::Comprehension(Box::new(loops)) }, form))
    }

    fn call(&mut self, id: u64, call: CallExpr) -> Checked {
        let at = IdedExpr { id, expr: Expr::Unspecified };
        let target = call.target.map(|target| self.expression(*target)).transpose()?;
        let args: Vec<(IdedExpr, ValueForm)> =
            call.args.into_iter().map(|arg| self.expression(arg)).collect::<Result<_, _>>()?;
        match target {
            Some(target) => self.method(&at, &call.func_name, target, args),
            None => self.operator(&at, &call.func_name, args),
        }
    }

    fn operator(&self, at: &IdedExpr, name: &str, args: Vec<(IdedExpr, ValueForm)>) -> Checked {
        use operators::{
            ADD, CONDITIONAL, DIVIDE, EQUALS, GREATER, GREATER_EQUALS, IN, INDEX, LESS, LESS_EQUALS,
            LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, MODULO, MULTIPLY, NEGATE, NOT_EQUALS, NOT_STRICTLY_FALSE,
            SUBSTRACT,
        };
        let is_bool = |form: &ValueForm| matches!(form, ValueForm::Bool | ValueForm::Any);
        match (name, <[_; 1]>::try_from(args)) {
            (NEGATE, Ok([(arg, form)])) if form.is_number() => Ok((called(at.id, name, vec![arg]), form)),
            (LOGICAL_NOT | NOT_STRICTLY_FALSE, Ok([(arg, form)])) if is_bool(&form) => {
                Ok((called(at.id, name, vec![arg]), ValueForm::Bool))
            }
            (NEGATE | LOGICAL_NOT, Ok([(_, form)])) => {
                self.bad(at, format!("`{}` does not take {}", spoken(name), form.in_words()))
            }
            (_, Ok(args)) => self.function(at, name, args.into()),
            (_, Err(args)) => match (name, <[_; 2]>::try_from(args)) {
                (ADD | SUBSTRACT | MULTIPLY | DIVIDE | MODULO, Ok([left, right])) => {
                    self.arithmetic(at, name, left, right)
                }
                (LESS | LESS_EQUALS | GREATER | GREATER_EQUALS | EQUALS | NOT_EQUALS, Ok([left, right])) => {
                    self.comparison(at, name, left, right)
                }
                (LOGICAL_AND | LOGICAL_OR, Ok([left, right])) if is_bool(&left.1) && is_bool(&right.1) => {
                    Ok((called(at.id, name, vec![left.0, right.0]), ValueForm::Bool))
                }
                (IN, Ok([left, right])) => self.membership(at, left, right),
                (INDEX, Ok([left, right])) => self.index(at, left, right),
                (LOGICAL_AND | LOGICAL_OR, Ok([left, right])) => {
                    let wrong = if is_bool(&left.1) { right.1 } else { left.1 };
                    self.bad(at, format!("`{}` does not take {}", spoken(name), wrong.in_words()))
                }
                (_, Ok(args)) => self.function(at, name, args.into()),
                (_, Err(args)) => match (name, <[_; 3]>::try_from(args)) {
                    (CONDITIONAL, Ok([test, then, other])) if is_bool(&test.1) => {
                        let form = then.1.clone().or(other.1.clone());
                        let then = promoted(then.0, &then.1, &form);
                        let other = promoted(other.0, &other.1, &form);
                        Ok((called(at.id, name, vec![test.0, then, other]), form))
                    }
                    (CONDITIONAL, Ok([test, _, _])) => {
                        self.bad(at, format!("`? :` asks for a condition, not {}", test.1.in_words()))
                    }
                    (_, Ok(args)) => self.function(at, name, args.into()),
                    (_, Err(args)) => self.function(at, name, args),
                },
            },
        }
    }

    fn arithmetic(
        &self,
        at: &IdedExpr,
        name: &str,
        (left, left_form): (IdedExpr, ValueForm),
        (right, right_form): (IdedExpr, ValueForm),
    ) -> Checked {
        use ValueForm::{Any, Integer, List, Number, Text};
        let is_sum = name == operators::ADD;
        let form = match (&left_form, &right_form) {
            (Integer, Integer) => Integer,
            (Number, Number | Integer | Any) | (Integer | Any, Number) if name != operators::MODULO => Number,
            (Any, Any | Integer) | (Integer, Any) => Any,
            (Text, Text) | (Text, Any) | (Any, Text) if is_sum => Text,
            (List(of), List(other)) if is_sum => List(Box::new(match (&**of, &**other) {
                (Any, form) | (form, Any) => form.clone(),
                (of, other) => of.clone().or(other.clone()),
            })),
            _ => {
                let (left, right) = (left_form.in_words(), right_form.in_words());
                let hint = match (&left_form, &right_form) {
                    (Text, other) | (other, Text) if is_sum && other.is_number() => {
                        "; `string(x)` makes a text of a number"
                    }
                    _ => "",
                };
                return self.bad(at, format!("`{}` does not take {left} and {right}{hint}", spoken(name)));
            }
        };
        let (left, right) = (promoted(left, &left_form, &form), promoted(right, &right_form, &form));
        let engine = if form == Number && name == operators::DIVIDE { "divide" } else { name };
        Ok((called(at.id, engine, vec![left, right]), form))
    }

    fn comparison(
        &self,
        at: &IdedExpr,
        name: &str,
        (left, left_form): (IdedExpr, ValueForm),
        (right, right_form): (IdedExpr, ValueForm),
    ) -> Checked {
        use ValueForm::{Any, Bool, Null, Text};
        let is_equality = matches!(name, operators::EQUALS | operators::NOT_EQUALS);
        let is_possible = match (&left_form, &right_form) {
            (Any, _) | (_, Any) | (Text, Text) | (Bool, Bool) => true,
            (Null, _) | (_, Null) => is_equality,
            (left, right) if left.is_number() && right.is_number() => true,
            (left, right) => is_equality && std::mem::discriminant(left) == std::mem::discriminant(right),
        };
        if !is_possible {
            let (left, right) = (left_form.in_words(), right_form.in_words());
            return self.bad(at, format!("`{}` cannot compare {left} with {right}", spoken(name)));
        }
        let form = left_form.clone().or(right_form.clone());
        let (left, right) = (promoted(left, &left_form, &form), promoted(right, &right_form, &form));
        Ok((called(at.id, name, vec![left, right]), Bool))
    }

    fn membership(
        &self,
        at: &IdedExpr,
        (left, left_form): (IdedExpr, ValueForm),
        (right, right_form): (IdedExpr, ValueForm),
    ) -> Checked {
        let of = match right_form {
            ValueForm::List(of) => *of,
            ValueForm::Any => ValueForm::Any,
            other => return self.bad(at, format!("`in` asks for a list, not {}", other.in_words())),
        };
        let both = left_form.clone().or(of.clone());
        let fits = both != ValueForm::Any || left_form == ValueForm::Any || of == ValueForm::Any;
        if !fits {
            let (left, of) = (left_form.in_words(), of.in_words());
            return self.bad(at, format!("{left} is never in a list whose elements are {of}"));
        }
        let left = promoted(left, &left_form, &both);
        Ok((called(at.id, operators::IN, vec![left, right]), ValueForm::Bool))
    }

    fn index(
        &self,
        at: &IdedExpr,
        (left, left_form): (IdedExpr, ValueForm),
        (right, right_form): (IdedExpr, ValueForm),
    ) -> Checked {
        let form = match (&left_form, &right_form) {
            (ValueForm::List(of), ValueForm::Integer | ValueForm::Any) => (**of).clone(),
            (ValueForm::Any, ValueForm::Integer | ValueForm::Text | ValueForm::Any) => ValueForm::Any,
            (left, right) => {
                let (left, right) = (left.in_words(), right.in_words());
                return self.bad(at, format!("{left} has no positions that are {right}"));
            }
        };
        Ok((called(at.id, operators::INDEX, vec![left, right]), form))
    }

    fn function(&self, at: &IdedExpr, name: &str, args: Vec<(IdedExpr, ValueForm)>) -> Checked {
        let is_list = |form: &ValueForm| matches!(form, ValueForm::List(_) | ValueForm::Any);
        match (name, &args[..]) {
            ("size", [(_, form)]) if is_list(form) => {
                let args = args.into_iter().map(|(arg, _)| arg).collect();
                return Ok((called(at.id, "size", args), ValueForm::Integer));
            }
            ("sum", [(_, form)]) if is_list(form) => {
                let of = if let ValueForm::List(of) = form { (**of).clone() } else { ValueForm::Any };
                if of.is_number() {
                    let args = args.into_iter().map(|(arg, _)| arg).collect();
                    return Ok((called(at.id, "sum", args), of));
                }
            }
            _ => {}
        }
        let takes = |function: &&Function| function.name == name && fits(function.takes, &args);
        let Some(function) = FUNCTIONS.iter().find(takes) else { return self.no_function(at, name, &args) };
        let args = args.into_iter().zip(function.takes);
        let args = args.map(|((arg, form), wanted)| promoted(arg, &form, wanted)).collect();
        Ok((called(at.id, function.engine, args), function.returns.clone()))
    }

    fn method(
        &self,
        at: &IdedExpr,
        name: &str,
        (target, form): (IdedExpr, ValueForm),
        args: Vec<(IdedExpr, ValueForm)>,
    ) -> Checked {
        if name == "size" && args.is_empty() && matches!(form, ValueForm::List(_)) {
            return Ok((called(at.id, name, vec![target]), ValueForm::Integer));
        }
        let takes = |method: &&Function| {
            let is_text = matches!(form, ValueForm::Text | ValueForm::Any);
            is_text && method.name == name && fits(method.takes, &args)
        };
        let Some(method) = METHODS.iter().find(takes) else {
            let all: Vec<_> = std::iter::once((target, form)).chain(args).collect();
            return self.no_function(at, name, &all);
        };
        let args = args.into_iter().map(|(arg, _)| arg).collect();
        let call = CallExpr { func_name: method.engine.to_owned(), target: Some(Box::new(target)), args };
        Ok((IdedExpr { id: at.id, expr: Expr::Call(call) }, method.returns.clone()))
    }

    fn no_function<T>(
        &self,
        at: &IdedExpr,
        name: &str,
        args: &[(IdedExpr, ValueForm)],
    ) -> Result<T, ExpressionError> {
        let known = || FUNCTIONS.iter().chain(&METHODS).map(|function| function.name).chain(["sum"]);
        if known().any(|known| known == name) {
            let found: Vec<&str> = args.iter().map(|(_, form)| form.in_words()).collect();
            let found = if found.is_empty() { "nothing".to_owned() } else { found.join(" and ") };
            return self.bad(at, format!("`{name}` does not take {found}"));
        }
        let close =
            suggest(name, known()).map_or(String::new(), |close| format!("; did you mean `{close}`?"));
        self.bad(at, format!("there is no function `{}`{close}", spoken(name)))
    }
}

/// Tells whether arguments are what a function takes.
fn fits(takes: &[ValueForm], args: &[(IdedExpr, ValueForm)]) -> bool {
    let fits = |(wanted, (_, form)): (&ValueForm, &(IdedExpr, ValueForm))| {
        wanted == form || *form == ValueForm::Any || (*wanted == ValueForm::Number && form.is_number())
    };
    takes.len() == args.len() && takes.iter().zip(args).all(fits)
}

fn form_of(literal: &LiteralValue) -> Option<ValueForm> {
    match literal {
        LiteralValue::Boolean(_) => Some(ValueForm::Bool),
        LiteralValue::Double(_) => Some(ValueForm::Number),
        LiteralValue::Int(_) => Some(ValueForm::Integer),
        LiteralValue::Null => Some(ValueForm::Null),
        LiteralValue::String(_) => Some(ValueForm::Text),
        LiteralValue::Bytes(_) | LiteralValue::UInt(_) => None,
    }
}

fn called(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr { id, expr: Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }) }
}

fn not_null(id: u64, value: IdedExpr) -> IdedExpr {
    let null = IdedExpr { id, expr: Expr::Literal(LiteralValue::Null) };
    called(id, operators::NOT_EQUALS, vec![value, null])
}

/// A whole number where a number is wanted is made one; what may be either is made one when it is known.
fn promoted(part: IdedExpr, form: &ValueForm, wanted: &ValueForm) -> IdedExpr {
    match (form, wanted) {
        (ValueForm::Integer, ValueForm::Number) => called(part.id, "double", vec![part]),
        (ValueForm::Any, ValueForm::Number) => called(part.id, "as_number", vec![part]),
        _ => part,
    }
}

/// An operator as it is written.
fn spoken(name: &str) -> &str {
    name.trim_matches(['_', '@'])
}
