//! Collections of templates that users keep in files of their own.

use serde_json::Value;
use synth_core::cast;

use super::Template;
use crate::error::{Error, ErrorKind, Errors};
use crate::generator::Generator;
use crate::lint;
use crate::rule_set::RuleSet;
use crate::yaml::{Places, Step, read_part, read_with_places};

impl Template {
    /// Returns the file that the collection is in, if it is not one that comes with the program.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        let is_file = |name: &&str| name.ends_with(".yaml") || name.ends_with(".yml");
        self.library.as_deref().filter(is_file)
    }

    /// Returns why the file cannot be followed, if it cannot: it leads out of the rule file's folder.
    pub(crate) fn file_problem(&self) -> Option<&'static str> {
        let file = self.file()?;
        let is_absolute = file.starts_with(['/', '\\', '~']) || file.contains(':');
        (is_absolute || file.split(['/', '\\']).any(|part| part == ".."))
            .then_some("the path leads out of the rule file's folder")
    }

    /// Adds the texts and slots of a collection; the template's own slots, domains and probabilities stay.
    fn extend(&mut self, collection: &Self) {
        if self.texts().next().is_none() && self.probs.is_empty() {
            self.probs.clone_from(&collection.probs);
        }
        self.library = None;
        self.templates.extend(collection.texts().map(str::to_owned));
        for (name, slot) in &collection.slots {
            self.slots.entry(name.clone()).or_insert_with(|| slot.clone());
        }
        if self.domains.is_empty() {
            self.domains.clone_from(&collection.domains);
        }
    }
}

