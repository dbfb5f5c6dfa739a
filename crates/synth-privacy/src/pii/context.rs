//! What only the company of a field tells: data that is personal beside a person or an address.

use super::field::{found, housing};
use super::{FieldEvidence, PathWords, PiiFinding, PiiKind, ValueForm, vocabulary};

/// What stands around a field.
#[derive(Debug, Clone, Default)]
pub struct Company {
    /// Keys from the person that the field belongs to down to the field; `None` when it belongs to none.
    pub person: Option<PathWords>,
    /// A street or postal address stands in the same object.
    pub has_address: bool,
}

/// Finds out whether a field is personal because of what stands around it.
///
/// # Shapes and units
///
/// As in [`super::detect`], which is asked first; this is for fields of which it says nothing.
///
/// # Method
///
/// Words of the path name the meaning and values confirm it: a postal code beside an address, a gender or an
/// identifier of a person, the city and coordinates of a person's address, a person's own pages. Each needs the
/// company that makes it personal, so codes of places, identifiers of things and links to reports are none.
///
/// # Cost
///
/// O(total length) time.
///
/// # Example
///
/// ```
/// use synth_privacy::{Company, FieldEvidence, PathWords, PiiKind, ValueForm, detect_in_company};
///
/// let words = PathWords::new(["customer", "zip"]);
/// let values = [("01234", 1), ("98765", 2)];
/// let field = FieldEvidence { words: &words, values: &values, form: ValueForm::Text, n_distinct: 2, n_rows: 3 };
/// let alone = Company::default();
/// let company = Company { has_address: true, ..Company::default() };
/// assert!(detect_in_company(&field, &alone).is_none());
/// assert_eq!(detect_in_company(&field, &company).map(|finding| finding.kind), Some(PiiKind::PostalCode));
/// ```
#[must_use]
pub fn detect_in_company(field: &FieldEvidence<'_>, company: &Company) -> Option<PiiFinding> {
    let values: Vec<&str> =
        field.values.iter().map(|(value, _)| value.trim()).filter(|value| !value.is_empty()).collect();
    if values.is_empty() {
        return None;
    }
    let near = Near { field, values };
    postal_code(&near, company).or_else(|| {
        let way = company.person.as_ref()?;
        gender(&near).or_else(|| place(&near)).or_else(|| page(&near, way)).or_else(|| person_id(&near, way))
    })
}

struct Near<'a> {
    field: &'a FieldEvidence<'a>,
    values: Vec<&'a str>,
}

impl Near<'_> {
    fn share(&self, test: impl Fn(&str) -> bool) -> f64 {
        self.values.iter().filter(|value| test(value)).count() as f64 / self.values.len() as f64
    }

    fn words(&self) -> &PathWords {
        self.field.words
    }

    /// Different values in one value.
    fn variety(&self) -> f64 {
        self.field.n_distinct as f64 / self.field.n_rows.max(1) as f64
    }
}

/// Share of values that must have the form that the path names.
const FITTING: f64 = 0.8;

fn postal_code(near: &Near<'_>, company: &Company) -> Option<PiiFinding> {
    let is_code = |value: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '-';
        (3..=10).contains(&value.len())
            && value.chars().all(known)
            && value.bytes().any(|byte| byte.is_ascii_digit())
    };
    let named = near.words().own_has(vocabulary::POSTAL);
    let is_housed = company.has_address || (company.person.is_some() && housing(near.words()));
    let share = near.share(is_code);
    (named && is_housed && share >= FITTING)
        .then(|| found(PiiKind::PostalCode, share, 0.9, "postal codes beside an address"))
}

fn gender(near: &Near<'_>) -> Option<PiiFinding> {
    let is_gender = |value: &str| vocabulary::GENDERS.contains(&super::names::fold(value).as_str());
    let share = near.share(is_gender);
    (near.words().own_has(vocabulary::GENDER) && share >= FITTING)
        .then(|| found(PiiKind::Gender, share, 0.9, "genders of persons"))
}

/// City and coordinates inside of a person's address.
fn place(near: &Near<'_>) -> Option<PiiFinding> {
    if !housing(near.words()) {
        return None;
    }
    let is_coordinate = |value: &str| {
        let decimals = value.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        decimals >= 3 && value.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= 180.0)
    };
    let coordinates = near.share(is_coordinate);
    if near.field.form == ValueForm::Number {
        return (coordinates >= 0.9)
            .then(|| found(PiiKind::Coordinates, coordinates, 0.8, "fine degrees inside of an address"));
    }
    let worded = near.share(|value| value.chars().any(char::is_alphabetic) && value.len() <= 60);
    (near.words().own_has(vocabulary::CITY) && worded >= FITTING)
        .then(|| found(PiiKind::City, worded, 0.8, "cities inside of addresses of persons"))
}

