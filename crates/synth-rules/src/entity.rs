//! Persons and places: what several made-up fields of one object have in common.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use synth_core::JsonPath;

use crate::generator::FakerMethod;

/// A person or place that fields share: each object `at` has one, and all fields that name the entity show parts of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// The object that has one person or place, such as `$.customers[]`.
    #[schemars(with = "String")]
    pub at: JsonPath,
    /// Locales with their weights; `en_US` if left out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "std::collections::BTreeMap<String, f64>")]
    pub locales: IndexMap<String, f64>,
    /// Fields whose values the entity follows as far as they are known.
    #[serde(default, skip_serializing_if = "Follows::is_empty")]
    pub follows: Follows,
}

/// The fields that say something of an entity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// The country, by name or code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub country: Option<JsonPath>,
    /// The region, state or province, by name or code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub region: Option<JsonPath>,
    /// The city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub city: Option<JsonPath>,
    /// The locale or language, such as `de_DE`, `de-DE` or `de`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub locale: Option<JsonPath>,
    /// The gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub gender: Option<JsonPath>,
    /// The form of address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub title: Option<JsonPath>,
    /// The given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub first_name: Option<JsonPath>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub last_name: Option<JsonPath>,
    /// The whole name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<JsonPath>,
}

/// A thing that may be known of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityPart {
    /// The country.
    Country,
    /// The region.
    Region,
    /// The city.
    City,
    /// The locale.
    Locale,
    /// The gender.
    Gender,
    /// The form of address.
    Title,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// The whole name.
    Name,
}

impl Follows {
    /// Returns the fields with their parts and the names of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (EntityPart, &'static str, &JsonPath)> {
        let all = [
            (EntityPart::Country, "country", &self.country),
            (EntityPart::Region, "region", &self.region),
            (EntityPart::City, "city", &self.city),
            (EntityPart::Locale, "locale", &self.locale),
            (EntityPart::Gender, "gender", &self.gender),
            (EntityPart::Title, "title", &self.title),
            (EntityPart::FirstName, "first_name", &self.first_name),
            (EntityPart::LastName, "last_name", &self.last_name),
            (EntityPart::Name, "name", &self.name),
        ];
        all.into_iter().filter_map(|(part, key, path)| Some((part, key, path.as_ref()?)))
    }

    /// Names the field of a part, unless there is one.
    pub(crate) fn set(&mut self, part: EntityPart, path: &JsonPath) {
        let own = match part {
            EntityPart::Country => &mut self.country,
            EntityPart::Region => &mut self.region,
            EntityPart::City => &mut self.city,
            EntityPart::Locale => &mut self.locale,
            EntityPart::Gender => &mut self.gender,
            EntityPart::Title => &mut self.title,
            EntityPart::FirstName => &mut self.first_name,
            EntityPart::LastName => &mut self.last_name,
            EntityPart::Name => &mut self.name,
        };
        own.get_or_insert_with(|| path.clone());
    }

    fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl EntityPart {
    /// Returns what values of a method say of their entity.
    #[must_use]
    pub fn of_method(method: FakerMethod) -> Option<Self> {
        Some(match method {
            FakerMethod::Country | FakerMethod::CountryCode => Self::Country,
            FakerMethod::Region | FakerMethod::RegionCode => Self::Region,
            FakerMethod::City => Self::City,
            FakerMethod::Locale => Self::Locale,
            FakerMethod::Gender => Self::Gender,
            FakerMethod::Title => Self::Title,
            FakerMethod::FirstName => Self::FirstName,
            FakerMethod::LastName => Self::LastName,
            FakerMethod::Name => Self::Name,
            _ => return None,
        })
    }

    /// Tells whether one part decides another by itself: a city its region, a given name the gender.
    #[must_use]
    pub fn decides(self, other: Self) -> bool {
        match self {
            Self::City => matches!(other, Self::Region | Self::Country),
            Self::Region => other == Self::Country,
            Self::Title => other == Self::Gender,
            _ => false,
        }
    }
}

impl FakerMethod {
    /// Tells whether the values are parts of a person or place, which others of its parts agree with.
    #[must_use]
    pub fn is_of_entity(self) -> bool {
        EntityPart::of_method(self).is_some()
            || matches!(
                self,
                Self::Email
                    | Self::UserName
                    | Self::PhoneNumber
                    | Self::StreetAddress
                    | Self::PostalCode
                    | Self::CompanyName
            )
    }
}

/// Locales that the faker knows.
pub const LOCALES: [&str; 32] = [
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "en_CA", "en_AU", "pt_BR", "es_MX",
    "ja_JP", "zh_CN", "en_IN", "sv_SE", "pl_PL", "pt_PT", "tr_TR", "de_AT", "de_CH", "nl_BE", "en_IE",
    "da_DK", "nb_NO", "fi_FI", "es_AR", "es_CO", "es_CL", "es_VE", "en_NZ", "en_ZA", "en_SG",
];