impl RuleSet {
    /// Returns the files of templates that the rules name, each once.
    #[must_use]
    pub fn library_files(&self) -> Vec<String> {
        let mut files = Vec::new();
        for template in self.fields.values().flat_map(|rule| &rule.kinds).filter_map(|kind| {
            if let Some(Generator::Template(template)) = &kind.generator { Some(template) } else { None }
        }) {
            files.extend(template.file().map(str::to_owned));
        }
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Writes the templates of a file out into the rules that name it.
    ///
    /// The file has the keys `templates` (or `template`), `probs`, `slots` and `domains`, as the params of `template`.
    ///
    /// # Errors
    ///
    /// All problems of the file at once, with line and column; then the rules are as before. A rule whose own
    /// probabilities do not fit the number of texts is told with the file's name.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_rules::RuleSet;
    /// let text = "{version: 2, fields: {$.note: {type: string, generator: template, params: {library: notes.yaml}}}}";
    /// let mut rules = RuleSet::parse(text, "rules.yaml")?;
    /// assert_eq!(rules.library_files(), ["notes.yaml"]);
    /// rules.attach_library("notes.yaml", "templates: ['Call {{who}}.']\nslots: {who: {values: [Ann, Bo]}}")?;
    /// assert!(rules.library_files().is_empty());
    /// # Ok::<(), synth_rules::Errors>(())
    /// ```
    pub fn attach_library(&mut self, file: &str, text: &str) -> Result<(), Errors> {
        let collection = read(file, text)?;
        let mut extended = self.clone();
        for kind in extended.fields.values_mut().flat_map(|rule| &mut rule.kinds) {
            let Some(Generator::Template(template)) = &mut kind.generator else { continue };
            if template.file() != Some(file) {
                continue;
            }
            template.extend(&collection);
            let n_texts = cast::to_u64(template.texts().count());
            if !template.probs.is_empty() && cast::to_u64(template.probs.len()) != n_texts {
                let reason = format!(
                    "a field has {} probabilities for {n_texts} templates, its own and those of the file",
                    template.probs.len()
                );
                let place = synth_core::Place::in_source(file);
                return Err(Errors(vec![Error { kind: ErrorKind::Impossible { reason }, place }]));
            }
        }
        *self = extended;
        Ok(())
    }
}

/// Reads a collection and finds what is wrong with it.
fn read(file: &str, text: &str) -> Result<Template, Errors> {
    let root: Value = read_with_places(text, file)?;
    let places = Places::scan(text, file).map_err(|error| Errors(vec![*error]))?;
    let mut errors = Vec::new();
    let collection: Option<Template> = read_part(root, &mut |steps: &[Step], kind: ErrorKind| {
        errors.push(Error { kind, place: places.find(steps) });
    });
    if let Some(collection) = &collection {
        let mut report = |keys: &[&str], kind: ErrorKind| {
            let steps: Vec<Step> = keys.iter().map(|key| Step::from(*key)).collect();
            errors.push(Error { kind, place: places.find(&steps) });
        };
        if collection.file().is_some() {
            let because = "a file of templates names no other file".to_owned();
            report(&["library"], ErrorKind::IgnoredKey { key: "library".to_owned(), because });
        } else {
            lint::template(collection, &mut report);
        }
    }
    match collection {
        Some(collection) if errors.is_empty() => Ok(collection.resolved()),
        _ => Err(Errors(errors)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "
version: 2
fields:
  $.a: {type: string, generator: template, params: {library: texts/notes.yaml, slots: {who: {values: [me]}}}}
  $.b: {type: string, generator: template, params: {library: texts/notes.yaml, templates: ['{{where}}!']}}
";

    fn rules() -> RuleSet {
        RuleSet::parse(RULES, "rules.yaml").unwrap()
    }

    fn template<'r>(rules: &'r RuleSet, path: &str) -> &'r Template {
        match &rules.fields[&synth_core::JsonPath::parse(path).unwrap()].kinds[0].generator {
            Some(Generator::Template(template)) => template,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_of_a_file_come_behind_those_of_the_rule() {
        let mut rules = rules();
        assert_eq!(rules.library_files(), ["texts/notes.yaml"]);
        let file = "templates: ['For {{who}}', 'At {{where}}']
probs: [0.9, 0.1]
slots: {who: {values: [you]}, where: {pattern: '[A-Z]{2}'}}";
        rules.attach_library("texts/notes.yaml", file).unwrap();
        let a = template(&rules, "$.a");
        assert_eq!((a.templates.len(), &a.probs[..]), (2, &[0.9, 0.1][..]));
        assert_eq!(a.slots["who"].values, ["me"], "the rule's own slot stays");
        let b = template(&rules, "$.b");
        assert_eq!(b.templates, ["{{where}}!", "For {{who}}", "At {{where}}"]);
        assert!(b.probs.is_empty(), "probabilities of two texts say nothing of three");
        assert_eq!(RuleSet::parse(&rules.to_yaml(), "again").unwrap(), rules);
    }

    /// Catches files that are taken although they are wrong, and problems without their line.
    #[test]
    fn bad_files_are_refused_with_places() {
        let mut all = rules();
        for (file, line, code) in [
            ("templates: ['a']\nslot: {}", 2, "rules/unknown-key"),
            ("templates:\n- 'a {{nobody_knows}}'", 2, "rules/unknown-slot"),
            ("templates: ['a', 'b']\nprobs: [0.5, 0.4]", 2, "rules/bad-probabilities"),
            ("templates: ['a']\nlibrary: other.yaml", 2, "rules/ignored-key"),
            ("slots: {}", 1, "rules/impossible"),
            ("templates: [", 2, "rules/bad-yaml"),
        ] {
            let errors = all.attach_library("texts/notes.yaml", file).unwrap_err();
            let error = &errors.0[0];
            assert_eq!((error.code(), error.place.line), (code, Some(line)), "{file}");
        }
        assert_eq!(all, rules());
    }

    #[test]
    fn files_outside_of_the_folder_are_refused() {
        for file in ["../notes.yaml", "/etc/notes.yml", "c:notes.yaml"] {
            let text = format!(
                "{{version: 2, fields: {{$.a: {{type: string, generator: template, params: {{library: '{file}'}}}}}}}}"
            );
            let errors = RuleSet::parse(&text, "rules.yaml").unwrap_err();
            assert_eq!(errors.0[0].code(), "rules/library-path", "{file}");
        }
    }
}