/// Pages that are a person's own: many different ones, called so.
fn page(near: &Near<'_>, way: &PathWords) -> Option<PiiFinding> {
    let is_page = |value: &str| {
        let address = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
        let host = address.unwrap_or(value).split('/').next().unwrap_or_default();
        host.contains('.')
            && !value.contains(char::is_whitespace)
            && (address.is_some() || value.starts_with("www."))
    };
    let share = near.share(is_page);
    let is_own = near.words().own_has(vocabulary::PAGE) && !way.some_has(vocabulary::THING);
    (is_own && share >= FITTING && near.values.len() >= 5 && near.variety() >= 0.1)
        .then(|| found(PiiKind::PersonalUrl, share, 0.8, "pages of persons"))
}

/// Identifiers listed in an object for them, nearly one for each person.
fn person_id(near: &Near<'_>, way: &PathWords) -> Option<PiiFinding> {
    let is_identifier =
        |value: &str| value.len() <= 64 && !value.contains("://") && value.split_whitespace().count() <= 2;
    let share = near.share(is_identifier);
    let is_listed = way.outer_has(vocabulary::IDENTIFIERS);
    let is_varied = near.values.len() >= 5 && near.variety() >= 0.5;
    (is_listed && is_varied && share >= FITTING)
        .then(|| found(PiiKind::PersonId, share, 0.8, "identifiers of persons"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&str], person_at: Option<usize>, values: &[&str], expected: Option<PiiKind>) {
        let words = PathWords::new(keys.iter().copied());
        let counted: Vec<(&str, u64)> = values.iter().map(|value| (*value, 1)).collect();
        let is_number = values.iter().all(|value| value.contains('.') && value.parse::<f64>().is_ok());
        let n = values.len() as u64;
        let form = if is_number { ValueForm::Number } else { ValueForm::Text };
        let field = FieldEvidence { words: &words, values: &counted, form, n_distinct: n, n_rows: n };
        let person = person_at.map(|at| PathWords::new(keys[at..].iter().copied()));
        let finding = detect_in_company(&field, &Company { person, has_address: false });
        assert_eq!(finding.map(|finding| finding.kind), expected, "{keys:?}");
    }

    #[test]
    fn company_decides() {
        let codes = ["Q17", "A220", "X9", "B44", "C7", "D81"];
        check(&["member", "ids", "registry"], Some(1), &codes, Some(PiiKind::PersonId));
        check(&["member", "ids", "registry"], None, &codes, None);
        check(&["member", "club"], Some(1), &codes, None);
        check(&["user", "gender"], Some(1), &["F", "M"], Some(PiiKind::Gender));
        check(&["plug", "gender"], None, &["male", "female"], None);
        check(&["user", "gender"], Some(1), &["type-1", "type-2"], None);
        let pages = [
            "https://a.example",
            "https://b.example/me",
            "http://c.example",
            "https://d.example",
            "https://e.example",
        ];
        check(&["author", "homepage"], Some(1), &pages, Some(PiiKind::PersonalUrl));
        check(&["author", "products", "url"], Some(1), &pages, None);
        check(&["author", "homepage"], None, &pages, None);
        let degrees = ["47.12345", "8.51234", "-71.16452"];
        check(&["address", "lat"], Some(0), &degrees, Some(PiiKind::Coordinates));
        check(&["station", "lat"], Some(0), &degrees, None);
        check(&["address", "city"], Some(0), &["Foo", "Bar"], Some(PiiKind::City));
        check(&["shop", "city"], Some(0), &["Foo", "Bar"], None);
    }

    #[test]
    fn codes_of_places_need_an_address() {
        let words = PathWords::new(["order", "shipPostalCode"]);
        let values = [("D-12345", 2), ("WX1 6LT", 1), ("05022", 1)];
        let field =
            FieldEvidence { words: &words, values: &values, form: ValueForm::Text, n_distinct: 3, n_rows: 4 };
        let kind = |has_address| {
            detect_in_company(&field, &Company { person: None, has_address }).map(|finding| finding.kind)
        };
        assert_eq!((kind(true), kind(false)), (Some(PiiKind::PostalCode), None));
    }
}
